"""Streets drawn after public bug reports, kept beside the project, each with its right answer."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from road_maps import LAT, LON, M_IN_LAT, M_IN_LON

from llrgeo.roads.osm import build_network
from llrgeo.schema import WGS84
from llrgeo.travel.routers import NetworkRouter

FOLDER = Path(__file__).resolve().parents[2] / "shared/cases/roads"
OTHERS = {"gtfs", "isochrone"}  # tested with timetables and isochrones


def cases() -> list[dict]:
    listed = FOLDER / "cases.json"
    if not listed.is_file():
        return []
    return [one for one in json.loads(listed.read_text()) if one["kind"] not in OTHERS]


def point(case: dict, where: str | list[float]) -> gpd.GeoSeries:
    """Return a named place of a case, or one in metres east and north of the drawing's corner."""
    if isinstance(where, list):
        lonlat = LON + where[0] * M_IN_LON, LAT + where[1] * M_IN_LAT
    else:
        lonlat = tuple(case["places"][where])
    return gpd.GeoSeries(gpd.points_from_xy([lonlat[0]], [lonlat[1]], crs=WGS84), [str(where)])


@pytest.mark.reference
def test_the_reported_cases_stand_beside_the_project() -> None:
    if not FOLDER.is_dir():
        pytest.skip("no reference data stands beside the project")
    assert len(cases()) > 80


@pytest.mark.reference
@pytest.mark.parametrize("case", cases(), ids=lambda case: case["id"])
def test_a_reported_case_is_answered_rightly(case: dict) -> None:
    network = build_network([FOLDER / case["file"]], mode=case["mode"], clock=case["clock"])
    router = NetworkRouter(network)
    for ask in case["asks"]:
        ends = [point(case, ask[side]) for side in "ab"]
        times = router.travel_times(*ends, mode=case["mode"], period=case["period"])
        assert times.distance_km is not None
        metres, seconds = times.distance_km.iloc[0, 0] * 1_000, times.minutes.iloc[0, 0] * 60
        if "m" in ask:
            np.testing.assert_allclose(metres, ask["m"], atol=6)
        assert ask.get("min_m", -np.inf) - 1 <= metres <= ask.get("max_m", np.inf) + 1
        assert ask.get("min_s", -np.inf) - 1 <= seconds <= ask.get("max_s", np.inf) + 1
