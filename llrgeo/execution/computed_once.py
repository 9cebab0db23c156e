"""A decorator for functions of one object: the object stores their results."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class HasComputed(Protocol):
    """An object that stores the results of functions of itself."""

    @property
    def computed(self) -> dict[Callable[..., Any], Any]:
        """The results, by function."""
        ...


K = TypeVar("K", bound=HasComputed)


def computed_once(make: Callable[[K], T]) -> Callable[[K], T]:
    """Decorate a function of one object: its result is computed once and stored in the object.

    Use it for what several tables or pages share. Callers must not change the result.
    """

    @wraps(make)
    def computed(of: K) -> T:
        if make not in of.computed:
            of.computed[make] = make(of)
        found: T = of.computed[make]
        return found

    return computed
