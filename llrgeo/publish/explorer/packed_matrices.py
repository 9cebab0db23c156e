"""Matrices of minutes packed to text, so that a page holds hundreds of sites and is still small.

Minutes to sites near each other rise and fall alike from area to area, and so do those at other
times of the day. So the steps of a row are written as their differences from those of another row;
most are as small as rounding makes them, and two small ones take one letter. `unpack.js` reads it.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from llrgeo.arrays import Floats, Ints
from llrgeo.publish.explorer.packing import (
    SMALL,
    pack_numbers,
    pack_steps,
    unpack_numbers,
    unpack_steps,
)

_NO_ROUTE: Final = -1
_LOOKED_AT: Final = 32  # areas, about, by which rows are compared
_LONGER_FROM: Final = (8, 256)  # sizes from which a number takes a letter more
_LARGEST: Final = 100  # tenths; steps that are larger make rows no less alike


def pack_matrices(matrices: Sequence[pd.DataFrame]) -> list[dict[str, Any]]:
    """Pack matrices of minutes that have the same areas and sites, at least one of each.

    A row has the tenths of a minute to one site, -1 for no route. It is written as steps from area
    to area, less those of an earlier row of any of the matrices. Of each matrix, `back` tells how
    many rows before each row that other one stands (0 for none), as `pack_numbers` writes it, and
    `text` all differences, as `pack_steps` does.
    """
    packed = []
    # The steps of all rows so far, below a row of zeros that stands for no other row.
    earlier: Ints = np.zeros((1, len(matrices[0]) if matrices else 0), dtype=np.int64)
    for minutes in matrices:
        steps = np.diff(_tenths(minutes), axis=1, prepend=0)
        rows = len(earlier) + np.arange(len(steps))
        # Tried are no other row, the same site's in each earlier matrix, and the most alike one.
        alike = _most_alike(steps)
        tried = np.array(
            [
                np.zeros_like(rows),
                *(rows - back for back in range(len(steps), len(earlier), len(steps))),
                np.where(alike < 0, 0, len(earlier) + alike),
            ]
        )
        earlier = np.concatenate([earlier, steps])
        letters = np.array([_letters(steps - earlier[others]) for others in tried])
        others = tried[letters.argmin(axis=0), np.arange(len(rows))]
        back = np.where(others > 0, rows - others, 0)
        differences = (steps - earlier[others]).ravel()
        packed.append({"back": pack_numbers(back), "text": pack_steps(differences)})
    return packed


def unpack_matrices(packed: Sequence[dict[str, Any]], area_count: int) -> list[Floats]:
    """Return packed matrices again, a row a site and a column an area; infinity for no route.

    Those of pages that earlier versions published are read, too.
    """
    if packed and "of" in packed[0]:
        return _unpack_earlier(packed, area_count)
    rows: list[Ints] = []
    found = []
    for matrix in packed:
        steps = unpack_steps(matrix["text"]).reshape(-1, area_count)
        for row, back in zip(np.cumsum(steps, axis=1), unpack_numbers(matrix["back"]), strict=True):
            rows.append(row + rows[-back] if back else row)
        tenths = np.reshape(rows[len(rows) - len(steps) :], steps.shape)
        found.append(np.where(tenths == _NO_ROUTE, np.inf, tenths / 10))
    return found


def _unpack_earlier(packed: Sequence[dict[str, Any]], area_count: int) -> list[Floats]:
    """Return matrices of which each was one run of steps, less an earlier matrix unless -1."""
    unpacked: list[Ints] = []
    for matrix in packed:
        tenths = np.cumsum(unpack_numbers(matrix["text"])).reshape(-1, area_count)
        unpacked.append(tenths if matrix["of"] < 0 else tenths + unpacked[matrix["of"]])
    return [np.where(tenths == _NO_ROUTE, np.inf, tenths / 10) for tenths in unpacked]


def _tenths(minutes: pd.DataFrame) -> Ints:
    """Return tenths of a minute, a row a site."""
    values = minutes.to_numpy().T * 10
    return np.where(np.isfinite(values), np.rint(values), _NO_ROUTE).astype(np.int64)


def _most_alike(steps: Ints) -> Ints:
    """Return the place of the earlier row most like each row, by some columns; -1 of the first."""
    some = steps[:, :: max(steps.shape[1] // _LOOKED_AT, 1)].clip(-_LARGEST, _LARGEST).astype(float)
    # The sum of squared differences, less what is the same for all others. Whole numbers: exact.
    apart = (some**2).sum(axis=1) - 2 * some @ some.T
    before = np.tri(len(some), k=-1, dtype=bool)
    alike = np.where(before, apart, np.inf).argmin(axis=1)
    return np.where(before.any(axis=1), alike, -1)


def _letters(numbers: Ints) -> Floats:
    """Return about how many letters `pack_steps` writes of each row, but for what all rows take."""
    size = np.abs(numbers)
    letters: Floats = (size > SMALL).sum(axis=1) / 2
    for least in _LONGER_FROM:
        letters += (size >= least).sum(axis=1)
    return letters
