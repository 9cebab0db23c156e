"""The network in the planner page: every bit of it, and that its JavaScript travels alike."""

import base64
import gzip
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from planner_scripts import script_engine
from town import ORIGIN

from llrgeo.errors import NetworkError
from llrgeo.inputs.areas import read_areas
from llrgeo.inputs.postcodes import read_postcodes
from llrgeo.inputs.sites import read_sites
from llrgeo.roads.network import NetworkInfo, RoadNetwork
from llrgeo.roads.network_files import load_network
from llrgeo.roads.osm import build_network
from llrgeo.roads.packed import pack_network, why_not_packed
from llrgeo.schema import BNG
from llrgeo.study.config import load_study
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.routes.paths import find_routes

HARNESS = """
let network, index, places = {};
function open(header, text) {
  network = llrgeoNetwork.decode(JSON.parse(header), llrgeoUnpack.decodeBase64(text));
  index = llrgeoNetwork.indexStreets(network);
  return true;
}
const plain = (array) => Array.from(array);
function arrays() {
  const { x, y, streets } = network;
  return JSON.stringify({ x: plain(x), y: plain(y), start: plain(streets.start),
    end: plain(streets.end), flags: plain(streets.flags), dm: plain(streets.dm),
    kind: plain(streets.kind), name: plain(streets.name), ms: streets.ms.map(plain) });
}
function lines(edges) {
  return JSON.stringify(JSON.parse(edges).map((edge) => llrgeoNetwork.line(network, edge)));
}
function place(name, text) {
  places[name] = JSON.parse(text).map(([x, y]) => ({ x, y,
    origin: llrgeoNetwork.joinPlace(network, index, "origin", x, y),
    destination: llrgeoNetwork.joinPlace(network, index, "destination", x, y) }));
  return true;
}
function times(period, direction, one, many) {
  return JSON.stringify(places[one].map((place) => plain(llrgeoSearch.msToMany(
    network, period, direction, place, places[many])).map((ms) => (ms === Infinity ? -1 : ms))));
}
function limited(period, direction, one, many, has) {
  const how = { factor: 1.25, added_min: 0.7 };
  const now = JSON.parse(has).map((minutes) => (minutes < 0 ? Infinity : minutes));
  const found = (limits) => places[one].map((place) => plain(llrgeoSearch.keysToMany(
    network, period, direction, place, places[many], limits)).map((key, row) => {
    const minutes = llrgeoSearch.publishedMinutes(llrgeoSearch.msOf(key), how);
    return now[row] < Infinity && minutes <= now[row] ? minutes : -1;
  }));
  const limits = llrgeoSearch.limitsBy(network, period, direction, places[many], now, how);
  return JSON.stringify([found(), found(limits), limits.filter((key) => key <= 0).length]);
}
function routes(period, from, to) {
  return JSON.stringify(places[from].map((one, row) =>
    llrgeoSearch.route(network, period, one, places[to][row])));
}
"""


def network_engine():
    """Return an engine with the page's own functions over a network."""
    scripts = ("explorer/assets/unpack.js", "planner/assets/network.js", "planner/assets/search.js")
    return script_engine(scripts, HARNESS)


@pytest.fixture(scope="module")
def javascript():
    return network_engine()


def opened(context, network: RoadNetwork):
    packed = pack_network(network)
    text = base64.b64encode(packed.streams).decode("ascii")
    context.call("open", json.dumps(packed.header), text)
    return context


@pytest.fixture(scope="module")
def llr() -> RoadNetwork:
    return load_network(load_study().path("network"))


@pytest.fixture(scope="module")
def llr_page(javascript, llr):
    return opened(javascript, llr)


@pytest.fixture(scope="module")
def areas() -> gpd.GeoDataFrame:
    return read_areas(load_study().path("areas"))


def put(context, name: str, points: gpd.GeoSeries) -> None:
    places = [[point.x, point.y] for point in points.to_crs(BNG)]
    context.call("place", name, json.dumps(places))


def new_places(network: RoadNetwork, count: int, seed: int = 7) -> gpd.GeoSeries:
    """Return places on whole metres near the network's nodes, some of them on a node."""
    rng = np.random.default_rng(seed)
    near = network.nodes[["x", "y"]].to_numpy()[rng.choice(len(network.nodes), count)]
    off = np.rint(rng.normal(0, 250, (count, 2)))
    off[:: max(count // 4, 1)] = 0
    return gpd.GeoSeries(shapely.points(near + off), index=[f"p{n}" for n in range(count)], crs=BNG)


def assert_same_times(
    context, network: RoadNetwork, many: gpd.GeoSeries, places: gpd.GeoSeries, period: str
) -> int:
    """Compare both directions to the millisecond; return how many journeys were compared."""
    put(context, "many", many)
    put(context, "places", places)
    number = network.info.periods.index(period)
    router = NetworkRouter(network)
    trip = {"mode": network.info.mode, "period": period}
    there = router.travel_times(many, places, **trip).minutes.to_numpy().T
    back = router.travel_times(places, many, **trip).minutes.to_numpy()
    for direction, minutes in (("to_site", there), ("from_site", back)):
        expected = np.where(np.isfinite(minutes), np.rint(minutes * 60_000), -1)
        found = np.array(json.loads(context.call("times", number, direction, "places", "many")))
        assert found.shape == expected.shape
        assert (found == expected).all(), (direction, int((found != expected).sum()))
    return 2 * len(many) * len(places)


def assert_same_routes(found: list, expected: gpd.GeoDataFrame) -> None:
    """Compare milliseconds, decimetres, names and lines of routes; null is no route."""
    for each, (_, route) in zip(found, expected.iterrows(), strict=True):
        if each is None:
            assert np.isinf(route["travel_time_min"])
            continue
        assert each["ms"] == round(route["travel_time_min"] * 60_000)
        assert each["dm"] == round(route["distance_km"] * 10_000)
        assert "; ".join(each["roads"]) == route["roads"]
        line = shapely.linestrings(each["places"])
        assert line.length == pytest.approx(route["geometry"].length, abs=1)


def town_of(*streets: tuple[int, int, float, int, int], bent: int = -1) -> RoadNetwork:
    """Return a toy network: streets by their nodes, metres and milliseconds in two periods."""
    xy = np.array([(0, 0), (700, 0), (700, 900), (-300, 1_000), (1_300, 450)]) + ORIGIN
    edges = pd.DataFrame(
        streets, columns=["from_node", "to_node", "length_m", "ms_off_peak", "ms_am_peak"]
    )
    edges = edges.assign(
        road_class=[
            "lane" if ends % 3 else "street" for ends in edges["from_node"] + edges["to_node"]
        ],
        road_name=[
            "High Street" if ends == 1 else "" for ends in edges["from_node"] + edges["to_node"]
        ],
        use="through",
        snappable=True,
        geometry=None,
    )
    if bent >= 0:
        ends = xy[edges.loc[bent, ["from_node", "to_node"]].to_numpy(int)]
        line = shapely.linestrings([ends[0], ends.mean(axis=0) + np.array([37.0, -81.5]), ends[1]])
        edges["geometry"] = [shapely.to_wkb(line) if row == bent else None for row in edges.index]
    info = NetworkInfo("car", ("off_peak", "am_peak"), "toy", "none", ends_s=41.3)
    return RoadNetwork(pd.DataFrame(xy, columns=["x", "y"]), edges, info)


TOWN = (
    (0, 1, 731.4, 61_300, 70_100), (1, 0, 731.4, 61_300, 70_100),
    (1, 2, 902.0, 80_900, 80_950),                                  # one way
    (2, 3, 1_010.5, 90_100, 99_000), (3, 2, 1_010.5, 97_300, 99_000),  # slower back
    (3, 0, 1_050.3, 44_400, 47_700),                                # one way
    (4, 1, 760.0, 52_600, 58_800), (1, 4, 760.0, 52_600, 58_800),
)  # fmt: skip


class TestTown:
    @pytest.fixture
    def town(self, javascript):
        network = town_of(*TOWN, bent=3)
        return network, opened(javascript, network)

    def test_every_street_comes_back_as_it_was(self, town):
        network, context = town
        found = json.loads(context.call("arrays"))
        place = {(x, y): n for n, (x, y) in enumerate(zip(found["x"], found["y"], strict=True))}
        xy = network.nodes[["x", "y"]].to_numpy()
        number = [place[tuple(one)] for one in xy.tolist()]
        there = set()
        for row, flags in enumerate(found["flags"]):
            a, b = found["start"][row], found["end"][row]
            rest = (found["dm"][row], *(ms[row] for ms in found["ms"]))
            there |= {(a, b, *rest)} | ({(b, a, *rest)} if flags & 1 else set())
        assert there == {
            (number[a], number[b], round(m * 10), off, am) for a, b, m, off, am in TOWN
        }
        assert len(found["flags"]) == 6  # two streets are the same both ways

    def test_bends_come_back_in_both_directions(self, town):
        network, context = town
        edges = list(range(12))
        lines = [
            shapely.linestrings(one) for one in json.loads(context.call("lines", json.dumps(edges)))
        ]
        assert any(line.equals_exact(network.lines.iloc[3]) for line in lines)

    @pytest.mark.parametrize("period", ["off_peak", "am_peak"])
    def test_journeys_take_as_long_as_in_python(self, town, period):
        network, context = town
        homes = gpd.GeoSeries(
            shapely.points(
                np.array([(12, 3), (655, -40), (100, 980), (900, 200), (700, 0)]) + ORIGIN
            ),
            crs=BNG,
        )
        places = gpd.GeoSeries(
            shapely.points(
                np.array([(350, 0), (640, -38), (0, 0), (9_000, 9_000), (650, 10)]) + ORIGIN
            ),
            crs=BNG,
        )
        assert assert_same_times(context, network, homes, places, period) == 50

    def test_places_finer_than_a_millimetre_are_not_packed(self):
        network = town_of(*TOWN)
        network.nodes.loc[2, "x"] += 0.0004
        assert "nodes" in why_not_packed(network)
        with pytest.raises(NetworkError, match="finer than a millimetre"):
            pack_network(network)


class TestStreets:
    """Streets as they come from OpenStreetMap: millimetres, turns, private roads, copies."""

    @pytest.fixture
    def streets(self, javascript):
        network = streets_network()
        return network, opened(javascript, network)

    @pytest.mark.parametrize("period", ["off_peak", "am_peak"])
    def test_journeys_take_as_long_as_in_python(self, streets, period):
        network, context = streets
        compared = assert_same_times(context, network, around(31, 5), around(14, 8), period)
        assert compared == 2 * 31 * 14

    def test_no_journey_passes_through_a_private_road(self, streets):
        network, context = streets
        # From behind node 3 to behind node 4 the private road would be the shortest way.
        ends = [
            gpd.GeoSeries(shapely.points(np.array([xy]) + ORIGIN), crs=BNG)
            for xy in ((-330.0, 1_010.0), (1_330.0, 446.0))
        ]
        assert assert_same_times(context, network, *ends, "off_peak") == 2
        public = network.edges["use"] == "through"
        without = RoadNetwork(network.nodes, network.edges[public], network.info)
        trip = {"mode": "car", "period": "off_peak"}
        minutes, other = (
            NetworkRouter(each).travel_times(*ends, **trip).minutes.iloc[0, 0]
            for each in (network, without)
        )
        assert minutes == other

    def test_routes_are_those_of_python(self, streets):
        network, context = streets
        homes, places = around(25, 11), around(25, 12)
        put(context, "homes", homes)
        put(context, "places", places)
        found = json.loads(context.call("routes", 0, "homes", "places"))
        assert_same_routes(found, find_routes(network, homes, places, period="off_peak"))


def around(count: int, seed: int) -> gpd.GeoSeries:
    """Return places all over the toy town, finer than any unit of its network."""
    rng = np.random.default_rng(seed)
    return gpd.GeoSeries(
        shapely.points(rng.uniform((-450, -150), (1_450, 1_150), (count, 2)) + ORIGIN),
        index=[f"p{n}" for n in range(count)],
        crs=BNG,
    )


def streets_network() -> RoadNetwork:
    """Return a toy town by the millimetre, with a private road, turns and copies of streets.

    Crossroads 1 stands as three nodes (1, 5, 6), joined by turns of no length: one of them takes
    no time. The road from 3 to 4 is private: one copy to leave by, one to arrive by, each way.
    """
    xy = np.array(
        [(0.123, 0), (700.001, 0.457), (700.5, 900.25), (-300.019, 1_000), (1_300, 450.003),
         (700.001, 0.457), (700.001, 0.457)]
    )  # fmt: skip
    rows = [
        (0, 1, 731.412, 61_303, 70_101, "street", "through"),
        (5, 0, 731.412, 61_303, 70_101, "street", "through"),
        (1, 2, 902.0077, 80_911, 80_950, "street", "through"),
        (2, 3, 1_010.53, 90_107, 99_000, "lane", "through"),
        (3, 2, 1_010.53, 97_301, 99_000, "lane", "through"),
        (3, 0, 1_050.3, 44_409, 47_700, "lane", "through"),
        (4, 5, 760.04, 52_601, 58_800, "street", "through"),
        (6, 4, 760.04, 52_601, 58_800, "street", "through"),
        (6, 4, 760.04, 52_601, 58_800, "street", "through"),  # a copy
        (1, 6, 0.0, 9_003, 9_003, "turn", "through"),
        (5, 6, 0.0, 0, 0, "turn", "through"),
        (5, 1, 0.0, 4_007, 4_007, "turn", "through"),
        *((a, b, 1_693.11, 30_013, 30_013, "service", use)
          for a, b in ((3, 4), (4, 3)) for use in ("start", "end")),
    ]  # fmt: skip
    columns = ["from_node", "to_node", "length_m", "ms_off_peak", "ms_am_peak", "road_class", "use"]
    edges = pd.DataFrame(rows, columns=columns)
    xy = (xy + ORIGIN).round(3)
    bend = (np.array([211.377, 871.049]) + ORIGIN).round(3)
    line = shapely.linestrings([xy[2], bend, xy[3]])
    shapes = {3: line, 4: shapely.reverse(line)}
    edges = edges.assign(
        road_name=edges["road_class"].map({"lane": "Long Lane", "service": "Drive"}).fillna(""),
        snappable=edges["road_class"] != "turn",
        geometry=[shapely.to_wkb(shapes[row]) if row in shapes else None for row in edges.index],
    )
    info = NetworkInfo("car", ("off_peak", "am_peak"), "toy", "none", ends_s=41.3)
    return RoadNetwork(pd.DataFrame(xy, columns=["x", "y"]), edges, info)


@pytest.mark.reference
def test_a_countys_streets_are_travelled_as_in_python(javascript, reference):
    network = build_network([reference / "data/osm/rutland-2018.osm.pbf"])
    context = opened(javascript, network)
    homes, places = new_places(network, 100, seed=2), new_places(network, 100, seed=9)
    assert assert_same_times(context, network, homes, places, "am_peak") == 20_000
    put(context, "homes", homes.iloc[:40])
    put(context, "places", places.iloc[:40])
    found = json.loads(context.call("routes", 0, "homes", "places"))
    routes = find_routes(network, homes.iloc[:40], places.iloc[:40], period="off_peak")
    assert_same_routes(found, routes)


def test_the_planning_network_takes_little_room(llr):
    packed = gzip.compress(pack_network(llr).streams, mtime=0)
    assert len(base64.b64encode(packed)) < 500_000


@pytest.mark.parametrize("period", ["off_peak", "pm_peak"])
def test_new_places_in_llr_are_as_far_as_in_python(llr_page, llr, areas, period):
    compared = assert_same_times(llr_page, llr, areas.geometry, new_places(llr, 12), period)
    assert compared == 2 * 634 * 12


@pytest.mark.slow
@pytest.mark.parametrize("period", ["off_peak", "am_peak"])
def test_many_new_places_in_llr_are_as_far_as_in_python(llr_page, llr, areas, period):
    places = new_places(llr, 300, seed=11)
    assert assert_same_times(llr_page, llr, areas.geometry, places, period) == 2 * 190_200


def test_postcodes_are_as_far_from_sites_as_in_python(llr_page, llr):
    known = read_postcodes().dropna(subset=["area_id"]).iloc[::40]
    homes = gpd.GeoSeries.from_xy(known["easting"], known["northing"], index=known.index, crs=BNG)
    sites = read_sites(load_study().path("sites")).iloc[::9]
    assert assert_same_times(llr_page, llr, homes, sites.geometry, "off_peak") > 10_000


def test_routes_take_the_roads_that_python_takes(llr_page, llr, areas):
    homes, places = areas.geometry.iloc[::16], new_places(llr, len(areas.iloc[::16]), seed=3)
    put(llr_page, "homes", homes)
    put(llr_page, "places", places)
    found = json.loads(llr_page.call("routes", 0, "homes", "places"))
    assert len(found) == 40
    assert_same_routes(found, find_routes(llr, homes, places, period="off_peak"))


@pytest.mark.parametrize("direction", ["to_site", "from_site"])
def test_a_limited_search_finds_what_is_no_longer_than_what_each_has(llr_page, areas, direction):
    put(llr_page, "many", areas.geometry)
    put(llr_page, "limited", areas.geometry.iloc[17::150])
    has = (7.3 + np.arange(len(areas)) % 29).round(1)
    has[5::41] = -1  # who reaches nothing
    asked = json.dumps(has.tolist())
    found = json.loads(llr_page.call("limited", 0, direction, "limited", "many", asked))
    whole, limited = np.array(found[0]), np.array(found[1])
    assert (whole == limited).all()
    assert 20 < (whole >= 0).sum() < whole.size / 2
    assert found[2] > 0  # nodes that nobody looks at
