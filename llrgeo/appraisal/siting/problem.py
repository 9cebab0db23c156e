"""What is asked for: an objective, how many sites, and the constraints planners have."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import nan
from typing import Final, Literal, Self, get_args

from llrgeo.appraisal.siting.constraints import Constraint

SumObjective = Literal["p-median", "mclp", "kolm-pollak"]
Objective = Literal["p-median", "mclp", "kolm-pollak", "mix", "lscp", "lscp-b", "p-centre"]
OBJECTIVES: Final = get_args(Objective)
HIGHER_IS_BETTER: Final = ("mclp", "lscp-b")
UNITS: Final[Mapping[Objective, str]] = {
    "p-median": "mean minutes",
    "mclp": "share of demand within the standard",
    "kolm-pollak": "equally distributed equivalent minutes",
    "mix": "weighted sum",
    "lscp": "sites",
    "lscp-b": "share of demand within the standard of two sites",
    "p-centre": "longest minutes",
}


@dataclass(frozen=True, slots=True)
class SitingProblem:
    """What is asked for.

    Attributes
    ----------
    objective
        `p-median` (least mean minutes), `mclp` (most demand within the standard), `kolm-pollak`
        (least equally distributed equivalent), `mix` (of these three), `lscp` (fewest sites with
        all demand within the standard), `lscp-b` (of those, most demand with a second site
        within it), `p-centre` (least longest journey).
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
    unreachable_min
        What someone without a site to reach counts as; no finite time is longer.
    """

    objective: Objective = "p-median"
    p: int | None = None
    standard_min: float = 30.0
    constraints: tuple[Constraint, ...] = ()
    mix: Mapping[SumObjective, float] = field(default_factory=dict)
    kappa: float = nan
    unreachable_min: float = 240.0

    def faults(self) -> list[str]:
        """Return what is wrong, in words."""
        faults = []
        if self.objective not in OBJECTIVES:
            faults.append(f"no objective '{self.objective}'; known are {', '.join(OBJECTIVES)}")
        if self.p is not None and self.p < 1:
            faults.append(f"p is {self.p}; at least one site is open")
        if "kolm-pollak" in {self.objective, *self.mix} and not self.kappa < 0:
            faults.append(
                f"kappa is {self.kappa:g}; kolm-pollak needs one below 0, "
                "as kolm_pollak_kappa returns it for the minutes of today"
            )
        if (self.objective == "mix") != bool(self.mix):
            faults.append("a mix needs weights, and only a mix has them")
        if any(not weight >= 0 for weight in self.mix.values()):
            faults.append("weights of a mix must not be negative")
        if self.objective in {"lscp", "lscp-b"} and self.p is not None:
            faults.append(f"{self.objective} finds the number of sites; leave out p")
        return faults

    def subject_to(self, *constraints: Constraint) -> Self:
        """Return the problem with further constraints."""
        return replace(self, constraints=(*self.constraints, *constraints))
