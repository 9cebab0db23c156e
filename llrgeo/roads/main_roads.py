"""Main roads of a network as lines, to draw maps with."""

import geopandas as gpd
import numpy as np

from llrgeo.inputs.base_map import MAIN_ROADS
from llrgeo.roads.network import RoadNetwork
from llrgeo.schema import BNG, WGS84


def main_road_lines(network: RoadNetwork) -> gpd.GeoDataFrame:
    """Return the main roads of a network, each stretch once, as `read_road_lines` does.

    Returns
    -------
    geopandas.GeoDataFrame
        `road` (its name, or its number where it has none), `road_class` (one of `MAIN_ROADS`), and
        lines in EPSG:4326. A stretch without a name is drawn, and not labelled.
    """
    edges = network.edges
    main = edges[edges["road_class"].isin(MAIN_ROADS) & (edges["length_m"] > 0)]
    # Both directions of a stretch are one line: it is known by its lower and its higher end.
    xy = network.nodes[["x", "y"]].to_numpy()
    starts, ends = (xy[main[column].to_numpy()] for column in ("from_node", "to_node"))
    first = (starts[:, 0] < ends[:, 0]) | (
        (starts[:, 0] == ends[:, 0]) & (starts[:, 1] <= ends[:, 1])
    )
    low, high = np.where(first[:, None], starts, ends), np.where(first[:, None], ends, starts)
    told = main[["road_name", "road_class"]].rename(columns={"road_name": "road"})
    keys = told.assign(a=low[:, 0], b=low[:, 1], c=high[:, 0], d=high[:, 1]).round(1)
    once = told[~keys.duplicated().to_numpy()]
    lines = gpd.GeoSeries(network.lines.to_numpy()[once.index], once.index, crs=BNG).to_crs(WGS84)
    return gpd.GeoDataFrame(once, geometry=lines).reset_index(drop=True)
