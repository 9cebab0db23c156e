"""A GTFS feed as it comes: a zip of text tables, and the services that run on a day."""

import datetime as dt
import zlib
from pathlib import Path
from typing import Final, TypeAlias
from zipfile import BadZipFile, ZipFile

import pandas as pd

from llrgeo.errors import InputError
from llrgeo.schema import name_some, raise_faults

Tables: TypeAlias = dict[str, pd.DataFrame]

_WEEKDAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    "stops": ("stop_id", "stop_lat", "stop_lon"),
    "trips": ("trip_id", "service_id"),
    "stop_times": ("trip_id", "stop_sequence", "stop_id", "arrival_time", "departure_time"),
}
_OPTIONAL: Final[dict[str, tuple[str, ...]]] = {
    "calendar": ("service_id", *_WEEKDAYS, "start_date", "end_date"),
    "calendar_dates": ("service_id", "date", "exception_type"),
    "frequencies": ("trip_id", "start_time", "end_time", "headway_secs"),
    "transfers": ("from_stop_id", "to_stop_id", "transfer_type"),
}
_MAY_BE_ABSENT: Final[dict[str, tuple[str, ...]]] = {
    "stop_times": ("pickup_type", "drop_off_type"),
    "transfers": (
        "min_transfer_time",
        "from_route_id",
        "to_route_id",
        "from_trip_id",
        "to_trip_id",
    ),
}
_MAX_BYTES: Final = 2 << 30  # unpacked; a bus region of England takes a few hundred MB
_ADDED, _REMOVED = "1", "2"  # exceptions to a calendar
_DATE: Final = "%Y%m%d"


def read_feed(path: Path) -> Tables:
    """Read the tables of a feed as text, by name without the ending; absent ones are empty.

    Raises
    ------
    InputError
        If the file is no zip, a table or column is missing, a table cannot be read, or the
        tables are too large; the message lists every fault.
    """
    if not path.is_file():
        msg = f"{path}: no such file"
        raise InputError(msg)
    try:
        with ZipFile(path) as archive:
            return _read_tables(archive, path.name)
    except (BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
        msg = f"{path.name}: not a readable zip ({error})"
        raise InputError(msg) from error


def services_on(tables: Tables, date: dt.date) -> set[str]:
    """Return the services that run on a day: those of its weekday, and the exceptions to them."""
    week, exceptions = tables["calendar"], tables["calendar_dates"]
    day = date.strftime(_DATE)
    weekday = week[_WEEKDAYS[date.weekday()]] == "1"
    usual = week[weekday & (week["start_date"] <= day) & (week["end_date"] >= day)]
    special = exceptions[exceptions["date"] == day].groupby("exception_type")["service_id"]
    changes = {kind: set(ids) for kind, ids in special}
    return (set(usual["service_id"]) | changes.get(_ADDED, set())) - changes.get(_REMOVED, set())


def date_range(tables: Tables) -> tuple[dt.date, dt.date]:
    """Return the first and last day that a feed's calendars speak of."""
    week, exceptions = tables["calendar"], tables["calendar_dates"]
    days = pd.to_datetime(
        pd.concat([week["start_date"], week["end_date"], exceptions["date"]]), format=_DATE
    )
    return days.min().date(), days.max().date()


def calendar_faults(tables: Tables) -> list[str]:
    """List what is wrong with a feed's calendars."""
    week, exceptions = tables["calendar"], tables["calendar_dates"]
    if week.empty and exceptions.empty:
        return ["calendar.txt, calendar_dates.txt: neither says when services run"]
    faults = []
    for file, name in (
        ("calendar", "start_date"),
        ("calendar", "end_date"),
        ("calendar_dates", "date"),
    ):
        table = tables[file]
        wrong = pd.to_datetime(table[name], format=_DATE, errors="coerce").isna()
        faults += row_faults(file, f"column '{name}' is no date as 20261124", table[wrong])
    for day in _WEEKDAYS:
        wrong = ~week[day].isin(["0", "1"])
        faults += row_faults("calendar", f"column '{day}' is not 0 or 1", week[wrong])
    wrong = ~exceptions["exception_type"].isin([_ADDED, _REMOVED])
    what = "column 'exception_type' is not 1 or 2"
    return faults + row_faults("calendar_dates", what, exceptions[wrong])


def row_faults(file: str, what: str, rows: pd.DataFrame) -> list[str]:
    """Say what is wrong with rows of a file, naming some by their first column."""
    if rows.empty:
        return []
    named = name_some(rows.iloc[:, 0].unique())
    return [f"{file}.txt: {what} in {len(rows)} rows ({rows.columns[0]} {named})"]


def _read_tables(archive: ZipFile, source: str) -> Tables:
    held = {info.filename: info.file_size for info in archive.infolist()}
    missing = [f"{name}.txt" for name in _REQUIRED if f"{name}.txt" not in held]
    if missing:
        fault = f"no {', '.join(missing)} in the zip; it holds {name_some(sorted(held))}"
        raise_faults([fault], source=source)
    wanted = {**_REQUIRED, **_OPTIONAL}
    # Python reads no more of a member than the size that the zip states, so the sum is a bound.
    size = sum(held.get(f"{name}.txt", 0) for name in wanted)
    if size > _MAX_BYTES:
        fault = f"{size:,} bytes unpacked, over {_MAX_BYTES:,}; take the feed of your region"
        raise_faults([fault], source=source)
    tables, faults = {}, []
    for name, columns in wanted.items():
        absent = _MAY_BE_ABSENT.get(name, ())
        if f"{name}.txt" not in held:
            tables[name] = pd.DataFrame(columns=[*columns, *absent], dtype="str")
            continue
        try:
            table = _read_table(archive, name)
        except (ValueError, pd.errors.ParserError) as error:
            faults.append(f"{name}.txt: not a readable table ({error})")
            continue
        lacking = [column for column in columns if column not in table.columns]
        faults += [f"{name}.txt: column '{column}' is missing" for column in lacking]
        tables[name] = table.reindex(columns=[*columns, *absent])
    raise_faults(faults, source=source)
    return tables


def _read_table(archive: ZipFile, name: str) -> pd.DataFrame:
    """Read a table, without the columns that are not wanted and the spaces before values."""
    known = {**_REQUIRED, **_OPTIONAL}[name] + _MAY_BE_ABSENT.get(name, ())
    with archive.open(f"{name}.txt") as file:
        return pd.read_csv(
            file,
            dtype="str",
            usecols=lambda column: column.strip() in known,
            encoding="utf-8-sig",
            skipinitialspace=True,
            keep_default_na=False,
            na_values=[""],
            index_col=False,
        ).rename(columns=str.strip)
