"""Compile functions by numba on first use; machine code is cached where a folder is writable."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile a function without Python's lock, and cache the machine code if a folder is writable.

    In a read-only installation nothing is cached: the function is compiled in each run.
    """
    made: Any = numba.njit(nogil=True)(function)
    try:
        made.enable_caching()
    except RuntimeError:  # numba found no folder that it may write to
        return cast("F", made)
    cache = made._cache  # noqa: SLF001 - numba has no public name for it
    cache.load_overload = _or_empty(cache.load_overload, cache.flush)
    return cast("F", made)


def _or_empty(
    load: Callable[[object, object], object], empty: Callable[[], None]
) -> Callable[[object, object], object]:
    """Return a function that loads from a cache, and empties a cache that cannot be read.

    numba unpickles the index of its cache before it checks whether the source has changed. The
    index names the classes of arguments: one that has been renamed since would end the run, and so
    would a damaged index or damaged code.
    """

    def load_or_empty(signature: object, target: object) -> object:
        try:
            return load(signature, target)
        except Exception:  # noqa: BLE001 - what is damaged may unpickle to any error
            empty()
            return None

    return load_or_empty
