"""The explorer in a real browser, opened from disk with the network cut."""

import csv
import json
import statistics
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from publication_cases import all_tables, appraised, county_publication

from llrgeo.appraisal.demand import Service
from llrgeo.publish.check.browser import (
    MAX_TAB_STOPS,
    axe_findings,
    browser_findings,
    tab_stops,
)
from llrgeo.publish.check.html import read_page
from llrgeo.publish.check.page import RULES
from llrgeo.publish.explorer.page import headline, render_explorer
from llrgeo.publish.explorer.payload import explorer_sites
from llrgeo.publish.pages import run_mark
from llrgeo.schema import BNG, WGS84
from llrgeo.study.config import load_study
from llrgeo.travel.routes.ways import WayTree

pytestmark = pytest.mark.browser

DATA = Path(__file__).parents[2] / "data"
UPDATE_MS = 5.0
ROUNDS = 5  # other work on the machine slows a round; the best one tells what the page takes
TIMED_CHOICES = """() => {
  history.pushState = () => {}; // the browser's own work on its address bar
  const option = document.getElementById("option");
  const took = [];
  for (let turn = 0; turn < 40; turn++) {
    option.selectedIndex = turn % option.options.length;
    const start = performance.now();
    option.dispatchEvent(new Event("change"));
    took.push(performance.now() - start);
  }
  return took;
}"""


def table_rows(page, name):
    return page.eval_on_selector_all(
        f"#table-{name} tbody tr",
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))",
    )


TEXTS = "all => all.map(one => one.textContent)"


def heard(page):
    return [f"{one.rule}: {one.message}" for one in page.heard]


def test_the_page_keeps_every_rule_of_the_check(chromium, county_page):
    text = county_page.read_text(encoding="utf-8")
    assert [finding for rule in RULES for finding in rule(read_page(text))] == []
    assert browser_findings(county_page, chromium) == []


def test_the_check_names_what_only_a_browser_can_see(chromium, county_page, tmp_path):
    broken = tmp_path / "broken.html"
    text = county_page.read_text(encoding="utf-8")
    links = (
        "<a href='#x'>x</a>" * 20
        + "<label><input type='checkbox'>x</label>"
        + "<p lang='xx'><img alt='x' src='absent.png'><svg width='999'>"
    )
    broken.write_text(text.replace("<main>", f"<main>{links}"), encoding="utf-8")
    rules = {finding.rule for finding in browser_findings(broken, chromium)}
    assert rules >= {"request", "error", "axe", "keyboard", "targets", "width"}


def test_it_asks_for_nothing_and_meets_no_error_in_use(open_page, county_page):
    page = open_page(county_page)
    for name in ("option", "service", "journey"):
        for value in page.eval_on_selector_all(f"#{name} option", "all => all.map(o => o.value)"):
            page.select_option(f"#{name}", value)
    for view in ("after", "before", "city", "change"):
        page.check(f"input[value={view}]")
    page.click("#sites summary")
    page.click("#site-list label >> nth=3")
    page.click("#reset")
    page.click("#every-area summary")
    page.mouse.click(700, 600)
    assert heard(page) == []


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"viewport": {"width": 320, "height": 700}, "has_touch": True, "is_mobile": True},
        {"forced_colors": "active"},
        {"reduced_motion": "reduce"},
    ],
    ids=["desktop", "phone", "forced colours", "reduced motion"],
)
def test_axe_finds_nothing_once_a_place_was_found(open_page, county_page, settings):
    page = open_page(county_page, **settings)
    page.fill("#find", "LE5 4PW")
    page.press("#find", "Enter")
    page.click("#sites summary")
    assert axe_findings(page) == []
    assert heard(page) == []


def test_few_tab_stops_lead_through_the_page(open_page, county_page):
    assert tab_stops(open_page(county_page)) <= MAX_TAB_STOPS


def test_a_phone_scrolls_in_one_direction_only(open_page, county_page):
    page = open_page(county_page, viewport={"width": 320, "height": 700})
    page.fill("#find", "Townham 3")
    page.press("#find", "Enter")
    page.click("#every-area summary")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    # A table may be wider than the phone; what it is, and how to read it, never is.
    cut = page.eval_on_selector_all(
        ".wide caption",
        "all => all.filter(one => one.offsetWidth > one.closest('.wide').clientWidth + 1)"
        ".map(one => one.textContent)",
    )
    assert cut == []


def test_a_table_without_rows_is_not_shown(open_page, county_page):
    """Today no area is hit: heads without a row would only say that something is missing."""
    page = open_page(county_page)
    assert not page.is_visible("#table-changed")
    page.select_option("#option", "option_3")
    assert page.is_visible("#table-changed")
    page.select_option("#option", "option_0")
    assert not page.is_visible("#table-changed")


def test_a_choice_is_computed_and_shown_at_once(open_page, county_page):
    page = open_page(county_page, at_once=False)
    rounds = (statistics.median(page.evaluate(TIMED_CHOICES)) for _ in range(ROUNDS))
    assert min(rounds) <= UPDATE_MS


# What stands on the page before two choices, right after each, and in the frame that follows.
CHOSEN_IN_STEPS = """async () => {
  const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  await drawn();
  const option = document.getElementById("mine-option");
  const shown = () => ["table-mine", "status", "legend-heading", "table-changed"]
    .map((id) => document.getElementById(id).textContent);
  const steps = [shown()];
  for (const place of [1, 3]) {
    option.selectedIndex = place;
    option.dispatchEvent(new Event("change"));
    steps.push(shown());
  }
  await drawn();
  return [...steps, shown()];
}"""


def test_the_answer_stands_before_the_map_and_the_long_tables(open_page, county_page):
    page = open_page(county_page, at_once=False)
    page.fill("#find", "LE5 4PW")
    page.press("#find", "Enter")
    before, first, second, after = page.evaluate(CHOSEN_IN_STEPS)
    assert len({step[0] for step in (before, first, second)}) == 3
    assert len({step[1] for step in (before, first, second)}) == 3
    assert before[2:] == first[2:] == second[2:]
    assert after[:2] == second[:2]
    # The map and its tables show the last choice, and not the one that was passed over.
    at_once = open_page(county_page, page.url[page.url.index("#") :])
    at_once.fill("#find", "LE5 4PW")
    at_once.press("#find", "Enter")
    assert after[2] == at_once.text_content("#legend-heading") != before[2]
    assert after[3] == at_once.text_content("#table-changed") != before[3]


IS_FAR = """() => !document.querySelector(".tables").firstElementChild
  .checkVisibility({ contentVisibilityAuto: true })"""
UNREACHED = """() => [...document.querySelectorAll(".wide")]
  .filter((region) => region.scrollWidth > region.clientWidth !== (region.tabIndex === 0))
  .map((region) => region.getAttribute("aria-label"))"""


def test_what_is_far_off_the_screen_is_not_laid_out_but_read_and_reached(open_page, county_page):
    page = open_page(county_page, viewport={"width": 320, "height": 640})
    page.fill("#find", "LE5 4PW")
    page.press("#find", "Enter")
    page.select_option("#mine-option", "option_3")
    page.wait_for_function(IS_FAR)
    # A screen reader reads it all the same.
    read = page.locator("main").aria_snapshot()
    assert page.text_content("#table-winners caption") in read
    assert page.text_content("#table-changed tbody tr th") in read
    # A keyboard comes to each table that has to be scrolled, and to no other.
    page.wait_for_function(f"() => ({UNREACHED})().length === 0")
    assert axe_findings(page) == []


def test_without_javascript_the_opening_view_stands_in_tables(open_page, county, county_page):
    page = open_page(county_page, java_script_enabled=False)
    assert "need JavaScript" in page.inner_text("noscript")
    texts = page.locator("#table-options tbody tr").first.inner_text()
    everyone = county.people[county.opening_option.name].everyone
    assert f"{int(everyone[['lost', 'mixed', 'longer']].sum()):,}" in texts
    assert f"{int(everyone['shorter']):,}" in texts
    assert page.locator("#table-areas tbody tr").count() == len(county.areas)


def test_tables_with_javascript_equal_those_of_python(open_page, county, county_page):
    page = open_page(county_page)
    page.click("#every-area summary")
    for option, service in ((county.options[1], county.services[0]),
                            (county.options[3], county.services[1])):  # fmt: skip
        page.select_option("#option", option.name)
        page.select_option("#service", service.id)
        view = county.views[option.name, service.id]
        for table in all_tables(county, view):
            assert table_rows(page, table["id"]) == table["rows"], table["id"]
        said = headline(county, view)
        for place, part in (
            ("#headline p", "option"),
            ("#moves li", "moves"),
            ("#this-service p", "service"),
        ):
            assert page.eval_on_selector_all(place, TEXTS) == said[part]


def test_a_postcode_gives_a_sentence_and_every_option(open_page, county, county_page):
    page = open_page(county_page)
    page.fill("#find", "le5 4pw")
    page.press("#find", "Enter")
    assert "Choose an option" in page.inner_text("#mine-said")  # the page opens with today
    for option in county.alternatives:
        page.select_option("#option", option.name)
        rows = table_rows(page, "mine")
        assert len(rows) == len(county.services)
        status = page.text_content("#status")
        assert len(status.split()) <= 30
        assert page.inner_text("#mine-said .answer") in status
        for _, today, then, change in rows:
            if change[:1] in {"▲", "▼"}:  # the table subtracts the minutes that it shows
                size = int(change[2:].split("\u00a0")[0])
                assert int(then) - int(today) == (size if change[0] == "▲" else -size)
    assert len(table_rows(page, "mine-options")) == len(county.alternatives)
    assert "LE5" not in page.url.upper()


def test_the_result_stands_between_the_search_and_the_choices(open_page, county_page):
    page = open_page(county_page, viewport={"width": 360, "height": 740})
    page.fill("#find", "LE5 4PW")
    page.press("#find", "Enter")
    tops = [page.locator(one).bounding_box()["y"] for one in ("#search", "#mine", "#choices")]
    assert tops == sorted(tops)


def test_the_page_opens_with_today_and_an_option_with_the_service_it_worsens_most(
    open_page, county, county_page
):
    page = open_page(county_page)
    assert page.input_value("#option") == county.baseline_name
    assert "Choose an option" in page.inner_text("#headline")
    assert not page.is_visible("#table-winners")
    for option in county.alternatives:
        page.select_option("#option", option.name)
        assert page.input_value("#service") == county.opening_services[option.name].id
    page.select_option("#service", "nurses")  # once the reader chooses, it stays
    page.select_option("#option", "option_1")
    assert page.input_value("#service") == "nurses"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("<b>nowhere</b>", "We could not find “<b>nowhere</b>”"),
        ("", "Type a postcode, a town or a village."),
        ("SW77", "“SW77” is not a postcode that this page covers"),
        ("SW1A 1AA", "“SW1A 1AA” is not a postcode that this page covers"),
    ],
)
def test_what_cannot_be_found_is_said_and_forgets_the_place_before(
    open_page, county_page, typed, said
):
    page = open_page(county_page)
    for text in ("LE5 4PW", typed):
        page.fill("#find", text)
        page.press("#find", "Enter")
    assert said in page.inner_text("#find-error")
    assert page.get_attribute("#find", "aria-invalid") == "true"
    assert page.get_attribute("#find", "aria-describedby") == "find-error find-hint"
    assert not page.is_visible("#table-mine")
    page.fill("#find", "LE5 4PW")
    page.press("#find", "Enter")
    assert not page.is_visible("#find-error")
    assert page.get_attribute("#find", "aria-invalid") is None


def test_several_places_are_a_list_to_choose_from(open_page, county_page):
    page = open_page(county_page)
    page.fill("#find", "Townham")
    page.click("#find-button")
    offered = page.locator("#find-places button").all_inner_texts()
    assert len(offered) == 8
    assert page.inner_text("#find-asked").endswith("There are more: type more of the name.")
    assert page.text_content("#status") == page.inner_text("#find-asked")
    assert page.get_attribute("#find", "aria-invalid") is None
    assert not page.is_visible("#table-mine")
    page.locator("#find-places button").nth(1).click()
    name = offered[1].split(":")[0]
    assert page.input_value("#find") == name
    assert page.inner_text("#mine-heading").startswith(name)
    assert page.evaluate("document.activeElement.id") == "mine-heading"
    assert not page.is_visible("#find-places")


def test_a_part_of_a_postcode_gives_the_range_of_its_neighbourhoods(open_page, county, county_page):
    page = open_page(county_page)
    page.select_option("#option", "option_2")
    page.fill("#find", "le5")
    page.press("#find", "Enter")
    codes = county.postcodes[county.postcodes.index.str.startswith("LE5 ")]
    areas = sorted(set(codes))
    assert f"LE5 has {len(areas)} neighbourhoods" in page.inner_text("#mine-said")
    shown = table_rows(page, "mine")
    for service in county.services:
        view = county.views["option_2", service.id]
        rows = view.areas.loc[areas]
        whole = np.floor(rows[["before_min", "after_min"]] + 0.5)
        cells = next(row[1:] for row in shown if row[0].startswith(service.label))
        for column, cell in zip(whole, cells, strict=False):
            least, most = whole[column].min(), whole[column].max()
            assert cell == (f"{least:.0f} to {most:.0f}" if least < most else f"{least:.0f}")
        hit = rows["outcome"].isin(["worsened", "lost"])
        if hit.any() and page.inner_text(".answer").startswith(service.label):
            size = (whole["after_min"] - whole["before_min"])[hit].max()
            assert f"in {hit.sum()} of {len(areas)} neighbourhoods" in page.inner_text(".answer")
            assert f"up to about {size:.0f} minute" in page.inner_text(".answer")


def test_a_place_chosen_on_the_map_empties_the_search_box(open_page, county_page):
    page = open_page(county_page)
    page.fill("#find", "LE5 4PW")
    page.press("#find", "Enter")
    before = page.inner_text("#mine-heading")
    page.locator(".folium-map").click(position={"x": 200, "y": 300})
    assert page.input_value("#find") == ""
    assert page.inner_text("#mine-heading") != before


def test_the_search_works_in_a_frame_that_may_only_run_scripts(open_page, county_page):
    frame = county_page.parent / "sandboxed.html"
    size = 'sandbox="allow-scripts" width="900" height="800"'
    text = f'<iframe title="x" {size} src="{county_page.name}"></iframe>'
    frame.write_text(text, encoding="utf-8")
    page = open_page(frame)
    inner = page.frame_locator("iframe")
    inner.locator("#find").fill("LE5 4PW")
    inner.locator("#find").press("Enter")
    assert inner.locator("#table-mine tbody tr").count() == 2
    inner.locator("#find").fill("nowhere")
    inner.locator("#find-button").click()
    assert "We could not find" in inner.locator("#find-error").inner_text()


def test_an_option_that_leaves_a_service_alone_says_so(open_page, county, tmp_path):
    path = tmp_path / "explorer.html"
    today, other, *_ = county.options
    kept = replace(other, sites={**other.sites, "nurses": today.sites["nurses"]})
    path.write_text(render_explorer(appraised(county, options=(today, kept))), encoding="utf-8")
    page = open_page(path)
    page.select_option("#option", other.name)
    assert page.locator("#service option").all_inner_texts() == ["Clinic", "Nurses (as today)"]
    page.select_option("#service", "nurses")
    assert "This option changes nothing for nurses" in page.inner_text("#this-service")


def test_an_own_plan_stands_beside_the_options(open_page, county, county_page):
    page = open_page(county_page)
    page.fill("#find", "LE5 4PW")
    page.press("#find", "Enter")
    page.click("#sites summary")
    page.locator("#site-list input").first.click()
    rows = table_rows(page, "mine-options")
    assert [row[0] for row in rows[len(county.alternatives) :]] == ["Option 0, changed by you"]


def test_the_nearest_city_hospital_is_named_to_those_who_go_elsewhere(
    open_page, county, county_page
):
    page = open_page(county_page)
    view = county.opening_view
    kind = view.areas["before_site"].map(county.sites["kind"])
    area = kind.index[kind.notna() & (kind != "city_hospital")][0]
    page.fill("#find", area)
    page.press("#find", "Enter")
    said = page.inner_text("#mine")
    assert ("the nearest city hospital is" in said) == city_is_in_today(county)
    assert "How sure is this?" in said


def city_is_in_today(county):
    today = county.baseline.sites["clinic"]
    return (county.sites.loc[list(today), "kind"] == "city_hospital").any()


def test_choices_stand_in_the_address_and_come_back_from_it(open_page, county_page):
    page = open_page(county_page)
    page.select_option("#option", "option_2")
    page.check("input[value=after]")
    page.click("#sites summary")
    page.locator("#site-list input").nth(2).click()
    before = page.inner_text("#headline")
    again = open_page(county_page, page.url[page.url.index("#") :])
    assert again.inner_text("#headline") == before
    assert again.input_value("#option") == "option_2"
    assert again.is_checked("input[value=after]")


def test_the_back_button_undoes_a_choice_and_the_skip_link_none(open_page, county_page):
    page = open_page(county_page)
    page.select_option("#option", "option_2")
    page.click("#sites summary")
    page.click("#site-list input[value='3']")
    plan = page.inner_text("#headline")
    page.keyboard.press("Home")
    page.focus(".skip")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "results"
    assert page.inner_text("#headline") == plan
    assert "x=S003" in page.url
    page.evaluate("location.hash = '#results'")  # a link of another page may name it
    assert page.inner_text("#headline") == plan
    page.go_back()
    page.go_back()
    page.wait_for_function("!location.hash.includes('x=S003')")
    assert page.inner_text("#chosen") == "Option 2"
    page.go_back()
    page.wait_for_function("document.getElementById('option').value === 'option_0'")
    assert page.is_checked("input[value=before]")


def test_two_options_stand_side_by_side(open_page, county_page):
    page = open_page(county_page)
    page.fill("#find", "LE5 4PW")
    page.press("#find", "Enter")
    page.select_option("#mine-option", "option_1")
    assert page.input_value("#option") == "option_1"
    alone = {row[0].split(" ")[0]: row[1:] for row in table_rows(page, "mine")}
    page.select_option("#mine-option", "option_3")
    other = {row[0].split(" ")[0]: row[1:] for row in table_rows(page, "mine")}
    page.select_option("#beside", "option_1")
    heads = page.locator("#table-mine thead th").all_inner_texts()
    assert heads[1:] == ["Today", "Option 3", "Option 1"]
    for name, today, chosen, beside in table_rows(page, "mine"):
        key = name.split(" ")[0]
        assert today == other[key][0]
        assert chosen == f"{other[key][1]} ({other[key][2]})"
        assert beside == f"{alone[key][1]} ({alone[key][2]})"
    assert "c=option_1" in page.url
    assert "Option 1: " in page.inner_text("#mine-said")


def test_on_a_phone_the_answer_stays_in_view_after_the_search_and_another_option(
    open_page, county_page
):
    page = open_page(county_page, viewport={"width": 390, "height": 844}, has_touch=True)
    page.fill("#find", "LE5 4PW")
    page.press("#find", "Enter")
    for option in ("option_1", "option_2"):
        for place in ("#mine-heading", "#table-mine tbody tr >> nth=0", "#mine-option"):
            assert 0 <= page.locator(place).bounding_box()["y"] < 844
        page.select_option("#mine-option", option)
    # No heading of the table breaks within a word.
    words = page.eval_on_selector_all(
        "#table-mine thead th",
        """heads => heads.slice(1).map(head => {
          const range = document.createRange(); range.selectNodeContents(head);
          return range.getClientRects().length; })""",
    )
    assert set(words) == {1}


def long_names(plain):
    """Return a county with the embedded study's ten services and the names of its hospitals."""
    study = load_study()
    rng = np.random.default_rng(11)
    options = tuple(
        replace(option, sites={each.id: frozenset(rng.choice(plain.sites.index, 1 + 3 * number,
                                                             replace=False))
                               for each in study.services})
        for number, option in enumerate(plain.options)
    )  # fmt: skip
    hospitals = pd.read_csv(DATA / "sites.csv")["name"][: len(plain.sites)]  # 18 to 40 letters
    sites = plain.sites.assign(name=hospitals.to_numpy())
    services = tuple(
        Service(each.id, each.label, {"bed": "visitor"}.get(each.delivery, each.delivery),
                {"age_75_84": 100.0}, standard_min=30.0)
        for each in study.services
    )  # fmt: skip
    return appraised(plain, options=options, services=services, sites=sites)


def test_on_a_phone_all_ten_services_of_a_place_are_on_the_first_screen(open_page, small, tmp_path):
    path = tmp_path / "explorer.html"
    path.write_text(render_explorer(long_names(small)), encoding="utf-8")
    page = open_page(path, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    for place in ("E01020011", "E01020030", "E01020047", "LE5"):
        page.fill("#find", place)
        page.press("#find", "Enter")
        for option in small.options:
            page.select_option("#mine-option", option.name)
            bottoms = page.eval_on_selector_all(
                "#table-mine tbody tr",
                "rows => rows.map(row => row.getBoundingClientRect().bottom)",
            )
            assert len(bottoms) == 10
            assert max(bottoms) <= 844
            # No figure lies under the names of sites, which run beneath it.
            assert page.evaluate(OVERLAPS) == []
    page.select_option("#beside", "option_2")
    assert page.evaluate(OVERLAPS) == []


OVERLAPS = """() => [...document.querySelectorAll('#table-mine tbody tr')].flatMap(row => {
  const said = row.querySelector('.beneath');
  if (!said) return [];
  const range = document.createRange();
  range.selectNodeContents(said);
  const names = [...range.getClientRects()];
  return [...row.cells].slice(1).filter(cell => {
    range.selectNodeContents(cell);
    return [...range.getClientRects()].some(figure => names.some(name =>
      name.left < figure.right && figure.left < name.right
      && name.top < figure.bottom - 2 && figure.top < name.bottom - 2));
  }).map(cell => cell.textContent);
})"""


@pytest.fixture(scope="module")
def small():
    return county_publication(columns=8, rows=6, site_count=16, modes=("car",))


@pytest.fixture(scope="module")
def small_page(small, tmp_path_factory):
    path = tmp_path_factory.mktemp("small") / "explorer.html"
    path.write_text(render_explorer(small), encoding="utf-8")
    return path


def test_the_map_opens_with_the_service_that_gets_worst_for_the_place(open_page, small, small_page):
    page = open_page(small_page)
    seen = set()
    for number, option in [(n, o) for n in (11, 29, 47) for o in small.alternatives]:
        page.fill("#find", small.areas.index[number])
        page.press("#find", "Enter")
        page.select_option("#mine-option", option.name)
        rows = {s.id: small.views[option.name, s.id].areas.iloc[number] for s in small.services}
        moved = {
            name: row["change_min"]
            for name, row in rows.items()
            if row["outcome"] in {"worsened", "improved"}
        }
        if not moved:
            continue
        # Where nothing gets worse, that which gets shortest counts most.
        chosen = max if max(moved.values()) > 0 else min
        worst = chosen(moved, key=moved.get)
        assert page.input_value("#service") == worst
        label = next(each.label for each in small.services if each.id == worst)
        assert f"For {label} alone" in page.inner_text("#legend-heading")
        assert "s=" not in page.url  # nothing in the address follows from where the reader lives
        seen.add(worst == small.opening_services[option.name].id)
    assert seen == {True, False}
    page.fill("#find", "nowhere")  # without a place it is the option's again
    page.press("#find", "Enter")
    assert page.input_value("#service") == small.opening_services[option.name].id


def test_the_map_shows_the_difference_between_two_options(open_page, small, small_page):
    page = open_page(small_page)
    page.select_option("#option", "option_3")
    page.select_option("#service", "clinic")
    page.check("input[name=view][value=beside]")
    page.select_option("#map-beside", "option_1")
    assert page.is_checked("input[name=view][value=beside]")
    assert "“Option 3” against “Option 1”" in page.inner_text("#legend-heading")
    ends = [small.views[name, "clinic"].areas for name in ("option_1", "option_3")]
    first, second = (end["after_min"] for end in ends)
    people = small.areas["residents"]
    reached = np.isfinite(first) & np.isfinite(second)
    longer = second - first > 1 + 1e-9
    counted = page.eval_on_selector_all("#legend b", TEXTS)
    numbers = [int(text.replace(",", "")) for text in counted]
    assert sum(numbers) == people.sum()
    middle = 4  # four classes are shorter, then the one that is about the same
    assert sum(numbers[middle + 1 : 2 * middle + 1]) == people[longer & reached].sum() > 0
    assert "c=option_1" in page.url
    assert "v=beside" in page.url
    again = open_page(small_page, page.url[page.url.index("#") :])
    assert again.eval_on_selector_all("#legend b", TEXTS) == counted
    again.select_option("#map-beside", "")
    assert again.is_checked("input[name=view][value=change]")
    assert heard(page) == heard(again) == []


# The lines of the reader's way, as [lat, lon]: dotted to today's site, whole to the option's.
WAYS = """() => {
  const found = {};
  map_llrgeo.eachLayer((layer) => {
    const { weight, dashArray } = layer.options;
    if (dashArray === "3 7") found.today = layer.getLatLngs();
    else if (weight === 3.5 && !dashArray) found.then = layer.getLatLngs();
  });
  return Object.fromEntries(Object.entries(found).map(([name, line]) =>
    [name, line.map(({ lat, lng }) => [lat, lng])]));
}"""


def test_the_reader_s_way_runs_along_the_roads_where_they_are_known(open_page, small, tmp_path):
    area = small.areas.index[29]
    view = small.views["option_2", "clinic"].areas.loc[area]
    before, after = view["before_site"], view["after_site"]
    assert before != after
    ends = small.areas.geometry[area], *small.sites.geometry[[before, after]]
    start, *goals = [np.array([end.x, end.y]) for end in ends]
    trees = {}
    for site, goal in zip((before, after), goals, strict=True):
        corner = np.array([start[0], goal[1]]) + 40  # first north or south, then east or west
        trees[site] = WayTree(np.array([goal, corner, start]), np.array([-1, 0, 1]), {area: 2})
    path = tmp_path / "explorer.html"
    path.write_text(render_explorer(replace(small, ways=trees)), encoding="utf-8")
    page = open_page(path)
    page.fill("#find", area)
    page.press("#find", "Enter")
    page.select_option("#mine-option", "option_2")
    page.select_option("#service", "clinic")
    assert "follows the roads" in page.inner_text("#way-note")
    drawn = page.evaluate(WAYS)
    for name, site in (("today", before), ("then", after)):
        places = gpd.GeoSeries.from_xy(*trees[site].xy.T, crs=BNG).to_crs(WGS84)
        corner = drawn[name][-2]
        assert corner == pytest.approx([places.y[1], places.x[1]], abs=1e-4)
        assert drawn[name][-1] == pytest.approx([places.y[0], places.x[0]], abs=1e-4)
        assert len(drawn[name]) == 4  # from the middle of the neighbourhood
    # The way leads to its end within the view of the map.
    south, west, north, east = page.evaluate(
        "() => { const b = map_llrgeo.getBounds();"
        "return [b.getSouth(), b.getWest(), b.getNorth(), b.getEast()]; }"
    )
    for lat, lon in drawn["today"] + drawn["then"]:
        assert south <= lat <= north
        assert west <= lon <= east
    page.fill("#find", small.areas.index[47])  # from where no way is known
    page.press("#find", "Enter")
    assert "is straight" in page.inner_text("#way-note")
    assert {len(line) for line in page.evaluate(WAYS).values()} <= {0, 2}
    page.fill("#find", "nowhere")
    page.press("#find", "Enter")
    assert not page.is_visible("#way-note")


def test_a_site_has_its_name_on_hover(open_page, small, small_page):
    page = open_page(small_page)
    page.select_option("#option", "option_3")
    names = set(small.sites["name"])
    page.locator(".pin .site.open, .pin .site.new").last.hover(force=True)
    assert page.inner_text(".leaflet-tooltip") in names


def test_what_would_stop_near_a_place_is_told_nearest_first(open_page, county, county_page):
    page = open_page(county_page)
    page.fill("#find", "LE5 4PW")
    page.press("#find", "Enter")
    page.select_option("#mine-option", "option_3")
    area = county.postcodes["LE5 4PW"]
    near = {}
    for service in county.services:
        minutes = county.times_for(service, county.judged_by).minutes.loc[area]
        stops = county.baseline.sites[service.id] - county.options[3].sites[service.id]
        for site in stops:
            if minutes[site] <= 30:
                near.setdefault(county.sites["name"][site], minutes[site])
    said = [line for line in page.locator("#mine-said p").all_inner_texts()
            if line.startswith("Would stop, ")]  # fmt: skip
    named = [line.split(" at ")[1].rstrip(".") for line in said]
    assert named == sorted(near, key=near.get)[:4]


LABELS = """() => {
  const [names, leaders] = [[], []];
  map_llrgeo.eachLayer((layer) => {
    const { icon, weight } = layer.options;
    if (icon && icon.options.className.startsWith("label town")) {
      const { lat, lng } = layer.getLatLng();
      names.push([icon.options.html.textContent, lat, lng]);
    } else if (weight === 1.4) {
      leaders.push(layer.getLatLngs().map(({ lat, lng }) => [lat, lng]));
    }
  });
  return [names, leaders];
}"""


@pytest.mark.parametrize("width", [390, 1_300])
def test_a_name_stands_at_its_place_or_a_line_leads_there(open_page, county, county_page, width):
    page = open_page(county_page, viewport={"width": width, "height": 844})
    names, leaders = page.evaluate(LABELS)
    towns = county.base.towns.to_crs("EPSG:4326").set_index("name")
    inside = towns.sjoin(county.base.outlines[["geometry"]].to_crs("EPSG:4326"))
    largest = inside.sort_values("residents", ascending=False).index.unique()[:6]
    assert set(largest) <= {name for name, *_ in names}
    for name, lat, lon in names:
        point = towns.geometry[name]
        km = 111.2 * np.hypot(lat - point.y, (lon - point.x) * np.cos(np.radians(point.y)))
        led = [end for _, end in leaders
               if abs(end[0] - point.y) < 1e-5 and abs(end[1] - point.x) < 1e-5]  # fmt: skip
        assert km <= 1 or led, name


def test_a_site_tells_who_goes_there_as_python_allocates(open_page, county, county_page):
    page = open_page(county_page)
    page.select_option("#option", "option_3")
    page.select_option("#service", "clinic")
    areas = county.views["option_3", "clinic"].areas
    ids = page.eval_on_selector_all("#catchment option", "all => all.map(one => one.value)")[1:]
    sites = explorer_sites(county).index
    named = {sites[int(place)] for place in ids}
    assert named == county.baseline.sites["clinic"] | county.options[3].sites["clinic"]
    people = {
        end: areas["people"].groupby(areas[f"{end}_site"]).sum() for end in ("before", "after")
    }
    for place in ids:
        page.select_option("#catchment", place)
        said = page.inner_text("#catchment-said")
        after, before = (people[end].get(sites[int(place)], 0) for end in ("after", "before"))
        assert f"to {after:,} people in this option, and to {before:,} today" in said
    assert page.text_content("#status") == said
    # A touch on its sign asks the same.
    page.select_option("#catchment", "")
    assert page.inner_text("#catchment-said") == ""
    page.locator(".pin .site.open, .pin .site.new").first.dispatch_event("click", {"bubbles": True})
    assert " is the nearest for clinic to " in page.inner_text("#catchment-said")


def test_the_map_is_as_wide_as_the_page_and_has_a_closest_view(open_page, county_page):
    page = open_page(county_page)
    stage, main = (page.locator(one).bounding_box()["width"] for one in (".stage", "main"))
    assert stage >= main - 34  # the padding of the page
    assert page.locator(".folium-map").bounding_box()["width"] >= 0.7 * stage
    assert page.evaluate("map_llrgeo.getMaxZoom()") == 15
    assert page.evaluate("map_llrgeo.getMinZoom() < map_llrgeo.getZoom()")


def test_text_twice_as_large_fits_a_phone(open_page, county_page):
    page = open_page(county_page, viewport={"width": 390, "height": 844})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    for typed in ("LE5 4PW", "LE5", "Townham"):
        page.fill("#find", typed)
        page.press("#find", "Enter")
        if typed != "Townham":
            page.select_option("#mine-option", "option_3")
            page.select_option("#beside", "option_1")
            region = page.locator("#mine .wide").first
            assert region.evaluate("one => one.scrollWidth <= one.clientWidth")
            heads = "one => getComputedStyle(one, '::before').content"
            assert page.locator("#table-mine td").first.evaluate(heads) == '"Today: "'
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_in_forced_colours_the_bar_keeps_its_parts_apart(open_page, county_page):
    page = open_page(county_page, forced_colors="active")
    page.select_option("#option", "option_3")
    colours = page.eval_on_selector_all(
        "#bar rect", "all => all.map(one => getComputedStyle(one).fill)"
    )
    assert len(set(colours)) == 3
    edge = page.eval_on_selector("#bar", "one => getComputedStyle(one).borderTopWidth")
    assert edge == "1px"


def test_a_damaged_address_opens_the_usual_view(open_page, county_page):
    page = open_page(county_page, "#o=%E0%A4%A&s=nothing&j=&v=<b>&x=..")
    assert page.input_value("#option") == "option_0"
    assert heard(page) == []


def test_a_service_that_is_not_here_is_not_kept_for_the_next_option(open_page, county_page):
    page = open_page(county_page, "#o=option_0&s=of_an_older_run")
    page.select_option("#option", "option_1")
    # The option opens with the service that it worsens most: the reader asked for no other.
    assert "&s=" not in page.evaluate("window.location.hash")
    page = open_page(county_page, "#o=option_0&s=clinic")
    page.select_option("#option", "option_1")
    assert "&s=clinic&" in page.evaluate("window.location.hash")


def test_switching_a_site_off_and_undoing_it_brings_the_figures_back(open_page, county_page):
    page = open_page(county_page)
    page.select_option("#option", "option_1")
    before = page.inner_text("#headline")
    page.click("#sites summary")
    page.locator("#site-list input:checked").first.click()
    assert "changed by you" in page.inner_text("#chosen")
    page.click("#reset")
    assert page.inner_text("#headline") == before


def test_the_table_is_downloaded_as_csv(open_page, county, county_page):
    page = open_page(county_page)
    page.click("#sites summary")
    page.click("#site-list input[value='0']")
    with page.expect_download() as started:
        page.click("#every-area summary")
        page.click("#download")
    text = Path(started.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.reader(text.splitlines()))
    about = {row[0]: row[1] for row in rows if len(row) == 2}
    assert about["Option"] == "Option 0, changed by you"
    assert about["Sites switched by the reader"] == county.sites["name"].iloc[0]
    assert about["Service"] == "Clinic"
    assert about["Date of the figures"] == "2026-11-22"
    assert about["Run"] == run_mark(county)
    assert about["Source"] == "Made up."
    assert about["How sure"].startswith("Made up. How far these times may be wrong is not known")
    heads = rows.index(next(row for row in rows if row[:1] == ["Code"]))
    assert len(rows) - heads - 1 == len(county.areas)
    assert started.value.suggested_filename == (
        f"option_0-changed-by-the-reader-clinic-car-off_peak-2026-11-22-run-{run_mark(county)}.csv"
    )


def test_the_map_shows_every_area_in_the_class_that_the_key_counts(open_page, county, county_page):
    page = open_page(county_page)
    counted = page.eval_on_selector_all("#legend b", "all => all.map(one => one.textContent)")
    people = sum(int(text.replace(",", "")) for text in counted)
    assert people == county.areas["residents"].sum()


def test_printing_shows_results_and_tables_without_the_controls(open_page, county_page):
    page = open_page(county_page)
    page.select_option("#option", "option_1")
    page.select_option("#service", "clinic")
    page.emulate_media(media="print")
    assert not page.is_visible("#choices")
    assert not page.is_visible("#every-area")
    assert page.is_visible("#table-winners")
    assert page.inner_text("#how") == "Journeys by car, outside the rush hour, one way."


def test_on_paper_an_answer_stands_alone_unless_the_whole_page_is_asked_for(open_page, county_page):
    asked = "window.print = () => { window.printed = document.documentElement.className; };"
    page = open_page(county_page, first=asked)
    page.fill("#find", "LE5 4PW")
    page.press("#find", "Enter")
    page.select_option("#mine-option", "option_3")
    parts = ("#table-mine", ".folium-map", ".about", "#table-winners", "#headline")
    seen = []
    for button in ("#print-mine", "#print"):
        page.click(button)
        assert ("whole" in page.evaluate("printed")) is (button == "#print")
        page.emulate_media(media="print")
        seen.append([page.is_visible(part) for part in parts])
        page.emulate_media(media="screen")
    assert seen == [[True, True, True, False, False], [True] * 5]
    # The next time the browser's own command is used, it is the answer again.
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="print")
    assert not page.is_visible("#table-winners")


def test_on_paper_the_parts_of_the_key_stand_beside_each_other(open_page, county_page):
    page = open_page(county_page)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 703, "height": 1_032})  # what an A4 sheet leaves
    at = "ids => ids.map(id => document.querySelector(id).getBoundingClientRect().toJSON())"
    heading, colours, signs = page.evaluate(at, ["#legend-heading", "#legend", ".kinds"])
    assert colours["right"] < signs["left"]
    assert heading["bottom"] <= min(colours["top"], signs["top"])
    assert heading["right"] > signs["left"]


def test_on_paper_the_map_shows_all_that_it_shows_on_the_screen(open_page, county_page):
    page = open_page(county_page)
    script = """() => { const [map, bounds] = [map_llrgeo, map_llrgeo.getBounds()];
      return [bounds.getWest(), bounds.getSouth(), -bounds.getEast(), -bounds.getNorth(),
        map.getZoom(), map.getSize().y]; }"""
    page.evaluate("void map_llrgeo.stop().setView(map_llrgeo.getCenter(), 11, {animate: false})")
    on_screen = page.evaluate(script)
    page.emulate_media(media="print")
    page.wait_for_function("high => map_llrgeo.getSize().y < high", arg=on_screen[-1])
    on_paper = page.evaluate(script)
    assert all(there <= here for there, here in zip(on_paper[:4], on_screen[:4], strict=True))
    page.emulate_media(media="screen")
    page.wait_for_function("high => map_llrgeo.getSize().y === high", arg=on_screen[-1])
    assert page.evaluate(script) == pytest.approx(on_screen, abs=1e-3)


def test_on_a_phone_the_whole_name_of_a_long_option_is_read(open_page, county, tmp_path):
    path = tmp_path / "explorer.html"
    today, other, *_ = county.options
    long = replace(other, label="Planned care in every town and at the large hospitals")
    path.write_text(render_explorer(appraised(county, options=(today, long))), encoding="utf-8")
    page = open_page(path, viewport={"width": 390, "height": 844})
    page.fill("#find", "LE5 4PW")
    page.press("#find", "Enter")
    assert today.label not in page.inner_text("#mine-heading")
    page.select_option("#mine-option", long.name)
    assert long.label in page.inner_text("#mine-heading")
    page.set_viewport_size({"width": 390, "height": 1_700})
    page.select_option("#mine-option", today.name)
    page.evaluate("document.documentElement.style.fontSize = '212%'")
    assert today.label in page.inner_text("#mine-heading")


def test_two_options_beside_each_other_fit_a_phone(open_page, county_page):
    page = open_page(county_page, viewport={"width": 390, "height": 844})
    page.fill("#find", "LE5 4PW")
    page.press("#find", "Enter")
    page.select_option("#mine-option", "option_3")
    page.select_option("#beside", "option_1")
    table = page.locator("#table-mine")
    assert table.evaluate("one => one.offsetWidth <= one.parentElement.clientWidth")


def test_it_works_inside_another_page(open_page, county_page):
    frame = county_page.parent / "frame.html"
    frame.write_text(f'<iframe title="x" src="{county_page.name}"></iframe>', encoding="utf-8")
    page = open_page(frame)
    inner = page.frame_locator("iframe")
    inner.locator("#option").select_option("option_2")
    assert "Option 2" in inner.locator("#chosen").inner_text()
    assert json.loads(inner.locator("#data").text_content())["title"] == "A made-up county"
