"""The demand of later years, by hand."""

from types import SimpleNamespace

import pandas as pd
import pytest

from llrgeo.appraisal.capacity.demand_evidence import growth_factors_of
from llrgeo.appraisal.capacity.plan import CENTRAL
from llrgeo.schema import AGE_BANDS

OLDEST = {2025: 40.0, 2035: 70.0, 2043: 95.0}


def plan_of(*years: int) -> SimpleNamespace:
    people = {
        year: pd.DataFrame([dict.fromkeys(AGE_BANDS, 200.0) | {"age_85_plus": OLDEST[year]}])
        for year in years
    }
    return SimpleNamespace(years=years, base_year=years[0], people={CENTRAL: people})


@pytest.mark.parametrize(
    ("horizon_years", "later"), [(5, 2035), (10, 2035), (17, 2035), (18, 2043), (60, 2043)]
)
def test_people_grow_to_the_last_year_of_the_horizon_and_at_least_the_second(
    horizon_years, later
) -> None:
    found = growth_factors_of(plan_of(2025, 2035, 2043), horizon_years)
    assert found["age_85_plus"] == pytest.approx(OLDEST[later] / 40)
    assert found["age_18_64"] == 1


def test_people_of_one_year_do_not_grow() -> None:
    assert growth_factors_of(plan_of(2025), 30)["age_85_plus"] == 1
    both = plan_of(2025, 2043)
    assert growth_factors_of(both, 1)["age_85_plus"] == pytest.approx(95 / 40)
