"""The empty map: the explorer's only module that imports folium, which takes a while to load.

Names, numbers and shapes reach the map through the page's JSON and our own script; folium makes
the empty Leaflet map alone, and is given no text from data.
"""

import folium
from branca.element import Figure


class _LeanMap(folium.Map):
    """A folium map that loads nothing and whose name is the same in every build."""

    def __init__(self, map_id: str, centre: tuple[float, float], zoom: int) -> None:
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
        self._id = map_id


def draw_empty_map(map_id: str, centre: tuple[float, float], zoom: int) -> tuple[str, str]:
    """Return the element of a map without tiles, and the script that makes the map."""
    figure = Figure()
    _LeanMap(map_id, centre, zoom).add_to(figure)
    figure.render()
    return figure.html.render().strip(), figure.script.render().strip()
