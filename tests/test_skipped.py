"""The record of skipped tests: what a later run with more extras is to run (see `skipped.py`)."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from skipped import Skipped


class Cache(dict):
    def set(self, key, value):
        self[key] = value


def run_of(cache, *, only=False, worker=False):
    config = SimpleNamespace(
        cache=cache,
        rootpath=Path("/project"),
        getoption={"skipped": only}.get,
        hook=SimpleNamespace(pytest_deselected=lambda **_: None),
        **({"workerinput": {}} if worker else {}),
    )
    return Skipped(config)


def report(test, when="call", *, skipped=False, **more):
    return SimpleNamespace(nodeid=test, when=when, skipped=skipped, **more)


@pytest.fixture
def cache():
    """Return the record after a run that lacked an extra, and one of another file."""
    kept = Cache()
    first = run_of(kept)
    first.pytest_runtest_logreport(report("tests/a.py::pages", "setup", skipped=True))
    first.pytest_runtest_logreport(report("tests/a.py::pages", "teardown"))
    first.pytest_runtest_logreport(report("tests/a.py::figures"))
    first.pytest_runtest_logreport(report("tests/a.py::expected", skipped=True, wasxfail="known"))
    first.pytest_runtest_logreport(report("tests/b.py::cluster", skipped=True))
    first.pytest_sessionfinish()
    other = run_of(kept)
    other.pytest_runtest_logreport(report("tests/c.py::towns"))
    other.pytest_sessionfinish()
    return kept


def left(run, *tests):
    items = [SimpleNamespace(nodeid=test) for test in tests]
    run.pytest_collection_modifyitems(run.config, items)
    return [item.nodeid for item in items]


def test_what_was_skipped_is_run_and_nothing_else(cache):
    tests = ("tests/a.py::pages", "tests/a.py::figures", "tests/b.py::cluster")
    assert left(run_of(cache), *tests) == list(tests)
    assert left(run_of(cache, only=True), *tests) == ["tests/a.py::pages", "tests/b.py::cluster"]


def test_what_is_run_at_last_is_forgotten(cache):
    second = run_of(cache, only=True)
    second.pytest_runtest_logreport(report("tests/a.py::pages"))
    second.pytest_runtest_logreport(report("tests/b.py::cluster", "setup", skipped=True))
    second.pytest_sessionfinish()
    assert left(run_of(cache, only=True), "tests/a.py::pages", "tests/b.py::cluster") == [
        "tests/b.py::cluster"
    ]


def test_a_worker_keeps_no_record_of_its_own(cache):
    worker = run_of(cache, worker=True)
    worker.pytest_runtest_logreport(report("tests/c.py::towns", skipped=True))
    worker.pytest_sessionfinish()
    assert left(run_of(cache, only=True), "tests/c.py::towns") == []


def test_files_without_a_skipped_test_are_not_read(cache, tmp_path):
    for name in ("a.py", "ab.py", "c.py"):
        (tmp_path / name).write_text("")
    run = run_of({"llrgeo/skipped": ["a.py::pages"]}, only=True)
    run.config.rootpath = tmp_path
    names = ("a.py", "ab.py", "c.py")
    assert [run.pytest_ignore_collect(tmp_path / name) for name in names] == [None, True, True]
    assert run.pytest_ignore_collect(tmp_path) is None
    assert run_of(cache).pytest_ignore_collect(tmp_path / "c.py") is None
