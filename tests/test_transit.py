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
from examples import dear
from hypothesis import given
from hypothesis import strategies as st
from timetables import STOPS, TOY, at, stops_table, write_feed
from town import slowed

from llrgeo.errors import RoutingError
from llrgeo.inputs.gtfs import Timetable, read_timetable
from llrgeo.publish.wording import wording
from llrgeo.roads.network import RoadNetwork
from llrgeo.travel.team_times import times_from_sites
from llrgeo.travel.transit import connection_scan
from llrgeo.travel.transit.connection_scan import NEVER, Connections, Walks
from llrgeo.travel.transit.departures import TransitRules
from llrgeo.travel.transit.router import TransitRouter

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

    def test_gives_percentiles_and_the_share_with_a_journey(self, bus: TransitRouter) -> None:
        """Every five minutes from 11:25: to the bus at 11:40, from 11:45 on to none.

        On foot it would take 87.5 minutes, over the limit.
        """
        asked = rules("11:25", "12:10", every_min=5, max_journey_min=60)
        window = dataclasses.replace(bus, rules=asked)
        found = window.percentiles(VILLAGE, HOSPITAL, [10, 30, 90])
        # 11:25, 11:30, 11:35, 11:40 take 30, 25, 20, 15; of ten the second and the fourth shortest
        assert found.loc[0].to_dict() == {
            "area_id": "village",
            "site_id": "hospital",
            "p10_min": 20,
            "p30_min": 30,
            "p90_min": np.inf,
            "share_departures": 0.4,
        }

    def test_of_arrivals_counts_from_the_last_bus_that_is_there_in_time(
        self, bus: TransitRouter
    ) -> None:
        # To be there at 10:16 one leaves at 9:40 for the market, at 10:00 for the hospital.
        by = dataclasses.replace(bus, rules=rules("10:16", window_of="arrivals"))
        assert by.rules.period == "by 10:16-10:16"
        assert minutes(by, HOME, MARKET) == 36
        assert minutes(by, VILLAGE, HOSPITAL) == 16
        late = dataclasses.replace(bus, rules=rules("09:54", window_of="arrivals"))
        assert minutes(late, HOME, MARKET) == pytest.approx(ON_FOOT)

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

    def test_the_way_back_has_a_window_of_its_own(self, bus: TransitRouter) -> None:
        later = dataclasses.replace(bus.rules, window=(dt.time(10, 35), dt.time(10, 35)))
        router = dataclasses.replace(bus, rules=later)
        # Those of the market were at home.
        back = times_from_sites(router, MARKET, HOME, mode="transit", period=later.period)
        assert (back.direction, back.period) == ("from_site", "10:35-10:35")
        assert back.minutes.loc["market", "home"] == 20


class TestTransfers:
    def test_that_the_feed_states_come_before_walks(self, tmp_path: Path) -> None:
        header = "from_stop_id,to_stop_id,transfer_type,min_transfer_time\n"
        taken = {}
        rows = {"slow": "2,901", "quick": "2,900", "impossible": "3,", "no clock": "2,4294967296"}
        for name, row in rows.items():
            feed = write_feed(tmp_path / name, transfers=f"{header}market,square,{row}\n")
            router = TransitRouter(
                read_timetable([feed], TUESDAY), rules("09:30", max_journey_min=150)
            )
            taken[name] = minutes(router, HOME, HOSPITAL)
        assert taken == {"slow": 120, "quick": 60, "impossible": np.inf, "no clock": np.inf}

    def test_that_are_timed_hold_at_the_same_minute(self, tmp_path: Path) -> None:
        calls = TOY["stop_times"].replace("10:10:00,10:10:00,square", "9:55:00,9:55:00,market")
        header = "from_stop_id,to_stop_id,transfer_type\n"
        taken = {}
        for kind in ("0", "1"):
            transfers = f"{header}market,market,{kind}\n"
            feed = write_feed(tmp_path / kind, stop_times=calls, transfers=transfers)
            router = TransitRouter(read_timetable([feed], TUESDAY), rules("09:30"))
            taken[kind] = minutes(router, HOME, HOSPITAL)
        assert taken == {"0": 120, "1": 60}

    def test_that_are_timed_hold_after_a_ride_of_no_time(self, tmp_path: Path) -> None:
        """The stop before the market is passed in the market's minute, as timetables have it."""
        calls = TOY["stop_times"].replace("10:10:00,10:10:00,square", "9:55:00,9:55:00,market")
        calls = calls.replace("9:55:00,9:55:00,market,2", "9:55:00,9:55:00,before,2") + (
            "1a,9:55:00,9:55:00,market,3\n"
        )
        stops = stops_table({**STOPS, "before": (1_000, 0)})
        transfers = "from_stop_id,to_stop_id,transfer_type\nmarket,market,1\n"
        feed = write_feed(tmp_path / "feed", stops=stops, stop_times=calls, transfers=transfers)
        router = TransitRouter(read_timetable([feed], TUESDAY), rules("09:30"))
        assert minutes(router, HOME, HOSPITAL) == 60

    @pytest.mark.parametrize(
        ("rows", "taken"),
        [
            ("market,square,2,900,,,,", 60),
            ("market,square,2,901,,,,", 120),
            # a trip's own rule comes before that of all, whichever stands first
            ("market,square,2,901,,,,\nmarket,square,2,900,,,1a,", 60),
            ("market,square,2,900,,,1a,\nmarket,square,2,901,,,,", 60),
            # ... and before that of its route; which comes before that of the stops
            ("market,square,2,900,1,2,,\nmarket,square,3,,,,1a,2a", 120),
            ("market,square,2,60,,,,\nmarket,square,3,,,2,,", np.inf),
            # the rules of other trips and routes are not theirs
            ("market,square,3,,,,1b,", 60),
            ("market,square,3,,3,,,", 60),
        ],
    )
    def test_the_most_specific_one_counts(self, tmp_path: Path, rows: str, taken: float) -> None:
        header = (
            "from_stop_id,to_stop_id,transfer_type,min_transfer_time,"
            "from_route_id,to_route_id,from_trip_id,to_trip_id\n"
        )
        feed = write_feed(tmp_path / "feed", transfers=f"{header}{rows}\n")
        router = TransitRouter(read_timetable([feed], TUESDAY), rules("09:30", max_journey_min=150))
        assert minutes(router, HOME, HOSPITAL) == taken

    @pytest.mark.parametrize(
        ("rows", "taken"),
        [
            ("STN,STN,2,901", 120),
            ("STN,square,2,901", 120),
            ("STN,STN,2,901\nmarket,square,2,900", 60),
        ],
    )
    def test_between_stations_hold_for_their_stops(
        self, tmp_path: Path, rows: str, taken: float
    ) -> None:
        lines = stops_table({**STOPS, "STN": (5_000, 0)}).splitlines()
        members = {"market": "STN", "square": "STN"}
        stops = "\n".join(
            [f"{lines[0]},parent_station"]
            + [f"{line},{members.get(line.split(',')[0], '')}" for line in lines[1:]]
        )
        transfers = f"from_stop_id,to_stop_id,transfer_type,min_transfer_time\n{rows}\n"
        feed = write_feed(tmp_path / "feed", stops=stops, transfers=transfers)
        router = TransitRouter(read_timetable([feed], TUESDAY), rules("09:30"))
        assert minutes(router, HOME, HOSPITAL) == taken


class TestRunningOn:
    """Line 2 sets out at the market a minute after line 1 has come there: too short to change."""

    CALLS = TOY["stop_times"].replace(
        "2a,10:10:00,10:10:00,square,1\n2a,10:30:00,10:30:00",
        "2a,9:56:00,9:56:00,market,1\n2a,10:16:00,10:16:00",
    )

    def taken(self, path: Path, blocks: str = "", transfers: str | None = None) -> float:
        head, *rows = TOY["trips"].splitlines()
        inside = {"1a": blocks, "2a": blocks}
        trips = "\n".join(
            [f"{head},block_id", *(f"{row},{inside.get(row.split(',')[2], '')}" for row in rows)]
        )
        feed = write_feed(path, trips=trips, stop_times=self.CALLS, transfers=transfers)
        router = TransitRouter(read_timetable([feed], TUESDAY), rules("09:30"))
        return minutes(router, HOME, HOSPITAL)

    def test_one_has_to_change_where_nothing_says_otherwise(self, tmp_path: Path) -> None:
        assert self.taken(tmp_path / "feed") == 120

    def test_one_stays_on_board_in_a_block(self, tmp_path: Path) -> None:
        assert self.taken(tmp_path / "feed", "B") == 46

    HEADER = "from_stop_id,to_stop_id,from_trip_id,to_trip_id,transfer_type\n"

    @pytest.mark.parametrize("ends", ["market,market", ","])
    def test_one_stays_on_board_where_the_feed_says_so(self, tmp_path: Path, ends: str) -> None:
        assert self.taken(tmp_path / "feed", "", f"{self.HEADER}{ends},1a,2a,4\n") == 46

    @pytest.mark.parametrize("rows", [",,1a,2a,4\n,,1a,2a,5\n", ",,1a,2a,5\nmarket,,1a,2a,4\n"])
    def test_no_seat_is_promised_where_the_feed_says_both(self, tmp_path: Path, rows: str) -> None:
        assert self.taken(tmp_path / "feed", "B", f"{self.HEADER}{rows}") == 120

    @pytest.mark.parametrize("taken_on", ["0", "1"])
    def test_who_gets_on_is_said_by_the_trip_that_sets_out(
        self, tmp_path: Path, taken_on: str
    ) -> None:
        """Its first call takes nobody on: who waits at the stop cannot use the seat of others."""
        head, *rows = self.CALLS.splitlines()
        calls = "\n".join(
            [
                f"{head},pickup_type",
                *(f"{row},{taken_on if row.startswith('2a,9:56') else '0'}" for row in rows),
            ]
        )
        transfers = f"{self.HEADER},,1a,2a,4\n"
        feed = write_feed(tmp_path / "feed", stop_times=calls, transfers=transfers)
        router = TransitRouter(read_timetable([feed], TUESDAY), rules("09:30"))
        assert minutes(router, HOME, HOSPITAL) == 46
        assert minutes(router, MARKET, HOSPITAL) == {"0": 46, "1": 120}[taken_on]

    def test_who_gets_off_is_said_by_the_trip_that_ends(self, tmp_path: Path) -> None:
        head, *rows = self.CALLS.splitlines()
        calls = "\n".join(
            [
                f"{head},drop_off_type",
                *(f"{row},{int(row.startswith('1a,9:55'))}" for row in rows),
            ]
        )
        feed = write_feed(
            tmp_path / "feed", stop_times=calls, transfers=f"{self.HEADER},,1a,2a,4\n"
        )
        router = TransitRouter(read_timetable([feed], TUESDAY), rules("09:30"))
        assert minutes(router, HOME, HOSPITAL) == 46
        assert minutes(router, HOME, MARKET) == 85  # by the next bus, at 10:40

    def test_one_gets_off_where_the_feed_says_so(self, tmp_path: Path) -> None:
        assert self.taken(tmp_path / "feed", "B", f"{self.HEADER},,1a,2a,5\n") == 120

    def test_a_trip_may_run_on_as_two(self, tmp_path: Path) -> None:
        """The train is divided at the market: one part goes to the hospital, one to the square."""
        calls = self.CALLS + ("part,10:01:00,10:01:00,market,1\npart,10:05:00,10:05:00,village,2\n")
        trips = TOY["trips"] + "4,weekdays,part\n"
        transfers = f"{self.HEADER},,1a,2a,4\n,,1a,part,4\n"
        feed = write_feed(tmp_path / "feed", trips=trips, stop_times=calls, transfers=transfers)
        router = TransitRouter(read_timetable([feed], TUESDAY), rules("09:30"))
        assert minutes(router, HOME, HOSPITAL) == 46
        assert minutes(router, HOME, VILLAGE) == 35


class TestStepFree:
    @pytest.mark.parametrize(
        ("vehicle", "stop", "used"),
        [
            ("1", "1", {"any": 25, "unless_refused": 25, "stated": 25}),
            ("1", "", {"any": 25, "unless_refused": 25, "stated": ON_FOOT}),
            ("0", "1", {"any": 25, "unless_refused": 25, "stated": ON_FOOT}),
            ("2", "1", {"any": 25, "unless_refused": ON_FOOT, "stated": ON_FOOT}),
            ("1", "2", {"any": 25, "unless_refused": ON_FOOT, "stated": ON_FOOT}),
        ],
    )
    def test_journeys_keep_to_vehicles_and_stops_without_steps(
        self, tmp_path: Path, vehicle: str, stop: str, used: dict[str, float]
    ) -> None:
        feed = step_free_feed(tmp_path / "feed", vehicle=vehicle, home=stop)
        timetable = read_timetable([feed], TUESDAY)
        for step_free, taken in used.items():
            router = TransitRouter(timetable, rules("09:30", step_free=step_free))
            assert minutes(router, HOME, MARKET) == pytest.approx(taken), step_free
        assert wording()["data_note_steps_stated"] in router.note


def step_free_feed(path: Path, *, vehicle: str, home: str, market: str = "1") -> Path:
    """Write the toy feed with `wheelchair_accessible` of trips and `wheelchair_boarding`."""
    head, *rows = TOY["trips"].splitlines()
    trips = "\n".join([f"{head},wheelchair_accessible", *(f"{row},{vehicle}" for row in rows)])
    head, *rows = stops_table(STOPS).splitlines()
    said = {"home": home, "market": market}
    stops = "\n".join(
        [
            f"{head},wheelchair_boarding",
            *(f"{row},{said.get(row.split(',')[0], '')}" for row in rows),
        ]
    )
    return write_feed(path, trips=trips, stops=stops)


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
        streets = slowed(dataclasses.replace(town_network, info=info), 10)
        walked = TransitRouter(timetable, rules("09:30"), streets)
        straight = TransitRouter(timetable, rules("09:30"))
        crossroads, market = at(one=(1_000, 0)), at(market=(2_000, 2_000))
        assert minutes(walked, crossroads, market) == 25
        assert minutes(straight, crossroads, market) > 30
        words, day = wording(), "Tuesday 24 November 2026"
        assert walked.note == words["data_note_timetable_streets"].format(date=day)
        assert straight.note == words["data_note_timetable_straight"].format(date=day, factor=1.4)


# --- Without machine code, where numpy checks each index -----------------------------------------


@pytest.fixture
def in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in list(vars(connection_scan).items()):
        if hasattr(value, "py_func"):
            monkeypatch.setattr(connection_scan, name, value.py_func)


@pytest.mark.usefixtures("in_python")
def test_journeys_of_the_toy_timetable_are_the_same_in_python(bus: TransitRouter) -> None:
    assert minutes(bus, HOME, HOSPITAL) == 60
    assert minutes(bus, HOME, MARKET) == 25
    by = dataclasses.replace(bus, rules=rules("10:16", window_of="arrivals"))
    assert minutes(by, HOME, MARKET) == 36
    assert minutes(by, VILLAGE, HOSPITAL) == 16


def test_connections_turned_back_in_time_are_all_there_and_turned_twice_as_they_were() -> None:
    columns = [(0, 0, 1, 40, 100, 1), (1, 1, 2, 150, 400, 0), (0, 1, 3, 160, 290, 1)]
    trip, from_, to, leaves, arrives, boards = np.array(columns).T
    runs = Connections(trip, from_, to, leaves, arrives, boards == 1, trip == 0, np.arange(7, 10))
    back = connection_scan.turned(runs)
    assert back.departure_s.tolist() == [-400, -290, -100]
    assert back.from_stop.tolist() == [2, 3, 1]
    for found, part in zip(connection_scan.turned(back), runs, strict=True):
        assert found.tolist() == part.tolist()


@pytest.mark.usefixtures("in_python")
def test_the_first_departure_at_or_after_a_time() -> None:
    start, seconds = np.array([0, 2, 6]), np.array([4, NEVER, 310, 350, 920, NEVER])
    for ready_s, departure in ((320, 3), (310, 2), (311, 3), (350, 3), (900, 4), (921, 5)):
        found = connection_scan.first_departure(start, seconds, 1, ready_s)
        assert found == departure, ready_s
    assert connection_scan.first_departure(start, seconds, 0, 3) == 0


@pytest.mark.usefixtures("in_python")
def test_a_change_is_caught_when_one_is_ready_not_a_second_later() -> None:
    """From stop 0 to 1 on trip 0; half a minute to trip 1 there, two to trip 2 at stop 3."""
    columns = [(0, 0, 1, 40, 100), (1, 1, 2, 150, 400), (2, 3, 2, 220, 290)]
    trip, from_, to, leaves, arrives = np.array(columns).T
    boards = np.ones(3, dtype=bool)
    runs = Connections(trip, from_, to, leaves, arrives, boards, boards, np.arange(3))
    departures = connection_scan.Departures(*connection_scan.sorted_by_stop(runs, 4))
    egress = Walks(np.array([0, 0, 0, 1, 1]), np.array([0]), np.array([7]))
    for walk_s, arrival_s in ((120, 297), (121, 407)):
        changes = Walks(np.array([0, 0, 2, 2, 2]), np.array([1, 3]), np.array([30, walk_s]))
        prepared = connection_scan.Prepared(runs, departures, changes, trips=3)
        arrivals = connection_scan.arrivals_by(prepared, egress, 1)[:, 0]
        assert arrivals[departures.of_connection].tolist() == [arrival_s, 407, 297], walk_s


# --- Every event searched ------------------------------------------------------------------------

LATTICE_M = 400
LIMIT_MIN = 120
TOWNS = [0, 1, 2, 30, 31, 32]  # two, too far apart to walk from one to the other
PLACES = st.tuples(st.sampled_from(TOWNS), st.integers(0, 2))


def test_progress_is_one_step_from_begun_to_ended(bus: TransitRouter) -> None:
    begun = []

    def track(steps):
        begun.append(len(steps))
        yield from steps

    bus.travel_times(HOME, MARKET, mode="transit", period=bus.rules.period, track=track)
    assert begun == [1]


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
    return best if best <= LIMIT_MIN * 60 else NEVER


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


def found_s(router: TransitRouter, origins, destinations) -> np.ndarray:
    """Return the seconds of all journeys, origins by moments by destinations."""
    shape = len(origins), len(router.rules.departures_s), len(destinations)
    found = np.full(shape, -1)
    for rows, columns, seconds in router.journeys_s(origins, destinations):
        found[rows, :, columns] = seconds
    return found


def read_world(world: dict) -> Timetable:
    with TemporaryDirectory() as folder:
        return read_timetable([write_world(Path(folder) / "feed.zip", world)], TUESDAY)


def ends_of(world: dict) -> list:
    return [
        at(**{f"p{i}": (x * LATTICE_M, y * LATTICE_M) for i, (x, y) in enumerate(world[side])})
        for side in ("origins", "destinations")
    ]


def rules_of(world: dict, first: str, last: str, **changed: object) -> TransitRules:
    return rules(
        first,
        last,
        max_journey_min=LIMIT_MIN,
        change_min=world["change_min"],
        max_walk_min=world["max_walk_min"],
        **changed,
    )


@dear(40)
@given(world=worlds())
def test_the_scan_finds_for_each_departure_what_a_search_of_every_event_finds(
    world: dict,
) -> None:
    asked = rules_of(world, "08:50", "10:20", every_min=15)
    found = found_s(TransitRouter(read_world(world), asked), *ends_of(world))
    expected = [
        [
            [search_every_event(world, int(s), origin, one) for one in world["destinations"]]
            for s in asked.departures_s
        ]
        for origin in world["origins"]
    ]
    np.testing.assert_array_equal(found, np.array(expected))


@dear(18)
@given(world=worlds())
def test_the_latest_moment_to_leave_is_the_last_from_which_one_is_there_in_time(
    world: dict,
) -> None:
    """Against departures at every minute: walks here take whole minutes, as all else does."""
    timetable, ends = read_world(world), ends_of(world)
    by = rules_of(world, "10:00", "10:30", every_min=15, window_of="arrivals")
    leaving = rules_of(world, "07:59", "10:30", every_min=1)
    departures_s = leaving.departures_s[:, None]
    taken = found_s(TransitRouter(timetable, leaving), *ends)
    expected = []
    for deadline_s in by.departures_s:
        in_time = (taken < NEVER) & (departures_s + taken <= deadline_s)
        least = np.where(in_time, deadline_s - departures_s, NEVER).min(axis=1)
        expected.append(np.where(least <= LIMIT_MIN * 60, least, NEVER))
    found = found_s(TransitRouter(timetable, by), *ends)
    # Diagonal walks take no whole minutes: up to 59 seconds are lost by leaving on the minute.
    apart = np.stack(expected, axis=1).astype(np.int64) - found
    late = (found < NEVER) & (found > LIMIT_MIN * 60 - 60)
    assert ((apart >= 0) & (apart < 60) | late).all()
