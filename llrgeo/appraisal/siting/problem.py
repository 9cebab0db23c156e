"""A siting problem: an objective, a number of sites, and the constraints that planners have."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import nan
from numbers import Integral, Real
from typing import Self

from llrgeo.appraisal.siting.constraints import Constraint
from llrgeo.appraisal.siting.objectives import OBJECTIVES, Objective, ObjectiveParameters
from llrgeo.schema import raise_faults, type_faults


@dataclass(frozen=True, slots=True)
class SitingProblem:
    """A siting problem, apart from the minutes and the demand.

    Attributes
    ----------
    objective
        The name of one of `OBJECTIVES`: `p-median` (least mean minutes), `mclp` (most demand
        within the standard), `kolm-pollak` (least equally distributed equivalent), `mix` (of these
        three), `lscp` (fewest sites with all demand within the standard), `lscp-b` (of those, most
        demand with a second site within it), `p-centre` (least longest journey).
    p
        Number of open sites; None where a budget or another constraint decides.
    standard_min
        "Within the standard" means at most this many minutes.
    constraints
        What a plan must keep to.
    mix
        Weights of a mix: mean minutes (`p-median`), share of demand beyond the standard (`mclp`),
        mean of exp(-kappa t) (`kolm-pollak`).
    kappa
        Aversion to inequality times scale, below 0, as `kolm_pollak_kappa` returns it for the
        minutes of today; NaN if the objective is without it.
    ceiling_min
        What a journey that is not there counts as, so that a plan gains nothing by cutting people
        off; no finite journey is longer. Areas that no candidate reaches under any plan are left
        out of the objective instead.
    beside
        Sites that stay open whatever is chosen, such as those of neighbours, and are not counted in
        `p`, in a number of sites or for a minimum activity.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = {"A": [5.0, 21.0, 34.0], "B": [26.0, 7.0, 19.0], "C": [40.0, 23.0, 9.0]}
    >>> times = llrgeo.TravelTimes(pd.DataFrame(minutes, index=["a", "b", "c"]))
    >>> demand = pd.Series([300.0, 120.0, 80.0], index=["a", "b", "c"])
    >>> problem = llrgeo.SitingProblem("p-median", p=2).subject_to(llrgeo.Keep(frozenset({"C"})))
    >>> llrgeo.locate_sites(times, demand, problem).sites
    ('A', 'C')
    """

    objective: str = "p-median"
    p: int | None = None
    standard_min: float = 30.0
    constraints: tuple[Constraint, ...] = ()
    mix: Mapping[str, float] = field(default_factory=dict)
    kappa: float = nan
    ceiling_min: float = 240.0
    beside: frozenset[str] = frozenset()

    @property
    def definition(self) -> Objective:
        """The objective's class: direction, unit, costs, value and method.

        Raises
        ------
        KeyError
            If there is no such objective; `faults` says so in words.
        """
        return OBJECTIVES[self.objective]

    @property
    def parameters(self) -> ObjectiveParameters:
        """The figures that the objective depends on."""
        return ObjectiveParameters(self.standard_min, self.kappa, self.mix)

    def type_faults(self) -> list[str]:
        """Return which values are of another type, in words; `faults` needs that none is."""
        faults = [
            *type_faults({"objective": self.objective}, str),
            *type_faults({"constraints": self.constraints}, Sequence),
            *type_faults({"mix": self.mix}, Mapping),
            *type_faults({"beside": self.beside}, Collection),
        ]
        if faults:
            return faults
        weights = {f"mix: {name}": weight for name, weight in self.mix.items()}
        minutes = {"standard_min": self.standard_min, "ceiling_min": self.ceiling_min}
        numbers: dict[str, object] = {**minutes, "kappa": self.kappa, **weights}
        return [
            *(
                f"constraints: give constraints such as Keep, not a {type(constraint).__name__}"
                for constraint in self.constraints
                if not hasattr(type(constraint), "write")
            ),
            *(
                f"{name} is {number!r}; it must be a number"
                for name, number in numbers.items()
                if not isinstance(number, Real)
            ),
        ]

    def faults(self) -> list[str]:
        """Return what is wrong, in words."""
        faults = []
        if self.objective not in OBJECTIVES:
            faults.append(f"no objective '{self.objective}'; known are {', '.join(OBJECTIVES)}")
        else:
            faults += self.definition.faults(self.parameters)
            if self.definition.covers_all and self.p is not None:
                faults.append(f"{self.objective} finds the number of sites; leave out p")
        if self.mix and self.objective != "mix":
            faults.append("a mix needs weights, and only a mix has them")
        if self.p is not None:
            faults += count_faults("p", self.p, least=1)
        faults += _amount_faults("standard_min", self.standard_min)
        return [*faults, *_amount_faults("ceiling_min", self.ceiling_min)]

    def subject_to(self, *constraints: Constraint) -> Self:
        """Return the problem with further constraints."""
        return replace(self, constraints=(*self.constraints, *constraints))


def check_search(gap: float, seconds: float, seed: int) -> None:
    """Refuse a gap or a time limit that is NaN or below 0, and a seed that is no whole number.

    Raises
    ------
    InputError
        Naming every one of them.
    """
    faults = [*_amount_faults("gap", gap), *_amount_faults("seconds", seconds)]
    raise_faults([*faults, *count_faults("seed", seed, least=0)], source="siting problem")


def count_faults(name: str, number: object, *, least: int) -> list[str]:
    """Return what is wrong with a number that must be whole and at least so much, in words."""
    if not isinstance(number, Integral):  # of numpy too
        return [f"{name} is {number!r}; it must be a whole number: int({name})"]
    return [f"{name} is {number}; it must be at least {least}"] if int(number) < least else []


def _amount_faults(name: str, number: object) -> list[str]:
    if isinstance(number, Real) and float(number) >= 0:  # which NaN is not
        return []
    return [f"{name} is {number!r}; it must be a number from 0 up"]
