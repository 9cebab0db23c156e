"""The rows of `table.py`: each is some work, and who does it. A case runs in a process of its own.

Libraries are loaded within a case, so that its memory is its own.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from coverings import covering, covering_by_highs, drawn, plane, postcodes, towns
from taken import Asked, Figures, command, first_words_s, least, llrgeo_command
from watched import EDITS, seconds_after

FUTURES = 5
NOT_TOLD = -1.0  # megabytes of a command that is stopped


class Skipped(Exception):  # noqa: N818 (no error: the reason is a result)
    """Says why a case is not run here."""


Case = Callable[[Asked], Figures]


@dataclass(frozen=True)
class Row:
    """Some work, and those who do it."""

    label: str
    cases: Mapping[str, Case]


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="llrgeo-table-") as folder:
        yield Path(folder)


def main_job(_: Asked) -> Figures:
    """Run and publish the default study, once all that is kept for later runs is kept."""
    with scratch() as folder:
        words = llrgeo_command("run", "--quiet", "--out", str(folder / "maps"))
        return [command(words) for _ in range(2)][1]._replace(note="")


def help_text(_: Asked) -> Figures:
    """Show the help."""
    found = [command(llrgeo_command("--help")) for _ in range(3)]
    return min(found)._replace(note="least of 3")


def typer_and_rich(_: Asked) -> Figures:
    """Load what draws the help, and nothing else."""
    found = [command([sys.executable, "-c", "import typer, rich.console"]) for _ in range(3)]
    return min(found)._replace(note="least of 3, imported only")


def first_message(_: Asked) -> Figures:
    """Wait for the first message of a run."""
    with scratch() as folder:
        words = llrgeo_command("run", "--out", str(folder / "maps"))
        seconds = min(first_words_s(words) for _ in range(3))
    return Figures(seconds, NOT_TOLD, "by the clock, least of 3")


def evaluation(areas: int, sites: int, _: Asked) -> Figures:
    """Evaluate six options of five services."""
    from main_job import evaluate_options, made_up_study

    options, inputs = made_up_study(areas, sites)
    run = partial(evaluate_options, options, inputs, baseline="option_0")
    return Figures(least(run, 5), note="least of 5")


def evaluation_by_arrays(areas: int, sites: int, _: Asked) -> Figures:
    """Evaluate them by plain arrays; say whether the figures are the same."""
    from main_job import evaluate_options, made_up_study
    from plain_evaluation import agrees, plain_figures

    options, inputs = made_up_study(areas, sites)
    run = partial(plain_figures, options, inputs, "option_0")
    seconds = least(run, 5)
    same = agrees(run(), evaluate_options(options, inputs, baseline="option_0"))
    return Figures(seconds, note="equal figures" if same else "OTHER FIGURES")


def after_times(areas: int, sites: int, _: Asked) -> Figures:
    """Run and publish a made-up study whose times are given."""
    from growth import run_once

    with scratch() as folder:
        done = run_once(folder, areas, sites)
    return Figures(done.seconds, done.mb, "reading the times included")


def our_extract(asked: Asked) -> Figures:
    """Build a network for driving from an extract, all rules applied."""
    from llrgeo.roads.osm import build_network

    with extract_of(asked) as path:
        megabytes = path.stat().st_size / 1e6
        return Figures(least(lambda: build_network([path])), note=f"{megabytes:.0f} MB")


def pyrosm_extract(asked: Asked) -> Figures:
    """Read the ways for driving by pyrosm, and their nodes."""
    from pyrosm import OSM

    with extract_of(asked) as path:
        return Figures(least(lambda: OSM(str(path)).get_network("driving", nodes=True)))


@contextmanager
def extract_of(asked: Asked) -> Iterator[Path]:
    """Give the extract; where none is named, one of 60 MB of a county that is made up.

    It is made in a process of its own, whose memory is not counted.
    """
    if asked.extract:
        yield Path(asked.extract)
        return
    with scratch() as folder:
        path = folder / "made_up.osm.pbf"
        command(
            [sys.executable, str(Path(__file__).with_name("large_extract.py")), "--make", str(path)]
        )
        yield path


def transit(_: Asked) -> Figures:
    """Ask for the median journeys over 25 departures."""
    from transit import prepared

    router, areas, sites, rules = prepared()
    ask = partial(router.travel_times, mode="transit", period=rules.period)
    ask(areas[:1], sites[:1])  # compiled code is loaded
    note = f"{len(areas)} x {len(sites)} x {len(rules.departures_s)}, feed and walks read before"
    return Figures(least(lambda: ask(areas, sites)), note=note)


def no_ferrobus(_: Asked) -> Figures:
    """Say that this peer is not paired."""
    msg = "reads feeds of its own preparation; not paired here"
    raise Skipped(msg)


def isochrone(_: Asked) -> Figures:
    """Draw where one site is reached within 5 minutes, in a town of 40,000 junctions."""
    from dense_town import dense_town, middle

    from llrgeo.travel.isochrones.reachable import isochrones

    network = dense_town(200)
    sites = middle(network)
    return Figures(least(lambda: isochrones(network, sites, [5.0]), 2), note="least of 2")


def medians(asked: Asked) -> Figures:
    """Prove each p-median of OR-Library, or graphs drawn by its rule."""
    from siting_proofs import instances, solved

    folder = Path(asked.or_library) if asked.or_library else Path("none")
    took = [(name, *solved(d, p, asked.seconds)) for name, d, p, _ in instances(folder, 900)]
    longest = max(took, key=lambda found: found[1])
    proved = sum(found[2] for found in took)
    note = f"{proved} of {len(took)} proved; longest {longest[0]}, {longest[1]:.1f} s"
    return Figures(sum(found[1] for found in took), note=note)


def medians_by_highs(asked: Asked) -> Figures:
    """Solve the textbook programmes of the smaller ones by HiGHS."""
    from siting import Instance, by_highs
    from siting_proofs import case_of, instances

    folder = Path(asked.or_library) if asked.or_library else Path("none")
    seconds, count = 0.0, 0
    for name, distances, p, _ in instances(folder, 200):
        case, weights = case_of(distances, distances[0] * 0 + 1.0)
        instance = Instance(name, case.minutes, weights, p)
        seconds += least(partial(by_highs, instance, asked.seconds))
        count += 1
    return Figures(seconds, note=f"only the {count} of up to 200 nodes, to a gap of 0.1 %")


def many(kind: str, count: int, _: Asked) -> Figures:
    """Run and publish the toy town with many options or services."""
    from many import write_study

    with scratch() as folder:
        study = write_study(folder / "town", kind, count)
        run = llrgeo_command("run", str(study), "--quiet", "--out", str(folder / "maps"))
        return command(run)._replace(note="")


def best_plans(asked: Asked) -> Figures:
    """Find the ten best plans."""
    from llrgeo.appraisal.siting.plans import Effort, best_plans

    times, people, problem = plans_case()
    run = partial(best_plans, times, people, problem, count=10, effort=Effort(0.0, asked.seconds))
    return Figures(least(run, 2), note="least of 2")


def one_plan(asked: Asked) -> Figures:
    """Find the best plan."""
    from llrgeo.appraisal.siting.locate import locate_sites

    times, people, problem = plans_case()
    run = partial(locate_sites, times, people, problem, gap=0.0, seconds=asked.seconds)
    return Figures(least(run, 3), note="least of 3")


def least_regret(asked: Asked) -> Figures:
    """Find the plan of least regret over five futures, which differ in where people live."""
    import numpy as np

    from llrgeo.appraisal.siting.regret import Scenario, least_regret

    times, people, problem = plans_case()
    rng = np.random.default_rng(2)
    futures = [
        Scenario(f"future {n}", times, people * rng.uniform(0.6, 1.7, len(people)))
        for n in range(FUTURES)
    ]
    return Figures(least(lambda: least_regret(futures, problem, seconds=asked.seconds)))


def plans_case() -> tuple[Any, Any, Any]:
    """Return the default study's minutes to all 99 sites, its residents, and a plan of 8."""
    import llrgeo
    from llrgeo.appraisal.siting.problem import SitingProblem
    from llrgeo.study.inputs import StudyInputs
    from llrgeo.study.times import judged_times

    inputs = StudyInputs(llrgeo.load_study())
    times = judged_times(inputs, inputs.sites)
    return times, inputs.areas["residents"].astype(float), SitingProblem("p-median", p=8)


def _evaluations(areas: int, sites: int) -> Row:
    cases = {
        "ours": partial(evaluation, areas, sites),
        "arrays": partial(evaluation_by_arrays, areas, sites),
    }
    return Row(f"evaluate_options {areas:,} x {sites}", cases)


def _ours(label: str, case: Case) -> Row:
    return Row(label, {"ours": case})


def _postcodes(work: str, objective: str, p: int | None) -> Row:
    sites = f", {p} sites" if p else ""
    label = f"{work}, 5,000 postcodes x 500{sites}"
    return _ours(label, partial(covering, objective, p, postcodes))


ROWS = {
    "main": _ours("main job, warm", main_job),
    "watch": Row(
        "edit to explorer, `--watch`", {what: partial(seconds_after, what) for what in EDITS}
    ),
    "help": Row("`llrgeo --help`", {"ours": help_text, "typer + rich": typer_and_rich}),
    "first": _ours("first message of `llrgeo run`", first_message),
    "evaluate_634": _evaluations(634, 99),
    "evaluate_5000": _evaluations(5_000, 300),
    "study_5000": _ours("study after times, 5,000 x 300", partial(after_times, 5_000, 300)),
    "study_33755": _ours("study after times, 33,755 x 500", partial(after_times, 33_755, 500)),
    "extract": Row("an extract of OpenStreetMap", {"ours": our_extract, "pyrosm": pyrosm_extract}),
    "transit": Row("public transport", {"ours": transit, "ferrobus": no_ferrobus}),
    "isochrone": Row(
        "isochrone, dense town, one site, 5 minutes",
        {"ours": isochrone},
    ),
    "medians": Row("p-medians to proof", {"ours": medians, "HiGHS alone": medians_by_highs}),
    "mclp": Row(
        "maximal covering 5,000 x 500, 15 sites",
        {
            "ours": partial(covering, "mclp", 15, drawn),
            "HiGHS alone": partial(covering_by_highs, 15, drawn),
        },
    ),
    "lscp": Row(
        "set covering 5,000 x 500",
        {
            "ours": partial(covering, "lscp", None, drawn),
            "HiGHS alone": partial(covering_by_highs, None, drawn),
        },
    ),
    "centre": _ours("p-centre 5,000 x 500, 15 sites", partial(covering, "p-centre", 15, drawn)),
    "mclp_towns": _ours(
        "maximal covering, 5,000 x 500 in towns, 20 sites",
        partial(covering, "mclp", 20, towns, share=0.03),
    ),
    "lscp_plane": _ours(
        "set covering, 5,000 x 500, 2 % within a site's reach",
        partial(covering, "lscp", None, plane, share=0.02),
    ),
    "centre_plane": _ours(
        "p-centre 5,000 x 500 without detours, 25 sites", partial(covering, "p-centre", 25, plane)
    ),
    "mclp_postcodes": _postcodes("maximal covering", "mclp", 15),
    "lscp_postcodes": _postcodes("set covering", "lscp", None),
    "centre_postcodes": _postcodes("p-centre", "p-centre", 15),
    "options": _ours("4 areas, 200 options", partial(many, "options", 200)),
    "services": _ours("4 areas, 500 services", partial(many, "services", 500)),
    "plans": Row("10 best plans 634 x 99", {"ours": best_plans, "ours, one plan": one_plan}),
    "regret": _ours("least regret over 5 futures", least_regret),
}
