"""Return freed memory to the system between steps that need much of it.

Allocators keep freed memory for later requests. A later step of another kind may not fit into it:
after a county's extract is read, it is a third of the process.
"""

import ctypes
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache


def give_back_free_memory() -> None:
    """Return memory that Arrow and the C library keep unused to the system.

    Where the C library has no such function (only GNU's has), only Arrow's memory is returned.
    """
    from pyarrow import default_memory_pool

    default_memory_pool().release_unused()
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@contextmanager
def free_memory_given_back() -> Iterator[None]:
    """Return what a step has freed to the system at its end.

    Within it Arrow allocates from the C library. A pool of Arrow's own keeps the room that tables
    were read in, also between columns in use.
    """
    from pyarrow import default_memory_pool, set_memory_pool, system_memory_pool

    usual = default_memory_pool()
    set_memory_pool(system_memory_pool())
    try:
        yield
    finally:
        set_memory_pool(usual)
        give_back_free_memory()


@cache
def _malloc_trim() -> Callable[[int], int] | None:
    """Return GNU's `malloc_trim`, if this is its C library."""
    if sys.platform != "linux":
        return None
    found: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return found
