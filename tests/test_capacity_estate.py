"""The estate by hand: bias, capital, backlog once, receipts apart."""

import numpy as np
import pandas as pd
import pytest

from llrgeo.appraisal.capacity.estate import (
    CapitalRates,
    Works,
    backlog_avoided,
    disposals,
    optimism_bias,
    running_cost,
    works_table,
)
from llrgeo.errors import InputError
from llrgeo.inputs.capacity import read_capacity

BIAS = read_capacity("optimism_bias")
MIXED = {"standard_buildings": 0.7, "non_standard_buildings": 0.3}
RATES = CapitalRates({"new": 3_000.0, "refurbish": 1_400.0}, 0.15, 0.4, BIAS, mitigated=0.25)


def test_optimism_bias_is_weighted_and_mitigated() -> None:
    capital, duration = optimism_bias(MIXED, BIAS, mitigated=0.0)
    assert capital == pytest.approx(0.321)  # 30 % of 51 and 70 % of 24
    assert duration == pytest.approx(0.3 * 0.39 + 0.7 * 0.04)
    assert optimism_bias(MIXED, BIAS, mitigated=0.25)[0] == pytest.approx(0.321 * 0.75)
    # never below the lower bound
    assert optimism_bias(MIXED, BIAS, mitigated=1.0)[0] == pytest.approx(0.3 * 0.04 + 0.7 * 0.02)


def test_what_works_cost() -> None:
    works = Works("local", "north", "new", 500, 2031, MIXED, equipment_gbp=90_000)
    row = works_table([works], RATES).iloc[0]
    before = 500 * 3_000 * 1.15 + 90_000
    assert row["fees"] == pytest.approx(225_000)
    assert row["capital"] == pytest.approx(before * (1 + 0.321 * 0.75))
    assert row["works"] + row["fees"] + row["equipment"] + row["bias"] == pytest.approx(
        row["capital"]
    )
    assert row["capital_low"] == pytest.approx(before * 0.6 * 1.026)
    assert row["capital_high"] == pytest.approx(before * 1.4 * 1.321)
    assert row["delay_share"] == pytest.approx(0.145 * 0.75)


def test_a_case_that_argues_no_bias_away_has_all_of_it() -> None:
    whole = CapitalRates({"new": 3_000.0}, 0.15, 0.4, BIAS)
    row = works_table([Works("local", "north", "new", 500, 2031, MIXED)], whole).iloc[0]
    assert row["capital"] == pytest.approx(500 * 3_000 * 1.15 * 1.321)


def test_running_costs_are_those_stated_where_they_are() -> None:
    area = pd.Series({"north": 800.0, "south": 300.0, "west": np.nan})
    found = running_cost(area, pd.Series({"south": 170_000.0}), gbp_m2=456)
    assert found["north"] == pytest.approx(364_800)
    assert found["south"] == 170_000
    assert np.isnan(found["west"])


def test_backlog_counts_once_and_unknown_is_not_nought() -> None:
    estate = pd.DataFrame(
        {
            "backlog_high_gbp": [7.0, np.nan, 2.0],
            "backlog_significant_gbp": [20.0, np.nan, 3.0],
            "backlog_moderate_gbp": [np.nan, np.nan, 4.0],
            "backlog_low_gbp": [400.0, np.nan, 5.0],
        },
        index=["north", "south", "west"],
    )
    table = backlog_avoided(estate, {"north": 2031, "south": 2034}).set_index("site_id")
    assert table.loc["north", ["year", "backlog_avoided", "unknown"]].tolist() == [2031, 427, 1]
    assert np.isnan(table.loc["south", "backlog_avoided"])
    assert table.loc["south", "unknown"] == 4


def test_receipts_stand_apart() -> None:
    sold = pd.DataFrame(
        {"site_id": ["north"], "year": [2032], "receipt_gbp": [900.0], "clearing_gbp": [150.0]}
    )
    assert disposals(sold)["net_gbp"].tolist() == [750]
    with pytest.raises(InputError, match="north would be sold twice"):
        disposals(pd.concat([sold, sold]))
    with pytest.raises(InputError, match="must be at least 0"):
        disposals(sold.assign(clearing_gbp=-1.0))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: Works("o", "north", "rebuild", 5, 2031, MIXED), "works at north are 'rebuild'"),
        (lambda: Works("o", "north", "new", 0, 2031, MIXED), "works at north are of 0 m2"),
        (lambda: Works("o", "n", "new", 5, 2031, {"equipment": 0.4}), r"add up to 0\.4"),
        (
            lambda: works_table([Works("o", "n", "extend", 5, 2031, MIXED)], RATES),
            "no capital rate for 'extend'",
        ),
        (lambda: optimism_bias({"tents": 1.0}, BIAS, mitigated=0.0), "no optimism bias for tents"),
        (lambda: optimism_bias(MIXED, BIAS, mitigated=1.5), r"is 1\.5"),
        (lambda: backlog_avoided(pd.DataFrame(), {"nowhere": 2031}), "no row for nowhere"),
    ],
)
def test_faults_take_one_line(call, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        call()
    assert "\n" not in str(caught.value)
