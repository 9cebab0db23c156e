"""The split explorer in a browser: from the index to one's own page, offline."""

import functools
import http.server
import json
import shutil
import threading

import numpy as np
import pytest
from publication_cases import appraised, county_publication

from llrgeo.publish.check.browser import browser_findings
from llrgeo.publish.explorer.index import SEARCH, render_index
from llrgeo.publish.explorer.split import parts_of
from llrgeo.publish.first_pages import first_pages
from llrgeo.publish.folder import publish


@pytest.fixture(scope="module")
def split():
    """Return a county of 96 areas in three authorities."""
    return county_publication(columns=12, rows=8, site_count=16)


@pytest.fixture(scope="module")
def folder(split, tmp_path_factory):
    """Publish it with its explorer split."""
    folder = tmp_path_factory.mktemp("split")
    publish(split, folder, drawn=first_pages(split, 50))
    return folder


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Print nothing."""


def find(page, text):
    page.fill("#find", text)
    page.press("#find", "Enter", no_wait_after=True)  # it may lead to another page


def test_a_postcode_leads_to_its_own_page_and_is_answered_there(split, folder, open_page):
    for part in parts_of(split):
        area = split.areas.index[part.rows[3]]
        postcode = split.postcodes.index[split.postcodes == area][0]
        page = open_page(folder / "explorer.html", "#o=option_2&v=after")
        find(page, postcode.lower())
        page.wait_for_url(f"**/{part.page}#*")
        page.wait_for_selector("#mine:not([hidden])")
        assert part.name in page.text_content("#mine-heading")
        assert page.input_value("#option") == "option_2"
        # Where the reader lives is neither in the address nor kept.
        assert postcode[:-3].strip() not in page.url
        assert page.evaluate("window.sessionStorage.length") == 0
        assert page.evaluate("window.name") == ""
        assert page.evaluate("document.activeElement.id") == "mine-heading"


def test_every_postcode_is_known_to_the_page_that_the_index_names(split, folder, open_page):
    page = open_page(folder / "explorer.html")
    page.focus("#find")
    page.wait_for_selector("#places option", state="attached")
    part_of = {area: part.name for part in parts_of(split) for area in split.areas.index[part.rows]}
    known = dict(sorted(split.postcodes.items())[::7])
    # The search itself, with all that the page searches in: no page is left for it.
    found = page.evaluate(
        """known => known.map(text => {
          const data = window.llrgeoSearched;
          const [, out, digit, unit] = /^(\\S+) (\\d)(..)$/.exec(text);
          const runs = data.postcodes.outward[out][digit];
          const place = [...unit].reduce((sum, letter) =>
            sum * 20 + "ABDEFGHJLNPQRSTUWXYZ".indexOf(letter), 0);
          if (runs.length === 2) return data.authorities[llrgeoUnpack.decodeDigits(runs)];
          const held = runs.match(/.{4}/g).filter((run, k) =>
            k === 0 || llrgeoUnpack.decodeDigits(run.slice(0, 2)) <= place).pop();
          return data.authorities[llrgeoUnpack.decodeDigits(held.slice(2))];
        })""",
        list(known),
    )
    assert found == [part_of[area] for area in known.values()]


def test_what_lies_in_two_council_areas_is_offered_by_council(split, folder, open_page):
    outward = split.postcodes.index.str[:-4]
    authority = split.areas["authority"].loc[split.postcodes.to_numpy()].to_numpy()
    several = next(
        name for name in sorted(set(outward)) if len(set(authority[outward == name])) > 1
    )
    page = open_page(folder / "explorer.html")
    find(page, several)
    offered = page.locator("#find-places a").all_text_contents()
    assert offered == [
        f"{several}: postcodes, {name}" for name in sorted(set(authority[outward == several]))
    ]
    assert several in page.text_content("#status")
    page.locator("#find-places a").nth(1).press("Enter")
    page.wait_for_selector("#mine:not([hidden])")
    assert offered[1].rpartition(", ")[2] in page.text_content("h1")


def test_what_is_not_known_is_said_at_the_field(folder, open_page):
    page = open_page(folder / "explorer.html")
    find(page, "Nowhere-on-Sea")
    assert page.get_attribute("#find", "aria-invalid") == "true"
    assert "Nowhere-on-Sea" in page.text_content("#find-error")
    assert page.text_content("#status") == page.text_content("#find-error")


def test_an_authority_by_name_opens_its_page_with_nothing_looked_for(split, folder, open_page):
    part = parts_of(split)[1]
    page = open_page(folder / "explorer.html")
    find(page, part.name.upper())
    page.wait_for_url(f"**/{part.page}")
    page.wait_for_selector("html.ready")
    assert page.is_hidden("#mine")


def test_a_page_that_does_not_know_a_place_leads_back_and_on(split, folder, open_page):
    here, there = parts_of(split)[:2]
    area = split.areas.index[there.rows[-1]]
    postcode = split.postcodes.index[split.postcodes == area][0]
    page = open_page(folder / here.page, "#o=option_1")
    find(page, postcode)
    if page.get_attribute("#find", "aria-invalid") != "true":
        pytest.skip("its sector is known here too")
    page.click("#elsewhere")
    page.wait_for_url(f"**/{there.page}#o=option_1*")
    page.wait_for_selector("#mine:not([hidden])")
    assert split.areas.loc[area, "name"] in page.text_content("#mine")


def test_neighbours_are_a_link_away_with_the_choices(split, folder, open_page):
    part = next(part for part in parts_of(split) if part.neighbours)
    page = open_page(folder / part.page, "#o=option_1&v=change")
    page.click("details:has([data-page]) summary")
    page.locator("details [data-page]").first.click()
    page.wait_for_url(f"**/{parts_of(split)[part.neighbours[0]].page}#o=option_1&v=change")
    page.wait_for_selector("html.ready")
    assert page.input_value("#option") == "option_1"


def test_without_javascript_the_list_leads_to_each_page(split, folder, open_page):
    page = open_page(folder / "explorer.html", java_script_enabled=False)
    assert page.is_visible("noscript p")
    page.click("#authorities summary")
    links = page.locator("#authorities a")
    assert links.all_text_contents() == [part.name for part in parts_of(split)]
    links.last.click()
    assert page.url.endswith(parts_of(split)[-1].page)


def test_index_and_pages_ask_for_nothing_and_everyone_can_use_them(split, folder, chromium):
    for name in ("explorer.html", *(part.page for part in parts_of(split))):
        assert browser_findings(folder / name, chromium) == [], name


def test_a_frame_that_may_keep_nothing_still_leads_to_the_page(split, folder, open_page):
    part = parts_of(split)[0]
    block = "Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('no'); } });"
    page = open_page(folder / "explorer.html", first=block)
    find(page, part.name)
    page.wait_for_url(f"**/{part.page}")
    page.wait_for_selector("html.ready")
    assert page.heard == [] or all("sessionStorage" not in str(each) for each in page.heard)


@pytest.mark.parametrize(
    "lost",
    [
        "Storage.prototype.getItem = () => null;",
        "Object.defineProperty(window, 'name', { get: () => '', set() {} });",
    ],
)
def test_a_place_arrives_if_one_of_its_stores_is_lost(split, folder, open_page, lost):
    part = parts_of(split)[1]
    area = split.areas.index[part.rows[3]]
    postcode = split.postcodes.index[split.postcodes == area][0]
    page = open_page(folder / "explorer.html", first=lost)
    find(page, postcode)
    page.wait_for_url(f"**/{part.page}")
    page.wait_for_selector("#mine:not([hidden])")
    assert part.name in page.text_content("#mine-heading")


def test_what_is_searched_is_loaded_once_when_a_reader_turns_to_the_search(folder, open_page):
    page = open_page(folder / "explorer.html")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_selector("html.ready")
    assert page.evaluate("typeof window.llrgeoSearched") == "undefined"
    page.focus("#find")
    page.wait_for_selector("#places option", state="attached")
    page.fill("#find", "Nowhere-on-Sea")
    page.press("#find", "Enter")
    page.wait_for_selector("#find-error:not([hidden])")
    # By its run, so that a browser does not answer with one that it has kept.
    run = json.loads(page.text_content("#index"))["run"]
    assert asked == [f"{(folder / SEARCH).as_uri()}?{run}"]
    assert page.heard == []


def test_a_reader_who_asks_before_it_is_loaded_is_told_and_then_answered(folder, split, open_page):
    # The script is held back until the test lets it go.
    hold = """
      const append = HTMLHeadElement.prototype.append;
      HTMLHeadElement.prototype.append = function (element) {
        window.letGo = () => append.call(this, element);
      };
    """
    part = parts_of(split)[0]
    page = open_page(folder / "explorer.html", first=hold)
    page.fill("#find", part.name)
    assert page.is_hidden("#find-state")
    page.press("#find", "Enter")
    assert page.is_visible("#find-state")
    assert page.text_content("#find-state") == page.text_content("#status")
    assert "loading" in page.text_content("#status")
    assert page.is_hidden("#find-error")
    page.evaluate("window.letGo()")
    page.wait_for_url(f"**/{part.page}")


def another_run(script):
    text = script.read_text(encoding="utf-8")
    script.write_text(text.replace('"run":"', '"run":"f', 1), encoding="utf-8")


@pytest.mark.parametrize("spoil", [lambda script: script.unlink(), another_run])
def test_a_search_that_cannot_be_loaded_says_so_and_opens_the_list(
    folder, split, open_page, tmp_path, spoil
):
    copied = tmp_path / "copied"
    shutil.copytree(folder, copied)
    spoil(copied / SEARCH)
    page = open_page(copied / "explorer.html")
    page.fill("#find", "Nowhere")
    page.press("#find", "Enter")
    page.wait_for_selector("#find-state:has-text('could not be loaded')")
    assert SEARCH in page.text_content("#status")
    assert page.get_attribute("#find", "aria-invalid") is None
    assert "find-state" in page.get_attribute("#find", "aria-describedby")
    assert page.is_visible("#authorities li")
    # Whoever asks again, when the file is there, is answered.
    shutil.copy(folder / SEARCH, copied / SEARCH)
    part = parts_of(split)[1]
    find(page, part.name)
    page.wait_for_url(f"**/{part.page}")


def test_an_index_within_another_page_loads_its_search(folder, split, chromium):
    """The kit's code shows it in a frame that is shut off: its origin is nobody's."""
    handler = functools.partial(QuietHandler, directory=folder)
    part = parts_of(split)[2]
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/explorer.html"
        page = chromium.new_page()
        page.set_content(
            f'<iframe src="{address}" sandbox="allow-scripts allow-downloads"></iframe>'
        )
        frame = page.frame_locator("iframe")
        frame.locator("#find").fill(part.name)
        # The key leads to another page at once; to wait for the first one's answer may never end.
        frame.locator("#find").press("Enter", no_wait_after=True)
        frame.locator("h1", has_text=part.name).wait_for()
        assert page.frames[1].url == f"{address.rpartition('/')[0]}/{part.page}"
        page.context.close()
        server.shutdown()


def test_many_council_areas_stand_in_columns_and_in_one_on_a_phone(split, open_page, tmp_path):
    names = np.array([f"Council area of a longer name {number:02}" for number in range(96)])
    path = tmp_path / "explorer.html"
    many = appraised(split, areas=split.areas.assign(authority=names))
    path.write_text(render_index(many), encoding="utf-8")
    page = open_page(path, viewport={"width": 1_300, "height": 900})
    page.click("#authorities summary")
    columns = (
        "new Set([...document.querySelectorAll('#authorities li')].map(e => e.offsetLeft)).size"
    )
    assert page.evaluate(columns) == 4
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(columns) == 1
    # At 200 % a phone has 195 pixels.
    page.set_viewport_size({"width": 195, "height": 422})
    assert page.evaluate("document.documentElement.scrollWidth") == 195
