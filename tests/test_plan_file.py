"""Plan files: what the planner page writes is run as it was seen; what does not fit is refused."""

import json
from pathlib import Path

import pytest
from planner_scripts import load_page, planner_engine

from llrgeo.errors import ConfigError, InputError
from llrgeo.study.inputs import StudyInputs
from llrgeo.study.plan_file import load_study_or_plan, study_files
from llrgeo.study.run import run_study

HARNESS = """
const weights = () => data.planning.criteria.map((one) => one.weight);
function write(text) {
  const { base, placed, opens, closes, weight } = JSON.parse(text);
  let plan = llrgeoPlan.startFrom(data, base, weights());
  for (const { services, ...site } of placed) plan = llrgeoPlan.withSite(plan, site, services);
  for (const [service, id] of opens) plan = llrgeoPlan.withTick(plan, service, id, true);
  for (const [service, id] of closes) plan = llrgeoPlan.withTick(plan, service, id, false);
  if (weight) plan.weights[0] = weight;
  return llrgeoPlan.toToml(data, plan, "Mine \\"and\\" <script>");
}
function read(text) {
  const found = llrgeoPlan.fromToml(data, text);
  if (!found.plan) return JSON.stringify(found);
  return JSON.stringify({ again: llrgeoPlan.toToml(data, found.plan, found.label) });
}
function figures(text) {
  const { plan } = llrgeoPlan.fromToml(data, text);
  const how = data.planning.calibration;
  const added = plan.added.map((site) => {
    const column = (way) => llrgeoSearch.msToMany(network, 0, way, join(site.x, site.y), homes)
      .map((ms) => llrgeoSearch.publishedMinutes(ms, how));
    return { site, minutes: column("to_site"), team: column("from_site") };
  });
  const journey = llrgeoModel.byId(data.journeys, data.planning.journey);
  const world = llrgeoWorld.withSites(data, matrices, journey, added);
  const { criteria, services } = llrgeoAppraise.appraise(data, world, plan);
  return JSON.stringify({ total: llrgeoAppraise.total(criteria, plan.weights),
    loads: services.flatMap(({ loads }) =>
      loads.map(({ id, capacity, over }) => ({ id, capacity, over }))),
    after: services.map((one) =>
      Array.from(one.after, (each) => (each === Infinity ? -1 : each))) });
}
const grid = (x, y) => llrgeoPlaces.gridReference(x, y);
const place = (text) => JSON.stringify(llrgeoPlaces.parseGrid(text));
"""
PLAN = {
    "base": "nearer",
    "placed": [
        {"id": "new-1", "name": "Mill", "kind": "health_centre", "x": 450_620, "y": 300_040,
         "services": ["clinic"]},
    ],
    "opens": [["beds", "B"]],
    "closes": [["clinic", "A"]],
    "weight": 37,
}  # fmt: skip


@pytest.fixture(scope="module")
def racer():
    return planner_engine(HARNESS)


@pytest.fixture
def page(racer, town_study: Path):
    """Return the planner's functions with the data of the toy study."""
    load_page(racer, run_study(load_study_or_plan(town_study)))
    return racer


@pytest.fixture
def plan_file(page, town_study: Path) -> Path:
    path = town_study.parent / "plan.toml"
    path.write_text(page.call("write", json.dumps(PLAN)), encoding="utf-8")
    return path


def test_a_plan_is_run_as_it_was_seen(page, plan_file):
    result = run_study(load_study_or_plan(plan_file))
    seen = json.loads(page.call("figures", plan_file.read_text(encoding="utf-8")))
    plan = result.results["plan"]
    assert plan.option.label == 'Mine "and" <script>'
    assert plan.option.sites["clinic"] >= {"new-1"}
    assert "A" not in plan.option.sites["clinic"]
    found = [one.allocation["travel_time_min"].replace(float("inf"), -1).tolist()
             for one in plan.services.values()]  # fmt: skip
    assert seen["after"] == found
    assert seen["total"] == pytest.approx(result.scorecard.totals["plan"], abs=1e-9)
    assert result.sites.loc["new-1", ["name", "kind"]].tolist() == ["Mill", "health_centre"]
    assert (result.sites.loc["new-1"].geometry.x, result.sites.loc["new-1"].geometry.y) == (
        450_620, 300_040,
    )  # fmt: skip


def test_a_plan_is_the_same_after_it_was_opened_and_saved_again(page, plan_file):
    text = plan_file.read_text(encoding="utf-8")
    assert json.loads(page.call("read", text)) == {"again": text}


def test_a_plan_whose_end_was_cut_off_is_refused(page, plan_file):
    """After any letter, be it at the end of a table or within a number."""
    text = plan_file.read_text(encoding="utf-8").rstrip()
    faults = {end: json.loads(page.call("read", text[:end])) for end in range(len(text))}
    assert [end for end, found in faults.items() if "fault" not in found] == []
    lines = text.splitlines(keepends=True)
    starts = [row for row, line in enumerate(lines) if line.startswith("[")][1:]
    assert len(starts) > 4
    for row in starts:
        cut = "".join(lines[:row])
        assert faults[len(cut)] == {"fault": "planner_open_cut"}
        plan_file.write_text(cut, encoding="utf-8")
        with pytest.raises(ConfigError, match="plan file is not whole"):
            load_study_or_plan(plan_file)


def test_a_plan_within_whose_last_table_it_was_cut_is_not_whole(page, plan_file):
    text = plan_file.read_text(encoding="utf-8")
    for key in ("study", "run_id", "network"):
        cut = text[: text.index(f"{key} = ", text.index("[plan]"))]
        assert json.loads(page.call("read", cut)) == {"fault": "planner_open_cut"}


def test_a_plan_that_begins_with_its_study_is_read(page, plan_file):
    """As pages before wrote it."""
    text = plan_file.read_text(encoding="utf-8")
    start = text.index("[plan]")
    earlier = f"{text[start:]}\n{text[:start]}"
    assert json.loads(page.call("read", earlier)) == {"again": text}
    whole = load_study_or_plan(plan_file)
    plan_file.write_text(earlier, encoding="utf-8")
    assert load_study_or_plan(plan_file) == whole


def test_a_plan_for_a_study_that_has_changed_is_refused(page, plan_file, town_study):
    text = town_study.read_text(encoding="utf-8")
    town_study.write_text(
        text.replace("tolerance_min = ", "tolerance_min = 0.7 # "), encoding="utf-8"
    )
    if "tolerance_min" not in text:
        town_study.write_text("tolerance_min = 0.7\n" + text, encoding="utf-8")
    with pytest.raises(ConfigError, match="before its settings, data or llrgeo changed"):
        load_study_or_plan(plan_file)
    changed = plan_file.read_text(encoding="utf-8").replace('run_id = "', 'run_id = "0')
    assert json.loads(page.call("read", changed)) == {"fault": "planner_open_study"}


def test_a_plan_on_another_network_is_refused(page, plan_file):
    text = plan_file.read_text(encoding="utf-8").replace('network = "', 'network = "0')
    plan_file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="made on another road network"):
        load_study_or_plan(plan_file)
    assert json.loads(page.call("read", text)) == {"fault": "planner_open_network"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('kind = "health_centre"', 'kind = "palace"'),
        ('id = "new-1"', 'id = "A"'),
        ('id = "new-1"', 'id = "<img onerror=alert(1)>"'),
        ("easting = 450620", "easting = -5"),
        ("weight = 37", "weight = -1"),
        ("[options.opens]", "[options.__proto__]"),
        ("[plan]", "[plan]\nconstructor"),
        ('based_on = "nearer"', 'based_on = "__proto__"'),
    ],
)
def test_a_hostile_plan_is_refused_by_page_and_command(page, plan_file, old, new):
    text = plan_file.read_text(encoding="utf-8")
    assert old in text
    plan_file.write_text(text.replace(old, new), encoding="utf-8")
    assert "fault" in json.loads(page.call("read", text.replace(old, new)))
    with pytest.raises((ConfigError, InputError)):
        run_study(load_study_or_plan(plan_file))


# What is wrong, and whether a run refuses it too: it takes a text of digits for a number.
MORE_HOSTILE = (
    ("easting = 450620", 'easting = "450620"', False),
    ("easting = 450620", "easting = [450620]", True),
    ("weight = 37", 'weight = "37"', False),
    ("weight = 37", 'weight = 37\n[[criteria]]\nmeasure = "mean_minutes"\nweight = 2', True),
    ('services = ["clinic"]', "services = []", True),
    ('services = ["clinic"]', 'services = "clinic"', True),
    ('beds = ["B"]', 'beds = ["C"]', True),  # which has none
    ('name = "Mill"', f'name = "{81 * "M"}"', True),
)


def test_values_of_the_wrong_kind_are_refused_by_page_and_command(page, plan_file):
    text = plan_file.read_text(encoding="utf-8")
    taken = []
    for old, new, by_command in MORE_HOSTILE:
        assert old in text
        plan_file.write_text(text.replace(old, new), encoding="utf-8")
        if "fault" not in json.loads(page.call("read", text.replace(old, new))):
            taken.append(f"the page: {new}")
        try:
            _ = StudyInputs(load_study_or_plan(plan_file)).options
        except (ConfigError, InputError):
            continue
        if by_command:
            taken.append(f"the command: {new}")
    assert taken == []


def test_a_file_of_a_million_letters_is_refused(page, plan_file):
    text = plan_file.read_text(encoding="utf-8")
    asked = page.call("read", text + 1_000_000 * "#")
    assert json.loads(asked) == {"fault": "planner_open_long"}


def test_a_line_that_is_not_understood_is_named_by_its_number(page, plan_file):
    lines = plan_file.read_text(encoding="utf-8").splitlines()
    row = next(row for row, line in enumerate(lines) if line.startswith("easting"))
    for bad in ("easting = 2026-11-26", "easting = 450620  # mine", "easting=450620", "[palace]"):
        text = "\n".join([*lines[:row], bad, *lines[row + 1 :]])
        fault = {"fault": "planner_open_line", "detail": str(row + 1)}
        assert json.loads(page.call("read", text)) == fault


def test_a_plan_has_twenty_new_sites_at_most_each_once(page, plan_file):
    text = plan_file.read_text(encoding="utf-8")
    start, end = text.index("[[new_sites]]"), text.index("[[options]]")
    site = text[start:end]

    def read(sites):
        return json.loads(page.call("read", text[:start] + "".join(sites) + text[end:]))

    assert read([site, site]) == {"fault": "planner_open_new_site", "detail": "new-1"}
    sites = [site.replace('"new-1"', f'"new-{number}"') for number in range(1, 22)]
    assert read(sites) == {"fault": "planner_sites_many"}
    assert "again" in read(sites[:20])


def test_a_service_that_runs_nowhere_leaves_no_score_and_no_sum(page):
    """A run refuses such a plan, so that no figure of it is told."""
    whole = {**PLAN, "placed": [], "opens": [], "closes": []}
    assert json.loads(page.call("figures", page.call("write", json.dumps(whole))))["total"] > 0
    sites = json.loads(page.eval("JSON.stringify(data.sites.map(({ id }) => id))"))
    gone = {**whole, "closes": [["clinic", site] for site in sites]}
    assert json.loads(page.call("figures", page.call("write", json.dumps(gone))))["total"] is None


def test_beds_of_a_site_stay_within_what_a_plan_file_may_hold(page):
    moved = """(() => {
      const plan = llrgeoPlan.startFrom(data, "today", weights());
      const service = data.services[1].id;
      const [first, second] = [["A", 7], ["B", 9990]];
      const stated = [first, second].reduce((then, [id, beds]) => llrgeoPlan.withBeds(
        llrgeoPlan.withTick(then, service, id, true), service, id, beds), plan);
      const asked = [["", "B", 9], ["", "B", 10], ["A", "B", 7], ["A", "B", 8], ["", "A", 1e15]];
      return JSON.stringify(asked.map(([from, to, beds]) => {
        const { plan: then, ...fault } = llrgeoPlan.moveBeds(data, stated, service, from, to, beds);
        return then ? then.beds[service] : fault;
      }));
    })()"""
    assert json.loads(page.eval(moved)) == [
        {"A": 7, "B": 9_999}, {"most": 9_999}, {"A": 0, "B": 9_997}, {"have": 7}, {"most": 9_999},
    ]  # fmt: skip


def test_a_new_site_keeps_its_number_when_another_goes(racer):
    numbers = """JSON.stringify([["new-3", 0], ["new-12", 1], ["hub", 2], ["new-x", 3]]
      .map(([id, place]) => llrgeoPlan.numberOf({ id }, place)))"""
    assert json.loads(racer.eval(numbers)) == [3, 12, 3, 4]


def test_ids_that_every_object_of_javascript_has_are_ids_like_others(page, plan_file):
    text = plan_file.read_text(encoding="utf-8").replace("new-1", "constructor")
    plan_file.write_text(text, encoding="utf-8")
    seen = json.loads(page.call("figures", text))
    official = run_study(load_study_or_plan(plan_file))
    assert seen["total"] == pytest.approx(official.scorecard.totals["plan"], abs=1e-9)
    assert [load for load in seen["loads"] if load["id"] == "constructor"] == [
        {"id": "constructor", "capacity": None, "over": 0}
    ]


def test_criteria_of_a_plan_take_the_place_of_the_studys(page, plan_file):
    """The criterion that the plan does not list weighs nothing, in the page as in a run."""
    text = plan_file.read_text(encoding="utf-8")
    second = text.index("[[criteria]]", text.index("[[criteria]]") + 1)
    fewer = text[:second] + text[text.index("[plan]") :]
    plan_file.write_text(fewer, encoding="utf-8")
    official = run_study(load_study_or_plan(plan_file))
    seen = json.loads(page.call("figures", fewer))
    assert seen["total"] == pytest.approx(official.scorecard.totals["plan"], abs=1e-9)
    whole = json.loads(page.call("figures", text))
    assert whole["total"] != pytest.approx(seen["total"], abs=1e-3)


def test_a_key_that_no_plan_has_is_refused(plan_file):
    text = plan_file.read_text(encoding="utf-8")
    plan_file.write_text(f'title = "Mine"\n{text}', encoding="utf-8")
    with pytest.raises(ConfigError, match="unknown key"):
        load_study_or_plan(plan_file)


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("SK 587 042", [458_750, 304_250]),
        ("sp6361799894", [463_617, 299_894]),
        ("458700, 304200", [458_700, 304_200]),
        ("SK 5870 042", None),
        ("nowhere", None),
    ],
)
def test_grid_references_are_places(racer, text, metres):
    assert json.loads(racer.call("place", text)) == metres


def test_places_are_written_as_grid_references(racer):
    """To the metre: a place that is typed again from the page is the same place."""
    for x, y, written in (
        (458_799, 304_200, "SK 58799 04200"),
        (530_050, 180_010, "TQ 30050 80010"),
    ):
        assert racer.call("grid", x, y) == written
        assert json.loads(racer.call("place", written)) == [x, y]


def test_degrees_as_maps_tell_them_are_places(page):
    degrees = json.loads(page.eval("JSON.stringify(llrgeoPlaces.degrees(data, 450620, 300040))"))
    texts = [
        f"{degrees[0]:.6f}, {degrees[1]:.6f}",
        f"{degrees[0]:.6f} \u2212{-degrees[1]:.6f}",
        f"{degrees[1]:.6f}, {degrees[0]:.6f}",
        "52, -1",
    ]
    script = "(texts) => JSON.stringify(texts.map((text) => llrgeoPlaces.parseDegrees(data, text)))"
    found = json.loads(page.eval(f"({script})({json.dumps(texts)})"))
    assert found[0] == pytest.approx([450_620, 300_040], abs=1)
    assert found[1] == found[0]
    assert found[2:] == [None, None]


def test_the_studies_that_a_plan_leads_to_are_its_files(tmp_path):
    (tmp_path / "study.toml").write_text('title = "Town"\n')
    (tmp_path / "plan.toml").write_text('[plan]\nstudy = "study.toml"\n')
    above = tmp_path / "plans" / "above.toml"
    above.parent.mkdir()
    above.write_text('[plan]\nstudy = "../plan.toml"\n')
    below = above.parent / "../plan.toml"
    assert study_files(above) == [above, below, below.parent / "study.toml"]
    (tmp_path / "plan.toml").write_text('[plan]\nstudy = "plans/above.toml"\n')  # in a circle
    assert study_files(above) == [above, below]
    for text in ('[plan]\nstudy = "embedded"', "plan = 3", "[plan", '[plan]\nstudy = ["a"]'):
        above.write_text(text)
        assert study_files(above) == [above]
    assert study_files(tmp_path / "none.toml") == [tmp_path / "none.toml"]
