"""Evidence: everything the appraisal says about a study's options, as named tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import pandas as pd

from llrgeo.appraisal.access import Access, people_by_group
from llrgeo.appraisal.assignment import compare_rules
from llrgeo.appraisal.authorities import compare_places
from llrgeo.appraisal.catchments import catchment_table
from llrgeo.appraisal.costs import Rates, cost_lines, cost_table, patient_costs_by_fifth
from llrgeo.appraisal.cross_border import border_flows
from llrgeo.appraisal.demand import activity_table, grow
from llrgeo.appraisal.disclosure import disclosable_tables
from llrgeo.appraisal.equity import equity_table
from llrgeo.appraisal.evaluation import OptionResult, ServiceResult, summarise_options
from llrgeo.appraisal.home_visits import team_reach
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.measures import MEASURES, measure_values
from llrgeo.appraisal.narrative import option_sentence, worst_changes, worst_places
from llrgeo.appraisal.robustness import (
    Acceptability,
    rank_acceptability,
    robustness_sentence,
    switching_weights,
)
from llrgeo.appraisal.scoring import Scorecard
from llrgeo.appraisal.sensitivity import one_at_a_time, sensitivity_cases
from llrgeo.appraisal.simulation import Uncertainty, simulate
from llrgeo.appraisal.walking import transit_table, walking_table
from llrgeo.travel.times import TravelTimes

_Tables: TypeAlias = dict[str, pd.DataFrame]
_Parts: TypeAlias = dict[str, pd.DataFrame] | dict[tuple[str, str], pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the appraisal takes for granted beside the study itself.

    Attributes
    ----------
    rates
        Costs and unit values.
    uncertainty
        Errors of times, rates and growth.
    growth
        Factor of each age band to the horizon year; a band left out stays as it is.
    indicators
        The user's own figures on `authority_code`, if there are any.
    walk_times
        Minutes on foot at 4.8 km/h, if they were computed.
    transit_times
        Minutes by public transport, if they were computed.
    importance
        Criteria from the most important down, if there is agreement on that; then only weightings
        in this order are drawn.
    draws, seed
        Of all random numbers.
    restricted
        Whether contacts are of real patients, so that small numbers must be suppressed.
    """

    rates: Rates
    uncertainty: Uncertainty
    growth: Mapping[str, float] = field(default_factory=dict)
    indicators: pd.DataFrame | None = None
    walk_times: TravelTimes | None = None
    transit_times: TravelTimes | None = None
    importance: tuple[str, ...] = ()
    draws: int = 10_000
    seed: int = 0
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the appraisal found.

    Attributes
    ----------
    sentences
        What each option does, in plain English, by option name.
    robustness
        How sure the first place is, in plain English.
    acceptability
        Ranks over all weightings.
    tables
        Every table by name, ids as columns, ready to be written.
    """

    sentences: Mapping[str, str]
    robustness: str
    acceptability: Acceptability
    tables: Mapping[str, pd.DataFrame]


def appraise(
    results: Mapping[str, OptionResult],
    inputs: AppraisalInputs,
    scorecard: Scorecard,
    assumptions: Assumptions,
    *,
    baseline: str,
) -> Evidence:
    """Draw together all evidence about a study's evaluated options."""
    running = scorecard.ranks.notna()
    acceptability = rank_acceptability(
        scorecard.scores[running],
        seed=assumptions.seed,
        draws=assumptions.draws,
        order=assumptions.importance,
    )
    labels = {name: result.option.label for name, result in results.items()}
    criteria = {name: MEASURES[name].label for name in scorecard.weights.index}
    error_min = assumptions.uncertainty.time_error_min
    sentences = {
        name: option_sentence(result, baseline=baseline, error_min=error_min)
        for name, result in results.items()
    }
    tables = {
        **scorecard_tables(scorecard, labels),
        **result_tables(results, baseline=baseline, error_min=error_min),
        **people_tables(results, inputs, assumptions, baseline=baseline),
        **cost_tables(results, inputs, assumptions, baseline=baseline),
        **robustness_tables(results, inputs, scorecard, assumptions, baseline=baseline),
        "rank_acceptability": _long_ranks(acceptability.ranks),
        "central_weights": acceptability.central_weights.reset_index(),
        "sentences": pd.DataFrame(
            {"option": list(sentences), "sentence": list(sentences.values())}
        ),
    }
    robustness = robustness_sentence(scorecard, acceptability, {**criteria, **labels})
    tables["robustness"] = pd.DataFrame({"sentence": [robustness]})
    if assumptions.restricted:
        tables = disclosable_tables(tables, inputs)
    return Evidence(sentences, robustness, acceptability, tables)


def scorecard_tables(scorecard: Scorecard, labels: Mapping[str, str]) -> _Tables:
    """Return the scorecard (figures, total, rank) and the criteria it is made by."""
    card = scorecard.values.assign(
        total=scorecard.totals, rank=scorecard.ranks, dominated_by=scorecard.dominated
    )
    card.insert(0, "label", pd.Series(labels))
    criteria = [
        (name, m.label, m.unit, m.better, *m.anchors, scorecard.weights[name])
        for name, m in MEASURES.items()
        if name in scorecard.weights.index
    ]
    names = ["criterion", "label", "unit", "better", "scores_0_at", "scores_1_at", "weight"]
    return {
        "scorecard": card.reset_index(),
        "scores": scorecard.scores.reset_index(),
        "criteria": pd.DataFrame(criteria, columns=names),
    }


def result_tables(
    results: Mapping[str, OptionResult], *, baseline: str, error_min: float
) -> _Tables:
    """Return the results of all options as long tables; service "all" is the overall result.

    In "journeys", `within_error` says that the mean changes by less than the error of a journey.
    """
    journeys = _by_access(results, lambda access: access.groups.reset_index())
    return {
        "journeys": journeys.assign(within_error=journeys["change_mean_min"].abs() < error_min),
        "winners_and_losers": _by_access(results, lambda access: access.winners),
        "thresholds": _by_access(results, lambda access: access.thresholds),
        "flows": _by_service(results, lambda one: one.flows),
        "site_loads": _by_service(results, lambda one: one.loads.reset_index()),
        "places_of_care": _by_option(results, lambda result: result.care.reset_index()),
        "burden": _by_option(results, lambda result: _burden(result, results[baseline])),
    }


def people_tables(
    results: Mapping[str, OptionResult],
    inputs: AppraisalInputs,
    assumptions: Assumptions,
    *,
    baseline: str,
) -> _Tables:
    """Return what options mean for groups of people and for places."""
    areas, sites = inputs.areas, inputs.sites
    people = people_by_group(areas)
    tables = {
        "activity": activity_table(
            inputs.services,
            areas,
            grow(areas, assumptions.growth),
            counted=inputs.activity,
        ).reset_index(),
        "equity": equity_table(results, areas, baseline=baseline).reset_index(),
        "places": compare_places(results, areas, sites, assumptions.indicators),
        "worst_places": _by_option(
            results, lambda result: worst_places(result, areas).reset_index()
        ),
        "worst_changes": _by_option(
            results, lambda result: worst_changes(result, areas).reset_index()
        ),
    }
    if len(inputs.visited) < len(inputs.services):
        tables["team_reach"] = team_reach(results, areas)
    if inputs.visited:
        tables["floating_catchments"] = catchment_table(results, inputs, people)
        tables["choice_of_site"] = compare_rules(results, inputs)
    if "authority" in sites.columns:
        home = inputs.home or frozenset(areas["authority"])
        tables["over_the_border"] = border_flows(results, areas, sites, home=home)
    if inputs.visited and assumptions.walk_times is not None:
        tables["on_foot"] = walking_table(results, assumptions.walk_times, people)
    if inputs.visited and assumptions.transit_times is not None:
        tables["by_public_transport"] = transit_table(results, assumptions.transit_times, people)
    return tables


def cost_tables(
    results: Mapping[str, OptionResult],
    inputs: AppraisalInputs,
    assumptions: Assumptions,
    *,
    baseline: str,
) -> _Tables:
    """Return costs by option, by site and by fifth of deprivation, and the rates behind them.

    Without costs of services, those of patients alone.
    """
    rates = assumptions.rates
    tables = {
        "patient_costs_by_fifth": patient_costs_by_fifth(results, inputs.areas, rates),
        "unit_values": rates.unit_values,
    }
    if rates.service_costs is not None:
        lines = cost_lines(results, rates, baseline=baseline)
        tables |= {
            "costs": cost_table(lines, results, rates, baseline=baseline).reset_index(),
            "costs_by_site": lines,
            "service_costs": rates.service_costs,
            "discount_rates": rates.discount_rates,
        }
    return tables


def robustness_tables(
    results: Mapping[str, OptionResult],
    inputs: AppraisalInputs,
    scorecard: Scorecard,
    assumptions: Assumptions,
    *,
    baseline: str,
) -> _Tables:
    """Return switching weights, the tornado, and what simulated errors do to figures and ranks."""
    options = [result.option for result in results.values()]
    cases = {
        name: {
            case: scorecard.values
            if changed is inputs
            else measure_values(
                summarise_options(options, changed, baseline=baseline),
                list(scorecard.weights.index),
                MEASURES,
            )
            for case, changed in settings.items()
        }
        for name, settings in sensitivity_cases(inputs, assumptions.growth).items()
    }
    tables = {
        "switching_weights": switching_weights(scorecard),
        "tornado": one_at_a_time(scorecard, cases, MEASURES),
    }
    if inputs.visited:
        simulation = simulate(
            results,
            inputs,
            assumptions.uncertainty,
            draws=assumptions.draws,
            seed=assumptions.seed,
        )
        tables["simulated_figures"] = simulation.intervals(baseline=baseline)
        tables["simulated_ranks"] = _long_ranks(simulation.ranks(scorecard, MEASURES))
    return tables


def _burden(result: OptionResult, before: OptionResult) -> pd.DataFrame:
    """Return the burden with the way to city hospitals that is avoided."""
    burden = result.burden.assign(
        city_hours_avoided=before.burden["city_hours"] - result.burden["city_hours"],
        city_km_avoided=before.burden["city_km"] - result.burden["city_km"],
    )
    return burden.reset_index()


def _by_option(
    results: Mapping[str, OptionResult], pick: Callable[[OptionResult], pd.DataFrame]
) -> pd.DataFrame:
    parts = {name: pick(result) for name, result in results.items()}
    return _stacked(parts, ["option"])


def _by_service(
    results: Mapping[str, OptionResult], pick: Callable[[ServiceResult], pd.DataFrame]
) -> pd.DataFrame:
    parts = {
        (name, service): pick(one)
        for name, result in results.items()
        for service, one in result.services.items()
    }
    return _stacked(parts, ["option", "service"])


def _by_access(
    results: Mapping[str, OptionResult], pick: Callable[[Access], pd.DataFrame]
) -> pd.DataFrame:
    parts = {}
    for name, result in results.items():
        parts[name, "all"] = pick(result.overall)
        for service, one in result.services.items():
            parts[name, service] = pick(one.access)
    return _stacked(parts, ["option", "service"])


def _stacked(parts: _Parts, names: list[str]) -> pd.DataFrame:
    stacked = pd.concat(parts, names=names)
    return stacked.reset_index(level=names).reset_index(drop=True)


def _long_ranks(ranks: pd.DataFrame) -> pd.DataFrame:
    return (
        ranks.rename_axis("option")
        .reset_index()
        .melt("option", var_name="rank", value_name="share")
        .sort_values(["option", "rank"], ignore_index=True)
    )
