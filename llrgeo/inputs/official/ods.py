"""NHS Organisation Data Service: practices, branches, sites of trusts, trusts, networks.

The reports have no header. Their columns, counted from 0: code 0, name 1, address 4 to 8, postcode
9, opened 10, closed 11, status 12, parent 14, and in the list of practices 25, the prescribing
setting. A status of C, or a closing date in the past, marks an organisation that has closed. A
closing date that is still to come does not: the organisation is open, with a note of its last day.
"""

import datetime as dt
from functools import partial
from pathlib import Path
from typing import Final

import pandas as pd

from llrgeo.errors import InputError
from llrgeo.inputs.official.answers import read_bare_csv, refuse_repeated
from llrgeo.inputs.official.downloader import Downloader
from llrgeo.inputs.official.query import Query
from llrgeo.inputs.official.sources import Source
from llrgeo.inputs.visible_text import is_seen
from llrgeo.schema import name_some

COLUMNS: Final = 27

_CODE, _NAME, _POSTCODE, _OPENED, _CLOSED, _STATUS, _PARENT, _SETTING = 0, 1, 9, 10, 11, 12, 14, 25
_ADDRESS: Final = tuple(range(4, 9))
_ACTIVE, _PROPOSED, _SHUT = "A", "P", ("C", "D")  # closed, dormant
_GP_PRACTICE: Final = "4"
_CODE_FORM: Final = r"[A-Z0-9]{3,9}"
_MOST_STRANGE: Final = 0.05  # the share of values of a column that may be of another form
_POSTCODE_FORM: Final = r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}"


def read_report(downloader: Downloader, source: Source) -> pd.DataFrame:
    """Return a report on `site_id`.

    Returns
    -------
    pandas.DataFrame
        `name`, `address`, `postcode`, `parent` (text, blank where there is none), `status` on the
        downloader's day (open, closed, proposed), `closes` (the last day, as 2027-03-31, of what is
        open now; else blank) and `dates_note` (what is to be known of the dates; else blank).

    Raises
    ------
    InputError
        If the report cannot be had, or is not one.
    """
    check = partial(_check_report, source=source)
    path = downloader.get(Query(source, source.url, f"{source.id}.csv", check))
    return read_organisations(path, source, downloader.today)


def read_organisations(path: Path, source: Source, today: dt.date) -> pd.DataFrame:
    """Read a report as of a day; see `read_report`.

    Raises
    ------
    InputError
        If its columns are not those of a report.
    """
    rows = _rows(path, source)
    if source.options.get("practices_only"):
        rows = rows[rows[_SETTING] == _GP_PRACTICE]
    lines = rows[list(_ADDRESS)]
    # Blank lines of an address leave no comma behind.
    address = (lines + ", ").where(lines != "", "").sum(axis=1).str.removesuffix(", ")
    return (
        pd.DataFrame(
            {
                "name": rows[_NAME],
                "address": address,
                "postcode": rows[_POSTCODE].str.upper(),
                "parent": rows[_PARENT],
            }
        )
        .join(_standing(rows, today))
        .set_axis(pd.Index(rows[_CODE], name="site_id"))
    )


def _rows(path: Path, source: Source) -> pd.DataFrame:
    """Return the rows of a report, each text on one line, and see that they are those of one."""
    rows: pd.DataFrame = read_bare_csv(path, COLUMNS).fillna("").map(_tidy)
    refuse_repeated(rows[_CODE], source=source.id)
    rows[_STATUS] = rows[_STATUS].str.upper()
    if faults := _column_faults(rows):
        msg = f"{source.id}: the columns are not those of a report: {'; '.join(faults)}"
        raise InputError(msg)
    return rows


def _tidy(text: str) -> str:
    """Return a text on one line, without blanks around it or letters that do not show."""
    return text if text.isprintable() and text == text.strip() else _shown(text)


def _shown(text: str) -> str:
    return " ".join("".join(letter if is_seen(letter) else " " for letter in text).split())


def _column_faults(rows: pd.DataFrame) -> list[str]:
    """Return faults of columns whose values are not those of such a report."""
    wrong = rows.loc[~rows[_CODE].str.fullmatch(_CODE_FORM), _CODE]
    strange = sorted(set(rows[_STATUS]) - {_ACTIVE, _PROPOSED, *_SHUT, ""})
    faults = [f"codes such as {name_some(wrong)}"] if len(wrong) else []
    faults += [f"column {_STATUS} has {name_some(strange)}"] if strange else []
    # A few addresses abroad have other postcodes, and a few dates may be mistyped; many mean that
    # the columns have moved, or that the dates are written another way.
    given = rows.loc[rows[_POSTCODE] != "", _POSTCODE]
    others = {_POSTCODE: given[~given.str.upper().str.fullmatch(_POSTCODE_FORM)]}
    share = {_POSTCODE: len(others[_POSTCODE]) / max(1, len(given))}
    for column in (_OPENED, _CLOSED):
        dates = rows.loc[rows[column] != "", column]
        others[column] = dates[_days(dates).isna()]
        share[column] = len(others[column]) / max(1, len(dates))
    faults += [
        f"column {column} has {name_some(others[column].unique())}"
        for column in others
        if share[column] > _MOST_STRANGE
    ]
    return faults


def _standing(rows: pd.DataFrame, today: dt.date) -> pd.DataFrame:
    """Return whether each organisation is open on a day, until when, and what its dates leave open.

    A closing date is the last day. What has a date that cannot be read counts as closed, as what
    has a date in the past does, and what the list calls closed is, whatever its dates say: both are
    told, for neither is certain.
    """
    day = pd.Timestamp(today)
    opens, closes = _days(rows[_OPENED]), _days(rows[_CLOSED])
    unread = (rows[_CLOSED] != "") & closes.isna()
    listed_shut, ahead = rows[_STATUS].isin(_SHUT), closes >= day
    shut = listed_shut | unread | (closes < day)
    not_yet = ~shut & ((rows[_STATUS] == _PROPOSED) | (opens > day))
    status = pd.Series("open", rows.index).mask(not_yet, "proposed").mask(shut, "closed")
    last, first = (dates.dt.strftime("%Y-%m-%d").fillna("") for dates in (closes, opens))
    known = ("from " + first).where(opens > day, "")
    # Later notes take the place of earlier ones: the last says what is least certain.
    note = pd.Series("", rows.index)
    note = note.mask(ahead & ~shut, f"open on {today}, and its last day is " + last)
    note = note.mask(not_yet, ("in the list as still to open " + known).str.strip())
    note = note.mask(listed_shut & ahead, "closed by its status, but its last day is " + last)
    note = note.mask(unread, "closing date '" + rows[_CLOSED] + "' cannot be read: taken as closed")
    closes_text = last.where(ahead & ~shut, "")
    return pd.DataFrame({"status": status, "closes": closes_text, "dates_note": note})


def _days(dates: pd.Series) -> pd.Series:
    """Return dates as 20270331 as such; missing where a text is none."""
    written = dates.where(dates.str.fullmatch(r"\d{8}"))
    return pd.to_datetime(written, format="%Y%m%d", errors="coerce")


def _check_report(path: Path, *, source: Source) -> None:
    """Refuse what is no report, or has far fewer rows than it had."""
    found = _rows(path, source)
    least = int(source.options.get("least_rows", 1))
    if len(found) < least:
        msg = f"{source.id}: {len(found):,} rows where at least {least:,} are expected"
        raise InputError(msg)
