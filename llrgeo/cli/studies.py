"""Commands on studies: replay, compare and start them; their travel times and their error."""

from pathlib import Path
from typing import Annotated

import typer

from llrgeo.cli.official import list_area, write_area
from llrgeo.cli.parameters import Boards, DryRun, Offline, OutFile, Quiet, SourcesFile, StudyFile
from llrgeo.cli.screen import comparison_table, difference_table, fit_text, progress, show
from llrgeo.errors import ConfigError, InputError, PublishError


def replay(
    manifest: Annotated[Path, typer.Argument(help="The manifest.json of an earlier run.")],
    *,
    data: Annotated[Path, typer.Option(help="The folder that the study's paths are in.")] = Path(),
    out: OutFile = Path("replay"),
    quiet: Quiet = False,
) -> None:
    """Run again what a manifest describes, and tell whether every file comes out the same."""
    from llrgeo.execution.locks import only_writer
    from llrgeo.files import repair_folder
    from llrgeo.schema import name_some
    from llrgeo.study.manifest import changed_outputs, check_unchanged, read_manifest, study_of
    from llrgeo.study.run import publish_study, run_study

    if repair_folder(manifest.parent):
        typer.echo(f"{manifest.parent}: completed what a stopped run had begun to write")
    recorded = read_manifest(manifest)
    check_unchanged(recorded, manifest)
    # `study_of` refuses changed inputs, so that any difference is due to the code.
    with only_writer(out):
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

    # An existing folder, or a name without a suffix, means blocks; a suffix means one file.
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
    from llrgeo.schema import counted
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
        if compared.unreachable or compared.not_compared:
            show(
                "left out: "
                f"{counted(compared.unreachable, 'pair')} without a modelled journey, "
                f"{counted(compared.not_compared, 'pair')} whose area or site the study lacks"
            )
        show(fit_text(compared))
        if plot:
            # One picture for each mode and period; the names of all but the first state them.
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
    from llrgeo.study.new_study.template import new_study, write_minimal_study

    if minimal:
        write_minimal_study(path)
        typer.echo(f"{path} is the shortest study; put in what it asks for: llrgeo run {path}")
        return
    new_study(path)
    typer.echo(f"{path} is a copy of the default study; edit it, then: llrgeo run {path}")
