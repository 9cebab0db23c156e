"""Memory that is free goes back to the system, where its C library has a call for it."""

import ctypes
from pathlib import Path

import pyarrow as pa
import pytest

from llrgeo.execution import free_memory
from llrgeo.execution.free_memory import free_memory_given_back, give_back_free_memory

BLOCK, BLOCKS = 4_000, 10_000  # bytes and how many: larger than Python's own arenas serve


def resident_bytes() -> int:
    """Return how much memory this process has now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4_096


def test_blocks_between_others_in_use_go_back() -> None:
    free_memory._malloc_trim.cache_clear()
    if free_memory._malloc_trim() is None:
        pytest.skip("the C library has no malloc_trim")
    blocks = [bytes(BLOCK) for _ in range(BLOCKS)]
    # One in fifty stays, the last among them: so the allocator keeps all that lies before it.
    kept = blocks[49::50]
    full = resident_bytes()
    del blocks
    give_back_free_memory()
    assert resident_bytes() < full - BLOCK * BLOCKS // 2
    assert all(block == bytes(BLOCK) for block in kept)


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_a_c_library_without_the_call_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    monkeypatch.setattr(free_memory.sys, "platform", platform)
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    free_memory._malloc_trim.cache_clear()
    give_back_free_memory()
    assert free_memory._malloc_trim() is None
    free_memory._malloc_trim.cache_clear()


def test_arrow_allocates_from_the_c_library_within_and_from_its_pool_after() -> None:
    usual = pa.default_memory_pool().backend_name
    assert usual != "system"
    with free_memory_given_back():
        assert pa.default_memory_pool().backend_name == "system"
    assert pa.default_memory_pool().backend_name == usual
    with pytest.raises(KeyError), free_memory_given_back():
        raise KeyError
    assert pa.default_memory_pool().backend_name == usual
