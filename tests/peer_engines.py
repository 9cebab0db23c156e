"""Peers of the router, where their wheels are installed: minutes of OSRM and of Valhalla.

Both come as wheels for Python 3.12 and later (`osrm-bindings`, `pyvalhalla`).
"""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.snap import main_component
from llrgeo.schema import WGS84

PLACES = 100
# Texts of OSRM's profile for cars, km/h: country lanes at 28 mph, between our two; and lanes and
# tertiary roads as in our table for the country without a limit (25 and 36 mph).
FASTER_LANES = {"unclassified    = 25": "unclassified    = 45"}
OUR_MINOR_ROADS = {
    "unclassified    = 25": "unclassified    = 40",
    "tertiary        = 40,\n": "tertiary        = 58,\n",
}


def middles(network: RoadNetwork, *, homes: bool) -> gpd.GeoSeries:
    """Draw streets by chance, all over the county, and return their middles.

    They lie on streets that everyone snaps to alike: no motorways, no private roads, no islands.
    """
    edges = network.edges
    main = main_component(network)[edges[["from_node", "to_node"]].to_numpy()].all(axis=1)
    streets = edges["snappable"] & edges["use"].eq("through") & main
    if homes:
        streets &= edges["road_class"].eq("residential")
    lines = network.lines[streets].sample(PLACES, random_state=5)
    middle = lines.interpolate(0.5, normalized=True).to_crs(WGS84)
    return gpd.GeoSeries(middle.to_numpy(), [f"p{n}" for n in range(PLACES)], crs=WGS84)


def osrm_minutes(
    extract: Path, folder: Path, points: gpd.GeoSeries, changes: Mapping[str, str] | None = None
) -> np.ndarray:
    """Return OSRM's minutes, with changes of text in its profile for cars."""
    osrm = pytest.importorskip("osrm", reason="osrm-bindings is not installed")
    home = Path(osrm.__file__).parent
    copy = folder / "county.osm.pbf"
    copy.write_bytes(extract.read_bytes())
    base = str(folder / "county.osrm")
    profiles = Path(shutil.copytree(home / "share/profiles", folder / "profiles"))
    text = (profiles / "car.lua").read_text()
    for stock, ours in (changes or {}).items():
        assert text.count(stock) == 1
        text = text.replace(stock, ours)
    (profiles / "car.lua").write_text(text)
    profile = ["-p", str(profiles / "car.lua")]
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
    config["service_limits"]["auto"]["max_matrix_location_pairs"] = len(points) ** 2
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
