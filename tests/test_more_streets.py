"""More drawings of British streets, each with the metres that the driving rules give on paper.

From e to f it is 2,000 m straight on (through way 2, over its middle m), and 3,000 m round it::

    c ------------- d          north
    |               |
    e --- a ==m=== b --- f     e a and b f are 500 m, a b is 1,000 m, a c and d b are 500 m
"""

from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from road_maps import Map, Town

from llrgeo.roads.osm import build_network
from llrgeo.roads.speeds import way_limit

THROUGH, ROUND = 2_000, 3_000
PLACES = {
    "e": (-500, 0), "a": (0, 0), "m": (500, 0), "b": (1_000, 0), "f": (1_500, 0),
    "c": (0, 500), "d": (1_000, 500), "g": (1_000, -800), "h": (500, -300),
}  # fmt: skip


def drawn(tags: Mapping[str, str] | None = None, middle: Mapping[str, str] | None = None) -> Map:
    """Draw the streets, the one in the middle with tags of its own."""
    streets = Map(PLACES).way(1, "e a").way(3, "a c d b").way(4, "b f")
    streets.tagged(2, "a m b", {"highway": "residential", **(tags or {})})
    return streets.point("m", middle) if middle else streets


def metres(streets: Map, folder: Path, clock: str | None = None) -> tuple[float, float]:
    """Return the metres there, from e to f, and back."""
    town = Town(streets, folder, clock=clock)
    return town.metres("e", "f"), town.metres("f", "e")


@pytest.mark.parametrize(
    ("tags", "there", "back"),
    [
        ({"access": "permit;yes"}, THROUGH, THROUGH),  # the most permissive of a list
        ({"vehicle": "private", "motor_vehicle": "no;permissive"}, THROUGH, THROUGH),
        ({"access": "no", "motorcar": "designated"}, THROUGH, THROUGH),
        ({"access": "agricultural;forestry"}, ROUND, ROUND),
        ({"motor_vehicle": "hgv"}, ROUND, ROUND),  # another vehicle's name
        ({"access": "tenants"}, ROUND, ROUND),  # a group of people: never through
        ({"access": "tenants;gibberish"}, ROUND, ROUND),
        ({"access": "fire_engine"}, ROUND, ROUND),
        ({"access": "Farm Vehicles Only"}, ROUND, ROUND),
        ({"access": "authorised vehicles only"}, ROUND, ROUND),
        ({"access": "government"}, ROUND, ROUND),
        ({"access": "closed"}, ROUND, ROUND),
        ({"access": "gibberish"}, THROUGH, THROUGH),
        ({"motor_vehicle": "bus;coach"}, ROUND, ROUND),
        ({"access": "No"}, ROUND, ROUND),
        ({"Access": "no"}, ROUND, ROUND),
        ({"access": "no", "bus": "yes"}, ROUND, ROUND),  # a bus gate
        ({"oneway": "-1"}, ROUND, THROUGH),
        ({"oneway": "YES"}, THROUGH, ROUND),
        ({"oneway": "reversible"}, ROUND, ROUND),
        ({"oneway": "yes", "oneway:motor_vehicle": "no"}, THROUGH, THROUGH),
        ({"oneway": "yes", "oneway:bus": "no"}, THROUGH, ROUND),
        ({"motor_vehicle:backward": "no"}, THROUGH, ROUND),
        ({"vehicle:forward": "no"}, ROUND, THROUGH),
        ({"junction": "roundabout"}, THROUGH, ROUND),
        ({"junction": "roundabout", "oneway": "no"}, THROUGH, THROUGH),
        ({"highway": "construction", "construction": "residential"}, ROUND, ROUND),
        ({"construction": "yes"}, ROUND, ROUND),
        ({"construction": "minor"}, THROUGH, THROUGH),
        ({"highway": "service", "service": "driveway"}, ROUND, ROUND),
        ({"highway": "service", "service": "bus"}, ROUND, ROUND),
        ({"maxheight": "6'0\""}, ROUND, ROUND),  # 1.83 m
        ({"maxheight": "6'6\""}, THROUGH, THROUGH),  # the usual bar of a car park
        ({"maxwidth": "6'0\""}, THROUGH, THROUGH),
        ({"maxwidth": "1.7"}, ROUND, ROUND),
        ({"ford": "yes", "toll": "yes", "hgv": "no", "maxweight": "7.5"}, THROUGH, THROUGH),
        ({"highway": "track"}, ROUND, ROUND),
        ({"highway": "track", "motor_vehicle": "yes"}, THROUGH, THROUGH),
    ],
)
def test_who_may_drive_a_street(
    tmp_path: Path, tags: Mapping[str, str], there: float, back: float
) -> None:
    assert metres(drawn(tags), tmp_path) == (there, back)


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ({"barrier": "bollard", "bollard": "removable"}, ROUND),
        ({"barrier": "bus_trap"}, ROUND),
        ({"barrier": "planter", "motor_vehicle": "yes"}, THROUGH),
        ({"barrier": "cattle_grid"}, THROUGH),
        ({"barrier": "gate", "locked": "yes"}, ROUND),
        ({"barrier": "gate", "access": "customers"}, ROUND),
        ({"barrier": "Gate", "access": "NO"}, ROUND),
        ({"barrier": "height_restrictor", "maxheight": "1.8"}, ROUND),
        ({"barrier": "height_restrictor", "maxheight": "2.1"}, THROUGH),
        ({"access": "no"}, ROUND),
        ({"highway": "crossing", "access": "no"}, THROUGH),  # of those who cross
    ],
)
def test_what_stands_in_a_street(tmp_path: Path, node: Mapping[str, str], expected: float) -> None:
    assert metres(drawn(middle=node), tmp_path) == (expected, expected)


@pytest.mark.parametrize(
    ("tags", "clock", "expected"),
    [
        ({"motor_vehicle:conditional": "no @ (Mo-Fr 07:00-09:00)"}, None, THROUGH),
        ({"motor_vehicle:conditional": "no @ (Mo-Fr 07:00-09:00)"}, "Tu 08:30", ROUND),
        ({"motor_vehicle:conditional": "no @ (Mo-Fr 07:00-09:00)"}, "Sa 08:30", THROUGH),
        ({"access:conditional": "no @ (Mo-Fr 07:00-08:00,15:00-16:00; SH off)"}, "We 15:20", ROUND),
        ({"access": "no", "access:conditional": "yes @ (20:00-06:00)"}, "Tu 23:00", THROUGH),
        ({"access": "no", "access:conditional": "yes @ (20:00-06:00)"}, "Tu 12:00", ROUND),
        ({"access:conditional": "no @ (2020 Jan 01-2020 Feb 01)"}, "Tu 08:30", THROUGH),
        ({"motor_vehicle:conditional": "no @ (Su 16:00-Mo 08:00)"}, "Mo 07:30", ROUND),
        ({"motor_vehicle:conditional": "no @ (Su 16:00-Mo 08:00)"}, "Mo 08:30", THROUGH),
        ({"access:conditional": "no @ (Mar Su[-1]-Oct Su[-1])"}, "2026-07-01 12:00", ROUND),
        ({"access:conditional": "no @ (Mar Su[-1]-Oct Su[-1])"}, "2026-12-01 12:00", THROUGH),
        ({"motor_vehicle:conditional": "no @ (07:00-09:00 AND Sa)"}, "Tu 08:30", THROUGH),
        ({"motor_vehicle:conditional": "no @ (Sa and Tu)"}, "Tu 08:30", ROUND),
        ({"highway": "service", "opening_hours": "Mo-Fr 07:00-19:00"}, "Sa 12:00", ROUND),
        ({"highway": "service", "opening_hours": "Mo-Fr 07:00-19:00"}, "Fr 12:00", THROUGH),
        ({"highway": "service", "opening_hours": "Mo-Fr 07:00-19:00"}, None, THROUGH),
        ({"highway:conditional": "pedestrian @ (10:00-16:00)"}, "Tu 12:00", ROUND),
    ],
)
def test_streets_that_go_by_the_clock(
    tmp_path: Path, tags: Mapping[str, str], clock: str | None, expected: float
) -> None:
    assert metres(drawn(tags), tmp_path, clock) == (expected, expected)


@pytest.mark.parametrize(
    ("rule", "clock", "expected"),
    [
        ({"restriction": "no_straight_on"}, None, ROUND),
        ({"restriction": "NO_STRAIGHT_ON"}, None, ROUND),
        ({"restriction": "no_right_turn;no_straight_on"}, None, ROUND),
        ({"restriction": "no_straight_on", "except": "Motorcar"}, None, THROUGH),
        ({"restriction": "no_straight_on", "except": "psv;bicycle"}, None, ROUND),
        ({"restriction:hgv": "no_straight_on"}, None, THROUGH),
        ({"restriction:motorcar": "no_straight_on"}, None, ROUND),
        ({"restriction:conditional": "no_straight_on @ (Mo-Fr 07:00-10:00)"}, None, THROUGH),
        ({"restriction:conditional": "no_straight_on @ (Mo-Fr 07:00-10:00)"}, "Mo 09:00", ROUND),
        ({"restriction": "only_straight_on"}, None, THROUGH),
        ({"restriction": "no_nonsense"}, None, THROUGH),
    ],
)
def test_turns_at_the_end_of_a_street(
    tmp_path: Path, rule: Mapping[str, str], clock: str | None, expected: float
) -> None:
    streets = drawn().restrict(1, "from:2 via:b to:4", rule)
    assert metres(streets, tmp_path, clock) == (expected, THROUGH)


def test_a_turn_over_a_street_and_its_copy_count_once(tmp_path: Path) -> None:
    rule = {"restriction": "no_straight_on"}
    streets = drawn().restrict(1, "from:1 via:2 to:4", rule).restrict(2, "from:1 via:2 to:4", rule)
    assert metres(streets, tmp_path) == (ROUND, THROUGH)


def test_a_ring_of_streets_between_from_and_to_forbids_the_ring_alone(tmp_path: Path) -> None:
    ring = drawn().way(5, "a h").way(6, "h m a")
    ring.restrict(1, "from:1 via:5 via:6 to:3", {"restriction": "no_u_turn"})
    # Nobody needs the ring: straight on stays open.
    assert metres(ring, tmp_path) == (THROUGH, THROUGH)


def test_a_one_way_dead_end_is_arrived_at_and_walked_out_of(tmp_path: Path) -> None:
    town = Town(drawn().way(5, "b g", oneway="yes"), tmp_path)
    assert town.metres("e", "g") == 1_500 + 800
    seconds, driven = town.journey("g", "e")
    assert round(driven, -1) == 1_500
    assert seconds > 800 / (5_000 / 3_600)  # 800 m on foot at 5 km/h come first


def test_a_copy_of_a_street_that_is_closed_leaves_the_other_open(tmp_path: Path) -> None:
    streets = drawn().way(7, "a m b", access="no").way(8, "a m b", oneway="yes")
    assert metres(streets, tmp_path) == (THROUGH, THROUGH)


@pytest.mark.parametrize("mark", [{"action": "delete"}, {"visible": "false"}])
def test_a_street_that_is_marked_as_deleted_is_gone(tmp_path: Path, mark: dict[str, str]) -> None:
    streets = drawn()
    path = streets.write(tmp_path / "plain.osm")
    root = ET.parse(path)
    [street] = [way for way in root.iter("way") if way.get("id") == "2"]
    street.attrib.update(mark)
    root.write(path)
    network = build_network([path])
    whole = build_network([drawn().write(tmp_path / "whole.osm")])
    assert network.edges["length_m"].sum() == pytest.approx(
        whole.edges["length_m"].sum() - 2_000, abs=5
    )
    assert network.info.counts["elements marked as deleted"] == 1


def test_ways_that_carry_their_places_need_no_nodes(tmp_path: Path) -> None:
    streets = drawn({"oneway": "yes"})
    path = streets.write(tmp_path / "plain.osm")
    whole = build_network([path])
    root = ET.parse(path)
    osm = root.getroot()
    at = {node.get("id"): node for node in osm.findall("node")}
    for node in at.values():
        osm.remove(node)
    for nd in osm.iter("nd"):
        place = at[nd.get("ref")]
        nd.attrib.update(lat=place.get("lat"), lon=place.get("lon"))
    root.write(tmp_path / "geom.osm")
    network = build_network([tmp_path / "geom.osm"])
    assert network.edges["length_m"].tolist() == whole.edges["length_m"].tolist()
    assert network.info.counts["nodes placed by their ways"] == 7  # g and h are on no way


def test_a_ferry_in_two_parts_takes_as_long_as_one_of_both(tmp_path: Path) -> None:
    seconds = []
    for name, parts in (
        ("one", [("a m b", "00:24")]),
        ("two", [("a m", "00:15"), ("m b", "00:09")]),
    ):
        streets = Map(PLACES).way(1, "e a").way(4, "b f")
        for number, (nodes, duration) in enumerate(parts, 20):
            streets.way(number, nodes, route="ferry", duration=duration, motor_vehicle="yes")
        (tmp_path / name).mkdir()
        seconds.append(Town(streets, tmp_path / name).journey("e", "f")[0])
    assert seconds[0] == pytest.approx(seconds[1], abs=1)
    assert seconds[0] > 24 * 60


@pytest.mark.parametrize(
    ("tags", "mph"),
    [
        ({"maxspeed:type": "GB-WLS:restricted"}, 20),
        ({"source:maxspeed": "gb-wls:Restricted"}, 20),
        ({"maxspeed:type": "GB:restricted"}, 30),
        ({"maxspeed": "GB:NSL_single"}, 60),
        ({"maxspeed": "20 mph|30 mph"}, 20),
        ({"maxspeed": "40MPH"}, 40),
        ({"maxspeed": "30,5 mph"}, 30.5),
        ({"maxspeed": "40,30 mph"}, 30),
    ],
)
def test_limits_in_words_of_two_countries(tags: Mapping[str, str], mph: float) -> None:
    limit, _ = way_limit({"highway": "secondary", **tags}, "forward", dual=False)
    assert limit.mph == pytest.approx(mph)


@pytest.mark.parametrize("barrier", ["bollards", "rising_bollard", "bus_gate", "boulders", "rock"])
def test_what_stands_in_the_way_of_cars_by_other_names(tmp_path: Path, barrier: str) -> None:
    assert metres(drawn(middle={"barrier": barrier}), tmp_path) == (ROUND, ROUND)


@pytest.mark.parametrize(
    "clock", ["2026-11-24 12:00", "2026-07-21 12:00", "2026-07-21 20:30", None]
)
def test_a_ferry_sails_in_its_hours(tmp_path: Path, clock: str | None) -> None:
    crossing = Map({"a": (0, 0), "b": (1_000, 0), "c": (2_000, 0), "d": (3_000, 0), "e": (0, 900)})
    crossing.way(1, "a b").way(2, "c d").way(4, "a e")
    hours = "Apr-Sep 08:00-18:00"
    # However the mapper wrote the course of a ferry.
    crossing.tagged(3, "b c", {"route": "Ferry", "duration": "00:20", "opening_hours": hours})
    town = Town(crossing, tmp_path, clock=clock)
    # Without a time conditions do not count.
    assert (town.metres("a", "c") == 2_000) == (clock in {"2026-07-21 12:00", None})
