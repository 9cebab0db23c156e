"""Journeys by public transport leg by leg: the toy timetable's, and their sum is the matrix's."""

import datetime as dt
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from examples import dear
from hypothesis import given
from test_transit import ends_of, found_s, read_world, rules_of, worlds
from timetables import STOPS, TOY, at, stops_table, write_feed

from llrgeo.errors import RoutingError
from llrgeo.inputs.gtfs import read_timetable
from llrgeo.travel.transit.connection_scan import NEVER
from llrgeo.travel.transit.departures import TransitRules
from llrgeo.travel.transit.itineraries import find_itineraries
from llrgeo.travel.transit.router import TransitRouter

TUESDAY = dt.date(2026, 11, 24)
HALF_PAST = (dt.time(9, 30), dt.time(9, 30))


def named_feed(path: Path) -> Path:
    """Write the toy feed with names of its stops and of two of its routes."""
    head, *rows = stops_table(STOPS).splitlines()
    stops = "\n".join([f"{head},stop_name", *(f"{row},The {row.split(',')[0]}" for row in rows)])
    routes = "route_id,route_short_name,route_long_name\n1,X1,\n2,,Hospital bus\n"
    return write_feed(path, stops=stops, routes=routes)


@pytest.fixture
def bus(tmp_path: Path) -> TransitRouter:
    feed = named_feed(tmp_path / "bus.zip")
    return TransitRouter(read_timetable([feed], TUESDAY), TransitRules(HALF_PAST))


def told(legs: gpd.GeoDataFrame) -> list[tuple[str, ...]]:
    columns = ["kind", "route", "from_stop", "to_stop", "departs", "arrives"]
    return list(legs[columns].itertuples(index=False, name=None))


def test_a_journey_is_told_with_its_walks_routes_stops_and_times(bus: TransitRouter) -> None:
    home, hospital = at(door=(100, 0)), at(ward=(5_000, 9_200))
    legs = find_itineraries(bus, home, hospital)
    assert told(legs) == [
        ("walk", "", "", "The home", "09:30:00", "09:31:45"),
        ("ride", "X1", "The home", "The market", "09:40:00", "09:55:00"),
        ("walk", "", "The market", "The square", "09:55:00", "10:07:30"),
        ("ride", "Hospital bus", "The square", "The hospital", "10:10:00", "10:30:00"),
        ("walk", "", "The hospital", "", "10:30:00", "10:33:30"),
    ]
    assert legs.index.tolist() == ["door"] * 5
    assert legs["site_id"].tolist() == ["ward"] * 5
    assert legs["leg"].tolist() == [1, 2, 3, 4, 5]
    assert legs["minutes"].tolist() == pytest.approx([1.75, 15, 12.5, 20, 3.5])
    assert legs.length.tolist() == pytest.approx([100, 5_000, 600, 8_400, 200], abs=1)


def test_one_leaves_when_one_says(bus: TransitRouter) -> None:
    legs = find_itineraries(bus, at(h=STOPS["home"]), at(m=STOPS["market"]), leave=dt.time(10, 20))
    rides = legs[legs["kind"] == "ride"]
    assert rides[["departs", "arrives"]].to_numpy().tolist() == [["10:40:00", "10:55:00"]]


def test_one_walks_all_the_way_where_that_is_faster(bus: TransitRouter) -> None:
    legs = find_itineraries(bus, at(h=(0, 0)), at(n=(1_000, 0)))
    assert told(legs) == [("walk", "", "", "", "09:30:00", "09:47:30")]


def test_a_pair_without_a_journey_has_no_row(bus: TransitRouter) -> None:
    origins = pd.concat([at(market=STOPS["market"]), at(home=STOPS["home"])])
    destinations = pd.concat([at(far=(90_000, 90_000)), at(market=STOPS["market"])])
    legs = find_itineraries(bus, origins, destinations)
    assert legs.index.unique().tolist() == ["home"]


def test_origins_and_destinations_are_pairs(bus: TransitRouter) -> None:
    two = pd.concat([at(a=(0, 0)), at(b=(1, 1))])
    with pytest.raises(RoutingError, match="2 origins and 1 destinations are no pairs"):
        find_itineraries(bus, two, at(c=(0, 0)))


def test_a_bus_that_runs_on_as_another_is_one_leg_of_both_routes(tmp_path: Path) -> None:
    calls = TOY["stop_times"].replace(
        "2a,10:10:00,10:10:00,square,1\n2a,10:30:00,10:30:00",
        "2a,9:56:00,9:56:00,market,1\n2a,10:16:00,10:16:00",
    )
    transfers = "from_stop_id,to_stop_id,from_trip_id,to_trip_id,transfer_type\n,,1a,2a,4\n"
    feed = write_feed(tmp_path / "bus.zip", stop_times=calls, transfers=transfers)
    router = TransitRouter(read_timetable([feed], TUESDAY), TransitRules(HALF_PAST))
    legs = find_itineraries(router, at(h=STOPS["home"]), at(w=STOPS["hospital"]))
    [ride] = legs[legs["kind"] == "ride"].to_dict("records")
    assert (ride["route"], ride["departs"], ride["arrives"]) == ("1; 2", "09:40:00", "10:16:00")


def test_of_two_changes_to_the_same_bus_the_first_is_told(tmp_path: Path) -> None:
    """The first bus of the day and the second call at the market and then at the square."""
    calls = """trip_id,arrival_time,departure_time,stop_id,stop_sequence
1a,9:40:00,9:40:00,home,1
1a,9:55:00,9:55:00,market,2
1a,10:01:00,10:01:00,square,3
2a,10:04:00,10:04:00,market,1
2a,10:09:00,10:09:00,square,2
2a,10:30:00,10:30:00,hospital,3
"""
    feed = write_feed(tmp_path / "bus.zip", stop_times=calls, frequencies=None)
    router = TransitRouter(read_timetable([feed], TUESDAY), TransitRules(HALF_PAST))
    legs = find_itineraries(router, at(h=STOPS["home"]), at(w=STOPS["hospital"]))
    rides = legs.loc[legs["kind"] == "ride", ["departs", "arrives"]]
    assert rides.to_numpy().tolist() == [["09:40:00", "09:55:00"], ["10:04:00", "10:30:00"]]


@dear(18)
@given(world=worlds())
def test_the_legs_follow_one_another_and_take_what_the_matrix_says(world: dict) -> None:
    for window_of in ("departures", "arrivals"):
        asked = rules_of(world, "09:20", "09:50", every_min=15, window_of=window_of)
        router = TransitRouter(read_world(world), asked)
        origins, destinations = ends_of(world)
        taken = np.sort(found_s(router, origins, destinations), axis=1)[:, 1]
        for o in range(len(origins)):
            for d in range(len(destinations)):
                legs = find_itineraries(router, origins.iloc[[o]], destinations.iloc[[d]])
                if taken[o, d] == NEVER:
                    assert legs.empty
                    continue
                times = [
                    [sum(int(n) * s for n, s in zip(one.split(":"), (3600, 60, 1), strict=True))
                     for one in legs[name]]
                    for name in ("departs", "arrives")
                ]  # fmt: skip
                spent = times[1][-1] - times[0][0]
                # Who has to be there at a time may be there before it.
                assert spent == taken[o, d] if window_of == "departures" else spent <= taken[o, d]
                assert all(a <= b for a, b in zip(*times, strict=True))
                assert all(a <= b for a, b in zip(times[1], times[0][1:], strict=False))
                assert (legs["kind"] == "ride").sum() <= len(world["trips"]) * 2
