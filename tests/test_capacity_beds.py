"""Beds by site: targets, occupancy as a result, closed beds, seasons, pooling and bays."""

import numpy as np
import pandas as pd
import pytest

from llrgeo.appraisal.capacity.beds import (
    BedService,
    bed_table,
    beds_per_1000_aged_75_plus,
    check_loads,
)
from llrgeo.appraisal.capacity.pooling import (
    beds_needed,
    extra_beds,
    single_sex_beds,
)
from llrgeo.appraisal.capacity.queues import erlang_b, mean_wait
from llrgeo.appraisal.capacity.targets import DelayTarget, LossTarget, OverflowTarget, Stay
from llrgeo.errors import InputError

RATES = pd.Series({"age_75_84": 16.0, "age_85_plus": 38.0})
LOSS = BedService("beds", RATES, Stay(25.0), LossTarget(0.05))
DELAY = BedService("beds", RATES, Stay(25.0), DelayTarget(0.1, 3.0), "step_down")
ADMISSIONS = pd.Series({"north": 292.0, "south": 146.0})  # loads of 20 and 10


def test_a_loss_service_by_hand() -> None:
    table = bed_table(ADMISSIONS, pd.Series({"north": 24, "south": 15}), LOSS)
    north = table.loc["north"]
    assert north["offered_load"] == pytest.approx(20.0)
    assert north["share_refused"] == pytest.approx(0.0661, abs=5e-5)
    assert north["occupancy"] == pytest.approx(20 * (1 - 0.0661) / 24, abs=1e-4)
    assert list(table["beds_needed"]) == [26, 15]
    assert list(table["beds_short"]) == [2, 0]
    assert table["mean_wait_days"].isna().all()


def test_bed_days_reconcile() -> None:
    """Admissions that find a bed, times the stay, are the occupied bed-days."""
    table = bed_table(ADMISSIONS, pd.Series({"north": 24, "south": 9}), LOSS)
    admitted = table["admissions"] * (1 - table["share_refused"])
    occupied = table["occupancy"] * table["beds"] * 365
    assert (admitted * 25).to_numpy() == pytest.approx(occupied.to_numpy())


def test_a_delay_service_by_hand() -> None:
    table = bed_table(ADMISSIONS, pd.Series({"north": 24, "south": 13}), DELAY)
    north = table.loc["north"]
    assert north["occupancy"] == pytest.approx(20 / 24)
    assert north["mean_wait_days"] == pytest.approx(mean_wait(24, 20.0, 25.0))
    assert north["blocked_bed_days"] == pytest.approx(544, abs=0.6)
    assert north["share_refused"] == 0


def test_a_queue_without_end_is_said_so() -> None:
    beds = pd.Series({"north": 20, "south": 13})
    table = bed_table(ADMISSIONS, beds, DELAY)
    assert np.isinf(table.loc["north", "mean_wait_days"])
    with pytest.raises(
        InputError, match=r"beds at north: the offered load of 20.0 is not below 20"
    ):
        check_loads(ADMISSIONS, beds, DELAY)
    check_loads(ADMISSIONS, beds, LOSS)  # who finds no bed goes elsewhere


def test_a_plan_that_never_refuses() -> None:
    service = BedService("beds", RATES, Stay(25.0), OverflowTarget(0.05))
    table = bed_table(ADMISSIONS, pd.Series({"north": 28, "south": 14}), service)
    assert list(table["beds_needed"]) == [28, 15]
    assert table.loc["north", "share_days_over"] <= 0.05 < table.loc["south", "share_days_over"]
    assert 0.7 < table.loc["north", "occupancy"] < 20 / 28


def test_closed_beds_and_the_season_add_beds() -> None:
    closed = BedService("beds", RATES, Stay(25.0), LossTarget(0.05), closed_share=0.08)
    assert closed.beds(20.0) == 29  # 26 / 0.92 is 28.3
    assert closed.use(25, 20.0).share_refused == pytest.approx(erlang_b(23, 20.0))
    winter = BedService("beds", RATES, Stay(25.0), LossTarget(0.05), amplitude=0.2)
    assert winter.load(292.0) == pytest.approx(20 * (1 + 0.2 * 0.919), abs=0.005)


def test_sites_without_stated_beds_have_needs_alone() -> None:
    table = bed_table(ADMISSIONS, pd.Series({"north": np.nan, "south": 9}), LOSS)
    assert table.loc["north", ["occupancy", "share_refused", "beds_short"]].isna().all()
    assert table.loc["north", "beds_needed"] == 26


def test_beds_for_the_old() -> None:
    people = pd.DataFrame({"age_75_84": [300, 50], "age_85_plus": [100, 20], "age_65_74": [9, 9]})
    assert beds_per_1000_aged_75_plus(4, people) == pytest.approx(8.51, abs=0.01)


def test_splitting_160_erlangs_over_sites() -> None:
    target = LossTarget(0.05)
    beds = [beds_needed(np.full(n, 160 / n), target).sum() for n in (1, 2, 4, 6, 8, 10, 16)]
    assert beds == [163, 172, 184, 192, 208, 210, 240]
    assert extra_beds(np.full(8, 20.0), target) == 45


def test_south_warwickshires_three_sites_against_two() -> None:
    # three sites need 39 beds for what two equal sites do with 36
    load = 550 * 20 / 365
    equal = erlang_b(18, load / 2)
    assert erlang_b(12, load / 3) > equal >= erlang_b(13, load / 3)


@pytest.mark.parametrize(("load", "pooled", "fixed"), [(10, 15, 18), (20, 26, 30), (40, 46, 51)])
def test_single_sex_bays(load: float, pooled: int, fixed: int) -> None:
    assert single_sex_beds(load, 0.6, LossTarget(0.05)) == (pooled, fixed)


def test_the_cost_of_beds_for_siting() -> None:
    loads = np.array([0.0, 10.0, 20.0])
    assert list(beds_needed(loads, LossTarget(0.05))) == [0, 15, 26]
    assert extra_beds(loads, LossTarget(0.05)) == 41 - 36
    waits = DelayTarget(0.1, 3.0)
    assert extra_beds(loads, waits, stay=Stay(25.0)) > 0


@pytest.mark.parametrize("bad", [-1.0, 12.5, np.inf])
def test_beds_are_whole_and_not_negative(bad: float) -> None:
    with pytest.raises(InputError, match=f"beds: beds at south are {bad:g}; give whole") as caught:
        bed_table(ADMISSIONS, pd.Series({"north": 24, "south": bad}), LOSS)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: Stay(0.0), "the mean stay is 0"),
        (lambda: LossTarget(1.0), "target share of 1"),
        (lambda: DelayTarget(0.1, -2.0), "wait is -2 days"),
        (lambda: BedService("b", RATES, Stay(9.0), LossTarget(0.1), closed_share=1.0), "closed"),
        (lambda: single_sex_beds(5.0, 1.3, LossTarget(0.1)), "share of women is 1.3"),
    ],
)
def test_faults_take_one_line(call, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        call()
    assert "\n" not in str(caught.value)
