"""Files for GIS: what they hold, and that equal editions make equal bytes."""

import sqlite3
import xml.etree.ElementTree as ET
from dataclasses import replace

import geopandas as gpd
import pytest
from publication_cases import package_of

from llrgeo.publish.data import gis
from llrgeo.publish.data.files import area_results, parquet_bytes
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


def test_qgis_finds_a_style_for_every_column_of_the_first_service(package):
    with sqlite3.connect(package) as database:
        rows = database.execute("SELECT styleName, useAsDefault FROM layer_styles").fetchall()
    database.close()
    assert {name for name, opens in rows if opens} == {COLUMN, "kind"}
    assert {name for name, _ in rows} == {
        "kind",
        "clinic__today_min",
        "clinic__nearer_min",
        COLUMN,
    }


def test_classes_of_a_style_meet_without_gaps():
    style = gis.qgis_style("x", change=True, tolerance_min=1.0)
    ranges = [one.attrib for one in ET.fromstring(style.split("\n", 1)[1]).iter("range")]
    assert [one["upper"] for one in ranges[:-1]] == [one["lower"] for one in ranges[1:]]
    assert ranges[4]["label"] == "about the same (up to 1 minute)"


def test_sites_are_marked_by_their_kind(town_publication):
    style = ET.fromstring(gis.site_style(town_publication).split("\n", 1)[1])
    kinds = [one.get("value") for one in style.iter("category")]
    assert sorted(kinds) == sorted(SITE_KINDS)
    assert len({one.get("value") for one in style.iter("Option") if one.get("name") == "name"}) == 4


def test_geoparquet_holds_the_same_areas(town_publication, tmp_path):
    path = tmp_path / "areas.parquet"
    areas = gis.area_layer(town_publication, area_results(town_publication))
    path.write_bytes(parquet_bytes(areas))
    assert gpd.read_parquet(path)["area_id"].tolist() == town_publication.areas.index.tolist()


def test_two_builds_are_equal_byte_for_byte(town_publication):
    assert package_of(town_publication) == package_of(town_publication)


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "bell\x07", "<b>"])
def test_names_stay_text(town_publication, name):
    sites = town_publication.sites.assign(name=name)
    found = gis.site_layer(replace(town_publication, sites=sites))["name"].iloc[0]
    assert not found.startswith(("=", "@"))
    assert "\x07" not in found
