"""The report's chapter on capacity: bars by hand, cells in the unit of their heading."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from publication_cases import town_publication

from llrgeo.publish.report.capacity import (
    beds_chart,
    capacity_figures,
    longer_chart,
    money_chart,
    staff_chart,
)
from llrgeo.publish.report.capacity_tables import (
    basis_table,
    beds_table,
    glance_table,
    longer_by_year,
    longer_table,
    money_table,
    staff_table,
)
from llrgeo.publish.report.page import render_report
from llrgeo.publish.wording import wording

BY_YEAR = pd.DataFrame(
    {
        "option": ["today", "today", "local", "local"],
        "year": [2026, 2043, 2026, 2043],
        "beds": [280.0, 280, np.nan, np.nan],
        "beds_needed": [311.0, 417, 330, 440],
        "beds_short": [70.0, 140, np.nan, np.nan],
        "nurses_wte": [206.8, 206.8, 230.1, 250.2],
        "nurses_wte_needed": [229.7, 307.4, 241.2, 321.9],
        "rounds_wte": np.nan,
        "crisis_wte": [43.1, 57.4, 43.1, 57.4],
        "wte": [249.9, 264.2, 273.2, 307.6],
        "rooms_needed": [278.0, 319, 279, 320],
        "rooms_short": np.nan,
        "capital": [0.0, 0, 0, 22_204_972.8],
        "running": [137_075_880.0, 137_075_880, 133_200_000, 133_200_000],
    }
)
WHOLE = pd.DataFrame(
    {
        "option": ["today", "today", "today"],
        "service": ["beds", "beds", "stroke"],
        "year": [2026, 2043, 2043],
        "beds_needed_low": [260, 310, 31],
        "beds_needed_high": [360, 470, 52],
    }
)
WORKS = pd.DataFrame(
    {
        "option": ["local", "local"],
        "capital_low": [6_100_000.0, 3_060_000],
        "capital_high": [20_700_000.0, 10_360_000],
    }
)
LONGER = pd.DataFrame(
    {
        "option": ["today", "local", "today", "local"],
        "year": [2026, 2026, 2043, 2043],
        "longer_any": [0, 310, 0, 345],
        "longer": [0, 310, 0, 345],
        "same": [1_170, 860, 1_290, 945],
        **dict.fromkeys(("lost", "mixed", "shorter", "none", "no_data"), 0),
    }
)
PARAMETERS = pd.DataFrame(
    [
        ("headroom", 0.22, "share", "assumption", "nobody", "2026-11"),
        ("target_share", 0.05, "share", "assumption", "nobody", "2026-11"),
        ("running_gbp_m2", 456.0, "GBP", "published", "the returns", "2023"),
        ("people", 1_203_456.0, "people", "official", "the statisticians", ""),
        ("clinic: stay_days", 25.0, "days", "study", "a guess", ""),
    ],
    columns=["name", "value", "unit", "standing", "source", "date"],
)


@pytest.fixture
def publication(town_areas, town_sites, town_times):
    plain = town_publication(town_areas, town_sites, town_times)
    tables = {
        "capacity_by_year": BY_YEAR,
        "beds_as_a_whole": WHOLE,
        "works": WORKS,
        "people_by_service_by_year": LONGER,
        "capacity_parameters": PARAMETERS,
    }
    return replace(plain, tables=tables, descriptions={})


def test_bars_are_as_long_as_the_beds_and_marks_stand_at_the_need():
    chart = beds_chart(BY_YEAR.assign(label=BY_YEAR["option"]))
    widths = [float(x) for x in re.findall(r'" width="([\d.]+)" height="18', str(chart.svg()))]
    assert widths == pytest.approx([290 * 280 / 440, 0], abs=0.05)
    marks = [float(x) for x in re.findall(r'points="([\d.]+),', str(chart.svg()))]
    assert marks == pytest.approx([290 * n / 440 for n in (311, 417, 330, 440)] + [8], abs=0.06)
    assert "today: 280 beds, 311 needed at first, 417 at last" in chart.description
    assert "local: not stated beds" in chart.description
    assert "280 there; 311 to 417 needed" in str(chart.svg())
    assert "beds needed in 2026, 2043" in str(chart.svg())


def test_staff_of_the_last_year_are_stacked():
    chart = staff_chart(BY_YEAR.assign(label=BY_YEAR["option"]))
    bars = re.findall(
        r'<rect x="([\d.]+)" y="\d+\.\d" width="([\d.]+)" height="18', str(chart.svg())
    )
    scale = 400 / 307.6
    expected = [(0, 206.8), (206.8, 57.4), (0, 250.2), (250.2, 57.4)]
    for (x, width), (start, wte) in zip(bars, expected, strict=True):
        assert float(x) == pytest.approx(start * scale, abs=0.06)
        assert float(width) == pytest.approx(wte * scale, abs=0.06)
    assert "2043" in chart.title


def test_kinds_of_staff_that_a_study_does_not_have_are_not_in_the_key():
    chart = str(staff_chart(BY_YEAR.assign(label=BY_YEAR["option"])).svg())
    assert "crisis teams" in chart
    assert "visiting teams" not in chart


def test_bars_of_money_are_those_of_the_last_year():
    chart = money_chart(BY_YEAR.assign(label=BY_YEAR["option"]), "running")
    widths = [float(x) for x in re.findall(r'" width="([\d.]+)" height="18', str(chart.svg()))]
    assert widths == pytest.approx([400, 400 * 133.2 / 137.07588], abs=0.06)
    assert chart.description == (
        "today: 137.1 million pounds a year; local: 133.2 million pounds a year."
    )
    assert "2043" in chart.title


def test_one_row_an_option_has_the_first_and_the_last_year(publication):
    table = glance_table(publication)
    assert table["heads"] == [
        *("Option", "Beds there", "Beds needed 2026", "Beds needed 2043"),
        *("Staff (WTE) 2026", "Staff (WTE) 2043"),
        *("Buildings, million pounds in all", "Running, million pounds a year"),
    ]
    assert table["rows"][0][1:] == ["280", "311", "417", "250", "264", "none stated", "137.1"]
    assert table["rows"][1][1:] == ["", "330", "440", "273", "308", "22.2", "133.2"]


def test_beds_say_how_sure_their_need_is_over_all_services(publication):
    table = beds_table(publication)
    assert table["heads"][2:5] == [
        *("Beds needed 2026", "Beds needed 2043", "Needed, from - to, 2043"),
    ]
    assert table["rows"][0][1:] == ["280", "311", "417", "341 to 522", "70", "140"]
    assert table["rows"][1][1:] == ["", "330", "440", "", "", ""]


def test_staff_are_by_year_and_those_of_the_last_by_kind(publication):
    table = staff_table(publication)
    # nobody visits in rounds, so there is no column of visiting teams
    assert table["heads"][-4:] == [
        *("Staff (WTE) 2043", "Nurses of wards 2043", "Crisis teams 2043"),
        "Nurses if the beds needed were there 2043",
    ]
    assert table["rows"][1][1:] == ["273", "308", "250.2", "57.4", "321.9"]


def test_money_is_in_millions_with_its_range_and_what_is_not_stated_is_empty(publication):
    table = money_table(publication, "capital")
    assert table["heads"] == ["Option", "2026", "2043", "From - to"]
    assert [row[1:] for row in table["rows"]] == [
        ["none stated", "none stated", ""],  # which is not that it costs nothing
        ["0.0", "22.2", "9.2 to 31.1"],  # 6.1 + 3.06 and 20.7 + 10.36, in millions
    ]
    running = money_table(publication, "running")
    assert running["heads"][-1] == f"2043 against {publication.baseline.label}"
    assert [row[1:] for row in running["rows"]] == [
        ["137.1", "137.1", ""],
        ["133.2", "133.2", f"{wording()['minus']}3.9"],  # 133.2 - 137.07588
    ]


def test_works_that_no_option_states_have_no_bar_and_are_said_so():
    chart = money_chart(BY_YEAR.assign(label=BY_YEAR["option"]), "capital")
    assert chart.description == "today: none stated million pounds; local: 22.2 million pounds."
    assert str(chart.svg()).count('height="18') == 1


def test_people_with_longer_journeys_are_those_of_each_year_without_the_baseline(publication):
    longer = longer_by_year(publication)
    # The headline counts the 200 residents of E; the years count those projected.
    table = longer_table(publication, longer)
    assert table["heads"] == ["Option", "Headline (residents of the census)", "2026", "2043"]
    assert table["rows"] == [["Closer to home", "200", "310", "345"]]
    chart = longer_chart(longer)
    assert "of the people of 2043" in chart.title
    assert chart.description == "Closer to home: 345 people."


def test_what_figures_rest_on_says_who_says_so(publication):
    rows = basis_table(publication)["rows"]
    assert [row[0] for row in rows] == [
        "People in the first year",
        f"{publication.services[0].label}: days that an admission holds a bed",
        "Share of admissions that may be refused, or wait too long",
        "Share of paid time on leave, sick or in training",
        "Pounds a year to run a square metre",
    ]
    assert [row[2] for row in rows] == [
        *("official", "the study's own", "assumed", "assumed", "published"),
    ]
    assert rows[0][1::2] == ["1,203,456", "the statisticians"]
    assert rows[4][1::2] == ["456", "the returns (2023)"]


def test_figures_of_teams_stand_beside_those_that_only_a_study_with_teams_rests_on(publication):
    plain = basis_table(publication)["rows"]
    own = [
        ("stop_s", 116.0, "s", "assumption", "a guess", "2026-11"),
        ("visit_admin_min", 12.0, "minutes", "assumption", "a guess", "2026-11"),
        ("response_job_h", 1.75, "hours", "assumption", "a guess", "2026-11"),
        ("response_standard_min", 120.0, "minutes", "official", "the standard", "2026-11"),
    ]
    unused = PARAMETERS.iloc[[0]].assign(name="stop_s")
    with_teams = pd.DataFrame(
        [
            ("clinic: care_min", 33.0, "minutes", "study", "the team", ""),
            ("clinic: visits_a_round", 9.0, "visits", "study", "the team", ""),
            ("clinic: peak_factor", 1.45, "", "study", "the team", ""),
        ],
        columns=PARAMETERS.columns,
    )
    defaults = pd.DataFrame(own, columns=PARAMETERS.columns)

    def shown(*tables: pd.DataFrame) -> list[list[str]]:
        known = pd.concat([PARAMETERS, *tables], ignore_index=True)
        tables_of = dict(publication.tables) | {"capacity_parameters": known}
        return basis_table(replace(publication, tables=tables_of))["rows"]

    # Nobody drives rounds or is called out: no figure of the table rests on their defaults.
    assert shown(defaults) == shown(unused) == plain
    clinic = publication.services[0].label
    found = shown(defaults, with_teams)[4:-1]
    assert [row[:3] for row in found] == [
        [f"{clinic}: minutes of care of a visit", "33", "the study's own"],
        ["Minutes of records and calls of a visit at home", "12", "assumed"],
        [f"{clinic}: visits of one round", "9", "the study's own"],
        ["Driving of rounds: seconds lost at each stop", "116", "assumed"],
        ["Minutes from an urgent call to the team's arrival", "120", "official"],
        ["Hours of an urgent job: out, on scene, records, back", "1.75", "assumed"],
        [f"{clinic}: calls of the busiest hour over the mean", "1.45", "the study's own"],
    ]
    assert found[0][3] == "the team"


def test_the_chapter_stands_in_the_report_only_with_its_tables(publication):
    page = render_report(publication)
    assert 'id="capacity"' in page
    assert "1 of the figures behind this chapter are official, 1 were published" in page
    assert "2 are assumptions of this project, and 1 are this study" in page
    for name in ("glance", "beds", "staff", "capital", "running", "longer", "basis"):
        assert f'id="table-capacity-{name}"' in page
    assert (
        "as they are projected: 1,170 in 2026. The headline and all other chapters count 1,000"
        " residents, those of the census."
    ) in page
    without = replace(publication, tables={})
    assert 'id="capacity"' not in render_report(without)


def test_a_study_that_builds_nothing_has_no_chart_of_buildings(publication):
    plain = BY_YEAR.assign(capital=0.0)
    tables = dict(publication.tables) | {"capacity_by_year": plain}
    names = [table["id"] for _, table in capacity_figures(replace(publication, tables=tables))]
    assert names == [
        *("capacity-beds", "capacity-staff", "capacity-running", "capacity-longer"),
    ]
