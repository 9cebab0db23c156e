"""A study of real patients: no published file holds a small number of them, nor an input row."""

import re
import zipfile
from html import unescape

import geopandas as gpd
import pandas as pd
import pytest
from disclosure_cases import logged

from llrgeo.appraisal.journeys.activity import CARE_PLACES
from llrgeo.inputs.embedded import embedded
from llrgeo.publish.folder import maps_for_print
from llrgeo.study.config import load_study
from llrgeo.study.run import publish_study, run_study

CONTACTS = (
    *("contacts", "contacts_later", "patient_trips", "team_trips", "contacts_in_time"),
    *("assigned", "turned_away", "out_of_reach", "busiest_contacts"),
    *(place for place in CARE_PLACES if place != "unreachable"),
)
# Numbers that stand nowhere else: if one is found in a file, a row of the input is.
COUNTED = pd.DataFrame(
    {"clinic": [3, 2, 4, 1], "beds": [104_729, 1, 13_007, 2]},
    index=pd.Index(["W", "N", "E", "F"], name="area_id"),
)
ROWS = re.compile(r"(?<![\d.])(104,?729|13,?007)(?!\d)")


@pytest.fixture(scope="module")
def published(town_study_once, tmp_path_factory):
    """Publish all of a study of counted patients, and keep what it logged."""
    folder = tmp_path_factory.mktemp("restricted")
    study = folder / "study.toml"
    given = town_study_once.read_text(encoding="utf-8")
    for name in ("areas.csv", "sites.csv", "outlines.geojson", "network"):
        given = given.replace(f'"{name}"', f'"{town_study_once.parent / name}"')
    told = 'data_class = "restricted", activity = "counted.csv", service_costs = "costs.csv"'
    study.write_text(given.replace("draws = 200", f"draws = 200, {told}"), encoding="utf-8")
    COUNTED.to_csv(folder / "counted.csv")
    costs = pd.read_csv(embedded("rates") / "service_costs.csv").head(2)
    costs.assign(service=["clinic", "beds"]).to_csv(folder / "costs.csv", index=False)
    with logged() as log:
        result = run_study(load_study(study))
        publish_study(result, folder / "maps", more={"maps for print": maps_for_print})
    (folder / "maps" / "log.txt").write_text(log.getvalue(), encoding="utf-8")
    return folder / "maps"


def texts(folder):
    """Yield every published file as text: its name, and what it holds."""
    for path in sorted(folder.rglob("*.*")):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                for name in book.namelist():
                    yield f"{path.name}/{name}", book.read(name).decode("utf-8")
        elif path.suffix == ".parquet":
            yield path.name, pd.read_parquet(path).to_csv()
        elif path.suffix == ".gpkg":
            for layer in ("areas", "sites"):
                yield path.name, gpd.read_file(path, layer=layer).to_csv()
        elif path.suffix != ".png":
            yield path.name, path.read_text(encoding="utf-8")


def frames(folder):
    """Yield every published table, layer and file of columns."""
    for path in sorted((folder / "tables").glob("*.csv")):
        yield path.name, pd.read_csv(path)
    for path in sorted(folder.glob("*.parquet")):
        yield path.name, pd.read_parquet(path)
    for layer in ("areas", "sites"):
        yield f"areas.gpkg {layer}", gpd.read_file(folder / "areas.gpkg", layer=layer)


def test_no_table_holds_a_small_or_exact_number_of_contacts(published):
    seen = 0
    for name, table in frames(published):
        for column in table.columns.intersection(CONTACTS):
            shown = pd.to_numeric(table[column].replace("*", None)).dropna()
            assert not ((shown > 0) & (shown < 8)).any(), (name, column)
            assert (shown % 5 == 0).all(), (name, column)
            seen += 1
    assert seen >= 5


def test_suppressed_contacts_show_as_an_asterisk_in_files_and_workbook(published):
    loads = pd.read_csv(published / "tables" / "site_loads.csv", keep_default_na=False)
    nearer = loads[(loads["service"] == "clinic") & (loads["option"] == "nearer")]
    assert nearer.set_index("site_id")["contacts"].to_dict()["A"] == "*"
    with zipfile.ZipFile(published / "tables.xlsx") as book:
        assert ">*<" in book.read("xl/sharedStrings.xml").decode("utf-8")


def test_no_row_of_the_input_is_in_any_file_or_in_the_log(published):
    found = [name for name, text in texts(published) if ROWS.search(unescape(text))]
    assert found == []


def test_the_check_of_rows_would_find_one(published):
    (published / "leak.txt").write_text("W,3,104729", encoding="utf-8")
    try:
        assert [name for name, text in texts(published) if ROWS.search(text)] == ["leak.txt"]
    finally:
        (published / "leak.txt").unlink()


def test_minutes_of_small_areas_are_not_averages_over_their_patients(published):
    """N has 2 contacts with the clinic and 1 with the beds: a mean would give their ratio away."""
    for name in ("worst_places.csv", "worst_changes.csv"):
        table = pd.read_csv(published / "tables" / name)
        assert not (table.loc[table["area_id"] == "N", "after_min"] * 3).round(2).isin([5]).any()
