"""The roads with which the explorer answers for a reader's own postcode."""

from typing import Final

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
from llrgeo.study.planning import page_network
from llrgeo.study.routers import study_periods
from llrgeo.study.times import calibration_of
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.routes.used_roads import roads_in_use

_MOST_EDGES: Final = 500_000  # more would be searched for long, and find no room in a page


@computed_once
def build_own_roads(inputs: StudyInputs) -> OwnRoads | None:
    """Return what the explorer answers for postcodes by; None where it cannot.

    Postcodes are answered in the mode that options are judged by, and in all of its periods. The
    study's routers are held until pages are made, unless they are large.
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
    """Return the roads of journeys from the study's postcodes and areas; None if not held."""
    mode = inputs.study.modes[0]
    router = vars(inputs).get("routers", {}).get(mode)
    if not isinstance(router, NetworkRouter):
        return None
    if len(router.network.edges) > _MOST_EDGES or why_not_packed(router.network):
        return None
    periods = study_periods(inputs.study, mode)
    arrivals = places_of_arrival(inputs.sites, mode)
    # From every place that the page may answer for: postcodes, and the middles of neighbourhoods.
    homes = _homes(_postcodes_inside(inputs), inputs.areas)
    used = roads_in_use(router, homes, arrivals, periods=periods)
    part = part_of(router.snapping, used, periods)
    return page_network(part.network, part)


def _postcodes_inside(inputs: StudyInputs) -> pd.DataFrame:
    """Return the postcodes that lie in the study's areas."""
    known = inputs.directory
    return known[known["area_id"].isin(inputs.areas.index)]


def _homes(postcodes: pd.DataFrame, areas: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return the places of postcodes, each once, and of areas."""
    places = postcodes[["easting", "northing"]].drop_duplicates()
    points = gpd.GeoSeries(gpd.points_from_xy(places["easting"], places["northing"]), crs=BNG)
    both = np.concatenate([points.to_numpy(), areas.geometry.to_crs(BNG).to_numpy()])
    return gpd.GeoSeries(both, crs=BNG)
