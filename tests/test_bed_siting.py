"""`llrgeo locate` for beds: from a siting file to the curve, against every plan by hand."""

from dataclasses import replace
from itertools import combinations

import pandas as pd
import pytest
from capacity_cases import write_projections
from town import TOWN_FILES
from typer.testing import CliRunner

from llrgeo.appraisal.capacity.queues import beds_for_loss
from llrgeo.appraisal.siting.bed_sites import beds_curve
from llrgeo.cli import app
from llrgeo.errors import ConfigError, InfeasibleError
from llrgeo.study.config import load_study
from llrgeo.study.inputs import read_inputs
from llrgeo.study.siting.beds import bed_plan_table, bed_sentences, locate_beds, write_beds
from llrgeo.study.siting.config import load_siting
from llrgeo.study.siting.services import locate_service, prepare_siting
from llrgeo.study.siting.summary import summarise

STUDY = (
    'title = "Beds in the toy town"\n'
    + TOWN_FILES
    + """\
years = [2025, 2043]
criteria = [{ measure = "mean_minutes", weight = 1 }, { measure = "worse_off", weight = 1 }]

[capacity]
projections = "projections.csv"

[[services]]
id = "clinic"
label = "Clinic"
standard_min = 2
rates = { age_18_64 = 1000 }

[[services]]
id = "ward"
label = "Ward"
delivery = "bed"
standard_min = 5
rates = { age_75_84 = 9000 }
beds = { length_of_stay_days = 20, target = { loss = 0.1 } }

[[options]]
id = "today"
label = "Today"
baseline = true
sites = { clinic = ["A"], ward = ["A"] }
beds = { A = 50 }
"""
)


@pytest.fixture
def folder(town_study, town_areas, town_sites):
    path = town_study.parent
    write_projections(path / "projections.csv", town_areas)
    sites = town_sites.drop(columns="geometry").assign(services="clinic;ward")
    sites.to_csv(path / "sites.csv")
    (path / "study.toml").write_text(STUDY, encoding="utf-8")
    return path


def found(folder, *, change=("", ""), **asked):
    (folder / "study.toml").write_text(STUDY.replace(*change), encoding="utf-8")
    limits = asked.pop("beds", {})
    config = load_siting(None, service="ward", beds=limits, **asked)
    return locate_beds(load_study(folder / "study.toml"), config)


def by_hand(minutes, people, plan):
    """Return the mean minutes of a plan and its beds, with loops and no arrays."""
    load, spent = dict.fromkeys(plan, 0.0), 0.0
    for area, count in people.items():
        site = min(plan, key=lambda one: (minutes.loc[area, one], one))
        load[site] += count * 9 * 20 / 365
        spent += count * minutes.loc[area, site]
    beds = {site: beds_for_loss(a, 0.1) if a else 0 for site, a in load.items()}
    return spent / sum(people.values()), beds


def test_the_curve_is_the_best_of_all_plans(folder):
    result = found(folder)
    minutes = result.siting.candidates.minutes
    # 80 people of Town by 1 % more are 81: 30, 31 and 20; the farm reaches nothing
    people = {"W": 30, "N": 31, "E": 20}
    assert result.left_out == ("F",)
    assert result.problem.admissions.to_dict() == {area: n * 9 for area, n in people.items()}
    for row in result.curve.itertuples():
        plans = [by_hand(minutes, people, plan) for plan in combinations("ABC", row.sites)]
        allowed = [plan for plan in plans if min(plan[1].values()) >= 1]
        assert row.mean_min == pytest.approx(min(mean for mean, _ in allowed))
        assert row.beds in [
            sum(beds.values()) for mean, beds in allowed if mean == pytest.approx(row.mean_min)
        ]
    assert result.best["sites"] > 1
    assert result.today().beds == by_hand(minutes, people, ["A"])[1]["A"]
    table = bed_plan_table(result)
    assert table["admissions"].sum() == 81 * 9
    assert table["areas"].sum() == 3
    assert table["beds"].sum() == result.best["beds"]


def test_equal_plans_go_to_the_first_in_order_of_the_candidates(folder):
    problem = found(folder, p=1).problem
    minutes = problem.minutes.copy()
    minutes["B"] = minutes["A"]  # beside A: as near to everyone, so with as many beds
    for order in (["A", "B"], ["B", "A"]):
        both = replace(problem, minutes=minutes[order])
        assert beds_curve(both, most_sites=1)["plan"].str.split().str[0].tolist() == order[:1]


def test_limits_of_beds_and_wards_and_a_later_year_change_the_answer(folder):
    free = found(folder)
    pool = int(free.curve.set_index("sites").loc[1, "beds"])
    assert found(folder, beds={"at_most": pool}).best["sites"] == 1
    assert found(folder, beds={"smallest": pool}).best["sites"] == 1
    later = found(folder, beds={"year": 2043}, p=1)
    assert later.problem.admissions.sum() == 97 * 9  # 80 by 1 % a year from 2024, in whole people
    assert later.best["beds"] == beds_for_loss(97 * 9 * 20 / 365, 0.1) > pool
    with pytest.raises(InfeasibleError, match="no plan of 2 sites keeps within the limits"):
        found(folder, beds={"at_most": pool}, p=2)


def test_season_and_closed_beds_count_as_in_the_tables_of_beds(folder):
    plain = found(folder, p=1).best["beds"]
    closed = found(folder, change=("target =", "closed_share = 0.2, target ="), p=1).best["beds"]
    assert closed == pytest.approx(plain / 0.8, abs=1)
    assert closed > plain
    assert found(folder, change=("target =", "season = 0.3, target ="), p=1).best["beds"] > plain


def test_people_who_grow_healthier_need_fewer_beds_as_in_the_tables(folder):
    change = ("{ age_75_84 = 9000 }", "{ age_75_84 = 9000, age_85_plus = 20000 }")
    plain = found(folder, change=change, beds={"year": 2043}, p=1).problem.admissions.sum()
    text = STUDY.replace(*change)
    gain = text.replace("[capacity]", "[capacity]\nparameters = { health_gain_years = 0.1 }")
    fitter = found(folder, change=(STUDY, gain), beds={"year": 2043}, p=1).problem.admissions.sum()
    # 1.8 years younger in the 18 years; rates rise by 20 / 9 in ten years of age
    assert fitter / plain == pytest.approx((9 / 20) ** 0.18)


def test_without_years_the_people_are_those_of_the_census(folder):
    text = STUDY.replace("years = [2025, 2043]\n", "").replace("beds = { A = 50 }\n", "")
    text = text.replace('[capacity]\nprojections = "projections.csv"\n', "")
    (folder / "study.toml").write_text(text, encoding="utf-8")
    study = load_study(folder / "study.toml")
    result = locate_beds(study, load_siting(None, service="ward", p=1, beds={}))
    assert "people of the census" in " ".join(bed_sentences(result))
    assert result.problem.admissions.sum() == 80 * 9


def test_sites_that_stay_and_sites_that_do_not(folder):
    assert "C" in found(folder, keep=["C"], p=2).plan.beds_by_site
    assert "A" not in found(folder, close=["A"]).problem.minutes.columns
    assert found(folder, close=["A"]).today() is None


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"service": "clinic"}, "'clinic' is no service of delivery bed; there are ward"),
        ({"budget": {"at_most": 3, "cost": {}}}, "beds: budget does not go with it"),
        ({"beds": {"year": 2031}}, "beds: no year 2031 in the study; there are 2025, 2043"),
        ({"beds": {"at_most": 0}}, "beds.at_most: input should be greater than or equal to 1"),
        ({"beds": {"at_most": 160.5}}, "beds.at_most: input should be a valid integer"),
    ],
)
def test_what_does_not_go_with_beds_is_refused(folder, asked, says):
    study = load_study(folder / "study.toml")
    given = {"service": "ward", "beds": {}} | asked
    with pytest.raises(ConfigError) as raised:
        locate_beds(study, load_siting(None, **given))
    assert says in str(raised.value)


def test_a_search_by_an_objective_does_not_pass_over_beds(folder):
    config = load_siting(None, service="ward", p=1, beds={"at_most": 160})
    with pytest.raises(ConfigError, match="beds of sites follow from a queue"):
        locate_service(load_study(folder / "study.toml"), config)


def test_beds_of_the_command_and_other_limits_of_the_file_go_together(tmp_path):
    path = tmp_path / "where.toml"
    path.write_text('service = "ward"\n[beds]\nsmallest = 16\nat_most = 9\n', encoding="utf-8")
    limits = load_siting(path, beds={"at_most": 160}).beds
    assert (limits.at_most, limits.smallest) == (160, 16)


def test_the_command_answers_and_its_option_goes_into_the_study(folder, tmp_path):
    arguments = ["locate", str(folder / "study.toml"), "--service", "ward", "--beds", "90"]
    run = CliRunner().invoke(app, [*arguments, "--out", str(tmp_path / "found")])
    assert run.exit_code == 0, run.output
    result = found(folder, beds={"at_most": 90})
    for sentence in bed_sentences(result):
        assert sentence in run.output
    assert "Within 90 beds: " in run.output
    assert "No candidate reaches 1 area with 100 residents;" in run.output
    names = {path.name for path in write_beds(result, tmp_path / "again")}
    assert {"beds_curve.csv", "beds_plan.csv", "option.toml", "datapackage.json"} <= names
    curve = pd.read_csv(tmp_path / "found" / "beds_curve.csv")
    assert curve["beds"].tolist() == result.curve["beds"].tolist()
    option = (tmp_path / "found" / "option.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(STUDY + option, encoding="utf-8")
    located = next(o for o in load_study(folder / "study.toml").options if o.id == "located")
    assert located.beds["ward"] == result.plan.beds_by_site


def test_any_service_is_sited_for_the_people_of_a_year(folder):
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    study = load_study(folder / "study.toml")
    ageing = {"label": "twice", "growth": {"age_18_64": 2.0}}
    now = load_siting(None, service="clinic", p=1, scenarios=[{"label": "then", "year": 2043}])
    today, then = prepare_siting(study, now).scenarios()
    later = load_siting(None, service="clinic", p=1, year=2043, scenarios=[ageing])
    asked = prepare_siting(study, later)
    # 19 years of 1 %, in whole people that add up to those of their authority: 1.208 times as many
    assert today.demand.to_dict() == {"E": 100, "F": 40, "N": 150, "W": 200}
    assert then.demand.round(9).to_dict() == {"E": 121, "F": 49, "N": 181, "W": 242}
    assert asked.demand.equals(then.demand)
    assert asked.scenarios()[1].demand.sum() == 2 * asked.demand.sum()
    told = summarise(locate_service(study, later))
    assert "Demand is that of the people of 2043; residents are those of the census." in told
    for words, config in (
        ("year: no year 2035 in the study; there are 2025, 2043", {"year": 2035}),
        ("scenarios: s: no year 2035", {"scenarios": [{"label": "s", "year": 2035}]}),
    ):
        with pytest.raises(ConfigError, match=words):
            locate_service(study, load_siting(None, service="clinic", p=1, **config))


def test_contacts_that_were_counted_are_refused_where_rates_would_take_their_place(folder):
    text = STUDY.replace("years = [2025, 2043]\n", "").replace("beds = { A = 50 }\n", "")
    text = text.replace('[capacity]\nprojections = "projections.csv"\n', "")
    text += '\n[appraisal]\nactivity = "counted.csv"\n'
    (folder / "study.toml").write_text(text, encoding="utf-8")
    (folder / "counted.csv").write_text("area_id,ward\nW,3\nN,5\nE,7\nF,0\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"counted\.csv: contacts of 'ward' were counted"):
        locate_beds(load_study(folder / "study.toml"), load_siting(None, service="ward", beds={}))
    # Those of another service do not decide how many beds the ward needs.
    (folder / "counted.csv").write_text("area_id,clinic\nW,3\nN,5\nE,7\nF,0\n", encoding="utf-8")
    other = locate_beds(
        load_study(folder / "study.toml"), load_siting(None, service="ward", p=1, beds={})
    )
    assert other.problem.admissions.sum() == 80 * 9


@pytest.mark.parametrize("restricted", [False, True])
def test_what_was_counted_is_of_the_first_year_and_grows_as_its_people_will(folder, restricted):
    """The census is no year of a projection: a ratio of the two counts people of the seam."""
    (folder / "counted.csv").write_text("area_id,clinic\nW,30\nN,50\nE,70\nF,0\n", encoding="utf-8")
    kept = 'activity = "counted.csv"' + ('\ndata_class = "restricted"' if restricted else "")
    text = "confirm = true\n" + STUDY.replace("[capacity]", f"[appraisal]\n{kept}\n\n[capacity]")
    # Twice as many people are projected for every year as the census had.
    people = pd.read_csv(folder / "projections.csv")
    ages = [name for name in people if name.startswith("age_")]
    people[ages] *= 2
    people.to_csv(folder / "projections.csv", index=False)
    (folder / "study.toml").write_text(text, encoding="utf-8")
    study = load_study(folder / "study.toml")

    def demand(year):
        return prepare_siting(study, load_siting(None, service="clinic", p=1, year=year)).demand

    first, later = demand(2025), demand(2043)
    known = {"W": 30, "N": 50, "E": 70}
    if restricted:
        known = read_inputs(study).areas["residents"].drop("F").to_dict()
    assert first.drop("F").to_dict() == known
    # 1 % a year for 18 years, in whole people
    assert (later / first).drop("F").tolist() == pytest.approx([1.01**18] * 3, rel=0.02)
