"""The check of pages: a page of ours passes, and a page that breaks a rule is told which."""

import re

import pytest
from publication_cases import town_publication

from llrgeo.errors import PublishError
from llrgeo.publish.check import browser as in_browser
from llrgeo.publish.check import page as check
from llrgeo.publish.check.html import read_page
from llrgeo.publish.check.page import RULES, check_page
from llrgeo.publish.explorer.page import render_explorer

BROKEN = [
    ('<html lang="en-GB">', "<html>", "structure", "language"),
    ("<title>", "<title></title><!--", "structure", "title"),
    ("<main>", "<main><main>", "structure", "<main>"),
    ("<h1>", "<h1>a</h1><h1>", "structure", "<h1>"),
    ("initial-scale=1", "initial-scale=1, user-scalable=no", "structure", "zoom"),
    ('<label for="find">', "<label>", "structure", "has no label"),
    ('id="mine"', 'id="status"', "structure", "more than once"),
    ("<main>", '<main><img src="data:,">', "structure", "alternative text"),
    ("<main>", "<main><svg></svg>", "structure", "neither a name"),
    ("<main>", '<main><img alt="" src="https://a.example/x.png">', "request", "loads"),
    ("<main>", '<main><iframe title="x"></iframe>', "request", "<iframe>"),
    ("<main>", '<main><p onclick="x()">', "request", "runs a script"),
    ("<main>", '<main><a href="javascript:x()">x</a>', "request", "runs a script"),
    ("<main>", '<main><p style="background:url(//a.example/x)">', "request", "a style loads"),
    ("<style>", "<style>@import 'x.css';</style><style>", "policy", "no hash of a style"),
    ("<script>", "<script>let changed;", "policy", "no hash of a script"),
    ("default-src &#39;none&#39;", "default-src *", "policy", "default-src"),
    ("script-src ", "script-src &#39;unsafe-inline&#39; ", "policy", "unsafe-inline"),
    ("script-src ", "script-src &#39;self&#39; ", "policy", "script-src allows 'self'"),
    ("script-src ", "script-src file: ", "policy", "script-src allows file:"),
    ("script-src ", "script-src a.example ", "policy", "script-src allows a.example"),
    ("<main>", '<main data-script="../x.js">', "request", "'../x.js' does not stand beside"),
    ("<main>", '<main data-script="//a.example/x.js">', "request", "does not stand beside"),
    ("http-equiv=", "data-was=", "policy", "there must be one"),
    ("<caption>What each option would change,", "<caption></caption><i>", "tables", "no caption"),
    ('<th scope="col">', "<th>", "tables", "no scope"),
    ("</td></tr>", "</td><td>1</td></tr>", "tables", "differ in length"),
    ("home</th><td>200</td>", "home</th><td>201</td>", "figures", "table-options"),
    ("Clinic</th><td>0</td>", "Clinic</th><td>1</td>", "figures", "table-services"),
    ("Everyone</th><td>0</td>", "Everyone</th><td>1</td>", "figures", "table-winners"),
    ("10 minutes</th><td>900", "10 minutes</th><td>901", "figures", "table-bands"),
    ("6</th><td>", "6</th><td>1", "figures", "table-deprivation"),
    ("Town (West)</th><td>2.0</td>", "Town (West)</th><td>2.1</td>", "figures", "table-areas"),
]


@pytest.fixture(scope="module")
def town(town_areas, town_sites, town_times):
    return town_publication(town_areas, town_sites, town_times)


@pytest.fixture(scope="module")
def page(town_areas, town_sites, town_times):
    """Return the explorer of the toy town without its farm, which no road leads to."""
    joined = town_areas.iloc[:3]
    times = type(town_times)(town_times.minutes.iloc[:3])
    return render_explorer(town_publication(joined, town_sites, times))


def static_findings(text):
    page = read_page(text)
    return [finding for rule in RULES for finding in rule(page)]


def test_an_explorer_of_ours_breaks_no_rule(page):
    assert static_findings(page) == []


def test_an_explorer_with_people_whom_no_road_reaches_breaks_no_rule(town):
    assert static_findings(render_explorer(town)) == []


@pytest.mark.parametrize(("old", "new", "rule", "message"), BROKEN)
def test_a_broken_rule_is_found(page, old, new, rule, message):
    assert old in page
    found = static_findings(page.replace(old, new, 1))
    assert any(one.rule == rule and message in one.message for one in found), found


def test_a_page_without_tables_is_found(page):
    bare = re.sub(r"<table.*?</table>", "", page, flags=re.DOTALL)
    assert any("no table" in one.message for one in static_findings(bare))


def test_a_page_too_large_is_found(page, monkeypatch):
    monkeypatch.setattr(check, "MAX_BYTES", 1_000)
    monkeypatch.setattr(check, "MAX_GZIPPED_BYTES", 1_000)
    assert [one.rule for one in static_findings(page)] == ["size", "size"]


def test_without_a_browser_the_written_page_is_checked_all_the_same(page, tmp_path, monkeypatch):
    monkeypatch.setattr(check, "has_browser", lambda: False)
    path = tmp_path / "page.html"
    path.write_text(page.replace("<h1>", "<h2>").replace("</h1>", "</h2>"), encoding="utf-8")
    assert [one.message for one in check_page(path)] == ["0 <h1>; there must be one"]


def test_a_browser_that_does_not_start_is_one_line(page, tmp_path, monkeypatch):
    """It may be broken, or `ulimit -v` leaves it no memory."""
    pytest.importorskip("playwright", reason="an extra")
    pytest.importorskip("axe_playwright_python", reason="an extra")
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr(in_browser, "installed_chromium", lambda: str(broken))
    path = tmp_path / "page.html"
    path.write_text(page, encoding="utf-8")
    with pytest.raises(PublishError, match="chromium: the browser does not start"):
        check_page(path)


def test_a_page_that_is_not_there_is_told_once(tmp_path):
    with pytest.raises(PublishError) as refused:
        check_page(tmp_path / "none.html")
    assert str(refused.value).endswith("none.html: cannot be read as a page (no such file)")
    with pytest.raises(PublishError, match=r"\(not a file\)$"):
        check_page(tmp_path)


def test_what_is_no_page_is_one_error(tmp_path):
    with pytest.raises(PublishError, match="cannot be read as a page"):
        check_page(tmp_path / "absent.html")


def test_the_command_lists_what_it_finds_and_fails(page, tmp_path, monkeypatch, run_command):
    monkeypatch.setattr(check, "has_browser", lambda: False)
    path = tmp_path / "page.html"
    path.write_text(page.replace("<h1>", "<h2>").replace("</h1>", "</h2>"), encoding="utf-8")
    said = run_command("check", path)
    assert said.status == 1
    assert "structure: 0 <h1>; there must be one" in said.out
    assert "page.html: 1" in said.err
