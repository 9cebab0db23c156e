"""Files that are no tables but are often given as such: known by their first bytes, and named."""

from pathlib import Path
from typing import Final

from llrgeo.errors import InputError

_LOOKED_AT: Final = 4_096  # bytes
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")  # has zero bytes too; what to do is said elsewhere
_UTF_8_MARK: Final = b"\xef\xbb\xbf"
_KINDS: Final = {
    b"%PDF": "a PDF, not a table; ask for the table behind it",
    b"\x1f\x8b": "packed by gzip; unpack it first",
    b"BZh": "packed by bzip2; unpack it first",
    b"<": "a web page or XML, not a table; download the file itself",
    b"{": "JSON, not a table; save it as CSV",
    b"[": "JSON, not a table; save it as CSV",
    b"PAR1": "Parquet; let its name end in .parquet",
    b"SQLite format 3": "a database, not a table; save the table as CSV",
}


def refuse_foreign(path: Path) -> None:
    """Refuse a file whose first bytes tell that it is no CSV, and say what it is.

    Raises
    ------
    InputError
        If it is one of some other kinds, or has bytes that no text has.
    """
    with path.open("rb") as file:
        begins = file.read(_LOOKED_AT)
    if begins.startswith(_UTF_16):
        return
    # Web pages and JSON may begin after a mark, spaces or empty lines.
    text = begins.removeprefix(_UTF_8_MARK).lstrip()
    for start, what in _KINDS.items():
        if text.startswith(start):
            msg = f"{path}: {what}"
            raise InputError(msg)
    if b"\0" in begins:
        msg = f"{path}: not text: it has bytes of zero; save it as CSV, in UTF-8"
        raise InputError(msg)
