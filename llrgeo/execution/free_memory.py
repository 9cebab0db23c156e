"""Memory that is free goes back to the system, between steps that take much of it.

Allocators keep what was freed for what comes next. Between steps of other shapes much of it fits
nothing: after a county's extract is read, a third of the process.
"""

import ctypes
import sys
from collections.abc import Callable
from functools import cache


def give_back_free_memory() -> None:
    """Give memory that Arrow and the C library hold for nothing back to the system.

    Nothing that is in use is touched. Where the C library has no such call (only GNU's has),
    Arrow's alone is given back.
    """
    from pyarrow import default_memory_pool

    default_memory_pool().release_unused()
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@cache
def _malloc_trim() -> Callable[[int], int] | None:
    """Return GNU's `malloc_trim`, if this is its C library."""
    if sys.platform != "linux":
        return None
    found: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return found
