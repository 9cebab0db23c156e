"""Lay the classified roads of data/roads/links.csv over the local streets.

Each link is cut about every kilometre (closer where houses are dense), and each cut joins the
nearest local streets. A motorway has a level of its own: it is left and reached only at the
junctions where its links end, by a slip road.
"""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from local_streets import CIRCUITY, density_per_km2
from numpy.typing import NDArray
from pyproj import Transformer
from scipy.spatial import KDTree
from shapely.ops import substring

from llrgeo.schema import BNG

ACCESS_SPACING_M = 1000.0  # between joints with local streets in open country
TOWN_ACCESS_SPACING_M = 300.0
TOWN_DENSITY = 30.0  # delivery points for each square kilometre
JOINED_STREETS = 2  # local nodes that a joint may reach, one for either side of the road
SLIP_ROAD_M = 400.0
CROSSING_LINKS = 3  # fewer links that meet are one road that goes on
NAME_TOLERANCE_M = 500.0  # ends that share a name and lie further apart are a mistake
TO_BNG = Transformer.from_crs("EPSG:4326", BNG, always_xy=True)


def read_links(files: list[Path]) -> gpd.GeoDataFrame:
    """Read links with their lines in EPSG:27700, all ends of one name moved to one place."""
    rows = pd.concat([pd.read_csv(file, dtype={"road": "str"}) for file in files])
    rows = rows.sort_values(["road", "from", "to"], ignore_index=True)
    lines = [read_line(path) for path in rows["path"]]
    links = gpd.GeoDataFrame(rows.drop(columns="path"), geometry=lines, crs=BNG)
    places = junction_places(links)
    ends = zip(lines, links["from"], links["to"], strict=True)
    moved = [_move_ends(line, places.loc[start], places.loc[end]) for line, start, end in ends]
    return links.set_geometry(gpd.GeoSeries(moved, crs=BNG))


def junction_places(links: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return x and y of each junction name: the mean of the link ends that bear it."""
    ends = _ends(links, "from", "to")
    by_name = ends.groupby("name")[["x", "y"]]
    spread = (by_name.max() - by_name.min()).max(axis=1)
    if (far := spread[spread > NAME_TOLERANCE_M]).any():
        msg = f"links.csv: junction names used in two places: {far.round().to_dict()}"
        raise ValueError(msg)
    return by_name.mean()


def _ends(lines: gpd.GeoDataFrame, start: str, end: str) -> pd.DataFrame:
    """Return name, x and y of the first and the last point of each line."""
    first = shapely.get_coordinates(shapely.get_point(lines.geometry.to_numpy(), 0))
    last = shapely.get_coordinates(shapely.get_point(lines.geometry.to_numpy(), -1))
    ends = pd.DataFrame(np.concatenate([first, last]), columns=["x", "y"])
    ends.insert(0, "name", np.concatenate([lines[start], lines[end]]))
    return ends


def read_line(path: str) -> shapely.LineString:
    """Read "lat lon; lat lon; ..." as a line in EPSG:27700."""
    lat, lon = np.array([place.split() for place in path.split(";")], dtype=float).T
    return shapely.LineString(np.column_stack(TO_BNG.transform(lon, lat)))


def _move_ends(line: shapely.LineString, start: pd.Series, end: pd.Series) -> shapely.LineString:
    corners = shapely.get_coordinates(line)
    corners[0], corners[-1] = start, end
    return shapely.LineString(corners)


def crossing_names(links: gpd.GeoDataFrame) -> set[str]:
    """Return the names of junctions where at least three links meet.

    Where only two meet, a road goes on under another name or was cut for its bends: nobody waits.
    """
    counts = pd.concat([links["from"], links["to"]]).value_counts()
    return set(counts.index[counts >= CROSSING_LINKS])


def cut_links(links: gpd.GeoDataFrame, points: NDArray[np.float64]) -> gpd.GeoDataFrame:
    """Cut links into pieces with keys of their ends; motorway links stay whole.

    A key is a junction name, the name and " (motorway)" for a motorway's level, or the link's
    number and the position of the cut.
    """
    pieces = []
    crossings = crossing_names(links)
    middle = shapely.get_coordinates(links.geometry.interpolate(0.5, normalized=True))
    in_town = density_per_km2(middle, points) > TOWN_DENSITY
    for number, (_, link) in enumerate(links.iterrows()):
        motorway = link["road_class"] == "motorway"
        line, level = link.geometry, " (motorway)" if motorway else ""
        spacing = TOWN_ACCESS_SPACING_M if in_town[number] else ACCESS_SPACING_M
        count = 1 if motorway else max(1, round(line.length / spacing))
        cuts = np.linspace(0.0, line.length, count + 1)
        keys = [f"{number}/{cut}" for cut in range(count + 1)]
        keys[0], keys[-1] = link["from"] + level, link["to"] + level
        for cut in range(count):
            piece = substring(line, cuts[cut], cuts[cut + 1])
            starts_there = cut == 0 and link["from"] in crossings
            ends_there = cut == count - 1 and link["to"] in crossings
            ends = 0 if motorway else int(starts_there) + int(ends_there)
            pieces.append((number, keys[cut], keys[cut + 1], ends, piece))
    columns = ["link", "from_key", "to_key", "junction_ends", "geometry"]
    frame = gpd.GeoDataFrame(pieces, columns=columns, crs=links.crs)
    return frame.join(links.drop(columns=["from", "to", "geometry"]), on="link")


def road_nodes(pieces: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return x and y of every key, and of the surface level of every motorway junction."""
    ends = _ends(pieces, "from_key", "to_key")
    surface = ends.assign(name=ends["name"].str.removesuffix(" (motorway)"))
    nodes = pd.concat([ends, surface]).drop_duplicates("name").sort_values("name")
    return nodes.set_index("name")


def classified_edges(
    pieces: gpd.GeoDataFrame, position: pd.Series, points: NDArray[np.float64]
) -> pd.DataFrame:
    """Describe the pieces as edges between the node positions given by key."""
    middle = shapely.get_coordinates(pieces.geometry.interpolate(0.5, normalized=True))
    return pd.DataFrame(
        {
            "from_node": position.loc[pieces["from_key"]].to_numpy(),
            "to_node": position.loc[pieces["to_key"]].to_numpy(),
            "length_m": shapely.length(pieces.geometry),
            "density": density_per_km2(middle, points),
            "road_class": pieces["road_class"].to_numpy(),
            "road_name": pieces["road"].to_numpy(),
            "oneway": (pieces["oneway"] == "yes").to_numpy(),
            "limit_mph": pieces["speed_mph"].to_numpy(dtype=float),
            "junction_ends": pieces["junction_ends"].to_numpy(),
            "geometry": pieces.geometry.to_numpy(),
        }
    )


def slip_roads(position: pd.Series) -> pd.DataFrame:
    """Join the two levels of each motorway junction."""
    motorway = position[position.index.str.endswith(" (motorway)")]
    surface = position.loc[motorway.index.str.removesuffix(" (motorway)")]
    return pd.DataFrame(
        {
            "from_node": motorway.to_numpy(),
            "to_node": surface.to_numpy(),
            "length_m": SLIP_ROAD_M,
            "road_class": "slip_road",
        }
    )


def joints(roads: pd.DataFrame, position: pd.Series, streets: NDArray[np.float64]) -> pd.DataFrame:
    """Join each surface node of the classified roads to its nearest local nodes (n, 2)."""
    surface = roads[~roads.index.str.endswith(" (motorway)")]
    distance, nearest = KDTree(streets).query(surface, k=JOINED_STREETS)
    return pd.DataFrame(
        {
            "from_node": np.repeat(position.loc[surface.index].to_numpy(), JOINED_STREETS),
            "to_node": np.ravel(nearest),
            "length_m": np.ravel(distance) * CIRCUITY,
            "road_class": "local_street",
            "joints": 1,
        }
    )
