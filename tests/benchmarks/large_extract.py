"""Time the reading of large extracts of OpenStreetMap into networks, all rules applied, by stage.

Run: python tests/benchmarks/large_extract.py [EXTRACT.osm.pbf] [--mb 10,60] [--peers] [--likeness]

Makes files of so many megabytes from the extract (`large_file.py`), or from a county drawn by
`made_up_county.py` where none is given, and builds a network for cars of each as `llrgeo network
build` does: turn restrictions, barriers, private roads, limits and periods, and what is conditional
at Tu 08:30. Each file is read by a process of its own. Prints CPU seconds by stage, the same whole
as multiples of `import geopandas`, and the most memory. `--peers` reads each file also by pyrosm
and by osmium's loop over all elements, which is the least that Python can do with them.
`--likeness` compares what files hold with what their source does.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from large_file import tile
from made_up_county import draw_county
from taken import command, environment, peak_mb

STAGES = {
    "files": "read_extracts",
    "tags": "interpret_ways",
    "sections": "cut",
    "times": "time_sections",
    "landmarks": "find_landmarks",
    "turns": "model_turns",
    "rim": "covered_land",
}
CLOCK = "Tu 08:30"
Read = Callable[[Path], dict[str, float]]


def ours(path: Path) -> dict[str, float]:
    """Build a network; return seconds by stage."""
    from llrgeo.roads import osm

    seconds: dict[str, float] = {}

    def timed(name: str, function: Any) -> Any:
        def run(*args: Any, **options: Any) -> Any:
            begun = time.process_time()
            found = function(*args, **options)
            seconds[name] = time.process_time() - begun
            return found

        return run

    for name, function in STAGES.items():
        setattr(osm, function, timed(name, getattr(osm, function)))
    begun = time.process_time()
    network = osm.build_network([path], clock=CLOCK)
    whole = time.process_time() - begun
    rest = whole - sum(seconds.values())
    return {**seconds, "rest": rest, "whole": whole, "edges": len(network.edges)}


def pyrosm(path: Path) -> dict[str, float]:
    """Read the streets for driving, and their nodes."""
    from pyrosm import OSM

    begun = time.process_time()
    nodes, _ = OSM(str(path)).get_network("driving", nodes=True)
    return {"whole": time.process_time() - begun, "edges": len(nodes)}


def osmium_loop(path: Path) -> dict[str, float]:
    """Count all elements."""
    import osmium

    begun = time.process_time()
    elements: Any = osmium.FileProcessor(str(path))
    count = sum(1 for _ in elements)
    return {"whole": time.process_time() - begun, "edges": count}


READERS: dict[str, Read] = {"ours": ours, "pyrosm": pyrosm, "osmium": osmium_loop}


def likeness(path: Path) -> dict[str, float]:
    """Return what a file holds: counts of elements, shares of tags, nodes a way."""
    import osmium

    counts: Counter[str] = Counter()
    elements: Any = osmium.FileProcessor(str(path))
    for one in elements:
        kind = "nodes" if one.is_node() else "ways" if one.is_way() else "relations"
        counts[kind] += 1
        tags = dict(one.tags)
        counts[f"tagged {kind}"] += bool(tags)
        counts[f"tags of {kind}"] += len(tags)
        if kind == "ways":
            counts["refs"] += len(one.nodes)
            for key in ("highway", "building"):
                counts[key] += key in tags
                counts[f"{key} refs"] += len(one.nodes) if key in tags else 0
            counts["named"] += "highway" in tags and "name" in tags
            counts["limited"] += "highway" in tags and "maxspeed" in tags
        counts["restrictions"] += tags.get("type") == "restriction"
    ways, streets = counts["ways"], counts["highway"]
    return {
        "nodes a way": counts["refs"] / ways,
        "nodes a street": counts["highway refs"] / streets,
        "nodes by ways": counts["nodes"] / ways,
        "streets of ways": streets / ways,
        "buildings of ways": counts["building"] / ways,
        "tagged nodes": counts["tagged nodes"] / counts["nodes"],
        "tags a way": counts["tags of ways"] / ways,
        "named streets": counts["named"] / streets,
        "streets with a limit": counts["limited"] / streets,
        "relations by ways": (counts["relations"] - counts["restrictions"]) / ways,
        "restrictions by streets": counts["restrictions"] / streets,
    }


def in_process(reader: str, path: Path) -> dict[str, float]:
    """Run a reader in a process of its own; return its figures and most memory."""
    words = [sys.executable, __file__, str(path), "--read", reader]
    done = subprocess.run(words, check=True, env=environment(), capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def geopandas_s() -> float:
    """Return the least CPU seconds of three imports of geopandas."""
    return min(command([sys.executable, "-c", "import geopandas"]).seconds for _ in range(3))


def compare(source: Path, sizes: list[float], readers: list[str], folder: Path) -> None:
    """Make files of some sizes, read each, and print what it took."""
    for megabytes in sizes:
        path = folder / f"{megabytes:g}.osm.pbf"
        copies = tile(source, path, megabytes)
        print(f"\n{path.stat().st_size / 1e6:.1f} MB, {copies} copies", flush=True)
        for reader in readers:
            yard = geopandas_s()
            figures = in_process(reader, path)
            told = ", ".join(f"{key} {value:,.1f}" for key, value in figures.items())
            times = figures["whole"] / yard
            print(f"{reader}: {told}; {times:.1f} x import geopandas of {yard:.2f} s", flush=True)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("extract", type=Path, nargs="?")
    parser.add_argument("--mb", default="10,60")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--likeness", action="store_true")
    parser.add_argument("--make", type=Path, help="only make a file of the largest size")
    parser.add_argument("--read", choices=list(READERS), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.read:
        print(json.dumps(READERS[asked.read](asked.extract) | {"most MB": peak_mb()}))
        return
    with tempfile.TemporaryDirectory(prefix="llrgeo-extract-") as name:
        folder = Path(name)
        source = asked.extract or folder / "source.osm.pbf"
        if not asked.extract:
            draw_county(source)
        sizes = [float(size) for size in asked.mb.split(",")]
        if asked.make:
            tile(source, asked.make, max(sizes))
            return
        if asked.likeness:
            tile(source, folder / "x.osm.pbf", sizes[0])
            own, made = likeness(source), likeness(folder / "x.osm.pbf")
            for what, value in own.items():
                print(f"{what}: source {value:.4f}, file {made[what]:.4f}")
            return
        compare(source, sizes, list(READERS) if asked.peers else ["ours"], folder)


if __name__ == "__main__":
    main()
