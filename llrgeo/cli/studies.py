"""Commands of studies: run, repeat, compare and start them, their travel times and their error."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import typer

from llrgeo.cli.official import list_area, write_area
from llrgeo.cli.parameters import Boards, DryRun, Offline, OutFile, Quiet, SourcesFile, StudyFile
from llrgeo.cli.screen import (
    StageClock,
    announce,
    comparison_table,
    difference_table,
    progress,
    scorecard_table,
    show,
)
from llrgeo.errors import ConfigError, InputError, PublishError

if TYPE_CHECKING:
    from llrgeo.execution.tasks import MapTasks
    from llrgeo.study.result import StudyResult

# Python's own is 700, or 2,000 since 3.13; at 50,000 the main job still took 2 % longer.
_OBJECTS_A_LOOK: Final = 250_000


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Let Python look seldom for objects that only refer to one another, and at new ones alone.

    A run makes a million objects and next to no such cycles; looking at all of them, time and
    again, took a twentieth of it, and an eighth of the time in which its libraries are loaded.
    """
    usual = gc.get_threshold()
    gc.freeze()  # what was made as the command line was loaded stays to the end
    gc.set_threshold(_OBJECTS_A_LOOK, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


@_rare_collections()
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
    from llrgeo.publish.report.pdf import find_renderer
    from llrgeo.study.plan_file import load_study_or_plan
    from llrgeo.study.run import check_publishable, run_study

    if pdf:
        find_renderer()  # a missing one is told before the work, not after
    more = _More(print_maps=print_maps, pdf=pdf, kit=kit or bool(place), places=tuple(place or ()))
    if watch and study_file:
        from llrgeo.cli.watch import watch_study

        watch_study(study_file, out, partial(_publish, out=out, more=more, quiet=True))
        return
    clock = StageClock()
    with clock.running() if timings else nullcontext():
        study = load_study_or_plan(study_file)
        check_publishable(study, out)
        if quick:
            from llrgeo.cli.quick import run_quickly

            publish = partial(_publish, out=out, more=more, quiet=True)
            run_quickly(study, out, publish, pages_alone=not any(more), quiet=quiet)
        else:
            with _tasks_on(scheduler) as map_tasks:
                result = run_study(
                    study, map_tasks=map_tasks, track=progress("Travel times", quiet=quiet)
                )
                _publish(result, out=out, more=more, quiet=quiet, map_tasks=map_tasks)
    if not quiet and not quick:
        show(scorecard_table(study, result.scorecard))
        show(f"\n{result.times.error_note}\n")
        show(f"Written: {out / 'index.html'}")
    if timings:
        show(clock.table())


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


class _More(NamedTuple):
    """What else than pages and tables a run was asked for; no `places` are all of them."""

    print_maps: bool
    pdf: bool
    kit: bool
    places: tuple[str, ...]


def _publish(
    result: "StudyResult",
    drawn: Mapping[str, str] | None = None,
    *,
    out: Path,
    more: _More,
    quiet: bool,
    map_tasks: "MapTasks | None" = None,
) -> None:
    """Write the pages and tables of a result, and what else was asked for."""
    from llrgeo.execution.tasks import map_here
    from llrgeo.publish.file_list import pages_of_earlier_runs
    from llrgeo.schema import name_some
    from llrgeo.study.run import print_kit, print_report, print_study, publish_study

    track, where = progress("Pages and tables", quiet=quiet), map_tasks or map_here
    written = publish_study(result, out, drawn=drawn, map_tasks=where, track=track)
    if more.print_maps:
        written += print_study(result, out)
    if more.pdf:
        written += print_report(result, out)
    if more.kit:
        track = progress("Places", quiet=quiet)
        written += print_kit(result, out, published=written, places=more.places, track=track)
    left = pages_of_earlier_runs(out, written)
    if left and not quiet:
        show(f"Of an earlier run, delete them: {len(left)} pages in {out} ({name_some(left)})")


def replay(
    manifest: Annotated[Path, typer.Argument(help="The manifest.json of an earlier run.")],
    *,
    data: Annotated[Path, typer.Option(help="The folder that the study's paths are in.")] = Path(),
    out: OutFile = Path("replay"),
    quiet: Quiet = False,
) -> None:
    """Run again what a manifest describes, and tell whether every file comes out the same."""
    from llrgeo.files import repair_folder
    from llrgeo.schema import name_some
    from llrgeo.study.manifest import changed_outputs, read_manifest, study_of
    from llrgeo.study.run import publish_study, run_study

    if repair_folder(manifest.parent):
        typer.echo(f"{manifest.parent}: completed what a stopped run had begun to write")
    recorded = read_manifest(manifest)
    # Inputs that have changed are refused by `study_of`: what differs then is the work of the code.
    publish_study(run_study(study_of(recorded, data)), out)
    changed = changed_outputs(recorded, out)
    if changed:
        msg = f"{len(changed)} files differ from those of the manifest ({name_some(changed)})"
        raise PublishError(msg)
    if not quiet:
        typer.echo(f"All {len(recorded['outputs'])} files are the same, byte for byte.")


def diff(
    before: Annotated[Path, typer.Argument(help="The folder of the earlier run.")],
    after: Annotated[Path, typer.Argument(help="The folder of the later run.")],
    *,
    out: OutFile = Path("difference"),
    quiet: Quiet = False,
) -> None:
    """Tell what differs between two runs: inputs, settings and every figure, page and tables."""
    from llrgeo.files import repair_folder
    from llrgeo.study.run_difference import PAGE, compare_folders, write_difference

    for folder in (before, after):
        if repair_folder(folder):
            typer.echo(f"{folder}: completed what a stopped run had begun to write")
    difference = compare_folders(before, after)
    write_difference(difference, out)
    if not quiet:
        show(difference_table(difference))
        show(f"Written: {out / PAGE}")


def times(
    study_file: StudyFile = None,
    *,
    out: Annotated[Path, typer.Option(help="A file, .parquet or .csv; or a folder, for blocks.")],
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a dask scheduler, to compute on its cluster.")
    ] = None,
    block_areas: Annotated[int, typer.Option(min=1, help="Areas a block has at most.")] = 20_000,
    block_sites: Annotated[int, typer.Option(min=1, help="Sites a block has at most.")] = 100,
    quiet: Quiet = False,
) -> None:
    """Write the travel times alone, one row a pair: into a file, or in blocks into a folder.

    A folder is taken up where it was left: blocks that are there are not computed again.
    """
    from llrgeo.study.config import load_study
    from llrgeo.study.inputs import PLACES, read_inputs
    from llrgeo.study.own_inputs import check_inputs_stay
    from llrgeo.study.times import compute_times, write_times
    from llrgeo.travel.dataset import Dataset
    from llrgeo.travel.times import save_travel_times

    # A folder that is there, or a name without an ending, means blocks; an ending means one file.
    in_blocks, track = out.is_dir() or not out.suffix, progress("Travel times", quiet=quiet)
    if scheduler and not in_blocks:
        msg = f"{out}: a cluster writes in blocks; name a folder, without an ending"
        raise InputError(msg)
    inputs = read_inputs(load_study(study_file), PLACES)
    if not in_blocks:
        check_inputs_stay(inputs.study, [out])
        save_travel_times(list(compute_times(inputs, track=track).values()), out)
        return
    blocks = Dataset(out, block_areas, block_sites, scheduler)
    written = write_times(inputs, blocks, track=track)
    if not quiet:
        did = f"{len(written)} blocks written" if written else "nothing to do, all blocks are there"
        typer.echo(f"{out}: {did}")


def validate(
    study_file: StudyFile = None,
    *,
    reference: Annotated[Path, typer.Option(help="CSV: area_id, site_id, travel_time_min.")],
    plot: Annotated[Path | None, typer.Option(help="Where to draw the pairs: .svg.")] = None,
) -> None:
    """State the error of a study's travel times against observed or independent ones."""
    from llrgeo.files import written_whole
    from llrgeo.publish.report.comparison_chart import comparison_chart
    from llrgeo.study.config import load_study
    from llrgeo.study.inputs import PLACES, read_inputs
    from llrgeo.study.times import times_of_reference
    from llrgeo.travel.compare import compare_travel_times, read_reference

    inputs = read_inputs(load_study(study_file), PLACES)
    pairs_by_times = times_of_reference(inputs, read_reference(reference))
    for number, (times, rows) in enumerate(pairs_by_times):
        compared = compare_travel_times(times, rows, authority=inputs.areas["authority"])
        show(f"{times.mode}, {times.period}: minutes, modelled less reference")
        show(comparison_table(compared))
        fit = compared.fit
        show(
            f"fitted: reference = {fit.delay_min:.2f} min + {fit.factor:.3f} x modelled,\n"
            f"which leaves a mean absolute error of {fit.mae_min:.2f} min on areas not fitted to"
        )
        if plot:
            # One picture a mode and period: those after the first have them in their names.
            of_these = f"{plot.stem}_{times.mode}_{times.period}" if number else plot.stem
            with written_whole(plot.with_stem(of_these)) as made:
                made.write_text(comparison_chart(compared).svg(), encoding="utf-8")


def new(
    path: Annotated[Path, typer.Argument(help="The study file to write; a folder with --icb.")],
    *,
    minimal: Annotated[
        bool, typer.Option("--minimal", help="Forty lines, for areas of any place.")
    ] = False,
    icb: Boards = None,
    downloads: Annotated[
        Path, typer.Option(help="Where official downloads are kept, with --icb.")
    ] = Path("downloads"),
    dry_run: DryRun = False,
    offline: Offline = False,
    sources: SourcesFile = None,
    timings: Annotated[bool, typer.Option("--timings", help="Show seconds by stage.")] = False,
    quiet: Quiet = False,
) -> None:
    """Write a study file to start from; with --icb a whole study of a board, from official data.

    Without an option it is a copy of the default study; with --minimal the shortest that runs.
    """
    if icb and minimal:
        msg = "--icb writes a whole study and --minimal the shortest; give one of them"
        raise ConfigError(msg)
    if not icb and (dry_run or offline or timings or sources):
        msg = "--dry-run, --offline, --sources and --timings go with --icb; name a board"
        raise ConfigError(msg)
    if icb and dry_run:
        list_area(downloads, sources=sources)
        return
    if icb:
        write_area(
            path,
            icb,
            downloads,
            offline=offline,
            sources=sources,
            timings=timings,
            quiet=quiet,
        )
        return
    from llrgeo.study.template import new_study, write_minimal_study

    if minimal:
        write_minimal_study(path)
        typer.echo(f"{path} is the shortest study; put in what it asks for: llrgeo run {path}")
        return
    new_study(path)
    typer.echo(f"{path} is a copy of the default study; edit it, then: llrgeo run {path}")
