"""Swaps between plans that should cover everyone, compiled by numba: the core of `cover_search`.

Each step changes only what the areas of two sites change, where arrays would go through all areas
of all sites of the plan.

Shapes: a areas, s sites, n pairs of an area and a site that covers it.
"""

from typing import NamedTuple, Self

import numpy as np

from llrgeo.arrays import Bools, Floats, Ints
from llrgeo.execution.machine_code import compiled


class CoverLists(NamedTuple):
    """Who covers whom: areas of site j from `site_first[j]` to `site_first[j + 1]`, and back."""

    site_first: Ints  # shape (s + 1,)
    area: Ints  # shape (n,)
    area_first: Ints  # shape (a + 1,)
    site: Ints  # shape (n,)

    @classmethod
    def of(cls, cover: Bools) -> Self:
        """Return the lists of a covering, shape (areas, sites)."""
        by_area, by_site = (np.append(0, cover.sum(axis=axis).cumsum()) for axis in (1, 0))
        return cls(by_site, np.nonzero(cover.T)[1], by_area, np.nonzero(cover)[1])


class SearchState(NamedTuple):
    """A plan and what its moves would change.

    The score of a site in the plan is the weight of the areas that it covers alone, of another the
    weight of the bare areas that it covers: what its move loses or gains.
    """

    is_open: Bools  # shape (s,)
    counts: Ints  # open sites that cover each area, shape (a,)
    weights: Ints  # shape (a,)
    score: Ints  # shape (s,)
    since: Ints  # the step at which a site last moved, shape (s,)

    @classmethod
    def of(cls, lists: CoverLists, plan: Ints) -> Self:
        """Return the state of a plan before its first swap."""
        areas, sites = len(lists.area_first) - 1, len(lists.site_first) - 1
        now = cls(
            np.zeros(sites, np.bool_),
            np.zeros(areas, np.int64),
            np.ones(areas, np.int64),
            np.diff(lists.site_first),
            np.full(sites, -1),
        )
        for site in plan:
            _open(lists, now, site)
        return now


@compiled
def swap_until_covered(
    lists: CoverLists, now: SearchState, plan: Ints, draws: Floats, before: int
) -> bool:
    """Swap sites of a plan, in place, until it covers every area; return whether it does.

    Parameters
    ----------
    lists
        Which site covers which area; each area has one at least.
    now
        The state of the plan, which changes with it.
    plan
        The sites to start from, one at least.
    draws
        Of each swap a number from 0 to below 1, by which an area left bare is chosen.
    before
        How many swaps came before these.
    """
    bare = np.empty(len(now.counts), np.int64)
    for step in range(before + 1, before + len(draws) + 1):
        if _list_bare(now, bare) == 0:
            return True
        # Out goes the site whose loss weighs least, of equals the one that came first; the site
        # that has just come stays.
        at = 0
        for other in range(1, len(plan)):
            if _goes_before(now, plan[other], plan[at], step):
                at = other
        out = plan[at]
        _close(lists, now, out)
        left = _list_bare(now, bare)
        into = out  # it was not needed at all
        if left:
            # In comes the site that covers most weight, among those that cover a bare area drawn.
            into = _comes(lists, now, bare[int(draws[step - before - 1] * left)], out)
        plan[at] = into
        now.since[out] = now.since[into] = step
        _open(lists, now, into)
        _weigh_more(lists, now, bare, left)
    uncovered: int = _list_bare(now, bare)
    return uncovered == 0


@compiled
def _open(lists: CoverLists, now: SearchState, site: int) -> None:
    """Open a site. Its own score stays: it is alone in covering what was bare."""
    for i in range(lists.site_first[site], lists.site_first[site + 1]):
        area = lists.area[i]
        _change_others(lists, now, area, site, -now.weights[area])
        now.counts[area] += 1
    now.is_open[site] = True


@compiled
def _close(lists: CoverLists, now: SearchState, site: int) -> None:
    """Close a site. Its own score stays: it would cover what it leaves bare."""
    now.is_open[site] = False
    for i in range(lists.site_first[site], lists.site_first[site + 1]):
        area = lists.area[i]
        now.counts[area] -= 1
        _change_others(lists, now, area, site, now.weights[area])


@compiled
def _change_others(lists: CoverLists, now: SearchState, area: int, site: int, by: int) -> None:
    """Change the scores that an area counts in, but that of a site that moves.

    Without that site it is bare, and counts for all closed sites, or one other covers it alone.
    """
    if now.counts[area] > 1:
        return
    alone = now.counts[area] == 1
    for i in range(lists.area_first[area], lists.area_first[area + 1]):
        other = lists.site[i]
        if other != site and now.is_open[other] == alone:
            now.score[other] += by


@compiled
def _list_bare(now: SearchState, bare: Ints) -> int:
    """List the areas that no site of the plan covers; return how many."""
    left = 0
    for area in range(len(now.counts)):
        if now.counts[area] == 0:
            bare[left] = area
            left += 1
    return left


@compiled
def _goes_before(now: SearchState, site: int, other: int, step: int) -> bool:
    """Return whether a site of the plan goes rather than another."""
    just_came, other_came = now.since[site] == step - 1, now.since[other] == step - 1
    if just_came != other_came:
        return bool(other_came)
    if now.score[site] != now.score[other]:
        return bool(now.score[site] < now.score[other])
    return bool(now.since[site] < now.since[other])


@compiled
def _comes(lists: CoverLists, now: SearchState, area: int, out: int) -> int:
    """Return the site that covers most weight of those that cover an area.

    Of equal ones that which has not moved for longest; the site that has just gone only where no
    other covers the area.
    """
    best = out
    for i in range(lists.area_first[area], lists.area_first[area + 1]):
        site = lists.site[i]
        better = now.score[site] > now.score[best]
        longer = now.score[site] == now.score[best] and now.since[site] < now.since[best]
        if site != out and (best == out or better or longer):
            best = site
    return best


@compiled
def _weigh_more(lists: CoverLists, now: SearchState, bare: Ints, left: int) -> None:
    """Raise by one the weight of those of some areas that are still uncovered."""
    for area in bare[:left]:
        if now.counts[area] == 0:
            now.weights[area] += 1
            for i in range(lists.area_first[area], lists.area_first[area + 1]):
                now.score[lists.site[i]] += 1
