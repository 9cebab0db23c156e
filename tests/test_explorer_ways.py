"""The reader's way along the roads: packed in Python, read by the page's script."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from planner_scripts import explorer_engine

from llrgeo.appraisal.options import Option
from llrgeo.publish.explorer.ways import pack_ways
from llrgeo.schema import WGS84
from llrgeo.study.config import load_study
from llrgeo.study.planning import nearest_pairs
from llrgeo.study.run import build_publication, run_study
from llrgeo.travel.routes.ways import WayTree

AREAS, SITES = pd.Index(["a", "b", "c", "d"]), pd.Index(["P", "Q", "R"])
SCRIPT = """
function ways(text) {
  const [tree, areas] = JSON.parse(text);
  const read = llrgeoUnpack.decodeWays(tree);
  return JSON.stringify(areas.map((area) => llrgeoUnpack.wayFrom(read, area)));
}
"""


@pytest.fixture(scope="module")
def read():
    """Return what the page's script reads of a packed tree: the way from each of some areas."""
    engine = explorer_engine(["unpack.js"], SCRIPT)
    return lambda tree, areas: json.loads(engine.call("ways", json.dumps([tree, areas])))


def test_the_page_reads_the_ways_that_were_packed(read):
    rng = np.random.default_rng(4)
    steps = rng.uniform(-900, 900, (9, 2)).round(1)
    parent = np.array([-1, 0, 1, 2, 1, 4, 0, 6, 7])
    xy = np.zeros((9, 2))
    xy[0] = (458_900.0, 303_500.0)
    for row in range(1, 9):
        xy[row] = xy[parent[row]] + steps[row]
    tree = WayTree(xy, parent, {"d": 3, "a": 5, "c": 8})
    packed = pack_ways({"Q": tree, "elsewhere": tree}, AREAS, SITES)
    assert list(packed) == ["1"]
    found = read(packed["1"], [0, 1, 2, 3])
    assert found[1] is None
    thinned = tree.thinned(30)
    for place, area in ((0, "a"), (2, "c"), (3, "d")):
        way = gpd.GeoSeries.from_xy(*thinned.way(area).T, crs="EPSG:27700").to_crs(WGS84)
        expected = np.column_stack([way.y, way.x])[:-1]  # the site itself is on the map already
        assert np.abs(np.array(found[place]) - expected).max() <= 0.5e-4 + 1e-9


def test_ways_lead_to_the_site_that_is_nearest_in_an_option():
    minutes = pd.DataFrame(
        [[7.0, 3.0, 9.1], [np.inf, np.inf, np.inf], [2.0, 2.0, 1.7]], list("abc"), SITES
    )
    options = [
        Option("one", "One", {"clinic": frozenset("PQ"), "nurses": frozenset("R")}),
        Option("two", "Two", {"clinic": frozenset("R"), "beds": frozenset()}),
        Option("three", "Three", {"clinic": frozenset("QP")}),
    ]
    pairs = nearest_pairs(options, ["clinic", "beds"], minutes)
    assert sorted(pairs.itertuples(index=False, name=None)) == [
        ("a", "Q"), ("a", "R"), ("c", "P"), ("c", "R"),
    ]  # fmt: skip


def test_a_study_over_roads_has_a_way_to_every_site_that_somebody_goes_to(town_study_once):
    publication = build_publication(run_study(load_study(town_study_once)))
    travelled = [each.id for each in publication.services if each.delivery != "team"]
    minutes = publication.judged_by.minutes
    pairs = nearest_pairs(publication.options, travelled, minutes)
    known = {(area, site) for site, tree in publication.ways.items() for area in tree.start}
    assert known == set(pairs.itertuples(index=False, name=None))
    assert len(known) == 4
