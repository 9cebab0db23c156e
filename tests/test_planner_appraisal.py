"""The planner's appraisal: every figure of options and of plans with new sites, as in Python."""

import json
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from planner_scripts import load_page, needs_scripts, planner_engine

from llrgeo.appraisal.evaluation import evaluate_options
from llrgeo.appraisal.measures import MEASURES
from llrgeo.appraisal.people.people_by_service import CLASSES
from llrgeo.appraisal.people.people_groups import EVERYONE
from llrgeo.appraisal.scoring import score_options
from llrgeo.appraisal.uncertainty.robustness import draw_weightings, rank_acceptability
from llrgeo.publish.explorer.own_roads import network_text
from llrgeo.roads.network_files import load_network
from llrgeo.schema import BNG
from llrgeo.study.config import build_criteria, load_study
from llrgeo.study.result import StudyResult
from llrgeo.study.run import run_study
from llrgeo.study.sections.criteria import CriterionConfig
from llrgeo.study.times import calibration_of, team_calibration_of
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.team_times import times_from_sites

pytestmark = needs_scripts
HARNESS = """
function column(site, direction) {
  const keys = llrgeoSearch.keysToMany(network, 0, direction, join(site.x, site.y), homes);
  const how = data.planning[direction === "to_site" ? "calibration" : "team_calibration"];
  return { metres: keys.map((key) => llrgeoSearch.dmOf(key) / 10),
    minutes: keys.map((key) => llrgeoSearch.publishedMinutes(llrgeoSearch.msOf(key), how)) };
}
function appraise(text) {
  const plan = JSON.parse(text);
  const added = plan.added.map((site) => {
    const back = column(site, "from_site");
    return { site, ...column(site, "to_site"), team: back.minutes, teamMetres: back.metres };
  });
  const journey = llrgeoModel.byId(data.journeys, data.planning.journey);
  const world = llrgeoWorld.withSites(data, matrices, journey, added);
  const found = llrgeoAppraise.appraise(data, world, plan);
  const ids = world.sites.map((site) => site.id);
  return JSON.stringify({ ...found, ids }, plain);
}
function closeInEach(text) {
  const plan = JSON.parse(text);
  return JSON.stringify(data.journeys.map((journey) => {
    const world = llrgeoWorld.withSites(data, matrices, journey, []);
    const { classes } = llrgeoAppraise.appraise(data, world, plan);
    return [journey.id, [...new Set(classes.map(({ tooClose }) => tooClose))]];
  }));
}
function closerByKind(text, kinds) {
  const plan = JSON.parse(text);
  const [place] = plan.added;
  const known = column(place, "to_site"); // the same columns each time, as the page keeps them
  const journey = llrgeoModel.byId(data.journeys, data.planning.journey);
  const room = new Map();
  return JSON.stringify(JSON.parse(kinds).map((kind) => {
    const back = { team: known.minutes, teamMetres: known.metres };
    const added = [{ site: { ...place, kind }, ...known, ...back }];
    const world = llrgeoWorld.withSites(data, matrices, journey, added, room);
    return llrgeoAppraise.appraise(data, world, plan).measures.closer_to_home;
  }));
}
function shares(text) {
  const weights = llrgeoUnpack.decodeNumbers(data.planning.weightings);
  const width = data.planning.criteria.length;
  const weightings = Array.from({ length: weights.length / width }, (_, row) =>
    weights.slice(row * width, (row + 1) * width));
  return JSON.stringify(llrgeoAppraise.firstShares(weightings, JSON.parse(text)));
}
"""


# The study's own criteria, and every one that needs costs or kilometres.
MORE_CRITERIA = {"net_present_cost": 21, "provider_cost_a_year": 13, "carbon": 8}


@pytest.fixture(scope="module")
def result() -> StudyResult:
    study = load_study()
    more = [CriterionConfig(measure=name, weight=each) for name, each in MORE_CRITERIA.items()]
    return run_study(study.model_copy(update={"criteria": (*study.criteria, *more)}))


@pytest.fixture(scope="module")
def javascript(result):
    engine = planner_engine(HARNESS)
    planning = load_page(engine, result)
    assert len(network_text(planning.network)) < 500_000
    return engine


def with_new_sites(result: StudyResult, places: pd.DataFrame):
    """Return the study's appraisal inputs with new sites: `x`, `y`, `kind` on their ids."""
    inputs, study = result.appraisal_inputs, result.study
    points = gpd.GeoSeries(
        shapely.points(places[["x", "y"]].to_numpy(float)), index=places.index, crs=BNG
    )
    router = NetworkRouter(load_network(study.path("network")))
    trip = {"mode": "car", "period": "off_peak"}
    to_site = router.travel_times(result.areas.geometry, points, **trip)
    to_site = to_site.calibrated(calibration_of(study, "car"))
    from_site = times_from_sites(router, result.areas.geometry, points, **trip)
    from_site = from_site.calibrated(team_calibration_of(study, "car"))

    def joined(times, new):
        minutes = pd.concat([times.minutes, new.minutes], axis=1)
        km = pd.concat([times.distance_km, new.distance_km], axis=1)
        return replace(times, minutes=minutes, distance_km=km)

    new = gpd.GeoDataFrame(places.assign(name="New", status="proposed"), geometry=points)
    sites = pd.concat([inputs.sites, new])
    return replace(
        inputs,
        sites=sites,
        times=joined(inputs.times, to_site),
        team_times=joined(inputs.team_times, from_site),
    )


def number(value):
    return np.inf if value == "inf" else np.nan if value is None else value


def assert_same(found, expected_results, name: str, criteria) -> None:
    """Compare every figure of one appraised plan with that of Python, to 1e-9."""
    expected = expected_results[name]
    for service in found["services"]:
        known = expected.services[service["id"]]
        allocation, access = known.allocation, known.access
        after = [number(one) for one in service["after"]]
        assert after == allocation["travel_time_min"].tolist()
        before = [number(one) for one in service["before"]]
        assert before == access.change["before_min"].tolist()
        sites = [None if one < 0 else found["ids"][one] for one in service["site"]]
        assert sites == [None if pd.isna(one) else one for one in allocation["site_id"]]
        summary = access.summary
        assert service["outcomes"] == {key: summary[key] for key in service["outcomes"]}
        assert [one["id"] for one in service["loads"]] == known.loads.index.tolist()
        for each, (_, load) in zip(service["loads"], known.loads.iterrows(), strict=True):
            assert each["residents"] == load["residents"]
            assert each["contacts"] == pytest.approx(load["contacts"], rel=1e-9)
            assert (each["capacity"] is None) == bool(np.isnan(load["capacity"]))
            assert number(each["shareUsed"]) == pytest.approx(
                load["share_used"], rel=1e-9, nan_ok=True
            )
            over = 0 if np.isnan(load["over_capacity"]) else load["over_capacity"]
            assert each["over"] == pytest.approx(over, rel=1e-9)
            assert each["belowMinimum"] == load["below_minimum"]
    overall = [number(one) for one in found["overall"]["after"]]
    np.testing.assert_allclose(overall, expected.overall.change["after_min"], rtol=1e-9)
    classified, counted = expected.classified, expected.people
    assert [one["name"] for one in found["classes"]] == classified["class"].tolist()
    assert [one["tooClose"] for one in found["classes"]] == classified["too_close"].tolist()
    assert [one["longer"] for one in found["classes"]] == classified["services_longer"].tolist()
    for name_, people in found["people"].items():
        if name_ in CLASSES:
            assert people == counted.loc[EVERYONE, name_]
    for group in found["groups"]:
        row = counted.loc[(group["group"], group["level"])]
        assert {key: group[key] for key in CLASSES if key in group} == {
            key: row[key] for key in CLASSES if key in group
        }
        means = expected.overall.groups.loc[(group["group"], group["level"])]
        assert group["after"] == pytest.approx(means["mean_min"], rel=1e-9)
    assert len(found["groups"]) == len(counted) - 1
    assert set(MORE_CRITERIA) < set(found["measures"])
    for measure, value in found["measures"].items():
        known = MEASURES[measure].value(expected)
        # A net cost is a small difference of great sums: to a penny.
        penny = 0.01 if measure == "net_present_cost" else 0
        assert number(value) == pytest.approx(known, rel=1e-9, abs=penny), measure
    assert found["costs"]["provider"] == pytest.approx(expected.cost.extra_provider, rel=1e-9)
    assert found["costs"]["net"] == pytest.approx(expected.cost.net, rel=1e-9, abs=0.01)
    card = score_options(expected_results, criteria)
    for one in found["criteria"]:
        assert one["score"] == pytest.approx(card.scores.loc[name, one["measure"]], abs=1e-9)


def plan_of(option, added=()) -> str:
    sites = {name: sorted(ids) for name, ids in option.sites.items()}
    return json.dumps({"base": option.name, "sites": sites, "added": list(added)})


def test_changes_of_the_rush_hour_are_not_marked_by_the_error_of_noon(javascript, result):
    plan = plan_of(result.inputs.options[-1])
    found = dict(json.loads(javascript.call("closeInEach", plan)))
    assert set(found["car-off_peak"]) == {True, False}
    assert found["car-am_peak"] == [None]


def test_every_option_is_appraised_as_in_python(javascript, result):
    criteria = build_criteria(result.study)
    for option in result.inputs.options:
        found = json.loads(javascript.call("appraise", plan_of(option)))
        assert_same(found, result.results, option.name, criteria)


@pytest.mark.parametrize(
    "count", [4, pytest.param(20, marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_every_option_with_new_sites_is_appraised_as_in_python(javascript, result, count):
    rng = np.random.default_rng(5)
    near = result.areas.sample(count, random_state=4)
    kinds = ["community_hospital", "health_centre"]
    places = pd.DataFrame(
        {
            "x": np.rint(near.geometry.x.to_numpy() + rng.normal(0, 400, count)),
            "y": np.rint(near.geometry.y.to_numpy() + rng.normal(0, 400, count)),
            "kind": [kinds[row % 2] for row in range(count)],
        },
        # Some of the ids come before, some after those of the study's sites in the alphabet.
        index=[f"{'AZz'[row % 3]}new-{row}" for row in range(count)],
    )
    inputs = with_new_sites(result, places)
    criteria = build_criteria(result.study)
    today = result.inputs.options[0]
    services = list(today.sites)
    for row, option in enumerate(result.inputs.options):
        opened = {
            service: {each for n, each in enumerate(places.index) if (n + k + row) % 2}
            for k, service in enumerate(services)
        }
        plan = option.change(f"plan_{row}", opens=opened)
        expected = evaluate_options([result.inputs.options[0], plan], inputs, baseline="today")
        added = [
            {"id": name, "x": place["x"], "y": place["y"], "kind": place["kind"]}
            for name, place in places.iterrows()
        ]
        asked = json.loads(plan_of(plan, added)) | {"base": option.name}
        found = json.loads(javascript.call("appraise", json.dumps(asked)))
        assert_same(found, expected, plan.name, criteria)


def test_another_kind_of_a_new_site_is_another_place_of_care(javascript, result):
    """What is kept of a plan while its new site stays where it is follows the site's kind."""
    today, home = result.inputs.options[0], result.areas.geometry.iloc[211]
    place = {"id": "new-1", "x": round(home.x), "y": round(home.y), "kind": "health_centre"}
    asked = json.loads(plan_of(today, [place]))
    asked["sites"] = {name: [*ids, "new-1"] for name, ids in asked["sites"].items()}
    kinds = ["health_centre", "city_hospital"]
    found = json.loads(javascript.call("closerByKind", json.dumps(asked), json.dumps(kinds)))
    for kind, closer in zip(kinds, found, strict=True):
        alone = json.dumps(asked | {"added": [place | {"kind": kind}]})
        whole = json.loads(javascript.call("appraise", alone))
        assert closer == whole["measures"]["closer_to_home"]
    assert found[0] > found[1]


def test_a_study_of_teams_alone_counts_the_drives_of_every_team(town_study):
    text = town_study.read_text(encoding="utf-8")
    text = text.replace('label = "Clinic",', 'label = "Nurses", delivery = "team",')
    text = text.replace('label = "Beds",', 'label = "Doctors", delivery = "team",')
    text = text.replace('"closer_to_home"', '"worse_off"')
    # Nurses start nearer to some, doctors farther from others: the one is no gain for the other.
    text = text.replace(
        'opens = { clinic = ["B", "C"] }',
        'opens = { clinic = ["B"] }\nmoves = { beds = { A = "B" } }',
    )
    town_study.write_text(text, encoding="utf-8")
    result = run_study(load_study(town_study))
    engine = planner_engine(HARNESS)
    load_page(engine, result)
    found = json.loads(engine.call("appraise", plan_of(result.inputs.options[1])))
    option = result.results["nearer"]
    counted = option.drives.loc[EVERYONE]
    assert {name: found["people"][name] for name in found["people"] if name in CLASSES} == {
        name: counted[name] for name in found["people"] if name in CLASSES
    }
    assert found["measures"]["worse_off"] == option.share_worse
    assert 0 < option.share_worse < 1


def test_costs_are_those_that_the_run_publishes(javascript, result):
    published = result.evidence.tables["costs"].set_index("option")
    lines = result.evidence.tables["costs_by_site"]
    for option in result.inputs.options:
        costs = json.loads(javascript.call("appraise", plan_of(option)))["costs"]
        row = published.loc[option.name]
        for name, column in {
            "provider": "extra_provider", "benefits": "benefits", "net": "net_cost",
        }.items():  # fmt: skip
            assert costs[name] == pytest.approx(row[column], rel=1e-9, abs=0.01)
        running = lines.groupby(["option", "service"])["running"].sum()
        more = running[option.name] - running["today"]
        assert {one["id"]: one["running"] for one in costs["services"]} == more.to_dict()
    assert (published["extra_provider"] > 0).any()


def test_nothing_is_first_where_a_criterion_has_no_figure(javascript):
    rows = [[{"score": 0.3}, {"score": None}], [{"score": 0.2}, {"score": 0.9}]]
    assert json.loads(javascript.call("shares", json.dumps(rows))) == [None, None]


def test_the_share_of_weightings_is_that_of_python(javascript, result):
    scores = result.scorecard.scores
    weights = draw_weightings(scores.columns, seed=result.study.seed)
    totals = (np.rint(weights * 100_000) @ scores.to_numpy().T).round(8)
    expected = (totals == totals.max(axis=1, keepdims=True)).mean(axis=0)
    rows = [[{"score": score} for score in row] for row in scores.to_numpy().tolist()]
    assert json.loads(javascript.call("shares", json.dumps(rows))) == expected.tolist()
    assert (expected > 0).sum() > 1
    # The report says the same of the study's options, to a tenth of a per cent.
    told = rank_acceptability(scores, seed=result.study.seed).ranks
    assert expected == pytest.approx(told[1].to_numpy(), abs=5e-4)
