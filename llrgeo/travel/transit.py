"""Journeys by public transport: door to door, by the timetable of one day.

A journey is a walk to a stop, rides with changes (on foot between stops where need be), and a walk
from a stop; or all on foot where that is faster. Its minutes run from the moment of leaving, so a
wait at the first stop counts. How long that is depends on when one leaves: the time of a pair is
the median over departures spread evenly over a window, as in Conway, Byrd and van der Linden,
"Evidence-based transit and land use sketch planning using interactive accessibility methods on
combined schedule and headway-based networks", Transportation Research Record 2653, 2017. All is
counted in whole seconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.errors import RoutingError
from llrgeo.inputs.gtfs import Timetable
from llrgeo.modes import WALK_KPH
from llrgeo.roads.network import RoadNetwork
from llrgeo.schema import Track
from llrgeo.travel.compiled import NO_WAY
from llrgeo.travel.connection_scan import Rides, Walks, Ways, journeys_from
from llrgeo.travel.departures import MODE, TransitRules
from llrgeo.travel.graph import IntArray
from llrgeo.travel.routers import NetworkRouter, StraightLineRouter
from llrgeo.travel.times import Router, TravelTimes

# Along the embedded streets 1.44, the median of 11,993 walks of 200 to 1,230 m (to postcodes).
DETOUR_FACTOR: Final = 1.4
_PAIRS_AT_ONCE: Final = 10_000_000  # bounds the memory: about 30 bytes a pair


@dataclass(frozen=True)
class TransitRouter:
    """Median times by public transport and on foot.

    Attributes
    ----------
    timetable
        What runs.
    rules
        When and how people travel.
    streets
        A network for walking; without one people walk in straight lines at 4.8 km/h, made longer
        by `DETOUR_FACTOR`.

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

        The period is the window in letters. Of an even number of departures the longer of the
        two times in the middle counts.

        Raises
        ------
        RoutingError
            If the mode is not `transit` or the period is not the window.
        """
        if (mode, period) != (MODE, self.rules.period):
            msg = f"the timetable is for {MODE} {self.rules.period}, not {mode} {period}"
            raise RoutingError(msg)
        middle = len(self.rules.departures_s) // 2
        seconds = np.full((len(origins), len(destinations)), NO_WAY)
        for row, found in enumerate(self.journeys_s(origins, destinations, track=track)):
            seconds[row] = np.sort(found, axis=0)[middle]
        minutes = np.where(seconds < NO_WAY, seconds / 60, np.inf)
        axes = (origins.index.rename("area_id"), destinations.index.rename("site_id"))
        return TravelTimes(
            pd.DataFrame(minutes, *axes),
            mode,
            period,
            "timetable",
            error_note=self.note,
            source=self.streets.info.credit if self.streets else "",
        )

    def journeys_s(
        self, origins: gpd.GeoSeries, destinations: gpd.GeoSeries, *, track: Track = iter
    ) -> Iterator[IntArray]:
        """Yield for each origin the seconds of journeys, departures (rows) by destinations.

        `NO_WAY` where there is no journey within the limit.
        """
        departures_s, stops = self.rules.departures_s, self.timetable.stops
        limit_s = round(self.rules.max_journey_min * 60)
        ways = Ways(
            self._rides,
            _walks(self._legs(origins, stops), len(origins)),
            self._changes,
            _walks(self._legs(stops, destinations), len(stops)),
            self.timetable.calls["trip"].nunique(),
        )
        on_foot_s = self._on_foot_s(origins, destinations, self.rules.max_journey_min)
        for origin in track(range(len(origins))):
            found = np.tile(on_foot_s[origin], (len(departures_s), 1))
            journeys_from(ways, origin, departures_s, limit_s, found)
            yield np.where(found <= limit_s, found, NO_WAY)

    @property
    def note(self) -> str:
        """What the times stand for and leave out, in plain words."""
        date = self.timetable.date
        walks = "streets" if self.streets else f"straight lines, {DETOUR_FACTOR} times as long"
        return (
            f"By the timetable of {date:%A} {date.day} {date:%B %Y}, with walks along {walks}; "
            "late and cancelled services are not in the times. Not measured."
        )

    @cached_property
    def _rides(self) -> Rides:
        calls = self.timetable.calls
        trip = calls["trip"].to_numpy()
        rows = np.flatnonzero(trip[:-1] == trip[1:])
        # Stable: rides of a trip that leave at one time, at stops close together, keep their order.
        rows = rows[np.argsort(calls["departure_s"].to_numpy()[rows], kind="stable")]
        here, there = calls.iloc[rows], calls.iloc[rows + 1]
        return Rides(
            trip[rows],
            here["stop"].to_numpy(),
            there["stop"].to_numpy(),
            here["departure_s"].to_numpy(),
            there["arrival_s"].to_numpy(),
            here["boards"].to_numpy(),
            there["alights"].to_numpy(),
        )

    @cached_property
    def _changes(self) -> Walks:
        """Seconds from getting off to getting on; what the feed states comes before the rest."""
        stops, change_s = self.timetable.stops, round(self.rules.change_min * 60)
        stated = self.timetable.transfers.set_axis(["place", "to", "seconds"], axis="columns")
        numbers = np.arange(len(stops))
        same_stop = pd.DataFrame({"place": numbers, "to": numbers, "seconds": change_s})
        walks = self._legs(stops, stops)
        walks["seconds"] += change_s
        table = pd.concat([stated, same_stop, walks]).drop_duplicates(["place", "to"])
        table = table[table["seconds"] < np.inf]
        # A second at least: the scan counts on changes to rides that stand later in their order.
        return _walks(table.assign(seconds=table["seconds"].clip(lower=1)), len(stops))

    def _legs(self, places: gpd.GeoSeries, others: gpd.GeoSeries) -> pd.DataFrame:
        """List the walks within the longest one: `place`, `to` (row numbers) and `seconds`."""
        block = max(1, _PAIRS_AT_ONCE // max(1, len(places)))
        parts = []
        for first in range(0, len(others), block):
            some = gpd.GeoSeries(others.iloc[first : first + block])
            found = self._on_foot_s(places, some, self.rules.max_walk_min)
            place, to = np.nonzero(found < NO_WAY)
            seconds = found[place, to]
            parts.append(pd.DataFrame({"place": place, "to": first + to, "seconds": seconds}))
        return pd.concat(parts)

    def _on_foot_s(
        self, places: gpd.GeoSeries, others: gpd.GeoSeries, limit_min: float
    ) -> IntArray:
        """Return the seconds on foot from places (rows) to others, `NO_WAY` beyond the limit."""
        router: Router = StraightLineRouter(WALK_KPH, DETOUR_FACTOR)
        period = ""
        if self.streets is not None:
            # Walks are short: searches that end at the limit beat a hierarchy of all streets.
            router = NetworkRouter(self.streets, limit_min=limit_min, engine="chains")
            period = self.streets.info.periods[0]
        times = router.travel_times(places, others, mode="walk", period=period)
        seconds = np.rint(times.minutes.to_numpy() * 60)
        return np.where(seconds <= limit_min * 60, seconds, NO_WAY).astype(np.int64)


def _walks(legs: pd.DataFrame, places: int) -> Walks:
    """Sort walks by the place that they start from."""
    legs = legs.sort_values(["place", "to"])
    count = np.bincount(legs["place"].to_numpy(np.int64), minlength=places)
    return Walks(
        np.concatenate([[0], np.cumsum(count)]),
        legs["to"].to_numpy(np.int64),
        legs["seconds"].to_numpy(np.int64),
    )
