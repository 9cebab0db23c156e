"""Numbers and postcodes packed to text, so that a page holds many and is still small.

Numbers are written as Base64 VLQ, the code of source maps (ECMA-426): five bits a letter, the
lowest first, 32 added while more follow; the lowest bit of all is the sign. `unpack.js` reads it.
"""

import base64
from collections.abc import Iterable
from itertools import product
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.arrays import Bools, Ints
from llrgeo.inputs.postcodes import UNIT_LETTERS

_DIGITS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_LETTERS: Final = np.frombuffer(_DIGITS.encode("ascii"), dtype=np.uint8)
_BITS: Final = 5
_MORE: Final = 1 << _BITS
SMALL: Final = 2  # two numbers as small as this take one letter
_FEW: Final = 16

# The place of the two letters of a unit among the 400 that there may be.
_UNIT_PLACE: Final = {
    first + second: place for place, (first, second) in enumerate(product(UNIT_LETTERS, repeat=2))
}


def pack_numbers(numbers: Ints) -> str:
    """Write whole numbers as Base64 VLQ."""
    digits, present = _vlq_digits(_with_sign_bit(numbers))
    return _text(digits[present])


def pack_steps(numbers: Ints) -> str:
    """Write whole numbers of which most are small.

    Two in a run (the first and second, third and fourth) take one letter if both are -2 to 2:
    below 32, the first times five and the second. Any other has a letter from 32 up with its lowest
    four bits, the lowest of all its sign, and 16 if more follow: those as Base64 VLQ.
    """
    small = np.abs(numbers) <= SMALL
    paired = np.zeros(len(numbers), dtype=bool)
    paired[: len(numbers) // 2 * 2] = np.repeat(small[:-1:2] & small[1::2], 2)
    coded = _with_sign_bit(numbers)
    goes_on = ~paired & (coded >= _FEW)
    pair = (numbers + SMALL) * (2 * SMALL + 1) + np.roll(numbers, -1) + SMALL
    first = np.where(paired, pair, _MORE + coded % _FEW + _FEW * goes_on).astype(np.uint8)
    is_first = ~paired | (np.arange(len(numbers)) % 2 == 0)
    digits, present = _vlq_digits(coded // _FEW)
    written = np.column_stack([is_first, present & goes_on[:, None]])
    return _text(np.column_stack([first, digits])[written])


def _with_sign_bit(numbers: Ints) -> Ints:
    """Return whole numbers without sign, which goes to the lowest bit."""
    return np.where(numbers < 0, 1 - 2 * numbers, 2 * numbers)


def _vlq_digits(rest: Ints) -> tuple[NDArray[np.uint8], Bools]:
    """Return the digits of Base64 VLQ, a row a number, and which of them are written."""
    if len(rest) and rest.max() < np.iinfo(np.int32).max:
        rest = rest.astype(np.int32)  # which need half the memory
    # Five bits at a time are taken from all numbers at once; what is no longer present has been
    # written already.
    digits = [np.empty((len(rest), 0), dtype=np.uint8)]
    present = [np.ones(len(rest), dtype=bool)]
    while present[-1].any():
        further = rest >> _BITS
        digits.append((rest % _MORE + _MORE * (further > 0)).astype(np.uint8)[:, None])
        present.append(further > 0)
        rest = further
    return np.hstack(digits), np.stack(present, axis=1)[:, : len(digits) - 1]


def _text(digits: NDArray[np.uint8]) -> str:
    letters: bytes = _LETTERS[digits].tobytes()
    return letters.decode("ascii")


def unpack_numbers(text: str) -> Ints:
    """Return the numbers that a Base64 VLQ holds."""
    digits = np.array([_DIGITS.index(letter) for letter in text])
    last = np.flatnonzero(digits < _MORE)
    first = np.append(0, last[:-1] + 1)
    # Place of each digit within its number: the lowest five bits come first.
    place = np.arange(len(digits)) - np.repeat(first, last - first + 1)
    coded = np.add.reduceat(digits % _MORE << _BITS * place, first)
    return np.where(coded % 2, -(coded >> 1), coded >> 1)


def unpack_steps(text: str) -> Ints:
    """Return the numbers that `pack_steps` wrote."""
    numbers: list[int] = []
    digits = map(_DIGITS.index, text)
    for digit in digits:
        if digit < _MORE:
            numbers += [place - SMALL for place in divmod(digit, 2 * SMALL + 1)]
            continue
        coded, shift, goes_on = digit % _FEW, 4, digit % _MORE >= _FEW
        while goes_on:
            further = next(digits)
            coded |= further % _MORE << shift
            shift, goes_on = shift + _BITS, further >= _MORE
        numbers.append(-(coded >> 1) if coded % 2 else coded >> 1)
    return np.array(numbers, dtype=np.int64)


def pack_postcodes(postcodes: pd.Series | None, area_ids: pd.Index) -> dict[str, Any]:
    """Pack the area of every unit postcode.

    For each sector (`LE15 6`): the unit codes that exist, one bit each of 400 (twenty letters
    twice), and the areas of those, each as `digits` digits to the base 64.
    """
    # As few digits as number all areas: two of 64 signs hold 4,096.
    digits = 2 if len(area_ids) <= len(_DIGITS) ** 2 else 3
    if postcodes is None:
        return {"digits": digits, "sectors": {}}
    inside = postcodes[postcodes.isin(area_ids)].sort_index()
    position = {area_id: _to_digits(place, digits) for place, area_id in enumerate(area_ids)}
    # By sector, "LE1 5": the two letters of a unit are the only part that differs within it.
    units: dict[str, dict[str, str]] = {}
    for postcode, area_id in zip(inside.index.tolist(), inside.tolist(), strict=True):
        units.setdefault(postcode[:-2], {})[postcode] = position[area_id]
    sectors = {
        sector: [_unit_bits(found), "".join(found.values())]
        for sector, found in sorted(units.items())
    }
    return {"digits": digits, "sectors": sectors}


def pack_sectors(postcodes: pd.Series | None, part_of_area: pd.Series) -> dict[str, Any]:
    """Pack in which part of a study each unit postcode lies, in runs: parts are few and large.

    `outward` has for each first half (`LE15`) the sectors (`6`): one part, two digits to the base
    64, where the whole sector lies in it; else a run after the other, the place of its first unit
    among 400 (two digits) and its part (two). Units between those known belong to the run before.

    Parameters
    ----------
    postcodes
        `area_id` by unit postcode.
    part_of_area
        The number of its part by area, at most 4,095.
    """
    if postcodes is None or postcodes.empty:
        return {"outward": {}}
    inside = postcodes[postcodes.isin(part_of_area.index)].sort_index()
    part = part_of_area.loc[inside.to_numpy()].to_numpy()
    sector = inside.index.str[:-2].to_numpy()
    begins = np.append(True, sector[1:] != sector[:-1])
    # A run ends where the sector does, or where the next unit lies in another part.
    first = np.flatnonzero(begins | np.append(True, part[1:] != part[:-1]))
    runs: dict[str, list[tuple[str, int]]] = {}
    for row in first.tolist():
        runs.setdefault(sector[row], []).append((str(inside.index[row])[-2:], int(part[row])))
    outward: dict[str, dict[str, str]] = {}
    for name, found in runs.items():
        text = (
            _to_digits(found[0][1], 2)
            if len(found) == 1
            else "".join(
                _to_digits(_UNIT_PLACE[unit], 2) + _to_digits(number, 2) for unit, number in found
            )
        )
        outward.setdefault(name[:-2], {})[name[-1]] = text
    return {"outward": outward}


def usual_district(postcodes: pd.Series | None) -> str:
    """Return the first half that most postcodes have ("LE3"), or nothing without postcodes."""
    if postcodes is None or postcodes.empty:
        return ""
    # The second half is always three letters and digits, after a blank.
    return str(postcodes.index.str[:-4].value_counts().sort_index().idxmax())


def _unit_bits(postcodes: Iterable[str]) -> str:
    bits = np.zeros(len(_UNIT_PLACE), dtype=np.uint8)
    bits[[_UNIT_PLACE[postcode[-2:]] for postcode in postcodes]] = 1
    return base64.b64encode(np.packbits(bits).tobytes()).decode("ascii")


def _to_digits(value: int, count: int) -> str:
    return "".join(_DIGITS[value >> (6 * place) & 63] for place in reversed(range(count)))
