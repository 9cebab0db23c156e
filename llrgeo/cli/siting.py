"""The command that finds the best sites for a service."""

from collections.abc import Sequence
from typing import Annotated, Literal

import typer

from llrgeo.appraisal.siting.constraints import Close, Keep
from llrgeo.appraisal.siting.locate import DEFAULT_SECONDS
from llrgeo.appraisal.siting.problem import SitingProblem
from llrgeo.cli.parameters import StudyFile
from llrgeo.config import StudyConfig, load_study
from llrgeo.locating import locate_service
from llrgeo.preparation import StudyInputs

SitingObjective = Literal["p-median", "mclp", "lscp", "lscp-b", "p-centre", "kolm-pollak"]


def locate(
    study_file: StudyFile = None,
    *,
    service: Annotated[str, typer.Option(help="Id of a service of the study.")],
    p: Annotated[int | None, typer.Option("--p", help="How many sites.")] = None,
    objective: Annotated[SitingObjective, typer.Option(help="What is best.")] = "p-median",
    standard: Annotated[float, typer.Option(help="Minutes that count as near.")] = 30.0,
    keep: Annotated[list[str] | None, typer.Option(help="A site that stays; repeat.")] = None,
    close: Annotated[list[str] | None, typer.Option(help="A site that does not; repeat.")] = None,
    sectors: Annotated[bool, typer.Option(help="Postcode sectors' centres too.")] = False,
    gap: Annotated[float, typer.Option(help="Stop this near the bound; 0 proves.")] = 0.0,
    seconds: Annotated[float, typer.Option(help="Stop after this long.")] = DEFAULT_SECONDS,
) -> None:
    """Find the best sites for a service, with a bound on how good any plan can be."""
    problem = SitingProblem(objective, p, standard)
    problem = problem.subject_to(Keep(frozenset(keep))) if keep else problem
    problem = problem.subject_to(Close(frozenset(close))) if close else problem
    study = load_study(study_file)
    plan = locate_service(study, service, problem, sectors=sectors, gap=gap, seconds=seconds)
    typer.echo(
        f"{plan.value:.4g} {plan.unit}; no plan is better than {plan.bound:.4g} "
        f"(gap {plan.gap:.2%}, {plan.seconds:.1f} s, seed {plan.seed}). As an option:\n"
    )
    typer.echo(_option_block(plan.sites, service, study))


def _option_block(site_ids: Sequence[str], service: str, study: StudyConfig) -> str:
    """Write sites as an option to paste into a study file."""
    known = StudyInputs(study).sites["name"]
    names = known.reindex(list(site_ids), fill_value="not in the sites table")
    listed = "".join(
        f'  "{site_id}", # {" ".join(name.split())}\n' for site_id, name in names.items()
    )
    return (
        '[[options]]\nid = "located"\nlabel = "Best sites found"\n'
        f'based_on = "{study.baseline}"\n\n'
        f"[options.sites]\n{service} = [\n{listed}]"
    )
