"""How every input table is read: as text first, checked, then given its types and places."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from llrgeo.errors import InputError
from llrgeo.schema import BNG, WGS84, Schema, raise_faults, table_faults

_SAVE_AS: Final = "'CSV UTF-8 (comma delimited)'"


def read_table(path: Path) -> pd.DataFrame:
    """Read a .csv or .parquet table, every CSV value as text so that ids keep their zeros.

    Raises
    ------
    InputError
        If the file is absent, empty, or not a table.
    """
    check_file(path)
    try:
        table = pd.read_parquet(path) if path.suffix == ".parquet" else _read_csv(path)
    except UnicodeDecodeError as error:
        msg = f"{path}: not text in UTF-8; in a spreadsheet save it as {_SAVE_AS}"
        raise InputError(msg) from error
    except (ValueError, OSError) as error:
        msg = f"{path}: not a readable table ({error})"
        raise InputError(msg) from error
    if len(table.columns) == 1 and re.search(r"[;\t]", str(table.columns[0])):
        msg = f"{path}: columns are not separated by commas; in a spreadsheet save it as {_SAVE_AS}"
        raise InputError(msg)
    return table


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file, with or without the mark that editors on Windows put before UTF-8.

    Raises
    ------
    InputError
        If the file is absent, not UTF-8 or not TOML.
    """
    check_file(path)
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        msg = f"{path}: not text in UTF-8; save it again with that encoding"
        raise InputError(msg) from error
    except (tomllib.TOMLDecodeError, OSError) as error:
        msg = f"{path}: not a TOML file ({error})"
        raise InputError(msg) from error


def check_file(path: Path) -> None:
    """Refuse a path that is not a file, or an empty one.

    Raises
    ------
    InputError
        If there is nothing, a folder, or a file without content.
    """
    if not path.is_file():
        msg = f"{path}: this is a folder, not a file" if path.is_dir() else f"{path}: no such file"
        raise InputError(msg)
    if not path.stat().st_size:
        msg = f"{path}: the file is empty"
        raise InputError(msg)


def typed_points(
    table: pd.DataFrame, schema: Schema, *, source: str, also: Sequence[str] = ()
) -> gpd.GeoDataFrame:
    """Check a table against its schema, give each column its type, and place its rows.

    `also` are faults that were found in it already.

    Returns
    -------
    geopandas.GeoDataFrame
        On the schema's index, sorted, with points from `lat` and `lon` in EPSG:27700. Blank
        text is empty; blank numbers are NaN.

    Raises
    ------
    InputError
        If the table does not hold what the schema says; the message lists every fault.
    """
    raise_faults([*table_faults(table, schema), *also], source=source)
    typed = table.set_index(table[schema.index].astype(str).str.strip()).drop(columns=schema.index)
    for column in schema.columns:
        if column.name not in typed.columns:
            continue
        values = typed[column.name]
        if column.kind == "text":
            typed[column.name] = values.fillna("").astype(str).str.strip()
        else:
            number = pd.to_numeric(values)
            whole = column.kind == "count" and not column.blank
            typed[column.name] = number.astype("int64") if whole else number.astype("float64")
    points = gpd.points_from_xy(typed["lon"], typed["lat"], crs=WGS84)
    return gpd.GeoDataFrame(typed, geometry=points).to_crs(BNG).sort_index()


def _read_csv(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, encoding="utf-8-sig", comment=None)
