"""Edge effects: journeys near the edge of the road map that could be faster by roads beyond it."""

import math
from dataclasses import replace
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from llrgeo.arrays import Bools, Floats
from llrgeo.roads.coverage import NEAR_M, near_boundary
from llrgeo.roads.network import RoadNetwork
from llrgeo.schema import BNG, name_some
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.search.engines import journey_keys
from llrgeo.travel.search.graph import MS_PER_MIN, unpack
from llrgeo.travel.times import TravelTimes

_FAST_SHARE: Final = 0.99  # a few metres of edges are timed too fast by rounding


def find_edge_effects(
    router: NetworkRouter,
    times: TravelTimes,
    origins: gpd.GeoSeries,
    destinations: gpd.GeoSeries,
    *,
    longest_min: float = math.inf,
) -> pd.DataFrame:
    """Return which journeys could be faster by a road beyond the edge of the map.

    Such a journey comes within 2 km of the edge on each of its fastest ways, and takes longer than
    the shortest conceivable way out of the map and back: a journey in the middle of a large map is
    not among them.

    Parameters
    ----------
    router
        What computed the times.
    times
        Its minutes from the origins to the destinations.
    origins, destinations
        The same points.
    longest_min
        Longer journeys are checked only if they are to an origin's nearest destination.

    Returns
    -------
    pandas.DataFrame
        Booleans, shaped as the minutes; False where a site cannot be reached.
    """
    minutes = times.minutes
    near = near_boundary(router.network)
    found = np.zeros(minutes.shape, dtype=bool)
    doubted = found
    if near.any():
        # A way beyond the boundary leaves the land that the map covers and comes back, so it is at
        # least as long as the straight lines from the origin to the boundary and from there to the
        # destination.
        least = minutes_beyond(router.network, times.period, origins, destinations)
        counted = np.isfinite(minutes) & _short_or_nearest(minutes, longest_min)
        doubted = ((minutes > least) & counted).to_numpy()
    # A search costs time for each destination: only rows and columns in doubt are computed again.
    rows, columns = np.flatnonzero(doubted.any(axis=1)), np.flatnonzero(doubted.any(axis=0))
    if rows.size:
        block = np.ix_(rows, columns)
        known = np.where(doubted, minutes, -np.inf)[block]
        ends = gpd.GeoSeries(origins.iloc[rows]), gpd.GeoSeries(destinations.iloc[columns])
        found[block] = _longer_near_boundary(router, times.period, ends, near, known)
    return pd.DataFrame(found & doubted, minutes.index, minutes.columns)


def _longer_near_boundary(
    router: NetworkRouter,
    period: str,
    ends: tuple[gpd.GeoSeries, gpd.GeoSeries],
    near: Bools,
    known_min: Floats,
) -> Bools:
    """Return which journeys take longer than `known_min` when the edges `near` take twice as long.

    Such a journey uses one of them on each of its fastest ways. `ends` are origins and
    destinations; the result has shape (origins, destinations).
    """
    ms = router.network.weights_ms(period)
    slowed = router.retimed(period, np.where(near, 2 * ms, ms))
    # Journeys longer than the longest known one need no exact time: they did become longer.
    limit_min = float(known_min.max()) + 1
    plan = replace(router.search_plan(period), limit_min=limit_min, hierarchy=None)
    again_min, _ = unpack(journey_keys(slowed.build_request(*ends, period), plan))
    longer: Bools = again_min > known_min
    return longer


def minutes_beyond(
    network: RoadNetwork, period: str, origins: gpd.GeoSeries, destinations: gpd.GeoSeries
) -> pd.DataFrame:
    """Return a lower bound in minutes of a way beyond the boundary of the map, for each pair.

    Parameters
    ----------
    network
        A network whose boundary is known.
    period
        Which of its times count.
    origins, destinations
        Points in any declared CRS.

    Returns
    -------
    pandas.DataFrame
        Origins by destinations: the straight lines to the boundary and back, and no shorter than
        the straight line between the two, at the speed that 99 % of the map's kilometres do not
        exceed.
    """
    boundary = shapely.from_wkt(network.info.extent).boundary
    starts, ends = (points.to_crs(BNG) for points in (origins, destinations))
    out, back = starts.distance(boundary).to_numpy(), ends.distance(boundary).to_numpy()
    across = np.column_stack([starts.distance(point).to_numpy() for point in ends])
    least_m = np.maximum(out[:, None] + back[None, :], across)
    minutes = least_m / _fastest_m_per_min(network, period)
    return pd.DataFrame(minutes, origins.index, destinations.index)


def _fastest_m_per_min(network: RoadNetwork, period: str) -> float:
    """Return the speed (m/min) that 99 % of the kilometres of the map's roads do not exceed."""
    edges = network.edges
    driven = edges[(edges["length_m"] > 0) & (edges[f"ms_{period}"] > 0)]
    speed = driven["length_m"] / (driven[f"ms_{period}"] / MS_PER_MIN)
    order = np.argsort(speed.to_numpy(), kind="stable")
    cumulated_m = driven["length_m"].to_numpy()[order].cumsum()
    place = int(np.searchsorted(cumulated_m, _FAST_SHARE * cumulated_m[-1]))
    return float(speed.to_numpy()[order][min(place, len(order) - 1)])


def edge_effects_note(
    times: TravelTimes, near: pd.DataFrame, least: pd.DataFrame, *, longest_min: float
) -> str:
    """Return a sentence on how many journeys could change, and by how much at most; blank if none.

    Only journeys of at most `longest_min` minutes count, and each area's to its nearest site.

    Parameters
    ----------
    times
        The minutes.
    near
        Which journeys could be faster beyond the map, as `find_edge_effects` returns.
    least
        The least minutes of a way beyond it, as `minutes_beyond` returns.
    longest_min
        The longest minutes by which people are counted.
    """
    # Only journeys that can change a figure: within the longest threshold, or the area's nearest.
    minutes = times.minutes
    matter = _short_or_nearest(minutes, longest_min)
    found = near & matter
    if not found.to_numpy().any():
        return ""
    areas, sites = found.index[found.any(axis=1)], found.columns[found.any()]
    gain = float(np.nanmax((minutes - least).where(found).to_numpy()))
    return (
        f"{found.to_numpy().sum():,} of {matter.to_numpy().sum():,} journeys come within "
        f"{NEAR_M / 1_000:g} km of where the road map ends (areas {name_some(areas)}; sites "
        f"{name_some(sites)}) and could be shorter by a road beyond it, by at most {gain:.1f} "
        "minutes. To be sure, build the network from extracts that reach farther; where the sea "
        "is, no road is missing."
    )


def _short_or_nearest(minutes: pd.DataFrame, longest_min: float) -> pd.DataFrame:
    """Return which journeys take at most `longest_min`, or are to the nearest site reached."""
    nearest = minutes.eq(minutes.min(axis=1), axis="index") & np.isfinite(minutes)
    return minutes.le(longest_min) | nearest
