"""NHS England, Estates Returns Information Collection: floor area, backlog, parking of sites.

The file is in UTF-8 or, as it was, in the encoding of Windows in England.
The columns are kept as the return has them; "Not Applicable" is missing, not 0.
"""

from functools import partial
from pathlib import Path
from typing import Final

import pandas as pd

from llrgeo.inputs.estate import SITE_CODE
from llrgeo.inputs.official.answers import encoding_of, read_csv, refuse_repeated
from llrgeo.inputs.official.downloader import Downloader
from llrgeo.inputs.official.query import Query
from llrgeo.inputs.official.sources import Source

SITE_TYPE: Final = "Site Type"

_USUAL: Final = {
    "code": SITE_CODE,
    "name": "Site Name",
    "type": SITE_TYPE,
    "floor_area": "Gross internal floor area",
}
_MISSING: Final = ("Not Applicable", "Not applicable", "N/A", "-", "")


def read_returns(downloader: Downloader, source: Source) -> pd.DataFrame:
    """Return the return of every site on `site_id`, values as text, None where not applicable.

    Raises
    ------
    InputError
        If the return cannot be had, lacks a column, or has a site twice.
    """
    check = partial(_check_returns, source=source)
    path = downloader.get(Query(source, source.url, f"{source.id}.csv", check))
    return read_return(path, source)


def read_return(path: Path, source: Source) -> pd.DataFrame:
    """Read a return; see `read_returns`.

    Raises
    ------
    InputError
        If a column is missing, or a site is duplicated.
    """
    table = read_csv(path, list(source.fields.values()), encoding=encoding_of(path))
    # A column that was renamed has its usual name here: what it is stands in the table of sources.
    usual = {
        source.fields[ours]: name
        for ours, name in _USUAL.items()
        if not source.fields[ours].startswith(name)
    }
    table = table.rename(columns=usual)
    table[SITE_CODE] = table[SITE_CODE].str.strip()
    # Trusts also report small sites together, under no code of their own.
    named = table[table[SITE_CODE].notna() & ~table[SITE_CODE].isin(_MISSING)]
    refuse_repeated(named[SITE_CODE], source=source.id)
    return named.replace(list(_MISSING), None).set_index(SITE_CODE).rename_axis("site_id")


def _check_returns(path: Path, *, source: Source) -> None:
    read_return(path, source)
