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


@pytest.fixture
def open_page(chromium):
    """Return a function that opens a page from disk and notes what it asks for and its errors.

    `first` is a script that runs before any of the page. Unless `at_once` is false, what a page
    shows in the frame after the answer follows at once, so that no test has to wait for it.
    """
    contexts = []

    def open_file(path, fragment="", first="", *, at_once=True, **settings):
        context = chromium.new_context(**{"viewport": DESKTOP, "offline": True, **settings})
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(f"{AT_ONCE if at_once else ''}\n{first}")
        page = context.new_page()
        page.heard = []
        # The index of a split explorer loads what it searches.
        listen(page, page.heard, own=path.as_uri(), beside=[(path.parent / SEARCH).as_uri()])
        page.goto(path.as_uri() + fragment)
        return page

    yield open_file
    for context in contexts:
        context.close()


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
