"""Nomis: tables of Census 2021 and population estimates for the small areas of an authority.

A guest gets 25,000 rows and then silence, so rows are asked for page by page and the number of rows
that the service itself states (`record_count`) must be reached.
"""

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import pandas as pd

from llrgeo.errors import InputError
from llrgeo.inputs.official.answers import numbers, read_csv
from llrgeo.inputs.official.arcgis import check_all_codes
from llrgeo.inputs.official.downloader import Downloader, all_or_none
from llrgeo.inputs.official.query import Query
from llrgeo.inputs.official.sources import Source
from llrgeo.schema import name_some

ROWS_A_PAGE: Final = 25_000
MOST_ROWS: Final = 1_000_000
SMALL_AREAS: Final = "TYPE151"  # LSOAs of 2021
VALUE: Final = "20100"

_AREA, _FIGURE, _COUNT = "GEOGRAPHY_CODE", "OBS_VALUE", "RECORD_COUNT"


@all_or_none
def read_table(
    downloader: Downloader, source: Source, authorities: Sequence[str], areas: Sequence[str]
) -> pd.DataFrame:
    """Return a table for areas: rows on area code, a column for each category by its name.

    Parameters
    ----------
    downloader
        Has or fetches the answers.
    source
        A dataset; its options name the `dimension` and any more `parameters`.
    authorities
        Codes of the local authorities that the areas lie in.
    areas
        Codes of the areas; of other areas of the authorities nothing is returned.

    Raises
    ------
    InputError
        If the service cannot be asked, a column is missing or not a number, an area is missing, or
        an area has a category twice or not at all.
    """
    parts = [_authority(downloader, source, code) for code in sorted(authorities)]
    rows = pd.concat(parts, ignore_index=True)
    category = f"{source.options['dimension'].upper()}_NAME"
    repeated = rows[rows.duplicated([_AREA, category])]
    if len(repeated):
        msg = f"{source.id}: areas have a category twice ({name_some(repeated[_AREA].unique())})"
        raise InputError(msg)
    wanted = rows[rows[_AREA].isin(areas)]
    # A pair of area and category has one row, as was checked: pivot puts it into its cell.
    table = wanted.pivot(index=_AREA, columns=category, values=_FIGURE)
    check_all_codes(table.index, areas, source=source.id)
    blank = table.index[table.isna().any(axis=1)]
    if len(blank):
        msg = f"{source.id}: not every category for {len(blank)} areas ({name_some(blank)})"
        raise InputError(msg)
    return table.loc[list(areas)].rename_axis(index=None, columns=None)


def authority_totals(
    downloader: Downloader, source: Source, authorities: Sequence[str], pattern: str
) -> pd.Series:
    """Return the figures of all areas of whole authorities, of the categories a pattern fits.

    Raises
    ------
    InputError
        As `read_table`, and if no category fits.
    """
    category = f"{source.options['dimension'].upper()}_NAME"
    found = {}
    for code in sorted(authorities):
        rows = _authority(downloader, source, code)
        fits = rows[rows[category].str.fullmatch(pattern, case=False)]
        if fits.empty:
            msg = f"{source.id}: no category '{pattern}' of {code}"
            raise InputError(msg)
        found[code] = fits[_FIGURE].sum()
    return pd.Series(found)


def choose(table: pd.DataFrame, pattern: str, *, source: str) -> pd.Series:
    """Return the sum of the categories whose whole name a pattern fits, capitals or not.

    Raises
    ------
    InputError
        If none does, naming those there are.
    """
    fits = [name for name in table.columns if re.fullmatch(pattern, str(name), re.IGNORECASE)]
    if not fits:
        msg = f"{source}: no category '{pattern}'; there are {name_some(table.columns)}"
        raise InputError(msg)
    return table[fits].sum(axis=1).round().astype("int64")


def page_address(source: Source, authority: str, offset: int) -> str:
    """Return the address of one page of a table for the small areas of an authority."""
    dimension = source.options["dimension"]
    parameters = {
        "date": source.options.get("date", "latest"),
        "geography": f"{authority}{SMALL_AREAS}",
        **source.options.get("parameters", {}),
        "measures": VALUE,
        "select": f"geography_code,{dimension},{dimension}_name,obs_value,record_count",
        "recordoffset": offset,
    }
    return f"{source.url}?{urlencode(parameters, safe=',')}"


def _authority(downloader: Downloader, source: Source, authority: str) -> pd.DataFrame:
    """Return the rows of an authority's areas from all pages."""
    check = partial(_check_page, source=source)
    pages: list[pd.DataFrame] = []
    received, stated = 0, 1
    # Each page states how many rows there are in all; the first is asked for without knowing.
    while received < stated:
        address = page_address(source, authority, received)
        name = f"{source.id}-{authority}.csv"
        page = _page(downloader.get(Query(source, address, name, check)), source)
        if page.empty:
            break
        if pages and (page[_COUNT] != stated).any():
            msg = f"{source.id}: pages state different numbers of rows in all for {authority}"
            raise InputError(msg)
        stated = int(page[_COUNT].iloc[0])
        pages.append(page)
        received += len(page)
    if not pages or received != stated:
        msg = (
            f"{source.id}: {received:,} of {stated:,} rows came for {authority}; "
            "the service stops early"
            if pages
            else f"{source.id}: no rows for {authority}; is it an authority of the census?"
        )
        raise InputError(msg)
    return pd.concat(pages, ignore_index=True)


def _check_page(path: Path, *, source: Source) -> None:
    _page(path, source)


def _page(path: Path, source: Source) -> pd.DataFrame:
    """Read one page; headers may be in capitals or not."""
    category = f"{source.options['dimension'].upper()}_NAME"
    page = read_csv(path, ())
    page.columns = page.columns.str.upper()
    missing = [name for name in (_AREA, category, _FIGURE, _COUNT) if name not in page.columns]
    if missing:
        msg = f"{source.id}: no column {name_some(missing)}; it has {name_some(page.columns)}"
        raise InputError(msg)
    for name in (_FIGURE, _COUNT):
        page[name] = numbers(page[name], source=source.id)
    if (page[_COUNT] > MOST_ROWS).any():
        msg = f"{source.id}: more than {MOST_ROWS:,} rows are stated for one authority"
        raise InputError(msg)
    if len(stated := page[_COUNT].unique()) > 1:
        msg = f"{source.id}: rows state different numbers of rows in all ({name_some(stated)})"
        raise InputError(msg)
    if page[[_AREA, category]].isna().any(axis=None):
        msg = f"{source.id}: rows without an area or a category"
        raise InputError(msg)
    return page
