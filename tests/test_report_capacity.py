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
    money_table,
    staff_chart,
)
from llrgeo.publish.report.page import render_report

BY_YEAR = pd.DataFrame(
    {
        "option": ["today", "today", "local", "local"],
        "year": [2026, 2043, 2026, 2043],
        "beds": [280.0, 280, np.nan, np.nan],
        "beds_needed": [311.0, 417, 330, 440],
        "beds_short": [70.0, 140, np.nan, np.nan],
        "nurses_wte": [206.8, 206.8, 230.1, 250.2],
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
        "option": ["today"],
        "service": ["beds"],
        "year": [2026],
        "beds": [280.0],
        "beds_needed": [311],
        "beds_needed_low": [260],
        "beds_needed_high": [360],
        "extra_beds": [38],
        "share_refused": [0.2203],
    }
)
PARAMETERS = pd.DataFrame({"standing": ["official", "assumption", "assumption", "published"]})


@pytest.fixture
def publication(town_areas, town_sites, town_times):
    plain = town_publication(town_areas, town_sites, town_times)
    tables = {
        "capacity_by_year": BY_YEAR,
        "beds_as_a_whole": WHOLE,
        "capacity_parameters": PARAMETERS,
    }
    return replace(plain, tables=tables, descriptions={})


def test_bars_are_as_long_as_the_beds_and_marks_stand_at_the_need():
    chart = beds_chart(BY_YEAR.assign(label=BY_YEAR["option"]))
    widths = [float(x) for x in re.findall(r'" width="([\d.]+)" height="18', str(chart.svg()))]
    assert widths == pytest.approx([330 * 280 / 440, 0], abs=0.05)
    marks = [float(x) for x in re.findall(r'points="([\d.]+),', str(chart.svg()))]
    assert marks == pytest.approx([330 * n / 440 for n in (311, 417, 330, 440)], abs=0.06)
    assert "today: 280 beds, 311 needed at first, 417 at last" in chart.description
    assert "local: not stated beds" in chart.description


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


def test_money_is_in_millions_and_what_is_not_stated_is_empty(publication):
    table = money_table(publication)
    assert table["heads"][-2:] == ["Buildings, million pounds", "Running, million pounds a year"]
    assert table["rows"][3][1:] == ["2043", "", "440", "", "308", "320", "22.2", "133.2"]


def test_the_chapter_stands_in_the_report_only_with_its_tables(publication):
    page = render_report(publication)
    assert 'id="capacity"' in page
    assert "1 of the figures behind this chapter are official, 1 were published" in page
    assert "and 2 are assumptions" in page
    assert [table["id"] for _, table in capacity_figures(publication)] == [
        "capacity-beds",
        "capacity-staff",
    ]
    without = replace(publication, tables={})
    assert 'id="capacity"' not in render_report(without)
