"""The travel times of a study by mode and period, of patients and of teams."""

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeAlias

import geopandas as gpd
import pandas as pd
import shapely

from llrgeo.appraisal.capacity.plan import CapacityPlan
from llrgeo.appraisal.demand import Delivery
from llrgeo.errors import RoutingError
from llrgeo.execution.tasks import MapTasks, map_here
from llrgeo.inputs.entrances import places_of_arrival
from llrgeo.modes import MODES
from llrgeo.roads.network import NetworkInfo, age_note
from llrgeo.roads.water import water_note
from llrgeo.schema import Track, name_some, raise_faults
from llrgeo.study.capacity_inputs import with_roads
from llrgeo.study.config import StudyConfig
from llrgeo.study.inputs import StudyInputs
from llrgeo.study.routers import study_periods
from llrgeo.travel.accuracy import UNMEASURED
from llrgeo.travel.dataset import Dataset, write_dataset
from llrgeo.travel.edge_effects import edge_effects_note, find_edge_effects, minutes_beyond
from llrgeo.travel.routers import NetworkRouter, errors_in_period
from llrgeo.travel.team_times import times_from_sites
from llrgeo.travel.times import Calibration, Router, TravelTimes

TimesBy: TypeAlias = Mapping[tuple[str, str], TravelTimes]
"""Travel times by mode and period."""

logger: logging.Logger = logging.getLogger(__name__)

_PUBLISHED_DECIMALS: Final = 1  # pages have tenths, so every figure is computed from tenths


def compute_times(
    inputs: StudyInputs, *, map_tasks: MapTasks = map_here, track: Track = iter
) -> TimesBy:
    """Compute the minutes from every area to every site, for each mode and period of a study.

    Minutes are rounded to tenths, so that published minutes are those that were appraised. Their
    note states where the network's error is untested, whether its map is old, and which journeys
    come near the edge of the map. `map_tasks` runs the searches; the minutes are the same.
    """
    study, times = inputs.study, {}
    for mode, usual in inputs.routers.items():
        router = _searching_by(usual, map_tasks)
        ends = inputs.areas.geometry, places_of_arrival(inputs.sites, mode)
        for period in study_periods(study, mode):
            found = router.travel_times(*ends, mode=mode, period=period, track=track)
            # Before calibration, because warnings compare minutes with distances along the roads.
            if isinstance(router, NetworkRouter):
                found = _with_warnings(found, router, inputs)
            times[mode, period] = found.calibrated(calibration_of(study, mode))
    return times


def write_times(inputs: StudyInputs, dataset: Dataset, *, track: Track = iter) -> list[Path]:
    """Write what `compute_times` returns in blocks: a folder for each mode and period.

    Parameters
    ----------
    inputs
        The study's inputs.
    dataset
        The folder, the size of blocks and the scheduler; the calibration is the study's.
    track
        Wraps the blocks, to show progress.

    Returns
    -------
    list
        The files that this call wrote; empty if all existed already.

    Raises
    ------
    RoutingError
        If a mode has no road network, or a folder holds the times of another study.
    LlrgeoError
        If the dataset's scheduler does not answer or has no workers.
    MissingExtraError
        If the dataset has a scheduler and dask is not installed.

    Examples
    --------
    >>> inputs = llrgeo.read_inputs(llrgeo.load_study(folder / "study.toml"))
    >>> blocks = llrgeo.Dataset(folder / "minutes", origins=2, destinations=2)
    >>> len(llrgeo.write_times(inputs, blocks)), len(llrgeo.write_times(inputs, blocks))
    (4, 0)
    """
    study, written = inputs.study, []
    for mode, router in inputs.routers.items():
        ends = inputs.areas.geometry, places_of_arrival(inputs.sites, mode)
        if not isinstance(router, NetworkRouter):
            msg = f"times by {mode} are not of a road network; write them into one file"
            raise RoutingError(msg)
        for period in study_periods(study, mode):
            folder, calibration = dataset.folder / f"{mode}_{period}", calibration_of(study, mode)
            part = replace(dataset, folder=folder, calibration=calibration)
            written += write_dataset(router, *ends, part, period=period, track=track)
    return written


def judged_times(
    inputs: StudyInputs, sites: gpd.GeoDataFrame, *, delivery: Delivery = "patient"
) -> TravelTimes:
    """Compute the minutes between every area and some sites that a service is judged by.

    They are of the study's first mode and period; a team's from the site to the area.
    """
    study = inputs.study
    if delivery == "team":
        mode = team_modes(study)[0]
        return _team_times(inputs, sites, mode=mode, period=study_periods(study, mode)[0])
    mode = study.modes[0]
    period = study_periods(study, mode)[0]
    ends = inputs.areas.geometry, places_of_arrival(sites, mode)
    times = inputs.routers[mode].travel_times(*ends, mode=mode, period=period)
    return times.calibrated(calibration_of(study, mode))


def times_of_reference(
    inputs: StudyInputs, reference: pd.DataFrame
) -> list[tuple[TravelTimes, pd.DataFrame]]:
    """Compute the minutes to compare with a reference, by its own mode and period.

    Parameters
    ----------
    inputs
        The study's inputs.
    reference
        As `read_reference` returns it. Rows without a mode or a period have those that the study's
        options are judged by.

    Returns
    -------
    list
        For each mode and period of the reference, the study's times and the rows of the reference.

    Raises
    ------
    InputError
        If it is of a mode or period that the study does not have.
    """
    study = inputs.study
    mode = study.modes[0]
    # Blank modes and periods are those that the study's options are judged by.
    pairs = reference.assign(
        **{name: reference.get(name, pd.Series("", reference.index)) for name in ("mode", "period")}
    )
    pairs["mode"] = pairs["mode"].replace("", mode)
    first = {name: study_periods(study, name)[0] for name in study.modes}
    pairs["period"] = pairs["period"].where(pairs["period"] != "", pairs["mode"].map(first))
    known = {(name, period) for name in study.modes for period in study_periods(study, name)}
    kinds = list(dict.fromkeys(zip(pairs["mode"], pairs["period"], strict=True)))
    raise_faults(
        [
            f"it is of {name} ({period}); the study has "
            + ", ".join(f"{m} ({p})" for m, p in sorted(known))
            for name, period in kinds
            if (name, period) not in known
        ],
        source="reference",
    )
    found = []
    for name, period in kinds:
        ends = inputs.areas.geometry, places_of_arrival(inputs.sites, name)
        times = inputs.routers[name].travel_times(*ends, mode=name, period=period)
        rows = pairs[(pairs["mode"] == name) & (pairs["period"] == period)]
        found.append((times.calibrated(calibration_of(study, name)), rows))
    return found


def compute_team_times(
    inputs: StudyInputs, *, known: TimesBy | None = None, map_tasks: MapTasks = map_here
) -> TimesBy:
    """Compute the minutes from every site to every area; empty if no team visits homes.

    Teams drive if the study has driving times, faster or slower than patients by its
    `team_time_factor`. `known` are valid times of an earlier run, which are not computed again.
    `map_tasks` runs the searches.
    """
    study = inputs.study
    if not any(service.delivery == "team" for service in study.services):
        return {}
    if known:
        return known
    return {
        (mode, period): _team_times(
            inputs, inputs.sites, mode=mode, period=period, map_tasks=map_tasks
        )
        for mode in team_modes(study)
        for period in study_periods(study, mode)
    }


def complete_capacity_plan(inputs: StudyInputs) -> CapacityPlan | None:
    """Return `inputs.capacity` with the times and places for rounds, which need the routers."""
    plan = inputs.capacity
    if plan is None or not plan.services.rounds:
        return plan
    mode = team_modes(inputs.study)[0]
    first = mode, study_periods(inputs.study, mode)[0]
    drawn = inputs.study.capacity.drawn_rounds
    places = inputs.areas, inputs.sites
    return with_roads(plan, inputs.routers[mode], places, first, drawn=drawn)


def journey_sources(study: StudyConfig, times_by: TimesBy) -> list[str]:
    """Return the sources of roads, each network once, and of timetables, in sentences.

    A different speed of teams is stated with the roads.
    """
    named = dict.fromkeys(times.source for times in times_by.values() if times.source)
    roads = [f"Roads: {source}" for source in named]
    timetables = [
        f"Timetables: {study.transit.source}. {times.error_note}"
        for (mode, _), times in times_by.items()
        if MODES[mode].timetable and study.transit
    ]
    if study.team_time_factor != 1:
        roads.append(
            f"Visiting teams: {study.team_time_factor:g} of the minutes of any driver "
            "(team_time_factor), an assumption of this study."
        )
    return roads + timetables


def team_modes(study: StudyConfig) -> Sequence[str]:
    """Return the modes by which teams travel: driving, where the study has it."""
    return [mode for mode in study.modes if MODES[mode].teams] or study.modes


def _team_times(
    inputs: StudyInputs,
    sites: gpd.GeoDataFrame,
    *,
    mode: str,
    period: str,
    map_tasks: MapTasks = map_here,
) -> TravelTimes:
    ends = inputs.areas.geometry, places_of_arrival(sites, mode)
    router = _searching_by(inputs.routers[mode], map_tasks)
    times = times_from_sites(router, *ends, mode=mode, period=period)
    calibration = team_calibration_of(inputs.study, mode)
    if isinstance(router, NetworkRouter) and untested_notes(
        times, router.network.info, inputs.areas, calibration.factor
    ):
        times = without_error(times)
    return times.calibrated(calibration)


def _searching_by(router: Router, map_tasks: MapTasks) -> Router:
    """Return a router whose searches along roads, if any, are run by `map_tasks`."""
    return router.searching_by(map_tasks) if isinstance(router, NetworkRouter) else router


def _with_warnings(times: TravelTimes, router: NetworkRouter, inputs: StudyInputs) -> TravelTimes:
    """Add warnings to the note of the times: untested error, old map, edge of the map, water."""
    study, info = inputs.study, router.network.info
    # Roads beyond the edge of the map could shorten journeys near it.
    ends = inputs.areas.geometry, places_of_arrival(inputs.sites, times.mode)
    longest_min, edge = max(study.thresholds_min), ""
    near = find_edge_effects(router, times, *ends, longest_min=longest_min)
    if near.to_numpy().any():
        least = minutes_beyond(router.network, times.period, *ends)
        edge = edge_effects_note(times, near, least, longest_min=longest_min)
    water = water_note(router.network, router.snapping, ends[1], "destination")
    factor = calibration_of(study, times.mode).factor
    untested = untested_notes(times, info, inputs.areas, factor)
    return _with_notes(
        without_error(times) if untested else times,
        [*untested, age_note(info, study.date), edge, water],
    )


def without_error(times: TravelTimes) -> TravelTimes:
    """Return times of which no error is stated."""
    return replace(times, error_min=math.nan, accuracy=UNMEASURED)


def untested_notes(
    times: TravelTimes, info: NetworkInfo, areas: gpd.GeoDataFrame, factor: float
) -> list[str]:
    """Return why the network's measured error does not hold for times; none where it does.

    It is of the land where it was measured, and of times that no factor makes longer or shorter.
    """
    if math.isnan(times.error_min) and not times.accuracy.is_measured:
        return []
    return _reasons_untested(info, areas, factor)


def _reasons_untested(info: NetworkInfo, areas: gpd.GeoDataFrame, factor: float) -> list[str]:
    notes = []
    if info.measured_in:
        outside = areas.index[~areas.within(shapely.from_wkt(info.measured_in))]
        if len(outside):
            notes.append(
                "Outside the land where that was measured the times are untested, as for "
                f"{len(outside):,} of this study's {len(areas):,} areas ({name_some(outside)})."
            )
    if factor != 1:
        notes.append(
            f"That was measured before this study took its times {factor:g} fold: these are "
            "untested."
        )
    return notes


def error_note_along_streets(
    router: NetworkRouter, areas: gpd.GeoDataFrame, period: str, calibration: Calibration
) -> str:
    """Return what a network says of its error, and why that does not hold of a study's minutes."""
    info = router.network.info
    error_min, accuracy, note = errors_in_period(info, period)
    if math.isnan(error_min) and not accuracy.is_measured:
        return note
    return " ".join([note, *_reasons_untested(info, areas, calibration.factor)])


def _with_notes(times: TravelTimes, notes: Sequence[str]) -> TravelTimes:
    """Add the notes that are not blank to the note of the times, and log them as warnings."""
    warnings = [note for note in notes if note]
    for warning in warnings:
        logger.warning("%s, %s: %s", times.mode, times.period, warning)
    return replace(times, error_note=" ".join([times.error_note, *warnings]))


def calibration_of(study: StudyConfig, mode: str) -> Calibration:
    """Return the calibration of a mode's times; all are rounded as in publications."""
    if MODES[mode].calibrated:
        return Calibration(study.time_factor, study.terminal_min, _PUBLISHED_DECIMALS)
    return Calibration(decimals=_PUBLISHED_DECIMALS)


def team_calibration_of(study: StudyConfig, mode: str) -> Calibration:
    """Return the calibration of a team's times: it may drive faster or slower than residents."""
    usual = calibration_of(study, mode)
    return replace(usual, factor=usual.factor * study.team_time_factor)
