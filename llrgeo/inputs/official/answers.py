"""What answers must be: JSON without an error in it, tables with their columns, whole archives."""

import csv
import json
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from llrgeo.errors import InputError
from llrgeo.inputs.official.transport import ExchangeError
from llrgeo.inputs.pbf_framing import MAX_HEADER, block_header
from llrgeo.schema import LARGEST, name_some

_PAGE_MARKS: Final = (b"<!doctype", b"<html", b"<head", b"<?xml")
_GZIP: Final = b"\x1f\x8b"
_BUSY: Final = frozenset({429, 500, 502, 503, 504})


def refuse_page(path: Path) -> None:
    """Refuse an empty file, or a web page in place of data.

    Raises
    ------
    InputError
        If it is one.
    """
    with path.open("rb") as file:
        start = file.read(512)
    if not start:
        msg = f"{_name(path)}: the server sent nothing"
        raise InputError(msg)
    if start.startswith(_GZIP):
        msg = f"{_name(path)}: it is packed (gzip), which was not asked for"
        raise InputError(msg)
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_PAGE_MARKS):
        msg = f"{_name(path)}: a web page (a login, a notice?) came in place of data"
        raise InputError(msg)


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object; an ArcGIS error inside it, sent with status 200, is one.

    Raises
    ------
    InputError
        If it is no JSON object, or an error that asking again does not mend.
    ExchangeError
        If it is an error of a server that is busy.
    """
    refuse_page(path)
    try:
        found = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        msg = f"{_name(path)}: not JSON ({error})"
        raise InputError(msg) from error
    if not isinstance(found, dict):
        msg = f"{_name(path)}: not a JSON object but a {type(found).__name__}"
        raise InputError(msg)
    if "error" in found:
        _raise_error(found["error"], path)
    return found


def read_csv(path: Path, fields: Sequence[str], *, encoding: str = "utf-8-sig") -> pd.DataFrame:
    """Read a table with a header, every value as text, and see that it has its columns.

    Raises
    ------
    InputError
        If it is no table, or a column is missing or there twice.
    """
    refuse_page(path)
    rows = _read_text_table(path, encoding=encoding)
    table = with_header(rows, fields, source=_name(path))
    missing = [name for name in fields if name not in table.columns]
    if missing:
        msg = (
            f"{_name(path)}: no column {name_some(missing)}; it has {name_some(table.columns)}. "
            "If the publisher renamed it, correct the table of sources"
        )
        raise InputError(msg)
    return table


def with_header(rows: pd.DataFrame, fields: Sequence[str], *, source: str) -> pd.DataFrame:
    """Return rows, of which the first has the names of columns, with those names.

    Of two columns of one name (capitals do not count) nobody knows which is meant: they are
    refused. Where `fields` are given, only these columns matter.

    Raises
    ------
    InputError
        Naming the columns.
    """
    names = rows.iloc[0].fillna("").astype(str).str.strip()
    refuse_duplicate_columns(
        [name for name in names if not fields or name in fields], source=source
    )
    return rows.iloc[1:].set_axis(list(names), axis=1).reset_index(drop=True)


def refuse_duplicate_columns(names: Iterable[object], *, source: str) -> None:
    """Refuse two columns of one name, capitals apart; a blank name is none.

    Raises
    ------
    InputError
        Naming them.
    """
    given = pd.Series([str(name).strip() for name in names if name is not None], dtype="str")
    duplicates = given[given.str.casefold().duplicated() & (given != "")]
    if len(duplicates):
        msg = f"{source}: columns are there twice ({name_some(duplicates)})"
        raise InputError(msg)


def read_bare_csv(path: Path, columns: int) -> pd.DataFrame:
    """Read a table without a header, every value as text, columns numbered from 0.

    Lists of the NHS have names with accents, in UTF-8 or as Windows writes them.

    Raises
    ------
    InputError
        If it is no table of so many columns, or has a header after all.
    """
    refuse_page(path)
    table = _read_text_table(path, encoding=encoding_of(path))
    if len(table.columns) != columns:
        msg = f"{_name(path)}: {len(table.columns)} columns instead of {columns}"
        raise InputError(msg)
    return table


def numbers(values: pd.Series, *, source: str, minimum: float = 0.0) -> pd.Series:
    """Return the values of a column as numbers.

    Raises
    ------
    InputError
        If a value is not a number or below the minimum; the message has the first few.
    """
    found = pd.to_numeric(values, errors="coerce")
    wrong = ~(found >= minimum) | (found > LARGEST)
    if wrong.any():
        some = name_some(values[wrong].fillna("blank"))
        msg = f"{source}: column '{values.name}' is not a number from {minimum:g} up: {some}"
        raise InputError(msg)
    return found


def refuse_repeated(ids: pd.Series, *, source: str) -> None:
    """Refuse a table in which an id is repeated or blank.

    Raises
    ------
    InputError
        Naming the first few.
    """
    wrong = ids[ids.duplicated() | ids.isna() | (ids.astype(str).str.strip() == "")]
    if len(wrong):
        msg = f"{source}: {len(wrong)} codes are repeated or blank ({name_some(wrong.unique())})"
        raise InputError(msg)


def closed_shape(geometry: dict[str, Any]) -> BaseGeometry:
    """Return the shape of a GeoJSON geometry; a ring that does not end where it begins was cut.

    Raises
    ------
    ValueError
        If a ring of a polygon is not closed; other errors as `shapely.geometry.shape`.
    """
    made = shape(geometry)
    corners = geometry["coordinates"] if made.geom_type.endswith("Polygon") else ()
    polygons = [corners] if made.geom_type == "Polygon" else corners
    if any(ring and ring[0] != ring[-1] for polygon in polygons for ring in polygon):
        msg = "a ring is not closed"
        raise ValueError(msg)
    return made


def check_zip(path: Path, *, ending: str, most_bytes: int) -> None:
    """Check that a zip is whole, holds files of an ending, and does not unpack beyond a limit.

    Raises
    ------
    InputError
        If not.
    """
    refuse_page(path)
    try:
        with zipfile.ZipFile(path) as archive:
            # The stated sizes bound what is unpacked, so a bomb is refused before it is opened.
            members = archive.infolist()
            _refuse_members([member.filename for member in members], path)
            unpacked = sum(member.file_size for member in members)
            if unpacked > most_bytes:
                msg = f"{_name(path)}: unpacks to {unpacked:,} bytes, over {most_bytes:,}"
                raise InputError(msg)
            bad = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError) as error:
        msg = f"{_name(path)}: not a whole zip ({error})"
        raise InputError(msg) from error
    if bad:
        msg = f"{_name(path)}: '{bad}' in the zip is damaged"
        raise InputError(msg)
    if not any(member.filename.lower().endswith(ending) for member in members):
        held = name_some(member.filename for member in members)
        msg = f"{_name(path)}: no {ending} in the zip; it holds {held or 'nothing'}"
        raise InputError(msg)


def _refuse_members(names: Sequence[str], path: Path) -> None:
    """Refuse a zip with a file that lies outside of it, or with two of one name."""
    parts = [name.replace("\\", "/").split("/") for name in names]
    outside = [name for name, way in zip(names, parts, strict=True) if ".." in way or not way[0]]
    if outside:
        msg = f"{_name(path)}: files in the zip lie outside of it ({name_some(outside)})"
        raise InputError(msg)
    # Capitals make no other name, for on most machines they make no other file.
    lower = pd.Series([name.casefold() for name in names], dtype="str")
    if lower.duplicated().any():
        twice = name_some(lower[lower.duplicated()])
        msg = f"{_name(path)}: files are in the zip twice ({twice})"
        raise InputError(msg)


def check_pbf(path: Path) -> None:
    """See that an OpenStreetMap extract begins as one and ends at the end of a block.

    Only the lengths of its blocks are read (`llrgeo.inputs.pbf_framing`).

    Raises
    ------
    InputError
        If it is cut or is something else.
    """
    refuse_page(path)
    size, at, first = path.stat().st_size, 0, True
    with path.open("rb") as file:
        while at < size:
            file.seek(at)
            # Each block tells its length: they lead from one to the next, and must end at the end.
            (length,) = struct.unpack(">I", file.read(4).ljust(4, b"\xff"))
            header = file.read(length) if length <= MAX_HEADER else b""
            kind, block = block_header(header) or ("", 0)
            if kind != ("OSMHeader" if first else "OSMData"):
                msg = f"{_name(path)}: not an OpenStreetMap extract, at byte {at:,} of {size:,}"
                raise InputError(msg)
            at, first = at + 4 + length + block, False
    if at != size:
        msg = f"{_name(path)}: the extract is cut short ({size:,} of at least {at:,} bytes)"
        raise InputError(msg)


def _read_text_table(path: Path, *, encoding: str) -> pd.DataFrame:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a row with more cells than the first has
            return pd.read_csv(
                path,
                dtype=str,
                header=None,
                encoding=encoding,
                keep_default_na=False,
                na_values=[""],
                index_col=False,
            )
    except (ValueError, csv.Error, OverflowError, MemoryError, Warning) as error:
        msg = f"{_name(path)}: not a readable table ({' '.join(str(error).split())[:200]})"
        raise InputError(msg) from error


def encoding_of(path: Path) -> str:
    """Return UTF-8 if the bytes of a file are that, and else that of Windows in England."""
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _raise_error(error: object, path: Path) -> None:
    """Raise the error that a server put into an answer of status 200."""
    code = error.get("code") if isinstance(error, dict) else None
    text = error.get("message") if isinstance(error, dict) else error
    details = error.get("details") if isinstance(error, dict) else None
    said = " ".join(f"{text} {name_some(details) if isinstance(details, list) else ''}".split())
    msg = f"{_name(path)}: the server answered with an error ({code}: {said[:200]})"
    if code in _BUSY:
        raise ExchangeError(msg, status=int(code))
    raise InputError(msg)


def _name(path: Path) -> str:
    """Return a file's name as its user knows it, without the mark of a download under way."""
    return path.name.removesuffix(".part")
