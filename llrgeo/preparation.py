"""What a study works on: its places read, its options resolved, its travel times computed."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import geopandas as gpd
import pandas as pd

from llrgeo.appraisal.demand import Shares
from llrgeo.appraisal.evaluation import Setting
from llrgeo.appraisal.options import Option
from llrgeo.assumptions import read_activity, read_all_rates
from llrgeo.config import OptionConfig, StudyConfig, build_services
from llrgeo.errors import ConfigError, InputError
from llrgeo.inputs.areas import read_areas
from llrgeo.inputs.sites import check_sites_near, fill_authorities, read_sites
from llrgeo.roads.network import RoadNetwork, age_note, load_network
from llrgeo.roads.snap import MAX_SNAP_M, snapper
from llrgeo.roads.walking import on_foot
from llrgeo.schema import Track, name_some
from llrgeo.travel.rim import journeys_near_rim, rim_note
from llrgeo.travel.routers import NetworkRouter, times_from_sites
from llrgeo.travel.times import TravelTimes

logger = logging.getLogger(__name__)

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
    source = study.path("sites").name
    check_sites_near(sites, areas, source=source)
    sites = fill_authorities(sites, areas, source=source)
    return Places(areas, sites[sites["status"] != "closed"])


def build_options(study: StudyConfig, sites: pd.DataFrame) -> tuple[Option, ...]:
    """Resolve the study's options against its sites.

    Raises
    ------
    ConfigError
        If an option names a site that does not exist, is closed, or cannot host the service,
        closes or opens what it cannot, or leaves a service with no site; the message lists every
        fault.
    """
    options, faults = _resolved(study)
    faults += [
        fault
        for option in options
        for service, site_ids in option.sites.items()
        for fault in _site_faults(option.name, service, site_ids, sites)
    ]
    if faults:
        heading = f"{study.title}: {len(faults)} fault{'s' if len(faults) > 1 else ''} in options"
        raise ConfigError("\n  - ".join([heading, *faults]))
    return tuple(options)


def compute_times(
    study: StudyConfig, places: Places, *, track: Track = iter
) -> dict[Journey, TravelTimes]:
    """Compute the minutes from every area to every site, for each mode and period of a study.

    Minutes are rounded to tenths: what is published is what was appraised. Their note says where
    streets are old, and which journeys come near the rim of the network.

    Raises
    ------
    NetworkError
        If a network is missing, or is for another mode.
    InputError
        If a site, or most of the areas, are too far from every road.
    """
    times: dict[Journey, TravelTimes] = {}
    ends = places.areas.geometry, places.sites.geometry
    for mode in study.modes:
        router = NetworkRouter(read_network(study, mode))
        check_places_snap(router, places)
        for period in study.periods if mode == "car" else study.periods[:1]:
            found = router.travel_times(*ends, mode=mode, period=period, track=track)
            near = journeys_near_rim(router, found, *ends)
            rim = rim_note(found, near, longest_min=max(study.thresholds_min))
            warnings = [one for one in (age_note(router.network.info, study.date), rim) if one]
            for warning in warnings:
                logger.warning("%s, %s: %s", mode, period, warning)
            note = " ".join([found.error_note, *warnings])
            times[mode, period] = _published(replace(found, error_note=note), study)
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


def check_places_snap(router: NetworkRouter, places: Places) -> None:
    """Refuse a network that no road of comes near to a site, or to most of the areas.

    Raises
    ------
    InputError
        Saying how many are off the network, and how far the first few are from it.
    """
    snapping = snapper(router.network)
    sites_m = _too_far_m(snapping.snap(places.sites.geometry, role="destination"))
    areas_m = _too_far_m(snapping.snap(places.areas.geometry, role="origin"))
    if sites_m.empty and len(areas_m) <= len(places.areas) / 2:
        return
    found = " and ".join(
        f"{len(off_m):,} of {number:,} {what} "
        f"({name_some(f'{one} {metres:,.0f} m' for one, metres in off_m.items())})"
        for what, off_m, number in (
            ("sites", sites_m, len(places.sites)),
            ("areas", areas_m, len(places.areas)),
        )
        if len(off_m)
    )
    msg = (
        f"the network ({router.network.info.source}) has no road within {MAX_SNAP_M:,.0f} m of "
        f"{found}. Build it from extracts of the whole study area, or leave these places out."
    )
    raise InputError(msg)


def _too_far_m(snaps: pd.DataFrame) -> pd.Series:
    return snaps.loc[snaps["edge"] < 0, "distance_m"]


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


def _resolved(study: StudyConfig) -> tuple[list[Option], list[str]]:
    """Return the options with what each takes over from another, and what is wrong with them."""
    built: dict[str, Option] = {}
    faults = []
    for one in study.options:
        start = built[one.based_on] if one.based_on else Option(one.id, one.label, {})
        replaced = {service: frozenset(ids) for service, ids in one.sites.items()}
        start = replace(start, sites={**start.sites, **replaced})
        try:
            built[one.id] = _changed(start, one, study)
        except InputError as error:
            faults.append(str(error))
            built[one.id] = start  # those based on it are still looked at
    return list(built.values()), faults


def _changed(start: Option, one: OptionConfig, study: StudyConfig) -> Option:
    changed = start.change(
        one.id,
        label=one.label,
        opens=one.opens,
        closes=one.closes,
        moves=one.moves,
        note=one.note,
    )
    return replace(
        changed,
        shares={**start.shares, **_shares(one, study)},
        capacity={**start.capacity, **one.capacity},
    )


def _shares(option: OptionConfig, study: StudyConfig) -> dict[str, Shares]:
    """Return the shares that an option changes; one it leaves out stays the service's own."""
    return {
        one.id: Shares(
            option.share_video.get(one.id, one.share_video),
            option.share_home.get(one.id, one.share_home),
        )
        for one in study.services
        if one.id in option.share_video or one.id in option.share_home
    }


def _site_faults(
    option: str, service: str, site_ids: frozenset[str], sites: pd.DataFrame
) -> list[str]:
    where = f"option '{option}', {service}:"
    if not site_ids:
        return [f"{where} no site runs it"]
    unknown = sorted(site_ids - set(sites.index))
    faults = [f"{where} no such site: {name_some(unknown)}"] if unknown else []
    known = sites.loc[sorted(site_ids & set(sites.index))]
    closed = known.index[known["status"] == "closed"]
    if len(closed):
        faults.append(f"{where} closed sites cannot run it: {name_some(closed)}")
    offers = known["services"].str.split(";").map(lambda names: service in names).astype(bool)
    if not offers.all():
        faults.append(f"{where} sites that cannot host it: {name_some(known.index[~offers])}")
    return faults
