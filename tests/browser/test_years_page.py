"""The explorer's years in a real browser: one is chosen, shown, said, and kept in the address."""

from dataclasses import replace

import pandas as pd
import pytest

from llrgeo.appraisal.people.people_by_service import CLASSES
from llrgeo.publish.check.browser import axe_findings
from llrgeo.publish.explorer.page import render_explorer

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page_file(county, tmp_path_factory):
    options = [option.name for option in county.options]
    keys = pd.DataFrame(
        [(option, year) for year in (2026, 2031, 2043) for option in options],
        columns=["option", "year"],
    )
    beds = keys["year"] - 1_900.0
    capacity = keys.assign(beds=121.0, beds_needed=beds, beds_short=beds - 121, wte=beds * 2)
    people = keys.assign(**dict.fromkeys(CLASSES, 7), longer_any=21)
    tables = {"capacity_by_year": capacity, "people_by_service_by_year": people}
    path = tmp_path_factory.mktemp("years") / "explorer.html"
    path.write_text(render_explorer(replace(county, tables=tables)), encoding="utf-8")
    return path


def shown(page) -> list[str]:
    return page.eval_on_selector_all(
        ".of-year", "all => all.filter(one => !one.hidden).map(one => one.dataset.year)"
    )


def test_a_year_is_chosen_and_kept_in_the_address(open_page, page_file):
    page = open_page(page_file)
    assert shown(page) == ["2026"]
    assert "y=" not in page.url  # the page opens with the first year
    page.check("input[name=year][value='2043']")
    assert shown(page) == ["2043"]
    assert "2043" in page.inner_text("#status")
    assert "y=2043" in page.url
    assert axe_findings(page) == []
    again = open_page(page_file, page.url[page.url.index("#") :])
    assert shown(again) == ["2043"]
    assert again.is_checked("input[name=year][value='2043']")
    # another choice keeps the year; the back button undoes one after the other
    page.select_option("#option", "option_2")
    assert shown(page) == ["2043"]
    assert "y=2043" in page.url
    page.go_back()
    page.go_back()
    page.wait_for_function("!location.hash.includes('y=2043')")
    assert shown(page) == ["2026"]
    assert page.heard == []


def test_a_year_that_the_page_has_not_opens_the_first(open_page, page_file):
    page = open_page(page_file, "#y=2099")
    assert shown(page) == ["2026"]
    assert page.heard == []
