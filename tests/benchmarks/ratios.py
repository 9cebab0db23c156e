"""Ratios of our work to yardsticks measured beside it: those recorded, and which became worse."""

import math
import tomllib
from collections.abc import Mapping
from pathlib import Path

RECORDED = Path(__file__).with_name("ratios.toml")
WORSE = 1.5  # times the recorded ratio: beyond, the run fails


def worse(found: Mapping[str, float], known: Mapping[str, float]) -> list[str]:
    """Return the names of ratios that are more than half worse than known, or that are not known.

    A known ratio that was not found is worse too: leaving out a measurement hides what it tells.
    """
    return [
        name
        for name in sorted({*found, *known})
        if name not in known or not found.get(name, math.inf) <= WORSE * known[name]
    ]


def judged(found: Mapping[str, float], known: Mapping[str, float]) -> tuple[list[str], bool]:
    """Return a line for each ratio, and whether none is worse."""
    bad = worse(found, known)
    lines = ["| ours over its yardstick | now | recorded | |", "| --- | --: | --: | --- |"]
    for name in sorted({*found, *known}):
        now, then = found.get(name, math.nan), known.get(name, math.nan)
        word = f"more than {WORSE:g} times the recorded ratio" if name in bad else ""
        lines.append(f"| {name} | {now:.3g} | {then:.3g} | {word} |")
    return lines, not bad


def read_ratios(path: Path) -> dict[str, float]:
    """Return the ratios of a file."""
    return {name: float(ratio) for name, ratio in tomllib.loads(path.read_text("utf-8")).items()}


def write_ratios(path: Path, ratios: Mapping[str, float]) -> None:
    """Write ratios, three figures each."""
    head = "# CPU seconds of ours over those of its yardstick, as `table.py --small --record` found"
    lines = [f'"{name}" = {float(f"{ratio:.3g}")}' for name, ratio in sorted(ratios.items())]
    path.write_text("\n".join([f"{head}.", *lines]) + "\n", encoding="utf-8")
