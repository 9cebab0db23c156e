"""Isochrones of a study: the land from which each site is reached, by the study's own minutes."""

from collections.abc import Collection, Sequence
from pathlib import Path

import geopandas as gpd
import shapely

from llrgeo.errors import InputError, RoutingError
from llrgeo.files import written_whole
from llrgeo.inputs.entrances import places_of_arrival
from llrgeo.publish.report.catchment_maps import MOST_LIMITS, CatchmentMaps, render_catchments
from llrgeo.publish.wording import using_wording
from llrgeo.schema import Track, name_some
from llrgeo.study.config import StudyConfig
from llrgeo.study.inputs import StudyInputs
from llrgeo.study.language import study_words
from llrgeo.study.routers import study_periods
from llrgeo.study.times import calibration_of, error_note_along_streets
from llrgeo.travel.isochrones.reachable import isochrones
from llrgeo.travel.routers import NetworkRouter


def compute_isochrones(
    inputs: StudyInputs,
    minutes: Sequence[float],
    *,
    site_ids: Sequence[str] = (),
    mode: str | None = None,
    period: str | None = None,
    track: Track = iter,
) -> gpd.GeoDataFrame:
    """Return the areas from which each site is reached within some minutes of the study's times.

    The minutes are as published: they include the study's `time_factor` and `terminal_min`.

    Parameters
    ----------
    inputs
        What the study names.
    minutes
        The limits.
    site_ids
        The sites; all of them if it is empty.
    mode, period
        One of the study's modes that travel along streets, and one of its periods; None takes the
        first.
    track
        Progress over the sites.

    Returns
    -------
    geopandas.GeoDataFrame
        As `llrgeo.isochrones`, with the site's `name`, `mode`, and `residents` in addition: those
        of the areas whose centroid lies within reach.

    Raises
    ------
    RoutingError
        If no mode travels along streets, or a limit is used up at a journey's ends.
    InputError
        If a site is not known, the study has no such mode or does not time it in the period.
    """
    study, sites = inputs.study, inputs.sites
    if unknown := [site_id for site_id in site_ids if site_id not in sites.index]:
        msg = f"no site {name_some(unknown)} in this study; its sites are {name_some(sites.index)}"
        raise InputError(msg)
    mode, router = _along_streets(inputs, mode)
    period = _period_of(study, mode, period)
    calibration = calibration_of(study, mode)
    # Invert the calibration: minutes on the road by the published limit that they become.
    driven = {(limit - calibration.added_min) / calibration.factor: limit for limit in minutes}
    if min(driven, default=1.0) <= 0:
        msg = f"{min(minutes):g} minutes are used up by terminal_min, {study.terminal_min:g}"
        raise RoutingError(msg)
    chosen = list(dict.fromkeys(site_ids or sites.index))
    places = places_of_arrival(sites.loc[chosen], mode)
    found = isochrones(router.network, places, list(driven), period=period, track=track)
    found["minutes"] = found["minutes"].map(driven)
    found.insert(1, "name", sites["name"].reindex(found["site_id"]).to_numpy())
    found.insert(2, "mode", mode)
    found.insert(6, "residents", _residents_within(found.geometry, inputs.areas))
    return found


def check_limits_shown(path: Path, minutes: Collection[float]) -> None:
    """Refuse more limits than a map has distinguishable colours for.

    Raises
    ------
    InputError
        If there are more; the message states the largest number.
    """
    if len(set(minutes)) > MOST_LIMITS:
        msg = f"{path.name}: a map shows {MOST_LIMITS} limits at most, not {len(set(minutes))}"
        raise InputError(msg)


def write_catchment_maps(inputs: StudyInputs, reach: gpd.GeoDataFrame, path: Path) -> None:
    """Write a page with a map of each site's catchment, in the language of the study.

    Parameters
    ----------
    inputs
        What the study names.
    reach
        What `compute_isochrones` returns.
    path
        The page, `.html`.

    Raises
    ------
    InputError
        If there are more limits than a map has colours for.
    """
    study, (mode, router) = inputs.study, _along_streets(inputs, reach["mode"].iloc[0])
    check_limits_shown(path, reach["minutes"].unique())
    period, calibration = str(reach["period"].iloc[0]), calibration_of(study, mode)
    maps = CatchmentMaps(
        title=study.title,
        date=study.date,
        theme=inputs.theme,
        run=inputs.described["run"],
        base=inputs.base_map,
        areas=inputs.areas,
        sites=inputs.sites,
        reach=reach,
        error_note=error_note_along_streets(router, inputs.areas, period, calibration),
        sources=(*study.sources, f"Roads: {router.network.info.credit}"),
    )
    with using_wording(study_words(study)):
        page = render_catchments(maps)
    with written_whole(path) as made:
        made.write_text(page, encoding="utf-8")


def _along_streets(inputs: StudyInputs, mode: str | None) -> tuple[str, NetworkRouter]:
    """Return a mode of a study that travels along streets, the first if not named, and its router.

    Raises
    ------
    RoutingError
        If no mode does.
    InputError
        If the one that is named does not.
    """
    routers = {
        name: router for name, router in inputs.routers.items() if isinstance(router, NetworkRouter)
    }
    if not routers:
        msg = f"{inputs.study.source_name}: no mode travels along streets; isochrones need one"
        raise RoutingError(msg)
    chosen = mode or next(iter(routers))
    if chosen not in routers:
        known = ", ".join(routers)
        msg = f"no mode '{chosen}' travels along streets in this study; those that do are {known}"
        raise InputError(msg)
    return chosen, routers[chosen]


def _period_of(study: StudyConfig, mode: str, period: str | None) -> str:
    """Return a period in which a study times a mode, the first if not named.

    Raises
    ------
    InputError
        If it does not time the mode in the one that is named.
    """
    periods = study_periods(study, mode)
    if period is not None and period not in periods:
        msg = f"no period '{period}' of '{mode}' in this study; it has {', '.join(periods)}"
        raise InputError(msg)
    return period or periods[0]


def _residents_within(shapes: gpd.GeoSeries, areas: gpd.GeoDataFrame) -> list[int]:
    """Return for each shape the residents of the areas whose centroid lies in it."""
    x, y, residents = areas.geometry.x, areas.geometry.y, areas["residents"].to_numpy()
    return [int(residents[shapely.contains_xy(shape, x, y)].sum()) for shape in shapes]
