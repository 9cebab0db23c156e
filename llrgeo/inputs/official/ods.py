"""NHS Organisation Data Service: practices, branches, sites of trusts, trusts, networks.

The reports have no header. Their columns, counted from 0: code 0, name 1, address 4 to 8, postcode
9, opened 10, closed 11, status 12, parent 14, and in the list of practices 25, the prescribing
setting. A status of C, or a closing date, marks an organisation that has closed.
"""

from functools import partial
from pathlib import Path
from typing import Final

import pandas as pd

from llrgeo.errors import InputError
from llrgeo.inputs.official.answers import read_bare_csv, refuse_repeated
from llrgeo.inputs.official.downloader import Downloader
from llrgeo.inputs.official.query import Query
from llrgeo.inputs.official.sources import Source
from llrgeo.schema import name_some

COLUMNS: Final = 27

_CODE, _NAME, _POSTCODE, _CLOSED, _STATUS, _PARENT, _SETTING = 0, 1, 9, 11, 12, 14, 25
_ADDRESS: Final = tuple(range(4, 9))
_ACTIVE, _SHUT = ("A", "P"), ("C", "D")  # active, proposed; closed, dormant
_GP_PRACTICE: Final = "4"
_CODE_FORM: Final = r"[A-Z0-9]{3,9}"
_POSTCODE_FORM: Final = r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}"


def read_report(downloader: Downloader, source: Source) -> pd.DataFrame:
    """Return a report on `site_id`.

    Returns
    -------
    pandas.DataFrame
        `name`, `address`, `postcode`, `parent` (text, blank where there is none) and `is_closed`.

    Raises
    ------
    InputError
        If the report cannot be had, or is not one.
    """
    check = partial(_check_report, source=source)
    path = downloader.get(Query(source, source.url, f"{source.id}.csv", check))
    return read_organisations(path, source)


def read_organisations(path: Path, source: Source) -> pd.DataFrame:
    """Read a report; see `read_report`.

    Raises
    ------
    InputError
        If its columns are not those of a report.
    """
    rows = read_bare_csv(path, COLUMNS).fillna("")
    rows = rows.apply(lambda column: column.str.strip())
    refuse_repeated(rows[_CODE], source=source.id)
    status = rows[_STATUS].str.upper()
    strange = sorted(set(status) - {*_ACTIVE, *_SHUT, ""})
    wrong = rows.loc[~rows[_CODE].str.fullmatch(_CODE_FORM), _CODE]
    postcodes = rows.loc[rows[_POSTCODE] != "", _POSTCODE]
    other = postcodes[~postcodes.str.upper().str.fullmatch(_POSTCODE_FORM)]
    faults = [f"codes such as {name_some(wrong)}"] if len(wrong) else []
    faults += [f"column 12 has {name_some(strange)}"] if strange else []
    # A few addresses abroad have other postcodes; many mean that the columns have moved.
    faults += [f"column 9 has {name_some(other)}"] if len(other) * 20 > len(postcodes) else []
    if faults:
        msg = f"{source.id}: the columns are not those of a report: {'; '.join(faults)}"
        raise InputError(msg)
    if source.options.get("practices_only"):
        rows = rows[rows[_SETTING] == _GP_PRACTICE]
    lines = rows[list(_ADDRESS)]
    address = (lines + ", ").where(lines != "", "").sum(axis=1).str.removesuffix(", ")
    return pd.DataFrame(
        {
            "name": rows[_NAME],
            "address": address,
            "postcode": rows[_POSTCODE].str.upper(),
            "parent": rows[_PARENT],
            "is_closed": status[rows.index].isin(_SHUT) | (rows[_CLOSED] != ""),
        }
    ).set_axis(pd.Index(rows[_CODE], name="site_id"))


def _check_report(path: Path, *, source: Source) -> None:
    """Refuse what is no report, or has far fewer rows than it had."""
    found = read_bare_csv(path, COLUMNS)
    read_organisations(path, source)
    least = int(source.options.get("least_rows", 1))
    if len(found) < least:
        msg = f"{source.id}: {len(found):,} rows where at least {least:,} are expected"
        raise InputError(msg)
