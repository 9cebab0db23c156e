"""Take the pictures of the planner that the documentation shows, from a published page.

Run: python docs/planner_pictures.py maps/planner.html docs/pictures
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from llrgeo.publish.check.browser import open_browser

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCREEN = {"width": 1_300, "height": 900}
SCALE = 0.75  # of the pictures to the screen
NEW_SITE, HOME, SERVICE = "SP 571 993", "LE17 4DN", "community_beds"


def make_plan(page: "Page") -> None:
    """Place a site, and ask for the journeys of one home."""
    page.fill("#where", NEW_SITE)
    page.press("#where", "Enter")
    page.select_option("#service", SERVICE)
    page.fill("#mine-where", HOME)
    page.press("#mine-where", "Enter")


def take_pictures(page: "Page", folder: Path) -> None:
    """Write the first screen, the map of who goes where, and the table of beds."""
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    page.screenshot(path=folder / "planner_plan.png")
    page.check("input[value=catchments]")
    page.locator(".stage").scroll_into_view_if_needed()
    page.wait_for_timeout(500)  # the map is drawn with the next frames
    page.locator(".stage").screenshot(path=folder / "planner_map.png")
    page.locator("#table-beds").screenshot(path=folder / "planner_beds.png")


def main() -> None:
    """Open the page from disk without a network, make a plan, take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("page", type=Path)
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    with open_browser() as browser:
        context = browser.new_context(viewport=SCREEN, device_scale_factor=SCALE, offline=True)
        page = context.new_page()
        page.goto(asked.page.resolve().as_uri())
        page.wait_for_selector("html.ready")
        make_plan(page)
        take_pictures(page, asked.folder)


if __name__ == "__main__":
    main()
