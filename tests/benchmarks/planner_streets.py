"""Write the planner page of a small study on real streets, and compare its minutes with Python's.

Run: python tests/benchmarks/planner_streets.py EXTRACT.osm.pbf OUT [--authority Rutland]

The study has the embedded neighbourhoods and sites of one authority, a clinic at one of its sites,
and the streets of the extract. Prints what the network takes, packed, and in the page; then how
many of the journeys between 100 places, both ways, are as long in the page as in Python, to the
millisecond. `planner.py OUT/planner.html --service clinic` measures the page that is written.
"""

import argparse
import base64
import gzip
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

import llrgeo
from llrgeo.publish.planner.page import render_planner
from llrgeo.roads.network_files import load_network, save_network
from llrgeo.roads.osm import build_network
from llrgeo.study.config import load_study
from llrgeo.study.run import build_publication, run_study

sys.path.insert(0, str(Path(__file__).parents[1]))
from test_planner_network import assert_same_times, network_engine, new_places

STUDY = """title = "Real streets"
areas = "areas.csv"
sites = "sites.csv"
outlines = "outlines.geojson"
network = "network"
appraisal = {{ draws = 200 }}
services = [{{ id = "clinic", label = "Clinic", standard_min = 15, rates = {{ age_18_64 = 100 }} }}]
criteria = [{{ measure = "mean_minutes", weight = 3 }}, {{ measure = "worse_off", weight = 2 }}]
[[options]]
id = "today"
label = "Today"
baseline = true
sites = {{ clinic = ["{first}"] }}
[[options]]
id = "more"
label = "One more"
based_on = "today"
opens = {{ clinic = ["{second}"] }}
"""
PLACES = 100


def write_study(folder: Path, authority: str) -> Path:
    """Write a study of one authority's neighbourhoods and two of its sites; return its file."""
    data = Path(llrgeo.__file__).parents[1] / "data"
    areas = pd.read_csv(data / "areas.csv", dtype=str)
    areas = areas[areas["authority"] == authority]
    areas.to_csv(folder / "areas.csv", index=False)
    sites = pd.read_csv(data / "sites.csv", dtype=str)
    sites = sites[(sites["authority"] == authority) & (sites["status"] != "closed")]
    sites.head(3).assign(services="clinic").to_csv(folder / "sites.csv", index=False)
    shapes = json.loads((data / "outlines.geojson").read_text(encoding="utf-8"))
    own = set(areas["area_id"])
    shapes["features"] = [
        shape for shape in shapes["features"] if shape["properties"]["area_id"] in own
    ]
    (folder / "outlines.geojson").write_text(json.dumps(shapes), encoding="utf-8")
    first, second = sites["site_id"].iloc[:2]
    study = folder / "study.toml"
    study.write_text(STUDY.format(first=first, second=second), encoding="utf-8")
    return study


def main() -> None:
    """Build the streets, write the page, compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("extract", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--authority", default="Rutland")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    save_network(build_network([asked.extract]), asked.out / "network")
    publication = build_publication(run_study(load_study(write_study(asked.out, asked.authority))))
    planning = publication.planning
    if planning is None or planning.network is None:
        sys.exit("the streets find no room in the page")
    page = asked.out / "planner.html"
    page.write_text(render_planner(publication, planning), encoding="utf-8")
    header, zipped = planning.network.header, planning.network.zipped
    print(f"{header['streets']:,} streets, {len(zipped):,} bytes packed; ", end="")
    whole = page.read_bytes()
    print(f"page {len(whole):,} bytes, {len(gzip.compress(whole)):,} gzipped")
    engine = network_engine()
    streams = base64.b64encode(gzip.decompress(zipped)).decode("ascii")
    engine.call("open", json.dumps(header), streams)
    network = load_network(asked.out / "network")
    homes, places = new_places(network, PLACES, seed=2), new_places(network, PLACES, seed=9)
    counts = [assert_same_times(engine, network, homes, places, each) for each in header["periods"]]
    print(f"{np.sum(counts):,} of {np.sum(counts):,} journeys equal to the millisecond")


if __name__ == "__main__":
    main()
