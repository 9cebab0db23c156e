"""The front page: what a web server opens, with a link to each page and what every option does."""

from typing import Any, Final

from llrgeo.publish import pages
from llrgeo.publish.planner_size import has_planner, planner_left_out
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import wording

FRONT: Final = "index.html"


def render_front(publication: Publication, options: dict[str, Any]) -> str:
    """Return the front page as HTML.

    An address with a reader's choices in it (`index.html#o=...`), as older folders gave, is sent
    on to the explorer.

    Parameters
    ----------
    publication
        What is published.
    options
        The table of people by option, as the explorer has it.
    """
    words = wording()
    listed = [
        ("explorer.html", words["front_explorer"], words["front_explorer_text"]),
        ("report.html", words["report_link"], words["front_report_text"]),
    ]
    if has_planner(publication):
        listed.append(("planner.html", words["planner_link"], words["front_planner_text"]))
    listed.append(("tables.xlsx", words["front_tables"], words["front_tables_text"]))
    styles = [pages.page_style(publication), pages.asset("assets/front.css")]
    scripts = [pages.asset("assets/front.js")]
    return pages.render(
        "front.html",
        {
            **pages.page_values(publication, scripts, styles),
            "listed": listed,
            "left_out": planner_left_out(publication),
            "options": options,
        },
    )
