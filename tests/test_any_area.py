"""A study of any place: four columns of areas, streets, kinds of one's own, no England."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer
from town import grid_streets, grid_xy
from typer.testing import CliRunner

from llrgeo.appraisal.demand import Service, grow, rate_base_faults, trips
from llrgeo.appraisal.people.area_facts import left_out_note, not_counted_note
from llrgeo.cli import app
from llrgeo.errors import InputError
from llrgeo.publish.check.page import check_page
from llrgeo.roads.main_roads import main_road_lines
from llrgeo.roads.network_files import load_network
from llrgeo.study.config import load_study
from llrgeo.study.run import build_publication, run_study

# The toy town moved to mid Wales, without its farm.
SHIFT = np.array([-148_000.0, -10_000.0])
AREAS = {"W01000001": (0, 410), "W01000002": (7, 290), "W01000003": (5, 170)}
SITES = """\
site_id,name,kind,role,status,lat,lon,services
SITE_A,Ysbyty'r Dref,ysbyty_cyffredinol,acute,open,{},{},clinic
SITE_B,Ysbyty'r Bwthyn,ysbyty_cymuned,community,open,{},{},clinic
"""
ELSEWHERE = re.compile(
    r"\bLLR\b|Leicester|Rutland|\bEngland\b|\bEnglish\b|\bNHS\b|\bIMD\b", re.IGNORECASE
)


def degrees(node: int) -> tuple[str, str]:
    x, y = grid_xy()[node] + SHIFT
    lon, lat = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True).transform(x, y)
    return f"{lat:.6f}", f"{lon:.6f}"


def write_osm(path: Path) -> None:
    """Write the streets of the toy town as OpenStreetMap has them, with a main road and a town."""
    nodes = "".join(
        '<node id="{}" lat="{}" lon="{}"/>'.format(node + 1, *degrees(node)) for node in range(9)
    )
    pairs = sorted({tuple(sorted(street[:2])) for street in grid_streets()})
    ways = ""
    for number, (first, last) in enumerate(pairs, start=1):
        main = first in {0, 1} and last in {1, 2}
        tags = '<tag k="highway" v="{}"/>'.format("primary" if main else "residential")
        if main:
            tags += '<tag k="ref" v="A470"/><tag k="name" v="Ffordd Fawr"/>'
        ends = f'<nd ref="{first + 1}"/><nd ref="{last + 1}"/>'
        ways += f'<way id="{number}">{ends}{tags}</way>'
    town = (
        '<node id="50" lat="{}" lon="{}"><tag k="place" v="town"/><tag k="name" v="Trefach"/>'
        '<tag k="population" v="3870"/></node>'
    ).format(*degrees(4))
    path.write_text(f'<osm version="0.6">{nodes}{town}{ways}</osm>', encoding="utf-8")


@pytest.fixture(scope="module")
def welsh(tmp_path_factory) -> Path:
    """Return the folder of a study that was written, built and run by the commands alone."""
    folder = tmp_path_factory.mktemp("cymru")
    write_osm(folder / "town.osm")
    rows = [
        f"{area_id},{','.join(degrees(node))},{residents}"
        for area_id, (node, residents) in AREAS.items()
    ]
    (folder / "areas.csv").write_text("\n".join(["area_id,lat,lon,residents", *rows]))
    (folder / "sites.csv").write_text(SITES.format(*degrees(2), *degrees(6)), encoding="utf-8")
    run = CliRunner().invoke
    for command in (
        ["new", str(folder / "study.toml"), "--minimal"],
        ["network", "build", str(folder / "town.osm"), "--around", str(folder / "areas.csv"),
         "--out", str(folder / "streets"), "--quiet"],
        ["run", str(folder / "study.toml"), "--out", str(folder / "maps"), "--print", "--quiet"],
    ):  # fmt: skip
        done = run(app, command)
        assert done.exit_code == 0, (command, done.output, done.exception)
    return folder


def test_the_shortest_study_has_forty_lines(welsh):
    assert len((welsh / "study.toml").read_text(encoding="utf-8").splitlines()) == 40


def test_no_published_file_says_a_word_of_another_country(welsh):
    texts = [
        path
        for path in sorted((welsh / "maps").rglob("*"))
        if path.suffix in {".html", ".csv", ".svg", ".txt", ".md", ".json"}
    ]
    assert len(texts) > 20
    for path in texts:
        text = path.read_text(encoding="utf-8")
        assert not ELSEWHERE.findall(text), (path.name, ELSEWHERE.findall(text)[:5])


def test_pages_say_in_one_line_what_is_left_out(welsh):
    said = (
        "Left out, for the study&#39;s table of areas does not tell it: figures by age, "
        "disability, deprivation, rural and urban areas, authority, ward."
    )
    for name in ("explorer.html", "report.html"):
        page = (welsh / "maps" / name).read_text(encoding="utf-8")
        assert page.count(said) == 1, name
        assert "eprivation" not in page.replace(said, "").split('id="data"')[0], name


def test_tables_without_their_facts_are_not_there(welsh):
    tables = {path.stem for path in (welsh / "maps" / "tables").glob("*.csv")}
    assert {"journeys", "equity", "places_of_care"} <= tables
    assert not tables & {"places", "patient_costs_by_fifth", "over_the_border", "team_reach"}
    journeys = pd.read_csv(welsh / "maps" / "tables" / "journeys.csv")
    assert set(journeys["group"]) == {"everyone"}
    care = pd.read_csv(welsh / "maps" / "tables" / "places_of_care.csv").set_index("option")
    # 870 residents, 500 a year of each 1,000: 435. With both open the 290 of the north go to the
    # cottage hospital; the 410 of the south have the main road to the other.
    assert care.loc["today", ["acute", "community"]].tolist() == [435, 0]
    assert care.loc["both", ["acute", "community"]].tolist() == [(410 + 170) / 2, 290 / 2]


def test_the_explorer_of_such_a_study_agrees_with_its_own_data(welsh, monkeypatch):
    # What only a browser finds is tried in tests/browser, which keep one open.
    monkeypatch.setattr("llrgeo.publish.check.page.has_browser", lambda: False)
    path = welsh / "maps" / "explorer.html"
    assert check_page(path) == []
    page = path.read_text(encoding="utf-8")
    assert "Ysbyty cyffredinol" in page
    assert "Minutes to an acute hospital" in page


def test_main_roads_of_the_map_are_the_studys_own(welsh):
    page = (welsh / "maps" / "explorer.html").read_text(encoding="utf-8")
    data = json.loads(page.split('id="data">', 1)[1].split("</script>", 1)[0])
    assert data["roads"] == [{"name": "A470", "kind": "primary"}]
    roads = main_road_lines(load_network(welsh / "streets"))
    # Two stretches of a kilometre, though each can be driven both ways: one line under one number.
    assert roads.to_crs(27700).length.round(-1).tolist() == [2_000.0]


def test_towns_are_those_of_the_studys_own_map(welsh):
    page = (welsh / "maps" / "explorer.html").read_text(encoding="utf-8")
    data = json.loads(page.split('id="data">', 1)[1].split("</script>", 1)[0])
    assert [place["name"] for place in data["places"]] == ["Trefach"]
    # It lies at crossroads 4, in the cell of one of the three areas.
    assert data["places"][0]["area"] in {0, 1, 2}


def test_who_is_not_counted_is_said(welsh, town_areas):
    page = (welsh / "maps" / "explorer.html").read_text(encoding="utf-8")
    said = (
        "Not counted in the study&#39;s table of areas, so in no figure: households without a car, "
        "ethnic groups, people by main language."
    )
    assert said in page
    counted = town_areas.assign(households=9, no_car_households=2, other_main_language=3)
    assert not_counted_note(counted) == said.replace("&#39;", "'").replace(
        "households without a car, ethnic groups, people by main language", "ethnic groups"
    )
    assert not_counted_note(counted.assign(ethnic_white=4)) == ""


def test_rates_by_age_are_refused_where_areas_have_no_ages():
    areas = pd.DataFrame({"residents": [200, 50]}, index=["a", "b"])
    by_age = Service("clinic", "Clinic", "patient", {"age_18_64": 100.0}, 20)
    (fault,) = rate_base_faults([by_age], areas)
    assert "no age bands" in fault
    assert "Add the columns age_0_17 to age_85_plus, or give one rate" in fault
    assert "rates = { residents = 100 }" in fault
    counted = pd.DataFrame({"clinic": [3.0, 4.0]}, index=["a", "b"])
    assert rate_base_faults([by_age], areas, counted) == []
    of_any_age = Service("clinic", "Clinic", "patient", {"residents": 40.0}, 20, visits=3)
    assert trips(of_any_age, areas).tolist() == [24.0, 6.0]
    assert grow(areas, {"residents": 1.2})["residents"].tolist() == [240, 60]


def test_one_rate_counts_each_age_alike(town_areas):
    of_any_age = Service("clinic", "Clinic", "patient", {"residents": 30.0}, 20)
    assert trips(of_any_age, town_areas).tolist() == [12.0, 9.0, 6.0, 3.0]
    assert left_out_note(town_areas) == ""


def test_a_study_by_age_says_what_it_needs_before_it_computes(welsh):
    text = (welsh / "study.toml").read_text(encoding="utf-8")
    changed = welsh / "by_age.toml"
    changed.write_text(text.replace("rates = { residents = 500 }", "rates = { age_0_17 = 500 }"))
    with pytest.raises(InputError, match=r"areas\.csv: the table of areas has no age bands"):
        run_study(load_study(changed))


def test_the_study_names_its_index_of_deprivation(town_study):
    neutral = build_publication(run_study(load_study(town_study)))
    assert neutral.deprivation.index == ""  # ids of the toy town are of no country
    named = '\ndeprivation = { index = "MALlC 2019", country = "Cymru" }\nappraisal ='
    town_study.write_text(town_study.read_text().replace("\nappraisal =", named))
    study = load_study(town_study)
    assert study.deprivation_index(["E01000001"]).country == "Cymru"
    assert neutral.areas["imd_decile"].notna().all()


def test_english_areas_have_the_english_index_without_a_word():
    assert load_study().deprivation_index(["E01025612", "E01033000"]).country == "England"
    assert load_study().deprivation_index(["E01025612", "W01000001"]).country == ""
