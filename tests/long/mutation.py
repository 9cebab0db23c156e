"""Mutation score: change the code one term at a time, and count how often the tests notice.

    python tests/long/mutation.py --count 60 --seed 1 llrgeo/appraisal llrgeo/publish

Each mutant is a copy of the package with one operator, comparison or constant changed. The tests
named after the module run on it; one that they all pass is a survivor and is listed. The exit
status is 1 if fewer than the stated share are killed.
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PYTEST = ("-x", "-q", "--no-cov", "-p", "no:cacheprovider", "-m", "not slow and not notebook")
SWAPS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


def places(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Yield what can be mutated in a module, and what kind of node it is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in SWAPS:
            yield node, "operator"
        elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
            yield node, "comparison"
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            yield node, "sign"
        elif isinstance(node, ast.Constant) and type(node.value) in {int, float}:
            yield node, "constant"


def mutate(source: str, rng: random.Random) -> tuple[str, int, str] | None:
    """Change one place of a module; return the text, the line and what was done."""
    tree = ast.parse(source)
    found = list(places(tree))
    if not found:
        return None
    node, kind = rng.choice(found)
    before = ast.unparse(node)
    if kind == "operator":
        node.op = SWAPS[type(node.op)]()
    elif kind == "comparison":
        node.ops[0] = SWAPS[type(node.ops[0])]()
    elif kind == "sign":
        node.op = ast.UAdd()
    else:
        node.value += 1
    return ast.unparse(tree), node.lineno, f"{before} -> {ast.unparse(node)}"


def tests_of(module: Path) -> list[str]:
    """Return the test files that import a module."""
    name = ".".join(module.relative_to(ROOT).with_suffix("").parts)
    parent, _, last = name.rpartition(".")
    wanted = (f"from {name} import", f"import {name}", f"from {parent} import {last}")
    return [
        str(path)
        for path in sorted((ROOT / "tests").glob("test_*.py"))
        if any(words in path.read_text(encoding="utf-8") for words in wanted)
    ]


def survives(module: Path, text: str, tests: list[str]) -> bool:
    """Run tests on a copy of the package in which a module has another text.

    `-P` keeps the package in the working directory from being imported in its place.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name in ("llrgeo", "data"):
            shutil.copytree(ROOT / name, Path(folder) / name)
        (Path(folder) / module.relative_to(ROOT)).write_text(text, encoding="utf-8")
        ran = subprocess.run(
            [sys.executable, "-P", "-m", "pytest", *PYTEST, *tests],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": folder},
            capture_output=True,
            check=False,
        )
    return ran.returncode == 0


def main() -> int:
    """Mutate, test, and print the score and the survivors."""
    parser = argparse.ArgumentParser(description="Mutation score of some modules.")
    parser.add_argument("rooms", nargs="+", type=Path)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--at-least", type=float, default=0.7)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    modules = sorted(path.resolve() for room in asked.rooms for path in room.rglob("*.py"))
    tested = [(module, tests) for module in modules if (tests := tests_of(module))]
    killed = tried = 0
    while tried < asked.count:
        module, tests = rng.choice(tested)
        mutant = mutate(module.read_text(encoding="utf-8"), rng)
        if mutant is None:
            continue
        text, line, what = mutant
        tried += 1
        if survives(module, text, tests):
            print(f"survives: {module.relative_to(ROOT)}:{line}: {what}", flush=True)
        else:
            killed += 1
    print(f"{killed} of {tried} mutants killed")
    return 0 if killed >= asked.at_least * tried else 1


if __name__ == "__main__":
    sys.exit(main())
