"""The command line: each command a few lines over the library; errors are one line and exit 1."""

import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any, Literal

import pandas as pd
import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import track as rich_track
from rich.table import Table

from llrgeo.appraisal.scoring import MEASURES
from llrgeo.appraisal.siting.constraints import Close, Keep
from llrgeo.appraisal.siting.locate import DEFAULT_SECONDS
from llrgeo.appraisal.siting.problem import SitingProblem
from llrgeo.config import StudyConfig, load_study, new_study
from llrgeo.errors import LlrgeoError, PublishError
from llrgeo.inputs import fetch as downloads
from llrgeo.inputs.embedded import embedded
from llrgeo.preparation import compute_times, read_places
from llrgeo.provenance import changed_outputs, read_manifest, study_of
from llrgeo.publish.check import check_page
from llrgeo.publish.check_browser import has_browser
from llrgeo.publish.comparison_chart import comparison_chart
from llrgeo.roads.network import load_network, save_network
from llrgeo.roads.osm import build_network, describe_network
from llrgeo.schema import Track, name_some
from llrgeo.study import StudyResult, locate_service, print_study, publish_study, run_study
from llrgeo.travel.compare import compare_travel_times, read_reference
from llrgeo.travel.times import save_travel_times

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
network_app = typer.Typer(no_args_is_help=True)
app.add_typer(network_app, name="network", help="Build a road network, or describe one.")

StudyFile = Annotated[
    Path | None, typer.Argument(help="Study file; the embedded LLR study if not given.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
SitingObjective = Literal["p-median", "mclp", "lscp", "lscp-b", "p-centre", "kolm-pollak"]
OutFile = Annotated[Path, typer.Option("--out", help="Where to write.")]


@app.callback()
def start(
    *, verbose: Annotated[bool, typer.Option("--verbose", help="Log what is done.")] = False
) -> None:
    """Plan where health services should be: travel times, options, sites and public maps."""
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="%(message)s")


@app.command()
def run(
    study_file: StudyFile = None,
    *,
    out: OutFile = Path("maps"),
    quiet: Quiet = False,
    print_maps: Annotated[
        bool, typer.Option("--print", help="Make maps for print too: A4 and A3, SVG and PNG.")
    ] = False,
    timings: Annotated[bool, typer.Option("--timings", help="Show seconds by stage.")] = False,
) -> None:
    """Run a study and publish its pages, maps and tables."""
    clock = _StageClock()
    with clock.running() if timings else nullcontext():
        result = run_study(load_study(study_file), track=_track("Travel times", quiet=quiet))
        publish_study(result, out, track=_track("Pages and tables", quiet=quiet))
        if print_maps:
            print_study(result, out)
    if not quiet:
        _console().print(_scorecard(result))
        _console().print(f"Written: {out / 'index.html'}", highlight=False)
    if timings:
        _console().print(clock.table())


@app.command()
def replay(
    manifest: Annotated[Path, typer.Argument(help="The manifest.json of an earlier run.")],
    *,
    data: Annotated[Path, typer.Option(help="The folder that the study's paths are in.")] = Path(),
    out: OutFile = Path("replay"),
    quiet: Quiet = False,
) -> None:
    """Run again what a manifest describes, and tell whether every file comes out the same."""
    recorded = read_manifest(manifest)
    publish_study(run_study(study_of(recorded, data)), out)
    changed = changed_outputs(recorded, out)
    if changed:
        msg = f"{len(changed)} files differ from those of the manifest ({name_some(changed)})"
        raise PublishError(msg)
    if not quiet:
        typer.echo(f"All {len(recorded['outputs'])} files are the same, byte for byte.")


@app.command()
def times(study_file: StudyFile = None, *, out: OutFile, quiet: Quiet = False) -> None:
    """Write the travel times alone, one row a pair, as .parquet or .csv."""
    study = load_study(study_file)
    found = compute_times(study, read_places(study), track=_track("Travel times", quiet=quiet))
    save_travel_times(list(found.values()), out)


@network_app.command("build")
def network_build(
    extracts: Annotated[list[Path], typer.Argument(help="OpenStreetMap files: .osm.pbf, .osm.")],
    *,
    out: OutFile,
    boundary: Annotated[
        Path | None, typer.Option(help="Polygons of the study area; LLR if not given.")
    ] = None,
    buffer: Annotated[float, typer.Option(help="Kilometres kept beyond the boundary.")] = 30.0,
    mode: Annotated[str, typer.Option(help="car, walk, walk_slow or cycle.")] = "car",
    quiet: Quiet = False,
) -> None:
    """Build a road network from OpenStreetMap extracts and save it in a folder."""
    network = build_network(
        extracts,
        boundary=boundary or embedded("authorities.geojson"),
        buffer_m=buffer * 1_000,
        mode=mode,
        track=_track("Streets", quiet=quiet),
    )
    save_network(network, out)
    if not quiet:
        _console().print(_rich(describe_network(network)))


@network_app.command("info")
def network_info(folder: Annotated[Path, typer.Argument(help="A saved network.")]) -> None:
    """Describe a saved network: what it is of, how large, how far to trust it."""
    _console().print(_rich(describe_network(load_network(folder))))


@app.command()
def validate(
    study_file: StudyFile = None,
    *,
    reference: Annotated[Path, typer.Option(help="CSV: area_id, site_id, travel_time_min.")],
    plot: Annotated[Path | None, typer.Option(help="Where to draw the pairs: .svg.")] = None,
) -> None:
    """State the error of a study's travel times against observed or independent ones."""
    study = load_study(study_file)
    places = read_places(study)
    found = next(iter(compute_times(study, places).values()))
    compared = compare_travel_times(
        found, read_reference(reference), authority=places.areas["authority"]
    )
    for table in (compared.overall, compared.by_distance, compared.by_authority):
        _console().print(_rich(table))
    fit = compared.fit
    _console().print(
        f"fitted: reference = {fit.delay_min:.2f} min + {fit.factor:.3f} x modelled, which leaves "
        f"a mean absolute error of {fit.mae_min:.2f} min on areas not fitted to"
    )
    if plot:
        plot.write_text(comparison_chart(compared).svg(), encoding="utf-8")


@app.command()
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


@app.command()
def fetch(
    kind: Annotated[str, typer.Argument(help="osm, areas or boundaries.")],
    *,
    out: OutFile = Path("downloads"),
) -> None:
    """Download official data: resumable, checked by checksum."""
    for path in downloads.fetch_all(downloads.read_downloads(kind), out):
        typer.echo(path)


@app.command()
def check(page: Annotated[Path, typer.Argument(help="A published page, PAGE.html.")]) -> None:
    """Check a published page: no requests, its policy, accessibility, tables and figures, size."""
    findings = check_page(page)
    for finding in findings:
        typer.echo(f"{finding.rule}: {finding.message}")
    if findings:
        msg = f"{page}: {len(findings)} findings"
        raise PublishError(msg)
    where = "also in a browser" if has_browser() else "not in a browser: install llrgeo[browser]"
    typer.echo(f"{page}: nothing found ({where})")


@app.command()
def new(path: Annotated[Path, typer.Argument(help="The study file to write.")]) -> None:
    """Write a commented study file to start from."""
    new_study(path)
    typer.echo(f"{path} is a copy of the default study; edit it, then: llrgeo run {path}")


def main() -> None:
    """Run the command line; an error that llrgeo raises is one line and exit status 1."""
    try:
        app()
    except LlrgeoError as error:
        typer.echo(f"llrgeo: {error}", err=True)
        sys.exit(1)


class _StageClock(logging.Handler):
    """Times the stages of a study, which it logs as it begins each."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.stages: list[tuple[str, float]] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Note when a stage begins."""
        self.stages.append((record.getMessage(), perf_counter()))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Listen to the study's log in place of those who listen to it otherwise."""
        log = logging.getLogger("llrgeo.study")
        level = log.level
        log.addHandler(self)
        log.setLevel(logging.INFO)
        log.propagate = False
        try:
            yield
        finally:
            self.stages.append(("", perf_counter()))
            log.removeHandler(self)
            log.setLevel(level)
            log.propagate = True

    def table(self) -> Table:
        """Return a row for each stage and its seconds."""
        table = Table("Stage", "Seconds", box=None)
        for (stage, begun), (_, ended) in pairwise(self.stages):
            table.add_row(stage, f"{ended - begun:.2f}")
        return table


def _option_block(site_ids: Sequence[str], service: str, study: StudyConfig) -> str:
    """Write sites as an option to paste into a study file."""
    known = read_places(study).sites["name"]
    names = known.reindex(list(site_ids), fill_value="not in the sites table")
    listed = "".join(
        f'  "{site_id}", # {" ".join(name.split())}\n' for site_id, name in names.items()
    )
    return (
        '[[options]]\nid = "located"\nlabel = "Best sites found"\n'
        f'based_on = "{study.baseline}"\n\n'
        f"[options.sites]\n{service} = [\n{listed}]"
    )


def _track(description: str, *, quiet: bool) -> Track:
    def show(sequence: Sequence[Any]) -> Iterable[Any]:
        return rich_track(sequence, description, console=Console(stderr=True), transient=True)

    return iter if quiet else show


def _console() -> Console:
    return Console()


def _scorecard(result: StudyResult) -> Table:
    """Draw the scorecard: a row for each option, best first."""
    card = result.scorecard
    labels = {option.id: option.label for option in result.study.options}
    table = Table(title=result.study.title, box=SIMPLE_HEAD, caption_justify="left")
    table.add_column("Option")
    key = []
    for number, measure in enumerate(card.values.columns, start=1):
        table.add_column(str(number), justify="right")
        key.append(f"{number}  {MEASURES[measure].label} ({MEASURES[measure].unit})")
    table.caption = "\n".join([*key, "", result.times.error_note])
    table.add_column("Score", justify="right")
    for name in card.totals.sort_values(ascending=False, kind="stable").index:
        figures = [f"{value:,.2f}" for value in card.values.loc[name]]
        table.add_row(labels[name], *figures, f"{card.totals[name]:.3f}")
    return table


def _rich(frame: pd.DataFrame) -> Table:
    table = Table(*[str(name) for name in frame.columns])
    for row in frame.itertuples(index=False):
        table.add_row(*[f"{cell:,.2f}" if isinstance(cell, float) else str(cell) for cell in row])
    return table
