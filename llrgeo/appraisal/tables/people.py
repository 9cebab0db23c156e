"""Declared tables of people by service: nobody who loses vanishes in another service's gain."""

from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.disclosure import publish_as_is
from llrgeo.appraisal.people.people_by_service import CLASSES, UNCERTAIN_CLASSES, worst_change_bands
from llrgeo.appraisal.tables.columns import (
    ERROR_UNKNOWN,
    GROUP,
    LEVEL,
    OPTION,
    PEOPLE_IN_GROUP,
    explained,
)
from llrgeo.appraisal.tables.context import EvidenceContext
from llrgeo.appraisal.tables.declaration import Conservation, PublishedColumn, TableDeclaration
from llrgeo.appraisal.tables.makers import by_option, has_visits, residents
from llrgeo.appraisal.tables.units import MINUTES, PEOPLE

MEANINGS: Final = {
    "lost": "People with no journey left for at least one service",
    "mixed": "People with a longer journey for one service and a shorter one for another",
    "longer": "People with a longer journey for at least one service and a shorter one for none",
    "shorter": "People with a shorter journey for at least one service and a longer one for none",
    "same": "People whose journeys stay about as long for all services",
    "none": "People who can reach no site for any service, today or then",
    "no_data": "People whose journeys are not known",
}
_TOO_CLOSE: Final = "Of these, people all of whose changes are smaller than the times can tell"


def _worst_bands(context: EvidenceContext) -> pd.DataFrame:
    bands = by_option(
        context,
        lambda result: worst_change_bands(
            result.classified,
            context.appraisal_inputs.areas["residents"],
            tolerance_min=context.appraisal_inputs.tolerance_min,
        ),
    )
    lost = np.isposinf(bands["from_min"])
    return bands.assign(lost=lost).replace({"from_min": {np.inf: np.nan, -np.inf: np.nan}})


PEOPLE_BY_SERVICE: Final = (
    TableDeclaration(
        "people_by_service",
        "People by what happens to their journeys for all services, never netted.",
        (
            OPTION,
            GROUP,
            LEVEL,
            *(PublishedColumn(name, MEANINGS[name], PEOPLE) for name in CLASSES),
            *(
                PublishedColumn(
                    f"too_close_{name}", f"{_TOO_CLOSE} ({name})", PEOPLE, ERROR_UNKNOWN
                )
                for name in UNCERTAIN_CLASSES
            ),
        ),
        lambda context: by_option(context, lambda result: result.people.reset_index()),
        publish_as_is,
        applies=has_visits,
        conserves=(Conservation(("option", "group"), CLASSES, residents),),
    ),
    TableDeclaration(
        "largest_worsening",
        "People by their largest worsening for any service.",
        (
            OPTION,
            PublishedColumn(
                "from_min",
                "Minutes longer, over so many",
                MINUTES,
                "no longer journey, or one lost",
            ),
            PublishedColumn(
                "to_min", "Minutes longer, at most so many", MINUTES, "no upper edge, or one lost"
            ),
            PublishedColumn("lost", "Whether a journey is lost"),
            explained(PEOPLE_IN_GROUP, "Residents"),
        ),
        _worst_bands,
        publish_as_is,
        applies=has_visits,
        conserves=(Conservation(("option",), ("people",), residents),),
    ),
)
