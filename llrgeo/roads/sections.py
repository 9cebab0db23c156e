"""Cut ways into sections: stretches from junction to junction, with their length and line."""

from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.arrays import Bools, Floats, Ints
from llrgeo.errors import InputError, NetworkError
from llrgeo.inputs.map_files import read_polygons
from llrgeo.roads.junction_barriers import JunctionBarriers, junction_barriers
from llrgeo.roads.osm_files.extract import Extract
from llrgeo.roads.osm_files.ids import is_among
from llrgeo.roads.rules.profile import Level
from llrgeo.roads.streets import Points, Streets
from llrgeo.roads.way_nodes import Polygon, WayNodes, line_up
from llrgeo.schema import BNG

_ENDS: Final = ("first", "last")
_DELAYS: Final = ("forward_s", "backward_s")
_STRAIGHT_POINTS: Final = 2  # of a line without a bend
_POINT_BYTES: Final = 16
_LINE_HEAD: Final = b"\1\2\0\0\0"  # WKB: little-endian, a line


class Sections(NamedTuple):
    """Stretches of way between places where roads meet, end, or are barred.

    Attributes
    ----------
    table
        One row a section: `way` (row of the streets' table), `from_place`, `to_place`, `first`
        and `last` (rows of the path), `length_m`, `forward_s` and `backward_s` (delays at points
        within, and at the end of arrival), `gated` (a private gate separates it from a street).
    places
        One row a place: `node` (OpenStreetMap's id), `x`, `y`, `level`, `signals`. A place that is
        closed has one row for each section that ends there.
    path
        Coordinates of the nodes of all ways, in order: `x`, `y`.
    counts
        Numbers of what was left out or is odd, by description.
    """

    table: pd.DataFrame
    places: pd.DataFrame
    path: pd.DataFrame
    counts: dict[str, int]

    def bent_wkb(self) -> NDArray[np.object_]:
        """Return the lines of bent sections as WKB, shape (2, sections): back in row 0, ahead in 1.

        Straight sections have None. The bytes are written from the coordinates, because geometry
        objects for both directions would take some hundred megabytes for a county.
        """
        xy, size = self.points()
        # Reversing the points of all lines reverses the order of the lines, too.
        return np.stack([_bent_wkb(xy[::-1], size[::-1])[::-1], _bent_wkb(xy, size)])

    def points(self) -> tuple[Floats, Ints]:
        """Return the points of all lines in order, shape (points, 2), and how many each has."""
        first, last = (self.table[end].to_numpy() for end in _ENDS)
        size = last - first + 1
        start = np.cumsum(size) - size
        row = np.arange(size.sum()) + np.repeat(first - start, size)
        xy = np.empty((len(row), 2))
        for axis, name in enumerate("xy"):
            xy[:, axis] = self.path[name].to_numpy()[row]
        return xy, size


def _bent_wkb(xy: Floats, size: Ints) -> NDArray[np.object_]:
    """Return lines of more than two points as WKB (OGC 06-103r4), None for others.

    `xy` has the points of all lines one after the other, shape (points, 2), `size` their numbers.
    """
    points = np.ascontiguousarray(xy, dtype="<f8").reshape(-1).view(np.uint8).data
    end = np.cumsum(size) * _POINT_BYTES
    bent = np.flatnonzero(size > _STRAIGHT_POINTS)
    found = np.full(len(size), None, dtype=object)
    found[bent] = [
        _LINE_HEAD + count.to_bytes(4, "little") + points[stop - count * _POINT_BYTES : stop]
        for count, stop in zip(size[bent].tolist(), end[bent].tolist(), strict=True)
    ]
    return found


def cut(
    extract: Extract,
    streets: Streets,
    points: Points,
    *,
    study_area: Polygon | None = None,
    clip: Polygon | None = None,
) -> Sections:
    """Cut ways into sections.

    Parameters
    ----------
    extract, streets, points
        The content of the files, interpreted for a mode.
    study_area
        Land in which no node of a way may be missing (EPSG:27700).
    clip
        Roads beyond it are left out (EPSG:27700).

    Raises
    ------
    NetworkError
        If nodes are missing within the study area.
    """
    nodes, counts = line_up(extract, streets.nodes, study_area, clip)
    at_junctions = junction_barriers(extract, streets, points)
    passed = _passed(nodes, points, at_junctions)
    # Cut where a barrier shuts, where ways meet, and where a way ends.
    is_cut = _cuts(nodes, passed)
    first, last = _ends(nodes, is_cut)
    # A loop is cut in two, so that no section ends where it starts.
    loops = nodes.node[first] == nodes.node[last]
    is_cut[(first[loops] + last[loops]) // 2] = True
    path = pd.DataFrame(dict(zip("xy", nodes.places(), strict=True)), copy=False)
    table = _sections(nodes, path, passed, *_ends(nodes, is_cut))
    counts |= at_junctions.counts | _oddities(nodes, streets)
    return Sections(*_places(table, nodes, path, passed), path, counts)


def _passed(nodes: WayNodes, points: Points, found: JunctionBarriers) -> pd.DataFrame:
    """Return how far tagged points on ways may be passed, by the row of the way's node.

    Columns are those of `Points.table`, without those of barriers, and `gated`: the end of a drive
    at a private gate. Streets pass barriers on their junctions with drives (`junction_barriers`).
    """
    tagged = is_among(nodes.ids, points.table.index.to_numpy())
    row = np.flatnonzero(tagged[nodes.node])
    node = nodes.ids[nodes.node[row]]
    passed = points.table.loc[node, ["level", *_DELAYS, "signals"]].set_axis(row)
    at = np.isin(node, found.nodes)
    free = at & pd.MultiIndex.from_arrays([node, nodes.way[row]]).isin(
        pd.MultiIndex.from_frame(found.open_to)
    )
    gated = at & ~free & (passed["level"] == Level.DESTINATION).to_numpy()
    # The place belongs to the street; a drive behind a private gate is marked as gated instead.
    passed.loc[free | gated, "level"] = int(Level.OPEN)
    passed.loc[free, list(_DELAYS)] = 0.0
    return passed.assign(gated=gated)


def _inner(nodes: WayNodes) -> Bools:
    """Return which nodes lie within a stretch of way, not at its ends."""
    run = nodes.run
    inner = np.zeros(len(run), dtype=bool)
    inner[1:-1] = (run[1:-1] == run[:-2]) & (run[1:-1] == run[2:])
    return inner


def _cuts(nodes: WayNodes, passed: pd.DataFrame) -> Bools:
    """Return where ways are cut: at their ends, where they meet, and at restricted points."""
    found: Bools = ~_inner(nodes) | (nodes.times_passed() > 1)[nodes.node]
    found[passed.index[passed["level"] < Level.OPEN]] = True
    return found


def _ends(nodes: WayNodes, is_cut: Bools) -> tuple[Ints, Ints]:
    """Return the rows of the first and of the last node of each section."""
    at = np.flatnonzero(is_cut)
    follows = nodes.run[at[1:]] == nodes.run[at[:-1]]
    return at[:-1][follows], at[1:][follows]


def _sections(
    nodes: WayNodes, path: pd.DataFrame, passed: pd.DataFrame, first: Ints, last: Ints
) -> pd.DataFrame:
    """Describe the sections between rows of the path."""
    # Cumulative sums along all ways: a section's length and delays are differences of two of them.
    x, y = path["x"].to_numpy(), path["y"].to_numpy()
    along_m = np.zeros(len(path))
    np.hypot(np.diff(x), np.diff(y), out=along_m[1:])
    along_m[1:][nodes.run[1:] != nodes.run[:-1]] = 0.0
    np.cumsum(along_m, out=along_m)
    ahead, back = (np.append(0.0, passed[name].cumsum()) for name in _DELAYS)
    # A point within a section counts in both directions, a point at an end on arrival there.
    at = passed.index.to_numpy()
    after_first, after_last = (np.searchsorted(at, row, side="right") for row in (first, last))
    before_first, before_last = (np.searchsorted(at, row) for row in (first, last))
    gated = np.zeros(len(path), dtype=bool)
    gated[at] = passed["gated"]
    return pd.DataFrame(
        {
            "way": nodes.way[first],
            "first": first,
            "last": last,
            "length_m": (along_m[last] - along_m[first]).round(3),
            "forward_s": ahead[after_last] - ahead[after_first],
            "backward_s": back[before_last] - back[before_first],
            "gated": gated[first] | gated[last],
        }
    )


def _places(
    table: pd.DataFrame, nodes: WayNodes, path: pd.DataFrame, passed: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return sections with the places of their ends, and places; closed ones once a section."""
    row = np.concatenate([table[end] for end in _ENDS])
    ends = path.iloc[row].reset_index(drop=True)
    ends.insert(0, "node", nodes.ids[nodes.node[row]])
    ends["level"] = passed["level"].reindex(row, fill_value=int(Level.OPEN)).to_numpy()
    ends["signals"] = passed["signals"].reindex(row, fill_value=False).to_numpy()
    # A closed node becomes a place for each section that ends at it, so that none leads to another.
    barred = (ends["level"] == Level.CLOSED).to_numpy()
    ends["copy"] = np.where(barred, np.cumsum(barred), 0)
    places = ends.drop_duplicates(["node", "copy"]).sort_values(["node", "copy"])
    places = places.reset_index(drop=True)
    number = places.reset_index(names="place")[["node", "copy", "place"]]
    place = ends.merge(number, on=["node", "copy"], how="left")["place"].to_numpy()
    numbered = table.assign(from_place=place[: len(table)], to_place=place[len(table) :])
    return numbered, places.drop(columns="copy")


def _oddities(nodes: WayNodes, streets: Streets) -> dict[str, int]:
    """Count probable mistakes of the map; they are routed as drawn, and reported."""
    times = nodes.times_passed()
    # Sorted by coordinates, nodes at one place are neighbours.
    x, y = nodes.x[times > 0], nodes.y[times > 0]
    order = np.lexsort((y, x))
    x, y = x[order], y[order]
    apart = (x[1:] == x[:-1]) & (y[1:] == y[:-1])
    # For nodes where ways meet: whether a bridge continues over it, and whether there is a road
    # that is no bridge.
    meets = times[nodes.node] > 1
    on_bridge = streets.table["bridge"].to_numpy(bool)[nodes.way]
    over, under = (
        np.bincount(nodes.node[meets & own], minlength=len(times)) > 0
        for own in (on_bridge & _inner(nodes), ~on_bridge)
    )
    return {
        "nodes at one place that are not joined": int(apart.sum()),
        "bridges joined to what they cross": int((over & under).sum()),
    }


def read_boundary(path: Path) -> Polygon:
    """Read polygons from a file and join them, EPSG:27700.

    Raises
    ------
    NetworkError
        If the file cannot be read, has no polygons, or no coordinate system.
    """
    try:
        table = read_polygons(path)
    except InputError as error:
        raise NetworkError(str(error)) from error
    area = table.geometry.to_crs(BNG).union_all()
    if not isinstance(area, Polygon) or area.is_empty:
        msg = f"{path}: the boundary has no polygons, but {area.geom_type}"
        raise NetworkError(msg)
    return area
