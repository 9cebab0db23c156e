"""Boards that are not as most are: parts of authorities, two regions, a border, an island."""

import io
import re
import shutil
import zipfile

import geopandas as gpd
import pandas as pd
import pytest
from invented_icb import BOARD, OTHER_BOARD, small
from official_cases import Official
from official_files import home_postcodes, zipped
from official_server import serving

from llrgeo.errors import InputError
from llrgeo.inputs.official import eric
from llrgeo.inputs.official.area_table import compile_areas
from llrgeo.inputs.official.new_tables import write_projections
from llrgeo.inputs.official.place import find_boards
from llrgeo.inputs.official.site_table import _points_here
from llrgeo.inputs.official.sources import read_sources
from llrgeo.schema import BNG
from llrgeo.study.config import load_study
from llrgeo.study.inputs import read_inputs
from llrgeo.study.new_study.area import new_area

ISLAND, EMPTY = "E01990031", "E01990017"
ELSEWHERE = [f"E01990{number:03d}" for number in range(33, 39)]  # areas of Vale of another board


def difficult():
    """Return a board by the border, in part of an authority and two regions, with an island."""
    place = small()
    areas = place.areas
    areas.loc[ELSEWHERE, "board"] = "E54990002"
    areas.loc[ISLAND, "x"] -= 29_000
    areas.loc[EMPTY, "residents"] = 0
    for table in place.counts.values():
        table.loc[EMPTY] = 0
    place.border_m, place.roadless = 508_000.0, (ISLAND,)
    sites = place.sites
    sites.loc["ZT107"] = sites.loc["ZT105"].to_dict() | {"name": "INVENTED TENT", "postcode": ""}
    unknown = {"name": "INVENTED NEW CLINIC", "postcode": "ZZ9 8QX"}
    sites.loc["ZT108"] = sites.loc["ZT105"].to_dict() | unknown
    place.unplaced = ("", "ZZ9 8QX")
    sites.loc["ZT103", "closed"] = "20270331"  # a hospital that will close
    # A trust that is also its only site has one code in both lists.
    sites.loc["ZT1"] = sites.loc["ZT105"].to_dict() | {"report": "etr", "name": "INVENTED TRUST"}
    return place


@pytest.fixture(scope="module")
def server():
    with serving(difficult()) as official:
        official.regions = {"E06990002": "West Midlands"}
        yield official


@pytest.fixture(scope="module")
def official(server, tmp_path_factory):
    return Official(server, tmp_path_factory.mktemp("official"))


@pytest.fixture(scope="module")
def made(official):
    downloader = official.downloader()
    place = find_boards(downloader, official.sources, [BOARD])
    return new_area(official.folder / "study", place, downloader, official.sources)


@pytest.fixture(scope="module")
def todo(made):
    ids = made.todo["file"] + " " + made.todo["id"]
    by_column = dict(zip(ids + " " + made.todo["column"], made.todo["what"], strict=True))
    return dict(zip(ids, made.todo["what"], strict=True)) | by_column


def test_streets_are_of_both_countries_and_hospitals_abroad_are_to_be_added(made, todo, official):
    fetched = pd.read_csv(made.folder / "fetched.csv")
    streets = fetched.loc[fetched["source"] == "streets", "address"]
    assert [address.rsplit("/", 1)[-1] for address in streets] == [
        "invented-shire-latest.osm.pbf",
        "wales-latest.osm.pbf",
    ]
    assert todo["sites.csv wales"].startswith("streets reach into Wales, whose hospitals")
    study = load_study(made.folder / "study.toml")
    inputs = read_inputs(study, ["areas", "sites", "routers"])
    east = official.server.place.ours["x"].idxmax()
    car = inputs.routers["car"].travel_times(
        inputs.areas.geometry, inputs.sites.geometry, mode="car", period="off_peak"
    )
    # From beyond the border to a practice this side of it, by one network.
    assert 5 < car.minutes.loc[east, "Z99001"] < 60


def test_two_regions_have_two_timetables(made):
    study = load_study(made.folder / "study.toml")
    assert study.transit.feeds == ("timetables/east_midlands.zip", "timetables/west_midlands.zip")


def test_an_authority_that_is_in_the_board_in_part_has_that_part_of_its_people(made, server, todo):
    people = pd.read_csv(made.folder / "projections.csv").groupby(["authority_code", "year"])
    ages = [f"age_{age}" for age in range(0, 101, 5)]
    found = people[ages].sum().sum(axis=1)
    areas = server.place.areas
    vale = areas[areas["lad"] == "E07990001"]
    here = vale.loc[vale["board"] == "E54990001", "residents"].sum()
    assert found["E07990001", 2026] == pytest.approx(here * 1.004**4, rel=1e-4)
    share = here / vale["residents"].sum()
    assert 0.8 < share < 0.9
    assert todo["projections.csv E07990001"].startswith(f"{share:.1%} of the people projected for")
    assert "projections.csv E06990002" not in todo
    assert load_study(made.folder / "study.toml").years == (2026, 2031)


def test_an_island_and_an_area_without_residents_are_kept(made):
    inputs = read_inputs(load_study(made.folder / "study.toml"), ["areas"])
    assert inputs.areas.loc[EMPTY, "residents"] == 0
    assert ISLAND in inputs.areas.index
    assert not set(ELSEWHERE) & set(inputs.areas.index)


def test_sites_that_cannot_be_placed_are_listed(made, todo):
    sites = pd.read_csv(made.folder / "sites.csv", index_col="site_id")
    assert not {"ZT107", "ZT108", "ZT1"} & set(sites.index)
    assert todo["sites.csv ZT107"] == "blank has no place: left out"
    assert todo["sites.csv ZT108"] == "ZZ9 8QX has no place: left out"


def test_a_hospital_that_will_close_is_open_today_and_its_last_day_is_told(made, todo, tmp_path):
    study = load_study(made.folder / "study.toml")
    assert todo["sites.csv ZT103 status"] == "open on 2026-11-25, and its last day is 2027-03-31"
    sites = read_inputs(study, ["sites"]).sites
    assert sites.loc["ZT103", "status"] == "open"
    assert sites.loc["ZT103", "closes"] == "2027-03-31"
    assert "ZT103" in study.options[0].sites["community_beds"]
    # In a study of a later date the same table is refused until somebody has decided.
    later = shutil.copytree(made.folder, tmp_path / "later") / "study.toml"
    text = later.read_text(encoding="utf-8")
    later.write_text(text.replace('date = "2026-11-25"', 'date = "2027-03-31"', 1), "utf-8")
    read_inputs(load_study(later), ["sites"])
    later.write_text(text.replace('date = "2026-11-25"', 'date = "2027-04-01"', 1), "utf-8")
    with pytest.raises(InputError, match=r"ZT103 is open by its status, and its last day, 2027-03"):
        read_inputs(load_study(later), ["sites"])


def test_postcodes_are_those_of_the_board_with_the_area_that_each_lies_in(made, server):
    inputs = read_inputs(load_study(made.folder / "study.toml"), ["sites"])
    found = inputs.postcodes
    homes = {
        code: number // 4 for number, (code, *_) in enumerate(home_postcodes(server.place.areas))
    }
    codes = list(server.place.areas.index)
    # Of each area's four, those that its square holds and no other square does.
    own = [code for code in found.index if code in homes and found[code] == codes[homes[code]]]
    assert len(own) > 0.9 * 4 * 54
    assert set(found) <= set(inputs.areas.index)
    assert not set(found) & set(ELSEWHERE)


def test_without_timetables_of_a_region_the_study_goes_by_car_and_on_foot(tmp_path):
    with serving(small()) as server:
        server.regions = {"E06990002": "Wales"}
        official = Official(server, tmp_path)
        downloader = official.downloader()
        place = find_boards(downloader, official.sources, [BOARD])
        made = new_area(tmp_path / "study", place, downloader, official.sources)
    assert load_study(made.folder / "study.toml").modes == ("car", "walk")
    assert "no timetables of Wales; there are East Midlands" in " ".join(made.todo["what"])


def test_postcodes_whose_eastings_and_northings_are_swapped_are_refused(tmp_path):
    with serving(small()) as server:
        with zipfile.ZipFile(io.BytesIO(server.files.get("postcodes"))) as archive:
            listed = archive.read("Data/CSV/zz.csv")
        swapped = re.sub(rb",10,(\d+),(\d+),", rb",10,\2,\1,", listed)
        official = Official(server, tmp_path)
        ours = server.place.ours
        land = gpd.GeoSeries.from_xy(ours["x"], ours["y"], crs=BNG).buffer(650)
        outlines = gpd.GeoDataFrame({"authority_code": ours["lad"]}, geometry=land)
        for content, said in (
            ({"Data/CSV/zz.csv": swapped}, r"postcodes: 2\d\d of 2\d\d postcodes.*swapped"),
            ({"a/zz.csv": listed, "b/zz.csv": listed}, "several tables of one postcode area"),
        ):
            server.files._made["postcodes"] = zipped(content)
            downloader, source = official.downloader(), official.sources["postcodes"]
            with pytest.raises(InputError, match=said):
                _points_here(downloader, source, {"ZZ"}, outlines)
            assert official.kept("postcodes") == [".lock"]  # nothing of it


def test_two_boards_that_share_an_authority_are_one_place(official):
    downloader = official.downloader()
    place = find_boards(downloader, official.sources, [BOARD, OTHER_BOARD, BOARD])
    assert len(place.codes) == 66
    todo = write_projections(
        official.folder,
        downloader,
        official.sources,
        compile_areas(downloader, official.sources, place),
    )
    assert todo.empty  # both parts of Vale are here


def test_a_board_without_returns_is_refused_before_streets_are_built(tmp_path):
    with serving(small()) as server:
        official = Official(server, tmp_path)
        returns = re.sub(rb"\r\nZ[TNF]\d,[^\r]*", b"", server.files.get("returns"))
        server.files._made["returns"] = returns + b"ZX1,X,ZX101,FAR CLINIC,Non inpatient,7,0,1\r\n"
        downloader = official.downloader()
        place = find_boards(downloader, official.sources, [BOARD])
        with pytest.raises(InputError, match="no acute hospital is known here"):
            new_area(tmp_path / "study", place, downloader, official.sources)
    assert not [target for target in server.requests if "geofabrik" in target]
    assert not (tmp_path / "study").exists()


def test_names_that_a_publisher_changes_are_corrected_in_the_table_of_sources(official, tmp_path):
    path = tmp_path / "next_year.toml"
    text = (official.folder / "sources.toml").read_text(encoding="utf-8")
    text = re.sub(
        r'"((?:ICB|LAD|SICBL|CAL)26\w+)"', lambda found: found[0].replace("26", "27"), text
    )
    path.write_text(text.replace('type = "Site Type"', 'type = "Type of site"'), encoding="utf-8")
    sources = read_sources(path)
    assert sources["lookup"].fields["board"] == "ICB27NM"
    place = find_boards(official.downloader(), sources, [BOARD])
    assert set(place.areas["authority"]) == {"Invented Vale", "Invented Haven"}
    renamed = tmp_path / "returns.csv"
    renamed.write_bytes(
        official.server.files.get("returns").replace(b",Site Type,", b",Type of site,")
    )
    table = eric.read_return(renamed, sources["returns"])
    assert table.loc["ZT102", "Site Type"] == "Community hospital (with inpatient beds)"


def test_a_table_of_sources_without_a_name_that_is_needed_is_refused(tmp_path):
    with serving(small()) as server:
        path = server.sources(tmp_path / "sources.toml")
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('board = "ICB26NM", authority', "authority").replace(
            '{ area_2011 = "LSOA11CD", area_id = "LSOA21CD", change = "CHGIND" }', '["LSOA11CD"]'
        ),
        encoding="utf-8",
    )
    with pytest.raises(InputError) as refused:
        read_sources(path)
    assert "lookup: 'fields' lacks board" in str(refused.value)
    assert "lsoa_2011: 'fields' gives each of our names the publisher's" in str(refused.value)
