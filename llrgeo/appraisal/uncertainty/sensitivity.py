"""Sensitivity: what one changed assumption at a time does to the ranking."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.costs.rates import Rates
from llrgeo.appraisal.demand import Service, grow
from llrgeo.appraisal.evaluation import (
    OptionResult,
    arrays_of,
    summarise_options,
)
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.measures import (
    COST_MEASURES,
    MEASURES,
    Figures,
    Measure,
    measure_values,
    score_values,
)
from llrgeo.appraisal.scoring import Scorecard
from llrgeo.appraisal.uncertainty.contact_changes import ContactChanges
from llrgeo.arrays import Floats
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
    """Evaluate the options again under each changed assumption, and return its effect.

    Columns as `one_at_a_time` returns them, the widest bar first.
    """
    options = [result.option for result in results.values()]
    criteria = list(scorecard.weights.index)
    arrays = arrays_of(results, appraisal_inputs)
    contacts = ContactChanges.of(results, arrays)  # a case works out what it changes alone
    # `ContactChanges` leaves costs out: where options are judged by costs, all is evaluated again.
    by_difference = () if COST_MEASURES & set(criteria) else appraisal_inputs.visited
    services = {f"{CONTACTS}: {service.label}": service.id for service in by_difference}

    def figures(changed: AppraisalInputs, service: str | None) -> pd.DataFrame:
        if changed is appraisal_inputs:  # a case that changes nothing: the figures are known
            return scorecard.values
        summaries: Mapping[str, Figures] = (
            summarise_options(options, arrays.changed(changed), baseline=baseline)
            if service is None
            else contacts.figures(changed, service)
        )
        return measure_values(summaries, criteria, MEASURES)

    values_by_case = {
        assumption: {
            case: figures(changed, services.get(assumption)) for case, changed in cases.items()
        }
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
    base = scorecard.totals[ranked].to_numpy()
    leader, listed = int(base.argmax()), list(values_by_case.items())
    totals = iter(
        _totals(scorecard, ranked, [v for _, of in listed for v in of.values()], measures)
    )
    rows = []
    for assumption, cases in listed:
        # The margin is the leader's lead over the best of the others; below 0 another one is ahead.
        by_case = {case: next(totals) for case in cases}
        rows.append(
            {
                "assumption": assumption,
                **{f"{case}_margin": _margin(total, leader) for case, total in by_case.items()},
                "margin": _margin(base, leader),
                **{
                    f"{case}_leader": ranked[int(total.argmax())] for case, total in by_case.items()
                },
            }
        )
    table = pd.DataFrame(rows)
    # The widest bar first, as a tornado is drawn.
    width = (table["high_margin"] - table["low_margin"]).abs()
    return table.loc[width.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def _totals(
    scorecard: Scorecard,
    ranked: pd.Index,
    cases: Sequence[pd.DataFrame],
    measures: Mapping[str, Measure],
) -> list[Floats]:
    """Return the totals of the ranked options for each table of figures."""
    names = scorecard.weights.index
    figures = [
        values.to_numpy()[
            np.ix_(values.index.get_indexer(ranked), values.columns.get_indexer(names))
        ]
        for values in cases
    ]
    # A score rests on its own figure alone, so all cases are scored at once; each is weighed by
    # itself, in the memory's order of a table, so that its total has the bits of the scorecard's.
    scores = score_values(pd.DataFrame(np.concatenate(figures), columns=names), measures)
    by_case = scores.to_numpy().reshape(len(cases), len(ranked), len(names))
    weights = scorecard.weights.to_numpy()
    return [np.dot(np.asfortranarray(of_case), weights) for of_case in by_case]


def _margin(totals: Floats, leader: int) -> float:
    """Return how far the leader is ahead of the best of the others; below 0 where it is not."""
    others = np.delete(totals, leader)
    return float(totals[leader] - others.max()) if others.size else float("nan")


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
