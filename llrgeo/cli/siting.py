"""The command that finds the best sites for a service."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llrgeo.appraisal.siting.names import OBJECTIVE_NAMES
from llrgeo.cli.parameters import StudyFile

if TYPE_CHECKING:
    from llrgeo.study.config import StudyConfig
    from llrgeo.study.siting.config import SitingConfig


def locate(
    study_file: StudyFile = None,
    *,
    siting: Annotated[
        Path | None, typer.Option(help="Siting file: constraints, plans, curve, scenarios.")
    ] = None,
    service: Annotated[str | None, typer.Option(help="Id of a service of the study.")] = None,
    p: Annotated[int | None, typer.Option("--p", help="How many sites of the study's own.")] = None,
    add: Annotated[
        int | None, typer.Option(help="How many more than today, all of which stay.")
    ] = None,
    objective: Annotated[
        str | None, typer.Option(help=f"What is best [p-median]: {', '.join(OBJECTIVE_NAMES)}.")
    ] = None,
    standard: Annotated[
        float | None, typer.Option(help="Minutes that count as near [the service's].")
    ] = None,
    keep: Annotated[list[str] | None, typer.Option(help="A site that stays; repeat.")] = None,
    close: Annotated[list[str] | None, typer.Option(help="A site that does not; repeat.")] = None,
    sectors: Annotated[
        bool | None, typer.Option("--sectors", help="Postcode sectors' centres too.")
    ] = None,
    gap: Annotated[float | None, typer.Option(help="Stop this near the bound [0: prove].")] = None,
    beds: Annotated[
        int | None, typer.Option(help="How many sites for so many beds; see the how-to on beds.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(help="Stop each search after this long [60]; see below.")
    ] = None,
    start: Annotated[
        Path | None, typer.Option(help="A plan of the planner page, in place of today.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for tables, map layers and the option.")
    ] = None,
) -> None:
    """Find the best sites for a service, with a bound on how good any plan can be, beside today.

    Sites of today outside the study's own authorities stay open, and are not counted in `--p`,
    unless `--close` names them.

    With `--start PLAN` the plan's option takes the place of today, and its new sites may be chosen.

    What is given here takes the place of what the siting file says. Every plan, every number of
    sites on the curve and every future is a search of its own, with `--seconds` for each; the
    command may take so many times as long.
    """
    from llrgeo.study.plan_file import load_study_or_plan, plan_options
    from llrgeo.study.siting.config import load_siting
    from llrgeo.study.siting.files import check_plan_folder, option_text, write_plan
    from llrgeo.study.siting.services import locate_service
    from llrgeo.study.siting.summary import summarise

    # Values of the command line have precedence over those of the file.
    config = load_siting(
        siting,
        service=service,
        start=None if start is None else plan_options(start)[-1],
        p=p,
        add=add,
        objective=objective,
        standard_min=standard,
        keep=keep or None,
        close=close or None,
        sectors=sectors,
        gap=gap,
        seconds=seconds,
        beds=None if beds is None else {"at_most": beds},
    )
    study = load_study_or_plan(start or study_file)
    if out:
        check_plan_folder(out, study, config)
    if config.beds is not None:
        _locate_beds(study, config, out)
        return
    result = locate_service(study, config)
    # Seconds are printed only here: files of equal searches are equal, byte for byte.
    searched = f"The search took {result.best.seconds:.1f} s."
    _print_plan([*summarise(result), searched], option_text(result))
    if out:
        write_plan(result, out)
        typer.echo(f"Written: {out / 'option.toml'}, with tables and map layers beside it")


def _locate_beds(study: "StudyConfig", config: "SitingConfig", out: Path | None) -> None:
    """Find sites for a number of beds, print them, and write them into a folder if one is given."""
    from llrgeo.study.siting.beds import bed_option_text, bed_sentences, locate_beds, write_beds

    result = locate_beds(study, config)
    _print_plan(bed_sentences(result), bed_option_text(result))
    if out:
        write_beds(result, out)
        typer.echo(f"Written: {out / 'option.toml'}, with tables beside it")


def _print_plan(sentences: Iterable[str], option: str) -> None:
    """Print the result in sentences, and as an option for the study file."""
    for sentence in sentences:
        typer.echo(sentence)
    typer.echo("As an option:\n")
    typer.echo(option)
