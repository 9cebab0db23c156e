"""Demand over the years, by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from capacity_cases import town_plan

from llrgeo.appraisal.capacity.demand_evidence import demand_by_year, people_by_authority
from llrgeo.appraisal.capacity.plan import CENTRAL
from llrgeo.appraisal.capacity.years import (
    age_gradient,
    first_year_short,
    rates_after,
    waterfall,
)
from llrgeo.errors import InputError

RATES = pd.Series({"age_18_64": 0.4, "age_65_74": 3.0, "age_75_84": 16.0, "age_85_plus": 38.0})


def test_the_oldest_one_year_younger() -> None:
    assert age_gradient(RATES)["age_85_plus"] == pytest.approx(0.0865, abs=5e-5)
    later = rates_after(RATES, 10, health_gain_years=0.1)
    assert later["age_85_plus"] / 38 == pytest.approx(0.917, abs=5e-4)
    # between the bands on either side: ln(38 / 3) / 20 years
    assert later["age_75_84"] / 16 == pytest.approx(np.exp(-np.log(38 / 3) / 20))
    assert later["age_18_64"] == 0.4
    pd.testing.assert_series_equal(rates_after(RATES, 10, health_gain_years=0.0), RATES)
    assert rates_after(RATES, 10, health_gain_years=-0.1)["age_85_plus"] > 38


def test_a_band_without_a_rate_has_no_gradient() -> None:
    one_sided = age_gradient(RATES.drop("age_65_74"))["age_75_84"]
    assert one_sided == pytest.approx(0.0865, abs=5e-5)
    assert age_gradient(pd.Series({"age_85_plus": 38.0}))["age_85_plus"] == 0


def test_a_waterfall_adds_up_to_the_unit() -> None:
    table = waterfall({"today": 3_080.4, "population": 3_901.6, "health": 3_577.5, "stay": 3_100.2})
    assert table["level"].tolist() == [3080, 3902, 3578, 3100]
    assert table["change"].tolist() == [0, 822, -324, -478]
    assert table["level"].iloc[0] + table["change"].sum() == table["level"].iloc[-1]


def test_people_of_authorities_and_growth_are_those_of_the_areas_added_up(town_areas) -> None:
    plan = town_plan(town_areas, ["today"])
    found = people_by_authority(plan, town_areas).set_index(["scenario", "year", "authority_code"])
    assert len(found) == 2 * 3 * 2
    for (scenario, year, code), row in found.iterrows():
        areas = plan.people[scenario][year][town_areas["authority_code"] == code]
        older = [int(area.age_75_84 + area.age_85_plus) for area in areas.itertuples()]
        assert row["people"] == sum(sum(area) for area in areas.itertuples(index=False))
        assert (row["aged_75_plus"], row["most_in_an_area"]) == (sum(older), max(older))
    # Fewer people than the central projection has in the first year are no base of its growth.
    fewer = {year: (people * 0.8, people * 1.3) for year, people in plan.people[CENTRAL].items()}
    rows = demand_by_year(replace(plan, bounds=fewer), {"ward": RATES})
    assert (rows["demand_low"] < rows["demand"]).all()
    assert rows["growth"].tolist() == (rows["demand"] / rows["demand"].iloc[0] - 1).tolist()


def test_the_first_year_a_site_is_short() -> None:
    needed = pd.DataFrame({2031: [24, 9, 7], 2026: [20, 8, 7], 2036: [27, 9, 7]}, index=list("abc"))
    first = first_year_short(needed, pd.Series({"a": 24, "b": 7}))
    assert first["a"] == 2036
    assert first["b"] == 2026
    assert pd.isna(first["c"])


def test_a_waterfall_of_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="a waterfall needs"):
        waterfall({})
