"""A whole study of an invented board from official data, checked against what was invented."""

import json
import re
import shutil

import geopandas as gpd
import pandas as pd
import pytest
from invented_icb import AGES, BOARD, TABLES
from official_cases import Official
from official_server import Fault
from shapely.geometry import Point, box

import llrgeo.study.new_study.area as new_area_module
from llrgeo.errors import InputError
from llrgeo.files import temporary_folder
from llrgeo.inputs.areas import read_areas
from llrgeo.inputs.estate import read_estate
from llrgeo.inputs.official.area_table import _check_teens, _people, age_bands
from llrgeo.inputs.official.kinds import CENSUS
from llrgeo.inputs.official.new_tables import write_estate
from llrgeo.inputs.official.place import find_boards
from llrgeo.inputs.official.site_table import site_kinds
from llrgeo.inputs.sites import read_sites
from llrgeo.roads.network_files import load_network
from llrgeo.schema import AGE_BANDS, BNG
from llrgeo.study.config import load_study
from llrgeo.study.inputs import read_inputs
from llrgeo.study.new_study.area import _Commission, _with_ways_to, _write_study, new_area
from llrgeo.study.new_study.study_file import assume_services, study_text
from llrgeo.study.run import publish_study, run_study

HOME = re.compile(r"Leicester|Rutland|\bLLR\b|Loughborough|Hinckley|Melton|Coalville")
TEXTS = {".html", ".csv", ".json", ".md"}


def assemble(official, name, **options):
    downloader = official.downloader(**options)
    place = find_boards(downloader, official.sources, [BOARD])
    return new_area(official.folder / name, place, downloader, official.sources), downloader


@pytest.fixture(scope="module")
def official(server, tmp_path_factory):
    return Official(server, tmp_path_factory.mktemp("official"))


@pytest.fixture(scope="module")
def made(official):
    """Write the study once; tests only read it."""
    official.server.faults = []
    return assemble(official, "study")


@pytest.fixture
def folder(made):
    return made[0].folder


def test_areas_are_those_of_the_board_with_the_people_of_the_census(folder, server):
    areas = read_areas(folder / "areas.csv")
    ours, counts = server.place.ours, server.place.counts
    assert list(areas.index) == sorted(ours.index)
    assert list(areas["residents"]) == list(ours["residents"])
    code = "E01990023"
    one, ages = areas.loc[code], counts["NM_2020_1"].loc[code]
    teens = counts["NM_2014_1"].loc[code]
    minors = round(ages[AGES[3]] * teens.iloc[:3].sum() / teens.sum())
    assert one["age_0_17"] == ages.iloc[:3].sum() + minors
    assert one["age_18_64"] == ages.iloc[3:13].sum() - minors
    assert one["age_75_84"] == ages.iloc[15:17].sum()
    assert one["disabled"] == counts["NM_2056_1"].loc[code].iloc[:2].sum()
    assert one["no_car_households"] == counts["NM_2063_1"].loc[code].iloc[0]
    assert one["households"] == counts["NM_2063_1"].loc[code].sum()
    assert one["bad_health"] == counts["NM_2055_1"].loc[code].iloc[3:].sum()
    assert one["ethnic_white"] == counts["NM_2041_1"].loc[code, "White"]
    assert one["other_main_language"] == counts["NM_2043_1"].loc[code].iloc[1:].sum()
    assert (areas[list(AGE_BANDS)].sum(axis=1) == areas["residents"]).all()
    assert (areas["easting"].astype(int) == ours["x"]).all()
    assert (areas["rural_urban"] == ours["rural"].map({True: "Rural", False: "Urban"})).all()


def test_sites_have_the_kinds_that_returns_tell_and_none_is_guessed(folder):
    sites = read_sites(folder / "sites.csv")
    assert dict(sites["kind"]) == {
        "Z99001": "health_centre", "Z99001001": "health_centre", "Z99002": "health_centre",
        "Z99003": "health_centre", "Z99004": "health_centre", "ZN201": "neighbouring_hospital",
        "ZT101": "acute_hospital", "ZT102": "community_hospital", "ZT103": "community_hospital",
        "ZT104": "acute_hospital", "ZT105": "other_site", "ZT106": "other_site",
    }  # fmt: skip
    # Roles stand in the file itself, for these kinds are not those of the default study.
    roles = pd.read_csv(folder / "sites.csv", index_col="site_id")["role"]
    assert dict(roles.groupby(sites["kind"]).agg(set)) == {
        "acute_hospital": {"acute"}, "community_hospital": {"community"},
        "health_centre": {"primary"}, "neighbouring_hospital": {"other"}, "other_site": {"other"},
    }  # fmt: skip
    closed = sites.index[sites["status"] == "closed"]
    assert list(closed) == ["Z99004", "ZT104"]
    assert set(sites.loc[[*closed, "ZT105", "ZT106"], "services"]) == {""}
    assert sites.loc["ZN201", "services"] == "planned_outpatients;diagnostics"
    assert sites.loc["ZN201", "authority"] == "Invented Moor"
    assert sites.loc["ZT102", "name"] == "Invented Cottage Hospital"
    assert sites.loc["ZT102", "authority"] == "Invented Haven"
    assert sites["beds"].isna().all()


def test_kinds_are_those_of_the_returns_site_types():
    types = {
        "A": "1. General acute hospital", "B": "Specialist hospital (acute only)",
        "C": "4. Mental Health (including Specialist services)",
        "D": "7. Community hospital (with inpatient beds)", "E": "9. Non-inpatient",
        "F": "Non inpatient", "G": "3. Mixed service hospital", "H": None,
    }  # fmt: skip
    returns = pd.DataFrame({"Site Type": types})
    assert dict(site_kinds([*types, "Z"], returns)) == {
        "A": "acute_hospital", "B": "acute_hospital", "C": "other", "D": "community_hospital",
        "E": "health_centre", "F": "health_centre", "G": "acute_hospital", "H": "", "Z": "",
    }  # fmt: skip


def test_what_no_source_says_is_listed(folder, made):
    todo = pd.read_csv(folder / "TODO.csv")
    listed = set(zip(todo["file"], todo["id"], todo["column"], strict=True))
    assert {
        ("sites.csv", "ZT105", "kind"),
        ("sites.csv", "ZT101", "beds"),
        ("sites.csv", "ZT103", "beds"),
        ("sites.csv", "all", "services"),
        ("study.toml", "services", "rates"),
        ("study.toml", "options.today", "beds"),
        ("study.toml", "transit", "feeds"),
    } <= listed
    assert ("sites.csv", "ZT106", "kind") not in listed  # its return says offices
    assert len(made[0].todo) == len(todo)


def test_every_answer_is_reported_with_its_date_licence_and_checksum(folder, made):
    fetched = pd.read_csv(folder / "fetched.csv")
    assert len(fetched) == len(made[1].answers)
    assert set(fetched["fetched"]) == {"2026-11-25"}
    assert fetched["licence"].isin(["Open Government Licence v3.0", "ODbL 1.0"]).all()
    kept = made[1].answers[0]
    assert fetched.iloc[0]["sha256"] == kept.sha256
    about = (folder / "about.md").read_text()
    assert "| deprivation | Ministry of Housing" in about
    assert "- sites.csv: 5" in about
    study = load_study(folder / "study.toml")
    assert "Streets: © OpenStreetMap contributors (on 2026-11-25). ODbL 1.0." in study.sources
    assert study.transit.source.endswith(
        "Data Service (on 2026-11-25). Open Government Licence v3.0"
    )


def test_the_study_is_read_whole_with_streets_and_timetables(folder):
    study = load_study(folder / "study.toml")
    assert study.title == "Care closer to home in Invented Vale and Haven"
    assert study.modes == ("car", "walk", "transit")
    assert study.transit.date.isoformat() == "2026-12-01"  # a Tuesday, and the feed runs
    inputs = read_inputs(study)
    today = next(option for option in inputs.options if option.name == "today")
    assert set(today.sites["diagnostics"]) == {"ZT101", "ZN201"}
    assert set(today.sites["community_beds"]) == {"ZT102", "ZT103"}
    nearer = next(option for option in inputs.options if option.name == "nearer")
    assert set(nearer.sites["diagnostics"]) == {"ZT101", "ZN201", "ZT102", "ZT103"}
    streets = load_network(folder / "streets")
    assert not streets.info.modelled
    assert load_network(folder / "streets_on_foot").info.mode == "walk"


def test_projections_and_estate_are_written_in_a_studys_columns(folder):
    people = pd.read_csv(folder / "projections.csv")
    assert list(people.columns[:5]) == ["authority_code", "variant", "year", "sex", "age_0"]
    assert len(people) == 2 * 11 * 2
    assert set(people["variant"]) == {"2022-based"}
    estate = pd.read_csv(folder / "estate.csv", index_col="site_id")
    assert estate.loc["ZT102", "floor_area_m2"] == 3_150
    assert estate.loc["ZT102", "backlog_high_gbp"] == 17 * 3_150
    assert "ZN201" not in estate.index


def test_years_to_come_and_the_estate_are_read_as_any_studys_own_are(folder, made):
    study = load_study(folder / "study.toml")
    assert study.years == (2026, 2031)  # 2036 and 2041 are not projected
    inputs = read_inputs(study, ["capacity"])
    plan = inputs.capacity
    assert plan.estate.estate.loc["ZT103", "floor_area_m2"] == 4_020
    assert plan.estate.estate.loc["ZT101", "year"] == "2024/25"
    everyone = {year: ages.sum() for year, ages in plan.projected.items()}
    assert everyone[2031] / everyone[2026] == pytest.approx(1.004**5, abs=1e-4)
    assert not made[0].todo["file"].isin(["estate.csv", "projections.csv"]).any()


def test_years_that_the_studys_own_readers_refuse_are_left_out_and_the_reason_is_listed(
    official, made, folder, tmp_path
):
    copy = shutil.copytree(folder, tmp_path / "copy")
    people = pd.read_csv(copy / "projections.csv")
    ages = [name for name in people.columns if name.startswith("age_")]
    people[ages] *= 3  # more than twice those of the census: not the same people
    people.to_csv(copy / "projections.csv", index=False)
    sites = pd.read_csv(copy / "sites.csv", index_col="site_id", keep_default_na=False)
    sites["is_neighbour"] = sites["authority"] == "Invented Moor"
    place = find_boards(official.downloader(offline=True), official.sources, [BOARD])
    ask = _Commission(made[1], official.sources, place, iter)
    listed = _write_study(copy, ask, sites, None, [])
    assert load_study(copy / "study.toml").years == ()
    assert "age_0_17: " in listed.iloc[0]["what"]
    assert list(pd.read_csv(copy / "TODO.csv")["column"]) == ["years"]
    people[people["year"] < 2026].to_csv(copy / "projections.csv", index=False)
    listed = _write_study(copy, ask, sites, None, [])
    assert listed.iloc[0]["what"] == "projections.csv: the last year is 2025, before 2026"


def returns_table(**sites):
    columns = ["Gross internal floor area (m²)", "Clinical space (m²)"]
    table = pd.DataFrame(sites.values(), index=list(sites), columns=columns)
    return table.rename_axis("site_id")


def test_a_return_that_contradicts_itself_is_left_out_and_listed(official, tmp_path):
    sites = pd.DataFrame({"is_neighbour": [False, False, True]}, index=["A", "B", "N"])
    source, path = official.sources["returns"], tmp_path / "estate.csv"
    returns = returns_table(A=["3,150", "4000"], B=["4020", None], N=["9", "1"])
    todo = write_estate(path, returns, sites, source)
    assert list(todo["id"]) == ["A"]
    assert "'clinical_m2' is more than 'floor_area_m2'" in todo["what"].item()
    found = read_estate(["A", "B"], path)
    assert found["floor_area_m2"].to_dict() == {"B": 4_020}
    path.unlink()
    todo = write_estate(path, returns.loc[["N"]], sites, source)
    assert "no Site Code is the id of a site" in todo["what"].item()
    assert not path.exists()


def test_no_word_of_the_default_studys_own_place_is_left(folder):
    text = "".join(path.read_text() for path in folder.glob("*.toml"))
    assert HOME.findall(text) == []
    assert 'source = "48 hours: NHS England Ageing Well; all else illustrative' in text


def test_again_offline_nothing_is_asked_and_the_same_is_written(official, folder):
    asked = len(official.server.requests)
    again, downloader = assemble(official, "again", offline=True)
    assert len(official.server.requests) == asked
    assert downloader.tally.requests == 0
    for name in ("areas.csv", "sites.csv", "study.toml", "TODO.csv", "fetched.csv", "about.md"):
        assert (again.folder / name).read_bytes() == (folder / name).read_bytes()
    for name in ("nodes.parquet", "edges.parquet"):
        here, there = again.folder / "streets" / name, folder / "streets" / name
        assert here.read_bytes() == there.read_bytes()


def test_a_folder_that_holds_something_is_kept(official, folder):
    before = sorted(path.name for path in folder.rglob("*"))
    with pytest.raises(InputError, match="holds something already and is kept"):
        assemble(official, "study", offline=True)
    assert sorted(path.name for path in folder.rglob("*")) == before


def test_a_folder_that_another_command_wrote_meanwhile_is_kept(official, monkeypatch):
    place = find_boards(official.downloader(), official.sources, [BOARD])

    def written_by_both(*_):
        (official.folder / "raced").mkdir()
        (official.folder / "raced" / "areas.csv").write_text("of the other")
        return 1, 1, 1, pd.DataFrame()

    monkeypatch.setattr(new_area_module, "_assemble", written_by_both)
    with pytest.raises(InputError, match="raced: holds something by now, as if another command"):
        new_area(official.folder / "raced", place, official.downloader(), official.sources)
    assert (official.folder / "raced" / "areas.csv").read_text() == "of the other"
    under_a_file = official.folder / "sources.toml" / "study"
    with pytest.raises(InputError, match=r"study: cannot be written there .*choose another place"):
        new_area(under_a_file, place, official.downloader(), official.sources)


@pytest.mark.parametrize(
    ("where", "how"), [("ERIC", "changed field"), ("Boundaries", "missing"), ("NM_2056", "html")]
)
def test_a_study_is_written_whole_or_not_at_all(server, tmp_path, where, how):
    official = Official(server, tmp_path)
    server.faults = [Fault(where, how)]
    with temporary_folder(tmp_path) as ours:  # as if of a process that was killed
        killed = tmp_path / re.sub(r"-\d+-", "-99999999-", ours.name)
    (killed / "study").mkdir(parents=True)
    with pytest.raises(InputError):
        assemble(official, "study")
    server.faults = []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "sources.toml"]


def test_without_timetables_and_projections_the_study_says_so(server, tmp_path):
    official = Official(server, tmp_path)
    server.faults = [Fault("gtfs-file", "404"), Fault("projections", "html")]
    made, _ = assemble(official, "study")
    server.faults = []
    study = load_study(made.folder / "study.toml")
    assert study.modes == ("car", "walk")
    assert study.transit is None
    todo = made.todo.set_index("file")["what"]
    assert "answered 404" in todo["study.toml"].iloc[-1]
    assert "web page" in todo["projections.csv"]
    assert not (made.folder / "projections.csv").exists()


@pytest.mark.slow
def test_the_study_runs_to_pages(folder, tmp_path):
    result = run_study(load_study(folder / "study.toml"))
    publish_study(result, tmp_path / "pages")
    pages = sorted(path for path in (tmp_path / "pages").rglob("*") if path.suffix in TEXTS)
    told = {path.name: path.read_text(encoding="utf-8") for path in pages}
    assert [name for name, text in told.items() if HOME.search(text)] == []
    assert "People with no car at home (shared out as households are)" in told["report.html"]
    assert "Not counted" not in told["report.html"]
    page = told["index.html"]
    assert "Care closer to home in Invented Vale and Haven" in page
    values = result.scorecard.values
    assert values.loc["nearer", "mean_minutes"] < values.loc["today", "mean_minutes"]


def test_the_command_writes_a_study_and_says_what_is_left(
    server, tmp_path, monkeypatch, run_command
):
    official = Official(server, tmp_path)
    words = ["new", "vale", "--icb", "Invented Vale and Haven", "--timings"]
    monkeypatch.chdir(tmp_path)
    status, said, _ = run_command(*words, "--sources", "sources.toml")
    assert status == 0
    stage = r"neighbours' hospitals +(\d+\.\d\d) +(\d+\.\d\d) +(\d+\.\d\d)"
    clock_s, busy_s, most_gb = map(float, re.search(stage, said).groups())
    assert 0 < clock_s < 60
    assert busy_s < 60
    assert 0.1 < most_gb < 16
    assert re.search(r"39 requests, 3\.\d MB received", said)
    people = f"{server.place.ours['residents'].sum():,}"
    assert f"vale: 60 areas, {people} residents, 12 sites; 10 things to find out" in said
    assert sorted(path.name for path in (tmp_path / "vale").iterdir()) == [
        "TODO.csv", "about.md", "areas.csv", "estate.csv", "fetched.csv", "outlines.geojson",
        "postcodes.csv", "projections.csv", "sites.csv", "streets", "streets_on_foot",
        "study.toml", "timetables",
    ]  # fmt: skip
    assert official.sources.hosts == {"127.0.0.1"}


def test_a_dry_run_lists_every_source_of_a_study_and_asks_nothing(
    server, folder, tmp_path, monkeypatch, run_command
):
    Official(server, tmp_path)
    asked = len(server.requests)
    words = ["new", "vale", "--icb", "Invented Vale and Haven", "--dry-run"]
    monkeypatch.chdir(tmp_path)
    status, said, _ = run_command(*words, "--sources", "sources.toml")
    assert status == 0
    assert len(server.requests) == asked
    assert [path.name for path in tmp_path.iterdir()] == ["sources.toml"]
    listed = re.findall(r"^(\w+): .*; about [\d.]+ MB, 0 kept$", said, re.MULTILINE)
    assert set(listed) == set(pd.read_csv(folder / "fetched.csv")["source"])
    assert said.endswith(" MB in all, for one board of one county and region\n")
    refused = run_command("new", "vale", "--dry-run")
    assert refused.status == 1
    assert "--dry-run, --offline, --sources and --timings go with --icb" in refused.err


def census_row(**counts):
    return pd.DataFrame([{name: counts.get(name, 0) for name in AGES}], index=["E01000001"])


def test_teens_are_parted_by_the_estimates_shares_and_bands_add_up():
    ages = census_row(**{AGES[0]: 70, AGES[3]: 90, AGES[5]: 300, AGES[14]: 40, AGES[17]: 11})
    teens = pd.DataFrame([[10, 20, 30, 15, 25]], ["E01000001"], [f"Age {k}" for k in range(15, 20)])
    residents = pd.Series([513], ["E01000001"])
    found = age_bands(ages, teens, residents).iloc[0]
    # 60 of 100 are under 18: 54 of 90; two residents more than the cells say go to 18 to 64.
    assert dict(found) == {
        "age_0_17": 124, "age_18_64": 338, "age_65_74": 40, "age_75_84": 0, "age_85_plus": 11,
    }  # fmt: skip
    none = age_bands(ages, teens * 0, residents).iloc[0]
    assert none["age_0_17"] == 70 + 54  # three fifths
    with pytest.raises(InputError, match="do not add up to the residents of E01000001"):
        age_bands(ages, teens, residents + 20)


def people(server, name, factor):
    """Compile who lives in areas, with the figures of one table times a factor."""
    tables = {}
    for each, number in zip(CENSUS, (2021, 2020, 2056, 2055, 2063, 2041, 2043), strict=True):
        _, total, categories = TABLES[f"NM_{number}_1"]
        counts = server.place.counts[f"NM_{number}_1"][list(categories)]
        table = counts.assign(**{total: counts.sum(axis=1)})
        tables[each] = table * factor if each == name else table
    return _people(tables.__getitem__, server.place.areas["residents"])


@pytest.mark.parametrize(
    ("name", "factor", "said"),
    [
        ("census_disability", 1.1, "the answers do not add up to the residents of E01990001"),
        ("census_health", 0.01, "the answers do not add up"),
        ("census_ethnic_group", 2, "the groups do not add up"),
        ("census_language", 1.2, "the languages do not add up"),
        ("census_language", 0.7, "the languages do not add up"),
        ("census_cars", 3, "the households do not add up"),
        ("census_cars", 0.3, r"\d+,\d+ households for \d+,\d+ residents"),
    ],
)
def test_counts_that_are_not_of_the_residents_are_refused(server, name, factor, said):
    with pytest.raises(InputError, match=f"{name}: {said}"):
        people(server, name, factor)
    found = people(server, "census_language", 0.95)  # asked of those of 3 years and over
    assert len(found) == len(server.place.areas)


def test_estimates_that_are_not_of_these_ages_are_refused():
    ages = census_row(**{AGES[3]: 900})
    teens = pd.DataFrame([[90, 91, 92, 93, 94]], ages.index, [f"Age {k}" for k in range(15, 20)])
    _check_teens(ages, teens)
    for factor, said in ((0.9, "411 people of 15 to 19.*counted 900"), (4, "1,840 people")):
        with pytest.raises(InputError, match=said):
            _check_teens(ages, (teens * factor).astype(int))


def sites_table(**kinds):
    rows = [
        (each, each, kind.removeprefix("far "), "open", kind.startswith("far "))
        for each, kind in kinds.items()
    ]
    names = ["site_id", "name", "kind", "status", "is_neighbour"]
    table = pd.DataFrame(rows, columns=names).set_index("site_id")
    return table.assign(services=assume_services(table))


def text(sites):
    return study_text("Vale", sites, date="2026-11-25", sources=['A "B"'], timetables=None)


def test_without_community_hospitals_clinics_move_to_health_centres():
    found = text(sites_table(A="acute_hospital", C="health_centre"))
    assert 'planned_outpatients = [\n  "C", # C\n]' in found
    assert 'community_beds = [\n  "A", # A\n]' in found
    assert "# No timetables were to be had" in found


def test_without_a_hospital_or_a_place_to_move_to_no_study_is_written():
    with pytest.raises(InputError, match="no acute hospital is known here"):
        text(sites_table(C="health_centre"))
    with pytest.raises(InputError, match="no community hospital or health centre is known"):
        text(sites_table(A="far acute_hospital"))


def test_quotes_and_odd_letters_in_names_do_not_break_the_study_file(tmp_path):
    sites = sites_table(A="acute_hospital", B="community_hospital")
    sites.loc["A", "name"] = 'St "John"\nfoo = 1 \\ \x00'
    path = tmp_path / "study.toml"
    path.write_text(text(sites), encoding="utf-8")
    study = load_study(path)
    assert study.sources == ('A "B"',)
    assert json.dumps(study.options[0].sites["diagnostics"]) == '["A"]'


def test_streets_on_foot_reach_out_to_a_neighbours_hospital():
    places = gpd.GeoSeries([Point(9_000, 500)], crs=BNG)
    around = _with_ways_to(box(0, 0, 1_000, 1_000), places)
    assert around.geom_type == "Polygon"
    assert around.area == pytest.approx(1_000_000 + 8_000 * 2, rel=1e-3)


def test_more_households_without_a_car_than_households_are_refused(folder, tmp_path):
    table = pd.read_csv(folder / "areas.csv")
    table.loc[4, "no_car_households"] = table.loc[4, "households"] + 1
    table.to_csv(tmp_path / "areas.csv", index=False)
    with pytest.raises(InputError, match=r"'no_car_households' is more than.*E01990005"):
        read_areas(tmp_path / "areas.csv")
