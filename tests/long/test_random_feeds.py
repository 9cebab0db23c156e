"""Journeys by drawn feeds are those of a search of every event in plain Python."""

import datetime as dt
from pathlib import Path
from random import Random

import geopandas as gpd
import numpy as np
import pytest
from plain_timetable import Limits, Search
from random_feeds import DAY, Feed, draw_feed, write_tables

from llrgeo.inputs.gtfs import read_timetable
from llrgeo.schema import BNG, WGS84
from llrgeo.travel.transit.departures import TransitRules
from llrgeo.travel.transit.router import TransitRouter

FEEDS = 150
ENDS = 3


def draw_ends(draw: Random, feed: Feed) -> gpd.GeoSeries:
    """Return places some way from stops."""
    stops = draw.choices(list(places_of(feed).values()), k=ENDS)
    at = [[metres + draw.uniform(-300, 300) for metres in stop] for stop in stops]
    return gpd.GeoSeries.from_xy(*zip(*at, strict=True), crs=BNG)


def places_of(feed: Feed) -> dict[str, tuple[float, float]]:
    stops = [row for row in feed["stops"] if row["stop_lat"]]
    at = [[float(row[name]) for row in stops] for name in ("stop_lon", "stop_lat")]
    points = gpd.GeoSeries.from_xy(*at, crs=WGS84).to_crs(BNG)
    return {row["stop_id"]: (point.x, point.y) for row, point in zip(stops, points, strict=True)}


def draw_rules(draw: Random) -> TransitRules:
    first = draw.choice([7, 7, 0])
    return TransitRules(
        (dt.time(first, 30), dt.time(first + 1, 30)),
        every_min=20,
        max_walk_min=draw.choice([5, 12.5, 20]),
        change_min=draw.choice([1, 2, 3.5]),
        max_journey_min=draw.choice([60, 180]),
    )


@pytest.mark.parametrize("seed", range(FEEDS))
def test_journeys_are_those_of_a_search_of_every_event(seed: int, tmp_path: Path) -> None:
    draw = Random(seed)
    feed, path = draw_feed(draw), tmp_path / "feed.zip"
    write_tables(path, feed, draw)
    rules = draw_rules(draw)
    origins, destinations = draw_ends(draw, feed), draw_ends(draw, feed)
    limits = Limits(
        rules.max_walk_min * 60, rules.max_journey_min * 60, round(rules.change_min * 60)
    )
    search = Search(feed, places_of(feed), limits)
    expected = np.array(
        [
            [
                [search.journey_s((a.x, a.y), (b.x, b.y), int(moment)) for b in destinations]
                for moment in rules.departures_s
            ]
            for a in origins
        ]
    )
    router = TransitRouter(read_timetable([path], DAY), rules)
    times = router.travel_times(origins, destinations, mode="transit", period=rules.period)
    # Of the four moments the longer of the two in the middle counts.
    np.testing.assert_array_equal(times.minutes, np.sort(expected, axis=1)[:, 2] / 60)
    found = np.full(expected.shape, -1)
    for rows, columns, seconds_s in router.journeys_s(origins, destinations):
        found[rows, :, columns] = seconds_s
    never = np.iinfo(np.int32).max
    np.testing.assert_array_equal(found, np.where(np.isfinite(expected), expected, never))
