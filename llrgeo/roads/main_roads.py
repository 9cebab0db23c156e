"""The main roads and the places of a network, for drawing maps."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from llrgeo.inputs.base_map import MAIN_ROADS, PLACES
from llrgeo.roads.network import RoadNetwork
from llrgeo.schema import BNG, WGS84


def main_road_lines(network: RoadNetwork) -> gpd.GeoDataFrame:
    """Return the main roads of a network, as `read_road_lines` does.

    They are its landmarks, or, where it has none, its own edges, each stretch once.

    Returns
    -------
    geopandas.GeoDataFrame
        `road` (its number, or its name where it has none), `road_class` (one of `MAIN_ROADS`), and
        lines in EPSG:4326, joined where one road continues. A road without a number or name has a
        line but no label.
    """
    marks = network.landmarks
    if marks is not None and marks["kind"].isin(MAIN_ROADS).any():
        roads = marks[marks["kind"].isin(MAIN_ROADS)]
        named = roads.rename(columns={"name": "road", "kind": "road_class"})
        kept: gpd.GeoDataFrame = named[["road", "road_class", "geometry"]]
        return kept.to_crs(WGS84).reset_index(drop=True)
    return _stretches_joined(network)


def places_of(network: RoadNetwork) -> gpd.GeoDataFrame | None:
    """Return cities, towns and villages as `read_labels` does; None without landmarks."""
    marks = network.landmarks
    if marks is None:
        return None
    places = marks.loc[marks["kind"].isin(PLACES), ["name", "residents", "geometry"]]
    found: gpd.GeoDataFrame = places.to_crs(WGS84).reset_index(drop=True)
    return found


def _stretches_joined(network: RoadNetwork) -> gpd.GeoDataFrame:
    """Return the main roads among a network's edges, those of one name and class joined."""
    edges = network.edges
    main = edges[edges["road_class"].isin(MAIN_ROADS) & (edges["length_m"] > 0)]
    # Both directions of a stretch are one line, identified by its lower and its higher end.
    xy = network.nodes[["x", "y"]].to_numpy()
    starts, ends = (xy[main[column].to_numpy()] for column in ("from_node", "to_node"))
    first = (starts[:, 0] < ends[:, 0]) | (
        (starts[:, 0] == ends[:, 0]) & (starts[:, 1] <= ends[:, 1])
    )
    low, high = np.where(first[:, None], starts, ends), np.where(first[:, None], ends, starts)
    labels = main[["road_name", "road_class"]].rename(columns={"road_name": "road"})
    keys = labels.assign(a=low[:, 0], b=low[:, 1], c=high[:, 0], d=high[:, 1]).round(1)
    once = labels[~keys.duplicated().to_numpy()]
    lines = network.lines.to_numpy()
    rows = [
        (road, kind, part)
        for (road, kind), own in once.groupby(["road", "road_class"])
        for part in joined(lines[own.index])
    ]
    frame = pd.DataFrame(rows, columns=["road", "road_class", "geometry"])
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=BNG).to_crs(WGS84)


def joined(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return lines joined where two of them meet end to end, so that there may be fewer."""
    merged = shapely.line_merge(shapely.MultiLineString(lines.tolist()))
    parts: NDArray[np.object_] = shapely.get_parts(np.asarray(merged))
    return parts
