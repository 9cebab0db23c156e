"""Groups of people: who lives in each area, by deprivation, age, disability and place."""

from typing import Final, cast

import numpy as np
import pandas as pd

from llrgeo.appraisal.people.area_facts import has_ages, has_authorities, has_cars, has_deprivation
from llrgeo.schema import AGE_BANDS, NO_CAR

EVERYONE: Final = ("everyone", "everyone")


ETHNIC_GROUPS: Final = (
    "ethnic_asian",
    "ethnic_black",
    "ethnic_mixed",
    "ethnic_white",
    "ethnic_other",
)
"""The five groups of the census (table TS021), as columns of a table of areas."""

ETHNIC_NOT_KNOWN: Final = "ethnic_not_known"
OTHER_LANGUAGE: Final = "other_main_language"
ENGLISH_OR_UNDER_3: Final = "english_or_under_3"
WITHOUT_CAR: Final = "no_car"
WITH_CAR: Final = "with_car"
DEPRIVATION_FIFTHS: Final = tuple(f"deprivation_fifth_{number}" for number in range(1, 6))


def people_by_group(areas: pd.DataFrame) -> pd.DataFrame:
    """Return the residents of every area by group: columns (group, level), people as integers.

    The groups are those of the Equality Act and of inequality guidance that the data has:
    deprivation, age, disability, ethnic group, main language, a car at home, rural or urban, and
    authority; a group that the areas do not tell is not there, and never guessed. The levels of
    each group add up to the residents of the area. Groups and levels are ids; an authority is
    known by its name.
    """
    residents = areas["residents"].astype(np.int64)
    columns: dict[tuple[str, str], pd.Series] = {EVERYONE: residents}
    if has_ages(areas):
        columns |= {("age", band): areas[band].astype(np.int64) for band in AGE_BANDS}
    if "disabled" in areas.columns:
        disabled = areas["disabled"].astype(np.int64)
        columns["disability", "disabled"] = disabled
        columns["disability", "not_disabled"] = residents - disabled
    columns |= _counted_groups(areas, residents)
    # An area has one label of such a group: all its residents are of that level.
    for group, labels in _labels_of_areas(areas).items():
        level_of, levels = pd.factorize(labels, sort=True)  # numbers are compared, not names
        for number, level in enumerate(levels):
            columns[group, level] = residents.where(level_of == number, 0)
    people = pd.DataFrame(columns)
    return people.rename_axis(columns=["group", "level"])


def everyone_of(table: pd.DataFrame) -> pd.Series:
    """Return the row of a table on groups and levels that counts everyone."""
    # By place: to find a list of one name takes ten times as long.
    return table.iloc[cast("int", table.index.get_loc(EVERYONE))]


def _counted_groups(areas: pd.DataFrame, residents: pd.Series) -> dict[tuple[str, str], pd.Series]:
    """Return residents by ethnic group and by main language, where the areas have the counts.

    Census tables are perturbed one by one, so counts of a group may differ from the residents by a
    few: those missing are "not known", those too many are taken off the largest level.
    """
    columns: dict[tuple[str, str], pd.Series] = {}
    if set(ETHNIC_GROUPS) <= set(areas.columns):
        counts = areas[list(ETHNIC_GROUPS)].astype(np.int64)
        too_many = (counts.sum(axis=1) - residents).clip(lower=0)
        largest = counts.idxmax(axis=1)
        for level in ETHNIC_GROUPS:
            fewer = (counts[level] - too_many.where(largest == level, 0)).clip(lower=0)
            columns["ethnic_group", level] = fewer
        stated = sum(columns.values(), start=residents * 0)
        columns["ethnic_group", ETHNIC_NOT_KNOWN] = residents - stated
    if OTHER_LANGUAGE in areas.columns:
        # The census asks those aged 3 and over.
        other = areas[OTHER_LANGUAGE].astype(np.int64).clip(upper=residents)
        columns["main_language", OTHER_LANGUAGE] = other
        columns["main_language", ENGLISH_OR_UNDER_3] = residents - other
    if has_cars(areas):
        without = _people_without_car(areas, residents)
        columns["car", WITHOUT_CAR] = without
        columns["car", WITH_CAR] = residents - without
    return columns


def _people_without_car(areas: pd.DataFrame, residents: pd.Series) -> pd.Series:
    """Return residents shared out as households are, for the census counts cars by household.

    People who live alone have a car less often than others, so the truth is rather lower.
    """
    households = areas["households"].astype(float)
    overall = areas[NO_CAR].sum() / max(households.sum(), 1.0)
    share = (areas[NO_CAR] / households.where(households > 0)).fillna(overall)
    return (residents * share).round().astype(np.int64)


def _labels_of_areas(areas: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the groups to which an area belongs as a whole, each with the level of every area."""
    labels = {}
    if has_deprivation(areas):
        labels["deprivation_fifth"] = deprivation_fifth(areas)
    if "rural_urban" in areas.columns:
        labels["rural_urban"] = areas["rural_urban"].str.lower()
    if has_authorities(areas):
        labels["authority"] = areas["authority"]
    return labels


def deprivation_fifth(areas: pd.DataFrame) -> pd.Series:
    """Return the national fifth of deprivation of each area, as an id of DEPRIVATION_FIFTHS."""
    numbers = (areas["imd_decile"].astype(np.int64) + 1) // 2  # two tenths make a fifth
    return numbers.map(dict(enumerate(DEPRIVATION_FIFTHS, start=1)))
