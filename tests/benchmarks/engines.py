"""Time our engines and the peers that are installed on one graph, tiled from a real extract.

Run: python tests/benchmarks/engines.py EXTRACT.osm.pbf [--tiles 4x4] [--origins 640]
[--destinations 60] [--runs 5] [--engines scipy,chains]

Prints a Markdown table: medians of the runs, each engine in a process of its own, and how far its
times lie from scipy's. `pip install '.[bench]'` brings the peers.
"""

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from llrgeo.travel.search.engines import SearchPlan, journey_keys
from llrgeo.travel.search.graph import LENGTH_BITS, AccessLinks, pack, simple_graph
from llrgeo.travel.search.od_matrix import MatrixRequest

MPH = {
    "motorway": 65, "trunk": 55, "primary": 45, "secondary": 40, "tertiary": 35,
    "unclassified": 30, "residential": 20, "living_street": 10, "service": 10,
}  # fmt: skip
M_PER_S = 1_609.344 / 3_600
SEAM_LINKS = 25  # roads from each tile to the next
SEAM_MPH = 40


@dataclass(frozen=True)
class Graph:
    """Nodes at x, y (metres) and directed arcs with milliseconds and metres."""

    x: np.ndarray
    y: np.ndarray
    tail: np.ndarray
    head: np.ndarray
    ms: np.ndarray
    metres: np.ndarray


@dataclass(frozen=True)
class Work:
    """The question: the nodes to travel from and to."""

    origins: np.ndarray
    destinations: np.ndarray


@dataclass(frozen=True)
class Engine:
    """How an engine is made ready and asked.

    `ask` returns milliseconds, origins by destinations, infinite where there is no way. An engine
    that takes time for each destination is timed on at most `most` of them and the time scaled.
    """

    build: Callable[[Graph], Any]
    ask: Callable[[Any, Graph, Work], np.ndarray]
    most: int = sys.maxsize


def read_extract(path: Path) -> Graph:
    """Return every node of every drivable way as an extract has it; the main component."""
    number: dict[int, int] = {}
    lon_lat: list[tuple[float, float]] = []
    arcs: list[tuple[int, int, float]] = []
    ways = osmium.FileProcessor(str(path)).with_locations("sparse_mem_array")
    for way in ways.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY)):
        mph = MPH.get(way.tags.get("highway", "").removesuffix("_link"))
        if mph is None:
            continue
        nodes = []
        for node in way.nodes:
            if node.ref not in number:
                number[node.ref] = len(lon_lat)
                lon_lat.append((node.lon, node.lat))
            nodes.append(number[node.ref])
        one_way = way.tags.get("oneway") == "yes" or way.tags.get("junction") == "roundabout"
        for a, b in pairwise(nodes):
            arcs += [(a, b, mph)] if one_way else [(a, b, mph), (b, a, mph)]
    lon, lat = np.array(lon_lat).T
    x, y = lon * np.cos(np.radians(lat.mean())) * 111_320, lat * 111_320
    tail, head, mph = np.array(arcs).T
    return main_component(with_times(x, y, tail.astype(int), head.astype(int), mph))


def with_times(x: np.ndarray, y: np.ndarray, tail: Any, head: Any, mph: Any) -> Graph:
    """Return a graph of straight arcs driven at some speeds."""
    metres = np.hypot(x[tail] - x[head], y[tail] - y[head])
    ms = np.maximum(1, np.rint(metres / (mph * M_PER_S) * 1_000)).astype(np.int64)
    return Graph(x, y, tail, head, ms, metres)


def main_component(graph: Graph) -> Graph:
    """Return the largest part of a graph in which every node reaches every other."""
    n = len(graph.x)
    ones = np.ones(len(graph.tail), dtype=np.int8)
    joined = csr_array((ones, (graph.tail, graph.head)), shape=(n, n))
    _, label = connected_components(joined, connection="strong")
    main = label == np.bincount(label).argmax()
    number = np.cumsum(main) - 1
    arcs = main[graph.tail] & main[graph.head] & (graph.tail != graph.head)
    tail, head = number[graph.tail[arcs]], number[graph.head[arcs]]
    return Graph(graph.x[main], graph.y[main], tail, head, graph.ms[arcs], graph.metres[arcs])


def tiled(tile: Graph, columns: int, rows: int) -> Graph:
    """Lay copies of a graph side by side and join neighbours by roads across each seam."""
    n = len(tile.x)
    copies = columns * rows
    column, row = (np.repeat(i, n) for i in np.unravel_index(np.arange(copies), (columns, rows)))
    x = np.tile(tile.x, copies) + column * (np.ptp(tile.x) + 200)
    y = np.tile(tile.y, copies) + row * (np.ptp(tile.y) + 200)
    first = np.repeat(n * np.arange(copies), len(tile.tail))
    arcs = [np.tile(side, copies) + first for side in (tile.tail, tile.head)]
    streets = Graph(x, y, *arcs, np.tile(tile.ms, copies), np.tile(tile.metres, copies))
    tail, head = [], []
    for one in range(copies):
        i, j = divmod(one, rows)
        east, north = seam(tile.x, tile.y), seam(tile.y, tile.x)
        for there, (far, near), step in ((i + 1 < columns, east, rows), (j + 1 < rows, north, 1)):
            if there:
                tail += [far + one * n, near + (one + step) * n]
                head += [near + (one + step) * n, far + one * n]
    if not tail:
        return streets
    seams = with_times(x, y, np.concatenate(tail), np.concatenate(head), SEAM_MPH)
    pairs = zip(astuple(streets)[2:], astuple(seams)[2:], strict=True)
    return Graph(x, y, *(np.concatenate(pair) for pair in pairs))


def seam(across: np.ndarray, along: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the farthest and the nearest node across, for each strip along a border."""
    edges = np.quantile(along, np.linspace(0, 1, SEAM_LINKS + 1))
    strip = np.clip(np.searchsorted(edges, along) - 1, 0, SEAM_LINKS - 1)
    by_strip = pd.Series(across).groupby(strip)
    return by_strip.idxmax().to_numpy(), by_strip.idxmin().to_numpy()


def at_nodes(nodes: np.ndarray) -> AccessLinks:
    """Put points on nodes."""
    return AccessLinks(len(nodes), np.arange(len(nodes)), nodes, np.zeros_like(nodes))


def question(graph: Graph, work: Work) -> MatrixRequest:
    """Ask for the journeys between nodes."""
    arcs = simple_graph(len(graph.x), graph.tail, graph.head, pack(graph.ms, graph.metres))
    none = np.array([], dtype=np.int64)
    exits, entries = at_nodes(work.origins), at_nodes(work.destinations)
    return MatrixRequest(arcs, exits, entries, none, none, none)


def ask_chains(_: None, graph: Graph, work: Work) -> np.ndarray:
    """Answer by our default engine, from bare arrays."""
    return journey_keys(question(graph, work), SearchPlan("chains")) >> LENGTH_BITS


def build_our_hierarchy(graph: Graph) -> Any:
    """Build our hierarchy from bare arrays."""
    from llrgeo.travel.search.hierarchy import build_hierarchy

    none = np.array([], dtype=np.int64)
    return build_hierarchy(question(graph, Work(none, none)).graph)


def ask_our_hierarchy(hierarchy: Any, _: Graph, work: Work) -> np.ndarray:
    """Answer by our hierarchy."""
    from llrgeo.travel.search.hierarchy import hierarchy_keys

    exits, entries = at_nodes(work.origins), at_nodes(work.destinations)
    return hierarchy_keys(hierarchy, exits, entries, 1 << 53) >> LENGTH_BITS


def build_scipy(graph: Graph) -> csr_array:
    """Make the reversed graph a matrix; of parallel arcs the fastest stays."""
    arcs = pd.DataFrame({"head": graph.head, "tail": graph.tail, "ms": graph.ms})
    least = arcs.groupby(["head", "tail"], sort=True)["ms"].min().reset_index()
    starts = np.searchsorted(least["head"], np.arange(len(graph.x) + 1))
    shape = (len(graph.x), len(graph.x))
    return csr_array((least["ms"].astype(float), least["tail"], starts), shape=shape)


def ask_scipy(matrix: csr_array, _: Graph, work: Work) -> np.ndarray:
    """Search from each destination, 16 at a time."""
    parts = np.array_split(work.destinations, max(1, len(work.destinations) // 16))
    return np.hstack([dijkstra(matrix, indices=part)[:, work.origins].T for part in parts])


def build_networkx(graph: Graph) -> Any:
    """Build a graph with reversed arcs; of parallel arcs the fastest stays."""
    import networkx as nx

    made = nx.DiGraph()
    order = np.argsort(-graph.ms, kind="stable")
    arcs = (side[order].tolist() for side in (graph.head, graph.tail, graph.ms))
    made.add_weighted_edges_from(zip(*arcs, strict=True))
    return made


def ask_networkx(made: Any, _: Graph, work: Work) -> np.ndarray:
    """Search from each destination."""
    import networkx as nx

    columns = []
    for node in work.destinations.tolist():
        found = nx.single_source_dijkstra_path_length(made, node)
        columns.append([found.get(origin, np.inf) for origin in work.origins.tolist()])
    return np.array(columns).T


def build_igraph(graph: Graph) -> Any:
    """Build a directed graph."""
    import igraph

    return igraph.Graph(len(graph.x), np.c_[graph.tail, graph.head], directed=True)


def ask_igraph(made: Any, graph: Graph, work: Work) -> np.ndarray:
    """Search from each destination backwards; igraph refuses origins that are duplicated."""
    origins, again = np.unique(work.origins, return_inverse=True)
    ends = work.destinations.tolist()
    found = made.distances(ends, origins.tolist(), weights=graph.ms.tolist(), mode="in")
    return np.array(found).T[again]


def build_pandana(graph: Graph) -> Any:
    """Build pandana's contraction hierarchy, in seconds: it overflows on milliseconds."""
    import pandana

    seconds = pd.DataFrame({"s": graph.ms / 1_000})
    x, y, tail, head = (pd.Series(one) for one in (graph.x, graph.y, graph.tail, graph.head))
    return pandana.Network(x, y, tail, head, seconds, twoway=False)


def ask_pandana(made: Any, _: Graph, work: Work) -> np.ndarray:
    """Ask for every pair; pandana rounds."""
    origins = np.repeat(work.origins, len(work.destinations))
    destinations = np.tile(work.destinations, len(work.origins))
    found = made.shortest_path_lengths(origins, destinations, imp_name="s")
    return 1_000 * np.array(found).reshape(len(work.origins), -1)


def build_pyroutingkit(graph: Graph) -> Any:
    """Build a customisable contraction hierarchy and weigh it."""
    import pyroutingkit

    made = pyroutingkit.CCH()
    tail, head = graph.tail.astype(np.uint32), graph.head.astype(np.uint32)
    lat, lon = (graph.y / 111_320).astype(np.float32), (graph.x / 111_320).astype(np.float32)
    made.build_topology(tail, head, lat, lon, node_count=len(graph.x))
    made.customize_weights(graph.ms.astype(np.uint32))
    return made


def ask_pyroutingkit(made: Any, _: Graph, work: Work) -> np.ndarray:
    """Ask for the matrix."""
    sides = (side.astype(np.uint32) for side in (work.origins, work.destinations))
    return np.asarray(made.distances_many_to_many(*sides), dtype=float)


ENGINES = {
    "scipy": Engine(build_scipy, ask_scipy, most=64),
    "chains": Engine(lambda _: None, ask_chains),
    "hierarchy": Engine(build_our_hierarchy, ask_our_hierarchy),
    "pyroutingkit": Engine(build_pyroutingkit, ask_pyroutingkit),
    "pandana": Engine(build_pandana, ask_pandana, most=60),
    "igraph": Engine(build_igraph, ask_igraph, most=10),
    "networkx": Engine(build_networkx, ask_networkx, most=2),
}


def timed(function: Callable[[], Any], runs: int) -> tuple[Any, float, float]:
    """Return what a function gives, and its median CPU and wall seconds."""
    cpu, wall = [], []
    for _ in range(runs):
        started = time.process_time(), time.perf_counter()
        found = function()
        cpu.append(time.process_time() - started[0])
        wall.append(time.perf_counter() - started[1])
    return found, float(np.median(cpu)), float(np.median(wall))


def peak_mb() -> float:
    """Return the most memory that this process has had, as Linux tells it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return float(status.split("VmHWM:")[1].split()[0]) / 1_024


def measure(name: str, held: Path, runs: int) -> dict[str, Any]:
    """Measure one engine on a saved graph and question; runs in a process of its own."""
    engine = ENGINES[name]
    arrays = np.load(held / "graph.npz")
    graph = Graph(*(arrays[field] for field in ("x", "y", "tail", "head", "ms", "metres")))
    work = Work(arrays["origins"], arrays["destinations"])
    first = Work(work.origins, work.destinations[: engine.most])
    scale = len(work.destinations) / len(first.destinations)
    if name == "hierarchy":  # compiled once an installation, not once a run
        two, one = np.arange(2), np.ones(2, dtype=np.int64)
        street = Graph(two, two, two, two[::-1], one, one)
        ask_our_hierarchy(build_our_hierarchy(street), street, Work(two, two))
    before_mb = peak_mb()
    made, build_s, build_wall_s = timed(lambda: engine.build(graph), runs)
    ms, ask_s, ask_wall_s = timed(lambda: engine.ask(made, graph, first), runs)
    np.save(held / f"{name}.npy", np.asarray(ms, dtype=float))
    return {
        "engine": name,
        "build s": build_s,
        "ask s": ask_s * scale,
        "both s": build_s + ask_s * scale,
        "both wall s": build_wall_s + ask_wall_s * scale,
        "peak MB": peak_mb(),
        "before MB": before_mb,
    }


def compared(rows: list[dict[str, Any]], held: Path) -> pd.DataFrame:
    """Add the ratios to scipy and the largest difference from its times."""
    table = pd.DataFrame(rows).set_index("engine")
    base = table.loc["scipy"]
    table.insert(3, "scipy's ask / ask", base["ask s"] / table["ask s"])
    table.insert(4, "scipy's both / both", base["both s"] / table["both s"])
    exact = np.load(held / "scipy.npy")
    differences = []
    for name in table.index:
        ms = np.load(held / f"{name}.npy")
        both = min(ms.shape[1], exact.shape[1])
        differences.append(np.abs(ms[:, :both] - exact[:, :both]).max())
    return table.assign(**{"off by ms": differences})


def main() -> None:
    """Read, tile, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("extract", type=Path)
    parser.add_argument("--tiles", default="4x4")
    parser.add_argument("--origins", type=int, default=640)
    parser.add_argument("--destinations", type=int, default=60)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--engines", default=",".join(ENGINES))
    given = parser.parse_args()
    graph = tiled(read_extract(given.extract), *map(int, given.tiles.split("x")))
    rng = np.random.default_rng(1)
    n = len(graph.x)
    origins = rng.choice(n, given.origins, replace=given.origins > n)
    destinations = rng.choice(n, given.destinations, replace=False)
    print(f"{n:,} nodes, {len(graph.tail):,} arcs; {len(origins):,} x {len(destinations)}")
    with tempfile.TemporaryDirectory() as temporary:
        held = Path(temporary)
        np.savez(held / "graph.npz", **vars(graph), origins=origins, destinations=destinations)
        rows = []
        for name in given.engines.split(","):
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                try:
                    rows.append(pool.apply(measure, (name, held, given.runs)))
                except ImportError as error:
                    print(f"{name} is left out: {error}")
        print_markdown(compared(rows, held))


def print_markdown(table: pd.DataFrame) -> None:
    """Print a table as Markdown, numbers to three figures."""
    rows = [["engine", *table.columns], ["---"] + ["--:"] * len(table.columns)]
    rows += [
        [str(name), *(f"{value:.3g}" for value in row)]
        for name, row in zip(table.index, table.to_numpy(), strict=True)
    ]
    for row in rows:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
