"""Ways cut where roads meet: from junction to junction, with their length and line."""

from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from llrgeo.errors import InputError, NetworkError
from llrgeo.inputs.map_files import read_polygons
from llrgeo.roads.extract import Extract
from llrgeo.roads.junction_barriers import JunctionBarriers, junction_barriers
from llrgeo.roads.profile import Level
from llrgeo.roads.streets import Points, Streets
from llrgeo.schema import BNG, WGS84, name_some

Polygon = shapely.Polygon | shapely.MultiPolygon
# Degrees of Europe, beyond which no file of roads is meant.
_EUROPE_LAT: Final = (34.0, 72.0)
_EUROPE_LON: Final = (-25.0, 45.0)
_ENDS: Final = ("first", "last")
_DELAYS: Final = ("forward_s", "backward_s")
_STRAIGHT: Final = 2  # points of a line without a bend
_POINT_BYTES: Final = 16
_LINE_HEAD: Final = b"\1\2\0\0\0"  # the lowest byte first; a line


class Sections(NamedTuple):
    """Stretches of way between places where roads meet, end, or are barred.

    Attributes
    ----------
    table
        One row a section: `way` (row of the streets' table), `from_place`, `to_place`, `first`
        and `last` (rows of the path), `length_m`, `forward_s` and `backward_s` (delays at points
        within, and at the end arrived at), `gated` (a private gate shuts it off from a street).
    places
        One row a place: `node` (OpenStreetMap's id), `x`, `y`, `level`, `signals`. A place that
        nobody may pass stands once for each section that ends there.
    path
        The nodes of all ways in order: `way`, `x`, `y`.
    counts
        What was left out or found odd.
    """

    table: pd.DataFrame
    places: pd.DataFrame
    path: pd.DataFrame
    counts: dict[str, int]

    def bent_wkb(self) -> NDArray[np.object_]:
        """Return the lines of bent sections as WKB, shape (2, sections): back in row 0, ahead in 1.

        Straight sections have None. The bytes are written from the coordinates: an object for each
        line, and one more for its way back, would take some hundred megabytes for a county.
        """
        xy, size = self.points()
        # A line back has the points of all lines in reverse, and so the lines in reverse too.
        return np.stack([_bent_wkb(xy[::-1], size[::-1])[::-1], _bent_wkb(xy, size)])

    def points(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return the points of all lines in a run, shape (points, 2), and how many each has."""
        first, last = (self.table[end].to_numpy() for end in _ENDS)
        size = last - first + 1
        start = np.cumsum(size) - size
        row = np.arange(size.sum()) + np.repeat(first - start, size)
        return self.path[["x", "y"]].to_numpy()[row], size


def _bent_wkb(xy: NDArray[np.float64], size: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return lines of more than two points as WKB (OGC 06-103r4), None for others.

    `xy` has the points of all lines in a run, shape (points, 2), `size` how many each has.
    """
    points = np.ascontiguousarray(xy, dtype="<f8").reshape(-1).view(np.uint8).data
    end = np.cumsum(size) * _POINT_BYTES
    bent = np.flatnonzero(size > _STRAIGHT)
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
        What the files say, read for a mode.
    study_area
        Where no node of a way may be missing (EPSG:27700).
    clip
        Roads beyond it are left out (EPSG:27700).

    Raises
    ------
    NetworkError
        If nodes are missing within the study area.
    """
    path, counts = _path(extract, streets, study_area, clip)
    path = path.join(points.table, on="node")
    path = path.fillna({"level": int(Level.OPEN), "forward_s": 0.0, "backward_s": 0.0})
    path["signals"] = path["signals"].fillna(value=False).astype(bool)
    at_junctions = junction_barriers(extract, streets, points)
    path = _freed(path, at_junctions)
    counts |= at_junctions.counts
    # Cut where a barrier shuts, where ways meet, and where a way ends.
    path["is_cut"] = _cuts(path)
    table = _sections(path)
    # A loop is cut in two, so that no section ends where it starts.
    loops = table[table["from_node"] == table["to_node"]]
    if len(loops):
        path.loc[(loops["first"] + loops["last"]) // 2, "is_cut"] = True
        table = _sections(path)
    counts |= _oddities(path, streets)
    table, places = _places(table, path)
    return Sections(table, places, path[["way", "x", "y"]], counts)


def _path(
    extract: Extract, streets: Streets, study_area: Polygon | None, clip: Polygon | None
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Line up the nodes of all ways; leave out those that are missing or beyond the clip."""
    sizes = np.array([len(nodes) for nodes in streets.nodes], dtype=np.int64)
    path = pd.DataFrame(
        {
            "way": np.repeat(np.arange(len(sizes)), sizes),
            "node": np.concatenate([*streets.nodes, np.zeros(0, np.int64)]),
        }
    )
    # Node ids are sorted: a place is found by halving, and an id that is not there is another's.
    at = np.searchsorted(extract.node_ids, path["node"]).clip(max=len(extract.node_ids) - 1)
    known = extract.node_ids[at] == path["node"].to_numpy()
    used, inverse = np.unique(at, return_inverse=True)
    lat, lon = extract.lat[used], extract.lon[used]
    near = in_europe(lat, lon)
    _refuse_abroad(lat, lon, near)
    # A node in another part of the world is a slip of the pen: it counts as one without a place.
    abroad = known & ~near[inverse]
    known &= near[inverse]
    project = Transformer.from_crs(WGS84, BNG, always_xy=True)
    # What is left out has a place in the Midlands meanwhile: the grid knows none for it.
    x, y = project.transform(np.where(near, lon, -1.0), np.where(near, lat, 52.6))
    path["x"], path["y"] = np.round(x, 3)[inverse], np.round(y, 3)[inverse]
    _refuse_gaps(path, known, study_area)
    inside = known if clip is None else known & _within(clip, path)
    counts = {
        "ways with missing nodes": int(path.loc[~known, "way"].nunique()),
        "nodes beyond the clip": int((known & ~inside).sum()),
        **({"nodes outside Europe, left out": int(abroad.sum())} if abroad.any() else {}),
    }
    return _runs(path, inside), counts


def in_europe(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell of each pair of degrees if it lies in Europe; no file of roads is meant beyond."""
    inside = (lat >= _EUROPE_LAT[0]) & (lat <= _EUROPE_LAT[1])
    found: NDArray[np.bool_] = inside & (lon >= _EUROPE_LON[0]) & (lon <= _EUROPE_LON[1])
    return found


def _refuse_abroad(
    lat: NDArray[np.float64], lon: NDArray[np.float64], near: NDArray[np.bool_]
) -> None:
    """Refuse roads none of which lies in Europe: degrees are swapped, or it is another file.

    The British grid places a town elsewhere in Europe too, if stretched, so that one can be tried.
    """
    if len(lat) and not near.any():
        msg = f"the roads lie outside Europe, the first at lat {lat[0]:.5g} lon {lon[0]:.5g}"
        raise NetworkError(msg)


def _refuse_gaps(path: pd.DataFrame, known: NDArray[np.bool_], study_area: Polygon | None) -> None:
    """Refuse ways that lack nodes beside a node of the study area."""
    if study_area is None or known.all():
        return
    near = np.zeros(len(path), dtype=bool)
    way = path["way"].to_numpy()
    # A gap matters where it is beside a node of the study area, before or behind it along the way.
    for here, there in ((slice(1, None), slice(None, -1)), (slice(None, -1), slice(1, None))):
        near[here] |= ~known[there] & (way[here] == way[there])
    rows = path[near & known]
    bad = rows.loc[_within(study_area, rows), "node"]
    if len(bad):
        msg = (
            f"{len(bad)} ways lack nodes within the study area (beside nodes {name_some(bad)}): "
            "the extract is incomplete. Download it again, or one that covers the whole area."
        )
        raise NetworkError(msg)


def _within(area: Polygon, path: pd.DataFrame) -> NDArray[np.bool_]:
    shapely.prepare(area)
    found: NDArray[np.bool_] = shapely.intersects_xy(area, path["x"], path["y"])
    return found


def _runs(path: pd.DataFrame, inside: NDArray[np.bool_]) -> pd.DataFrame:
    """Split ways at what was left out; take a node that follows itself once.

    Adds `run`: the number of the unbroken stretch of way.
    """
    way, node = path["way"].to_numpy(), path["node"].to_numpy()
    repeats = np.zeros(len(path), dtype=bool)
    repeats[1:] = (way[1:] == way[:-1]) & (node[1:] == node[:-1])
    starts = np.ones(len(path), dtype=bool)
    starts[1:] = (way[1:] != way[:-1]) | ~inside[:-1]
    # Invariant: nodes of one run follow one another on the ground; a run of one node is no road.
    run = np.cumsum(starts)
    kept = path.assign(run=run)[inside & ~repeats]
    alone = kept.groupby("run")["run"].transform("size") == 1
    return kept[~alone].reset_index(drop=True)


def _freed(path: pd.DataFrame, found: JunctionBarriers) -> pd.DataFrame:
    """Let streets pass barriers that stand on their junctions; a private gate there is a drive's.

    Adds `gated`: the drive's end at such a gate.
    """
    at = path["node"].isin(found.nodes).to_numpy()
    keys = pd.MultiIndex.from_frame(path[["node", "way"]])
    free = at & keys.isin(pd.MultiIndex.from_frame(found.open_to))
    gated = at & ~free & (path["level"] == Level.DESTINATION).to_numpy()
    # The place itself is the street's: a drive behind a private gate is marked as such instead.
    path = path.assign(gated=gated)
    path.loc[free | gated, "level"] = int(Level.OPEN)
    path.loc[free, list(_DELAYS)] = 0.0
    return path


def _cuts(path: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell where ways are cut: at their ends, where they meet, and at what may not be passed."""
    run = path["run"].to_numpy()
    ends = np.ones(len(path), dtype=bool)
    ends[1:-1] = (run[1:-1] != run[:-2]) | (run[1:-1] != run[2:])
    meets = path.duplicated("node", keep=False).to_numpy()
    barred = (path["level"] < Level.OPEN).to_numpy()
    found: NDArray[np.bool_] = ends | meets | barred
    return found


def _sections(path: pd.DataFrame) -> pd.DataFrame:
    at = np.flatnonzero(path["is_cut"])
    run, node = path["run"].to_numpy(), path["node"].to_numpy()
    follows = run[at[1:]] == run[at[:-1]]
    first, last = at[:-1][follows], at[1:][follows]
    # Running sums along all ways: a section's length and delays are differences of two of them.
    step_m = np.hypot(np.diff(path["x"], prepend=0), np.diff(path["y"], prepend=0))
    along_m = np.cumsum(np.where(path["run"].diff() == 0, step_m, 0))
    ahead, back = (path[name].cumsum().to_numpy() for name in _DELAYS)
    before = np.concatenate([[0.0], back])
    return pd.DataFrame(
        {
            "way": path["way"].to_numpy()[first],
            "from_node": node[first],
            "to_node": node[last],
            "first": first,
            "last": last,
            "length_m": (along_m[last] - along_m[first]).round(3),
            # Points within count both ways, a point at an end for those who arrive there.
            "forward_s": ahead[last] - ahead[first],
            "backward_s": before[last] - before[first],
            "gated": path["gated"].to_numpy()[first] | path["gated"].to_numpy()[last],
        }
    )


def _places(table: pd.DataFrame, path: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make places of the ends of sections; one for each section where the node is barred."""
    ends = pd.concat([path.loc[table[end]].reset_index(drop=True) for end in _ENDS])
    ends = ends[["node", "x", "y", "level", "signals"]].reset_index(drop=True)
    # A shut node becomes a place for each section that ends at it, so that none leads to another.
    barred = (ends["level"] == Level.CLOSED).to_numpy()
    ends["copy"] = np.where(barred, np.cumsum(barred), 0)
    places = ends.drop_duplicates(["node", "copy"]).sort_values(["node", "copy"])
    places = places.reset_index(drop=True)
    number = places.reset_index(names="place")[["node", "copy", "place"]]
    place = ends.merge(number, on=["node", "copy"], how="left")["place"].to_numpy()
    numbered = table.assign(from_place=place[: len(table)], to_place=place[len(table) :])
    return numbered.drop(columns=["from_node", "to_node"]), places.drop(columns="copy")


def _oddities(path: pd.DataFrame, streets: Streets) -> dict[str, int]:
    """Count what is probably a mistake of the map: it is routed as drawn, and reported."""
    nodes = path.drop_duplicates("node")
    on_bridge = path["way"].map(streets.table["bridge"])
    run = path["run"]
    within = (run == run.shift()) & (run == run.shift(-1))
    spans = path.assign(over=on_bridge & within, under=~on_bridge)
    joined = spans[spans.duplicated("node", keep=False)].groupby("node")[["over", "under"]].any()
    return {
        "nodes at one place that are not joined": int(nodes.duplicated(["x", "y"]).sum()),
        "bridges joined to what they cross": int(joined.all(axis=1).sum()),
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
