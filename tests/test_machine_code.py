"""Compiled functions: where nothing can be cached, and where an older cache cannot be read."""

import importlib.util
import sys
from pathlib import Path

import numba.core.caching
import pytest

from llrgeo.execution.machine_code import compiled

MODULE = """
from typing import Any, NamedTuple
import numpy as np
from llrgeo.execution.machine_code import compiled

class {name}(NamedTuple):
    values: Any

@compiled
def total(given):
    return given.values.sum() + {more}

def ask():
    return total({name}(np.array([2, 5])))
"""


def answer(file: Path, name: str, more: int) -> int:
    """Write the module with a class of this name, import it anew, and ask it."""
    file.write_text(MODULE.format(name=name, more=more), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("renamed_in_place", file)
    module = importlib.util.module_from_spec(spec)
    sys.modules["renamed_in_place"] = module
    try:
        spec.loader.exec_module(module)
        return int(module.ask())
    finally:
        del sys.modules["renamed_in_place"]


def test_code_cached_by_an_older_version_whose_class_is_gone_is_compiled_anew(tmp_path):
    file = tmp_path / "renamed_in_place.py"
    assert answer(file, "Arrivals", 10) == 17
    assert list(tmp_path.rglob("*.nbi"))  # else there is nothing to go wrong
    assert answer(file, "Admissions", 30) == 37
    assert answer(file, "Admissions", 30) == 37


@pytest.mark.parametrize("ending", ["nbi", "nbc"])
@pytest.mark.parametrize("kept", [0.0, 0.3, 0.6, 0.9])
def test_cached_code_that_was_cut_off_is_compiled_anew(tmp_path, ending, kept):
    file = tmp_path / "renamed_in_place.py"
    assert answer(file, "Arrivals", 10) == 17
    (cached,) = tmp_path.rglob(f"*.{ending}")
    whole = cached.read_bytes()
    cached.write_bytes(whole[: int(kept * len(whole))])
    assert answer(file, "Arrivals", 10) == 17
    assert len(cached.read_bytes()) > 0.9 * len(whole)  # and is cached again


def test_code_is_compiled_even_where_none_can_be_cached(monkeypatch):
    def nowhere(*_: object) -> None:
        msg = "cannot cache function: no locator available"
        raise RuntimeError(msg)

    monkeypatch.setattr(numba.core.caching.FunctionCache, "__init__", nowhere)
    assert compiled(lambda number: number + 1)(2) == 3
