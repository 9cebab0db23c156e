"""Groups of people: ethnic group and main language, where the areas tell, add up to residents."""

import pandas as pd
import pytest

from llrgeo.appraisal.people.people_groups import ETHNIC_GROUPS, people_by_group

AREAS = pd.DataFrame(
    {
        "residents": [100, 70],
        "ethnic_asian": [30, 9],
        "ethnic_black": [5, 2],
        "ethnic_mixed": [4, 1],
        "ethnic_white": [56, 60],
        "ethnic_other": [3, 0],
        "other_main_language": [21, 71],
    },
    index=pd.Index(["a", "b"], name="area_id"),
)


def test_ethnic_groups_and_languages_add_up_to_the_residents():
    people = people_by_group(AREAS)
    # 98 of a are told, so 2 are not known; of b there are 2 too many, off the largest group
    assert people["ethnic_group", "ethnic_not_known"].tolist() == [2, 0]
    assert people["ethnic_group", "ethnic_white"].tolist() == [56, 58]
    assert people["ethnic_group", "ethnic_asian"].tolist() == [30, 9]
    assert people["main_language", "other_main_language"].tolist() == [21, 70]
    assert people["main_language", "english_or_under_3"].tolist() == [79, 0]
    for group in ("ethnic_group", "main_language"):
        assert people[group].sum(axis=1).tolist() == [100, 70]


@pytest.mark.parametrize("missing", [*ETHNIC_GROUPS, "other_main_language"])
def test_a_group_that_areas_do_not_tell_in_full_is_not_there(missing):
    groups = set(people_by_group(AREAS.drop(columns=missing)).columns.get_level_values(0))
    gone = "main_language" if missing == "other_main_language" else "ethnic_group"
    assert gone not in groups
    assert len({"ethnic_group", "main_language"} & groups) == 1


def test_people_without_a_car_are_residents_shared_out_as_households_are():
    cars = AREAS.assign(households=[40, 0], no_car_households=[12, 0])
    people = people_by_group(cars)
    # 12 of 40 households of a have none; b has no household, so it is as all areas together
    assert people["car", "no_car"].tolist() == [30, 21]
    assert people["car", "with_car"].tolist() == [70, 49]
    for missing in ("households", "no_car_households"):
        assert "car" not in people_by_group(cars.drop(columns=missing)).columns.get_level_values(0)
