"""Runs of pytest on changed code, each in a fork of a warm process: nothing is imported again.

Two processes wait, this file as a script. One has collected all tests; in its forks the functions
of the package get the code of the mutant. That cannot be done to what runs on import, nor to what
numba compiles: for these the other process has only third-party libraries, and its forks import
`llrgeo` anew, from a changed copy. A process reads requests and answers each, in lines of JSON.
"""

import compileall
import contextlib
import gc
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from py_compile import PycInvalidationMode
from types import CodeType, FunctionType
from typing import Any, Self

import hypothesis.configuration
import numba
import pytest
from mutants import ROOT, Mutant, changed_tree

LIBRARIES = (
    "geopandas", "jinja2", "openpyxl", "pandas", "pyarrow.parquet", "pydantic", "pyogrio",
    "requests", "rich", "scipy.optimize", "scipy.sparse.csgraph", "scipy.stats", "shapely", "typer",
    "xlsxwriter",
)  # fmt: skip
OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:pytest_cov")
# The same examples for each mutant, and none kept from the one before.
OPTIONS += ("--hypothesis-seed=0", "-W", "ignore::pytest.PytestAssertRewriteWarning")
OPTIONS += ("-m", "not slow and not notebook and not browser and not reference")
BYTES = 6 << 30  # memory of one run: a fault may ask for all there is
PATIENCE = 20  # a run may wait, and use no processor, so many times its processor time


class WarmPytest:
    """A copy of the package that can be changed, and two warm processes that test it."""

    def __init__(self) -> None:
        """Copy the package, with byte code that is checked by content, and start one process."""
        self._folder = tempfile.TemporaryDirectory()
        self._copy = Path(self._folder.name)
        without = shutil.ignore_patterns("*.pyc")
        shutil.copytree(ROOT / "llrgeo", self._copy / "llrgeo", ignore=without)
        (self._copy / "data").symlink_to(ROOT / "data")
        compileall.compile_dir(
            self._copy / "llrgeo", quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH
        )
        self._importing = self._started("importing")
        self._collected: subprocess.Popen[str] | None = None

    def _started(self, kind: str) -> "subprocess.Popen[str]":
        # `-P` keeps the package in the working directory from being imported in its place.
        return subprocess.Popen(
            [sys.executable, "-P", __file__, kind, str(self._copy)],
            cwd=ROOT,
            env=os.environ
            | {"PYTHONPATH": f"{self._copy}:{Path(__file__).parent}"}
            | {"PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes, and remove the copy."""
        for process in filter(None, (self._importing, self._collected)):
            process.communicate()
        self._folder.cleanup()

    def _answer(self, *, collected: bool, **request: Any) -> Any:
        if collected and self._collected is None:
            self._collected = self._started("collected")
        process = self._collected if collected else self._importing
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    def wide_fixtures(self) -> dict[str, list[str]]:
        """Return the fixtures that each test shares with others: those set up once for many."""
        return dict(self._answer(collected=True, tests=None))

    def killed_in_place(
        self, module: Path, place: int | None, tests: list[str], seconds: int
    ) -> str:
        """Run tests with the place-th change, or none, of a module's functions; say what fails."""
        inside = str(self._copy / module.relative_to(ROOT))
        request = {"module": str(module), "file": inside, "place": place}
        return str(self._answer(collected=True, tests=tests, seconds=seconds, **request))

    def killed_by(self, mutant: Mutant | None, tests: list[str], seconds: int = 600) -> str:
        """Run tests on the copy with a mutant; return the first that fails, or nothing.

        A run that needs more `seconds` of processor time than that hangs, which is noticed.
        numba does not see that what a cached function calls has changed, so the machine code of a
        changed module is made anew.
        """
        if not mutant:
            return str(self._answer(collected=False, tests=tests, seconds=seconds, anew=False))
        changed = self._copy / mutant.module.relative_to(ROOT)
        before = changed.read_bytes()
        changed.write_text(mutant.text, encoding="utf-8")
        try:
            anew = b"@compiled" in before or b"numba" in before
            return str(self._answer(collected=False, tests=tests, seconds=seconds, anew=anew))
        finally:
            changed.write_bytes(before)


class _Recorder:
    """A pytest plugin that remembers the first failure."""

    def __init__(self) -> None:
        self.failed = ""

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid or "tests cannot be collected"


class _Collected(_Recorder):
    """A pytest plugin that answers requests where pytest would run what it has collected."""

    def __init__(self, answers: int) -> None:
        super().__init__()
        self.answers = answers
        self.functions: dict[str, list[FunctionType]] = defaultdict(list)
        self.items: dict[str, list[pytest.Item]] = defaultdict(list)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for found in gc.get_objects():
            if isinstance(found, FunctionType):
                self.functions[found.__code__.co_filename].append(found)
        for item in session.items:
            self.items[item.nodeid.partition("[")[0]].append(item)
        gc.freeze()  # forks share the memory of what they do not touch
        _serve(lambda request, _: self.run(session, request), self.answers)
        return True

    def run(self, session: pytest.Session, request: dict[str, Any]) -> object:
        """Answer a request, in a fork."""
        if request["tests"] is None:
            return {test: list(_wide_fixtures(items[0])) for test, items in self.items.items()}
        if request["place"] is not None:
            _replace_code(self.functions[request["file"]], request)
        session.items[:] = [item for test in request["tests"] for item in self.items[test]]
        with contextlib.suppress(session.Failed):
            for item, following in zip(session.items, [*session.items[1:], None], strict=True):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if self.failed:
                    break
        return self.failed


def _wide_fixtures(item: pytest.Item) -> Iterator[str]:
    for name, definitions in item._fixtureinfo.name2fixturedefs.items():
        if definitions[-1].scope != "function" and definitions[-1].baseid:
            yield f"{definitions[-1].baseid}::{name}"


def _replace_code(functions: list[FunctionType], request: dict[str, Any]) -> None:
    """Give functions of a module the code that they have in a mutant, at the same lines."""
    tree, _ = changed_tree(Path(request["module"]), request["place"])
    code = {
        (c.co_qualname, c.co_firstlineno): c
        for c in _within(compile(tree, request["file"], "exec"))
    }
    for function in functions:
        key = function.__code__.co_qualname, function.__code__.co_firstlineno
        function.__code__ = code.get(key, function.__code__)


def _within(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _within(constant)


def _run_anew(request: dict[str, Any], folder: str) -> object:
    """Answer a request with a package that is imported now, in a fork."""
    if request["anew"]:
        numba.config.CACHE_DIR = os.environ["NUMBA_CACHE_DIR"] = f"{folder}/numba"
    recorder = _Recorder()
    ended = pytest.main([*OPTIONS, *request["tests"]], plugins=[recorder])
    return recorder.failed or (f"pytest ends with {int(ended)}" if ended else "")


def _serve(run: Callable[[dict[str, Any], str], object], answers: int) -> None:
    """Answer requests, each in a fork, until there are no more.

    A fork that ends without an answer takes too long, or crashes.
    """
    for line in sys.stdin:
        request = json.loads(line)
        with tempfile.TemporaryDirectory() as folder:
            answer = Path(folder) / "answer"
            child = os.fork()
            if not child:
                try:
                    _bound(request.get("seconds", 600), folder)
                    answer.write_text(json.dumps(run(request, folder)), encoding="utf-8")
                finally:
                    os._exit(0)
            os.waitpid(child, 0)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)  # what it started
            text = answer.read_text() if answer.exists() else '"takes too long, or crashes"'
        os.write(answers, f"{text}\n".encode())


def _bound(seconds: int, folder: str) -> None:
    """Bound what a fork may use, and keep what it prints and finds to itself."""
    os.setsid()
    signal.alarm(PATIENCE * seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_DATA, (BYTES, BYTES))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    hypothesis.configuration.set_hypothesis_home_dir(f"{folder}/hypothesis")


def main() -> None:
    """Be one of the two processes."""
    kind, copy = sys.argv[1:]
    sys.path[:] = [copy, *(part for part in sys.path if part not in {copy, str(ROOT)})]
    sys.dont_write_bytecode = True
    answers = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what pytest says
    if kind == "collected":
        pytest.main([*OPTIONS, "-s", "tests"], plugins=[_Collected(answers)])
        return
    for library in LIBRARIES:
        __import__(library)
    _serve(_run_anew, answers)


if __name__ == "__main__":
    main()
