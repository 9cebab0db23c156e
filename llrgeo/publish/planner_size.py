"""Whether a study has a planner page: one of very many areas and sites would be too large to open.

The planner is not split as the explorer is: a place changes the journeys of several authorities,
and sites serve all of them, so that a part of the study would have no figures to plan by.
"""

from typing import Final

from llrgeo.publish import pages
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import wording

MOST_MINUTES: Final = 1_500_000  # from areas to sites, of four bytes or so each: 6 MB


def has_planner(publication: Publication) -> bool:
    """Return whether a study is published with a planner page."""
    return publication.whole.planning is not None and _minutes(publication) <= MOST_MINUTES


def planner_left_out(publication: Publication) -> str:
    """Return a note that there is no planner page, and where its figures are; empty if none is due.

    A study that may have none for other reasons is not told of it.
    """
    if publication.whole.planning is None or has_planner(publication):
        return ""
    areas, sites = (len(table) for table in (publication.whole.areas, publication.sites))
    return wording()["front_planner_left_out"].format(
        areas=pages.number(areas), sites=pages.number(sites)
    )


def _minutes(publication: Publication) -> int:
    """Return how many minutes a planner page would hold."""
    whole = publication.whole
    return len(whole.areas) * len(whole.sites) * len(whole.journeys())
