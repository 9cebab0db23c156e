"""The command that finds the best sites for a service."""

from pathlib import Path
from typing import Annotated

import typer

from llrgeo.appraisal.siting.objectives import OBJECTIVES
from llrgeo.cli.parameters import StudyFile


def locate(
    study_file: StudyFile = None,
    *,
    siting: Annotated[
        Path | None, typer.Option(help="Siting file: constraints, plans, curve, scenarios.")
    ] = None,
    service: Annotated[str | None, typer.Option(help="Id of a service of the study.")] = None,
    p: Annotated[int | None, typer.Option("--p", help="How many sites.")] = None,
    objective: Annotated[
        str | None, typer.Option(help=f"What is best [p-median]: {', '.join(OBJECTIVES)}.")
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
    seconds: Annotated[
        float | None, typer.Option(help="Stop each search after this long [60]; see below.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for tables, map layers and the option.")
    ] = None,
) -> None:
    """Find the best sites for a service, with a bound on how good any plan can be.

    What is given here takes the place of what the siting file says. Every plan, every number of
    sites on the curve and every future is a search of its own, with `--seconds` for each; the
    command may take so many times as long.
    """
    from llrgeo.study.config import load_study
    from llrgeo.study.siting import locate_service
    from llrgeo.study.siting_config import load_siting
    from llrgeo.study.siting_files import option_text, write_plan

    config = load_siting(
        siting,
        service=service,
        p=p,
        objective=objective,
        standard_min=standard,
        keep=keep or None,
        close=close or None,
        sectors=sectors,
        gap=gap,
        seconds=seconds,
    )
    result = locate_service(load_study(study_file), config)
    plan = result.best
    typer.echo(
        f"{plan.value:.4g} {plan.unit}; no plan is better than {plan.bound:.4g} "
        f"(gap {plan.gap:.2%}, {plan.seconds:.1f} s, seed {plan.seed}). As an option:\n"
    )
    typer.echo(option_text(result))
    if out:
        write_plan(result, out)
        typer.echo(f"Written: {out / 'option.toml'}, with tables and map layers beside it")
