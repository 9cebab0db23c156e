"""A browser for the tests of pages: Debian's chromium, launched once, with the network cut."""

import os

import pytest
from publication_cases import county_publication

from llrgeo.publish.check.browser import has_browser, listen, open_browser
from llrgeo.publish.explorer.index import SEARCH
from llrgeo.publish.explorer.page import render_explorer

DESKTOP = {"width": 1_300, "height": 900}
AT_ONCE = """
  const timeout = window.setTimeout, frame = window.requestAnimationFrame;
  window.requestAnimationFrame = (act) => (act.name === "beginRest" ? act() : frame(act));
  window.setTimeout = (act, ...more) => (act.name === "showRest" ? act() : timeout(act, ...more));
"""
FORGET = "window.name = ''; try { sessionStorage.clear(); } catch { /* a test took it away */ }"
EMPTIED_WITHIN_MS = 20_000
MOST_IDLE = 4  # each is a process of its own
PATIENCE_MS = 180_000  # a machine on which much else runs takes its time to open a page


@pytest.fixture(scope="session")
def chromium():
    """Launch the browser; without one skip, but fail where it is required."""
    if not has_browser():
        reason = "chromium, playwright or axe is not installed (the extra `browser`)"
        if os.environ.get("LLRGEO_BROWSER") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    with open_browser() as browser:
        yield browser


class Tabs:
    """Tabs of the browser, used again: in a new one the same page costs three times the time.

    A tab goes to a test that wants the same settings and the same script before the page. What a
    page may leave behind in it is taken away first.
    """

    def __init__(self, browser):
        self.browser = browser
        self.idle = []

    def take(self, script, viewport, settings):
        """Return an idle tab, or a new one, and by what it is to be given back."""
        key = script, *sorted(settings.items())
        fit = [place for place, (known, _) in enumerate(self.idle) if known == key]
        if fit:
            _, page = self.idle.pop(fit[-1])
            page.set_viewport_size(viewport)
            return key, page
        context = self.browser.new_context(viewport=viewport, offline=True, **settings)
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(script)
        return key, context.new_page()

    def give_back(self, key, page):
        """Empty a tab for the next test; close it if it does not answer, or else the oldest."""
        from playwright.sync_api import Error  # noqa: PLC0415 - an extra

        try:
            page.set_default_timeout(PATIENCE_MS)
            page.evaluate(FORGET)
            page.emulate_media(media="null")
            page.goto("about:blank", timeout=EMPTIED_WITHIN_MS)
            page.mouse.move(0, 0)
        except Error:
            page.context.close()
            return
        self.idle.append((key, page))
        if len(self.idle) > MOST_IDLE:
            _, oldest = self.idle.pop(0)
            oldest.context.close()


@pytest.fixture(scope="session")
def tabs(chromium):
    """Return the tabs of the browser."""
    return Tabs(chromium)


@pytest.fixture
def open_page(tabs):
    """Return a function that opens a page from disk and notes what it asks for and its errors.

    `first` is a script that runs before any of the page. Unless `at_once` is false, what a page
    shows in the frame after the answer follows at once, so that no test has to wait for it.
    """
    taken = []

    def open_file(path, fragment="", first="", *, at_once=True, viewport=DESKTOP, **settings):
        script = f"{AT_ONCE if at_once else ''}\n{first}"
        key, page = tabs.take(script, viewport, settings)
        taken.append((key, page))
        page.heard = []  # what listens for an earlier page notes it in a list that nobody reads
        # The index of a split explorer loads what it searches.
        listen(page, page.heard, own=path.as_uri(), beside=[(path.parent / SEARCH).as_uri()])
        page.goto(path.as_uri() + fragment)
        return page

    yield open_file
    for key, page in taken:
        tabs.give_back(key, page)


@pytest.fixture(scope="session")
def county():
    """Return a county of 640 areas, 60 sites and three modes."""
    return county_publication(modes=("car", "bus", "walk"))


@pytest.fixture(scope="session")
def county_page(county, tmp_path_factory):
    """Write the county's explorer to disk."""
    path = tmp_path_factory.mktemp("page") / "explorer.html"
    path.write_text(render_explorer(county), encoding="utf-8")
    return path
