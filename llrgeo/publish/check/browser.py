"""Check of a page in a real browser, opened from disk with the network cut."""

import shutil
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from llrgeo.errors import PublishError
from llrgeo.inputs.tables import one_line
from llrgeo.publish.check.html import Finding, read_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

MAX_TAB_STOPS: Final = 15
# A page that is kept from search engines is a tool: it has more to set than a page to read.
MAX_TAB_STOPS_OF_A_TOOL: Final = 30
TARGET_PX: Final = 44
NARROW: Final = 320
NAME_AWAY_M: Final = 1_000
_ANSWERS_WITHIN_MS: Final = 30_000
_SCREENS: Final = ((390, 844), (1_300, 900))
LAUNCH_FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
_AXE_TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_SMALL_TARGETS: Final = """size => [...document.querySelectorAll(
  "button, select, summary, input[type=text], label:has(input), .leaflet-bar a")]
  .filter(element => element.checkVisibility() && element.getBoundingClientRect().height < size)
  .map(element => element.textContent.trim().slice(0, 40) || element.id)"""
# Every name of a town that is drawn, with the metres from its place to its nearest edge; a name
# with a leader, a line of two points that ends at its place, may stand farther off.
_NAMES_AWAY: Final = """most => {
  const box = document.querySelector(".folium-map");
  const [map, edge] = [window[box.id], box.getBoundingClientRect()];
  const places = JSON.parse(document.getElementById("data").textContent).places;
  const led = [];
  map.eachLayer(layer => {
    const line = layer.getLatLngs ? layer.getLatLngs() : [];
    if (line.length === 2 && line[1].lat !== undefined) led.push(line[1]);
  });
  return [...box.querySelectorAll(".label.town")].map(label => {
    const { left, right, top, bottom } = label.firstElementChild.getBoundingClientRect();
    const away = places.filter(place => place.name === label.textContent).map(place => {
      if (led.some(end => map.distance(end, place.at) < 1)) return 0;
      const at = map.latLngToContainerPoint(place.at);
      const x = Math.min(Math.max(at.x, left - edge.left), right - edge.left);
      const y = Math.min(Math.max(at.y, top - edge.top), bottom - edge.top);
      return map.distance(place.at, map.containerPointToLatLng([x, y]));
    });
    return [label.textContent, Math.min(...away)];
  }).filter(([, metres]) => metres > most);
}"""
# Each element is marked when it first has the focus: the round ends at a marked one.
_FOCUSED: Final = """() => {
  const element = document.activeElement;
  if (element === document.body || element.dataset.stop) return "";
  element.dataset.stop = "1";
  return element.matches("[role=region]:not(.folium-map)") ? "REGION" : element.tagName;
}"""


def has_browser() -> bool:
    """Return whether Chromium and what drives it are installed (the extra `browser`)."""
    return installed_chromium() is not None and all(
        find_spec(name) for name in ("playwright", "axe_playwright_python")
    )


def browser_findings(path: Path, browser: "Browser") -> list[Finding]:
    """Open a page from disk without a network and find what is wrong with it in use."""
    heard: list[Finding] = []
    found: list[Finding] = []
    page_path = path.resolve()
    named = read_page(page_path.read_text("utf-8")).scripts_beside
    beside = [(page_path.parent / name).as_uri() for name in named]
    with _opened(path, browser, (1300, 900), heard) as page:
        listen(page, heard, own=page_path.as_uri(), beside=beside)
        page.goto(page_path.as_uri())
        # Without a limit here, all that follows would wait for a page that never comes to rest.
        page.wait_for_function("() => true", timeout=_ANSWERS_WITHIN_MS)
        for rule in (axe_findings, _tab_findings, _target_findings, _width_findings):
            found += rule(page)
    return [*heard, *found]


@contextmanager
def _opened(
    path: Path, browser: "Browser", size: tuple[int, int], heard: list[Finding]
) -> Iterator["Page"]:
    """Open an empty page of some size; a crash of the page or of the browser is a finding.

    What is found of such a page is what was found before.
    """
    from playwright.sync_api import Error

    try:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, offline=True)
        try:
            yield context.new_page()
        finally:
            context.close()
    except Error as error:
        message = f"{path.name} cannot be used in a browser ({one_line(error)[:100]})"
        heard.append(Finding("error", message))


@contextmanager
def open_browser() -> Iterator["Browser"]:
    """Launch Chromium for as long as it is needed.

    Raises
    ------
    PublishError
        If it does not start: it is broken, or there is too little memory for it.
    """
    from playwright.sync_api import sync_playwright

    path = installed_chromium()
    with ExitStack() as stack:
        try:
            driver = stack.enter_context(sync_playwright())
            browser = driver.chromium.launch(executable_path=path, args=LAUNCH_FLAGS)
        except Exception as error:  # the driver has errors without a class of their own
            reason = one_line(error)[:100]
            msg = (
                f"{path}: the browser does not start ({reason}); has it memory, and room in TMPDIR?"
            )
            raise PublishError(msg) from error
        stack.callback(browser.close)
        yield browser


def listen(page: "Page", heard: list[Finding], *, own: str, beside: Collection[str] = ()) -> None:
    """Record requests of a page beyond itself and the scripts beside it, and its errors."""

    def note(rule: str, message: str) -> None:
        heard.append(Finding(rule, message))

    def note_request(request: "Request") -> None:
        # A page may request itself, as a link to one of its parts does, and data inside it.
        url = request.url
        allowed = url.partition("#")[0] == own or url.partition("?")[0] in beside
        if not allowed and not url.startswith(("data:", "blob:")):
            note("request", f"the page asks for {url[:80]}")

    page.on("request", note_request)
    page.on("pageerror", lambda error: note("error", str(error)))
    page.on(
        "console",
        lambda line: note("error", line.text) if line.type == "error" else None,
    )


def axe_findings(page: "Page") -> list[Finding]:
    """Return the violations that axe finds: WCAG 2.2, levels A and AA, and good practice."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    # Of what keeps a rule axe need not say where it stands: that is a third of its time.
    found = page.evaluate(
        "tags => axe.run(document, "
        "{runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})",
        _AXE_TAGS,
    )
    return [
        Finding("axe", f"{violation['id']}: {violation['help']} ({len(violation['nodes'])} places)")
        for violation in found["violations"]
    ]


def tab_stops(page: "Page") -> int:
    """Return how many links and controls Tab goes through.

    Wide tables that a keyboard has to scroll take the focus too (WCAG 2.1.1); they are not counted,
    for a document has as many as it has tables.
    """
    page.evaluate("document.activeElement.blur()")
    stops: list[str] = []
    page.keyboard.press("Tab")
    while (focused := page.evaluate(_FOCUSED)) and len(stops) <= 10 * MAX_TAB_STOPS:
        stops.append(focused)
        page.keyboard.press("Tab")
    return sum(focused != "REGION" for focused in stops)


def _tab_findings(page: "Page") -> list[Finding]:
    count = tab_stops(page)
    is_tool = page.locator("meta[name=robots][content*=noindex]").count() > 0
    most = MAX_TAB_STOPS_OF_A_TOOL if is_tool else MAX_TAB_STOPS
    return [Finding("keyboard", f"{count} tab stops; at most {most}")] if count > most else []


def _target_findings(page: "Page") -> list[Finding]:
    small = page.evaluate(_SMALL_TARGETS, TARGET_PX)
    return [Finding("targets", f"{name!r} is under {TARGET_PX} pixels high") for name in small]


def map_name_findings(path: Path, browser: "Browser") -> list[Finding]:
    """Find names of towns on a page's map that are far from their places.

    Measured on a phone and on a desktop, from the place to the nearest edge of its name.
    """
    found: list[Finding] = []
    # Names are placed again for each size of screen.
    for width, height in _SCREENS:
        with _opened(path, browser, (width, height), found) as page:
            page.goto(path.resolve().as_uri())
            far = page.evaluate(_NAMES_AWAY, NAME_AWAY_M)
            found += [
                Finding("map", f"{name} is {metres / 1000:.1f} km off at {width} pixels")
                for name, metres in far
            ]
    return found


def _width_findings(page: "Page") -> list[Finding]:
    page.set_viewport_size({"width": NARROW, "height": 700})
    width = page.evaluate("document.documentElement.scrollWidth")
    if width <= NARROW:
        return []
    return [Finding("width", f"{width} pixels wide on a screen of {NARROW}")]


def installed_chromium() -> str | None:
    """Return the path of an installed Chromium or Chrome."""
    found = (shutil.which(name) for name in BROWSERS)
    return next((path for path in found if path), None)
