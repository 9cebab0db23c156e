"""What assistive technology is told on one journey through the explorer: docs/reading_aloud.md.

`python tests/browser/test_read_aloud.py` writes that page anew.
"""

import textwrap
from pathlib import Path

import pytest
from publication_cases import county_publication

from llrgeo.publish.check.browser import open_browser
from llrgeo.publish.explorer.page import render_explorer

pytestmark = pytest.mark.browser

DOCUMENT = Path(__file__).parents[2] / "docs" / "reading_aloud.md"
PLACE, OPTION, OTHER = "Townham 9", "option_3", "option_1"
SHOWN = ("invalid", "focused", "required", "disabled", "expanded", "checked")


def write_page(folder: Path) -> Path:
    """Write the explorer of a made-up county of 48 areas."""
    county = county_publication(columns=8, rows=6, site_count=16, modes=("car",))
    path = folder / "explorer.html"
    path.write_text(render_explorer(county), encoding="utf-8")
    return path


def tree(page, place: str) -> str:
    """Return roles, names and states below an element, as the browser tells them to a reader."""
    return page.locator(place).aria_snapshot()


def control(page, place: str) -> str:
    """Return role, name, description and states of one control from the accessibility tree."""
    session = page.context.new_cdp_session(page)
    session.send("Accessibility.enable")
    document = session.send("DOM.getDocument")["root"]["nodeId"]
    node = session.send("DOM.querySelector", {"nodeId": document, "selector": place})["nodeId"]
    found = session.send("Accessibility.getPartialAXTree",
                         {"nodeId": node, "fetchRelatives": False})["nodes"][0]  # fmt: skip
    states = {
        each["name"]: each["value"]["value"]
        for each in found.get("properties", ())
        if each["name"] in SHOWN
    }
    told = [f"role: {found['role']['value']}", f"name: {found['name']['value']}"]
    told += [f"description: {found['description']['value']}"] if "description" in found else []
    told += [f"{name}: {value}" for name, value in sorted(states.items())]
    return "\n".join(told)


def status(page) -> str:
    return page.text_content("#status")


def journey(page) -> list[tuple[str, str]]:
    """Go the journey; return what was done and what was told, step by step."""
    told = []

    def step(said: str, *heard: str) -> None:
        told.append((said, "\n".join(heard)))

    page.keyboard.press("Tab")
    step(
        "The first stop of the Tab key is the link that skips to the results.",
        control(page, ".skip"),
    )
    page.keyboard.press("Tab")
    step(
        "The second is the field of the search. What it is for is its name; what may be "
        "typed, and that it stays on the device, is its description.",
        control(page, "#find"),
        tree(page, "#search"),
    )
    page.keyboard.type("Nowhere at all")
    page.keyboard.press("Enter")
    step(
        "A name that is not known is said at the field, which is invalid now and described by "
        "the error, and in the status.",
        control(page, "#find"),
        f"status: {status(page)}",
    )
    page.fill("#find", PLACE)
    page.keyboard.press("Enter")
    step(
        "A name that is known is answered. The status says in at most 30 words what changed; "
        "the field is valid again; a region named after the place follows the search, with a "
        "choice of options and a table of every service.",
        f"status: {status(page)}",
        control(page, "#find"),
        control(page, "#mine"),
        tree(page, "#mine"),
    )
    page.select_option("#mine-option", OPTION)
    step(
        "Another option is chosen, by the arrow keys in the list. The focus stays in the "
        "list, and the status says the answer.",
        f"status: {status(page)}",
        control(page, "#mine-option"),
        tree(page, "#mine"),
    )
    page.select_option("#beside", OTHER)
    step(
        "A second option is put beside it: the table has a column for each.",
        f"status: {status(page)}",
        tree(page, "#table-mine"),
    )
    page.check("input[name=view][value=beside]")
    step(
        "The map is a region that says how to move it, and that tables hold the same figures. "
        "Its views are a group of radio buttons; the key is a list, each class with its "
        "people.",
        f"status: {status(page)}",
        control(page, ".folium-map"),
        tree(page, "#views"),
        tree(page, "#legend"),
    )
    return told


HEAD = """# A journey read aloud

What a screen reader is told on one journey through the explorer: roles, names and states from the
browser's accessibility tree, and the text of the status region, which is read out when it changes.
The county is made up. A browser test goes the journey and compares this page, so what stands here
is what the page tells (`tests/browser/test_read_aloud.py`; run as a program it writes this page
anew). It was read as text; it is no test with people who use a screen reader, who should try a
page before a consultation opens.
"""


def document(page) -> str:
    parts = [HEAD]
    for number, (said, heard) in enumerate(journey(page), start=1):
        wrapped = "\n".join(textwrap.wrap(said, 100))
        parts.append(f"## Step {number}\n\n{wrapped}\n\n```text\n{heard}\n```\n")
    return "\n".join(parts)


def test_the_journey_is_told_as_it_is_written_down(open_page, tmp_path):
    page = open_page(write_page(tmp_path), viewport={"width": 390, "height": 844})
    assert document(page) == DOCUMENT.read_text(encoding="utf-8")
    assert page.heard == []


def test_no_status_of_the_journey_has_more_than_thirty_words_or_is_empty():
    text = DOCUMENT.read_text(encoding="utf-8")
    said = [
        line.removeprefix("status: ") for line in text.splitlines() if line.startswith("status:")
    ]
    assert len(said) >= 5
    assert all(0 < len(each.split()) <= 30 for each in said)


if __name__ == "__main__":
    import tempfile

    with open_browser() as browser, tempfile.TemporaryDirectory() as folder:
        opened = browser.new_page(viewport={"width": 390, "height": 844})
        opened.set_default_timeout(180_000)
        opened.goto(write_page(Path(folder)).as_uri())
        DOCUMENT.write_text(document(opened), encoding="utf-8")
