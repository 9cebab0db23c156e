"""Flows by year by hand, and what a constant first year would leave out."""

import numpy as np
import pytest

from llrgeo.appraisal.capacity.cash_flows import (
    one_off_flow,
    present_value,
    yearly_flow,
)
from llrgeo.appraisal.capacity.cost_evidence import flow_lines, present_values
from llrgeo.errors import InputError

FACTORS = 1.035 ** -np.arange(31.0)


def test_growth_of_2_per_cent_over_30_years() -> None:
    years = np.arange(31)
    growing = present_value(np.where(years, 1.02**years, 0), FACTORS)
    flat = present_value(np.where(years, 1.0, 0), FACTORS)
    assert growing == pytest.approx(24.12, abs=0.005)
    assert flat == pytest.approx(18.39, abs=0.005)
    assert growing / flat == pytest.approx(1.31, abs=0.005)
    x = 1.02 / 1.035
    assert growing == pytest.approx(x * (1 - x**30) / (1 - x))


def test_values_of_some_years_make_a_flow() -> None:
    flow = yearly_flow({2026: 100, 2031: 150, 2043: 90}, start=2026, years=20)
    assert flow[0] == 0
    assert flow[[1, 5, 11, 17, 20]] == pytest.approx([110, 150, 120, 90, 90])


def test_capital_falls_in_its_year() -> None:
    flow = one_off_flow({2026: 3.0, 2029: 8.0}, start=2026, years=5)
    assert flow.tolist() == [3, 0, 0, 8, 0, 0]
    with pytest.raises(InputError, match="2032 lies outside the years appraised, 2026 to 2031"):
        one_off_flow({2032: 3.0}, start=2026, years=5)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: present_value(np.ones(40), FACTORS), "40 years of flows have 31"),
        (lambda: yearly_flow({2031: 5}, start=2026, years=9), "no value is known for 2027"),
    ],
)
def test_faults_take_one_line(call, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_what_growing_costs_are_worth_beside_flat_ones_by_hand() -> None:
    factors = np.array([1.0, 0.9, 0.8, 0.7])
    yearly = {"moved": {"running": {2027: 10.0, 2029: 20.0}}}
    once = {"moved": {"capital": {2026: 50.0}, "receipts_less_clearing": {2028: 30.0}}}
    flows = flow_lines(yearly, once, factors, start=2026)
    # Year after year, the lines in their order in each.
    assert flows["line"].tolist() == ["capital", "running", "receipts_less_clearing"] * 4
    assert flows["year"].tolist() == [year for year in range(2026, 2030) for _ in range(3)]
    assert flows["gbp"].tolist() == [50, 0, 0, 0, 10, 0, 0, 15, 30, 0, 20, 0]
    assert flows["present_value"].tolist() == pytest.approx(
        [50, 0, 0, 0, 9, 0, 0, 12, 24, 0, 14, 0]
    )
    found = present_values(flows).set_index("line")
    running = found.loc["running"]
    assert running["total"] == 10 + 15 + 20
    assert running["present_value"] == pytest.approx(10 * 0.9 + 15 * 0.8 + 20 * 0.7)
    assert running["if_flat"] == pytest.approx(10 * (0.9 + 0.8 + 0.7))
    assert running["understated"] == pytest.approx(1 - 24 / 35)
    # What is paid once is not paid every year.
    once_only = found.loc[["capital", "receipts_less_clearing"]]
    assert once_only["present_value"].tolist() == [50, 24]
    assert once_only[["if_flat", "understated"]].isna().to_numpy().all()
