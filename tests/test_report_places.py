"""The report's chapter on places: figures with their ranks, ties, what is too close or hidden."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from appraisal_cases import LOCAL, TODAY, evidence_context
from publication_cases import town_publication
from test_place_rankings import MEASURED, figures, setting_of

from llrgeo.appraisal.costs.rates import Rates
from llrgeo.appraisal.evaluation import evaluate_options
from llrgeo.appraisal.evidence_inputs import EvidenceInputs
from llrgeo.appraisal.tables.declaration import make_tables
from llrgeo.appraisal.tables.places import PLACES
from llrgeo.appraisal.uncertainty.simulation import Uncertainty
from llrgeo.publish.data import gis
from llrgeo.publish.data.files import area_results
from llrgeo.publish.indicator_view import describe_indicator, view_indicator
from llrgeo.publish.report.page import render_report
from llrgeo.publish.report.places import places_chapter
from llrgeo.travel.accuracy import UNMEASURED

MINUS = "\u2212"
OWN = {"Ash": 81.5, "Elm, City of": 84.25, "Farms": 81.5}


def publisher_of(areas, sites, times):
    """Return a function that publishes the town with some indicators."""
    setting = setting_of(areas, sites, times)
    results = evaluate_options([TODAY, LOCAL], setting, baseline="today")

    def with_figures(*given, accuracy=MEASURED):
        inputs = replace(setting, times=replace(setting.times, accuracy=accuracy))
        none = pd.DataFrame()
        assumed = EvidenceInputs(Rates(none, none, none), Uncertainty(1.0), figures=given)
        tables = make_tables(PLACES, evidence_context(results, inputs, "today", assumed))
        town = town_publication(inputs.areas, inputs.sites, inputs.times)
        return replace(town, tables=tables, figures=given)

    return with_figures


@pytest.fixture(scope="module")
def publish(town_areas, town_sites, town_times):
    return publisher_of(town_areas, town_sites, town_times)


def rows_of(chapter, caption):
    tables = [*chapter["access"], *chapter["indicators"]]
    [table] = [table for table in tables if table["caption"] == caption]
    return table["heads"], {row[0]: row[1:] for row in table["rows"]}


def test_access_is_told_with_its_rank_and_the_way_to_the_next(publish):
    heads, rows = rows_of(places_chapter(publish()), "Today: places compared")
    assert heads == [
        "Place",
        "Average minutes",
        "Beyond the standard",
        "Worst tenth, minutes",
        "Homes in time",
    ]
    assert rows["Ash"] == [
        "1.7 (1; next 1.3)",
        "0.0% (1; next 100.0%)",
        "2.0 (1; too close)",
        "100.0% (1; next 100.0%)",
    ]
    assert rows["Elm, City of"][:3] == ["3.0 (2)", "100.0% (2=)", "3.0 (2; next no route)"]
    assert rows["Farms"][0] == "no figure"
    assert rows["Farms"][2] == "no route (3)"


def test_the_baseline_has_no_column_of_losers_and_an_option_has(publish):
    heads, rows = rows_of(places_chapter(publish()), "Closer to home: places compared")
    assert heads[4] == "Longer journey"
    assert rows["Ash"][3] == "33.3% (2)"
    assert rows["Farms"][3] == "no figure"  # nobody there has a journey to lose


def test_an_indicator_is_told_with_unit_direction_source_date_and_error(publish):
    chapter = places_chapter(publish(figures(OWN, error=1.4)))
    assert chapter["described"] == [
        (
            "Still at home",
            (
                "Unit: %. Higher is better. Source: Invented board, 2024/25. "
                "A gap of no more than the stated errors is too close to say."
            ),
        )
    ]
    heads, rows = rows_of(chapter, "Figures of authorities")
    assert heads == ["Place", "Still at home (%)"]
    assert rows == {
        "Ash": ["81.50 (2=)"],
        "Elm, City of": ["84.25 (1; next 2.75)"],
        "Farms": ["81.50 (2=)"],
    }


def test_a_figure_that_is_hidden_or_missing_says_so(publish):
    given = figures({"Ash": np.nan, "Elm, City of": 25.0, "Farms": np.nan})
    hidden = given.hidden.copy()
    hidden["Ash"] = True
    chapter = places_chapter(publish(replace(given, hidden=hidden)))
    _, rows = rows_of(chapter, "Figures of authorities")
    assert rows == {"Ash": ["*"], "Elm, City of": ["25 (1)"], "Farms": ["no figure"]}
    assert "An asterisk stands for a figure that is hidden" in chapter["described"][0][1]


def test_without_a_direction_a_figure_stands_alone(publish):
    given = figures(OWN, "none")
    chapter = places_chapter(publish(given))
    assert rows_of(chapter, "Figures of authorities")[1]["Ash"] == ["81.50"]
    assert "Neither high nor low is better" in describe_indicator(given)
    assert "error" not in describe_indicator(given)


def test_a_rank_among_others_says_of_how_many(publish):
    chapter = places_chapter(publish(figures({**OWN, "E09": 90.0})))
    _, rows = rows_of(chapter, "Figures of authorities")
    assert rows["Elm, City of"] == ["84.25 (2 of 4; next 2.75)"]
    assert rows["Farms"] == ["81.50 (3= of 4)"]


def test_figures_stand_four_to_a_table(publish):
    many = [
        replace(given, indicator=replace(given.indicator, id=f"x{n}", label=f"Figure {n}"))
        for n in range(9)
        for given in [figures(OWN)]
    ]
    chapter = places_chapter(publish(*many))
    assert [len(table["heads"]) for table in chapter["indicators"]] == [5, 5, 2]


def test_areas_are_told_from_both_ends(publish):
    chapter = places_chapter(publish(figures({"W": 3.0, "N": 8.0, "E": 5.5}, "lower", kind="area")))
    [table] = chapter["indicators"]
    assert table["caption"] == "Still at home: 3 of 3 areas, from both ends"
    assert table["rows"][0] == ["Town (West)", "3.0 (1; next 2.5)"]


def test_where_no_error_was_measured_the_chapter_says_so(publish):
    assert places_chapter(publish(accuracy=UNMEASURED))["unmeasured"]
    assert not places_chapter(publish())["unmeasured"]


def test_the_page_has_the_chapter_and_its_link(publish):
    given = figures(OWN)
    hostile = replace(given.indicator, label="<b>{{ 7 * 7 }}</b>", source="</dl><script>")
    page = render_report(publish(replace(given, indicator=hostile)))
    assert '<a href="#places">How places compare</a>' in page
    assert "&lt;b&gt;{{ 7 * 7 }}&lt;/b&gt;" in page
    assert "<script" not in page
    assert "Elm, City of" in page


def test_without_places_there_is_no_chapter(town_areas, town_sites, town_times):
    town = town_publication(town_areas, town_sites, town_times)
    assert places_chapter(town) is None
    assert 'id="places"' not in render_report(town)


# --- How values are shown --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "decimals", "shown"),
    [
        ([12.0, 9.0], 0, "12"),
        ([81.5, 84.25], 2, "81.50"),
        ([1234.56, 7.0], 0, "1,235"),
        ([0.012345, 0.5], 4, "0.0123"),
        ([-4.25, 3.0], 2, f"{MINUS}4.25"),
        ([0.0, 0.0], 0, "0"),
    ],
)
def test_values_keep_the_decimals_that_tell_something(values, decimals, shown):
    view = view_indicator(figures(dict(zip("ab", values, strict=True))))
    assert view.decimals == decimals
    assert view.text(values[0]) == shown


def test_classes_have_about_as_many_places_and_hold_their_upper_edge():
    view = view_indicator(figures({f"p{n}": float(n) for n in range(1, 11)}))
    assert view.edges == (2, 4, 6, 8)
    assert view.labels[:2] == ("up to 2", "over 2, up to 4")
    assert view.labels[-2:] == ("over 8", "no figure, or hidden")
    assert view.classes.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert len(view.colours) == len(view.labels) == 6
    assert len(set(view.colours)) == 6


def test_one_value_makes_one_class_and_none_makes_grey():
    view = view_indicator(figures({"a": 3.0, "b": 3.0, "c": np.nan}))
    assert view.edges == ()
    assert view.labels == ("all values", "no figure, or hidden")
    assert view.classes.tolist() == [0, 0, 1]


def test_qgis_colours_areas_by_an_indicator(publish):
    """Values 3, 5.5 and 8 make three classes, each of which holds its value."""
    town = publish(figures({"W": 3.0, "N": 8.0, "E": 5.5}, "lower", kind="area"))
    style = ET.fromstring(gis.qgis_styles(town)["indicator__still_home"].split("\n", 1)[1])
    ranges = [
        (float(one.get("lower")), float(one.get("upper")), one.get("label"))
        for one in style.iter("range")
    ]
    assert ranges == [
        (3.0, 3.05, "up to 3.0"),
        (3.05, 5.55, "over 3.0, up to 5.5"),
        (5.55, 8.0, "over 5.5"),
    ]
    assert area_results(town)["indicator__still_home"].dropna().to_dict() == {
        "W": 3.0,
        "N": 8.0,
        "E": 5.5,
    }


def test_an_indicator_that_is_hidden_everywhere_has_no_style(publish):
    town = publish(figures({"Ash": np.nan, "Farms": np.nan}))
    assert "indicator__still_home" not in gis.qgis_styles(town)
    assert area_results(town)["indicator__still_home"].isna().all()
