"""The case by what is not sure: the ranking, assumed rates, errors, and what is not modelled."""

from collections.abc import Collection, Iterator
from typing import Final

import pandas as pd

from llrgeo.appraisal.case.comparison import Comparison
from llrgeo.appraisal.case.item import Item
from llrgeo.appraisal.people.people_by_service import UNCERTAIN_CLASSES
from llrgeo.appraisal.people.people_groups import everyone_of
from llrgeo.appraisal.scoring import Scorecard
from llrgeo.appraisal.uncertainty.robustness import Acceptability

PANDEMIC_YEARS: Final = (2020, 2021)
_YEAR: Final = r"((?:19|20)\d\d)"

NOT_MODELLED: Final = (
    "parking",
    "housing",
    "ambulances",
    "beds_and_rooms",
    "staff_in_place",
    "other_options",
    "earlier_closures",
)
"""What an option that changes anything raises and this appraisal does not answer."""


def ranking_turns(
    compared: Comparison,
    scorecard: Scorecard,
    acceptability: Acceptability,
    switches: pd.DataFrame,
    tornado: pd.DataFrame,
) -> Iterator[Item]:
    """Yield how the option stands in the ranking, and how little it takes to put it elsewhere.

    `switches` are what `switching_weights` returns.
    """
    name = compared.after.option.name
    if pd.isna(scorecard.ranks[name]):
        yield from _failed_hurdles(scorecard, name, today=compared.before.option.name)
        return
    yield Item(
        "first_in_weightings",
        value=float(acceptability.ranks[1][name]),
        second=float(scorecard.ranks[name]),
        rests_on="ranking",
    )
    if scorecard.dominated[name]:
        yield Item("dominated", rival=str(scorecard.dominated[name]), rests_on="ranking")
    if scorecard.ranks[name] == 1:
        yield from _weight_that_turns(switches, name)
        yield from _assumptions_that_turn(tornado, name)


def _failed_hurdles(scorecard: Scorecard, name: str, *, today: str) -> Iterator[Item]:
    """Yield the hurdles that an option does not meet, and whether the baseline does."""
    for hurdle, met in scorecard.hurdles.items():
        if not met[name]:
            passes_today = float(met[today])
            yield Item(
                "fails_hurdle",
                subject=str(hurdle),
                value=0.0,
                today=passes_today,
                rests_on="ranking",
            )


def _assumptions_that_turn(tornado: pd.DataFrame, name: str) -> Iterator[Item]:
    """Yield the assumptions of which one end or the other puts another option ahead."""
    for row in tornado.to_dict(orient="records"):
        rivals = {str(row["low_leader"]), str(row["high_leader"])} - {name}
        for rival in sorted(rivals):
            yield Item(
                "assumption_turns",
                subject=str(row["assumption"]),
                rival=rival,
                rests_on="ranking",
            )


def sources_and_error(compared: Comparison) -> Iterator[Item]:
    """Yield what rests on assumed rates, how far the times were measured, and who is too close."""
    services = [result.service for result in compared.after.services.values()]
    counted = compared.appraisal_inputs.activity
    with_counts = set() if counted is None else set(counted.columns)
    assumed = [
        service
        for service in services
        if service.id not in with_counts and "illustrative" in service.source.lower()
    ]
    if assumed:
        yield Item(
            "assumed_activity",
            value=float(len(assumed)),
            second=float(len(services)),
            rests_on="sources",
        )
    times = compared.appraisal_inputs.times
    accuracy, journeys = times.accuracy, times.accuracy.journeys
    of_period = journeys[journeys["period"] == times.period]
    # What was measured at noon says nothing of the rush hour.
    if not accuracy.is_measured or (of_period.empty and not journeys.empty):
        yield Item("error_unknown", rests_on="nothing")
    else:
        yield Item("error_of_times", value=accuracy.mean_min, rests_on="sources")
        tested = set(of_period["authority"])
        untested = sorted(set(compared.appraisal_inputs.areas["authority"]) - tested)
        if untested:
            yield Item("error_untested", place="; ".join(untested), rests_on="nothing")
    if not compared.after.people.empty:
        everyone = everyone_of(compared.after.people)
        # People whose class rests on changes that the times cannot tell, over all such classes.
        close = float(sum(everyone[f"too_close_{kind}"] for kind in UNCERTAIN_CLASSES))
        if close > 0:  # NaN, where the error is not known, has no item of its own
            yield Item("too_close", people=close)


def age_of_data(dates: pd.Series) -> Iterator[Item]:
    """Yield the oldest of the figures that the study rests on, and those of 2020 and 2021.

    Surveys of these years were taken while people kept away from care. `dates` are as written, on
    what they are the dates of; those without a year are left out.
    """
    years = dates.astype(str).str.extract(_YEAR)[0].dropna().astype(int)
    if years.empty:
        return
    # Dates are as written in sources: a year is read out of each, and one without a year says
    # nothing.
    oldest = int(years.min())
    of_that_year = years.index[years == oldest].astype(str)
    yield Item(
        "oldest_figure",
        subject=str(min(of_that_year)),
        place=str(oldest),
        value=float(len(years)),
        rests_on="sources",
    )
    of_pandemic = years[years.isin(PANDEMIC_YEARS)].index.astype(str).unique()
    if len(of_pandemic):
        yield Item(
            "pandemic_figures",
            subject="; ".join(of_pandemic),
            value=float(len(of_pandemic)),
            rests_on="sources",
        )


def not_modelled(compared: Comparison, answered: Collection[str]) -> Iterator[Item]:
    """Yield what was not looked at, but what other tables answer; outcomes of care always are."""
    yield Item("outcomes", rests_on="nothing")
    if not compared.changes_nothing:
        open_ones = (name for name in NOT_MODELLED if name not in answered)
        yield from (Item(name, rests_on="nothing") for name in open_ones)


def _weight_that_turns(switches: pd.DataFrame, leader: str) -> Iterator[Item]:
    """Yield the smallest change of one weight at which another option overtakes the leader."""
    switches = switches[switches["leader"] == leader]
    if switches.empty:
        return
    # The switch nearest to the weight as it is: the smallest change of opinion that would do.
    row = min(
        switches.to_dict(orient="records"),
        key=lambda switch: abs(switch["switching_weight"] - switch["weight"]),
    )
    yield Item(
        "weight_turns_below" if row["falls_below"] else "weight_turns_above",
        subject=str(row["criterion"]),
        rival=str(row["challenger"]),
        value=float(row["switching_weight"]),
        second=float(row["weight"]),
        rests_on="ranking",
    )
