"""The connection scan: compiled by numba on first use and kept for later runs.

Dibbelt, Pajor, Strasser and Wagner, "Intriguingly simple and fast transit routing", SEA 2013. All
rides from a stop to the next are looked at once in the order of their departure; who could be
on board can be at the next stop. Delling, Pajor and Werneck, "Round-based public transit
routing", ALENEX 2012, is the alternative; a scan needs no routes and no rounds.
"""

from typing import NamedTuple

import numpy as np

from llrgeo.travel.compiled import NO_WAY, Ints, compiled


class Rides(NamedTuple):
    """Rides from one stop to the next without a halt, in the order of their departure.

    Those of one trip stand in the trip's order. `boards` and `alights` tell whether one may get
    on at the first stop and off at the second.
    """

    trip: Ints
    from_stop: Ints
    to_stop: Ints
    departure_s: Ints
    arrival_s: Ints
    boards: Ints
    alights: Ints


class Walks(NamedTuple):
    """Ways on foot: those from place i stand from `start[i]` to `start[i + 1]`."""

    start: Ints
    to: Ints
    seconds: Ints


class Ways(NamedTuple):
    """All that journeys are made of.

    `access` are walks from origins to stops, `changes` from getting off at a stop until one can
    get on at another or the same (above 0 seconds), `egress` from stops to destinations; `trips`
    is how many trips there are.
    """

    rides: Rides
    access: Walks
    changes: Walks
    egress: Walks
    trips: int


class Labels(NamedTuple):
    """What a scan knows.

    For each stop from when one can get on (`ready`) and when one gets off first (`arrived`), for
    each trip whether one is on board.
    """

    ready: Ints
    arrived: Ints
    boarded: Ints


@compiled
def scan(rides: Rides, changes: Walks, labels: Labels, start_s: int, end_s: int) -> None:
    """Take every ride that leaves between two times and can be caught, given `ready`."""
    ready, arrived, boarded = labels
    for i in range(np.searchsorted(rides.departure_s, start_s), len(rides.trip)):
        if rides.departure_s[i] > end_s:
            break
        trip, stop, now = rides.trip[i], rides.to_stop[i], rides.arrival_s[i]
        if rides.boards[i] and ready[rides.from_stop[i]] <= rides.departure_s[i]:
            boarded[trip] = True
        if boarded[trip] and rides.alights[i] and now < arrived[stop]:
            arrived[stop] = now
            for j in range(changes.start[stop], changes.start[stop + 1]):
                there = changes.to[j]
                ready[there] = min(ready[there], now + changes.seconds[j])


@compiled
def journeys_from(ways: Ways, origin: int, departures_s: Ints, limit_s: int, result: Ints) -> None:
    """Shorten journeys on foot by rides, for one origin.

    Parameters
    ----------
    ways
        All ways.
    origin
        The origin's number.
    departures_s
        When one leaves, seconds after midnight.
    limit_s
        No ride is taken this long after leaving or later.
    result
        Departures by destinations, holds the seconds on foot, is left with the seconds of the
        best journey.
    """
    rides, access, changes, egress, trips = ways
    stops = len(changes.start) - 1
    labels = Labels(np.empty(stops, np.int64), np.empty(stops, np.int64), np.empty(trips, np.bool_))
    for row in range(len(departures_s)):
        now = departures_s[row]
        labels.ready[:], labels.arrived[:], labels.boarded[:] = NO_WAY, NO_WAY, False
        for j in range(access.start[origin], access.start[origin + 1]):
            labels.ready[access.to[j]] = now + access.seconds[j]
        scan(rides, changes, labels, now, now + limit_s)
        for stop in range(stops):
            if labels.arrived[stop] < NO_WAY:
                ridden = labels.arrived[stop] - now
                for j in range(egress.start[stop], egress.start[stop + 1]):
                    there = egress.to[j]
                    result[row, there] = min(result[row, there], ridden + egress.seconds[j])
