"""Car times in a county against OSRM and Valhalla, where their wheels are installed.

Both come as wheels for Python 3.12 and later (`osrm-bindings`, `pyvalhalla`). They are peers, not
the truth: each has its own speeds, so ranks are compared, and the difference of levels is stated.

Measured on Rutland with OSRM 26.10 and Valhalla 3.9.1, 60 residential streets, free flow: rank
correlation 0.984 and 0.988 (0.996 between the two), our minutes 0.96 and 1.19 times theirs at the
median. OSRM drives at four fifths of a limit, Valhalla nearly at it and without waiting at
junctions; ours lie between. Between streets of all classes OSRM's ranks differ more (0.960), for it
drives country lanes (unclassified) at 15.5 mph where our table has 32.
"""

import json
import subprocess
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from llrgeo.roads.osm import build_network
from llrgeo.roads.snap import main_component
from llrgeo.schema import WGS84
from llrgeo.travel.routers import NetworkRouter

PLACES = 60

pytestmark = [pytest.mark.reference, pytest.mark.slow]


@pytest.fixture(scope="module")
def extract(reference: Path) -> Path:
    return reference / "data/osm/rutland-2018.osm.pbf"


@pytest.fixture(scope="module")
def minutes(extract: Path) -> pd.DataFrame:
    """Return our free-flow minutes between streets where people live, all over the county."""
    network = build_network([extract])
    edges = network.edges
    main = main_component(network)[edges[["from_node", "to_node"]].to_numpy()].all(axis=1)
    streets = edges["road_class"].eq("residential") & edges["use"].eq("through") & main
    lines = network.lines[streets].sample(PLACES, random_state=5)
    middle = lines.interpolate(0.5, normalized=True).to_crs(WGS84)
    points = gpd.GeoSeries(middle.to_numpy(), [f"p{n}" for n in range(PLACES)], crs=WGS84)
    times = NetworkRouter(network).travel_times(points, points, mode="car", period="night")
    frame = times.minutes.copy()
    frame.attrs["points"] = points
    return frame


def osrm_minutes(extract: Path, folder: Path, points: gpd.GeoSeries) -> np.ndarray:
    osrm = pytest.importorskip("osrm", reason="osrm-bindings is not installed")
    home = Path(osrm.__file__).parent
    copy = folder / "county.osm.pbf"
    copy.write_bytes(extract.read_bytes())
    base = str(folder / "county.osrm")
    profile = ["-p", str(home / "share/profiles/car.lua")]
    for step in (["osrm-extract", *profile, str(copy)], ["osrm-contract", base]):
        subprocess.run([str(home / "bin" / step[0]), *step[1:]], check=True, capture_output=True)
    engine = osrm.OSRM(storage_config=base, algorithm="CH", use_shared_memory=False)
    asked = osrm.TableParameters(coordinates=[(p.x, p.y) for p in points])
    answer = engine.Table(asked)
    return np.array([[float(cell) for cell in row] for row in answer["durations"]]) / 60


def valhalla_minutes(extract: Path, folder: Path, points: gpd.GeoSeries) -> np.ndarray:
    valhalla = pytest.importorskip("valhalla", reason="pyvalhalla is not installed")
    (folder / "tiles").mkdir()
    config = valhalla.get_config(tile_extract="", tile_dir=str(folder / "tiles"), verbose=False)
    config["service_limits"]["auto"]["max_matrix_location_pairs"] = PLACES**2
    config["service_limits"]["max_distance_disable_hierarchy_culling"] = 0
    (folder / "valhalla.json").write_text(json.dumps(config))
    build = Path(valhalla.PYVALHALLA_DIR) / "bin" / "valhalla_build_tiles"
    subprocess.run(
        [str(build), "-c", str(folder / "valhalla.json"), str(extract)],
        check=True,
        capture_output=True,
    )
    actor = valhalla.Actor(config)
    places = [{"lat": p.y, "lon": p.x} for p in points]
    answer = actor.matrix({"sources": places, "targets": places, "costing": "auto"})
    rows = answer["sources_to_targets"]
    return (
        np.array([[np.nan if c["time"] is None else c["time"] for c in row] for row in rows]) / 60
    )


PEERS = {"OSRM": osrm_minutes, "Valhalla": valhalla_minutes}


@pytest.mark.parametrize("name", list(PEERS))
def test_times_rank_as_those_of_a_peer(
    extract: Path, minutes: pd.DataFrame, tmp_path: Path, name: str
) -> None:
    peer = PEERS[name](extract, tmp_path, minutes.attrs["points"])
    apart = ~np.eye(PLACES, dtype=bool)
    both = apart & np.isfinite(minutes.to_numpy()) & np.isfinite(peer)
    assert both.sum() > 0.95 * apart.sum()
    ours, theirs = pd.Series(minutes.to_numpy()[both]), pd.Series(peer[both])
    assert ours.corr(theirs, method="spearman") >= 0.98
    assert 0.9 < (ours / theirs).median() < 1.25
