"""The framing of OpenStreetMap's PBF files: headers of blocks, and fields of protocol buffers.

A file is a row of blocks: four bytes with the length of the header, the header with the block's
type and size, then the block (OpenStreetMap wiki, PBF Format; protobuf.dev, Encoding).
"""

from collections.abc import Iterator
from typing import Final

MAX_HEADER: Final = 64 * 1024  # bytes: the format's own limits
MAX_BLOCK: Final = 32 * 1024 * 1024
MAX_PARTS: Final = 1_000_000  # of a message: programs write some 8,000 elements into a group

_TYPE, _SIZE = 1, 3  # fields of a block's header
_BYTES, _VARINT, _FIXED32, _FIXED64 = 2, 0, 5, 1
_TEXT: Final = 0x0A  # the key of a text in a table: field 1, bytes
_MORE: Final = 0x80
_LONGEST_VARINT: Final = 10  # bytes, of 7 bits each: numbers have 64


def block_header(header: bytes) -> tuple[str, int] | None:
    """Return the type of a block and its size in bytes; None where it is no header of a block."""
    try:
        found = dict(fields(header))
    except ValueError:
        return None
    kind, size = found.get(_TYPE), found.get(_SIZE)
    if not isinstance(kind, bytes) or not isinstance(size, int) or size > MAX_BLOCK:
        return None
    return kind.decode("ascii", "replace"), size


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield number and value of each field of a protocol buffer; stop where it is none.

    Raises
    ------
    ValueError
        If a number or a part does not end where it must, or there are more than `MAX_PARTS`.
    """
    at = found = 0
    while at < len(message):
        found += 1
        if found > MAX_PARTS:
            msg = f"over {MAX_PARTS:,} parts, which no block has"
            raise ValueError(msg)
        # A key is the number of the field, then three bits for how its value is packed.
        key, at = varint(message, at)
        kind = key & 7
        if kind == _VARINT:
            value, at = varint(message, at)
            yield key >> 3, value
        elif kind == _BYTES:
            size, at = varint(message, at)
            if at + size > len(message):
                msg = "a part is longer than the whole"
                raise ValueError(msg)
            yield key >> 3, message[at : at + size]
            at += size
        elif kind in {_FIXED32, _FIXED64}:
            at += 4 if kind == _FIXED32 else 8
        else:
            return


def texts(table: bytes) -> list[bytes]:
    """Return the texts of a table of texts, a message that has nothing else, one after the other.

    Raises
    ------
    ValueError
        If it has something else, or a text does not end where it must.
    """
    found, at, end = [], 0, len(table)
    while at < end - 1:
        if table[at] != _TEXT:
            msg = "a table of texts has something else"
            raise ValueError(msg)
        # Most texts are so short that one byte states their length.
        size, at = table[at + 1], at + 2
        if size >= _MORE:
            size, at = varint(table, at - 1)
        found.append(table[at : at + size])
        at += size
    if at != end:
        msg = "a text is longer than its table"
        raise ValueError(msg)
    return found


def varint(message: bytes, at: int) -> tuple[int, int]:
    """Read a number and where the next begins; refuse one longer than the format has any.

    Raises
    ------
    ValueError
        If it is cut or too long.
    """
    value = 0
    try:
        for shift in range(0, 7 * _LONGEST_VARINT, 7):
            byte = message[at]
            at += 1
            if byte < _MORE:
                return value | byte << shift, at
            value |= (byte & ~_MORE) << shift
    except IndexError:
        pass
    msg = "a number is cut or longer than ten bytes"
    raise ValueError(msg)
