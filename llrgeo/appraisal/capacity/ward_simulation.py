"""The network of wards by simulation: who finds the own ward full, who is placed away, and where.

Transport models move only the excess of *means* over beds; on most days they move nobody, while
on many days a ward is full. No closed form is good for step-up patients (who cannot wait) and
step-down patients (who wait in an acute bed) in the same beds, so these are simulated: seeded,
with a confidence interval from the differences between years.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from llrgeo.appraisal.capacity.beds import Stream, check_beds
from llrgeo.appraisal.capacity.offered_load import DAYS_A_YEAR
from llrgeo.appraisal.capacity.targets import Stay
from llrgeo.arrays import Floats, Ints
from llrgeo.errors import InputError

if TYPE_CHECKING:
    from llrgeo.appraisal.capacity.ward_events import Admissions

STREAMS: Final[tuple[Stream, Stream]] = ("step_up", "step_down")
YEARS: Final = 200
_CONFIDENCE: Final = 0.95
_WARM_UP_STAYS: Final = 10  # mean stays after which an empty ward has forgotten that it was empty

# Measures by name, and the column of what the events count.
_ALL: Final = {"own_ward_full": 1, "placed_away": 2}
_MEASURES: Final[Mapping[Stream, Mapping[str, int]]] = {
    "step_up": {**_ALL, "no_bed": 3},
    "step_down": {**_ALL, "waited": 4, "mean_wait_days": 5, "waited_longer": 6},
}


@dataclass(frozen=True, slots=True)
class WardNetwork:
    """Wards, and those who are admitted to them.

    Attributes
    ----------
    admissions
        Admissions a year: areas by `step_up` and `step_down` (either may be left out).
    minutes
        Areas by sites: the nearest is an area's own ward; +inf cannot be used.
    beds
        Beds by site, on the columns of `minutes`.
    stays
        How long a bed is held, by stream; gamma distributed.
    reserved
        Beds of each site that step-down patients leave free for step-up; none if empty.
    choices
        How many of the nearest wards a patient may be placed in; 1 is no transfer.
    amplitude
        Height of the yearly wave of admissions as a share of their mean.
    """

    admissions: pd.DataFrame
    minutes: pd.DataFrame
    beds: pd.Series
    stays: Mapping[Stream, Stay]
    reserved: pd.Series = field(default_factory=lambda: pd.Series(dtype=float))
    choices: int = 1
    amplitude: float = 0.0


@dataclass(frozen=True, slots=True)
class WardSimulation:
    """What became of admissions.

    Attributes
    ----------
    measures
        `stream`, `measure`, `mean`, `low`, `high` (95 % interval). Measures are shares of all
        admissions: `own_ward_full` on arrival, `placed_away` from the nearest ward (after a wait
        too), `no_bed` (step-up alone), and for step-down `waited`, `waited_longer` than the days
        asked for, and `mean_wait_days` over all admissions.
    placed
        `stream`, `area_id`, `site_id`, `admissions` a year that were given a bed there.
    """

    measures: pd.DataFrame
    placed: pd.DataFrame

    def value(self, stream: Stream, measure: str) -> float:
        """Return the mean of one measure."""
        return float(self.measures.set_index(["stream", "measure"])["mean"].loc[stream, measure])


def simulate_wards(
    networks: Sequence[WardNetwork], *, seed: int, years: int = YEARS, longer_than_days: float = 0.0
) -> list[WardSimulation]:
    """Simulate years of admissions to the wards of each network; equal admissions are drawn once.

    Networks of the same people then differ by their wards alone: each meets the same admissions.

    Parameters
    ----------
    networks
        Wards and admissions.
    seed
        Of the random numbers; the same seed gives the same figures.
    years
        Years that are counted, after the wards have filled up.
    longer_than_days
        The wait of `waited_longer`.

    Raises
    ------
    InputError
        If beds are negative or fractional, sites differ, nobody is admitted, or the load of those
        who wait is not below the beds they may use.
    """
    drawn: dict[tuple[object, ...], Admissions] = {}
    found = []
    for network in networks:
        check_network(network)
        # All that a draw depends on, but for seed and years.
        flows = network.admissions.reindex(columns=list(STREAMS), fill_value=0.0).to_numpy(float)
        alike = flows.tobytes(), *network.stays.items(), network.amplitude
        if alike not in drawn:
            drawn[alike] = _draw(network, years, seed)
        found.append(_play(network, drawn[alike], years, longer_than_days))
    return found


def _play(
    network: WardNetwork, drawn: "Admissions", years: int, longer_than_days: float
) -> WardSimulation:
    """Return what becomes of the admissions that were drawn."""
    from llrgeo.appraisal.capacity.ward_events import (
        COUNTED,
        Tally,
        Wards,
        count_events,
        run_wards,
    )

    sites = network.minutes.columns
    reserved = network.reserved.reindex(sites).fillna(0).to_numpy(np.int64)
    wards = Wards(_order(network), network.beds.loc[sites].to_numpy(np.int64), reserved)
    tally = Tally(
        np.zeros((years, len(STREAMS), COUNTED)),
        np.zeros((len(STREAMS), len(network.minutes), len(sites)), np.int64),
    )
    # First where each admission ends up, then what is counted of it: the loop over events is
    # compiled.
    found = run_wards(drawn, wards)
    count_events(found, drawn, wards.order[:, 0], longer_than_days, tally)
    rows = [row for s, name in enumerate(STREAMS) for row in _measures(tally.counts[:, s], name)]
    measures = pd.DataFrame(rows, columns=["stream", "measure", "mean", "low", "high"])
    return WardSimulation(measures, _placed(tally.placed, network, years))


def visitors_minutes(
    simulation: WardSimulation, minutes: pd.DataFrame, visits: float
) -> dict[str, float]:
    """Return what overflow means for visitors, who live where the patient does.

    Returns
    -------
    dict
        `visits` a year to patients who have a bed; `mean_minutes_nearest`, were each in the own
        ward, and `mean_minutes_placed`, one way; `hours_added` a year, there and back.
    """
    placed = simulation.placed
    weights = placed["admissions"].to_numpy() * visits
    rows = minutes.index.get_indexer(pd.Index(placed["area_id"]))
    columns = minutes.columns.get_indexer(pd.Index(placed["site_id"]))
    # Twice the difference, for visitors come and go; a placement in the own ward adds nothing.
    placed_min = minutes.to_numpy()[rows, columns]
    nearest = minutes.to_numpy().min(axis=1)[rows]
    total = weights.sum()
    mean = [float(weights @ m / total) if total else np.nan for m in (nearest, placed_min)]
    return {
        "visits": float(total),
        "mean_minutes_nearest": mean[0],
        "mean_minutes_placed": mean[1],
        "hours_added": float(weights @ (placed_min - nearest)) * 2 / 60,
    }


def check_network(network: WardNetwork) -> None:
    """Refuse wards that cannot be simulated.

    Raises
    ------
    InputError
        As `simulate_wards` says.
    """
    sites = network.minutes.columns
    if not sites.isin(network.beds.dropna().index).all():
        missing = sites.difference(network.beds.dropna().index)
        msg = f"no beds are stated for {missing[0]}; a simulation needs those of every site"
        raise InputError(msg)
    check_beds(network.beds, what="wards")
    check_beds(network.reserved, what="beds kept for step-up")
    admissions = network.admissions
    if not (admissions >= 0).all(axis=None) or admissions.to_numpy().sum() == 0:
        msg = "admissions to wards must be at least 0, and some above it"
        raise InputError(msg)
    if "step_down" in admissions.columns:
        kept = network.reserved.reindex(sites).fillna(0)
        # Those who wait never leave the queue: their load must be below the beds that they may use.
        usable = float((network.beds.loc[sites] - kept).sum())
        days = network.stays["step_down"].days
        load = float(admissions["step_down"].sum()) * days / DAYS_A_YEAR
        if load >= usable:
            msg = (
                f"those who wait offer {load:.1f} erlangs to {usable:g} beds: no steady state, "
                "the queue grows without end. Add beds"
            )
            raise InputError(msg)


def _order(network: WardNetwork) -> Ints:
    """Return the wards of each area by distance, as numbers; -1 beyond those it may use."""
    minutes = network.minutes.to_numpy()
    order = minutes.argsort(axis=1, kind="stable")
    reached = np.isfinite(np.take_along_axis(minutes, order, axis=1))
    # Contiguous whatever the choices, so that one form of the machine code is enough.
    return np.ascontiguousarray(np.where(reached, order, -1)[:, : network.choices])


def _draw(network: WardNetwork, years: int, seed: int) -> "Admissions":
    """Draw all admissions.

    Whether an area reaches a ward at all is left to the order of wards.
    """
    from llrgeo.appraisal.capacity.ward_events import Admissions

    rng = np.random.default_rng(seed)
    stays = network.stays
    longest = max(stays[stream].days for stream in stays)
    warm = int(np.ceil(_WARM_UP_STAYS * longest / DAYS_A_YEAR))
    flows = network.admissions.reindex(columns=list(STREAMS), fill_value=0.0)
    rates = flows.to_numpy(float).ravel()
    # Each admission of a Poisson stream falls on a day of its own, so all may be drawn at once.
    total = rng.poisson(rates.sum() * (warm + years))
    day = np.sort(rng.random(total) * (warm + years) * DAYS_A_YEAR)
    # A wave is made by dropping admissions out of season, from a stream that is higher all year.
    if network.amplitude:
        extra = rng.poisson(rates.sum() * (warm + years) * network.amplitude)
        more = rng.random(extra) * (warm + years) * DAYS_A_YEAR
        day = np.sort(np.concatenate([day, more]))
        wave = 1 + network.amplitude * np.sin(2 * np.pi * day / DAYS_A_YEAR)
        day = day[rng.random(len(day)) * (1 + network.amplitude) < wave]
    # Of which area and stream each is, in proportion to its rate: a Poisson stream
    # split at random is Poisson streams.
    source = np.searchsorted(np.cumsum(rates) / rates.sum(), rng.random(len(day)), side="right")
    area, stream = np.divmod(np.minimum(source, len(rates) - 1), len(STREAMS))
    stay = np.empty(len(day))
    for s, name in enumerate(STREAMS):
        if name in stays:
            stay[stream == s] = _stays(rng, stays[name], int((stream == s).sum()))
    year = np.maximum(np.floor(day / DAYS_A_YEAR).astype(np.int64) - warm, -1)
    # Equal days in the order of admission, so that no machine sorts them in its own way.
    leaving = np.argsort(day + stay, kind="stable")
    return Admissions(day, np.minimum(year, years - 1), stream, area, stay, leaving)


def _stays(rng: np.random.Generator, stay: Stay, n: int) -> Floats:
    if stay.cv == 0:
        return np.full(n, stay.days)
    return rng.gamma(stay.cv**-2, stay.days * stay.cv**2, n)


def _measures(counts: Floats, stream: Stream) -> list[tuple[str, str, float, float, float]]:
    """Return means over all years, with an interval from the differences between years.

    Each measure is a ratio of sums, so its spread is that of count - mean x arrivals by year
    (Cochran 1977, ratio estimator).
    """
    arrived = counts[:, 0]
    if not arrived.sum():
        return []
    rows = []
    freedom = max(len(arrived) - 1, 1)
    for name, column in _MEASURES[stream].items():
        # A ratio of sums over years; its error by the ratio estimator, from how years differ from
        # the mean.
        mean = counts[:, column].sum() / arrived.sum()
        apart = counts[:, column] - mean * arrived
        error = np.sqrt(apart @ apart / (len(arrived) * freedom)) / arrived.mean()
        half = float(stdtrit(freedom, (1 + _CONFIDENCE) / 2)) * error
        rows.append((str(stream), name, mean, max(mean - half, 0.0), mean + half))
    return rows


def _placed(placed: Ints, network: WardNetwork, years: int) -> pd.DataFrame:
    stream, area, site = placed.nonzero()
    return pd.DataFrame(
        {
            "stream": np.array(STREAMS)[stream],
            "area_id": network.minutes.index.to_numpy()[area],
            "site_id": network.minutes.columns.to_numpy()[site],
            "admissions": placed[stream, area, site] / years,
        }
    )
