"""Comparison with reference times: every figure here can be worked out on paper."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from llrgeo.errors import InputError
from llrgeo.travel.compare import compare_travel_times, read_reference
from llrgeo.travel.times import TravelTimes

AREAS = [f"A{i}" for i in range(10)]


def modelled(minutes: list[float]) -> TravelTimes:
    index = pd.Index(AREAS[: len(minutes)], name="area_id")
    return TravelTimes(pd.DataFrame({"S1": minutes}, index=index))


def reference(minutes: list[float]) -> pd.DataFrame:
    ids = AREAS[: len(minutes)]
    return pd.DataFrame({"area_id": ids, "site_id": "S1", "travel_time_min": minutes})


def test_bias_mae_and_closeness_are_those_of_the_differences() -> None:
    found = compare_travel_times(modelled([10, 20, 30, 40]), reference([11, 22, 29, 60]))
    row = found.overall.iloc[0]
    # differences -1, -2, +1, -20: the first three are within 1 minute or 15 %
    assert row["pairs"] == 4
    assert row["bias_min"] == pytest.approx(-5.5)
    assert row["mae_min"] == pytest.approx(6.0)
    assert row["median_abs_min"] == found.median_abs_min == pytest.approx(1.5)
    assert row["p50_min"] == pytest.approx(-1.5)
    assert row["share_close"] == pytest.approx(0.75)
    assert row["r2"] == pytest.approx(np.corrcoef([10, 20, 30, 40], [11, 22, 29, 60])[0, 1] ** 2)


def test_equal_minutes_tell_no_factor_but_a_delay() -> None:
    fit = compare_travel_times(modelled([20, 20, 20]), reference([23, 26, 31])).fit
    assert (fit.factor, fit.delay_min) == pytest.approx((1.0, (3 + 6 + 11) / 3))


def test_an_exact_line_is_found_and_leaves_no_error() -> None:
    minutes = [5.0, 8.0, 13.0, 21.0, 34.0, 55.0, 60.0, 70.0, 75.0, 90.0]
    found = compare_travel_times(modelled(minutes), reference([5.8 + 1.074 * m for m in minutes]))
    assert found.fit.factor == pytest.approx(1.074)
    assert found.fit.delay_min == pytest.approx(5.8)
    assert found.fit.mae_min == pytest.approx(0, abs=1e-9)
    assert found.overall["r2"].iloc[0] == pytest.approx(1)


def test_the_error_of_a_fit_is_measured_on_areas_it_was_not_fitted_to() -> None:
    minutes = [10.0, 20.0, 30.0, 40.0, 50.0]
    found = compare_travel_times(modelled(minutes), reference([10, 20, 30, 40, 80]))
    # without the last area the line is the identity, which misses it by 30 minutes
    assert found.fit.mae_min * 5 >= 30


def test_few_pairs_or_areas_are_rough() -> None:
    """An error from three pairs was printed like one from thousands."""
    rows = [(area, f"S{site}", 10.0 + site) for area in AREAS[:5] for site in range(8)]
    driven = pd.DataFrame(rows, columns=["area_id", "site_id", "travel_time_min"])
    times = TravelTimes(driven.pivot(index="area_id", columns="site_id", values="travel_time_min"))
    assert not compare_travel_times(times, driven).is_rough
    assert not compare_travel_times(times, driven[5:-5]).is_rough
    assert compare_travel_times(times, driven[5:-6]).is_rough  # 29 pairs
    assert compare_travel_times(times, driven[:32]).is_rough  # of four areas
    assert np.isnan(compare_travel_times(times, driven[:8]).fit.mae_min)


def test_groups_are_by_distance_in_order_and_by_authority() -> None:
    times = modelled([10, 20, 30, 40])
    km = pd.DataFrame({"S1": [4.0, 12.0, 5.0, 100.0]}, index=times.minutes.index)
    authority = pd.Series(["Rutland", "Melton", "Melton", "Blaby"], index=AREAS[:4])
    found = compare_travel_times(
        times, reference([11, 22, 29, 60]), distance_km=km, authority=authority
    )
    bands = ["0-5 km", "5-10 km", "10-20 km", "40 km and more"]
    assert list(found.by_distance.index) == bands
    assert list(found.by_authority.index) == ["Blaby", "Melton", "Rutland"]
    assert found.by_authority.loc["Melton", "bias_min"] == pytest.approx(-0.5)
    assert found.by_distance["pairs"].sum() == found.by_authority["pairs"].sum() == 4


def test_without_distances_and_authorities_there_are_no_groups() -> None:
    found = compare_travel_times(modelled([10, 20, 30]), reference([10, 20, 30]))
    assert found.by_distance.empty
    assert found.by_authority.empty


def test_unreachable_and_unknown_pairs_are_counted_not_averaged() -> None:
    table = reference([10, 20, 30, 40])
    table.loc[4] = ["nowhere", "S1", 9.0]
    found = compare_travel_times(modelled([10, 20, 30, np.inf]), table)
    assert (found.unreachable, found.not_compared) == (1, 1)
    assert found.overall["mae_min"].iloc[0] == 0


def test_a_reference_of_another_study_is_refused() -> None:
    with pytest.raises(InputError, match="only 0 of the reference's 3 pairs"):
        compare_travel_times(modelled([10, 20, 30]), reference([1, 2, 3]).assign(site_id="X"))


def test_a_reference_is_told_what_it_lacks() -> None:
    with pytest.raises(InputError, match="reference: column 'travel_time_min' is missing"):
        compare_travel_times(
            modelled([10, 20, 30]), reference([1, 2, 3]).drop(columns="travel_time_min")
        )
    with pytest.raises(InputError, match=r"only 2 of the reference's 2 pairs .* of 3 at least"):
        compare_travel_times(modelled([10, 20, 30]), reference([1, 2]))


def test_times_of_two_routers_are_compared() -> None:
    found = compare_travel_times(modelled([10, 20, 30, 44]), modelled([12, 19, 33, np.inf]))
    assert found.overall[["pairs", "mae_min"]].to_numpy().tolist() == [[3, 2]]
    assert found.unreachable == 0


def test_a_reference_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "observed.csv"
    reference([10, 20, 30]).assign(note="x").to_csv(path, index=False)
    pd.testing.assert_frame_equal(read_reference(path), reference([10, 20, 30]), check_dtype=False)


def test_every_fault_of_a_reference_file_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "observed.csv"
    path.write_text("area_id,site_id,travel_time_min\nA1,S,5\nA1,S,6\nA2,S,-1\nA3,S,quick\n")
    with pytest.raises(InputError) as caught:
        read_reference(path)
    assert "2 rows have no time of zero or more minutes (A2, A3)" in str(caught.value)
    assert "1 pairs are duplicated (areas A1)" in str(caught.value)
    with pytest.raises(InputError, match="no such file"):
        read_reference(tmp_path / "absent.csv")


@pytest.mark.parametrize(("factor", "unit"), [(60, "seconds"), (1 / 60, "hours")])
def test_a_reference_in_another_unit_is_refused(factor: float, unit: str) -> None:
    times = [factor * minutes for minutes in (11, 19, 33)]
    with pytest.raises(InputError, match=f"reference: half of its .* are they {unit}"):
        compare_travel_times(modelled([10, 20, 30]), reference(times))


def test_a_reference_in_memory_has_the_faults_of_one_in_a_file() -> None:
    times = modelled([10, 20, 30, 40])
    with pytest.raises(InputError) as raised:
        compare_travel_times(times, reference([12, np.nan, -3, np.inf]))
    assert "3 rows have no time of zero or more minutes (A1, A2, A3)" in str(raised.value)
    with pytest.raises(InputError, match=r"3 pairs are duplicated \(areas A0, A1, A2\)"):
        compare_travel_times(times, pd.concat([reference([12, 21, 33]), reference([12, 21, 33])]))


def test_a_reference_in_a_list_is_refused_in_words() -> None:
    with pytest.raises(InputError, match="reference: table: give a DataFrame, not a list"):
        compare_travel_times(modelled([1.0, 2.0, 4.0]), [["a", "A", 3.0]])
