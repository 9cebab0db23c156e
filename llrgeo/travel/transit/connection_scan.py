"""The connection scan for whole profiles: compiled by numba on first use and cached on disk.

Dibbelt, Pajor, Strasser and Wagner, "Connection scan algorithm", Journal of Experimental
Algorithmics 23, 2018, section 4. A connection is a vehicle's run to its next stop. Each is read
once, last departure first, and gets the earliest arrival of those on board. It is fast because:

- arrivals are stored by departure of each stop, as minima over that departure and all later ones.
  Leaving earlier never means arriving later, so a stop's arrivals only fall from its last departure
  to its first (the same holds for the departures of a window in Delling, Pajor and Werneck,
  "Round-based public transit routing", Transportation Science 49, 2015), and one look-up gives the
  earliest arrival of a passenger who waits at the stop;
- destinations are scanned in blocks, side by side in memory, as in PHAST (Delling, Goldberg,
  Nowatzyk and Werneck, "PHAST: hardware-accelerated shortest path trees", 2013). What can be caught
  after a change is found once for a block. It is not listed for all blocks (as in Witt, "Trip-based
  public transit routing", ESA 2015): a list of all changes takes more memory than the timetable.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple, Self

import numpy as np
import pandas as pd

from llrgeo.execution.machine_code import compiled
from llrgeo.travel.search.compiled import AnyInts

NEVER: Final = (1 << 31) - 1  # seconds; later than any time of a timetable
_BLOCK_BYTES: Final = 16 << 20  # of the arrivals, or journeys, of one block of destinations
_LANES: Final = (16, 64)  # fewest and most destinations of a block


class Connections(NamedTuple):
    """Connections: runs from one stop to the next without a halt, by departure.

    Connections of one trip are in the trip's order; those that take no time come before others of
    the same second. `boards` and `alights` tell whether one may get on at the first stop and off at
    the second; `call` is the row of the timetable's call that a connection departs from.
    """

    trip: AnyInts
    from_stop: AnyInts
    to_stop: AnyInts
    departure_s: AnyInts
    arrival_s: AnyInts
    boards: AnyInts
    alights: AnyInts
    call: AnyInts


class Walks(NamedTuple):
    """Ways on foot: those from place i are at rows `start[i]` to `start[i + 1]`."""

    start: AnyInts
    to: AnyInts
    seconds: AnyInts


class Departures(NamedTuple):
    """The departures of every stop.

    Attributes
    ----------
    start
        The departures of stop i are at rows `start[i]` to `start[i + 1]`, in order of time; the
        last is a sentinel that never comes.
    seconds
        Times of departure, in seconds after midnight.
    of_connection
        The row of each connection's departure.
    """

    start: AnyInts
    seconds: AnyInts
    of_connection: AnyInts


class TransitNetwork(NamedTuple):
    """The connections and walks for journeys by public transport between some places.

    `access` are walks from origins to stops, `changes` from getting off at a stop until one can
    get on at another or the same, `egress` from stops to destinations, each with one row a pair:
    `place`, `to` and `seconds`. `on_foot_s` are the seconds of the whole journey on foot, origins
    by destinations, `NEVER` where it is too far. `stops` is the number of stops.
    """

    connections: Connections
    access: pd.DataFrame
    changes: pd.DataFrame
    egress: pd.DataFrame
    on_foot_s: AnyInts
    stops: int

    def reversed(self) -> Self:
        """Return the network of the same journeys backwards in time, destinations first."""
        return type(self)(
            turned(self.connections),
            _swapped(self.egress),
            _swapped(self.changes),
            _swapped(self.access),
            self.on_foot_s.T,
            self.stops,
        )


def ordered(connections: Connections) -> Connections:
    """Put connections, those of a trip in its order, into the order of the scan."""
    takes_time = connections.arrival_s > connections.departure_s
    # Those that take no time first: after one of them others of the same second can be caught.
    order = np.lexsort((takes_time, connections.departure_s))
    return Connections(*(part[order] for part in connections))


def turned(connections: Connections) -> Connections:
    """Reverse time: the last arrival becomes the first departure, from the same stop."""
    back = Connections(
        connections.trip,
        connections.to_stop,
        connections.from_stop,
        -connections.arrival_s,
        -connections.departure_s,
        connections.alights,
        connections.boards,
        connections.call,
    )
    return ordered(Connections(*(part[::-1] for part in back)))


class Prepared(NamedTuple):
    """The connections of some hours, prepared for scans; `trips` is the number of their trips.

    `changes` are walks from getting off at a stop until one can get on at another or the same.
    """

    connections: Connections
    departures: Departures
    changes: Walks
    trips: int


def prepare(transit: TransitNetwork, first_s: int, last_s: int) -> Prepared:
    """Prepare the connections that leave between two times; their trips are renumbered."""
    # Connections are in order of departure: those that can matter are one run of them.
    within = slice(*np.searchsorted(transit.connections.departure_s, [first_s, last_s + 1]))
    connections = Connections(*(np.ascontiguousarray(part[within]) for part in transit.connections))
    # Labels are kept for each trip: numbers without gaps keep that array small.
    trip_ids, trip = np.unique(connections.trip, return_inverse=True)
    connections = connections._replace(trip=trip.astype(np.int32))
    changes = walks_from(transit.changes, transit.stops)
    departures = Departures(*sorted_by_stop(connections, transit.stops))
    return Prepared(connections, departures, changes, len(trip_ids))


def arrivals_by(prepared: Prepared, egress: Walks, destinations: int) -> AnyInts:
    """Return arrival times at destinations of those who wait for each departure or a later one."""
    seated = np.full((prepared.trips, destinations), NEVER, np.int32)
    arrivals = np.full((len(prepared.departures.seconds), destinations), NEVER, np.int32)
    scan(prepared.connections, prepared.departures, prepared.changes, egress, seated, arrivals)
    return arrivals


def journey_blocks(
    transit: TransitNetwork, moments_s: AnyInts, limit_s: int
) -> Iterator[tuple[slice, AnyInts]]:
    """Yield a run of destinations with the seconds of journeys to them.

    The seconds have shape (origins, moments of departure, destinations), int32, `NEVER` where there
    is no journey within the limit.
    """
    prepared = prepare(transit, int(moments_s.min()), int(moments_s.max()) + limit_s)
    access = walks_from(transit.access, len(transit.on_foot_s))
    origins, destinations = transit.on_foot_s.shape
    # Lanes are destinations scanned together; `_BLOCK_BYTES` limits 4 bytes a row and lane.
    rows = max(len(prepared.departures.seconds), origins * len(moments_s), 1)
    lanes = int(np.clip(_BLOCK_BYTES // (4 * rows), *_LANES))
    to = transit.egress["to"]
    for start in range(0, destinations, lanes):
        part = slice(start, min(start + lanes, destinations))
        # A block has the walks to its own destinations alone, numbered from 0 within the block.
        mine = transit.egress[(to >= part.start) & (to < part.stop)]
        egress = walks_from(mine.assign(to=mine["to"] - start), transit.stops)
        # Every journey starts as the way on foot; connections can only shorten it.
        found = np.repeat(transit.on_foot_s[:, None, part], len(moments_s), axis=1)
        arrivals = arrivals_by(prepared, egress, part.stop - start)
        journeys(prepared.departures, arrivals, access, moments_s.astype(np.int32), found)
        del arrivals  # they are large, and the next block's take their place
        found[found > limit_s] = NEVER
        yield part, found


def walks_from(walks: pd.DataFrame, places: int) -> Walks:
    """Sort walks by the place that they start from."""
    walks = walks.sort_values(["place", "to"])
    count = np.bincount(walks["place"].to_numpy(np.int64), minlength=places)
    return Walks(
        np.concatenate([[0], np.cumsum(count)]),
        walks["to"].to_numpy(np.int32),
        walks["seconds"].to_numpy(np.int32),
    )


def _swapped(walks: pd.DataFrame) -> pd.DataFrame:
    return walks.rename(columns={"place": "to", "to": "place"})


@compiled
def first_departure(start: AnyInts, seconds: AnyInts, stop: int, ready_s: int) -> int:
    """Return the first departure of a stop at or after a time; the last one never comes."""
    low: int = start[stop]
    high: int = start[stop + 1] - 1
    while low < high:
        middle = (low + high) // 2
        if seconds[middle] < ready_s:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def sorted_by_stop(connections: Connections, stops: int) -> tuple[AnyInts, AnyInts, AnyInts]:
    """Sort departures by stop; return `start`, `seconds`, `of_connection` of `Departures`."""
    n = len(connections.trip)
    # Counting sort: count the departures of each stop, sum the counts to starts, then fill in
    # order. Connections come by departure, so each stop's are in order too.
    start = np.zeros(stops + 1, np.int64)
    for i in range(n):
        start[connections.from_stop[i] + 1] += 1
    for stop in range(stops):
        start[stop + 1] += start[stop] + 1  # one more, that never comes
    seconds, of_connection = np.full(start[stops], NEVER, np.int32), np.empty(n, np.int32)
    filled = start[:-1].copy()
    for i in range(n):
        stop = connections.from_stop[i]
        seconds[filled[stop]], of_connection[i] = connections.departure_s[i], filled[stop]
        filled[stop] += 1
    return start, seconds, of_connection


@compiled
def scan(
    connections: Connections,
    departures: Departures,
    changes: Walks,
    egress: Walks,
    seated: AnyInts,
    arrivals: AnyInts,
) -> None:
    """Find the arrival times at a block of destinations, for each departure of a stop.

    Parameters
    ----------
    connections, departures
        The timetable.
    changes
        Walks from getting off at a stop until one can get on at another or the same.
    egress
        Walks from stops to destinations of the block.
    seated
        Trips by destinations: arrival times of passengers on board. Holds `NEVER`; work space.
    arrivals
        Departures of stops by destinations: arrival times of passengers who wait for them or any
        later one. Holds `NEVER`; is filled in.
    """
    lanes = arrivals.shape[1]
    # Backwards in time (Dibbelt et al. 2013). Invariant: `arrivals` of all later departures are
    # final, and `seated` is the arrival of staying on each trip from its next connection on.
    for i in range(len(connections.trip) - 1, -1, -1):
        label = seated[connections.trip[i]]
        # The trip's label is the arrival if one stays on board; getting off may be earlier.
        if connections.alights[i]:
            stop, now = connections.to_stop[i], connections.arrival_s[i]
            for j in range(egress.start[stop], egress.start[stop + 1]):
                there = egress.to[j]
                label[there] = min(label[there], now + egress.seconds[j])
            for j in range(changes.start[stop], changes.start[stop + 1]):
                # The first departure after the change alone: later ones are in its minimum.
                to, ready_s = changes.to[j], now + changes.seconds[j]
                caught = first_departure(departures.start, departures.seconds, to, ready_s)
                if departures.seconds[caught] < NEVER:
                    onward = arrivals[caught]
                    for lane in range(lanes):
                        label[lane] = min(label[lane], onward[lane])
        # A passenger may skip this connection and wait for the next departure of the stop.
        here = departures.of_connection[i]
        waiting, best = arrivals[here + 1], arrivals[here]
        if connections.boards[i]:
            for lane in range(lanes):
                best[lane] = min(waiting[lane], label[lane])
        else:
            best[:] = waiting


@compiled
def journeys(
    departures: Departures, arrivals: AnyInts, access: Walks, moments_s: AnyInts, result: AnyInts
) -> None:
    """Replace journeys on foot by faster ones with connections, for a block of destinations.

    Parameters
    ----------
    departures
        The departures of stops.
    arrivals
        As `scan` fills them.
    access
        Walks from origins to stops.
    moments_s
        Moments of departure, in seconds after midnight.
    result
        Origins by moments by destinations: holds the seconds on foot (`NEVER` where it is too far)
        and receives the seconds of the best journey.
    """
    lanes = arrivals.shape[1]
    for origin in range(len(access.start) - 1):
        for j in range(access.start[origin], access.start[origin + 1]):
            stop = access.to[j]
            for row in range(len(moments_s)):
                # Arrivals are times of day: minus the moment of departure they are durations.
                now = moments_s[row]
                caught = first_departure(
                    departures.start, departures.seconds, stop, now + access.seconds[j]
                )
                best, found = result[origin, row], arrivals[caught]
                for lane in range(lanes):
                    if found[lane] < NEVER:
                        best[lane] = min(best[lane], found[lane] - now)
