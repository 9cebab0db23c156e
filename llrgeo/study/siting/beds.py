"""How many sites, and where, for a number of beds: solves a siting file with `beds`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.beds import BedService
from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.capacity.plan import CENTRAL
from llrgeo.appraisal.siting.bed_sites import BedPlan, BedSiting, beds_curve
from llrgeo.errors import ConfigError, InfeasibleError
from llrgeo.inputs.capacity import read_capacity, set_parameters
from llrgeo.publish.data.files import csv_text
from llrgeo.schema import AGE_BANDS, counted, name_some
from llrgeo.study.config import StudyConfig, build_services
from llrgeo.study.siting.config import BedLimits, SitingConfig
from llrgeo.study.siting.demand import check_year
from llrgeo.study.siting.files import describe_folder, write_found
from llrgeo.study.siting.services import SitingStudy, prepare_siting

if TYPE_CHECKING:
    from llrgeo.publish.folder import Content

_PER: Final = 1_000  # rates are a year and 1,000 residents
_WITH_BEDS: Final = frozenset({"service", "beds", "p", "keep", "close", "sectors", "postcodes"})
_ABOUT: Final = {
    "beds_curve": "The shortest journeys for each number of sites, and the beds that they need.",
    "beds_plan": "The sites of the plan, with the beds that each needs and its patients.",
}


@dataclass(frozen=True, slots=True)
class BedSitingResult:
    """The result of a search of sites for beds.

    Attributes
    ----------
    siting
        The study's sites, areas and minutes.
    problem
        Candidates, admissions, target and limits.
    curve
        The best plan of each number of sites (`beds_curve`).
    left_out
        Areas that reach no candidate: their admissions are in no figure.
    """

    siting: SitingStudy
    problem: BedSiting
    curve: pd.DataFrame
    left_out: tuple[str, ...]

    @property
    def best(self) -> pd.Series:
        """The row of the curve with the number of sites given, else with the shortest journeys."""
        p = self.siting.config.p
        rows = self.curve if p is None else self.curve[self.curve["sites"] == p]
        return rows.sort_values(["mean_min", "sites"], kind="stable").iloc[0]

    @property
    def plan(self) -> BedPlan:
        """The plan of that row."""
        named = [part.rsplit(" ", 1)[0] for part in str(self.best["plan"]).split("; ")]
        return self.problem.value(tuple(named))

    def today(self) -> BedPlan | None:
        """Return the plan of today's sites; None if they are not among the candidates."""
        sites = sorted(self.siting.today)
        known = bool(sites) and set(sites) <= set(self.problem.minutes.columns)
        return self.problem.value(tuple(sites)) if known else None


def locate_beds(study: StudyConfig, config: SitingConfig) -> BedSitingResult:
    """Find for each number of sites the plan with the shortest journeys within the beds at hand.

    Raises
    ------
    ConfigError
        If the service is not of beds, its contacts were counted, or the siting file has keys that
        do not go with beds or names a year that the study does not have.
    InputError
        If an input has faults or there are too many plans.
    InfeasibleError
        If no plan keeps within the limits.
    """
    service = _bed_service(study, config)
    siting = prepare_siting(study, config)
    _check_rates_decide(siting)
    limits = config.beds or BedLimits()
    open_to = [str(site) for site in siting.candidates.minutes.columns if site not in config.close]
    minutes = siting.candidates.minutes[open_to]
    # Areas that reach no candidate can be in no plan: they are named in the result.
    reached = np.isfinite(minutes.to_numpy()).any(axis=1)
    admissions = _admissions(siting, service, limits.year)
    problem = BedSiting(
        minutes[reached],
        admissions[reached],
        service.stay,
        service.target,
        beds=np.inf if limits.at_most is None else limits.at_most,
        smallest=limits.smallest,
        keep=frozenset(config.keep) | siting.outside,
        amplitude=service.amplitude,
        closed_share=service.closed_share,
    )
    curve = beds_curve(problem, most_sites=config.p)
    if config.p is not None and config.p not in set(curve["sites"]):
        msg = (
            f"no plan of {config.p} sites keeps within the limits; there are plans of "
            f"{name_some(curve['sites'])}"
        )
        raise InfeasibleError(msg)
    return BedSitingResult(siting, problem, curve, tuple(map(str, minutes.index[~reached])))


def _bed_service(study: StudyConfig, config: SitingConfig) -> BedService:
    """Return the service with its stay and target; refuse what does not go with beds."""
    other = sorted(config.model_fields_set - _WITH_BEDS)
    if other:
        msg = (
            f"beds: {name_some(other)} does not go with it; the beds of a site are concave in "
            f"its patients, so plans are enumerated. Known here are {', '.join(sorted(_WITH_BEDS))}"
        )
        raise ConfigError(msg)
    beds = {service.id: service.beds for service in study.services if service.beds is not None}
    if config.service not in beds:
        known = name_some(beds) or "none"
        msg = f"beds: '{config.service}' is no service of delivery bed; there are {known}"
        raise ConfigError(msg)
    check_year(study.years, config.beds.year if config.beds else None, key="beds")
    # Default parameters, replaced by those of the study: a stay or target may use either.
    own, key = study.capacity.parameters, f"{study.source_name}: capacity.parameters"
    given = set_parameters(read_capacity("parameters"), own, source=key)
    services = {service.id: service for service in build_services(study)}
    return beds[config.service].build(services[config.service], Parameters(given))


def _check_rates_decide(siting: SitingStudy) -> None:
    """Refuse a service whose contacts were counted: journeys of visitors are no admissions."""
    study, name = siting.inputs.study, siting.service.id
    activity = siting.inputs.activity
    if activity is not None and name in activity:
        msg = (
            f"{study.appraisal.activity}: contacts of '{name}' were counted; beds follow from "
            "admissions, and these from rates by age. Leave the column out"
        )
        raise ConfigError(msg)


def _admissions(siting: SitingStudy, service: BedService, year: int | None) -> pd.Series:
    """Return yearly admissions by area, for people of a year (the study's first) or the census."""
    plan = siting.inputs.capacity if siting.inputs.study.years else None
    people, rates = pd.DataFrame(siting.inputs.areas[list(AGE_BANDS)]), service.rates
    if plan is not None:
        when = plan.base_year if year is None else year
        people, rates = plan.people[CENTRAL][when], plan.rates_in(rates, when)
    return people[rates.index].astype(float) @ rates / _PER


def bed_sentences(result: BedSitingResult) -> list[str]:
    """Return the answer in sentences: the number of sites and where, the curve, and today."""
    best, limits = result.best, result.siting.config.beds or BedLimits()
    limit = "" if limits.at_most is None else f"Within {limits.at_most} beds: "
    years = result.siting.inputs.study.years
    people = f"people of {limits.year or years[0]}" if years else "people of the census"
    minutes = f"mean {best['mean_min']:.1f}, longest {best['longest_min']:.1f} minutes, one way"
    sentences = [
        f"{limit}{counted(best['sites'], 'site')}; {minutes}.",
        f"They need {best['beds']} beds, {best['extra_beds']} more than one pool.",
        f"Where: {_named(result)}.",
        f"The best plan of each number of sites, every plan looked at, for {people}:",
        *_curve_lines(result.curve),
    ]
    today = result.today()
    if today is not None:
        sentences.append(
            f"{result.siting.start_name}, {counted(len(today.beds_by_site), 'site')}: "
            f"{today.mean_min:.1f} minutes; for the same target they need {today.beds} beds."
        )
    if result.left_out:
        residents = int(result.siting.inputs.areas["residents"][list(result.left_out)].sum())
        sentences.append(
            f"No candidate reaches {counted(len(result.left_out), 'area')} with {residents:,} "
            "residents; their admissions are in no figure."
        )
    return sentences


def _curve_lines(curve: pd.DataFrame) -> Iterator[str]:
    """Yield a line for each number of sites: minutes, beds, and changes to the number before."""
    before: dict[str, Any] = {}
    for row in curve.to_dict("records"):
        line = (
            f"  {counted(row['sites'], 'site')}: {row['mean_min']:.1f} minutes, "
            f"{row['beds']} beds, the smallest of {row['smallest_site']}"
        )
        if before:
            saved = before["mean_min"] - row["mean_min"]
            line += f"; {saved:.1f} minutes less, {row['beds'] - before['beds']} beds more"
        yield line
        before = {str(key): value for key, value in row.items()}


def _named(result: BedSitingResult) -> str:
    names = result.siting.sites["name"]
    return "; ".join(
        f"{' '.join(str(names[site]).split())} {beds}"
        for site, beds in result.plan.beds_by_site.items()
    )


def bed_plan_table(result: BedSitingResult) -> pd.DataFrame:
    """Return the sites of the plan: `site_id`, `name`, `beds`, `admissions` a year, `areas`."""
    plan, problem = result.plan, result.problem
    nearest = problem.minutes[list(plan.beds_by_site)].idxmin(axis=1)
    going = pd.DataFrame({"admissions": problem.admissions, "areas": 1}).groupby(nearest).sum()
    table = pd.DataFrame({"beds": pd.Series(plan.beds_by_site)}).rename_axis("site_id")
    table.insert(0, "name", result.siting.sites["name"].reindex(table.index))
    return table.join(going).fillna({"admissions": 0.0, "areas": 0}).astype({"areas": int})


def bed_option_text(result: BedSitingResult) -> str:
    """Return the plan as an option to add to the study file."""
    siting, plan = result.siting, result.plan
    service = siting.service.id
    sites = ", ".join(f'"{site}"' for site in plan.beds_by_site)
    beds = ", ".join(f'"{site}" = {number}' for site, number in plan.beds_by_site.items())
    lines = [
        "[[options]]",
        'id = "located"',
        'label = "Best sites found for the beds"',
        f'based_on = "{siting.baseline.name}"',
        "",
        "[options.sites]",
        f"{service} = [{sites}]",
        "",
        "[options.beds]",
        f"{service} = {{ {beds} }}",
    ]
    return "\n".join(lines) + "\n"


def write_beds(result: BedSitingResult, folder: Path) -> list[Path]:
    """Write the result into a folder, whole or not at all.

    `question.json` (the problem), `summary.txt`, `beds_curve.csv`, `beds_plan.csv`, `option.toml`,
    and the two files that describe a folder to other programs.

    Raises
    ------
    PublishError
        If the folder cannot be written to, or a file that the study reads would be lost.
    """
    tables = {"beds_curve": result.curve, "beds_plan": bed_plan_table(result).reset_index()}
    files: dict[str, Content] = {
        "question.json": result.siting.config.model_dump_json(indent=2, exclude_defaults=True),
        "option.toml": bed_option_text(result),
        "summary.txt": "\n".join(bed_sentences(result)) + "\n",
    }
    files |= {f"{name}.csv": csv_text(table) for name, table in tables.items()}
    about = {name: (table, _ABOUT[name]) for name, table in tables.items()}
    files |= describe_folder(result.siting, about, files)
    return write_found(files, result.siting, folder)
