"""When one arrives by a feed, worked out row by row: no frames, no arrays, nothing of llrgeo.

Reads the tables of `random_feeds` by the reference of GTFS and METHODS, and searches every event.
"""

import datetime as dt
import heapq
import math
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter
from typing import NamedTuple

from random_feeds import DAY, WEEKDAYS, Feed, seconds

DETOUR, M_PER_S = 1.4, 4_800 / 3_600
XY = tuple[float, float]


class Call(NamedTuple):
    """A call of a run, by the clock of the day."""

    stop: str
    arrival_s: int
    departure_s: int
    boards: bool
    alights: bool


@dataclass(frozen=True)
class Run:
    """A trip as it runs on a day, so many days after the one asked for."""

    trip: dict[str, str]
    days: int
    by_headway: bool
    calls: list[Call]


@dataclass(frozen=True)
class Limits:
    """The longest walk and journey, and what a change takes, in seconds."""

    walk_s: float
    journey_s: float
    change_s: int


def walk_s(a: XY, b: XY, limit_s: float) -> float:
    """Return the whole seconds of a walk; +inf where it is too long."""
    took_s = round(math.dist(a, b) * DETOUR / M_PER_S)
    return took_s if took_s <= limit_s else math.inf


def runs_of(feed: Feed) -> list[Run]:
    """Return what runs about the day."""
    runs = []
    for trip in feed["trips"]:
        calls = pattern(feed, trip["trip_id"])
        headways = [row for row in feed["frequencies"] if row["trip_id"] == trip["trip_id"]]
        starts_s = [
            second - calls[0].departure_s
            for row in headways
            for second in range(
                seconds(row["start_time"]), seconds(row["end_time"]), int(row["headway_secs"])
            )
        ]
        for days in range(-2, 2):
            if len(calls) > 1 and is_on(feed, trip["service_id"], DAY + dt.timedelta(days)):
                for later_s in starts_s if headways else [0]:
                    by_clock = days * 86_400 + later_s
                    moved = [
                        call._replace(
                            arrival_s=call.arrival_s + by_clock,
                            departure_s=call.departure_s + by_clock,
                        )
                        for call in calls
                    ]
                    runs.append(Run(trip, days, bool(headways), moved))
    return runs


def is_on(feed: Feed, service: str, date: dt.date) -> bool:
    """Say whether a service runs on a date."""
    text = f"{date:%Y%m%d}"
    for row in feed["calendar_dates"]:
        if (row["service_id"], row["date"]) == (service, text):
            return row["exception_type"] == "1"
    return any(
        row["service_id"] == service
        and row[WEEKDAYS[date.weekday()]] == "1"
        and row["start_date"] <= text <= row["end_date"]
        for row in feed["calendar"]
    )


def pattern(feed: Feed, trip_id: str) -> list[Call]:
    """Return the calls of a trip, blank times filled in."""
    rows = [row for row in feed["stop_times"] if row["trip_id"] == trip_id]
    rows.sort(key=lambda row: int(row["stop_sequence"]))
    calls: list[Call] = []
    for _, run in groupby(rows, itemgetter("stop_id")):
        beside = list(run)
        # A call without times beside one with times at the same stop says nothing.
        timed = [row for row in beside if row["arrival_time"] or row["departure_time"]]
        for row in timed or beside:
            arrival, departure = row["arrival_time"], row["departure_time"]
            times = seconds(arrival or departure), seconds(departure or arrival)
            may = row["pickup_type"] != "1", row["drop_off_type"] != "1"
            calls.append(Call(row["stop_id"], *times, *may))
    known = [i for i, call in enumerate(calls) if call.arrival_s >= 0]
    for before, after in pairwise(known):
        gone_s, ahead_s = calls[before].departure_s, calls[after].arrival_s
        for i in range(before + 1, after):
            at_s = round(gone_s + (ahead_s - gone_s) * (i - before) / (after - before))
            calls[i] = calls[i]._replace(arrival_s=at_s, departure_s=at_s)
    return calls


def runs_on_as(feed: Feed, runs: list[Run]) -> dict[int, set[int]]:
    """Return the runs that one may stay on board for, by the run before."""
    after: dict[int, set[int]] = {i: set() for i in range(len(runs))}
    once = [i for i, run in enumerate(runs) if not run.by_headway]
    stated: dict[tuple[str | None, str | None], str] = {}
    for row in feed["transfers"]:
        if row["transfer_type"] in {"4", "5"}:
            pair = row.get("from_trip_id"), row.get("to_trip_id")
            stated[pair] = max(stated.get(pair, ""), row["transfer_type"])  # to get off counts
    for i in once:
        run = runs[i]
        for (before, onward), kind in stated.items():
            if kind == "4" and run.trip["trip_id"] == before:
                then = [j for j in once if runs[j].trip["trip_id"] == onward]
                then = [j for j in then if _gap_s(run, runs[j]) >= 0]
                same_or_next = [j for j in then if runs[j].days - run.days in {0, 1}]
                after[i] |= set(sorted(same_or_next, key=lambda j: runs[j].days)[:1])
    blocks: dict[tuple[int, str], list[int]] = {}
    for i in once:
        blocks.setdefault((runs[i].days, runs[i].trip["block_id"]), []).append(i)
    station = {row["stop_id"]: row.get("parent_station") or row["stop_id"] for row in feed["stops"]}
    for (_, block), members in blocks.items():
        members.sort(key=lambda i: (runs[i].calls[0].departure_s, runs[i].calls[-1].arrival_s))
        for i, j in pairwise(members):
            pair = runs[i].trip["trip_id"], runs[j].trip["trip_id"]
            ends = station[runs[i].calls[-1].stop], station[runs[j].calls[0].stop]
            joined = ends[0] == ends[1] and _gap_s(runs[i], runs[j]) >= 0
            if block and joined and pair not in stated:
                after[i].add(j)
    return after


def _gap_s(before: Run, after: Run) -> int:
    return after.calls[0].departure_s - before.calls[-1].arrival_s


def change_s(feed: Feed, off: tuple[Run, str], on: tuple[Run, str], walked_s: float) -> float:
    """Return what a change takes by the most specific rule, or else by the walk; +inf: never."""
    station = {row["stop_id"]: row.get("parent_station") for row in feed["stops"]}
    best, found = -1, walked_s
    for row in feed["transfers"]:
        if row["transfer_type"] in {"4", "5"}:
            continue
        ranks = []
        for side, (run, stop) in (("from", off), ("to", on)):
            named = row[f"{side}_stop_id"]
            trip, route = row[f"{side}_trip_id"], row[f"{side}_route_id"]
            holds = named in {stop, station[stop] or stop}
            holds &= trip in {"", run.trip["trip_id"]} and route in {"", run.trip["route_id"]}
            rank = (100 if trip else 10 if route else 0) + (named == stop)
            ranks.append(rank if holds else -1_000)
        if sum(ranks) > best:
            best = sum(ranks)
            stated = {"1": 0.0, "2": float(row.get("min_transfer_time") or 0), "3": math.inf}
            found = stated.get(row["transfer_type"], walked_s)
    return found


class Search:
    """Earliest arrivals by a feed, one question after another."""

    def __init__(self, feed: Feed, places: dict[str, XY], limits: Limits) -> None:
        self.feed, self.places, self.limits = feed, places, limits
        self.runs = runs_of(feed)
        self.after = runs_on_as(feed, self.runs)
        self.known: dict[tuple[int, str, int, str], float] = {}

    def journey_s(self, origin: XY, destination: XY, moment_s: int) -> float:
        """Return the seconds of the best journey that sets out at a moment; +inf: none."""
        limits = self.limits
        best_s = moment_s + walk_s(origin, destination, limits.journey_s)
        ahead: list[tuple[int, int, int]] = []  # rides by their departure: run and number of call
        for i, run in enumerate(self.runs):
            for c, call in enumerate(run.calls[:-1]):
                ready_s = moment_s + walk_s(origin, self.places[call.stop], limits.walk_s)
                if call.boards and ready_s <= call.departure_s:
                    ahead.append((call.departure_s, i, c))
        heapq.heapify(ahead)
        seen: set[tuple[int, int]] = set()
        while ahead:
            _, i, c = heapq.heappop(ahead)
            if (i, c) in seen:
                continue
            seen.add((i, c))
            for run, at in self._stops_at(i, c):
                call = self.runs[run].calls[at]
                if call.alights and at > 0:  # the first call of a run says who gets on
                    there_s = walk_s(self.places[call.stop], destination, limits.walk_s)
                    best_s = min(best_s, call.arrival_s + there_s)
                    for ride in self._caught(run, call):
                        heapq.heappush(ahead, ride)
                if at + 1 < len(self.runs[run].calls):
                    heapq.heappush(ahead, (call.departure_s, run, at))
        took_s = best_s - moment_s
        return took_s if took_s <= limits.journey_s else math.inf

    def _stops_at(self, run: int, call: int) -> list[tuple[int, int]]:
        """Return the next call on board; where the run ends, the first of those it runs on as."""
        further = [(run, call + 1)]
        if call + 2 == len(self.runs[run].calls):
            further += [(onward, 0) for onward in self.after[run]]
        return further

    def _caught(self, run: int, off: Call) -> list[tuple[int, int, int]]:
        """Return the rides that can be caught by who gets off."""
        found = []
        for j, other in enumerate(self.runs):
            for c, call in enumerate(other.calls[:-1]):
                if call.boards and call.departure_s >= off.arrival_s:
                    ready_s = off.arrival_s + self._change_s(run, off.stop, j, call.stop)
                    if ready_s <= call.departure_s:
                        found.append((call.departure_s, j, c))
        return found

    def _change_s(self, run: int, off: str, other: int, on: str) -> float:
        key = run, off, other, on
        if key not in self.known:
            walked_s = walk_s(self.places[off], self.places[on], self.limits.walk_s)
            sides = (self.runs[run], off), (self.runs[other], on)
            self.known[key] = change_s(self.feed, *sides, walked_s + self.limits.change_s)
        return self.known[key]
