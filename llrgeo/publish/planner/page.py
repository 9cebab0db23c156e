"""The planner: one page on which those who plan try a place anywhere; it works from disk."""

from typing import Final

from llrgeo.publish import pages
from llrgeo.publish.explorer.map_page import map_page_values
from llrgeo.publish.explorer.own_roads import network_text
from llrgeo.publish.planner.payload import planner_data
from llrgeo.publish.planning import Planning
from llrgeo.publish.publication import Publication

SCRIPTS: Final = (
    "explorer/assets/unpack.js",
    "explorer/assets/journeys.js",
    "explorer/assets/model.js",
    "explorer/assets/text.js",
    "explorer/assets/tables.js",
    "explorer/assets/legend.js",
    "explorer/assets/map.js",
    "planner/assets/network.js",
    "planner/assets/search.js",
    "planner/assets/queues.js",
    "planner/assets/memo.js",
    "planner/assets/beds.js",
    "planner/assets/rounds.js",
    "planner/assets/costs.js",
    "planner/assets/world.js",
    "planner/assets/appraise.js",
    "planner/assets/places.js",
    "planner/assets/plan.js",
    "planner/assets/roads.js",
    "planner/assets/desk.js",
    "planner/assets/row_buttons.js",
    "planner/assets/cost_table.js",
    "planner/assets/headline.js",
    "planner/assets/change_list.js",
    "planner/assets/results.js",
    "planner/assets/plan_map.js",
    "planner/assets/own_place.js",
    "planner/assets/plan_sites.js",
    "planner/assets/bed_moves.js",
    "planner/assets/weights.js",
    "planner/assets/one_more.js",
    "planner/assets/planner.js",
)


def render_planner(publication: Publication, planning: Planning) -> str:
    """Return the planner as one HTML page."""
    own_style = pages.page_style(publication) + pages.asset("planner/assets/planner.css")
    styles = [pages.leaflet("leaflet.css"), own_style]
    data = planner_data(publication, planning)
    return pages.render(
        "planner.html",
        {
            **map_page_values(publication, SCRIPTS, styles),
            "data": data,
            "network": network_text(planning.network),
            "has_network": planning.network is not None,
            "no_network": planning.no_network,
            "has_costs": data["planning"]["costs"] is not None,
            "one_journey": len(data["journeys"]) == 1,
        },
    )
