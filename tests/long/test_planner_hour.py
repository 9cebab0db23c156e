"""A planner's hour: places tried in the page, a plan saved, and its official run compared with it.

A planner of the default study tries three places for a diagnostic centre, keeps them side by side,
drags the best, closes a site, moves beds, changes a weight and saves. Every figure that the page
then shows, line by line, is that of `llrgeo run` on the saved plan.
"""

import math

import pandas as pd
import pytest

from llrgeo.appraisal.measures import MEASURES
from llrgeo.appraisal.people.people_groups import EVERYONE
from llrgeo.publish.check.browser import has_browser, listen, open_browser
from llrgeo.publish.planner.page import render_planner
from llrgeo.publish.wording import wording
from llrgeo.study.config import load_study
from llrgeo.study.plan_file import load_study_or_plan
from llrgeo.study.result import StudyResult
from llrgeo.study.run import build_publication, run_study

pytestmark = pytest.mark.skipif(not has_browser(), reason="the extra `browser` is not installed")

CANDIDATES = ("LE17 4AN", "SK 720 190", "486200 308700")  # Lutterworth, Melton Mowbray, Oakham
SHOWN = ("services", "loads", "beds", "costs", "criteria", "places", "groups", "losers", "pins")
PATIENCE_MS = 240_000
SLIDE = """([id, value]) => {
  const slider = document.getElementById(id);
  slider.value = value;
  for (const name of ["input", "change"]) slider.dispatchEvent(new Event(name));
}"""

Seen = dict[str, list[list[str]]]


def rows_of(page, name: str) -> list[list[str]]:
    """Return the texts of a table's body."""
    script = "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    return page.eval_on_selector_all(f"#table-{name} tbody tr", script)


def place_three(page) -> None:
    """Try three places, keep each beside the others, and go on with the one of the best score."""
    for number, place in enumerate(CANDIDATES):
        page.fill("#where", place)
        page.press("#where", "Enter")
        assert page.inner_text("#where-fault") == ""
        page.click("#pin")
        if number < len(CANDIDATES) - 1:
            page.click("#undo")
    table = {row[0]: row[2:] for row in rows_of(page, "pins")}
    scores = [float(score) for score in table[wording()["planner_total"]]]
    best = "ABC"[scores.index(max(scores))]
    page.click(f"button[data-key='take {best}']")
    assert f"plan {best}" in page.inner_text("#said")


def improve(page) -> str:
    """Drag the place, close a site, move beds, weigh; return what the drag said."""
    page.locator(".folium-map").scroll_into_view_if_needed()
    box = page.locator(".pin .added").bounding_box()
    at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*at)
    page.mouse.down()
    page.mouse.move(at[0] + 30, at[1] + 12, steps=6)
    page.mouse.up()
    said = page.inner_text("#said")
    page.click("#sites summary")
    page.click("#site-list input[data-key='site RWEAK']")
    page.select_option("#service", "community_beds")
    page.click("#move-beds summary")
    page.fill("#beds-number", "11")
    page.select_option("#beds-from", "evington-centre")
    page.select_option("#beds-to", "loughborough")
    page.click("#beds-move")
    assert page.inner_text("#beds-fault") == ""
    page.click("#weights summary")
    page.evaluate(SLIDE, ["weight-4", "31"])
    return said


@pytest.fixture(scope="module")
def hour(tmp_path_factory) -> tuple[Seen, str, StudyResult]:
    """Return what the page shows of the plan, its headline, and the official run of the plan."""
    folder = tmp_path_factory.mktemp("hour")
    publication = build_publication(run_study(load_study()))
    path = folder / "planner.html"
    path.write_text(render_planner(publication, publication.planning), encoding="utf-8")
    heard: list = []
    with open_browser() as browser:
        context = browser.new_context(viewport={"width": 1_300, "height": 900}, offline=True)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        listen(page, heard, own=path.as_uri())
        page.goto(path.as_uri())
        page.wait_for_selector("html.ready")
        page.select_option("#service", "diagnostics")
        place_three(page)
        assert improve(page).startswith("New site 1 is at ")
        with page.expect_download() as saved:
            page.click("#save")
        saved.value.save_as(folder / "plan.toml")
        seen = {name: rows_of(page, name) for name in SHOWN}
        headline = page.inner_text("#headline")
    assert heard == []
    return seen, headline, run_study(load_study_or_plan(folder / "plan.toml"))


def thousands(number: float) -> str:
    return f"{math.floor(number + 0.5):,}"


def tenths(number: float) -> str:
    return f"{number:.1f}"


def test_the_score_is_that_of_the_run(hour):
    _, headline, result = hour
    assert f"Score {100 * result.scorecard.totals['plan']:.1f} of 100;" in headline
    assert f"today {100 * result.scorecard.totals['today']:.1f}." in headline
    assert thousands(result.results["plan"].people.loc[EVERYONE, "shorter"].sum()) in headline


def test_every_criterion_is_that_of_the_run(hour):
    seen, _, result = hour
    values, scores = result.scorecard.values.loc["plan"], result.scorecard.scores.loc["plan"]
    shares = {"within_standard", "closer_to_home", "worse_off", "team_in_time"}
    expected = {
        MEASURES[name].label: [
            f"{100 * values[name]:.1f}%" if name in shares else tenths(values[name]),
            tenths(100 * scores[name]),
        ]
        for name in scores.index
    }
    assert {row[0]: row[3:5] for row in seen["criteria"]} == expected


def test_every_service_is_that_of_the_run(hour):
    seen, _, result = hour
    labels = {service.label: service.id for service in result.appraisal_inputs.services}
    people = result.areas["residents"]
    assert len(seen["services"]) == len(labels)
    for label, longer, shorter, _, after, *_ in seen["services"]:
        access = result.results["plan"].services[labels[label]].access
        assert longer == thousands(access.summary["worsened"] + access.summary["lost"])
        assert shorter == thousands(access.summary["improved"] + access.summary["gained"])
        minutes = access.change["after_min"]
        there = minutes < math.inf
        assert after == tenths((minutes * people)[there].sum() / people[there].sum())


def test_loads_and_beds_are_those_of_the_run(hour):
    seen, _, result = hour
    service = result.results["plan"].services["community_beds"]
    names = result.sites["name"]
    assert [row[:3] for row in seen["loads"]] == [
        [names[site], thousands(load["residents"]), thousands(load["contacts"])]
        for site, load in service.loads.iterrows()
    ]
    beds = result.evidence.tables["beds"]
    mine = beds[(beds["option"] == "plan") & (beds["service"] == "community_beds")]
    first = mine[mine["year"] == mine["year"].min()].sort_values("site_id")
    assert [row[:2] + row[5:6] for row in seen["beds"][:-1]] == [
        [
            names[row.site_id],
            wording()["planner_no_limit"] if math.isnan(row.beds) else thousands(row.beds),
            thousands(row.beds_needed),
        ]
        for row in first.itertuples()
    ]
    assert {"evington-centre", "loughborough"} <= set(first["site_id"])


def test_costs_are_those_of_the_run(hour):
    seen, _, result = hour
    lines = result.evidence.tables["costs_by_site"]
    running = lines.groupby(["option", "service"])["running"].sum()
    labels = {service.label: service.id for service in result.appraisal_inputs.services}
    for label, _, yearly, _ in seen["costs"][: len(labels)]:
        more = running["plan", labels[label]] - running["today", labels[label]]
        assert yearly == pounds(more)
    costs = result.evidence.tables["costs"].set_index("option").loc["plan"]
    mine = {row[0]: row[1] for row in seen["pins"]}
    assert mine[wording()["planner_pays"]] == pounds(costs["extra_provider"])
    assert mine[wording()["planner_net"]] == pounds(costs["net_cost"])


def pounds(value: float) -> str:
    sign = "" if abs(value) < 0.5 else "+" if value > 0 else wording()["minus"]
    return f"{sign}£{thousands(abs(value))}"


def test_groups_and_places_are_those_of_the_run(hour):
    seen, _, result = hour
    option = result.results["plan"]
    counted, groups = option.people, option.overall.groups
    known: dict[tuple[str, ...], int] = {}
    for key, row in counted.drop(EVERYONE).iterrows():
        longer = row[["lost", "mixed", "longer"]].sum()
        cells = thousands(longer), thousands(row["shorter"]), tenths(groups.loc[key, "mean_min"])
        known[cells] = known.get(cells, 0) + 1
    shown = [(row[2], row[3], row[5]) for name in ("places", "groups") for row in seen[name]]
    assert len(shown) > 20
    assert pd.Series(shown).value_counts().to_dict() == {
        cells: count for cells, count in known.items() if count
    }
