"""The roads on which the explorer computes journeys from a reader's own postcode."""

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.execution.computed_once import computed_once
from llrgeo.inputs.entrances import places_of_arrival
from llrgeo.publish.planning import OwnRoads, PageNetwork
from llrgeo.roads.packed import why_not_packed
from llrgeo.roads.part import part_of
from llrgeo.schema import BNG
from llrgeo.study.inputs import StudyInputs
from llrgeo.study.planning import MOST_EDGES, page_network
from llrgeo.study.routers import study_periods
from llrgeo.study.times import calibration_of
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.routes.used_roads import roads_in_use


@computed_once
def build_own_roads(inputs: StudyInputs) -> OwnRoads | None:
    """Return the roads and postcodes for the explorer; None where it cannot route from postcodes.

    Journeys are in the mode that options are judged by, and in all of its periods. The study's
    routers are kept until pages are made, unless they are large.
    """
    mode, inside = inputs.study.modes[0], _postcodes_inside(inputs)
    network = None if inside.empty else used_network(inputs)
    if network is None:
        return None
    return OwnRoads(
        network=network,
        mode=mode,
        calibration=calibration_of(inputs.study, mode),
        postcodes=inside,
        arrivals=places_of_arrival(inputs.sites, mode),
    )


@computed_once
def used_network(inputs: StudyInputs) -> PageNetwork | None:
    """Return the roads of journeys from the study's postcodes and areas; None without a router."""
    mode = inputs.study.modes[0]
    router = vars(inputs).get("routers", {}).get(mode)
    if not isinstance(router, NetworkRouter):
        return None
    if len(router.network.edges) > MOST_EDGES or why_not_packed(router.network):
        return None
    periods = study_periods(inputs.study, mode)
    arrivals = places_of_arrival(inputs.sites, mode)
    # Journeys start at postcodes, and at the centroids of areas.
    homes = _homes(_postcodes_inside(inputs), inputs.areas)
    used = roads_in_use(router, homes, arrivals, periods=periods)
    part = part_of(router.snapping, used, periods)
    return page_network(part.network, part)


def _postcodes_inside(inputs: StudyInputs) -> pd.DataFrame:
    """Return the postcodes that lie in the study's areas."""
    known = inputs.directory
    return known[known["area_id"].isin(inputs.areas.index)]


def _homes(postcodes: pd.DataFrame, areas: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return the points of postcodes, each once, and of areas."""
    places = postcodes[["easting", "northing"]].drop_duplicates()
    points = gpd.GeoSeries(gpd.points_from_xy(places["easting"], places["northing"]), crs=BNG)
    both = np.concatenate([points.to_numpy(), areas.geometry.to_crs(BNG).to_numpy()])
    return gpd.GeoSeries(both, crs=BNG)
