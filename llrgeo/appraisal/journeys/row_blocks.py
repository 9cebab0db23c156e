"""Row blocks: a few areas of a large matrix at a time, so that results fit the processor cache."""

from collections.abc import Iterator
from typing import Final

_CELLS: Final = 32_768  # 256 KB: some arrays of a block fit the processor's second cache


def row_blocks(shape: tuple[int, ...]) -> Iterator[slice]:
    """Yield the rows of a matrix of this shape, areas by sites, block by block."""
    rows, columns = shape
    step = max(1, _CELLS // max(columns, 1))
    for first in range(0, rows, step):
        yield slice(first, min(first + step, rows))
