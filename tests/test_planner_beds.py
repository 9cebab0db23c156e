"""Beds on the planner's page: closed forms as in Python, beds moved, saved and run officially."""

import json
import math
from pathlib import Path

import pandas as pd
import pytest
from capacity_cases import write_projections
from planner_scripts import load_page, planner_engine
from town import TOWN_FILES, write_town

from llrgeo.appraisal.capacity.beds import BedService
from llrgeo.appraisal.capacity.pooling import extra_beds
from llrgeo.appraisal.capacity.queues import erlang_b, erlang_c
from llrgeo.appraisal.capacity.targets import DelayTarget, LossTarget, OverflowTarget, Stay
from llrgeo.errors import ConfigError, InputError
from llrgeo.publish.planner.beds import bed_services
from llrgeo.study.inputs import StudyInputs
from llrgeo.study.plan_file import load_study_or_plan
from llrgeo.study.result import StudyResult
from llrgeo.study.run import run_study

STUDY = (
    'title = "Wards in the toy town"\n'
    + TOWN_FILES
    + """\
years = [2025, 2035, 2043]
appraisal = { draws = 200 }
criteria = [{ measure = "mean_minutes", weight = 3 }, { measure = "worse_off", weight = 2 }]

[capacity]
projections = "projections.csv"

[[services]]
id = "ward"
label = "Ward"
delivery = "bed"
standard_min = 5
rates = { age_75_84 = 1000 }
beds = { length_of_stay_days = 20, season = 0.3, closed_share = 0.07, target = { loss = 0.1 } }

[[services]]
id = "rehab"
label = "Rehabilitation"
delivery = "bed"
standard_min = 5
rates = { age_65_74 = 1500 }
beds = { length_of_stay_days = 24, stay_cv = 1.4, target = { delay = 0.2, wait_days = 3 } }

[[services]]
id = "respite"
label = "Respite"
delivery = "bed"
standard_min = 5
rates = { age_85_plus = 6000 }
beds = { length_of_stay_days = 9, target = { overflow = 0.05 } }

[[options]]
id = "today"
label = "Today"
baseline = true
sites = { ward = ["A"], rehab = ["A", "B"], respite = ["A"] }

[options.beds]
ward = { A = 9 }
rehab = { A = 9, B = 14 }
respite = { A = 7 }

[[options]]
id = "moved"
label = "Some beds at the cottage hospital"
based_on = "today"
moves_beds = [{ service = "ward", from = "A", to = "B", beds = 4 }]
"""
)
HARNESS = """
function figures(plan) {
  const added = plan.added.map((site) => {
    const column = (way) => llrgeoSearch.msToMany(network, 0, way, join(site.x, site.y), homes)
      .map((ms) => llrgeoSearch.publishedMinutes(ms, data.planning.calibration));
    return { site, minutes: column("to_site"), team: column("from_site") };
  });
  const journey = llrgeoModel.byId(data.journeys, data.planning.journey);
  const world = llrgeoWorld.withSites(data, matrices, journey, added);
  const { services } = llrgeoAppraise.appraise(data, world, plan);
  return Object.fromEntries(services.map(({ id, beds }) => [id, { beds,
    extra: beds.length ? llrgeoBeds.extraBeds(data, id, beds[0]) : 0 }]));
}
const start = (base) =>
  llrgeoPlan.startFrom(data, base, data.planning.criteria.map((one) => one.weight));
const ofOption = (id) => JSON.stringify(figures(start(id)), plain);
function moved(text) {
  const { base, placed, moves } = JSON.parse(text);
  let plan = start(base);
  placed.forEach((site) => { plan = llrgeoPlan.withSite(plan, site, []); });
  for (const move of moves) {
    const then = llrgeoPlan.moveBeds(data, plan, ...move);
    if (!then.plan) return JSON.stringify(then);
    plan = then.plan;
  }
  const text_ = llrgeoPlan.toToml(data, plan, "Mine");
  return JSON.stringify({ text: text_, figures: figures(plan) }, plain);
}
function read(text) {
  const found = llrgeoPlan.fromToml(data, text);
  return JSON.stringify(found.plan ? { text: llrgeoPlan.toToml(data, found.plan, "Mine"),
    figures: figures(found.plan) } : found, plain);
}
function queue(text) {
  const { service, beds, load } = JSON.parse(text);
  return JSON.stringify({ needed: llrgeoQueues.bedsNeeded(service, load),
    use: llrgeoQueues.useOf(service, beds, load) }, plain);
}
const erlang = (beds, load) => llrgeoQueues.erlangB(beds, load);
const waiting = (beds, load) => llrgeoQueues.erlangC(beds, load);
"""
PLACED = {"id": "new-1", "name": "Mill", "kind": "health_centre", "x": 450_620, "y": 300_040}
MOVES = [
    ["ward", "A", "new-1", 5],  # opens there
    ["ward", "", "A", 2],  # new beds
    ["rehab", "A", "B", 9],  # all of them, so that it closes
    ["respite", "A", "", 1],  # one closes
]
NAMES = {
    "occupancy": "occupancy", "refused": "share_refused", "waiting": "share_waiting",
    "waitDays": "mean_wait_days", "blocked": "blocked_bed_days", "over": "share_days_over",
}  # fmt: skip


@pytest.fixture(scope="module")
def racer():
    return planner_engine(HARNESS)


@pytest.fixture(scope="module")
def town(tmp_path_factory, town_network, town_areas, town_sites) -> Path:
    folder = tmp_path_factory.mktemp("wards")
    sites = town_sites.assign(services="ward;rehab;respite")
    study = write_town(folder / "town", town_network, town_areas, sites)
    study.write_text(STUDY, encoding="utf-8")
    write_projections(study.parent / "projections.csv", town_areas)
    return study


@pytest.fixture(scope="module")
def result(town) -> StudyResult:
    return run_study(load_study_or_plan(town))


@pytest.fixture(scope="module")
def page(racer, result):
    load_page(racer, result)
    return racer


def number(value: float | str | None) -> float:
    return math.inf if value == "inf" else math.nan if value is None else float(value)


def assert_same_beds(found: dict, table: pd.DataFrame, option: str) -> None:
    """Compare every figure of beds that a page shows with those of a run, all years."""
    compared = 0
    for service, shown in found.items():
        rows = table[(table["option"] == option) & (table["service"] == service)]
        for year, sites in zip(sorted(rows["year"].unique()), shown["beds"], strict=True):
            known = rows[rows["year"] == year].set_index("site_id")
            assert [site["id"] for site in sites] == sorted(known.index)
            for site in sites:
                row = known.loc[site["id"]]
                assert site["load"] == pytest.approx(row["offered_load"], rel=1e-12)
                assert site["needed"] == row["beds_needed"]
                assert number(site["beds"]) == pytest.approx(row["beds"], nan_ok=True)
                assert number(site["short"]) == pytest.approx(row["beds_short"], nan_ok=True)
                for key, name in NAMES.items():
                    value = (site["use"] or {}).get(key)
                    if value is not None:
                        assert number(value) == pytest.approx(row[name], rel=1e-9), (service, key)
                        compared += 1
    assert compared > 12


def beds_of(result: StudyResult) -> pd.DataFrame:
    return result.evidence.tables["beds"]


@pytest.mark.parametrize(
    ("beds", "load"), [(2, 1.0), (26, 20.3), (0.3, 5.1), (2.7, 0.013), (41.41, 38.2), (0, 3.1)]
)
def test_erlang_is_that_of_python_for_fractions_too(racer, beds, load):
    assert racer.call("erlang", beds, load) == pytest.approx(erlang_b(beds, load), rel=1e-11)
    if load < beds:
        assert racer.call("waiting", beds, load) == pytest.approx(erlang_c(beds, load), rel=1e-11)


@pytest.mark.parametrize(
    ("target", "plain"),
    [
        (LossTarget(0.05), {"kind": "loss", "share": 0.05}),
        (DelayTarget(0.15, 2.5), {"kind": "delay", "share": 0.15, "wait": 2.5}),
        (OverflowTarget(0.04), {"kind": "overflow", "share": 0.04}),
    ],
    ids=["loss", "delay", "overflow"],
)
@pytest.mark.parametrize("load", [0.0, 0.4, 17.3, 161.7])
def test_every_target_is_that_of_python(racer, target, plain, load):
    service = BedService("beds", pd.Series({"age_75_84": 3.0}), Stay(22.0, 1.3), target,
                         closed_share=0.08)  # fmt: skip
    given = {"target": plain, "stay": {"days": 22, "cv": 1.3}, "closed": 0.08, "wave": 0}
    for beds in (0, 7, 23, 190):
        asked = {"service": given, "beds": beds, "load": load}
        found = json.loads(racer.call("queue", json.dumps(asked)))
        assert found["needed"] == service.beds(load)
        use = service.use(beds, load)
        for key, value in found["use"].items():
            known = getattr(use, NAMES[key])
            assert number(value) == pytest.approx(known, rel=1e-9, abs=1e-13), key


def test_51_open_beds_of_75_are_51_on_the_page_too(racer):
    # 75 * (1 - 0.32) is 50.99999999999999: a bed less would be full on half as many days again.
    given = {"target": {"kind": "overflow", "share": 0.04}, "stay": {"days": 22, "cv": 1.3}}
    use = {}
    for beds, closed in ((75, 0.32), (51, 0.0), (50, 0.0)):
        service = {**given, "closed": closed, "wave": 0}
        asked = {"service": service, "beds": beds, "load": 47.3}
        use[beds] = json.loads(racer.call("queue", json.dumps(asked)))["use"]
    assert use[75]["over"] == pytest.approx(use[51]["over"], rel=1e-9)
    assert use[75]["over"] < use[50]["over"] - 0.01


def test_the_options_of_a_study_have_the_beds_of_its_run(page, result):
    for option in ("today", "moved"):
        found = json.loads(page.call("ofOption", option))
        assert_same_beds(found, beds_of(result), option)
        loads = beds_of(result).query("option == @option and service == 'ward' and year == 2025")
        apart = extra_beds(loads["offered_load"].to_numpy(), LossTarget(0.1), stay=Stay(20.0))
        assert found["ward"]["extra"] == apart
    assert found["ward"]["extra"] == 2


def test_moved_beds_are_run_as_they_were_seen(page, town):
    asked = {"base": "today", "placed": [PLACED], "moves": MOVES}
    seen = json.loads(page.call("moved", json.dumps(asked)))
    plan = town.parent / "plan.toml"
    plan.write_text(seen["text"], encoding="utf-8")
    official = run_study(load_study_or_plan(plan))
    assert_same_beds(seen["figures"], beds_of(official), "plan")
    beds = beds_of(official).query("option == 'plan' and year == 2025")
    stated = beds.set_index(["service", "site_id"])["beds"].to_dict()
    assert stated == {
        ("ward", "A"): 6, ("ward", "new-1"): 5, ("rehab", "B"): 23, ("respite", "A"): 6,
    }  # fmt: skip
    assert official.results["plan"].option.sites["rehab"] == {"B"}
    again = json.loads(page.call("read", seen["text"]))
    assert again == seen


def test_beds_that_are_not_there_cannot_leave(page):
    asked = {"base": "today", "placed": [], "moves": [["ward", "A", "B", 10]]}
    assert json.loads(page.call("moved", json.dumps(asked))) == {"have": 9}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"A" = 6', '"A" = -1'),
        ('"A" = 6', '"A" = 6.5'),
        ('"A" = 6', '"A" = 10000000'),
        ('"A" = 6', '"C" = 6'),
        ('"A" = 6', '"__proto__" = 6'),
        ("[options.beds.ward]", "[options.beds.nurses]"),
        ("[options.beds.ward]", "[options.beds.constructor]"),
    ],
)
def test_hostile_beds_are_refused_by_page_and_command(page, town, old, new):
    asked = {"base": "today", "placed": [PLACED], "moves": MOVES[:2]}
    text = json.loads(page.call("moved", json.dumps(asked)))["text"]
    assert old in text
    assert "fault" in json.loads(page.call("read", text.replace(old, new)))
    if "10000000" in new:
        return  # a run would try
    plan = town.parent / "hostile.toml"
    plan.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises((ConfigError, InputError)):
        StudyInputs(load_study_or_plan(plan)).capacity  # noqa: B018 (it is read when asked for)


def test_beds_that_services_share_are_left_to_a_run(town):
    pooled = STUDY.replace("[capacity]\n", '[capacity]\npools = { both = ["ward", "rehab"] }\n')
    pooled = pooled.replace("stay_cv = 1.4,", 'stay_cv = 1.4, stream = "step_down",')
    path = town.parent / "pooled.toml"
    path.write_text(pooled, encoding="utf-8")
    plan = StudyInputs(load_study_or_plan(path)).capacity
    assert [service["id"] for service in bed_services(plan)] == ["respite"]
    assert bed_services(None) == []
