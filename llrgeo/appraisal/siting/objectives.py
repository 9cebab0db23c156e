"""The objectives of siting: one class each, with its direction, unit, costs, value and method.

What the rest of the package asks of an objective stands in its class alone: `formulate` takes the
cost of each pair of area and site, `locate` the method that finds and proves the best plan, and
`plans`, `regret` and the command line its value, unit and direction. A new objective is a class
listed in `OBJECTIVES`, and a test. Definitions and sources: docs/methods 8.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import nan
from typing import ClassVar, Final, Literal

import numpy as np

from llrgeo.arrays import Bools, Floats

Method = Literal["least_sum", "fewest_sites", "most_backup", "least_longest"]
"""How a best plan is found and proved; `locate` has a function for each."""

_SECOND: Final = 2  # sites within the standard that make a second one


@dataclass(frozen=True, slots=True)
class ObjectiveParameters:
    """The figures of a siting problem that objectives depend on.

    Attributes
    ----------
    standard_min
        Within the standard means at most this many minutes.
    kappa
        Aversion to inequality times scale, below 0; NaN where nothing depends on it.
    mix
        The weight of each objective in a mix.
    """

    standard_min: float
    kappa: float = nan
    mix: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of area and site, in numbers.

    Attributes
    ----------
    minutes
        Shape (areas, sites); journeys that are not there count as the ceiling of the problem.
    reachable
        Shape (areas, sites): where there is a journey.
    shares
        Shape (areas,): each area's share of the demand; they sum to 1. Areas that no candidate
        reaches have none.
    counted
        Shape (sites,): sites that count where their number is the value.
    """

    minutes: Floats
    reachable: Bools
    shares: Floats
    counted: Bools

    def beyond(self, standard_min: float) -> Bools:
        """Return which pairs are farther apart than the standard; exactly the standard is not."""
        return ~self.reachable | (self.minutes > standard_min)


class Objective(ABC):
    """What makes one plan better than another.

    The model always looks for the least *cost*. An objective says what each pair of area and site
    costs, and how a cost turns into the *value* that a reader sees, and back; the turn is strictly
    monotone, so that a bound on costs is a bound on values.

    Attributes
    ----------
    name
        By which a siting file and the command line ask for it.
    unit
        What the value counts, in words.
    meaning
        What is best, in words.
    method
        How the best plan is found.
    higher_is_better
        Whether of two values the higher is the better.
    is_linear
        Whether the value is a sum over areas of demand times cost, so that it may be part of a
        mix, and regrets may be compared as sums.
    covers_all
        Whether all demand has to be within the standard; the number of sites is then found.
    has_two_costs
        Whether a pair costs 0 or 1 and nothing between: HiGHS proves such sums sooner than branch
        and bound on the Lagrangian relaxation.
    site_cost
        What each open site adds to the cost.
    """

    name: ClassVar[str]
    unit: ClassVar[str]
    meaning: ClassVar[str]
    method: ClassVar[Method] = "least_sum"
    higher_is_better: ClassVar[bool] = False
    is_linear: ClassVar[bool] = False
    covers_all: ClassVar[bool] = False
    has_two_costs: ClassVar[bool] = False
    site_cost: ClassVar[float] = 0.0

    @abstractmethod
    def plan_value(self, opened: Pairs, parameters: ObjectiveParameters) -> float:
        """Return the value of a plan from its definition.

        `opened` has the plan's sites as columns; everyone goes to the nearest.
        """

    def pair_costs(self, pairs: Pairs, parameters: ObjectiveParameters) -> Floats:
        """Return what a unit of demand costs at each site, shape (areas, sites).

        Nothing, unless the objective is a sum over areas.
        """
        del parameters
        return np.zeros_like(pairs.minutes)

    def value(self, cost: float, parameters: ObjectiveParameters) -> float:
        """Return the value that a cost of the model stands for."""
        del parameters
        return 1.0 - cost if self.higher_is_better else cost

    def cost(self, value: float, parameters: ObjectiveParameters) -> float:
        """Return the cost that a value stands for: the inverse of `value`."""
        del parameters
        return 1.0 - value if self.higher_is_better else value

    def allowance(self, cost: float, gap: float, parameters: ObjectiveParameters) -> float:
        """Return how much less than `cost` a plan costs that is better by a relative gap."""
        # The gap is relative to the value that a reader sees; turn it back into a cost.
        value = self.value(cost, parameters)
        better = 1 if self.higher_is_better else -1
        return cost - self.cost(value + better * gap * abs(value), parameters)

    def shortfall(self, value: float, than: float) -> float:
        """Return by how much a value is worse than another; below 0 where it is better."""
        return than - value if self.higher_is_better else value - than

    def faults(self, parameters: ObjectiveParameters) -> list[str]:
        """Return what is wrong with the parameters, in words."""
        del parameters
        return []

    def needs_kappa(self, parameters: ObjectiveParameters) -> bool:
        """Return whether the parameters must have an aversion to inequality."""
        del parameters
        return False


class _LeastSum(Objective):
    """Least sum over areas of demand times the cost of the cheapest open site."""

    def plan_value(self, opened: Pairs, parameters: ObjectiveParameters) -> float:
        weighted = opened.shares[:, None] * self.pair_costs(opened, parameters)
        return self.value(float(weighted.min(axis=1).sum()), parameters)


class PMedian(_LeastSum):
    """Least mean journey (Hakimi 1964; ReVelle and Swain 1970)."""

    name = "p-median"
    unit = "mean minutes"
    meaning = "least mean minutes"
    is_linear = True

    def pair_costs(self, pairs: Pairs, parameters: ObjectiveParameters) -> Floats:
        """Return the minutes."""
        del parameters
        return pairs.minutes


class MaximalCovering(_LeastSum):
    """Most demand within the standard (Church and ReVelle 1974); the cost is what is beyond."""

    name = "mclp"
    unit = "share of demand within the standard"
    meaning = "most demand within the standard"
    higher_is_better = True
    is_linear = True
    has_two_costs = True

    def pair_costs(self, pairs: Pairs, parameters: ObjectiveParameters) -> Floats:
        """Return 1 where a site is beyond the standard."""
        return pairs.beyond(parameters.standard_min).astype(float)


class KolmPollak(_LeastSum):
    """Least equally distributed equivalent minutes (Sheriff and Maguire 2020; Logan et al 2021).

    EDE = -ln(sum of shares x exp(-kappa t)) / kappa with kappa < 0: long journeys weigh more. It
    rises with the sum, so that the plan of least sum has the least EDE.
    """

    name = "kolm-pollak"
    unit = "equally distributed equivalent minutes"
    meaning = "least minutes with long journeys weighing more"

    def pair_costs(self, pairs: Pairs, parameters: ObjectiveParameters) -> Floats:
        """Return exp(-kappa t)."""
        costs: Floats = np.exp(-parameters.kappa * pairs.minutes)
        return costs

    def value(self, cost: float, parameters: ObjectiveParameters) -> float:
        """Return the equally distributed equivalent of a mean of exp(-kappa t), which is above 1.

        A bound below 1 says no more than that nobody travels less than 0 minutes.
        """
        return float(-np.log(max(cost, 1.0)) / parameters.kappa)

    def cost(self, value: float, parameters: ObjectiveParameters) -> float:
        """Return the mean of exp(-kappa t) that has an equally distributed equivalent."""
        return float(np.exp(-parameters.kappa * value))

    def faults(self, parameters: ObjectiveParameters) -> list[str]:
        """Refuse a kappa that is not below 0."""
        if parameters.kappa < 0:
            return []
        msg = (
            f"kappa is {parameters.kappa:g}; kolm-pollak needs one below 0, "
            "as kolm_pollak_kappa returns it for the minutes of today"
        )
        return [msg]

    def needs_kappa(self, parameters: ObjectiveParameters) -> bool:
        """Return true."""
        del parameters
        return True


class Mix(_LeastSum):
    """Least weighted sum of the costs of other objectives (the weighting method, Cohon 1978).

    Mean minutes, the share of demand beyond the standard and the mean of exp(-kappa t) are added
    with the weights that the problem gives them.
    """

    name = "mix"
    unit = "weighted sum"
    meaning = "least weighted sum of others' costs"
    is_linear = True

    def pair_costs(self, pairs: Pairs, parameters: ObjectiveParameters) -> Floats:
        """Return the weighted sum of the costs of the parts."""
        costs = np.zeros_like(pairs.minutes)
        for name, weight in parameters.mix.items():
            costs += weight * MIXABLE[name].pair_costs(pairs, parameters)
        return costs

    def faults(self, parameters: ObjectiveParameters) -> list[str]:
        """Refuse unknown parts, negative weights, and what is wrong with a part."""
        faults = [
            f"a mix is of {', '.join(MIXABLE)}, not of '{name}'"
            for name in parameters.mix
            if name not in MIXABLE
        ]
        if not parameters.mix:
            faults.append("a mix needs weights, and only a mix has them")
        if any(not weight >= 0 for weight in parameters.mix.values()):
            faults.append("weights of a mix must not be negative")
        for name in parameters.mix:
            faults += MIXABLE[name].faults(parameters) if name in MIXABLE else []
        return faults

    def needs_kappa(self, parameters: ObjectiveParameters) -> bool:
        """Return whether a part of the mix does."""
        return any(
            MIXABLE[name].needs_kappa(parameters) for name in parameters.mix if name in MIXABLE
        )


class SetCovering(Objective):
    """Fewest sites with all demand within the standard (Toregas and others 1971)."""

    name = "lscp"
    unit = "sites"
    meaning = "fewest sites with all demand within the standard"
    method: ClassVar[Method] = "fewest_sites"
    covers_all = True
    site_cost: ClassVar[float] = 1.0

    def plan_value(self, opened: Pairs, parameters: ObjectiveParameters) -> float:
        """Return the number of sites; +inf where some demand is beyond the standard."""
        beyond = opened.beyond(parameters.standard_min)
        missed = np.any(np.all(beyond[opened.shares > 0], axis=1))
        return np.inf if missed else float(opened.counted.sum())


class BackupCovering(SetCovering):
    """Of the plans with the fewest sites that cover all demand, the most that two sites cover.

    (Daskin and Stern 1981; Hogan and ReVelle 1986.)
    """

    name = "lscp-b"
    unit = "share of demand within the standard of two sites"
    meaning = "of those, most demand with a second site within it"
    method: ClassVar[Method] = "most_backup"
    higher_is_better = True

    def plan_value(self, opened: Pairs, parameters: ObjectiveParameters) -> float:
        """Return the share of demand that two sites cover."""
        sites_within = (~opened.beyond(parameters.standard_min)).sum(axis=1)
        return float(opened.shares[sites_within >= _SECOND].sum())


class PCentre(Objective):
    """Least longest journey of anyone with demand (Hakimi 1964; Minieka 1970)."""

    name = "p-centre"
    unit = "longest minutes"
    meaning = "least longest journey"
    method: ClassVar[Method] = "least_longest"

    def plan_value(self, opened: Pairs, parameters: ObjectiveParameters) -> float:
        """Return the longest journey to the nearest site."""
        del parameters
        return float(opened.minutes[opened.shares > 0].min(axis=1).max())


OBJECTIVES: Final[Mapping[str, Objective]] = {
    objective.name: objective
    for objective in (
        PMedian(),
        MaximalCovering(),
        KolmPollak(),
        Mix(),
        SetCovering(),
        BackupCovering(),
        PCentre(),
    )
}
MIXABLE: Final[Mapping[str, Objective]] = {
    name: objective
    for name, objective in OBJECTIVES.items()
    if objective.method == "least_sum" and name != "mix"
}
LINEAR: Final = tuple(name for name, objective in OBJECTIVES.items() if objective.is_linear)
