"""Journeys by public transport: worked out on paper, and against a search of every event."""

import dataclasses
import datetime as dt
import math
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from timetables import STOPS, at, stops_table, write_feed

from llrgeo.errors import RoutingError
from llrgeo.inputs.gtfs import read_timetable
from llrgeo.roads.network import RoadNetwork
from llrgeo.travel.compiled import NO_WAY
from llrgeo.travel.departures import TransitRules
from llrgeo.travel.routers import times_from_sites
from llrgeo.travel.transit import TransitRouter

TUESDAY = dt.date(2026, 11, 24)
HOME, MARKET = at(home=(0, 0)), at(market=(5_000, 0))
VILLAGE, HOSPITAL = at(village=(0, 9_000)), at(hospital=(5_000, 9_000))
ON_FOOT = 5_000 * 1.4 / 80  # minutes from home to the market at 4.8 km/h, 80 m a minute


def rules(first: str, last: str = "", **changed: float) -> TransitRules:
    window = (dt.time.fromisoformat(first), dt.time.fromisoformat(last or first))
    return TransitRules(window, **changed)


@pytest.fixture
def bus(tmp_path: Path) -> TransitRouter:
    """Return the toy timetable of a Tuesday, for those who leave at half past nine."""
    feed = write_feed(tmp_path / "bus.zip")
    return TransitRouter(read_timetable([feed], TUESDAY), rules("09:30"))


def minutes(router: TransitRouter, origin, destination) -> float:
    period = router.rules.period
    times = router.travel_times(origin, destination, mode="transit", period=period)
    return times.minutes.iloc[0, 0]


class TestOneDeparture:
    def leaving(self, bus: TransitRouter, time: str, **changed: float) -> TransitRouter:
        return dataclasses.replace(bus, rules=rules(time, **changed))

    def test_counts_the_wait_for_the_bus_and_the_ride(self, bus: TransitRouter) -> None:
        assert minutes(bus, HOME, MARKET) == 10 + 15

    def test_catches_a_bus_that_leaves_at_that_very_moment(self, bus: TransitRouter) -> None:
        assert minutes(self.leaving(bus, "09:40"), HOME, MARKET) == 15

    def test_counts_the_walk_to_the_stop_and_from_it(self, bus: TransitRouter) -> None:
        # 140 m on foot for 100 m as the crow flies take 105 seconds.
        door = at(door=(100, 0))
        ward = at(ward=(5_000, 100))
        assert minutes(bus, door, MARKET) == 25
        assert minutes(bus, HOME, ward) == pytest.approx(25 + 105 / 60)
        late = self.leaving(bus, "09:39")
        assert minutes(late, door, MARKET) == pytest.approx(61 + 15)  # waits for 10:40

    def test_changes_with_a_walk_between_stops(self, bus: TransitRouter) -> None:
        # 9:40 - 9:55, 630 seconds on foot and 2 minutes to spare, 10:10 - 10:30
        assert minutes(bus, HOME, HOSPITAL) == 60

    def test_misses_the_next_bus_if_the_change_takes_too_long(self, bus: TransitRouter) -> None:
        assert minutes(self.leaving(bus, "09:30", change_min=4.5), HOME, HOSPITAL) == 60
        assert minutes(self.leaving(bus, "09:30", change_min=4.55), HOME, HOSPITAL) == 120

    def test_walks_no_further_between_stops_than_allowed(self, bus: TransitRouter) -> None:
        short = self.leaving(bus, "09:30", max_walk_min=9, max_journey_min=150)
        assert np.isinf(minutes(short, HOME, HOSPITAL))

    def test_is_on_foot_where_that_is_faster(self, bus: TransitRouter) -> None:
        assert minutes(bus, HOME, at(near=(1_000, 0))) == pytest.approx(17.5)
        assert minutes(self.leaving(bus, "10:41"), HOME, MARKET) == pytest.approx(ON_FOOT)

    def test_has_no_bus_back(self, bus: TransitRouter) -> None:
        assert minutes(bus, MARKET, HOME) == pytest.approx(ON_FOOT)

    def test_that_takes_longer_than_the_longest_cannot_be_made(self, bus: TransitRouter) -> None:
        assert np.isinf(minutes(bus, HOME, at(far=(100_000, 0))))
        short = self.leaving(bus, "09:30", max_journey_min=59)
        assert np.isinf(minutes(short, HOME, HOSPITAL))

    @pytest.mark.parametrize(("time", "taken"), [("00:05", 20), ("23:50", 35)])
    def test_takes_a_bus_of_either_night(self, bus: TransitRouter, time: str, taken: float) -> None:
        assert minutes(self.leaving(bus, time), HOME, MARKET) == taken


class TestAWindow:
    def test_gives_the_median_of_its_departures(self, bus: TransitRouter) -> None:
        # Buses at 9:40, 10:00, 10:20: leaving at 9:35, 9:45, 9:55 takes 20, 30, 20 minutes.
        window = dataclasses.replace(bus, rules=rules("09:35", "09:55", every_min=10))
        assert minutes(window, VILLAGE, HOSPITAL) == 20

    def test_of_an_even_number_gives_the_longer_of_the_two_in_the_middle(
        self, bus: TransitRouter
    ) -> None:
        window = dataclasses.replace(bus, rules=rules("09:35", "09:45", every_min=10))
        assert minutes(window, VILLAGE, HOSPITAL) == 30

    def test_names_the_period(self, bus: TransitRouter) -> None:
        assert rules("09:30", "11:30").period == "09:30-11:30"
        with pytest.raises(RoutingError, match="for transit 09:30-09:30, not transit off_peak"):
            bus.travel_times(HOME, MARKET, mode="transit", period="off_peak")

    def test_has_five_and_twenty_departures_in_two_hours(self) -> None:
        departures_s = rules("09:30", "11:30").departures_s
        assert len(departures_s) == 25
        assert departures_s[[0, -1]].tolist() == [34_200, 41_400]


class TestDirection:
    def test_back_from_sites_is_by_the_timetable_of_the_way_back(self, bus: TransitRouter) -> None:
        trip = {"mode": "transit", "period": bus.rules.period}
        there = bus.travel_times(VILLAGE, HOSPITAL, **trip).minutes
        back = times_from_sites(bus, VILLAGE, HOSPITAL, **trip).minutes
        assert there.loc["village", "hospital"] == 25
        assert back.loc["village", "hospital"] == pytest.approx(ON_FOOT)


class TestTransfers:
    def test_that_the_feed_states_come_before_walks(self, tmp_path: Path) -> None:
        header = "from_stop_id,to_stop_id,transfer_type,min_transfer_time\n"
        taken = {}
        for name, row in (("slow", "2,901"), ("quick", "2,900"), ("impossible", "3,")):
            feed = write_feed(tmp_path / name, transfers=f"{header}market,square,{row}\n")
            router = TransitRouter(
                read_timetable([feed], TUESDAY), rules("09:30", max_journey_min=150)
            )
            taken[name] = minutes(router, HOME, HOSPITAL)
        assert taken == {"slow": 120, "quick": 60, "impossible": np.inf}


class TestStreets:
    def test_are_walked_where_they_are_at_hand(
        self, tmp_path: Path, town_network: RoadNetwork
    ) -> None:
        """The town's streets, 10 minutes a kilometre; the market is at crossroads 8.

        From crossroads 1 it is 10 minutes to the bus at 0, as the crow flies 17.5; 30 all the way.
        """
        stops = stops_table({**STOPS, "market": (2_000, 2_000)})
        feed = write_feed(tmp_path / "bus.zip", stops=stops)
        timetable = read_timetable([feed], TUESDAY)
        info = dataclasses.replace(town_network.info, mode="walk")
        streets = dataclasses.replace(town_network, info=info).reweighted(10)
        walked = TransitRouter(timetable, rules("09:30"), streets)
        straight = TransitRouter(timetable, rules("09:30"))
        crossroads, market = at(one=(1_000, 0)), at(market=(2_000, 2_000))
        assert minutes(walked, crossroads, market) == 25
        assert minutes(straight, crossroads, market) > 30
        assert "along streets" in walked.note
        assert "straight lines" in straight.note


# --- Every event searched ------------------------------------------------------------------------

LATTICE_M = 400
LIMIT_MIN = 120
TOWNS = [0, 1, 2, 30, 31, 32]  # two, too far apart to walk from one to the other
PLACES = st.tuples(st.sampled_from(TOWNS), st.integers(0, 2))


@st.composite
def trips(draw: st.DrawFn, stops: int) -> list[dict[str, int]]:
    """Draw a trip: its calls with stop, times in minutes, and whether one may get on and off."""
    clock = draw(st.integers(9 * 60, 10 * 60))
    calls = []
    for _ in range(draw(st.integers(2, 5))):
        wait = draw(st.integers(0, 2))
        calls.append(
            {
                "stop": draw(st.integers(0, stops - 1)),
                "arrival": clock,
                "departure": clock + wait,
                "no_boarding": draw(st.sampled_from([0, 0, 0, 1])),
                "no_alighting": draw(st.sampled_from([0, 0, 0, 1])),
            }
        )
        clock += wait + draw(st.integers(0, 12))
    return calls


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, object]:
    stops = draw(st.lists(PLACES, min_size=3, max_size=6, unique=True))
    return {
        "stops": stops,
        "trips": draw(st.lists(trips(len(stops)), min_size=4, max_size=12)),
        "origins": draw(st.lists(PLACES, min_size=2, max_size=3)),
        "destinations": draw(st.lists(PLACES, min_size=2, max_size=4)),
        "change_min": draw(st.sampled_from([1.0, 2.0, 5.0])),
        "max_walk_min": draw(st.sampled_from([5.0, 7.0, 20.0])),
    }


def walk_s(a: tuple[int, int], b: tuple[int, int]) -> int:
    return round(math.dist(a, b) * LATTICE_M * 1.4 / (4_800 / 3_600))


def search_every_event(world: dict, departure_s: int, origin, destination) -> int:
    """Return the seconds of the best journey, by a graph of all rides and all times to get off."""
    stops, limit_s = world["stops"], world["max_walk_min"] * 60
    graph = nx.DiGraph()
    rides = [
        (number, place, here, there)
        for number, calls in enumerate(world["trips"])
        for place, (here, there) in enumerate(pairwise(calls))
    ]
    graph.add_node("start")
    for number, place, here, there in rides:
        ride = ("ride", number, place)
        graph.add_edge(("ride", number, place - 1), ride)
        if not there["no_alighting"]:
            graph.add_edge(ride, ("off", number, place))
        access_s = walk_s(origin, stops[here["stop"]])
        if (
            not here["no_boarding"]
            and access_s <= limit_s
            and departure_s + access_s <= here["departure"] * 60
        ):
            graph.add_edge("start", ride)
        for other, other_place, _, got_off in rides:
            walked_s = walk_s(stops[got_off["stop"]], stops[here["stop"]])
            ready_s = got_off["arrival"] * 60 + walked_s + world["change_min"] * 60
            if (
                not here["no_boarding"]
                and walked_s <= limit_s
                and ready_s <= here["departure"] * 60
            ):
                graph.add_edge(("off", other, other_place), ride)
    found = [walk_s(origin, destination)]
    reached = nx.descendants(graph, "start")
    for number, place, _, there in rides:
        egress_s = walk_s(stops[there["stop"]], destination)
        if ("off", number, place) in reached and egress_s <= limit_s:
            found.append(there["arrival"] * 60 + egress_s - departure_s)
    best = min(found)
    return best if best <= LIMIT_MIN * 60 else NO_WAY


def write_world(path: Path, world: dict) -> Path:
    """Write a random timetable as a feed that runs every day of the year."""

    def clock(minute: int) -> str:
        return f"{minute // 60}:{minute % 60:02}:00"

    header = "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type"
    rows = [
        f"t{number},{clock(call['arrival'])},{clock(call['departure'])},s{call['stop']},{place},"
        f"{call['no_boarding']},{call['no_alighting']}"
        for number, calls in enumerate(world["trips"])
        for place, call in enumerate(calls)
    ]
    stops = {f"s{i}": (x * LATTICE_M, y * LATTICE_M) for i, (x, y) in enumerate(world["stops"])}
    listed = "".join(f"daily,t{number}\n" for number in range(len(world["trips"])))
    return write_feed(
        path,
        stops=stops_table(stops),
        trips=f"service_id,trip_id\n{listed}",
        stop_times="\n".join([header, *rows]) + "\n",
        calendar="service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,"
        "start_date,end_date\ndaily,1,1,1,1,1,1,1,20260101,20261231\n",
        calendar_dates=None,
        frequencies=None,
    )


@settings(max_examples=40, deadline=None)
@given(world=worlds())
def test_the_scan_finds_for_each_departure_what_a_search_of_every_event_finds(
    world: dict,
) -> None:
    with TemporaryDirectory() as folder:
        timetable = read_timetable([write_world(Path(folder) / "feed.zip", world)], TUESDAY)
    asked = rules(
        "08:50",
        "10:20",
        every_min=15,
        max_journey_min=LIMIT_MIN,
        change_min=world["change_min"],
        max_walk_min=world["max_walk_min"],
    )
    origins, destinations = (
        at(**{f"p{i}": (x * LATTICE_M, y * LATTICE_M) for i, (x, y) in enumerate(world[side])})
        for side in ("origins", "destinations")
    )
    found = list(TransitRouter(timetable, asked).journeys_s(origins, destinations))
    expected = [
        [
            [search_every_event(world, int(s), origin, one) for one in world["destinations"]]
            for s in asked.departures_s
        ]
        for origin in world["origins"]
    ]
    np.testing.assert_array_equal(np.array(found), np.array(expected))
