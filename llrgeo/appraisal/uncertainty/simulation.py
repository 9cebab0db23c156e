"""Simulation: what errors of travel times and of assumptions do to the figures of all options.

Every draw is a whole study: another speed of all roads, another error of each journey, other
rates of each service and other growth of each age band. Who goes where stays as estimated. The
same draw is used for all options, so that their differences are not drowned in noise.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.demand import people_by_band, rates_by_band
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.measures import Measure
from llrgeo.appraisal.scoring import Scorecard
from llrgeo.appraisal.uncertainty.robustness import competition_ranks
from llrgeo.appraisal.uncertainty.simulated_errors import begin_streams
from llrgeo.appraisal.uncertainty.simulated_journeys import SimulatedJourneys, find_journeys
from llrgeo.appraisal.uncertainty.simulated_sums import (
    DrawnFactors,
    Estimates,
    JourneyList,
    Sums,
    add_up,
    spans_of,
)
from llrgeo.arrays import Floats
from llrgeo.execution.tasks import MapTasks, map_here

# The measures that are simulated; all others stay as they are.
SIMULATED: Final = ("mean_minutes", "within_standard")

_MEDIAN_TO_SD: Final = 1.4826  # of a normal distribution: 1 / 0.6745


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
                quantiles, moved = (
                    np.quantile(t[option], [0.05, 0.5, 0.95]) for t in (table, change)
                )
                rows.append((measure, option, *quantiles, *moved))
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


def simulate(
    results: Mapping[str, OptionResult],
    appraisal_inputs: AppraisalInputs,
    uncertainty: Uncertainty,
    *,
    draws: int,
    seed: int,
    map_tasks: MapTasks = map_here,
) -> Simulation:
    """Draw whole studies and return the simulated measures of every option.

    `map_tasks` says where spans of draws are added up; the figures are the same.
    """
    found = find_journeys(results, appraisal_inputs)
    rng = np.random.default_rng(seed)
    # Errors of journeys are made where they are used, from this number, the journey and the draw.
    estimates = _estimates(found, appraisal_inputs, uncertainty, rng.integers(2**64, dtype="u8"))
    _, services, bands = estimates.contacts.shape
    # What else differs between draws: all speeds together, rates, and growth. Rates are drawn by
    # the ids of services, so that the order in which a study lists these changes no figure.
    speed = _factors(rng, uncertainty.speed_sd, (draws,))
    by_id = np.argsort([service.id for service in appraisal_inputs.visited])
    rate = np.empty((draws, services))
    rate[:, by_id] = _factors(rng, uncertainty.rate_sd, (draws, services))
    growth = _factors(rng, uncertainty.growth_sd, (draws, bands))
    drawn = DrawnFactors(0, speed, rate, growth)
    shared = estimates, found.journeys, found.spent.shape[1]
    parts = list(map_tasks(_add_up_span, shared, spans_of(drawn)))
    sums = Sums(*(np.concatenate(each, axis=1) for each in zip(*parts, strict=True)))
    values = dict(zip(SIMULATED, _figures(drawn, estimates, found, sums), strict=True))
    return Simulation({k: pd.DataFrame(v, columns=list(results)) for k, v in values.items()})


def _add_up_span(shared: tuple[Estimates, JourneyList, int], drawn: DrawnFactors) -> Sums:
    return add_up(drawn, *shared)


def _estimates(
    found: SimulatedJourneys,
    appraisal_inputs: AppraisalInputs,
    uncertainty: Uncertainty,
    key: np.uint64,
) -> Estimates:
    """Return what the draws vary."""
    services, areas = appraisal_inputs.visited, appraisal_inputs.areas
    people, contacts = people_by_band(areas), appraisal_inputs.contacts_by_service(services)
    by_band = [
        _contacts_by_band(people.T, rates_by_band(service, areas), contacts[service.id]).T
        for service in services
    ]
    return Estimates(
        appraisal_inputs.times.minutes.to_numpy().ravel()[found.pairs],
        begin_streams(key, found.pairs),
        uncertainty.time_error_min * _MEDIAN_TO_SD,
        people,
        np.stack(by_band, axis=1),
        found.at_sites,
        np.array([service.travel_standard_min for service in services]),
        appraisal_inputs.ceiling,
    )


def _figures(
    drawn: DrawnFactors, estimates: Estimates, found: SimulatedJourneys, sums: Sums
) -> tuple[Floats, Floats]:
    """Return mean minutes and the share within the standard: draws by options.

    The first are the minutes of a journey of the average resident who makes one. The second counts
    contacts by video as in time, wherever the patient lives.
    """
    spent, soon = (
        np.einsum("og,gn->no", counts, by_group)
        for counts, by_group in ((found.spent, sums.minutes), (found.soon, sums.in_time))
    )
    contacts = drawn.rate * (drawn.growth @ estimates.contacts.sum(axis=0).T)
    in_time = soon + contacts @ found.video.T
    mean = _ratio(spent, sums.people[found.mix].T)
    return mean, _ratio(in_time, np.broadcast_to(contacts.sum(axis=1)[:, None], in_time.shape))


def _contacts_by_band(people: Floats, rates: Floats, of_areas: Floats) -> Floats:
    """Return the contacts a year by age band and area, as `people` are; `of_areas` is of all bands.

    Contacts that the user counted are split between bands as the rates would split them.
    """
    by_band = people * rates[:, None]
    total = by_band.sum(axis=0)
    even = np.full_like(by_band, 1 / len(by_band))
    split = np.divide(by_band, total, out=even, where=total > 0)
    contacts: Floats = split * of_areas
    return contacts


def _ratio(part: Floats, whole: Floats) -> Floats:
    """Divide, with NaN where there is nobody."""
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)


def _factors(rng: np.random.Generator, sd: float, shape: tuple[int, ...]) -> Floats:
    """Draw factors with mean 1 that are never below 0."""
    variance = np.log1p(sd**2)
    return rng.lognormal(-variance / 2, np.sqrt(variance), shape)
