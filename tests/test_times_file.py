"""Travel times as a Parquet file: the same rows whatever the size of its groups."""

import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from llrgeo.inputs.text_storage import arrow_text
from llrgeo.publish.data.times_file import first_rows, times_bytes
from llrgeo.travel.times import TravelTimes


def matrix(areas: list[str], sites: list[str], seed: int) -> pd.DataFrame:
    minutes = np.random.default_rng(seed).uniform(1, 90, (len(areas), len(sites)))
    minutes[1, 0] = np.inf
    return pd.DataFrame(minutes.round(1), pd.Index(areas), pd.Index(sites))


def by_car_and_bus() -> list[TravelTimes]:
    # Ids out of order; kilometres by car alone, a spread by bus alone.
    areas, sites = ["c", "a", "b", "é"], ["T", "S", "U"]
    car = TravelTimes(matrix(areas, sites, 1), distance_km=matrix(areas, sites, 2))
    bus = TravelTimes(
        matrix(areas, sites, 3), mode="transit", spread={"p90_min": matrix(areas, sites, 4)}
    )
    return [car, bus]


def of_one_frame(times: list[TravelTimes]) -> bytes:
    content = io.BytesIO()
    whole = pd.concat([each.to_long() for each in times], ignore_index=True)
    arrow_text(whole).to_parquet(content, compression="zstd", index=False)
    return content.getvalue()


def test_a_small_file_is_the_bytes_of_one_frame() -> None:
    assert times_bytes(by_car_and_bus()) == of_one_frame(by_car_and_bus())
    assert times_bytes(by_car_and_bus()[1:]) == of_one_frame(by_car_and_bus()[1:])


@pytest.mark.parametrize(("rows", "groups"), [(1, [3] * 8), (7, [6] * 4), (20, [12, 12])])
def test_groups_hold_the_rows_of_the_whole(rows: int, groups: list[int]) -> None:
    content = times_bytes(by_car_and_bus(), rows_a_group=rows)
    kept = pq.ParquetFile(io.BytesIO(content)).metadata
    found = [kept.row_group(n).num_rows for n in range(kept.num_row_groups)]
    # Of 3 sites a group of 7 rows has 2 areas, and one of 1 row has an area all the same.
    assert found == groups
    whole = pq.read_table(io.BytesIO(of_one_frame(by_car_and_bus())))
    read = pq.read_table(io.BytesIO(content))
    assert read.equals(whole)
    assert read.schema.metadata == whole.schema.metadata
    assert read.schema.field("area_id").type == pa.large_string()


def test_the_first_rows_have_every_column() -> None:
    few = first_rows(by_car_and_bus())
    assert list(few.columns) == [
        *("area_id", "site_id", "travel_time_min", "mode", "period"),
        *("distance_km", "p90_min"),
    ]
    assert few["area_id"].tolist() == ["c"] * 6
