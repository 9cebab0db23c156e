"""Declared tables of journeys over the years: access, hours, and who has a longer journey."""

from typing import Final

from llrgeo.appraisal.capacity.access_evidence import access_by_year, classes_by_year
from llrgeo.appraisal.disclosure import publish_as_is, withhold
from llrgeo.appraisal.people.people_by_service import CLASSES
from llrgeo.appraisal.tables.capacity import (
    YEAR_COLUMN,
    has_capacity,
    projected_people,
    whose_people,
)
from llrgeo.appraisal.tables.columns import NO_SITE, OPTION, SERVICE
from llrgeo.appraisal.tables.context import EvidenceContext
from llrgeo.appraisal.tables.declaration import Conservation, PublishedColumn, TableDeclaration
from llrgeo.appraisal.tables.makers import has_visits
from llrgeo.appraisal.tables.people import MEANINGS
from llrgeo.appraisal.tables.units import HOURS, MINUTES, PEOPLE


def _has_people(context: EvidenceContext) -> bool:
    return has_capacity(context) and has_visits(context)


ACCESS_BY_YEAR: Final = (
    TableDeclaration(
        "access_by_year",
        "How the people of each year reach each service, on today's roads and timetables.",
        (
            OPTION,
            SERVICE,
            YEAR_COLUMN,
            PublishedColumn("people", "People of the year, as projected", PEOPLE),
            PublishedColumn("mean_min", "Mean minutes of those with a journey", MINUTES, NO_SITE),
            PublishedColumn("unreachable", "People who can reach no site", PEOPLE),
            PublishedColumn("within_standard", "People within the service's standard", PEOPLE),
            PublishedColumn("longer", "People with a longer journey than today, or none", PEOPLE),
            PublishedColumn("shorter", "People with a shorter journey than today", PEOPLE),
            PublishedColumn("hours", "Hours on the road, there and back, by its rates", HOURS),
        ),
        lambda context: access_by_year(context.capacity_plan, context.results),
        withhold,
        note=whose_people,
        applies=has_capacity,
    ),
    TableDeclaration(
        "people_by_service_by_year",
        "People of each year by what happens to their journeys for all services, never netted.",
        (
            OPTION,
            YEAR_COLUMN,
            *(PublishedColumn(name, MEANINGS[name], PEOPLE) for name in CLASSES),
            PublishedColumn(
                "longer_any", "People of the first three: a longer journey for a service", PEOPLE
            ),
        ),
        lambda context: classes_by_year(context.capacity_plan, context.results),
        publish_as_is,
        note=whose_people,
        applies=_has_people,
        conserves=(Conservation(("option", "year"), CLASSES, projected_people),),
    ),
)
