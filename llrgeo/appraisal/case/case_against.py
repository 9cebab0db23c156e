"""The case against each option, beside the case for it: what an objector would find, found first.

Every item that the figures support is there; none can be switched off, and what was not modelled
is an item too (docs/methods, "The case against"). Items stand in the order of people times
minutes, so that the weightiest come first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from llrgeo.appraisal.case import benefits, capacity, certainty, journeys, other_journeys, sites
from llrgeo.appraisal.case.comparison import Comparison
from llrgeo.appraisal.case.item import Item
from llrgeo.appraisal.scoring import Scorecard
from llrgeo.appraisal.uncertainty.robustness import Acceptability, switching_weights
from llrgeo.travel.times import TravelTimes


@dataclass(frozen=True)  # without slots, which would leave no place for what is worked out once
class Grounds:
    """What the cases rest on beside the options' results.

    Attributes
    ----------
    scorecard, acceptability, tornado
        The ranking, and how sure it is.
    costs
        What `cost_table` returns, on options; None where the study states no costs.
    walk_times, transit_times
        Minutes on foot and by public transport, if they were computed.
    other_periods
        Minutes by the judged mode in the study's other periods.
    findings
        What the appraisal of capacity found, where the study says anything of it.
    dates
        Dates of the figures that the study rests on, as written, on what they are the dates of.
    answered
        Items that are not modelled by default, which other tables of this study answer.
    """

    scorecard: Scorecard
    acceptability: Acceptability
    tornado: pd.DataFrame
    costs: pd.DataFrame | None = None
    walk_times: TravelTimes | None = None
    transit_times: TravelTimes | None = None
    other_periods: Sequence[TravelTimes] = ()
    findings: capacity.Findings | None = None
    dates: pd.Series = field(default_factory=lambda: pd.Series(dtype=str))
    answered: frozenset[str] = frozenset()

    @cached_property
    def switches(self) -> pd.DataFrame:
        """Weights at which another option overtakes the leader, as `switching_weights` has them."""
        return switching_weights(self.scorecard)

    @cached_property
    def ages(self) -> tuple[Item, ...]:
        """What the dates of the figures say against every option alike."""
        return tuple(certainty.age_of_data(self.dates))


def case_against(compared: Comparison, grounds: Grounds) -> list[Item]:
    """Return the items of the case against an option; `item_table` puts the weightiest first."""
    # Options that run every service alike share the items that rest on journeys alone: `once` keeps
    # them.
    once, ranked = compared.items_once, (grounds.scorecard, grounds.acceptability)
    return [
        *once(journeys.longer_journeys),
        *once(journeys.beyond_standard),
        *once(journeys.teams_farther),
        *once(other_journeys.without_car, grounds.walk_times, grounds.transit_times),
        *once(other_journeys.rush_hour, grounds.other_periods),
        *once(sites.crossings),
        *once(sites.sites_cope),
        *capacity.places_and_staff(compared, grounds.findings),
        *once(sites.flattering_average),
        *sites.money(compared, grounds.costs),
        *certainty.ranking_turns(compared, *ranked, grounds.switches, grounds.tornado),
        *once(certainty.sources_and_error),
        *grounds.ages,
        *once(sites.room_unknown),
        *certainty.not_modelled(compared, grounds.answered),
    ]


def case_for(compared: Comparison, grounds: Grounds) -> list[Item]:
    """Return the items of the case for an option, by the same rules."""
    return [
        *compared.items_once(benefits.shorter_journeys),
        *compared.items_once(benefits.teams_nearer),
        *compared.items_once(benefits.within_standard),
        *capacity.fewer_missing(compared, grounds.findings),
        *benefits.savings(compared, grounds.costs),
    ]
