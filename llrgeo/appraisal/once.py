"""Once: functions whose result is worked out once for each object and kept by it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Keeps(Protocol):
    """What keeps results of functions of itself, by function."""

    @property
    def kept(self) -> dict[Callable[..., Any], Any]:
        """The results, by function."""
        ...


K = TypeVar("K", bound=Keeps)


def once(make: Callable[[K], T]) -> Callable[[K], T]:
    """Return a function that works its result out once for each object, which keeps it.

    Use it for what several tables or pages share. Callers must not change the result.
    """

    @wraps(make)
    def kept(of: K) -> T:
        if make not in of.kept:
            of.kept[make] = make(of)
        found: T = of.kept[make]
        return found

    return kept
