"""Broken and hostile map files and networks: refused in words, by checksum or by value."""

import json
import shutil
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from llrgeo.errors import InputError, NetworkError
from llrgeo.inputs.areas import check_outlines_near, read_outlines
from llrgeo.inputs.base_map import joined_outlines
from llrgeo.inputs.map_files import read_polygons
from llrgeo.roads.network_files import load_network, save_network
from llrgeo.roads.osm_files.pbf import check_whole
from llrgeo.roads.sections import read_boundary
from llrgeo.schema import BNG, WGS84

SQUARE = [[[-1.2, 52.6], [-1.1, 52.6], [-1.1, 52.7], [-1.2, 52.6]]]
METRES = [[[450000, 300000], [451000, 300000], [451000, 301000], [450000, 300000]]]


def collection(kind="Polygon", coordinates=SQUARE, **more):
    feature = {
        "type": "Feature",
        "properties": {"area_id": "W"},
        "geometry": {"type": kind, "coordinates": coordinates},
    }
    return json.dumps({"type": "FeatureCollection", "features": [feature], **more})


VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/vsicurl/http://127.0.0.1:9/x'
    "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
)
MAPS = {
    "a VRT": ("o.vrt", VRT, "maps are read as .geojson, .gpkg or .shp"),
    "a VRT by another name": ("o.geojson", VRT, "its content is not GeoJSON"),
    "a VRT named as a GeoPackage": ("o.gpkg", VRT, "its content is not GPKG"),
    "a VRT named as a shapefile": ("o.shp", VRT, "its content is not ESRI Shapefile"),
    "a table": ("o.csv", "area_id,x\nW,1\n", "maps are read as .geojson, .gpkg or .shp"),
    "KML": ("o.kml", "<kml/>", "maps are read as .geojson, .gpkg or .shp"),
    "half a file": ("o.geojson", collection()[:90], "not a readable map file"),
    "words": ("o.geojson", "{} and words", "not a readable map file"),
    "a nest": ("o.geojson", '{"a":' * 5_000 + "1" + "}" * 5_000, "not a readable map file"),
    "no shapes": ("o.geojson", '{"type": "FeatureCollection", "features": []}', "no shapes in it"),
    "points": ("o.geojson", collection("Point", [-1.2, 52.6]), "are no polygons, but Point"),
    "lines": ("o.geojson", collection("LineString", SQUARE[0]), "no polygons, but LineString"),
    "nothing": ("o.geojson", collection("Polygon", []), "are no polygons, but"),
    "a line for a shape": (
        "o.geojson",
        collection(coordinates=[[[-1.2, 52.6], [-1.1, 52.6], [-1.2, 52.6], [-1.2, 52.6]]]),
        "1 of 1 shapes have no area",
    ),
    "beyond the pole": (
        "o.geojson",
        collection(coordinates=[[[-1.2, 95.0], [-1.1, 95.0], [-1.1, 95.5], [-1.2, 95.0]]]),
        "latitude 95.5, beyond the poles",
    ),
    "metres": ("o.geojson", collection(coordinates=METRES), "looks like eastings and northings"),
    "metres of a system that nobody knows": (
        "o.geojson",
        collection(coordinates=METRES, crs={"type": "name", "properties": {"name": "our grid"}}),
        "looks like eastings and northings, not degrees",
    ),
    "infinite": (
        "o.geojson",
        collection(
            coordinates=[[["INF", 52.6], [-1.1, 52.6], [-1.1, 52.7], ["INF", 52.6]]]
        ).replace('"INF"', "Infinity"),
        "coordinates that are not numbers",
    ),
    "beyond the date line": (
        "o.geojson",
        collection(coordinates=[[[-190.2, 52.0], [-190.1, 52.0], [-190.1, 52.5], [-190.2, 52.0]]]),
        "not degrees: -190.2 52",
    ),
}


@pytest.mark.filterwarnings("ignore")  # GDAL warns of what it makes of broken files
@pytest.mark.parametrize(("name", "content", "words"), MAPS.values(), ids=MAPS)
def test_a_map_file_is_refused(tmp_path, name, content, words):
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_polygons(tmp_path / name)
    with pytest.raises(NetworkError, match=words):  # as --boundary
        read_boundary(tmp_path / name)


def test_polygons_of_three_kinds_are_read(tmp_path):
    table = gpd.GeoDataFrame({"area_id": ["W"]}, geometry=[shapely.box(-1.2, 52.6, -1.1, 52.7)])
    for name in ("o.geojson", "o.gpkg", "o.shp"):
        table.set_crs("EPSG:4326").to_file(tmp_path / name)
        assert read_outlines(tmp_path / name).index.tolist() == ["W"]


def test_heights_and_crossing_borders_are_put_right(tmp_path):
    high = shapely.from_wkt("POLYGON Z ((0 52 NaN, 1 52 5, 1 53 5, 0 53 5, 0 52 NaN))")
    crossing = shapely.from_wkt("POLYGON ((0 52, 3 55, 3 52, 0 54, 0 52))")
    twice = shapely.MultiPolygon([shapely.box(0, 52, 1, 53), shapely.box(0, 52, 1, 53)])
    table = gpd.GeoDataFrame(geometry=[high, crossing, twice], crs=WGS84)
    table.to_file(tmp_path / "outlines.gpkg")
    found = read_polygons(tmp_path / "outlines.gpkg").geometry
    assert not found.has_z.any()
    assert found.is_valid.all()
    assert shapely.area(found.to_numpy()).tolist() == pytest.approx([1, 3.9, 1])
    assert found.crs == WGS84


def test_areas_that_are_drawn_by_one_outline_are_joined():
    larger = [shapely.box(0, 0, 2, 2), shapely.box(0, 0, 2, 2), shapely.box(2, 0, 3, 2)]
    assert joined_outlines(larger).area == 6
    assert joined_outlines(larger[1:]).equals(shapely.box(0, 0, 3, 2))


def test_of_several_layers_the_only_one_of_polygons_is_read(tmp_path):
    path = tmp_path / "o.gpkg"
    shape = shapely.box(-1.2, 52.6, -1.1, 52.7)
    table = gpd.GeoDataFrame({"area_id": ["W"]}, geometry=[shape], crs="EPSG:4326")
    points = gpd.GeoDataFrame({"area_id": ["N"]}, geometry=[shape.centroid], crs="EPSG:4326")
    points.to_file(path, layer="centres")
    points.to_file(path, layer="doors")
    with pytest.raises(InputError, match=r"2 layers there, none of polygons \(centres, doors\)"):
        read_outlines(path)
    table.to_file(path, layer="areas")
    assert read_outlines(path).index.tolist() == ["W"]
    table.to_file(path, layer="wards")
    with pytest.raises(
        InputError, match=r"o\.gpkg: 2 layers have polygons \(centres, doors, areas"
    ):
        read_outlines(path)


def test_outlines_elsewhere_are_refused(town_areas):
    outlines = town_areas.set_geometry(town_areas.buffer(300)).to_crs("EPSG:4326")
    check_outlines_near(outlines, town_areas, source="o.geojson")
    moved = town_areas.set_geometry(town_areas.buffer(300).translate(80_000, -90_000))
    with pytest.raises(
        InputError, match=r"elsewhere than the centroids of 4 of 4 .* up to 120\.1 km"
    ):
        check_outlines_near(moved.to_crs("EPSG:4326"), town_areas, source="o.geojson")


def edge(column, value, row=2):
    def spoil(network):
        edges = network.edges.copy()
        if isinstance(value, float):
            edges[column] = edges[column].astype(float)
        edges.loc[row, column] = value
        return {"edges": edges}

    return spoil


def node(value):
    def spoil(network):
        nodes = network.nodes.copy()
        nodes.loc[3, "x"] = value
        return {"nodes": nodes}

    return spoil


NETWORKS = {
    "a negative millisecond": (
        edge("ms_off_peak", -1),
        "'ms_off_peak' is not 0 to a week in 1 of 23",
    ),
    "milliseconds of a year": (
        edge("ms_pm_peak", 31_536_000_000),
        "'ms_pm_peak' is not 0 to a week",
    ),
    "no milliseconds": (edge("ms_off_peak", np.nan), "'ms_off_peak' is not 0 to a week"),
    "a length that is none": (
        edge("length_m", np.nan),
        r"'length_m' is not a number .* rows \(2\)",
    ),
    "a negative length": (edge("length_m", -5.0), "'length_m' is not a number of at least 0"),
    "an infinite length": (edge("length_m", np.inf), "'length_m' is not a number of at least 0"),
    "a length below the straight line": (edge("length_m", 40.0), "less than the straight line"),
    "a node beyond the last": (edge("to_node", 10), "names nodes that it does not have"),
    "a node before the first": (edge("from_node", -1), "names nodes that it does not have"),
    "a node that is no number": (
        node(np.nan),
        r"nodes: 'x' or 'y' is not a number in 1 of 10 rows",
    ),
    "an infinite node": (node(np.inf), "nodes: 'x' or 'y' is not a number"),
}


@pytest.mark.parametrize(("spoil", "words"), NETWORKS.values(), ids=NETWORKS)
def test_a_network_with_values_that_no_road_has_is_refused(town_network, tmp_path, spoil, words):
    save_network(town_network, tmp_path / "net")
    for name, table in spoil(town_network).items():
        table.to_parquet(tmp_path / "net" / f"{name}.parquet", index=False)
    described = json.loads((tmp_path / "net" / "network.json").read_text())
    del described["sha256"]  # as if its maker had not known better
    (tmp_path / "net" / "network.json").write_text(json.dumps(described))
    with pytest.raises(NetworkError, match=words) as refused:
        load_network(tmp_path / "net")
    assert str(tmp_path / "net") in str(refused.value)


@pytest.mark.parametrize("ends_s", [-1e9, 1e9, float("nan"), float("inf")])
def test_seconds_at_ends_that_nobody_loses_are_refused(town_network, ends_s):
    with pytest.raises(NetworkError, match="ends_s is"):
        replace(town_network, info=replace(town_network.info, ends_s=ends_s))


@pytest.mark.parametrize("name", ["edges.parquet", "nodes.parquet", "network.json"])
@pytest.mark.parametrize("seed", range(12))
def test_a_flipped_bit_of_a_network_is_noticed(town_network, tmp_path, name, seed):
    folder = tmp_path / "net"
    save_network(town_network, folder)
    content = bytearray((folder / name).read_bytes())
    rng = np.random.default_rng(seed)
    content[int(rng.integers(len(content)))] ^= 1 << int(rng.integers(8))
    (folder / name).write_bytes(bytes(content))
    try:
        found = load_network(folder)
    except NetworkError:
        return
    # A bit of a blank between two values of the description changes nothing.
    assert name == "network.json"
    assert found.info == town_network.info


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '{"mode": 1}',
        '{"periods": 3}',
        '{"periods": [], "more": 1}',
        "[" * 9_000,
    ],
)
def test_a_description_that_is_none_is_refused(town_network, tmp_path, content):
    save_network(town_network, tmp_path / "net")
    (tmp_path / "net" / "network.json").write_text(content)
    with pytest.raises(NetworkError, match="net: ") as refused:
        load_network(tmp_path / "net")
    assert "object" not in str(refused.value)  # in words of ours, not of Python
    assert "argument" not in str(refused.value)


def test_a_network_of_the_first_release_has_no_checksums_and_is_read(town_network, tmp_path):
    save_network(town_network, tmp_path / "net")
    described = json.loads((tmp_path / "net" / "network.json").read_text())
    assert described.pop("sha256").keys() == {"edges.parquet", "nodes.parquet", "network.json"}
    (tmp_path / "net" / "network.json").write_text(json.dumps(described))
    pd.testing.assert_frame_equal(load_network(tmp_path / "net").nodes, town_network.nodes)
    shutil.rmtree(tmp_path / "net")


def test_outlines_are_read_in_the_system_they_state(tmp_path):
    table = gpd.GeoDataFrame({"area_id": ["W"]}, geometry=[shapely.box(450e3, 300e3, 451e3, 302e3)])
    table.set_crs(BNG).to_file(tmp_path / "o.gpkg")
    west, south, _, _ = read_outlines(tmp_path / "o.gpkg").total_bounds
    assert (round(west, 2), round(south, 2)) == (-1.26, 52.6)


@pytest.mark.parametrize("name", ["EPSG:99999", "urn:ogc:def:crs:EPSG::999999", "Gotham grid", ""])
def test_a_system_that_nobody_knows_is_not_taken_for_degrees(tmp_path, name):
    path = tmp_path / "o.geojson"
    table = gpd.GeoDataFrame({"area_id": ["W"]}, geometry=[shapely.box(-1.3, 52, -1.2, 53)])
    table.set_crs(WGS84).to_file(path)
    stated = json.loads(path.read_text(encoding="utf-8"))
    for system in ({"type": "name", "properties": {"name": "EPSG:4326"}}, None):
        path.write_text(json.dumps(stated | {"crs": system}))
        assert len(read_outlines(path)) == 1
    path.write_text(json.dumps(stated | {"crs": {"type": "name", "properties": {"name": name}}}))
    with pytest.raises(InputError, match=f"the coordinate system in it .'{name}'. is not known"):
        read_outlines(path)


def block(body, kind=b"OSMData"):
    size = len(body)
    varint = b""
    while size > 127:
        varint += bytes([size & 127 | 128])
        size >>= 7
    header = b"\x0a" + bytes([len(kind)]) + kind + b"\x18" + varint + bytes([size])
    return len(header).to_bytes(4, "big") + header + body


@pytest.mark.parametrize(
    "content",
    [
        b"\xff" * 4_000_000,
        (4_096).to_bytes(4, "big") + b"\xff" * 4_000_000,
        block(b"\xff" * 4_000_000),
        block(b"\x80" * 4_000_000),
        block(b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01" * 9_000),
        block(b"\x1a\x04oops"),
        b"PK\x03\x04",
        b"\x00" * 64,
    ],
    ids=[
        "flood",
        "flood in a header",
        "flood in a block",
        "endless",
        "sizes",
        "zlib",
        "zip",
        "zeros",
    ],
)
def test_an_extract_that_is_none_is_refused_at_once(tmp_path, content):
    path = tmp_path / "x.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(NetworkError, match=r"x\.osm\.pbf: "):
        check_whole(path)
