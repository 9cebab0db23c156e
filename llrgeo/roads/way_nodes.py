"""The nodes of all ways one after the other, with coordinates and gaps.

A county has some millions of them, so each column is an array, of the smallest type that will do.
"""

from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from llrgeo.arrays import Bools, Floats, Ints
from llrgeo.errors import NetworkError
from llrgeo.roads.osm_files.extract import Extract
from llrgeo.schema import BNG, WGS84, name_some

Polygon = shapely.Polygon | shapely.MultiPolygon

# Degrees of Europe; nodes beyond it are taken for mistakes.
_EUROPE_LAT: Final = (34.0, 72.0)
_EUROPE_LON: Final = (-25.0, 45.0)
_MIDLANDS: Final = (52.6, -1.0)


class WayNodes(NamedTuple):
    """The nodes of all ways in order, and their coordinates.

    Attributes
    ----------
    way
        Row of the way in the streets' table, shape (rows,).
    run
        Number of the unbroken stretch of way, shape (rows,); each has at least two nodes.
    node
        Number of the node among the following, shape (rows,).
    ids, x, y
        Id and place of each node in EPSG:27700, shape (nodes,), ascending by id. Some may be on no
        way, as their ways were left out.
    """

    way: NDArray[np.int32]
    run: NDArray[np.int32]
    node: NDArray[np.int32]
    ids: Ints
    x: Floats
    y: Floats

    def places(self) -> tuple[Floats, Floats]:
        """Return x and y of the ways' nodes, each of shape (rows,)."""
        return self.x[self.node], self.y[self.node]

    def times_passed(self) -> Ints:
        """Count how often ways pass each node, shape (nodes,)."""
        return np.bincount(self.node, minlength=len(self.ids))


def line_up(
    extract: Extract, nodes: list[Ints], study_area: Polygon | None, clip: Polygon | None
) -> tuple[WayNodes, dict[str, int]]:
    """Return the nodes of all ways, without those that are missing or beyond the clip.

    Parameters
    ----------
    extract
        The files' content, with the coordinates of nodes.
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
    row, known = _look_up(extract.node_ids, np.concatenate([*nodes, np.zeros(0, np.int64)]))
    # Nodes that some way passes, and the number of each among them.
    passed = np.zeros(len(extract.node_ids), dtype=bool)
    passed[row] = True
    number = np.cumsum(passed, dtype=np.int32) - np.int32(1)
    node = number[row]
    del row, number
    x, y, near = _projected(extract.lat[passed], extract.lon[passed])
    # A node in another part of the world is a mistake: it counts as one without coordinates.
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
    """Return which coordinates, in degrees, lie in Europe."""
    inside = (lat >= _EUROPE_LAT[0]) & (lat <= _EUROPE_LAT[1])
    found: Bools = inside & (lon >= _EUROPE_LON[0]) & (lon <= _EUROPE_LON[1])
    return found


def _look_up(known: Ints, ids: Ints) -> tuple[Ints, Bools]:
    """Return the rows of ids among known ones, which ascend, and whether each is there.

    An id that is not there has the row of another.
    """
    row = np.searchsorted(known, ids)
    np.minimum(row, len(known) - 1, out=row)
    return row, known[row] == ids


def _projected(lat: Floats, lon: Floats) -> tuple[Floats, Floats, Bools]:
    """Return coordinates on the British grid to the millimetre, and which of them are in Europe.

    Those that are not get a place in the Midlands, because the grid has no coordinates for them.
    Both arrays are overwritten.
    """
    near = in_europe(lat, lon)
    # Latitude and longitude are swapped, or it is another file. Roads elsewhere in Europe are
    # accepted for trials: the grid has coordinates for them, though distorted.
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
    # A gap matters next to a node of the study area, before or after it along the way.
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
    """Split ways at nodes that were left out; keep a node that is repeated in a row once."""
    way, node = nodes.way, nodes.node
    kept = inside.copy()
    kept[1:] &= (way[1:] != way[:-1]) | (node[1:] != node[:-1])
    starts = np.ones(len(way), dtype=bool)
    starts[1:] = (way[1:] != way[:-1]) | ~inside[:-1]
    # Nodes of one run are consecutive nodes of a way; a run of one node is dropped.
    run = np.cumsum(starts, dtype=np.int32)
    kept &= np.bincount(run[kept], minlength=len(run) + 1)[run] > 1
    return nodes._replace(way=way[kept], run=run[kept], node=node[kept])
