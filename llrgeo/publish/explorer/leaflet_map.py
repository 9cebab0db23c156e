"""The map: the only module that imports folium, and it gives folium no text from data.

Names, numbers and shapes reach the map through the page's JSON and our own script; folium makes
the empty Leaflet map alone.
"""

import json
from dataclasses import dataclass
from functools import cache
from typing import Final

import folium
from branca.element import Figure

MAP_ID: Final = "llrgeo"
MAP_NAME: Final = f"map_{MAP_ID}"
_NOWHERE: Final = (12.3456, 65.4321)  # a centre that stands nowhere else in the script


class _LeanMap(folium.Map):
    """A folium map that loads nothing and whose name is the same in every build."""

    def __init__(self, centre: tuple[float, float], zoom: int) -> None:
        super().__init__(
            location=centre,
            zoom_start=zoom,
            tiles=None,
            prefer_canvas=True,
            scroll_wheel_zoom=False,
            zoom_snap=0.1,
            zoom_animation=False,
            fade_animation=False,
            inertia=False,
        )
        self.default_js, self.default_css = [], []
        self._name = "Map"
        self._id = MAP_ID


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
    """Return a map as folium renders it, once for all pages: they differ in its centre."""
    figure = Figure()
    _LeanMap(_NOWHERE, zoom).add_to(figure)
    figure.render()
    return MapParts(figure.html.render().strip(), figure.script.render().strip())
