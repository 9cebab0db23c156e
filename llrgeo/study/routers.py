"""The router of each mode of a study: over a road network, or by timetables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

import geopandas as gpd
import pandas as pd
import shapely

from llrgeo.errors import ConfigError, InputError, NetworkError
from llrgeo.inputs.entrances import each_entrance, places_of_arrival
from llrgeo.inputs.gtfs import read_timetable
from llrgeo.modes import MODES, WALK_KPH
from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.network_files import load_network
from llrgeo.roads.snap import MAX_SNAP_M
from llrgeo.roads.walking import on_foot
from llrgeo.schema import BNG, name_some
from llrgeo.study.config import StudyConfig
from llrgeo.travel.imported.matrices import check_stated
from llrgeo.travel.imported.matrix_routers import ImportedRouter
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.times import Router

_FARTHEST_STOP_M: Final = 10_000.0  # an hour on foot, the longest walk to a stop, is half of it

LoadNetwork: TypeAlias = Callable[[Path], RoadNetwork]


def build_routers(
    study: StudyConfig,
    areas: gpd.GeoDataFrame,
    sites: gpd.GeoDataFrame,
    earlier: Mapping[str, Router],
) -> dict[str, Router]:
    """Return a router for each mode of a study; a network that modes share is loaded once.

    Routers of `earlier` over roads and by timetables are reused: what they have derived does not
    depend on the sites.

    Raises
    ------
    LlrgeoError
        As `build_router`.
    """
    load = cache(load_network)
    return {
        mode: build_router(study, mode, areas, sites, load, earlier.get(mode))
        for mode in study.modes
    }


def build_router(
    study: StudyConfig,
    mode: str,
    areas: gpd.GeoDataFrame,
    sites: gpd.GeoDataFrame,
    load: LoadNetwork = load_network,
    earlier: Router | None = None,
) -> Router:
    """Return a router for a mode of a study: the `earlier` one, or one over a network from `load`.

    Raises
    ------
    LlrgeoError
        If its network or a timetable has faults, or the places are far from every road.
    """
    # Imported times first: they need neither a network nor a timetable.
    path = study.times_path(mode)
    if path is not None:
        area_ids, site_ids = (tuple(map(str, table.index)) for table in (areas, sites))
        periods = study_periods(study, mode)
        router = ImportedRouter(path, area_ids, site_ids, study.times_unreachable)
        checked = router.as_checked(areas.geometry, sites.geometry, mode=mode, periods=periods)
        sharing = [other for other in study.modes if study.times_path(other) == path]
        check_stated(path, modes=sharing, periods=periods)
        return checked
    if MODES[mode].timetable:
        return earlier or read_transit(study, areas.geometry)
    if isinstance(earlier, NetworkRouter):
        over_roads = earlier
    else:
        network = read_network(study, mode, load)
        check_periods(network, study_periods(study, mode), source=study.source_name)
        over_roads = NetworkRouter(network)
    check_places_snap(over_roads, areas, places_of_arrival(sites, mode))
    return over_roads


def read_network(study: StudyConfig, mode: str, load: LoadNetwork = load_network) -> RoadNetwork:
    """Return a study's network for a mode; without one, its driving streets for walking.

    Raises
    ------
    NetworkError
        If the network is missing, is for another mode, or cannot be walked.
    """
    path = study.network_path(mode)
    if path is None:
        walked = on_foot(load(study.path("network")), speed_kph=MODES[mode].speed_kph or WALK_KPH)
        if mode == walked.info.mode:
            return walked
        # A mode of slower walkers uses the driving streets, too, under its own name.
        return replace(walked, info=replace(walked.info, mode=mode))
    network = load(path)
    if network.info.mode != mode:
        msg = (
            f"{path}: the network is for {network.info.mode}, not {mode}; build one with: "
            f"llrgeo network build EXTRACT.osm.pbf --mode {mode} --out FOLDER"
        )
        raise NetworkError(msg)
    return network


def read_transit(study: StudyConfig, areas: gpd.GeoSeries) -> Router:
    """Return a router by the study's timetables, with walks along its streets if they allow it.

    Raises
    ------
    ConfigError
        If the study has no timetables.
    InputError
        If a timetable has faults, nothing runs on the day, or no stop is near any area.
    NetworkError
        If the network is missing.
    """
    from llrgeo.travel.transit.router import TransitRouter

    if study.transit is None:
        msg = f"{study.source_name}: there is no table [transit]"
        raise ConfigError(msg)
    feeds = [study.folder / feed for feed in study.transit.feeds]
    timetable = read_timetable(feeds, study.transit.date)
    check_stops_near(timetable.stops.geometry, areas, source=name_some(study.transit.feeds))
    return TransitRouter(timetable, study.transit.rules, _streets_on_foot(study))


def check_stops_near(stops: gpd.GeoSeries, areas: gpd.GeoSeries, *, source: str) -> None:
    """Refuse timetables of another place: everybody would walk, and nothing would say so.

    `source` are the timetables to name.

    Raises
    ------
    InputError
        If every stop is farther from each area than anybody walks.
    """
    pairs = shapely.STRtree(stops.to_crs(BNG).to_numpy()).query_nearest(
        areas.to_crs(BNG).to_numpy(), return_distance=True, all_matches=False
    )
    nearest_m = float(pairs[1].min())
    if nearest_m > _FARTHEST_STOP_M:
        msg = (
            f"{source}: the stop nearest to any area is {nearest_m / 1_000:,.0f} km away; are "
            "these the timetables of another place?"
        )
        raise InputError(msg)


def _streets_on_foot(study: StudyConfig) -> RoadNetwork | None:
    """Return the streets for walks to stops; None where the network is only for driving."""
    if study.network_path("walk"):
        return read_network(study, "walk")
    network = load_network(study.path("network"))
    try:
        return on_foot(network)
    except NetworkError:
        return None


def study_periods(study: StudyConfig, mode: str) -> tuple[str, ...]:
    """Return the periods in which a mode is timed: one if its times do not vary over the day."""
    if MODES[mode].timetable and study.transit:
        return (study.transit.rules.period,)
    return study.periods if MODES[mode].by_period else study.periods[:1]


def check_periods(network: RoadNetwork, periods: Sequence[str], *, source: str) -> None:
    """Refuse periods that a network does not have; `source` is the study to name.

    Raises
    ------
    NetworkError
        If there are any, naming them and those it has.
    """
    unknown = [period for period in periods if period not in network.info.periods]
    if unknown:
        known = ", ".join(network.info.periods)
        msg = f"{source}: periods: the network has no {name_some(unknown)}; it has {known}"
        raise NetworkError(msg)


def check_places_snap(router: NetworkRouter, areas: gpd.GeoDataFrame, sites: gpd.GeoSeries) -> None:
    """Refuse a network without a road near some site, or near most of the areas.

    Raises
    ------
    InputError
        With the number of places off the network, and the distances of the first few.
    """
    snapping = router.snapping
    # One of several entrances near a road is enough.
    entrances, of_site = each_entrance(sites)
    snaps = snapping.snap(entrances, role="destination").set_index(sites.index[of_site])
    nearest = snaps.sort_values("distance_m", kind="stable")
    sites_m = _too_far_m(nearest[~nearest.index.duplicated()]).sort_index()
    areas_m = _too_far_m(snapping.snap(areas.geometry, role="origin"))
    if sites_m.empty and len(areas_m) <= len(areas) / 2:
        return
    found = " and ".join(
        f"{len(off_m):,} of {number:,} {what} "
        f"({name_some(f'{place} {metres:,.0f} m' for place, metres in off_m.items())})"
        for what, off_m, number in (
            ("sites", sites_m, len(sites)),
            ("areas", areas_m, len(areas)),
        )
        if len(off_m)
    )
    msg = (
        f"the network, {router.network.info.source}, has no road within {MAX_SNAP_M:,.0f} m of "
        f"{found}. Build it from extracts of the whole study area, or leave these places out."
    )
    raise InputError(msg)


def _too_far_m(snaps: pd.DataFrame) -> pd.Series:
    return snaps.loc[snaps["edge"] < 0, "distance_m"]
