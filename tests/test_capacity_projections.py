"""People of areas in later years: exact sums, ageing in place, new homes, splices refused."""

import sys
from pathlib import Path

import pandas as pd
import pytest

from llrgeo.appraisal.capacity.offered_load import offered_load
from llrgeo.appraisal.capacity.projections import (
    VariantYear,
    ageing_shares,
    assumed_bounds,
    constant_shares,
    housing_shares,
    people_by_band,
    people_in,
    people_of_new_homes,
    project_areas,
    variant_bounds,
)
from llrgeo.appraisal.capacity.queues import beds_for_loss
from llrgeo.errors import InputError
from llrgeo.inputs.areas import read_areas
from llrgeo.inputs.embedded import embedded
from llrgeo.inputs.projections import AGES, check_projections, read_projections
from llrgeo.schema import AGE_BANDS

COMPILE = Path(__file__).parents[1] / "data" / "compile"
ONS = "principal_2018"


@pytest.fixture(scope="module")
def bands() -> pd.DataFrame:
    return people_by_band(read_projections(), share_under_18=0.6)


@pytest.fixture(scope="module")
def llr() -> pd.DataFrame:
    return read_areas(embedded("areas.csv"))


def village() -> pd.DataFrame:
    """Return three areas of two authorities."""
    people = [[90, 210, 60, 20, 12], [40, 120, 20, 30, 3], [70, 160, 33, 21, 9]]
    areas = pd.DataFrame(people, index=["a", "b", "c"], columns=list(AGE_BANDS))
    areas["residents"] = areas.sum(axis=1)
    return areas.assign(disabled=[50, 30, 41], authority_code=["E1", "E1", "E2"])


def file(**changes) -> pd.DataFrame:
    """Return a small file of projections: one authority, three years."""
    rows = [
        {"authority_code": "E1", "variant": "main", "year": year, "sex": sex}
        | {age: 100 + i + (year - 2030) for i, age in enumerate(AGES)}
        for year in (2030, 2031, 2032)
        for sex in ("female", "male")
    ]
    return pd.DataFrame(rows).assign(**changes).astype(str)


# The embedded projection


def test_llr_grows_old(bands: pd.DataFrame) -> None:
    llr = bands.groupby(level="year").sum()
    factors = llr / llr.loc[2026]
    older = {
        "age_65_74": (1.120, 1.196, 1.126),
        "age_75_84": (1.070, 1.126, 1.328),
        "age_85_plus": (1.204, 1.506, 1.700),
    }
    for band, expected in older.items():
        assert factors.loc[[2031, 2036, 2043], band].tolist() == pytest.approx(expected, abs=6e-4)
    under = llr[["age_0_17", "age_18_64"]].sum(axis=1)
    assert (under / under[2026])[[2031, 2036, 2043]].tolist() == pytest.approx(
        (1.019, 1.034, 1.067), abs=6e-4
    )


def test_harborough_grows_by_8_per_cent(bands: pd.DataFrame) -> None:
    now, later = (
        people_in(bands, VariantYear(ONS, y)).loc["E07000131"].sum() for y in (2026, 2036)
    )
    assert later / now - 1 == pytest.approx(0.080, abs=5e-4)


@pytest.mark.parametrize(
    ("year", "load", "pool", "seven"),
    [(2026, 211, 212, 252), (2031, 236, 237, 280), (2036, 267, 266, 308), (2043, 299, 297, 343)],
)
def test_beds_needed_in_llr(
    bands: pd.DataFrame, llr: pd.DataFrame, year: int, load: float, pool: int, seven: int
) -> None:
    rates = pd.Series({"age_18_64": 0.4, "age_65_74": 3, "age_75_84": 16, "age_85_plus": 38})
    total = people_in(bands, VariantYear(ONS, year))
    later = project_areas(llr, total, constant_shares(llr))
    found = offered_load(float((later[rates.index] @ rates).sum()) / 1_000, 25)
    assert found == pytest.approx(load, abs=0.55)
    assert beds_for_loss(found, 0.05) == pool
    assert 7 * beds_for_loss(found / 7, 0.05) == seven


def test_areas_that_do_not_tell_of_disability_are_projected_too(
    bands: pd.DataFrame, llr: pd.DataFrame
) -> None:
    total = people_in(bands, VariantYear(ONS, 2036))
    with_them = project_areas(llr, total, constant_shares(llr))
    without = llr.drop(columns="disabled")
    later = project_areas(without, total, constant_shares(without))
    pd.testing.assert_frame_equal(later, with_them.drop(columns="disabled"))


@pytest.mark.parametrize("ageing", [False, True])
def test_areas_sum_to_the_authority_exactly(
    bands: pd.DataFrame, llr: pd.DataFrame, *, ageing: bool
) -> None:
    for year in (2024, 2026, 2031, 2036, 2043):
        total = people_in(bands, VariantYear(ONS, year))
        shares = ageing_shares(llr, year - 2021) if ageing else constant_shares(llr)
        later = project_areas(llr, total, shares)
        sums = later.groupby("authority_code")[list(AGE_BANDS)].sum()
        pd.testing.assert_frame_equal(sums, total, check_names=False)
        assert (later["residents"] == later[list(AGE_BANDS)].sum(axis=1)).all()
        assert (later["disabled"] <= later["residents"]).all()


def test_bands_add_up_to_the_projection(bands: pd.DataFrame) -> None:
    both = read_projections().groupby(level=["variant", "authority_code", "year"]).sum()
    assert (bands.sum(axis=1) == both.sum(axis=1)).all()
    assert len(bands) == 9 * 20


def test_people_that_are_not_whole_are_rounded_to_the_total() -> None:
    table = check_projections(file(age_70="40.7", age_80="30.6"), source="p.csv")
    found = people_by_band(table, share_under_18=0.6).loc[("main", "E1", 2030)]
    # 307.4 and 291.2 people: 598.6 are 599, and the larger remainder goes up
    assert (found["age_65_74"], found["age_75_84"]) == (308, 291)
    assert found.sum() == round(table.loc[("main", "E1", 2030)].to_numpy().sum())


@pytest.mark.reference
def test_projections_are_what_the_script_makes_of_their_source(reference: Path) -> None:
    source = pd.read_csv(reference / "data" / "llr_population_projections_2018.csv")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(COMPILE)
        made = __import__("projections").compile_projections(source)
    sys.modules.pop("projections")
    pd.testing.assert_frame_equal(made, pd.read_csv(embedded("projections.csv")))
    # the nine authorities are LLR
    whole = source.query("area == 'E54000015' and variant == 'v1'")[["f", "m"]].to_numpy().sum()
    assert made.filter(like="age_").to_numpy().sum() == pytest.approx(whole, rel=1e-5)


@pytest.mark.reference
def test_the_source_as_it_is_is_refused_as_a_splice(reference: Path) -> None:
    source = pd.read_csv(reference / "data" / "llr_population_projections_2018.csv")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(COMPILE)
        script = __import__("projections")
        patch.setattr(script, "KEPT", "v0")
        old = script.compile_projections(source).assign(variant="estimates")
    sys.modules.pop("projections")
    new = pd.read_csv(embedded("projections.csv"))
    with pytest.raises(InputError, match=r"estimates \(2021-2023\) and .* cover different years"):
        check_projections(pd.concat([old, new]), source="mine.csv")
    # and so it is with the names of the variants taken away
    joined = pd.concat([old, new]).assign(variant="mine")
    with pytest.raises(InputError, match="E06000016 jump from 379,780 to 366,450 in 2024"):
        check_projections(joined, source="mine.csv")


def test_the_age_bands_of_today_are_older_than_the_projection(
    bands: pd.DataFrame, llr: pd.DataFrame
) -> None:
    assert llr["age_75_84"].sum() == 65_563
    assert (
        people_in(bands, VariantYear(ONS, 2026))["age_75_84"].sum() == 83_149
    )  # LLR's own row, 83,152, is rounded apart
    rates = pd.Series({"age_18_64": 0.4, "age_65_74": 3, "age_75_84": 16, "age_85_plus": 38})
    admissions = float((llr[rates.index] @ rates).sum()) / 1_000
    assert admissions == pytest.approx(2_649.7, abs=0.6)
    assert offered_load(admissions, 25) == pytest.approx(181.5, abs=0.1)


# Shares by hand


def test_constant_shares_by_hand() -> None:
    shares = constant_shares(village())
    assert shares["age_85_plus"].to_dict() == pytest.approx({"a": 12 / 15, "b": 3 / 15, "c": 1})


@pytest.mark.parametrize(
    ("years_on", "of_75_84", "of_85"),
    [(0, 20 / 50, 12 / 15), (10, 60 / 80, 20 / 50), (5, 0.575, 0.6), (20, 60 / 80, 60 / 80)],
)
def test_people_grow_old_where_they_live(years_on: int, of_75_84: float, of_85: float) -> None:
    shares = ageing_shares(village(), years_on)
    assert shares.loc["a", "age_75_84"] == pytest.approx(of_75_84)
    assert shares.loc["a", "age_85_plus"] == pytest.approx(of_85)
    assert shares.loc["a", "age_65_74"] == pytest.approx(60 / 80)
    assert shares.groupby(village()["authority_code"]).sum().to_numpy() == pytest.approx(1)


def test_new_homes_move_people_within_their_authority() -> None:
    areas, total = (
        village(),
        pd.DataFrame(
            [[130, 330, 80, 50, 20], [70, 160, 33, 21, 9]],
            index=["E1", "E2"],
            columns=list(AGE_BANDS),
        ),
    )
    profile = pd.Series({"age_0_17": 0.3, "age_18_64": 0.6, "age_65_74": 0.1})
    people = people_of_new_homes(pd.Series({"b": 50.0}), household_size=2.4, age_profile=profile)
    assert people.loc["b"].tolist() == pytest.approx([36, 72, 12])
    shares = housing_shares(areas, people, shares=constant_shares(areas), total=total)
    assert shares.loc["b", "age_0_17"] == pytest.approx((40 + 36) / (130 + 36))
    later = project_areas(areas, total, shares)
    sums = later.groupby("authority_code")[list(AGE_BANDS)].sum()
    assert (sums == total).all(axis=None)
    assert later.loc["b", "age_18_64"] > 120


def test_the_disabled_are_the_same_share_of_an_areas_people_later() -> None:
    total = pd.DataFrame(
        [[230, 560, 170, 90, 35], [61, 90, 33, 41, 19]], ["E1", "E2"], columns=list(AGE_BANDS)
    )
    areas = village().assign(disabled=[71, 16, 44])
    later = project_areas(areas, total, constant_shares(areas))
    expected = areas["disabled"] / areas["residents"] * later["residents"]
    assert (abs(expected - areas["disabled"]) > 2).all()
    assert (abs(later["disabled"] - expected) < 1).all()


def test_a_band_that_nobody_is_in_is_shared_by_residents() -> None:
    areas = village()
    areas.loc[["a", "b"], "age_85_plus"] = 0
    shares = constant_shares(areas)["age_85_plus"]
    assert shares["a"] == pytest.approx(380 / (380 + 210))


def test_bounds_are_what_was_assumed_or_the_extremes_of_variants() -> None:
    people = pd.DataFrame({"age_18_64": {"a": 200.0}, "age_85_plus": {"a": 40.0}})
    low, high = assumed_bounds(people, 10, older=0.005, younger=0.01)
    assert low.loc["a"].tolist() == pytest.approx([180, 38])
    assert high.loc["a"].tolist() == pytest.approx([220, 42])
    least, most = variant_bounds({"x": people, "y": people * [1.1, 0.8]})
    assert (least.loc["a"].tolist(), most.loc["a"].tolist()) == (
        [200, 32],
        [pytest.approx(220), 40],
    )


def test_a_year_that_the_projections_lack_is_refused(bands: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="no projection for 2021 of variant principal_2018"):
        people_in(bands, VariantYear(ONS, 2021))


# Bad files


def test_a_good_file_is_read() -> None:
    table = check_projections(file(), source="p.csv")
    assert table.loc[("main", "E1", 2031, "male"), "age_10"] == 103


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (file().drop(columns="age_85"), "column 'age_85' is missing"),
        (file(age_5="-3"), "people are not numbers of 0 to 100,000,000 in 6 rows"),
        (file(sex="women"), "holds women"),
        (file(year="soon"), "column 'year'"),
        (file().iloc[:-1], "variant main lacks 1 row, as E1 2032 male"),
        (pd.concat([file(), file().iloc[[0]]]), "rows are duplicated"),
        (
            pd.concat([file(), file(variant="low").iloc[:4]]),
            r"variants low \(2030-2031\) and main \(2030-2032\) cover different years: a splice",
        ),
        (
            file().assign(age_0=["50", "50", "900", "900", "910", "910"]),
            "people of E1 jump from .* in 2031: a splice",
        ),
    ],
)
def test_bad_files_take_one_line(bad: pd.DataFrame, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        check_projections(bad, source="p.csv")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: ageing_shares(village(), -1), "cannot age by -1"),
        (
            lambda: project_areas(
                village(), pd.DataFrame(index=["E1"]), constant_shares(village())
            ),
            "no projection for the authorities E2",
        ),
        (
            lambda: people_of_new_homes(
                pd.Series({"a": -1.0}), household_size=2, age_profile=pd.Series({"age_0_17": 1.0})
            ),
            "new homes of a",
        ),
        (
            lambda: people_of_new_homes(
                pd.Series({"a": 1.0}), household_size=2, age_profile=pd.Series({"age_0_17": 0.7})
            ),
            r"adds up to 0\.7",
        ),
    ],
)
def test_faults_take_one_line(call, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        call()
    assert "\n" not in str(caught.value)
