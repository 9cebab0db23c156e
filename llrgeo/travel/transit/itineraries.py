"""Journeys by public transport, leg by leg: walk, route, stops and times, with their lines."""

import datetime as dt
from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from llrgeo.arrays import Ints
from llrgeo.roads.network import RoadNetwork
from llrgeo.schema import BNG
from llrgeo.travel.points import Places, as_points, check_pairs
from llrgeo.travel.routes.paths import find_routes
from llrgeo.travel.transit.connection_scan import (
    NEVER,
    Prepared,
    TransitNetwork,
    arrivals_by,
    first_departure,
    journey_blocks,
    prepare,
    walks_from,
)
from llrgeo.travel.transit.router import TransitRouter

WALK, RIDE = "walk", "ride"
COLUMNS: Final = (
    "site_id",
    "leg",
    "kind",
    "route",
    "from_stop",
    "to_stop",
    "departs",
    "arrives",
    "minutes",
)
_DOOR: Final = -1  # stands for the origin or the destination among stops


class Leg(NamedTuple):
    """A walk or ride: its stops (`_DOOR` at either end), times; for a ride all stops and calls."""

    kind: str
    from_stop: int
    to_stop: int
    departs_s: int
    arrives_s: int
    stops: tuple[int, ...] = ()
    calls: tuple[int, ...] = ()


class _PairSearch(NamedTuple):
    """The network of one pair, prepared.

    `arrivals` are those at the destination by departure, `onward` the next connection of each
    connection's trip (or -1), and `connection_of` the connection of each departure.
    """

    transit: TransitNetwork
    prepared: Prepared
    arrivals: Ints
    onward: Ints
    connection_of: Ints


def find_itineraries(
    router: TransitRouter,
    origins: Places,
    destinations: Places,
    *,
    leave: dt.time | None = None,
) -> gpd.GeoDataFrame:
    """Return the journey from each origin to the destination in the same row, leg by leg.

    Parameters
    ----------
    router
        Timetable and rules.
    origins, destinations
        Places (GeoSeries or GeoDataFrame) in any declared CRS, as many of the one as of the other.
        A shape is represented by a point inside, which is logged.
    leave
        The time of departure; if not given, the departure of the window whose journey takes the
        median time, as the matrix has it.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a leg, on the origins' index, in EPSG:27700: `site_id`, `leg` (from 1), `kind`
        (`walk` or `ride`), `route`, `from_stop` and `to_stop` (names; empty at either door),
        `departs` and `arrives` (`09:40:00`; after midnight `24:10:00`), `minutes`, and the line: on
        foot along streets where the router has them, else straight; by vehicle straight from stop
        to stop. A pair without a journey has no row.

    Raises
    ------
    InputError, RoutingError
        If a place has no geometry; if there are not as many origins as destinations.

    Examples
    --------
    >>> import datetime as dt, zipfile
    >>> import geopandas as gpd
    >>> from llrgeo.inputs.gtfs import read_timetable
    >>> tables = {
    ...     "stops": ["stop_id,stop_name,stop_lat,stop_lon", "A,Cross,52.6,-1.1", "B,Hill,52.6,-1"],
    ...     "routes": ["route_id,route_type,route_short_name", "7,3,7"],
    ...     "trips": ["route_id,service_id,trip_id", "7,day,t"],
    ...     "calendar_dates": ["service_id,date,exception_type", "day,20261124,1"],
    ...     "stop_times": ["trip_id,arrival_time,departure_time,stop_id,stop_sequence",
    ...                    "t,9:40:00,9:40:00,A,1", "t,9:55:00,9:55:00,B,2"],
    ... }
    >>> with zipfile.ZipFile(folder / "bus.zip", "w") as feed:
    ...     for name, rows in tables.items():
    ...         feed.writestr(f"{name}.txt", chr(10).join(rows))
    >>> timetable = read_timetable([folder / "bus.zip"], dt.date(2026, 11, 24))
    >>> rules = llrgeo.TransitRules(window=(dt.time(9, 35), dt.time(9, 35)))
    >>> router = llrgeo.TransitRouter(timetable, rules)
    >>> ends = [gpd.GeoSeries.from_xy([x], [52.6], crs="EPSG:4326") for x in (-1.1, -1.0)]
    >>> ride = llrgeo.find_itineraries(router, *ends).set_index("kind").loc["ride"]
    >>> ride[["route", "from_stop", "to_stop", "departs", "arrives"]].tolist()
    ['7', 'Cross', 'Hill', '09:40:00', '09:55:00']
    """
    origins, _ = as_points(origins, role="origins")
    destinations, _ = as_points(destinations, role="destinations")
    check_pairs(origins, destinations)
    rows, passed = [], []
    for i, (origin, destination) in enumerate(zip(origins.index, destinations.index, strict=True)):
        start, end = (gpd.GeoSeries(points.iloc[[i]]) for points in (origins, destinations))
        doors = [ends.to_crs(BNG).iloc[0] for ends in (start, end)]
        for number, leg in enumerate(_itinerary(router, start, end, leave), 1):
            rows.append((origin, destination, number, *_describe_leg(router, leg)))
            passed.append(_places_passed(router, leg, doors))
    frame = pd.DataFrame(rows, columns=["area_id", *COLUMNS]).set_index("area_id")
    frame.index.name = origins.index.name
    # All walks in one request: the search of the streets is set up once.
    walks = _along_streets(router.streets, frame["kind"].to_numpy() == WALK, passed)
    return gpd.GeoDataFrame(frame, geometry=np.array(walks, dtype=object), crs=BNG)


def _itinerary(
    router: TransitRouter, origin: gpd.GeoSeries, destination: gpd.GeoSeries, leave: dt.time | None
) -> list[Leg]:
    """Return the legs of one journey."""
    limit_s = round(router.rules.max_journey_min * 60)
    now, best_s = _moment(router, origin, destination, leave)
    if best_s == NEVER:
        return []
    transit = router.transit_network(origin, destination)
    if int(transit.on_foot_s[0, 0]) <= best_s:
        return [Leg(WALK, _DOOR, _DOOR, now, now + best_s)]
    prepared = prepare(transit, now, now + limit_s)
    connections = prepared.connections
    # Connections of one trip in order: the next of each is the row below, if of the same trip.
    by_trip = np.argsort(connections.trip, kind="stable")
    onward = np.full(len(by_trip), -1)
    same = connections.trip[by_trip[:-1]] == connections.trip[by_trip[1:]]
    onward[by_trip[:-1][same]] = by_trip[1:][same]
    # Departures are numbered by stop, connections by time; `connection_of` leads from the first to
    # the second.
    connection_of = np.full(len(prepared.departures.seconds), -1)
    connection_of[prepared.departures.of_connection] = np.arange(len(connections.trip))
    arrivals = arrivals_by(prepared, walks_from(transit.egress, transit.stops), 1)[:, 0]
    search = _PairSearch(transit, prepared, arrivals, onward, connection_of)
    return _legs(search, now, now + best_s)


def _moment(
    router: TransitRouter, origin: gpd.GeoSeries, destination: gpd.GeoSeries, leave: dt.time | None
) -> tuple[int, int]:
    """Return the moment of departure and the seconds of the journey."""
    limit_s = round(router.rules.max_journey_min * 60)
    if leave is not None:
        now = (leave.hour * 60 + leave.minute) * 60 + leave.second
    else:
        [(_, _, journeys_s)] = router.journeys_s(origin, destination)
        durations_s = journeys_s[0, :, 0]
        # The departure shown is the first whose journey takes the median that is published.
        median = int(np.sort(durations_s)[len(durations_s) // 2])
        if median == NEVER:
            return 0, NEVER
        now = int(router.rules.departures_s[int((durations_s == median).argmax())])
        if router.rules.window_of == "departures":
            return now, median
        now -= median  # the arrival may be before the appointment: the rest is a wait at the end
    [(_, found)] = journey_blocks(
        router.transit_network(origin, destination), np.array([now]), limit_s
    )
    return now, int(found[0, 0, 0])


def _legs(search: _PairSearch, now: int, goal_s: int) -> list[Leg]:
    """Return the legs of the journey from `now` to arrive at `goal_s`, by the scan's arrivals."""
    connections, departures = search.prepared.connections, search.prepared.departures
    access = search.transit.access
    legs: list[Leg] = []
    # The first walk to a stop whose first departure reaches the goal on time begins the journey.
    caught = -1
    for stop, seconds in access[["to", "seconds"]].itertuples(index=False):
        at = first_departure(departures.start, departures.seconds, stop, now + seconds)
        if search.arrivals[at] == goal_s:
            legs, caught = [Leg(WALK, _DOOR, int(stop), now, now + int(seconds))], at
            break
    while True:
        ride, off, change = _find_ride(search, caught, goal_s)
        # Get on at the first departure that leads to the arrival, and off where it says.
        taken = _connections_between(search, ride, off)
        stops = (int(connections.from_stop[ride]), *connections.to_stop[taken].tolist())
        times = int(connections.departure_s[ride]), int(connections.arrival_s[off])
        legs.append(Leg(RIDE, stops[0], stops[-1], *times, stops, tuple(connections.call[taken])))
        if change < 0:
            legs.append(Leg(WALK, stops[-1], _DOOR, times[1], goal_s))
            return legs
        caught = change
        there = int(connections.from_stop[search.connection_of[caught]])
        if there != stops[-1]:
            walks = search.transit.changes
            walk = walks[(walks["place"] == stops[-1]) & (walks["to"] == there)]
            ready_s = times[1] + int(walk["seconds"].iloc[0])
            legs.append(Leg(WALK, stops[-1], there, times[1], ready_s))


def _find_ride(search: _PairSearch, caught: int, goal_s: int) -> tuple[int, int, int]:
    """Return the connection to get on, the one to get off, and the next departure (-1: none)."""
    for departure in range(caught, len(search.connection_of)):
        ride = int(search.connection_of[departure])
        if search.prepared.connections.boards[ride]:
            off, change = _find_exit(search, ride, goal_s)
            if off >= 0:
                return ride, off, change
    msg = "the arrival that the scan found has no ride"
    raise AssertionError(msg)


def _find_exit(search: _PairSearch, ride: int, goal_s: int) -> tuple[int, int]:
    """Return the connection of a trip to get off to arrive in time, and the departure after it.

    Getting off for the destination (departure -1) is preferred to a change. (-1, -1): the trip does
    not lead there in time.
    """
    connections, departures, changes, _ = search.prepared
    # Follow the trip to where one gets off for the destination; remember the first change in time.
    egress = search.transit.egress.set_index("place")["seconds"]
    best = (-1, -1)
    while ride >= 0:
        stop, now = int(connections.to_stop[ride]), int(connections.arrival_s[ride])
        if connections.alights[ride]:
            if stop in egress.index and now + int(egress[stop]) == goal_s:
                return ride, -1
            # Only departures from which the goal is still reached on time are worth waiting for.
            ahead = (
                first_departure(
                    departures.start, departures.seconds, changes.to[j], now + changes.seconds[j]
                )
                for j in range(changes.start[stop], changes.start[stop + 1])
            )
            leads = [caught for caught in ahead if search.arrivals[caught] == goal_s]
            if leads and best[0] < 0:
                best = (ride, leads[0])
        ride = int(search.onward[ride])
    return best


def _connections_between(search: _PairSearch, ride: int, off: int) -> list[int]:
    """Return the connections of one trip from `ride` to `off`, both included."""
    taken = [ride]
    while taken[-1] != off:
        taken.append(int(search.onward[taken[-1]]))
    return taken


def _describe_leg(router: TransitRouter, leg: Leg) -> tuple[str, str, str, str, str, str, float]:
    """Return a leg as texts and minutes: all of `COLUMNS` after the number."""
    names = router.timetable.stops["name"]
    ends = ["" if stop == _DOOR else str(names.iloc[stop]) for stop in (leg.from_stop, leg.to_stop)]
    minutes = (leg.arrives_s - leg.departs_s) / 60
    routes = router.timetable.routes.iloc[router.timetable.calls["route"].iloc[list(leg.calls)]]
    route = "; ".join(dict.fromkeys(routes))  # several where a vehicle runs on as another
    times = _clock(leg.departs_s), _clock(leg.arrives_s)
    return leg.kind, route, ends[0], ends[1], *times, minutes


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}:{seconds % 60:02}"


def _places_passed(
    router: TransitRouter, leg: Leg, doors: list[BaseGeometry]
) -> list[BaseGeometry]:
    """Return the stops of a leg and its doors; a door may be several entrances (a MultiPoint)."""
    points = router.timetable.stops.geometry
    ends = (leg.from_stop, leg.to_stop)
    passed = leg.stops or ends
    return [
        doors[side] if stop == _DOOR else points.iloc[stop]
        for side, stop in zip(
            np.linspace(0, 1, len(passed)).round().astype(int), passed, strict=True
        )
    ]


def _straight_line(passed: list[BaseGeometry]) -> shapely.LineString:
    """Return a line from place to place; of several entrances it uses the nearest."""
    places = list(passed)
    for end, beside in ((0, 1), (-1, -2)):
        places[end], _ = nearest_points(places[end], places[beside])
    return shapely.LineString(shapely.get_coordinates(places))


def _along_streets(
    streets: RoadNetwork | None, on_foot: np.ndarray, passed: list[list[BaseGeometry]]
) -> list[shapely.LineString]:
    """Return the lines of legs: walks along streets, where there are any and the ends are apart."""
    lines = [_straight_line(places) for places in passed]
    moved = [int(i) for i in np.flatnonzero(on_foot) if lines[int(i)].length > 0]
    if streets is None or not moved:
        return lines
    # Walks follow the streets where these have a way; elsewhere they stay straight lines.
    ends = [gpd.GeoSeries([passed[i][end] for i in moved], crs=BNG) for end in (0, -1)]
    found = find_routes(streets, *ends, period=streets.info.periods[0]).geometry
    for i, line in zip(moved, found, strict=True):
        if isinstance(line, shapely.LineString):
            lines[i] = line
    return lines
