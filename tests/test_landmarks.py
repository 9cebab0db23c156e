"""Landmarks of a map: towns, main roads by number and water, and sites that lie across it."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from road_maps import LAT, LON, M_IN_LAT, M_IN_LON, Map

from llrgeo.errors import NetworkError
from llrgeo.publish.wording import wording
from llrgeo.roads.main_roads import main_road_lines, places_of
from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.network_files import load_network, save_network
from llrgeo.roads.osm import build_network
from llrgeo.roads.snap import snapper
from llrgeo.roads.water import water_note

# A trunk road in three parts, one of them a dual carriageway's, past a town and over a river.
COUNTRY = Map(
    {"a": (0, 0), "b": (1_000, 0), "c": (2_000, 0), "d": (3_500, 0), "e": (1_000, 700),
     "r1": (-200, 40), "r2": (800, 40), "r3": (1_800, 40), "t": (900, 200), "v": (2_000, 300),
     "s": (50, 50), "h": (0, -10), "i": (900, -10), "f": (9_000, 9_000), "g": (9_100, 9_000)}
)  # fmt: skip
COUNTRY.way(1, "a b", highway="trunk", ref="A606", name="Burley Road")
COUNTRY.way(2, "b c", highway="trunk", ref="A606; A1", name="Stamford Road")
COUNTRY.way(3, "c d", highway="primary", name="High Street")
COUNTRY.way(4, "b e").way(9, "h i b").way(8, "f g", highway="trunk", ref="A9")
COUNTRY.way(5, "r1 r2", waterway="river", name="River Gwash")
COUNTRY.way(6, "r2 r3", waterway="river", name="River Gwash")
COUNTRY.way(7, "t v", waterway="ditch")
COUNTRY.point("t", {"place": "town", "name": "Oakham", "population": "12,149"})
COUNTRY.point("v", {"place": "village", "name": "Egleton"})
COUNTRY.point("s", {"place": "suburb", "name": "Barleythorpe"})
COUNTRY.point("d", {"place": "town"})  # without a name it is nothing to write on a map


@pytest.fixture(scope="module")
def drawn(tmp_path_factory) -> Path:
    return COUNTRY.write(tmp_path_factory.mktemp("land") / "map.osm")


@pytest.fixture(scope="module")
def country(drawn: Path) -> RoadNetwork:
    return build_network([drawn])


def spots(**metres: tuple[float, float]) -> gpd.GeoSeries:
    lon = [LON + east * M_IN_LON for east, _ in metres.values()]
    lat = [LAT + north * M_IN_LAT for _, north in metres.values()]
    return gpd.GeoSeries.from_xy(lon, lat, index=list(metres), crs="EPSG:4326")


def test_places_have_the_residents_that_the_map_tells(country: RoadNetwork) -> None:
    places = places_of(country)
    told = places.set_index("name")["residents"].to_dict()
    assert told == {"Oakham": 12_149, "Egleton": 1_000}
    [oakham] = places.geometry[places["name"] == "Oakham"]
    assert oakham.x == pytest.approx(LON + 900 * M_IN_LON, abs=1e-6)


def test_main_roads_are_joined_under_their_numbers(country: RoadNetwork) -> None:
    roads = main_road_lines(country).to_crs(27700)
    lengths = {
        (road, kind): round(line.length, -2)
        for road, kind, line in roads.itertuples(index=False, name=None)
    }
    assert lengths == {
        ("A606", "trunk"): 2_000, ("High Street", "primary"): 1_500, ("A9", "trunk"): 100
    }  # fmt: skip


def test_stretches_of_a_network_without_landmarks_are_joined(country: RoadNetwork) -> None:
    bare = RoadNetwork(country.nodes, country.edges, country.info)
    roads = main_road_lines(bare).to_crs(27700).set_index("road")
    assert roads.length.round(-2).to_dict() == {
        "Burley Road": 1_000, "High Street": 1_500, "Stamford Road": 1_000, "A9": 100
    }  # fmt: skip
    assert places_of(bare) is None


def test_landmarks_are_saved_and_held_against_their_checksum(
    country: RoadNetwork, tmp_path: Path
) -> None:
    save_network(country, tmp_path / "streets")
    again = load_network(tmp_path / "streets")
    pd.testing.assert_frame_equal(
        pd.DataFrame(again.landmarks), pd.DataFrame(country.landmarks), check_dtype=False
    )
    assert again.fingerprint == country.fingerprint
    (tmp_path / "streets" / "landmarks.parquet").unlink()
    with pytest.raises(NetworkError, match=r"landmarks\.parquet not as saved"):
        load_network(tmp_path / "streets")


def test_what_lies_beyond_the_buffer_is_left_out(drawn: Path) -> None:
    land = spots(a=(900, 100)).to_crs(27700).iloc[0].buffer(50)
    cut = build_network([drawn], boundary=land, buffer_m=700)
    assert set(cut.landmarks["name"]) == {"A606", "River Gwash", "Oakham"}


@pytest.mark.parametrize(
    ("sites", "said"),
    [
        ({"far": (400, 60), "near": (300, 20)}, "1 site is joined"),
        ({"near": (300, 20), "town": (1_050, 300)}, ""),
        ({"far": (400, 60), "off": (700, 90)}, "2 sites are joined"),
    ],
)
def test_a_site_across_a_river_from_its_road_is_told(
    country: RoadNetwork, sites: dict[str, tuple[float, float]], said: str
) -> None:
    note = water_note(country, snapper(country), spots(**sites), "destination")
    assert note.startswith(said)
    if said:
        assert "far: River Gwash, 70 m" in note
        assert "near: " not in note
        key = "data_note_water_one" if len(sites) == 1 or "near" in sites else "data_note_water"
        told = note[note.index("(") + 1 : note.index(")")]
        assert note == wording()[key].format(count=2, sites=told)
    else:
        assert note == ""


def test_a_network_without_water_says_nothing(town_network: RoadNetwork) -> None:
    place = gpd.GeoSeries.from_xy([450_500], [300_200], index=["x"], crs="EPSG:27700")
    assert water_note(town_network, snapper(town_network), place, "destination") == ""


ODD = """<osm version="0.6">
<node id="1" lat="52.60" lon="-1.10"/><node id="2" lat="52.61" lon="-1.10"/>
<node id="3" lat="{lat}" lon="{lon}"/><node id="4" lat="52.61" lon="-1.09"/>
<node id="5" lat="{lat}" lon="{lon}"><tag k="place" v="town"/><tag k="name" v="Far"/></node>
<way id="1"><nd ref="1"/><nd ref="2"/><nd ref="4"/><tag k="highway" v="residential"/></way>
<way id="2"><nd ref="4"/><nd ref="3"/><tag k="highway" v="trunk"/><tag k="ref" v=" ; "/></way>
<way id="3"><nd ref="2"/><nd ref="3"/><tag k="waterway" v="river"/></way>
<way id="4"><nd ref="1"/><tag k="waterway" v="canal"/></way>
</osm>"""


@pytest.mark.parametrize(("lat", "lon"), [(95, -1), (40.7, -74), (0, 0), (89.99, 170)])
def test_a_node_in_another_part_of_the_world_is_left_out_and_counted(
    tmp_path: Path, lat: float, lon: float
) -> None:
    path = tmp_path / "odd.osm"
    path.write_text(ODD.format(lat=lat, lon=lon), encoding="utf-8")
    network = build_network([path])
    assert network.edges["length_m"].max() < 2_000
    assert network.info.counts["nodes outside Europe, left out"] == 1
    assert network.landmarks.empty
