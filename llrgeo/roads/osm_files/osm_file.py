"""Read one OpenStreetMap file: its nodes, streets, turn restrictions and pedestrian squares.

Besides plain extracts, two variants are understood: files of the editor JOSM, in which deleted
elements are only marked as such; and ways that carry the coordinates of their nodes (Overpass's
`out geom`, `osmium add-locations-to-ways`).
"""

from array import array
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple
from xml.etree import ElementTree as ET

import numpy as np
import osmium

from llrgeo.arrays import Ints
from llrgeo.errors import NetworkError
from llrgeo.inputs.base_map import PLACES, WATER
from llrgeo.roads.osm_files.elements import (
    DEGREE,
    Elements,
    Member,
    Nodes,
    PackedPlaces,
    Restriction,
    Way,
)
from llrgeo.roads.osm_files.ids import is_among
from llrgeo.roads.osm_files.osm_text import deleted_elements, refuse_bomb
from llrgeo.roads.osm_files.pbf import check_whole, part_of_file
from llrgeo.roads.osm_files.pbf_arrays import (
    Places,
    dense_places,
    packed_places,
    tagged_nodes,
    tagged_ways,
)
from llrgeo.roads.osm_files.pbf_blocks import (
    DENSE_NODES,
    WAYS,
    UnsupportedPbfError,
    supported_blocks,
)
from llrgeo.roads.rules.driving import is_ferry
from llrgeo.schema import name_some

_HALF_TURN: Final = 180  # degrees; nodes without coordinates have a longitude beyond it
_POINT_KEYS: Final = frozenset(
    {
        "access", "barrier", "bicycle", "crossing", "foot", "highway", "maxheight", "maxwidth",
        "motor_vehicle", "motorcar", "railway", "traffic_calming", "vehicle",
        # A point may be closed only at certain times, or state only its built size.
        "access:conditional", "bicycle:conditional", "foot:conditional", "vehicle:conditional",
        "motor_vehicle:conditional", "motorcar:conditional", "maxheight:physical",
        "maxwidth:physical",
    }
)  # fmt: skip
_NODE_KEYS: Final = _POINT_KEYS | {"place"}
_WAY_KEYS: Final = frozenset({"ferry", "highway", "route", "waterway"})
_UNREADABLE: Final = (
    RuntimeError,
    ValueError,
    OSError,
    EOFError,
    ET.ParseError,
    osmium.InvalidLocationError,
)
_ENDINGS: Final = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2")


class _Tagged(NamedTuple):
    """The parts of a file that are found by their tags.

    `points` are tags by node, `ways` streets, ferries and water, `packed` as in `Elements`, and
    `relations` the source from which osmium reads relations: the file, or a part that holds them.
    """

    points: dict[int, dict[str, str]]
    ways: list[Way]
    packed: list[PackedPlaces] | None
    relations: Any


def read_file(path: Path) -> Elements:
    """Read an OpenStreetMap file (.osm.pbf, .osm, .osm.gz, .osm.bz2) except its nodes' coordinates.

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
    # Readers accept a cut PBF file silently, so it is checked for completeness first.
    digest = check_whole(path) if path.name.endswith(".pbf") else ""
    try:
        if path.suffix in {".gz", ".bz2"}:
            refuse_bomb(path)
        date = _header_date(path)
        return _elements(path, date, digest)
    except _UNREADABLE as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> NetworkError:
    """Return an error as a `NetworkError`, the same one if it is one already."""
    if isinstance(error, NetworkError):
        return error
    return NetworkError(f"{path}: cannot be read as OpenStreetMap data ({error})")


def _header_date(path: Path) -> str:
    """Return the date in a file's header; refuse files that are no snapshot."""
    with osmium.io.Reader(str(path), osmium.osm.osm_entity_bits.NOTHING) as reader:
        header = reader.header()
        if header.has_multiple_object_versions:
            msg = f"{path}: a file of history or changes; give an extract of one moment"
            raise NetworkError(msg)
        stamp = header.get("osmosis_replication_timestamp") or header.get("timestamp")
    return str(stamp)[:10]


def read_nodes(path: Path, elements: Elements, wanted: Ints) -> Nodes:
    """Read the coordinates of some nodes of a file, the rest of which is `elements`.

    A county has many times as many nodes as its streets, so only those `wanted` (ids, ascending)
    are kept, and those with negative ids, which editors give to new nodes.

    Raises
    ------
    NetworkError
        If the file cannot be read, or holds a node twice.
    """
    try:
        if elements.packed is not None:
            with suppress(UnsupportedPbfError):
                return _wanted_nodes(dense_places(elements.packed), elements, wanted)
        return _wanted_nodes([_all_places(path, elements)], elements, wanted)
    except _UNREADABLE as error:
        raise _unreadable(path, error) from error


def _elements(path: Path, date: str, digest: str) -> Elements:
    """Read the points, streets, squares and turn restrictions of a file."""
    gone = deleted_elements(path)
    found = Counter({"elements marked as deleted": len(gone)})
    # Some files have coordinates at the ways instead of nodes; `read_nodes` adds such nodes.
    on_ways: dict[int, tuple[int, int]] = {}
    tagged, read, packed, rest = _tagged_elements(path, gone, on_ways)
    ways = [way for way in read if "highway" in way.tags or is_ferry(way.tags)]
    restrictions, squares = _relations(rest, gone)
    outlines = _square_outlines(path, squares, gone | {("way", way.id) for way in ways}, on_ways)
    found["ways round pedestrian squares"] = len(outlines)
    return Elements(
        {node: tags for node, tags in tagged.items() if not _POINT_KEYS.isdisjoint(tags)},
        {
            node: tags
            for node, tags in tagged.items()
            if tags.get("place") in PLACES and tags.get("name")
        },
        ways + outlines,
        [way for way in read if way.tags.get("waterway") in WATER and "highway" not in way.tags],
        restrictions,
        on_ways,
        gone,
        +found,
        date,
        digest,
        packed,
    )


def _tagged_elements(
    path: Path, gone: set[tuple[str, int]], on_ways: dict[int, tuple[int, int]]
) -> _Tagged:
    """Read the tags of points and places, and streets, ferries and water."""
    if path.name.endswith(".pbf"):
        with suppress(UnsupportedPbfError):
            return _tagged_in_blocks(path)
    points = {
        node.id: dict(node.tags)
        for node in _tagged(str(path), osmium.osm.NODE, *_NODE_KEYS)
        if ("node", node.id) not in gone
    }
    ways = [
        _way(way, dict(way.tags), on_ways)
        for way in _tagged(str(path), osmium.osm.WAY, *_WAY_KEYS)
        if ("way", way.id) not in gone
    ]
    return _Tagged(points, ways, None, str(path))


def _tagged_in_blocks(path: Path) -> _Tagged:
    """Read the same from a PBF file that is written as extracts are (see `pbf_blocks`)."""
    points: dict[int, dict[str, str]] = {}
    ways: list[Way] = []
    packed: list[PackedPlaces] = []
    rest: list[tuple[int, int]] = []
    for block in supported_blocks(path):
        if block.kind == DENSE_NODES:
            points |= tagged_nodes(block, _NODE_KEYS)
            packed.append(packed_places(block))
        elif block.kind == WAYS:
            ways += tagged_ways(block, _WAY_KEYS)
        else:
            rest.append(block.span)
    return _Tagged(points, ways, packed, osmium.io.FileBuffer(part_of_file(path, rest), "pbf"))


def _way(way: Any, tags: dict[str, str], on_ways: dict[int, tuple[int, int]]) -> Way:  # noqa: ANN401 (osmium's own type)
    """Convert a way; add the coordinates of its nodes to `on_ways` where it carries them."""
    refs = np.array([node.ref for node in way.nodes], dtype=np.int64)
    # Most files have none; in an export of a box only the nodes within it have them.
    on_ways.update((node.ref, (node.x, node.y)) for node in way.nodes if node.location.valid())
    return Way(way.id, tags, refs)


def _relations(
    source: Any,  # noqa: ANN401 (a path, or osmium's own type)
    gone: set[tuple[str, int]],
) -> tuple[list[Restriction], dict[int, dict[str, str]]]:
    """Return turn restrictions, and the tags of squares by the id of each way of their outline."""
    restrictions: list[Restriction] = []
    squares: dict[int, dict[str, str]] = {}
    for relation in _tagged(source, osmium.osm.RELATION, "type"):
        if ("relation", relation.id) in gone:
            continue
        kind = relation.tags["type"].strip().lower()
        if kind.startswith("restriction"):
            members = tuple(
                Member(member.type, member.ref, member.role) for member in relation.members
            )
            restrictions.append(Restriction(relation.id, dict(relation.tags), members))
        # A square with a hole: the relation has the tags, its ways have only the outline.
        elif kind == "multipolygon" and "highway" in relation.tags:
            tags = {key: value for key, value in dict(relation.tags).items() if key != "type"}
            squares |= {
                member.ref: {**tags, "area": "yes"}
                for member in relation.members
                if member.type == "w"
            }
    return restrictions, squares


def _square_outlines(
    path: Path,
    squares: dict[int, dict[str, str]],
    known: set[tuple[str, int]],
    on_ways: dict[int, tuple[int, int]],
) -> list[Way]:
    """Read the outlines of squares, along which people walk, except those `known` already."""
    wanted = [way for way in squares if ("way", way) not in known]
    if not wanted:
        return []
    ways: Any = osmium.FileProcessor(str(path), osmium.osm.WAY)
    only = osmium.filter.IdFilter(wanted)
    return [_way(way, squares[way.id], on_ways) for way in ways.with_filter(only)]


def _tagged(source: Any, kind: Any, *keys: str) -> Any:  # noqa: ANN401 (osmium's own types)
    """Return an iterator over the elements of a kind that have one of some keys."""
    return osmium.FileProcessor(source, kind).with_filter(osmium.filter.KeyFilter(*keys))


def _wanted_nodes(parts: Iterable[Places], elements: Elements, wanted: Ints) -> Nodes:
    """Return the wanted nodes of each part of a file, and those with coordinates only at ways."""
    kept, count, corners = [], 0, [np.zeros((2, 0), dtype=np.int64)]
    for part in parts:
        placed = np.stack(part)
        # Nodes without coordinates have a longitude that no place has.
        nowhere = np.abs(part.x) > _HALF_TURN * DEGREE
        if nowhere.any():
            placed = placed[:, ~nowhere]
        if placed.size:
            count += placed.shape[1]
            corners.append(np.stack([placed[1:].min(axis=1), placed[1:].max(axis=1)], axis=1))
            # Only the wanted ids between the least and the greatest of the part are compared.
            ids = placed[0]
            begin, end = np.searchsorted(wanted, [ids.min(), ids.max() + 1])
            kept.append(placed[:, is_among(ids, wanted[begin:end]) | (ids < 0)])
    ids, x, y = np.hstack([*kept, np.zeros((3, 0), dtype=np.int64)])
    by_ways = sorted(set(elements.placed) - set(ids.tolist())) if elements.placed else []
    places = np.array([elements.placed[node] for node in by_ways], dtype=np.int64).reshape(-1, 2).T
    box = np.hstack([*corners, places])
    return Nodes(
        np.append(ids, np.array(by_ways, dtype=np.int64)),
        np.append(x, places[0]),
        np.append(y, places[1]),
        count + len(by_ways),
        len(by_ways),
        np.append(box.min(axis=1), box.max(axis=1)) / DEGREE if box.size else np.zeros(0),
    )


def _all_places(path: Path, elements: Elements) -> Places:
    """Return all nodes of a file, by osmium; refuse duplicate ids."""
    ids, x, y = array("q"), array("q"), array("q")
    nodes: Any = osmium.FileProcessor(str(path), osmium.osm.NODE)
    for node in nodes:
        location = node.location
        ids.append(node.id)
        x.append(location.x)
        y.append(location.y)
    columns = np.array([ids, x, y], dtype=np.int64)
    if deleted := [number for kind, number in elements.gone if kind == "node"]:
        columns = columns[:, ~np.isin(columns[0], deleted)]
    refuse_doubles(path, "node", columns[0, np.abs(columns[1]) <= _HALF_TURN * DEGREE])
    return Places(*columns)


def refuse_doubles(path: Path, what: str, ids: Ints) -> None:
    """Refuse a file with duplicate ids; `what` is their kind in the message."""
    order = np.sort(ids)
    if (order[1:] == order[:-1]).any():
        doubles = np.unique(order[1:][order[1:] == order[:-1]])
        msg = f"{path}: {what}s are duplicated ({name_some(doubles)})"
        raise NetworkError(msg)
