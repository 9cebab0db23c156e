"""Compare car times between streets of an extract with OSRM's and Valhalla's, by period.

Run: python tests/benchmarks/peers.py EXTRACT.osm.pbf [--keep FOLDER]

Needs the wheels of both (`pip install osrm-bindings pyvalhalla`, Python 3.12 or later). Prints a
Markdown table of 100 streets where people live, and 100 of all classes: level (the sum of our
minutes over the sum of theirs), the median ratio, r2, ours as ends + slope x theirs, and the share
of journeys within 15 % or 1 minute; then the level in the west and in the east of the county, each
a fold that a choice made in the other can be judged by. Points and peers' minutes are kept in a
folder: with `--keep`, another version of the project is compared on the same ones.
"""

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))
from peer_engines import OUR_MINOR_ROADS, middles, osrm_minutes, valhalla_minutes

from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.osm import build_network
from llrgeo.schema import WGS84
from llrgeo.travel.routers import NetworkRouter

PEERS = {
    "OSRM": osrm_minutes,
    "OSRM, our lanes and tertiary roads": partial(osrm_minutes, changes=OUR_MINOR_ROADS),
    "Valhalla": valhalla_minutes,
}
STREETS = ("homes", "all")
PERIODS = ("night", "off_peak", "am_peak")
CLOSE_SHARE, CLOSE_MIN = 0.15, 1.0  # TAG unit M3.1
LEAST_MIN = 1.0


def main() -> None:
    """Read the arguments, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("extract", type=Path)
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch)
        folder.mkdir(exist_ok=True)
        network = build_network([asked.extract])
        found = pd.DataFrame(
            row for streets in STREETS for row in compare(asked.extract, network, folder, streets)
        )
    lines = [list(found.columns), ["---"] * found.shape[1], *found.round(3).to_numpy().tolist()]
    for line in lines:
        print("|", " | ".join(map(str, line)), "|")


def compare(extract: Path, network: RoadNetwork, folder: Path, streets: str) -> list[dict]:
    """Return a row for each peer and period of one kind of streets."""
    points = kept_points(network, folder / f"{streets}.csv", homes=streets == "homes")
    router = NetworkRouter(network)
    ours = {
        period: router.travel_times(points, points, mode="car", period=period).minutes.to_numpy()
        for period in PERIODS
    }
    east = points.x.to_numpy() > np.median(points.x)
    rows = []
    for name in PEERS:
        theirs = kept_minutes(name, extract, points, folder / f"{streets}_{name}.npy")
        for period, minutes in ours.items():
            told = np.isfinite(minutes) & np.isfinite(theirs) & (theirs > LEAST_MIN)
            folds = {"west": told & np.outer(~east, ~east), "east": told & np.outer(east, east)}
            row = {"streets": streets, "peer": name, "period": period}
            row |= agreement(minutes[told], theirs[told])
            row |= {fold: minutes[of].sum() / theirs[of].sum() for fold, of in folds.items()}
            rows.append(row)
    return rows


def agreement(ours: np.ndarray, theirs: np.ndarray) -> dict[str, float]:
    """Return level, median, r2, slope, minutes at the ends and the share that is close."""
    slope, ends = np.polyfit(theirs, ours, 1)
    close = np.abs(ours - theirs) <= np.maximum(CLOSE_SHARE * theirs, CLOSE_MIN)
    return {
        "journeys": len(ours),
        "level": ours.sum() / theirs.sum(),
        "median": float(np.median(ours / theirs)),
        "r2": np.corrcoef(ours, theirs)[0, 1] ** 2,
        "slope": slope,
        "ends, min": ends,
        "close": close.mean(),
    }


def kept_points(network: RoadNetwork, path: Path, *, homes: bool) -> gpd.GeoSeries:
    """Return the middles of streets, drawn once and kept as a table."""
    if not path.is_file():
        drawn = middles(network, homes=homes)
        pd.DataFrame({"lon": drawn.x, "lat": drawn.y}).to_csv(path, index=False)
    table = pd.read_csv(path)
    ids = [f"p{number}" for number in range(len(table))]
    return gpd.GeoSeries(gpd.points_from_xy(table["lon"], table["lat"]), ids, crs=WGS84)


def kept_minutes(name: str, extract: Path, points: gpd.GeoSeries, path: Path) -> np.ndarray:
    """Return a peer's minutes, asked once and kept."""
    if not path.is_file():
        with tempfile.TemporaryDirectory() as scratch:
            np.save(path, PEERS[name](extract, Path(scratch), points))
    return np.load(path)


if __name__ == "__main__":
    main()
