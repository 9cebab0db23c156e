"""Print how long the project's larger work takes, ours and its peers in one run.

Run: python tests/benchmarks/table.py [--rows help,evaluate_634] [--extract EXTRACT.osm.pbf]
     python tests/benchmarks/table.py --small [--record]

Each row, and each peer of a row, runs in a process of its own. Figures are CPU seconds and the most
memory of the process; seconds also as multiples of `import geopandas`, the yardstick, which is
timed at the start and at the end, so that tables of two machines can be compared. A peer that is
not installed, and a row without what it needs, say so.

`--small` measures only the ratios of `ratios.py` (ours over a yardstick, both in one process,
by turns), and fails where one is more than half worse than `ratios.toml` has it; `--record` writes
that file.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ratios import RECORDED, judged, read_ratios, write_ratios
from rows import ROWS, Skipped
from taken import Asked, Figures, command, peak_mb

YARDSTICK = [sys.executable, "-c", "import geopandas"]
HEAD = ("work", "by", "CPU s", "x geopandas", "MB", "note")
TRIES = 3


def yardstick_s() -> float:
    """Return the least CPU seconds of some imports of geopandas."""
    return min(command(YARDSTICK).seconds for _ in range(TRIES))


def run_case(row: str, case: str, asked: Asked) -> Figures | str:
    """Run a case in a process of its own; return its figures, or why there are none."""
    words = [sys.executable, __file__, "--case", row, case, "--asked", json.dumps(asked._asdict())]
    # One thread of BLAS, as `llrgeo` has it: those that wait for one another would be counted too.
    given = {"OPENBLAS_NUM_THREADS": "1"} | os.environ
    done = subprocess.run(words, env=given, check=False, capture_output=True, text=True)
    said = done.stdout.strip().splitlines()
    if done.returncode or not said:
        return f"failed: {(done.stderr.strip().splitlines() or ['it said nothing'])[-1]}"
    answer: dict[str, Any] = json.loads(said[-1])
    return answer["skipped"] if "skipped" in answer else Figures(**answer)


def say_case(row: str, case: str, asked: Asked) -> None:
    """Work a case out in this process, and print its figures for the one that asked."""
    try:
        figures = ROWS[row].cases[case](asked)
    except ImportError as error:
        print(json.dumps({"skipped": f"{error.name} is not installed"}))
    except Skipped as reason:
        print(json.dumps({"skipped": str(reason)}))
    else:
        own = figures._asdict() | {"mb": figures.mb or peak_mb()}
        print(json.dumps(own))


def markdown(cells: Sequence[str]) -> str:
    """Return a line of the table."""
    return f"| {' | '.join(cells)} |"


def print_table(names: Sequence[str], asked: Asked) -> bool:
    """Print the rows as they come; return whether none failed."""
    base = yardstick_s()
    print(markdown(HEAD))
    print(markdown(["---", "---", "--:", "--:", "--:", "---"]))
    print(markdown(["`import geopandas`", "", f"{base:.2f}", "1", "", f"least of {TRIES}"]))
    fine = True
    for name in names:
        for case in ROWS[name].cases:
            found = run_case(name, case, asked)
            if isinstance(found, str):
                fine = fine and not found.startswith("failed")
                figures = ["", "", "", found]
            else:
                times = f"{found.seconds / base:.3g}"
                figures = [
                    f"{found.seconds:.3g}",
                    times,
                    f"{found.mb:.0f}" if found.mb > 0 else "",
                    found.note,
                ]
            print(markdown([ROWS[name].label, case, *figures]), flush=True)
    print(markdown(["`import geopandas`, again", "", f"{yardstick_s():.2f}", "", "", ""]))
    return fine


def small(*, record: bool) -> bool:
    """Measure the ratios; write them down, or say which are worse than those written down."""
    from pairs import measured_ratios

    known = {} if record else read_ratios(RECORDED)
    found = measured_ratios(known)
    if record:
        write_ratios(RECORDED, found)
        return True
    lines, fine = judged(found, known)
    print("\n".join(lines))
    return fine


def main() -> None:
    """Print the table, or the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", help=f"some of {', '.join(ROWS)}")
    parser.add_argument("--extract", default="", help="an .osm.pbf; else one is made up")
    parser.add_argument("--or-library", default="", help="a folder with pmed1.txt and on")
    parser.add_argument("--seconds", type=float, default=60.0, help="the longest search of sites")
    parser.add_argument("--small", action="store_true", help="ratios alone, against those recorded")
    parser.add_argument("--record", action="store_true", help="with --small: write them down")
    parser.add_argument("--case", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--asked", default="{}", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.case:
        say_case(*given.case, Asked(**json.loads(given.asked)))
        return
    if given.small:
        fine = small(record=given.record)
    else:
        names = given.rows.split(",") if given.rows else list(ROWS)
        if unknown := [name for name in names if name not in ROWS]:
            parser.error(f"no such rows: {', '.join(unknown)}; there are {', '.join(ROWS)}")
        asked = Asked(str(Path(given.extract)) if given.extract else "", given.or_library)
        fine = print_table(names, Asked(asked.extract, asked.or_library, given.seconds))
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
