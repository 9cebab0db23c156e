"""Robustness: how sure a ranking is, over weights, errors of travel times and assumptions.

docs/methods 6. All draws are seeded and vectorised.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.scoring import TOTAL_DECIMALS, Scorecard
from llrgeo.arrays import Floats, Ints
from llrgeo.errors import InputError
from llrgeo.schema import name_some, share_text

DRAWS: Final = 10_000
FEWEST_FIRST: Final = 30
"""A mean weight of so many weightings errs by up to about 0.1; one of two says nothing."""

_CHUNK: Final = 100  # site sets worked on at once: the block stays in the processor's cache


@dataclass(frozen=True, slots=True)
class Acceptability:
    """What share of all weightings puts which option where (SMAA-2).

    Attributes
    ----------
    ranks
        Options by rank (1, 2, ...): the share of weightings; each row adds up to 1. Equal options
        share a rank.
    central_weights
        Options by criteria: the mean weights that put the option first; NaN where fewer than
        `FEWEST_FIRST` draws do.
    pairwise
        Options by options: the share of weightings in which the row scores above the column.
    """

    ranks: pd.DataFrame
    central_weights: pd.DataFrame
    pairwise: pd.DataFrame


@dataclass(frozen=True, slots=True)
class FirstPlace:
    """How sure the first place is, in figures that any language can say.

    Attributes
    ----------
    leaders
        The options that are first: one, or those that share the place.
    shares
        Of each of them, the share of all weightings that put it first (0 to 1).
    switch
        The least change of a single weight by which another option gets ahead, as a row of
        `switching_weights`; None where no single weight does that.
    of_patients
        Whether contacts are of real patients, so that all else is built on residents.
    set_aside
        The criteria that were left out for that reason, because they count patients.
    """

    leaders: tuple[str, ...]
    shares: tuple[float, ...]
    switch: Mapping[str, Any] | None
    of_patients: bool = False
    set_aside: tuple[str, ...] = ()


def first_place(
    scorecard: Scorecard, acceptability: Acceptability, *, of_patients: bool = False
) -> FirstPlace:
    """Return how far the leader's place depends on the weights."""
    leaders = tuple(str(name) for name in scorecard.ranks.index[scorecard.ranks == 1])
    switches = switching_weights(scorecard).to_dict(orient="records")
    # Of all single changes of a weight the smallest that puts another option first.
    nearest = min(
        switches, key=lambda row: abs(row["switching_weight"] - row["weight"]), default=None
    )
    return FirstPlace(
        leaders,
        tuple(float(acceptability.ranks[1][name]) for name in leaders),
        None if nearest is None else {str(name): value for name, value in nearest.items()},
        of_patients,
        tuple(scorecard.set_aside) if of_patients else (),
    )


def rank_acceptability(
    scores: pd.DataFrame, *, seed: int, draws: int = DRAWS, order: Sequence[str] = ()
) -> Acceptability:
    """Rank the options under random weights (Lahdelma and Salminen 2001).

    Parameters
    ----------
    scores
        Options by criteria, 0 to 1.
    seed
        Of the random numbers.
    draws
        Weightings to draw, uniformly over all that add up to 1.
    order
        Criteria from the most important down; only weightings in this order are drawn. Criteria
        not named may weigh anything.

    Raises
    ------
    InputError
        If the order names what is no criterion.
    """
    unknown = sorted(set(order) - set(scores.columns))
    if unknown:
        msg = f"the order of importance names {name_some(unknown)}, which are no criteria"
        raise InputError(msg)
    weights = draw_weightings(scores.columns, seed=seed, draws=draws, order=order)
    totals = (weights @ scores.to_numpy().T).round(TOTAL_DECIMALS)
    places = competition_ranks(totals)
    n = len(scores)
    ranks = np.stack([(places == place).mean(axis=0) for place in range(1, n + 1)], axis=1)
    # The central weights of an option: the mean of the weightings that put it first.
    first = places == 1
    central = [
        weights[first[:, i]].mean(axis=0)
        if first[:, i].sum() >= FEWEST_FIRST
        else np.full(weights.shape[1], np.nan)
        for i in range(n)
    ]
    # Each option against each other: the share of weightings in which it is strictly ahead.
    wins = np.stack([(totals[:, [i]] > totals).mean(axis=0) for i in range(n)])
    return Acceptability(
        pd.DataFrame(ranks, index=scores.index, columns=range(1, n + 1)),
        pd.DataFrame(central, index=scores.index, columns=scores.columns),
        pd.DataFrame(wins, index=scores.index, columns=scores.index.rename("over")),
    )


def draw_weightings(
    criteria: pd.Index, *, seed: int, draws: int = DRAWS, order: Sequence[str] = ()
) -> Floats:
    """Return weightings of some criteria drawn at random: a row a draw, each adding up to 1.

    `order` names criteria from the most important down; only weightings in it are drawn.
    """
    rng = np.random.default_rng(seed)
    # Weights drawn evenly over all that add up to 1 are Dirichlet with every parameter 1. Sorting
    # the named ones keeps them even over the weightings in that order.
    weights = np.empty((draws, len(criteria)))
    # By id, so that the order in which a study lists its criteria changes no figure.
    weights[:, criteria.argsort()] = rng.dirichlet(np.ones(len(criteria)), draws)
    named = criteria.get_indexer(pd.Index(order))
    weights[:, named] = -np.sort(-weights[:, named], axis=1)
    return weights


def switching_weights(scorecard: Scorecard) -> pd.DataFrame:
    """Return for each criterion the weight at which another option overtakes the leader.

    The other weights keep their proportions. Columns: `criterion`, `weight` today, `leader`,
    `challenger`, `switching_weight`, `falls_below` (whether the challenger overtakes as the weight
    falls below it, or else as it exceeds it); the nearest to today's weight on either side, if
    there is one. Options that fail a hurdle take no part.
    """
    runs = scorecard.ranks.notna()
    scores, weights = scorecard.scores[runs], scorecard.weights
    leader = int(scorecard.totals[runs].to_numpy().argmax())
    rows = []
    for criterion, weight in weights.reindex(scores.columns).items():
        others = weights.drop(criterion)
        if others.sum() <= 0:
            continue
        # The other weights keep their proportions, whatever this one is. Arrays are over options.
        rest = np.dot(scores[others.index].to_numpy(), (others / others.sum()).to_numpy())
        on_criterion = scores[criterion].to_numpy()
        gap_rest, gap = rest - rest[leader], on_criterion[leader] - on_criterion
        # At weight w the leader is ahead by w * gap - (1 - w) * gap_rest; it is 0 at the switch.
        slope = gap + gap_rest
        switch = np.divide(
            gap_rest, slope, out=np.full(len(on_criterion), np.nan), where=slope != 0
        )
        # At 0 and 1 they may tie, but none overtakes; the leader itself has no slope.
        inside = (switch > 0) & (switch < 1)
        for side in (inside & (switch >= weight), inside & (switch < weight)):
            if side.any():
                nearest = int(np.where(side, np.abs(switch - weight), np.inf).argmin())
                names = (str(scores.index[place]) for place in (leader, nearest))
                # The lead grows with the weight where its slope is above 0.
                falls = bool(slope[nearest] > 0)
                rows.append((criterion, weight, *names, switch[nearest], falls))
    columns = ["criterion", "weight", "leader", "challenger", "switching_weight", "falls_below"]
    return pd.DataFrame(rows, columns=columns)


def site_set_summaries(
    minutes: pd.DataFrame, people: pd.Series, site_sets: Floats, *, within_min: float
) -> pd.DataFrame:
    """Return mean, maximum and coverage of many sets of sites at once.

    Parameters
    ----------
    minutes
        Areas by sites, all reachable.
    people
        Residents by area.
    site_sets
        Sets by sites of each set: column numbers, as many in every set.
    within_min
        For the share of people within some minutes.

    Returns
    -------
    pandas.DataFrame
        One row a set: `mean_min`, `max_min`, `share_within`.
    """
    by_site = np.ascontiguousarray(minutes.to_numpy().T)
    weights = people.to_numpy(dtype=float) / people.sum()
    found = np.empty((len(site_sets), 3))
    # The nearest site of a set is a running minimum, one of its sites after the other.
    for start in range(0, len(site_sets), _CHUNK):
        chosen = site_sets[start : start + _CHUNK]
        nearest = by_site[chosen[:, 0]]
        for column in chosen.T[1:]:
            np.minimum(nearest, by_site[column], out=nearest)
        part = found[start : start + _CHUNK]
        part[:, 0] = nearest @ weights
        part[:, 1] = nearest.max(axis=1)
        part[:, 2] = (nearest <= within_min) @ weights
    return pd.DataFrame(found, columns=["mean_min", "max_min", "share_within"])


def robustness_sentence(place: FirstPlace, labels: Mapping[str, str]) -> str:
    """Return in plain English how far the leader's place depends on the weights.

    `labels` are what readers call the options and the criteria, by id. Pages say the same in
    their own language (`publish/report/ranking.py`).
    """
    several = len(place.leaders) > 1
    named = " and ".join(labels[name] for name in place.leaders)
    shares = " and ".join(share_text(share, 0) for share in place.shares)
    sentence = f"{named} is first in {shares} of all weightings."
    if several:
        sentence = f"{named} share the first place; they are first in {shares} of all weightings."
    switch = place.switch
    if switch is None:
        ahead = "ahead of them" if several else "first"
        return f"{sentence} No change of a single weight puts another option {ahead}."
    side = "falls below" if switch["falls_below"] else "exceeds"
    return (
        f"{sentence} It stops being first if the weight on '{labels[switch['criterion']]}' {side} "
        f"{switch['switching_weight']:.2f} (it is {switch['weight']:.2f}); "
        f"{labels[switch['challenger']]} is then ahead."
    )


def competition_ranks(totals: Floats) -> Ints:
    """Return each option's rank in each draw: 1 and the number of options strictly better.

    Equal options share a rank; totals are rounded alike everywhere first, so that 0.1 + 0.2
    against 0.3 is no rank.

    Parameters
    ----------
    totals
        (draws, options); NaN for an option that takes no rank, which gets rank 0.
    """
    rounded = np.round(totals, TOTAL_DECIMALS)
    order = np.argsort(-rounded, axis=1, kind="stable")  # the best first, NaN last
    best_first = np.take_along_axis(rounded, order, axis=1)
    # Where a total differs from the one before it, a new rank begins: its place in the order.
    begins = np.ones(rounded.shape, dtype=bool)
    begins[:, 1:] = best_first[:, 1:] != best_first[:, :-1]
    place = np.arange(1, rounded.shape[1] + 1)
    in_order = np.maximum.accumulate(np.where(begins, place, 0), axis=1)
    ranks = np.empty_like(in_order)
    np.put_along_axis(ranks, order, in_order, axis=1)
    return np.where(np.isnan(rounded), 0, ranks)
