"""Simulation: what errors of travel times and of assumptions do to the figures of all options.

Every draw is a whole study: another speed of all roads, another error of each journey, other
rates of each service and other growth of each age band. Who goes where stays as estimated. The
same draw is used for all options, so that their differences are not drowned in noise.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final, NamedTuple

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

_DRAWN: Final = 250  # draws that are drawn at once, at most
_CHUNK: Final = 16  # of which so many are worked on at once, at most
_MOST_DRAWN: Final = 10_000_000  # minutes of journeys by draw, 80 MB: fewer draws of large studies
_MOST_CHUNK: Final = 250_000  # 2 MB in the processor's cache
_LONGEST_DOT: Final = 8_192  # BLAS begins threads at 10,000
_MEDIAN_TO_SD: Final = 1.4826  # of a normal distribution: 1 / 0.6745
_Matrix = NDArray[np.float64]


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


class _Part(NamedTuple):
    """A service of which so many contacts are at sites, whichever these are."""

    service: int
    shares: Shares


@dataclass(frozen=True, slots=True)
class _SimulatedJourneys:
    """The journeys to one service at some sites, as arrays over the areas that can travel.

    `pair` numbers the journeys of an area to a site, alike in all options, so that an error
    belongs to the journey and not to the option. `area` is a slice where all can travel, which is
    much the faster index; `cut_off` are the others. `part` is a place in `_Plan.parts`.
    """

    part: int
    area: NDArray[np.int64] | slice
    cut_off: NDArray[np.int64]
    pair: NDArray[np.int64]
    standard_min: float


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is simulated: options that have something in common share it by its number.

    Attributes
    ----------
    parts, journeys
        Each different one once.
    kinds
        Options of one kind have the same parts: the places of these.
    options
        For each option its kind, and the places of its journeys.
    pairs
        The different journeys of an area to a site, as places in the flat matrix of minutes.
    """

    parts: Sequence[_Part]
    journeys: Sequence[_SimulatedJourneys]
    kinds: Sequence[tuple[int, ...]]
    options: Sequence[tuple[int, tuple[int, ...]]]
    pairs: NDArray[np.int64]

    def kinds_of_journeys(self) -> set[tuple[int, int]]:
        """Return which journeys are made in options of which kind."""
        return {(place, kind) for kind, places in self.options for place in places}


class _Draws(NamedTuple):
    """What differs between some draws."""

    taken: _Matrix  # minutes of each journey, draws by journeys
    contacts: _Matrix  # services by draws by areas
    residents: _Matrix  # draws by areas
    all_contacts: _Matrix  # services by draws


class _Weights(NamedTuple):
    """What journeys weigh in the mean of options of one kind."""

    journey: Mapping[int, _Matrix]  # all of an area, by part: draws by areas
    people: _Matrix  # who make any, by draw


def simulate(
    results: Mapping[str, OptionResult],
    appraisal_inputs: AppraisalInputs,
    uncertainty: Uncertainty,
    *,
    draws: int,
    seed: int,
) -> Simulation:
    """Draw whole studies and return the simulated measures of every option."""
    services, plan = appraisal_inputs.visited, _plan_of(results, appraisal_inputs)
    minutes = appraisal_inputs.times.minutes.to_numpy().ravel()[plan.pairs]
    bands = list(bands_of(appraisal_inputs.areas))
    people = appraisal_inputs.areas[bands].to_numpy(float).T
    expected = [_contacts_by_band(service, appraisal_inputs) for service in services]
    rng, ceiling_min = np.random.default_rng(seed), appraisal_inputs.ceiling
    values = {name: np.empty((draws, len(results))) for name in SIMULATED}
    at_once, few = (
        max(1, min(usual, most // max(len(plan.pairs), 1)))
        for usual, most in ((_DRAWN, _MOST_DRAWN), (_CHUNK, _MOST_CHUNK))
    )
    room = np.empty((len(services), min(draws, at_once), people.shape[1]))  # of contacts drawn
    for rows in _chunks(draws, at_once):
        n = rows.stop - rows.start
        # What differs between draws: all speeds together, each journey, rates, and growth.
        speed = _factors(rng, uncertainty.speed_sd, (n, 1))
        error = rng.normal(0, uncertainty.time_error_min * _MEDIAN_TO_SD, (n, len(plan.pairs)))
        rate = _factors(rng, uncertainty.rate_sd, (n, len(services)))
        growth = _factors(rng, uncertainty.growth_sd, (n, len(bands)))
        contacts = room[:, :n]
        for number, by_band in enumerate(expected):
            np.matmul(growth, by_band, out=contacts[number])
            contacts[number] *= rate[:, number, None]
        residents, all_contacts = growth @ people, contacts.sum(axis=2)
        # A few draws at a time, so that all of theirs stays in the processor's cache.
        for part in _chunks(n, few):
            taken = error[part]  # minutes of each journey by draw, in place
            taken += minutes * speed[part]
            np.maximum(taken, 0.0, out=taken)
            drawn = _Draws(taken, contacts[:, part], residents[part], all_contacts[:, part])
            here = slice(rows.start + part.start, rows.start + part.stop)
            mean, within = _figures(drawn, plan, ceiling_min)
            values["mean_minutes"][here], values["within_standard"][here] = mean, within
    return Simulation({k: pd.DataFrame(v, columns=list(results)) for k, v in values.items()})


def _figures(drawn: _Draws, plan: _Plan, ceiling_min: float) -> tuple[_Matrix, _Matrix]:
    """Return mean minutes and the share within the standard: draws by options."""
    weights = [_weights(kind, plan.parts, drawn) for kind in plan.kinds]
    # What a draw does to every journey, alike in all options: minutes by area, and so figures.
    minutes = [drawn.taken.take(made.pair, axis=1) for made in plan.journeys]
    soon = [
        _in_time(plan.parts[made.part], made, drawn, its)
        for made, its in zip(plan.journeys, minutes, strict=True)
    ]
    spent = {
        (place, kind): _spent(plan.journeys[place], weights[kind], minutes[place], ceiling_min)
        for place, kind in plan.kinds_of_journeys()
    }
    # And then to every option.
    total = drawn.contacts.sum(axis=0).sum(axis=1)
    means, within = [], []
    for kind, places in plan.options:
        means.append(_ratio(_sum(spent[place, kind] for place in places), weights[kind].people))
        within.append(_ratio(_sum(soon[place] for place in places), total))
    return np.stack(means, axis=1), np.stack(within, axis=1)


def _weights(kind: tuple[int, ...], parts: Sequence[_Part], drawn: _Draws) -> _Weights:
    """Return what journeys weigh in the minutes a journey of the average resident who makes one.

    All journeys of an area, to whatever service, weigh as much as its residents together.
    """
    at_sites = {
        part: drawn.contacts[parts[part].service] * parts[part].shares.at_sites for part in kind
    }
    journeys = _sum(at_sites.values())
    counted = journeys > 0
    each = np.divide(drawn.residents, journeys, out=np.zeros_like(journeys), where=counted)
    people = np.where(counted, drawn.residents, 0.0).sum(axis=1)
    return _Weights({part: each * contacts for part, contacts in at_sites.items()}, people)


def _spent(
    made: _SimulatedJourneys, weights: _Weights, minutes: _Matrix, ceiling_min: float
) -> _Matrix:
    """Return the weighted minutes of all areas, by draw.

    A journey that is not there counts as the ceiling, as in the measure, so that cutting an area
    off gains nothing.
    """
    weight = weights.journey[made.part]
    spent = _dot(weight[:, made.area], minutes)
    if len(made.cut_off):
        spent = spent + ceiling_min * weight[:, made.cut_off].sum(axis=1)
    return spent


def _in_time(part: _Part, made: _SimulatedJourneys, drawn: _Draws, minutes: _Matrix) -> _Matrix:
    """Return contacts in time by draw; those by video are, wherever the patient lives."""
    contacts, video = drawn.contacts[part.service], part.shares.video
    soon = _dot(contacts[:, made.area], minutes <= made.standard_min)
    in_time: _Matrix = (1 - video) * soon + video * drawn.all_contacts[part.service]
    return in_time


def _plan_of(results: Mapping[str, OptionResult], appraisal_inputs: AppraisalInputs) -> _Plan:
    """Return what is simulated. Options that run a service alike share its journeys."""
    parts: dict[_Part, int] = {}
    journeys: dict[tuple[_Part, frozenset[str]], int] = {}
    made: list[_SimulatedJourneys] = []
    kinds: dict[tuple[int, ...], int] = {}
    options: list[tuple[int, tuple[int, ...]]] = []
    for result in results.values():
        kind, places = [], []
        for number, service in enumerate(appraisal_inputs.visited):
            part = _Part(number, result.option.shares_of(service.id, service.shares))
            kind.append(parts.setdefault(part, len(parts)))
            key = part, result.option.sites.get(service.id, frozenset())
            if key not in journeys:
                journeys[key] = len(made)
                used = result.services[service.id].allocation["site_id"]
                made.append(_journeys_of(used, service, parts[part], appraisal_inputs))
            places.append(journeys[key])
        options.append((kinds.setdefault(tuple(kind), len(kinds)), tuple(places)))
    # The journeys that any option makes, each once: an error belongs to the journey.
    pairs = np.unique(np.concatenate([each.pair for each in made]))
    numbered = [replace(each, pair=np.searchsorted(pairs, each.pair)) for each in made]
    return _Plan(list(parts), numbered, list(kinds), options, pairs)


def _journeys_of(
    used: pd.Series, service: Service, part: int, appraisal_inputs: AppraisalInputs
) -> _SimulatedJourneys:
    """Return the journeys of the areas to the sites that they use, pairs as places in the matrix.

    A journey is a place in the flat matrix of minutes: its error is drawn once for all who make it.
    """
    minutes = appraisal_inputs.times.minutes
    area, cut_off = np.flatnonzero(used.notna()), np.flatnonzero(used.isna())
    row = minutes.index.get_indexer(appraisal_inputs.areas.index)[area]
    pair = row * len(minutes.columns) + minutes.columns.get_indexer(pd.Index(used.iloc[area]))
    travel = area if len(cut_off) else slice(None)
    return _SimulatedJourneys(part, travel, cut_off, pair, service.travel_standard_min)


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


def _dot(left: _Matrix, right: NDArray[np.float64] | NDArray[np.bool_]) -> _Matrix:
    """Return the sums of products by row: BLAS would share long rows between waiting threads."""
    dots = (np.vecdot(left[:, p], right[:, p]) for p in _chunks(left.shape[1], _LONGEST_DOT))
    return reduce(np.add, dots, np.zeros(len(left)))  # 0 where there are no journeys


def _sum(parts: Iterable[_Matrix]) -> _Matrix:
    return reduce(np.add, parts)


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
