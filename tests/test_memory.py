"""Memory: a result is found again where all it was made from is equal, and only there."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
import pytest

from llrgeo.execution.memory import Memory, make_anew

MADE: list[tuple[object, ...]] = []


@dataclass(frozen=True)
class Held:
    """A value with parts, of which one does not count and one is worked out."""

    number: int
    rows: pd.DataFrame
    aside: object = field(default=None, compare=False)

    @cached_property
    def doubled(self) -> int:
        """Return twice the number."""
        return 2 * self.number


def listed(*given: object) -> tuple[object, ...]:
    """Note that it was made."""
    MADE.append(given)
    return given


def rows(*values: object) -> pd.DataFrame:
    return pd.DataFrame({"name": [f"site {number}" for number in range(3)], "value": values})


@pytest.fixture(autouse=True)
def _nothing_made() -> None:
    MADE.clear()


ASKED = {
    "numbers": (1, 2.5),
    "a whole number": (1.0, 2.5),
    "text": ("1", 2.5),
    "an array": (np.array([1, 2]),),
    "its kind": (np.array([1.0, 2.0]),),
    "its shape": (np.array([[1, 2]]),),
    "a table": (rows(1.0, 2.0, 7.0),),
    "a cell": (rows(1.0, 2.0, 8.0),),
    "no value": (rows(1.0, 2.0, np.nan),),
    "its columns": (rows(1.0, 2.0, 7.0).rename(columns={"value": "minutes"}),),
    "its index": (rows(1.0, 2.0, 7.0).set_axis(["a", "b", "c"]),),
    "a mapping": ({"a": 3, "b": (4, "c")},),
    "its order": ({"b": (4, "c"), "a": 3},),
    "parts": (Held(3, rows(1.0, 2.0, 7.0)),),
    "a part": (Held(4, rows(1.0, 2.0, 7.0)),),
    "a part of a part": (Held(3, rows(1.0, 2.0, 8.0)),),
}


@pytest.mark.parametrize("what", ASKED)
def test_only_what_is_equal_in_all_parts_is_found_again(what):
    memory = Memory()
    for given in ASKED.values():
        memory.recall(listed, *given)
    assert len(MADE) == len(ASKED)
    assert memory.recall(listed, *ASKED[what]) is MADE[list(ASKED).index(what)]
    assert len(MADE) == len(ASKED)


def test_equal_values_are_found_whatever_objects_they_are_of():
    memory, text = Memory(), "site 1"
    again = text[:4] + text[4:]
    known = memory.recall(listed, {"a": (text, text)}, rows(1.0, 2.0, 7.0))
    assert memory.recall(listed, {"a": (text, again)}, rows(1.0, 2.0, 7.0)) is known


def test_what_is_worked_out_and_what_is_not_compared_decide_nothing():
    memory, held = Memory(), Held(3, rows(1.0, 2.0, 7.0), aside="first")
    known = memory.recall(listed, held)
    assert held.doubled == 6
    assert memory.recall(listed, held) is known
    assert memory.recall(listed, Held(3, rows(1.0, 2.0, 7.0), aside="second")) is known


def test_functions_have_results_of_their_own():
    memory = Memory()
    assert memory.recall(max, 3, 7) == 7
    assert memory.recall(min, 3, 7) == 3


def test_what_a_run_did_not_ask_for_is_forgotten():
    first = Memory()
    first.recall(listed, 1)
    first.recall(listed, 2)
    second = first.after_run()
    second.recall(listed, 2)
    third = second.after_run()
    for number in (1, 2):
        third.recall(listed, number)
    assert MADE == [(1,), (2,), (1,)]


def test_without_a_memory_all_is_made_anew():
    assert [make_anew(listed, 1), make_anew(listed, 1)] == [(1,), (1,)]
    assert len(MADE) == 2
