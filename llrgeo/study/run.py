"""A whole study, from its file to its pages. Read this first: `run_study` is the method.

A study goes through the house in one direction: `study.inputs` reads what the study names,
`study.times` computes travel times, `appraisal` turns them into evidence about the options, and
`publish` makes pages, maps and tables of it. docs/architecture.md shows the rooms.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

from llrgeo.appraisal.evaluation import OptionResult, evaluate_options
from llrgeo.appraisal.evidence import draw_evidence
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.measures import CONTACT_MEASURES
from llrgeo.appraisal.people.area_facts import left_out_note, not_counted_note
from llrgeo.appraisal.scoring import Scorecard, score_options
from llrgeo.appraisal.tables.context import EvidenceContext
from llrgeo.errors import ConfigError, InputError
from llrgeo.execution.tasks import MapTasks, map_here
from llrgeo.files import StrPath
from llrgeo.inputs.entrances import entrances_note
from llrgeo.inputs.text_storage import with_python_strings
from llrgeo.publish.first_pages import FIRST_TABLES, first_pages
from llrgeo.publish.folder import (
    Content,
    ExtraFiles,
    maps_for_print,
    publish,
    report_as_pdf,
    write_files,
)
from llrgeo.publish.notes import translate_note, translate_theme
from llrgeo.publish.publication import Publication
from llrgeo.schema import Track
from llrgeo.study.appraisal_inputs import build_appraisal_inputs, build_evidence_inputs
from llrgeo.study.config import StudyConfig, build_criteria, build_hurdles
from llrgeo.study.inputs import described_before, read_inputs
from llrgeo.study.language import study_words
from llrgeo.study.own_inputs import check_output_folder
from llrgeo.study.own_roads import build_own_roads
from llrgeo.study.planning import build_planning, build_ways, free_large_networks
from llrgeo.study.result import StudyResult
from llrgeo.study.reuse import NOTHING_REUSABLE, Reusable
from llrgeo.study.times import (
    complete_capacity_plan,
    compute_team_times,
    compute_times,
    journey_sources,
)

logger: logging.Logger = logging.getLogger(__name__)


@with_python_strings
def run_study(
    study: StudyConfig,
    *,
    reusable: Reusable = NOTHING_REUSABLE,
    on_scores: Callable[[Scorecard], object] = lambda _: None,
    on_draft: Callable[[StudyResult], object] | None = None,
    map_tasks: MapTasks = map_here,
    track: Track = iter,
) -> StudyResult:
    """Run a study: read its inputs, compute travel times, appraise and score its options.

    Parameters
    ----------
    study
        What `load_study` returns.
    reusable
        Parts of an earlier result that need not be computed again (`still_holds`).
    on_scores
        Called with the scores as soon as they are known, before the evidence is computed.
    on_draft
        Called with a result that has only the tables of the first pages, before all evidence is
        computed. Never called where contacts are of real patients.
    map_tasks
        Runs large tasks, such as travel times along roads; the figures are the same.
    track
        Wraps the sequences that are iterated over, to show progress.

    Raises
    ------
    LlrgeoError
        If an input or the study has faults; the message lists all of them.

    Examples
    --------
    >>> result = llrgeo.run_study(llrgeo.load_study(folder / "study.toml"))
    >>> result.scorecard.totals.idxmax()
    'nearer'
    """
    # 1. Read and check everything that the study names: areas, sites, networks, options, rates.
    #    All faults of all files come in one message, before anything is computed.
    logger.info("inputs")
    inputs = read_inputs(study, known={**described_before(study), **reusable.inputs})
    if note := left_out_note(inputs.areas, years=bool(study.years)):
        logger.warning(note)

    # 2. Minutes from every area to every site by each mode and period, and from every base to
    #    every area for teams that visit homes (docs/methods 9).
    logger.info("travel times")
    times_by = reusable.times_by or compute_times(inputs, map_tasks=map_tasks, track=track)
    team_times_by = compute_team_times(inputs, known=reusable.team_times_by, map_tasks=map_tasks)
    capacity = complete_capacity_plan(inputs)
    # Frees most of the memory: no later step computes times (one that did would build them again).
    free_large_networks(inputs)

    # 3. For every option: who travels to which site, how long, and what changes against the
    #    baseline (docs/methods 1 to 3); then one score an option from weighted criteria (6).
    logger.info("options and scores")
    appraisal_inputs = build_appraisal_inputs(inputs, times_by, team_times_by, capacity)
    results = reusable.results or evaluate_options(
        inputs.options, appraisal_inputs, baseline=study.baseline
    )
    scorecard = _score(results, study, appraisal_inputs)
    on_scores(scorecard)

    # 4. The evidence behind the score: catchments (4), fairness (5), uncertainty of the ranking
    #    (6), costs (7), small numbers suppressed (10), places compared (12); and capacity, where
    #    the study names years (11): step 2 built that plan, because it needs the routers.
    logger.info("evidence")
    assumed = build_evidence_inputs(inputs, times_by, capacity)
    needed = replace(assumed, map_tasks=map_tasks, recall=reusable.recall)
    context = (
        reusable.context.rescored(scorecard, needed)
        if reusable.context
        else EvidenceContext(results, appraisal_inputs, scorecard, needed, study.baseline)
    )
    parts = inputs, times_by, team_times_by, appraisal_inputs, results, scorecard
    if on_draft and not appraisal_inputs.restricted:
        on_draft(StudyResult(*parts, draw_evidence(context, FIRST_TABLES)))
        logger.info("all evidence")
    return StudyResult(*parts, draw_evidence(context))


def _score(
    results: Mapping[str, OptionResult], study: StudyConfig, appraisal_inputs: AppraisalInputs
) -> Scorecard:
    """Score a study's options by its criteria, without those of contacts in restricted studies."""
    try:
        return score_options(
            results,
            build_criteria(study),
            hurdles=build_hurdles(study),
            set_aside=CONTACT_MEASURES if appraisal_inputs.restricted else (),
        )
    except InputError as error:
        msg = f"{study.source_name}: {error}"
        raise InputError(msg) from error


def check_publishable(study: StudyConfig, folder: Path) -> None:
    """Refuse a study that could not be published after its run.

    Raises
    ------
    ConfigError
        If there is no option besides the baseline.
    PublishError
        If the folder cannot be written to, or an input would be written over.
    """
    if len(study.options) == 1:
        msg = (
            f"{study.source_name}: options: there is only the baseline; add one to compare with it"
        )
        raise ConfigError(msg)
    study_words(study)  # faults of the catalogue are reported before the run
    check_output_folder(study, folder)


@with_python_strings
def publish_first(result: StudyResult, folder: Path) -> dict[str, str]:
    """Write the first pages of a study into a folder, and return them: front page and explorer.

    The other files in it stay, those of the previous run, until `publish_study` ends.

    Raises
    ------
    LlrgeoError
        As `publish_study`.
    """
    logger.info("first pages")
    pages = first_pages(build_publication(result))
    write_files(pages, folder)
    return pages


def publish_study(
    result: StudyResult,
    folder: StrPath,
    *,
    drawn: Mapping[str, str] | None = None,
    more: Mapping[str, ExtraFiles] = MappingProxyType({}),
    map_tasks: MapTasks = map_here,
    track: Track = iter,
) -> list[Path]:
    """Write a study's pages, maps, tables and manifest into a folder, whole or not at all.

    Parameters
    ----------
    result
        What `run_study` returns.
    folder
        The folder to write; it is created if it is missing. Other files in it stay.
    drawn
        The pages that `publish_first` returned for the same study: they are not drawn again.
    more
        Makers of further files to write in the same step, by the name that is logged: maps for
        print, the report as PDF, a kit (`llrgeo.publish.folder`).
    map_tasks
        Makes the pages of a split explorer; the pages are the same.
    track
        Wraps the files that are written, to show progress.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    LlrgeoError
        If the outlines do not match the areas, or the folder cannot be written to.

    Examples
    --------
    >>> result = llrgeo.run_study(llrgeo.load_study(folder / "study.toml"))
    >>> files = llrgeo.publish_study(result, folder / "maps")
    >>> (folder / "maps" / "index.html").is_file()
    True
    """
    folder = Path(folder)
    check_output_folder(result.inputs.study, folder)
    logger.info("pages and tables")
    made = build_publication(result)
    logged = [partial(_make_logged, stage, make) for stage, make in more.items()]
    return publish(made, folder, drawn=drawn, more=logged, map_tasks=map_tasks, track=track)


def _make_logged(
    stage: str, make: ExtraFiles, publication: Publication, published: Collection[str]
) -> Mapping[str, Content]:
    logger.info(stage)
    return make(publication, published)


def print_study(result: StudyResult, folder: StrPath) -> list[Path]:
    """Write a study's maps for print, A4 and A3, as SVG and PNG with their alternative text.

    Returns the files written, in `print/` of the folder.

    Raises
    ------
    LlrgeoError
        As `publish_study`.

    Examples
    --------
    >>> result = llrgeo.run_study(llrgeo.load_study(folder / "study.toml"))
    >>> sorted({path.suffix for path in llrgeo.print_study(result, folder / "maps")})
    ['.png', '.svg', '.txt']
    """
    logger.info("maps for print")
    return write_files(maps_for_print(build_publication(result)), Path(folder))


def print_report(result: StudyResult, folder: StrPath) -> list[Path]:
    """Write a study's report as `report.pdf`, printed by an installed Chromium or Chrome.

    Raises
    ------
    PublishError
        As `publish_study`, and if no browser that prints is installed.

    Examples
    --------
    >>> result = llrgeo.run_study(llrgeo.load_study(folder / "study.toml"))
    >>> try:
    ...     print([path.name for path in llrgeo.print_report(result, folder / "maps")])
    ... except llrgeo.PublishError as error:  # without a browser
    ...     print(["report.pdf"] if "Chromium" in str(error) else error)
    ['report.pdf']
    """
    logger.info("report as PDF")
    return write_files(report_as_pdf(build_publication(result)), Path(folder))


def build_publication(result: StudyResult) -> Publication:
    """Return all that is published of a study as plain values, without study files and routers."""
    study, services = result.study, result.appraisal_inputs.services
    words, recall = study_words(study), result.evidence.context.evidence_inputs.recall
    return Publication(
        title=study.title,
        date=study.date,
        areas=result.areas,
        sites=result.sites,
        base=result.inputs.base_map,
        times=(*result.times_by.values(), *result.team_times_by.values()),
        judged_by=result.times,
        services=services,
        results=result.results,
        baseline_name=study.baseline,
        tables=result.evidence.tables,
        manifest=result.inputs.described,
        error_note=translate_note(result.times.error_note, words),
        sources=tuple(translate_note(note, words) for note in _sources(result)),
        first_place=result.evidence.first_place,
        postcodes=result.inputs.postcodes,
        tolerance_min=study.tolerance_min,
        illustrative=any("illustrative" in service.source for service in services),
        theme=translate_theme(result.inputs.theme, words),
        question=study.question,
        descriptions=result.evidence.descriptions,
        deprivation=study.deprivation_index(result.areas.index),
        planning=build_planning(result.inputs, result.appraisal_inputs.rounds),
        ways=build_ways(result.inputs, result.results, services, result.times, recall=recall),
        own_roads=build_own_roads(result.inputs),
        figures=result.inputs.place_figures,
        recall=recall,
        words=words,
    )


def _sources(result: StudyResult) -> list[str]:
    """Return the sources of the data, and notes on what they leave out."""
    study, areas = result.study, result.areas
    left_out = left_out_note(areas, years=bool(study.years)), not_counted_note(areas)
    notes = filter(None, (entrances_note(result.sites), *left_out))
    return [*study.sources, *journey_sources(study, result.times_by), *notes]
