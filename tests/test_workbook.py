"""The workbook: one named table a sheet, text stays text, equal editions make equal bytes."""

import io
import re
import zipfile
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from llrgeo.appraisal.tables import units
from llrgeo.appraisal.tables.declaration import PublishedColumn, TableDescription
from llrgeo.errors import LlrgeoError
from llrgeo.publish.data.descriptions import DescribedTable
from llrgeo.publish.data.workbook import contents, render_workbook, settings_table, sheet_names

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "{{ 7*7 }}", "<b>&", "https://example.org"]

NAME = PublishedColumn("name", "What it is called")
PEOPLE = PublishedColumn("people", "Residents", units.PEOPLE)
MINUTES = PublishedColumn("travel_time_min", "Minutes there", units.MINUTES, "no route")
SHARE = PublishedColumn("share", "Share of all people", units.SHARE)


def described(content, *columns):
    return DescribedTable(content, TableDescription("What it is about.", columns))


@pytest.fixture
def publication(town_publication):
    return town_publication


@pytest.fixture(scope="module")
def parts(town_publication):
    tables = {
        "people": described(pd.DataFrame({"name": HOSTILE, "people": range(8)}), NAME, PEOPLE),
        "minutes": described(
            pd.DataFrame({"travel_time_min": [1.5, np.inf, np.nan], "share": [0.25, 0.5, 1.0]}),
            MINUTES,
            SHARE,
        ),
    }
    with zipfile.ZipFile(io.BytesIO(render_workbook(town_publication, tables))) as book:
        return {name: book.read(name).decode("utf-8") for name in book.namelist()}


def test_sheets_are_cover_notes_contents_assumptions_and_the_tables(parts):
    names = re.findall(r'<sheet name="([^"]+)"', parts["xl/workbook.xml"])
    assert names == ["cover", "notes", "contents", "assumptions", "people", "minutes"]


def test_text_stays_text_and_nothing_is_a_formula_a_link_or_merged(parts):
    text = "".join(parts.values())
    assert "<f>" not in text
    assert "<mergeCell" not in text
    # The contents link to the sheets of the workbook, and nothing leads out of it.
    links = re.findall(r"<hyperlink [^>]*>", text)
    assert [re.search(r'location="([^"]*)"', link).group(1) for link in links] == [
        "'people'!A1",
        "'minutes'!A1",
    ]
    assert "relationships/hyperlink" not in text
    for one in ("=1+1", "+1", "-1", "@SUM(A1)", "{{ 7*7 }}", "&lt;b&gt;&amp;"):
        assert f">{one}<" in parts["xl/sharedStrings.xml"]


def test_notes_have_as_much_height_as_their_lines_need(publication):
    long = replace(publication, error_note="A word or two. " * 20)  # 300 letters
    table = described(pd.DataFrame({"people": [1]}), PEOPLE)
    with zipfile.ZipFile(io.BytesIO(render_workbook(long, {"people": table}))) as book:
        notes = book.read("xl/worksheets/sheet2.xml").decode("utf-8")
    assert re.search(r'<row r="2"[^>]* ht="60"', notes)  # four lines of 90 letters, 15 points each


def test_text_has_one_wide_column(parts):
    for number in (1, 2):
        text = parts[f"xl/worksheets/sheet{number}.xml"]
        assert re.findall(r'<col min="(\d+)" max="(\d+)" width="1\d\d', text) == [("1", "1")]


def test_a_number_is_shown_by_the_unit_of_its_column_and_noted_with_it(parts):
    patterns = dict(re.findall(r'numFmtId="(\d+)" formatCode="([^"]+)"', parts["xl/styles.xml"]))
    styles = re.findall(r'<xf numFmtId="(\d+)"', parts["xl/styles.xml"].split("<cellXfs")[1])
    sheet = parts["xl/worksheets/sheet6.xml"]
    shown = {}
    for column in "AB":
        style = re.search(rf'<c r="{column}2" s="(\d+)"', sheet).group(1)
        shown[column] = patterns.get(styles[int(style)], styles[int(style)])
    assert shown == {"A": "0.0", "B": "0.0%"}
    notes = " ".join(text for name, text in parts.items() if name.startswith("xl/comments"))
    assert "Minutes there. minutes. Blank: no route<" in notes
    assert "Share of all people. share, 0 to 1<" in notes


def test_a_column_that_is_not_declared_is_refused_by_name(publication):
    table = described(pd.DataFrame({"people": [1, 2], "mood": ["good", "bad"]}), PEOPLE)
    with pytest.raises(LlrgeoError, match="column 'mood' is not declared; declared are people"):
        render_workbook(publication, {"people": table})


def test_the_contents_say_what_each_table_is_about_in_the_order_of_the_sheets():
    tables = {
        "zebra": described(pd.DataFrame({"people": [1]}), PEOPLE),
        "ant": described(pd.DataFrame({"people": [1, 2]}), PEOPLE),
    }
    listed = contents(tables, {"zebra": "z", "ant": "a"})
    assert listed.to_dict("list") == {
        "sheet": ["z", "a"],
        "table": ["zebra", "ant"],
        "rows": [1, 2],
        "about": ["What it is about."] * 2,
    }


def test_what_is_infinite_or_missing_is_blank(parts):
    cells = re.findall(r'<c r="A[234]"[^>]*>(.*?)</c>', parts["xl/worksheets/sheet6.xml"])
    assert cells == ["<v>1.5</v>"]


def test_every_table_has_a_name_of_its_own(parts):
    tables = [text for name, text in parts.items() if name.startswith("xl/tables/")]
    names = [re.search(r'displayName="([^"]+)"', text).group(1) for text in tables]
    assert sorted(names) == ["t_assumptions", "t_contents", "t_minutes", "t_people"]


def test_the_assumptions_name_every_setting(parts):
    for setting in ("services.1.rates.age_18_64", "options.2.opens.clinic", "tolerance_min"):
        assert f">{setting}<" in parts["xl/sharedStrings.xml"]


def test_long_or_forbidden_names_become_sheet_names_of_their_own():
    names = sheet_names(["a" * 40, "a" * 41, "b/c:d", "Cover"])
    assert len(set(names.values())) == 4
    assert all(len(one) <= 31 for one in names.values())
    assert names["b/c:d"] == "b_c_d"
    assert names["Cover"] == "Cover_2"


def test_equal_editions_make_equal_bytes(publication):
    tables = {"people": described(pd.DataFrame({"people": [1, 2]}), PEOPLE)}
    assert render_workbook(publication, tables) == render_workbook(publication, tables)


def test_settings_are_a_row_each_an_empty_list_too(publication):
    study = {"years": [], "modes": ["car", "walk"], "options": [{"id": "today", "opens": []}]}
    changed = replace(publication, manifest={**publication.manifest, "study": study})
    assert settings_table(changed).to_numpy().tolist() == [
        ["years", ""],
        ["modes", "car, walk"],
        ["options.1.id", "today"],
        ["options.1.opens", ""],
    ]
