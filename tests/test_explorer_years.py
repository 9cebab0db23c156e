"""Years in the explorer: a table a year, its cells in the order of its heads."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from publication_cases import town_publication

from llrgeo.publish.explorer.page import render_explorer
from llrgeo.publish.explorer.years import year_tables

CAPACITY = pd.DataFrame(
    {
        "option": ["today", "local", "today", "local"],
        "year": [2026, 2026, 2043, 2043],
        "beds": [280.0, np.nan, 280, np.nan],
        "beds_needed": [311.0, 330, 417, 440],
        "beds_short": [70.0, np.nan, 140, np.nan],
        "wte": np.nan,
    }
)
PEOPLE = pd.DataFrame(
    {
        "option": ["local", "today", "local", "today"],
        "year": [2043, 2043, 2026, 2026],
        "longer_any": [34_500, 0, 31_000, 0],
        "lost": [4_500, 0, 1_000, 0],
        "mixed": [30_000, 0, 30_000, 0],
        "longer": 0,
        "shorter": [5_000, 0, 4_000, 0],
        "same": [2_500, 42_000, 2_100, 37_100],
        "none": [0, 0, 0, 0],
        "no_data": [0, 0, 0, 0],
    }
)


@pytest.fixture
def publication(town_areas, town_sites, town_times):
    plain = town_publication(town_areas, town_sites, town_times)
    tables = {"capacity_by_year": CAPACITY, "people_by_service_by_year": PEOPLE}
    return replace(plain, tables=tables, descriptions={})


def test_each_year_has_its_table_of_all_options(publication):
    tables = year_tables(publication)
    assert list(tables) == ["2026", "2043"]
    last = tables["2043"]
    # nobody's staff is known, so there is no column of it; what one option lacks is empty
    assert last["heads"] == [
        *("Option", "People with a longer journey", "Beds there", "Beds needed"),
        "Beds too few, by site",
    ]
    assert [row[1:] for row in last["rows"]] == [
        ["0", "280", "417", "140"],
        ["34,500", "", "440", ""],
    ]
    assert last["caption"] == "Options in 2043: journeys, beds and staff"


def test_a_year_says_whose_people_it_counts_and_how_many_the_rest_of_the_page_does(publication):
    tables = year_tables(publication)
    assert tables["2026"]["note"].startswith(
        "In 2026 there are 37,100 people here, it is thought. The rest of this page counts 1,000, "
        "as the census did."
    )
    assert tables["2043"]["note"].startswith("In 2043 there are 42,000 people here")
    assert "In 2043 there are 42,000 people here" in render_explorer(publication)
    as_many = replace(publication, tables={**publication.tables, "people_by_service_by_year": (
        PEOPLE.assign(same=[2_500, 1_000, 2_100, 1_000]))})  # fmt: skip
    assert "The rest of this page" not in year_tables(as_many)["2026"]["note"]


def test_the_page_offers_the_years_and_all_tables_without_scripts(publication):
    page = render_explorer(publication)
    assert re.findall(r'name="year" value="(\d+)"( checked)?', page) == [
        ("2026", " checked"),
        ("2043", ""),
    ]
    assert re.findall(r'class="of-year" data-year="(\d+)"', page) == ["2026", "2043"]
    without = render_explorer(replace(publication, tables={}))
    assert "of-year" not in without.split("<script", maxsplit=1)[0]
