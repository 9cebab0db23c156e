"""Maps for notebooks: folium without tiles, Leaflet within, so that nothing is requested.

Text from data (names, ids) is escaped before folium has it: Leaflet shows it as HTML.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

import folium
import geopandas as gpd
from branca.element import Element, Figure

from llrgeo.publish import pages
from llrgeo.publish.legend import Legend
from llrgeo.schema import WGS84

_DOT: Final = 5
_EDGE: Final = 0.6
_INK: Final = "#333333"


@dataclass(frozen=True, slots=True)
class MapLayer:
    """What is drawn together on a map.

    Attributes
    ----------
    label
        What the reader switches it on and off by.
    shapes
        Points, lines or polygons in any CRS, with `colour` (of the fill, or of a line) and `text`
        (what is shown where the pointer is; plain text, lines separated by a line feed).
    key
        Labels of colours for the legend, colour by label; empty for none.
    """

    label: str
    shapes: gpd.GeoDataFrame
    key: Mapping[str, str] = field(default_factory=dict)


class NotebookMap(folium.Map):
    """A folium map without tiles, whose Leaflet is in the page itself."""

    def __init__(self) -> None:
        super().__init__(tiles=None, prefer_canvas=True, zoom_snap=0.1)
        self.default_js, self.default_css = [], []


def build_map(layers: Sequence[MapLayer]) -> NotebookMap:
    """Return a map of layers, the last on top, as wide as all of them.

    It shows itself in a notebook; its method `save` writes one file that needs nothing else.
    """
    page = Figure()
    made = NotebookMap()
    page.add_child(made)
    head = page.header
    head.add_child(Element(_raw(f"<style>{pages.leaflet('leaflet.css')}</style>")), name="style")
    head.add_child(Element(_raw(f"<script>{pages.leaflet('leaflet.js')}</script>")), name="leaflet")
    # An empty layer has no bounds, and folium would frame the whole world for it.
    drawn = [layer for layer in layers if len(layer.shapes)]
    for layer in drawn:
        _geojson(layer).add_to(made)
    if len(drawn) > 1:
        folium.LayerControl(collapsed=False).add_to(made)
    bounds = [layer.shapes.to_crs(WGS84).total_bounds for layer in drawn]
    if bounds:
        west, south = (min(box[axis] for box in bounds) for axis in (0, 1))
        east, north = (max(box[axis] for box in bounds) for axis in (2, 3))
        made.fit_bounds([[south, west], [north, east]])
    key = {label: colour for layer in drawn for label, colour in layer.key.items()}
    if key:
        page.html.add_child(Element(_raw(_key_box(key))), name="key")
    return made


def legend_layer(label: str, shapes: gpd.GeoSeries, legend: Legend, texts: object) -> MapLayer:
    """Return areas as a layer, coloured by the classes of a legend of public maps."""
    colours = legend.classes.map(dict(enumerate(row.item.colour for row in legend.rows)))
    drawn = gpd.GeoDataFrame({"colour": colours, "text": texts}, geometry=shapes)
    return MapLayer(label, drawn, {row.label: row.item.colour for row in legend.shown})


def _geojson(layer: MapLayer) -> folium.GeoJson:
    """Return a layer as folium draws it; the ids of its features are numbers, never data."""
    popups = ["<br>".join(map(escape, str(text).split("\n"))) for text in layer.shapes["text"]]
    plain = gpd.GeoDataFrame(
        {"colour": list(layer.shapes["colour"]), "text": popups},
        geometry=layer.shapes.geometry.to_crs(WGS84).to_numpy(),
        crs=WGS84,
    )
    areal = bool(plain.geom_type.str.contains("Polygon").any())
    return folium.GeoJson(
        plain,
        name=escape(layer.label),
        marker=folium.CircleMarker(radius=_DOT, fill=True, fill_opacity=1),
        style_function=_areal_style if areal else _line_style,
        tooltip=folium.GeoJsonTooltip(["text"], labels=False),
    )


def _areal_style(feature: Mapping[str, Mapping[str, str]]) -> dict[str, object]:
    colour = feature["properties"]["colour"]
    return {"fillColor": colour, "color": _INK, "weight": _EDGE, "fillOpacity": 0.85}


def _line_style(feature: Mapping[str, Mapping[str, str]]) -> dict[str, object]:
    colour = feature["properties"]["colour"]
    return {"fillColor": colour, "color": colour, "weight": 1.5, "fillOpacity": 1}


def _key_box(key: Mapping[str, str]) -> str:
    rows = "".join(
        f'<div><span style="display:inline-block;width:1em;height:1em;margin-right:.5em;'
        f'background:{escape(colour)}"></span>{escape(label)}</div>'
        for label, colour in key.items()
    )
    return (
        '<div style="position:absolute;bottom:1em;left:1em;z-index:1000;background:#fff;'
        f'color:#222;padding:.5em .8em;border-radius:4px;font:12px/1.5 sans-serif">{rows}</div>'
    )


def _raw(text: str) -> str:
    """Return text that folium's template engine leaves as it is."""
    return "{% raw %}" + text.replace("{% endraw", "{&#37; endraw") + "{% endraw %}"
