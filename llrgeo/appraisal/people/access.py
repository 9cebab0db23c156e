"""Access: how long residents travel, what changes for them, and who they are.

Frames in, frames out, on the areas' index. Every table counts all people, those who cannot reach a
site included (docs/methods 1 and 2).
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
import pandas as pd

from llrgeo.appraisal.people.counts import ratio, reconcile
from llrgeo.appraisal.people.people_groups import EVERYONE, everyone_of
from llrgeo.appraisal.people.wide_groups import Columns, Counted, by_columns
from llrgeo.arrays import Floats

OUTCOMES: Final = ("improved", "worsened", "unchanged", "lost", "gained", "none", "no_data")
LONGER: Final = ("worsened", "lost")
SHORTER: Final = ("improved", "gained")
BAND_EDGES_MIN: Final = (5.0, 10.0, 15.0)

ScoredGroups: TypeAlias = Mapping[str, Mapping[Hashable, float]]
"""Minutes of groups of people that scores use: a mean or quantile, by group and level."""

_ON_BALANCE: Final = {
    "mean_min": "average_min",
    "p90_min": "p90_average_min",
    "change_mean_min": "change_on_balance_min",
}
_DECIMALS: Final = 9  # of a minute: 11.3 less 10.3 is a change of 1 and no more
_NOISE_MIN: Final = 1e-9


@dataclass(frozen=True, slots=True)
class ChangeBand:
    """A band of change: above `low_min` and up to `high_min` minutes, shorter or longer.

    The last band has no end: its `high_min` is +inf.
    """

    id: str
    low_min: float
    high_min: float


@dataclass(frozen=True)  # without slots, which would leave no place for the tables made when read
class Access:
    """How people reach a service under an option, and what changes for them from the baseline.

    Its tables are made when they are first read.

    Attributes
    ----------
    before, after
        Minutes on the areas' index; +inf where no site can be reached, NaN where not known.
    people
        Residents by group, as `people_by_group` returns them.
    tolerance_min
        Changes up to this many minutes count as none.
    thresholds_min
        Minutes within which people are counted.
    """

    before: pd.Series
    after: pd.Series
    people: pd.DataFrame
    tolerance_min: float
    thresholds_min: Sequence[float]

    @cached_property
    def change(self) -> pd.DataFrame:
        """One row an area: `before_min`, `after_min`, `change_min`, `outcome` (of OUTCOMES)."""
        return compare_minutes(self.before, self.after, tolerance_min=self.tolerance_min)

    @cached_property
    def winners(self) -> pd.DataFrame:
        """People by outcome and band of change; they add up to all people."""
        return winners_and_losers(
            self.change, self.people[EVERYONE], tolerance_min=self.tolerance_min
        )

    @cached_property
    def thresholds(self) -> pd.DataFrame:
        """One row a number of minutes: people within it before and after, newly in and out."""
        return threshold_flows(
            self.change, self.people[EVERYONE], thresholds_min=self.thresholds_min
        )

    @cached_property
    def groups(self) -> pd.DataFrame:
        """One row a group of people: how long they travel, and how many gain and lose."""
        # One frame of both: joining two on groups and levels would take longer than all figures.
        summary = _summary(self.after, self.people, self.thresholds_min)
        by_group = summary | _changes_by_group(self.change, self.people)
        return pd.DataFrame(by_group, index=self.people.columns)

    @property
    def summary(self) -> pd.Series:
        """Return the row of `groups` that counts everyone."""
        return everyone_of(self.groups)


def summarise_access(
    travel_time_min: pd.Series, people: pd.DataFrame, *, thresholds_min: Sequence[float]
) -> pd.DataFrame:
    """Return how long each group of people travels, one row a column of `people`.

    Columns: `people`, `unreachable`, `mean_min` (over those who can reach a site), `median_min`,
    `p90_min` (over all people, so possibly +inf), `max_min` (the longest finite time of anyone),
    and `share_within_<X>_min` of all people for each threshold X.
    """
    return pd.DataFrame(_summary(travel_time_min, people, thresholds_min), index=people.columns)


def _summary(
    travel_time_min: pd.Series, people: pd.DataFrame, thresholds_min: Sequence[float]
) -> dict[str, Floats]:
    """Return the columns of `summarise_access`, a value a group and level."""
    minutes = travel_time_min.to_numpy()
    return by_columns(people, lambda counted: _summary_of(minutes, counted, thresholds_min))


def _summary_of(
    minutes: Floats, counted: Counted, thresholds_min: Sequence[float]
) -> dict[str, Floats]:
    """Return the same of some groups and levels."""
    # Areas from the shortest journey to the longest: quantiles are then places in a running sum.
    counted = counted.ordered(minutes)
    # Those without a journey stay in every share and quantile; only the mean leaves them out.
    finite = np.isfinite(minutes)
    total = counted.people(np.full(len(minutes), fill_value=True))
    median_min, p90_min = counted.quantiles(minutes, (0.5, 0.9))
    summary: Columns = {
        "people": total,
        "unreachable": counted.people(np.isposinf(minutes)),
        "mean_min": ratio(counted.weighted(minutes, finite), counted.people(finite)),
        "median_min": median_min,
        "p90_min": p90_min,
        "max_min": counted.longest(minutes),
    }
    for threshold in thresholds_min:
        summary[share_within(threshold)] = ratio(counted.people(minutes <= threshold), total)
    return summary


def scored_by_group(minutes: Floats, people: pd.DataFrame) -> ScoredGroups:
    """Return `mean_min` and `p90_min` of `summarise_access`, which is all that scores use.

    `minutes` are in the order of the areas of `people`.
    """

    def figures(counted: Counted) -> Columns:
        counted, finite = counted.ordered(minutes), np.isfinite(minutes)
        (p90_min,) = counted.quantiles(minutes, (0.9,))
        mean_min = ratio(counted.weighted(minutes, finite), counted.people(finite))
        return {"mean_min": mean_min, "p90_min": p90_min}

    by_column = by_columns(people, figures)
    return {
        name: dict(zip(people.columns, values.tolist(), strict=True))
        for name, values in by_column.items()
    }


def share_within(threshold_min: float) -> str:
    """Return the name of the column that holds the share of people within some minutes."""
    return f"share_within_{threshold_min:g}_min"


def compare_minutes(before: pd.Series, after: pd.Series, *, tolerance_min: float) -> pd.DataFrame:
    """Return `before_min`, `after_min`, `change_min` and the outcome for every area.

    An area that loses its last site within reach is "lost", never "unchanged".
    """
    old, new = before.to_numpy(), after.reindex(before.index).to_numpy()
    change, tolerance = minutes_changed(old, new, tolerance_min=tolerance_min)
    # The first condition that holds decides: what is unknown or lost is settled before minutes are
    # compared, for +inf less anything is no change of minutes.
    outcome = np.select(
        [
            np.isnan(old) | np.isnan(new),
            np.isinf(old) & np.isinf(new),
            np.isinf(new),
            np.isinf(old),
            change < -tolerance,
            change > tolerance,
        ],
        ["no_data", "none", "lost", "gained", "improved", "worsened"],
        default="unchanged",
    )
    return pd.DataFrame(
        {"before_min": old, "after_min": new, "change_min": change, "outcome": outcome},
        index=before.index,
    )


def change_bands(tolerance_min: float) -> tuple[ChangeBand, ...]:
    """Return the bands of change, the smallest first; the first begins at the tolerance."""
    edges = (tolerance_min, *BAND_EDGES_MIN)
    closed = [ChangeBand(f"minutes_{low:g}_{high:g}", low, high) for low, high in pairwise(edges)]
    return (*closed, ChangeBand(f"minutes_over_{edges[-1]:g}", edges[-1], np.inf))


def minutes_changed(before: Floats, after: Floats, *, tolerance_min: float) -> tuple[Floats, float]:
    """Return the change of minutes, and the tolerance beyond which a change counts.

    The change has the shape of `before` and `after`: +inf for a journey lost, -inf for one gained,
    NaN for none before and after. It is free of the noise of floats, as the tolerance is: 11.3
    less 10.3 is a change of 1 and no more.
    """
    with np.errstate(invalid="ignore"):  # inf - inf: no journey before and after
        change = np.round(after - before, _DECIMALS)
    return change, max(tolerance_min, _NOISE_MIN)


def winners_and_losers(
    change: pd.DataFrame, people: pd.Series, *, tolerance_min: float
) -> pd.DataFrame:
    """Return the people of each outcome and band of change, best first.

    Columns: `outcome`, `band` (the id of one of `change_bands`; blank where the outcome has no
    minutes), `people`, `share` (of all people), `change_people_min` (minutes gained or lost by
    them all; 0 where there is no finite change).
    """
    # Bands: (tolerance, 5], (5, 10], (10, 15] and above; step 0 is for what has no band.
    edges = (max(tolerance_min, _NOISE_MIN), *BAND_EDGES_MIN)
    bands = ["", *(band.id for band in change_bands(tolerance_min))]
    moved_min, outcome = change["change_min"].to_numpy(), change["outcome"].to_numpy()
    moved = np.isin(outcome, ["improved", "worsened"])
    step = np.where(moved, np.searchsorted(edges, np.abs(moved_min), side="left"), 0)
    # Rows from best to worst; every area belongs to exactly one of them.
    rows = [("gained", 0)]
    rows += [("improved", k) for k in range(len(edges), 0, -1)]
    rows += [("unchanged", 0)]
    rows += [("worsened", k) for k in range(1, len(edges) + 1)]
    rows += [("lost", 0), ("none", 0), ("no_data", 0)]
    belongs = np.stack([(outcome == name) & (step == k) for name, k in rows])
    minutes = np.where(np.isfinite(moved_min), moved_min, 0.0) * people.to_numpy()
    counted = belongs @ people.to_numpy()
    table = pd.DataFrame(
        {
            "outcome": [name for name, _ in rows],
            "band": [bands[k] for _, k in rows],
            "people": counted,
            "share": ratio(counted, people.sum()),
            "change_people_min": belongs @ minutes,
        }
    )
    reconcile(table["people"], people.sum(), table="winners and losers")
    return table


def threshold_flows(
    change: pd.DataFrame, people: pd.Series, *, thresholds_min: Sequence[float]
) -> pd.DataFrame:
    """Return the people within each threshold before and after, newly inside and newly outside.

    These are gross flows: some may come inside while others fall outside.
    """
    # Both sides of every threshold: the net change alone would hide people (docs/methods 2). A
    # journey of exactly the threshold is within it, and one that is not there (+inf) is never.
    limits = np.asarray(thresholds_min)[:, None]
    before = change["before_min"].to_numpy() <= limits
    after = change["after_min"].to_numpy() <= limits
    counts = people.to_numpy()
    return pd.DataFrame(
        {
            "threshold_min": list(thresholds_min),
            "within_before": before @ counts,
            "within_after": after @ counts,
            "newly_inside": (after & ~before) @ counts,
            "newly_outside": (before & ~after) @ counts,
        }
    )


def averaged(groups: pd.DataFrame) -> pd.DataFrame:
    """Return the minutes of an average journey by group, named as averages.

    `groups` is that of the access over all services. Its people by outcome are left out: they
    would count a loss for one service as none where another service gains.
    """
    return groups[["unreachable", *_ON_BALANCE]].rename(columns=_ON_BALANCE)


def _changes_by_group(change: pd.DataFrame, people: pd.DataFrame) -> dict[str, Floats]:
    """Return the mean before, the mean change and the people of each outcome, by group."""
    before, moved, outcome = (
        change[name].to_numpy() for name in ("before_min", "change_min", "outcome")
    )

    def figures(counted: Counted) -> Columns:
        # Means are of those who have a journey before and after, so that both are of one people.
        finite = np.isfinite(moved)
        both = counted.people(finite)
        table = {
            "before_mean_min": ratio(counted.weighted(before, finite), both),
            "change_mean_min": ratio(counted.weighted(moved, finite), both),
        }
        return table | {name: counted.people(outcome == name) for name in OUTCOMES}

    table = by_columns(people, figures)
    # Every level's outcomes add up to its people, and the levels of a group to all people.
    counted = np.sum([table[name] for name in OUTCOMES], axis=0)
    everyone = people[EVERYONE].sum()
    group_of = people.columns.get_level_values("group").to_numpy()
    for group in dict.fromkeys(group_of):
        reconcile(counted[group_of == group], everyone, table=f"by {group}")
    return table
