"""The planner: one page on which those who plan try a place anywhere; it works from disk."""

from typing import Final

from markupsafe import Markup

from llrgeo.publish import pages
from llrgeo.publish.explorer.leaflet_map import MAP_NAME, empty_map
from llrgeo.publish.explorer.page import ZOOM
from llrgeo.publish.planner.payload import network_text, planner_data
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
    "planner/assets/beds.js",
    "planner/assets/appraise.js",
    "planner/assets/places.js",
    "planner/assets/plan.js",
    "planner/assets/roads.js",
    "planner/assets/desk.js",
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
    # The same map as the explorer's, centred on the areas.
    points = publication.areas.to_crs("EPSG:4326").geometry
    parts = empty_map((round(points.y.mean(), 4), round(points.x.mean(), 4)), ZOOM)
    scripts = [pages.leaflet("leaflet.js"), parts.script, *map(pages.asset, SCRIPTS)]
    own_style = pages.page_style(publication) + pages.asset("planner/assets/planner.css")
    styles = [pages.leaflet("leaflet.css"), own_style]
    data = planner_data(publication, planning)
    return pages.render(
        "planner.html",
        {
            "publication": publication,
            "run": pages.run_mark(publication),
            "policy": pages.content_policy(scripts=scripts, styles=styles),
            "scripts": [Markup(script) for script in scripts],  # noqa: S704 - our own and vendored files
            "styles": [Markup(style) for style in styles],  # noqa: S704 - the accent is a checked colour
            "map_element": Markup(parts.html),  # noqa: S704 - holds no text from data
            "map_name": MAP_NAME,
            "data": data,
            "network": network_text(planning),
            "has_network": planning.network is not None,
            "no_network": planning.no_network,
            "one_journey": len(data["journeys"]) == 1,
        },
    )
