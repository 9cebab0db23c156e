"""PBF files read by arrays: the same as osmium reads, and what is unusual is left to it."""

import zlib
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from osmium.osm import mutable

from llrgeo.errors import NetworkError
from llrgeo.inputs.pbf_framing import fields, texts
from llrgeo.inputs.pbf_numbers import read_numbers, signed, unpacked
from llrgeo.roads.osm_files.extract import read_extracts
from llrgeo.roads.osm_files.ids import is_among
from llrgeo.roads.osm_files.pbf import check_whole
from llrgeo.roads.osm_files.pbf_arrays import dense_places, packed_places, tagged_nodes, tagged_ways
from llrgeo.roads.osm_files.pbf_blocks import (
    Block,
    UnsupportedPbfError,
    _starts,
    supported_blocks,
)

KEYS = frozenset({"highway", "barrier", "é"})
TEXTS = st.sampled_from(
    ["highway", "barrier", "é", "name", "gate", "residential", "ßtreet", "x" * 200]
)
TAGS = st.dictionaries(TEXTS, TEXTS, max_size=4)
IDS = st.integers(1, 2**40)


def varint(value: int) -> bytes:
    """Write a number of 64 bits, as the format's own description does."""
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


@given(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 300)))
def test_numbers_are_read_as_they_were_written(numbers: list[int]) -> None:
    written = [varint(number) for number in numbers]
    found = read_numbers(b"".join(written))
    assert found.values.view(np.uint64).tolist() == numbers
    assert found.first.tolist() == np.cumsum([0, *map(len, written)]).tolist()
    halves = [-(n + 1) // 2 if n & 1 else n // 2 for n in numbers]
    assert signed(found.values).tolist() == halves


@pytest.mark.parametrize("packed", [b"\x80", b"\x01\xff", b"\x80" * 10 + b"\x01"])
def test_numbers_that_are_cut_or_too_long_are_refused(packed: bytes) -> None:
    with pytest.raises(ValueError, match="packed number"):
        unpacked(packed)


def test_a_block_of_more_parts_than_any_has_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llrgeo.inputs.pbf_framing.MAX_PARTS", 40)
    assert len([*fields(b"\x12\x00" * 40)]) == 40
    with pytest.raises(ValueError, match="over 40 parts, which no block has"):
        [*fields(b"\x12\x00" * 41)]
    monkeypatch.setattr("llrgeo.roads.osm_files.pbf_blocks.MAX_PARTS", 40)
    assert len(_starts(b"\x1a\x00" * 40)) == 41
    with pytest.raises(UnsupportedPbfError):
        _starts(b"\x1a\x00" * 41)


@given(st.lists(st.binary(max_size=3) | st.binary(min_size=128, max_size=200)))
def test_a_table_of_texts_is_read_as_its_fields_are(written: list[bytes]) -> None:
    table = b"".join(b"\x0a" + varint(len(text)) + text for text in written)
    assert texts(table) == written == [text for _, text in fields(table)]


@pytest.mark.parametrize("table", [b"\x0a", b"\x0a\x03ab", b"\x0a\x01a\x12\x01b", b"\x0a\x80"])
def test_a_table_with_something_else_or_cut_is_refused(table: bytes) -> None:
    with pytest.raises(ValueError, match=r"table|cut"):
        texts(table)


@given(arrays.arrays(np.int64, st.integers(0, 30), elements=st.integers(-9, 9)), st.data())
def test_ids_are_among_others_as_isin_says(ids: np.ndarray, data: Any) -> None:
    known = np.array(sorted(data.draw(st.sets(st.integers(-9, 9)))), dtype=np.int64)
    assert is_among(ids, known).tolist() == np.isin(ids, known).tolist()


def write(path: Path, nodes: list[Any], ways: list[Any], **options: str) -> Path:
    """Write nodes and ways, each by ascending id, by osmium."""
    kind = osmium.io.File(str(path), ",".join(["pbf", *(f"{k}={v}" for k, v in options.items())]))
    with osmium.SimpleWriter(kind, overwrite=True) as writer:
        for node in sorted(nodes, key=lambda one: one.id):
            writer.add_node(node)
        for way in sorted(ways, key=lambda one: one.id):
            writer.add_way(way)
    return path


NODES = st.lists(
    st.builds(
        lambda number, lon, lat, tags: mutable.Node(id=number, location=(lon, lat), tags=tags),
        IDS, st.floats(-180, 180), st.floats(-90, 90), TAGS,
    ),
    unique_by=lambda node: node.id, max_size=30,
)  # fmt: skip
WAYS = st.lists(
    st.builds(
        lambda number, nodes, tags: mutable.Way(id=number, nodes=nodes, tags=tags),
        IDS, st.lists(IDS, max_size=5), TAGS,
    ),
    unique_by=lambda way: way.id, max_size=20,
)  # fmt: skip


@given(nodes=NODES, ways=WAYS)
def test_arrays_hold_what_osmium_reads(
    tmp_path_factory: pytest.TempPathFactory, nodes: list[Any], ways: list[Any]
) -> None:
    path = write(tmp_path_factory.mktemp("pbf") / "drawn.osm.pbf", nodes, ways)
    blocks = list(supported_blocks(path))
    found = [one for block in blocks if block.kind == 3 for one in tagged_ways(block, KEYS)]
    tags: dict[int, dict[str, str]] = {}
    for block in blocks:
        if block.kind == 2:
            tags |= tagged_nodes(block, KEYS)
    places = list(dense_places(packed_places(block) for block in blocks if block.kind == 2))
    told = osmium.FileProcessor(str(path))
    expected_nodes, expected_ways, expected_places = {}, [], []
    for one in told:
        if one.is_node():
            expected_places.append((one.id, one.location.x, one.location.y))
        wanted = not KEYS.isdisjoint(dict(one.tags))
        if one.is_node() and wanted:
            expected_nodes[one.id] = dict(one.tags)
        if one.is_way() and wanted:
            refs = [node.ref for node in one.nodes]
            expected_ways.append((one.id, dict(one.tags), refs))
    assert tags == expected_nodes
    assert [(way, own, refs.tolist()) for way, own, refs in found] == expected_ways
    assert [row for part in places for row in zip(*map(np.ndarray.tolist, part), strict=True)] == (
        expected_places
    )


def street(**tags: str) -> tuple[list[Any], list[Any]]:
    """Return two nodes and a street between them."""
    nodes = [mutable.Node(id=n, location=(-1.1 + n / 100, 52.6), tags={}) for n in (1, 2)]
    return nodes, [mutable.Way(id=1, nodes=[1, 2], tags={"highway": "service", **tags})]


@pytest.mark.parametrize(
    "options", [{"pbf_dense_nodes": "false"}, {"locations_on_ways": "true"}], ids=str
)
def test_files_of_another_make_are_left_to_osmium(tmp_path: Path, options: dict[str, str]) -> None:
    nodes, ways = street(name="Lane")
    path = write(tmp_path / "another.osm.pbf", nodes, ways, **options)
    if "pbf_dense_nodes" in options:
        with pytest.raises(UnsupportedPbfError):
            list(supported_blocks(path))
    usual = write(tmp_path / "usual.osm.pbf", nodes, ways)
    read, same = read_extracts([path]), read_extracts([usual])
    assert read.node_ids.tolist() == same.node_ids.tolist() == [1, 2]
    assert [way.tags for way in read.ways] == [way.tags for way in same.ways]
    assert read.lon.tolist() == same.lon.tolist()


def field(number: int, value: bytes | int) -> bytes:
    """Write a field of a protocol buffer: bytes, or a number of 64 bits."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value % 2**64)
    return varint(number << 3 | 2) + varint(len(value)) + value


STRINGS = b"".join(field(1, text) for text in (b"", b"highway", b"service"))
WAY_ID, KEY, VALUE, REFS = field(1, 7), field(2, b"\1"), field(3, b"\2"), field(8, b"\2\2")
LEADS_BACK = varint(4 << 3 | 2) + varint(2**64 - 11)  # to its own beginning


def crafted(path: Path, groups: list[bytes]) -> Path:
    """Write blocks of one group each after the header of a file that osmium writes."""
    write(path, [], [], pbf_compression="none")
    with path.open("ab") as file:
        for group in groups:
            blob = field(1, field(1, STRINGS) + field(2, group))
            header = field(1, b"OSMData") + field(3, len(blob))
            file.write(len(header).to_bytes(4, "big") + header + blob)
    return path


def block_of(folder: Path, group: bytes) -> Block:
    """Return the block of a file that has one."""
    [block] = supported_blocks(crafted(folder / "one.osm.pbf", [group]))
    return block


@pytest.mark.parametrize(
    "way",
    [
        WAY_ID + KEY + VALUE + LEADS_BACK + REFS,
        WAY_ID + KEY + VALUE + b"\x42",
        WAY_ID + field(2, b"\1\x90\3") + field(3, b"\2\2") + REFS,
        WAY_ID + KEY + field(3, b"\x90\3") + REFS,
        WAY_ID + field(2, b"\1\2") + VALUE + REFS,
        WAY_ID + field(2, b"\1" + varint(2**64 - 1)) + field(3, b"\2\2") + REFS,
    ],
    ids=["a length below zero", "cut", "no such key", "no such value", "no value", "below zero"],
)
def test_ways_that_cannot_be_read_are_left_to_osmium(tmp_path: Path, way: bytes) -> None:
    sound = field(3, WAY_ID + KEY + VALUE + REFS)
    assert len(tagged_ways(block_of(tmp_path, sound), KEYS)) == 1
    with pytest.raises(UnsupportedPbfError):
        tagged_ways(block_of(tmp_path, sound + field(3, way)), KEYS)


@pytest.mark.parametrize(
    "rest",
    [field(10, b"\0\0\1\2\0"), field(10, b"\1\x90\3\0\0"), field(10, b"\1\0\0"),
     field(10, b"\1\2\0\0") + field(5, field(6, b"\1\0"))],
    ids=["more tags than nodes", "no such value", "no value", "a deleted node"],
)  # fmt: skip
def test_nodes_that_cannot_be_read_are_left_to_osmium(tmp_path: Path, rest: bytes) -> None:
    places = field(1, b"\2\2") + field(8, b"\2\2") + field(9, b"\2\2")
    sound = field(2, places + field(10, b"\1\2\0\0"))
    assert list(tagged_nodes(block_of(tmp_path, sound), KEYS)) == [1]
    with pytest.raises(UnsupportedPbfError):
        tagged_nodes(block_of(tmp_path, field(2, places + rest)), KEYS)


DENSE = field(2, field(1, b"\2\2") + field(8, varint(2 * 526 * 10**6) + b"\2") + field(9, b"\2\2"))
STREET = field(3, WAY_ID + KEY + VALUE + field(8, b"\2\2"))  # from node 1 to node 2
SINGLE = field(1, field(1, 6) + field(8, 2) + field(9, 2))  # node 3
RELATION = field(4, field(1, 5))


@pytest.mark.parametrize(
    ("groups", "alone"),
    [
        ([DENSE, RELATION + STREET], [DENSE, STREET]),
        ([DENSE, STREET + RELATION], [DENSE, STREET]),
        ([DENSE + STREET], [DENSE, STREET]),
        ([STREET + DENSE], [DENSE, STREET]),
        ([RELATION + DENSE, STREET], [DENSE, STREET]),
        ([DENSE + SINGLE, STREET], [DENSE, SINGLE, STREET]),
        ([DENSE, RELATION + SINGLE, STREET], [DENSE, SINGLE, STREET]),
    ],
    ids=["relation, way", "way, relation", "nodes, way", "way, nodes", "relation, nodes",
         "nodes, node", "relation, node"],
)  # fmt: skip
def test_groups_of_more_kinds_than_one_are_left_to_osmium(
    tmp_path: Path, groups: list[bytes], alone: list[bytes]
) -> None:
    path = crafted(tmp_path / "mixed.osm.pbf", [*groups, RELATION])
    with pytest.raises(UnsupportedPbfError):
        list(supported_blocks(path))
    read = read_extracts([path])
    same = read_extracts([crafted(tmp_path / "alone.osm.pbf", [*alone, RELATION])])
    assert read.node_ids.tolist() == same.node_ids.tolist() == [1, 2]
    assert [way.tags for way in read.ways] == [way.tags for way in same.ways]
    assert len(read.ways) == 1
    assert read.lon.tolist() == same.lon.tolist()
    assert read.counts == same.counts


@pytest.mark.parametrize("groups", [[DENSE], [STREET], [RELATION, RELATION + RELATION]], ids=len)
def test_groups_of_one_kind_are_read_by_arrays(tmp_path: Path, groups: list[bytes]) -> None:
    found = list(supported_blocks(crafted(tmp_path / "x.osm.pbf", groups)))
    assert [block.group for block in found] == groups


def lane(number: int) -> bytes:
    """Return a street with an id, from node 1 to node 2."""
    return field(3, field(1, number) + KEY + VALUE + field(8, b"\2\2"))


@pytest.mark.parametrize(
    ("groups", "cut"),
    [
        ([DENSE, lane(1) + lane(2), lane(3) + RELATION], True),
        ([DENSE, lane(1) + lane(2) + lane(3), lane(4) + RELATION], False),
        ([DENSE + lane(1), lane(2) + lane(3), RELATION + RELATION], False),
        ([DENSE + lane(1), lane(2) + lane(3), 3 * RELATION], True),
    ],
    ids=["ways go on and it is full", "ways go on", "nodes are beside ways", "full of relations"],
)
def test_in_blocks_of_several_kinds_all_elements_count(
    tmp_path: Path, groups: list[bytes], *, cut: bool
) -> None:
    path = crafted(tmp_path / "mixed.osm.pbf", groups)
    with pytest.raises(NetworkError, match="as full as") if cut else nullcontext():
        assert check_whole(path)


def test_a_block_whose_packing_has_no_end_is_refused(tmp_path: Path) -> None:
    data = field(1, STRINGS) + field(2, RELATION + RELATION)
    for packed, fine in ((zlib.compress(data), True), (zlib.compress(data)[:-4], False)):
        path = crafted(tmp_path / "x.osm.pbf", [DENSE, STREET])
        with path.open("ab") as file:
            blob = field(2, len(data)) + field(3, packed)
            header = field(1, b"OSMData") + field(3, len(blob))
            file.write(len(header).to_bytes(4, "big") + header + blob)
        with nullcontext() if fine else pytest.raises(NetworkError, match="block is damaged"):
            assert check_whole(path)


def test_nodes_of_no_street_are_counted_and_not_kept(tmp_path: Path) -> None:
    nodes, ways = street()
    beside = [mutable.Node(id=9, location=(-1.5, 52.9), tags={})]
    extract = read_extracts([write(tmp_path / "x.osm.pbf", nodes + beside, ways)])
    assert extract.node_ids.tolist() == [1, 2]
    assert extract.counts["nodes"] == 3
    assert extract.box == (-1.5, 52.6, -1.08, 52.9)


def test_a_node_that_comes_twice_is_refused(tmp_path: Path) -> None:
    nodes, ways = street()
    twice = [*nodes, mutable.Node(id=2, location=(-1.0, 52.6), tags={})]
    with pytest.raises(NetworkError, match=r"nodes are duplicated \(2\)"):
        read_extracts([write(tmp_path / "x.osm.pbf", twice, ways)])


def test_a_street_cut_at_a_file_s_rim_has_the_nodes_of_another(tmp_path: Path) -> None:
    nodes, ways = street()
    one = write(tmp_path / "one.osm.pbf", nodes[:1], ways)
    more = [mutable.Node(id=n, location=(-1.0, 52.5 + n / 100), tags={}) for n in (3, 4)]
    lane = mutable.Way(id=2, nodes=[3, 4], tags={"highway": "service"})
    other = write(tmp_path / "other.osm.pbf", nodes[1:] + more, [lane])
    assert read_extracts([one, other]).node_ids.tolist() == [1, 2, 3, 4]
