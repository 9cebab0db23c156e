"""A part of a network: some of its roads, to which points snap as in the whole network."""

from dataclasses import replace

import numpy as np

from llrgeo.arrays import Bools
from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.snap import EdgeIndex, Indexes, Snapper


def part_of(snapping: Snapper, kept: Bools, periods: tuple[str, ...]) -> Snapper:
    """Return the kept edges of a network, in some of its periods, ready for snapping.

    Roads serve the same roles as in the whole network; found anew, they could differ, because the
    part is connected in another way. Names of roads are left out.

    Parameters
    ----------
    snapping
        The snapper of the whole network.
    kept
        Mask of the edges to keep.
    periods
        Periods to keep, at least one.
    """
    whole = snapping.network
    edges = whole.edges.loc[kept].reset_index(drop=True).assign(road_name="")
    edges = edges.drop(columns=[f"ms_{name}" for name in whole.info.periods if name not in periods])
    # Nodes are renumbered in the same order; those without a road are left out.
    used = np.unique(edges[["from_node", "to_node"]].to_numpy())
    for end in ("from_node", "to_node"):
        edges[end] = np.searchsorted(used, edges[end].to_numpy())
    network = RoadNetwork(
        whole.nodes.iloc[used].reset_index(drop=True), edges, replace(whole.info, periods=periods)
    )
    number = np.cumsum(kept) - 1
    indexes: Indexes = {
        role: EdgeIndex.of(network, number[index.edges[kept[index.edges]]])
        for role, index in snapping.indexes.items()
    }
    return Snapper(network, indexes, snapping.max_distance_m)
