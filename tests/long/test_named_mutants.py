"""Faults that tests once let through: each is put back into a copy of the package, and must fail.

`named_mutants.toml` lists them. Those of scripts need `llrgeo[browser]`, whose engine runs them.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from mutants import ROOT, Mutant
from warm_pytest import WarmPytest

MUTANTS = tomllib.loads(Path(__file__).with_name("named_mutants.toml").read_text(encoding="utf-8"))[
    "mutant"
]


@pytest.fixture(scope="module")
def warm() -> Iterator[WarmPytest]:
    """Return the process that tests changed copies."""
    with WarmPytest() as process:
        yield process


@pytest.mark.slow
@pytest.mark.parametrize("listed", MUTANTS, ids=lambda listed: listed["name"])
def test_a_fault_that_was_let_through_once_is_noticed(warm, listed):
    module = ROOT / listed["module"]
    if module.suffix == ".js":
        pytest.importorskip("py_mini_racer")
    before = module.read_text(encoding="utf-8")
    assert before.count(listed["text"]) == 1, "the listed text must stand once in the module"
    after = before.replace(listed["text"], listed["becomes"])
    killer = warm.killed_by(Mutant(module, 0, listed["name"], after), listed["tests"])
    assert killer.startswith("tests"), killer or "no test fails"


@pytest.mark.slow
def test_the_listed_tests_pass_on_the_code_as_it_is(warm):
    tests = sorted({test for listed in MUTANTS for test in listed["tests"]})
    assert not warm.killed_by(None, tests)
