"""The toy town, whose every number can be worked out on paper.

The town is a 3 x 3 grid of crossroads, 1 km apart, in EPSG:27700::

    6 ---- 7 ---- 8          north
    |      |      |
    3 ---> 4 ==== 5          3 -> 4 is one-way; 4 == 5 is slow (5 minutes instead of 1)
    |      |      |
    0 ---- 1 ---- 2          farm (9): 30 km east, joined to nothing

Every street takes one minute for its kilometre, but the slow road takes five.

Areas (all on a crossroads): W at 0, N at 7, E at 5, and F, the farm. Sites: `A` at 2, `B` at 6,
`C` at 4. In minutes:

==== === === ===
area   A   B   C
==== === === ===
W      2   2   2
N      3   1   1
E      1   3   3
F    inf inf inf
==== === === ===
"""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.network_files import save_network
from llrgeo.schema import BNG, WGS84

ORIGIN = (450_000.0, 300_000.0)
FARM = 9


def grid_xy() -> np.ndarray:
    """Return the ten nodes' coordinates in metres."""
    grid = [(1_000.0 * (i % 3), 1_000.0 * (i // 3)) for i in range(9)]
    return np.array([*grid, (30_000.0, 0.0)]) + ORIGIN


def grid_streets() -> list[tuple[int, int, int]]:
    """List (from, to, minutes) of every directed street."""
    streets = []
    for node in range(9):
        for beside, joined in ((node + 1, node % 3 < 2), (node + 3, node < 6)):
            minutes = 5 if (node, beside) == (4, 5) else 1
            if joined:
                streets.append((node, beside, minutes))
                if (node, beside) != (3, 4):
                    streets.append((beside, node, minutes))
    return streets


# The lines with which every study of the toy town begins, below its title.
TOWN_FILES = """\
date = "2026-11-22"
areas = "areas.csv"
sites = "sites.csv"
outlines = "outlines.geojson"
network = "network"
"""
TOWN_STUDY = (
    'title = "Care closer to home in the toy town"\n'
    + TOWN_FILES
    + """\
appraisal = { draws = 200 }
services = [
  { id = "clinic", label = "Clinic", standard_min = 2, rates = { age_18_64 = 100 }, visits = 2 },
  { id = "beds", label = "Beds", standard_min = 5, rates = { age_75_84 = 50 } },
]
criteria = [
  { measure = "mean_minutes", weight = 1 },
  { measure = "closer_to_home", weight = 1 },
]

[[options]]
id = "today"
label = "Today"
baseline = true
sites = { clinic = ["A"], beds = ["A"] }

[[options]]
id = "nearer"
label = "Clinics at all sites"
based_on = "today"
opens = { clinic = ["B", "C"] }
"""
)


def write_town(
    folder: Path, network: RoadNetwork, town_areas: gpd.GeoDataFrame, town_sites: gpd.GeoDataFrame
) -> Path:
    """Write the toy town's files and its study into a folder; return the study file."""
    save_network(network, folder / "network")
    town_areas.drop(columns="geometry").to_csv(folder / "areas.csv")
    town_sites.drop(columns="geometry").to_csv(folder / "sites.csv")
    squares = town_areas[["authority_code", "authority"]].set_geometry(
        town_areas.buffer(300, cap_style="square")
    )
    squares = squares.to_crs(WGS84)
    squares.reset_index().to_file(folder / "outlines.geojson")
    study = folder / "study.toml"
    study.write_text(TOWN_STUDY, encoding="utf-8")
    return study


def placed(table: pd.DataFrame, nodes: list[int]) -> gpd.GeoDataFrame:
    x, y = grid_xy()[nodes].T
    points = gpd.GeoSeries(gpd.points_from_xy(x, y, crs=BNG), index=table.index)
    degrees = points.to_crs(WGS84)
    placed = table.assign(lat=degrees.y, lon=degrees.x)
    return gpd.GeoDataFrame(placed, geometry=points)


def slowed(network: RoadNetwork, factor: float) -> RoadNetwork:
    """Return a network whose every journey takes a factor longer."""
    columns = [f"ms_{period}" for period in network.info.periods]
    scaled = (network.edges[columns] * factor).round().astype(np.int64)
    return replace(network, edges=network.edges.assign(**scaled))
