"""A dense town made up by a seed: a grid of short streets, and a site in its middle."""

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.roads.network import NetworkInfo, RoadNetwork
from llrgeo.schema import BNG

BLOCK_M = 70.0
CORNER = (450_000.0, 300_000.0)
NARROW_MS, WIDE_MS = 110, 75  # a metre: 33 and 48 km/h


def dense_town(across: int) -> RoadNetwork:
    """Return nine in ten streets of a grid of so many crossroads; each tenth street is wider."""
    rng = np.random.default_rng(5)
    node = np.arange(across * across).reshape(across, across)
    xy = BLOCK_M * np.stack(np.divmod(node.ravel(), across), axis=1) + CORNER
    xy += rng.uniform(-15, 15, xy.shape)
    tail = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    head = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    wide = np.concatenate([node[:, :-1].ravel() // across, node[:-1].ravel() % across]) % 10 == 0
    kept = wide | (rng.random(len(tail)) < 0.9)
    tail, head, wide = tail[kept], head[kept], np.tile(wide[kept], 2)
    ends = np.append(tail, head), np.append(head, tail)
    length_m = np.hypot(*(xy[ends[0]] - xy[ends[1]]).T)
    kind = np.where(wide, "secondary", "residential")
    edges = pd.DataFrame(
        {
            "from_node": ends[0].astype("int32"),
            "to_node": ends[1].astype("int32"),
            "length_m": length_m,
            "ms_off_peak": (length_m * np.where(wide, WIDE_MS, NARROW_MS)).astype(np.int64),
            "road_class": kind,
            "road_name": "",
            "use": "through",
            "snappable": True,
            "geometry": None,
        }
    )
    nodes = pd.DataFrame(xy, columns=["x", "y"])
    return RoadNetwork(nodes, edges, NetworkInfo("car", ("off_peak",), "made up", "none"))


def middle(network: RoadNetwork) -> gpd.GeoSeries:
    """Return a site in the middle of a network."""
    at = network.nodes.mean() + 9.0
    points = gpd.points_from_xy([at["x"]], [at["y"]], crs=BNG)
    return gpd.GeoSeries(points, index=pd.Index(["S"], name="site_id"))
