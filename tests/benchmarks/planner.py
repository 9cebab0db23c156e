"""Measure the planner page in a browser: opening, placing, dragging, weighing, and its size.

Run: python tests/benchmarks/planner.py PLANNER.html [--times 100] [--throttle 6]

Prints milliseconds, median and 95th percentile, as a desktop runs it and slowed down, with the
network cut. "Drag" is one move of the mouse with a site in hand, until all that follows while one
drags is shown; "place", "move" and "tick" are whole changes of the plan, all tables and the map
anew; "score" is a weight; "decode" opens the roads, ten times.
"""

import argparse
import gzip
from pathlib import Path

from llrgeo.publish.check.browser import listen, open_browser

MEASURE = """async ([times, service]) => {
  const out = {};
  const act = (element, event) => element.dispatchEvent(event);
  const spread = (list) => {
    list.sort((one, two) => one - two);
    return [list[list.length >> 1], list[Math.floor(list.length * 0.95)]];
  };
  const go = (name, change) => {
    const list = [];
    for (let turn = 0; turn < times; turn++) {
      const start = performance.now();
      change(turn);
      document.body.offsetHeight; // laid out, too
      list.push(performance.now() - start);
    }
    out[name] = spread(list);
  };
  const byId = (id) => document.getElementById(id);
  const undo = () => byId("undo").click();
  history.replaceState = () => {};
  byId("service").value = service;
  act(byId("service"), new Event("change"));
  const list = [];
  for (let turn = 0; turn < times; turn++) { // the change alone, without taking it back
    const at = [440000 + (turn * 7919) % 48000, 285000 + (turn * 6007) % 44000];
    byId("where").value = at.join(" ");
    const start = performance.now();
    act(byId("choices"), new Event("submit", { cancelable: true }));
    document.body.offsetHeight;
    list.push(performance.now() - start);
    if (document.querySelector(".placed")) undo();
  }
  out.place = spread(list);
  byId("where").value = "458700 304200";
  act(byId("choices"), new Event("submit", { cancelable: true }));
  const key = (name) => document.querySelector(`[data-key='new-1 ${name}']`);
  go("move", (turn) => act(key("move"),
    new KeyboardEvent("keydown", { key: turn % 2 ? "ArrowUp" : "ArrowRight" })));
  go("tick", () => key(service).click());
  go("score", (turn) => { const slider = byId("weight-0"); slider.value = turn;
    act(slider, new Event("input")); });
  // A drag, frame by frame: the marker's own events, as Leaflet fires them.
  let marker;
  window[document.querySelector(".folium-map").id].eachLayer((layer) => {
    if (layer.face) marker = layer; });
  const drags = [];
  marker.fire("dragstart");
  for (let turn = 0; turn < times; turn++) {
    const { lat, lng } = marker.getLatLng();
    marker.setLatLng([lat + 0.0005 * (turn % 2 ? -1 : 2), lng + 0.0007]);
    marker.fire("drag");
    await new Promise((done) => requestAnimationFrame((begun) => {
      drags.push(performance.now() - begun);
      done();
    }));
  }
  marker.fire("dragend");
  out.drag = spread(drags);
  const opened = [];
  for (let turn = 0; turn < 10; turn++) {
    const start = performance.now();
    const [data, roads] = ["data", "network"].map((id) => JSON.parse(byId(id).textContent));
    await llrgeoRoads(data, roads);
    opened.push(performance.now() - start);
  }
  out.decode = spread(opened);
  return out;
}"""
OPENED = "performance.measure('open').duration"


def main() -> None:
    """Open the page, measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("page", type=Path)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--throttle", type=float, default=6)
    parser.add_argument("--service", default="diagnostics")
    asked = parser.parse_args()
    path = asked.page.resolve()
    size = path.read_bytes()
    print(f"{path.name}: {len(size):,} bytes, {len(gzip.compress(size)):,} gzipped")
    for rate in (1, asked.throttle):
        heard: list = []
        with open_browser() as browser:
            context = browser.new_context(viewport={"width": 1_300, "height": 900}, offline=True)
            context.set_default_timeout(600_000)
            page = context.new_page()
            listen(page, heard, own=path.as_uri())
            slow = context.new_cdp_session(page)
            slow.send("Emulation.setCPUThrottlingRate", {"rate": rate})
            page.goto(path.as_uri())
            page.wait_for_selector("html.ready")
            print(f"throttle {rate:g}: open {page.evaluate(OPENED):.0f} ms", end="")
            for name, (median, high) in page.evaluate(
                MEASURE, [asked.times, asked.service]
            ).items():
                print(f"; {name} {median:.1f} (p95 {high:.1f})", end="")
            print(f"; {len(heard)} requests or errors")


if __name__ == "__main__":
    main()
