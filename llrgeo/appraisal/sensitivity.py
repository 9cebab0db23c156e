"""Sensitivity: what one changed assumption at a time does to the ranking."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pandas as pd

from llrgeo.appraisal.demand import Service, grow
from llrgeo.appraisal.evaluation import OptionResult, summarise_options
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.measures import MEASURES, Measure, measure_values, score_values
from llrgeo.appraisal.rates import Rates
from llrgeo.appraisal.scoring import Scorecard
from llrgeo.appraisal.service_use import uses_by_option
from llrgeo.appraisal.use_arrays import StudyArrays
from llrgeo.travel.times import TravelTimes

LOW_HIGH: Final = {"low": -1, "high": 1}
TIMES_CHANGE: Final = 0.1
RATES_CHANGE: Final = 0.2
COSTS_CHANGE: Final = 0.2
TIMES: Final = "travel times 10 % shorter or longer"
PEOPLE: Final = "people of today or of the horizon year"
CONTACTS: Final = "20 % fewer or more contacts"  # and of which service
COSTS: Final = "services cost 20 % less or more"


def sensitivity_cases(
    appraisal_inputs: AppraisalInputs, growth: Mapping[str, float]
) -> dict[str, dict[str, AppraisalInputs]]:
    """Return the inputs with one assumption low and high, by what is assumed.

    Travel times 10 % shorter and longer, the people of today against those of the horizon year,
    the rates of each service that people travel for 20 % lower and higher (not where contacts
    are of real patients), and, where options are judged by costs too, the costs of services 20 %
    lower and higher.
    """
    cases = {
        TIMES: {
            case: replace(
                appraisal_inputs,
                times=_scaled(appraisal_inputs.times, 1 + sign * TIMES_CHANGE),
                team_times=appraisal_inputs.team_times
                and _scaled(appraisal_inputs.team_times, 1 + sign * TIMES_CHANGE),
            )
            for case, sign in LOW_HIGH.items()
        },
        PEOPLE: {
            "low": appraisal_inputs,
            "high": replace(appraisal_inputs, areas=grow(appraisal_inputs.areas, growth)),
        },
    }
    # Only services that people travel for: the rates of teams move no journey of patients. Where
    # contacts are of real patients, residents weigh in their place, and contacts move nothing.
    for service in () if appraisal_inputs.restricted else appraisal_inputs.visited:
        cases[f"{CONTACTS}: {service.label}"] = {
            case: _with_rates(appraisal_inputs, service, 1 + sign * RATES_CHANGE)
            for case, sign in LOW_HIGH.items()
        }
    if appraisal_inputs.rates is not None:
        cases[COSTS] = {
            case: replace(
                appraisal_inputs, rates=_dearer(appraisal_inputs.rates, 1 + sign * COSTS_CHANGE)
            )
            for case, sign in LOW_HIGH.items()
        }
    return cases


def tornado_table(
    results: Mapping[str, OptionResult],
    appraisal_inputs: AppraisalInputs,
    scorecard: Scorecard,
    *,
    growth: Mapping[str, float],
    baseline: str,
) -> pd.DataFrame:
    """Evaluate the options anew for each changed assumption, and return what that does.

    Columns as `one_at_a_time` returns them, the widest bar first.
    """
    options = [result.option for result in results.values()]
    criteria = list(scorecard.weights.index)
    arrays = StudyArrays.of(appraisal_inputs)
    uses_by_option(options, arrays)  # kept in the arrays: a case works out what it changes alone

    def figures(changed: AppraisalInputs) -> pd.DataFrame:
        if changed is appraisal_inputs:  # a case that changes nothing: the figures are known
            return scorecard.values
        summaries = summarise_options(options, arrays.changed(changed), baseline=baseline)
        return measure_values(summaries, criteria, MEASURES)

    values_by_case = {
        assumption: {case: figures(changed) for case, changed in cases.items()}
        for assumption, cases in sensitivity_cases(appraisal_inputs, growth).items()
    }
    return one_at_a_time(scorecard, values_by_case, MEASURES)


def one_at_a_time(
    scorecard: Scorecard,
    values_by_case: Mapping[str, Mapping[str, pd.DataFrame]],
    measures: Mapping[str, Measure],
) -> pd.DataFrame:
    """Return what one change at a time does to the leader's margin: the bars of a tornado.

    Parameters
    ----------
    scorecard
        The scorecard as it stands.
    values_by_case
        For each assumption, the figures (options by measures) with it low and high.
    measures
        The measures by id.

    Returns
    -------
    pandas.DataFrame
        One row an assumption, the widest first: `assumption`, `low_margin`, `high_margin`,
        `margin` as it stands, `low_leader`, `high_leader`.
    """
    ranked = scorecard.ranks.index[scorecard.ranks.notna()]  # those that fail no hurdle
    base = scorecard.totals[ranked]
    leader, names = str(base.idxmax()), list(scorecard.weights.index)
    rows = []
    for assumption, cases in values_by_case.items():
        # The margin is the leader's lead over the best of the others; below 0 another one is ahead.
        totals = {
            case: score_values(values.loc[ranked, names], measures) @ scorecard.weights
            for case, values in cases.items()
        }
        rows.append(
            {
                "assumption": assumption,
                **{f"{case}_margin": _margin(total, leader) for case, total in totals.items()},
                "margin": _margin(base, leader),
                **{f"{case}_leader": total.idxmax() for case, total in totals.items()},
            }
        )
    table = pd.DataFrame(rows)
    # The widest bar first, as a tornado is drawn.
    width = (table["high_margin"] - table["low_margin"]).abs()
    return table.loc[width.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def _margin(totals: pd.Series, leader: str) -> float:
    """Return how far the leader is ahead of the best of the others; below 0 where it is not."""
    return float(totals[leader] - totals.drop(leader).max())


def _scaled(times: TravelTimes, factor: float) -> TravelTimes:
    return replace(times, minutes=times.minutes * factor)


def _dearer(rates: Rates, factor: float) -> Rates:
    """Return the rates with other costs of every service: to open, move, close, run and use."""
    costs = pd.DataFrame(rates.service_costs)
    figures = costs.select_dtypes("number").columns
    return replace(rates, service_costs=costs.assign(**{n: costs[n] * factor for n in figures}))


def _with_rates(
    appraisal_inputs: AppraisalInputs, changed: Service, factor: float
) -> AppraisalInputs:
    """Return the inputs with another number of contacts of one service."""
    rates = {band: rate * factor for band, rate in changed.rates.items()}
    services = tuple(
        replace(service, rates=rates) if service.id == changed.id else service
        for service in appraisal_inputs.services
    )
    activity = appraisal_inputs.activity
    if activity is not None and changed.id in activity.columns:
        activity = activity.assign(**{changed.id: activity[changed.id] * factor})
    return replace(appraisal_inputs, services=services, activity=activity)
