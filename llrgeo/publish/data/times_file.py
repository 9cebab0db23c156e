"""Travel times as a Parquet file, made by arrays and in groups of rows.

A study of England has 17 million pairs of an area and a site: as one frame of text and numbers they
take gigabytes, with a Python string for each id. Here a group of rows is in memory at a time.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from llrgeo.inputs.text_storage import arrow_text
from llrgeo.travel.times import TravelTimes

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_A_GROUP: Final = 1_048_576  # pyarrow's own; smaller studies are one group


class _Block(NamedTuple):
    """Some areas of a matrix, in the order of their ids, to all its sites."""

    times: TravelTimes
    areas: pd.Index

    @property
    def rows(self) -> int:
        """Pairs of the areas and the sites."""
        return len(self.areas) * len(self.times.minutes.columns)


def first_rows(times: Sequence[TravelTimes]) -> pd.DataFrame:
    """Return the pairs of one area of each matrix: a frame with all columns and their types."""
    return pd.concat(
        [_of_areas(matrix, matrix.minutes.index[:1]).to_long() for matrix in times],
        ignore_index=True,
    )


def times_bytes(times: Sequence[TravelTimes], *, rows_a_group: int = ROWS_A_GROUP) -> bytes:
    """Return the matrices one after the other in long form, as Parquet.

    Rows and columns are those of `TravelTimes.to_long`: areas, and sites of each, by their ids. A
    column that a matrix lacks is blank in its rows.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    # The frame's first rows say what the columns are; the schema keeps pandas' own notes on them.
    few = arrow_text(first_rows(times))
    schema = pa.Schema.from_pandas(few, preserve_index=False)
    content = io.BytesIO()
    with pq.ParquetWriter(content, schema, compression="zstd") as writer:
        for group in _groups(times, rows_a_group):
            table = pa.concat_tables([_table(block, schema) for block in group]).combine_chunks()
            writer.write_table(table, row_group_size=max(table.num_rows, 1))
    return content.getvalue()


def _groups(times: Sequence[TravelTimes], rows_a_group: int) -> Iterator[list[_Block]]:
    """Yield what is written together: whole matrices as far as they fit, large ones in parts."""
    group: list[_Block] = []
    for matrix in times:
        ids = matrix.minutes.index.sort_values()
        step = max(1, rows_a_group // max(1, len(matrix.minutes.columns)))
        for first in range(0, len(ids), step):
            block = _Block(matrix, ids[first : first + step])
            if group and sum(other.rows for other in group) + block.rows > rows_a_group:
                yield group
                group = []
            group.append(block)
    if group:
        yield group


def _table(block: _Block, schema: "pa.Schema") -> "pa.Table":
    """Return the rows of a block as an Arrow table."""
    import pyarrow as pa

    times, areas = block
    sites = times.minutes.columns.sort_values()
    held = {"travel_time_min": times.minutes, "distance_km": times.distance_km, **times.spread}
    # Text as numbers of the few different ones: Arrow writes it out, not Python.
    text = {
        "area_id": (areas, np.repeat(np.arange(len(areas)), len(sites))),
        "site_id": (sites, np.tile(np.arange(len(sites)), len(areas))),
        "mode": ([times.mode], np.zeros(block.rows, dtype=np.int64)),
        "period": ([times.period], np.zeros(block.rows, dtype=np.int64)),
    }
    columns = []
    for field in schema:
        if field.name in text:
            words, place = text[field.name]
            values = pa.DictionaryArray.from_arrays(place, pa.array(words, field.type))
            columns.append(values.cast(field.type))
        elif (table := held.get(field.name)) is None:
            columns.append(pa.nulls(block.rows, field.type))
        else:
            figures = table.loc[areas, sites].to_numpy().ravel()
            finite = np.where(np.isinf(figures), np.nan, figures)  # no journey is a blank
            columns.append(pa.array(finite, field.type, from_pandas=True))
    return pa.Table.from_arrays(columns, schema=schema)


def _of_areas(times: TravelTimes, areas: pd.Index) -> TravelTimes:
    """Return the times of some areas only."""
    distance = None if times.distance_km is None else times.distance_km.loc[areas]
    spread = {name: table.loc[areas] for name, table in times.spread.items()}
    return replace(times, minutes=times.minutes.loc[areas], distance_km=distance, spread=spread)
