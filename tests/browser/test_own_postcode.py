"""A resident's own postcode in a real browser: its minutes, its way, and a browser without."""

import pytest
from own_roads_cases import minutes_in_python, town_with_postcodes

from llrgeo.publish.check.browser import axe_findings
from llrgeo.publish.explorer.page import render_explorer
from llrgeo.publish.explorer.payload import explorer_sites
from llrgeo.publish.wording import wording
from llrgeo.roads.network_files import load_network
from llrgeo.study.config import load_study
from llrgeo.study.run import build_publication, run_study
from llrgeo.travel.routers import NetworkRouter

pytestmark = pytest.mark.browser

WITHOUT = "delete window.DecompressionStream;"


@pytest.fixture(scope="module")
def town(town_study_once, tmp_path_factory):
    """Return the toy town's publication, its minutes from postcodes by Python, and its page."""
    folder = tmp_path_factory.mktemp("postcodes")
    study = town_with_postcodes(town_study_once, folder)
    publication = build_publication(run_study(load_study(study)))
    codes = publication.own_roads.postcodes.index
    router = NetworkRouter(load_network(folder / "network"))
    path = folder / "explorer.html"
    path.write_text(render_explorer(publication), encoding="utf-8")
    return publication, minutes_in_python(publication, router, codes, "off_peak"), path


def ask(page, code: str) -> dict[str, str]:
    """Type a postcode; return the minutes of today by service, as the answer's table has them."""
    page.fill("#find", code)
    page.press("#find", "Enter")
    page.wait_for_selector("#mine:not([hidden])")
    script = "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    rows = page.eval_on_selector_all("#table-mine tbody tr", script)
    return {row[0]: row[1] for row in rows}


def whole(minutes: float) -> str:
    return str(int(minutes + 0.5))


def test_a_postcode_is_answered_for_itself_and_its_way_follows_the_roads(town, open_page):
    publication, minutes, path = town
    page = open_page(path)
    seen = set()
    for code in minutes.index:
        found = ask(page, code.lower())
        for service in publication.services:
            before = minutes.loc[code, sorted(publication.baseline.sites[service.id])].min()
            (shown,) = [text for name, text in found.items() if name.startswith(service.label)]
            assert shown.split()[0] == whole(before)
        seen.add(tuple(found.values()))
        said = page.inner_text("#mine-said")
        assert wording()["my_own"] in said
        assert wording()["way_roads"] in page.inner_text("#way-note")
        assert code not in page.inner_text("#mine") + page.url
    assert len(seen) > 1
    assert axe_findings(page) == []
    assert page.heard == []


def test_every_period_is_searched_before_a_reader_asks_for_it(town, open_page):
    """What a period is searched by takes a phone as long to make as an answer."""
    publication, _, path = town
    noted = """window.asked = [];
      window.requestIdleCallback = (act) => setTimeout(() => {
        const found = act();
        if (act.name === "firstSearch") asked.push([...found].length);
      });"""
    page = open_page(path, first=noted)
    periods = publication.own_roads.network.header["periods"]
    page.wait_for_function("least => asked.length >= least", arg=2 * len(periods))
    sites = len(explorer_sites(publication))
    assert set(page.evaluate("asked")) == {sites}
    assert page.heard == []


def test_where_no_idle_times_are_told_the_page_works_as_well(town, open_page):
    _, minutes, path = town
    page = open_page(path, first="delete window.requestIdleCallback;")
    assert ask(page, minutes.index[0])
    assert page.heard == []


def test_without_its_own_roads_a_browser_answers_for_the_neighbourhood_and_says_so(town, open_page):
    publication, minutes, path = town
    page = open_page(path, first=WITHOUT)
    area = publication.postcodes[minutes.index[1]]
    middle = publication.judged_by.minutes.loc[area]
    found = ask(page, minutes.index[1])
    for service in publication.services:
        before = middle[sorted(publication.baseline.sites[service.id])].min()
        (shown,) = [text for name, text in found.items() if name.startswith(service.label)]
        assert shown.split()[0] == whole(before)
    assert wording()["my_own_browser"] in page.inner_text("#mine-said")
    assert wording()["my_own"] not in page.inner_text("#mine-said")
    assert page.heard == []


def test_a_neighbourhood_is_answered_for_its_middle_as_before(town, open_page):
    publication, minutes, path = town
    page = open_page(path)
    ask(page, minutes.index[0])
    ask(page, publication.areas.index[1])
    said = page.inner_text("#mine-said")
    assert not any(wording()[key] in said for key in ("my_own", "my_own_middle", "my_own_browser"))
    assert page.heard == []
