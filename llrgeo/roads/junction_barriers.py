"""Barriers and private tags mapped on the node where a drive meets a street.

Such a tag would close the street, but is meant for the drive: mappers put the gate where the line
of the drive begins. So it closes only the lower roads at that node, and the street stays open (as
GraphHopper and OSRM pass barriers at junctions). Where all roads at the node have one rank, it is
not known which is meant, and the barrier closes all of them. Both cases are counted.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from llrgeo.arrays import Ints
from llrgeo.roads.osm_files.extract import Extract
from llrgeo.roads.osm_files.ids import is_among
from llrgeo.roads.rules.profile import Level
from llrgeo.roads.streets import Points, Streets

# Rank of a road by its class. A barrier at a node of several ranks belongs to the lower ones.
_RANK: Final = {
    "path": 0, "footway": 0, "cycleway": 0, "bridleway": 0, "steps": 0, "corridor": 0,
    "track": 1, "service": 3, "pedestrian": 4, "residential": 5, "living_street": 5,
    "unclassified": 5, "road": 5, "tertiary": 6, "secondary": 7, "primary": 8, "trunk": 9,
    "motorway": 10,
}  # fmt: skip
_DRIVE: Final = 2  # highest rank of a private road, or of a service road of a stated kind
_STREET: Final = 5  # least rank of a public street
_ARMS: Final = 3  # of a junction, at least
# Built for vehicles: one of these belongs to the road even where a footway joins.
_FOR_VEHICLES: Final = frozenset(
    {
        "lift_gate", "swing_gate", "sliding_gate", "bus_trap", "sump_buster", "height_restrictor",
        "width_restrictor", "toll_booth", "cattle_grid", "border_control", "spikes",
    }
)  # fmt: skip


class JunctionBarriers(NamedTuple):
    """Barriers that are mapped on junctions.

    Attributes
    ----------
    open_to
        One row a node and street that the barrier does not close: `node`, `way` (row of the
        streets' table).
    nodes
        The nodes whose barrier closes only the lower roads.
    counts
        Numbers of such nodes, by description.
    """

    open_to: pd.DataFrame
    nodes: Ints
    counts: dict[str, int]


def junction_barriers(extract: Extract, streets: Streets, points: Points) -> JunctionBarriers:
    """Find the streets that barriers on their junctions with lower roads do not close."""
    # At each node with a barrier: the number of arms, their ranks, and the second highest rank.
    barred = points.table[points.table["is_barrier"]]
    arms = _arms(extract, streets, barred.index.to_numpy())
    by_node = arms.groupby("node")
    top = by_node["rank"].transform("max")
    at = pd.DataFrame(
        {
            "arms": by_node["arms"].sum(),
            "top": by_node["rank"].max(),
            "low": by_node["rank"].min(),
            "street_arms": arms["arms"].where(arms["rank"] == top, 0).groupby(arms["node"]).sum(),
            "second": arms["rank"].where(arms["rank"] < top, -1).groupby(arms["node"]).max(),
        }
    ).join(barred["barrier"])
    meets = (at["arms"] >= _ARMS) & (at["street_arms"] > 1)
    # If only footways join, the barrier belongs to the road where that is a service road, or where
    # the barrier is for vehicles or a plain access tag, which a footway would not need.
    only_footways = at["second"] == 0
    of_road = (at["top"] < _STREET) | at["barrier"].isin(_FOR_VEHICLES) | (at["barrier"] == "")
    drives = at[meets & (at["low"] < at["top"]) & ~(only_footways & of_road)]
    nodes = drives.index.to_numpy(np.int64)
    street = arms[arms["node"].isin(nodes) & (arms["rank"] == top) & (arms["way"] >= 0)]
    alike = (at["arms"] >= _ARMS) & (at["low"] == at["top"])
    counts = {
        "barriers where a drive meets a street, taken as the drive's": len(nodes),
        "barriers where like streets meet, taken as shutting all": int(alike.sum()),
    }
    return JunctionBarriers(street[["node", "way"]], nodes, counts)


def _arms(extract: Extract, streets: Streets, nodes: Ints) -> pd.DataFrame:
    """List the roads at nodes, also those of other modes: `node`, `way`, `arms` (1 or 2), `rank`.

    `way` is the row of the streets' table, -1 where the mode may not use the road.
    """
    refs = [way.nodes for way in extract.ways]
    sizes = np.array([len(of_way) for of_way in refs], dtype=np.int64)
    last = np.cumsum(sizes) - 1
    # Only the nodes with a barrier, of all nodes of all ways in one run.
    node = np.concatenate([*refs, np.zeros(0, np.int64)])
    here = np.flatnonzero(is_among(node, nodes))
    row = np.searchsorted(last, here)
    # A node within a way has two arms of it, a node at its end has one.
    ends = (here == last[row]) | (here == last[row] - sizes[row] + 1)
    arms = pd.DataFrame({"node": node[here], "row": row, "arms": 2 - ends})
    arms = arms.groupby(["node", "row"])["arms"].sum().reset_index()
    row_of = {int(way_id): row for row, way_id in enumerate(streets.table.get("way_id", []))}
    arms["way"] = [row_of.get(extract.ways[row].id, -1) for row in arms["row"]]
    private = (
        streets.table[["forward", "backward"]].max(axis=1).to_numpy() == Level.DESTINATION
        if len(streets.table)
        else np.zeros(0, dtype=bool)
    )
    arms["rank"] = [
        _rank(extract.ways[row].tags, private=bool(way >= 0 and private[way]))
        for row, way in zip(arms["row"], arms["way"], strict=True)
    ]
    return arms[arms["rank"] >= 0].drop(columns="row").reset_index(drop=True)


def _rank(tags: Mapping[str, str], *, private: bool) -> int:
    """Return the rank of a road (see `_RANK`); -1 for what is no road (works, plans, ferries)."""
    highway = tags.get("highway", "").strip().lower().split(";")[0].removesuffix("_link")
    rank = _RANK.get(highway, -1)
    is_drive = private or tags.get("access") in {"private", "no"} or "service" in tags
    return min(rank, _DRIVE) if is_drive and rank > _DRIVE else rank
