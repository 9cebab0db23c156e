"""The explorer's indicators: what the page's script says of them is what Python says."""

import json
from dataclasses import replace

import numpy as np
import pytest
from planner_scripts import explorer_engine
from test_place_rankings import figures
from test_report_places import OWN, publisher_of

from llrgeo.publish.explorer.page import render_explorer
from llrgeo.publish.explorer.payload import explorer_data
from llrgeo.publish.indicator_view import view_indicator

SCRIPTS = ("text.js", "figures.js")
COLD = {"W": 1234.5, "N": -8.25, "E": 5.0}


def cold():
    given = figures(COLD, "lower", kind="area")
    return replace(given, indicator=replace(given.indicator, id="cold", label="Cold homes"))


def secret():
    given = figures({"Ash": np.nan, "Elm, City of": 25.0, "Farms": np.nan})
    hidden = given.hidden.copy()
    hidden["Ash"] = True
    said = replace(given.indicator, id="secret", label="Falls", unit="people")
    return replace(given, indicator=said, hidden=hidden)


@pytest.fixture(scope="module")
def publish(town_areas, town_sites, town_times):
    return publisher_of(town_areas, town_sites, town_times)


@pytest.fixture(scope="module")
def town(publish):
    return publish(figures(OWN, error=1.4), cold(), secret())


@pytest.fixture(scope="module")
def run(town):
    data = json.dumps(explorer_data(town), allow_nan=False)
    harness = f"const data = {data}; const figures = llrgeoFigures(data);"
    engine = explorer_engine(SCRIPTS, harness)
    return lambda code: json.loads(engine.eval(f"JSON.stringify({code})"))


def test_the_script_colours_each_area_as_python_classes_it(run, town):
    for given in town.figures:
        view = view_indicator(given)
        by_area = given.by_area(town.areas).round(view.decimals)
        expected = np.searchsorted(view.edges, by_area.to_numpy(), side="left")
        expected = np.where(by_area.isna(), len(view.edges) + 1, expected)
        found = run(f"figures.classOf(figures.byId('{given.indicator.id}'))")
        assert found == expected.tolist(), given.indicator.id


def test_the_script_writes_a_value_as_python_does(run, town):
    view = view_indicator(town.figures[1])
    texts = run("data.areas.id.map((_, area) => figures.valueText(figures.byId('cold'), area))")
    by_id = dict(zip(town.areas.index, texts, strict=True))
    assert {area: by_id[area] for area in COLD} == {
        area: view.text(value) for area, value in COLD.items()
    }
    assert by_id["W"] == "1,234"  # of 1,234.5, whose size asks for no decimals
    assert by_id["F"] == "no figure"


def test_a_reader_is_told_the_figures_of_where_they_live(run, town):
    area = town.areas.index.get_loc("N")
    assert run(f"figures.mine([{area}])") == [
        ["Still at home (%)", "84.25", "1 of 3", "Elm, City of"],
        ["Cold homes (%)", f"{chr(0x2212)}8", "1 of 3", "Town (North)"],
        ["Falls (people)", "25", "1 of 1", "Elm, City of"],
    ]
    area = town.areas.index.get_loc("W")
    assert run(f"figures.mine([{area}])")[2] == ["Falls (people)", "*", "", "Ash"]


def test_a_town_of_several_areas_is_told_from_the_lowest_to_the_highest(run, town):
    areas = [town.areas.index.get_loc(area) for area in ("W", "E", "F")]
    told = run(f"figures.mine({areas})")
    assert told[0] == ["Still at home (%)", "81.50", "", "2 places"]
    assert told[1] == ["Cold homes (%)", "5 to 1,234", "", "3 places"]
    assert told[2] == ["Falls (people)", "no figure", "", "2 places"]


def test_the_page_says_the_first_figure_without_a_script(town):
    page = render_explorer(town)
    table = page.partition('id="table-figures"')[2].partition("</table>")[0]
    for said in ("Elm, City of", "84.25", "2.75", "2="):
        assert said in table
    assert "Unit: %. Higher is better. Source: Invented board, 2024/25." in page
    assert page.count('<option value="secret">Falls</option>') == 1


def test_how_far_the_next_is_says_how_sure_that_is(town):
    listed = {each["id"]: each for each in explorer_data(town)["figures"]["list"]}
    assert listed["still_home"]["rows"][0] == ["Elm, City of", "84.25", "1", "2.75"]
    assert listed["cold"]["rows"][0] == [
        "Town (North)",
        f"{chr(0x2212)}8",
        "1",
        "13, error not known",
    ]
    assert listed["secret"]["rows"] == [
        ["Elm, City of", "25", "1", ""],
        ["Ash", "*", "", ""],
        ["Farms", "no figure", "", ""],
    ]


def test_no_hidden_value_is_in_the_page(town):
    [given] = [each for each in explorer_data(town)["figures"]["list"] if each["id"] == "secret"]
    assert given["values"] == [None, 25.0, None]
    assert given["hidden"] == [0]


def test_a_hostile_label_stays_text(publish):
    given = figures(OWN)
    said = replace(given.indicator, label="<script>alert(1)</script>{{ 7*7 }}${x}`")
    page = render_explorer(publish(replace(given, indicator=said)))
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in page


def test_without_indicators_the_page_offers_none(publish):
    page = render_explorer(publish())
    assert 'value="figure"' not in page
    assert 'id="figures"' not in page
