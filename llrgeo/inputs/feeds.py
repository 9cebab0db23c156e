"""A GTFS feed as it comes: a zip of text tables, and the services that run on a day."""

import datetime as dt
import lzma
import zlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple, TypeAlias
from zipfile import BadZipFile, ZipFile

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.errors import InputError
from llrgeo.inputs.csv_quotes import first_spanning
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
    "transfers": ("transfer_type",),
    "routes": ("route_id",),
    "pathways": ("from_stop_id", "to_stop_id", "pathway_mode"),
}
_MAY_BE_ABSENT: Final[dict[str, tuple[str, ...]]] = {
    "stops": ("stop_name", "location_type", "parent_station", "wheelchair_boarding"),
    "trips": ("route_id", "block_id", "wheelchair_accessible"),
    "stop_times": (
        "pickup_type",
        "drop_off_type",
        "location_id",
        "location_group_id",
        "start_pickup_drop_off_window",
    ),
    "routes": ("route_short_name", "route_long_name"),
    "pathways": ("is_bidirectional",),
    "transfers": (
        "from_stop_id",
        "to_stop_id",
        "min_transfer_time",
        "from_route_id",
        "to_route_id",
        "from_trip_id",
        "to_trip_id",
    ),
}
_MAX_BYTES: Final = 1 << 30  # unpacked; a bus region of England takes a few hundred MB
_MAX_TRIPS_BYTES: Final = 128 << 20  # of trips.txt: a million trips, three times a large region
_PIECE_ROWS: Final = 250_000  # of a table that are text at one time
_HEADING_BYTES: Final = 1_000
_CALLS: Final = "stop_times"
_SUSPECT_BYTES: Final = 64 << 20
_MAX_RATIO: Final = 40  # of unpacked to packed bytes; timetables are packed to a tenth or so
_ADDED, _REMOVED = "1", "2"  # exceptions to a calendar
_DATE: Final = "%Y%m%d"


class Omission(NamedTuple):
    """Rows of a feed that are left out: a message, and the number of calls at stops lost by it.

    Omissions that are no fault of the feed, such as calls beyond Great Britain, count 0 calls.
    """

    text: str
    calls: int = 0


def read_feed(path: Path) -> Tables:
    """Read the tables of a feed as text, by name without the ending; absent ones are empty.

    Columns of `stop_times` are categories, for it is large. The tables may stand in a folder of the
    zip. Spaces around values go.

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
    except (BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError) as error:
        msg = f"{path.name}: not a readable zip ({error}); download it again"
        raise InputError(msg) from error


def services_on(tables: Tables, date: dt.date) -> set[str]:
    """Return the services that run on a day: those of its weekday, and the exceptions to them."""
    week, exceptions = tables["calendar"], tables["calendar_dates"]
    day = date.strftime(_DATE)
    # Dates such as 20261124 sort as text as they do in time.
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


def sound_calendars(tables: Tables) -> tuple[Tables, list[Omission]]:
    """Return the tables with calendars that can be read; rows that cannot are left out.

    The calls of services that no row is left of count as lost.
    """
    week, exceptions = tables["calendar"], tables["calendar_dates"]
    no_date = "is no date as 20261124"
    wrong = {
        **{
            ("calendar", name, no_date): _no_date(week[name]) for name in ("start_date", "end_date")
        },
        **{("calendar", day, "is not 0 or 1"): ~week[day].isin(["0", "1"]) for day in _WEEKDAYS},
        ("calendar_dates", "date", no_date): _no_date(exceptions["date"]),
        ("calendar_dates", "exception_type", "is not 1 or 2"): ~exceptions["exception_type"].isin(
            [_ADDED, _REMOVED]
        ),
    }
    texts, sound = [], dict(tables)
    for (file, name, what), rows in wrong.items():
        texts += row_faults(file, f"column '{name}' {what}", tables[file][rows])
        sound[file] = sound[file][~rows.reindex(sound[file].index)]
    # A service that loses all its rows runs on no day: its trips go, and are counted as calls.
    lost = known_services(tables) - known_services(sound)
    trips, calls = tables["trips"], tables["stop_times"]
    lost_calls = calls["trip_id"].isin(trips.loc[trips["service_id"].isin(lost), "trip_id"]).sum()
    # The calls are counted once, with the first of the faults.
    return sound, [Omission(text, 0 if i else int(lost_calls)) for i, text in enumerate(texts)]


def calendar_faults(tables: Tables) -> list[str]:
    """List what is wrong with a feed's calendars if no row of them can be used."""
    if tables["calendar"].empty and tables["calendar_dates"].empty:
        return ["calendar.txt, calendar_dates.txt: neither says when services run"]
    sound, omissions = sound_calendars(tables)
    return [] if known_services(sound) else [omission.text for omission in omissions]


def known_services(tables: Tables) -> set[str]:
    """Return the services that a feed's calendars speak of."""
    return {*tables["calendar"]["service_id"], *tables["calendar_dates"]["service_id"]}


def row_faults(file: str, what: str, rows: pd.DataFrame) -> list[str]:
    """Return a fault of some rows of a file, naming some by their first column; none if no rows."""
    if rows.empty:
        return []
    named = name_some(rows.iloc[:, 0].unique())
    if len(rows) == 1:
        return [f"{file}.txt: {what} in 1 row ({rows.columns[0]} {named})"]
    return [f"{file}.txt: {what} in {len(rows)} rows ({rows.columns[0]} {named})"]


def left_out(
    file: str, what: str, rows: pd.DataFrame, *, calls: int | None = None
) -> list[Omission]:
    """Return the omission of some rows of a file; without `calls` each row counts as one call."""
    cost = len(rows) if calls is None else calls
    return [Omission(text, cost) for text in row_faults(file, what, rows)]


def _no_date(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column, format=_DATE, errors="coerce").isna()


def _read_tables(archive: ZipFile, source: str) -> Tables:
    members = _members(archive, source)
    wanted = {**_REQUIRED, **_OPTIONAL}
    _refuse_large(archive, members, source)
    tables, faults = {}, []
    # A table that cannot be read is a fault like a missing column: the rest is still read, so that
    # one message has all faults.
    for name, columns in wanted.items():
        absent = [column for column in _MAY_BE_ABSENT.get(name, ()) if column not in columns]
        if name not in members or (name in _OPTIONAL and not _has_text(archive, members[name])):
            tables[name] = pd.DataFrame(columns=[*columns, *absent], dtype=object)
            continue
        try:
            if name != _CALLS:  # numbers and ids, whose loss would be a fault of its own
                _refuse_spanning(archive, members[name])
            table = _read_table(archive, members[name], (*columns, *absent))
        except (ValueError, pd.errors.ParserError) as error:
            faults.append(f"{name}.txt: not a readable table ({error})")
            continue
        missing = [column for column in columns if column not in table.columns]
        faults += [f"{name}.txt: column '{column}' is missing" for column in missing]
        tables[name] = _completed(table, [*columns, *absent], packed=name == _CALLS)
    raise_faults(faults, source=source)
    return tables


def _refuse_large(archive: ZipFile, members: dict[str, str], source: str) -> None:
    """Refuse a feed whose tables do not fit into memory, or are no tables of anything."""
    # Python reads no more of a member than the size that the zip states, so the sum is a bound.
    sizes = [archive.getinfo(members[name]) for name in (*_REQUIRED, *_OPTIONAL) if name in members]
    size = sum(member.file_size for member in sizes)
    if size > _MAX_BYTES:
        fault = f"{size:,} bytes unpacked, over {_MAX_BYTES:,}; take the feed of your region"
        raise_faults([fault], source=source)
    trips = archive.getinfo(members["trips"]).file_size
    if trips > _MAX_TRIPS_BYTES:
        fault = (
            f"trips.txt: {trips:,} bytes, over {_MAX_TRIPS_BYTES:,}; take the feed of your region"
        )
        raise_faults([fault], source=source)
    packed = sum(member.compress_size for member in sizes)
    if size > _SUSPECT_BYTES and size > _MAX_RATIO * packed:
        fault = (
            f"{size:,} bytes packed into {packed:,}, as the same rows over and over are; no feed"
        )
        raise_faults([fault], source=source)


def _has_text(archive: ZipFile, member: str) -> bool:
    """Return whether a table has more than blanks; one without a header counts as absent."""
    with archive.open(member) as file:
        return bool(file.read(_HEADING_BYTES).strip(b"\xef\xbb\xbf \t\r\n"))


def _members(archive: ZipFile, source: str) -> dict[str, str]:
    """Return the member of the zip that holds each table, from the one folder with stops.txt."""
    # Some programs of Windows part the folders in a zip as on their disk.
    names = {PurePosixPath(name.replace("\\", "/")): name for name in archive.namelist()}
    paths = [path for path, name in names.items() if name[-1] not in "/\\"]
    paths = [path for path in paths if path.parts[0] != "__MACOSX"]
    folders = sorted({str(path.parent) for path in paths if path.name.lower() == "stops.txt"})
    if len(folders) > 1 and "." not in folders:
        fault = f"several feeds in one zip, in {name_some(folders)}; unpack it and name each"
        raise_faults([fault], source=source)
    # A feed may stand in a folder of the zip, but in one only.
    folder = "." if not folders or "." in folders else folders[0]
    members = {path.name.lower(): names[path] for path in paths if str(path.parent) == folder}
    members = {name.removesuffix(".txt"): path for name, path in members.items()}
    missing = [f"{name}.txt" for name in _REQUIRED if name not in members]
    if missing:
        held = name_some(sorted(map(str, paths)))
        raise_faults([f"no {', '.join(missing)} in the zip; it holds {held}"], source=source)
    return members


def _read_table(archive: ZipFile, member: str, known: tuple[str, ...]) -> pd.DataFrame:
    """Read a table in pieces, without the columns that are not wanted and the spaces around values.

    Each different value of a column is kept once, however many rows have it: the calls of a region
    are tens of millions of rows.
    """
    columns: dict[str, _Column] = {}
    with (
        archive.open(member) as file,
        pd.read_csv(
            file,
            dtype="str",
            usecols=lambda column: column.strip().lower() in known,
            encoding="utf-8-sig",
            skipinitialspace=True,
            keep_default_na=False,
            na_values=[""],
            index_col=False,
            chunksize=_PIECE_ROWS,
        ) as pieces,
    ):
        for piece in pieces:
            for name, values in piece.items():
                columns.setdefault(str(name).strip().lower(), _Column()).add(values)
    return pd.DataFrame({name: column.whole() for name, column in columns.items()})


def _refuse_spanning(archive: ZipFile, member: str) -> None:
    """Raise `ValueError` where a quotation mark makes one value of several rows."""
    with archive.open(member) as file:
        if fault := first_spanning(file):
            raise ValueError(fault)


def _completed(table: pd.DataFrame, columns: list[str], *, packed: bool) -> pd.DataFrame:
    """Return a table with all columns in their order, blank where it has none.

    Calls stay categories, a few bytes a row; other tables are small, and plain text.
    """
    # A category without values, of which every row is blank, takes one byte a row.
    none = pd.Index([], dtype=object)
    blank = pd.Series(pd.Categorical.from_codes(np.full(len(table), -1, np.int8), none))
    whole = pd.DataFrame({name: table.get(name, blank) for name in columns}, table.index)
    return whole if packed else whole.astype(object)


@dataclass(slots=True)
class _Column:
    """A column of text that is read in pieces: its values, and for each row the number of its."""

    values: dict[str, int] = field(default_factory=dict)
    pieces: list[NDArray[np.signedinteger]] = field(default_factory=list)

    def add(self, piece: pd.Series) -> None:
        """Add the next rows."""
        codes, found = pd.factorize(piece)
        # The last number stands for a blank, which factorize calls -1.
        numbers = np.array([*(self._number(str(value).strip()) for value in found), -1])[codes]
        self.pieces.append(numbers.astype(np.min_scalar_type(-len(self.values) - 1)))

    def _number(self, text: str) -> int:
        return self.values.setdefault(text, len(self.values)) if text else -1

    def whole(self) -> pd.Series:
        """Return all rows, as categories."""
        codes = np.concatenate(self.pieces)
        categories = pd.Index(list(self.values), dtype=object)
        return pd.Series(pd.Categorical.from_codes(codes, categories))
