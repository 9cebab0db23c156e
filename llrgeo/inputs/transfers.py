"""Transfers of a GTFS feed: changes between stops, and vehicles that continue as another trip.

The rules are those of transfers.txt and of trips.txt's block_id in the reference,
https://gtfs.org/documentation/schedule/reference/#transferstxt. Of several rules for one change
the most specific counts: trips before routes, routes before stops, stops before stations.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from llrgeo.arrays import Bools
from llrgeo.inputs.feeds import Omission, Tables, left_out

_TIMED, _TAKES, _IMPOSSIBLE, _STAYS, _GETS_OFF = "1", "2", "3", "4", "5"  # kinds of transfer
_SIDES: Final = ("from", "to")
_RANKS: Final = {"trip_id": 100, "route_id": 10, "stop_id": 1}  # sums rank as the reference says


class BoardingStops(NamedTuple):
    """Stops, divided into places by the trips for which a feed states transfers.

    Attributes
    ----------
    calls
        The calls, with `place` (a number) in addition.
    stop_ids
        The stop of each place. A stop has one place for each kind of trip that rules name there.
    transfers
        `from_place`, `to_place`, `seconds` (infinite where one cannot change).
    """

    calls: pd.DataFrame
    stop_ids: pd.Index
    transfers: pd.DataFrame


def read_transfers(tables: Tables) -> tuple[pd.DataFrame, list[Omission]]:
    """Return the transfers that can be read, with `seconds` in addition.

    Seconds are NaN where the feed states no time, infinite where one cannot change.
    """
    table = tables["transfers"]
    kind = table["transfer_type"].fillna("0")
    stated = pd.to_numeric(table["min_transfer_time"], errors="coerce")
    wrong = (kind == _TAKES) & ~(stated >= 0)
    seconds = kind.map({_TIMED: 0.0, _IMPOSSIBLE: np.inf}).where(kind != _TAKES, stated)
    omissions = left_out(
        "transfers", "column 'min_transfer_time' is no number", table[wrong], calls=0
    )
    return table.assign(transfer_type=kind, seconds=seconds.astype(float))[~wrong], omissions


def boarding_stops(
    transfers: pd.DataFrame, calls: pd.DataFrame, parent_station: pd.Series
) -> BoardingStops:
    """Find which rule counts for each change between the stops of some calls.

    Parameters
    ----------
    transfers
        What `read_transfers` returns.
    calls
        `stop_id`, `trip_id`, `route_id`.
    parent_station
        The station of each stop, on `stop_id`; NaN where there is none.
    """
    rules = transfers[~transfers["transfer_type"].isin([_STAYS, _GETS_OFF])]
    served = parent_station.index[parent_station.index.isin(calls["stop_id"])]
    rules = _for_stops(rules, served, parent_station)
    places, number = _divide_stops(rules, calls, served)
    between = _matched(rules, places)
    # The most specific rule first; a rule without a time counts as well.
    between = between.sort_values("rank", ascending=False, kind="stable")
    between = between.drop_duplicates(["from_place", "to_place"]).dropna(subset="seconds")
    columns = ["from_place", "to_place", "seconds"]
    return BoardingStops(
        calls.assign(place=number),
        pd.Index(places["stop_id"]),
        between[columns].sort_values(columns, ignore_index=True),
    )


def _for_stops(rules: pd.DataFrame, served: pd.Index, parent_station: pd.Series) -> pd.DataFrame:
    """Return rules by stop: those of stations for all their stops, with `rank` by specificity."""
    station = parent_station.reindex(served)
    members = pd.concat(
        [
            pd.DataFrame({"named": served, "stop_id": served, "own": _RANKS["stop_id"]}),
            pd.DataFrame({"named": station.to_numpy(), "stop_id": served, "own": 0}).dropna(),
        ]
    )
    rules = rules.assign(rank=0)
    for side in _SIDES:
        known = members.rename(columns={"named": f"{side}_stop_id", "stop_id": f"{side}_stop"})
        rules = rules.merge(known, on=f"{side}_stop_id")
        rules["rank"] += rules.pop("own")
        trip, route = rules[f"{side}_trip_id"].notna(), rules[f"{side}_route_id"].notna()
        rules["rank"] += _RANKS["trip_id"] * trip + _RANKS["route_id"] * (route & ~trip)
    return rules


def _divide_stops(
    rules: pd.DataFrame, calls: pd.DataFrame, served: pd.Index
) -> tuple[pd.DataFrame, np.ndarray]:
    """Divide each stop into one place for each kind of trip that rules name there.

    Returns
    -------
    pandas.DataFrame
        `stop_id`, `trip_id` and `route_id` of each place; NaN where no rule names the trip or
        route. The places for trips that no rule names, one a stop, come first.
    numpy.ndarray
        The place of each call.
    """
    kinds = calls[["stop_id", "trip_id", "route_id"]].copy()
    named_at = pd.concat([rules["from_stop"], rules["to_stop"]])
    kinds = kinds[kinds["stop_id"].isin(named_at)]
    # A trip or route that no rule names at the stop is of no kind of its own there.
    for name in ("trip_id", "route_id"):
        named = pd.MultiIndex.from_frame(
            pd.concat(
                [
                    rules[[f"{side}_stop", f"{side}_{name}"]].set_axis(["stop_id", name], axis=1)
                    for side in _SIDES
                ]
            ).dropna()
        )
        kinds[name] = kinds[name].where(
            pd.MultiIndex.from_frame(kinds[["stop_id", name]]).isin(named), np.nan
        )
    # First a place for each stop's other trips, then one for each special kind at a stop.
    plain = pd.DataFrame({"stop_id": served, "trip_id": np.nan, "route_id": np.nan}, dtype=object)
    special = kinds.dropna(subset=["trip_id", "route_id"], how="all").drop_duplicates()
    places = pd.concat([plain, special.sort_values(list(special.columns))], ignore_index=True)
    number = pd.Series(served.get_indexer(pd.Index(calls["stop_id"])), calls.index, dtype="int64")
    keys = [pd.MultiIndex.from_frame(table.fillna("")) for table in (places, kinds)]
    number[kinds.index] = keys[0].get_indexer(keys[1])
    return places, number.to_numpy()


def _matched(rules: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each pair of places and each rule that holds for it."""
    pairs = rules
    for side in _SIDES:
        known = places.rename_axis(f"{side}_place").reset_index()
        known = known.rename(columns={"stop_id": f"{side}_stop"})
        pairs = pairs.merge(known, on=f"{side}_stop")
        for name in ("trip_id", "route_id"):
            of_rule, of_place = pairs[f"{side}_{name}"], pairs.pop(name)
            pairs = pairs[of_rule.isna() | (of_rule == of_place)]
    return pairs


def run_on(calls: pd.DataFrame, transfers: pd.DataFrame, parent_station: pd.Series) -> pd.DataFrame:
    """Join trips that a vehicle runs one after the other while passengers stay on board.

    These are trips that in-seat transfers (`transfer_type` 4) name; and trips of one block on one
    day, where the next starts at the stop or station where the last ended, unless the feed states
    that passengers must get off (5). A trip that continues as several trips, or that several
    continue as, is listed once for each sequence. Where one continues as the next, the call of the
    first states who may get off, and that of the next who may get on.

    Parameters
    ----------
    calls
        In the order of their trips: `trip` (a number), `day`, `trip_id`, `run` (-1: one run a day),
        `block_id`, `stop_id`, `arrival_s`, `departure_s`, `boards`, `alights`.
    transfers
        What `read_transfers` returns.
    parent_station
        The station of each stop, on `stop_id`; NaN where there is none.

    Returns
    -------
    pandas.DataFrame
        The calls, `trip` renumbered.
    """
    first, last = (calls.drop_duplicates("trip", keep=keep) for keep in ("first", "last"))
    trips = first[["trip", "day", "trip_id", "block_id", "departure_s"]].astype(
        {"trip_id": object, "block_id": object}
    )
    trips["ends_s"] = last["arrival_s"].to_numpy()
    # Two platforms of one station count as one place.
    for name, ends in (("starts_at", first), ("ends_at", last)):
        stop_ids = ends["stop_id"].astype(object)
        station = parent_station.reindex(stop_ids).to_numpy()
        trips[name] = np.where(pd.isna(station), stop_ids, station)
    # Runs of a headway have no times of their own in the feed, so their sequence is not known.
    trips = trips[(first["run"] == -1).to_numpy()]
    links = pd.concat([_stated_links(trips, transfers), _block_links(trips, transfers)])
    if links.empty:
        return calls
    ways = pd.DataFrame(
        [
            (number, step, trip)
            for number, way in enumerate(_ways_through(links))
            for step, trip in enumerate(way)
        ],
        columns=["way", "step", "trip"],
    )
    # The order of rows and their new trips first, so that the calls are copied only once.
    runs_on = calls["trip"].isin(ways["trip"]).to_numpy()
    rows = pd.DataFrame({"trip": calls["trip"][runs_on], "row": np.flatnonzero(runs_on)})
    joined = ways.merge(rows, on="trip").sort_values(["way", "step", "row"])
    every = calls.take(np.concatenate([np.flatnonzero(~runs_on), joined["row"].to_numpy()]))
    before = calls["trip"].to_numpy(np.int64)
    number = before.max() + 1 + joined["way"].to_numpy(np.int64)
    numbers = np.concatenate([before[~runs_on], number])
    may = _boards_and_alights(every, joined)
    return every.reset_index(drop=True).assign(trip=pd.factorize(numbers)[0], **may)


def _boards_and_alights(calls: pd.DataFrame, joined: pd.DataFrame) -> dict[str, Bools]:
    """Return at which calls one may get on and off, where trips are joined.

    The last rows of `calls` are those that `joined` names by their `way` and `step`.
    """
    steps = ["way", "step"]
    ends = ~joined.duplicated(steps, keep="last").to_numpy()
    begins = ~joined.duplicated(steps).to_numpy()
    goes_on = joined["step"] < joined.groupby("way")["step"].transform("max")
    boards, alights = (calls[name].to_numpy(copy=True) for name in ("boards", "alights"))
    apart = len(calls) - len(joined)
    boards[apart:] &= ~(ends & goes_on.to_numpy())
    alights[apart:] &= ~(begins & (joined["step"] > 0).to_numpy())
    return {"boards": boards, "alights": alights}


def _stated_links(trips: pd.DataFrame, transfers: pd.DataFrame) -> pd.DataFrame:
    """Return the trips that in-seat transfers join, on one day or over midnight to the next."""
    stays, gets_off = (
        transfers.loc[transfers["transfer_type"] == kind, ["from_trip_id", "to_trip_id"]]
        .dropna()
        .drop_duplicates()
        for kind in (_STAYS, _GETS_OFF)
    )
    # Of a pair that is named both ways nobody can tell: no seat is promised.
    refused = pd.MultiIndex.from_frame(stays).isin(pd.MultiIndex.from_frame(gets_off))
    stated = stays[~refused]
    out = stated.merge(trips, left_on="from_trip_id", right_on="trip_id")
    parts = []
    # A trip that ends after midnight may continue as one of the next day.
    for later in (0, 1):
        onward = trips.assign(day=trips["day"] - later)
        both = out.merge(
            onward, left_on=["to_trip_id", "day"], right_on=["trip_id", "day"], suffixes=("", "_to")
        )
        parts.append(both[both["departure_s_to"] >= both["ends_s"]].assign(later=later))
    found = pd.concat(parts).sort_values("later", kind="stable")
    found = found.drop_duplicates(["trip", "to_trip_id"])
    return found[["trip", "trip_to"]]


def _block_links(trips: pd.DataFrame, transfers: pd.DataFrame) -> pd.DataFrame:
    """Return the trips of a block that follow one another where the last ended."""
    blocks = trips.dropna(subset="block_id").sort_values(
        ["day", "block_id", "departure_s", "ends_s"], kind="stable"
    )
    onward = blocks.shift(-1).add_suffix("_to")
    both = pd.concat([blocks, onward], axis=1)
    both = both[
        (both["day"] == both["day_to"])
        & (both["block_id"] == both["block_id_to"])
        & (both["departure_s_to"] >= both["ends_s"])
        & (both["starts_at_to"] == both["ends_at"])
    ]
    # Transfers stated for a pair, of either kind, have precedence over its block.
    named = transfers[transfers["transfer_type"].isin([_STAYS, _GETS_OFF])]
    pairs = pd.MultiIndex.from_frame(named[["from_trip_id", "to_trip_id"]])
    both = both[~pd.MultiIndex.from_frame(both[["trip_id", "trip_id_to"]]).isin(pairs)]
    return both[["trip", "trip_to"]].astype(np.int64)


def _ways_through(links: pd.DataFrame) -> Iterator[list[int]]:
    """Yield every maximal sequence of trips that continue as one another."""
    onward: dict[int, list[int]] = {}
    for trip, following in links[["trip", "trip_to"]].itertuples(index=False):
        onward.setdefault(int(trip), []).append(int(following))
    later = set(links["trip_to"])
    # Depth first from trips that continue no other; a loop in a feed ends before a trip repeats.
    ahead = [[trip] for trip in sorted(onward) if trip not in later]
    while ahead:
        way = ahead.pop()
        further = [trip for trip in onward.get(way[-1], ()) if trip not in way]
        if not further:
            yield way
        ahead += [[*way, trip] for trip in further]
