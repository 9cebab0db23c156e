"""Targets of access to beds: what may happen to an admission, and the beds that keep to it.

There is no occupancy among them. Occupancy is a result: "there is no globally applicable optimum
average occupancy" (Proudlove 2020); one occupancy for all wards means too many refusals in small
ones (de Bruin and others 2010).
"""

from dataclasses import dataclass
from typing import Protocol

from llrgeo.appraisal.capacity.offered_load import (
    DAYS_A_YEAR,
    mean_in_beds,
    patients_quantile,
    share_of_days_over,
)
from llrgeo.appraisal.capacity.queues import (
    beds_for_loss,
    beds_for_wait,
    check_share,
    check_stay,
    check_steady,
    erlang_b,
    mean_wait,
    share_waiting,
)
from llrgeo.errors import InputError


@dataclass(frozen=True, slots=True)
class Stay:
    """How long a bed is held by one admission, turnover included.

    Attributes
    ----------
    days
        Mean days.
    cv
        Coefficient of variation (standard deviation over mean); 1 is exponential.
    """

    days: float
    cv: float = 1.0

    def __post_init__(self) -> None:
        check_stay(self.days, self.cv)


@dataclass(frozen=True, slots=True)
class BedUse:
    """What happens at a number of beds.

    Attributes
    ----------
    occupancy
        Mean share of beds in use.
    share_refused
        Share of admissions that find no bed and go elsewhere; NaN where nobody does by the target.
    share_waiting
        Share of admissions that wait longer than the target's days; NaN where nobody waits.
    mean_wait_days
        Mean wait over all admissions; NaN where nobody waits.
    blocked_bed_days
        Bed-days a year that those who wait hold elsewhere (acute beds); NaN where nobody waits.
    share_days_over
        Share of days with more patients than beds; NaN where there never are.
    """

    occupancy: float
    share_refused: float = float("nan")
    share_waiting: float = float("nan")
    mean_wait_days: float = float("nan")
    blocked_bed_days: float = float("nan")
    share_days_over: float = float("nan")


class Target(Protocol):
    """What every target can say. Loads are in erlangs; beds may be fractional (beds that open)."""

    def beds(self, load: float, stay: Stay) -> int:
        """Return the fewest beds that keep to the target."""

    def use(self, beds: float, load: float, stay: Stay) -> BedUse:
        """Return what happens at a number of beds."""

    def check(self, beds: float, load: float) -> None:
        """Raise InputError if the target's queue has no steady state at these beds."""


@dataclass(frozen=True, slots=True)
class LossTarget:
    """At most a share of admissions finds no bed: for those who cannot wait (step-up)."""

    share: float

    def __post_init__(self) -> None:
        check_share(self.share)

    def beds(self, load: float, stay: Stay) -> int:
        """Return the fewest beds that refuse no more; exact whatever the stays."""
        del stay  # Erlang B depends on the mean stay alone, which the load holds
        return beds_for_loss(load, self.share)

    def use(self, beds: float, load: float, stay: Stay) -> BedUse:
        """Return occupancy and the share refused: a (1 - B) / c."""
        del stay
        refused = erlang_b(beds, load)
        return BedUse(_over(load * (1 - refused), beds), share_refused=refused)

    def check(self, beds: float, load: float) -> None:
        """Pass: those who find no bed go elsewhere, so no queue grows."""
        erlang_b(beds, load)


@dataclass(frozen=True, slots=True)
class DelayTarget:
    """At most a share of admissions waits longer than some days: for step-down from acute beds."""

    share: float
    days: float

    def __post_init__(self) -> None:
        check_share(self.share)
        if not 0 <= self.days < float("inf"):
            msg = f"the target's wait is {self.days:g} days; it must be at least 0"
            raise InputError(msg)

    def beds(self, load: float, stay: Stay) -> int:
        """Return the fewest beds at which no more than the share waits longer."""
        return beds_for_wait(load, stay.days, self.days, self.share, cv=stay.cv)

    def use(self, beds: float, load: float, stay: Stay) -> BedUse:
        """Return waits; at a load not below the beds they are infinite and all wait."""
        infinite = float("inf")
        if load >= beds:
            none = load == 0
            wait, blocked = (0.0, 0.0) if none else (infinite, infinite)
            return BedUse(0.0 if none else 1.0, 0.0, 0.0 if none else 1.0, wait, blocked)
        wait = mean_wait(beds, load, stay.days, cv=stay.cv)
        admissions = load / stay.days * DAYS_A_YEAR
        longer = share_waiting(beds, load, stay.days, self.days, cv=stay.cv)
        return BedUse(load / beds, 0.0, longer, wait, admissions * wait)

    def check(self, beds: float, load: float) -> None:
        """Refuse a load that is not below the beds.

        Raises
        ------
        InputError
            If there is no steady state.
        """
        if load > 0:
            check_steady(beds, load)


@dataclass(frozen=True, slots=True)
class OverflowTarget:
    """On at most a share of days are there more patients than beds: for a plan that never refuses.

    `relative_sd` is how uncertain or bunched the load is; 0 is Poisson.
    """

    share: float
    relative_sd: float = 0.0

    def __post_init__(self) -> None:
        patients_quantile(1.0, self.share, relative_sd=self.relative_sd)

    def beds(self, load: float, stay: Stay) -> int:
        """Return the fewest beds that patients exceed on no more days."""
        del stay  # M/G/infinity depends on the mean stay alone
        return patients_quantile(load, self.share, relative_sd=self.relative_sd)

    def use(self, beds: float, load: float, stay: Stay) -> BedUse:
        """Return occupancy of the beds and the share of days that go over."""
        del stay
        inside = mean_in_beds(beds, load, relative_sd=self.relative_sd)
        over = share_of_days_over(beds, load, relative_sd=self.relative_sd)
        return BedUse(_over(inside, beds), share_days_over=over)

    def check(self, beds: float, load: float) -> None:
        """Pass: who finds no bed has an extra place, so no queue grows."""
        erlang_b(beds, load)


def _over(carried: float, beds: float) -> float:
    return carried / beds if beds > 0 else 0.0
