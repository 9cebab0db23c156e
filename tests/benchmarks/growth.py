"""How a study grows with its areas and sites: CPU seconds by stage, and the most memory.

Run: python tests/benchmarks/growth.py [--sizes 634x99,2500x200,10000x300,33755x500] [--keep FOLDER]

Runs and publishes made-up studies (`made_up_area.py`) whose travel times are given, each in a
process of its own, by `llrgeo run --timings`. Prints a Markdown table. The largest needs some
gigabytes of memory.
"""

import argparse
import re
import tempfile
from pathlib import Path
from typing import NamedTuple

from made_up_area import write_made_up
from taken import command, llrgeo_command

SIZES = "634x99,2500x200,10000x300,33755x500"
STAGE = re.compile(r"^ *([a-z ]+?) +([\d.]+) +([\d.]+) +([\d.]+) *$", re.MULTILINE)


class Done(NamedTuple):
    """CPU seconds and megabytes at most of a run; of each stage its seconds and gigabytes."""

    seconds: float
    mb: float
    stages: dict[str, tuple[float, float]]
    published_mb: float


def run_once(folder: Path, areas: int, sites: int) -> Done:
    """Make a study up in a folder, run and publish it."""
    study, out = write_made_up(folder / "study", areas, sites), folder / "maps"
    took = command(llrgeo_command("run", str(study), "--quiet", "--timings", "--out", str(out)))
    stages = {name: (float(busy), float(gb)) for name, _, busy, gb in STAGE.findall(took.note)}
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    return Done(took.seconds, took.mb, stages, size / 1e6)


def main() -> None:
    """Print a row for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--keep", type=Path, help="a folder for the studies and their pages")
    asked = parser.parse_args()
    head: list[str] = []
    for size in asked.sizes.split(","):
        areas, sites = map(int, size.split("x"))
        with tempfile.TemporaryDirectory(prefix="llrgeo-growth-") as scratch:
            place = Path(asked.keep or scratch) / size
            done = run_once(place, areas, sites)
        if not head:
            head = ["areas x sites", *done.stages, "whole process", "most MB", "published MB"]
            print(f"| {' | '.join(head)} |\n| --- |{' --: |' * (len(head) - 1)}")
        cells = [f"{busy:.1f} ({gb:.1f} GB)" for busy, gb in done.stages.values()]
        whole = [f"{done.seconds:.1f}", f"{done.mb:.0f}", f"{done.published_mb:.0f}"]
        print(f"| {areas:,} x {sites} | {' | '.join([*cells, *whole])} |", flush=True)


if __name__ == "__main__":
    main()
