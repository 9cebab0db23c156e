"""What checksums cost in the main job: milliseconds of CPU, files and MB, by what is verified.

    python tests/benchmarks/verification.py

Every function of llrgeo that takes a SHA-256 is timed, wherever it is called from. Reading verifies
the embedded tables and the network; publishing takes the checksums of what it writes, and compares
the files on disk with them.
"""

import importlib
import pkgutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import llrgeo
from llrgeo import files
from llrgeo.inputs.embedded import embedded
from llrgeo.roads.network_files import load_network
from llrgeo.study.config import load_study
from llrgeo.study.run import publish_study, run_study

SPENT = {"ms": 0.0, "times": 0, "MB": 0.0}


def timed(take: Callable[[Any], str], size: Callable[[Any], int]) -> Callable[[Any], str]:
    """Return a function that takes a checksum and adds up what that costs."""

    def checksum(content: Any) -> str:
        begun = time.process_time()
        found = take(content)
        SPENT["ms"] += 1_000 * (time.process_time() - begun)
        SPENT["times"] += 1
        SPENT["MB"] += size(content) / 1e6
        return found

    return checksum


def watch() -> None:
    """Put the timed functions in the place of those that take checksums, in every module."""
    watched = {
        files.sha256_of_file: timed(files.sha256_of_file, lambda path: Path(path).stat().st_size),
        files.sha256_of_bytes: timed(files.sha256_of_bytes, len),
    }
    for found in pkgutil.walk_packages(llrgeo.__path__, "llrgeo."):
        if not found.name.endswith("__main__"):
            module = importlib.import_module(found.name)
            for name, value in list(vars(module).items()):
                if callable(value) and value in watched:
                    setattr(module, name, watched[value])


def tell(what: str, act: Callable[[], Any]) -> Any:
    """Run a step, say what its checksums cost of it, and return what it returns."""
    SPENT.update(ms=0.0, times=0, MB=0.0)
    begun = time.process_time()
    result = act()
    whole = time.process_time() - begun
    print(
        f"{what}: {SPENT['ms']:.1f} ms for {SPENT['times']} checksums of {SPENT['MB']:.1f} MB,"
        f" in a step of {whole:.2f} s"
    )
    return result


def main() -> None:
    """Measure reading the embedded network alone, then a run and its publication."""
    watch()
    tell("embedded network, first", lambda: load_network(embedded("network")))
    tell("embedded network, again", lambda: load_network(embedded("network")))
    study = load_study(embedded("studies") / "closer_to_home.toml")
    result = tell("the study, read and run", lambda: run_study(study))
    with tempfile.TemporaryDirectory() as folder:
        tell("published", lambda: publish_study(result, Path(folder) / "maps"))


if __name__ == "__main__":
    main()
