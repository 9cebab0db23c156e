"""The appraisal beside the packages that others would use: alike where they are right, or why not.

The peers are optional (`pip install '.[bench]'`), and a test whose peer is absent skips. Their
warnings are not ours to raise.
"""

from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from appraisal_cases import LOCAL, TODAY, town_setting
from scipy.optimize import curve_fit

from llrgeo.appraisal.accessibility.catchments import (
    Decay,
    binary_decay,
    floating_catchment,
    gaussian_decay,
    step_decay,
)
from llrgeo.appraisal.accessibility.equity import (
    fractional_rank,
    gini,
    kolm_pollak_ede,
    kolm_pollak_kappa,
    slope_index,
)
from llrgeo.appraisal.evaluation import evaluate_options
from llrgeo.appraisal.people.access import (
    compare_minutes,
    summarise_access,
    threshold_flows,
    winners_and_losers,
)
from llrgeo.appraisal.people.counts import weighted_quantile
from llrgeo.errors import InputError
from llrgeo.travel.times import TravelTimes

STEPS = {10.0: 1.0, 20.0: 0.68, 30.0: 0.22}
SITES = ["A", "B", "C"]

pytestmark = pytest.mark.filterwarnings("ignore")  # the peers' own, not ours


@pytest.fixture(scope="module")
def minutes() -> pd.DataFrame:
    """Whole minutes of 40 areas to three sites; everyone is within half an hour of one."""
    rng = np.random.default_rng(7)
    far = rng.uniform(2, 90, (40, len(SITES)))
    far[np.arange(40), rng.integers(0, len(SITES), 40)] = rng.uniform(2, 29, 40)
    return pd.DataFrame(far.round(), [f"a{n:02}" for n in range(40)], SITES)


@pytest.fixture(scope="module")
def people(minutes: pd.DataFrame) -> pd.Series:
    return pd.Series(np.random.default_rng(8).integers(1, 3_000, len(minutes)), minutes.index)


@pytest.fixture(scope="module")
def nearest(minutes: pd.DataFrame) -> pd.Series:
    return minutes.min(axis=1)


@pytest.fixture(scope="module")
def lokigi() -> ModuleType:
    """Return lokigi; version 0.9.1 is the one whose answers these tests know."""
    pytest.importorskip("lokigi")
    return pytest.importorskip("lokigi.site")


def lokigi_problem(
    lokigi: ModuleType, minutes: pd.DataFrame, people: pd.Series, supply: pd.Series | None = None
) -> Any:
    problem = lokigi.SiteProblem(debug_mode=False)
    demand = people.rename("people").rename_axis("area").reset_index()
    problem.add_demand(demand, demand_col="people", location_id_col="area")
    sites = pd.DataFrame({"site": minutes.columns, "supply": supply, "lon": -1.1, "lat": 52.6})
    sites["supply"] = 1.0 if supply is None else supply.to_numpy()
    problem.add_sites(
        sites, candidate_id_col="site", vertical_geometry_col="lat", horizontal_geometry_col="lon"
    )
    table = minutes.replace(np.inf, np.nan).rename_axis("area").reset_index()
    unreachable = bool(table.isna().any(axis=None))
    problem.add_travel_matrix(table, "area", unit="minutes", allow_missing=unreachable)
    return problem


def lokigi_figures(problem: Any, sites: list[str], threshold: float = 30.0) -> pd.Series:
    answer = problem.evaluate_baseline(
        site_names=sites, threshold_for_coverage=threshold, beyond_thresholds=[threshold]
    )
    return pd.Series(answer.solution_df.iloc[0])


def test_lokigi_finds_the_same_mean_longest_journey_and_coverage(
    lokigi: ModuleType, minutes: pd.DataFrame, people: pd.Series
) -> None:
    theirs = lokigi_figures(lokigi_problem(lokigi, minutes, people), ["A", "B"], 30.5)
    counts = people.to_frame("everyone")
    ours = summarise_access(minutes[["A", "B"]].min(axis=1), counts, thresholds_min=[30.5]).iloc[0]
    assert ours["mean_min"] == pytest.approx(theirs["weighted_average"])
    assert ours["max_min"] == theirs["max"]
    # At exactly the threshold lokigi counts otherwise (below).
    assert ours["share_within_30.5_min"] == theirs["proportion_within_coverage_threshold"]


def test_lokigi_finds_the_same_winners_and_losers_where_all_can_reach_a_site(
    lokigi: ModuleType, minutes: pd.DataFrame, people: pd.Series
) -> None:
    comparator = pytest.importorskip("lokigi.site_solutions").SolutionComparator
    problem = lokigi_problem(lokigi, minutes, people)
    before, after = (problem.evaluate_baseline(site_names=s) for s in (["A", "B"], ["B", "C"]))
    theirs = comparator(before, after).population_impact_summary(
        meaningful_change_threshold=1.0, as_dict=True
    )
    change = compare_minutes(
        minutes[["A", "B"]].min(axis=1), minutes[["B", "C"]].min(axis=1), tolerance_min=1.0
    )
    ours = winners_and_losers(change, people, tolerance_min=1.0).groupby("outcome")["people"].sum()
    for outcome in ("improved", "worsened", "unchanged"):
        assert ours[outcome] == theirs[f"demand_{outcome}"] > 0


def test_lokigi_drops_areas_without_times_where_we_refuse_them(
    lokigi: ModuleType,
    town_areas: pd.DataFrame,
    town_sites: pd.DataFrame,
    town_times: TravelTimes,
) -> None:
    people = pd.Series({"near": 2, "forgotten": 998})
    minutes = pd.DataFrame({"A": {"near": 15.0}})
    theirs = lokigi_figures(lokigi_problem(lokigi, minutes, people), ["A"])
    assert theirs["weighted_average"] == 15  # of 2 people in 1,000
    assert theirs["demand_unreachable"] == 0
    lacking = TravelTimes(town_times.minutes.drop("W"))
    with pytest.raises(InputError, match=r"no travel times for 1 areas \(W\)"):
        evaluate_options(
            [TODAY, LOCAL], town_setting(town_areas, town_sites, lacking), baseline="today"
        )


def test_lokigi_calls_people_who_lose_all_access_unchanged(lokigi: ModuleType) -> None:
    comparator = pytest.importorskip("lokigi.site_solutions").SolutionComparator
    people = pd.Series({"town": 100, "village": 900})
    minutes = pd.DataFrame({"A": [20.0, 10.0], "B": [10.0, np.inf]}, index=people.index)
    problem = lokigi_problem(lokigi, minutes, people)
    before, after = (problem.evaluate_baseline(site_names=[s]) for s in ("A", "B"))
    theirs = comparator(before, after).population_impact_summary(as_dict=True)
    assert (theirs["demand_worsened"], theirs["demand_unchanged"]) == (0, 900)
    change = compare_minutes(minutes["A"], minutes["B"], tolerance_min=1.0)
    ours = winners_and_losers(change, people, tolerance_min=1.0).groupby("outcome")["people"].sum()
    assert (ours["lost"], ours["unchanged"], ours["improved"]) == (900, 0, 100)


def test_lokigi_averages_bands_of_deprivation_without_their_people(lokigi: ModuleType) -> None:
    # Deprivation 1 to 6, so thirds of two bands. One person of band 1 travels 50 minutes, 999 of
    # band 2 travel 10, all others 20: the most deprived third travels less, not longer.
    bands = pd.Series(range(1, 7), [f"a{n}" for n in range(6)])
    people = pd.Series([1, 999, 500, 500, 500, 500], bands.index)
    minutes = pd.DataFrame({"A": [50.0, 10, 20, 20, 20, 20]}, index=bands.index)
    problem = lokigi_problem(lokigi, minutes, people)
    table = bands.rename("band").rename_axis("area").reset_index()
    problem.add_equity_data(
        table, equity_col="band", common_col="area", label="IMD", disadvantaged_end="low"
    )
    theirs = lokigi_figures(problem, ["A"])
    assert theirs["avg_lower_third_bins"] == 30
    assert theirs["inter_tertile_description"].startswith("Highly Inequitable")
    thirds = pd.DataFrame({n: people.where((bands + 1) // 2 == n, 0) for n in (1, 2, 3)})
    ours = summarise_access(minutes["A"], thirds, thresholds_min=[])["mean_min"]
    assert ours.tolist() == pytest.approx([10.04, 20, 20])
    assert slope_index(minutes["A"], people, bands) > 0  # minutes rise as deprivation falls


def test_lokigi_takes_percentiles_of_areas_and_not_of_people(lokigi: ModuleType) -> None:
    people = pd.Series({"hamlet": 2, "town": 998})
    minutes = pd.DataFrame({"A": {"hamlet": 10.0, "town": 60.0}})
    theirs = lokigi_figures(lokigi_problem(lokigi, minutes, people), ["A"])
    assert theirs["90th_percentile"] == 55  # though 998 of 1,000 travel 60
    assert weighted_quantile(minutes["A"], people, 0.9) == 60


def test_lokigi_counts_people_at_exactly_the_threshold_neither_within_nor_beyond(
    lokigi: ModuleType,
) -> None:
    people = pd.Series({"near": 1, "edge": 998, "far": 1})
    minutes = pd.DataFrame({"A": [20.0, 30.0, 40.0]}, index=people.index)
    theirs = lokigi_figures(lokigi_problem(lokigi, minutes, people), ["A"])
    assert theirs["demand_within_coverage_threshold"] == 1
    assert theirs["demand_beyond_threshold_30"] == 1
    change = compare_minutes(minutes["A"], minutes["A"], tolerance_min=1.0)
    ours = threshold_flows(change, people, thresholds_min=[30]).iloc[0]
    assert (ours["within_after"], people.sum() - ours["within_after"]) == (999, 1)


@pytest.mark.parametrize(
    ("decay", "theirs"),
    [
        (binary_decay(30), {"catchment_size": 30}),
        (step_decay(STEPS), {"distance_decay": list(STEPS.items())}),
    ],
)
def test_lokigi_finds_the_same_floating_catchments(
    lokigi: ModuleType,
    minutes: pd.DataFrame,
    people: pd.Series,
    decay: Decay,
    theirs: dict[str, Any],
) -> None:
    supply = pd.Series([12.0, 7.0, 20.0], SITES)
    problem = lokigi_problem(lokigi, minutes, people, supply)
    answer = problem.two_step_floating_catchment(supply_col="supply", site_names=SITES, **theirs)
    ours = floating_catchment(minutes, people, supply, decay=decay)
    pd.testing.assert_series_equal(
        ours, answer["accessibility"].reindex(ours.index), check_names=False
    )


@pytest.mark.parametrize("method", ["two steps", "in steps", "bell"])
def test_access_finds_the_same_floating_catchments_where_people_reach_a_site(
    minutes: pd.DataFrame, people: pd.Series, method: str
) -> None:
    weights = pytest.importorskip("access.weights")
    supply = pd.Series([12.0, 7.0, 20.0], SITES)
    ours, weigh = {
        "two steps": (binary_decay(30), None),
        "in steps": (step_decay(STEPS), weights.step_fn(STEPS)),
        "bell": (gaussian_decay(30, 10), lambda one: np.exp(-(one**2) / 200) - np.exp(-4.5)),
    }[method]
    theirs = access_catchments(minutes, people, supply, weigh)
    pd.testing.assert_series_equal(
        floating_catchment(minutes, people, supply, decay=ours), theirs, check_names=False
    )


def test_access_leaves_people_beyond_every_catchment_blank_where_we_say_nothing_is_in_reach(
    minutes: pd.DataFrame, people: pd.Series
) -> None:
    supply = pd.Series([12.0, 7.0, 20.0], SITES)
    far = minutes.copy()
    far.loc["a00"] = [31.0, 80, np.inf]
    theirs = access_catchments(far, people, supply, None)
    ours = floating_catchment(far, people, supply, decay=binary_decay(30))
    assert np.isnan(theirs["a00"])
    assert ours["a00"] == 0
    # So their mean over people forgets those who have nothing, and ours does not.
    assert (ours * people).sum() == pytest.approx(supply.sum())
    told = theirs.notna()
    assert np.average(theirs[told], weights=people[told]) > np.average(ours, weights=people)


def access_catchments(
    minutes: pd.DataFrame,
    people: pd.Series,
    supply: pd.Series,
    weigh: Any,
) -> pd.Series:
    """Return what the package access computes, on the areas' index."""
    peer = pytest.importorskip("access")
    long = minutes.rename_axis("from").reset_index().melt("from", var_name="to", value_name="min")
    study = peer.Access(
        demand_df=people.rename("people").rename_axis("area").reset_index(),
        demand_index="area",
        demand_value="people",
        supply_df=supply.rename("beds").rename_axis("site").reset_index(),
        supply_index="site",
        supply_value="beds",
        cost_df=long[np.isfinite(long["min"])],
        cost_origin="from",
        cost_dest="to",
        cost_name="min",
    )
    table = study.two_stage_fca(name="found", max_cost=30, weight_fn=weigh)
    return pd.Series(table["found_beds"].reindex(minutes.index))


@pytest.mark.parametrize("aversion", [-0.5, -1.0, -2.0])
def test_inequalipy_finds_the_same_kolm_pollak_equivalent(
    nearest: pd.Series, people: pd.Series, aversion: float
) -> None:
    kolmpollak = pytest.importorskip("inequalipy").kolmpollak
    t, w = nearest.to_numpy(), people.to_numpy()
    kappa = kolm_pollak_kappa(nearest, people, aversion)
    assert kappa == pytest.approx(kolmpollak.calc_kappa(t, aversion, w))
    theirs = kolmpollak.ede(t, epsilon=aversion, weights=w)
    assert kolm_pollak_ede(nearest, people, kappa=kappa) == pytest.approx(theirs)


def test_inequalipy_overflows_where_we_do_not(people: pd.Series, nearest: pd.Series) -> None:
    kolmpollak = pytest.importorskip("inequalipy").kolmpollak
    assert np.isinf(kolmpollak.ede(nearest.to_numpy(), kappa=-40.0, weights=people.to_numpy()))
    # So strong an aversion sees the longest journey alone, less the log of how few make it.
    ours = kolm_pollak_ede(nearest, people, kappa=-40.0)
    assert nearest.max() - 1 < ours < nearest.max()


def test_inequalipy_finds_the_same_weighted_gini_and_inequality_knows_no_weights(
    nearest: pd.Series, people: pd.Series
) -> None:
    peer = pytest.importorskip("inequalipy")
    ours = gini(nearest, people)
    assert ours == pytest.approx(peer.gini(nearest.to_numpy(), people.to_numpy()))
    plain = pytest.importorskip("inequality.gini").Gini(nearest.to_numpy()).g
    assert gini(nearest, pd.Series(1, people.index)) == pytest.approx(plain)
    assert abs(ours - plain) > 0.005


def test_scipy_finds_the_same_weighted_slope(nearest: pd.Series, people: pd.Series) -> None:
    rank = pd.Series(np.random.default_rng(9).permutation(len(nearest)), nearest.index)
    position = fractional_rank(people, rank)
    (slope, _), _ = curve_fit(
        lambda x, a, b: a * x + b, position, nearest, sigma=1 / np.sqrt(people)
    )
    assert slope_index(nearest, people, rank) == pytest.approx(slope, rel=1e-6)
