"""Journeys by public transport: door to door, by the timetable of one day.

A journey is a walk to a stop, rides with changes (on foot between stops where needed), and a walk
from a stop; or a walk all the way where that is faster. Its minutes run from the moment of leaving,
so a wait at the first stop counts; journeys to an appointment run until that, so a wait at the end
counts. The duration depends on when one leaves: the time of a pair is the median over moments
spread evenly over a window, as in Conway, Byrd and van der Linden, "Evidence-based transit and land
use sketch planning using interactive accessibility methods on combined schedule and headway-based
networks", Transportation Research Record 2653, 2017. All times are whole seconds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.arrays import Ints
from llrgeo.errors import RoutingError
from llrgeo.execution.free_memory import give_back_free_memory
from llrgeo.inputs.gtfs import Timetable
from llrgeo.modes import WALK_KPH
from llrgeo.roads.network import RoadNetwork
from llrgeo.schema import Track
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.search.engines import SearchPlan, journey_keys
from llrgeo.travel.search.graph import unpack
from llrgeo.travel.search.od_matrix import MatrixRequest
from llrgeo.travel.straight_lines import StraightLineRouter
from llrgeo.travel.times import TravelTimes
from llrgeo.travel.transit.connection_scan import (
    NEVER,
    Connections,
    TransitNetwork,
    journey_blocks,
    ordered,
)
from llrgeo.travel.transit.departures import MODE, TransitRules
from llrgeo.travel.transit.footpaths import network_walks, straight_line_walks

# Along the embedded streets 1.44, the median of 11,993 walks of 200 to 1,230 m (to postcodes).
DETOUR_FACTOR: Final = 1.4
PERCENTILES: Final = (10, 50, 90)

_STEP_FREE_FROM: Final = {"any": -1, "unless_refused": 0, "stated": 1}


@dataclass(frozen=True)
class TransitRouter:
    """Median times by public transport and on foot.

    Attributes
    ----------
    timetable
        The timetable of one day.
    rules
        When and how people travel.
    streets
        A network for walking; without one walks are straight lines at 4.8 km/h, lengthened by
        `DETOUR_FACTOR`.

    Examples
    --------
    >>> import datetime as dt, zipfile
    >>> import geopandas as gpd
    >>> from llrgeo.inputs.gtfs import read_timetable
    >>> tables = {
    ...     "stops": ["stop_id,stop_lat,stop_lon", "A,52.6,-1.1", "B,52.6,-1.0"],
    ...     "routes": ["route_id,route_type", "7,3"],
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
    >>> times = router.travel_times(*ends, mode="transit", period="09:35-09:35")
    >>> times.minutes.to_numpy().tolist()  # 5 minutes until the bus leaves, and 15 on it
    [[20.0]]
    """

    timetable: Timetable
    rules: TransitRules
    streets: RoadNetwork | None = None

    def travel_times(
        self,
        origins: gpd.GeoSeries,
        destinations: gpd.GeoSeries,
        *,
        mode: str,
        period: str,
        track: Track = iter,
    ) -> TravelTimes:
        """Return the median minutes from every origin to every destination, without kilometres.

        The period is the window as text (`TransitRules.period`). For an even number of moments the
        longer of the two middle times counts.

        Raises
        ------
        RoutingError
            If the mode is not `transit` or the period is not the window.
        """
        if (mode, period) != (MODE, self.rules.period):
            msg = f"the timetable is for {MODE} {self.rules.period}, not {mode} {period}"
            raise RoutingError(msg)
        # 10th, 50th and 90th percentile over the departures of the window, and the share of
        # departures from which one arrives.
        ranked, share = self._ranked_s(origins, destinations, PERCENTILES, track)
        least, median, most = map(_minutes, ranked)
        axes = (origins.index.rename("area_id"), destinations.index.rename("site_id"))
        return TravelTimes(
            pd.DataFrame(median, *axes),
            mode,
            period,
            "timetable",
            error_note=self.note,
            source=self.streets.info.credit if self.streets else "",
            spread={
                "p10_min": pd.DataFrame(least, *axes),
                "p90_min": pd.DataFrame(most, *axes),
                "share_departures": pd.DataFrame(share, *axes),
            },
        )

    def percentiles(
        self,
        origins: gpd.GeoSeries,
        destinations: gpd.GeoSeries,
        percents: Sequence[int] = PERCENTILES,
        *,
        track: Track = iter,
    ) -> pd.DataFrame:
        """Return how the minutes of each pair vary over the window.

        Returns
        -------
        pandas.DataFrame
            One row a pair, origins in their order: `area_id`, `site_id`, the percentiles `p10_min`,
            `p50_min` (the median, as in the matrix) and `p90_min` (+inf where fewer moments have a
            journey), and `share_departures`, the share (0 to 1) of moments with a journey within
            the limit.
        """
        ranked, share = self._ranked_s(origins, destinations, percents, track)
        pairs = pd.MultiIndex.from_product(
            [origins.index, destinations.index], names=["area_id", "site_id"]
        )
        columns = {
            f"p{percent}_min": _minutes(seconds).ravel()
            for percent, seconds in zip(percents, ranked, strict=True)
        }
        return pd.DataFrame({**columns, "share_departures": share.ravel()}, pairs).reset_index()

    def journeys_s(
        self, origins: gpd.GeoSeries, destinations: gpd.GeoSeries
    ) -> Iterator[tuple[slice, slice, Ints]]:
        """Yield runs of origins and destinations with the seconds of journeys between them.

        The seconds have shape (origins, moments, destinations), `NEVER` where there is no journey
        within the limit.
        """
        moments_s, limit_s = self.rules.departures_s, round(self.rules.max_journey_min * 60)
        transit = self.transit_network(origins, destinations)
        if self.rules.window_of == "departures":
            for part, found in journey_blocks(transit, moments_s, limit_s):
                yield slice(0, len(origins)), part, found
            return
        # To arrive by nine is, backwards in time, to leave the destination at nine.
        for part, found in journey_blocks(transit.reversed(), -moments_s, limit_s):
            yield part, slice(0, len(destinations)), found.transpose(2, 1, 0)

    def transit_network(
        self, origins: gpd.GeoSeries, destinations: gpd.GeoSeries
    ) -> TransitNetwork:
        """Return the connections and walks for journeys between some places."""
        # Stops at one place share their walks: these are computed once, then copied to each stop.
        points, number = self._stop_points
        network = TransitNetwork(
            self._connections,
            _for_all_stops(self._walks(origins, points), "to", number),
            self._changes,
            _for_all_stops(self._walks(points, destinations), "place", number),
            self._on_foot_s(origins, destinations),
            len(self.timetable.stops),
        )
        # Searching walks leaves much free memory; the scan needs as much again.
        give_back_free_memory()
        return network

    @property
    def note(self) -> str:
        """What the times are and what they leave out, in plain words."""
        date = self.timetable.date
        walks = "streets" if self.streets else f"straight lines, {DETOUR_FACTOR} times as long"
        text = (
            f"By the timetable of {date:%A} {date.day} {date:%B %Y}, with walks along {walks}; "
            "late and cancelled services are not in the times. Not measured."
        )
        used = {
            "any": (),
            "unless_refused": ("Vehicles and stops that are stated to have steps are not used.",),
            "stated": ("Only vehicles and stops that are stated to be step-free are used.",),
        }
        faults = (f"{note}." for note in self.timetable.notes)
        return " ".join([text, *used[self.rules.step_free], *faults])

    def _ranked_s(
        self,
        origins: gpd.GeoSeries,
        destinations: gpd.GeoSeries,
        percents: Sequence[int],
        track: Track,
    ) -> tuple[Ints, np.ndarray]:
        """Return seconds, shape (percentiles, origins, destinations), and shares with a journey."""
        count = len(self.rules.departures_s)
        # A percentile is a journey that exists: the value of that rank, never one between two.
        ranks = [min(percent * count // 100, count - 1) for percent in percents]
        shape = (len(origins), len(destinations))
        ranked, share = np.full((len(ranks), *shape), NEVER), np.zeros(shape)
        # A block takes less than a second, so progress has one step for all.
        for _ in track(range(1)):
            for rows, columns, found in self.journeys_s(origins, destinations):
                ranked[:, rows, columns] = np.sort(found, axis=1)[:, ranks].transpose(1, 0, 2)
                share[rows, columns] = (found < NEVER).mean(axis=1)
        return ranked, share

    @cached_property
    def _connections(self) -> Connections:
        calls = self.timetable.calls
        usable = calls["step_free"].to_numpy() >= _STEP_FREE_FROM[self.rules.step_free]
        trip, stop = calls["trip"].to_numpy(), calls["stop"].to_numpy()
        # Calls of one trip are in order: a connection leads from each call to the next.
        here = np.flatnonzero(trip[:-1] == trip[1:])
        there = here + 1
        return ordered(
            Connections(
                trip[here],
                stop[here],
                stop[there],
                calls["departure_s"].to_numpy()[here],
                calls["arrival_s"].to_numpy()[there],
                (calls["boards"].to_numpy() & usable)[here],
                (calls["alights"].to_numpy() & usable)[there],
                here.astype(np.int32),
            )
        )

    @cached_property
    def _stop_points(self) -> tuple[gpd.GeoSeries, Ints]:
        """The points of stops, each once, and the number of each stop's point."""
        points = self.timetable.stops.geometry
        number, _ = pd.factorize(pd.MultiIndex.from_arrays([points.x, points.y]))
        first = ~pd.Series(number).duplicated().to_numpy()
        return gpd.GeoSeries(points[first]), number.astype(np.int64)

    @cached_property
    def _changes(self) -> pd.DataFrame:
        """Seconds from getting off to getting on; those stated by the feed have precedence."""
        points, number = self._stop_points
        stated = self.timetable.transfers.set_axis(["place", "to", "seconds"], axis="columns")
        walks = self._walks(points, points)
        # Changes between stops at one place take no walk to the street and back.
        here = pd.DataFrame({"place": np.arange(len(points)), "to": np.arange(len(points))})
        walks = pd.concat([here.assign(seconds=0), walks]).drop_duplicates(["place", "to"])
        walks = _for_all_stops(_for_all_stops(walks, "place", number), "to", number)
        walks["seconds"] += round(self.rules.change_min * 60)
        table = pd.concat([stated, walks]).drop_duplicates(["place", "to"])
        # A feed may forbid a change by a time that is never over.
        return table[table["seconds"] < NEVER].astype(np.int32)

    def _walks(self, places: gpd.GeoSeries, others: gpd.GeoSeries) -> pd.DataFrame:
        """List the walks within the longest one: `place`, `to` (row numbers) and `seconds`."""
        limit_min = self.rules.max_walk_min
        if self._street_router is None:
            return straight_line_walks(places, others, _STRAIGHT_WALKS, limit_min=limit_min)
        request = _request(self._street_router, places, others)
        return network_walks(request, limit_min=limit_min)

    def _on_foot_s(self, origins: gpd.GeoSeries, destinations: gpd.GeoSeries) -> Ints:
        """Return the seconds all the way on foot, `NEVER` beyond the longest journey."""
        limit_min = self.rules.max_journey_min
        if self._street_router is None:
            walks = _STRAIGHT_WALKS.travel_times(origins, destinations, mode="walk", period="")
            seconds = np.rint(walks.minutes.to_numpy() * 60)
        else:
            request = _request(self._street_router, origins, destinations)
            seconds = np.rint(
                unpack(journey_keys(request, SearchPlan("chains", limit_min)))[0] * 60
            )
        return np.where(seconds <= limit_min * 60, seconds, NEVER).astype(np.int32)

    @cached_property
    def _street_router(self) -> NetworkRouter | None:
        return None if self.streets is None else NetworkRouter(self.streets)


_STRAIGHT_WALKS: Final = StraightLineRouter(WALK_KPH, DETOUR_FACTOR)


def _request(router: NetworkRouter, places: gpd.GeoSeries, others: gpd.GeoSeries) -> MatrixRequest:
    """Return the request for walks along streets."""
    # The step before leaves much free memory; this one needs as much again.
    give_back_free_memory()
    return router.build_request(places, others, router.network.info.periods[0])


def _minutes(seconds: Ints) -> np.ndarray:
    return np.where(seconds < NEVER, seconds / 60, np.inf)


def _for_all_stops(walks: pd.DataFrame, column: str, number: Ints) -> pd.DataFrame:
    """Replace places by the stops that are there; `number` is the number of each stop's place."""
    stops = pd.DataFrame({column: number, "stop": np.arange(len(number))})
    return walks.merge(stops, on=column).drop(columns=column).rename(columns={"stop": column})
