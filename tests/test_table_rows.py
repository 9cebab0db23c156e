"""Rows of tables are named by the numbers that their spreadsheet shows, with what stands there."""

from pathlib import Path

import openpyxl
import pytest

from llrgeo.errors import InputError
from llrgeo.inputs.areas import read_areas
from llrgeo.inputs.sites import read_sites
from llrgeo.inputs.tables import read_table

NAMES = "site_id,name,kind,status,lat,lon,services,beds"
FIRST = 'A,"First\nof two lines",community_hospital,open,52.62,-1.13,clinic,24'


def refused(folder: Path, *lines: str) -> str:
    (folder / "sites.csv").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_sites(folder / "sites.csv")
    return str(error.value)


def test_a_row_is_counted_as_the_spreadsheet_does(tmp_path):
    """Blank lines, rows of commas and values of two lines are each one row of a spreadsheet."""
    third = "C,Third,community_hospital,open,52.63,-1.12,clinic,many"
    found = read_table_of(tmp_path, "", ",,,,,,,", NAMES, "", FIRST, "", third)
    assert found == {"A": 5, "C": 7}
    told = refused(tmp_path, "", ",,,,,,,", NAMES, "", FIRST, "", third)
    assert told == "sites.csv: column 'beds' is not a number in 1 of 2 rows (C): row 7: 'many'"


def read_table_of(folder: Path, *lines: str) -> dict[str, int]:
    (folder / "sites.csv").write_text("\n".join(lines), encoding="utf-8")
    ids = read_table(folder / "sites.csv")["site_id"]
    return dict(zip(ids, ids.index, strict=True))


def test_rows_of_a_workbook_are_those_that_it_shows(tmp_path):
    book = openpyxl.Workbook()
    for row in ([], ["area_id", "lat", "lon", "residents"], ["W", 52.6, -1.1, 100], []):
        book.active.append(row)
    book.active.append(["N", 52.7, -1.2, "few"])
    book.save(tmp_path / "areas.xlsx")
    with pytest.raises(InputError, match=r"'residents' .* 1 of 2 rows \(N\): row 5: 'few'"):
        read_areas(tmp_path / "areas.xlsx")


def test_a_row_that_lacks_a_comma_is_told(tmp_path):
    shifted = "B,Second community_hospital,open,52.61,-1.14,clinic,30"
    told = refused(tmp_path, NAMES, FIRST, shifted)
    assert "'lon' is not a number in 1 of 2 rows (B): row 3: 'clinic'" in told
    assert told.endswith("row 3 has 7 values for 8 columns; is a comma missing in it?")
    # Blanks at the end of a row may be left out: such a row is nothing to tell.
    short = "B,Second,community_hospital,open,52.61,-1.14,clinic"
    (tmp_path / "sites.csv").write_text(f"{NAMES}\n{FIRST}\n{short}", encoding="utf-8")
    assert read_sites(tmp_path / "sites.csv")["beds"].isna().tolist() == [False, True]


def test_a_row_with_a_comma_too_many_is_told(tmp_path):
    longer = "B,Second, the new one,community_hospital,open,52.61,-1.14,clinic,30"
    told = refused(tmp_path, NAMES, FIRST, longer)
    assert "1 row with more values than there are columns: row 3 has 9 for 8" in told
    assert "a value with a comma and no quotation marks" in told


def test_ids_that_are_blank_or_duplicated_are_told_by_row(tmp_path):
    told = refused(tmp_path, NAMES, FIRST, FIRST.replace("A,", ",", 1), FIRST)
    assert "1 rows have no site_id: row 3" in told
    assert "1 ids of 'site_id' are duplicated (A): rows 2, 4" in told


def test_coordinates_are_told_by_row(tmp_path):
    told = refused(tmp_path, NAMES, FIRST, FIRST.replace("A,", "B,", 1).replace("52.62", "62.62"))
    assert told.endswith("lat 62.62 lon -1.13 in 1 of 2 rows (B): row 3")


def test_a_value_that_does_not_show_is_not_printed(tmp_path):
    told = refused(tmp_path, NAMES, FIRST.replace(",24", ",\u202e24"))
    assert told.endswith("in 1 of 1 rows (A): row 2")
    assert "\u202e" not in told


def test_a_postcode_that_is_none_is_told_though_the_site_has_coordinates(tmp_path):
    names = f"{NAMES},postcode"
    told = refused(tmp_path, names, f"{FIRST},LE1 5WW", FIRST.replace("A,", "B,", 1) + ",LEI 5WW")
    assert "is no full postcode, such as LE1 5WW, in 1 rows (B): row 3: 'LEI 5WW'; correct" in told
    lines = f"{names}\n{FIRST},\n" + FIRST.replace("A,", "B,", 1) + ",le15ww"
    (tmp_path / "sites.csv").write_text(lines, encoding="utf-8")
    assert read_sites(tmp_path / "sites.csv")["postcode"].tolist() == ["", "le15ww"]


def test_a_hidden_sheet_is_passed_over_and_a_cover_is_told(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["for the office alone"])
    sheet = book.create_sheet("Areas")
    for row in (["area_id", "lat", "lon", "residents"], ["W", 52.6, -1.1, 100]):
        sheet.append(row)
    book.active.sheet_state = "hidden"
    book.active = 1
    book.save(tmp_path / "areas.xlsx")
    assert read_areas(tmp_path / "areas.xlsx").index.tolist() == ["W"]
    book.worksheets[0].sheet_state = "visible"
    book.save(tmp_path / "areas.xlsx")
    told = r"found for the office alone \(sheet 'Sheet' was read, and not 'Areas'\)"
    with pytest.raises(InputError, match=told):
        read_areas(tmp_path / "areas.xlsx")
