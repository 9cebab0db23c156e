"""Be the user of `llrgeo new --icb`: from an empty folder to pages, against the tests' own server.

Run: python tests/benchmarks/any_icb.py [--large] [--keep FOLDER]

Serves an invented board in the publishers' formats from this machine, and runs the commands that a
user types, each in a process of its own: `new`, `run`, `new` again `--offline`. Prints what they
print, with seconds by the clock and of the processor, the most memory, requests and megabytes.
`--large` has 1,060 areas, as many as Leicester, Leicestershire and Rutland with Northamptonshire.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from invented_icb import large, small
from official_server import OfficialServer, serving

ROOT = Path(__file__).parents[2]
ICB = ("--icb", "Invented Vale and Haven", "--sources", "sources.toml", "--timings")
SLOW_TO_MAKE = ("deprivation", "postcodes", "projections", "returns", "streets", "timetables")


def command(folder: Path, *words: str) -> None:
    """Run a command in a folder, and print what it said and took."""
    print(f"\n$ llrgeo {' '.join(words)}", flush=True)
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "llrgeo", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"# status {done.returncode}, {time.perf_counter() - begun:.1f} s by the clock, "
        f"{busy_s:.1f} s of the processor, at most {after.ru_maxrss / 1e6:.2f} GB so far",
        flush=True,
    )


def requests_told(server: OfficialServer, before: int) -> str:
    """Say how many requests came since, by host."""
    hosts = Counter(target.split("/")[1] for target in server.requests[before:])
    listed = "".join(f"\n#   {number:4} {host}" for host, number in sorted(hosts.items()))
    return f"# {len(server.requests) - before} requests{listed}"


def size_mb(folder: Path) -> float:
    """Return the megabytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def transcript(folder: Path, server: OfficialServer) -> None:
    """Run the commands, one after the other."""
    for name in SLOW_TO_MAKE:  # so that their making is not counted as a server's answer
        server.files.get(name)
    server.sources(folder / "sources.toml")
    command(folder, "new", "study", *ICB)
    print(requests_told(server, 0))
    kept = {name: size_mb(folder / name) for name in ("downloads", "study")}
    print(", ".join(f"# {name} {size:.1f} MB" for name, size in kept.items()))
    asked = len(server.requests)
    command(folder, "run", "study/study.toml", "--out", "pages", "--timings", "--quiet")
    print(requests_told(server, asked))
    pages = folder / "pages"
    print(f"# pages {size_mb(pages):.1f} MB in {sum(1 for _ in pages.rglob('*'))} files")
    command(folder, "new", "study_again", *ICB, "--offline", "--quiet")
    print(requests_told(server, asked))


def main() -> None:
    """Print the transcript."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="1,060 areas instead of 60")
    parser.add_argument("--keep", type=Path, help="a folder that is kept, for looking at it")
    asked = parser.parse_args()
    if asked.keep:
        asked.keep.mkdir(parents=True)
    place = nullcontext(asked.keep) if asked.keep else tempfile.TemporaryDirectory()
    with place as folder, serving(large() if asked.large else small()) as server:
        transcript(Path(folder).resolve(), server)


if __name__ == "__main__":
    main()
