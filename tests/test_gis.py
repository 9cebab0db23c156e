"""Files for GIS: what they hold, and that equal editions make equal bytes."""

import sqlite3
import xml.etree.ElementTree as ET
from dataclasses import replace

import geopandas as gpd
import pytest
from publication_cases import package_of

from llrgeo.publish.data import gis
from llrgeo.publish.data.files import area_results, geoparquet_bytes
from llrgeo.publish.pages import run_mark
from llrgeo.schema import SITE_KINDS

COLUMN = "clinic__nearer_change_min"


@pytest.fixture
def package(town_publication, tmp_path):
    path = tmp_path / "areas.gpkg"
    path.write_bytes(package_of(town_publication))
    return path


def test_areas_hold_minutes_and_changes_of_every_option(package):
    areas = gpd.read_file(package, layer="areas").set_index("area_id")
    assert areas.crs == "EPSG:27700"
    assert areas["residents"].sum() == 1_000
    assert areas[COLUMN].to_dict() == pytest.approx(
        {"W": 0.0, "N": -2.0, "E": 0.0, "F": float("nan")}, nan_ok=True
    )


def test_sites_say_which_options_use_them(package):
    sites = gpd.read_file(package, layer="sites").set_index("site_id")
    assert sites.loc["A", "clinic"] == "Today; Clinics at all sites"
    assert sites.loc["C", "clinic"] == "Clinics at all sites"


def test_qgis_finds_a_style_for_every_column_of_every_service(package):
    with sqlite3.connect(package) as database:
        rows = database.execute("SELECT styleName, useAsDefault FROM layer_styles").fetchall()
    database.close()
    assert {name for name, opens in rows if opens} == {COLUMN, "kind"}
    assert {name for name, _ in rows} == {
        "kind",
        "clinic__today_min",
        "clinic__nearer_min",
        COLUMN,
        "beds__today_min",
        "beds__nearer_min",
        "beds__nearer_change_min",
    }


def test_columns_that_a_layer_has_no_room_for_are_left_out_and_told(
    town_publication, tmp_path, monkeypatch
):
    """SQLite holds 2,000 columns: a study of 500 services and two options has more."""
    areas = gis.area_layer(town_publication, area_results(town_publication))
    whole = gis.describe_area_layer(town_publication, areas).about
    assert "areas.parquet" not in whole
    monkeypatch.setattr(gis, "_MOST_COLUMNS", 9)
    path = tmp_path / "areas.gpkg"
    path.write_bytes(package_of(town_publication))
    kept = gpd.read_file(path, layer="areas")
    assert list(kept.columns) == [*areas.columns[:8], "geometry"]
    said = f"{whole} For {len(areas.columns) - 9} more columns see areas.parquet"
    assert gis.describe_area_layer(town_publication, areas).about.startswith(said)
    with sqlite3.connect(path) as database:
        styles = {name for (name,) in database.execute("SELECT styleName FROM layer_styles")}
    database.close()
    assert styles == {"kind"} | ({*kept.columns} & {*gis.qgis_styles(town_publication)})


def test_every_column_has_an_alias_and_a_meaning(package):
    with sqlite3.connect(package) as database:
        rows = database.execute(
            "SELECT table_name, column_name, title, description FROM gpkg_data_columns"
        )
        told = {(table, column): (title, said) for table, column, title, said in rows}
        there = [
            (layer, column[1])
            for layer in ("areas", "sites")
            for column in database.execute(f"PRAGMA table_info({layer})")
        ]
    database.close()
    assert {column for _, column in set(there) - set(told)} <= {"fid", "geom"}
    assert set(told) <= set(there)
    title, said = told["areas", COLUMN]
    assert "Clinic; Clinics at all sites" in title
    assert "minutes" in said


def test_layers_say_what_they_are_whose_and_of_which_run(town_publication, package):
    with sqlite3.connect(package) as database:
        rows = database.execute(
            "SELECT table_name, metadata, timestamp FROM gpkg_metadata_reference"
            " JOIN gpkg_metadata ON md_file_id = id"
        ).fetchall()
        used = {row[0] for row in database.execute("SELECT extension_name FROM gpkg_extensions")}
        (version,) = database.execute("PRAGMA user_version").fetchone()
    database.close()
    assert [row[0] for row in rows] == ["areas", "sites"]
    for _, metadata, stamp in rows:
        told = ET.fromstring(metadata.split("\n", 1)[1])
        assert told.findtext("title") == town_publication.title
        assert run_mark(town_publication) in told.findtext("abstract")
        assert [each.text for each in told.iter("license")] == list(town_publication.sources)
        assert stamp.startswith(town_publication.date)
    assert {"gpkg_schema", "gpkg_metadata"} <= used
    assert version == 10_200  # GDAL 3.6 warns of 10,400


def test_classes_of_a_style_meet_without_gaps():
    style = gis.qgis_style("x", change=True, tolerance_min=1.0)
    ranges = [one.attrib for one in ET.fromstring(style.split("\n", 1)[1]).iter("range")]
    assert [one["upper"] for one in ranges[:-1]] == [one["lower"] for one in ranges[1:]]
    assert ranges[4]["label"] == "about the same (up to 1 minute)"


def test_minutes_are_coloured_from_none_and_changes_on_both_sides(town_publication):
    styles = gis.qgis_styles(town_publication)
    lowest = {
        column: float(next(ET.fromstring(style.split("\n", 1)[1]).iter("range")).get("lower"))
        for column, style in styles.items()
        if not column.startswith("indicator__")
    }
    changes = {column for column in lowest if column.endswith("_change_min")}
    assert changes
    assert changes < set(lowest)
    assert all((lowest[column] < 0) == (column in changes) for column in lowest)
    assert all(lowest[column] == 0 for column in set(lowest) - changes)


def test_sites_are_marked_by_their_kind(town_publication):
    style = ET.fromstring(gis.site_style(town_publication).split("\n", 1)[1])
    kinds = [one.get("value") for one in style.iter("category")]
    assert sorted(kinds) == sorted(SITE_KINDS)
    assert len({one.get("value") for one in style.iter("Option") if one.get("name") == "name"}) == 4


def test_geoparquet_holds_the_same_areas(town_publication, tmp_path):
    path = tmp_path / "areas.parquet"
    areas = gis.area_layer(town_publication, area_results(town_publication))
    path.write_bytes(geoparquet_bytes(areas))
    assert gpd.read_parquet(path)["area_id"].tolist() == town_publication.areas.index.tolist()


def test_two_builds_are_equal_byte_for_byte(town_publication):
    assert package_of(town_publication) == package_of(town_publication)


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "bell\x07", "<b>"])
def test_names_stay_text(town_publication, name):
    sites = town_publication.sites.assign(name=name)
    found = gis.site_layer(replace(town_publication, sites=sites))["name"].iloc[0]
    assert not found.startswith(("=", "@"))
    assert "\x07" not in found
