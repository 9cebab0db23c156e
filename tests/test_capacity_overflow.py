"""Overflow by an exact Markov chain and the simulation of wards."""

import numpy as np
import pandas as pd
import pytest
from markov_wards import two_wards

from llrgeo.appraisal.capacity import ward_simulation
from llrgeo.appraisal.capacity.queues import erlang_b, mean_wait, share_waiting
from llrgeo.appraisal.capacity.targets import Stay
from llrgeo.appraisal.capacity.ward_simulation import (
    WardNetwork,
    WardSimulation,
    simulate_wards,
    visitors_minutes,
)
from llrgeo.appraisal.journeys.assignment import assign_with_room
from llrgeo.errors import InputError

MINUTES = pd.DataFrame({"north": [7.0, 31.0], "south": [26.0, 9.0]}, index=["a", "b"])


def network(loads: tuple[float, float], in_wards: tuple[int, int], **changes) -> WardNetwork:
    """Return two wards with step-up patients who stay 25 days."""
    given = {
        "admissions": pd.DataFrame({"step_up": np.array(loads) * 365 / 25}, index=MINUTES.index),
        "minutes": MINUTES,
        "beds": pd.Series(dict(zip(("north", "south"), in_wards, strict=True))),
        "stays": {"step_up": Stay(25.0)},
        "choices": 2,
    }
    return WardNetwork(**(given | changes))


def simulated(wards: WardNetwork, **options) -> WardSimulation:
    """Return what became of the admissions of one network."""
    [found] = simulate_wards([wards], **options)
    return found


def test_two_wards_exactly() -> None:
    even = two_wards((10, 10), (12, 12), transfers=True)
    assert even["own_ward_full"] == pytest.approx(0.181, abs=0.0005)
    assert even["placed_away"] == pytest.approx(0.115, abs=0.0005)
    assert even["no_bed"] == pytest.approx(erlang_b(24, 20.0), abs=1e-9)
    assert two_wards((10, 10), (12, 12), transfers=False)["no_bed"] == pytest.approx(
        0.120, abs=0.0005
    )
    uneven = two_wards((14, 6), (12, 12), transfers=True)
    assert uneven["placed_away"] == pytest.approx(0.175, abs=0.0005)
    assert uneven["no_bed"] == pytest.approx(0.066, abs=0.0005)
    assert two_wards((14, 6), (12, 12), transfers=False)["no_bed"] == pytest.approx(
        0.196, abs=0.0005
    )


def test_a_fixed_point_of_poisson_streams_would_promise_too_much() -> None:
    """Each ward as if the other's overflow came at random: 3.9 % find no bed, not 6.6 %."""
    refused = 0.0
    for _ in range(200):
        refused = erlang_b(12, 10 * (1 + refused))
    assert refused**2 == pytest.approx(0.039, abs=0.0005)
    assert two_wards((10, 10), (12, 12), transfers=True)["no_bed"] > 1.6 * refused**2


@pytest.mark.parametrize(("loads", "moved"), [((10, 10), 0), ((14, 6), 2)])
def test_a_transport_model_moves_the_excess_of_means_alone(loads, moved: int) -> None:
    demand = pd.Series(loads, MINUTES.index, dtype=float)
    beds = pd.Series({"north": 12.0, "south": 12.0})
    found = assign_with_room(MINUTES, demand, beds)
    away = found.contacts.loc["a", "south"] + found.contacts.loc["b", "north"]
    assert away == pytest.approx(moved)
    assert found.turned_away.sum() == pytest.approx(0)


@pytest.mark.parametrize(
    ("loads", "choices", "cv"), [((10, 10), 2, 1.0), ((14, 6), 2, 1.0), ((14, 6), 1, 0.6)]
)
def test_the_simulation_agrees_with_the_exact_chain(loads, choices: int, cv: float) -> None:
    found = simulated(
        network(loads, (12, 12), choices=choices, stays={"step_up": Stay(25.0, cv)}),
        seed=11,
        years=3_000,
    )
    exact = two_wards(loads, (12, 12), transfers=choices == 2)
    for _, row in found.measures.iterrows():
        # two half widths of a 95 % interval: wrong once in ten thousand
        half = (row["high"] - row["low"]) / 2
        assert row["mean"] == pytest.approx(exact[row["measure"]], abs=2 * half + 1e-12)
        assert half < 0.0025


def test_admissions_reconcile() -> None:
    found = simulated(network((14, 6), (12, 12)), seed=3)
    placed = found.placed["admissions"].sum()
    all_admitted = 20 * 365 / 25
    no_bed = found.value("step_up", "no_bed")
    assert placed / (1 - no_bed) == pytest.approx(all_admitted, rel=0.01)
    away = found.placed.query("(area_id == 'a') != (site_id == 'north')")["admissions"].sum()
    assert away / placed * (1 - no_bed) == pytest.approx(
        found.value("step_up", "placed_away"), abs=1e-9
    )


def test_only_years_after_the_wards_have_filled_are_counted() -> None:
    found = [
        simulated(network((14, 6), (40, 40)), seed=seed, years=2).placed["admissions"].sum()
        for seed in range(20)
    ]
    assert np.mean(found) == pytest.approx(20 * 365 / 25, rel=0.03)


def test_who_waited_may_be_placed_away() -> None:
    waits = network(
        (1, 1),
        (5, 4),
        admissions=pd.DataFrame({"step_down": [70.0, 45.0]}, index=["a", "b"]),
        stays={"step_down": Stay(25.0)},
    )
    found = simulated(waits, seed=4, years=100)
    placed = found.placed
    away = placed.query("(area_id == 'a') != (site_id == 'north')")["admissions"].sum()
    # a few who wait at the very end of the last year are never placed
    assert away / placed["admissions"].sum() == pytest.approx(
        found.value("step_down", "placed_away"), abs=0.002
    )
    assert found.value("step_down", "placed_away") > 0.2


def test_visitors_follow_the_patients() -> None:
    found = simulated(network((14, 6), (12, 12)), seed=3)
    visitors = visitors_minutes(found, MINUTES, 12.0)
    by_hand = found.placed.assign(
        there=[
            MINUTES.loc[a, s]
            for a, s in zip(*(found.placed[c] for c in ("area_id", "site_id")), strict=True)
        ],
        near=found.placed["area_id"].map({"a": 7.0, "b": 9.0}),
    )
    visits = by_hand["admissions"] * 12
    assert visitors["visits"] == pytest.approx(visits.sum())
    assert visitors["mean_minutes_nearest"] == pytest.approx(
        (visits * by_hand["near"]).sum() / visits.sum()
    )
    added = (visits * (by_hand["there"] - by_hand["near"])).sum() * 2 / 60
    assert visitors["hours_added"] == pytest.approx(added)
    assert added > 0


def test_step_down_waits_as_erlang_c_says() -> None:
    one = pd.DataFrame({"north": [7.0]}, index=["a"])
    waits = WardNetwork(
        pd.DataFrame({"step_down": [8.3 * 365 / 25]}, index=["a"]),
        one,
        pd.Series({"north": 11}),
        {"step_down": Stay(25.0)},
    )
    found = simulated(waits, seed=4, years=2_000, longer_than_days=4.0)
    rows = found.measures.set_index("measure")
    for name, exact in (
        ("mean_wait_days", mean_wait(11, 8.3, 25.0)),
        ("waited_longer", share_waiting(11, 8.3, 25.0, 4.0)),
        ("waited", share_waiting(11, 8.3, 25.0, 0.0)),
    ):
        half = (rows.loc[name, "high"] - rows.loc[name, "low"]) / 2
        assert rows.loc[name, "mean"] == pytest.approx(exact, abs=2 * half)
    assert "no_bed" not in rows.index
    # all who wait are placed in the end
    assert found.placed["admissions"].sum() == pytest.approx(8.3 * 365 / 25, rel=0.01)


def test_a_wait_that_is_not_told_apart_is_any_wait() -> None:
    waits = network(
        (1, 1),
        (5, 4),
        admissions=pd.DataFrame({"step_down": [64.0, 41.0]}, index=["a", "b"]),
        stays={"step_down": Stay(25.0)},
    )
    found = simulated(waits, seed=4, years=4)
    any_wait = simulated(waits, seed=4, years=4, longer_than_days=0.0)
    day = simulated(waits, seed=4, years=4, longer_than_days=1.0)
    longer = [each.value("step_down", "waited_longer") for each in (found, any_wait, day)]
    assert longer[0] == longer[1] > longer[2] > 0.1


def test_beds_kept_for_step_up_shorten_no_list_but_refuse_fewer() -> None:
    both = pd.DataFrame({"step_up": [90.0, 40.0], "step_down": [70.0, 50.0]}, index=["a", "b"])
    stays = {"step_up": Stay(25.0), "step_down": Stay(21.0, 0.8)}
    base = network((1, 1), (12, 9), admissions=both, stays=stays)
    kept = network(
        (1, 1), (12, 9), admissions=both, stays=stays, reserved=pd.Series({"north": 3, "south": 1})
    )
    without, with_kept = simulated(base, seed=8), simulated(kept, seed=8)
    assert with_kept.value("step_up", "no_bed") < without.value("step_up", "no_bed") - 0.03
    wait = "mean_wait_days"
    assert with_kept.value("step_down", wait) > without.value("step_down", wait) * 1.3


def test_the_season_fills_wards_in_winter() -> None:
    flat = simulated(network((10, 10), (12, 12)), seed=5)
    wave = simulated(network((10, 10), (12, 12), amplitude=0.4), seed=5)
    assert wave.value("step_up", "no_bed") > flat.value("step_up", "no_bed") + 0.02
    assert wave.placed["admissions"].sum() < flat.placed["admissions"].sum()


def test_a_seed_gives_the_same_figures() -> None:
    first, again, other = (
        simulated(network((14, 6), (12, 12)), seed=seed, years=20).measures for seed in (6, 6, 7)
    )
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def test_a_ward_out_of_reach_is_not_used() -> None:
    far = MINUTES.where(MINUTES != 26.0, np.inf)
    found = simulated(network((14, 6), (12, 12), minutes=far), seed=2, years=20)
    assert found.placed.query("area_id == 'a' and site_id == 'south'").empty
    assert not found.placed.query("area_id == 'b' and site_id == 'north'").empty


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"beds": pd.Series({"north": 12})}, "no beds are stated for south"),
        ({"beds": pd.Series({"north": 12, "south": -3})}, "wards: beds at south are -3"),
        ({"beds": pd.Series({"north": 12, "south": 3.5})}, r"beds at south are 3\.5"),
        ({"reserved": pd.Series({"north": 0.5})}, "kept for step-up"),
        ({"admissions": pd.DataFrame({"step_up": [0.0, 0.0]}, index=["a", "b"])}, "some above"),
        (
            {
                "admissions": pd.DataFrame({"step_down": [200.0, 200.0]}, index=["a", "b"]),
                "stays": {"step_down": Stay(25.0)},
            },
            "those who wait offer 27.4 erlangs to 24 beds: no steady state",
        ),
    ],
)
def test_faults_take_one_line(changes, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        simulated(network((10, 10), (12, 12), **changes), seed=1, years=1)
    assert "\n" not in str(caught.value)


def test_networks_of_the_same_people_meet_the_same_admissions_drawn_once(monkeypatch) -> None:
    draws: list[int] = []
    draw = ward_simulation._draw
    monkeypatch.setattr(ward_simulation, "_draw", lambda *args: (draws.append(1), draw(*args))[1])
    pairs = [((14, 6), (12, 12)), ((14, 6), (13, 9)), ((11, 6), (12, 12))]
    together = simulate_wards([network(*pair) for pair in pairs], seed=3, years=20)
    assert len(draws) == 2
    for pair, found in zip(pairs, together, strict=True):
        alone = simulated(network(*pair), seed=3, years=20)
        pd.testing.assert_frame_equal(found.measures, alone.measures)
        pd.testing.assert_frame_equal(found.placed, alone.placed)
    placed = [found.placed["admissions"].sum() for found in together]
    assert len(set(placed)) == 3
