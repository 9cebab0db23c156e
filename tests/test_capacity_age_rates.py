"""Rates by single year of age and sex: what they make of the rates of bands, by hand."""

import pandas as pd
import pytest
from capacity_study_cases import (
    fault,
    only,
    run,
    study_of_town,
    table,
    write_capacity_study,
)

from llrgeo.appraisal.capacity.age_rates import (
    band_rates,
    level_fault,
    rate_factors,
    single_years,
)
from llrgeo.errors import InputError
from llrgeo.inputs.age_rates import check_age_rates
from llrgeo.inputs.projections import AGES
from llrgeo.study.inputs import StudyInputs

# Of those aged 75 to 84, those of 80 and over need three times as much.
WARD = {**dict.fromkeys(range(75), 0.0), **dict.fromkeys(range(75, 80), 400.0)}
WARD |= {**dict.fromkeys(range(80, 85), 1_200.0), 85: 0.0}
COUNTED = ("estate =", 'age_rates = "age_rates.csv"\nestate =')


@pytest.fixture
def folder(town_study, town_areas, town_sites):
    return write_capacity_study(town_study.parent, town_areas, town_sites)


def people(**given: float) -> pd.DataFrame:
    row = pd.Series(0.0, list(AGES))
    return pd.DataFrame({"female": row, "male": row}).T.assign(**given)


def test_people_of_five_years_are_spread_over_them():
    found = single_years(people(age_5=60.0, age_15=50.0, age_100=7.0), share_under_18=0.54)
    assert found.loc["male", [5, 9]].tolist() == [12, 12]
    # 27 people are 15 to 17, 23 are 18 or 19
    assert found.loc["female", [15, 17, 18, 19]].tolist() == pytest.approx([9, 9, 11.5, 11.5])
    assert found.loc["female", 100] == 7
    assert found.sum(axis=1).tolist() == pytest.approx([117, 117])


def test_a_band_has_the_mean_of_its_people_by_hand():
    given = people(age_85=[50.0, 30.0], age_90=[20.0, 10.0], age_100=[5.0, 0.0], age_65=8.0)
    rates = pd.DataFrame({"female": 0.0, "male": 0.0}, index=range(91))
    rates.loc[85:89] = [100.0, 80.0]
    rates.loc[90] = [200.0, 300.0]  # the last that is given: 90 and over
    rates.loc[67] = [10.0, 30.0]  # one year of five: 1.6 of the 8 people of either sex
    found = band_rates(single_years(given, share_under_18=0.6), rates)
    assert found["age_85_plus"] == pytest.approx(
        (50 * 100 + 30 * 80 + 25 * 200 + 10 * 300) / (50 + 30 + 25 + 10)
    )
    assert found["age_65_74"] == pytest.approx((1.6 * 10 + 1.6 * 30) / 16)
    assert pd.isna(found["age_75_84"])  # nobody is that old


def test_factors_are_of_the_base_year_and_1_where_there_is_no_rate():
    first = pd.Series({"age_65_74": 0.0, "age_75_84": 8.0, "age_85_plus": float("nan")})
    later = pd.Series({"age_65_74": 2.0, "age_75_84": 10.0, "age_85_plus": 3.0})
    found = rate_factors({2031: later, 2026: first}, 2026)
    assert found[2026].tolist() == [1, 1, 1]
    assert found[2031].tolist() == [1, 1.25, 1]


def test_one_level_stands_in_both_places():
    counted = pd.Series({"age_65_74": 3.018, "age_75_84": 16.4})
    stated = pd.Series({"age_65_74": 3.0, "age_75_84": 16.0})
    assert level_fault(stated, counted.replace(16.4, 16.1)) == ""
    assert level_fault(stated, counted).startswith("rates of age_75_84 are not what")
    assert level_fault(stated, counted).endswith(
        "write rates = { age_65_74 = 3.018, age_75_84 = 16.4 }"
    )
    assert "rates of age_75_84" in level_fault(stated.drop("age_75_84"), counted)


@pytest.fixture
def counted(folder):
    """Write rates by age, and a projection whose people of 75 to 84 are older from 2035 on."""
    rows = [f"ward,{age},{rate}" for age, rate in WARD.items()]
    (folder / "age_rates.csv").write_text("service,age,rate\n" + "\n".join(rows), encoding="utf-8")
    projected = pd.read_csv(folder / "projections.csv")
    early = projected["year"] < 2035
    projected.loc[early, "age_75"] = projected.loc[early, "age_80"] * 0.25
    projected.loc[early, "age_80"] *= 0.75
    projected.to_csv(folder / "projections.csv", index=False)
    return folder


def test_a_band_that_grows_older_needs_more(counted):
    names = ("beds", "demand_by_year", "demand_waterfall", "beds_as_a_whole")
    before, after = run(counted, names=names), run(counted, COUNTED, names=names)
    by = {"option": "today"}
    # 400 x 0.25 + 1,200 x 0.75 = 1,000 in 2025, as the study states; all are 80 and over in 2035
    assert only(after, "beds", "admissions", year=2025, **by) == 81
    assert only(before, "beds", "admissions", year=2035, **by) == 89
    assert only(after, "beds", "admissions", year=2035, **by) == pytest.approx(89 * 1.2)
    demand = table(after, "demand_by_year", service="ward").set_index("year")["demand"]
    whole = table(after, "beds_as_a_whole", **by).set_index("year")
    asked = whole["admissions"] + whole["admissions_not_reached"]
    assert asked.tolist() == pytest.approx(demand.tolist())
    steps = table(after, "demand_waterfall", service="ward").set_index("step")
    plain = table(before, "demand_waterfall", service="ward").set_index("step")
    # what they make of it is a matter of age, and not of number or of health
    more = steps["change"] - plain["change"]
    assert more.drop("age").tolist() == [0, 0, 0, 0]
    assert more["age"] == round(plain.loc["age", "level"] * 1.2) - plain.loc["age", "level"] > 0
    # a service that was not counted so is as it was
    others = [
        t.evidence.tables["demand_by_year"].query("service != 'ward'") for t in (before, after)
    ]
    pd.testing.assert_frame_equal(*others)


def test_they_are_among_the_inputs_and_of_the_level_that_the_study_states(counted):
    plan = StudyInputs(study_of_town(counted, COUNTED)).capacity
    assert plan.rate_factors["ward"][2043]["age_75_84"] == pytest.approx(1.2)
    message = fault(
        counted, COUNTED, ("rates = { age_75_84 = 1000 }", "rates = { age_75_84 = 900 }")
    )
    assert message == (
        "age_rates.csv: ward: rates of age_75_84 are not what the rates by single year make of the "
        "people of the first year; write rates = { age_75_84 = 1000 }"
    )


GOOD = pd.DataFrame({"service": "ward", "age": range(86), "rate": 3.0})


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (GOOD.drop(columns="rate"), "column 'rate' is missing; found service, age"),
        (GOOD.iloc[:0], "the table has no rows"),
        (GOOD.assign(service="wing"), "86 rows: no service of the study; there are ward (wing)"),
        (GOOD.assign(sex="f"), "86 rows: sex is not female or male (ward)"),
        (GOOD.replace({"age": {7: 7.5}}), "1 row: age is no whole number from 0 to 120 (ward)"),
        (GOOD.assign(rate=-1), "86 rows: rate is no number from 0 to 1,000,000 (ward)"),
        (pd.concat([GOOD, GOOD.head(1)]), "1 row: an age is there twice (ward)"),
        (GOOD.drop(index=[3, 40]), "ward, female: no rate of 2 ages (3, 40)"),
        (GOOD.head(80), "ward, female: no rate of 6 ages (80, 81, 82, 83, 84, ...)"),
        (GOOD.assign(sex="female"), "ward, male: no rate of 86 ages (0, 1, 2, 3, 4, ...)"),
    ],
)
def test_bad_files_take_one_line(bad, says):
    with pytest.raises(InputError) as caught:
        check_age_rates(bad, ["ward"], source="rates.csv")
    assert str(caught.value) == f"rates.csv: {says}"


def test_a_good_file_is_read_with_and_without_sexes():
    one = check_age_rates(GOOD, ["ward"], source="rates.csv")
    assert one.loc[("ward", 44)].to_dict() == {"female": 3, "male": 3}
    sexes = pd.concat([GOOD.assign(sex="male", rate=5.0), GOOD.assign(sex="female")])
    two = check_age_rates(sexes, ["ward"], source="rates.csv")
    assert two.loc[("ward", 44)].to_dict() == {"female": 3, "male": 5}
