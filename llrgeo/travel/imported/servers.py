"""Routers over HTTP: the matrix service of an OSRM or Valhalla server that the user runs.

These servers have no periods: their times follow from the speeds that they were built with. The
period of a matrix is whatever the user states.
"""

import http.client
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.arrays import Floats
from llrgeo.errors import RoutingError
from llrgeo.inputs.entrances import each_entrance
from llrgeo.schema import WGS84, Track
from llrgeo.travel.times import TravelTimes

LonLats = list[tuple[float, float]]
"""Longitude and latitude of points."""

ServerMatrix = tuple[Floats, Floats]
"""Seconds and kilometres from every start (row) to every end (column), NaN where unreachable."""


@dataclass(frozen=True, slots=True)
class _ServerRouter(ABC):
    """Times by a routing server, requested block by block.

    Attributes
    ----------
    url
        Where the server listens, such as `http://localhost:5000`.
    points_at_once
        Points on each side of a request.
    timeout_s
        Seconds to wait for an answer.
    """

    url: str
    points_at_once: int = 50
    timeout_s: float = 60.0

    server: ClassVar[str]
    modes: ClassVar[dict[str, str]]
    """What the server calls our modes."""

    @abstractmethod
    def request_block(self, starts: LonLats, ends: LonLats, mode: str) -> ServerMatrix:
        """Request one block; `mode` is the server's name for it.

        Returns
        -------
        tuple of arrays
            Seconds and kilometres, shape (starts, ends); NaN where there is no journey.
        """

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
            If the server cannot be reached, refuses or answers something else; the message quotes
            its answer.
        """
        if mode not in self.modes:
            msg = f"routing servers compute {', '.join(self.modes)}, not '{mode}'"
            raise RoutingError(msg)
        # A place with several entrances (a MultiPoint) is asked for at each of them.
        entrances = [each_entrance(side.to_crs(WGS84)) for side in (origins, destinations)]
        starts, ends = (list(zip(side.x, side.y, strict=True)) for side, _ in entrances)
        # In blocks of origins by destinations, because servers limit the points of a request; a
        # pair that no answer fills in stays unreachable.
        seconds, km = np.full((2, len(starts), len(ends)), np.inf)
        for i in track(range(0, len(starts), self.points_at_once)):
            for j in range(0, len(ends), self.points_at_once):
                block = slice(i, i + self.points_at_once), slice(j, j + self.points_at_once)
                found = self._block(starts[block[0]], ends[block[1]], self.modes[mode])
                for table, part in zip((seconds, km), found, strict=True):
                    table[block] = np.where(np.isnan(part), np.inf, part)
        seconds, km = _best_of_entrances(
            seconds, km, *(pd.Index(places) for _, places in entrances)
        )
        axes = origins.index.rename("area_id"), destinations.index.rename("site_id")
        return TravelTimes(
            pd.DataFrame(seconds / 60, *axes),
            mode,
            period,
            f"{self.server} at {self.url}",
            distance_km=pd.DataFrame(km, *axes),
        )

    def _block(self, starts: LonLats, ends: LonLats, mode: str) -> ServerMatrix:
        """Request one block and check its shape."""
        try:
            # An answer that is not a table of the right shape is reported as the server's fault.
            found = self.request_block(starts, ends, mode)
        except (KeyError, TypeError, ValueError) as error:
            msg = f"the routing server answered what is not a table ({error!r})"
            raise RoutingError(msg) from error
        for part in found:
            if part.shape != (len(starts), len(ends)):
                msg = f"the routing server answered a table of {part.shape}"
                raise RoutingError(msg)
        return found


def _best_of_entrances(
    seconds: Floats, km: Floats, of_start: pd.Index, of_end: pd.Index
) -> ServerMatrix:
    """Return the quickest journey of each pair of places, from a table of their entrances."""
    if of_start.is_unique and of_end.is_unique:
        return seconds, km
    between = pd.MultiIndex.from_product([of_start, of_end])
    listed = pd.DataFrame({"s": seconds.ravel(), "km": km.ravel()}, between)
    best = listed.sort_values("s", kind="stable")
    best = best[~best.index.duplicated()].sort_index()
    shape = of_start.nunique(), of_end.nunique()
    return best["s"].to_numpy().reshape(shape), best["km"].to_numpy().reshape(shape)


@dataclass(frozen=True, slots=True)
class OsrmRouter(_ServerRouter):
    """Times by the table service of an OSRM server.

    A request may have as many points, both sides together, as the server's `--max-table-size`
    says: by default 100.

    Examples
    --------
    >>> router = llrgeo.OsrmRouter("http://localhost:5000", points_at_once=40)
    >>> router.modes["walk"]  # what the server calls it
    'foot'
    """

    server: ClassVar[str] = "OSRM"
    modes: ClassVar[dict[str, str]] = {"car": "car", "walk": "foot", "cycle": "bike"}

    def request_block(self, starts: LonLats, ends: LonLats, mode: str) -> ServerMatrix:
        """Request one block; `mode` is the server's name for it."""
        # All points in one list, starts first; then which of them are sources and destinations.
        points = ";".join(f"{lon:.6f},{lat:.6f}" for lon, lat in starts + ends)
        numbers = [str(number) for number in range(len(starts) + len(ends))]
        sources, targets = ";".join(numbers[: len(starts)]), ";".join(numbers[len(starts) :])
        query = f"sources={sources}&destinations={targets}&annotations=duration,distance"
        url = f"{self.url}/table/v1/{mode}/{points}?{query}"
        answer = _fetch(url, self.timeout_s)
        seconds, metres = answer["durations"], answer["distances"]
        return np.array(seconds, dtype=float), np.array(metres, dtype=float) / 1_000


@dataclass(frozen=True, slots=True)
class ValhallaRouter(_ServerRouter):
    """Times by the matrix service of a Valhalla server.

    The server's `max_matrix_location_pairs` is by default the square of 50 points on each side.

    Examples
    --------
    >>> router = llrgeo.ValhallaRouter("http://localhost:8002")
    >>> router.modes["walk"]  # what the server calls it
    'pedestrian'
    """

    server: ClassVar[str] = "Valhalla"
    modes: ClassVar[dict[str, str]] = {"car": "auto", "walk": "pedestrian", "cycle": "bicycle"}

    def request_block(self, starts: LonLats, ends: LonLats, mode: str) -> ServerMatrix:
        """Request one block; `mode` is the server's name for it."""
        sources, targets = (
            [{"lon": round(lon, 6), "lat": round(lat, 6)} for lon, lat in places]
            for places in (starts, ends)
        )
        body = {"sources": sources, "targets": targets, "costing": mode, "units": "kilometers"}
        url = f"{self.url}/sources_to_targets"
        cells = _fetch(url, self.timeout_s, json.dumps(body).encode())["sources_to_targets"]
        seconds, km = (
            np.array([[cell[name] for cell in row] for row in cells], dtype=float)
            for name in ("time", "distance")
        )
        return seconds, km


def _fetch(url: str, timeout_s: float, body: bytes | None = None) -> dict[str, Any]:
    """Return a server's answer as read from JSON; `body`, if there is one, is JSON to post."""
    headers = {} if body is None else {"Content-Type": "application/json"}
    request = Request(url, body, headers)  # noqa: S310 (the user's own server)
    where = f"{request.type}://{request.host}"
    try:
        with urlopen(request, timeout=timeout_s) as response:  # noqa: S310 (the user's own server)
            answer: dict[str, Any] = json.load(response)
            return answer
    # A refusal gives its reason in the body; its beginning is enough.
    except HTTPError as error:
        with error:
            words = error.read().decode("utf-8", errors="replace")[:200]
        msg = f"the routing server at {where} refused: {error.code} {words}"
        raise RoutingError(msg) from error
    except (URLError, TimeoutError, http.client.HTTPException) as error:
        msg = f"no routing server answers at {where} ({error}). Is it running?"
        raise RoutingError(msg) from error
