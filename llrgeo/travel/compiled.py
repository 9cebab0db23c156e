"""What searches compiled by numba share: the compiler's settings, work arrays, a binary heap."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeVar, cast

import numba
from numpy.typing import NDArray

from llrgeo.travel.graph import UNREACHABLE

F = TypeVar("F", bound=Callable[..., Any])
Ints = NDArray[Any]

NO_WAY: Final = UNREACHABLE  # the name by which searches of timetables know it


def compiled(function: F) -> F:
    """Compile a function without Python's lock, and cache the machine code where a folder allows.

    In a read-only installation nothing is cached: the function is compiled in each run.
    """
    try:
        return cast("F", numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:  # numba found no folder that it may write to
        return cast("F", numba.njit(nogil=True)(function))


class SearchArrays(NamedTuple):
    """Work arrays of a search, allocated once and used by many.

    `best` has a key for each node and is `UNREACHABLE` everywhere between searches; `touched`
    lists the nodes whose key a search set; `keys` and `items` are the heap.
    """

    best: Ints
    touched: Ints
    keys: Ints
    items: Ints


@compiled
def push(keys: Ints, items: Ints, size: int, key: int, item: int) -> int:
    """Add an item to a binary heap of `size` items, smallest key first; return its new size."""
    # Sift up: parents with a larger key move down until the item's place is found.
    i = size
    while i > 0 and keys[(i - 1) >> 1] > key:
        parent = (i - 1) >> 1
        keys[i], items[i] = keys[parent], items[parent]
        i = parent
    keys[i], items[i] = key, item
    return size + 1


@compiled
def pop(keys: Ints, items: Ints, size: int) -> int:
    """Drop the first item of a binary heap; return its new size. Read the item before."""
    # Sift down: the last item takes the root's place and sinks below smaller children.
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
