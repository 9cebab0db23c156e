"""The data dictionary: every column of every published file, its unit and its blanks."""

import csv
import io
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest

from llrgeo.appraisal.tables.declaration import NEVER_BLANK
from llrgeo.errors import LlrgeoError
from llrgeo.publish.data.descriptions import DATA_DICTIONARY, DescribedTable, describe_tables
from llrgeo.publish.data.dictionary import data_dictionary


@pytest.fixture(scope="module")
def dictionary(published_town):
    return pd.read_csv(published_town / "tables" / "data_dictionary.csv", keep_default_na=False)


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


def test_every_column_of_every_file_is_in_the_dictionary(published_town, dictionary):
    known = set(zip(dictionary["file"], dictionary["column"], strict=True))
    found = {(file, column) for file, column, _ in published_columns(published_town)}
    assert len(found) > 150
    assert found <= known
    assert {file for file, _ in known - found} == {"tables.xlsx"}


def test_every_meaning_is_a_definition_and_every_number_has_a_unit(dictionary):
    assert (dictionary["meaning"].str.len() >= 6).all()
    assert (dictionary["blank"] != "").all()
    numbers = dictionary[dictionary["type"] == "number"]
    assert numbers.loc[numbers["unit"] == "", "column"].tolist() == []


def test_what_is_never_blank_has_no_blanks(published_town, dictionary):
    blanks = dictionary.set_index(["file", "column"])["blank"]
    for file, column, values in published_columns(published_town):
        if values.isna().any():
            assert (blanks.loc[[(file, column)]] != NEVER_BLANK).all(), (file, column)


@pytest.mark.parametrize(
    ("file", "column", "row"),
    [
        ("tables/journeys.csv", "share_within_20_min", "number,share; 0 to 1,Share of all people"),
        ("tables/scores.csv", "mean_minutes", "number,score; 0 to 1,Score for: Average journey"),
        ("tables/scorecard.csv", "mean_minutes", "number,minutes,Average journey each way"),
        ("areas.gpkg", "geometry", "text,,Outline of the area"),
        ("tables/patient_costs_by_fifth.csv", "weight", "number,factor,How much a pound weighs"),
        ("tables/criteria.csv", "weight", "number,share; 0 to 1,How much the criterion counts"),
    ],
)
def test_a_column_is_explained_where_it_stands(dictionary, file, column, row):
    rows = dictionary.set_index(["file", "column"]).loc[[(file, column)]]
    found = ",".join(
        str(rows.iloc[0][name]).replace(", ", "; ") for name in ("type", "unit", "meaning")
    )
    assert found.startswith(row)


def test_a_table_without_a_description_is_refused_by_name(town_publication):
    tables = {**town_publication.tables, "zebra": pd.DataFrame({"people": [1]})}
    with pytest.raises(LlrgeoError, match="no description of zebra"):
        describe_tables(replace(town_publication, tables=tables), pd.DataFrame())


def test_a_column_of_a_file_that_is_not_declared_is_refused_by_name():
    table = DescribedTable(pd.DataFrame({"mood": [1]}), DATA_DICTIONARY)
    with pytest.raises(LlrgeoError, match=r"^mood\.csv: table 'mood': column 'mood' is not"):
        data_dictionary({("mood.csv", "mood"): table})


def test_areas_come_after_the_tables_of_journeys(town_publication):
    tables = list(describe_tables(town_publication, pd.DataFrame()))
    assert tables.index("areas") == tables.index("equity") + 1


def test_the_dictionary_is_a_table_that_reads_as_csv(published_town):
    text = (published_town / "tables" / "data_dictionary.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert {len(row) for row in rows} == {7}
