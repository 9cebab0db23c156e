"""The planner in a real browser, opened from disk with the network cut: what a planner does."""

import gzip
from dataclasses import replace
from urllib.parse import quote

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from appraisal_cases import town_rates
from publication_cases import county_publication

from llrgeo.appraisal.capacity.beds import BedService
from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.capacity.plan import CENTRAL, CapacityPlan, ServicePlans
from llrgeo.appraisal.capacity.targets import LossTarget, Stay
from llrgeo.appraisal.scoring import Criterion
from llrgeo.inputs.capacity import read_capacity
from llrgeo.publish.check.browser import MAX_TAB_STOPS_OF_A_TOOL, axe_findings, tab_stops
from llrgeo.publish.check.html import read_page
from llrgeo.publish.check.page import policy_findings, request_findings, structure_findings
from llrgeo.publish.planner.page import render_planner
from llrgeo.publish.planning import PageNetwork, Planning
from llrgeo.roads.network import NetworkInfo, RoadNetwork
from llrgeo.roads.packed import pack_network
from llrgeo.schema import BNG
from llrgeo.travel.routers import NetworkRouter

pytestmark = pytest.mark.browser

STEP_M = 1_000


def roads_over(areas) -> RoadNetwork:
    """Return a grid of roads over some areas: 40 km/h from west to east, 50 from south to north."""
    west, south, east, north = areas.to_crs(BNG).total_bounds
    xs = np.arange(np.floor(west) - 3_000, east + 3_000, STEP_M)
    ys = np.arange(np.floor(south) - 3_000, north + 3_000, STEP_M)
    places = np.array([(x, y) for x in xs for y in ys])
    number = np.arange(len(places)).reshape(len(xs), len(ys))
    across = np.column_stack([number[:-1].ravel(), number[1:].ravel()])
    along = np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()])
    ends = np.concatenate([across, along, across[:, ::-1], along[:, ::-1]])
    ms = np.concatenate([np.full(len(across), 90_000), np.full(len(along), 72_000)])
    edges = pd.DataFrame(ends, columns=["from_node", "to_node"]).assign(
        length_m=float(STEP_M), ms_off_peak=np.tile(ms, 2), road_class="street",
        road_name="", use="through", snappable=True, geometry=None,
    )  # fmt: skip
    info = NetworkInfo("car", ("off_peak",), "grid", "none", ends_s=30.0)
    return RoadNetwork(pd.DataFrame(places, columns=["x", "y"]), edges, info)


def beds_of(publication) -> CapacityPlan:
    """Return beds for the county's clinics: seven at each site of each option, in two years."""
    ages = pd.DataFrame({"age_75_84": publication.areas["residents"] * 0.11})
    people = {2026: ages, 2036: ages * 1.4}
    rows = [
        (option.name, "clinic", site, 7.0, np.nan)
        for option in publication.options
        for site in sorted(option.sites["clinic"])
    ]
    places = pd.DataFrame(rows, columns=["option", "service", "site_id", "beds", "rooms"])
    clinic = BedService("clinic", pd.Series({"age_75_84": 140.0}), Stay(21.0), LossTarget(0.06))
    return CapacityPlan(
        {CENTRAL: people},
        {year: ages.sum() for year, ages in people.items()},
        ServicePlans(beds=[clinic]),
        places,
        Parameters(read_capacity("parameters")),
    )


@pytest.fixture(scope="module")
def county_places():
    county = county_publication(columns=8, rows=6, site_count=16, modes=("car",))
    hosted = ";".join(service.id for service in county.services)
    return replace(county, sites=county.sites.assign(services=hosted))


def planner_of(county_places, folder, **changes):
    """Write the planner of the county; return its file."""
    packed = pack_network(roads_over(county_places.areas))
    points = county_places.areas.to_crs(BNG).geometry
    known = county_places.postcodes
    at = shapely.get_coordinates(points.loc[known].to_numpy()).astype(int)
    postcodes = pd.DataFrame(
        {"easting": at[:, 0], "northing": at[:, 1], "area_id": known.to_numpy()}, index=known.index
    )
    planning = Planning(
        capacity=beds_of(county_places),
        criteria=(Criterion("mean_minutes", 60), Criterion("worse_off", 25)),
        network=PageNetwork(
            packed.header, gzip.compress(packed.streams, mtime=0), packed.fingerprint
        ),
        postcodes=postcodes,
        rates=town_rates(),
        arrivals=arrivals_of(county_places),
    )
    planning = replace(planning, **changes)
    path = folder / "planner.html"
    page = render_planner(replace(county_places, planning=planning), planning)
    path.write_text(page, encoding="utf-8")
    return path


def arrivals_of(publication) -> gpd.GeoSeries:
    """Return where journeys to the county's sites end: the first has two entrances, far apart."""
    points = publication.sites.geometry.to_crs(BNG).sort_index()
    first = points.iloc[0]
    doors = [shapely.Point(first.x - 900, first.y), shapely.Point(first.x + 700, first.y + 400)]
    return gpd.GeoSeries([shapely.MultiPoint(doors), *points.iloc[1:]], points.index, crs=BNG)


@pytest.fixture(scope="module")
def planner_file(county_places, tmp_path_factory):
    return planner_of(county_places, tmp_path_factory.mktemp("planner"))


@pytest.fixture
def page(open_page, planner_file):
    opened = open_page(planner_file)
    opened.wait_for_selector("html.ready", timeout=120_000)  # a busy machine takes its time
    return opened


def place(page, county_places, row=20):
    """Place a new site at an area's own point, by its metres; return them."""
    point = county_places.areas.to_crs(BNG).geometry.iloc[row]
    metres = f"{int(point.x)} {int(point.y)}"
    page.fill("#where", metres)
    page.press("#where", "Enter")
    return metres


def test_the_page_loads_nothing_and_is_marked_for_no_index(planner_file):
    text = planner_file.read_text(encoding="utf-8")
    read = read_page(text)
    rules = (policy_findings, request_findings, structure_findings)
    assert [finding for rule in rules for finding in rule(read)] == []
    assert '<meta name="robots" content="noindex">' in text


def test_a_site_is_placed_moved_and_taken_back_by_keys_alone(page, county_places):
    before = page.inner_text("#headline")
    place(page, county_places)
    assert page.inner_text("#said").startswith("New site 1 is at ")
    assert page.inner_text("#headline") != before
    at = page.inner_text(".placed legend")
    page.focus("[data-key='new-1 move']")
    page.keyboard.press("Shift+ArrowUp")
    assert page.inner_text(".placed legend") != at
    assert page.evaluate("document.activeElement.dataset.key") == "new-1 move"
    page.click("#undo")
    assert page.inner_text(".placed legend") == at
    page.click("#undo")
    assert page.inner_text("#headline") == before
    assert page.heard == []


def test_without_a_known_error_it_says_that_small_changes_are_not_told_apart(page, county_places):
    """Nobody was said to have a change too small to be sure of, though no error is known."""
    assert not county_places.judged_by.accuracy.is_measured
    unknown = "How far these times may be wrong is not known"
    told = {}
    for option in county_places.options:
        page.select_option("#base", option.name)
        headline = page.inner_text("#headline")
        told[option.name] = ("would have a longer journey, or none" in headline, headline)
    assert any(is_longer for is_longer, _ in told.values())
    assert all((unknown in headline) == is_longer for is_longer, headline in told.values())


FOCUSED = "document.activeElement.dataset.key || document.activeElement.id"


def tab_to(page, wanted):
    """Press Tab until a control has the focus, by its id or key."""
    for _ in range(2 * MAX_TAB_STOPS_OF_A_TOOL):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == wanted:
            return
    pytest.fail(f"Tab does not come to {wanted}")


def test_a_plan_is_made_shown_and_saved_without_a_mouse(page, county_places, tmp_path):
    """A transcript: what is pressed, and what is said; nothing is clicked, focused or filled."""
    point = county_places.areas.to_crs(BNG).geometry.iloc[20]
    code = county_places.postcodes.index[0]
    said = []

    def press(*keys):
        for key in keys:
            page.keyboard.press(key)
        said.append(page.inner_text("#said"))

    tab_to(page, "where")
    page.keyboard.type(f"{int(point.x)} {int(point.y)}")
    press("Enter")
    tab_to(page, "new-1 name")
    page.keyboard.press("Control+A")
    page.keyboard.type("Market Square")
    press("Tab")
    tab_to(page, "new-1 move")
    press("Shift+ArrowUp", "ArrowRight")
    legend = page.inner_text(".placed legend")
    tab_to(page, "undo")
    press("Enter")
    assert page.inner_text(".placed legend") != legend
    tab_to(page, "redo")
    press("Enter")
    assert page.inner_text(".placed legend") == legend
    tab_to(page, "mine-where")
    page.keyboard.type(code)
    press("Enter")
    assert page.is_visible("#table-mine")
    tab_to(page, "services 0")
    press("ArrowDown", "Enter")
    tab_to(page, "label")
    page.keyboard.press("Control+A")
    page.keyboard.type("By keys")
    tab_to(page, "save")
    with page.expect_download() as saved:
        press("Enter")
    saved.value.save_as(tmp_path / "plan.toml")
    starts = [
        "New site 1 is at ", "The site is called Market Square.", "Market Square is at ",
        "Undone.", "Done again.", "Clinic: today ", "", "The plan is saved",
    ]  # fmt: skip
    for line, start in zip(said, starts, strict=True):
        assert line.startswith(start)
        assert line
    text = (tmp_path / "plan.toml").read_text(encoding="utf-8")
    assert 'name = "Market Square"' in text
    assert 'label = "By keys"' in text
    assert page.heard == []


def test_what_is_no_place_is_said_at_its_field(page):
    page.fill("#where", "<img src=x onerror=alert(1)>")
    page.press("#where", "Enter")
    assert "Neither a postcode" in page.inner_text("#where-fault")
    assert page.get_attribute("#where", "aria-invalid") == "true"
    assert page.locator(".placed").count() == 0


def test_a_closed_site_loses_people_and_a_click_places_another(page):
    page.click("#sites summary")
    ticked = page.locator("#site-list input:checked")
    for _ in range(ticked.count()):
        ticked.first.click()
    assert page.evaluate("document.activeElement.dataset.key").startswith("site ")
    assert "runs nowhere in this plan" in page.inner_text("#headline")
    page.click("#by-click")
    page.locator(".folium-map").click()
    assert "New site 1" in page.inner_text("#said")
    assert "runs nowhere" not in page.inner_text("#headline")


def test_a_plan_is_saved_and_opened_again(page, county_places, tmp_path):
    place(page, county_places)
    shown = page.inner_text("#headline")
    with page.expect_download() as saved:
        page.click("#save")
    saved.value.save_as(tmp_path / "plan.toml")
    page.click("#undo")
    assert page.inner_text("#headline") != shown
    page.set_input_files("#open", tmp_path / "plan.toml")
    page.wait_for_selector(".placed")
    assert page.inner_text("#headline") == shown
    (tmp_path / "wrong.toml").write_text("<script>alert(1)</script>", encoding="utf-8")
    page.set_input_files("#open", tmp_path / "wrong.toml")
    page.wait_for_selector("#open-fault:not(:empty)")
    assert page.heard == []


def test_assistive_technology_finds_no_fault_and_a_phone_no_sideways_scroll(page, county_places):
    place(page, county_places)
    assert [f"{one.rule}: {one.message}" for one in axe_findings(page)] == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    # A table that is wider than the screen scrolls in a region that the keyboard reaches.
    page.wait_for_selector(".scroll[tabindex='0']")
    assert [f"{one.rule}: {one.message}" for one in axe_findings(page)] == []


def test_beds_are_moved_and_what_does_not_cope_is_named(page):
    page.select_option("#base", "option_1")
    page.click("#move-beds summary")
    rows = page.locator("#table-beds tbody tr")
    assert rows.count() == 6  # five sites, and all of them together
    names = [rows.nth(row).locator("th").text_content() for row in range(2)]
    from_, to = (page.locator("#beds-to option", has_text=name).first for name in names)
    chosen = from_.get_attribute("value"), to.get_attribute("value")
    page.select_option("#beds-from", chosen[0])
    page.select_option("#beds-to", chosen[1])
    page.fill("#beds-number", "8")
    page.click("#beds-move")
    assert page.inner_text("#beds-fault") == f"Only 7 beds are at {names[0]}."
    page.fill("#beds-number", "3")
    page.click("#beds-move")
    assert f"Beds moved from {names[0]} to {names[1]}: 3." in page.inner_text("#said")
    beds = [rows.nth(row).locator("td").first.text_content() for row in range(2)]
    assert beds == ["4", "10"]
    assert names[0] in page.inner_text("#warnings")
    assert page.inner_text("#beds-fault") == ""
    page.click("#undo")
    assert rows.nth(0).locator("td").first.text_content() == "7"
    page.select_option("#beds-from", "")
    page.fill("#beds-number", "9999999999")
    page.click("#beds-move")
    assert page.inner_text("#beds-fault") == "A site holds 9,999 beds of a service at most."


def test_plans_are_compared_on_the_map_and_catchments_add_up(page, county_places):
    assert not page.is_visible("#against-choice")
    place(page, county_places)
    page.click("#pin")
    page.click("#undo")
    page.check("input[value=against]")
    assert page.inner_text("#legend-heading") == "Change against plan A: Clinic"
    counts = page.locator("#legend b").all_text_contents()
    shorter, longer = counts[:4], counts[5:]
    assert any(count != "0" for count in longer)  # the site of plan A is gone again
    assert all(count == "0" for count in shorter)
    page.check("input[value=catchments]")
    people = [
        int(count.replace(",", "")) for count in page.locator("#legend b").all_text_contents()
    ]
    assert sum(people) == county_places.areas["residents"].sum()
    today = county_places.results[county_places.baseline_name].option.sites["clinic"]
    names = set(county_places.sites.loc[sorted(today), "name"])
    assert names & set(page.locator("#legend span").all_text_contents())


def test_a_row_of_a_place_a_group_or_a_service_is_shown_on_the_map(page, county_places):
    place(page, county_places)
    page.select_option("#base", "option_2")
    assert page.inner_text("#said").startswith("Option 2")
    whole = page.evaluate("map_llrgeo.getBounds().toBBoxString()")
    shown = {}
    for name in ("places", "groups", "services"):
        button = page.locator(f"#table-{name} tbody button").first
        button.focus()
        page.keyboard.press("ArrowDown")  # to the next row, in the same stop of Tab
        assert page.evaluate("document.activeElement.dataset.key") == f"{name} 1"
        page.keyboard.press("Enter")
        row = page.locator(f"#table-{name} tbody th").nth(1).text_content()
        assert row in page.inner_text("#said")
        shown[name] = page.evaluate("map_llrgeo.getBounds().toBBoxString()")
        top = page.eval_on_selector(".folium-map", "map => map.getBoundingClientRect().top")
        assert -100 < top < 800  # the map has come into view
    assert len({whole, shown["places"]}) == 2
    assert page.is_checked("input[value=change]")  # of the service of the last row
    assert page.input_value("#service") == "clinic" or "Nurses" in page.inner_text("#said")
    assert page.heard == []


def test_a_row_frames_those_who_lose_and_says_how_many(page, county_places):
    page.select_option("#base", "option_3")
    page.click("#table-places tbody button >> nth=0")
    name = page.locator("#table-places tbody th").first.text_content()
    result = county_places.results["option_3"]
    mine = county_places.areas["authority"] == name
    count = int((result.worse_off & mine).sum()) or int(mine.sum())
    assert page.inner_text("#said").startswith(
        ("The map shows where", "No journey gets longer", "No journey changes")
    )
    assert name in page.inner_text("#said")
    if (result.worse_off & mine).any():
        assert page.inner_text("#said").endswith(f"Neighbourhoods: {count}.")


def test_a_journey_ends_at_the_nearest_entrance(page, county_places):
    """The reader's minutes to the first site are those to the better of its two entrances."""
    doors = arrivals_of(county_places).iloc[0].geoms
    held = page.evaluate("JSON.parse(document.getElementById('data').textContent).planning.doors")
    site = min(county_places.sites.index)
    assert held[site] == [[door.x, door.y] for door in doors]
    network = roads_over(county_places.areas)
    code = county_places.postcodes.index[0]
    home = county_places.areas.to_crs(BNG).geometry[county_places.postcodes[code]]
    home = gpd.GeoSeries([shapely.Point(int(home.x), int(home.y))], index=["home"], crs=BNG)
    ends = gpd.GeoSeries([shapely.MultiPoint(list(doors))], index=[site], crs=BNG)
    minutes = NetworkRouter(network).travel_times(home, ends, mode="car", period="off_peak")
    expected = minutes.minutes.round(1).iloc[0, 0]
    page.select_option("#service", "clinic")
    page.click("#sites summary")
    ticked = page.locator("#site-list input:checked")
    for _ in range(ticked.count()):
        ticked.first.click()
    page.click(f"#site-list input[data-key='site {site}']")
    page.fill("#mine-where", code)
    page.press("#mine-where", "Enter")
    cells = page.locator("#table-mine tbody tr", has_text="Clinic").locator("td")
    assert cells.nth(1).text_content() == f"{expected:.1f}"
    assert page.heard == []


def test_costs_are_told_by_service_and_in_all(page):
    assert page.is_visible("#table-costs")
    page.select_option("#base", "option_1")
    page.click("#sites summary")
    page.locator("#site-list input:checked").first.click()
    rows = page.locator("#table-costs tbody tr")
    clinic = rows.nth(0).locator("td").all_text_contents()
    # Of 5 clinics one closes: 100 a year less for each that runs today or not any more.
    today, then = 1, 4
    assert clinic[1] == f"+£{(then - today) * 100}"
    # The county's times carry no distances, so that the whole cannot be worked out.
    assert "no kilometres" in page.text_content("#cost-lines")


def test_a_score_is_not_told_where_a_criterion_has_no_figure(open_page, county_places, tmp_path):
    criteria = (Criterion("mean_minutes", 60), Criterion("net_present_cost", 40))
    opened = open_page(planner_of(county_places, tmp_path, criteria=criteria))
    opened.wait_for_selector("html.ready", timeout=120_000)
    said = opened.inner_text("#headline")
    assert "the page has no figure for Whole-life cost" in said
    assert "of weightings" not in said
    opened.click("#pin")
    assert opened.locator("#table-pins tbody tr", has_text="no score").count() == 2
    opened.click("#weights summary")
    opened.eval_on_selector("#weight-1", "slider => { slider.value = 0; }")
    opened.dispatch_event("#weight-1", "input")
    assert "Score " in opened.inner_text("#headline")


def test_a_kept_plan_is_gone_on_with_and_let_go(page, county_places):
    place(page, county_places)
    first = page.inner_text("#headline")
    page.click("#pin")
    page.click("#undo")
    place(page, county_places, row=40)
    page.click("#pin")
    sites = page.locator("#table-pins tbody tr").nth(2).locator("td").all_text_contents()
    assert len(set(sites)) == 2  # this plan is B; A is elsewhere
    page.click("button[data-key='take A']")
    assert page.inner_text("#said").startswith("You go on with plan A.")
    assert page.inner_text("#headline") == first
    page.click("#undo")
    assert page.inner_text("#headline") != first
    page.check("input[value=against]")
    page.click("button[data-key='drop A']")
    assert page.inner_text("#against") == "B"
    assert page.is_checked("input[value=people]")
    page.click("#pin")
    heads = page.locator("#table-pins thead th").all_text_contents()
    assert heads[2:] == ["B", "A"]  # the name is free again
    assert page.heard == []


def test_the_area_that_is_tapped_to_place_a_site_tells_of_the_plan_with_it(page):
    """The click that places a site points at its area first, while the plan is the one before."""
    page.click("#by-click")
    assert page.inner_text("#said") == "Click or tap the map where the site should be."
    page.locator(".folium-map").click()
    after = page.inner_text("#pointer")
    assert "in this plan " in after
    page.click("#undo")
    assert page.inner_text("#pointer") != after
    assert page.inner_text("#service >> option:checked") in after


def test_what_can_do_nothing_more_hands_its_focus_on(page, county_places):
    place(page, county_places)
    page.focus("#undo")
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED) == "redo"
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED) == "undo"
    page.click("[data-key='new-1 remove']")
    assert page.evaluate(FOCUSED) == "where"


def test_the_places_tried_are_of_one_plan_and_service(page):
    page.select_option("#service", "clinic")
    page.click("#one-more summary")
    page.focus("#heat")
    page.keyboard.press("Enter")
    page.wait_for_selector("#table-heat:not([hidden])")
    assert page.evaluate(FOCUSED) == "heat"
    caption = page.locator("#caption-heat")
    dots = page.locator(".folium-map path[fill^='rgb(']")
    now = caption.text_content()
    shown = dots.count()
    assert "Clinic" in now
    page.locator("#table-heat button").first.click()
    assert caption.text_content() == f"{now} (before the plan, the service or the hour was changed)"
    assert dots.count() == 0
    page.click("#undo")
    assert caption.text_content() == now
    assert dots.count() == shown


def test_a_hospital_closes_for_all_that_it_runs_and_the_plan_is_told_in_words(page):
    page.click("#sites summary")
    name = page.inner_text("#close-site >> option:checked")
    page.click("#close-all")
    assert page.inner_text("#said").startswith(f"{name} closes for all that it runs: ")
    *closed, beds = page.locator("#changes li").all_text_contents()
    assert closed
    assert all(f"closes at: {name}" in line for line in closed)
    # The beds of a site that closes are gone, unless the plan puts them elsewhere: that is told.
    assert beds == f"Clinic, {name}. Beds before: 7, then: 0"
    assert "Clinic (its beds there were 7)" in page.inner_text("#said")
    assert page.locator("#close-site option", has_text=name).count() == 0
    page.click("#undo")
    assert page.locator("#changes li").all_text_contents() == ["Nothing"]
    page.emulate_media(media="print")
    assert page.is_visible("#changes")
    assert not page.is_visible("#save")


def test_a_plan_in_the_address_that_cannot_be_opened_is_told(open_page, planner_file):
    plan = '[[options]]\nid = "plan"\nbased_on = "option_of_another_study"\n'
    page = open_page(planner_file, f"#{quote(plan)}")
    assert page.get_attribute("#open", "aria-invalid") == "true"
    assert page.inner_text("#open-fault").startswith("This plan file is not whole")
    for fragment in ("", "#results"):  # the skip link's is no plan
        page = open_page(planner_file, fragment)
        assert page.get_attribute("#open", "aria-invalid") is None


def test_weights_of_zero_leave_no_score(page):
    page.click("#weights summary")
    for slider in page.locator("#weight-list input").all():
        slider.focus()
        page.keyboard.press("Home")
    assert page.inner_text("#said").endswith("There is no score.")
    assert "All weights are 0" in page.inner_text("#headline")


def test_the_keyboard_goes_through_few_stops(page):
    assert tab_stops(page) <= MAX_TAB_STOPS_OF_A_TOOL
