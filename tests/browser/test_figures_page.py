"""The explorer's indicators in a real browser: chosen, drawn, listed, and kept in the address."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from publication_cases import county_publication

from llrgeo.appraisal.places.indicators import Indicator, PlaceFigures
from llrgeo.appraisal.places.place_rankings import rank_figures
from llrgeo.publish.check.browser import MAX_TAB_STOPS, axe_findings, tab_stops
from llrgeo.publish.explorer.page import render_explorer

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    county = county_publication(columns=8, rows=6, site_count=16, modes=("car",))
    rng = np.random.default_rng(5)
    given = []
    for kind, places in (
        ("authority", sorted(county.areas["authority"].unique())),
        ("area", county.areas.index.tolist()),
    ):
        values = pd.Series(rng.uniform(3, 90, len(places)).round(1), places)
        said = Indicator(f"of_{kind}", f"Figure of {kind}", "%", "higher", "Invented", "2025")
        given.append(PlaceFigures(said, kind, values, values * np.nan, values.isna()))
    ranks = pd.concat(
        [rank_figures(each, each.values.index).assign(option="") for each in given],
        ignore_index=True,
    )
    county = replace(county, figures=tuple(given), tables={"place_rankings": ranks})
    path = tmp_path_factory.mktemp("figures") / "explorer.html"
    path.write_text(render_explorer(county), encoding="utf-8")
    return path


def cells(page, name):
    return page.eval_on_selector_all(
        f"#table-{name} tbody tr",
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))",
    )


def test_a_figure_is_chosen_drawn_listed_and_kept(open_page, page_file):
    page = open_page(page_file)
    before = cells(page, "figures")
    page.select_option("#figure", "of_area")
    assert page.is_checked("input[name=view][value=figure]")
    assert "Figure of area" in page.inner_text("#legend-heading")
    assert cells(page, "figures") != before
    assert "f=of_area" in page.evaluate("location.hash")
    assert axe_findings(page) == []
    assert page.heard == []
    again = open_page(page_file, "#v=figure&f=of_area")
    assert cells(again, "figures") == cells(page, "figures")
    assert page.evaluate("location.hash").endswith("v=figure&f=of_area")


def test_what_the_address_names_and_the_page_has_not_is_left_out(open_page, page_file):
    page = open_page(page_file, "#v=figure&f=gone")
    assert page.is_checked("input[name=view][value=before]")
    assert page.heard == []


def test_the_choice_adds_few_tab_stops(open_page, page_file):
    assert tab_stops(open_page(page_file)) <= MAX_TAB_STOPS
