"""Measure how long the explorer takes to answer a change, on a slow device.

Run: python tests/benchmarks/explorer.py EXPLORER.html [--throttle 6] [--rounds 5] [--clock]

On a phone's screen, a moment after the page was opened and with a place found, 50 changes one after
the other: options, a search in each ten, and each other mode or period in each ten. Printed are the
median and the worst of the 50, in milliseconds from the change until the answer is laid out; what
follows in the next frame (the map, the long tables) is told apart. Each is the time of the
processor (scripts, styles, layout of what is on the screen or near it) times the
throttle, the least of some rounds on fresh pages, so that other work on the machine counts
little; with --clock also by the clock under Chromium's own throttle, until the browser has drawn
it, which only an idle machine can tell.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from llrgeo.publish.check.browser import listen, open_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page

CHANGES = 50
TYPING_MS = 2_000  # a reader types: the page is idle and makes itself ready
PHONE = {"width": 390, "height": 844}
WORK = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")
# The frame after the answer is held until it is asked for.
HOLD = """
  const frame = window.requestAnimationFrame, timeout = window.setTimeout;
  window.llrgeoRest = () => {};
  window.requestAnimationFrame = (act) => (act.name === "beginRest"
    ? (window.llrgeoRest = act, 0) : frame(act));
  window.setTimeout = (act, ...more) => (act.name === "showRest" ? act() : timeout(act, ...more));
"""
CHANGE = """([turn, places]) => {
  history.pushState = () => {}; // the browser's own work on its address bar
  const byId = (id) => document.getElementById(id);
  const next = (list) => {
    list.selectedIndex = (list.selectedIndex + 1) % list.options.length;
    list.dispatchEvent(new Event("change"));
  };
  if (turn % 10 === 4 && places.length) {
    byId("find").value = places[(turn - 4) / 10 % places.length];
    byId("find-button").click();
  } else if (turn % 10 === 9 && byId("journey").options.length > 1) {
    next(byId("journey"));
  } else {
    next(byId("mine-option"));
  }
  byId("table-mine").getBoundingClientRect(); // laid out, too
}"""
BY_THE_CLOCK = f"""async (asked) => {{
  const start = performance.now();
  ({CHANGE})(asked);
  await new Promise((done) => requestAnimationFrame(() => {{
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  }}));
  return performance.now() - start;
}}"""


def main() -> None:
    """Open the page, measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("page", type=Path)
    parser.add_argument("--place", default="LE15 6NT", help="what is searched for first")
    parser.add_argument("--places", nargs="*", default=["LE5 4PW", "Oakham", "LE17", "Hinckley"])
    parser.add_argument("--throttle", type=float, default=6)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--clock", action="store_true")
    asked = parser.parse_args()
    with open_browser() as browser:
        rounds = [work(browser, asked) for _ in range(asked.rounds)]
        answer, rest = asked.throttle * np.min(rounds, axis=0).T
        print(f"processor x {asked.throttle:g}: answer {told(answer)}; the rest {told(rest)}")
        if asked.clock:
            clock = [drawn(browser, asked) for _ in range(asked.rounds)]
            print(f"clock, throttled: answer drawn {told(np.min(clock, axis=0))}")


def told(times: np.ndarray) -> str:
    """Write the median and the worst of some milliseconds."""
    return f"median {np.median(times):.0f}, worst {times.max():.0f} ms"


def work(browser: "Browser", asked: argparse.Namespace) -> np.ndarray:
    """Return milliseconds of the processor a change: for the answer, for the rest."""
    page, session = opened(browser, asked, HOLD)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    found = []
    for turn in range(CHANGES):
        before = spent(session)
        page.evaluate(CHANGE, [turn, asked.places])
        answered = spent(session)
        page.evaluate("llrgeoRest(); document.body.offsetHeight;")
        found.append((answered - before, spent(session) - answered))
    page.context.close()
    return np.array(found)


def drawn(browser: "Browser", asked: argparse.Namespace) -> np.ndarray:
    """Return milliseconds by the clock from each change until the answer is drawn, throttled."""
    page, session = opened(browser, asked, "")
    session.send("Emulation.setCPUThrottlingRate", {"rate": asked.throttle})
    found = []
    for turn in range(CHANGES):
        found.append(page.evaluate(BY_THE_CLOCK, [turn, asked.places]))
        page.evaluate("new Promise((done) => setTimeout(() => requestIdleCallback(done), 50))")
    page.context.close()
    return np.array(found)


def opened(
    browser: "Browser", asked: argparse.Namespace, first: str
) -> tuple["Page", "CDPSession"]:
    """Open the page on a phone's screen and search for a place."""
    heard: list = []
    path = asked.page.resolve()
    context = browser.new_context(viewport=PHONE, offline=True)
    context.set_default_timeout(600_000)
    context.add_init_script(first)
    page = context.new_page()
    listen(page, heard, own=path.as_uri())
    page.goto(path.as_uri())
    page.wait_for_selector("html.ready")
    page.wait_for_timeout(TYPING_MS)
    page.evaluate("new Promise((done) => requestIdleCallback(done))")
    page.fill("#find", asked.place)
    page.press("#find", "Enter")
    if first:
        page.evaluate("llrgeoRest()")
    if heard or not page.is_visible("#table-mine"):
        msg = f"{asked.place} is not one place of the page, or it met an error: {heard}"
        raise SystemExit(msg)
    return page, context.new_cdp_session(page)


def spent(session: "CDPSession") -> float:
    """Return the milliseconds that the page's scripts, styles and layout have taken so far."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return 1_000 * sum(each["value"] for each in metrics if each["name"] in WORK)


if __name__ == "__main__":
    main()
