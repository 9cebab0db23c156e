"""Times between the edges of a network and a site: one search for each site, up to a limit.

Only times are needed, not routes, so parallel arcs and loops stay in the graph: they do not change
what a search finds.
"""

from dataclasses import dataclass
from typing import NamedTuple, Self

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from llrgeo.arrays import Floats, Ints
from llrgeo.roads.edge_lines import edge_lines
from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.snap import Edges, Role, serving_edges, snapper_about
from llrgeo.travel.access_links import UsedRoads, link_keys, roads_of_points
from llrgeo.travel.search.dijkstra import arc_matrix
from llrgeo.travel.search.graph import (
    MS_PER_MIN,
    UNREACHABLE,
    edge_keys,
    layer_network,
    limit_key,
    unpack,
)
from llrgeo.travel.times import Direction


class Entrances(NamedTuple):
    """The entrances of a site: coordinates, shape (entrances, 2), and metres from their road."""

    xy: Floats
    off_m: Floats


class Reach(NamedTuple):
    """Times between each edge and one site, and the site's own stretch of road.

    Attributes
    ----------
    ms
        Milliseconds between the site and one end of each edge: the head if one travels to the
        site, the tail if one travels from it.
    own
        The edges along which the site lies, all copies of them: `edge`, `share` along it,
        `walk_ms`.
    entrances
        Its entrances; from these one may also walk straight, whether or not a road is near.
    """

    ms: Floats
    own: pd.DataFrame
    entrances: Entrances


@dataclass(frozen=True, slots=True)
class SiteSearch:
    """What the searches of all sites have in common.

    Attributes
    ----------
    network, period, direction
        The roads, the period of their times, and the direction of travel.
    used
        The roads that the sites are joined to.
    served
        The edges that all other points may be joined to.
    own
        The edges along which the sites lie, as `UsedRoads.table` lists them, with the copies that
        other points are joined to.
    onward, end
        Nodes of each edge, in its layer: the one from which the search of a site on the edge
        continues, and the one whose time decides the times of points along the edge.
    arcs
        Keys of the arcs in the direction in which a site is searched from: reversed if one travels
        to the site. The last node stands for the site and has no arcs yet.
    """

    network: RoadNetwork
    period: str
    direction: Direction
    used: UsedRoads
    served: Edges
    own: pd.DataFrame
    onward: Ints
    end: Ints
    arcs: csr_array

    @classmethod
    def of(
        cls,
        network: RoadNetwork,
        sites: gpd.GeoSeries,
        boxes: Floats,
        *,
        period: str,
        direction: Direction,
    ) -> Self:
        """Make a network ready for searches from sites.

        Parameters
        ----------
        network, sites, period, direction
            As `isochrones` takes them.
        boxes
            The box of every edge (`edge_boxes`).

        Raises
        ------
        NetworkError
            If the network has no such period, or the sites no coordinate system.
        """
        edges = serving_edges(network)
        site_role, role = _roles(direction)
        snapping = snapper_about(network, sites, site_role, edges=edges[site_role], boxes=boxes)
        used = roads_of_points(snapping, sites, site_role)
        layered = layer_network(network)
        from_, to = (layered.tail, layered.step_from), (layered.head, layered.step_to)
        # If one travels to the site, the search follows the arcs backwards.
        rows, columns = (to, from_) if direction == "to_site" else (from_, to)
        keys = np.concatenate([edge_keys(network, period), np.zeros_like(layered.step_from)])
        arcs = arc_matrix(layered.nodes + 1, np.concatenate(rows), np.concatenate(columns), keys)
        own = _with_copies(used.table, network, edges[role], boxes)
        return cls(network, period, direction, used, edges[role], own, columns[0], rows[0], arcs)

    def reach(self, number: int, limit_min: float) -> Reach:
        """Search from one site (its row number) over the whole network, as far as a limit."""
        links, own = (
            table[table["point"] == number].assign(point=0) for table in (self.used.table, self.own)
        )
        keys = link_keys(self.network, self.period, UsedRoads(1, links), _roles(self.direction)[0])
        nodes = self.arcs.shape[0] - 1
        ends = np.append(self.arcs.indptr[:-1], self.arcs.nnz + len(links)).astype(np.int32)
        # The site's own row is the last: the nodes by which its roads are entered or left.
        arcs = csr_array(
            (
                np.append(self.arcs.data, keys.astype(np.float64)),
                np.append(self.arcs.indices, self.onward[links["edge"]].astype(np.int32)),
                ends,
            ),
            shape=self.arcs.shape,
        )
        limit = float(limit_key(limit_min))
        found = dijkstra(arcs, indices=np.array([nodes]), limit=limit)[0, :nodes]
        found_keys: Ints = np.minimum(found, UNREACHABLE).astype(np.int64)
        mine = self.used.of_point == number
        entrances = Entrances(self.used.xy[mine], self.used.off_m[mine])
        return Reach((unpack(found_keys)[0] * MS_PER_MIN)[self.end], own, entrances)


def _roles(direction: Direction) -> tuple[Role, Role]:
    """Return the role of the sites, and that of all other points."""
    return ("destination", "origin") if direction == "to_site" else ("origin", "destination")


def _with_copies(
    table: pd.DataFrame, network: RoadNetwork, served: Edges, boxes: Floats
) -> pd.DataFrame:
    """Add to the edges of sites the copies of their roads that other points are joined to.

    A private road has one copy for journeys that start on it and one for those that end on it. A
    journey along the one road passes no node, so it needs the other copy, too.
    """
    sites = table["edge"].to_numpy()
    # Copies have equal lines, so equal boxes; few other roads have the same west and north.
    alike = [np.isin(boxes[side, served], boxes[side, sites]) for side in (0, 3)]
    other = served[alike[0] & alike[1] & ~np.isin(served, sites)]
    lines = shapely.to_wkb(edge_lines(network.nodes, network.edges, other))
    copies = pd.DataFrame({"edge": other, "line": lines})
    return pd.concat([table, table.drop(columns="edge").merge(copies, on="line")])
