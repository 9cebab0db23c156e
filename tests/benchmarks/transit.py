"""Time journeys by public transport on a feed as large as that of LLR, made up by a seed.

Run: python tests/benchmarks/transit.py [--straight]

About 3,000 stops at postcodes, 200 lines with 40 trips each, from all 634 areas to 60
sites, 25 departures from 9:30 to 11:30, with walks along the embedded network or (`--straight`) as
the crow flies. Prints CPU seconds of each step, and the most memory used.
"""

import argparse
import datetime as dt
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import geopandas as gpd
import numpy as np

from llrgeo.inputs.areas import read_areas
from llrgeo.inputs.embedded import embedded
from llrgeo.inputs.gtfs import Timetable, read_timetable
from llrgeo.inputs.postcodes import read_postcodes
from llrgeo.inputs.sites import read_sites
from llrgeo.roads.network_files import load_network
from llrgeo.roads.walking import on_foot
from llrgeo.schema import BNG, WGS84
from llrgeo.travel.transit.departures import TransitRules
from llrgeo.travel.transit.router import TransitRouter

PLACES, LINES, TRIPS, SITES = 12_000, 200, 40, 60
SPACING_M, M_A_MINUTE = 250, 330
DAY = dt.date(2026, 11, 24)
HEADS = {
    "stops": "stop_id,stop_lat,stop_lon",
    "trips": "trip_id,service_id",
    "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence",
    "calendar_dates": "service_id,date,exception_type",
}


@contextmanager
def cpu(step: str) -> Iterator[None]:
    """Print the CPU seconds of a step."""
    begun = time.process_time()
    yield
    print(f"{step}: {time.process_time() - begun:.1f} s")


def make_feed(path: Path, seed: int = 0) -> None:
    """Write a feed of lines between random stops, most of them to or from the city's middle."""
    rng = np.random.default_rng(seed)
    postcodes = read_postcodes().dropna(subset="area_id").sample(PLACES, random_state=seed)
    xy = postcodes[["easting", "northing"]].to_numpy(float)
    degrees = gpd.GeoSeries.from_xy(*xy.T, crs=BNG).to_crs(WGS84)
    middle = np.median(xy, axis=0)
    central = np.argsort(np.hypot(*(xy - middle).T))[:600]
    rows: dict[str, list[str]] = {name: [] for name in HEADS}
    rows["calendar_dates"] = [f"daily,{DAY:%Y%m%d},1"]
    rows["stops"] = [f"s{i},{at.y:.6f},{at.x:.6f}" for i, at in enumerate(degrees)]
    for line in range(LINES):
        route = line_stops(xy, rng.integers(PLACES), rng.choice(central))
        minutes = np.cumsum([0, *np.hypot(*np.diff(xy[route], axis=0).T) / M_A_MINUTE]).astype(int)
        starts = rng.integers(30) + np.linspace(6 * 60, 22 * 60, TRIPS).astype(int)
        for number, start in enumerate(starts):
            trip, calls = f"{line}-{number}", route[:: 1 if number % 2 else -1]
            rows["trips"].append(f"{trip},daily")
            rows["stop_times"] += [
                f"{trip},{clock(start + after)},{clock(start + after)},s{stop},{place}"
                for place, (stop, after) in enumerate(zip(calls, minutes, strict=True))
            ]
    with ZipFile(path, "w", compression=8) as archive:
        for name, head in HEADS.items():
            archive.writestr(f"{name}.txt", "\n".join([head, *rows[name]]) + "\n")


def feed_made_apart(path: Path) -> None:
    """Write the feed in a process of its own, whose memory is not that of reading and asking."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        pool.apply(make_feed, (path,))


def line_stops(xy: np.ndarray, first: int, last: int) -> np.ndarray:
    """Return the stops nearest to points every 250 m between two stops, 60 at most."""
    points = int(np.clip(np.hypot(*(xy[last] - xy[first])) / SPACING_M, 2, 60))
    way = np.linspace(xy[first], xy[last], points)
    nearest = [int(np.argmin(np.hypot(*(xy - point).T))) for point in way]
    return np.array(list(dict.fromkeys(nearest)))


def clock(minute: int) -> str:
    """Write minutes after midnight as a feed does."""
    return f"{minute // 60}:{minute % 60:02}:00"


def describe(timetable: Timetable, path: Path) -> str:
    """Say how large a timetable is."""
    calls = timetable.calls
    return (
        f"{len(timetable.stops):,} stops, {calls['trip'].nunique():,} trips, {len(calls):,} calls, "
        f"{path.stat().st_size / 1e6:.1f} MB"
    )


def asked() -> tuple[gpd.GeoSeries, gpd.GeoSeries, TransitRules]:
    """Return from where to where is asked, and by what rules."""
    areas = read_areas(embedded("areas.csv")).geometry
    sites = read_sites(embedded("sites.csv")).geometry[:SITES]
    return areas, sites, TransitRules((dt.time(9, 30), dt.time(11, 30)))


def prepared() -> tuple[TransitRouter, gpd.GeoSeries, gpd.GeoSeries, TransitRules]:
    """Return a router over the made-up feed with walks along streets; areas, sites and rules."""
    areas, sites, rules = asked()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "feed.zip"
        feed_made_apart(path)
        timetable = read_timetable([path], DAY)
    streets = on_foot(load_network(embedded("network")))
    return TransitRouter(timetable, rules, streets), areas, sites, rules


def main() -> None:
    """Make the feed, read it, and answer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--straight", action="store_true", help="walk as the crow flies")
    straight = parser.parse_args().straight
    areas, sites, rules = asked()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "feed.zip"
        feed_made_apart(path)
        with cpu("read the feed"):
            timetable = read_timetable([path], DAY)
        print(describe(timetable, path))
    streets = None if straight else on_foot(load_network(embedded("network")))
    router = TransitRouter(timetable, rules, streets)
    with cpu("compile"):
        TransitRouter(timetable, rules).travel_times(
            areas[:1], sites[:1], mode="transit", period=rules.period
        )
    with cpu(f"{len(areas)} areas to {len(sites)} sites, {len(rules.departures_s)} departures"):
        times = router.travel_times(areas, sites, mode="transit", period=rules.period)
    with cpu("and back"):
        router.travel_times(sites, areas, mode="transit", period=rules.period)
    minutes = times.minutes.to_numpy()
    on_time = np.isfinite(minutes)
    print(
        f"{on_time.mean():.1%} of pairs reached, median {np.median(minutes[on_time]):.0f} minutes"
    )
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
