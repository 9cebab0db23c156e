"""Packed numbers of protocol buffers, as arrays: 7 bits a byte, the lowest first.

Source: protobuf.dev, Encoding (varints, ZigZag); OpenStreetMap wiki, PBF Format.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from llrgeo.arrays import Ints

_LONGEST: Final = 10  # bytes of a number of 64 bits
_MORE: Final = 0x80
_DIGIT: Final = np.uint8(0x7F)
_WORD: Final = 4  # bytes that are read at once
_ENDS: Final = np.uint32(0x80808080)  # in a word, the bit of each byte that says "more"
_LOW_7: Final = np.uint32(0x007F007F)  # the digits of the lower byte of each pair
_LOW_14: Final = np.uint32(0x00003FFF)


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
    # Four bytes from where each number begins, as one word: nearly all numbers end within it.
    every = np.ndarray(len(packed) + 1, "<u4", packed + bytes(_WORD), strides=(1,))
    word = np.take(every, first[:-1])
    # The lowest bit that says "no more" is the number's own last; what is above it is another's.
    # Where there is none, zero less one keeps all bits.
    last = ~word & _ENDS
    longer = np.flatnonzero(last == 0)
    word &= (last & -last) - np.uint32(1)
    # Without the bits that say "more", 7 bits a byte are pushed together: to 14 a pair, to 28.
    word = (word & _LOW_7) | (word & (_LOW_7 << np.uint32(8))) >> np.uint32(1)
    word = (word & _LOW_14) | (word & (_LOW_14 << np.uint32(16))) >> np.uint32(2)
    values = word.astype(np.uint64)
    _add_bytes(values, data, first, longer)
    return Numbers(values.view(np.int64), first)


def _add_bytes(values: NDArray[np.uint64], data: NDArray[np.uint8], first: Ints, own: Ints) -> None:
    """Add the fifth byte and those after it to some numbers, in place."""
    size = first[own + 1] - first[own]
    if size.max(initial=0) > _LONGEST:
        msg = "a packed number is longer than ten bytes"
        raise ValueError(msg)
    for byte in range(_WORD, int(size.max(initial=0))):
        own, size = own[size > byte], size[size > byte]
        digits = (data[first[own] + byte] & _DIGIT).astype(np.uint64)
        values[own] |= digits << np.uint64(7 * byte)


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
