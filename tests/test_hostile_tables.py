"""Broken and hostile tables: each is refused in words that name it, or read as it was meant."""

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from llrgeo.errors import InputError
from llrgeo.inputs.areas import read_areas
from llrgeo.inputs.capacity import read_capacity
from llrgeo.inputs.estate import read_estate
from llrgeo.inputs.figures import read_figures
from llrgeo.inputs.postcodes import read_postcodes
from llrgeo.inputs.projections import read_projections
from llrgeo.inputs.rates import read_rates
from llrgeo.inputs.sites import check_postcodes_agree, check_service_names, read_sites
from llrgeo.inputs.tables import read_table
from llrgeo.inputs.visible_text import has_hidden
from llrgeo.travel.compare import read_reference
from llrgeo.travel.times import load_travel_times


@pytest.fixture(scope="session")
def tables(town_study_once):
    """Return the town's two tables as text, on their ids."""
    return {
        name: pd.read_csv(town_study_once.parent / f"{name}.csv", dtype=str, index_col=0)
        for name in ("areas", "sites")
    }


def cell(row, column, value):
    def spoil(table):
        table.loc[row, column] = value
        return table

    return spoil


def renamed(old, new):
    return lambda table: table.rename(index={old: new})


def without(column):
    return lambda table: table.drop(columns=column)


def again(row, new):
    return lambda table: pd.concat([table, table.loc[[row]].rename(index={row: new})])


def reversed_column(name):
    return lambda table: table.assign(**{name: table[name].tolist()[::-1]})


def with_total(rows, **given):
    """Add a row `all` that has the counts of rows together."""

    def spoil(table):
        total = table.loc[["E"]].rename(index={"E": "all"}).assign(**given)
        for name in table.columns:
            if name.startswith(("residents", "age_", "disabled")):
                total[name] = str(table.loc[rows, name].astype(int).sum())
        return pd.concat([table, total])

    return spoil


AREAS = {
    "an id again but for a blank": (again("N", "N "), r"1 ids of 'area_id' are duplicated \(N\)"),
    "an id again but for a hard space": (again("N", "\u00a0N"), "are duplicated"),
    "an id that is blank": (renamed("N", " "), "1 rows have no area_id"),
    "more disabled than residents": (cell("W", "disabled", "401"), "'disabled' is more than"),
    "bands that do not add up": (cell("W", "age_0_17", "101"), "age bands do not add up"),
    "a count that is no number": (cell("W", "disabled", "many"), "'disabled' is not a number"),
    "a count in hexadecimal": (cell("W", "disabled", "0x10"), "'disabled' is not a number"),
    "a count with an underscore": (cell("W", "disabled", "1_0"), "'disabled' is not a number"),
    "a count that is true": (cell("W", "disabled", "True"), "'disabled' is not a number"),
    "a count with a comma": (cell("W", "disabled", "1,000"), "'disabled' is not a number"),
    "a suppressed count": (cell("W", "disabled", "<5"), "small numbers are suppressed in it"),
    "a starred count": (cell("W", "disabled", "*"), "ask for the counts themselves"),
    "a count of ONS's [c]": (cell("W", "disabled", "[c]"), "ask for the counts themselves"),
    "a count below 0": (cell("W", "disabled", "-1"), "'disabled' is below 0"),
    "half a person": (cell("W", "disabled", "7.5"), "'disabled' is not a whole number"),
    "a count beyond all integers": (cell("W", "residents", "9" * 30), "'residents' is above 1e"),
    "an infinite count": (cell("W", "residents", "1e999"), "'residents' is not a number"),
    "a blank count": (cell("W", "residents", " "), "'residents' is blank"),
    "an infinite score": (cell("W", "imd_score", "inf"), "'imd_score' is not a number"),
    "a score that nothing has": (cell("W", "imd_score", "1e300"), "'imd_score' is above 1e"),
    "a note below the table": (
        lambda table: pd.concat([table, pd.DataFrame(index=["Source: census"])]).rename_axis(
            "area_id"
        ),
        r"^areas.csv: there is an id and nothing else in 1 of 5 rows \(Source: census\): row 6",
    ),
    "a total by its name": (
        again("F", "Grand total"),
        r"1 row with the total of others, which is no area \(Grand total\)",
    ),
    "a total by its counts": (
        with_total(["W", "N", "E", "F"], authority_code="X03", authority="Shire"),
        r"1 row with the total of others, which is no area \(all\); delete it",
    ),
    "a total of one authority": (with_total(["W", "N", "E"]), r"which is no area \(all\)"),
    "an id that was a number": (renamed("E", "1.2E+08"), r"makes of ids .* \(1.2E\+08\): row 4"),
    "an id that was a day": (renamed("E", "1-Mar"), r"makes of ids .* \(1-Mar\): row 4"),
    "many columns misspelt": (
        lambda table: table.rename(columns=str.upper).rename_axis("area_id"),
        r"^areas.csv: 18 columns are unknown; did you mean 'name' for 'NAME', .*'LON'\?$",
    ),
    "a decile of 11": (cell("F", "imd_decile", "11"), "'imd_decile' is above 10"),
    "deciles the other way round": (reversed_column("imd_decile"), "contradicts 'imd_rank'"),
    "deciles that England's ranks do not have": (
        lambda table: table.rename(index={"F": "E01000001"}).assign(
            imd_rank=["100", "9000", "20000", "20001"]
        ),
        r"contradicts 'imd_rank' .* in 1 areas \(E01000001\)",
    ),
    "a rank of 0": (cell("W", "imd_rank", "0"), "'imd_rank' is below 1"),
    "an authority of two codes": (cell("N", "authority_code", "X07"), "Town has several in 'auth"),
    "a code of two authorities": (cell("F", "authority_code", "X01"), "X01 has several in 'auth"),
    "a lost sign": (cell("W", "lon", "1.2633"), r"area W is 1\d\d km from the nearest other area"),
    "a place in the sea off Africa": (cell("W", "lat", "0"), "lies outside Great Britain"),
    "a place that is no number": (cell("W", "lat", "52,6"), "'lat' is not a number"),
    "a place that is not there": (cell("W", "lat", ""), "'lat' is blank"),
    "no rural class": (cell("W", "rural_urban", "Suburb"), "is not one of Rural, Urban"),
    "no residents": (without("residents"), "column 'residents' is missing"),
    "no rows": (lambda table: table.iloc[:0], "the table has no rows"),
    "a name that is turned around": (cell("W", "name", "W\u202etse"), "'name' has characters that"),
    "a ward with a blank of no width": (cell("W", "ward", "To\u200bwn"), "'ward' has characters"),
    "an authority with a bell": (cell("W", "authority", "To\x07wn"), "'authority' has characters"),
    "a name of 6,000 letters": (cell("W", "name", "W" * 6_000), "'name' is longer than 5,000"),
}
SITES = {
    "an id again but for a blank": (again("A", "A "), r"ids of 'site_id' are duplicated \(A\)"),
    "an id that is blank": (renamed("B", ""), "1 rows have no site_id"),
    "beds that are no number": (cell("A", "beds", "ten"), "'beds' is not a number"),
    "suppressed beds": (cell("A", "beds", "< 5"), "small numbers are suppressed"),
    "half a bed": (cell("A", "beds", "2.5"), "'beds' is not a whole number"),
    "beds below 0": (cell("A", "beds", "-3"), "'beds' is below 0"),
    "more beds than England has": (cell("A", "beds", "100001"), "'beds' is above 100000"),
    "a name that is an error": (cell("A", "name", "#REF!"), "'name' is an error value of a spread"),
    "a letter that was lost": (
        cell("A", "name", "H\ufffdpital"),
        "'name' has letters that an encoding",
    ),
    "letters of another encoding": (
        cell("A", "name", "H\u00c3\u00b4pital"),
        "'name' has letters that an",
    ),
    "an id that is an error": (renamed("A", "#NAME?"), r"'site_id' is an error value .*: row 2"),
    "a kind that there is not": (cell("A", "kind", "clinic"), "kinds without a role"),
    "a kind in capitals": (cell("A", "kind", "Other"), "kinds without a role"),
    "a status that there is not": (cell("A", "status", "shut"), "'status' is not one of"),
    "a name that is blank": (cell("A", "name", "  "), "'name' is blank"),
    "swapped degrees": (
        lambda table: table.assign(lat=table["lon"], lon=table["lat"]),
        "looks swapped",
    ),
    "a name with a tag of no width": (
        cell("A", "name", "A\U000e0041"),
        "turn the text around; take them out in 1 of 3 rows .A.",
    ),
    "half a place": (cell("A", "lat", ""), "1 of 3 sites have no lat and lon"),
    "no kind": (without("kind"), "column 'kind' is missing"),
}


def spoilt(tables, folder, name, spoil):
    path = folder / f"{name}.csv"
    spoil(tables[name].copy()).to_csv(path)
    return path


@pytest.mark.parametrize(("spoil", "words"), AREAS.values(), ids=AREAS)
def test_a_table_of_areas_is_refused(tables, tmp_path, spoil, words):
    with pytest.raises(InputError, match=words) as refused:
        read_areas(spoilt(tables, tmp_path, "areas", spoil))
    assert str(refused.value).startswith("areas.csv: ")


@pytest.mark.parametrize(("spoil", "words"), SITES.values(), ids=SITES)
def test_a_table_of_sites_is_refused(tables, tmp_path, spoil, words):
    with pytest.raises(InputError, match=words) as refused:
        read_sites(spoilt(tables, tmp_path, "sites", spoil))
    assert str(refused.value).startswith("sites.csv: ")


BEDS = {
    "2 4": "write a point for decimals and nothing else, as 1234.5",
    "2\u00a04": "write a point for decimals and nothing else, as 1234.5",
    "1,000": "write a point for decimals and nothing else, as 1234.5",
    "\uff12\uff14": "write digits as 0 to 9",
    "\u0662\u0664": "write digits as 0 to 9",
    "2\u00b2": "write digits as 0 to 9",
    "24 beds": "write the number alone, without words or units",
    "24ward": "write the number alone, without words or units",
    "24\u200b": "take out the characters that do not show",
    "\u202e42": "take out the characters that do not show",
}


@pytest.mark.parametrize("written", BEDS, ids=ascii)
def test_a_number_of_beds_written_otherwise_is_one_line_that_says_what_to_write(
    tables, tmp_path, written
):
    given = tables["sites"].astype({"beds": object})
    given.loc["C", "beds"] = written
    given.to_csv(tmp_path / "sites.csv")
    with pytest.raises(InputError) as refused:
        read_sites(tmp_path / "sites.csv")
    told = f"sites.csv: column 'beds' is not a number ({BEDS[written]}) in 1 of 3 rows (C): row 4"
    value = "" if has_hidden(written) else f": '{written}'"
    assert str(refused.value) == told + value


@pytest.mark.parametrize(
    ("written", "beds"),
    [("\u00a0", None), ("\u3000", None), ("\u00a024\u2003", 24), ("+24", 24), ("-0", 0)],
)  # fmt: skip
def test_a_number_of_beds_between_blanks_of_any_kind_is_read(tables, tmp_path, written, beds):
    given = tables["sites"].astype({"beds": object})
    given.loc["C", "beds"] = written
    given.to_csv(tmp_path / "sites.csv")
    read = read_sites(tmp_path / "sites.csv").loc["C", "beds"]
    assert f"{read:g}" == ("nan" if beds is None else str(beds))


@pytest.mark.parametrize("end", ["North", "F", "last"])
def test_a_quotation_mark_that_makes_one_value_of_two_rows_is_refused(tables, tmp_path, end):
    path = spoilt(tables, tmp_path, "areas", lambda table: table)
    text = path.read_text("utf-8")
    closed = {"North": ("East", 'East"'), "F": ("F,Farm", 'F,"Farm'), "last": ("Farm", "Farm")}
    before, after = closed[end]
    assert before in text
    path.write_text(text.replace("North", '"North').replace(before, after), "utf-8")
    with pytest.raises(InputError, match=r"^areas.csv: row 3: the quotation mark .* 'North,"):
        read_areas(path)


def test_a_note_of_several_lines_is_read(tables, tmp_path):
    path = spoilt(tables, tmp_path, "sites", cell("A", "source", "By letter,\nas of May, in Leeds"))
    assert read_sites(path).loc["A", "source"].endswith("in Leeds")


def test_half_a_table_of_residents_alone_is_no_total(tmp_path):
    rows = "a,52.6,-1.2,100\nb,52.61,-1.2,200\nc,52.62,-1.2,300\n"
    (tmp_path / "areas.csv").write_text("area_id,lat,lon,residents\n" + rows)
    assert len(read_areas(tmp_path / "areas.csv")) == 3


def test_an_area_with_as_many_people_as_all_others_is_one_where_its_id_is_like_theirs(
    tables, tmp_path
):
    path = spoilt(tables, tmp_path, "areas", with_total(["W", "N", "E", "F"], name="City"))
    text = path.read_text("utf-8")
    path.write_text(text.replace("\nall,", "\nS,"), "utf-8")
    assert read_areas(path).loc["S", "residents"] == 1_000
    path.write_text(text.replace("\nall,", "\nSUM,"), "utf-8")
    with pytest.raises(InputError, match=r"total of others, which is no area \(SUM\)"):
        read_areas(path)


@pytest.mark.parametrize(
    "name", ["H\u00f4pital", "y \u2013 \u0174yl", "Z\u00fcrich\u2019s", "\u00c3"]
)
def test_letters_beyond_ascii_are_no_fault(tables, tmp_path, name):
    path = spoilt(tables, tmp_path, "sites", cell("A", "name", name))
    assert read_sites(path).loc["A", "name"] == name


def test_what_is_meant_is_read(tables, tmp_path):
    spaced = tables["sites"].copy()
    spaced.loc["A", ["beds", "services"]] = [" ", "clinic, beds"]
    spaced.loc["B", "services"] = "clinic beds;"
    spaced.columns = [f" {name} " for name in spaced.columns]
    path = tmp_path / "sites.csv"
    spaced.to_csv(path)
    sites = read_sites(path)
    assert sites["beds"].isna().tolist() == [True, False, True]
    assert sites["services"].tolist() == ["clinic;beds", "clinic;beds", "clinic"]


@pytest.mark.parametrize("name", ["areas", "sites"])
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_a_workbook_is_read_as_the_table_it_holds_whatever_its_ending(
    tables, tmp_path, name, ending
):
    read = {"areas": read_areas, "sites": read_sites}[name]
    plain = spoilt(tables, tmp_path, name, lambda table: table)
    path = tmp_path / f"book.{ending}"
    book = io.BytesIO()
    pd.read_csv(plain).to_excel(book, index=False)  # numbers as numbers, as a spreadsheet has them
    path.write_bytes(book.getvalue())
    found, known = (pd.DataFrame(read(one)).drop(columns="geometry") for one in (path, plain))
    pd.testing.assert_frame_equal(found, known)  # a workbook keeps 15 digits of a coordinate


def workbook(tables, path, spoil):
    """Write the town's areas as a workbook in which something was changed by hand."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in tables["areas"].reset_index().itertuples(index=False):
        sheet.append([*row])
    sheet.insert_rows(1)
    for n, name in enumerate(tables["areas"].reset_index().columns, start=1):
        sheet.cell(1, n).value = name
    spoil(sheet)
    book.save(path)
    return path


def summed(sheet):
    for row in (2, 4):
        sheet[f"G{row}"] = f"=SUM(H{row}:L{row})"


def below_a_merged_title(sheet):
    sheet.insert_rows(1)
    sheet["A1"] = "People by area"
    sheet.merge_cells("A1:F1")


WORKBOOKS = {
    "formulas that no program computed": (
        summed,
        r"without their results in 2 cells \(G2, G4\): o",
    ),
    "merged cells": (lambda sheet: sheet.merge_cells("D2:D4"), r"merged cells \(D2:D4\): only the"),
    "merged names": (lambda sheet: sheet.merge_cells("B1:C1"), r"merged cells \(B1:C1\): only"),
    "a merged title": (below_a_merged_title, "'area_id' is missing; .* found People by area"),
}


@pytest.mark.parametrize(("spoil", "words"), WORKBOOKS.values(), ids=WORKBOOKS)
def test_a_workbook_whose_cells_would_be_blank_is_refused(tables, tmp_path, spoil, words):
    with pytest.raises(InputError, match=words) as refused:
        read_areas(workbook(tables, tmp_path / "areas.xlsx", spoil))
    assert "areas.xlsx" in str(refused.value)


def computed(sheet):
    summed(sheet)
    sheet["R2"] = '=IF(1,"")'
    sheet.merge_cells("Z9:Z12")


def test_merged_blanks_and_formulas_with_results_are_read(tables, tmp_path):
    path = workbook(tables, tmp_path / "areas.xlsx", computed)
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    # A spreadsheet program writes the result beside the formula, also one that is an empty text.
    text = parts["xl/worksheets/sheet1.xml"].decode()
    text = re.sub(r"(<f>SUM.*?</f>)<v ?/>", r"\1<v>401</v>", text)
    text, count = re.subn(r'<c r="R2">(<f>.*?</f>)<v ?/>', r'<c r="R2" t="str">\1<v></v>', text)
    assert count == 1
    with zipfile.ZipFile(path, "w") as packed:
        for name, part in parts.items():
            packed.writestr(name, text if name.endswith("sheet1.xml") else part)
    found = read_table(path)
    assert found["residents"].tolist() == ["401", "300", "401", "100"]
    assert found.columns.tolist() == ["area_id", *tables["areas"].columns]


HEAD = "area_id,site_id,travel_time_min\n"
CONTENTS: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "the file is empty"),
    "UTF-16": ("area_id,name\nW,ä\n".encode("utf-16"), "not text in UTF-8"),
    "Latin-1": ("area_id,name\nW,ä\n".encode("latin-1"), "not text in UTF-8"),
    "semicolons": (b"area_id;name\nW;x\n", "columns are not separated by commas"),
    "bars": (b"area_id|name\nW|x\n", "columns are not separated by commas"),
    "tabs": (b"area_id\tname\nW\tx\n", "columns are not separated by commas"),
    "a comma at line ends": (b"area_id,name\nW,x,\nN,y,\n", "is there a comma at line ends"),
    "many values beyond the header": (b"area_id\nW,x,y,z\n", "more values than there are columns"),
    "one line too long": (b"area_id,name\nW,x\nN,y,z\n", "more values than there are columns"),
    "a column twice": (b"area_id,name,name\nW,x,y\n", r"columns are duplicated \(name\)"),
    "a quote that does not end": (b'area_id,name\nW,"x\nN,y\n', "not a readable table"),
    "a workbook that is none": (b"PK\x03\x04 and no more", "not a readable workbook"),
    "a workbook of 1997": (b"\xd0\xcf\x11\xe0 and more", "save it as .xlsx or CSV"),
}


@pytest.mark.parametrize(("content", "words"), CONTENTS.values(), ids=CONTENTS)
def test_a_file_that_is_no_table_is_refused(tmp_path, content, words):
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words) as refused:
        read_table(path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/areas.csv",
        "https://example.org/areas.csv",
        "ftp://example.org/areas.csv",
        "file:///etc/passwd",
        "s3://bucket/areas.csv",
        "/vsicurl/http://127.0.0.1:9/areas.csv",
        "/vsizip/areas.zip/areas.csv",
        "//server/share/areas.csv",
        "\\\\server\\share\\areas.csv",
    ],
)
def test_an_address_is_no_file_of_this_machine(address):
    with pytest.raises(InputError, match=r"not a file of this machine|no such file"):
        read_table(Path(address))


@pytest.mark.parametrize("content", [b"not Parquet", b"PAR1" + bytes(40) + b"PAR1"])
def test_a_damaged_parquet_file_is_refused(tmp_path, content):
    path = tmp_path / "table.parquet"
    path.write_bytes(content)
    with pytest.raises(InputError, match="not a readable table"):
        read_table(path)


def test_a_workbook_larger_than_any_table_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("llrgeo.inputs.spreadsheets._LARGEST", 1_000)
    book = openpyxl.Workbook()
    book.active.append(["area_id", "name"])
    book.save(tmp_path / "areas.xlsx")
    with pytest.raises(InputError, match="MB unpacked, more than any table"):
        read_table(tmp_path / "areas.xlsx")


TIMES = {
    "a comma at line ends": (f"{HEAD}W,A,2,\nN,A,3,\n", "is there a comma at line ends"),
    "a pair twice": (f"{HEAD}W,A,2\nW,A,3\n", "pairs of area and site are duplicated"),
    "a pair twice but for a blank": (f"{HEAD}W,A,2\nW ,A,3\n", "pairs of area and site are dupl"),
    "a time below 0": (f"{HEAD}W,A,-2\n", "not a number from 0 to 10,080 in 1 row .W to A"),
    "a number for no way": (f"{HEAD}W,A,99999\n", "blank means no way"),
    "words for a time": (f"{HEAD}W,A,two\n", "'travel_time_min' is not a number"),
    "a blank area": (f"{HEAD},A,2\n", "'area_id' is blank in some rows"),
    "another mode": (
        "area_id,site_id,travel_time_min,mode\nW,A,2,walk\n",
        "no times for car off_peak; there are walk",
    ),
    "no times at all": ("area_id,site_id\nW,A\n", "column 'travel_time_min' is missing"),
    "no rows": (HEAD, "no times for car off_peak"),
    "a distance below 0": (
        "area_id,site_id,travel_time_min,distance_km\nW,A,2,-3\n",
        "'distance_km' is not a number from 0",
    ),
}


@pytest.mark.parametrize(("text", "words"), TIMES.values(), ids=TIMES)
def test_a_matrix_is_refused(tmp_path, text, words):
    (tmp_path / "times.csv").write_text(text)
    with pytest.raises(InputError, match=words):
        load_travel_times(tmp_path / "times.csv")


@pytest.mark.parametrize("ids", [["007", "08"], ["1E5", "2E5"], ["1.0", "2.50"], ["true", "é"]])
def test_ids_of_a_matrix_are_text(tmp_path, ids):
    path = tmp_path / "times.csv"
    path.write_text(f"{HEAD}{ids[0]},A,2.5\n {ids[1]},A,inf\n", encoding="utf-8")
    minutes = load_travel_times(path).minutes
    assert minutes["A"].to_dict() == {ids[0]: 2.5, ids[1]: float("inf")}


RATES = {
    "years twice": ("discount_rates", lambda t: pd.concat([t, t.iloc[[0]]]), "overlap"),
    "years that meet": ("discount_rates", cell(1, "first_year", "30"), "'standard' overlap"),
    "years within others": ("discount_rates", cell(1, "last_year", "80"), "'standard' overlap"),
    "percent": ("discount_rates", cell(0, "rate", "3.5"), "row 2 has a rate above 0.5; 3.5 % is"),
    "years backwards": ("discount_rates", cell(0, "last_year", "0"), "row 2 ends before"),
    "half a year": ("discount_rates", cell(0, "first_year", "0.5"), "row 2 has years that are not"),
    "a rate below 0": ("discount_rates", cell(0, "rate", "-0.1"), "'rate' is not a number of at"),
    "an infinite rate": ("discount_rates", cell(0, "rate", "inf"), "'rate' is not a number of at"),
    "a value twice": ("unit_values", lambda t: pd.concat([t, t.iloc[[0]]]), "are duplicated"),
    "a value twice but for a blank": (
        "unit_values",
        lambda t: pd.concat([t, t.iloc[[0]].assign(name=t["name"].iloc[0] + " ")]),
        r"unit values are duplicated \(value_of_time\)",
    ),
    "a value that is none": ("unit_values", cell(0, "value", "7 GBP"), "'value' is not a number"),
    "no source": ("unit_values", cell(0, "source", " "), "row 2 has no source"),
    "a fifth missing": ("incomes", lambda t: t.iloc[1:], r"fifths are missing \(1\)"),
    "a fifth twice": ("incomes", cell(0, "fifth", "2"), r"fifths are duplicated \(2\)"),
    "a sixth fifth": ("incomes", cell(0, "fifth", "6"), r"fifths are not 1 to 5 \(6\)"),
    "no income": ("incomes", cell(0, "income", "0"), "incomes are not 1,000 to"),
    "a cost twice": ("service_costs", lambda t: pd.concat([t, t.iloc[[0]]]), "costs are dupl"),
    "a cost below 0": ("service_costs", cell(0, "capital", "-1"), "'capital' is not a number"),
    "no running cost": ("service_costs", without("running"), "column 'running' is missing"),
}


@pytest.mark.parametrize(("kind", "spoil", "words"), RATES.values(), ids=RATES)
def test_a_table_of_rates_is_refused(tmp_path, kind, spoil, words):
    table = pd.read_csv(
        Path(__file__).parents[1] / "data" / "rates" / f"{kind}.csv",
        dtype=str,
        keep_default_na=False,
    )
    path = tmp_path / "rates.csv"
    spoil(table).to_csv(path, index=False)
    with pytest.raises(InputError, match=words):
        read_rates(path, kind=kind)


FIGURES = {
    "suppressed": ("area_id,clinic\nW,<5\nN,9\n", "for W .small numbers are suppressed in it"),
    "starred": ("area_id,clinic\nW,*\n", "ask for the counts themselves"),
    "words": ("area_id,clinic\nW,many\n", "column 'clinic' is not a number for W"),
    "blank": ("area_id,clinic\nW,\n", "column 'clinic' is not a number for W"),
    "infinite": ("area_id,clinic\nW,1e999\n", "column 'clinic' is not a number for W"),
    "an id twice": ("area_id,clinic\nW,1\nW ,2\n", r"area_id is duplicated \(W\)"),
    "no ids": ("area,clinic\nW,1\n", "column 'area_id' is missing; found area, clinic"),
}


@pytest.mark.parametrize(("text", "words"), FIGURES.values(), ids=FIGURES)
def test_figures_are_refused_and_none_of_them_is_told(tmp_path, text, words):
    (tmp_path / "figures.csv").write_text(text)
    with pytest.raises(InputError, match=words):
        read_figures(tmp_path / "figures.csv", index="area_id")


@pytest.mark.parametrize("words", ["", "area_id\n", "\x00\x01\x02", '"', "a,b\n1,2,3\n", "{}"])
@pytest.mark.parametrize(
    "read",
    [
        read_areas,
        read_sites,
        read_projections,
        read_reference,
        load_travel_times,
        lambda path: read_estate(["A"], path),
        lambda path: read_capacity("parameters", path),
        lambda path: read_rates(path, kind="incomes"),
        lambda path: read_figures(path, index="area_id"),
    ],
    ids=[
        "areas",
        "sites",
        "people",
        "reference",
        "times",
        "estate",
        "capacity",
        "rates",
        "figures",
    ],
)
def test_no_reader_of_tables_ends_in_an_error_that_is_not_ours(tmp_path, read, words):
    (tmp_path / "table.csv").write_text(words, encoding="utf-8")
    with pytest.raises(InputError, match=r"table\.csv"):
        read(tmp_path / "table.csv")


def test_a_misspelt_service_is_refused_with_the_right_one(town_sites):
    misspelt = town_sites.assign(services=["clinics;beds", "Clinic", "clinic;scans"])
    with pytest.raises(InputError, match=r"'clinics' \(A\); did you mean 'clinic'") as refused:
        check_service_names(misspelt, ["clinic", "beds"], source="sites.csv")
    assert "'Clinic' (B); did you mean 'clinic'" in str(refused.value)
    right = town_sites.assign(services=["clinic;beds", "clinic", "clinic;scans"])
    assert check_service_names(right, ["clinic", "beds"], source="sites.csv") == ["scans"]


def test_a_site_far_from_its_postcode_is_refused_where_postcodes_are_known():
    data = Path(__file__).parents[1] / "data"
    areas, sites = read_areas(data / "areas.csv"), read_sites(data / "sites.csv")
    check_postcodes_agree(sites, areas, read_postcodes(), source="sites.csv")
    moved = sites.copy()
    moved.loc["RWEAA", "postcode"] = "LE3 9QP"  # Glenfield's
    with pytest.raises(InputError, match=r"site RWEAA is 4,2\d\d m from its postcode, LE3 9QP"):
        check_postcodes_agree(moved, areas, read_postcodes(), source="sites.csv")
    invented = areas.rename(index=lambda area_id: f"X{area_id}")
    check_postcodes_agree(moved, invented, read_postcodes(), source="sites.csv")
