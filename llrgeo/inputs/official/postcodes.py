"""Ordnance Survey, Code-Point Open: where unit postcodes are.

The service lists the downloads of the product with size, MD5 and address; the file is a zip of
tables without header, one for each postcode area: postcode 0, quality 1, easting 2, northing 3,
district 8.
"""

import json
import zipfile
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any, Final

import pandas as pd

from llrgeo.errors import InputError
from llrgeo.inputs.official.answers import check_zip, numbers, read_json, refuse_page
from llrgeo.inputs.official.downloader import Downloader, NotFetchedError, all_or_none
from llrgeo.inputs.official.query import Query
from llrgeo.inputs.official.sources import Source
from llrgeo.inputs.postcodes import squeeze_postcode
from llrgeo.schema import name_some

FORMAT: Final = "CSV"
COLUMNS: Final = 10

_POSTCODE, _QUALITY, _EASTING, _NORTHING, _DISTRICT = 0, 1, 2, 3, 8
_NO_PLACE: Final = "90"  # the quality of a postcode without coordinates
_UNPACKED: Final = 1_000_000_000


@all_or_none
def read_postcode_points(
    downloader: Downloader, source: Source, areas: Iterable[str]
) -> pd.DataFrame:
    """Return `easting`, `northing` and `authority_code` on `postcode`, of some postcode areas.

    Parameters
    ----------
    downloader
        Has or fetches the answers.
    source
        The list of the product's downloads.
    areas
        The letters that postcodes begin with, such as LE.

    Raises
    ------
    InputError
        If the list or the file cannot be had, the checksum differs, or the tables are not so.
    """
    return read_points(fetch_postcodes(downloader, source), areas)


def fetch_postcodes(downloader: Downloader, source: Source) -> Path:
    """Return the zip of all postcodes, its checksum compared with the one that is listed.

    A list whose file cannot be had as it says is fetched again, once.

    Raises
    ------
    InputError
        If the list or the file cannot be had, or the checksum differs.
    """
    known = _in_format(_listed(downloader, source))
    try:
        return _fetch(downloader, source, known)
    except NotFetchedError:
        raise
    except InputError:
        # A list that is older than the newest edition has its address and checksum no more.
        newer = _in_format(_listed(downloader, source, fresh=True))
        if newer == known:
            raise
        return _fetch(downloader, source, newer)


def _listed(downloader: Downloader, source: Source, *, fresh: bool = False) -> Path:
    query = Query(source, source.url, f"{source.id}-list.json", _check_list)
    return downloader.get(query, fresh=fresh)


def _fetch(downloader: Downloader, source: Source, listed: dict[str, str]) -> Path:
    check = partial(check_zip, ending=".csv", most_bytes=_UNPACKED)
    query = Query(source, listed["url"], f"{source.id}.zip", check, md5=listed["md5"])
    return downloader.get(query)


def read_points(path: Path, areas: Iterable[str]) -> pd.DataFrame:
    """Read the tables of some postcode areas from the zip; see `read_postcode_points`.

    Raises
    ------
    InputError
        If a table has other columns or values than it must.
    """
    with zipfile.ZipFile(path) as archive:
        listed = [member for member in archive.namelist() if _is_table(member)]
        members = {Path(member).stem.lower(): member for member in listed}
        if len(members) < len(listed):
            msg = f"{path.name}: several tables of one postcode area in the zip"
            raise InputError(msg)
        wanted = [
            members[area] for area in sorted({given.lower() for given in areas} & set(members))
        ]
        tables = [_read_member(archive, member, path.name) for member in wanted]
    if not tables:
        columns = pd.Index([], name="postcode")
        return pd.DataFrame({"easting": [], "northing": [], "authority_code": []}, columns)
    rows = pd.concat(tables, ignore_index=True)
    if len(rows.columns) != COLUMNS:
        msg = f"{path.name}: {len(rows.columns)} columns instead of {COLUMNS}"
        raise InputError(msg)
    if rows[_POSTCODE].isna().any():
        msg = f"{path.name}: {int(rows[_POSTCODE].isna().sum())} rows without a postcode"
        raise InputError(msg)
    # Postcodes of the directory without a place have eastings of 0.
    rows = rows[rows[_QUALITY] != _NO_PLACE]
    points = pd.DataFrame(
        {
            "easting": numbers(rows[_EASTING], source=path.name),
            "northing": numbers(rows[_NORTHING], source=path.name),
            "authority_code": rows[_DISTRICT],
        }
    ).set_axis(pd.Index(rows[_POSTCODE].map(squeeze_postcode), name="postcode"))
    return points[~points.index.duplicated()].sort_index()


def _read_member(archive: zipfile.ZipFile, member: str, source: str) -> pd.DataFrame:
    try:
        with archive.open(member) as file:
            return pd.read_csv(file, header=None, dtype=str)
    except (ValueError, OSError) as error:
        msg = f"{source}: {member}: not a readable table ({' '.join(str(error).split())[:200]})"
        raise InputError(msg) from error


def postcode_areas(postcodes: Iterable[str]) -> set[str]:
    """Return the postcode areas of postcodes, the letters they begin with: LE of LE1 5WW."""
    return {postcode[: 2 if postcode[1:2].isalpha() else 1] for postcode in postcodes if postcode}


def _is_table(name: str) -> bool:
    return name.lower().endswith(".csv") and "/doc/" not in f"/{name.lower()}"


def _read_list(path: Path) -> list[dict[str, Any]]:
    """Read the list of downloads, which is a JSON array, not an object."""
    refuse_page(path)
    try:
        found = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        msg = f"{path.name}: not JSON ({error})"
        raise InputError(msg) from error
    if isinstance(found, dict):
        read_json(path)  # raises the error that it may be
    if not isinstance(found, list):
        msg = f"{path.name}: not a list of downloads"
        raise InputError(msg)
    return [entry for entry in found if isinstance(entry, dict)]


def _in_format(path: Path) -> dict[str, str]:
    """Return the download in the format that is read, with its address and MD5."""
    listed = _read_list(path)
    for entry in listed:
        if entry.get("format") == FORMAT and entry.get("area", "GB") == "GB":
            missing = [key for key in ("url", "md5") if not isinstance(entry.get(key), str)]
            if missing:
                msg = f"{path.name}: the download has no {name_some(missing)}"
                raise InputError(msg)
            return {key: entry[key] for key in ("url", "md5")}
    msg = f"{path.name}: no download in {FORMAT}; there are {name_some(map(_format, listed))}"
    raise InputError(msg)


def _format(entry: dict[str, Any]) -> str:
    return str(entry.get("format"))


def _check_list(path: Path) -> None:
    _in_format(path)
