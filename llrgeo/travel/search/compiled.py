"""What searches compiled by numba share: work arrays and a binary heap."""

from typing import Any, Final, NamedTuple

from numpy.typing import NDArray

from llrgeo.execution.machine_code import compiled
from llrgeo.travel.search.graph import UNREACHABLE

AnyInts = NDArray[Any]
"""Whole numbers of any size: machine code is made for the sizes that a search is given."""

NO_WAY: Final = UNREACHABLE  # the name by which searches of timetables know it


class SearchArrays(NamedTuple):
    """Work arrays of a search, allocated once and used by many.

    `best` has a key for each node and is `UNREACHABLE` everywhere between searches; `touched`
    lists the nodes whose key a search set; `keys` and `items` are the heap.
    """

    best: AnyInts
    touched: AnyInts
    keys: AnyInts
    items: AnyInts


@compiled
def push(keys: AnyInts, items: AnyInts, size: int, key: int, item: int) -> int:
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
def pop(keys: AnyInts, items: AnyInts, size: int) -> int:
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
