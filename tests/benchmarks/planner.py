"""Measure the planner page in a browser: opening, placing, dragging, weighing, and its size.

Run: python tests/benchmarks/planner.py PLANNER.html [--times 100] [--throttle 6]

Prints milliseconds, median and 95th percentile by the clock, and the mean of the processor, which a
busy machine disturbs least; as a desktop runs it and slowed down, with the network cut. "Place",
"move" and "tick" are whole changes of the plan, all tables and the map anew; "score" is a weight;
"drag" is a frame with a site in hand; "mine" is the reader's place and the way along the roads;
"lost" zooms to the neighbourhood hit hardest, "pin" keeps a plan beside two others, and "decode"
opens the roads.
"""

import argparse
import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from llrgeo.publish.check.browser import listen, open_browser

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession

PREPARE = """(service) => {
  const byId = (id) => document.getElementById(id);
  const act = (element, event) => element.dispatchEvent(event);
  const [data, roads] = ["data", "network"].map((id) => JSON.parse(byId(id).textContent));
  const { x, y } = data.planning;
  const place = (east, north) => {
    byId("where").value = [east, north].map(Math.round).join(" ");
    act(byId("choices"), new Event("submit", { cancelable: true }));
  };
  const letters = "ABDEFGHJLNPQRSTUWXYZ";
  const codes = Object.keys(data.postcodes.sectors).flatMap((sector) =>
    [...letters].map((letter) => `${sector}A${letter}`)).filter((code) =>
    llrgeoText.findPostcode(data.postcodes, code) >= 0);
  const key = (name) => document.querySelector(`[data-key='new-1 ${name}']`);
  let marker;
  const find = () => window[document.querySelector(".folium-map").id].eachLayer((layer) => {
    if (layer.face) marker = layer; });
  history.replaceState = () => {};
  byId("service").value = service;
  act(byId("service"), new Event("change"));
  window.llrgeoTurns = {
    place: (turn) => { // near an area's own place; the one before is taken back by the reset below
      const area = (turn * 37) % x.length;
      place(x[area] + 300 - (turn * 61) % 500, y[area] + turn);
    },
    move: (turn) => act(key("move"),
      new KeyboardEvent("keydown", { key: turn % 2 ? "ArrowUp" : "ArrowRight" })),
    tick: () => key(service).click(),
    score: (turn) => {
      byId("weight-0").value = turn;
      act(byId("weight-0"), new Event("input"));
    },
    drag: async (turn) => { // one frame, by the marker's own events, as Leaflet fires them
      if (turn === 0) { find(); marker.fire("dragstart"); }
      const { lat, lng } = marker.getLatLng();
      marker.setLatLng([lat + 0.0005 * (turn % 2 ? -1 : 2), lng + 0.0007]);
      marker.fire("drag");
      await new Promise((done) => requestAnimationFrame(done));
    },
    mine: (turn) => {
      byId("mine-where").value = codes[(turn * 7919) % codes.length];
      act(byId("mine-form"), new Event("submit", { cancelable: true }));
    },
    lost: (turn) => byId("table-losers").querySelectorAll("button")[turn % 3].click(),
    pin: () => byId("pin").click(),
    decode: () => llrgeoRoads(structuredClone(data), roads),
  };
  window.llrgeoBefore = { // what is made ready and not measured
    place: () => { if (document.querySelector(".placed")) byId("undo").click(); },
    lost: () => { // sites close, until somebody has a longer journey
      while (byId("table-losers").querySelectorAll("button").length < 3) {
        byId("site-list").querySelector("input:checked").click();
      }
    },
    pin: () => {
      const kept = document.querySelectorAll("[data-key^='drop ']");
      if (kept.length === 3) kept[2].click();
    },
  };
  window.llrgeoReset = () => {
    for (let left = 20; left > 0 && document.querySelector(".placed"); left--) byId("undo").click();
    place(x[0], y[0]);
  };
  window.llrgeoRun = async ([name, times]) => {
    const list = [];
    for (let turn = 0; turn < times; turn++) {
      if (window.llrgeoBefore[name]) window.llrgeoBefore[name]();
      document.body.offsetHeight;
      const start = performance.now();
      await window.llrgeoTurns[name](turn);
      document.body.offsetHeight; // laid out, too
      list.push(performance.now() - start);
    }
    return list;
  };
}"""
KINDS = ("place", "move", "tick", "score", "drag", "mine", "lost", "pin", "decode")
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
            slow.send("Performance.enable", {"timeDomain": "threadTicks"})
            page.evaluate(PREPARE, asked.service)
            for name in KINDS:
                if name == "move":
                    page.evaluate("window.llrgeoReset()")
                before = processor_ms(slow)
                turns = page.evaluate("asked => llrgeoRun(asked)", [name, asked.times])
                mean = (processor_ms(slow) - before) / asked.times
                median, high = np.percentile(turns, [50, 95])
                print(f"; {name} {median:.1f} (p95 {high:.1f}, cpu {mean:.1f})", end="", flush=True)
            print(f"; {len(heard)} requests or errors", flush=True)


def processor_ms(session: "CDPSession") -> float:
    """Return the milliseconds of processor that the page's main thread has used."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return 1_000 * next(each["value"] for each in metrics if each["name"] == "TaskDuration")


if __name__ == "__main__":
    main()
