"""Fixtures that tests share: the toy town of `town.py`, and the reference data, if it is there."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from appraisal_cases import LOCAL, TODAY, town_setting
from connections import OUTSIDE, guard_connections
from hypothesis import HealthCheck, settings
from invented_icb import small
from official_server import OfficialServer, serving
from skipped import Skipped
from town import FARM, grid_streets, grid_xy, placed, write_town

from llrgeo.appraisal.evaluation import OptionResult, evaluate_options
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.cli import main
from llrgeo.publish.folder import publish
from llrgeo.publish.publication import Publication
from llrgeo.roads.network import NetworkInfo, RoadNetwork
from llrgeo.study.config import load_study
from llrgeo.study.result import StudyResult
from llrgeo.study.run import build_publication, run_study
from llrgeo.travel.times import TravelTimes


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run be of tests alone that lacked an extra before (`skipped.py`)."""
    parser.addoption(
        "--skipped", action="store_true", help="only tests that were skipped when last run"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse, and count, connections to other machines; settle what hypothesis draws.

    Its limits are of the clock: on a busy machine they would fail tests that are right. A run
    twice is the same run: examples are new where they are asked for alone, as `.ci/long` does.
    """
    guard_connections()
    limits = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
    settings.register_profile("same", derandomize=True, **limits)
    settings.register_profile("new", max_examples=500, print_blob=True, **limits)
    settings.load_profile(os.environ.get("LLRGEO_EXAMPLES", "same"))
    if hasattr(config, "cache"):  # not with -p no:cacheprovider
        config.pluginmanager.register(Skipped(config), "skipped")


@pytest.fixture(autouse=True)
def _stays_on_this_machine() -> Iterator[None]:
    """Fail a test that went online."""
    before = len(OUTSIDE)
    yield
    assert OUTSIDE[before:] == []


@pytest.fixture(autouse=True)
def _leaves_the_cache_of_the_user(monkeypatch) -> None:
    """Store no roads of toy towns where the user's own are."""
    monkeypatch.setattr("llrgeo.cli.run._cache_folder", lambda: None)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many connections to other machines the tests tried."""
    if OUTSIDE:
        terminalreporter.write_line(f"connections to other machines: {len(OUTSIDE)}")
        for attempt in dict.fromkeys(OUTSIDE):
            terminalreporter.write_line(f"  {attempt}")


class Ended(NamedTuple):
    """How a command ended: its exit status, and what it printed."""

    status: int
    out: str
    err: str


@pytest.fixture
def run_command(monkeypatch, capsys) -> Callable[..., Ended]:
    """Run a command as a shell would."""

    def run(*words: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["llrgeo", *map(str, words)])
        with pytest.raises(SystemExit) as stopped:
            main()
        return Ended(stopped.value.code, *capsys.readouterr())

    return run


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
    return placed(table, at)


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
    return placed(table, [2, 6, 4])


@pytest.fixture(scope="session")
def town_times() -> TravelTimes:
    """Return the town's minutes as the table in the module's docstring has them."""
    minutes = [[2, 2, 2], [3, 1, 1], [1, 3, 3], [np.inf] * 3]
    areas = pd.Index(["W", "N", "E", "F"], name="area_id")
    sites = pd.Index(["A", "B", "C"], name="site_id")
    km = pd.DataFrame([[2, 2, 2], [3, 1, 1], [1, 3, 3], [np.inf] * 3], areas, sites, dtype=float)
    return TravelTimes(pd.DataFrame(minutes, areas, sites, dtype=float), distance_km=km)


@pytest.fixture
def town_study(tmp_path, town_network, town_areas, town_sites) -> Path:
    """Write the toy town and a study of it to disk; return the study file, to change at will."""
    return write_town(tmp_path / "town", town_network, town_areas, town_sites)


@pytest.fixture(scope="session")
def town_study_once(tmp_path_factory, town_network, town_areas, town_sites) -> Path:
    """Write the toy town once for all tests that only read it."""
    folder = tmp_path_factory.mktemp("once") / "town"
    return write_town(folder, town_network, town_areas, town_sites)


@pytest.fixture(scope="session")
def town_publication(town_study_once) -> Publication:
    """Return what is published of the toy town's study."""
    return build_publication(run_study(load_study(town_study_once)))


@pytest.fixture(scope="session")
def published_town(town_publication, tmp_path_factory) -> Path:
    """Return the folder of what is published of the toy town, for tests that only read it."""
    folder = tmp_path_factory.mktemp("published")
    publish(town_publication, folder)
    return folder


@pytest.fixture
def setting(town_areas, town_sites, town_times) -> AppraisalInputs:
    """Return the toy town with its three services."""
    return town_setting(town_areas, town_sites, town_times)


@pytest.fixture
def results(setting) -> dict[str, OptionResult]:
    """Return what today and the option closer to home mean for the toy town."""
    return evaluate_options([TODAY, LOCAL], setting, baseline="today")


@pytest.fixture(scope="module")
def server() -> Iterator[OfficialServer]:
    """Serve the small board's official data, as the publishers do."""
    with serving(small()) as official:
        yield official


@pytest.fixture(scope="session")
def default_study() -> StudyResult:
    """Run the default study once for all tests that only read its result."""
    return run_study(load_study())


@pytest.fixture(scope="session")
def default_publication(default_study) -> Publication:
    """Return what is published of the default study."""
    return build_publication(default_study)


@pytest.fixture(scope="session")
def reference() -> Path:
    """Return the folder of reference data that stands beside the project, or skip."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("no reference data stands beside the project")
    return folder
