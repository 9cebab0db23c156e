"""The whole study on streets from OpenStreetMap: the same outputs as on any other network."""

import json
from pathlib import Path

from pyproj import Transformer
from road_maps import LAT, LON, M_IN_LAT, M_IN_LON, Map
from town import FARM, grid_streets, grid_xy
from typer.testing import CliRunner

from llrgeo.cli import app
from llrgeo.roads.network_files import load_network
from llrgeo.schema import BNG, WGS84


def toy_town_as_osm(path: Path) -> Path:
    """Draw the toy town's streets where its areas and sites lie, and a lane at the farm."""
    lon, lat = Transformer.from_crs(BNG, WGS84, always_xy=True).transform(*grid_xy().T)
    places = {
        f"n{node}": ((lon[node] - LON) / M_IN_LON, (lat[node] - LAT) / M_IN_LAT)
        for node in range(FARM + 1)
    }
    east, north = places[f"n{FARM}"]
    drawn = Map({**places, "lane": (east + 200, north)})
    streets = {(tail, head) for tail, head, _ in grid_streets()}
    for number, (tail, head) in enumerate(sorted(streets), start=1):
        if tail < head:
            oneway = "no" if (head, tail) in streets else "yes"
            drawn.way(number, f"n{tail} n{head}", oneway=oneway)
    return drawn.way(99, f"n{FARM} lane").write(path)


def run(*words: object) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_study_runs_on_streets_built_from_an_extract(town_study: Path, tmp_path: Path) -> None:
    run("run", town_study, "--out", tmp_path / "before", "--quiet")
    extract = toy_town_as_osm(tmp_path / "town.osm")
    area = tmp_path / "area.geojson"
    box = [[-1.5, 52.4], [-0.7, 52.4], [-0.7, 52.8], [-1.5, 52.8], [-1.5, 52.4]]
    area.write_text(json.dumps({"type": "Polygon", "coordinates": [box]}))
    streets = town_study.parent / "streets"
    said = run("network", "build", extract, "--boundary", area, "--out", streets)
    assert "OpenStreetMap, data of" in said
    assert load_network(streets).fingerprint[:20] in run("network", "info", streets)
    text = town_study.read_text(encoding="utf-8")
    study = town_study.with_name("streets.toml")
    study.write_text(text.replace('network = "network"', 'network = "streets"'), encoding="utf-8")
    assert 'network = "streets"' in study.read_text(encoding="utf-8")
    run("run", study, "--out", tmp_path / "after", "--quiet")
    before, after = (
        {path.name for path in (tmp_path / name).iterdir()} for name in ("before", "after")
    )
    assert before == after
    page = (tmp_path / "after" / "index.html").read_text(encoding="utf-8")
    assert "Roads: OpenStreetMap, data of" in page
    assert "© OpenStreetMap contributors, Open Database Licence" in page
    assert "journeys come within 2 km of where the road map ends" in page
