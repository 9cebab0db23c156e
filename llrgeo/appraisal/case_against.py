"""The case against each option, beside the case for it: what an objector would find, found first.

Every item that the figures support is there; none can be switched off, and what was not modelled
is an item too (docs/methods, "The case against"). Items stand in the order of people times
minutes, so that the weightiest come first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from llrgeo.appraisal.case import benefits, capacity, certainty, journeys, sites
from llrgeo.appraisal.case.comparison import Comparison
from llrgeo.appraisal.case.item import item_table
from llrgeo.appraisal.robustness import Acceptability
from llrgeo.appraisal.scoring import Scorecard
from llrgeo.travel.times import TravelTimes


@dataclass(frozen=True, slots=True)
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


def case_against(compared: Comparison, grounds: Grounds) -> pd.DataFrame:
    """Return the case against an option, the weightiest items first.

    Columns as `Item` has them, `people_min` and `modelled`.
    """
    return item_table(
        [
            *journeys.longer_journeys(compared),
            *journeys.beyond_standard(compared),
            *journeys.teams_farther(compared),
            *journeys.without_car(compared, grounds.walk_times, grounds.transit_times),
            *journeys.rush_hour(compared, grounds.other_periods),
            *sites.crossings(compared),
            *sites.sites_cope(compared),
            *capacity.places_and_staff(compared, grounds.findings),
            *sites.flattering_average(compared),
            *sites.money(compared, grounds.costs),
            *certainty.ranking_turns(
                compared, grounds.scorecard, grounds.acceptability, grounds.tornado
            ),
            *certainty.sources_and_error(compared),
            *certainty.age_of_data(grounds.dates),
            *sites.room_unknown(compared),
            *certainty.not_modelled(compared, grounds.answered),
        ]
    )


def case_for(compared: Comparison, grounds: Grounds) -> pd.DataFrame:
    """Return the case for an option, by the same rules and with the same columns."""
    return item_table(
        [
            *benefits.shorter_journeys(compared),
            *benefits.teams_nearer(compared),
            *benefits.within_standard(compared),
            *capacity.fewer_missing(compared, grounds.findings),
            *benefits.savings(compared, grounds.costs),
        ]
    )
