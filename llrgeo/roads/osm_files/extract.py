"""Read and merge OpenStreetMap files: streets, points on them that matter, turn restrictions."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

import numpy as np

from llrgeo.arrays import Floats, Ints
from llrgeo.errors import NetworkError
from llrgeo.roads.osm_files.elements import DEGREE, Elements, Nodes, Restriction, Way
from llrgeo.roads.osm_files.ids import is_among
from llrgeo.roads.osm_files.osm_file import read_file, read_nodes, refuse_doubles
from llrgeo.schema import Track, name_some

_NO_PLACES: Final = (
    "{files}: {ways} streets, and no place for any of their nodes. Export the nodes as well: in "
    "Overpass end the query with `(._;>;); out;` or with `out geom;`; with osmium use `extract "
    "--strategy complete_ways` or `add-locations-to-ways`."
)


@dataclass(frozen=True, slots=True)
class Extract:
    """The streets of one or more OpenStreetMap files, with all that belongs to them.

    Attributes
    ----------
    node_ids
        Ids of the nodes of streets, water and places, ascending.
    lon, lat
        Their coordinates, WGS 84.
    points
        Tags of nodes on streets, of those that have any that matter.
    ways
        Streets and ferries, by id in ascending order.
    restrictions
        Turn restrictions, by id in ascending order.
    date
        The newest data's date (ISO), as the files state it; empty if they do not.
    sha256
        SHA-256 of each file, by name.
    counts
        Numbers of nodes, ways and relations of the kinds read.
    notes
        Numbers of oddities: deleted elements, gaps between files, ways without coordinates.
    places, water
        Tags of named cities, towns and villages by node, and rivers and canals: for maps.
    box
        The least longitude and latitude of all nodes, and the greatest; empty if there are none.
    """

    node_ids: Ints
    lon: Floats
    lat: Floats
    points: dict[int, dict[str, str]]
    ways: list[Way]
    restrictions: list[Restriction]
    date: str
    sha256: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    places: dict[int, dict[str, str]] = field(default_factory=dict)
    water: list[Way] = field(default_factory=list)
    box: tuple[float, ...] = ()


def read_extracts(paths: Sequence[Path], *, track: Track = iter) -> Extract:
    """Read OpenStreetMap files (.osm.pbf, .osm, .osm.gz) and merge what they share.

    An element that is in several files is taken once, from the file given first. A way that was cut
    between two files has a part in each; both parts are kept, and the gap is counted.

    Raises
    ------
    NetworkError
        If there is no file, or one cannot be read, is empty, cut, a history or a list of changes,
        holds an id twice, or streets without the coordinates of their nodes.
    """
    if not paths:
        msg = "no OpenStreetMap file given; name one or more extracts (.osm.pbf)"
        raise NetworkError(msg)
    files = [Path(path) for path in paths]
    parts = [read_file(path) for path in track(files)]
    nodes = _nodes_of(files, parts)
    # The coordinates of a node in several files are those of the first file.
    node_ids, first = np.unique(
        np.concatenate([of_file.ids for of_file in nodes]), return_index=True
    )
    notes = Counter({"nodes placed by their ways": sum(of_file.by_ways for of_file in nodes)})
    for part in parts:
        notes.update(part.found)
    ways = _merged_ways([part.ways for part in parts], notes)
    _note_placeless(files, ways, node_ids, notes)
    kinds = ("ways", "restrictions")
    return Extract(
        node_ids,
        np.concatenate([of_file.x for of_file in nodes])[first] / DEGREE,
        np.concatenate([of_file.y for of_file in nodes])[first] / DEGREE,
        {node: tags for part in reversed(parts) for node, tags in part.points.items()},
        ways,
        _once([restriction for part in parts for restriction in part.restrictions]),
        max(part.date for part in parts),
        {path.name: part.sha256 for path, part in zip(files, parts, strict=True) if part.sha256},
        {
            "nodes": sum(of_file.number for of_file in nodes),
            **{what: sum(len(getattr(part, what)) for part in parts) for what in kinds},
        },
        dict(sorted((+notes).items())),
        {node: tags for part in reversed(parts) for node, tags in part.places.items()},
        _once([way for part in parts for way in part.water]),
        _box([of_file.box for of_file in nodes if len(of_file.box)]),
    )


def _nodes_of(files: list[Path], parts: list[Elements]) -> list[Nodes]:
    """Return for each file its nodes that any file needs; refuse duplicate ids."""
    needed = _needed_ids(parts)
    nodes = [read_nodes(path, part, needed) for path, part in zip(files, parts, strict=True)]
    for path, part in zip(files, parts, strict=True):
        _refuse_doubles(path, part)
    _refuse_clashes(nodes)
    return nodes


def _needed_ids(parts: list[Elements]) -> Ints:
    """Return the ids of the nodes of streets, water and places, ascending."""
    refs = [way.nodes for part in parts for way in (*part.ways, *part.water)]
    named = [node for part in parts for node in (*part.places, *part.placed)]
    ids = np.sort(np.concatenate([*refs, np.array(named, dtype=np.int64)]))
    found: Ints = ids[np.diff(ids, prepend=ids[:1] - 1) > 0]
    return found


def _box(boxes: list[Floats]) -> tuple[float, ...]:
    """Return the box around boxes."""
    if not boxes:
        return ()
    corners = np.array(boxes)
    return (*corners[:, :2].min(axis=0).tolist(), *corners[:, 2:].max(axis=0).tolist())


def _once(elements: list[Any]) -> list[Any]:
    """Take each id once (of the file given first), ordered by id."""
    by_id = {element.id: element for element in reversed(elements)}
    return [by_id[key] for key in sorted(by_id)]


def _merged_ways(of_files: list[list[Way]], notes: Counter[str]) -> list[Way]:
    """Return each way once, by id; both parts of one that was cut between two files."""
    if len(of_files) == 1:
        return sorted(of_files[0], key=attrgetter("id"))
    merged: dict[int, list[Way]] = {}
    for ways in of_files:
        for way in ways:
            parts = merged.setdefault(way.id, [])
            if not parts:
                parts.append(way)
                continue
            new, old = set(way.nodes.tolist()), set(parts[0].nodes.tolist())
            if new <= old:
                continue
            if old <= new:
                parts[0] = way  # the other file has the way whole
            elif len(new & old) <= 1:
                parts.append(way)
                notes["ways cut between two files, with a gap where they are"] += 1
            else:
                notes["ways that two files have in different states, the first taken"] += 1
    return [way for key in sorted(merged) for way in merged[key]]


def _note_placeless(
    files: list[Path], ways: list[Way], node_ids: Ints, notes: Counter[str]
) -> None:
    """Count the ways without coordinates of any node; refuse files with only such ways."""
    sizes = np.array([len(way.nodes) for way in ways], dtype=np.int64)
    refs = np.concatenate([*(way.nodes for way in ways), np.zeros(0, np.int64)])
    placed = is_among(refs, node_ids)
    if len(refs) and not placed.any():
        msg = _NO_PLACES.format(files=", ".join(map(str, files)), ways=len(ways))
        raise NetworkError(msg)
    # The nodes of all ways one after the other, each with the number of its way.
    way = np.repeat(np.arange(len(ways)), sizes)
    nowhere = np.bincount(way, placed, len(ways)) == 0
    notes["ways whose nodes are nowhere in the files"] += int((nowhere & (sizes > 0)).sum())


def _refuse_doubles(path: Path, found: Elements) -> None:
    """Refuse a file that holds a way or a relation twice."""
    for what, read in (("way", found.ways), ("relation", found.restrictions)):
        refuse_doubles(path, what, np.array([element.id for element in read], dtype=np.int64))


def _refuse_clashes(nodes: list[Nodes]) -> None:
    """Refuse files in which one negative node id has different coordinates.

    Editors number elements that were not uploaded from -1 downwards, in each file anew.
    """
    ids, x, y = (
        np.concatenate([getattr(of_file, name) for of_file in nodes]) for name in ("ids", "x", "y")
    )
    # Negative ids are an editor's own: one id in two files need not be one node.
    new = np.flatnonzero(ids < 0)
    order = new[np.argsort(ids[new], kind="stable")]
    same = ids[order[1:]] == ids[order[:-1]]
    moved = same & ((x[order[1:]] != x[order[:-1]]) | (y[order[1:]] != y[order[:-1]]))
    if moved.any():
        bad = name_some(np.unique(ids[order[1:]][moved]))
        msg = f"nodes {bad} stand in two files at different places; save them as one file"
        raise NetworkError(msg)
