"""Small maps that tests draw themselves as .osm files, and journeys over them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.roads.osm import build_network
from llrgeo.schema import WGS84
from llrgeo.travel.routers import NetworkRouter

if TYPE_CHECKING:
    from llrgeo.roads.network import RoadNetwork

# Near Leicester; a degree of latitude is 111.3 km, one of longitude 67.7 km here.
LAT, LON = 52.6, -1.1
M_IN_LAT, M_IN_LON = 1 / 111_300, 1 / 67_740

Places = Mapping[str, tuple[float, float]]
Tags = Mapping[str, str]


class Map:
    """A map in metres east and north of a point near Leicester, its nodes named by letters."""

    def __init__(self, places: Places) -> None:
        self.places = dict(places)
        self.root = ET.Element("osm", version="0.6", generator="llrgeo tests")
        self.ids = {name: number for number, name in enumerate(places, start=1)}
        self.node_tags: dict[str, Tags] = {}
        self.ways: list[tuple[int, Sequence[str], Tags]] = []
        self.relations: list[tuple[int, Tags, Sequence[tuple[str, int, str]]]] = []

    def way(self, number: int, names: str, **tags: str) -> "Map":
        """Draw a way over nodes (`"a b c"`), a residential street unless tagged otherwise."""
        tags = {key.replace("__", ":"): value for key, value in tags.items()}
        if not {"highway", "route", "railway", "waterway"} & set(tags):
            tags = {"highway": "residential", **tags}
        self.ways.append((number, names.split(), tags))
        return self

    def tagged(self, number: int, names: str, tags: Tags) -> "Map":
        """Draw a way with exactly these tags."""
        self.ways.append((number, names.split(), tags))
        return self

    def point(self, name: str, tags: Tags) -> "Map":
        """Tag a node."""
        self.node_tags[name] = tags
        return self

    def restrict(self, number: int, members: str, tags: Tags) -> "Map":
        """Add a turn restriction; members as `"from:1 via:b to:2"` (digits are ways)."""
        listed = []
        for member in members.split():
            role, ref = member.split(":")
            kind = "way" if ref.isdigit() else "node"
            listed.append((kind, int(ref) if ref.isdigit() else self.ids[ref], role))
        self.relations.append((number, {"type": "restriction", **tags}, listed))
        return self

    def write(self, path: Path) -> Path:
        """Write the map as .osm and return the path."""
        for name, (east, north) in self.places.items():
            lat, lon = f"{LAT + north * M_IN_LAT:.7f}", f"{LON + east * M_IN_LON:.7f}"
            node = ET.SubElement(self.root, "node", id=str(self.ids[name]), lat=lat, lon=lon)
            _tag(node, self.node_tags.get(name, {}))
        for number, names, tags in self.ways:
            way = ET.SubElement(self.root, "way", id=str(number))
            for name in names:
                ET.SubElement(way, "nd", ref=str(self.ids.get(name, 999_000)))
            _tag(way, tags)
        for number, tags, members in self.relations:
            relation = ET.SubElement(self.root, "relation", id=str(number))
            for kind, ref, role in members:
                ET.SubElement(relation, "member", type=kind, ref=str(ref), role=role)
            _tag(relation, tags)
        ET.ElementTree(self.root).write(path, encoding="utf-8", xml_declaration=True)
        return path


def _tag(element: ET.Element, tags: Tags) -> None:
    for key, value in tags.items():
        ET.SubElement(element, "tag", k=key, v=value)


class Town:
    """A network built from a map, with journeys between its named nodes."""

    def __init__(
        self, drawn: Map, folder: Path, *, mode: str = "car", clock: str | None = None
    ) -> None:
        self.map = drawn
        self.network: RoadNetwork = build_network(
            [drawn.write(folder / "map.osm")], mode=mode, clock=clock
        )
        self.mode = mode

    def point(self, name: str) -> gpd.GeoSeries:
        """Return a named node as a point."""
        east, north = self.map.places[name]
        points = gpd.points_from_xy([LON + east * M_IN_LON], [LAT + north * M_IN_LAT], crs=WGS84)
        return gpd.GeoSeries(points, index=pd.Index([name]))

    def journey(self, start: str, end: str, *, period: str = "off_peak") -> tuple[float, float]:
        """Return the seconds and metres of a journey between two nodes; inf where none."""
        times = NetworkRouter(self.network).travel_times(
            self.point(start), self.point(end), mode=self.mode, period=period
        )
        assert times.distance_km is not None
        return times.minutes.iloc[0, 0] * 60, times.distance_km.iloc[0, 0] * 1_000

    def metres(self, start: str, end: str) -> float:
        """Return the metres of a journey, rounded to ten; inf where there is none."""
        return float(np.round(self.journey(start, end)[1], -1))
