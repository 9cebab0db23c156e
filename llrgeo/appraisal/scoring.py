"""Scoring: weighted criteria, hurdles, and the scorecard."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.evaluation import OptionSummary
from llrgeo.appraisal.measures import MEASURES, Measure, measure_values, off_scale, score_values
from llrgeo.schema import name_some, raise_faults

TOTAL_DECIMALS: Final = 12  # totals are rounded alike wherever they are ranked
MATERIAL: Final = 0.005  # scores that differ by less count as equal when options dominate


@dataclass(frozen=True, slots=True)
class Criterion:
    """A measure and its weight; weights need not add up to 1.

    Examples
    --------
    >>> llrgeo.Criterion("mean_minutes", weight=60)
    Criterion(measure='mean_minutes', weight=60)
    """

    measure: str
    weight: float


@dataclass(frozen=True, slots=True)
class Hurdle:
    """A figure that an option must reach before it is ranked at all.

    Examples
    --------
    >>> llrgeo.Hurdle("within_standard", limit=0.85)
    Hurdle(measure='within_standard', limit=0.85)
    """

    measure: str
    limit: float


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Options against criteria.

    Attributes
    ----------
    values, scores
        Figures and scores of 0 to 1: options by measures.
    weights
        Weight of each measure; they add up to 1.
    totals
        Weighted sum of the scores, 0 to 1.
    ranks
        1 is best; equal totals share a rank. Missing where an option fails a hurdle.
    dominated
        The first option that is at least as good on every criterion and materially better on one;
        blank if there is none.
    hurdles
        Whether each option meets each hurdle: options by measures, without columns if there are
        none.
    set_aside
        Measures of criteria and hurdles that took no part, because what they count may not be
        published.

    Examples
    --------
    >>> areas = llrgeo.read_areas(folder / "areas.csv")
    >>> sites = llrgeo.read_sites(folder / "sites.csv")
    >>> network = llrgeo.load_network(folder / "network")
    >>> times = llrgeo.travel_times(network, areas.geometry, sites.geometry)
    >>> clinic = llrgeo.Service("clinic", "Clinic", "patient", {"age_18_64": 100.0}, 2.5)
    >>> appraisal_inputs = llrgeo.AppraisalInputs(areas, sites, (clinic,), times)
    >>> today = llrgeo.Option("today", "Today", {"clinic": frozenset({"A"})})
    >>> more = today.change("more", label="More", opens={"clinic": ["B"]})
    >>> results = llrgeo.evaluate_options([today, more], appraisal_inputs, baseline="today")
    >>> card = llrgeo.score_options(results, [llrgeo.Criterion("mean_minutes", 3)])
    >>> card.ranks.tolist()
    [2, 1]
    """

    values: pd.DataFrame
    scores: pd.DataFrame
    weights: pd.Series
    totals: pd.Series
    ranks: pd.Series
    dominated: pd.Series
    hurdles: pd.DataFrame
    set_aside: tuple[str, ...] = ()


def score_options(
    results: Mapping[str, OptionSummary],
    criteria: Sequence[Criterion],
    *,
    hurdles: Sequence[Hurdle] = (),
    measures: Mapping[str, Measure] | None = None,
    set_aside: Collection[str] = (),
) -> Scorecard:
    """Score options by weighted criteria: docs/methods 6.

    Parameters
    ----------
    results
        Results by option name.
    criteria
        Measures and their weights.
    hurdles
        Limits that come before any score.
    measures
        The measures that there are, by id; MEASURES if not given.
    set_aside
        Measures that take no part, neither as criterion nor as hurdle: those that count contacts
        (`measures.CONTACT_MEASURES`), where these are of real patients.

    Raises
    ------
    InputError
        For unknown or repeated measures, weights that are negative or add up to nothing, criteria
        that are all set aside, measures that have no figure in this study, and hurdles that no
        option meets; the message lists every fault.

    Examples
    --------
    >>> areas = llrgeo.read_areas(folder / "areas.csv")
    >>> sites = llrgeo.read_sites(folder / "sites.csv")
    >>> network = llrgeo.load_network(folder / "network")
    >>> times = llrgeo.travel_times(network, areas.geometry, sites.geometry)
    >>> clinic = llrgeo.Service("clinic", "Clinic", "patient", {"age_18_64": 100.0}, 2.5)
    >>> appraisal_inputs = llrgeo.AppraisalInputs(areas, sites, (clinic,), times)
    >>> today = llrgeo.Option("today", "Today", {"clinic": frozenset({"A"})})
    >>> more = today.change("more", label="More", opens={"clinic": ["B"]})
    >>> results = llrgeo.evaluate_options([today, more], appraisal_inputs, baseline="today")
    >>> criteria = [llrgeo.Criterion("mean_minutes", 3), llrgeo.Criterion("within_standard", 1)]
    >>> llrgeo.score_options(results, criteria).weights.tolist()
    [0.75, 0.25]
    """
    defined = MEASURES if measures is None else measures
    raise_faults(criteria_faults(criteria, hurdles, defined), source="criteria")
    # Where contacts are of real patients some measures are set aside; the others keep their
    # proportions.
    named = (*(c.measure for c in criteria), *(hurdle.measure for hurdle in hurdles))
    left_out = [measure for measure in named if measure in set_aside]
    criteria = [c for c in criteria if c.measure not in set_aside]
    hurdles = [h for h in hurdles if h.measure not in set_aside]
    if sum(c.weight for c in criteria) == 0:
        raise_faults([_nothing_left(left_out)], source="criteria")
    names = [criterion.measure for criterion in criteria]
    values = measure_values(results, {*names, *(hurdle.measure for hurdle in hurdles)}, defined)
    scores = score_values(values[names], defined)
    weights = pd.Series([c.weight for c in criteria], index=names, dtype=float, name="weight")
    weights = weights / weights.sum()
    totals = (scores @ weights).rename("total")
    # Hurdles come before ranks: an option that fails one keeps its total and has no rank.
    passed = _passed_hurdles(values, hurdles, defined)
    # Rounded, so that totals that differ by an error of arithmetic share a rank.
    ranked = totals.round(TOTAL_DECIMALS).where(passed.all(axis=1))
    return Scorecard(
        values=values[names],
        scores=scores,
        weights=weights,
        totals=totals,
        ranks=ranked.rank(ascending=False, method="min").astype("Int64").rename("rank"),
        dominated=dominating_option(scores),
        hurdles=passed,
        set_aside=tuple(dict.fromkeys(left_out)),
    )


def _passed_hurdles(
    values: pd.DataFrame, hurdles: Sequence[Hurdle], measures: Mapping[str, Measure]
) -> pd.DataFrame:
    """Return whether each option (row) meets each hurdle (column); some option must meet all."""
    passed = pd.DataFrame(
        {
            h.measure: [measures[h.measure].meets(v, h.limit) for v in values[h.measure]]
            for h in hurdles
        },
        index=values.index,
    )
    if hurdles and not passed.all(axis=1).any():
        limits = ", ".join(f"{hurdle.measure} {hurdle.limit:g}" for hurdle in hurdles)
        raise_faults([f"no option meets all of {limits}"], source="hurdles")
    return passed


def _nothing_left(left_out: Sequence[str]) -> str:
    return (
        f"all that have a weight count contacts of real patients ({', '.join(left_out)}), and what "
        "follows from these is not published; add one of residents, such as mean_minutes"
    )


def scorecard_table(scorecard: Scorecard, labels: Mapping[str, str]) -> pd.DataFrame:
    """Return the figures of every option with its label, total, rank and what dominates it."""
    card = scorecard.values.assign(
        total=scorecard.totals, rank=scorecard.ranks, dominated_by=scorecard.dominated
    )
    card.insert(0, "label", pd.Series(labels))
    return card


def scores_table(scorecard: Scorecard) -> pd.DataFrame:
    """Return the scores, and `off_scale`: the criteria whose figure lies beyond its anchors."""
    beyond = off_scale(scorecard.values, MEASURES)
    named = [", ".join(beyond.columns[row]) for row in beyond.to_numpy()]
    return scorecard.scores.assign(off_scale=named)


def criteria_table(scorecard: Scorecard) -> pd.DataFrame:
    """Return the criteria, one a row: label, unit, direction, anchors and weight."""
    names = ["criterion", "label", "unit", "better", "scores_0_at", "scores_1_at", "weight"]
    rows = [
        (name, m.label, m.unit, m.better, *m.anchors, scorecard.weights[name])
        for name, m in MEASURES.items()
        if name in scorecard.weights.index
    ]
    return pd.DataFrame(rows, columns=names)


def criteria_faults(
    criteria: Sequence[Criterion], hurdles: Sequence[Hurdle], measures: Mapping[str, Measure]
) -> list[str]:
    """Return what is wrong with criteria and hurdles, in words."""
    names = [criterion.measure for criterion in criteria]
    unknown = sorted({*names, *(hurdle.measure for hurdle in hurdles)} - set(measures))
    faults = []
    if unknown:
        faults.append(f"unknown measures {name_some(unknown)}; known are {', '.join(measures)}")
    repeated = sorted({name for name in names if names.count(name) > 1})
    faults += [f"'{name}' is listed twice" for name in repeated]
    limited = [hurdle.measure for hurdle in hurdles]
    repeated = sorted({name for name in limited if limited.count(name) > 1})
    faults += [f"'{name}' has two hurdles; of a measure there is one" for name in repeated]
    faults += [
        f"the weight of '{c.measure}' is {c.weight:g}; it must be a number of at least 0"
        for c in criteria
        if not 0 <= c.weight < np.inf
    ]
    if sum(criterion.weight for criterion in criteria) == 0:
        faults.append("the weights add up to 0; at least one criterion needs a weight")
    return faults


def dominating_option(scores: pd.DataFrame) -> pd.Series:
    """Return for every option one that dominates it, or a blank."""
    rows = [row.to_numpy() for _, row in scores.iterrows()]
    names = [
        next(
            (
                str(name)
                for name, other in zip(scores.index, rows, strict=True)
                # At least as good on each criterion, and better on one by
                # more than counts as equal.
                if (other >= row).all() and (other > row + MATERIAL).any()
            ),
            "",
        )
        for row in rows
    ]
    return pd.Series(names, index=scores.index, name="dominated_by")
