"""The data dictionary: every column of every published file, its unit and its blanks."""

import csv
import io
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from llrgeo.publish.data.contents import TABLES, contents, in_order
from llrgeo.publish.data.dictionary import NEVER_BLANK, column_blank, column_meaning, column_unit
from llrgeo.publish.folder import publish

MAPS = Path(__file__).parents[1] / "maps" / "tables"
OWN = "A figure of the study's own, from its file of indicators"


@pytest.fixture(scope="module")
def folder(town_publication, tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    publish(town_publication, folder)
    return folder


@pytest.fixture(scope="module")
def dictionary(folder):
    return pd.read_csv(folder / "tables" / "data_dictionary.csv", keep_default_na=False)


def published_columns(folder):
    """Yield every column of every table and layer in a folder: file, column, values."""
    for path in sorted((folder / "tables").glob("*.csv")):
        for column, values in pd.read_csv(path).items():
            yield f"tables/{path.name}", column, values
    for layer in ("areas", "sites"):
        for column, values in gpd.read_file(folder / "areas.gpkg", layer=layer).items():
            yield "areas.gpkg", column, values
    for name in ("areas.parquet", "travel_times.parquet"):
        for column, values in pd.read_parquet(folder / name).items():
            yield name, column, values


def test_every_column_of_every_file_is_in_the_dictionary(folder, dictionary):
    known = set(zip(dictionary["file"], dictionary["column"], strict=True))
    found = {(file, column) for file, column, _ in published_columns(folder)}
    assert len(found) > 150
    assert found <= known
    assert {file for file, _ in known - found} == {"tables.xlsx"}


def test_every_meaning_is_a_definition_and_every_number_of_people_or_time_has_a_unit(dictionary):
    assert (dictionary["meaning"].str.len() >= 6).all()
    assert not dictionary["meaning"].isin([OWN]).any()
    assert (dictionary["blank"] != "").all()
    numbers = dictionary[dictionary["type"] == "number"]
    assert numbers.loc[numbers["unit"] == "", "column"].tolist() == []


def test_what_is_never_blank_has_no_blanks(folder, dictionary):
    blanks = dictionary.set_index(["file", "column"])["blank"]
    for file, column, values in published_columns(folder):
        if values.isna().any():
            assert (blanks.loc[[(file, column)]] != NEVER_BLANK).all(), (file, column)


@pytest.mark.parametrize("path", sorted(MAPS.glob("*.csv")), ids=lambda path: path.stem)
def test_the_tables_of_the_default_study_are_explained(town_publication, path):
    table = path.stem
    assert table in TABLES
    for column, values in pd.read_csv(path).items():
        if "__" in column:
            continue  # a service under an option: in the toy town's dictionary by other names
        assert column_meaning(town_publication, table, column) != OWN, column
        if values.notna().any() and values.dtype in {np.dtype(float), np.dtype(int)}:
            assert column_unit(column, table), column
        if values.isna().any():
            assert column_blank(column, table) != NEVER_BLANK, column


def test_a_study_s_own_figure_is_told_as_such(town_publication):
    assert column_meaning(town_publication, "places", "still_at_home") == OWN


def test_the_workbook_s_contents_say_what_each_table_is_about():
    tables = {"zebra": pd.DataFrame({"a": [1]}), "scorecard": pd.DataFrame({"b": [1, 2]})}
    listed = contents(tables, {"zebra": "zebra", "scorecard": "scorecard"})
    assert listed["table"].tolist() == in_order(tables) == ["scorecard", "zebra"]
    assert listed["rows"].tolist() == [2, 1]
    assert listed["about"].str.endswith(".").all()


def test_the_dictionary_is_a_table_that_reads_as_csv(folder):
    text = (folder / "tables" / "data_dictionary.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert {len(row) for row in rows} == {7}
