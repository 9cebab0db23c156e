"""Barriers and private tags mapped on the very node where a drive meets a street.

Such a tag would shut the street, but stands there for the drive: mappers put the gate where the
line of the drive begins. So it shuts what is lower at that node, and the street stays open (as
GraphHopper and OSRM pass barriers at junctions). Where all that meets is alike nobody can tell,
and the barrier shuts all of it. Either is counted.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.roads.osm_files.extract import Extract
from llrgeo.roads.osm_files.ids import is_among
from llrgeo.roads.rules.profile import Level
from llrgeo.roads.streets import Points, Streets

# From what is least a street to what is most: a barrier at a node of several belongs to the lower.
_RANK: Final = {
    "path": 0, "footway": 0, "cycleway": 0, "bridleway": 0, "steps": 0, "corridor": 0,
    "track": 1, "service": 3, "pedestrian": 4, "residential": 5, "living_street": 5,
    "unclassified": 5, "road": 5, "tertiary": 6, "secondary": 7, "primary": 8, "trunk": 9,
    "motorway": 10,
}  # fmt: skip
_DRIVE: Final = 2
_STREET: Final = 5
_ARMS: Final = 3
# Built for vehicles: where a footway joins at one of these, it is the road's none the less.
_OF_ROADS: Final = frozenset(
    {
        "lift_gate", "swing_gate", "sliding_gate", "bus_trap", "sump_buster", "height_restrictor",
        "width_restrictor", "toll_booth", "cattle_grid", "border_control", "spikes",
    }
)  # fmt: skip


class JunctionBarriers(NamedTuple):
    """Where barriers stand on junctions.

    Attributes
    ----------
    open_to
        One row a node and street that passes it freely: `node`, `way` (row of the streets' table).
    nodes
        The nodes whose barrier is the lower roads' alone.
    counts
        How many there are.
    """

    open_to: pd.DataFrame
    nodes: NDArray[np.int64]
    counts: dict[str, int]


def junction_barriers(extract: Extract, streets: Streets, points: Points) -> JunctionBarriers:
    """Tell which streets pass freely by barriers that stand on their junctions with lower roads."""
    # At each node with a barrier: how many arms, of what ranks, and which rank comes second.
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
    # A footway alone is no drive: by a service road, or where the barrier is one for vehicles or
    # a bare tag (which a footway would not need), what stands there is the road's.
    by_footway = at["second"] == 0
    roads_own = (at["top"] < _STREET) | at["barrier"].isin(_OF_ROADS) | (at["barrier"] == "")
    drives = at[meets & (at["low"] < at["top"]) & ~(by_footway & roads_own)]
    nodes = drives.index.to_numpy(np.int64)
    street = arms[arms["node"].isin(nodes) & (arms["rank"] == top) & (arms["way"] >= 0)]
    alike = (at["arms"] >= _ARMS) & (at["low"] == at["top"])
    counts = {
        "barriers where a drive meets a street, taken as the drive's": len(nodes),
        "barriers where like streets meet, taken as shutting all": int(alike.sum()),
    }
    return JunctionBarriers(street[["node", "way"]], nodes, counts)


def _arms(extract: Extract, streets: Streets, nodes: NDArray[np.int64]) -> pd.DataFrame:
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
    found = pd.DataFrame({"node": node[here], "row": row, "arms": 2 - ends})
    found = found.groupby(["node", "row"])["arms"].sum().reset_index()
    row_of = {int(one): row for row, one in enumerate(streets.table.get("way_id", []))}
    ids = [extract.ways[row].id for row in found["row"]]
    found["way"] = [row_of.get(way_id, -1) for way_id in ids]
    private = (
        streets.table[["forward", "backward"]].max(axis=1).to_numpy() == Level.DESTINATION
        if len(streets.table)
        else np.zeros(0, dtype=bool)
    )
    found["rank"] = [
        _rank(extract.ways[row].tags, private=bool(way >= 0 and private[way]))
        for row, way in zip(found["row"], found["way"], strict=True)
    ]
    return found[found["rank"] >= 0].drop(columns="row").reset_index(drop=True)


def _rank(tags: Mapping[str, str], *, private: bool) -> int:
    """Return how much of a street a road is; -1 for what is none (works, plans, ferries)."""
    highway = tags.get("highway", "").strip().lower().split(";")[0].removesuffix("_link")
    rank = _RANK.get(highway, -1)
    is_drive = private or tags.get("access") in {"private", "no"} or "service" in tags
    return min(rank, _DRIVE) if is_drive and rank > _DRIVE else rank
