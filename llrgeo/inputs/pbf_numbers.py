"""Packed numbers of protocol buffers, as arrays: 7 bits a byte, the lowest first.

Source: protobuf.dev, Encoding (varints, ZigZag); OpenStreetMap wiki, PBF Format.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_LONGEST: Final = 10  # bytes of a number of 64 bits
_MORE: Final = 0x80
_DIGIT: Final = np.uint8(0x7F)


class Numbers(NamedTuple):
    """Numbers in a row.

    Attributes
    ----------
    values
        The numbers, unsigned ones from 2^63 on as negative, shape (numbers,).
    first
        The byte where each begins, and last the byte after all, shape (numbers + 1,).
    """

    values: Ints
    first: Ints


def read_numbers(packed: bytes) -> Numbers:
    """Read all the numbers in some bytes.

    Raises
    ------
    ValueError
        If the last number is cut, or one is longer than ten bytes.
    """
    data = np.frombuffer(packed, np.uint8)
    if len(data) and data[-1] >= _MORE:
        msg = "a packed number is cut"
        raise ValueError(msg)
    # A number ends with the byte that says that no more of it follow.
    first = np.concatenate([[0], np.flatnonzero(data < _MORE) + 1])
    size = np.diff(first)
    if size.max(initial=0) > _LONGEST:
        msg = "a packed number is longer than ten bytes"
        raise ValueError(msg)
    # The bytes of all numbers at once: the first of each, then the second of those that have one.
    values = (data[first[:-1]] & _DIGIT).astype(np.uint64)
    longer = np.arange(len(size))
    for byte in range(1, int(size.max(initial=0))):
        longer = longer[size[longer] > byte]
        digits = (data[first[longer] + byte] & _DIGIT).astype(np.uint64)
        values[longer] |= digits << np.uint64(7 * byte)
    return Numbers(values.view(np.int64), first)


def unpacked(packed: bytes) -> Ints:
    """Return the numbers in some bytes, shape (numbers,); errors as of `read_numbers`."""
    return read_numbers(packed).values


def signed(values: Ints) -> Ints:
    """Return what numbers stand for whose lowest bit is the sign (ZigZag), same shape."""
    halves = (values.view(np.uint64) >> np.uint64(1)).view(np.int64)
    found: Ints = halves ^ -(values & 1)
    return found


def summed(packed: bytes) -> Ints:
    """Return numbers that are packed as the signed steps from each to the next."""
    found: Ints = np.cumsum(signed(unpacked(packed)))
    return found
