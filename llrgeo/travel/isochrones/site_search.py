"""How far the edges of a network are from a site in time: one search a site, as far as a limit.

Ways are not asked for, only times, so parallel arcs and loops stay: a search passes over them.
"""

from dataclasses import dataclass
from typing import NamedTuple, Self

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from llrgeo.roads.edge_lines import edge_lines
from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.snap import Edges, Role, serving_edges, snapper_about
from llrgeo.travel.access_links import UsedRoads, link_keys, roads_of_points
from llrgeo.travel.search.graph import (
    UNREACHABLE,
    IntArray,
    edge_keys,
    layer_network,
    limit_key,
    unpack,
)
from llrgeo.travel.times import Direction

Floats = NDArray[np.float64]

MS_PER_MIN = 60_000


class Doors(NamedTuple):
    """The entrances of a site: places, shape (doors, 2), and metres from the nearest road."""

    xy: Floats
    off_m: Floats


class Reach(NamedTuple):
    """How long the way is between each edge and one site, and the site's own stretch of road.

    Attributes
    ----------
    ms
        From each edge's far end: the end the site is reached from (left for).
    own
        The edges along which the site lies, all copies of them: `edge`, `share` along it,
        `walk_ms`.
    doors
        Its entrances, from which one may walk straight, whether or not a road is near.
    """

    ms: Floats
    own: pd.DataFrame
    doors: Doors


@dataclass(frozen=True, slots=True)
class SiteSearch:
    """What the searches of all sites have in common.

    Attributes
    ----------
    network, period, direction
        The roads, when one travels, and which way.
    used
        The roads that the sites are joined to.
    served
        The edges that all other points may be joined to.
    own
        The edges along which the sites lie, as `UsedRoads.table` lists them, with the copies that
        other points are joined to.
    onward, end
        Of each edge, in its layer, the node at which the search of a site on it goes on, and the
        one whose time decides how far from a site the points along it are.
    arcs
        The graph as searches from sites go through it, in keys: against the arcs if one travels to
        the site. It has one node more, without arcs yet, for the site.
    """

    network: RoadNetwork
    period: str
    direction: Direction
    used: UsedRoads
    served: Edges
    own: pd.DataFrame
    onward: IntArray
    end: IntArray
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
        laid = layer_network(network)
        from_, to = (laid.tail, laid.step_from), (laid.head, laid.step_to)
        # Towards a site one travels against the arcs that the search follows.
        rows, columns = (to, from_) if direction == "to_site" else (from_, to)
        keys = np.concatenate([edge_keys(network, period), np.zeros_like(laid.step_from)])
        arcs = _matrix(laid.nodes + 1, np.concatenate(rows), np.concatenate(columns), keys)
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
        found_keys: IntArray = np.minimum(found, UNREACHABLE).astype(np.int64)
        mine = self.used.of_point == number
        doors = Doors(self.used.xy[mine], self.used.off_m[mine])
        return Reach((unpack(found_keys)[0] * MS_PER_MIN)[self.end], own, doors)


def _roles(direction: Direction) -> tuple[Role, Role]:
    """Return the role of the sites, and that of all other points."""
    return ("destination", "origin") if direction == "to_site" else ("origin", "destination")


def _with_copies(
    table: pd.DataFrame, network: RoadNetwork, served: Edges, boxes: Floats
) -> pd.DataFrame:
    """Add to the edges of sites the copies of their roads that other points are joined to.

    A private road has one copy for who sets out on it and one for who arrives: they meet on it, for
    a journey along one road passes no node.
    """
    sites = table["edge"].to_numpy()
    # Copies have one line, so one box: few other roads share its west and its north.
    alike = [np.isin(boxes[side, served], boxes[side, sites]) for side in (0, 3)]
    other = served[alike[0] & alike[1] & ~np.isin(served, sites)]
    lines = shapely.to_wkb(edge_lines(network.nodes, network.edges, other))
    copies = pd.DataFrame({"edge": other, "line": lines})
    return pd.concat([table, table.drop(columns="edge").merge(copies, on="line")])


def _matrix(nodes: int, rows: IntArray, columns: IntArray, keys: IntArray) -> csr_array:
    """Lay out arcs by their rows, in the types that scipy searches in; zeros are arcs too."""
    order = np.argsort(rows, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=nodes))])
    parts = keys[order].astype(np.float64), columns[order].astype(np.int32), starts.astype(np.int32)
    return csr_array(parts, shape=(nodes, nodes))
