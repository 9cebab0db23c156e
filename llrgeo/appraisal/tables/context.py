"""Evidence context: all that the tables of evidence are made from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import pandas as pd

from llrgeo.appraisal.capacity.assemble import assess_options, build_setting
from llrgeo.appraisal.capacity.assess import CapacityEvidence
from llrgeo.appraisal.capacity.cost_evidence import works_value
from llrgeo.appraisal.capacity.plan import CENTRAL, CapacityPlan
from llrgeo.appraisal.capacity.setting import CapacitySetting
from llrgeo.appraisal.capacity.summary import parking_by_site, summary_by_year, works_by_option
from llrgeo.appraisal.case.capacity import Findings
from llrgeo.appraisal.case.case_against import Grounds
from llrgeo.appraisal.case.comparison import Comparison, NearestMinutes, Shared
from llrgeo.appraisal.costs.cost_tables import cost_lines, cost_table, with_works
from llrgeo.appraisal.disclosure import BUILT_ON_RESIDENTS
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.evidence_inputs import EvidenceInputs
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.measures import MEASURES
from llrgeo.appraisal.narrative import option_sentence
from llrgeo.appraisal.people.people_groups import people_by_group
from llrgeo.appraisal.scoring import Scorecard
from llrgeo.appraisal.uncertainty.robustness import (
    Acceptability,
    FirstPlace,
    first_place,
    rank_acceptability,
    robustness_sentence,
)
from llrgeo.appraisal.uncertainty.sensitivity import tornado_table
from llrgeo.appraisal.uncertainty.simulation import Simulation, simulate
from llrgeo.errors import LlrgeoError

_ANSWERED_BY_CAPACITY: Final = ("beds_and_rooms", "parking")
_OLDEST: Final = "age_85_plus"
_WHATEVER_THE_SCORES: Final = (
    *("people", "residents", "labels", "sentences", "comparisons", "simulation"),
    *("capacity_setting", "capacity", "cost_lines", "costs"),
)


@dataclass(frozen=True)  # without slots, which would leave no place for what is worked out once
class EvidenceContext:
    """All that the tables of evidence are made from.

    What several tables share is worked out once, when a table first asks for it, so that a few
    tables cost no more than they need.

    Attributes
    ----------
    results
        Results by option name.
    appraisal_inputs
        Areas, sites, services and travel times.
    scorecard
        The options against the criteria.
    evidence_inputs
        Rates, growth, errors and what else is taken for granted.
    baseline
        The name of the option that the others are compared with.
    """

    results: Mapping[str, OptionResult]
    appraisal_inputs: AppraisalInputs
    scorecard: Scorecard
    evidence_inputs: EvidenceInputs
    baseline: str

    @cached_property
    def computed(self) -> dict[Callable[..., Any], Any]:
        """What functions of the context returned, by function (`computed_once`)."""
        return {}

    def rescored(self, scorecard: Scorecard, evidence_inputs: EvidenceInputs) -> "EvidenceContext":
        """Return the context of the same results by other criteria or other words.

        What was worked out already and does not rest on scores is not worked out again.
        """
        rescored = replace(self, scorecard=scorecard, evidence_inputs=evidence_inputs)
        cached = vars(self)  # where a `cached_property` keeps what it has made
        vars(rescored).update(
            {name: cached[name] for name in _WHATEVER_THE_SCORES if name in cached}
        )
        return rescored

    @cached_property
    def people(self) -> pd.DataFrame:
        """Residents of each area by group and level."""
        return people_by_group(self.appraisal_inputs.areas)

    @cached_property
    def residents(self) -> float:
        """All residents of the study."""
        return float(self.appraisal_inputs.areas["residents"].sum())

    @cached_property
    def labels(self) -> dict[str, str]:
        """What readers call each option, by its name."""
        return {name: result.option.label for name, result in self.results.items()}

    @property
    def mean_error_min(self) -> float:
        """What a mean over many areas may err by, in minutes; NaN where that is not known."""
        inputs = self.appraisal_inputs
        return inputs.times_of("patient" if inputs.visited else "team").accuracy.mean_min

    @cached_property
    def sentences(self) -> dict[str, str]:
        """What each option does, in plain English, by its name."""
        return {
            name: option_sentence(result, baseline=self.baseline, error_min=self.mean_error_min)
            for name, result in self.results.items()
        }

    @cached_property
    def acceptability(self) -> Acceptability:
        """Ranks over all weightings, of the options that fail no hurdle."""
        return rank_acceptability(
            self.scorecard.scores[self.scorecard.ranks.notna()],
            seed=self.evidence_inputs.seed,
            draws=self.evidence_inputs.draws,
            order=[c for c in self.evidence_inputs.importance if c not in self.scorecard.set_aside],
        )

    @cached_property
    def first_place(self) -> FirstPlace:
        """How sure the first place is."""
        return first_place(
            self.scorecard, self.acceptability, of_patients=self.appraisal_inputs.restricted
        )

    @cached_property
    def robustness(self) -> str:
        """How sure the first place is, in plain English."""
        place = self.first_place
        criteria = {name: MEASURES[name].label for name in self.scorecard.weights.index}
        sentence = robustness_sentence(place, {**criteria, **self.labels})
        if not place.of_patients:
            return sentence
        left_out = "; ".join(MEASURES[name].label for name in place.set_aside)
        set_aside = f"Set aside, because they count patients: {left_out}." if left_out else ""
        return " ".join(filter(None, (sentence, BUILT_ON_RESIDENTS, set_aside)))

    @cached_property
    def simulation(self) -> Simulation:
        """Figures of all options when travel times, rates and growth vary within their errors."""
        return simulate(
            self.results,
            self.appraisal_inputs,
            self.evidence_inputs.uncertainty,
            draws=self.evidence_inputs.draws,
            seed=self.evidence_inputs.seed,
            map_tasks=self.evidence_inputs.map_tasks,
        )

    @cached_property
    def cost_lines(self) -> pd.DataFrame:
        """The provider's costs by option, service and site."""
        return cost_lines(self.results, self.evidence_inputs.rates, baseline=self.baseline)

    @property
    def capacity_plan(self) -> CapacityPlan:
        """What the study says of capacity; ask only where it says anything."""
        if self.evidence_inputs.capacity is None:
            msg = "the study says nothing of capacity; this is a fault of llrgeo"
            raise LlrgeoError(msg)
        return self.evidence_inputs.capacity

    @cached_property
    def capacity_setting(self) -> CapacitySetting:
        """Options, people of all years and services, as the appraisal of capacity takes them."""
        return build_setting(self.capacity_plan, self.results, self.appraisal_inputs)

    @cached_property
    def capacity(self) -> CapacityEvidence:
        """Whether the beds, rooms and teams of each option cope."""
        return assess_options(
            self.capacity_setting,
            choices=self.capacity_plan.choices,
            seed=self.evidence_inputs.seed,
            visits={service.id: service.visits for service in self.appraisal_inputs.services},
            recall=self.evidence_inputs.recall,
        )

    @cached_property
    def works(self) -> pd.DataFrame:
        """Building works of all options with their capital; empty without any."""
        return works_by_option(self.capacity_plan)

    @cached_property
    def capacity_by_year(self) -> pd.DataFrame:
        """Beds, staff, rooms and money of each option by year, in one row."""
        return summary_by_year(self.capacity, self.capacity_plan, self.results)

    @cached_property
    def costs(self) -> pd.DataFrame | None:
        """Costs at present value, on options; None where the study states none."""
        if self.evidence_inputs.rates.service_costs is None:
            return None
        rates, plan = self.evidence_inputs.rates, self.evidence_inputs.capacity
        table = cost_table(self.cost_lines, self.results, rates, baseline=self.baseline)
        if plan is None or self.works.empty:
            return table
        value = works_value(self.works, rates.factors(), start=plan.base_year)
        return with_works(table, value, baseline=self.baseline)

    @cached_property
    def tornado(self) -> pd.DataFrame:
        """The lead of the best option when one assumption is low or high."""
        return tornado_table(
            self.results,
            self.appraisal_inputs,
            self.scorecard,
            growth=self.evidence_inputs.growth,
            baseline=self.baseline,
        )

    @cached_property
    def grounds(self) -> Grounds:
        """What the cases for and against the options rest on beside their results."""
        return Grounds(
            self.scorecard,
            self.acceptability,
            self.tornado,
            costs=self.costs,
            walk_times=self.evidence_inputs.walk_times,
            transit_times=self.evidence_inputs.transit_times,
            other_periods=self.evidence_inputs.other_periods,
            findings=self._findings,
            dates=self._dates,
            answered=frozenset(_ANSWERED_BY_CAPACITY if self.evidence_inputs.capacity else ()),
        )

    @cached_property
    def _findings(self) -> Findings | None:
        """What the case draws of capacity; None where the study says nothing of it."""
        plan = self.evidence_inputs.capacity
        if plan is None:
            return None
        # Of the central scenario: the case rests on no assumption that the study does not make
        # itself.
        people = plan.people[CENTRAL]
        older = {year: people[year][_OLDEST] for year in plan.years if _OLDEST in people[year]}
        return Findings(
            self.capacity_by_year,
            self.capacity.beds,
            parking_by_site(plan, self.results, {plan.base_year: 1.0}),
            pd.DataFrame(older),
        )

    @property
    def _dates(self) -> pd.Series:
        """Dates of rates, sources and official figures of capacity, on what they are dates of."""
        rates, plan = self.evidence_inputs.rates, self.evidence_inputs.capacity
        parts = [
            table.set_index(key)["date"]
            for table, key in (
                (rates.unit_values, "name"),
                (pd.DataFrame(rates.service_costs), "service"),
                (rates.discount_rates, "kind"),
            )
            if {key, "date"} <= set(table.columns)
        ]
        # What a line of sources says of several inputs is separated by semicolons.
        stated = [part.strip() for line in self.evidence_inputs.sources for part in line.split(";")]
        parts.append(pd.Series(stated, index=stated, dtype=str))
        if plan is not None:
            # A formula of 1959 is no old figure: official counts are, and the estate's returns.
            parameters = plan.parameters.table
            parts.append(parameters.loc[parameters["standing"] == "official", "date"])
            if plan.estate is not None and "return_year" in plan.estate.estate:
                returned = plan.estate.estate["return_year"]
                parts.append(returned.set_axis(["estate"] * len(returned)))
        dates: pd.Series = pd.concat(parts)
        return dates

    @cached_property
    def comparisons(self) -> dict[str, Comparison]:
        """Each option beside the baseline, by its name; what the minutes to sites are, once."""
        before, minutes, shared = self.results[self.baseline], NearestMinutes(), Shared()
        return {
            name: Comparison(before, result, self.appraisal_inputs, self.people, minutes, shared)
            for name, result in self.results.items()
        }
