"""Classes over all services, by hand: nobody who loses vanishes in another service's gain."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from appraisal_cases import LOCAL, TODAY, random_settings, town_setting
from hypothesis import given, settings

from llrgeo.appraisal.demand import Shares
from llrgeo.appraisal.evaluation import evaluate_options
from llrgeo.appraisal.people.people_by_service import (
    CLASSES,
    LONGER_CLASSES,
    classify_areas,
    count_people,
    worst_change_bands,
    worst_hit_service,
)
from llrgeo.appraisal.people.people_groups import EVERYONE, people_by_group
from llrgeo.appraisal.tables.people import PEOPLE_BY_SERVICE
from llrgeo.travel.accuracy import UNMEASURED, Accuracy

INF = np.inf
# area: (clinic before, after), (beds before, after) and what it must be called
AREAS = {
    "swap": ((10.0, 25.0), (30.0, 4.0), "mixed"),
    "lost": ((10.0, INF), (30.0, 4.0), "lost"),
    "worse": ((10.0, 11.1), (30.0, 31.0), "longer"),
    "better": ((INF, 40.0), (30.0, 30.4), "shorter"),
    "still": ((10.0, 11.0), (30.0, 29.0), "same"),
    "cut off": ((INF, INF), (INF, INF), "none"),
    "half cut off": ((INF, INF), (30.0, 30.0), "same"),
    "unknown": ((np.nan, 3.0), (30.0, 90.0), "no_data"),
}
RESIDENTS = pd.Series([3, 5, 7, 11, 13, 17, 19, 23], index=list(AREAS))


def minutes(end: int) -> pd.DataFrame:
    """Return minutes before (0) or after (1), areas by services."""
    columns = {"clinic": [row[0][end] for row in AREAS.values()]}
    columns["beds"] = [row[1][end] for row in AREAS.values()]
    return pd.DataFrame(columns, index=list(AREAS))


def classified(accuracy: Accuracy = UNMEASURED) -> pd.DataFrame:
    return classify_areas(minutes(0), minutes(1), accuracy, tolerance_min=1.0)


def test_each_area_has_the_class_that_it_has_on_paper() -> None:
    assert classified()["class"].to_dict() == {name: row[2] for name, row in AREAS.items()}


def test_the_largest_worsening_is_kept_with_its_service() -> None:
    found = classified()
    assert found["worst_change_min"].tolist() == pytest.approx(
        [15.0, INF, 1.1, 0.4, 1.0, np.nan, 0.0, 60.0], nan_ok=True
    )
    named = found["worst_service"].fillna("").tolist()
    assert named == ["clinic", "clinic", "clinic", "beds", "clinic", "", "", "beds"]
    assert found["services_longer"].tolist() == [1, 1, 1, 0, 0, 0, 0, 1]


def test_the_largest_worsenings_in_bands_add_up_to_everybody() -> None:
    bands = worst_change_bands(classified(), RESIDENTS, tolerance_min=1.0)
    assert bands["people"].tolist() == [11 + 13 + 17 + 19, 7, 0, 3, 23, 5]
    assert bands["people"].sum() == RESIDENTS.sum()


def test_people_of_all_classes_add_up_in_every_group() -> None:
    people = pd.DataFrame({EVERYONE: RESIDENTS, ("side", "odd"): RESIDENTS // 2})
    table = count_people(classified(), people)
    expected = {"lost": 5, "mixed": 3, "longer": 7, "shorter": 11, "same": 32, "none": 17}
    assert table.loc[EVERYONE, [*expected]].to_dict() == expected
    assert (table[list(CLASSES)].sum(axis=1) == people.sum()).all()


def test_too_close_to_say_is_part_of_a_class_and_needs_every_change_to_be_small() -> None:
    differences = pd.DataFrame(
        {"from_min": [0], "to_min": [60], "pairs": [99], "p80_abs_min": [1.2]}
    )
    measured = Accuracy(differences=differences)
    found = classified(measured)
    # Only "worse" changes by so little; "better" gains a journey, "still" does not change.
    assert found.index[found["too_close"]].tolist() == ["worse"]
    table = count_people(found, pd.DataFrame({EVERYONE: RESIDENTS}))
    assert table.loc[EVERYONE, ["too_close_longer", "longer"]].tolist() == [7, 7]
    assert table.loc[EVERYONE, ["too_close_shorter", "too_close_mixed"]].tolist() == [0, 0]


def test_the_service_that_worsens_for_most_stands_for_the_option() -> None:
    before, after = minutes(0).drop(index="unknown"), minutes(1).drop(index="unknown")
    residents = RESIDENTS.drop("unknown")
    # Clinic: swap, lost and worse, 3 + 5 + 7 people; beds: nobody beyond the tolerance.
    assert worst_hit_service(before, after, residents, tolerance_min=1.0) == "clinic"
    # Turned round, beds take longer for swap and lost; the clinic for better, 11 people.
    assert worst_hit_service(after, before, residents, tolerance_min=1.0) == "clinic"
    gains = after.where(after <= before, before)
    assert worst_hit_service(before, gains, residents, tolerance_min=1.0) == "clinic"
    assert worst_hit_service(before, before, residents, tolerance_min=1.0) == "clinic"


def test_in_the_town_one_loser_is_not_netted_by_another_gain(
    town_areas, town_sites, town_times
) -> None:
    inputs = town_setting(town_areas, town_sites, town_times)
    found = evaluate_options([TODAY, LOCAL], inputs, baseline="today")["local"]
    # Beds move from A to B: E needs 3 minutes instead of 1, N needs 1 instead of 3.
    assert found.classified["class"].to_dict() == {
        "W": "same",
        "N": "shorter",
        "E": "longer",
        "F": "none",
    }
    everyone = found.people.loc[EVERYONE]
    assert everyone[["longer", "shorter", "same", "none"]].tolist() == [200, 300, 400, 100]


@settings(max_examples=40, deadline=None)
@given(random_settings())
def test_a_service_that_nobody_moves_changes_no_class(case) -> None:
    inputs, fewer, more = case
    clinic = next(service for service in inputs.services if service.id == "clinic")
    still = replace(clinic, id="still")
    both = replace(inputs, services=(*inputs.services, still))
    options = [fewer, more]
    unmoved = [
        replace(option, sites={**option.sites, "still": fewer.sites["clinic"]})
        for option in options
    ]
    changed = [*LONGER_CLASSES, "shorter"]
    alone = evaluate_options(options, inputs, baseline="fewer")["more"].people
    found = evaluate_options(unmoved, both, baseline="fewer")["more"].people
    pd.testing.assert_frame_equal(alone[changed], found[changed])
    assert (found[list(CLASSES)].sum(axis=1) == people_by_group(inputs.areas).sum()).all()


def test_what_happens_by_video_alone_has_no_journey(town_areas, town_sites, town_times) -> None:
    inputs = town_setting(town_areas, town_sites, town_times)
    video = replace(LOCAL, name="video", shares={"beds": Shares(video=1.0)})
    results = evaluate_options([TODAY, video], inputs, baseline="today")
    # Beds would be longer for E; without a journey there is nothing to compare.
    assert (results["video"].classified["class"] == "longer").sum() == 0


def test_without_an_error_nobody_knows_how_many_are_too_close_to_say() -> None:
    """A 0 would say that every change is known to be real."""
    found = classified(UNMEASURED)
    assert found["too_close"].isna().all()
    table = count_people(found, pd.DataFrame({EVERYONE: RESIDENTS}))
    close = table.filter(like="too_close_")
    assert close.shape == (1, 3)
    assert close.isna().all(axis=None)
    assert table[list(CLASSES)].sum(axis=1).tolist() == [RESIDENTS.sum()]  # all count, all the same


def test_a_reader_is_told_what_a_blank_number_too_close_to_say_means() -> None:
    declared = {table.name: table for table in PEOPLE_BY_SERVICE}
    columns = declared["people_by_service"].columns
    blanks = [column.blank for column in columns if column.name.startswith("too_close_")]
    assert blanks == ["what the travel times may be wrong by is not known"] * 3
