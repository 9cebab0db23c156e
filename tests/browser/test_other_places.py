"""A study of another part of England: no postcodes, no outlines, no city hospital, one journey."""

import re
from dataclasses import replace

import pytest
from town import TOWN_STUDY, write_town

from llrgeo.publish.check.browser import browser_findings
from llrgeo.publish.check.html import read_page
from llrgeo.publish.check.page import RULES
from llrgeo.publish.print.maps import print_maps
from llrgeo.study.config import load_study
from llrgeo.study.run import build_publication, publish_study, run_study

pytestmark = pytest.mark.browser

TO_CORNWALL = (-270_000, -255_000)
OURS = re.compile(r"Leicester|Rutland|LLR|Glenfield|Melton|postcode", re.IGNORECASE)


@pytest.fixture(scope="module")
def cornish(tmp_path_factory, town_network, town_areas, town_sites):
    """Run the toy town as if it stood in Cornwall; return its study's result."""
    east, north = TO_CORNWALL
    nodes = town_network.nodes
    network = replace(town_network, nodes=nodes.assign(x=nodes["x"] + east, y=nodes["y"] + north))
    areas, sites = (moved(table) for table in (town_areas, town_sites))
    sites["kind"] = "community_hospital"
    folder = tmp_path_factory.mktemp("cornwall") / "town"
    study = write_town(folder, network, areas.drop(columns="ward"), sites)
    text = TOWN_STUDY.replace('outlines = "outlines.geojson"', 'outlines = "cells"')
    study.write_text(text, encoding="utf-8")
    return run_study(load_study(study))


def moved(table):
    """Return a table of places in Cornwall instead."""
    points = table.geometry.translate(*TO_CORNWALL)
    degrees = points.to_crs("EPSG:4326")
    return table.set_geometry(points).assign(lat=degrees.y, lon=degrees.x)


@pytest.fixture(scope="module")
def maps(cornish, tmp_path_factory):
    """Publish it; return the folder."""
    folder = tmp_path_factory.mktemp("published") / "maps"
    publish_study(cornish, folder)
    return folder


@pytest.mark.parametrize("name", ["explorer.html", "report.html"])
def test_its_pages_keep_every_rule(maps, name, chromium):
    page = read_page((maps / name).read_text(encoding="utf-8"))
    assert [finding for rule in RULES for finding in rule(page)] == []
    assert browser_findings(maps / name, chromium) == []


def test_the_explorer_speaks_of_what_the_study_has(maps, open_page):
    page = open_page(maps / "explorer.html")
    assert OURS.findall(page.inner_text("body")) == []
    assert not page.is_visible("#journey")
    views = page.eval_on_selector_all("input[name=view]", "all => all.map(view => view.value)")
    assert views == ["before", "after", "change", "beside"]  # and no figure of a place
    page.fill("#find", "West")
    page.press("#find", "Enter")
    assert "West" in page.inner_text("#mine-heading")
    page.fill("#find", "nowhere")
    page.press("#find", "Enter")
    assert OURS.findall(page.inner_text("#find-error")) == []
    assert page.heard == []


def test_an_area_that_no_road_leads_to_is_told_so(maps, open_page):
    page = open_page(maps / "explorer.html")
    page.fill("#find", "Farm")
    page.press("#find", "Enter")
    for option in page.eval_on_selector_all("#option option", "all => all.map(o => o.value)"):
        page.select_option("#option", option)
        rows = page.locator("#table-mine tbody tr")
        assert "no route" in rows.first.inner_text()
        assert "NaN" not in page.inner_text("main")


def test_its_maps_for_print_are_drawn(cornish):
    assert any(name.endswith(".svg") for name in print_maps(build_publication(cornish)))
