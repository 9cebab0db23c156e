"""Scripts of the pages that touch no page, in a JavaScript engine, as several tests ask them."""

import base64
import gzip
import json
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import pytest

from llrgeo.publish import pages
from llrgeo.publish.planner.page import SCRIPTS
from llrgeo.publish.planner.payload import planner_data
from llrgeo.publish.planning import Planning
from llrgeo.study.result import StudyResult
from llrgeo.study.run import build_publication

_NO_SCRIPTS = "the extra `browser` is not installed"
# Skips before the fixtures of a test are made, such as a run of the default study.
needs_scripts = pytest.mark.skipif(find_spec("py_mini_racer") is None, reason=_NO_SCRIPTS)
PURE = ("unpack", "journeys", "model", "text", "network", "search", "queues", "memo", "beds",
        "rounds", "costs", "world", "appraise", "places", "plan")  # fmt: skip
# What the explorer works out its answers with.
ANSWERING = ("unpack.js", "journeys.js", "model.js", "text.js", "answers.js")
LOAD = """
let data, matrices, network, index, homes;
const plain = (_, value) => (value === Infinity ? "inf" : ArrayBuffer.isView(value)
  ? Array.from(value) : value);
function join(x, y) {
  return { x, y, origin: llrgeoNetwork.joinPlace(network, index, "origin", x, y),
    destination: llrgeoNetwork.joinPlace(network, index, "destination", x, y) };
}
function load(text, bytes) {
  data = JSON.parse(text);
  llrgeoBeds.decode(data);
  llrgeoCosts.decode(data);
  matrices = llrgeoUnpack.decodeMatrices(data.matrices);
  network = llrgeoNetwork.decode(data.planning.network, llrgeoUnpack.decodeBase64(bytes));
  index = llrgeoNetwork.indexStreets(network);
  homes = data.planning.x.map((x, area) => join(x, data.planning.y[area]));
  return true;
}
"""


def script_engine(paths: Iterable[str], harness: str):
    """Return an engine with some of the pages' scripts, and a test's own functions."""
    module = pytest.importorskip("py_mini_racer", reason=_NO_SCRIPTS)
    engine = module.MiniRacer()
    for path in paths:
        # A strict script would keep its names to itself.
        engine.eval(pages.asset(path).replace('"use strict";', "", 1))
    engine.eval(harness)
    return engine


def explorer_engine(names: Iterable[str], harness: str):
    """Return an engine with some of the explorer's scripts, and a test's own functions."""
    return script_engine([f"explorer/assets/{name}" for name in names], harness)


def planner_engine(harness: str):
    """Return an engine with the planner's scripts that touch no page, and a test's own."""
    return script_engine([path for path in SCRIPTS if Path(path).stem in PURE], LOAD + harness)


def load_page(engine, result: StudyResult) -> Planning:
    """Give an engine what the planner page of a run holds, and return that."""
    publication = build_publication(result)
    planning = publication.planning
    assert planning is not None
    assert planning.network is not None, planning.no_network
    streams = base64.b64encode(gzip.decompress(planning.network.zipped)).decode("ascii")
    engine.call("load", json.dumps(planner_data(publication, planning)), streams)
    return planning
