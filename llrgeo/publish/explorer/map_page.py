"""What every page with a map holds."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from markupsafe import Markup

from llrgeo.publish import pages
from llrgeo.publish.explorer.leaflet_map import MAP_NAME, empty_map
from llrgeo.publish.publication import Publication

ZOOM: Final = 9


def map_page_values(
    publication: Publication, script_names: Iterable[str], styles: Sequence[str]
) -> dict[str, Any]:
    """Return what every page with a map holds: its run, policy, scripts, styles and the map."""
    points = publication.areas.to_crs("EPSG:4326").geometry
    parts = empty_map((round(points.y.mean(), 4), round(points.x.mean(), 4)), ZOOM)
    # The policy of the page names each script and style by its hash; nothing else may run.
    scripts = [pages.leaflet("leaflet.js"), parts.script, *map(pages.asset, script_names)]
    return {
        "publication": publication,
        "run": pages.run_mark(publication),
        "policy": pages.content_policy(scripts=scripts, styles=styles),
        "scripts": pages.own_markup(scripts),
        "styles": pages.own_markup(styles),
        "map_element": Markup(parts.html),  # noqa: S704 - holds no text from data
        "map_name": MAP_NAME,
    }
