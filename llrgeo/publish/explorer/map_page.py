"""What every page with a map holds."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from markupsafe import Markup

from llrgeo.arrays import Floats
from llrgeo.execution.computed_once import computed_once
from llrgeo.publish import pages
from llrgeo.publish.explorer.leaflet_map import MAP_NAME, empty_map
from llrgeo.publish.publication import Publication
from llrgeo.schema import WGS84

ZOOM: Final = 9


def map_page_values(
    publication: Publication, script_names: Iterable[str], styles: Sequence[str]
) -> dict[str, Any]:
    """Return what every page with a map holds: its run, policy, scripts, styles and the map."""
    middle = _degrees_of_areas(publication.whole)[publication.rows_in_whole].mean(axis=0)
    lat, lon = middle.round(4).tolist()
    parts = empty_map((lat, lon), ZOOM)
    scripts = [pages.leaflet("leaflet.js"), parts.script, *map(pages.asset, script_names)]
    return {
        **pages.page_values(publication, scripts, styles),
        "map_element": Markup(parts.html),  # noqa: S704 - holds no text from data
        "map_name": MAP_NAME,
    }


@computed_once
def _degrees_of_areas(publication: Publication) -> Floats:
    """Return the latitude and longitude of each area."""
    points = publication.areas.to_crs(WGS84).geometry
    return np.column_stack([points.y, points.x])
