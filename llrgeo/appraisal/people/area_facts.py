"""Area facts: what a table of areas tells beyond residents, and what is left out without it.

A study needs an id, a point and the residents of each area. All else (ages, disability,
deprivation, rural or urban, authorities, wards) adds tables and groups. A part that lacks what it
needs leaves itself out, and one line says which parts did.
"""

from dataclasses import dataclass
from typing import Final

import pandas as pd

from llrgeo.schema import AGE_BANDS, NO_CAR, WHOLE

RESIDENTS: Final = "residents"  # as a band: people of any age


@dataclass(frozen=True, slots=True)
class DeprivationIndex:
    """The index by which the study's areas are ranked, and the country whose areas it ranks.

    Attributes
    ----------
    index
        Its name and year, as a reader may look it up; empty if the study does not say.
    country
        The country; empty if the study does not say.
    """

    index: str = ""
    country: str = ""


ENGLAND: Final = DeprivationIndex("Index of Multiple Deprivation 2025", "England")


def bands_of(areas: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns that residents are divided into: ages, or all together without ages."""
    return AGE_BANDS if has_ages(areas) else (RESIDENTS,)


def has_ages(areas: pd.DataFrame) -> bool:
    """Return whether residents are counted by age."""
    return set(AGE_BANDS) <= set(areas.columns)


def has_deprivation(areas: pd.DataFrame) -> bool:
    """Return whether each area has its national tenth of deprivation."""
    return "imd_decile" in areas.columns


def has_authorities(areas: pd.DataFrame) -> bool:
    """Return whether the table of areas names authorities."""
    return "authority" in areas.columns and not (areas["authority"] == WHOLE).all()


def has_cars(areas: pd.DataFrame) -> bool:
    """Return whether households without a car are counted."""
    return {NO_CAR, "households"} <= set(areas.columns)


def has_projected_people(areas: pd.DataFrame) -> bool:
    """Return whether projections by authority and age can be shared out to the areas."""
    return has_ages(areas) and "authority_code" in areas.columns


def left_out_note(areas: pd.DataFrame, *, years: bool = False) -> str:
    """Return in one line what is left out because the areas lack it; blank if nothing is.

    `years` says whether the study asks for years to come.
    """
    columns = set(areas.columns)
    missing = {
        "age": not has_ages(areas),
        "disability": "disabled" not in columns,
        "deprivation": not has_deprivation(areas),
        "rural and urban areas": "rural_urban" not in columns,
        "authority": not has_authorities(areas),
        "ward": "ward" not in columns,
        "years to come (beds, rooms, teams)": years and not has_projected_people(areas),
    }
    named = [name for name, lacks in missing.items() if lacks]
    if not named:
        return ""
    listed = ", ".join(named)
    return f"Left out, for the study's table of areas does not tell it: figures by {listed}."


def not_counted_note(areas: pd.DataFrame) -> str:
    """Name in one line the groups that the areas do not count, and so no figure covers; or blank.

    A group that is not counted may fare worse than all others, and no table would show it.
    """
    counts = {
        "households without a car": (NO_CAR, "households"),
        "ethnic groups": ("ethnic_white",),
        "people by main language": ("other_main_language",),
    }
    named = [name for name, needed in counts.items() if not set(needed) <= set(areas.columns)]
    if not named:
        return ""
    return f"Not counted in the study's table of areas, so in no figure: {', '.join(named)}."
