"""Which tests run a line: chosen by measured coverage, and cheap enough together.

A run of all tests with a context for each (`--cov-context=test`) says which lines each test runs,
and `--durations=0` how long it takes. Coverage does not see what numba compiles, nor which test
needs a line that runs on import or in a fixture that was set up for another test. For those the
tests are found through the names that the line defines, the module, and the shared fixtures.
"""

import ast
import os
import re
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path

from mutants import ROOT, Mutant

DURATION = re.compile(r"^\s*([\d.]+)s (?:call|setup|teardown)\s+(tests/[^\[\s]+)")
UNLISTED_S = 0.005  # pytest lists no duration below it
IMPORT_S = 0.1  # one more file of tests to import
# It copies the tree that is not changed, so it notices nothing.
IDLE = "tests/test_contracts.py"
# It looks at every class of the package, whatever lines it runs.
EVERY_CLASS = "tests/test_dataclasses.py"
Function = ast.FunctionDef | ast.AsyncFunctionDef


def measure(folder: Path) -> None:
    """Run all tests with coverage, and leave in a folder what `Covering` reads."""
    folder.mkdir(parents=True, exist_ok=True)
    command = (
        "-m pytest -q -n auto --cov --cov-context=test --cov-report= --cov-fail-under=0"
        " --durations=0"
    )
    with (folder / "log").open("w", encoding="utf-8") as log:
        subprocess.run(
            [sys.executable, *command.split()],
            cwd=ROOT,
            env=os.environ | {"COVERAGE_FILE": str(folder / ".coverage")},
            stdout=log,
            check=True,
        )


class Covering:
    """The tests of each line, their durations, and what they share."""

    def __init__(
        self, folder: Path, shared: dict[str, list[str]], also: Sequence[str] = ()
    ) -> None:
        """Read `.coverage` and `log` of a folder; `shared` has the fixtures of today's tests.

        `also` are files of tests, or beginnings of their names, that are tried on every mutant.
        """
        self.also = {test for test in shared if test.startswith(tuple(also))}
        self.shared = {test: set(names) for test, names in shared.items()}
        self.database = folder / ".coverage"
        self.seconds: dict[str, float] = defaultdict(float)
        for line in (folder / "log").read_text(encoding="utf-8").splitlines():
            if found := DURATION.match(line):
                self.seconds[found[2]] += float(found[1])

    def tests_of(self, mutant: Mutant, budget_s: float) -> list[str]:
        """Return the tests of a mutant's line, those of a file the better the nearer by name.

        Half of the budget is for tests that run the line, or may; half for those whose fixtures
        do. Within both the fastest come first.
        """
        direct, through = self._found(mutant.module, mutant.line)
        direct |= self.also
        own = set(mutant.module.stem.split("_"))

        def order(test: str) -> tuple[bool, float]:
            file = Path(test.partition("::")[0]).stem
            near = bool(own & set(file.split("_"))) or test.startswith(EVERY_CLASS)
            return not near, self.seconds[test]

        chosen: dict[str, list[str]] = defaultdict(list)
        for group in (direct, through - direct):
            left = budget_s / 2
            for test in sorted(sorted(group), key=order):
                file = test.partition("::")[0]
                cost = max(self.seconds[test], UNLISTED_S) + (file not in chosen) * IMPORT_S
                if cost <= left:
                    left -= cost
                    chosen[file].append(test)
        return [test for tests in chosen.values() for test in tests]

    def only_when_called(self, mutant: Mutant) -> bool:
        """Return whether a line runs in Python, and never on import: its code can be replaced."""
        lines, function = _statement(mutant.module, mutant.line)
        by_line = self._by_line(mutant.module.relative_to(ROOT).as_posix())
        imported = any("" in by_line.get(line, ()) for line in lines)
        return function is not None and not _is_compiled(function) and not imported

    def _found(self, module: Path, line: int) -> tuple[set[str], set[str]]:
        """Return the tests that run a line, and those that share fixtures which do."""
        lines, function = _statement(module, line)
        if function and not _is_compiled(function):
            run, setup = self._running(module, lines)
            if run or setup:
                return run, setup | self._sharing(setup)
        # What runs on import, or compiled: those that run what uses its name, or its module.
        names = {function.name} if function else set(_defined(module, lines))
        run, setup = self._any(_users(module, names))
        for user in (module, *_importers(module)):
            if not (run or setup):
                run, setup = self._any([(user, _inside(user))])
        classes = {test for test in self.shared if test.startswith(EVERY_CLASS)}
        return run | (set() if function else classes), setup | self._sharing(setup)

    def _any(self, used: Iterable[tuple[Path, set[int]]]) -> tuple[set[str], set[str]]:
        """Return the tests that run any of the lines of some modules."""
        found = [self._running(module, lines) for module, lines in used]
        run, setup = zip(*found, strict=True) if found else ((), ())
        return set().union(*run), set().union(*setup)

    def _running(self, module: Path, lines: Iterable[int]) -> tuple[set[str], set[str]]:
        """Return today's tests that run any of a module's lines, themselves and in fixtures."""
        run, setup = set(), set()
        by_line = self._by_line(module.relative_to(ROOT).as_posix())
        for line in lines:
            for context in by_line.get(line, ()):
                test, _, phase = context.rpartition("|")
                test = test.partition("[")[0]
                if test in self.shared and not test.startswith(IDLE):
                    (run if phase == "run" else setup).add(test)
        return run, setup

    @cache  # noqa: B019 - lives as long as the run
    def _by_line(self, module: str) -> dict[int, set[str]]:
        found: dict[int, set[str]] = defaultdict(set)
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            contexts = dict(database.execute("SELECT id, context FROM context"))
            files = database.execute("SELECT id FROM file WHERE path LIKE ?", (f"%/{module}",))
            rows = [
                row
                for file in files.fetchall()
                for row in database.execute(
                    "SELECT context_id, fromno, tono FROM arc WHERE file_id = ?", file
                )
            ]
            for context, *ends in rows:
                for end in ends:
                    found[end].add(contexts[context])
        return found

    def _sharing(self, tests: set[str]) -> set[str]:
        """Return the tests that use a fixture which one of some tests was the first to use."""
        fixtures = {name for test in tests for name in self.shared[test]}
        return {test for test, names in self.shared.items() if names & fixtures}


@cache
def _tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


@cache
def _functions(module: Path) -> list[Function]:
    return [
        node
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def _inside(module: Path) -> set[int]:
    """Return the lines within a module's functions."""
    return {n for f in _functions(module) for n in range(f.lineno + 1, f.end_lineno + 1)}


def _is_compiled(function: Function) -> bool:
    return any("compiled" in ast.unparse(decorator) for decorator in function.decorator_list)


def _statement(module: Path, line: int) -> tuple[range, Function | None]:
    """Return the lines of the innermost statement of a line, without its body, and its function.

    A default value and a decorator belong to what surrounds their function.
    """
    inner: list[ast.stmt] = [
        node
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.stmt) and _head(node).start <= line < _head(node).stop
    ]
    lines = _head(min(inner, key=lambda node: len(_head(node))))
    around = [f for f in _functions(module) if f.body[0].lineno <= line <= f.end_lineno]
    return lines, max(around, key=lambda f: f.lineno) if around else None


def _head(node: ast.stmt) -> range:
    """Return the lines of a statement; of one with a body, those before it."""
    start = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    body = getattr(node, "body", None)
    return range(start, body[0].lineno if body and body[0].lineno > start else node.end_lineno + 1)


def _defined(module: Path, lines: range) -> Iterator[str]:
    """Yield the names that the statement at some lines defines."""
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.stmt) and _head(node) == lines:
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                yield node.name
            for target in getattr(node, "targets", [getattr(node, "target", None)]):
                if isinstance(target, ast.Name):
                    yield target.id


def _users(module: Path, names: set[str]) -> Iterator[tuple[Path, set[int]]]:
    """Yield where names of a module are used within functions: there, and where it is imported."""
    for user in (module, *_importers(module)):
        used = {
            node.lineno
            for node in ast.walk(_tree(user))
            if (isinstance(node, ast.Name) and node.id in names)
            or (isinstance(node, ast.Attribute) and node.attr in names)
        }
        yield user, used & _inside(user)


@cache
def _importers(module: Path) -> list[Path]:
    """Return the modules that import names of a module."""
    name = ".".join(module.relative_to(ROOT).with_suffix("").parts)
    return [
        path
        for path in sorted((ROOT / "llrgeo").rglob("*.py"))
        if path != module and f"from {name} import" in path.read_text(encoding="utf-8")
    ]
