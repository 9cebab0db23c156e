"""Headways: trips of a timetable that run every so often, put as runs (GTFS `frequencies.txt`)."""

from typing import Final

import numpy as np
import pandas as pd

from llrgeo.inputs.feeds import Omission, left_out
from llrgeo.inputs.stop_times import seconds_of
from llrgeo.schema import raise_faults

_MAX_CALLS: Final = 5_000_000  # of all trips that run every so often; a region has a million or so


HEADWAYS: Final = "frequencies"


def read_headways(
    table: pd.DataFrame, calls: pd.DataFrame, source: str
) -> tuple[pd.DataFrame, list[Omission]]:
    """Return, of trips that run every so often, when runs begin and end and how often they go.

    A trip of which no headway can be read has one row without `runs`: its calls are a pattern, not
    times.
    """
    table = table[table["trip_id"].isin(calls["trip_id"])]
    headways = pd.DataFrame(
        {
            "trip_id": table["trip_id"],
            "start_s": seconds_of(table["start_time"]),
            "end_s": seconds_of(table["end_time"]),
            "headway_s": pd.to_numeric(table["headway_secs"], errors="coerce"),
        }
    )
    wrong = {
        "column 'start_time' is no time": headways["start_s"].isna(),
        "column 'end_time' is no time": headways["end_s"].isna(),
        "column 'headway_secs' is no number of seconds": ~(headways["headway_s"] >= 1),
    }
    bad = pd.concat(list(wrong.values()), axis=1).any(axis=1)
    lengths = calls.groupby("trip_id").size().reindex(headways["trip_id"]).to_numpy()
    omissions = [
        omission
        for what, rows in wrong.items()
        for omission in left_out(HEADWAYS, what, headways[rows], calls=int(lengths[rows].sum()))
    ]
    # The last run begins before the end: 10 minutes every 3 are four runs.
    spans = (headways["end_s"] - headways["start_s"]).clip(lower=0)
    headways["runs"] = pd.Series(np.ceil(spans / headways["headway_s"])).mask(bad)
    made = int((headways["runs"] * lengths).sum())
    if made > _MAX_CALLS:
        raise_faults(
            [f"{HEADWAYS}.txt: {made:,} calls at stops, over {_MAX_CALLS:,}"], source=source
        )
    lost = bad & ~headways["trip_id"].isin(headways.loc[~bad, "trip_id"])
    return headways[~bad | lost], omissions


def repeat_trips(calls: pd.DataFrame, headways: pd.DataFrame) -> pd.DataFrame:
    """Replace each trip that runs every so often by its runs, numbered in `run`."""
    headways = headways.dropna(subset="runs")
    if headways.empty:
        return calls.assign(run=np.int32(-1))
    # A row for each run, which sets out so many headways after the first.
    runs = headways.loc[headways.index.repeat(headways["runs"].astype(np.int64))]
    earlier = runs.groupby(level=0).cumcount()
    runs = runs.assign(start_s=runs["start_s"] + runs["headway_s"] * earlier, run=range(len(runs)))
    repeated = calls["trip_id"].isin(headways["trip_id"])
    pattern = calls[repeated].astype({"trip_id": object})
    first_s = pattern.groupby("trip_id")["departure_s"].transform("first")
    made = pattern.assign(first_s=first_s).merge(runs, on="trip_id")
    # Each run is the pattern, later by so much: from its own first departure to the run's.
    later_s = made["start_s"].astype(np.int64) - made["first_s"]
    for name in ("arrival_s", "departure_s"):
        made[name] = (made[name] + later_s).astype(np.int32)
    made["trip_id"] = made["trip_id"].astype(calls["trip_id"].dtype)
    made["run"] = made["run"].astype(np.int32)
    once = calls[~repeated].assign(run=np.int32(-1))
    return pd.concat([once, made[[*calls.columns, "run"]]])
