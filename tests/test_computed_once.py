"""What several tables or pages share is computed once for each object, which stores it."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from llrgeo.execution.computed_once import computed_once


class Town:
    """Something that stores what functions of it return."""

    def __init__(self, residents: int) -> None:
        self.residents = residents

    @cached_property
    def computed(self) -> dict[Callable[..., Any], Any]:
        return {}


def test_a_shared_result_is_worked_out_once_for_each_object() -> None:
    asked: list[int] = []

    @computed_once
    def homes(town: Town) -> list[int]:
        asked.append(town.residents)
        return [town.residents // 3]

    @computed_once
    def nobody(town: Town) -> None:
        asked.append(-town.residents)

    small, large = Town(30), Town(900)
    assert homes(small) is homes(small)
    assert (homes(small), homes(large)) == ([10], [300])
    assert asked == [30, 900]
    # A result of nothing is a result too, and functions do not share one.
    assert (nobody(small), nobody(small)) == (None, None)
    assert asked == [30, 900, -30]
    assert homes.__name__ == "homes"
