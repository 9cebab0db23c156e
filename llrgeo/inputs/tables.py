"""How every input table is read: as text first, checked, then given its types and places."""

from pathlib import Path

import geopandas as gpd
import pandas as pd

from llrgeo.errors import InputError
from llrgeo.schema import BNG, WGS84, Schema, check_table


def read_table(path: Path) -> pd.DataFrame:
    """Read a .csv or .parquet table, every CSV value as text so that ids keep their zeros.

    Raises
    ------
    InputError
        If the file is absent, empty, or not a table.
    """
    if not path.is_file():
        msg = f"{path}: no such file"
        raise InputError(msg)
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        return pd.read_csv(path, dtype=str, encoding="utf-8-sig", comment=None)
    except (ValueError, OSError) as error:
        msg = f"{path}: not a readable table ({error})"
        raise InputError(msg) from error


def typed_points(table: pd.DataFrame, schema: Schema, *, source: str) -> gpd.GeoDataFrame:
    """Check a table against its schema, give each column its type, and place its rows.

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
    check_table(table, schema, source=source)
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
