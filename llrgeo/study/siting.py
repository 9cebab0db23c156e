"""The best sites for a service of a study: what is asked, and all that is found."""

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
class Question:
    """What is asked of a study, with the numbers it takes.

    Attributes
    ----------
    inputs
        The study's areas, sites and options.
    asked
        The siting file.
    service
        The service to be sited.
    sites
        On `site_id`: the study's sites and candidates that are no sites yet (`proposed` by us).
    times
        Minutes to all of them, or from them for a team.
    """

    inputs: StudyInputs
    asked: SitingConfig
    service: Service
    sites: gpd.GeoDataFrame
    times: TravelTimes

    @cached_property
    def baseline(self) -> Option:
        """The study's baseline."""
        options = {one.name: one for one in self.inputs.options}
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
        asked, areas = self.asked, self.inputs.areas
        near = asked.standard_min
        problem = SitingProblem(
            objective=asked.objective,
            p=asked.p,
            standard_min=self.service.travel_standard_min if near is None else near,
            mix=asked.mix,
        )
        sites = self.sites.loc[self.candidates.minutes.columns]
        limits = tuple(build_constraints(asked, areas, sites, self.today_min))
        if "kolm-pollak" in {asked.objective, *asked.mix}:
            problem = replace(problem, kappa=kolm_pollak_kappa(self.today_min, self.demand))
        return problem.subject_to(*limits)

    def nearest(self, site_ids: frozenset[str] | tuple[str, ...]) -> pd.DataFrame:
        """Return for every area the nearest of some sites, and its minutes."""
        return nearest_site(self.times, site_ids)

    def scenarios(self) -> list[Scenario]:
        """Return today and the futures that are asked about."""
        found = [Scenario(TODAY, self.candidates, self.demand)]
        for one in self.asked.scenarios:
            minutes = self.candidates.minutes * one.time_factor
            later = grow(
                self.inputs.areas, {str(band): factor for band, factor in one.growth.items()}
            )
            times = replace(self.candidates, minutes=minutes)
            growth = trips(self.service, later) / trips(self.service, self.inputs.areas)
            found.append(Scenario(one.label, times, self.demand * growth.fillna(1.0)))
        return found


@dataclass(frozen=True, slots=True)
class Located:
    """What was found.

    Attributes
    ----------
    question
        What was asked.
    plans
        The best plans, best first.
    sequence
        In which order to open the sites of the first.
    curve
        The best value by number of sites; None if it was not asked for.
    regret
        What each plan loses in each scenario, and the plan that loses least; None likewise.
    """

    question: Question
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
        inputs, question = self.question.inputs, self.question
        return assess_access(
            question.today_min,
            question.nearest(self.best.sites)["travel_time_min"],
            people_by_group(inputs.areas),
            tolerance_min=inputs.study.tolerance_min,
            thresholds_min=inputs.study.thresholds_min,
        )


def locate_service(study: StudyConfig, asked: SitingConfig) -> Located:
    """Find the best sites for one service of a study, among those that could host it.

    Raises
    ------
    ConfigError
        If the study has no such service.
    InputError
        If an input or a constraint has faults.
    InfeasibleError
        If no plan meets the constraints.
    """
    question = ask(study, asked)
    times, demand, problem = question.candidates, question.demand, question.problem
    effort = Effort(asked.gap, asked.seconds, study.seed)
    plans = best_plans(
        times, demand, problem, count=asked.plans, differ_by=asked.differ_by, effort=effort
    )
    chosen = plans[0].sites
    staged = stage_plan(
        times.select(chosen),
        demand,
        problem,
        sites=chosen,
        today=question.baseline.sites[asked.service] & set(chosen),
    )
    curve = None
    if asked.curve:
        curve = value_curve(times, demand, problem, counts=asked.curve, effort=effort)
    regret = _regrets(question, plans) if asked.scenarios else None
    return Located(question, tuple(plans), staged, curve, regret)


def ask(study: StudyConfig, asked: SitingConfig) -> Question:
    """Read what a question is about, and compute its travel times."""
    services = {one.id: one for one in build_services(study)}
    if asked.service not in services:
        msg = f"no service '{asked.service}' in the study; there are {', '.join(services)}"
        raise ConfigError(msg)
    inputs = read_inputs(study, (*PLACES, "options", "activity"))
    proposed = _proposed_sites(inputs.areas, asked)
    new = proposed[~proposed.index.isin(inputs.known_sites.index)]
    sites = pd.concat([inputs.sites, new]) if len(new) else inputs.sites
    service = services[asked.service]
    times = judged_times(inputs, sites, delivery=service.delivery)
    return Question(inputs, asked, service, sites, times)


def _proposed_sites(areas: gpd.GeoDataFrame, asked: SitingConfig) -> gpd.GeoDataFrame:
    """Return candidates that are no sites yet, as rows of a sites table on their postcodes."""
    if not (asked.sectors or asked.postcodes):
        return gpd.GeoDataFrame()
    known = read_postcodes()
    points = locate_postcodes(asked.postcodes, known).rename_axis("site_id")
    names = [f"Postcode {one}" for one in points.index]
    if asked.sectors:
        centres = sector_centres(known, areas.index)
        new = centres[~centres.index.isin(points.index)]
        names += [f"Postcode sector {one[:-2]}" for one in new.index]
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
        "services": asked.service,
        "authority": area_ids.map(areas["authority"]).fillna("unknown"),
        "source": "candidate of llrgeo locate",
    }
    return gpd.GeoDataFrame(facts, index=points.index, geometry=points)


def _regrets(question: Question, plans: list[SiteSelection]) -> pd.DataFrame:
    """Return the regret of each plan, and of the plan whose worst regret is the least."""
    asked, scenarios = question.asked, question.scenarios()
    seconds, seed = asked.seconds, question.inputs.study.seed
    least = least_regret(scenarios, question.problem, seconds=seconds, seed=seed)
    named = {f"plan {number}": plan.sites for number, plan in enumerate(plans, start=1)}
    named["least regret"] = least.sites
    table = regret_table(named, scenarios, question.problem, seconds=seconds, seed=seed)
    return table.assign(sites=[";".join(sites) for sites in named.values()])
