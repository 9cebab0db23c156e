"""Edge effects: journeys near the edge of the road map, beyond which may lie a faster way."""

import dataclasses

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.roads.coverage import NEAR_M, near_rim
from llrgeo.schema import name_some
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.times import TravelTimes


def find_edge_effects(
    router: NetworkRouter,
    times: TravelTimes,
    origins: gpd.GeoSeries,
    destinations: gpd.GeoSeries,
) -> pd.DataFrame:
    """Tell which journeys come within 2 km of the edge of the map on every fastest way.

    Parameters
    ----------
    router
        What computed the times.
    times
        Its minutes from the origins to the destinations.
    origins, destinations
        The same points.

    Returns
    -------
    pandas.DataFrame
        Booleans, shaped as the minutes; False where a site cannot be reached.
    """
    network = router.network
    near = near_rim(network)
    if not near.any():
        return times.minutes < 0
    # Roads near the edge are made to take twice as long: a journey that takes longer then uses
    # one of them on each of its fastest ways.
    column = f"ms_{times.period}"
    longer = network.edges[column].where(~near, 2 * network.edges[column])
    edges = network.edges.assign(**{column: longer})
    slowed = dataclasses.replace(router, network=dataclasses.replace(network, edges=edges))
    again = slowed.travel_times(origins, destinations, mode=times.mode, period=times.period)
    return again.minutes > times.minutes


def edge_effects_note(times: TravelTimes, near: pd.DataFrame, *, longest_min: float) -> str:
    """Say which journeys that matter come near the edge of the map; blank where none does.

    Journeys matter that take at most `longest_min` minutes, and from every area the one to its
    nearest site.
    """
    minutes = times.minutes
    nearest = minutes.eq(minutes.min(axis=1), axis="index") & np.isfinite(minutes)
    matter = minutes.le(longest_min) | nearest
    found = near & matter
    if not found.to_numpy().any():
        return ""
    areas, sites = found.index[found.any(axis=1)], found.columns[found.any()]
    return (
        f"{found.to_numpy().sum():,} of {matter.to_numpy().sum():,} journeys come within "
        f"{NEAR_M / 1_000:g} km of where the road map ends (areas {name_some(areas)}; sites "
        f"{name_some(sites)}). A faster way may lie beyond: build the network from extracts that "
        "reach farther."
    )
