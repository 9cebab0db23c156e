"""The first pages: those that a reader looks at while a study is being changed."""

from typing import Final

from llrgeo.execution.tasks import MapTasks, map_here
from llrgeo.publish.explorer.files import explorer_files
from llrgeo.publish.explorer.split import SPLIT_ABOVE
from llrgeo.publish.explorer.tables import options_table
from llrgeo.publish.front import FRONT, render_front
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import using_wording

FIRST_TABLES: Final = frozenset(
    {"capacity_by_year", "costs", "people_by_service_by_year", "place_rankings", "site_loads"}
)
"""The tables of evidence that these pages read; any others may be made after them."""


def first_pages(
    publication: Publication, split_above: int = SPLIT_ABOVE, map_tasks: MapTasks = map_here
) -> dict[str, str]:
    """Return the front page, with what every option changes, and the explorer, by their paths.

    Parameters
    ----------
    publication
        What is published; of its tables, `FIRST_TABLES` are enough.
    split_above
        Above so many areas the explorer is split by authority.
    map_tasks
        Where the pages of a split explorer are made; they are the same.
    """
    with using_wording(publication.words):
        return {
            **explorer_files(publication, split_above, map_tasks),
            FRONT: render_front(publication, options_table(publication)),
        }
