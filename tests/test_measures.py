"""Every measure, and the tables of groups, worked out by hand for the toy town.

Here there is a road from the farm: 7, 8 and 9 minutes, and as many kilometres, to A, B and C.
Today everything is at A: journeys of 2 (W), 3 (N), 1 (E) and 7 minutes (F). "Closer to home" takes
the clinic to B too, where N is 1 minute away, and the beds from A to B: 2, 1, 3 and 8 minutes.

Contacts a year of W, N, E and F: clinic 400, 300, 200, 100; beds 4, 3, 2, 2; nurses 35, 30, 20,
17.5.
"""

from dataclasses import replace
from typing import TypeAlias

import numpy as np
import pandas as pd
import pytest
from appraisal_cases import LOCAL, TODAY, town_rates, town_setting

from llrgeo.appraisal.accessibility.catchments import catchment_table
from llrgeo.appraisal.accessibility.equity import equity_table
from llrgeo.appraisal.accessibility.home_visits import team_reach
from llrgeo.appraisal.evaluation import OptionResult, evaluate_options
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.measures import (
    CONTACT_MEASURES,
    COST_MEASURES,
    MEASURES,
    measure_values,
)
from llrgeo.appraisal.people.people_groups import people_by_group
from llrgeo.errors import InputError
from llrgeo.travel.times import TravelTimes

Results: TypeAlias = dict[str, OptionResult]

YEARS = 1 / 1.1 + 1 / 1.21
EAST, FARM = 206 / 202, 716 / 102  # minutes a contact closer to home: clinic and beds together
BY_HAND = {
    "mean_minutes": (2_600 / 1_000, (400 * 2 + 300 * 1 + 200 * EAST + 100 * FARM) / 1_000),
    "p90_minutes": (3, 2),  # 900 of the 1,000 live within 3 minutes, and then within 2
    "within_standard": (
        606 / 1_011,
        907 / 1_011,
    ),  # 2 minutes: W and E; closer, N for W and E's beds
    "closer_to_home": (0, (300 + 11) / 1_011),  # N's visits to the clinic and all to the beds
    "worse_off": (0, 300 / 1_000),  # with no tolerance: E and F, for the beds
    "most_deprived_minutes": (2, 2),  # W
    "rural_minutes": (7, FARM),
    "older_minutes": (165 / 55, (20 * 2 + 15 * 1 + 10 * EAST + 10 * FARM) / 55),
    "deprivation_gap": (2 - 7, 2 - FARM),  # W less the farm
    "team_in_time": (55 / 102.5, 55 / 102.5),  # 2 minutes are left for the drive: W and E
    "patient_hours": (2 * (2_600 + 33) / 60, 2 * (2_000 + 33) / 60),
    "city_hours": (2 * (2_600 + 33) / 60, 2 * 1_700 / 60),  # closer: the clinic of W, E and F
    # Over two years; closer: B opens for both, A closes for beds, 600 minutes and km less each way.
    "provider_cost_a_year": (0, (1.28 * 2_500 + 30 + 50) / YEARS + 100),
    "net_present_cost": (
        0,
        1.28 * 2_500 + 30 + 50 + YEARS * (100 - 2 * 600 * (6 / 60 + 0.75 + 7 / 1_000)),
    ),
    "carbon": (2 * (2_633 + 302.5) * 0.2, 2 * (2_033 + 302.5) * 0.2),
}


@pytest.fixture(scope="module")
def setting(
    town_areas: pd.DataFrame, town_sites: pd.DataFrame, town_times: TravelTimes
) -> AppraisalInputs:
    minutes = town_times.minutes.copy()
    minutes.loc["F"] = [7.0, 8.0, 9.0]
    setting = town_setting(town_areas, town_sites, TravelTimes(minutes, distance_km=minutes))
    return replace(setting, tolerance_min=0.0, rates=town_rates())


@pytest.fixture(scope="module")
def results(setting: AppraisalInputs) -> Results:
    return evaluate_options([TODAY, LOCAL], setting, baseline="today")


def test_every_measure_has_an_answer_here() -> None:
    assert set(BY_HAND) == set(MEASURES)


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_is_as_on_paper(name: str, results: Results) -> None:
    values = measure_values(results, [name], MEASURES)[name]
    assert values.tolist() == pytest.approx(BY_HAND[name])


def test_what_costs_count_is_set_aside_where_contacts_are_of_patients() -> None:
    # Costs are contacts times rates that are published: one gives the other away.
    assert COST_MEASURES < CONTACT_MEASURES


def test_anchors_are_figures_that_people_can_quote() -> None:
    for measure in MEASURES.values():
        for anchor in measure.anchors:
            assert anchor == float(f"{anchor:.1g}")


def test_catchments_of_groups_are_as_on_paper(setting: AppraisalInputs, results: Results) -> None:
    # One clinic, at A, with a catchment of 2 minutes: W at its edge, E half way.
    table = catchment_table(results, setting, people_by_group(setting.areas))
    table = table.query("option == 'today' and service == 'clinic'")
    found = table.set_index(["method", "group", "level"])
    # Whatever the method, the one clinic is shared out among all 1,000.
    everyone = found.xs("everyone", level="group")
    assert everyone["per_100_000"].tolist() == pytest.approx([100, 100, 100])
    # W's weights are 1, 0.22 and 0, for it lies at the edge; E's the bell halfway, or 0.68.
    assert everyone["share_with_none"].tolist() == pytest.approx([0.4, 0.4, 0.8])
    west = found.xs("deprivation_fifth_1", level="level")["per_100_000"]
    steps = 400 * 0.22 + 200 * 0.68
    assert west.tolist() == pytest.approx([1e5 / 600, 1e5 * 0.22 / steps, 0])
    east = found.xs("deprivation_fifth_3", level="level")["per_100_000"]
    assert east.tolist() == pytest.approx([1e5 / 600, 1e5 * 0.68 / steps, 1e5 / 200])


def test_the_inequality_of_the_town_is_as_on_paper(
    setting: AppraisalInputs, results: Results
) -> None:
    row = equity_table(results, setting.areas, baseline="today").loc["today"]
    assert row[["people", "unreachable", "mean_min"]].tolist() == [1_000, 0, 2.6]
    # From the most deprived on, people stand in the middle of their share: 0.2, 0.55, 0.8, 0.95.
    across = 0.4 * -0.3 * 2 + 0.3 * 0.05 * 3 + 0.2 * 0.3 * 1 + 0.1 * 0.45 * 7
    spread = 0.4 * 0.3**2 + 0.3 * 0.05**2 + 0.2 * 0.3**2 + 0.1 * 0.45**2
    assert row["concentration_index"] == pytest.approx(2 * across / 2.6)
    assert row["slope_index_min"] == pytest.approx(across / spread)
    # Mean difference of two people: 2 x the sum over pairs of shares times minutes apart.
    apart = 0.4 * (0.3 * 1 + 0.2 * 1 + 0.1 * 5) + 0.3 * (0.2 * 2 + 0.1 * 4) + 0.2 * 0.1 * 6
    assert row["gini"] == pytest.approx(2 * apart / (2 * 2.6))
    assert row["worst_tenth_ratio"] == pytest.approx(7 / 2.6)  # the farm
    squares = 400 * 4 + 300 * 9 + 200 * 1 + 100 * 49
    for column, aversion in (
        ("ede_low_aversion_min", 0.5),
        ("ede_min", 1.0),
        ("ede_high_aversion_min", 2.0),
    ):
        k = aversion * 2_600 / squares
        felt = 0.4 * np.exp(2 * k) + 0.3 * np.exp(3 * k) + 0.2 * np.exp(k) + 0.1 * np.exp(7 * k)
        assert row[column] == pytest.approx(np.log(felt) / k), column
    assert row["inequality_min"] == pytest.approx(row["ede_min"] - 2.6)


def test_the_reach_of_the_team_is_as_on_paper(setting: AppraisalInputs, results: Results) -> None:
    # Aged 65 and over: W 100, N 90, E 60, F 50; nine tenths of the 300 are those but 30 of F.
    row = team_reach(results, setting.areas).query("age == 'age_65_plus'").iloc[0]
    assert row["share_in_time"] == pytest.approx((100 + 60) / 300)
    assert row["mean_min"] == pytest.approx((100 * 2 + 90 * 3 + 60 * 1 + 50 * 7) / 300)
    assert row["latest_start_min"] == 10 - 7


def test_a_gap_in_either_direction_lies_on_the_scale_about_no_gap():
    scale = MEASURES["deprivation_gap"]
    assert scale.anchors == (20.0, -20.0)


def test_a_gap_is_of_the_two_fifths_that_it_names_or_has_no_figure(setting: AppraisalInputs):
    # Nobody lives in the most deprived fifth: the next fifth does not stand in for it.
    middling = replace(setting, areas=setting.areas.assign(imd_decile=[5, 5, 8, 9]))
    results = evaluate_options([TODAY], middling, baseline="today")
    with pytest.raises(InputError, match="'deprivation_gap' has no figure for today"):
        measure_values(results, ["deprivation_gap"], MEASURES)
