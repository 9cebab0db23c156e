"""Tables as files: CSV and Parquet, the same rules for text and blanks everywhere."""

import csv
import io
import math
import re
from collections.abc import Collection
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.appraisal.people.area_facts import has_authorities
from llrgeo.inputs.text_storage import arrow_text
from llrgeo.publish.publication import Publication

_FORMULA: Final = re.compile(r"^[=+\-@\t\r]")
_NUMBER: Final = re.compile(r"-\d+(?:\.\d+)?")
_DECIMALS: Final = 4


def plain_text(value: object) -> object:
    """Mark a text that a spreadsheet would run as a formula; leave all else alone."""
    if isinstance(value, str) and _FORMULA.match(value):
        return f"'{value}"
    return value


def plain_figure(value: object) -> object:
    """Mark a text as `plain_text` does, unless it is a number below 0."""
    is_number = isinstance(value, str) and _NUMBER.fullmatch(value)
    return value if is_number else plain_text(value)


def csv_text(table: pd.DataFrame, figures: Collection[str] = ()) -> str:
    """Return a table as CSV: blank where there is no number or no route, formulas as text.

    In the columns named `figures` are numbers and words as text, as other tables have them.
    """
    return csv_of_flat(flat_table(table), figures)


def csv_of_flat(flat: pd.DataFrame, figures: Collection[str] = ()) -> str:
    """Return what `flat_table` gave as CSV; `figures` as `csv_text` has it."""
    formulas = [
        name
        for name, values in flat.items()
        if not pd.api.types.is_numeric_dtype(values) and _has_formulas(values)
    ]
    marks = {str(name): plain_figure if name in figures else plain_text for name in formulas}
    marked = flat.assign(**{name: flat[name].map(mark) for name, mark in marks.items()})
    content = io.StringIO()
    writer = csv.writer(content, lineterminator="\r\n")
    writer.writerow(marked.columns)
    writer.writerows(zip(*(_cells(values) for _, values in marked.items()), strict=True))
    return content.getvalue()


def _cells(values: pd.Series) -> list[object]:
    """Return the cells of a column as CSV has them: numbers to some decimals, blanks empty."""
    if pd.api.types.is_float_dtype(values):
        numbers = values.to_numpy(float, na_value=np.nan).tolist()
        return ["" if math.isnan(value) else f"{value:.{_DECIMALS}f}" for value in numbers]
    missing = values.isna().tolist()
    return ["" if gone else value for value, gone in zip(values.tolist(), missing, strict=True)]


def _has_formulas(values: pd.Series) -> bool:
    """Return whether any text of a column looks like a formula; each different one is read once."""
    return any(isinstance(value, str) and _FORMULA.match(value) for value in values.unique())


def flat_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its index as columns, infinite values blank, names as text."""
    named = table.index.names != [None]
    flat = table.reset_index() if named else table.reset_index(drop=True)
    if isinstance(flat.columns, pd.MultiIndex):
        flat.columns = pd.Index(["_".join(map(str, name)) for name in flat.columns])
    flat.columns = flat.columns.map(str)
    for name in filter(lambda name: pd.api.types.is_float_dtype(flat[name]), flat.columns):
        endless = np.isinf(flat[name].to_numpy(float, na_value=np.nan))
        if endless.any():  # most tables have none, and to look is much cheaper than to replace
            flat[name] = flat[name].mask(endless)
    return flat


def area_results(publication: Publication) -> pd.DataFrame:
    """Return every area with the minutes of every service under every option.

    Columns: `name`, `residents`, and `ward`, `authority`, `imd_decile`, `rural_urban` where known,
    then `<service>__<option>_site` (the nearest, by which catchments are drawn; missing where none
    can be reached), `<service>__<option>_min` and, but for the baseline,
    `<service>__<option>_change_min`, by the mode and period that options are judged by. Infinity
    where no site can be reached. Last the study's indicators, `indicator__<id>`: of the area, or of
    the authority in which it lies.
    """
    kept = ("name", "ward", "authority", "residents", "imd_decile", "rural_urban")
    areas = publication.areas
    # An area's authority may be a stand-in where the study has none: then it is no fact to publish.
    present = set(areas.columns) - (set() if has_authorities(areas) else {"authority"})
    results = pd.DataFrame(areas[[name for name in kept if name in present]])
    columns = {}
    for service in publication.services:
        for option in publication.options:
            changed = publication.views[option.name, service.id].areas
            columns[f"{service.id}__{option.name}_site"] = changed["after_site"]
            columns[f"{service.id}__{option.name}_min"] = changed["after_min"]
            if option is not publication.baseline:
                columns[f"{service.id}__{option.name}_change_min"] = changed["change_min"]
    for figures in publication.figures:
        columns[figures.indicator.column] = figures.by_area(areas)
    return results.join(pd.DataFrame(columns))


def geoparquet_bytes(layer: gpd.GeoDataFrame) -> bytes:
    """Return a layer as GeoParquet 1.1 with a box around each shape, in the column `bbox`.

    Readers such as DuckDB and GDAL skip by it what lies outside a window (GeoParquet 1.1.0,
    "bbox covering").
    """
    content = io.BytesIO()
    arrow_text(layer).to_parquet(
        content, compression="zstd", index=False, schema_version="1.1.0", write_covering_bbox=True
    )
    return content.getvalue()


def with_boxes(layer: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return a layer with the column `bbox` that its GeoParquet has: west, south, east, north."""
    names = {"minx": "xmin", "miny": "ymin", "maxx": "xmax", "maxy": "ymax"}
    records = layer.geometry.bounds.rename(columns=names).to_dict("records")
    boxes = pd.Series(records, index=layer.index, dtype=object)
    return pd.DataFrame(layer.assign(bbox=boxes))
