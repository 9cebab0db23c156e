"""`llrgeo run`: a study from its file to its pages, once, quickly, or whenever it is saved."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import typer

from llrgeo.cli.parameters import OutFile, Quiet, StudyFile
from llrgeo.cli.screen import StageClock, announce, progress, scorecard_table, show
from llrgeo.errors import ConfigError, LlrgeoError

if TYPE_CHECKING:
    from llrgeo.execution.tasks import MapTasks
    from llrgeo.study.cache_folder import CacheFolder
    from llrgeo.study.config import StudyConfig
    from llrgeo.study.result import StudyResult

_NO_PLACES: Final = (
    "No place has a page: no town lies in the areas, and no ward has enough people. Wards that you "
    "name have one: --place"
)


def run(
    study_file: StudyFile = None,
    *,
    out: OutFile = Path("maps"),
    quiet: Quiet = False,
    print_maps: Annotated[
        bool, typer.Option("--print", help="Make maps for print too: A4 and A3, SVG and PNG.")
    ] = False,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Print the report as PDF too, by Chromium or Chrome.")
    ] = False,
    kit: Annotated[
        bool,
        typer.Option("--kit", help="Make the kit of a consultation too: pages, leaflets of towns."),
    ] = False,
    place: Annotated[
        list[str] | None,
        typer.Option(help="A town or ward that gets a page, with --kit; all without. Repeatable."),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Compute only what changed; explorer first.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on: run quickly each time the study is saved.")
    ] = False,
    scheduler: Annotated[
        str | None,
        typer.Option(
            help="Address of a dask scheduler, whose workers do large work: travel times along "
            "roads, simulation, pages by authority. Timetables are computed here."
        ),
    ] = None,
    timings: Annotated[bool, typer.Option("--timings", help="Show seconds by stage.")] = False,
) -> None:
    """Run a study and publish its pages, maps and tables."""
    if watch or (quick and scheduler):
        _check_watchable(study_file, scheduler, timings=timings)
    if not quiet:  # at once: libraries take a second or more to load
        announce(f"Running {study_file or 'the embedded study'}; pages and tables go into {out}")
    from llrgeo.execution.locks import only_writer
    from llrgeo.study.plan_file import load_study_or_plan
    from llrgeo.study.run import check_publishable

    extras = _Extras(
        print_maps=print_maps, pdf=pdf, kit=kit or bool(place), places=tuple(place or ())
    )
    _check_extras(extras, study_file)
    if watch and study_file:
        from llrgeo.cli.watch import watch_study

        watch_study(study_file, out, partial(_publish, out=out, extras=extras, quiet=True))
        return
    clock = StageClock()
    with only_writer(out), clock.running() if timings else nullcontext():
        study = load_study_or_plan(study_file)
        check_publishable(study, out)
        if quick:
            from llrgeo.cli.quick import run_quickly

            publish = partial(_publish, out=out, extras=extras, quiet=True)
            run_quickly(study, out, publish, pages_alone=not any(extras), quiet=quiet)
        else:
            with _tasks_on(scheduler) as map_tasks:
                result = _run_whole(study, out, extras, map_tasks=map_tasks, quiet=quiet)
    if not quiet and not quick:
        show(scorecard_table(study, result.scorecard))
        show(f"\n{result.times.error_note}\n")
        show(f"Written: {out / 'index.html'}")
    if timings:
        show(clock.table())


def _check_extras(extras: "_Extras", study_file: Path | None) -> None:
    """Refuse before the work what would be missing after it: a library, a browser, a place."""
    from llrgeo.execution.extras import require_plotting
    from llrgeo.publish.report.pdf import find_renderer

    if extras.print_maps or extras.kit:
        require_plotting("a map for print or a kit")
    if extras.pdf:
        find_renderer()
    if extras.places:
        _check_places(study_file, extras.places)


def _check_places(study_file: Path | None, names: Sequence[str]) -> None:
    """Refuse names of places that have no page before the run, which would find them at its end."""
    from llrgeo.publish.kit.places import chosen_places, kit_places
    from llrgeo.study.inputs import read_inputs
    from llrgeo.study.plan_file import load_study_or_plan

    study = load_study_or_plan(study_file)
    try:
        inputs = read_inputs(study, ("areas", "base_map"))
    except LlrgeoError:
        return  # the run reports the faults of all inputs at once
    chosen_places(kit_places(inputs.areas, inputs.base_map, names), names)


def _check_watchable(study_file: Path | None, scheduler: str | None, *, timings: bool) -> None:
    """Refuse to watch the embedded study, which cannot be edited, or to time what does not end."""
    if scheduler:
        msg = "--watch and --quick run on this machine alone; leave them out, or --scheduler"
        raise ConfigError(msg)
    if study_file is None:
        msg = (
            "--watch runs a study file again when you save it; start one: llrgeo new my_study.toml"
        )
        raise ConfigError(msg)
    if timings:
        msg = "--watch says itself how long each run took; leave out --timings, or --watch"
        raise ConfigError(msg)


def _tasks_on(scheduler: str | None) -> AbstractContextManager["MapTasks"]:
    """Give the way in which large work is done: on a scheduler's workers, or here."""
    from llrgeo.execution.tasks import map_here, scheduler_at

    return scheduler_at(scheduler) if scheduler else nullcontext(map_here)


class _Extras(NamedTuple):
    """Further products of a run besides pages and tables; no `places` means all places."""

    print_maps: bool
    pdf: bool
    kit: bool
    places: tuple[str, ...]


def _run_whole(
    study: "StudyConfig", out: Path, extras: _Extras, *, map_tasks: "MapTasks", quiet: bool
) -> "StudyResult":
    """Run a study and publish it; of an earlier run are only the roads that pages hold."""
    from llrgeo.study.reuse import Reusable
    from llrgeo.study.run import run_study
    from llrgeo.study.stored import keys_of_places, load_roads, store_roads

    cache, keys = _cache_folder(), keys_of_places(study)  # of the files before they are read
    reusable = Reusable({"computed": load_roads(keys, cache) if cache else {}})
    track = progress("Travel times", quiet=quiet)
    result = run_study(study, reusable=reusable, map_tasks=map_tasks, track=track)
    _publish(result, out=out, extras=extras, quiet=quiet, map_tasks=map_tasks)
    # If a file was saved while the study ran, it is not known which version was read.
    if cache and not cache.has(keys.roads) and keys_of_places(study) == keys:
        store_roads(result, keys, cache)
    return result


def _cache_folder() -> "CacheFolder | None":
    from llrgeo.study.cache_folder import user_cache

    return user_cache()


def _publish(
    result: "StudyResult",
    drawn: Mapping[str, str] | None = None,
    *,
    out: Path,
    extras: _Extras,
    quiet: bool,
    map_tasks: "MapTasks | None" = None,
) -> None:
    """Write the pages and tables of a result, and what else was asked for."""
    from llrgeo.execution.tasks import map_here
    from llrgeo.publish.file_list import pages_of_earlier_runs
    from llrgeo.publish.folder import ExtraFiles, make_kit, maps_for_print, report_as_pdf
    from llrgeo.publish.kit.names import FOLDER
    from llrgeo.schema import name_some
    from llrgeo.study.run import publish_study

    more: dict[str, ExtraFiles] = {}
    if extras.print_maps:
        more["maps for print"] = maps_for_print
    if extras.pdf:
        more["report as PDF"] = report_as_pdf
    if extras.kit:
        track = progress("Places", quiet=quiet)
        more["pages of places"] = partial(make_kit, names=extras.places, track=track)
    track, where = progress("Pages and tables", quiet=quiet), map_tasks or map_here
    written = publish_study(result, out, drawn=drawn, more=more, map_tasks=where, track=track)
    if extras.kit and not quiet and not any(path.parent.name == FOLDER for path in written):
        show(_NO_PLACES)
    left = pages_of_earlier_runs(out, written)
    if left and not quiet:
        show(f"Of an earlier run, delete them: {len(left)} pages in {out} ({name_some(left)})")
