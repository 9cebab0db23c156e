"""A whole study, from its file to its pages. Read this first."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd

from llrgeo.appraisal.evaluation import OptionResult, evaluate_options
from llrgeo.appraisal.evidence import Evidence, appraise
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.scoring import Scorecard, score_options
from llrgeo.errors import ConfigError
from llrgeo.publish.folder import check_folder, publish, publish_pdf, publish_print_maps
from llrgeo.publish.publication import Publication
from llrgeo.schema import Track
from llrgeo.study.appraisal_config import build_assumptions
from llrgeo.study.config import StudyConfig, build_criteria, build_hurdles
from llrgeo.study.inputs import StudyInputs, read_inputs
from llrgeo.study.manifest import describe_run
from llrgeo.study.times import (
    TimesBy,
    build_appraisal_inputs,
    compute_team_times,
    compute_times,
    journey_sources,
)
from llrgeo.travel.times import TravelTimes

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StudyResult:
    """What a study found: its inputs, travel times, options and scores."""

    inputs: StudyInputs
    times_by: TimesBy
    team_times_by: TimesBy
    setting: AppraisalInputs
    results: Mapping[str, OptionResult]
    scorecard: Scorecard
    evidence: Evidence

    @property
    def study(self) -> StudyConfig:
        """The study as it was asked for."""
        return self.inputs.study

    @property
    def areas(self) -> gpd.GeoDataFrame:
        """The areas, on `area_id`."""
        return self.inputs.areas

    @property
    def sites(self) -> gpd.GeoDataFrame:
        """The sites, on `site_id`."""
        return self.inputs.sites

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
    logger.info("inputs")
    inputs = read_inputs(study)
    logger.info("travel times")
    times_by = compute_times(inputs, track=track)
    team_times_by = compute_team_times(inputs)
    del inputs.routers  # they hold most of the memory, and are not asked again
    logger.info("options and scores")
    setting = build_appraisal_inputs(inputs, times_by, team_times_by)
    results = evaluate_options(inputs.options, setting, baseline=study.baseline)
    scorecard = score_options(results, build_criteria(study), hurdles=build_hurdles(study))
    logger.info("evidence")
    assumptions = build_assumptions(
        study.appraisal, inputs.rates, inputs.indicators, times_by=times_by, seed=study.seed
    )
    evidence = appraise(results, setting, scorecard, assumptions, baseline=study.baseline)
    return StudyResult(inputs, times_by, team_times_by, setting, results, scorecard, evidence)


def check_publishable(study: StudyConfig, folder: Path) -> None:
    """Refuse, before a study is run, what would keep it from being published afterwards.

    Raises
    ------
    ConfigError
        If there is nothing to compare the baseline with.
    PublishError
        If the folder cannot be written to.
    """
    if len(study.options) == 1:
        msg = f"options of '{study.title}': there is only the baseline; add one to compare with it"
        raise ConfigError(msg)
    check_folder(folder)


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
    return publish(build_publication(result), folder, track=track)


def print_study(result: StudyResult, folder: Path) -> list[Path]:
    """Write a study's maps for print, A4 and A3, as SVG and PNG with their alternative text.

    Raises
    ------
    LlrgeoError
        As `publish_study`.
    """
    logger.info("maps for print")
    return publish_print_maps(build_publication(result), folder)


def print_report(result: StudyResult, folder: Path) -> list[Path]:
    """Write a study's report as PDF.

    Raises
    ------
    LlrgeoError
        As `publish_study`, and if no browser that prints is installed.
    """
    logger.info("report as PDF")
    return publish_pdf(build_publication(result), folder)


def build_publication(result: StudyResult) -> Publication:
    """Gather what is published of a study."""
    study, times = result.study, (*result.times_by.values(), *result.team_times_by.values())
    return Publication(
        title=study.title,
        date=study.date,
        areas=result.areas,
        sites=result.sites,
        base=result.inputs.base_map,
        times=times,
        judged_by=result.times,
        services=result.setting.services,
        results=result.results,
        baseline_name=study.baseline,
        tables=result.evidence.tables,
        manifest=describe_run(study),
        error_note=result.times.error_note,
        sources=(*study.sources, *journey_sources(study, result.times_by)),
        robustness=result.evidence.robustness,
        postcodes=result.inputs.postcodes,
        tolerance_min=study.tolerance_min,
        illustrative=any("illustrative" in one.source for one in result.setting.services),
        theme=result.inputs.theme,
        question=study.question,
    )
