"""Declared table of the average journey over all services: a second figure, which nets.

It has minutes alone and counts nobody as better or worse off: a longer journey for one service and
a shorter one for another cancel out in it (docs/methods 2, "on balance"). People are counted by
what happens to each service in `people_by_service`.
"""

from typing import Final

import pandas as pd

from llrgeo.appraisal.disclosure import publish_as_is
from llrgeo.appraisal.people.access import averaged
from llrgeo.appraisal.tables.columns import ERROR_UNKNOWN, GROUP, LEVEL, OPTION, PEOPLE_IN_GROUP
from llrgeo.appraisal.tables.context import EvidenceContext
from llrgeo.appraisal.tables.declaration import Conservation, PublishedColumn, TableDeclaration
from llrgeo.appraisal.tables.makers import by_option, residents, within_error
from llrgeo.appraisal.tables.units import MINUTES, PEOPLE

_NETS: Final = "longer and shorter journeys of different services cancel out in it"
_NO_JOURNEY: Final = "nobody has a journey for each service"
AVERAGED: Final = (
    PublishedColumn(
        "unreachable", "People who have no journey for at least one of the services", PEOPLE
    ),
    PublishedColumn(
        "average_min",
        "Minutes of an average journey over all services, weighted by journeys, of those who have"
        " one for each",
        MINUTES,
        _NO_JOURNEY,
    ),
    PublishedColumn(
        "p90_average_min",
        "Minutes of an average journey that nine of ten people do not exceed",
        MINUTES,
        "more than one of ten have no journey for a service, or nobody travels",
    ),
    PublishedColumn(
        "change_on_balance_min",
        "Change of that average of those who have a journey for each service both today and then;"
        f" below 0 is shorter: {_NETS}",
        MINUTES,
        _NO_JOURNEY,
    ),
)
"""What `averaged` returns of a group of people."""


def _averages(context: EvidenceContext) -> pd.DataFrame:
    """Return the average journey by option and group, and whether its change may be an error."""
    table = by_option(
        context,
        lambda result: (
            averaged(result.overall.groups)
            .assign(people=result.overall.groups["people"])
            .reset_index()
        ),
    )
    return table.assign(
        within_error=within_error(table["change_on_balance_min"], context.mean_error_min)
    )


AVERAGES: Final = (
    TableDeclaration(
        "average_journeys",
        "The average journey over all services by group of people: a second figure, in which"
        " longer and shorter journeys cancel out. Who loses is counted in people_by_service.",
        (
            OPTION,
            GROUP,
            LEVEL,
            PEOPLE_IN_GROUP,
            *AVERAGED,
            PublishedColumn(
                "within_error",
                "Whether the average changes by less than a mean over many areas may be wrong by",
                blank=ERROR_UNKNOWN,
            ),
        ),
        _averages,
        publish_as_is,
        conserves=(Conservation(("option", "group"), ("people",), residents),),
    ),
)
