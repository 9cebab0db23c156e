"""What compiled searches share: how they are compiled, and a heap to search with."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeVar, cast

import numba
from numpy.typing import NDArray

F = TypeVar("F", bound=Callable[..., Any])
Ints = NDArray[Any]

NO_WAY: Final = 1 << 62


def compiled(function: F) -> F:
    """Compile a function to run without Python's lock; keep the code if there is a place for it."""
    try:
        return cast("F", numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:  # no folder can be written, as in a read-only installation
        return cast("F", numba.njit(nogil=True)(function))


class Scratch(NamedTuple):
    """What searches write on: best keys by node (`NO_WAY` between them), touched nodes, a heap."""

    best: Ints
    touched: Ints
    keys: Ints
    items: Ints


@compiled
def push(keys: Ints, items: Ints, size: int, key: int, item: int) -> int:
    """Add to a binary heap and return its new size."""
    i = size
    while i > 0 and keys[(i - 1) >> 1] > key:
        parent = (i - 1) >> 1
        keys[i], items[i] = keys[parent], items[parent]
        i = parent
    keys[i], items[i] = key, item
    return size + 1


@compiled
def pop(keys: Ints, items: Ints, size: int) -> int:
    """Drop the first of a binary heap and return its new size."""
    size -= 1
    key, item = keys[size], items[size]
    i, child = 0, 1
    while child < size:
        if child + 1 < size and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[i], items[i] = keys[child], items[child]
        i, child = child, 2 * child + 1
    keys[i], items[i] = key, item
    return size
