"""A whole study, from its file to its pages. Read this first."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isnan
from pathlib import Path

import geopandas as gpd
import pandas as pd

from llrgeo.appraisal.demand import trips
from llrgeo.appraisal.equity import kolm_pollak_kappa
from llrgeo.appraisal.evaluation import OptionResult, Setting, evaluate_options
from llrgeo.appraisal.evidence import Evidence, appraise
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.scoring import Scorecard, score_options
from llrgeo.appraisal.siting.locate import (
    DEFAULT_GAP,
    DEFAULT_SECONDS,
    SiteSelection,
    locate_sites,
)
from llrgeo.appraisal.siting.problem import SitingProblem
from llrgeo.assumptions import read_assumptions
from llrgeo.config import CELLS, StudyConfig, build_criteria, build_hurdles, build_services
from llrgeo.errors import ConfigError
from llrgeo.inputs.areas import draw_cells, read_outlines
from llrgeo.inputs.candidates import sector_centres
from llrgeo.inputs.embedded import embedded
from llrgeo.inputs.landmarks import read_labels, read_road_lines
from llrgeo.inputs.postcodes import read_postcodes
from llrgeo.inputs.sites import sites_for
from llrgeo.preparation import (
    Journey,
    Places,
    build_options,
    build_setting,
    compute_team_times,
    compute_times,
    read_places,
)
from llrgeo.provenance import describe_run
from llrgeo.publish.edition import BaseMap, Edition
from llrgeo.publish.folder import publish, publish_print_maps
from llrgeo.publish.theme import Theme, read_theme
from llrgeo.schema import Track, name_some, raise_faults
from llrgeo.travel.times import TravelTimes

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StudyResult:
    """What a study found: its inputs, travel times, options and scores."""

    study: StudyConfig
    places: Places
    times_by: Mapping[Journey, TravelTimes]
    team_times_by: Mapping[Journey, TravelTimes]
    setting: Setting
    results: Mapping[str, OptionResult]
    scorecard: Scorecard
    evidence: Evidence

    @property
    def areas(self) -> gpd.GeoDataFrame:
        """The areas, on `area_id`."""
        return self.places.areas

    @property
    def sites(self) -> gpd.GeoDataFrame:
        """The sites, on `site_id`."""
        return self.places.sites

    @property
    def times(self) -> TravelTimes:
        """The travel times that the options are judged by: the study's first mode and period."""
        return self.setting.times


def run_study(study: StudyConfig, *, track: Track = iter) -> StudyResult:
    """Run a study: read, route, evaluate, score.

    Parameters
    ----------
    study
        What `load_study` returns.
    track
        Wraps the sequences worked through, to show progress.

    Raises
    ------
    LlrgeoError
        If an input or the study has faults; the message lists them.
    """
    logger.info("areas and sites")
    places = read_places(study)
    options = build_options(study, places.sites)
    logger.info("travel times")
    times_by = compute_times(study, places, track=track)
    logger.info("options and scores")
    team_times_by = compute_team_times(study, places)
    setting = build_setting(study, places, times_by, team_times_by)
    results = evaluate_options(options, setting, baseline=study.baseline)
    scorecard = score_options(results, build_criteria(study), hurdles=build_hurdles(study))
    logger.info("evidence")
    assumptions = read_assumptions(
        study.appraisal, study.folder, times_by=times_by, seed=study.seed
    )
    evidence = appraise(results, setting, scorecard, assumptions, baseline=study.baseline)
    return StudyResult(
        study, places, times_by, team_times_by, setting, results, scorecard, evidence
    )


def publish_study(result: StudyResult, folder: Path, *, track: Track = iter) -> list[Path]:
    """Write a study's pages, maps, tables and manifest into a folder, whole or not at all.

    Returns
    -------
    list of Path
        The files written. Other files in the folder are left alone.

    Raises
    ------
    LlrgeoError
        If the outlines do not match the areas, or the folder cannot be written to.
    """
    logger.info("pages and tables")
    return publish(build_edition(result), folder, track=track)


def print_study(result: StudyResult, folder: Path) -> list[Path]:
    """Write a study's maps for print, A4 and A3, as SVG and PNG with their alternative text.

    Raises
    ------
    LlrgeoError
        As `publish_study`.
    """
    logger.info("maps for print")
    return publish_print_maps(build_edition(result), folder)


def locate_service(
    study: StudyConfig,
    service: str,
    problem: SitingProblem,
    *,
    sectors: bool = False,
    gap: float = DEFAULT_GAP,
    seconds: float = DEFAULT_SECONDS,
) -> SiteSelection:
    """Find the best sites for one service of a study, among those that could host it.

    Demand is the contacts that residents make at sites, by the study's rates. With `sectors` the
    centre of every postcode sector is a candidate too. For `kolm-pollak` without a kappa, it is
    that of the baseline.

    Raises
    ------
    ConfigError
        If the study has no such service.
    InfeasibleError
        If no plan meets the constraints.
    """
    services = {one.id: one for one in build_services(study)}
    if service not in services:
        msg = f"no service '{service}' in the study; there are {', '.join(services)}"
        raise ConfigError(msg)
    places = read_places(study)
    if sectors:
        places = _with_sector_centres(places, service)
    times = next(iter(compute_times(study, places).values()))
    candidates = times.select(sites_for(places.sites, service))
    demand = trips(services[service], places.areas)
    if isnan(problem.kappa):
        options = {one.name: one for one in build_options(study, places.sites)}
        today = times.select(sorted(options[study.baseline].sites[service])).minutes.min(axis=1)
        problem = replace(problem, kappa=kolm_pollak_kappa(today, demand))
    return locate_sites(candidates, demand, problem, gap=gap, seconds=seconds, seed=study.seed)


def _with_sector_centres(places: Places, service: str) -> Places:
    """Add the centres of postcode sectors, as sites that could host a service."""
    centres = sector_centres(read_postcodes(), places.areas.index)
    facts = {"name": centres.index, "status": "proposed", "services": service}
    proposed = gpd.GeoDataFrame(facts, index=centres.index, geometry=centres)
    return replace(places, sites=pd.concat([places.sites, proposed]))


def build_edition(result: StudyResult) -> Edition:
    """Gather what is published of a study."""
    study, times = result.study, (*result.times_by.values(), *result.team_times_by.values())
    return Edition(
        title=study.title,
        date=study.date,
        areas=result.areas,
        sites=result.sites,
        base=_base_map(study, result.areas),
        times=times,
        services=result.setting.services,
        options=_baseline_first(result),
        tables=result.evidence.tables,
        manifest=describe_run(study),
        error_note=result.times.error_note,
        sources=(*study.sources, *_road_sources(result.times_by)),
        robustness=result.evidence.robustness,
        postcodes=_postcode_areas(result.areas),
        tolerance_min=study.tolerance_min,
        illustrative=any("illustrative" in one.source for one in result.setting.services),
        theme=read_theme(study.path("theme")) if study.theme else Theme(),
    )


def _road_sources(times_by: Mapping[Journey, TravelTimes]) -> list[str]:
    """Name whose roads the journeys are on, each network once."""
    named = dict.fromkeys(times.source for times in times_by.values() if times.source)
    return [f"Roads: {source}" for source in named]


def _baseline_first(result: StudyResult) -> tuple[Option, ...]:
    baseline = result.study.baseline
    first = result.results[baseline].option
    return (first, *(one.option for name, one in result.results.items() if name != baseline))


def _base_map(study: StudyConfig, areas: gpd.GeoDataFrame) -> BaseMap:
    drawn = _outlines(study, areas)
    west, south, east, north = drawn.total_bounds
    roads = read_road_lines(sorted(embedded("roads").glob("links_*.csv")))
    places = read_labels(embedded("places.csv"))
    return BaseMap(drawn, roads.cx[west:east, south:north], places.cx[west:east, south:north])


def _outlines(study: StudyConfig, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if study.outlines == CELLS:
        return draw_cells(areas)
    outlines = read_outlines(study.path("outlines"))
    missing = areas.index.difference(outlines.index)
    if len(missing):
        fault = (
            f"no outline for {len(missing)} areas ({name_some(missing)}). Name a file that has "
            'them, or write outlines = "cells" to draw each area around its centroid'
        )
        raise_faults([fault], source=study.path("outlines").name)
    return outlines.loc[areas.index]


def _postcode_areas(areas: gpd.GeoDataFrame) -> pd.Series | None:
    """Return the area of each postcode that lies in one of the areas; None if none does."""
    area_ids = read_postcodes()["area_id"]
    known = area_ids[area_ids.isin(areas.index)]
    return None if known.empty else known
