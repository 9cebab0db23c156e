"""Simulation: what errors of travel times and of assumptions do to the figures of all options.

Every draw is a whole study: another speed of all roads, another error of each journey, other
rates of each service and other growth of each age band. Who goes where stays as estimated, for
people do not know the errors of our times. The same draw is used for all options, so that their
differences are not drowned in noise.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.appraisal.area_facts import bands_of
from llrgeo.appraisal.demand import Service, Shares, rates_by_band
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.measures import Measure
from llrgeo.appraisal.robustness import competition_ranks
from llrgeo.appraisal.scoring import Scorecard

# The measures that are simulated; all others stay as they are.
SIMULATED: Final = ("mean_minutes", "within_standard")

_DRAWN: Final = 250  # draws that are drawn at once
_CHUNK: Final = 16  # of which so many are worked on at once
_MEDIAN_TO_SD: Final = 1.4826  # of a normal distribution: 1 / 0.6745
_Matrix = NDArray[np.float64]
_Placement: TypeAlias = tuple[
    int, frozenset[str], Shares
]  # a service's number, its sites, its shares
_Travelled: TypeAlias = tuple[int, Shares]  # what contacts at sites depend on


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """How far a study may be from the truth.

    Attributes
    ----------
    time_error_min
        Median absolute error of a journey's minutes, as measured; journeys err independently.
    speed_sd, rate_sd, growth_sd
        Standard deviation of a factor around 1: of all minutes together, of the rates of each
        service, and of the number of people in each age band.
    """

    time_error_min: float
    speed_sd: float = 0.05
    rate_sd: float = 0.2
    growth_sd: float = 0.1


@dataclass(frozen=True, slots=True)
class Simulation:
    """The figures of all draws: for each simulated measure a table of draws by options."""

    values: Mapping[str, pd.DataFrame]

    def intervals(self, *, baseline: str) -> pd.DataFrame:
        """Return the middle 90 % of each figure, and of its difference from the baseline.

        Columns: `measure`, `option`, `low`, `median`, `high`, `change_low`, `change_median`,
        `change_high`.
        """
        rows = []
        for measure, table in self.values.items():
            change = table.sub(table[baseline], axis=0)
            for option in table.columns:
                here, moved = (np.quantile(t[option], [0.05, 0.5, 0.95]) for t in (table, change))
                rows.append((measure, option, *here, *moved))
        names = ["low", "median", "high", "change_low", "change_median", "change_high"]
        return pd.DataFrame(rows, columns=["measure", "option", *names])

    def ranks(self, scorecard: Scorecard, measures: Mapping[str, Measure]) -> pd.DataFrame:
        """Return the share of draws in which each option has each rank, weights as they are."""
        draws = len(next(iter(self.values.values())))
        totals = np.zeros((draws, len(scorecard.scores)))
        for name, weight in scorecard.weights.items():
            # Criteria that are not simulated keep their score in every draw.
            fixed = scorecard.scores[name].to_numpy()
            simulated = self.values.get(str(name))
            scores = (
                fixed
                if simulated is None
                else simulated.apply(measures[str(name)].score).to_numpy()
            )
            totals += weight * scores
        # An option that fails a hurdle takes no rank in any draw.
        totals[:, scorecard.ranks.isna().to_numpy()] = np.nan
        ranks = competition_ranks(totals)
        n = totals.shape[1]
        shares = np.stack([(ranks == rank).mean(axis=0) for rank in range(1, n + 1)], axis=1)
        return pd.DataFrame(shares, index=scorecard.scores.index, columns=range(1, n + 1))


@dataclass(frozen=True, slots=True)
class _SimulatedJourneys:
    """The journeys to one service at some sites, as arrays over the areas that can travel.

    `pair` numbers the journeys of an area to a site, alike in all options, so that an error
    belongs to the journey and not to the option. `area` is a slice where all can travel, which is
    much the faster index.
    """

    area: NDArray[np.int64] | slice
    pair: NDArray[np.int64]
    standard_min: float


class _Draws(NamedTuple):
    """What differs between some draws."""

    taken: _Matrix  # minutes of each journey, draws by journeys
    contacts: _Matrix  # services by draws by areas
    residents: _Matrix  # draws by areas
    all_contacts: _Matrix  # services by draws


class _Travellers(NamedTuple):
    """Who makes journeys to sites under an option."""

    journeys: _Matrix  # contacts at sites, draws by areas
    counted: NDArray[np.bool_]  # where there are any
    weights: _Matrix  # residents there, draws by areas
    people: _Matrix  # and their sum, by draw


def simulate(
    results: Mapping[str, OptionResult],
    appraisal_inputs: AppraisalInputs,
    uncertainty: Uncertainty,
    *,
    draws: int,
    seed: int,
) -> Simulation:
    """Draw whole studies and return the simulated measures of every option."""
    # The journeys that any option makes, each once: an error belongs to the journey.
    services = appraisal_inputs.visited
    found, by_option = _journeys(results, appraisal_inputs)
    pairs = np.unique(np.concatenate([journeys.pair for journeys in found.values()]))
    journeys = {
        plan: replace(known, pair=np.searchsorted(pairs, known.pair))
        for plan, known in found.items()
    }
    minutes = appraisal_inputs.times.minutes.to_numpy().ravel()[pairs]
    bands = list(bands_of(appraisal_inputs.areas))
    people = appraisal_inputs.areas[bands].to_numpy(float).T
    expected = [_contacts_by_band(service, appraisal_inputs) for service in services]
    rng, ceiling_min = np.random.default_rng(seed), appraisal_inputs.ceiling
    values = {name: np.empty((draws, len(results))) for name in SIMULATED}
    for rows in _chunks(draws, _DRAWN):
        n = rows.stop - rows.start
        # What differs between draws: all speeds together, each journey, rates, and growth.
        speed = _factors(rng, uncertainty.speed_sd, (n, 1))
        error = rng.normal(0, uncertainty.time_error_min * _MEDIAN_TO_SD, (n, len(pairs)))
        rate = _factors(rng, uncertainty.rate_sd, (n, len(services)))
        growth = _factors(rng, uncertainty.growth_sd, (n, len(bands)))
        contacts = np.stack([growth @ by_band for by_band in expected]) * rate.T[:, :, None]
        residents, all_contacts = growth @ people, contacts.sum(axis=2)
        # A few draws at a time, so that all of theirs stays in the processor's cache.
        for part in _chunks(n, _CHUNK):
            taken = np.maximum(minutes * speed[part] + error[part], 0.0)
            drawn = _Draws(taken, contacts[:, part], residents[part], all_contacts[:, part])
            here = slice(rows.start + part.start, rows.start + part.stop)
            mean, within = _figures(drawn, journeys, by_option, ceiling_min)
            values["mean_minutes"][here], values["within_standard"][here] = mean, within
    return Simulation({k: pd.DataFrame(v, columns=list(results)) for k, v in values.items()})


def _figures(
    drawn: _Draws,
    journeys: Mapping[_Placement, _SimulatedJourneys],
    by_option: Sequence[Sequence[_Placement]],
    ceiling_min: float,
) -> tuple[_Matrix, _Matrix]:
    """Return mean minutes and the share within the standard: draws by options."""
    # Contacts for which somebody travels to a site: options of equal shares have them alike.
    at_sites = {
        (number, shares): drawn.contacts[number] * shares.at_sites for number, _, shares in journeys
    }
    # What it does to every journey, and then to every option, with the same draw for all.
    made = {
        plan: _made(plan, made_by, drawn, at_sites[plan[0], plan[2]], ceiling_min)
        for plan, made_by in journeys.items()
    }
    total = drawn.contacts.sum(axis=0).sum(axis=1)
    travellers: dict[tuple[_Travelled, ...], _Travellers] = {}
    means, within = [], []
    for plans in by_option:
        key = tuple((number, shares) for number, _, shares in plans)
        if key not in travellers:
            travelled = reduce(np.add, (at_sites[part] for part in key))
            travellers[key] = _travellers(travelled, drawn.residents)
        means.append(_mean(reduce(np.add, (made[plan][0] for plan in plans)), travellers[key]))
        within.append(_ratio(reduce(np.add, (made[plan][1] for plan in plans)), total))
    return np.stack(means, axis=1), np.stack(within, axis=1)


def _made(
    plan: _Placement,
    journeys: _SimulatedJourneys,
    drawn: _Draws,
    at_sites: _Matrix,
    ceiling_min: float,
) -> tuple[_Matrix, _Matrix]:
    """Return minutes spent by draw and area, and contacts in time by draw.

    `at_sites` are the contacts at sites, draws by areas. A journey that is not there counts as the
    ceiling, as in the measure.
    """
    number, _, shares = plan
    contacts = drawn.contacts[number]
    minutes = drawn.taken.take(journeys.pair, axis=1)
    reached = contacts[:, journeys.area]
    spent = at_sites[:, journeys.area] * minutes
    # Areas without a journey count as the ceiling, so that cutting them off gains nothing.
    if not isinstance(journeys.area, slice):
        everywhere = at_sites * ceiling_min
        everywhere[:, journeys.area] = spent
        spent = everywhere
    # Contacts by video are in time wherever the patient lives.
    soon = (reached * (minutes <= journeys.standard_min)).sum(axis=1)
    in_time = (1 - shares.video) * soon + shares.video * drawn.all_contacts[number]
    return spent, in_time


def _travellers(travelled: _Matrix, residents: _Matrix) -> _Travellers:
    """Return who makes journeys, from contacts at sites and residents, both draws by areas."""
    counted = travelled > 0
    weights = np.where(counted, residents, 0.0)
    return _Travellers(travelled, counted, weights, weights.sum(axis=1))


def _mean(spent: _Matrix, who: _Travellers) -> _Matrix:
    """Return the minutes a journey of the average resident who makes one, by draw."""
    each = np.divide(spent, who.journeys, out=np.zeros_like(spent), where=who.counted)
    np.multiply(who.weights, each, out=each)
    return _ratio(each.sum(axis=1), who.people)


def _journeys(
    results: Mapping[str, OptionResult], appraisal_inputs: AppraisalInputs
) -> tuple[dict[_Placement, _SimulatedJourneys], list[list[_Placement]]]:
    """Return all different journeys, pairs as places in the flat matrix, and those of each option.

    Options that run a service alike share its journeys.
    """
    columns = appraisal_inputs.times.minutes.columns
    rows = appraisal_inputs.times.minutes.index.get_indexer(appraisal_inputs.areas.index)
    found: dict[_Placement, _SimulatedJourneys] = {}
    by_option: list[list[_Placement]] = []
    for result in results.values():
        by_option.append([])
        for number, service in enumerate(appraisal_inputs.visited):
            shares = result.option.shares_of(service.id, service.shares)
            plan = (number, result.option.sites.get(service.id, frozenset()), shares)
            by_option[-1].append(plan)
            if plan in found:
                continue
            used = result.services[service.id].allocation["site_id"]
            area = np.flatnonzero(used.notna())
            # A journey is a place in the flat matrix of minutes: its
            # error is drawn once for all who make it.
            pair = rows[area] * len(columns) + columns.get_indexer(pd.Index(used.iloc[area]))
            travel = slice(None) if len(area) == len(used) else area
            found[plan] = _SimulatedJourneys(travel, pair, service.travel_standard_min)
    return found, by_option


def _contacts_by_band(service: Service, appraisal_inputs: AppraisalInputs) -> _Matrix:
    """Return the contacts a year by age band and area.

    Contacts that the user counted are split between bands as the rates would split them.
    """
    rates = rates_by_band(service, appraisal_inputs.areas)
    by_band = (
        appraisal_inputs.areas[list(bands_of(appraisal_inputs.areas))].to_numpy(float).T
        * rates[:, None]
    )
    total = by_band.sum(axis=0)
    even = np.full_like(by_band, 1 / len(by_band))
    split = np.divide(by_band, total, out=even, where=total > 0)
    contacts: _Matrix = split * appraisal_inputs.contacts_of(service).to_numpy(float)
    return contacts


def _ratio(part: _Matrix, whole: _Matrix) -> _Matrix:
    """Divide, with NaN where there is nobody."""
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)


def _factors(rng: np.random.Generator, sd: float, shape: tuple[int, ...]) -> _Matrix:
    """Draw factors with mean 1 that are never below 0."""
    variance = np.log1p(sd**2)
    return rng.lognormal(-variance / 2, np.sqrt(variance), shape)


def _chunks(stop: int, step: int) -> Iterator[slice]:
    for first in range(0, stop, step):
        yield slice(first, min(first + step, stop))
