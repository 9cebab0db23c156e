"""Make an OpenStreetMap extract of any size from a small one, as like a larger county as it gets.

Copies of the small extract lie side by side, as far apart as its header states its outline. Each
has ids and a place of its own, and its ways' names and numbers end in its own, for rules that are
kept by tags must not gain from equal names. All else is the source's: other tags, editors and
dates, nodes a way, order (nodes, ways, relations, by ascending id), dense nodes, blocks packed by
zlib. Gaps between ids are kept up to 10,000, so that the ids of a file of 400 MB reach as far as
today's (some thousand millions). A source without turn restrictions, as Rutland's of 2018 is, gets
some where its streets meet.

Blocks of nodes and of ways are the source's with other first numbers, for the steps between ids and
between places stay the same, so that a copy takes little time. osmium writes the relations.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import osmium
from osmium.osm import mutable

from llrgeo.inputs.pbf_framing import fields
from llrgeo.inputs.pbf_numbers import summed, unpacked
from llrgeo.roads.osm_files.pbf import block_data, blocks

KINDS = {"n": osmium.osm.NODE, "w": osmium.osm.WAY, "r": osmium.osm.RELATION}
TURNS = ("no_right_turn", "no_left_turn", "no_u_turn", "only_straight_on")
WIDEST_GAP = 10_000
RESTRICTIONS = 20  # a copy
OWN = (b"name", b"ref")
# Fields of the format's messages (OpenStreetMap wiki, PBF Format).
STRINGS, GROUP, DENSE, WAYS = 1, 2, 2, 3
DENSE_ID, LAT, LON = 1, 8, 9
WAY_ID, KEYS, VALUES, REFS = 1, 2, 3, 8

Fields = list[tuple[int, int | bytes]]


class Steps(NamedTuple):
    """Numbers as a first one and the packed steps from each to the next."""

    first: int
    rest: bytes

    def moved(self, by: int) -> bytes:
        """Return them packed, each greater by a number."""
        return zigzag(self.first + by) + self.rest


class Ids:
    """New ids of the elements of a kind: their order stays, and so do small gaps between them."""

    def __init__(self, old: np.ndarray) -> None:
        self.old = np.append(old, np.iinfo(np.int64).max)
        self.new = np.cumsum(np.diff(self.old, prepend=0).clip(max=WIDEST_GAP))
        self.span = int(self.new[-1]) + RESTRICTIONS  # ids after it are another copy's

    def of(self, refs: Any) -> np.ndarray:
        """Return ids in the first copy; what is not in the file gets an id that nothing has."""
        at = np.searchsorted(self.old, refs)
        return np.where(self.old[at] == refs, self.new[at], self.new[-1])


class NodeBlock:
    """A block of dense nodes."""

    def __init__(self, block: Fields, ids: dict[str, Ids]) -> None:
        self.around = [field for field in block if field[0] != GROUP]
        dense = list(fields(only(fields(only(block, GROUP)), DENSE)))
        places = [summed(only(dense, key)) for key in (LAT, LON)]
        self.rest = [field for field in dense if field[0] not in {DENSE_ID, LAT, LON}]
        self.ids = steps(ids["n"].of(summed(only(dense, DENSE_ID))))
        self.lat, self.lon = (steps(at) for at in places)
        self.span = ids["n"].span

    def copy(self, number: int, east: int, north: int) -> bytes:
        """Return the block of a copy, which lies so far away in parts of a degree."""
        dense = message(
            [
                (DENSE_ID, self.ids.moved(number * self.span)),
                (LAT, self.lat.moved(north)),
                (LON, self.lon.moved(east)),
                *self.rest,
            ]
        )
        return message([*self.around, (GROUP, message([(DENSE, dense)]))])


class WayBlock:
    """A block of ways."""

    def __init__(self, block: Fields, ids: dict[str, Ids]) -> None:
        self.around = [field for field in block if field[0] not in {STRINGS, GROUP}]
        self.strings = [bytes(text) for _, text in fields(only(block, STRINGS))]
        self.ways: list[tuple[int, bytes, Steps]] = []
        self.spans = ids["w"].span, ids["n"].span
        own, others = set[int](), set[int]()
        for _, way in fields(only(block, GROUP)):
            parts = list(fields(way))
            tags = [unpacked(only(parts, key)).tolist() for key in (KEYS, VALUES)]
            for key, value in zip(*tags, strict=True):
                (own if self.strings[key] in OWN else others).add(value)
                others.add(key)
            rest = message([field for field in parts if field[0] not in {WAY_ID, REFS}])
            refs = steps(ids["n"].of(summed(only(parts, REFS))))
            self.ways.append((int(ids["w"].of(only(parts, WAY_ID))), rest, refs))
        self.named = own - others

    def copy(self, number: int, *_: int) -> bytes:
        """Return the block of a copy."""
        strings = [
            (1, text + b" %d" % number if at in self.named else text)
            for at, text in enumerate(self.strings)
        ]
        ways, nodes = (number * span for span in self.spans)
        group = message(
            [
                (
                    WAYS,
                    message([(WAY_ID, way + ways)]) + rest + message([(REFS, refs.moved(nodes))]),
                )
                for way, rest, refs in self.ways
            ]
        )
        return message([(STRINGS, message(strings)), *self.around, (GROUP, group)])


def tile(source: Path, target: Path, megabytes: float) -> int:
    """Write copies of a source until they make a file of so many megabytes; return how many."""
    copies = max(1, round(megabytes * 1e6 / source.stat().st_size))
    head, *data = opened(source)
    ids = {letter: Ids(ids_of(source, kind)) for letter, kind in KINDS.items()}
    nodes = [NodeBlock(block, ids) for block in data if holds(block, DENSE)]
    ways = [WayBlock(block, ids) for block in data if holds(block, WAYS)]
    box = osmium.io.Reader(str(source)).header().box()
    corners = (box.bottom_left, box.top_right)
    east, north = (corners[1].x - corners[0].x, corners[1].y - corners[0].y)
    across = int(np.ceil(np.sqrt(copies)))
    with target.open("wb") as file:
        # A header without the outline of the land, which is the source's.
        file.write(framed(b"OSMHeader", message([field for field in head if field[0] != 1])))
        for kind in (nodes, ways):
            for number in range(copies):
                up, along = divmod(number, across)
                for block in kind:
                    written = block.copy(number, along * east, up * north)
                    file.write(framed(b"OSMData", written))
        for written in relation_blocks(source, ids, copies):
            file.write(framed(b"OSMData", written))
    return copies


def relation_blocks(source: Path, ids: dict[str, Ids], copies: int) -> Iterator[bytes]:
    """Yield blocks of the relations of all copies, turn restrictions among them."""
    relations: Any = osmium.FileProcessor(str(source), KINDS["r"])
    kept = [
        (int(ids["r"].of(one.id)), dict(one.tags), [(m.type, m.ref, m.role) for m in one.members])
        for one in relations
    ]
    if not any(tags.get("type") == "restriction" for _, tags, _ in kept):
        kept += made_restrictions(source, int(ids["r"].new[-1]))
    kept = [
        (each, tags, [(kind, int(ids[kind].of(ref)), role) for kind, ref, role in members])
        for each, tags, members in kept
    ]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "relations.osm.pbf"
        with osmium.SimpleWriter(str(path)) as writer:
            for number in range(copies):
                further = {kind: number * known.span for kind, known in ids.items()}
                for each, tags, members in kept:
                    moved = [(kind, ref + further[kind], role) for kind, ref, role in members]
                    writer.add_relation(
                        mutable.Relation(id=each + further["r"], tags=tags, members=moved)
                    )
        yield from map(message, opened(path)[1:])


def made_restrictions(source: Path, after: int) -> list[tuple[int, dict[str, str], list[Any]]]:
    """Return some turn restrictions from streets to others that meet their end."""
    streets = [
        (way.id, way.nodes[0].ref, way.nodes[-1].ref)
        for way in osmium.FileProcessor(str(source), KINDS["w"]).with_filter(
            osmium.filter.KeyFilter("highway")
        )
    ]
    at = defaultdict(list)
    for way, first, last in streets:
        for end in {first, last}:
            at[end].append(way)
    meets = [(way, last, other) for way, _, last in streets for other in at[last] if other != way]
    found = []
    for place in range(min(RESTRICTIONS, len(meets))):
        way, via, other = meets[place * len(meets) // RESTRICTIONS]
        tags = {"type": "restriction", "restriction": TURNS[place % len(TURNS)]}
        members = [("w", way, "from"), ("n", via, "via"), ("w", other, "to")]
        found.append((after + place, tags, members))
    return found


def ids_of(source: Path, kind: Any) -> np.ndarray:
    """Return the ids of all elements of a kind."""
    elements: Any = osmium.FileProcessor(str(source), kind)
    return np.array([one.id for one in elements], dtype=np.int64)


def opened(path: Path) -> list[Fields]:
    """Return the fields of each block of a file, the header first."""
    with path.open("rb") as file:
        return [list(fields(block_data(file, block) or b"")) for block in blocks(file, path)]


def holds(block: Fields, kind: int) -> bool:
    """Tell whether a block has elements of a kind."""
    return next(iter(fields(only(block, GROUP))))[0] == kind


def only(found: Iterable[tuple[int, Any]], key: int) -> Any:
    """Return the first field of a number; no bytes where there is none."""
    return next((value for number, value in found if number == key), b"")


def framed(kind: bytes, content: bytes) -> bytes:
    """Return a block as it stands in a file: its header's size, its header, and itself packed."""
    blob = message([(2, len(content)), (3, zlib.compress(content))])
    head = message([(1, kind), (3, len(blob))])
    return len(head).to_bytes(4, "big") + head + blob


def message(parts: Iterable[tuple[int, int | bytes]]) -> bytes:
    """Write fields as a message."""
    return b"".join(
        varint(key << 3 | 2) + varint(len(value)) + value
        if isinstance(value, bytes)
        else varint(key << 3) + varint(value)
        for key, value in parts
    )


def steps(values: np.ndarray) -> Steps:
    """Return the first of some numbers, and the steps after it."""
    return Steps(int(values[0]), b"".join(map(zigzag, np.diff(values).tolist())))


def zigzag(value: int) -> bytes:
    """Write a signed number."""
    return varint(2 * value if value >= 0 else -2 * value - 1)


def varint(value: int) -> bytes:
    """Write a number, seven bits a byte."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
