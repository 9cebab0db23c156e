"""The map of a page: empty, as folium draws it, around the page's own centre."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from llrgeo.publish.template_code import cached_text

MAP_ID: Final = "llrgeo"
MAP_NAME: Final = f"map_{MAP_ID}"
_NOWHERE: Final = (12.3456, 65.4321)  # a centre that stands nowhere else in the script
_DRAWN_BY: Final = Path(__file__).with_name("folium_map.py")


@dataclass(frozen=True, slots=True)
class MapParts:
    """The parts of a map that a page places: its element and the script that makes the map."""

    html: str
    script: str


def empty_map(centre: tuple[float, float], zoom: int) -> MapParts:
    """Return an empty map, without tiles; its script makes the global `map_llrgeo`.

    Parameters
    ----------
    centre
        Latitude and longitude, EPSG:4326.
    zoom
        Leaflet's zoom level to open with.
    """
    rendered = _map_around_nowhere(zoom)
    script = rendered.script.replace(json.dumps(_NOWHERE), json.dumps(centre))
    return MapParts(rendered.html, script)


@cache
def _map_around_nowhere(zoom: int) -> MapParts:
    """Return a map as folium draws it, once for all pages: they differ in its centre.

    It is kept for later runs: folium takes a sixtieth of the main job to load.
    """

    def draw() -> str:
        from llrgeo.publish.explorer.folium_map import draw_empty_map

        return json.dumps(draw_empty_map(MAP_ID, _NOWHERE, zoom))

    code = _DRAWN_BY.read_text(encoding="utf-8")
    drawn_by = [version("folium"), version("branca"), code, MAP_ID, str(_NOWHERE), str(zoom)]
    return MapParts(*json.loads(cached_text("empty_map", drawn_by, draw)))
