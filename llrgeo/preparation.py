"""What a study works on: its places read, the travel times between them computed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import geopandas as gpd

from llrgeo.appraisal.evaluation import Setting
from llrgeo.assumptions import read_activity, read_all_rates
from llrgeo.config import StudyConfig, build_services
from llrgeo.inputs.areas import read_areas
from llrgeo.inputs.sites import check_sites_near, read_sites
from llrgeo.roads.network import RoadNetwork, load_network
from llrgeo.roads.snap import snapper
from llrgeo.roads.walking import on_foot
from llrgeo.schema import Track, raise_faults
from llrgeo.travel.routers import NetworkRouter, times_from_sites
from llrgeo.travel.times import TravelTimes

Journey = tuple[str, str]
"""A mode and a period."""

_PUBLISHED_DECIMALS: Final = 1  # pages carry tenths, so every figure is computed from tenths


@dataclass(frozen=True, slots=True)
class Places:
    """Where people live and where services are or could be.

    Attributes
    ----------
    areas
        On `area_id`, population-weighted centroids in EPSG:27700.
    sites
        On `site_id`, without the closed ones, points in EPSG:27700.
    """

    areas: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame


def read_places(study: StudyConfig) -> Places:
    """Read a study's areas and its sites, closed ones apart.

    Raises
    ------
    InputError
        If a table has faults, or a site is far from every area.
    """
    areas = read_areas(study.path("areas"))
    sites = read_sites(study.path("sites"))
    check_sites_near(sites, areas, source=study.path("sites").name)
    return Places(areas, sites[sites["status"] != "closed"])


def compute_times(
    study: StudyConfig, places: Places, *, track: Track = iter
) -> dict[Journey, TravelTimes]:
    """Compute the minutes from every area to every site, for each mode and period of a study.

    Minutes are rounded to tenths: what is published is what was appraised.

    Raises
    ------
    NetworkError
        If a network is missing, or is for another mode.
    InputError
        If a site is too far from every road.
    """
    times: dict[Journey, TravelTimes] = {}
    for mode in study.modes:
        router = NetworkRouter(read_network(study, mode))
        check_sites_snap(router, places.sites)
        for period in study.periods if mode == "car" else study.periods[:1]:
            found = router.travel_times(
                places.areas.geometry, places.sites.geometry, mode=mode, period=period, track=track
            )
            times[mode, period] = _published(found, study)
    return times


def read_network(study: StudyConfig, mode: str) -> RoadNetwork:
    """Return a study's network for a mode; without one for walking, its streets are walked.

    Raises
    ------
    NetworkError
        If the network is missing, or cannot be walked.
    """
    if mode == "walk" and not study.network_walk:
        return on_foot(load_network(study.path("network")))
    return load_network(study.path("network" if mode == "car" else "network_walk"))


def check_sites_snap(router: NetworkRouter, sites: gpd.GeoDataFrame) -> None:
    """Refuse sites that no road comes near to.

    Raises
    ------
    InputError
        If there are any, naming each with its distance to the nearest road.
    """
    snaps = snapper(router.network).snap(sites.geometry, role="destination")
    off = snaps.loc[snaps["edge"] < 0, "distance_m"]
    raise_faults(
        (
            f"site {site_id} is {metres:,.0f} m from the nearest road"
            for site_id, metres in off.items()
        ),
        source="sites",
    )


def compute_team_times(study: StudyConfig, places: Places) -> dict[Journey, TravelTimes]:
    """Compute the minutes from every site to every area; empty if no team visits homes.

    Teams drive wherever the study has driving times.

    Raises
    ------
    NetworkError
        If a network is missing, or is for another mode.
    """
    times: dict[Journey, TravelTimes] = {}
    if not any(service.delivery == "team" for service in study.services):
        return times
    for mode in [one for one in study.modes if one == "car"] or study.modes:
        router = NetworkRouter(read_network(study, mode))
        for period in study.periods:
            found = times_from_sites(
                router, places.areas.geometry, places.sites.geometry, mode=mode, period=period
            )
            times[mode, period] = _published(found, study)
    return times


def build_setting(
    study: StudyConfig,
    places: Places,
    times_by: Mapping[Journey, TravelTimes],
    team_times_by: Mapping[Journey, TravelTimes],
) -> Setting:
    """Return what all options of a study are judged on."""
    rates = read_all_rates(study.appraisal, study.folder)
    return Setting(
        areas=places.areas,
        sites=places.sites,
        services=build_services(study),
        times=times_by[study.modes[0], study.periods[0]],
        tolerance_min=study.tolerance_min,
        thresholds_min=study.thresholds_min,
        team_times=team_times_by.get((study.modes[0], study.periods[0])),
        kg_co2e_per_km=rates.value("emission_factor"),
        activity=read_activity(study.appraisal, study.folder),
    )


def _published(times: TravelTimes, study: StudyConfig) -> TravelTimes:
    """Apply the study's calibration of driving times and round to the precision published."""
    minutes = times.minutes
    if times.mode == "car":
        minutes = minutes * study.time_factor + study.terminal_min
    return replace(times, minutes=minutes.round(_PUBLISHED_DECIMALS))
