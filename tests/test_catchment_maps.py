"""The page of catchments: a map of each site, and the people that the matrix has within reach."""

import json
import re

import geopandas as gpd
import pandas as pd
import pytest
from test_cli import invoke

from llrgeo.publish.check.page import check_page
from llrgeo.publish.palette import TIME_COLOURS
from llrgeo.schema import BNG, WGS84
from llrgeo.study import catchment_areas
from llrgeo.study.catchment_areas import compute_isochrones, write_catchment_maps
from llrgeo.study.config import load_study
from llrgeo.study.inputs import read_inputs
from llrgeo.study.manifest import describe_run


@pytest.fixture
def no_browser(monkeypatch):
    """Check pages by their text alone, as other tests have a browser open."""
    monkeypatch.setattr("llrgeo.publish.check.page.has_browser", lambda: False)


def rows(text):
    """Return the cells of the page's table, row by row."""
    found = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', text)
    return [[name, *re.findall(r"<td[^>]*>(.*?)</td>", cells)] for name, cells in found]


def test_residents_are_those_whose_minutes_are_within_the_limit(town_study_once):
    inputs = read_inputs(load_study(town_study_once), ["areas", "sites", "routers"])
    found = compute_isochrones(inputs, [1.5, 2.5, 3.2])
    told = found.groupby("site_id")["residents"].agg(list).to_dict()
    # West has 400 people, North 300, East 200; nobody comes from the farm.
    assert told == {"A": [200, 600, 900], "B": [300, 700, 900], "C": [300, 700, 900]}


@pytest.mark.usefixtures("no_browser")
def test_the_page_has_a_map_and_a_row_for_each_site(town_study, tmp_path):
    page = tmp_path / "reach.html"
    result = invoke("isochrones", town_study, "--minutes", "2.5,1.5", "--map", page)
    assert result.stdout == f"{page}: 6 areas of 3 sites\n"
    text = page.read_text(encoding="utf-8")
    assert check_page(page) == []
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', text)
    assert heads == ["Site", "up to 1.5 minutes", "up to 2.5 minutes"]
    assert rows(text) == [
        ["City hospital", "200", "600"],
        ["Cottage hospital", "300", "700"],
        ["Health centre", "300", "700"],
    ]
    assert "People who can reach each site in time, of 1,000" in text
    maps = re.findall(r"<svg xmlns.*?</svg>", text, flags=re.DOTALL)
    assert [re.search(r"<title[^>]*>(.*?)<", one).group(1) for one in maps] == [
        f"From where {site} can be reached"
        for site in ("City hospital", "Cottage hospital", "Health centre")
    ]
    for one in maps:
        # The longer limit lies beneath the shorter one, or it would cover it.
        wide, narrow = (one.index(f'fill="{colour}"') for colour in TIME_COLOURS[1::-1])
        assert wide < narrow
        assert one.count("<circle") == 1
    assert "up to 1.5 minutes: 200 people; up to 2.5 minutes: 600 people." in maps[0]
    assert re.search(r"Run [0-9a-f]{12}\.", text)


def test_both_files_are_written_at_once(town_study, tmp_path):
    files = tmp_path / "reach.gpkg", tmp_path / "reach.html"
    words = ("--minutes", "2", "--out", files[0], "--map", files[1])
    assert invoke("isochrones", town_study, *words).stdout.startswith(f"{files[0]} and {files[1]}:")
    assert all(path.is_file() for path in files)


def test_the_run_is_that_of_the_files_that_were_read(town_study, tmp_path, monkeypatch):
    before, page = describe_run(load_study(town_study))["run"], tmp_path / "reach.html"
    sites = town_study.with_name("sites.csv")

    def saved_meanwhile(*given, **more):
        sites.write_bytes(sites.read_bytes() + b"\n")
        return compute_isochrones(*given, **more)

    monkeypatch.setattr(catchment_areas, "compute_isochrones", saved_meanwhile)
    invoke("isochrones", town_study, "--minutes", "2", "--map", page)
    assert f"Run {before}." in page.read_text(encoding="utf-8")
    assert describe_run(load_study(town_study))["run"] != before


def test_areas_of_the_sites_asked_for_are_those_of_all(town_study_once):
    inputs = read_inputs(load_study(town_study_once), ["areas", "sites", "routers"])
    every, worked_through = compute_isochrones(inputs, [1.5]), []
    some = compute_isochrones(
        inputs,
        [1.5],
        site_ids=["C", "A", "C"],
        track=lambda all_: [worked_through.append(k) or k for k in all_],
    )
    assert some["site_id"].tolist() == ["C", "A"]
    assert worked_through == [0, 1]
    assert some.equals(every.set_index("site_id").loc[["C", "A"]].reset_index()[some.columns])


def test_a_site_that_is_not_there_is_named_with_those_that_are(town_study, tmp_path, run_command):
    page = tmp_path / "reach.html"
    ended = run_command("isochrones", town_study, "--map", page, "--site", "A", "--site", "Z")
    assert (ended.status, page.exists()) == (1, False)
    assert "no site Z in this study; its sites are A, B, C" in ended.err


@pytest.mark.usefixtures("no_browser")
def test_names_stay_text_and_a_site_that_nobody_reaches_has_an_empty_map(town_study, tmp_path):
    sites = pd.read_csv(town_study.with_name("sites.csv"))
    sites.loc[0, "name"] = "<b>Ward</b> & co"
    # A walk of ten minutes from the road, so nobody gets there in time.
    sites.loc[1, ["lat", "lon"]] = [52.588, -1.25]
    sites.drop(columns="postcode").to_csv(town_study.with_name("sites.csv"), index=False)
    page = tmp_path / "reach.html"
    inputs = read_inputs(load_study(town_study), ["areas", "sites", "routers"])
    write_catchment_maps(inputs, compute_isochrones(inputs, [1.5]), page)
    assert check_page(page) == []
    text = page.read_text(encoding="utf-8")
    assert "<b>Ward" not in text
    assert [row[1] for row in rows(text)] == ["200", "0", "300"]


@pytest.mark.usefixtures("no_browser")
def test_a_map_says_where_the_error_of_the_roads_does_not_hold(town_study, tmp_path):
    """Minutes that the study took 1.5 fold were said to be within 1.1 minutes."""
    path = town_study.parent / "network" / "network.json"
    known = json.loads(path.read_text(encoding="utf-8"))
    del known["sha256"]
    error = {"error": "Half of its times are within 1.1 minutes.", "error_min": 1.1}
    path.write_text(json.dumps(known | error), encoding="utf-8")
    text = town_study.read_text(encoding="utf-8")
    page, said = tmp_path / "reach.html", "these are untested"
    for times, untested in (("", False), ("time_factor = 1.5\n", True)):
        town_study.write_text(text.replace("areas =", f"{times}areas =", 1), encoding="utf-8")
        inputs = read_inputs(load_study(town_study), ["areas", "sites", "routers"])
        write_catchment_maps(inputs, compute_isochrones(inputs, [1.5]), page)
        told = page.read_text(encoding="utf-8")
        assert error["error"] in told
        assert (said in told) == untested


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name a file to write, --out FILE.gpkg or --map FILE.html"),
        (
            ("--map", "reach.svg"),
            "reach.svg: isochrones are written as .gpkg or .geojson, and maps",
        ),
        (("--map", "r.html", "--minutes", "1,2,3,4,5,6,7"), "a map shows 6 limits at most, not 7"),
    ],
)
def test_what_cannot_be_written_is_told(
    town_study, tmp_path, monkeypatch, run_command, words, said
):
    monkeypatch.chdir(tmp_path)
    ended = run_command("isochrones", town_study, *words)
    assert ended.status == 1
    assert said in ended.err
    assert list(tmp_path.glob("*.*")) == []


def test_a_folder_is_no_file_to_write(town_study, tmp_path, run_command):
    (tmp_path / "folder.gpkg").mkdir()
    ended = run_command("isochrones", town_study, "--out", tmp_path / "folder.gpkg")
    assert (ended.status, list((tmp_path / "folder.gpkg").iterdir())) == (1, [])
    assert "folder.gpkg: this is a folder; name a file to write" in ended.err


def test_a_geopackage_of_areas_is_the_same_bytes_each_time(town_study, tmp_path):
    once, again = tmp_path / "once.gpkg", tmp_path / "again.gpkg"
    for path in (once, again):
        invoke("isochrones", town_study, "--minutes", "1", "--out", path, "--quiet")
    assert once.read_bytes() == again.read_bytes()
    assert len(gpd.read_file(once)) > 0


def test_areas_are_of_the_mode_and_period_asked_for_as_geojson_too(town_study, tmp_path):
    study = town_study.read_text(encoding="utf-8")
    town_study.write_text(f'periods = ["off_peak", "pm_peak"]\n{study}', encoding="utf-8")
    files = {}
    for period in ("off_peak", "pm_peak"):
        files[period] = tmp_path / f"{period}.geojson"
        words = ("--minutes", "1,1.5", "--mode", "car", "--period", period, "--out", files[period])
        invoke("isochrones", town_study, *words, "--quiet")
    areas = {period: gpd.read_file(path) for period, path in files.items()}
    invoke("isochrones", town_study, "--minutes", "1,1.5", "--out", tmp_path / "r.gpkg", "--quiet")
    first = gpd.read_file(tmp_path / "r.gpkg")
    assert areas["off_peak"].crs == WGS84
    assert areas["off_peak"].is_valid.all()
    metres = areas["off_peak"].to_crs(BNG)
    assert metres.area.tolist() == pytest.approx(first.area.tolist(), rel=1e-3)
    pd.testing.assert_frame_equal(
        metres.drop(columns="geometry"), first.drop(columns="geometry"), check_dtype=False
    )
    assert set(areas["pm_peak"]["period"]) == {"pm_peak"}
    assert (areas["pm_peak"].to_crs(BNG).area < metres.area).all()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--mode", "cra"), "no mode 'cra' travels along streets in this study; those that do are"),
        (("--period", "noon"), "no period 'noon' of 'car' in this study; it has off_peak"),
    ],
)
def test_modes_and_periods_that_a_study_does_not_have_are_told(
    town_study, tmp_path, run_command, words, said
):
    out = tmp_path / "reach.geojson"
    ended = run_command("isochrones", town_study, "--out", out, *words)
    assert (ended.status, out.exists()) == (1, False)
    assert said in ended.err
