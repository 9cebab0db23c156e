"""Turns and shapes of streets on small maps: every length can be read off the drawing."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from road_maps import LAT, LON, M_IN_LAT, M_IN_LON, Map, Town

from llrgeo.errors import NetworkError
from llrgeo.roads.snap import snapper
from llrgeo.schema import WGS84

Build = Callable[..., Town]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    def town(drawn: Map, **options: str) -> Town:
        return Town(drawn, tmp_path, **options)

    return town


def crossing() -> Map:
    """Draw a T with a way round, ends 400 m off.

    z --9-- a --1-- b --2-- c        b is a T-junction, the third arm runs south
                    |       |
                    3       4
                    |       |
                    d --5-- e
                    6
                    s                from z to s: 1,600 m, or 2,400 m by c and e
    """
    places = {
        "z": (-400, 0), "a": (0, 0), "b": (400, 0), "c": (800, 0),
        "d": (400, -400), "e": (800, -400), "s": (400, -800),
    }  # fmt: skip
    drawn = Map({name: (float(x), float(y)) for name, (x, y) in places.items()})
    drawn.way(9, "z a").way(1, "a b").way(2, "b c").way(3, "b d")
    return drawn.way(4, "c e").way(5, "e d").way(6, "d s")


DIRECT, ROUND = 1_600, 2_400
RIGHT = "from:1 via:b to:3"
STRAIGHT = "from:1 via:b to:2"


@pytest.mark.parametrize(
    ("members", "tags", "metres"),
    [
        (RIGHT, {"restriction": "no_right_turn"}, ROUND),
        (STRAIGHT, {"restriction": "only_straight_on"}, ROUND),
        (RIGHT, {"restriction": "only_right_turn"}, DIRECT),
        (RIGHT, {"restriction": "no_right_turn", "except": "psv"}, ROUND),
        (RIGHT, {"restriction": "no_right_turn", "except": "motorcar"}, DIRECT),
        (RIGHT, {"restriction": "no_right_turn", "except": "psv; motorcar"}, DIRECT),
        (RIGHT, {"restriction:motorcar": "no_right_turn"}, ROUND),
        (RIGHT, {"restriction:motor_vehicle": "no_right_turn"}, ROUND),
        (RIGHT, {"restriction:hgv": "no_right_turn"}, DIRECT),
        (RIGHT, {"type": "restriction:bus", "restriction": "no_right_turn"}, DIRECT),
        (RIGHT, {"type": "restriction:motorcar", "restriction": "no_right_turn"}, ROUND),
        (RIGHT, {"restriction:conditional": "no_right_turn @ (Mo-Fr 07:00-09:00)"}, DIRECT),
        (RIGHT, {"restriction": "no_right_turn", "day_on": "Monday"}, DIRECT),
        (RIGHT, {"restriction": "no_dancing"}, DIRECT),
        (RIGHT, {"restriction": "no_right_turn", "restriction:motorcar": "no_left_turn"}, ROUND),
        ("from:1 via:b", {"restriction": "no_right_turn"}, DIRECT),
        ("from:1 to:3", {"restriction": "no_right_turn"}, DIRECT),
        ("from:1 via:e to:3", {"restriction": "no_right_turn"}, DIRECT),
        ("from:1 via:b to:77", {"restriction": "no_right_turn"}, DIRECT),
        ("from:1 from:2 via:b to:3", {"restriction": "no_right_turn"}, DIRECT),
        ("from:1 from:2 via:b to:3", {"restriction": "no_entry"}, ROUND),
        ("from:1 via:b to:1 to:3", {"restriction": "no_exit"}, ROUND),
        ("from:2 via:b to:3", {"restriction": "no_left_turn"}, DIRECT),
    ],
)
def test_a_restriction_binds_as_it_is_tagged(
    build: Build, members: str, tags: dict[str, str], metres: float
) -> None:
    assert build(crossing().restrict(1, members, tags)).metres("z", "s") == metres


def test_without_restriction_the_short_way_is_taken(build: Build) -> None:
    town = build(crossing())
    assert town.metres("z", "s") == DIRECT
    assert town.network.info.counts["junctions with turns modelled"] == 0


def test_a_restriction_binds_in_its_direction_only(build: Build) -> None:
    town = build(crossing().restrict(1, RIGHT, {"restriction": "no_right_turn"}))
    assert town.metres("s", "z") == DIRECT


def test_a_restriction_by_the_clock_binds_at_its_time(build: Build) -> None:
    tags = {"restriction:conditional": "no_right_turn @ (Mo-Fr 07:00-09:00)"}
    assert build(crossing().restrict(1, RIGHT, tags), clock="Tu 08:30").metres("z", "s") == ROUND
    assert build(crossing().restrict(1, RIGHT, tags), clock="Tu 12:00").metres("z", "s") == DIRECT


def test_restrictions_are_counted_and_those_that_stand_twice_bind_once(build: Build) -> None:
    drawn = crossing().restrict(1, RIGHT, {"restriction": "no_right_turn"})
    drawn.restrict(2, RIGHT, {"restriction": "no_right_turn"})
    drawn.restrict(3, RIGHT, {"restriction": "no_dancing"})
    drawn.restrict(4, "from:1 via:b", {"restriction": "no_right_turn"})
    town = build(drawn)
    counts = town.network.info.counts
    assert town.metres("z", "s") == ROUND
    assert counts["restrictions applied"] == 2
    assert counts["restrictions that are duplicated"] == 1
    assert counts["restrictions skipped: unknown kind"] == 1
    assert counts["restrictions skipped: member missing"] == 1


@pytest.mark.parametrize(
    "tags",
    [
        {"restriction": "No_Right_Turn"},
        {"restriction": "no_right_turn;no_u_turn"},
        {"restriction": "no_right_turn", "except": "taxi;bus"},
        {"type": "Restriction", "restriction": " no_right_turn"},
    ],
)
def test_lists_and_letters_of_any_size_are_read(build: Build, tags: dict[str, str]) -> None:
    assert build(crossing().restrict(1, RIGHT, tags)).metres("z", "s") == ROUND


@pytest.mark.parametrize("exempt", ["Motorcar", "psv,motorcar", "bicycle; Motor_Vehicle"])
def test_exceptions_are_read_in_lists_and_letters_of_any_size(build: Build, exempt: str) -> None:
    tags = {"restriction": "no_right_turn", "except": exempt}
    assert build(crossing().restrict(1, RIGHT, tags)).metres("z", "s") == DIRECT


def test_a_restriction_is_lifted_at_its_time_and_an_unknown_one_named(build: Build) -> None:
    lifted = {"restriction": "no_right_turn", "restriction:conditional": "none @ (19:00-07:00)"}
    drawn = crossing().restrict(1, RIGHT, lifted).restrict(2, RIGHT, {"restriction": "no_dancing"})
    town = build(drawn, clock="Tu 22:00")
    assert town.metres("z", "s") == DIRECT
    assert town.network.info.counts["restrictions skipped: lifted at this time"] == 1
    assert town.network.info.counts["note: unknown restriction=no_dancing"] == 1


def unsplit(to: str) -> Map:
    """Draw the crossing with a fourth arm to N at b; way 3 runs through b over the nodes `to`."""
    drawn = crossing()
    drawn.places |= {"n": (400.0, 400.0), "N": (400.0, 800.0), "f": (800.0, 400.0)}
    drawn.ids |= {"n": 21, "N": 22, "f": 23}
    drawn.ways = [way for way in drawn.ways if way[0] != 3]
    return drawn.way(3, to).way(7, "n N").way(8, "c f").way(10, "f n")


@pytest.mark.parametrize("line", ["n b d", "d b n"])
@pytest.mark.parametrize(
    ("kind", "bound", "free"),
    [("no_right_turn", "s", "N"), ("no_left_turn", "N", "s"), ("only_right_turn", "N", "s")],
)
def test_of_a_way_that_runs_on_through_the_turn_its_kind_says_which_arm(
    build: Build, line: str, kind: str, bound: str, free: str
) -> None:
    plain = build(unsplit(line))
    ruled = build(unsplit(line).restrict(1, "from:1 via:b to:3", {"restriction": kind}))
    assert ruled.metres("z", free) == plain.metres("z", free)
    assert ruled.metres("z", bound) > plain.metres("z", bound)


def test_of_a_way_that_runs_on_before_the_turn_its_kind_says_which_arm(build: Build) -> None:
    ruled = build(
        unsplit("n b d").restrict(1, "from:3 via:b to:1", {"restriction": "no_left_turn"})
    )
    assert (ruled.metres("s", "z"), ruled.metres("N", "z")) == (ROUND, DIRECT)


def test_a_turn_that_either_arm_could_be_is_skipped_and_counted(build: Build) -> None:
    # An entry says nothing of directions.
    town = build(unsplit("n b d").restrict(1, "from:3 via:b to:1", {"restriction": "no_entry"}))
    assert town.metres("s", "z") == town.metres("N", "z") == DIRECT
    reason = "a member runs on, and either direction may be meant"
    assert town.network.info.counts[f"restrictions skipped: {reason}"] == 1


def test_via_ways_may_lead_back_to_where_they_began(build: Build) -> None:
    r"""Forbid a right turn, and the way round the block 2, 3, 4 that comes to the same.

    z --1-- b --2-> c ----7----.
            |\     |            |
            6  4    3            8         4 leads from d back to b
            s   `-- d            `-- to s
    """
    places = {
        "z": (-400, 0), "b": (0, 0), "c": (200, 0), "d": (100, 150), "s": (0, -300),
        "t": (400, 0), "u": (400, -300),
    }  # fmt: skip

    def block() -> Map:
        drawn = Map({name: (float(x), float(y)) for name, (x, y) in places.items()})
        drawn.way(1, "z b").way(2, "b c", oneway="yes").way(3, "c d").way(4, "d b").way(6, "b s")
        drawn.way(7, "c t").way(8, "t u s")
        return drawn.restrict(1, "from:1 via:b to:6", {"restriction": "no_right_turn"})

    ring = "from:1 via:4 via:2 via:3 to:6"
    by_block = 400 + 200 + 2 * (100**2 + 150**2) ** 0.5 + 300
    assert build(block()).metres("z", "s") == pytest.approx(by_block, abs=10)
    bound = build(block().restrict(2, ring, {"restriction": "no_straight_on"}))
    assert bound.metres("z", "s") == 400 + 200 + 200 + 300 + 400
    assert bound.metres("z", "d") == pytest.approx(400 + (100**2 + 150**2) ** 0.5, abs=10)


def test_walkers_ignore_restrictions(build: Build) -> None:
    drawn = crossing().restrict(1, RIGHT, {"restriction": "no_right_turn"})
    assert build(drawn, mode="walk").metres("z", "s") == DIRECT


def dual_carriageway() -> Map:
    """Draw two carriageways 30 m apart with a link in the middle and a turn at either end.

    n1 <----1---- n2 <---2--- n3         northern, westbound
                  |                      link 3
    s1 -----4---> s2 ---5---> s3         southern, eastbound
    w joins n1 to s1 and e joins s3 to n3; start at w, goal at g on the northern side by n1
    """
    places = {
        "n1": (0, 30), "n2": (400, 30), "n3": (1_000, 30),
        "s1": (0, 0), "s2": (400, 0), "s3": (1_000, 0), "g": (0, 430), "w": (-400, 0),
    }  # fmt: skip
    drawn = Map({name: (float(x), float(y)) for name, (x, y) in places.items()})
    for number, names in ((1, "n2 n1"), (2, "n3 n2"), (4, "s1 s2"), (5, "s2 s3")):
        drawn.way(number, names, highway="primary", oneway="yes")
    drawn.way(3, "s2 n2", highway="primary_link").way(6, "s3 n3", highway="primary")
    return drawn.way(7, "w s1").way(8, "n1 g", oneway="yes").way(9, "g w", oneway="yes")


def test_a_no_u_turn_over_a_link_sends_drivers_on(build: Build) -> None:
    free, bound = dual_carriageway(), dual_carriageway()
    bound.restrict(1, "from:4 via:3 to:1", {"restriction": "no_u_turn"})
    # w s1 s2 n2 n1 g = 400 + 400 + 30 + 400 + 400; by s3 and n3 1,200 m more
    assert build(free).metres("w", "g") == 1_630
    assert build(bound).metres("w", "g") == 2_830


def over_a_street() -> Map:
    """Draw a street 2 in two parts between 1 and 3, joined by others halfway.

    a --1-- b --2-- m --2-- c --3-- d        5 leaves m southwards, 6 joins it to d
                    |               |
                    5               6
                    k ------7------ l
    """
    places = {
        "a": (0, 0), "b": (200, 0), "m": (400, 0), "c": (600, 0), "d": (800, 0),
        "k": (400, -300), "l": (800, -300), "u": (200, 300), "v": (580, 0),
    }  # fmt: skip
    drawn = Map({name: (float(x), float(y)) for name, (x, y) in places.items()})
    drawn.way(1, "a b").way(2, "b m v c").way(3, "c d").way(4, "u b").way(5, "m k")
    return drawn.way(6, "d l").way(7, "k l")


def test_a_rule_over_a_way_binds_only_those_who_come_from_its_first_way(build: Build) -> None:
    drawn = over_a_street().restrict(1, "from:1 via:2 to:3", {"restriction": "no_straight_on"})
    town = build(drawn)
    assert town.metres("u", "d") == 900
    assert town.metres("a", "d") == 1_400  # by m, k and l
    assert town.metres("d", "a") == 800
    assert town.metres("a", "v") == 580  # the via way itself stays open to them


def test_an_only_rule_over_a_way_leaves_one_way_on(build: Build) -> None:
    places = {"c2": (600.0, 300.0)}
    drawn = over_a_street()
    drawn.places |= places
    drawn.ids["c2"] = 99
    drawn.way(8, "c c2")
    drawn.restrict(1, "from:1 via:2 to:3", {"restriction": "only_straight_on"})
    town = build(drawn)
    assert town.metres("u", "c2") == 1_000
    assert town.metres("a", "c2") > 1_000


def test_turning_back_is_free_at_the_end_of_a_road_only(build: Build) -> None:
    stub = crossing()
    stub.ways = [way for way in stub.ways if way[0] not in {4, 5}]
    stub.restrict(1, RIGHT, {"restriction": "no_right_turn"})
    # on to c, back to b, left to s: nothing is lost but the road
    assert build(stub).metres("z", "s") == 1_600 + 800
    ring = crossing()
    ring.ways = [way for way in ring.ways if way[0] != 5]
    ring.places |= {"f": (1_200.0, 0.0)}
    ring.ids["f"] = 98
    ring.way(10, "c f")
    ring.restrict(1, RIGHT, {"restriction": "no_right_turn"})
    free, _ = build(crossing()).journey("z", "s")
    turned, metres = build(ring).journey("z", "s")
    # c is a junction now: turning back there takes a minute, beside the 800 m
    assert metres == pytest.approx(2_400, abs=2)
    assert turned == pytest.approx(free * 1.5 + 60, abs=1)


def test_right_turns_across_traffic_take_time_and_left_turns_do_not(build: Build) -> None:
    drawn = crossing()
    drawn.ways = [
        (n, at, {"highway": "secondary"} if n in {9, 1, 2} else t) for n, at, t in drawn.ways
    ]
    town = build(drawn)
    right, _ = town.journey("z", "s")
    left, _ = town.journey("s", "z")
    assert right - left == pytest.approx(2.5, abs=0.01)
    assert town.metres("z", "s") == DIRECT


def test_signals_delay_and_take_the_place_of_the_right_turn(build: Build) -> None:
    def main_road() -> Map:
        drawn = crossing()
        drawn.ways = [
            (n, at, {"highway": "secondary"} if n in {9, 1, 2} else t) for n, at, t in drawn.ways
        ]
        return drawn

    plain, _ = build(main_road()).journey("z", "s")
    signals, _ = build(main_road().point("b", {"highway": "traffic_signals"})).journey("z", "s")
    assert signals - plain == pytest.approx(4 - 2.5, abs=0.01)


def test_a_bridge_without_a_common_node_is_not_joined(build: Build) -> None:
    places = {"w": (0.0, 0.0), "e": (800.0, 0.0), "s": (400.0, -400.0), "n": (400.0, 400.0)}
    apart = Map({**places, "x": (400.0, 0.0), "y": (400.0, 0.0)})
    apart.way(1, "w x e").way(2, "s y n", bridge="yes", layer="1").way(3, "w s")
    town = build(apart)
    assert town.metres("e", "n") > 1_700
    assert town.network.info.counts["nodes at one place that are not joined"] == 1
    joined = Map({**places, "x": (400.0, 0.0)})
    joined.way(1, "w x e").way(2, "s x n", bridge="yes", layer="1").way(3, "w s")
    town = build(joined)
    assert town.metres("e", "n") == 800
    assert town.network.info.counts["bridges joined to what they cross"] == 1


def test_a_gap_of_a_centimetre_is_a_gap(build: Build) -> None:
    drawn = Map({"a": (0.0, 0.0), "b": (300.0, 0.0), "c": (300.02, 0.0), "d": (400.0, 0.0)})
    drawn.way(1, "a b").way(2, "c d")
    town = build(drawn)
    assert len(town.network.nodes) == 4


def test_odd_lines_are_driven_as_they_are_drawn(build: Build) -> None:
    places = {
        "a": (0.0, 0.0), "b": (300.0, 0.0), "c": (600.0, 0.0),
        "twin": (300.0, 0.0), "l1": (400.0, 100.0), "l2": (200.0, 100.0),
    }  # fmt: skip
    repeated = Map(places).way(1, "a b b b c").way(2, "c")
    assert build(repeated).metres("a", "c") == 600
    no_length = Map(places).way(1, "a b").way(2, "b twin").way(3, "twin c")
    assert build(no_length).metres("a", "c") == 600
    loop = Map(places).way(1, "a b c").way(2, "b l1 l2 b")
    assert build(loop).metres("a", "c") == 600
    eight = Map(places).way(1, "a b l1 l2 b c")
    assert build(eight).metres("a", "c") == 600


def test_of_parallel_streets_the_faster_is_taken(build: Build) -> None:
    places = {"a": (0.0, 0.0), "m": (400.0, 300.0), "b": (800.0, 0.0), "z": (-200.0, 0.0)}
    drawn = Map(places).way(1, "a b", highway="service").way(2, "a m b", highway="primary")
    assert build(drawn.way(3, "z a")).metres("z", "b") == 1_200


def test_a_street_drawn_twice_stays_open_where_one_is(build: Build) -> None:
    drawn = Map({"a": (0.0, 0.0), "b": (500.0, 0.0)})
    drawn.way(1, "a b", access="no").way(2, "a b")
    assert build(drawn).metres("a", "b") == 500


def test_a_one_way_dead_end_is_reached_or_left_and_not_both(build: Build) -> None:
    drawn = Map({"a": (0.0, 0.0), "b": (400.0, 0.0), "c": (800.0, 0.0), "t": (5_000.0, 0.0)})
    town = build(drawn.way(1, "a b").way(2, "b c", oneway="yes"))
    assert town.metres("a", "c") == 800
    # Nobody gets out of c by car: who starts there walks to the nearest street that leads on.
    seconds, metres = town.journey("c", "a")
    assert (round(metres, -1), seconds > 400 / (5 / 3.6)) == (400, True)


def test_an_island_is_not_joined_to_the_mainland(build: Build) -> None:
    places = {
        "a": (0.0, 0.0),
        "b": (400.0, 0.0),
        "c": (400.0, 400.0),
        "i": (420.0, 0.0),
        "j": (3_000.0, 0.0),
    }
    town = build(Map(places).way(1, "a b").way(2, "b c").way(3, "i j"))
    assert town.metres("a", "j") == np.inf


def test_a_roundabout_is_driven_clockwise(build: Build) -> None:
    places = {
        "n": (0.0, 50.0), "e": (50.0, 0.0), "s": (0.0, -50.0), "w": (-50.0, 0.0),
        "N": (0.0, 300.0), "E": (300.0, 0.0), "S": (0.0, -300.0), "W": (-300.0, 0.0),
    }  # fmt: skip
    drawn = Map(places).way(1, "n e s w n", junction="roundabout")
    drawn.way(2, "N n").way(3, "E e").way(4, "S s").way(5, "W w")
    town = build(drawn)
    arc = 50 * 2**0.5
    assert town.metres("S", "W") == pytest.approx(500 + arc, abs=10)
    assert town.metres("S", "N") == pytest.approx(500 + 2 * arc, abs=10)
    assert town.metres("S", "E") == pytest.approx(500 + 3 * arc, abs=10)


def hospital(gate: dict[str, str], staff: str = "yes") -> Map:
    """Draw a hospital 300 m up a staff road with a gate, or 1,700 m round by the public way."""
    places = {
        "t": (-400.0, 0.0), "a": (0.0, 0.0), "g": (0.0, 150.0), "h": (0.0, 300.0),
        "p": (700.0, 0.0), "q": (700.0, 300.0), "k": (0.0, 500.0),
    }  # fmt: skip
    drawn = Map(places).way(1, "t a").way(3, "a p q h").way(4, "h k", highway="service")
    drawn.tagged(2, "a g h", {"highway": "service", "access": staff})
    return drawn.point("g", gate)


@pytest.mark.parametrize(
    ("gate", "staff", "metres"),
    [
        ({}, "yes", 900),
        ({"barrier": "lift_gate", "access": "private"}, "yes", 2_300),
        ({"barrier": "bollard"}, "yes", 2_300),
        ({"barrier": "gate", "locked": "yes"}, "yes", 2_300),
        ({"barrier": "gate", "access": "yes"}, "yes", 900),
        ({}, "private", 2_300),
        ({}, "no", 2_300),
    ],
)
def test_patients_go_round_a_staff_gate(
    build: Build, gate: dict[str, str], staff: str, metres: float
) -> None:
    assert build(hospital(gate, staff)).metres("t", "k") == metres


def test_a_private_road_from_street_to_street_is_no_way_through(build: Build) -> None:
    places = {
        "A": (-300.0, 0.0), "a": (0.0, 0.0), "h": (0.0, 450.0), "c": (0.0, 1_000.0),
        "p": (3_000.0, 0.0), "q": (3_000.0, 1_000.0),
    }  # fmt: skip
    drawn = Map(places).way(1, "A a").way(2, "a p q c").way(3, "a h c", access="customers")
    town = build(drawn)
    assert town.metres("a", "c") == 7_000  # who starts at its mouth is on the street
    assert town.metres("A", "h") == 750
    assert town.metres("h", "c") == 550


def test_a_place_on_a_junction_leaves_by_any_of_its_streets(build: Build) -> None:
    places = {
        "w": (-800.0, 0.0), "j": (0.0, 0.0), "e": (800.0, 0.0), "n": (0.0, 900.0),
        "x": (800.0, 900.0),
    }  # fmt: skip
    drawn = Map(places).way(1, "w j e").way(2, "j n x e", oneway="yes")
    town = build(drawn)
    assert (town.metres("j", "w"), town.metres("w", "j")) == (800, 800)
    assert (town.metres("j", "n"), town.metres("n", "j")) == (900, 2_500)
    snapping, here = snapper(town.network), town.point("j")
    links = snapping.links(here, snapping.distances_m(here, role="origin"), role="origin")
    assert len(links) == 5  # two streets both ways, one of them one way
    assert (links["distance_m"] < 0.05).all()


def test_from_a_place_to_itself_it_takes_no_time(build: Build) -> None:
    drawn = Map({"a": (0.0, 0.0), "b": (900.0, 0.0), "o": (450.0, 380.0), "p": (450.0, 410.0)})
    town = build(drawn.way(1, "a b"))
    assert town.journey("o", "o") == (0, 0)
    seconds, metres = town.journey("o", "p")
    assert seconds == pytest.approx(30 / (5 / 3.6), abs=0.1)
    assert metres == 0


JUNCTION = {
    "z": (-500.0, 0.0), "a": (0.0, 0.0), "g": (300.0, 0.0), "b": (700.0, 0.0), "h": (300.0, 450.0),
    "r": (0.0, -600.0), "s": (700.0, -600.0),
}  # fmt: skip


PRIVATE = {"highway": "residential", "access": "private"}


def gate_at_junction(gate: dict[str, str], arm: dict[str, str], street: str = "residential") -> Map:
    """Draw a street a-g-b with an arm from g to h, where the gate stands; round by r and s."""
    drawn = Map(JUNCTION).way(1, "z a").way(2, "a g b", highway=street).tagged(3, "g h", arm)
    return drawn.way(4, "a r s b").point("g", gate)


@pytest.mark.parametrize(
    ("gate", "arm", "street", "passes"),
    [
        ({"barrier": "gate", "access": "private"}, {"highway": "service"}, "residential", True),
        ({"access": "private"}, {"highway": "service"}, "residential", True),
        ({"barrier": "gate", "access": "private"}, PRIVATE, "residential", True),
        ({"barrier": "bollard"}, {"highway": "footway"}, "secondary", True),
        ({"barrier": "bollard"}, {"highway": "residential"}, "tertiary", True),
        # What could be either's shuts the street: like roads, a footway by a service road or at a
        # barrier for vehicles.
        ({"barrier": "bollard"}, {"highway": "residential"}, "residential", False),
        ({"barrier": "bollard"}, {"highway": "footway"}, "service", False),
        ({"barrier": "lift_gate", "access": "no"}, {"highway": "footway"}, "residential", False),
        ({"barrier": "bollard", "bollard": "rising"}, {"highway": "path"}, "residential", False),
        ({"motor_vehicle": "no"}, {"highway": "footway"}, "residential", False),
    ],
)  # fmt: skip
def test_a_barrier_where_a_drive_meets_a_street_shuts_the_drive(
    build: Build,
    gate: dict[str, str],
    arm: dict[str, str],
    street: str,
    passes,
) -> None:
    town = build(gate_at_junction(gate, arm, street))
    assert town.metres("z", "b") == (1_200 if passes else 2_400)
    count = "barriers where a drive meets a street, taken as the drive's"
    assert town.network.info.counts[count] == passes


def test_behind_a_private_gate_at_its_mouth_a_drive_is_private(build: Build) -> None:
    drawn = gate_at_junction({"barrier": "gate", "access": "private"}, {"highway": "service"})
    town = build(drawn)
    assert town.metres("z", "h") == 500 + 300 + 450
    use = town.network.edges.set_index("road_class")["use"]
    assert set(use["service"]) == {"start", "end"}
    # The gate's delay is the drive's too.
    ungated, _ = build(gate_at_junction({}, {"highway": "service"})).journey("z", "b")
    assert town.journey("z", "b")[0] == pytest.approx(ungated, abs=0.01)


def test_a_square_mapped_as_a_multipolygon_is_walked_round_and_not_driven(build: Build) -> None:
    places = {
        "a": (-200.0, 0.0), "p": (0.0, 0.0), "q": (0.0, 90.0), "r": (110.0, 90.0),
        "s": (110.0, 0.0), "b": (310.0, 0.0), "f": (-200.0, -700.0), "g": (310.0, -700.0),
    }  # fmt: skip

    def square() -> Map:
        drawn = Map(places).way(1, "a p").way(2, "s b").way(4, "a f g b")
        drawn.tagged(3, "p q r s p", {})
        drawn.relations.append(
            (9, {"type": "multipolygon", "highway": "pedestrian"}, [("way", 3, "outer")])
        )
        return drawn

    town = build(square(), mode="walk")
    assert town.metres("a", "b") == 510  # along the southern rim
    assert town.network.info.counts["ways round pedestrian squares"] == 1
    assert build(square()).metres("a", "b") == 700 + 510 + 700


def test_a_private_road_is_used_at_the_ends_of_journeys(build: Build) -> None:
    places = {"a": (0.0, 0.0), "b": (500.0, 0.0), "c": (1_000.0, 0.0), "h": (500.0, 400.0)}
    town = build(Map(places).way(1, "a b c").way(2, "b h", access="private"))
    assert town.metres("a", "h") == town.metres("h", "c") == 900


def test_what_lies_behind_a_private_gate_is_an_estate(build: Build) -> None:
    places = {
        "a": (0.0, 0.0), "b": (500.0, 0.0), "c": (1_000.0, 0.0), "g": (500.0, 100.0),
        "h": (500.0, 400.0), "i": (900.0, 400.0),
    }  # fmt: skip
    drawn = Map(places).way(1, "a b c").way(2, "b g h").way(3, "h i")
    town = build(drawn.point("g", {"barrier": "gate", "access": "private"}))
    assert town.network.info.counts["edges within private estates"] == 4
    assert set(town.network.edges["use"]) == {"through", "start", "end"}
    _seconds, metres = town.journey("a", "i")
    assert metres == pytest.approx(1_300, abs=2)
    assert town.metres("i", "c") == 1_300
    assert town.metres("h", "i") == 400


def test_a_bus_gate_is_gone_round(build: Build) -> None:
    drawn = crossing()
    drawn.ways = [way for way in drawn.ways if way[0] != 3]
    drawn.tagged(3, "b d", {"highway": "residential", "motor_vehicle": "no", "bus": "yes"})
    assert build(drawn).metres("z", "s") == ROUND


def test_ferries_take_their_time_and_cars_wait_for_them(build: Build) -> None:
    drawn = Map({"a": (0.0, 0.0), "b": (500.0, 0.0), "c": (2_500.0, 0.0), "d": (3_000.0, 0.0)})
    drawn.way(1, "a b").way(2, "c d")
    drawn.tagged(3, "b c", {"route": "ferry", "duration": "00:15"})
    town = build(drawn)
    on_land = town.journey("a", "b")[0] + town.journey("c", "d")[0]
    assert town.journey("a", "d")[0] - on_land == pytest.approx(15 * 60 + 600, abs=0.1)


@pytest.mark.parametrize("mode", ["car", "walk", "cycle"])
def test_a_ferry_without_a_duration_sails_as_fast_for_everybody(build: Build, mode: str) -> None:
    drawn = Map({"a": (0, 0), "b": (500, 0), "c": (1_500, 0), "d": (2_100, 0)})
    drawn.way(1, "a b").way(2, "c d").tagged(3, "b c", {"route": "ferry"})
    town = build(drawn, mode=mode)
    # besides the streets ten minutes' wait and a kilometre at nine miles an hour
    afloat_s = town.journey("a", "d")[0] - town.journey("a", "b")[0] - town.journey("c", "d")[0]
    assert afloat_s == pytest.approx(600 + 3_600 / (9 * 1.609344), abs=0.2)


def test_a_crossing_mapped_in_parts_is_boarded_once(build: Build) -> None:
    places = {"a": 0.0, "b": 500.0, "m": 1_700.0, "c": 2_500.0, "d": 3_000.0}
    drawn = Map({name: (east, 0.0) for name, east in places.items()})
    drawn.way(1, "a b").way(2, "c d")
    drawn.tagged(3, "b m", {"route": "ferry", "duration": "00:09"})
    drawn.tagged(4, "m c", {"route": "ferry", "duration": "00:06"})
    town = build(drawn)
    on_land = town.journey("a", "b")[0] + town.journey("c", "d")[0]
    for start, end in (("a", "d"), ("d", "a")):
        assert town.journey(start, end)[0] - on_land == pytest.approx(15 * 60 + 600, abs=0.1)


def test_conditional_access_counts_at_its_time(build: Build) -> None:
    def school_street() -> Map:
        drawn = crossing()
        drawn.ways = [way for way in drawn.ways if way[0] != 3]
        key = "motor_vehicle:conditional"
        return drawn.tagged(3, "b d", {"highway": "residential", key: "no @ (Mo-Fr 08:00-09:00)"})

    assert build(school_street()).metres("z", "s") == DIRECT
    assert build(school_street(), clock="We 08:30").metres("z", "s") == ROUND


def test_a_point_may_be_shut_at_its_time_alone(build: Build) -> None:
    def filtered() -> Map:
        drawn = Map({**crossing().places, "m": (400.0, -200.0)})
        drawn.ways = [way for way in crossing().ways if way[0] != 3]
        drawn.way(3, "b m d").point("m", {"motor_vehicle:conditional": "no @ (08:00-09:00)"})
        return drawn

    assert build(filtered()).metres("z", "s") == DIRECT
    assert build(filtered(), clock="We 08:30").metres("z", "s") == ROUND
    assert build(filtered(), clock="We 09:30").metres("z", "s") == DIRECT


def test_missing_nodes_at_the_rim_split_a_way(build: Build) -> None:
    drawn = Map({"a": (0.0, 0.0), "b": (400.0, 0.0), "c": (800.0, 0.0), "d": (1_200.0, 0.0)})
    town = build(drawn.way(1, "a b beyond c d"))
    assert town.network.info.counts["ways with missing nodes"] == 1
    assert len(town.network.edges) == 4


def test_modes_have_their_own_networks(build: Build) -> None:
    def lanes() -> Map:
        drawn = Map({"a": (0.0, 0.0), "b": (400.0, 0.0), "c": (800.0, 0.0)})
        return drawn.way(1, "a b").way(2, "b c", highway="footway")

    assert build(lanes()).metres("a", "c") == 400
    seconds, metres = build(lanes(), mode="walk").journey("a", "c")
    assert metres == pytest.approx(800, abs=2)
    assert seconds == pytest.approx(800 / 4.8 * 3.6, rel=0.01)
    slow, _ = build(lanes(), mode="walk_slow").journey("a", "c")
    assert slow == pytest.approx(seconds * 4.8 / 3.2, rel=0.001)


def test_a_map_without_streets_of_the_mode_is_refused(build: Build) -> None:
    drawn = Map({"a": (0.0, 0.0), "b": (400.0, 0.0)}).way(1, "a b", highway="footway")
    with pytest.raises(NetworkError, match="no roads for car in the files"):
        build(drawn)


def test_a_private_road_that_leads_nowhere_public_is_not_snapped_to(build: Build) -> None:
    places = {"a": (0.0, 0.0), "b": (400.0, 0.0), "c": (400.0, 60.0), "d": (800.0, 60.0)}
    drawn = Map(places).way(1, "a b").way(2, "c d", access="private")
    network = build(drawn).network
    point = gpd.GeoSeries(gpd.points_from_xy([LON + 600 * M_IN_LON], [LAT], crs=WGS84))
    for role in ("origin", "destination"):
        found = snapper(network).snap(point, role=role)
        assert network.edges["use"].iloc[found["edge"].iloc[0]] == "through"
        assert found["distance_m"].iloc[0] == pytest.approx(200, abs=1)


def test_nobody_is_joined_to_a_trunk_road_or_a_ferry(build: Build) -> None:
    places = {"a": (0.0, 0.0), "b": (400.0, 0.0), "c": (0.0, 200.0), "d": (400.0, 200.0)}
    drawn = Map(places).way(1, "a b", highway="trunk").way(2, "a c").way(3, "c d").way(4, "b d")
    drawn.tagged(5, "b c", {"route": "ferry"})
    network = build(drawn).network
    roads = network.edges[network.edges["road_class"] != "turn"]
    assert set(roads.loc[~roads["snappable"], "road_class"]) == {"trunk", "ferry"}


def test_beyond_the_limit_nothing_is_snapped_and_the_distance_is_told(build: Build) -> None:
    drawn = Map({"a": (0.0, 0.0), "b": (400.0, 0.0)}).way(1, "a b")
    point = gpd.GeoSeries(gpd.points_from_xy([LON], [LAT + 1_700 * M_IN_LAT], crs=WGS84))
    found = snapper(build(drawn).network).snap(point, role="origin").iloc[0]
    assert found["edge"] == -1
    assert found["distance_m"] == pytest.approx(1_700, abs=5)
