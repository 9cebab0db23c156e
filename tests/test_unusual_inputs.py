"""Honest tables that are written otherwise than ours: the same figures, or a line that says how."""

import csv
import datetime as dt
from functools import partial

import openpyxl
import pandas as pd
import pytest

from llrgeo.errors import InputError
from llrgeo.inputs.areas import read_areas
from llrgeo.inputs.embedded import embedded
from llrgeo.inputs.figures import read_figures
from llrgeo.inputs.rates import read_rates
from llrgeo.inputs.sites import read_sites
from llrgeo.study.config import load_study
from llrgeo.study.run import run_study
from llrgeo.travel.times import load_travel_times

COORDINATES = ("lat", "lon")


@pytest.fixture(scope="module")
def areas(town_study_once):
    """Return the town's table of areas as it stands in its file."""
    return pd.read_csv(town_study_once.parent / "areas.csv", dtype=str)


@pytest.fixture(scope="module")
def sites(town_study_once):
    """Return the town's table of sites as it stands in its file."""
    return pd.read_csv(town_study_once.parent / "sites.csv", dtype=str, keep_default_na=False)


def lines(separator="\n", encoding="utf-8", **options):
    """Write the table as text, its lines ended and encoded in some way."""

    def write(table, path):
        text = table.to_csv(index=False, lineterminator="\n", **options)
        path.write_bytes(text.replace("\n", separator).encode(encoding))
        return path

    return write


def changed(change):
    return lambda table, path: lines()(change(table), path)


def typed(change):
    """Write the table with other text, as somebody types it in an editor."""

    def write(table, path):
        text = table.to_csv(index=False, lineterminator="\n")
        assert change(text) != text
        path.write_text(change(text), encoding="utf-8")
        return path

    return write


def workbook(above=0, below=0):
    """Write the table as a workbook with numbers as numbers, and empty rows around it."""

    def write(table, path):
        book = openpyxl.Workbook()
        for _ in range(above):
            book.active.append([None])
        book.active.append(list(table.columns))
        for row in table.itertuples(index=False):
            book.active.append([number_or_text(value) for value in row])
        for row in range(below):
            book.active.cell(book.active.max_row + 3 + row, 1).value = " "
        book.save(path.with_suffix(".xlsx"))
        return path.with_suffix(".xlsx")

    return write


def number_or_text(value):
    try:
        return float(value)
    except ValueError:
        return value


def parquet(table, path):
    """Write the table as another library might: categories, small numbers, ids as an index."""
    typed = table.assign(
        residents=table["residents"].astype("int16"),
        imd_score=table["imd_score"].astype("float32"),
        authority=table["authority"].astype("category"),
        lat=table["lat"].astype(float),
        lon=table["lon"].astype(float),
    )
    typed.set_index("area_id").to_parquet(path.with_suffix(".parquet"))
    return path.with_suffix(".parquet")


SAME = {
    "line ends of Windows": lines("\r\n"),
    "line ends of an old Mac": lines("\r"),
    "a mark before the text, and line ends of Windows": lines("\r\n", "utf-8-sig"),
    "no line end at the end": typed(lambda text: text.rstrip("\n")),
    "everything in quotes": lines(quoting=csv.QUOTE_ALL),
    "columns in another order": changed(lambda table: table[table.columns[::-1]]),
    "rows in another order": changed(lambda table: table.iloc[[2, 0, 3, 1]]),
    "columns of the user's own": changed(
        lambda table: table.assign(**{"Our notes": 'a, "b"', "Ünits": "1,5", "2026": "5 %"})
    ),
    "columns that are empty": typed(lambda text: text.replace("\n", ",,\n")),
    "blanks around values": typed(lambda text: text.replace("Town", "  Town ")),
    "hard blanks around values": typed(lambda text: text.replace("Town", "\u00a0Town\u00a0")),
    "empty lines between": typed(lambda text: text.replace("\nN,", "\n\n,,,\nN,")),
    "empty lines above": typed(lambda text: f"\n\n{text}"),
    "counts with decimals": typed(lambda text: text.replace(",400,", ",400.0,")),
    "counts with an exponent": typed(lambda text: text.replace(",400,", ",4e2,")),
    "counts with zeros before": typed(lambda text: text.replace(",400,", ",0400,")),
    "a sign before a number": typed(lambda text: text.replace(",60.0,", ",+60,")),
    "a workbook": workbook(),
    "a workbook with empty rows around its table": workbook(above=2, below=1),
    "a Parquet file of others": parquet,
}


@pytest.mark.parametrize("write", SAME.values(), ids=SAME)
def test_what_is_written_otherwise_is_read_alike(areas, tmp_path, write):
    expected = read_areas(lines()(areas, tmp_path / "plain.csv"))
    found = read_areas(write(areas, tmp_path / "areas.csv"))[list(expected.columns)]
    close = list(COORDINATES)  # a workbook keeps 15 digits, and a small number 7
    pd.testing.assert_frame_equal(
        pd.DataFrame(found[close]), pd.DataFrame(expected[close]), rtol=1e-12
    )
    rest = [name for name in expected.columns if name not in (*close, "geometry")]
    pd.testing.assert_frame_equal(pd.DataFrame(found[rest]), pd.DataFrame(expected[rest]))


IDS = {
    "zeros before": ["007", "08", "0", "00"],
    "what a spreadsheet takes for a number": ["1E05", "2.50", "1e5", "+7"],
    "what a spreadsheet takes for a day": ["1-2", "MAR1", "2026-11-22", "1/2"],
    "what a program takes for yes and no": ["true", "F", "yes", "0.0"],
    "letters of the world": ["Ŷ", "Größe", "東", 'O\'Neil & "Co"'],
}


@pytest.mark.parametrize("ids", IDS.values(), ids=IDS)
def test_ids_and_names_are_kept_letter_by_letter(areas, tmp_path, ids):
    table = areas.assign(area_id=ids, name=[f"{one},\nby the river" for one in ids])
    found = read_areas(lines("\r\n")(table, tmp_path / "areas.csv"))
    assert sorted(found.index) == sorted(ids)
    assert dict(zip(found.index, found["residents"], strict=True)) == dict(
        zip(ids, (400, 300, 200, 100), strict=True)
    )
    names = [f"{area_id},\nby the river" for area_id in found.index]
    assert found["name"].str.replace("\r", "").tolist() == names


def test_a_site_stands_at_its_postcode_however_it_is_written(sites, tmp_path):
    """In lower case, without a blank, with several, or with hard ones."""
    ways = (
        ["LE1 5WW", "LE3 9QP", "LE5 4PW"],
        ["le1 5ww", "le39qp", "Le54Pw"],
        [" LE1  5WW", "LE3\u00a09QP", "L E 5 4 P W"],
    )
    bare = sites.drop(columns=list(COORDINATES))
    table = pd.concat(
        [bare.assign(site_id=[f"{s}{n}" for s in "ABC"], postcode=w) for n, w in enumerate(ways)]
    )
    points = read_sites(lines()(table, tmp_path / "sites.csv")).geometry
    for site in "ABC":
        assert points[f"{site}1"] == points[f"{site}2"] == points[f"{site}0"]
    assert points["A0"].distance(points["B0"]) > 4_000


@pytest.mark.parametrize("none", ["", "NA", "N/A", " "])
def test_beds_that_nobody_states_are_none_however_that_is_written(sites, tmp_path, none):
    table = sites.assign(beds=["100", none, "20"])
    beds = read_sites(lines()(table, tmp_path / "sites.csv"))["beds"]
    assert beds.fillna(-1).tolist() == [100, -1, 20]


@pytest.mark.parametrize("between", [";", ",", " ", ", ", ";\n", " ; "])
def test_services_of_a_site_are_told_apart_however_they_are_listed(sites, tmp_path, between):
    table = sites.assign(services=[between.join(["clinic", "beds"]), "beds", ""])
    found = read_sites(lines(quoting=csv.QUOTE_ALL)(table, tmp_path / "sites.csv"))
    assert found["services"].tolist() == ["clinic;beds", "beds", ""]


def test_days_of_a_workbook_are_days(tmp_path):
    table = pd.read_csv(embedded("rates/incomes.csv"), dtype=str)
    book = openpyxl.Workbook()
    book.active.append(list(table.columns))
    for fifth, row in enumerate(table.to_dict("records"), start=1):
        days = pd.Timestamp(2026, 3, fifth), dt.date(2026, 3, fifth), "March 2026"
        typed = {**row, "fifth": fifth, "income": float(row["income"]), "date": days[fifth % 3]}
        book.active.append(list(typed.values()))
    book.save(tmp_path / "incomes.xlsx")
    found = read_rates(tmp_path / "incomes.xlsx", kind="incomes")
    assert found["date"].tolist() == [
        "2026-03-01", "March 2026", "2026-03-03", "2026-03-04", "March 2026",
    ]  # fmt: skip
    assert found["income"].tolist() == table["income"].astype(float).tolist()


def test_figures_and_times_from_a_spreadsheet_are_matched_by_their_ids(tmp_path):
    book = openpyxl.Workbook()
    for row in (["notes", "area_id", "clinic"], ["x", 7, 12], [None, "007", 3.5], ["y", "W", 0]):
        book.active.append(row)
    book.save(tmp_path / "counted.xlsx")
    read = partial(read_figures, tmp_path / "counted.xlsx", index="area_id")
    with pytest.raises(InputError, match="column 'notes' is not a number for 7, 007, W"):
        read()
    book.active.delete_cols(1)
    book.save(tmp_path / "counted.xlsx")
    assert read()["clinic"].to_dict() == {"7": 12, "007": 3.5, "W": 0}
    text = "\ufefftravel_time_min,site_id,area_id\r\n2.50,A,007\r\n,B,007\r\n"
    (tmp_path / "times.csv").write_bytes(text.encode())
    minutes = load_travel_times(tmp_path / "times.csv").minutes
    assert minutes.loc["007"].to_dict() == {"A": 2.5, "B": float("inf")}


REFUSED = {
    "semicolons and decimal commas": (
        lambda table, path: lines(sep=";")(
            table.assign(lat=table["lat"].str.replace(".", ",")), path
        ),
        "columns are not separated by commas; in a spreadsheet save it as",
    ),
    "tabs": (lines(sep="\t"), "columns are not separated by commas"),
    "bars": (lines(sep="|"), "columns are not separated by commas"),
    "decimal commas": (
        changed(lambda table: table.assign(lat=table["lat"].str.replace(".", ","))),
        r"'lat' is not a number .write a point for decimals and nothing else",
    ),
    "commas between thousands": (
        changed(lambda table: table.assign(residents=["1,400", "300", "200", "100"])),
        r"'residents' is not a number .write a point for decimals and nothing else, as 1234\.5",
    ),
    "blanks between thousands": (
        changed(lambda table: table.assign(residents=["1 400", "300", "200", "100"])),
        "write a point for decimals and nothing else",
    ),
    "a sign of degrees": (
        changed(lambda table: table.assign(lat=table["lat"] + "°N")),
        "write degrees as a decimal number",
    ),
    "a true minus": (
        changed(lambda table: table.assign(lon=table["lon"].str.replace("-", "\u2212"))),
        "write the minus as -",
    ),
    "a title above the table": (
        typed(lambda text: f"Census 2021\n{text}"),
        "or a title above the names of columns",
    ),
    "a title in the first cell above the table": (
        typed(lambda text: f"Census 2021{',' * 19}\n{text}"),
        "The first line must hold the names of columns; found Census 2021",
    ),
    "a note of Excel's above the table": (
        typed(lambda text: f"sep=,\n{text}"),
        "or a title above the names of columns",
    ),
    "a note below the table": (
        typed(lambda text: f"{text}Source: ONS\n"),
        r"else in 1 of 5 rows \(Source: ONS\): row 6; is it a note below the table\?$",
    ),
    "capitals": (
        changed(lambda table: table.rename(columns=str.upper)),
        "19 columns are unknown; did you mean .*'lat' for 'LAT'",
    ),
    "capitals of a column that may be left out": (
        changed(lambda table: table.rename(columns={"imd_decile": "IMD decile"})),
        "'IMD decile' is unknown; did you mean 'imd_decile'",
    ),
    "another word for a column": (
        changed(lambda table: table.rename(columns={"lat": "latitude"})),
        "column 'lat' is missing; found .* latitude",
    ),
    "eastings and northings": (
        changed(lambda table: table.rename(columns={"lat": "northing", "lon": "easting"})),
        "column 'lat' is missing; found .* northing",
    ),
    "classes in lower case": (
        changed(lambda table: table.assign(rural_urban="urban")),
        "'rural_urban' is not one of Rural, Urban",
    ),
}


@pytest.mark.parametrize(("write", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_refused_with_what_to_write(areas, tmp_path, write, words):
    with pytest.raises(InputError, match=words):
        read_areas(write(areas, tmp_path / "areas.csv"))


def test_percent_and_pounds_are_refused_with_what_to_write(tmp_path):
    rates = {
        "discount_rates": ("rate", "3.5%", "write a share without the sign, as 0.12 for 12 %"),
        "service_costs": ("capital", "£900", "leave the sign of the currency out"),
    }
    for kind, (column, value, words) in rates.items():
        table = pd.read_csv(embedded(f"rates/{kind}.csv"), dtype=str, keep_default_na=False)
        table.loc[0, column] = value
        table.to_csv(tmp_path / "rates.csv", index=False)
        with pytest.raises(
            InputError, match=f"'{column}' is not a number of at least 0 in row 2 .{words}"
        ):
            read_rates(tmp_path / "rates.csv", kind=kind)


def test_a_study_of_unusual_files_has_the_figures_of_the_usual_ones(
    town_study_once, town_study, areas, sites
):
    """A folder with blanks and accents, line ends of Windows, a workbook, columns anyhow."""
    folder = town_study.parent
    workbook(above=1)(sites[sites.columns[::-1]], folder / "our sites")
    lines("\r\n", "utf-8-sig")(
        areas[areas.columns[::-1]].assign(notes="a, b"), folder / "areas.csv"
    )
    text = town_study.read_text("utf-8").replace('"sites.csv"', '"./our sites.xlsx"')
    town_study.write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    moved = folder.rename(folder.with_name("größe & more"))
    usual, unusual = (
        run_study(load_study(path)) for path in (town_study_once, moved / town_study.name)
    )
    assert unusual.times.minutes.equals(usual.times.minutes)
    assert unusual.scorecard.totals.to_dict() == usual.scorecard.totals.to_dict()
    for name in ("journeys", "site_loads", "places"):
        pd.testing.assert_frame_equal(unusual.evidence.tables[name], usual.evidence.tables[name])
