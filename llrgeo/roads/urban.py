"""Town or country: the share of a stretch of road in a town, by the residential streets around."""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.arrays import Bools, Floats, Ints
from llrgeo.roads.sections import Sections

# A place lies in a town if the square of 3 x 3 cells around it has this much residential street a
# square kilometre. In Rutland that agrees with the limit on 88 % of the length of the roads (other
# than trunk roads) that are tagged 30 mph or less, or more than 30.
_CELL_M: Final = 250.0
_TOWN_M_PER_KM2: Final = 500.0
_HOMES: Final = ("residential", "living_street")
_PIECE_M: Final = 100.0
_COLUMN: Final = 1_000_000  # cell numbers in a column; Britain is some thousands of cells high


def town_shares(sections: Sections, highway: pd.Series) -> Floats:
    """Return the share of each section's length that lies in a town.

    Parameters
    ----------
    sections
        The sections.
    highway
        The class of each section's way.
    """
    pieces = _pieces(sections)
    homes_m = pieces["length_m"].where(highway.isin(_HOMES).to_numpy()[pieces["section"]], 0.0)
    by_cell = homes_m.groupby(pieces["cell"]).sum()
    cells, home_m = by_cell.index.to_numpy(), by_cell.to_numpy()
    around_m = np.zeros(len(cells))
    # The 3 x 3 cells around each cell, by shifting the table of cells.
    for east in (-1, 0, 1):
        for north in (-1, 0, 1):
            beside = cells + east * _COLUMN + north
            at = np.searchsorted(cells, beside).clip(max=len(cells) - 1)
            around_m += np.where(cells[at] == beside, home_m[at], 0.0)
    is_town = around_m >= _TOWN_M_PER_KM2 * (3 * _CELL_M / 1_000) ** 2
    cell = np.searchsorted(cells, pieces["cell"])
    length_m, town_m = (
        np.bincount(pieces["section"], weights, len(sections.table))
        for weights in (pieces["length_m"], pieces["length_m"] * is_town[cell])
    )
    return np.divide(town_m, length_m, out=np.zeros(len(length_m)), where=length_m > 0)


def _pieces(sections: Sections) -> pd.DataFrame:
    """Cut sections into short pieces: `section`, `length_m`, and the `cell` of the middle.

    Cells are numbered by columns from west to east, each from south to north.
    """
    xy, size = sections.points()
    section = np.repeat(np.arange(len(size), dtype=np.int32), size)
    along = np.flatnonzero(section[1:] == section[:-1])
    # Equal pieces from bend to bend, of at most `_PIECE_M`.
    gap_m = np.hypot(*(np.diff(axis)[along] for axis in xy.T))
    count = np.ceil(gap_m / _PIECE_M).astype(np.int32).clip(min=1)
    row = np.repeat(along, count)
    piece = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    count = np.repeat(count, count)
    share, is_last = piece / count, piece + 1 == count
    del piece, count
    # One axis after the other: there are millions of pieces.
    (i, east_m), (j, north_m) = (_axis(axis, row, share, is_last) for axis in xy.T)
    length_m = np.hypot(east_m, north_m)
    cell = i * np.int64(_COLUMN) + j
    return pd.DataFrame({"section": section[row], "length_m": length_m, "cell": cell}, copy=False)


def _axis(
    at: Floats,
    row: Ints,
    share: Floats,
    is_last: Bools,
) -> tuple[NDArray[np.int32], Floats]:
    """Return the cell of the middle of each piece along an axis, and the piece's extent (metres).

    A piece begins at a `share` of the way from the bend of its row to the next. It ends where the
    next piece begins, and the last one at the next bend.
    """
    begin = at[row] + np.diff(at)[row] * share
    end = np.roll(begin, -1)
    end[is_last] = at[row[is_last] + 1]
    cell = np.floor((begin + end) / 2 / _CELL_M).astype(np.int32)
    return cell, np.subtract(end, begin, out=end)
