"""OpenStreetMap files: merged, refused, and the same whatever the hash seed."""

import gzip
import hashlib
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import geopandas as gpd
import osmium
import pytest
import shapely
from road_maps import LAT, LON, Map

from llrgeo.errors import NetworkError
from llrgeo.roads.network_files import load_network, save_network
from llrgeo.roads.osm import build_network, describe_network
from llrgeo.roads.osm_files.extract import read_extracts
from llrgeo.roads.osm_files.pbf import blocks, count_elements

STREET = {"a": (0.0, 0.0), "b": (400.0, 0.0), "c": (800.0, 0.0)}


def write_pbf(path: Path, nodes: int, relations: int) -> Path:
    """Write streets of two nodes each and routes as relations."""
    with osmium.SimpleWriter(str(path)) as writer:
        for number in range(1, nodes + 1):
            place = (LON + number * 1e-4, LAT + number % 2 * 1e-3)
            writer.add_node(osmium.osm.mutable.Node(id=number, location=place))
        for number in range(1, nodes):
            tags = {"highway": "residential"}
            way = osmium.osm.mutable.Way(id=number, nodes=[number, number + 1], tags=tags)
            writer.add_way(way)
        for number in range(1, relations + 1):
            members = [("w", number, "")]
            tags = {"type": "route"}
            writer.add_relation(osmium.osm.mutable.Relation(id=number, members=members, tags=tags))
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pbf(tmp_path_factory.mktemp("pbf") / "whole.osm.pbf", 9_000, 8_500)


def cut_at(whole: Path, to: Path, end: int) -> Path:
    to.write_bytes(whole.read_bytes()[:end])
    return to


def test_a_whole_file_is_read(whole: Path) -> None:
    extract = read_extracts([whole])
    assert extract.counts == {"nodes": 9_000, "ways": 8_999, "restrictions": 0}
    assert extract.sha256 == {whole.name: hashlib.sha256(whole.read_bytes()).hexdigest()}


def test_a_file_cut_between_any_two_blocks_is_refused(whole: Path, tmp_path: Path) -> None:
    content = whole.read_bytes()
    ends = [block.start + block.size for block in blocks(BytesIO(content), whole)][:-1]
    held = [
        count_elements(BytesIO(content), block) for block in blocks(BytesIO(content), whole)[1:]
    ]
    assert held == [
        {"nodes": 8_000}, {"nodes": 1_000}, {"ways": 8_000}, {"ways": 999},
        {"relations": 8_000}, {"relations": 500},
    ]  # fmt: skip
    refused = 0
    for end in ends:
        with pytest.raises(NetworkError, match=r"ends with|as full as"):
            read_extracts([cut_at(whole, tmp_path / "cut.osm.pbf", end)])
        refused += 1
    assert refused == 6


def test_a_file_cut_within_a_block_is_refused(whole: Path, tmp_path: Path) -> None:
    size = whole.stat().st_size
    for end in (3, 10, size // 3, size // 2, size - 1):
        with pytest.raises(NetworkError, match=r"cut|not an OpenStreetMap"):
            read_extracts([cut_at(whole, tmp_path / "cut.osm.pbf", end)])


def test_a_file_with_a_damaged_byte_is_refused_wherever_it_is(whole: Path, tmp_path: Path) -> None:
    content = whole.read_bytes()
    for block in blocks(BytesIO(content), whole):
        damaged = bytearray(content)
        damaged[block.start + block.size // 2] ^= 0xFF
        path = tmp_path / "damaged.osm.pbf"
        path.write_bytes(damaged)
        with pytest.raises(NetworkError):
            read_extracts([path])


def test_a_file_that_looks_cut_is_read_if_its_checksum_stands_beside_it(tmp_path: Path) -> None:
    path = write_pbf(tmp_path / "roads.osm.pbf", 9_000, 0)
    with pytest.raises(NetworkError, match="a whole extract has relations"):
        read_extracts([path])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (tmp_path / "roads.osm.pbf.sha256").write_text(f"{digest}  roads.osm.pbf\n")
    assert read_extracts([path]).counts["ways"] == 8_999


@pytest.mark.parametrize("kind", ["md5", "sha256"])
def test_a_file_that_is_not_what_its_checksum_says_is_refused(
    whole: Path, tmp_path: Path, kind: str
) -> None:
    path = cut_at(whole, tmp_path / "x.osm.pbf", whole.stat().st_size)
    (tmp_path / f"x.osm.pbf.{kind}").write_text("0123  x.osm.pbf\n")
    with pytest.raises(NetworkError, match=f"not what x.osm.pbf.{kind} says"):
        read_extracts([path])


def test_a_block_that_stands_twice_is_refused(whole: Path, tmp_path: Path) -> None:
    content = whole.read_bytes()
    last, before = (blocks(BytesIO(content), whole)[n] for n in (-1, -2))
    doubled = tmp_path / "twice.osm.pbf"
    doubled.write_bytes(content + content[before.start + before.size : last.start + last.size])
    with pytest.raises(NetworkError, match="a block is duplicated"):
        read_extracts([doubled])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.osm.pbf", b"", "the file is empty"),
        ("empty.osm", b"", "the file is empty"),
        (
            "page.osm.pbf",
            b"<!DOCTYPE html><html><body>504</body></html>",
            "not an OpenStreetMap PBF",
        ),
        ("noise.osm.pbf", bytes(range(256)) * 9, "not an OpenStreetMap PBF"),
        ("page.osm", b"<html><body>504 Gateway Timeout</body></html>", "cannot be read"),
        ("cut.osm", b'<osm version="0.6"><node id="1" lat="52"', "cannot be read"),
        ("day.osc", b'<osmChange version="0.6"></osmChange>', "a list of changes"),
        ("day.osc.gz", b"x", "a list of changes"),
        ("day.osm", b'<osmChange version="0.6"><create/></osmChange>', "history or changes"),
        ("map.shp", b"x", "not an OpenStreetMap extract"),
    ],
)
def test_what_is_no_extract_is_refused(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(NetworkError, match=message):
        read_extracts([tmp_path / name])


def test_a_history_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "history.osh.pbf"
    header = osmium.io.Header()
    header.has_multiple_object_versions = True
    writer = osmium.io.Writer(osmium.io.File(str(path), "osh.pbf"), header)
    writer.close()
    with pytest.raises(NetworkError, match="history"):
        read_extracts([path])
    renamed = path.rename(tmp_path / "history.osm.pbf")
    with pytest.raises(NetworkError, match="history"):
        read_extracts([renamed])


def test_a_missing_file_and_no_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="no such file"):
        read_extracts([tmp_path / "absent.osm.pbf"])
    with pytest.raises(NetworkError, match="no OpenStreetMap file given"):
        read_extracts([])


@pytest.mark.parametrize("what", ["node", "way"])
def test_an_id_that_stands_twice_in_a_file_is_refused(tmp_path: Path, what: str) -> None:
    path = Map(STREET).way(1, "a b c").write(tmp_path / "map.osm")
    text = path.read_text()
    start = text.index(f"<{what} ")
    end = text.index("</way>") + 6 if what == "way" else text.index("/>", start) + 2
    path.write_text(text[:end] + text[start:end] + text[end:])
    with pytest.raises(NetworkError, match=f"{what}s are duplicated \\(1\\)"):
        read_extracts([path])


def test_extracts_that_overlap_are_merged(tmp_path: Path) -> None:
    east = Map({**STREET, "d": (1_200.0, 0.0)})
    west = Map(STREET)
    west.ids, east.ids = {"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 2, "c": 3, "d": 4}
    west.way(1, "a b").way(2, "b c").way(3, "c beyond")
    east.way(2, "b c").way(4, "c d")
    files = [west.write(tmp_path / "w.osm"), east.write(tmp_path / "e.osm")]
    network = build_network(files)
    assert len(network.edges) == 6
    assert build_network(files[::-1]).fingerprint == network.fingerprint


def test_a_packed_file_is_read(tmp_path: Path) -> None:
    plain = Map(STREET).way(1, "a b c").write(tmp_path / "map.osm")
    packed = tmp_path / "map2.osm.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert build_network([packed]).fingerprint == build_network([plain]).fingerprint


@pytest.fixture
def boundary(tmp_path: Path) -> Path:
    box = shapely.box(LON - 0.001, LAT - 0.001, LON + 0.002, LAT + 0.001)
    path = tmp_path / "area.geojson"
    gpd.GeoDataFrame(geometry=[box], crs="EPSG:4326").to_file(path)
    return path


def test_roads_beyond_the_buffer_are_left_out(tmp_path: Path, boundary: Path) -> None:
    places = {**STREET, "far": (60_000.0, 0.0), "farther": (61_000.0, 0.0)}
    path = Map(places).way(1, "a b c").way(2, "far farther").write(tmp_path / "m.osm")
    assert len(build_network([path]).edges) == 4
    network = build_network([path], boundary=boundary)
    assert len(network.edges) == 2
    assert network.info.counts["nodes beyond the clip"] == 2
    assert len(build_network([path], boundary=boundary, buffer_m=100_000).edges) == 4


def test_an_extract_of_elsewhere_is_refused(tmp_path: Path, boundary: Path) -> None:
    places = {"a": (90_000.0, 0.0), "b": (91_000.0, 0.0)}
    path = Map(places).way(1, "a b").write(tmp_path / "elsewhere.osm")
    with pytest.raises(NetworkError, match=r"no roads for car within the boundary .* cover 0\.23"):
        build_network([path], boundary=boundary)


def test_missing_nodes_within_the_study_area_are_an_error(tmp_path: Path, boundary: Path) -> None:
    path = Map(STREET).way(1, "a gone b c").write(tmp_path / "map.osm")
    with pytest.raises(NetworkError, match="lack nodes within the study area"):
        build_network([path], boundary=boundary)
    rim = Map(STREET).way(1, "a b c gone").write(tmp_path / "rim.osm")
    assert build_network([rim], boundary=boundary).info.counts["ways with missing nodes"] == 1


def test_a_boundary_that_is_none_is_refused(tmp_path: Path) -> None:
    path = Map(STREET).way(1, "a b c").write(tmp_path / "map.osm")
    points = tmp_path / "points.geojson"
    gpd.GeoDataFrame(geometry=[shapely.Point(LON, LAT)], crs="EPSG:4326").to_file(points)
    with pytest.raises(NetworkError, match="are no polygons, but Point"):
        build_network([path], boundary=points)
    with pytest.raises(NetworkError, match="no such file"):
        build_network([path], boundary=tmp_path / "absent.geojson")


def test_a_network_is_saved_loaded_and_described(tmp_path: Path) -> None:
    path = Map(STREET).way(1, "a b c", name="High Street").write(tmp_path / "map.osm")
    network = build_network([path])
    save_network(network, tmp_path / "net")
    loaded = load_network(tmp_path / "net")
    assert loaded.fingerprint == network.fingerprint
    assert loaded.info == network.info
    described = describe_network(loaded).set_index("what")["value"]
    assert described["kilometres of road, each direction"] == "1.6"
    assert described["edges timed by class of road"] == "2"
    assert described["fingerprint"] == network.fingerprint


_BUILD = """
import sys; from pathlib import Path
from llrgeo.roads.network_files import save_network
from llrgeo.roads.osm import build_network
save_network(build_network([Path(sys.argv[1])]), Path(sys.argv[2]))
"""


def hashes_of_builds(extract: Path, folder: Path, *, seeds: int) -> set[tuple[str, ...]]:
    """Build a network under some hash seeds; return the digests of the files written."""
    found = set()
    for seed in range(seeds):
        out = folder / f"seed{seed}"
        subprocess.run(
            [sys.executable, "-c", _BUILD, str(extract), str(out)],
            check=True,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            cwd=Path(__file__).parents[1],
        )
        names = ("nodes.parquet", "edges.parquet", "network.json")
        found.add(tuple(hashlib.sha256((out / name).read_bytes()).hexdigest() for name in names))
    return found


@pytest.mark.slow
def test_builds_are_byte_equal_over_five_hash_seeds(tmp_path: Path) -> None:
    drawn = Map({**STREET, "d": (400.0, 400.0), "e": (800.0, 400.0)})
    drawn.way(1, "a b").way(2, "b c").way(3, "b d").way(4, "c e").way(5, "d e", access="private")
    drawn.restrict(1, "from:1 via:b to:3", {"restriction": "no_left_turn"})
    drawn.restrict(2, "from:1 via:2 to:4", {"restriction": "no_left_turn"})
    path = drawn.write(tmp_path / "map.osm")
    assert len(hashes_of_builds(path, tmp_path, seeds=5)) == 1


@pytest.mark.reference
@pytest.mark.slow
def test_builds_of_a_county_are_byte_equal_over_two_hash_seeds(
    tmp_path: Path, reference: Path
) -> None:
    """Of thousands of streets no two seeds have the same order: more would tell no more."""
    path = reference / "data/osm/rutland-2018.osm.pbf"
    assert len(hashes_of_builds(path, tmp_path, seeds=2)) == 1


def rewritten(drawn: Map, path: Path, *changes: tuple[str, str]) -> Path:
    """Write a map with pieces of its text replaced, each of which must be there."""
    text = drawn.write(path).read_text()
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after, 1)
    path.write_text(text)
    return path


@pytest.mark.parametrize("mark", ['action="delete"', "visible='false'"])
def test_what_an_editor_marks_as_deleted_is_gone(tmp_path: Path, mark: str) -> None:
    drawn = Map({**STREET, "d": (400.0, 300.0)}).way(1, "a b c").way(2, "b d")
    drawn.restrict(5, "from:1 via:b to:2", {"restriction": "no_left_turn"})
    extract = read_extracts(
        [
            rewritten(
                drawn,
                tmp_path / "josm.osm",
                ('<way id="2"', f'<way id="2" {mark}'),
                ('<node id="4"', f'<node id="4" {mark}'),
                ('<relation id="5"', f'<relation id="5" {mark}'),
            )
        ]
    )
    assert [way.id for way in extract.ways] == [1]
    assert extract.node_ids.tolist() == [1, 2, 3]
    assert extract.restrictions == []
    assert extract.notes == {"elements marked as deleted": 3}


def test_places_that_stand_on_ways_are_read(tmp_path: Path) -> None:
    lines = [f'<nd ref="{ref}" lat="{LAT + ref / 1000:.4f}" lon="{LON}"/>' for ref in (1, 2, 3)]
    path = tmp_path / "geom.osm"
    path.write_text(
        f'<osm version="0.6"><node id="2" lat="{LAT}" lon="{LON}"/><way id="7">{"".join(lines)}'
        '<tag k="highway" v="residential"/></way></osm>'
    )
    extract = read_extracts([path])
    assert extract.node_ids.tolist() == [1, 2, 3]
    # The node's own place counts where it stands in the file.
    assert extract.lat.round(4).tolist() == pytest.approx([LAT + 0.001, LAT, LAT + 0.003])
    assert extract.notes == {"nodes placed by their ways": 2}


def test_of_a_street_through_the_box_asked_for_the_nodes_within_it_are_placed(
    tmp_path: Path,
) -> None:
    inside = [f'<nd ref="{ref}" lat="{LAT + ref / 1000:.4f}" lon="{LON}"/>' for ref in (2, 3)]
    path = tmp_path / "geom.osm"
    path.write_text(
        f'<osm version="0.6"><way id="7"><nd ref="1"/>{"".join(inside)}<nd ref="4"/>'
        '<tag k="highway" v="residential"/></way></osm>'
    )
    assert read_extracts([path]).node_ids.tolist() == [2, 3]


def test_streets_without_any_place_are_refused_with_the_way_to_mend_them(tmp_path: Path) -> None:
    way = '<way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="road"/></way>'
    text = f'<osm version="0.6">{way}</osm>'
    path = tmp_path / "bare.osm"
    path.write_text(text)
    with pytest.raises(NetworkError, match=r"no place for any of their nodes.*out geom"):
        build_network([path])


def test_single_ways_without_places_are_counted(tmp_path: Path) -> None:
    drawn = Map(STREET).way(1, "a b c").way(2, "x y")
    network = build_network([drawn.write(tmp_path / "some.osm")])
    assert network.info.counts["ways whose nodes are nowhere in the files"] == 1


def test_a_way_cut_between_two_files_keeps_both_parts_and_the_gap_is_told(tmp_path: Path) -> None:
    places = {name: (400.0 * n, 0.0) for n, name in enumerate("abcdef")}
    west, east = (Map(places).way(1, line) for line in ("a b c", "d e f"))
    files = [west.write(tmp_path / "west.osm"), east.write(tmp_path / "east.osm")]
    network = build_network(files)
    assert network.info.counts["ways cut between two files, with a gap where they are"] == 1
    assert network.edges["length_m"].sum() == pytest.approx(2 * 2 * 800, abs=4)


def test_of_a_way_that_one_file_has_whole_the_whole_is_taken(tmp_path: Path) -> None:
    places = {name: (400.0 * n, 0.0) for n, name in enumerate("abcdef")}
    part, whole = (Map(places).way(1, line) for line in ("a b c", "a b c d e f"))
    for n, files in enumerate(([part, whole], [whole, part])):
        paths = [each.write(tmp_path / f"{n}{m}.osm") for m, each in enumerate(files)]
        extract = read_extracts(paths)
        assert [len(way.nodes) for way in extract.ways] == [6]
        assert extract.notes == {}
        for one in files:
            one.root.clear()
            one.root.set("version", "0.6")


def test_a_way_in_two_states_is_taken_from_the_first_file_and_told(tmp_path: Path) -> None:
    places = {name: (400.0 * n, 0.0) for n, name in enumerate("abcd")}
    old, new = (Map(places).way(1, line) for line in ("a b c", "a b d"))
    extract = read_extracts([old.write(tmp_path / "1.osm"), new.write(tmp_path / "2.osm")])
    assert [way.nodes.tolist() for way in extract.ways] == [[1, 2, 3]]
    assert extract.notes == {"ways that two files have in different states, the first taken": 1}


def test_new_nodes_of_two_files_that_share_a_number_are_refused(tmp_path: Path) -> None:
    files = []
    for name, east in (("one", 0.0), ("two", 70.0)):
        drawn = Map({"a": (east, 0.0), "b": (900.0, 0.0)}).way(1, "a b")
        drawn.ids["a"] = -3
        files.append(drawn.write(tmp_path / f"{name}.osm"))
    with pytest.raises(NetworkError, match="nodes -3 stand in two files at different places"):
        read_extracts(files)


LONE = '<way id="1"><nd ref="1"/><tag k="highway" v="road"/></way>'


@pytest.mark.parametrize(
    "body",
    [
        "",
        '<way id="1"><tag k="highway" v="residential"/></way>',
        f'<node id="1" lat="52.6" lon="-1.1"/>{LONE}',
        '<node id="1"/><way id="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="road"/></way>',
        f'<node id="1" lat="95" lon="-1.1"/>{LONE}',
        '<node id="x" lat="52.6" lon="-1.1"/>',
        '<relation id="1"><tag k="type" v="restriction"/></relation>',
        '<way id="1"><nd ref="99999999999999999999"/><tag k="highway" v="road"/></way>',
        '<way id="1" action="delete"><nd ref="1"/><tag k="highway" v="road"/></way>',
        "<way id='1'><nd ref='1'/>",
    ],
)
def test_a_file_of_no_use_is_refused_in_words(tmp_path: Path, body: str) -> None:
    path = tmp_path / "odd.osm"
    path.write_text(f'<osm version="0.6">{body}</osm>')
    with pytest.raises(NetworkError):
        build_network([path])
