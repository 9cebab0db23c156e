"""Siting of beds: the best plans against every plan by hand, limits, and what is refused."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from llrgeo.appraisal.capacity.queues import beds_for_loss
from llrgeo.appraisal.capacity.targets import LossTarget, Stay
from llrgeo.appraisal.siting.bed_sites import BedSiting, beds_curve
from llrgeo.errors import InfeasibleError, InputError

RNG = np.random.default_rng(11)
AREAS = pd.Index([f"a{n}" for n in range(9)], name="area_id")
SITES = ["north", "east", "south", "west", "middle"]
MINUTES = pd.DataFrame(RNG.integers(4, 60, (9, 5)).astype(float), AREAS, SITES)
for number in range(5):  # each site is the nearest of some area
    MINUTES.iloc[number, number] = 1.0 + number / 4
CUT_OFF = MINUTES.copy()
CUT_OFF.loc["a3"] = np.inf
ADMISSIONS = pd.Series(RNG.integers(40, 500, 9).astype(float), AREAS)


def problem(**changes) -> BedSiting:
    given = {"minutes": MINUTES, "admissions": ADMISSIONS, "stay": Stay(23.0)}
    return BedSiting(**(given | {"target": LossTarget(0.05)} | changes))


def by_hand(plan: tuple[str, ...]) -> tuple[float, dict[str, int]]:
    """Value a plan with loops and no arrays."""
    minutes, load = 0.0, dict.fromkeys(plan, 0.0)
    for area in AREAS:
        site = min(plan, key=lambda one: MINUTES.loc[area, one])
        minutes += MINUTES.loc[area, site] * ADMISSIONS[area]
        load[site] += ADMISSIONS[area] * 23 / 365
    return minutes / ADMISSIONS.sum(), {site: beds_for_loss(a, 0.05) for site, a in load.items()}


def test_the_curve_is_the_best_of_all_plans_by_hand():
    curve = beds_curve(problem()).set_index("sites")
    assert curve.index.tolist() == [1, 2, 3, 4, 5]
    pool = beds_for_loss(ADMISSIONS.sum() * 23 / 365, 0.05)
    for count, row in curve.iterrows():
        best = min(by_hand(plan)[0] for plan in combinations(SITES, count))
        assert row["mean_min"] == pytest.approx(best)
        named = dict(part.rsplit(" ", 1) for part in row["plan"].split("; "))
        mean, beds = by_hand(tuple(named))
        assert mean == pytest.approx(best)
        assert {site: int(number) for site, number in named.items()} == beds
        assert row["extra_beds"] == sum(beds.values()) - pool
    assert curve.loc[1, "extra_beds"] == 0
    assert curve["mean_min"].is_monotonic_decreasing


def test_beds_at_hand_limit_the_number_of_sites():
    free = beds_curve(problem()).set_index("sites")
    limit = int(free.loc[3, "beds"])
    limited = beds_curve(problem(beds=limit)).set_index("sites")
    for count, row in limited.iterrows():
        allowed = [p for p in combinations(SITES, count) if sum(by_hand(p)[1].values()) <= limit]
        assert row["mean_min"] == pytest.approx(min(by_hand(p)[0] for p in allowed))
    assert limited.index.max() < 5
    assert limited["beds"].max() <= limit


def test_a_ward_has_a_smallest_size_and_kept_sites_stay():
    free = beds_curve(problem()).set_index("sites")
    smallest = int(free.loc[3, "smallest_site"]) + 1
    large = beds_curve(problem(smallest=smallest))
    assert (large["smallest_site"] >= smallest).all()
    assert large.set_index("sites").loc[3, "mean_min"] > free.loc[3, "mean_min"]
    kept = beds_curve(problem(keep=frozenset({"west"})))
    assert kept["plan"].str.contains("west").all()
    assert kept["sites"].tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"keep": frozenset({"moon"})}, "no candidate moon"),
        ({"admissions": ADMISSIONS * 0}, "admissions must be at least 0, and some above it"),
        ({"admissions": ADMISSIONS.iloc[:4]}, "admissions are not of the areas"),
        ({"minutes": CUT_OFF}, "some areas reach no candidate"),
        ({"beds": 0}, "0 beds, at least 1 a site: both from 1"),
    ],
)
def test_what_does_not_fit_together_is_refused(changes, expected):
    with pytest.raises(InputError, match=expected):
        problem(**changes)


def test_too_few_beds_and_too_many_candidates_are_told():
    pool = beds_for_loss(ADMISSIONS.sum() * 23 / 365, 0.05)
    with pytest.raises(InfeasibleError, match=f"within 9 beds .* one pool alone needs {pool}"):
        beds_curve(problem(beds=9))
    many = pd.DataFrame(np.ones((9, 30)), AREAS, [f"s{n}" for n in range(30)])
    with pytest.raises(InputError, match="plans of 30 candidates; at most 50,000"):
        beds_curve(problem(minutes=many))
    assert len(beds_curve(problem(minutes=many), most_sites=2)) >= 1
