"""How care is given: contacts at sites, by video and at home, each a number of its own."""

import pandas as pd

from llrgeo.publish import pages
from llrgeo.publish.publication import Publication
from llrgeo.publish.report.tables import Table
from llrgeo.publish.wording import wording
from llrgeo.schema import ROLES


def care_table(publication: Publication) -> Table | None:
    """Return contacts a year of each option by how they are given; None where they are hidden.

    Contacts by video and at home have no journey of a patient, so no average minutes hold them
    (docs/methods 2). Visits of a team to the home are apart from contacts that the patient's own
    service gives at home.
    """
    care = publication.tables.get("places_of_care")
    if care is None or not pd.api.types.is_numeric_dtype(care["video"]):
        return None  # a hidden count is an asterisk
    words = wording()
    team = care["delivery"] == "team"
    by_way = pd.DataFrame(
        {
            "at_sites": care[list(ROLES)].sum(axis=1),
            "by_video": care["video"],
            "at_home": care["home"].where(~team, 0.0),
            "by_team": care["home"].where(team, 0.0),
            "no_site": care["unreachable"],
        }
    )
    sums = by_way.groupby(care["option"], sort=False).sum()
    columns = ["option", *by_way.columns]
    return {
        "id": "care",
        "caption": words["table_report_care"],
        "heads": [words[f"column_{column}"] for column in columns],
        "rows": [
            [option.label, *map(pages.people, sums.loc[option.name])]
            for option in publication.options
        ],
        "texts": (),
    }
