"""Staff of posts, wards, visits and teams, by hand."""

import pytest

from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.capacity.staffing import (
    Contract,
    NurseRules,
    contract_of,
    nurse_rules_of,
    site_nurses_wte,
    smallest_efficient_ward,
    split_into_wards,
    teams_wte,
    visits_a_round,
    visits_wte,
    ward_table,
    ward_wte,
)
from llrgeo.errors import InputError
from llrgeo.inputs.capacity import read_capacity

CONTRACT = Contract(37.5, 0.22, 52.14)
NURSES = NurseRules(8, 10, 2)


def test_a_post_all_week() -> None:
    assert CONTRACT.wte_of_post() == pytest.approx(5.74, abs=0.005)
    assert CONTRACT.productive_hours == pytest.approx(1525, abs=0.5)


def test_nurses_a_bed_by_size_of_ward() -> None:
    table = ward_table(range(8, 29), NURSES, CONTRACT)
    a_bed = table["wte_a_bed"]
    assert a_bed[8] == pytest.approx(1.44, abs=0.005)
    assert a_bed[10] == pytest.approx(1.15, abs=0.005)
    for size in (16, 20, 24, 28):
        assert a_bed[size] == pytest.approx(0.72, abs=0.005)
    assert a_bed.loc[17:27].max() == pytest.approx(0.85, abs=0.006)
    assert tuple(table.loc[20, ["nurses_day", "nurses_night"]]) == (3, 2)


def test_the_smallest_efficient_ward_follows() -> None:
    assert smallest_efficient_ward(NURSES, CONTRACT, largest=28) == 16
    # another floor, another size: it is not asserted
    assert smallest_efficient_ward(NurseRules(7, 11, 3), CONTRACT, largest=22) == 21


def test_a_site_is_split_into_wards() -> None:
    assert split_into_wards(61, largest=28) == [21, 20, 20]
    assert split_into_wards(0, largest=28) == []
    wards = ward_wte(21, NURSES, CONTRACT) + 2 * ward_wte(20, NURSES, CONTRACT)
    assert site_nurses_wte(61, NURSES, CONTRACT, largest=28) == pytest.approx(wards)
    assert ward_wte(0, NURSES, CONTRACT) == 0


def test_64_visits_a_day() -> None:
    year = 64 * 365
    minutes = 30 + 3.5 + 72 * 1.93 / 64 + 12
    assert year * minutes / 60 == pytest.approx(18_571, abs=15)
    assert visits_wte(year, minutes, CONTRACT) == pytest.approx(12.2, abs=0.05)
    # star travel: out and back for each visit
    assert visits_wte(year, 30 + 2 * 7.6 + 2 * 1.93 + 12, CONTRACT) == pytest.approx(15.6, abs=0.1)
    assert visits_wte(year, minutes, CONTRACT, pairs_share=0.25) == pytest.approx(15.2, abs=0.06)


def test_visits_that_fit_into_a_shift() -> None:
    assert visits_a_round(450, 45.2, 47.7) == 8
    assert visits_a_round(30, 45.2, 47.7) == 0


def test_teams_on_duty() -> None:
    # 10 teams of 2 for 12 hours a day: 1680 hours a week
    assert teams_wte(10, 12, CONTRACT, staff_a_team=2) == pytest.approx(1680 / 37.5 / 0.78)


def test_the_defaults_are_data() -> None:
    defaults = Parameters(read_capacity("parameters"))
    assert contract_of(defaults) == CONTRACT
    assert nurse_rules_of(defaults) == NURSES
    assert defaults.used(["headroom"])["standing"].tolist() == ["assumption"]
    with pytest.raises(InputError, match="parameter 'head' is missing"):
        defaults.value("head")


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: Contract(37.5, 1.0, 52), "headroom 1"),
        (lambda: NurseRules(0, 10, 2), "ratios above 0"),
        (lambda: ward_table([0, 3], NURSES, CONTRACT), "a ward of 0 beds"),
        (lambda: visits_wte(-1, 30, CONTRACT), "-1 visits"),
        (lambda: visits_a_round(450, 30, 0), "a visit takes 0 minutes"),
    ],
)
def test_faults_take_one_line(call, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        call()
    assert "\n" not in str(caught.value)
