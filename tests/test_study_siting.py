"""`llrgeo locate` from a siting file to a plan the study runs with: constraints, files, option."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from town import ORIGIN
from typer.testing import CliRunner

from llrgeo.cli import app
from llrgeo.errors import ConfigError, InfeasibleError, PublishError
from llrgeo.inputs.embedded import embedded
from llrgeo.inputs.postcodes import read_postcodes
from llrgeo.publish.stale_files import stale_crated_files
from llrgeo.study.config import build_services, load_study
from llrgeo.study.inputs import read_inputs
from llrgeo.study.manifest import describe_run
from llrgeo.study.plan_file import plan_options
from llrgeo.study.run import publish_study, run_study
from llrgeo.study.siting.config import load_siting
from llrgeo.study.siting.demand import yearly_demand
from llrgeo.study.siting.files import write_plan
from llrgeo.study.siting.services import locate_service, prepare_siting
from llrgeo.study.siting.summary import beside_today, summarise

# Each key of a siting file with the words of the constraint that it makes.
KEYS = {
    "keep": (["A"], "keep A"),
    "close": (["A"], "close A"),
    "one_of": ([["A", "B"]], "exactly one of A, B"),
    "at_most_one_of": ([["B", "C"]], "at most one of B, C"),
    "one_in_each": (
        "authority",
        "at least one site in each authority (no candidate is in Fields)",
    ),
    "no_group_worse": ("authority", "no group worse than today"),
    "max_beyond": ([{"minutes": 2, "people": 500}], "at most 500 people beyond 2 minutes"),
    "budget": ({"at_most": 7, "cost": {"A": 3}}, "budget of 7"),
    "capacity": ({"A": 90}, "capacity of the sites"),
    "minimum_activity": (20, "at least 20 contacts a year at each site"),
}


def asked(**keys):
    return load_siting(None, service="clinic", **keys)


@pytest.mark.parametrize("key", KEYS)
def test_every_key_of_a_siting_file_makes_its_constraint(town_study_once, key):
    value, words = KEYS[key]
    problem = prepare_siting(load_study(town_study_once), asked(p=1, **{key: value})).problem
    assert [one.label for one in problem.constraints] == [words]


def test_the_standard_is_that_of_the_service_unless_another_is_asked_for(town_study_once):
    study = load_study(town_study_once)
    assert prepare_siting(study, asked(p=1)).problem.standard_min == 2
    assert prepare_siting(study, asked(p=1, standard_min=7)).problem.standard_min == 7


def test_aversion_to_inequality_is_worked_out_where_the_objective_has_any(town_study_once):
    study = load_study(town_study_once)
    assert np.isnan(prepare_siting(study, asked(p=1)).problem.kappa)
    assert prepare_siting(study, asked(p=1, objective="kolm-pollak")).problem.kappa < 0


def test_a_future_that_says_nothing_of_journeys_has_those_of_today(town_study_once):
    futures = [
        {"label": "Older", "growth": {"age_75_84": 1.7}},
        {"label": "Slow", "time_factor": 1.3},
    ]
    prepared = prepare_siting(load_study(town_study_once), asked(p=1, scenarios=futures))
    today, older, slow = (scenario.times.minutes for scenario in prepared.scenarios())
    pd.testing.assert_frame_equal(older, today)
    pd.testing.assert_frame_equal(slow, today * 1.3)


def test_faults_of_a_siting_file_are_told_all_at_once(tmp_path):
    path = tmp_path / "where.toml"
    path.write_text("p = 0\nmax_beyond = [{ minute = 3 }]\nbuget = 4\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_siting(path)
    for words in (
        "where.toml: 6 faults",
        "service: this key is required",
        "max_beyond.1.minute: unknown key; known here are minutes, people",
        "buget: unknown key; known here are service, objective",
    ):
        assert words in str(caught.value)


def test_what_the_command_is_given_takes_the_place_of_what_the_file_says(tmp_path):
    path = tmp_path / "where.toml"
    path.write_text('service = "clinic"\np = 1\nkeep = ["A"]\n', encoding="utf-8")
    question = load_siting(path, p=2, keep=None)
    assert (question.p, question.keep) == (2, ("A",))


def test_plans_curve_and_regrets_are_written_as_tables(town_study_once, tmp_path):
    slower = {"label": "slower", "time_factor": 2.0, "growth": {"age_18_64": 1.5}}
    question = asked(p=1, plans=3, curve=[1, 2, 3], scenarios=[slower])
    write_plan(locate_service(load_study(town_study_once), question), tmp_path / "found")
    tables = {path.stem: pd.read_csv(path) for path in (tmp_path / "found").glob("*.csv")}
    plans = tables["plans"]
    assert plans["plan"].tolist() == [1, 2, 3]
    assert plans["value"].is_monotonic_increasing
    assert plans["proven"].all()
    assert set(plans["sites"]) == {"A", "B", "C"}
    assert tables["curve"]["p"].tolist() == [1, 2, 3]
    assert tables["regret"]["plan"].tolist() == ["plan 1", "plan 2", "plan 3", "least regret"]
    assert tables["regret"]["worst"].iloc[3] == tables["regret"]["worst"].min()
    assert json.loads((tmp_path / "found/question.json").read_text())["curve"] == [1, 2, 3]


def test_what_another_question_left_goes_and_what_somebody_changed_stays(town_study_once, tmp_path):
    study, out = load_study(town_study_once), tmp_path / "found"
    question = asked(p=1, curve=[1, 2], scenarios=[{"label": "slower", "time_factor": 2.0}])
    before = {path.name for path in write_plan(locate_service(study, question), out)}
    (out / "mine.txt").write_text("mine", encoding="utf-8")
    (out / "regret.csv").write_text("mine", encoding="utf-8")
    written = {path.name for path in write_plan(locate_service(study, asked(p=1)), out)}
    assert before - written >= {"curve.csv", "regret.csv"}
    assert {path.name for path in out.iterdir()} == written | {"mine.txt", "regret.csv"}
    # Where a run was published, the crate is not of a search.
    (out / "manifest.json").write_text("{}", encoding="utf-8")
    assert stale_crated_files(out, []) == []


def test_equal_searches_write_equal_files(town_study_once, tmp_path):
    question, study = asked(p=2, plans=2), load_study(town_study_once)
    written = [write_plan(locate_service(study, question), tmp_path / name) for name in "ab"]
    first, second = ({path.name: path.read_bytes() for path in files} for files in written)
    assert "plans.csv" in first
    assert first == second


def test_people_and_contacts_of_a_plan_add_up(town_study_once, tmp_path):
    found = locate_service(load_study(town_study_once), asked(p=2))
    write_plan(found, tmp_path)
    sites, areas = (gpd.read_file(tmp_path / f"{name}.geojson") for name in ("plan_sites", "areas"))
    assert sites["residents"].sum() == 900  # the farm reaches none
    assert sites["contacts"].sum() == pytest.approx(found.siting.demand.sum() - 8)
    assert areas["residents"].sum() == 1_000
    assert areas.set_index("area_id").loc["F", "outcome"] == "none"
    groups = pd.read_csv(tmp_path / "changes_by_group.csv")
    assert (groups.groupby("group")["people"].sum() == 1_000).all()


def test_a_place_that_is_no_site_yet_becomes_one_and_the_study_runs_with_it(town_study, tmp_path):
    postcodes = read_postcodes()
    off = (postcodes["easting"] - ORIGIN[0] - 1_000) ** 2
    near = (off + (postcodes["northing"] - ORIGIN[1] - 1_000) ** 2).idxmin()
    siting = tmp_path / "where.toml"
    siting.write_text(
        f'service = "clinic"\np = 2\npostcodes = ["{near}"]\nkeep = ["{near}"]\n'
        f'capacity = {{ "{near}" = 500 }}\n',
        encoding="utf-8",
    )
    out = tmp_path / "found"
    words = ["locate", str(town_study), "--siting", str(siting), "--out", str(out)]
    assert CliRunner().invoke(app, words, catch_exceptions=False).exit_code == 0

    shutil.copy(out / "sites.csv", town_study.parent / "sites.csv")
    option = (out / "option.toml").read_text(encoding="utf-8")
    with town_study.open("a", encoding="utf-8") as file:
        file.write("\n" + option)
    result = run_study(load_study(town_study))
    assert near in result.results["located"].option.sites["clinic"]
    assert result.results["located"].option.capacity == {"clinic": {near: 500}}
    assert "located" in result.scorecard.totals.index
    pages = publish_study(result, tmp_path / "maps")
    assert "Best sites found" in (tmp_path / "maps/explorer.html").read_text(encoding="utf-8")
    assert tmp_path / "maps/areas.gpkg" in pages


def test_a_plan_of_postcode_sectors_is_one_that_the_study_reads_and_finds_again(tmp_path):
    question = load_siting(None, service="diagnostics", p=8, keep=["RWEAA"], sectors=True)
    found = locate_service(load_study(), question)
    write_plan(found, tmp_path / "found")
    text = Path(embedded("studies/closer_to_home.toml")).read_text(encoding="utf-8")
    text = text.replace('sites = "embedded"', 'sites = "found/sites.csv"')
    option = (tmp_path / "found/option.toml").read_text(encoding="utf-8")
    study_file = tmp_path / "study.toml"
    study_file.write_text(f"{text}\n{option}", encoding="utf-8")

    study = load_study(study_file)
    again = locate_service(study, question)
    options = {one.name: one for one in again.siting.inputs.options}
    assert options["located"].sites["diagnostics"] == frozenset(found.best.sites)
    assert again.best.sites == found.best.sites
    assert again.best.value == pytest.approx(found.best.value, abs=0.001)


def test_nothing_is_written_where_no_plan_is_found_or_the_folder_is_a_file(
    town_study_once, tmp_path
):
    study = load_study(town_study_once)
    out = tmp_path / "found"
    with pytest.raises(InfeasibleError, match="keep A; close A"):
        locate_service(study, asked(p=1, keep=["A"], close=["A"]))
    out.write_text("mine", encoding="utf-8")
    with pytest.raises(PublishError):
        write_plan(locate_service(study, asked(p=1)), out)
    assert out.read_text(encoding="utf-8") == "mine"


def test_the_example_siting_file_is_a_question_with_an_answer():
    path = Path(embedded("studies/locate_diagnostics.toml"))
    question = load_siting(path, plans=1, curve=(), scenarios=())
    found = locate_service(load_study(), question)
    assert len(found.best.sites) == 10 + len(found.siting.outside) == 20
    assert found.best.proven


def test_contacts_that_were_counted_take_the_place_of_rates_and_grow_as_these_would(town_study):
    (town_study.parent / "counted.csv").write_text(
        "area_id,clinic\nW,1\nN,70\nE,2\nF,0\n", encoding="utf-8"
    )
    text = town_study.read_text(encoding="utf-8")
    text = text.replace("draws = 200", 'draws = 200, activity = "counted.csv"')
    town_study.write_text(text, encoding="utf-8")
    growing = {"label": "more", "growth": {"age_18_64": 2.0}}
    question = prepare_siting(load_study(town_study), asked(p=1, scenarios=[growing]))
    assert question.demand.to_dict() == {"E": 2, "F": 0, "N": 70, "W": 1}
    _, later = question.scenarios()
    assert later.demand.to_dict() == {"E": 4, "F": 0, "N": 140, "W": 2}


def test_contacts_of_real_patients_do_not_leave_in_the_files_of_a_plan(town_study, tmp_path):
    text = town_study.read_text(encoding="utf-8")
    text = text.replace("draws = 200", 'draws = 200, data_class = "restricted"')
    town_study.write_text(text, encoding="utf-8")
    write_plan(locate_service(load_study(town_study), asked(p=2)), tmp_path / "found")
    sites = pd.read_csv(tmp_path / "found/plan_sites.csv")
    assert sites["residents"].sum() == 900
    for path in (tmp_path / "found").iterdir():
        assert "contacts" not in path.read_text(encoding="utf-8")


def edit(study_file, *changes):
    """Change a study file: pairs of what is there and what takes its place."""
    text = study_file.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    study_file.write_text(text, encoding="utf-8")
    return study_file


def move_to_another_county(study_file, *site_ids):
    path = study_file.parent / "sites.csv"
    sites = pd.read_csv(path, dtype=str, keep_default_na=False).set_index("site_id")
    sites.loc[list(site_ids), "authority"] = "Elsewhere"
    sites.to_csv(path)


# Contacts at the clinic go as 200 (W), 150 (N), 100 (E) and 40 (the farm, which reaches nothing).
# Minutes: A 2, 3, 1; B and C 2, 1, 3. So A has a mean of 19/9, B and C of 17/9, A and B of 13/9.


SUMMARY = """\
Today, with 1 site: 2.111; the plan, with 1, is better by 0.2222.
Opens 1: Cottage hospital.
Closes 1: City hospital.
Stays none.
Of 1,000 residents, 200 have a longer journey (0 by over 5 minutes), 300 have a shorter one, \
400 have one about as long, 100 have none before and after.
No candidate reaches 1 area with 100 residents: they are in no figure above but those of residents.
The 900 residents with a journey both times travel 2.111 minutes on average today and 1.889 \
under the plan."""


def test_the_answer_stands_beside_today_and_says_who_gains_and_who_loses(town_study_once):
    found = locate_service(load_study(town_study_once), asked(p=1))
    assert found.today_value == pytest.approx(19 / 9)
    assert found.best.value == pytest.approx(17 / 9)
    assert found.site_changes(found.best)["change"].to_dict() == {"B": "opens", "A": "closes"}
    people = found.people()["residents"]
    assert people.to_dict() == {
        "lost": 0,
        "longer": 200,
        "shorter": 300,
        "about_the_same": 400,
        "none": 100,
        "no_data": 0,
    }
    assert "\n".join(summarise(found)[1:]) == SUMMARY


def test_no_group_is_worse_off_where_all_roads_are_slower(town_study_once):
    """A plan that adds a site to those of today makes nobody worse off, however slow the roads."""
    slower = [{"label": "Slower roads", "time_factor": 1.7}]
    question = asked(add=1, no_group_worse="authority", scenarios=slower)
    found = locate_service(load_study(town_study_once), question)
    assert found.regret["Slower roads"].to_dict() == {"plan 1": 0, "least regret": 0}
    nobody_far = [{"minutes": 2, "people": 250}]
    with pytest.raises(InfeasibleError, match="scenario 'Slower roads': "):
        locate_service(
            load_study(town_study_once), asked(p=2, max_beyond=nobody_far, scenarios=slower)
        )


def test_next_plans_numbers_of_sites_and_futures_are_told_in_words(town_study_once):
    question = asked(
        p=1, plans=3, curve=[1, 2, 4], scenarios=[{"label": "Slower roads", "time_factor": 1.7}]
    )
    told = summarise(locate_service(load_study(town_study_once), question))
    assert told[-5:] == [
        "Plan 2: 1.889 mean minutes; opens Health centre; closes City hospital.",
        "Plan 3: 2.111 mean minutes.",  # today's site
        "Mean minutes by number of sites: 1 site 1.889; 2 sites 1.444.",
        "No plan of 4 sites meets what was asked.",
        # 0.2222 minutes more than the best, on roads 1.7 times as slow
        (
            "At the most behind the best plan of a future, in mean minutes: plan 1 by 0; "
            "plan 2 by 0; plan 3 by 0.3778 (Slower roads); least regret by 0."
        ),
    ]


def test_a_plan_that_is_worse_than_today_is_not_praised(town_study):
    edit(town_study, ('clinic = ["A"]', 'clinic = ["A", "B"]'), ('["B", "C"]', '["C"]'))
    found = locate_service(load_study(town_study), asked(p=1))
    assert beside_today(found) == (
        "Today, with 2 sites: 1.444; the plan, with 1, is worse by 0.4444. "
        "So is every plan that meets what was asked."
    )
    assert beside_today(locate_service(load_study(town_study), asked(p=2))).endswith("as good.")


def test_today_is_judged_by_the_objective_that_was_asked_for(town_study_once):
    study = load_study(town_study_once)
    most = locate_service(study, asked(p=2, objective="mclp", standard_min=2.5))
    assert most.today_value == pytest.approx(300 / 450)  # A does not cover N
    assert beside_today(most).endswith("is better by 0.3333.")
    fewest = locate_service(study, asked(objective="lscp", standard_min=2.5))
    assert fewest.today_value == float("inf")
    assert beside_today(fewest) == "Today, with 1 site: not all demand is within the standard."


def test_adding_sites_keeps_those_that_run(town_study_once):
    found = locate_service(load_study(town_study_once), asked(add=1))
    assert found.best.sites == ("A", "B")
    assert found.best.value == pytest.approx(13 / 9)
    assert found.site_changes(found.best)["change"].to_dict() == {"B": "opens", "A": "stays"}
    other = locate_service(load_study(town_study_once), asked(add=1, close=["A"]))
    assert other.best.sites == ("B",)


def test_adding_and_a_number_of_sites_contradict_each_other():
    with pytest.raises(ConfigError, match="p is 2 and add is 3; leave one out"):
        asked(p=2, add=3)
    with pytest.raises(ConfigError, match="lscp finds the number of sites; leave out add"):
        asked(add=3, objective="lscp")


def test_sites_of_neighbours_stay_open_beside_the_plan_unless_told_otherwise(town_study):
    move_to_another_county(town_study, "A")
    study = load_study(town_study)
    found = locate_service(study, asked(p=1))
    assert found.best.sites == ("A", "B")  # one of ours, and the neighbour's
    assert found.site_changes(found.best)["change"].to_dict() == {"B": "opens", "A": "neighbour"}
    assert "Sites outside the study that stay open beside the plan: 1." in summarise(found)
    assert locate_service(study, asked(p=1, close=["A"])).best.sites == ("B",)
    assert locate_service(study, asked(p=1, outside_stay=False)).best.sites == ("B",)
    fewest = locate_service(study, asked(objective="lscp", standard_min=2))
    assert (fewest.best.sites, fewest.best.value) == (("A", "B"), 1)


def test_a_journey_that_is_not_there_counts_as_the_ceiling_of_the_study(town_study):
    assert prepare_siting(load_study(town_study), asked(p=1)).problem.ceiling_min == 120
    edit(town_study, ("appraisal =", "ceiling_min = 77\nappraisal ="))
    assert prepare_siting(load_study(town_study), asked(p=1)).problem.ceiling_min == 77
    edit(
        town_study, ("ceiling_min = 77", "ceiling_min = 1")
    )  # no journey is longer than the ceiling
    assert prepare_siting(load_study(town_study), asked(p=1)).problem.ceiling_min == 3
    slower = {"label": "slower", "time_factor": 4.0}
    siting = prepare_siting(load_study(town_study), asked(p=1, scenarios=[slower]))
    assert siting.problem.ceiling_min == 12


def test_the_files_of_a_plan_tell_today_and_what_closes(town_study_once, tmp_path):
    write_plan(locate_service(load_study(town_study_once), asked(p=1, plans=2)), tmp_path)
    plans = pd.read_csv(tmp_path / "plans.csv", keep_default_na=False)
    assert plans["today_value"].tolist() == [2.1111, 2.1111]
    assert plans["closes"].tolist() == ["A", "A"]
    assert plans["opens"].tolist() == ["B", "C"]
    assert plans["left_out"].tolist() == ["F", "F"]
    assert pd.read_csv(tmp_path / "people_by_class.csv")["residents"].sum() == 1_000
    assert "Closes 1: City hospital." in (tmp_path / "summary.txt").read_text(encoding="utf-8")
    changes = pd.read_csv(tmp_path / "site_changes.csv")
    assert changes["change"].tolist() == ["opens", "closes"]


def test_a_plan_of_the_page_takes_the_place_of_today(town_study, tmp_path):
    study = load_study(town_study)
    run_id = describe_run(study)["run_id"]
    plan = town_study.parent / "plan.toml"
    plan.write_text(
        f"""
[plan]
study = "study.toml"
run_id = "{run_id}"

[[new_sites]]
id = "new-1"
name = "Mill"
kind = "health_centre"
easting = 452000
northing = 301000
services = ["clinic"]

[[options]]
id = "plan"
label = "Try the mill"
based_on = "today"

[options.opens]
clinic = ["new-1"]
""",
        encoding="utf-8",
    )
    asked_for = ["locate", "--start", str(plan), "--service", "clinic", "--add", "1"]
    told = CliRunner().invoke(app, [*asked_for, "--out", str(tmp_path / "found")])
    assert told.exit_code == 0, told.output
    # Today A alone runs clinics; the mill stands in East, so that B, in North's way, is next.
    assert "'Try the mill', with 2 sites: " in told.stdout
    assert "Stays 2: City hospital; Mill." in told.stdout
    assert "Opens 1: Cottage hospital." in told.stdout
    assert "Closes none." in told.stdout
    assert 'based_on = "plan"' in told.stdout
    with pytest.raises(ConfigError, match="no plan of the planner page"):
        plan_options(town_study)


def test_a_year_whose_people_are_not_projected_is_refused(town_study_once):
    """Areas without ages or authorities have no projection: today is not 2035."""
    study = load_study(town_study_once)
    inputs = SimpleNamespace(
        study=study, areas=read_inputs(study).areas, activity=None, capacity=None
    )
    with pytest.raises(ConfigError, match="the people of 2035 are not projected"):
        yearly_demand(inputs, build_services(study)[0], year=2035)
