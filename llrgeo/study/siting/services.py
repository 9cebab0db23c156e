"""Set up and solve a siting problem of a study: the best sites for one service."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.appraisal.accessibility.equity import kolm_pollak_kappa
from llrgeo.appraisal.demand import Service
from llrgeo.appraisal.journeys.nearest_sites import nearest_site
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.people.access import Access
from llrgeo.appraisal.people.counts import reconcile
from llrgeo.appraisal.people.people_groups import people_by_group
from llrgeo.appraisal.siting.constraints import Keep
from llrgeo.appraisal.siting.formulate import formulate
from llrgeo.appraisal.siting.locate import SiteSelection
from llrgeo.appraisal.siting.plans import Effort, best_plans, stage_plan, value_curve
from llrgeo.appraisal.siting.problem import SitingProblem
from llrgeo.appraisal.siting.regret import Scenario, compare_regrets
from llrgeo.errors import ConfigError
from llrgeo.inputs.sites import sites_for
from llrgeo.study.config import StudyConfig, build_services
from llrgeo.study.inputs import PLACES, StudyInputs, read_inputs
from llrgeo.study.siting.config import SitingConfig, build_constraints
from llrgeo.study.siting.demand import check_year, yearly_demand
from llrgeo.study.siting.proposed_sites import proposed_sites
from llrgeo.study.times import judged_times
from llrgeo.travel.times import TravelTimes

TODAY: Final = "as today"
_USE_LOCATE_BEDS: Final = "beds of sites follow from a queue; use study.siting.beds.locate_beds"
_CLASSES: Final = {
    "lost": "lost",
    "worsened": "longer",
    "improved": "shorter",
    "gained": "shorter",
    "unchanged": "about_the_same",
    "none": "none",
    "no_data": "no_data",
}


@dataclass(frozen=True)
class SitingStudy:
    """A siting problem of a study, with the data for it.

    Attributes
    ----------
    inputs
        The study's areas, sites and options.
    config
        The siting file.
    service
        The service to be sited.
    sites
        On `site_id`: the study's sites, and candidates that are no sites yet (status `proposed`).
    times
        Minutes to all of them, or from them for a team.

    Examples
    --------
    >>> config = llrgeo.load_siting(None, service="clinic", p=1)
    >>> siting = llrgeo.prepare_siting(llrgeo.load_study(folder / "study.toml"), config)
    >>> siting.candidates.minutes.shape
    (4, 3)
    """

    inputs: StudyInputs
    config: SitingConfig
    service: Service
    sites: gpd.GeoDataFrame
    times: TravelTimes

    @cached_property
    def baseline(self) -> Option:
        """The study's baseline, or the option that the siting file starts from."""
        options = {option.name: option for option in self.inputs.options}
        return options[self.config.start or self.inputs.study.baseline]

    @property
    def start_name(self) -> str:
        """The name of the baseline at the beginning of a sentence: today, or an option's label."""
        return f"'{self.baseline.label}'" if self.config.start else "Today"

    @cached_property
    def candidates(self) -> TravelTimes:
        """Minutes to the sites that could host the service, and to those that stay."""
        hosts = set(sites_for(self.sites, self.service.id))
        return self.times.select(hosts | self.outside | self.added_to)

    @cached_property
    def today(self) -> frozenset[str]:
        """Sites of the service in the baseline."""
        return self.baseline.sites[self.service.id]

    @cached_property
    def outside(self) -> frozenset[str]:
        """Sites of today outside the study's authorities; they stay unless `close` names them."""
        if not self.config.outside_stay or "authority" not in self.sites:
            return frozenset()
        authority = self.sites["authority"].dropna()
        neighbours = authority.index[~authority.isin(self.inputs.home)]
        return self.today & frozenset(neighbours) - frozenset(self.config.close)

    @cached_property
    def added_to(self) -> frozenset[str]:
        """Sites of today that others are added to; none if the plan does not build on today's."""
        if not self.config.add:
            return frozenset()
        return self.today - self.outside - frozenset(self.config.close)

    @cached_property
    def demand(self) -> pd.Series:
        """Contacts of residents a year, of the siting file's `year`; `yearly_demand` says how."""
        return yearly_demand(self.inputs, self.service, year=self.config.year)

    @property
    def restricted(self) -> bool:
        """Whether the study's contacts are of real patients."""
        return self.inputs.study.appraisal.restricted

    @cached_property
    def today_min(self) -> pd.Series:
        """Minutes of each area to the nearest site of the baseline."""
        return self.nearest(self.today)["travel_time_min"]

    @cached_property
    def problem(self) -> SitingProblem:
        """The problem to solve; an aversion to inequality is scaled by the baseline.

        Sites of neighbours stay open besides the plan. If sites are added, those of today are kept.
        """
        config, areas = self.config, self.inputs.areas
        near = config.standard_min
        problem = SitingProblem(
            objective=config.objective,
            p=config.p if config.add is None else len(self.added_to) + config.add,
            standard_min=self.service.travel_standard_min if near is None else near,
            mix=config.mix,
            ceiling_min=self._ceiling_min,
            beside=self.outside,
        )
        if self.added_to:
            problem = problem.subject_to(Keep(self.added_to))
        sites = self.sites.loc[self.candidates.minutes.columns]
        limits = tuple(build_constraints(config, areas, sites, self.today_min))
        # Aversion is scaled by today's journeys, so that it is equal for all plans.
        if problem.definition.needs_kappa(problem.parameters):
            problem = replace(problem, kappa=kolm_pollak_kappa(self.today_min, self.demand))
        return problem.subject_to(*limits)

    @property
    def _ceiling_min(self) -> float:
        """The minutes that an unreachable pair counts as, today and in every future."""
        minutes = self.times.minutes.to_numpy()
        slowest = max((future.time_factor for future in self.config.scenarios), default=1.0)
        longest = minutes[np.isfinite(minutes)].max(initial=0.0) * max(slowest, 1.0)
        return self.inputs.study.ceiling_for(float(longest), mode=self.times.mode)

    def nearest(self, site_ids: frozenset[str] | tuple[str, ...]) -> pd.DataFrame:
        """Return for every area the nearest of some sites and the minutes to it."""
        return nearest_site(self.times, site_ids)

    def scenarios(self) -> list[Scenario]:
        """Return today and the futures of the siting file."""
        found = [Scenario(TODAY, self.candidates, self.demand)]
        for future in self.config.scenarios:
            times = replace(self.candidates, minutes=self.candidates.minutes * future.time_factor)
            year = self.config.year if future.year is None else future.year
            growth = {str(band): factor for band, factor in future.growth.items()}
            demand = yearly_demand(self.inputs, self.service, year=year, growth=growth)
            found.append(Scenario(future.label, times, demand, future.time_factor))
        return found


@dataclass(frozen=True, slots=True)
class SitingResult:
    """The result of a search for the best sites.

    Attributes
    ----------
    siting
        The problem with its data.
    plans
        The best plans, best first.
    today_value
        The objective under the sites of the baseline, over the same demand; +inf if they do not
        cover the demand that the objective requires, NaN if there are none.
    sequence
        The order in which to open the sites of the best plan.
    curve
        The best value by number of sites; None without `curve` in the siting file.
    regret
        The regret of plans by scenario, and the plan with the least; None without `scenarios`.

    Examples
    --------
    >>> config = llrgeo.load_siting(None, service="clinic", p=1)
    >>> result = llrgeo.locate_service(llrgeo.load_study(folder / "study.toml"), config)
    >>> result.best.proven
    True
    """

    siting: SitingStudy
    plans: tuple[SiteSelection, ...]
    today_value: float
    sequence: pd.DataFrame
    curve: pd.DataFrame | None
    regret: pd.DataFrame | None

    @property
    def best(self) -> SiteSelection:
        """The best plan."""
        return self.plans[0]

    def site_changes(self, plan: SiteSelection) -> pd.DataFrame:
        """Return the change at each site of today or of a plan.

        Index `site_id`: `name`, `authority` and `change`: `opens`, `closes`, `stays`, or
        `neighbour`, which stays open besides the plan.
        """
        siting = self.siting
        planned, today = frozenset(plan.sites), siting.today
        named = {
            "opens": planned - today,
            "closes": today - planned,
            "stays": (planned & today) - siting.outside,
            "neighbour": siting.outside,
        }
        change = pd.Series({site: kind for kind, sites in named.items() for site in sorted(sites)})
        known = siting.sites.reindex(columns=["name", "authority"]).loc[change.index]
        return pd.DataFrame(known.assign(change=change)).rename_axis("site_id")

    def people(self) -> pd.DataFrame:
        """Return residents by the change of their journey under the best plan.

        Index `class`, as in docs/methods 2 for one service: `lost`, `longer`, `shorter` (a journey
        gained counts as shorter), `about_the_same` (within the study's tolerance), `none` (no
        journey before and after) and `no_data`. Columns: `residents`, which sum to all, `share`,
        and `areas`.
        """
        residents = self.siting.inputs.areas["residents"].astype(np.int64)
        outcome = self.access().change["outcome"].map(_CLASSES)
        counts = pd.DataFrame({"residents": residents, "areas": 1}).groupby(outcome).sum()
        table = counts.reindex(list(dict.fromkeys(_CLASSES.values())), fill_value=0)
        reconcile(table["residents"], residents.sum(), table="people by class")
        table.insert(1, "share", table["residents"] / residents.sum())
        return table.rename_axis("class")

    def access(self) -> Access:
        """Return the changes for residents under the best plan, everyone at the nearest site."""
        inputs = self.siting.inputs
        return Access(
            self.siting.today_min,
            self.siting.nearest(self.best.sites)["travel_time_min"],
            people_by_group(inputs.areas),
            tolerance_min=inputs.study.tolerance_min,
            thresholds_min=inputs.study.thresholds_min,
        )


def locate_service(study: StudyConfig, config: SitingConfig) -> SitingResult:
    """Find the best sites for one service of a study, among those that could host it.

    Raises
    ------
    ConfigError
        If the study has no such service, or the siting file asks for beds.
    InputError
        If an input or a constraint has faults.
    InfeasibleError
        If no plan meets the constraints.

    Examples
    --------
    >>> config = llrgeo.load_siting(None, service="clinic", p=1)
    >>> result = llrgeo.locate_service(llrgeo.load_study(folder / "study.toml"), config)
    >>> len(result.best.sites)
    1
    """
    if config.beds is not None:
        raise ConfigError(_USE_LOCATE_BEDS)
    siting = prepare_siting(study, config)
    times, demand, problem = siting.candidates, siting.demand, siting.problem
    effort = Effort(config.gap, config.seconds, study.seed)
    plans = best_plans(
        times, demand, problem, count=config.plans, differ_by=config.differ_by, effort=effort
    )
    # The sequence is of the best plan; its sites that run the service already come first.
    chosen = plans[0].sites
    running = siting.today & set(chosen)
    staged = stage_plan(times.select(chosen), demand, problem, sites=chosen, today=running)
    counts = config.curve
    curve = value_curve(times, demand, problem, counts=counts, effort=effort) if counts else None
    regret = None
    if config.scenarios:
        regret = compare_regrets(
            plans, siting.scenarios(), siting.problem, seconds=config.seconds, seed=study.seed
        )
    case = formulate(times, demand, problem)
    open_today = siting.times.minutes[sorted(siting.today)]
    today = case.value_of_sites(open_today) if siting.today else float("nan")
    return SitingResult(siting, tuple(plans), today, staged, curve, regret)


def prepare_siting(study: StudyConfig, config: SitingConfig) -> SitingStudy:
    """Read the inputs of a siting problem, and compute the travel times.

    Raises
    ------
    ConfigError
        If the study has no such service or year, or its contacts are of real patients and the
        siting file limits their number.
    InputError
        If an input has faults.

    Examples
    --------
    >>> config = llrgeo.load_siting(None, service="clinic", p=1)
    >>> siting = llrgeo.prepare_siting(llrgeo.load_study(folder / "study.toml"), config)
    >>> list(siting.sites.index)
    ['A', 'B', 'C']
    """
    services = {service.id: service for service in build_services(study)}
    if config.service not in services:
        msg = f"no service '{config.service}' in the study; there are {', '.join(services)}"
        raise ConfigError(msg)
    if study.appraisal.restricted and (config.capacity or config.minimum_activity):
        msg = (
            "capacity and minimum_activity count contacts; in a restricted study a plan is by "
            "residents, for the best plan would tell of real patients. Leave them out"
        )
        raise ConfigError(msg)
    check_year(study.years, config.year, key="year")
    for future in config.scenarios:
        check_year(study.years, future.year, key=f"scenarios: {future.label}")
    inputs = read_inputs(study, (*PLACES, "options", "activity"))
    proposed = proposed_sites(inputs.areas, inputs.directory, config)
    new = proposed[~proposed.index.isin(inputs.known_sites.index)]
    sites = pd.concat([inputs.sites, new]) if len(new) else inputs.sites
    service = services[config.service]
    times = judged_times(inputs, sites, delivery=service.delivery)
    return SitingStudy(inputs, config, service, sites, times)
