"""Columns that several published tables have, each with one meaning."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from llrgeo.appraisal.people.access import share_within
from llrgeo.appraisal.people.area_facts import has_authorities
from llrgeo.appraisal.places.indicators import PlaceFigures
from llrgeo.appraisal.tables.context import EvidenceContext
from llrgeo.appraisal.tables.declaration import ColumnFamily, PublishedColumn
from llrgeo.appraisal.tables.units import (
    KILOMETRES,
    MINUTES,
    PEOPLE,
    RANK,
    SHARE,
    TENTH,
    Unit,
)

NO_DISTANCE: Final = "the travel times carry no distances"
NO_SITE: Final = "no site can be reached, or nobody travels"
ERROR_UNKNOWN: Final = "what the travel times may be wrong by is not known"
NOBODY: Final = "nobody is in the group"
SUPPRESSED: Final = (
    "an asterisk, where contacts are of real patients: 1 to 7, or what would give such away"
)

OPTION: Final = PublishedColumn("option", "Name of the option")
SERVICE: Final = PublishedColumn("service", "Name of the service")
GROUP: Final = PublishedColumn("group", "What people are grouped by")
LEVEL: Final = PublishedColumn("level", "Which of the groups")
AREA_ID: Final = PublishedColumn("area_id", "Code of the area (LSOA 2021)")
SITE_ID: Final = PublishedColumn("site_id", "Code of the site")
AREA_NAME: Final = PublishedColumn("name", "Name of the area, as the census has it")
WARD: Final = PublishedColumn("ward", "Ward in which the area lies", blank="no ward is known")
AUTHORITY: Final = PublishedColumn("authority", "Lower-tier authority in which the area lies")
RESIDENTS: Final = PublishedColumn("residents", "Residents, Census 2021", PEOPLE)
IMD_DECILE: Final = PublishedColumn(
    "imd_decile",
    "Tenth of areas by national deprivation, as the pages name it; 1 is the most deprived",
    TENTH,
)
RURAL_URBAN: Final = PublishedColumn("rural_urban", "Rural or urban (2021 classification)")
TRAVEL_TIME: Final = PublishedColumn(
    "travel_time_min", "Minutes from the area to the site, one way", MINUTES, NO_SITE
)
DISTANCE: Final = PublishedColumn(
    "distance_km", "Kilometres of that journey, one way", KILOMETRES, NO_SITE
)
SENTENCE: Final = PublishedColumn("sentence", "What it says, in words")
RANKED: Final = PublishedColumn("rank", "Rank; 1 is best", RANK, "the option fails a hurdle")
CRITERION: Final = PublishedColumn("criterion", "The measure by which options are scored")
WEIGHT: Final = PublishedColumn(
    "weight", "How much the criterion counts; criteria add up to 1", SHARE
)
SOURCE: Final = PublishedColumn(
    "source", "Where the figure comes from; illustrative figures say so", blank="no source is named"
)
DATE: Final = PublishedColumn(
    "date", "When the figure was published or assumed", blank="no date is known"
)

PEOPLE_IN_GROUP: Final = PublishedColumn("people", "Residents in the group", PEOPLE)
UNREACHABLE: Final = PublishedColumn("unreachable", "People who can reach no site", PEOPLE)
MEAN: Final = PublishedColumn(
    "mean_min", "Mean minutes of those who can reach a site", MINUTES, NO_SITE
)
P90: Final = PublishedColumn(
    "p90_min",
    "Minutes that nine of ten people do not exceed",
    MINUTES,
    "more than one of ten can reach no site, or nobody travels",
)
ACCESS: Final = (
    PEOPLE_IN_GROUP,
    UNREACHABLE,
    MEAN,
    PublishedColumn(
        "median_min",
        "Minutes that half of all people do not exceed",
        MINUTES,
        "half of the people can reach no site, or nobody travels",
    ),
    P90,
    PublishedColumn(
        "max_min", "The longest minutes of anyone who can reach a site", MINUTES, NO_SITE
    ),
)
"""How long a group of people travels, as `summarise_access` returns it."""

OUTCOME_PEOPLE: Final = (
    PublishedColumn(
        "improved", "People whose journey becomes shorter by more than the tolerance", PEOPLE
    ),
    PublishedColumn(
        "worsened", "People whose journey becomes longer by more than the tolerance", PEOPLE
    ),
    PublishedColumn("unchanged", "People whose journey stays about as long", PEOPLE),
    PublishedColumn("lost", "People who lose their last reachable site", PEOPLE),
    PublishedColumn("gained", "People who can reach a site and cannot today", PEOPLE),
    PublishedColumn("none", "People who can reach no site, today or then", PEOPLE),
    PublishedColumn("no_data", "People whose journey is not known", PEOPLE),
)
CHANGED_MINUTES: Final = (
    PublishedColumn("before_min", "Minutes today", MINUTES, NO_SITE),
    PublishedColumn("after_min", "Minutes under the option", MINUTES, NO_SITE),
    PublishedColumn("change_min", "Change of minutes; below 0 is shorter", MINUTES, NO_SITE),
)


def explained(column: PublishedColumn, meaning: str) -> PublishedColumn:
    """Return a column of the same name, unit and blank, with a meaning of its own."""
    return replace(column, meaning=meaning)


def shares_within(thresholds_min: Iterable[float], blank: str = NOBODY) -> list[PublishedColumn]:
    """Return a column of the share of people within each number of minutes."""
    return [
        PublishedColumn(
            share_within(minutes), f"Share of all people within {minutes:g} minutes", SHARE, blank
        )
        for minutes in thresholds_min
    ]


def indicator_columns(figures: Iterable[PlaceFigures]) -> list[PublishedColumn]:
    """Return the columns that hold indicators, by the place in which a row lies."""
    kinds = {"area": "area", "authority": "authority", "upper_authority": "upper-tier authority"}
    return [
        PublishedColumn(
            each.indicator.column,
            f"{each.indicator.label}, of the {kinds[each.kind]}; "
            f"{each.indicator.source}, {each.indicator.date}",
            Unit(each.indicator.unit),
            "there is no figure, or it is hidden because it, or another, counts 1 to 7",
        )
        for each in figures
    ]


def ward_if_known(context: EvidenceContext) -> list[PublishedColumn]:
    """Return the column of wards, where the study's areas name them."""
    return [WARD] if WARD.name in context.appraisal_inputs.areas.columns else []


def authority_if_known(context: EvidenceContext) -> list[PublishedColumn]:
    """Return the column of authorities, where the study's areas name them."""
    return [AUTHORITY] if has_authorities(context.appraisal_inputs.areas) else []


WARD_IF_KNOWN: Final = ColumnFamily("ward", ward_if_known)
AUTHORITY_IF_KNOWN: Final = ColumnFamily("authority", authority_if_known)
