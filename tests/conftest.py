"""The toy town, whose every number can be worked out on paper, and what tests share.

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

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from llrgeo.roads.network import NetworkInfo, RoadNetwork, save_network
from llrgeo.schema import BNG, WGS84
from llrgeo.travel.times import TravelTimes

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


@pytest.fixture(scope="session")
def town_network() -> RoadNetwork:
    """Return the toy town's streets; in the PM peak everything takes twice as long."""
    table = pd.DataFrame(grid_streets(), columns=["from_node", "to_node", "minutes"])
    edges = pd.DataFrame(
        {
            "from_node": table["from_node"].astype("int32"),
            "to_node": table["to_node"].astype("int32"),
            "length_m": 1_000.0,
            "ms_off_peak": table["minutes"] * 60_000,
            "ms_pm_peak": table["minutes"] * 120_000,
            "road_class": "residential",
            "road_name": "",
            "use": "through",
            "snappable": True,
            "geometry": None,
        }
    )
    nodes = pd.DataFrame(grid_xy(), columns=["x", "y"])
    return RoadNetwork(nodes, edges, NetworkInfo("car", ("off_peak", "pm_peak"), "toy", "none"))


@pytest.fixture(scope="session")
def town_areas() -> gpd.GeoDataFrame:
    """Return the four areas W, N, E and F of the toy town, 1,000 people in all."""
    at = [0, 7, 5, FARM]
    table = pd.DataFrame(
        {
            "name": ["West", "North", "East", "Farm"],
            "ward": ["Town", "Town", "Town", "Fields"],
            "authority_code": ["X01", "X01", "X01", "X02"],
            "authority": ["Town", "Town", "Town", "Fields"],
            "upper_authority": "Shire",
            "residents": [400, 300, 200, 100],
            "age_0_17": [100, 60, 40, 10],
            "age_18_64": [200, 150, 100, 40],
            "age_65_74": [50, 45, 30, 25],
            "age_75_84": [30, 30, 20, 15],
            "age_85_plus": [20, 15, 10, 10],
            "disabled": [80, 50, 40, 20],
            "imd_score": [60.0, 40.0, 20.0, 10.0],
            "imd_rank": [100, 9_000, 20_000, 30_000],
            "imd_decile": [1, 3, 6, 10],
            "rural_urban": ["Urban", "Urban", "Urban", "Rural"],
        },
        index=pd.Index(["W", "N", "E", "F"], name="area_id"),
    )
    return _placed(table, at)


@pytest.fixture(scope="session")
def town_sites() -> gpd.GeoDataFrame:
    """Return the three sites A, B and C of the toy town."""
    table = pd.DataFrame(
        {
            "name": ["City hospital", "Cottage hospital", "Health centre"],
            "kind": ["city_hospital", "community_hospital", "health_centre"],
            "status": "open",
            "postcode": ["LE1 5WW", "LE3 9QP", "LE5 4PW"],
            "services": ["clinic;beds", "clinic;beds", "clinic"],
            "beds": [100.0, 20.0, np.nan],
            "authority": "Town",
            "source": "invented",
        },
        index=pd.Index(["A", "B", "C"], name="site_id"),
    )
    return _placed(table, [2, 6, 4])


@pytest.fixture(scope="session")
def town_times() -> TravelTimes:
    """Return the town's minutes as the table in the module's docstring has them."""
    minutes = [[2, 2, 2], [3, 1, 1], [1, 3, 3], [np.inf] * 3]
    areas = pd.Index(["W", "N", "E", "F"], name="area_id")
    sites = pd.Index(["A", "B", "C"], name="site_id")
    km = pd.DataFrame([[2, 2, 2], [3, 1, 1], [1, 3, 3], [np.inf] * 3], areas, sites, dtype=float)
    return TravelTimes(pd.DataFrame(minutes, areas, sites, dtype=float), distance_km=km)


TOWN_STUDY = """
title = "Care closer to home in the toy town"
date = "2026-11-22"
areas = "areas.csv"
sites = "sites.csv"
outlines = "outlines.geojson"
authorities = "authorities.geojson"
network = "network"
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


@pytest.fixture
def town_study(tmp_path, town_network, town_areas, town_sites) -> Path:
    """Write the toy town and a study of it to disk; return the study file, to change at will."""
    return write_town(tmp_path / "town", town_network, town_areas, town_sites)


@pytest.fixture(scope="session")
def town_study_once(tmp_path_factory, town_network, town_areas, town_sites) -> Path:
    """Write the toy town once for all tests that only read it."""
    folder = tmp_path_factory.mktemp("once") / "town"
    return write_town(folder, town_network, town_areas, town_sites)


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
    squares.dissolve("authority_code").reset_index().to_file(folder / "authorities.geojson")
    study = folder / "study.toml"
    study.write_text(TOWN_STUDY, encoding="utf-8")
    return study


@pytest.fixture(scope="session")
def reference() -> Path:
    """Return the folder of reference data that stands beside the project, or skip."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("no reference data stands beside the project")
    return folder


def _placed(table: pd.DataFrame, nodes: list[int]) -> gpd.GeoDataFrame:
    x, y = grid_xy()[nodes].T
    points = gpd.GeoSeries(gpd.points_from_xy(x, y, crs=BNG), index=table.index)
    degrees = points.to_crs(WGS84)
    placed = table.assign(lat=degrees.y, lon=degrees.x)
    return gpd.GeoDataFrame(placed, geometry=points)
