"""Imported times: matrices of other tools, read whatever their shape, and checked.

The shape is recognised by the columns: our own long form, the long form of r5py and r5r (`from_id`,
`to_id`, `travel_time`), or a wide table such as lokigi's (areas by sites). `server_answers` reads
the JSON of OSRM, Valhalla and TravelTime.
"""

from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.errors import InputError
from llrgeo.files import StrPath
from llrgeo.inputs.foreign_files import refuse_foreign
from llrgeo.inputs.tables import check_file, duplicate_column_faults, one_line
from llrgeo.schema import name_some, raise_faults, to_numbers
from llrgeo.travel.imported.server_answers import RequestedIds, minutes_of_answer
from llrgeo.travel.times import TravelTimes, read_long, times_of_pairs

SENTINELS: Final = (9_999.0, 99_999.0, 999_999.0, -1.0)
"""Numbers that tools write for an unreachable pair; the user must name the one a file has."""

_LONGEST_MIN: Final = 7 * 24 * 60
_DAY_MIN: Final = 24 * 60
_R5: Final = ("from_id", "to_id")
# An id read as 7.0 may have been written as 7, 07 or 7.0.
_DECIMALS: Final = "column '{}' has numbers with decimals; write ids as text"
_IDS: Final = frozenset({"area_id", "site_id", *_R5})
_MEDIAN: Final = "travel_time_p50"


def import_travel_times(
    path: StrPath | pd.DataFrame,
    *,
    mode: str = "car",
    period: str = "off_peak",
    area_ids: Sequence[str] = (),
    site_ids: Sequence[str] = (),
    unreachable: float | None = None,
) -> TravelTimes:
    r"""Take the travel times that another tool computed, from a file or a table in memory.

    Parameters
    ----------
    path
        A table, as .csv, .parquet or in memory: long (`area_id`, `site_id`, `travel_time_min`; or
        r5py's and r5r's `from_id`, `to_id`, `travel_time`, the median where there are percentiles)
        or wide (areas by sites, minutes); or a .json answer of OSRM's table, Valhalla's
        `sources_to_targets` or TravelTime's time filter, in seconds.
    mode, period
        Of the times, where the file does not state them.
    area_ids, site_ids
        The ids in the order of the request: answers of OSRM and Valhalla have none. In TravelTime's
        they tell areas from sites.
    unreachable
        The number that the file has for an unreachable pair, such as 9999.

    Returns
    -------
    TravelTimes
        Minutes; +inf where the file has a blank, the number `unreachable`, or no such pair.

    Raises
    ------
    InputError
        If the file is of no known shape, its ids do not fit, or it holds a number that looks like
        a mark for "no journey" and is not the one given as `unreachable`.

    Examples
    --------
    >>> wide = "LSOA,A,B\nW,12.5,9999\nN,3,4.5\n"
    >>> _ = (folder / "wide.csv").write_text(wide)
    >>> llrgeo.import_travel_times(folder / "wide.csv", unreachable=9999).minutes.loc["W"].tolist()
    [12.5, inf]
    """
    _refuse_other_tables(path)
    if isinstance(path, pd.DataFrame):
        name, engine, table = "table", "table", _checked(path, "table")
    else:
        name, engine = Path(path).name, f"file {Path(path).name}"
        if name.endswith(".json"):
            ids = RequestedIds([str(area) for area in area_ids], [str(site) for site in site_ids])
            minutes, km = minutes_of_answer(Path(path), ids)
            return TravelTimes(
                _reachable(minutes, unreachable, name), mode, period, engine, distance_km=km
            )
        table = _table(Path(path))
    # A long table may state modes, periods and kilometres too; the other shapes have minutes alone.
    if {"area_id", "site_id"} <= set(table.columns):
        long = table if isinstance(path, pd.DataFrame) else read_long(Path(path))
        times = times_of_pairs(long, source=name, mode=mode, period=period, unreachable=unreachable)
        return replace(times, minutes=_reachable(times.minutes, unreachable, name), engine=engine)
    minutes = _reachable(_from_table(table, name), unreachable, name)
    return TravelTimes(minutes, mode, period, engine)


def _refuse_other_tables(given: object) -> None:
    """Refuse what is neither a path nor a pandas table, and say what makes one of it.

    Raises
    ------
    InputError
        If it is a table of pyarrow or polars, a Series, or anything else.
    """
    if isinstance(given, str | PathLike | pd.DataFrame):
        return
    package = type(given).__module__.partition(".")[0]
    kind = f"{package} {type(given).__name__}".removeprefix("builtins ")
    makes = "reset_index()" if isinstance(given, pd.Series) else "to_pandas()"
    advice = f"; .{makes} makes one of it" if hasattr(given, makes.strip("()")) else ""
    msg = f"travel times: give a path or a pandas DataFrame; found: {kind}{advice}"
    raise InputError(msg)


def check_stated(path: Path, *, modes: Sequence[str], periods: Sequence[str]) -> None:
    """Refuse one file for several modes or periods whose times do not say of which they are.

    Otherwise walking would take as long as driving, and the rush hour as long as any other.

    Parameters
    ----------
    path
        A file, or a folder of Parquet files, that has been read before.
    modes, periods
        What its times are asked for.

    Raises
    ------
    InputError
        If it lacks the column `mode` or `period` where several are asked for.
    """
    asked = {"mode": modes, "period": periods}
    several = {name: of for name, of in asked.items() if len(of) > 1}
    stated = _names(path) if several else frozenset()
    raise_faults(
        (
            f"the study asks it for {len(of)} {name}s ({name_some(of)}), and no column '{name}' "
            f"says of which its times are; add the column, or leave one {name} in the study"
            for name, of in several.items()
            if name not in stated
        ),
        source=path.name,
    )


def _names(path: Path) -> frozenset[str]:
    """Return the names of a table's columns, without reading its rows; none of an answer's."""
    if path.suffix == ".json":
        return frozenset()
    if path.suffix == ".csv":
        names = pd.read_csv(path, nrows=0, encoding="utf-8-sig").columns
    else:
        from pyarrow.parquet import ParquetDataset

        names = ParquetDataset(path).schema.names
    return frozenset(str(name).strip() for name in names)


def _table(path: Path) -> pd.DataFrame:
    """Read a table, ids as text; refuse what cannot be read."""
    try:
        table = _read_plainly(path)
    except UnicodeDecodeError as error:
        msg = f"{path.name}: not text in UTF-8"
        raise InputError(msg) from error
    except InputError:
        raise
    except (ValueError, OSError, LookupError, TypeError, NotImplementedError) as error:
        msg = f"{path.name}: not a readable table ({one_line(error)})"
        raise InputError(msg) from error
    return _checked(table, path.name)


def _checked(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a table without row numbers and spaces around names; refuse one without columns.

    Ids in the index become columns, the first ones.
    """
    if _IDS & set(table.index.names):
        table = table.reset_index()
    if not len(table.columns):
        msg = f"{name}: the table has no columns"
        raise InputError(msg)
    if table.index.nlevels > 1 or table.columns.nlevels > 1:
        msg = f"{name}: rows or columns have names of several levels; give them one, the id"
        raise InputError(msg)
    raise_faults(duplicate_column_faults(table.columns), source=name)
    return _without_row_numbers(table.rename(columns=_stripped))


def _without_row_numbers(table: pd.DataFrame) -> pd.DataFrame:
    """Drop the unnamed first column of row numbers that pandas writes by default."""
    named = str(table.columns[0]).startswith("Unnamed: ")
    ids_follow = len(table.columns) > 1 and not pd.api.types.is_numeric_dtype(table.iloc[:, 1])
    return table.drop(columns=table.columns[0]) if named and ids_follow else table


def _stripped(value: object) -> object:
    """Return an id or a heading without spaces around it; anything but text is unchanged."""
    return value.strip() if isinstance(value, str) else value


def _read_plainly(path: Path) -> pd.DataFrame:
    if path.is_dir():
        return pd.read_parquet(path)
    check_file(path)
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    if path.suffix != ".csv":
        msg = f"{path.name}: travel times are read from .csv, .parquet and .json"
        raise InputError(msg)
    refuse_foreign(path)
    names = pd.read_csv(path, nrows=0, encoding="utf-8-sig").columns
    _refuse_duplicate_names(path)
    # Ids stay text, so that 007 keeps its zeros; in a wide table they are in the first column.
    ids = {names[0], *(name for name in names if name.strip() in {"area_id", "site_id", *_R5})}
    return pd.read_csv(path, dtype=dict.fromkeys(ids, str), encoding="utf-8-sig")


def _refuse_duplicate_names(path: Path) -> None:
    """Refuse a table that has a column twice: reading would give the second another name."""
    names = pd.read_csv(path, nrows=1, header=None, dtype=str, encoding="utf-8-sig").iloc[0]
    raise_faults(duplicate_column_faults(names.dropna()), source=path.name)


def _from_table(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return minutes, areas by sites, of a table in r5's form or a wide one."""
    if set(_R5) <= set(table.columns):
        return _from_r5(table, name)
    wide = _by_id(table, name)
    wide = wide.set_axis(wide.index.astype(str).str.strip()).set_axis(
        wide.columns.astype(str).str.strip(), axis=1
    )
    kinds = pd.api.types
    text = [c for c in wide if not kinds.is_numeric_dtype(wide[c]) or kinds.is_bool_dtype(wide[c])]
    if text or not (wide.index.is_unique and wide.columns.is_unique) or wide.empty:
        msg = (
            f"{name}: no travel times. Known are tables with area_id, site_id, travel_time_min; "
            "with from_id, to_id, travel_time; and wide ones, an id and then minutes by site "
            f"(found {name_some(table.columns)})"
        )
        raise InputError(msg)
    return wide.astype(float)


def _by_id(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a wide table with ids as its index: those of its index, or of its first column."""
    first, kinds = table.columns[0], pd.api.types
    if first in _IDS or (table.index.name is None and not kinds.is_numeric_dtype(table[first])):
        if kinds.is_float_dtype(table[first]):
            raise_faults([_DECIMALS.format(first)], source=name)
        return table.set_index(first)
    if isinstance(table.index, pd.RangeIndex) and table.index.name is None:
        msg = f"{name}: has no ids of areas; call the column that has them area_id"
        raise InputError(msg)
    return table


def _from_r5(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return minutes, areas by sites, of r5py's or r5r's table; the median of percentiles."""
    times = [column for column in table.columns if str(column).startswith("travel_time")]
    # The median, where there are percentiles: our own router over timetables gives it, too.
    candidates = [column for column in ("travel_time", _MEDIAN) if column in times] or times
    if (len(candidates) > 1 and candidates[0] not in {"travel_time", _MEDIAN}) or not candidates:
        msg = f"{name}: no column travel_time or {_MEDIAN}; found {name_some(table.columns)}"
        raise InputError(msg)
    if table[list(_R5)].isna().any(axis=None):
        raise_faults(["from_id or to_id is blank in some rows"], source=name)
    decimals = [end for end in _R5 if pd.api.types.is_float_dtype(table[end])]
    raise_faults((_DECIMALS.format(end) for end in decimals), source=name)
    pairs = table.assign(**{end: table[end].astype(str).str.strip() for end in _R5})
    if pairs.duplicated(list(_R5)).any():
        raise_faults(["pairs of from_id and to_id are duplicated"], source=name)
    blank = pairs[candidates[0]].isna()
    minutes = to_numbers(pairs[candidates[0]])
    if (minutes.isna() & ~blank).any():
        raise_faults([f"column '{candidates[0]}' is not a number in some rows"], source=name)
    timed = pairs.assign(minutes=minutes)
    return timed.pivot(index="from_id", columns="to_id", values="minutes").astype(float)


def _reachable(minutes: pd.DataFrame, unreachable: float | None, name: str) -> pd.DataFrame:
    """Return minutes, +inf for blanks and for the number `unreachable`; refuse implausible ones."""
    clean = minutes.fillna(np.inf).rename_axis(index="area_id", columns="site_id")
    if unreachable is not None:
        clean = clean.mask(clean == unreachable, np.inf)
    reached = clean.to_numpy()[np.isfinite(clean.to_numpy())]
    if len(reached) and np.median(reached) > _DAY_MIN:
        msg = f"{name}: half of the journeys take over a day: seconds? Divide by 60, into minutes"
        raise InputError(msg)
    # A number that tools write for "no journey" may be minutes, too: the user must say which.
    suspects = [mark for mark in SENTINELS if (clean == mark).to_numpy().any()]
    if suspects:
        count = int((clean == suspects[0]).to_numpy().sum())
        msg = (
            f"{name}: {suspects[0]:g} minutes in {count:,} of {clean.size:,} pairs look like a "
            f"mark for no journey. Say so: unreachable = {suspects[0]:g} (in a study: "
            "times_unreachable)"
        )
        raise InputError(msg)
    wrong = ((clean < 0) | ((clean > _LONGEST_MIN) & np.isfinite(clean))).to_numpy()
    faults = [f"minutes are not 0 to 10,080 in {wrong.sum():,} of {wrong.size:,} pairs"]
    if not np.isfinite(clean.to_numpy()).any():
        raise_faults(["no pair of area and site has a time"], source=name)
    raise_faults(faults if wrong.any() else [], source=name)
    return clean
