"""One OpenStreetMap file read: its nodes, streets, turn restrictions and pedestrian squares.

Besides plain extracts these are read as their makers mean them: files of the editor JOSM, in which
what was deleted is only marked so; and ways that carry the places of their nodes (Overpass's
`out geom`, `osmium add-locations-to-ways`).
"""

import bz2
import gzip
from array import array
from collections import Counter
from pathlib import Path
from typing import IO, Any, Final, NamedTuple, cast
from xml.etree import ElementTree as ET

import numpy as np
import osmium
from numpy.typing import NDArray

from llrgeo.errors import NetworkError
from llrgeo.roads.driving import is_ferry
from llrgeo.roads.pbf import check_whole

DEGREE: Final = 10_000_000  # OpenStreetMap keeps coordinates in these parts of a degree

_HALF_TURN: Final = 180  # a node without a place has a number beyond every longitude
_POINT_KEYS: Final = frozenset(
    {
        "access", "barrier", "bicycle", "crossing", "foot", "highway", "maxheight", "maxwidth",
        "motor_vehicle", "motorcar", "railway", "traffic_calming", "vehicle",
    }
)  # fmt: skip
PLACES: Final = ("city", "town", "village")
WATER: Final = ("river", "canal")
_UNREADABLE: Final = (
    RuntimeError,
    ValueError,
    OSError,
    EOFError,
    ET.ParseError,
    osmium.InvalidLocationError,
)
_ENDINGS: Final = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2")
_DELETED: Final = tuple(
    f"{key}={quote}{value}{quote}".encode()
    for key, value in (("action", "delete"), ("visible", "false"))
    for quote in ("'", '"')
)
_CHUNK: Final = 1 << 20
_SUSPECT: Final = 64 << 20  # bytes
_MAX_RATIO: Final = 100  # maps in XML are packed to a tenth or a twentieth


class Way(NamedTuple):
    """A street: its id, its tags, and the ids of its nodes in order."""

    id: int
    tags: dict[str, str]
    nodes: NDArray[np.int64]


class Member(NamedTuple):
    """A member of a relation: `n`ode, `w`ay or `r`elation, its id and its role."""

    kind: str
    ref: int
    role: str


class Restriction(NamedTuple):
    """A turn restriction as mapped."""

    id: int
    tags: dict[str, str]
    members: tuple[Member, ...]


class Elements(NamedTuple):
    """What one file holds, in its order; `x` and `y` in ten-millionths of a degree.

    `places` are the tags of named cities, towns and villages by node, `water` rivers and canals;
    `found` counts what was met on the way: deleted elements, squares, places on ways.
    """

    ids: NDArray[np.int64]
    x: NDArray[np.int64]
    y: NDArray[np.int64]
    points: dict[int, dict[str, str]]
    places: dict[int, dict[str, str]]
    ways: list[Way]
    water: list[Way]
    restrictions: list[Restriction]
    found: Counter[str]
    date: str
    sha256: str


def read_file(path: Path) -> Elements:
    """Read an OpenStreetMap file (.osm.pbf, .osm, .osm.gz, .osm.bz2).

    Raises
    ------
    NetworkError
        If it is missing, cannot be read, is empty, cut, a history or a list of changes.
    """
    if not path.is_file():
        msg = f"{path}: no such file"
        raise NetworkError(msg)
    if not path.name.endswith(_ENDINGS):
        what = "a list of changes" if ".osc" in path.name else "not an OpenStreetMap extract"
        msg = f"{path}: {what}; give an extract (.osm.pbf or .osm)"
        raise NetworkError(msg)
    if not path.stat().st_size:
        msg = f"{path}: the file is empty. Download it again."
        raise NetworkError(msg)
    # Readers take a cut PBF file without a word, so it is checked for being whole before.
    digest = check_whole(path) if path.name.endswith(".pbf") else ""
    try:
        if path.suffix in {".gz", ".bz2"}:
            _refuse_bomb(path)
        date = _header_date(path)
        return _elements(path, date, digest)
    except _UNREADABLE as error:
        if isinstance(error, NetworkError):
            raise
        msg = f"{path}: cannot be read as OpenStreetMap data ({error})"
        raise NetworkError(msg) from error


def _header_date(path: Path) -> str:
    """Return the date in a file's header; refuse files that are no snapshot."""
    with osmium.io.Reader(str(path), osmium.osm.osm_entity_bits.NOTHING) as reader:
        header = reader.header()
        if header.has_multiple_object_versions:
            msg = f"{path}: a file of history or changes; give an extract of one moment"
            raise NetworkError(msg)
        stamp = header.get("osmosis_replication_timestamp") or header.get("timestamp")
    return str(stamp)[:10]


def _elements(path: Path, date: str, digest: str) -> Elements:
    """Read all nodes, and the points, streets, squares and turn restrictions, of a file."""
    gone = _deleted(path)
    found = Counter({"elements marked as deleted": len(gone)})
    tagged = {
        node.id: dict(node.tags)
        for node in _tagged(path, osmium.osm.NODE, *_POINT_KEYS, "place")
        if ("node", node.id) not in gone
    }
    # Some files write places at the ways in place of nodes of
    # their own; such nodes are added at last.
    on_ways: dict[int, tuple[int, int]] = {}
    read = [
        _way(way, dict(way.tags), on_ways)
        for way in _tagged(path, osmium.osm.WAY, "highway", "route", "ferry", "waterway")
        if ("way", way.id) not in gone
    ]
    ways = [way for way in read if "highway" in way.tags or is_ferry(way.tags)]
    restrictions, squares = _relations(path, gone)
    rims = _rims(path, squares, gone | {("way", way.id) for way in ways}, on_ways)
    found["ways round pedestrian squares"] = len(rims)
    ids, x, y = _nodes(path, gone)
    missing = sorted(set(on_ways) - set(ids.tolist())) if on_ways else []
    found["nodes placed by their ways"] = len(missing)
    places = np.array([on_ways[node] for node in missing], dtype=np.int64).reshape(-1, 2)
    return Elements(
        np.concatenate([ids, np.array(missing, dtype=np.int64)]),
        np.concatenate([x, places[:, 0]]),
        np.concatenate([y, places[:, 1]]),
        {node: tags for node, tags in tagged.items() if not _POINT_KEYS.isdisjoint(tags)},
        {
            node: tags
            for node, tags in tagged.items()
            if tags.get("place") in PLACES and tags.get("name")
        },
        ways + rims,
        [way for way in read if way.tags.get("waterway") in WATER and "highway" not in way.tags],
        restrictions,
        +found,
        date,
        digest,
    )


def _way(way: Any, tags: dict[str, str], on_ways: dict[int, tuple[int, int]]) -> Way:  # noqa: ANN401 (osmium's own type)
    """Take a way; note the places of its nodes where it carries them."""
    refs = np.array([node.ref for node in way.nodes], dtype=np.int64)
    # Most files have none: the nodes at either end tell.
    if len(refs) and (way.nodes[0].location.valid() or way.nodes[-1].location.valid()):
        on_ways.update((node.ref, (node.x, node.y)) for node in way.nodes if node.location.valid())
    return Way(way.id, tags, refs)


def _relations(
    path: Path, gone: set[tuple[str, int]]
) -> tuple[list[Restriction], dict[int, dict[str, str]]]:
    """Return turn restrictions, and the tags of squares by the ways that bound them."""
    restrictions: list[Restriction] = []
    squares: dict[int, dict[str, str]] = {}
    for relation in _tagged(path, osmium.osm.RELATION, "type"):
        if ("relation", relation.id) in gone:
            continue
        kind = relation.tags["type"].strip().lower()
        if kind.startswith("restriction"):
            members = tuple(
                Member(member.type, member.ref, member.role) for member in relation.members
            )
            restrictions.append(Restriction(relation.id, dict(relation.tags), members))
        # A square with a hole in it: the relation has the tags, its ways only the outline.
        elif kind == "multipolygon" and "highway" in relation.tags:
            tags = {key: value for key, value in dict(relation.tags).items() if key != "type"}
            squares |= {
                member.ref: {**tags, "area": "yes"}
                for member in relation.members
                if member.type == "w"
            }
    return restrictions, squares


def _rims(
    path: Path,
    squares: dict[int, dict[str, str]],
    known: set[tuple[str, int]],
    on_ways: dict[int, tuple[int, int]],
) -> list[Way]:
    """Read the ways round squares, which walkers go along; those that are streets are known."""
    wanted = [way for way in squares if ("way", way) not in known]
    if not wanted:
        return []
    ways: Any = osmium.FileProcessor(str(path), osmium.osm.WAY)
    only = osmium.filter.IdFilter(wanted)
    return [_way(way, squares[way.id], on_ways) for way in ways.with_filter(only)]


def _tagged(path: Path, kind: Any, *keys: str) -> Any:  # noqa: ANN401 (osmium's own types)
    """Run through the elements of a kind that have one of some keys."""
    return osmium.FileProcessor(str(path), kind).with_filter(osmium.filter.KeyFilter(*keys))


def _nodes(path: Path, gone: set[tuple[str, int]]) -> list[NDArray[np.int64]]:
    """Return ids and coordinates of all nodes that have any; millions, so nothing else is asked."""
    ids, x, y = array("q"), array("q"), array("q")
    nodes: Any = osmium.FileProcessor(str(path), osmium.osm.NODE)
    for node in nodes:
        location = node.location
        ids.append(node.id)
        x.append(location.x)
        y.append(location.y)
    columns = np.array([ids, x, y], dtype=np.int64)
    # A node without a place has a number beyond every longitude; deleted nodes go too.
    kept = np.abs(columns[1]) <= _HALF_TURN * DEGREE
    if deleted := [number for kind, number in gone if kind == "node"]:
        kept &= ~np.isin(columns[0], deleted)
    return list(columns[:, kept])


def _deleted(path: Path) -> set[tuple[str, int]]:
    """Return kind and id of what a file marks as deleted (JOSM's `action`, `visible=false`).

    Files that do not mention either are only searched for the words.
    """
    if path.name.endswith(".pbf"):
        return set()
    with _opened(path) as file:
        if not _mentions(file, _DELETED):
            return set()
    gone = set()
    with _opened(path) as file:
        for _, element in ET.iterparse(file):  # noqa: S314 (osmium has read the file before)
            if element.get("action") == "delete" or element.get("visible") == "false":
                gone.add((element.tag, int(element.get("id", "0"))))
            # The tree of a county's XML would not fit into memory: what was read goes at once.
            if element.tag in {"node", "way", "relation"}:
                element.clear()
    return gone


def _refuse_bomb(path: Path) -> None:
    """Refuse a packed file that grows as only the same bytes over and over do.

    It is unpacked in pieces, no further than to where that shows.
    """
    packed, unpacked = path.stat().st_size, 0
    with _opened(path) as file:
        while chunk := file.read(_CHUNK):
            unpacked += len(chunk)
            if unpacked > _SUSPECT and unpacked > _MAX_RATIO * packed:
                msg = f"{path}: unpacks to over {_MAX_RATIO} times its size; no map does"
                raise NetworkError(msg)


def _opened(path: Path) -> IO[bytes]:
    """Open a file of text, packed or not."""
    if path.suffix == ".gz":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if path.suffix == ".bz2":
        return cast("IO[bytes]", bz2.open(path, "rb"))
    return path.open("rb")


def _mentions(file: IO[bytes], words: tuple[bytes, ...]) -> bool:
    """Tell whether a file has one of some words anywhere."""
    tail = b""
    while chunk := file.read(_CHUNK):
        if any(word in tail + chunk for word in words):
            return True
        tail = chunk[-max(map(len, words)) :]
    return False
