"""Routers that ask a routing server that the user runs: OSRM or Valhalla, over HTTP.

These servers know no periods: their times are those of the speeds they were built with, and the
period that a matrix is said to be of is the user's statement.
"""

import http.client
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.errors import RoutingError
from llrgeo.schema import WGS84, Track
from llrgeo.travel.times import TravelTimes

Places = list[tuple[float, float]]
"""Longitude and latitude of points."""

Answer = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Seconds and kilometres from every start (row) to every end (column), NaN where unreachable."""

_OSRM_PROFILES: Final = {"car": "car", "walk": "foot", "cycle": "bike"}
_VALHALLA_COSTINGS: Final = {"car": "auto", "walk": "pedestrian", "cycle": "bicycle"}


@dataclass(frozen=True, slots=True)
class OsrmRouter:
    """Times by the table service of an OSRM server.

    Attributes
    ----------
    url
        Where the server listens, such as `http://localhost:5000`.
    points_at_once
        Points a request may have; the server's `--max-table-size`, by default 100.
    timeout_s
        Seconds to wait for an answer.
    """

    url: str
    points_at_once: int = 100
    timeout_s: float = 60.0

    def travel_times(
        self,
        origins: gpd.GeoSeries,
        destinations: gpd.GeoSeries,
        *,
        mode: str,
        period: str,
        track: Track = iter,
    ) -> TravelTimes:
        """Return the minutes and kilometres from every origin to every destination.

        Raises
        ------
        RoutingError
            If the server cannot be reached, refuses or answers something else; the message has
            its words.
        """
        profile = _of_mode(_OSRM_PROFILES, mode)

        def ask(starts: Places, ends: Places) -> Answer:
            points = ";".join(f"{lon:.6f},{lat:.6f}" for lon, lat in starts + ends)
            numbers = [str(number) for number in range(len(starts) + len(ends))]
            sources, targets = ";".join(numbers[: len(starts)]), ";".join(numbers[len(starts) :])
            query = f"sources={sources}&destinations={targets}&annotations=duration,distance"
            address = f"{self.url}/table/v1/{profile}/{points}?{query}"
            request = Request(address)  # noqa: S310 (the user's own server)
            answer = _fetch(request, self.timeout_s)
            seconds, metres = answer["durations"], answer["distances"]
            return np.array(seconds, dtype=float), np.array(metres, dtype=float) / 1_000

        minutes, km = _in_blocks(ask, (origins, destinations), self.points_at_once // 2, track)
        engine = f"OSRM at {self.url}"
        return TravelTimes(minutes, mode, period, engine, distance_km=km)


@dataclass(frozen=True, slots=True)
class ValhallaRouter:
    """Times by the matrix service of a Valhalla server.

    Attributes
    ----------
    url
        Where the server listens, such as `http://localhost:8002`.
    points_at_once
        Points a request may have on each side; the server's `max_matrix_location_pairs` is by
        default the square of the default.
    timeout_s
        Seconds to wait for an answer.
    """

    url: str
    points_at_once: int = 50
    timeout_s: float = 60.0

    def travel_times(
        self,
        origins: gpd.GeoSeries,
        destinations: gpd.GeoSeries,
        *,
        mode: str,
        period: str,
        track: Track = iter,
    ) -> TravelTimes:
        """Return the minutes and kilometres from every origin to every destination.

        Raises
        ------
        RoutingError
            If the server cannot be reached, refuses or answers something else; the message has
            its words.
        """
        costing = _of_mode(_VALHALLA_COSTINGS, mode)

        def ask(starts: Places, ends: Places) -> Answer:
            sources, targets = (
                [{"lon": round(lon, 6), "lat": round(lat, 6)} for lon, lat in places]
                for places in (starts, ends)
            )
            body = {"sources": sources, "targets": targets, "costing": costing}
            request = Request(  # noqa: S310 (the user's own server)
                f"{self.url}/sources_to_targets",
                data=json.dumps(body | {"units": "kilometers"}).encode(),
                headers={"Content-Type": "application/json"},
            )
            cells = _fetch(request, self.timeout_s)["sources_to_targets"]
            seconds, km = (
                np.array([[cell[name] for cell in row] for row in cells], dtype=float)
                for name in ("time", "distance")
            )
            return seconds, km

        minutes, km = _in_blocks(ask, (origins, destinations), self.points_at_once, track)
        engine = f"Valhalla at {self.url}"
        return TravelTimes(minutes, mode, period, engine, distance_km=km)


def _of_mode(names: dict[str, str], mode: str) -> str:
    if mode not in names:
        msg = f"routing servers are asked for {', '.join(names)}, not '{mode}'"
        raise RoutingError(msg)
    return names[mode]


def _in_blocks(
    ask: Callable[[Places, Places], Answer],
    points: tuple[gpd.GeoSeries, gpd.GeoSeries],
    at_once: int,
    track: Track,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ask for a matrix block by block; return minutes and kilometres, infinite if unreachable."""
    degrees = [side.to_crs(WGS84) for side in points]
    starts, ends = (list(zip(side.x, side.y, strict=True)) for side in degrees)
    seconds, km = np.full((2, len(starts), len(ends)), np.inf)
    for i in track(range(0, len(starts), at_once)):
        for j in range(0, len(ends), at_once):
            rows, columns = slice(i, i + at_once), slice(j, j + at_once)
            wanted = starts[rows], ends[columns]
            try:
                found = ask(*wanted)
            except (KeyError, TypeError, ValueError) as error:
                msg = f"the routing server answered what is not a table ({error!r})"
                raise RoutingError(msg) from error
            for table, part in zip((seconds, km), found, strict=True):
                if part.shape != (len(wanted[0]), len(wanted[1])):
                    msg = f"the routing server answered a table of {part.shape}"
                    raise RoutingError(msg)
                table[rows, columns] = np.where(np.isnan(part), np.inf, part)
    axes = points[0].index.rename("area_id"), points[1].index.rename("site_id")
    return pd.DataFrame(seconds / 60, *axes), pd.DataFrame(km, *axes)


def _fetch(request: Request, timeout_s: float) -> dict[str, Any]:
    """Return a server's answer as read from JSON."""
    where = f"{request.type}://{request.host}"
    try:
        with urlopen(request, timeout=timeout_s) as response:  # noqa: S310 (the user's own server)
            answer: dict[str, Any] = json.load(response)
            return answer
    except HTTPError as error:
        with error:
            words = error.read().decode("utf-8", errors="replace")[:200]
        msg = f"the routing server at {where} refused: {error.code} {words}"
        raise RoutingError(msg) from error
    except (URLError, TimeoutError, http.client.HTTPException) as error:
        msg = f"no routing server answers at {where} ({error}). Is it running?"
        raise RoutingError(msg) from error
