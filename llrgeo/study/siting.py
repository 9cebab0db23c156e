"""The best sites for a service of a study: the problem with its numbers, and what is found."""

from dataclasses import dataclass, replace
from functools import cached_property

import geopandas as gpd
import pandas as pd

from llrgeo.appraisal.access import Access, assess_access, nearest_site, people_by_group
from llrgeo.appraisal.demand import Service, contacts, grow, trips
from llrgeo.appraisal.equity import kolm_pollak_kappa
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.siting.locate import SiteSelection
from llrgeo.appraisal.siting.plans import Effort, best_plans, stage_plan, value_curve
from llrgeo.appraisal.siting.problem import SitingProblem
from llrgeo.appraisal.siting.regret import Scenario, least_regret, regret_table
from llrgeo.errors import ConfigError
from llrgeo.inputs.candidates import sector_centres
from llrgeo.inputs.postcodes import locate_postcodes, read_postcodes
from llrgeo.inputs.sites import sites_for
from llrgeo.schema import WGS84
from llrgeo.study.config import StudyConfig, build_services
from llrgeo.study.inputs import PLACES, StudyInputs, read_inputs
from llrgeo.study.siting_config import SitingConfig, build_constraints
from llrgeo.study.times import judged_times
from llrgeo.travel.times import TravelTimes

TODAY = "as today"


@dataclass(frozen=True)
class SitingStudy:
    """A siting problem of a study, with the numbers it takes.

    Attributes
    ----------
    inputs
        The study's areas, sites and options.
    config
        The siting file.
    service
        The service to be sited.
    sites
        On `site_id`: the study's sites and candidates that are no sites yet (`proposed` by us).
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
        """The study's baseline."""
        options = {option.name: option for option in self.inputs.options}
        return options[self.inputs.study.baseline]

    @cached_property
    def candidates(self) -> TravelTimes:
        """Minutes to the sites that could host the service."""
        return self.times.select(sites_for(self.sites, self.service.id))

    @cached_property
    def demand(self) -> pd.Series:
        """Contacts of residents a year, counted or by the study's rates."""
        return contacts(self.service, self.inputs.areas, self.inputs.activity)

    @cached_property
    def today_min(self) -> pd.Series:
        """Minutes of each area to the nearest site of the baseline."""
        return self.nearest(self.baseline.sites[self.service.id])["travel_time_min"]

    @cached_property
    def problem(self) -> SitingProblem:
        """The problem; an aversion to inequality is that of the baseline."""
        config, areas = self.config, self.inputs.areas
        near = config.standard_min
        problem = SitingProblem(
            objective=config.objective,
            p=config.p,
            standard_min=self.service.travel_standard_min if near is None else near,
            mix=config.mix,
        )
        sites = self.sites.loc[self.candidates.minutes.columns]
        limits = tuple(build_constraints(config, areas, sites, self.today_min))
        if problem.definition.needs_kappa(problem.parameters):
            problem = replace(problem, kappa=kolm_pollak_kappa(self.today_min, self.demand))
        return problem.subject_to(*limits)

    def nearest(self, site_ids: frozenset[str] | tuple[str, ...]) -> pd.DataFrame:
        """Return for every area the nearest of some sites, and its minutes."""
        return nearest_site(self.times, site_ids)

    def scenarios(self) -> list[Scenario]:
        """Return today and the futures that are asked about."""
        found = [Scenario(TODAY, self.candidates, self.demand)]
        areas = self.inputs.areas
        for scenario in self.config.scenarios:
            minutes = self.candidates.minutes * scenario.time_factor
            times = replace(self.candidates, minutes=minutes)
            growth = {str(band): factor for band, factor in scenario.growth.items()}
            # Counted contacts grow as those by the study's rates would.
            ratio = trips(self.service, grow(areas, growth)) / trips(self.service, areas)
            found.append(Scenario(scenario.label, times, self.demand * ratio.fillna(1.0)))
        return found


@dataclass(frozen=True, slots=True)
class SitingResult:
    """What was found.

    Attributes
    ----------
    siting
        The problem, with its numbers.
    plans
        The best plans, best first.
    sequence
        In which order to open the sites of the first.
    curve
        The best value by number of sites; None if it was not asked for.
    regret
        What each plan loses in each scenario, and the plan that loses least; None likewise.

    Examples
    --------
    >>> config = llrgeo.load_siting(None, service="clinic", p=1)
    >>> result = llrgeo.locate_service(llrgeo.load_study(folder / "study.toml"), config)
    >>> result.best.proven
    True
    """

    siting: SitingStudy
    plans: tuple[SiteSelection, ...]
    sequence: pd.DataFrame
    curve: pd.DataFrame | None
    regret: pd.DataFrame | None

    @property
    def best(self) -> SiteSelection:
        """The best plan."""
        return self.plans[0]

    def access(self) -> Access:
        """Return what the best plan changes for residents, with everyone at the nearest site."""
        inputs = self.siting.inputs
        return assess_access(
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
        If the study has no such service.
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
    siting = prepare_siting(study, config)
    times, demand, problem = siting.candidates, siting.demand, siting.problem
    effort = Effort(config.gap, config.seconds, study.seed)
    plans = best_plans(
        times, demand, problem, count=config.plans, differ_by=config.differ_by, effort=effort
    )
    chosen = plans[0].sites
    staged = stage_plan(
        times.select(chosen),
        demand,
        problem,
        sites=chosen,
        today=siting.baseline.sites[config.service] & set(chosen),
    )
    curve = None
    if config.curve:
        curve = value_curve(times, demand, problem, counts=config.curve, effort=effort)
    regret = _regrets(siting, plans) if config.scenarios else None
    return SitingResult(siting, tuple(plans), staged, curve, regret)


def prepare_siting(study: StudyConfig, config: SitingConfig) -> SitingStudy:
    """Read what a siting file is about, and compute the travel times.

    Raises
    ------
    ConfigError
        If the study has no such service.
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
    inputs = read_inputs(study, (*PLACES, "options", "activity"))
    proposed = _proposed_sites(inputs.areas, config)
    new = proposed[~proposed.index.isin(inputs.known_sites.index)]
    sites = pd.concat([inputs.sites, new]) if len(new) else inputs.sites
    service = services[config.service]
    times = judged_times(inputs, sites, delivery=service.delivery)
    return SitingStudy(inputs, config, service, sites, times)


def _proposed_sites(areas: gpd.GeoDataFrame, config: SitingConfig) -> gpd.GeoDataFrame:
    """Return candidates that are no sites yet, as rows of a sites table on their postcodes."""
    if not (config.sectors or config.postcodes):
        return gpd.GeoDataFrame()
    known = read_postcodes()
    points = locate_postcodes(config.postcodes, known).rename_axis("site_id")
    names = [f"Postcode {postcode}" for postcode in points.index]
    if config.sectors:
        centres = sector_centres(known, areas.index)
        new = centres[~centres.index.isin(points.index)]
        names += [f"Postcode sector {postcode[:-2]}" for postcode in new.index]
        points = gpd.GeoSeries(pd.concat([points, new]))
    degrees = points.to_crs(WGS84)
    area_ids = known.loc[points.index, "area_id"]
    facts = {
        "name": names,
        "kind": "other",
        "status": "proposed",
        "postcode": points.index,
        "lat": degrees.y.round(5),
        "lon": degrees.x.round(5),
        "services": config.service,
        "authority": area_ids.map(areas["authority"]).fillna("unknown"),
        "source": "candidate of llrgeo locate",
    }
    return gpd.GeoDataFrame(facts, index=points.index, geometry=points)


def _regrets(siting: SitingStudy, plans: list[SiteSelection]) -> pd.DataFrame:
    """Return the regret of each plan, and of the plan whose worst regret is the least."""
    scenarios, problem = siting.scenarios(), siting.problem
    seconds, seed = siting.config.seconds, siting.inputs.study.seed
    least = least_regret(scenarios, problem, seconds=seconds, seed=seed)
    named = {f"plan {number}": plan.sites for number, plan in enumerate(plans, start=1)}
    named["least regret"] = least.sites
    table = regret_table(named, scenarios, problem, seconds=seconds, seed=seed)
    return table.assign(sites=[";".join(sites) for sites in named.values()])
