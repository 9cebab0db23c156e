"""Mutation score: change the code one term at a time, and count how often the tests notice.

    python tests/long/mutation.py --sample 300 --first 60 --seed 1

Draws a sample of mutants from all places that can be changed in the rooms whose figures are
published (`ROOMS`, or those named), and tries the first of them; the same seed draws the same
sample, so a later run goes on with `--after 60`. Each mutant is one change in a copy of the
package: an operator, comparison, sign, number, truth value, or minimum for maximum. Those tests run
on it that name or import its module, the nearest by name first. A mutant that they all pass is a
survivor, and is listed. At the end the tests that killed run once on the code as it is, and must
pass: a test that fails anyway kills nothing. The exit status is 1 if fewer than the stated share
are killed.
"""

import argparse
import ast
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
ROOMS = (
    "llrgeo/appraisal", "llrgeo/publish/data", "llrgeo/travel", "llrgeo/study/config.py",
    "llrgeo/study/appraisal_config.py", "llrgeo/study/siting_config.py",
    "llrgeo/study/option_config.py", "llrgeo/study/validation.py",
)  # fmt: skip
PYTEST = ("-x", "-q", "--no-cov", "-p", "no:cacheprovider", "-p", "no:xdist")
MARKS = "not slow and not notebook and not browser and not reference"
MOST_FILES = 5  # of tests for one mutant
SECONDS = 300  # a mutant that keeps its tests longer hangs, which is noticed
SWAPS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.And: ast.Or, ast.Or: ast.And, ast.In: ast.NotIn,
    ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}  # fmt: skip
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any", "minimum": "maximum",
         "maximum": "minimum", "left": "right", "right": "left"}  # fmt: skip


class Mutant(NamedTuple):
    """One change of a module: its text with the change, the line, and what was changed."""

    module: Path
    line: int
    what: str
    text: str


def places(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield what can be changed in a module, annotations apart: they decide no figure."""
    hints = {
        id(inner)
        for node in ast.walk(tree)
        for hint in (getattr(node, "annotation", None), getattr(node, "returns", None))
        if hint is not None
        for inner in ast.walk(hint)
    }
    for node in ast.walk(tree):
        if id(node) not in hints and _replacement(node) is not None:
            yield node


def _replacement(node: ast.AST) -> object:
    """Return what takes the place of a node's operator, name or value; None to leave it."""
    other: object = None
    if isinstance(node, ast.BinOp | ast.BoolOp):
        other = SWAPS.get(type(node.op))
    elif isinstance(node, ast.Compare):
        other = SWAPS.get(type(node.ops[0]))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        other = ast.UAdd
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        other = NAMES.get(node.id)
    elif isinstance(node, ast.Attribute):
        other = NAMES.get(node.attr)
    elif isinstance(node, ast.Constant) and type(node.value) in {bool, int, float}:
        other = not node.value if isinstance(node.value, bool) else node.value + 1
    return other


def mutate(module: Path, place: int) -> Mutant:
    """Return a module with its place-th change."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    node = list(places(tree))[place]
    before, other = ast.unparse(node), _replacement(node)
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.UnaryOp):
        node.op = other()
    elif isinstance(node, ast.Compare):
        node.ops[0] = other()
    elif isinstance(node, ast.Name):
        node.id = other
    elif isinstance(node, ast.Attribute):
        node.attr = other
    else:
        node.value = other
    return Mutant(module, node.lineno, f"{before} -> {ast.unparse(node)}", ast.unparse(tree))


def tests_of(module: Path) -> list[str]:
    """Return the test files of a module: those named after it first, then those that import it.

    A module that no test imports is tested through the modules that import it, and so on up.
    """
    files = {path: path.read_text(encoding="utf-8") for path in ROOT.glob("tests/test_*.py")}
    package = {path: path.read_text(encoding="utf-8") for path in ROOT.glob("llrgeo/**/*.py")}
    files.pop(ROOT / "tests" / "test_contracts.py")  # it copies the tree that is not changed
    users, found = {module}, set()
    for _ in range(3):
        found = {path for user in users for path in _importing(user, files)}
        if found:
            break
        users = {path for user in users for path in _importing(user, package)}
    words = set(module.stem.split("_"))

    def distance(path: Path) -> tuple[int, int]:
        named = words & set(path.stem.removeprefix("test_").split("_"))
        return -len(named), files[path].count("\nfrom llrgeo")

    return [str(path) for path in sorted(sorted(found), key=distance)[:MOST_FILES]]


def _importing(module: Path, texts: dict[Path, str]) -> set[Path]:
    name = ".".join(module.relative_to(ROOT).with_suffix("").parts)
    parent, _, last = name.rpartition(".")
    names = rf"(\([^)]*|[^\n(]*)\b{last}\b"
    pattern = re.compile(
        rf"(from|import) {re.escape(name)}\b|from {re.escape(parent)} import {names}"
    )
    return {path for path, text in texts.items() if pattern.search(text) and path != module}


def killed_by(mutant: Mutant | None, tests: list[str]) -> str:
    """Run tests on a copy of the package with a mutant; return the test that fails, or nothing.

    `-P` keeps the package in the working directory from being imported in its place.
    """
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "llrgeo", Path(folder) / "llrgeo")
        (Path(folder) / "data").symlink_to(ROOT / "data")
        if mutant:
            changed = Path(folder) / mutant.module.relative_to(ROOT)
            changed.write_text(mutant.text, encoding="utf-8")
        try:
            ran = subprocess.run(
                [sys.executable, "-P", "-m", "pytest", *PYTEST, "-m", MARKS, *tests],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"},
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return "takes too long"
    if ran.returncode == 0:
        return ""
    failed = re.search(r"^(?:FAILED|ERROR) (\S+)", ran.stdout, re.MULTILINE)
    return failed[1] if failed else f"pytest ends with {ran.returncode}"


def sample(rooms: list[str], count: int, seed: int) -> list[tuple[Path, int]]:
    """Draw places from all those of the rooms, each as likely as any other."""
    modules = sorted(
        path
        for room in rooms
        for path in ([ROOT / room] if room.endswith(".py") else (ROOT / room).rglob("*.py"))
    )
    every = [
        (module, place)
        for module in modules
        for place, _ in enumerate(places(ast.parse(module.read_text(encoding="utf-8"))))
    ]
    print(f"{len(every)} places in {len(modules)} modules", flush=True)
    return random.Random(seed).sample(every, min(count, len(every)))


def main() -> int:
    """Mutate, test, and print the score and the survivors."""
    parser = argparse.ArgumentParser(description="Mutation score of some modules.")
    parser.add_argument("rooms", nargs="*", default=ROOMS)
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--first", type=int, default=300)
    parser.add_argument("--after", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--at-least", type=float, default=0.9)
    asked = parser.parse_args()
    drawn = sample(asked.rooms, asked.sample, asked.seed)[asked.after : asked.after + asked.first]
    survivors, killers = 0, set()
    for number, (module, place) in enumerate(drawn, start=asked.after + 1):
        mutant, tests = mutate(module, place), tests_of(module)
        killer = killed_by(mutant, tests) if tests else ""
        killers |= {killer} if killer.startswith("tests") else set()
        survivors += not killer
        where = f"{module.relative_to(ROOT)}:{mutant.line}: {mutant.what!r}"
        print(f"{number} {'killed' if killer else 'SURVIVES'} {where} {killer}", flush=True)
    anyway = killed_by(None, sorted(killers)) if killers else ""
    if anyway:
        print(f"{anyway} fails without any change: it kills nothing")
        return 1
    print(f"{len(drawn) - survivors} of {len(drawn)} mutants killed")
    return 0 if len(drawn) - survivors >= asked.at_least * len(drawn) else 1


if __name__ == "__main__":
    sys.exit(main())
