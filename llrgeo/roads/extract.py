"""OpenStreetMap files read: the streets, the points on them that matter, the turn restrictions."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import osmium
from numpy.typing import NDArray

from llrgeo.errors import NetworkError
from llrgeo.roads.driving import is_ferry
from llrgeo.roads.pbf import check_whole
from llrgeo.schema import Track, name_some

_DEGREE: Final = 10_000_000  # OpenStreetMap keeps coordinates in these parts of a degree
_HALF_TURN: Final = 180  # a node without a place has a number beyond every longitude
_POINT_KEYS: Final = frozenset(
    {
        "access", "barrier", "bicycle", "crossing", "foot", "highway", "maxheight", "maxwidth",
        "motor_vehicle", "motorcar", "railway", "traffic_calming", "vehicle",
    }
)  # fmt: skip
_ENDINGS: Final = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2")


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


@dataclass(frozen=True, slots=True)
class Extract:
    """What one or more OpenStreetMap files say about streets.

    Attributes
    ----------
    node_ids
        Ids of the nodes, ascending.
    lon, lat
        Their coordinates, WGS 84.
    points
        Tags of the nodes that have any that matter on a street.
    ways
        Streets and ferries, by id in ascending order.
    restrictions
        Turn restrictions, by id in ascending order.
    date
        The newest data's date (ISO), as the files state it; empty if they do not.
    sha256
        SHA-256 of each file, by name.
    counts
        How many nodes, ways, relations the files hold of those read.
    """

    node_ids: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    points: dict[int, dict[str, str]]
    ways: list[Way]
    restrictions: list[Restriction]
    date: str
    sha256: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


def read_extracts(paths: Sequence[Path], *, track: Track = iter) -> Extract:
    """Read OpenStreetMap files (.osm.pbf, .osm, .osm.gz) and merge what they share.

    Elements of one id that stand in several files are taken once.

    Raises
    ------
    NetworkError
        If there is no file, or one cannot be read, is empty, cut, a history or a list of changes,
        or holds an id twice.
    """
    if not paths:
        msg = "no OpenStreetMap file given"
        raise NetworkError(msg)
    parts = [_read(Path(path)) for path in track(paths)]
    ids = np.concatenate([part.node_ids for part in parts])
    node_ids, first = np.unique(ids, return_index=True)
    return Extract(
        node_ids,
        np.concatenate([part.lon for part in parts])[first],
        np.concatenate([part.lat for part in parts])[first],
        {node: tags for part in reversed(parts) for node, tags in part.points.items()},
        _once([way for part in parts for way in part.ways]),
        _once([one for part in parts for one in part.restrictions]),
        max(part.date for part in parts),
        {name: digest for part in parts for name, digest in part.sha256.items()},
        {what: sum(part.counts[what] for part in parts) for what in parts[0].counts},
    )


def _once(elements: list[Any]) -> list[Any]:
    """Take each id once (of the file given first), ordered by id."""
    by_id = {element.id: element for element in reversed(elements)}
    return [by_id[key] for key in sorted(by_id)]


def _read(path: Path) -> Extract:
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
    digest = check_whole(path) if path.name.endswith(".pbf") else ""
    try:
        date = _header_date(path)
        found = _elements(path)
    except (RuntimeError, ValueError) as error:
        if isinstance(error, NetworkError):
            raise
        msg = f"{path}: cannot be read as OpenStreetMap data ({error})"
        raise NetworkError(msg) from error
    return _sorted_extract(path, found, date, digest)


def _header_date(path: Path) -> str:
    """Return the date in a file's header; refuse files that are no snapshot."""
    with osmium.io.Reader(str(path), osmium.osm.osm_entity_bits.NOTHING) as reader:
        header = reader.header()
        if header.has_multiple_object_versions:
            msg = f"{path}: a file of history or changes; give an extract of one moment"
            raise NetworkError(msg)
        stamp = header.get("osmosis_replication_timestamp") or header.get("timestamp")
    return str(stamp)[:10]


class _Elements(NamedTuple):
    """What one file holds, in its order; `x` and `y` in ten-millionths of a degree."""

    ids: NDArray[np.int64]
    x: NDArray[np.int64]
    y: NDArray[np.int64]
    points: dict[int, dict[str, str]]
    ways: list[Way]
    restrictions: list[Restriction]


def _elements(path: Path) -> _Elements:
    """Read all nodes, and the points, streets and turn restrictions, of a file."""
    points = {node.id: dict(node.tags) for node in _tagged(path, osmium.osm.NODE, *_POINT_KEYS)}
    ways, restrictions = [], []
    for way in _tagged(path, osmium.osm.WAY, "highway", "route", "ferry"):
        tags = dict(way.tags)
        if "highway" in tags or is_ferry(tags):
            refs = np.array([node.ref for node in way.nodes], dtype=np.int64)
            ways.append(Way(way.id, tags, refs))
    for relation in _tagged(path, osmium.osm.RELATION, "type"):
        if relation.tags["type"].startswith("restriction"):
            members = tuple(Member(one.type, one.ref, one.role) for one in relation.members)
            restrictions.append(Restriction(relation.id, dict(relation.tags), members))
    ids, x, y = _nodes(path)
    return _Elements(ids, x, y, points, ways, restrictions)


def _tagged(path: Path, kind: Any, *keys: str) -> Any:  # noqa: ANN401 (osmium's own types)
    """Run through the elements of a kind that have one of some keys."""
    return osmium.FileProcessor(str(path), kind).with_filter(osmium.filter.KeyFilter(*keys))


def _nodes(path: Path) -> list[NDArray[np.int64]]:
    """Return ids and coordinates of all nodes that have any; millions, so nothing else is asked."""
    ids, x, y = array("q"), array("q"), array("q")
    nodes: Any = osmium.FileProcessor(str(path), osmium.osm.NODE)
    for node in nodes:
        location = node.location
        ids.append(node.id)
        x.append(location.x)
        y.append(location.y)
    columns = np.array([ids, x, y], dtype=np.int64)
    return list(columns[:, np.abs(columns[1]) <= _HALF_TURN * _DEGREE])


def _sorted_extract(path: Path, found: _Elements, date: str, digest: str) -> Extract:
    ids = found.ids
    for what, read in (
        ("node", ids),
        ("way", np.array([way.id for way in found.ways], dtype=np.int64)),
        ("relation", np.array([one.id for one in found.restrictions], dtype=np.int64)),
    ):
        unique, times = np.unique(read, return_counts=True)
        if len(unique) < len(read):
            msg = f"{path}: {what}s stand twice ({name_some(unique[times > 1])})"
            raise NetworkError(msg)
    order = np.argsort(ids)
    counts = {"nodes": len(ids), "ways": len(found.ways), "restrictions": len(found.restrictions)}
    return Extract(
        ids[order],
        found.x[order] / _DEGREE,
        found.y[order] / _DEGREE,
        found.points,
        found.ways,
        found.restrictions,
        date,
        {path.name: digest} if digest else {},
        counts,
    )
