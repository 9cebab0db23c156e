"""Evaluation: what each option means for everyone, service by service and as a whole."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace

import pandas as pd

from llrgeo.appraisal.costs.option_costs import (
    ComputedCosts,
    CostChange,
    ServiceAtSites,
    cost_change,
)
from llrgeo.appraisal.demand import Service
from llrgeo.appraisal.inputs import AppraisalInputs, check_study
from llrgeo.appraisal.journeys.service_result import ServiceResult
from llrgeo.appraisal.journeys.service_use import (
    UseByService,
    average_minutes,
    classify_uses,
    table_by_service,
    uses_by_option,
)
from llrgeo.appraisal.journeys.use_arrays import ServiceUse, StudyArrays
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.people.access import LONGER, Access, ScoredGroups, scored_by_group
from llrgeo.appraisal.people.people_by_service import LONGER_CLASSES, share_longer
from llrgeo.arrays import Floats


@dataclass(frozen=True, slots=True)
class OptionSummary:
    """What an option means as a whole: all that scores need.

    Attributes
    ----------
    option
        The option.
    scored
        Minutes of an average journey of each area for scores and equity, which give no credit for
        cutting people off: a journey that is not there counts as the ceiling.
    scored_groups
        How long each group of people travels by those minutes (`scored_by_group`).
    classified
        The class of each area over all services that people travel for, and where it is worst hit
        (`llrgeo.appraisal.people.people_by_service`); empty in a study of teams alone.
    people
        The people of each class, by group; empty in a study of teams alone.
    drives
        In a study of teams alone, the people of each class of their drives, by group; else empty.
    share_worse
        The share of people with a longer journey, or none left, for at least one service; in a
        study of teams alone, of whom the team takes longer to reach.
    burden
        One row a service: trips, hours, kilometres and kg CO2e a year, as `burden_of` returns them.
    care
        One row a service: its `delivery`, contacts a year by the place where they happen
        (`CARE_PLACES`), and those within the standard.
    cost
        What it costs and saves against the baseline, where the inputs have rates of cost.
    """

    option: Option
    scored: pd.Series
    scored_groups: ScoredGroups
    classified: pd.DataFrame
    people: pd.DataFrame
    drives: pd.DataFrame
    share_worse: float
    burden: pd.DataFrame
    care: pd.DataFrame
    cost: CostChange | None


@dataclass(frozen=True, slots=True)
class OptionResult(OptionSummary):
    """What an option means as a whole and for each service, by its id.

    Attributes
    ----------
    overall
        Minutes of an average journey, on balance over all services: for each area the average over
        the services for which somebody travels to a site, weighted by journeys. In a study of
        teams alone, the minutes of the team.
    services
        The result of each service.

    Examples
    --------
    >>> areas = llrgeo.read_areas(folder / "areas.csv")
    >>> sites = llrgeo.read_sites(folder / "sites.csv")
    >>> network = llrgeo.load_network(folder / "network")
    >>> times = llrgeo.travel_times(network, areas.geometry, sites.geometry)
    >>> clinic = llrgeo.Service("clinic", "Clinic", "patient", {"age_18_64": 100.0}, 2.5)
    >>> appraisal_inputs = llrgeo.AppraisalInputs(areas, sites, (clinic,), times)
    >>> today = llrgeo.Option("today", "Today", {"clinic": frozenset({"A"})})
    >>> more = today.change("more", label="More", opens={"clinic": ["B"]})
    >>> results = llrgeo.evaluate_options([today, more], appraisal_inputs, baseline="today")
    >>> sorted(results["more"].services)
    ['clinic']
    """

    overall: Access
    services: Mapping[str, ServiceResult]

    @property
    def worse_off(self) -> pd.Series:
        """Whether, by area, a journey is longer or lost for at least one service, never netted.

        In a study of teams alone it is a drive of theirs.
        """
        if len(self.classified):
            return self.classified["class"].isin(LONGER_CLASSES)
        worse = {
            name: result.access.change["outcome"].isin(LONGER)
            for name, result in self.services.items()
        }
        return pd.DataFrame(worse).any(axis=1)


def evaluate_options(
    options: Iterable[Option], appraisal_inputs: AppraisalInputs, *, baseline: str
) -> dict[str, OptionResult]:
    """Evaluate every option against the baseline: docs/methods 1 to 3.

    Parameters
    ----------
    options
        The options, the baseline among them.
    appraisal_inputs
        Areas, sites, services and travel times.
    baseline
        The name of the option to compare with.

    Returns
    -------
    dict
        A result by option name, in the order given.

    Raises
    ------
    InputError
        If anything does not fit together; the message lists every fault.

    Examples
    --------
    >>> areas = llrgeo.read_areas(folder / "areas.csv")
    >>> sites = llrgeo.read_sites(folder / "sites.csv")
    >>> network = llrgeo.load_network(folder / "network")
    >>> times = llrgeo.travel_times(network, areas.geometry, sites.geometry)
    >>> clinic = llrgeo.Service("clinic", "Clinic", "patient", {"age_18_64": 100.0}, 2.5)
    >>> appraisal_inputs = llrgeo.AppraisalInputs(areas, sites, (clinic,), times)
    >>> today = llrgeo.Option("today", "Today", {"clinic": frozenset({"A"})})
    >>> more = today.change("more", label="More", opens={"clinic": ["B"]})
    >>> results = llrgeo.evaluate_options([today, more], appraisal_inputs, baseline="today")
    >>> results["more"].overall.change["after_min"].round(1).tolist()
    [1.0, inf, 1.0, 2.0]
    """
    by_name = {option.name: option for option in options}
    check_study(list(by_name.values()), appraisal_inputs, baseline=baseline)
    results = {}
    arrays = StudyArrays.of(appraisal_inputs)
    evaluator, uses = _evaluator(by_name, arrays, baseline)
    for option in by_name.values():
        after = uses[option.name]
        # Every option goes through the same steps, the baseline too: it is compared with itself.
        summary = evaluator.summary(option, after)
        parts = {part.name: getattr(summary, part.name) for part in fields(summary)}
        results[option.name] = OptionResult(
            **parts,
            overall=evaluator.overall(after),
            services={
                service.id: evaluator.service_result(service, option, after[service.id])
                for service in appraisal_inputs.services
            },
        )
    return results


def summarise_options(
    options: Iterable[Option], arrays: StudyArrays, *, baseline: str
) -> dict[str, OptionSummary]:
    """Summarise options as `evaluate_options` does, on the arrays of inputs that it accepted."""
    by_name = {option.name: option for option in options}
    evaluator, uses = _evaluator(by_name, arrays, baseline)
    return {name: evaluator.summary(option, uses[name]) for name, option in by_name.items()}


def arrays_of(
    results: Mapping[str, OptionResult], appraisal_inputs: AppraisalInputs
) -> StudyArrays:
    """Return the arrays of inputs, reusing those behind the results wherever they still hold."""
    of_services = (
        service.arrays for result in results.values() for service in result.services.values()
    )
    computed = next(of_services, None)
    return (
        StudyArrays.of(appraisal_inputs) if computed is None else computed.changed(appraisal_inputs)
    )


@dataclass(frozen=True, slots=True)
class _Evaluator:
    """What the evaluation of every option shares. Options that run a service alike have one use.

    Attributes
    ----------
    arrays
        Areas, sites, services and travel times.
    before, sites_before
        How the baseline runs each service, and at which sites.
    minutes_before
        Minutes of an average journey in the baseline, by area; +inf where one is not there.
    ceiling_min
        What a journey that is not there counts as in scores.
    service_results
        Results by service, its use and its capacity: options that run it alike share one.
    summaries, overalls
        Summaries, and journeys over all services, by the uses of all services: options that run
        every service alike share them.
    costs
        Costs of services worked out so far.
    """

    arrays: StudyArrays
    before: UseByService
    sites_before: Mapping[str, frozenset[str]]
    minutes_before: pd.Series
    ceiling_min: float
    service_results: dict[tuple[str, int, frozenset[tuple[str, float]]], ServiceResult] = field(
        default_factory=dict
    )
    costs: ComputedCosts = field(default_factory=dict)
    summaries: dict[tuple[int, ...], OptionSummary] = field(default_factory=dict)
    overalls: dict[tuple[int, ...], Access] = field(default_factory=dict)

    def summary(self, option: Option, after: UseByService) -> OptionSummary:
        """Return what an option means as a whole, given how it runs each service."""
        # Options that run a service alike share one use of it, which is kept to the end.
        key = tuple(map(id, after.values()))
        if key not in self.summaries:
            self.summaries[key] = self._summary(option, after)
        return replace(self.summaries[key], option=option)

    def _summary(self, option: Option, after: UseByService) -> OptionSummary:
        # What scores use: the ceiling stands for a missing journey, so that an option gains
        # nothing by cutting off those who live farthest away.
        scored = self._series(average_minutes(self.arrays, after, ceiling_min=self.ceiling_min))
        classified, people = classify_uses(self.arrays, option, self.before, after)
        none = pd.DataFrame()
        travelled = bool(self.arrays.appraisal_inputs.visited)
        return OptionSummary(
            option,
            scored,
            scored_by_group(scored.to_numpy(), self.arrays.people),
            classified if travelled else none,
            people if travelled else none,
            none if travelled else people,
            share_longer(people),
            burden=table_by_service({name: use.burden for name, use in after.items()}),
            care=table_by_service({name: use.care for name, use in after.items()}),
            cost=self._cost(option, after),
        )

    def overall(self, after: UseByService) -> Access:
        """Return what people experience: a journey that is not there is counted apart."""
        key = tuple(map(id, after.values()))
        if key not in self.overalls:
            inputs = self.arrays.appraisal_inputs
            self.overalls[key] = Access(
                self.minutes_before,
                self._series(average_minutes(self.arrays, after)),
                self.arrays.people,
                inputs.tolerance_min,
                inputs.thresholds_min,
            )
        return self.overalls[key]

    def service_result(self, service: Service, option: Option, use: ServiceUse) -> ServiceResult:
        """Return what an option means for one service; options that run it alike share it."""
        capacity = option.capacity.get(service.id, {})
        key = service.id, id(use), frozenset(capacity.items())
        if key not in self.service_results:
            sites = option.sites.get(service.id, frozenset())
            before = self.before[service.id]
            self.service_results[key] = ServiceResult(
                service, sites, capacity, before, use, self.arrays
            )
        return self.service_results[key]

    def _cost(self, option: Option, after: UseByService) -> CostChange | None:
        if (rates := self.arrays.appraisal_inputs.rates) is None:
            return None
        today = self._at_sites(self.before, self.sites_before)
        return cost_change(today, self._at_sites(after, option.sites), rates, self.costs)

    def _at_sites(
        self, uses: UseByService, sites: Mapping[str, frozenset[str]]
    ) -> dict[str, ServiceAtSites]:
        return {
            service.id: ServiceAtSites(frozenset(sites.get(service.id, ())), uses[service.id])
            for service in self.arrays.appraisal_inputs.services
        }

    def _series(self, minutes: Floats) -> pd.Series:
        return pd.Series(minutes, index=self.arrays.appraisal_inputs.areas.index)


def _evaluator(
    options: Mapping[str, Option], arrays: StudyArrays, baseline: str
) -> tuple[_Evaluator, Mapping[str, UseByService]]:
    """Return what all options share, and how each of them runs each service."""
    uses = uses_by_option(options.values(), arrays)
    before, inputs = uses[baseline], arrays.appraisal_inputs
    # The baseline is evaluated once; every option, the baseline too, is compared with it.
    minutes_before = pd.Series(average_minutes(arrays, before), index=inputs.areas.index)
    return _Evaluator(arrays, before, options[baseline].sites, minutes_before, inputs.ceiling), uses
