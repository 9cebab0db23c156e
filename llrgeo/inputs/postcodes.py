"""Unit postcodes: where they are and which area they lie in."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from llrgeo.errors import InputError
from llrgeo.files import StrPath
from llrgeo.inputs.embedded import embedded
from llrgeo.inputs.tables import read_table
from llrgeo.schema import BNG, name_some, raise_faults, require_columns, to_numbers

_COLUMNS: Final = ("postcode", "easting", "northing", "area_id")
_MOST_M: Final = 1_300_000.0  # no postcode of Great Britain is further north or east
UNIT_LETTERS: Final = "ABDEFGHJLNPQRSTUWXYZ"  # no unit has C, I, K, M, O or V (Royal Mail)
_UNIT: Final = re.compile(rf"[A-Z]{{1,2}}[0-9][A-Z0-9]? [0-9][{UNIT_LETTERS}]{{2}}")


def read_postcodes(path: StrPath | None = None) -> pd.DataFrame:
    """Read postcodes on `postcode`: `easting`, `northing` (metres) and `area_id` (or missing).

    Parameters
    ----------
    path
        A .csv or .parquet table; the embedded one if None, which is read once: copy it before a
        change.

    Raises
    ------
    InputError
        If a column is missing, a postcode is none or duplicated, or a place is no number.
    """
    if path is None:
        return _embedded_postcodes(pd.get_option("mode.string_storage"))
    table = read_table(Path(path))
    source = Path(path).name
    require_columns(table, _COLUMNS, source=source)
    raise_faults([] if len(table) else ["the table has no rows"], source=source)
    texts = table["postcode"].fillna("").astype("str")
    table["postcode"] = texts.map(squeeze_postcode).str.strip()
    places = table[["easting", "northing"]].apply(to_numbers)
    # A place that is NaN, negative or beyond Great Britain has no easting and northing.
    wrong = {
        "are not postcodes": ~table["postcode"].str.fullmatch(_UNIT.pattern),
        "are duplicated": table["postcode"].duplicated(),
        "have no easting and northing": ~((places >= 0) & (places <= _MOST_M)).all(axis=1),
    }
    raise_faults(
        [
            f"{int(rows.sum())} rows {what} ({name_some(table.loc[rows, 'postcode'])})"
            for what, rows in wrong.items()
            if rows.any()
        ],
        source=source,
    )
    return table[["postcode", "area_id"]].assign(**places).set_index("postcode")


@cache
def _embedded_postcodes(_: str) -> pd.DataFrame:
    """Read the embedded postcodes: once for each way in which text is held."""
    return pd.read_parquet(embedded("postcodes.parquet")).set_index("postcode")


def tidy_postcode(text: str) -> str:
    """Write a unit postcode in its usual form: `le15ww` becomes `LE1 5WW`.

    Raises
    ------
    InputError
        If the text is not a full unit postcode.
    """
    tidy = squeeze_postcode(text)
    if not is_postcode(text):
        msg = f"'{text}' is not a full postcode, such as LE1 5WW"
        raise InputError(msg)
    return tidy


def is_postcode(text: str) -> bool:
    """Return whether a text has the form of a full unit postcode, live or not."""
    return _UNIT.fullmatch(squeeze_postcode(text)) is not None


def squeeze_postcode(text: str) -> str:
    """Write what may be a unit postcode in upper case with its one space, whatever it is."""
    letters = re.sub(r"\s", "", text).upper()
    return f"{letters[:-3]} {letters[-3:]}"


def locate_postcodes(wanted: Iterable[str], postcodes: pd.DataFrame) -> gpd.GeoSeries:
    """Return the point of each postcode, EPSG:27700, indexed by its tidy form.

    Raises
    ------
    InputError
        If any is unknown; the message names them.
    """
    tidy = [tidy_postcode(postcode) for postcode in wanted]
    unknown = [postcode for postcode in tidy if postcode not in postcodes.index]
    if unknown:
        msg = f"{len(unknown)} postcodes are not live or not in the table ({name_some(unknown)})"
        raise InputError(msg)
    found = postcodes.loc[tidy]
    points = gpd.points_from_xy(found["easting"], found["northing"], crs=BNG)
    return gpd.GeoSeries(points, index=found.index)
