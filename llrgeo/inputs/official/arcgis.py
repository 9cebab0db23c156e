"""Tables of a feature server (Esri's ArcGIS), page by page.

A layer is requested in pages; each page is an answer of its own in the cache. A server may stop at
its row limit, with a notice (`exceededTransferLimit`) or without, so the number of rows is
requested first and the pages must add up to it. Errors come with status 200 (`answers.read_json`).
"""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pandas as pd

from llrgeo.errors import InputError
from llrgeo.inputs.official.answers import read_json, refuse_repeated
from llrgeo.inputs.official.downloader import Downloader
from llrgeo.inputs.official.query import Query
from llrgeo.inputs.official.sources import Source
from llrgeo.schema import name_some

ROWS_A_PAGE: Final = 2_000
CODES_A_QUERY: Final = 90  # so that an address stays below 2,000 characters or so
MOST_ROWS: Final = 500_000  # more than any table of small areas has
ALL: Final = "1=1"


def is_in(field: str, values: Iterable[str]) -> str:
    """Return the condition that a field has one of some values."""
    quoted = ",".join("'{}'".format(value.replace("'", "''")) for value in values)
    return f"{field} IN ({quoted})"


def page_address(source: Source, where: str, options: dict[str, str], offset: int) -> str:
    """Return the address of one page of a layer: rows from `offset` for which `where` is true."""
    fields = list(source.fields.values())
    parameters = {
        "where": where,
        "outFields": ",".join(fields),
        **options,
        "orderByFields": ",".join(fields[:2]) if source.options.get("repeats") else fields[0],
        "resultOffset": offset,
        "resultRecordCount": ROWS_A_PAGE,
    }
    return f"{source.url}?{urlencode(parameters)}"


def count_address(source: Source, where: str) -> str:
    """Return the address of the number of rows of which a condition is true."""
    return f"{source.url}?{urlencode({'where': where, 'returnCountOnly': 'true', 'f': 'json'})}"


def features_of(
    downloader: Downloader, source: Source, codes: Sequence[str], options: dict[str, str]
) -> list[dict[str, Any]]:
    """Return the features of some codes, requested in lists that fit into an address."""
    key = source.fields[source.key]
    found: list[dict[str, Any]] = []
    for some in batches(sorted(codes)):
        found += features_where(downloader, source, is_in(key, some), options, expected=len(some))
    return found


def batches(codes: Sequence[str]) -> list[Sequence[str]]:
    """Return codes in lists that each fit into an address."""
    return [codes[at : at + CODES_A_QUERY] for at in range(0, len(codes), CODES_A_QUERY)]


def features_where(
    downloader: Downloader,
    source: Source,
    where: str,
    options: dict[str, str],
    *,
    expected: int | None = None,
) -> list[dict[str, Any]]:
    """Return all features of which a condition is true, page by page, as many as expected."""
    count = count_rows(downloader, source, where) if expected is None else expected
    check = partial(_check_page, source=source)
    ending = options["f"]
    features: list[dict[str, Any]] = []
    while True:
        address = page_address(source, where, options, len(features))
        page = read_json(downloader.get(Query(source, address, f"{source.id}.{ending}", check)))
        features += page["features"]
        if len(features) >= count or not page["features"]:
            break
    if len(features) != count:
        limited = " and says that its limit was reached" if _is_limited(page) else ""
        msg = (
            f"{source.id}: {len(features):,} of {count:,} rows came; the server stops early"
            f"{limited}. Nothing of it is used"
        )
        raise InputError(msg)
    return features


def distinct_features(downloader: Downloader, source: Source) -> list[dict[str, Any]]:
    """Return the different rows of a table's fields, which must fit into one page.

    Raises
    ------
    InputError
        If there are none, or more than one page holds.
    """
    options = {"returnGeometry": "false", "returnDistinctValues": "true", "f": "json"}
    address = page_address(source, ALL, options, 0)
    check = partial(_check_page, source=source)
    page = read_json(downloader.get(Query(source, address, f"{source.id}.json", check)))
    features: list[dict[str, Any]] = page["features"]
    if _is_limited(page) or not features:
        msg = f"{source.id}: {len(features):,} rows came, and they are not all"
        raise InputError(msg)
    return features


def count_rows(downloader: Downloader, source: Source, where: str) -> int:
    """Return of how many rows a condition is true, as the server counts them."""
    query = Query(source, count_address(source, where), f"{source.id}-count.json", _check_count)
    return int(read_json(downloader.get(query))["count"])


def _check_count(path: Path) -> None:
    count = read_json(path).get("count")
    if type(count) is not int or not 0 <= count <= MOST_ROWS:
        msg = f"{path.name}: no count of rows but {count!r}"
        raise InputError(msg)


def _check_page(path: Path, *, source: Source) -> None:
    """Refuse a page without features, or with a field that is missing or no longer so called."""
    features = read_json(path).get("features")
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        msg = f"{source.id}: the answer has no features"
        raise InputError(msg)
    fields = list(source.fields.values())
    for feature in features:
        values = _values(feature)
        missing = [name for name in fields if values.get(name) is None]
        if missing:
            msg = (
                f"{source.id}: no field {name_some(missing)}; there are {name_some(values)}. "
                "If the publisher renamed it, correct the table of sources"
            )
            raise InputError(msg)
        wrong = [name for name in fields if not _is_plain(values[name])]
        if wrong:
            msg = f"{source.id}: field {name_some(wrong)} is neither text nor a number"
            raise InputError(msg)


def _values(feature: dict[str, Any]) -> dict[str, Any]:
    """Return a feature's fields: `attributes` in Esri's JSON, `properties` in GeoJSON."""
    values = feature.get("attributes", feature.get("properties"))
    return values if isinstance(values, dict) else {}


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _is_limited(page: dict[str, Any]) -> bool:
    inner = page.get("properties")
    return bool(
        page.get("exceededTransferLimit")
        or (isinstance(inner, dict) and inner.get("exceededTransferLimit"))
    )


def attributes_of(features: list[dict[str, Any]], source: Source) -> pd.DataFrame:
    """Return the fields of features as text, under our names of the table of sources.

    Raises
    ------
    InputError
        If a key is repeated, where it may not be, or is not of the form that the source states.
    """
    names = list(source.fields.values())
    # Hard spaces, as copies from web pages have them, are spaces; none stands around a code.
    rows = [
        [" ".join(str(_values(feature)[name]).split()) for name in names] for feature in features
    ]
    table = pd.DataFrame(rows, columns=list(source.fields), dtype="str")
    if not source.options.get("repeats"):
        refuse_repeated(table[source.key], source=source.id)
    _check_codes(table[source.key], source)
    return table


def _check_codes(codes: pd.Series, source: Source) -> None:
    """Refuse keys that are not of the form that the table of sources states."""
    pattern = source.options.get("code", "")
    wrong = codes[~codes.str.fullmatch(pattern)] if pattern else codes.iloc[:0]
    if len(wrong):
        msg = f"{source.id}: not codes as {pattern}: {name_some(wrong)}"
        raise InputError(msg)


def check_all_codes(found: Iterable[str], wanted: Iterable[str], *, source: str) -> None:
    """Refuse a table that lacks a code that was asked for, or has one that was not.

    Raises
    ------
    InputError
        Naming the first few of each.
    """
    have, want = set(found), set(wanted)
    missing, extra = sorted(want - have), sorted(have - want)
    faults = [f"{len(missing)} areas are missing ({name_some(missing)})"] if missing else []
    faults += [f"{len(extra)} areas are not of the study ({name_some(extra)})"] if extra else []
    if faults:
        msg = f"{source}: {'; '.join(faults)}"
        raise InputError(msg)
