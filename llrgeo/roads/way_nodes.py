"""The nodes of all ways in a run: where they are, and where ways break off.

A county has some millions of them, so each column is an array of its own, and as narrow as it can.
"""

from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from llrgeo.errors import NetworkError
from llrgeo.roads.osm_files.extract import Extract
from llrgeo.schema import BNG, WGS84, name_some

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Numbers = NDArray[np.int32]
Polygon = shapely.Polygon | shapely.MultiPolygon

# Degrees of Europe, beyond which no file of roads is meant.
_EUROPE_LAT: Final = (34.0, 72.0)
_EUROPE_LON: Final = (-25.0, 45.0)
_MIDLANDS: Final = (52.6, -1.0)


class WayNodes(NamedTuple):
    """The nodes of all ways in order, and where they are.

    Attributes
    ----------
    way
        Row of the way in the streets' table, shape (rows,).
    run
        Number of the unbroken stretch of way, shape (rows,); none has a node alone.
    node
        Number of the node among the following, shape (rows,).
    ids, x, y
        Id and place of each node in EPSG:27700, shape (nodes,), ascending by id. Some may be on no
        way, as their ways were left out.
    """

    way: Numbers
    run: Numbers
    node: Numbers
    ids: Ints
    x: Floats
    y: Floats

    def places(self) -> tuple[Floats, Floats]:
        """Return where the ways pass, two of shape (rows,)."""
        return self.x[self.node], self.y[self.node]

    def times_passed(self) -> Ints:
        """Count how often ways pass each node, shape (nodes,)."""
        return np.bincount(self.node, minlength=len(self.ids))


def line_up(
    extract: Extract, nodes: list[Ints], study_area: Polygon | None, clip: Polygon | None
) -> tuple[WayNodes, dict[str, int]]:
    """Line up the nodes of ways; leave out those that are missing or beyond the clip.

    Parameters
    ----------
    extract
        Where nodes are.
    nodes
        The ids of the nodes of each way.
    study_area
        Where no node may be missing (EPSG:27700).
    clip
        Nodes beyond it are left out (EPSG:27700).

    Returns
    -------
    tuple
        The nodes, and counts of what was left out.

    Raises
    ------
    NetworkError
        If nodes are missing within the study area, or all roads lie outside Europe.
    """
    sizes = np.array([len(of_way) for of_way in nodes], dtype=np.int64)
    way = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    row, known = _found(extract.node_ids, np.concatenate([*nodes, np.zeros(0, np.int64)]))
    # Nodes that some way passes, and the number of each among them.
    passed = np.zeros(len(extract.node_ids), dtype=bool)
    passed[row] = True
    number = np.cumsum(passed, dtype=np.int32) - np.int32(1)
    node = number[row]
    del row, number
    x, y, near = _projected(extract.lat[passed], extract.lon[passed])
    # A node in another part of the world is a slip of the pen: it counts as one without a place.
    abroad = known & ~near[node]
    known &= near[node]
    found = WayNodes(way, way, node, extract.node_ids[passed], x, y)
    _refuse_gaps(found, known, study_area)
    inside = known if clip is None else known & _within(clip, *found.places())
    counts = {
        "ways with missing nodes": len(np.unique(way[~known])),
        "nodes beyond the clip": int((known & ~inside).sum()),
        **({"nodes outside Europe, left out": int(abroad.sum())} if abroad.any() else {}),
    }
    return _runs(found, inside), counts


def in_europe(lat: Floats, lon: Floats) -> Bools:
    """Tell of each pair of degrees if it lies in Europe; no file of roads is meant beyond."""
    inside = (lat >= _EUROPE_LAT[0]) & (lat <= _EUROPE_LAT[1])
    found: Bools = inside & (lon >= _EUROPE_LON[0]) & (lon <= _EUROPE_LON[1])
    return found


def _found(known: Ints, ids: Ints) -> tuple[Ints, Bools]:
    """Return where ids stand among known ones, which ascend, and which of them do.

    An id that is not there has the row of another.
    """
    row = np.searchsorted(known, ids)
    np.minimum(row, len(known) - 1, out=row)
    return row, known[row] == ids


def _projected(lat: Floats, lon: Floats) -> tuple[Floats, Floats, Bools]:
    """Return places on the British grid to the millimetre, and which of them are in Europe.

    What is not has a place in the Midlands meanwhile: the grid knows none for it. Both arrays are
    overwritten.
    """
    near = in_europe(lat, lon)
    # Degrees are swapped, or it is another file. The grid places a town elsewhere in Europe too, if
    # stretched, so that one can be tried.
    if len(lat) and not near.any():
        msg = f"the roads lie outside Europe, the first at lat {lat[0]:.5g} lon {lon[0]:.5g}"
        raise NetworkError(msg)
    lat[~near], lon[~near] = _MIDLANDS
    x, y = Transformer.from_crs(WGS84, BNG, always_xy=True).transform(lon, lat, inplace=True)
    return np.round(x, 3, out=x), np.round(y, 3, out=y), near


def _refuse_gaps(nodes: WayNodes, known: Bools, study_area: Polygon | None) -> None:
    """Refuse ways that lack nodes beside a node of the study area."""
    if study_area is None or known.all():
        return
    near = np.zeros(len(known), dtype=bool)
    # A gap matters where it is beside a node of the study area, before or behind it along the way.
    for here, there in ((slice(1, None), slice(None, -1)), (slice(None, -1), slice(1, None))):
        near[here] |= ~known[there] & (nodes.way[here] == nodes.way[there])
    beside = nodes.node[near & known]
    bad = nodes.ids[beside[_within(study_area, nodes.x[beside], nodes.y[beside])]]
    if len(bad):
        msg = (
            f"{len(bad)} ways lack nodes within the study area (beside nodes {name_some(bad)}): "
            "the extract is incomplete. Download it again, or one that covers the whole area."
        )
        raise NetworkError(msg)


def _within(area: Polygon, x: Floats, y: Floats) -> Bools:
    shapely.prepare(area)
    found: Bools = shapely.intersects_xy(area, x, y)
    return found


def _runs(nodes: WayNodes, inside: Bools) -> WayNodes:
    """Split ways at what was left out; take a node that follows itself once."""
    way, node = nodes.way, nodes.node
    kept = inside.copy()
    kept[1:] &= (way[1:] != way[:-1]) | (node[1:] != node[:-1])
    starts = np.ones(len(way), dtype=bool)
    starts[1:] = (way[1:] != way[:-1]) | ~inside[:-1]
    # Invariant: nodes of one run follow one another on the ground; a run of one node is no road.
    run = np.cumsum(starts, dtype=np.int32)
    kept &= np.bincount(run[kept], minlength=len(run) + 1)[run] > 1
    return nodes._replace(way=way[kept], run=run[kept], node=node[kept])
