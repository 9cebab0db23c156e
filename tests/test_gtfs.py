"""Feeds of public transport: what is read from them, and what is refused."""

import datetime as dt
import re
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZipFile

import numpy as np
import pandas as pd
import pytest
from timetables import STOPS, TOY, at, stops_table, write_feed

from llrgeo.errors import InputError
from llrgeo.inputs import feeds
from llrgeo.inputs.gtfs import Timetable, read_timetable
from llrgeo.publish.notes import translate_note
from llrgeo.publish.wording import Wording, wording

TUESDAY = dt.date(2026, 11, 24)
SATURDAY = dt.date(2026, 11, 28)
SUNDAY = dt.date(2026, 11, 29)
CHRISTMAS = dt.date(2026, 12, 25)
TRIPS = ["09:40", "10:10", "10:40", "11:10"]
# A language in which every fault of a feed is said alike.
FAULTS = Wording(
    "x-faults",
    {key: "known" if key.startswith("data_note_feed_") else text for key, text in wording().items()}
    | dict.fromkeys(("data_note_feed", "data_note_one_row"), "fault of {file}: {what}"),
)


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    return tmp_path / "bus.zip"


def departures(timetable: Timetable) -> list[str]:
    """List when trips set out until the night is over, as hours and minutes."""
    first = timetable.calls.groupby("trip")["departure_s"].first()
    return sorted(f"{s // 3600:02}:{s % 3600 // 60:02}" for s in first if s < 30 * 3_600)


def read(path: Path, date: dt.date = TUESDAY) -> Timetable:
    timetable = read_timetable([path], date)
    # Pages say a fault in their language, so the catalogue has to know each.
    for note in timetable.notes:
        assert re.fullmatch(
            r"bus\.zip: fault of \w+\.txt: known", translate_note(f"{note}.", FAULTS)
        ), note
    return timetable


class TestADay:
    def test_has_the_trips_of_its_calendar_in_the_order_of_their_calls(self, feed: Path) -> None:
        timetable = read(write_feed(feed, frequencies=None))
        assert departures(timetable) == ["00:00", "00:10", *TRIPS, "24:00", "24:10"]
        assert (timetable.calls.groupby("trip")["arrival_s"].diff().dropna() > 0).all()

    def test_runs_a_trip_of_a_headway_from_start_until_before_end(self, feed: Path) -> None:
        times = departures(read(write_feed(feed)))
        assert [time for time in times if time[3:] in {"00", "20"} and time < "24"] == [
            "09:00", "09:20", "10:00", "10:20", "11:00", "11:20"
        ]  # fmt: skip
        assert "09:40" in times
        assert "12:00" not in times

    def test_keeps_what_runs_after_midnight_from_the_day_before(self, feed: Path) -> None:
        friday_night = departures(read(write_feed(feed), dt.date(2026, 11, 27)))
        assert friday_night[0] == "00:10"
        assert friday_night[-1] == "24:10"

    def test_follows_exceptions_to_the_calendar(self, feed: Path) -> None:
        timetable = read(write_feed(feed, frequencies=None), CHRISTMAS)
        assert departures(timetable) == ["00:10", "12:00"]

    def test_without_service_is_refused_with_the_days_of_the_feed(self, feed: Path) -> None:
        with pytest.raises(
            InputError,
            match=r"bus\.zip: no service on Sunday 2026-11-29; its calendar runs from "
            "2026-11-01 to 2026-12-31",
        ):
            read(write_feed(feed), SUNDAY)

    @pytest.mark.parametrize("day", ["2026-11-24", np.datetime64("2026-11-24"), pd.NaT, None])
    def test_that_is_no_date_is_refused(self, feed: Path, day: object) -> None:
        with pytest.raises(InputError) as caught:
            read_timetable([feed], day)
        told = f"the day is {day!r}; give a date, such as datetime.date(2026, 11, 24)"
        assert str(caught.value) == told

    def test_that_only_the_day_before_runs_into_has_no_service(self, feed: Path) -> None:
        with pytest.raises(InputError, match="no service on Saturday"):
            read(write_feed(feed), SATURDAY)

    def test_may_be_given_by_exceptions_alone(self, feed: Path) -> None:
        timetable = read(write_feed(feed, calendar=None), CHRISTMAS)
        assert departures(timetable) == ["12:00"]

    def test_has_its_stops_where_they_are(self, feed: Path) -> None:
        timetable = read(write_feed(feed))
        assert timetable.stops.distance(at(**STOPS).reset_index(drop=True)).max() < 0.1


class TestCalls:
    def test_without_times_share_the_time_between_those_that_have_them(self, feed: Path) -> None:
        calls = """trip_id,arrival_time,departure_time,stop_id,stop_sequence
1a,9:00:00,9:00:00,home,1
1a,,,market,5
1a,,,square,7
1a,9:30:00,9:36:00,village,9
1a,,9:50:00,hospital,11
"""
        timetable = read(write_feed(feed, stop_times=calls, frequencies=None))
        day = timetable.calls[timetable.calls["departure_s"].between(0, 86_399)]
        assert (day["arrival_s"] / 60).tolist() == [540, 550, 560, 570, 590]
        assert (day["departure_s"] / 60).tolist() == [540, 550, 560, 576, 590]

    def test_tell_where_one_may_not_get_on_or_off(self, feed: Path) -> None:
        calls = """trip_id,arrival_time,departure_time,stop_id,stop_sequence,\
pickup_type,drop_off_type
1a,9:00:00,9:00:00,home,1,,1
1a,9:30:00,9:30:00,market,2,1,0
"""
        timetable = read(write_feed(feed, stop_times=calls, frequencies=None))
        day = timetable.calls[timetable.calls["departure_s"].between(0, 86_399)]
        assert day["boards"].tolist() == [True, False]
        assert day["alights"].tolist() == [False, True]

    def test_are_sorted_by_number_not_by_text(self, feed: Path) -> None:
        lines = TOY["stop_times"].replace("market,2", "market,10")
        timetable = read(write_feed(feed, stop_times=lines, frequencies=None))
        assert (timetable.calls.groupby("trip")["arrival_s"].diff().dropna() > 0).all()


class TestSeveralFeeds:
    def test_stand_side_by_side_though_their_ids_are_the_same(self, tmp_path: Path) -> None:
        paths = [write_feed(tmp_path / name) for name in ("a.zip", "b.zip")]
        one, both = read_timetable(paths[:1], TUESDAY), read_timetable(paths, TUESDAY)
        assert len(both.stops) == 2 * len(one.stops)
        assert len(both.calls) == 2 * len(one.calls)
        assert both.calls["trip"].nunique() == 2 * one.calls["trip"].nunique()
        later = both.calls["stop"] >= len(one.stops)
        assert later.sum() == len(one.calls)
        np.testing.assert_array_equal(
            both.calls.loc[later, "stop"] - len(one.stops), one.calls["stop"]
        )


class TestTransfers:
    def test_are_those_of_stops_that_take_a_time_none_or_are_impossible(self, feed: Path) -> None:
        transfers = """from_stop_id,to_stop_id,transfer_type,min_transfer_time,from_trip_id
market,square,2,300,
square,market,3,,
square,square,1,,
home,home,0,,
market,home,2,60,1a
market,elsewhere,2,60,
"""
        found = read(write_feed(feed, transfers=transfers)).transfers
        # The market stands twice, the second time (5) for trip 1a, of which there is a rule.
        names = dict(enumerate([*STOPS, "market 1a"]))
        seconds = {
            (names[a], names[b]): s
            for a, b, s in found[["from_stop", "to_stop", "seconds"]].itertuples(index=False)
        }
        assert seconds == {
            ("market", "square"): 300,
            ("market 1a", "square"): 300,
            ("square", "market"): np.inf,
            ("square", "market 1a"): np.inf,
            ("square", "square"): 0,
            ("market 1a", "home"): 60,
        }


def with_trip(calls: str, *, trip: str = "g", service: str = "weekdays") -> dict[str, str]:
    """Add a trip of some calls to the toy feed."""
    return {
        "trips": f"{TOY['trips']}9,{service},{trip}\n",
        "stop_times": TOY["stop_times"] + calls,
    }


class TestFaults:
    """One bad thing is left out, counted and named; the rest of the feed stays as it was."""

    @pytest.mark.parametrize(
        ("calls", "note", "left"),
        [
            (
                "g,11:00:00,11:00:00,home,1\ng,10:50:00,10:50:00,market,2\n",
                "stop_times.txt: times go backwards in 1 row (trip_id g)",
                [],
            ),
            (
                (
                    "g,11:00:00,11:00:00,home,1\ng,11:05:00,11:05:00,nowhere,2\n"
                    "g,11:10:00,11:10:00,market,3\n"
                ),
                (
                    "column 'stop_id' names stops that stops.txt does not have in 1 row "
                    "(stop_id nowhere)"
                ),
                [660, 670],
            ),
            (
                (
                    "g,11:00:00,11:00:00,home,1\ng,soon,11:05:00,square,2\n"
                    "g,11:10:00,11:10:00,market,3\n"
                ),
                "column 'arrival_time' is no time in 1 row (trip_id g)",
                [660, 670],
            ),
            (
                (
                    "g,11:00:00,11:00:00,home,1\ng,11:05:00,11:05:00,square,1\n"
                    "g,11:10:00,11:10:00,market,3\n"
                ),
                "column 'stop_sequence' has a number twice in 1 row (trip_id g)",
                [660, 670],
            ),
            (
                (
                    "g,11:00:00,11:00:00,home,1\ng,11:05:00,11:05:00,square,x\n"
                    "g,11:10:00,11:10:00,market,3\n"
                ),
                "column 'stop_sequence' is not a number in 1 row (trip_id g)",
                [660, 670],
            ),
            (
                (
                    "g,,,square,1\ng,11:00:00,11:00:00,home,2\ng,11:10:00,11:10:00,market,3\n"
                    "g,,,village,4\n"
                ),
                "a trip's first or last call has no time in 2 rows (trip_id g)",
                [660, 670],
            ),
            (
                "other,11:00:00,11:00:00,home,1\n",
                "trips.txt does not have in 1 row (trip_id other)",
                [],
            ),
            ("", "trips.txt: no calls in stop_times.txt in 1 row (trip_id g)", []),
            (
                "g,11:00:00,11:00:00,home,1\n",
                "stop_times.txt: trips that call at one stop alone in 1 row (trip_id g)",
                [],
            ),
        ],
    )
    def test_of_calls_are_told_and_leave_out_the_call_or_the_trip(
        self, feed: Path, calls: str, note: str, left: list[float]
    ) -> None:
        timetable = read(write_feed(feed, frequencies=None, **with_trip(calls)))
        assert [one for one in timetable.notes if note in one]
        assert all(one.startswith("bus.zip: left out: ") for one in timetable.notes)
        usual = read(write_feed(feed, frequencies=None)).calls
        day = timetable.calls["arrival_s"].between(0, 86_399)
        found = timetable.calls.loc[day & (timetable.calls["route"] == self.route(timetable)), :]
        assert (found["arrival_s"] / 60).tolist() == left
        assert len(timetable.calls) - len(usual) == 2 * len(left)  # today's and tomorrow's
        assert not read(write_feed(feed)).notes

    def route(self, timetable: Timetable) -> int:
        return int((timetable.routes == "9").argmax())

    def test_are_trips_that_no_calendar_knows(self, feed: Path) -> None:
        calls = "g,11:00:00,11:00:00,home,1\ng,11:05:00,11:05:00,market,2\n"
        timetable = read(write_feed(feed, **with_trip(calls, service="never")))
        assert timetable.notes == (
            "bus.zip: left out: trips.txt: a service that no calendar knows in 1 row (trip_id g)",
        )

    @pytest.mark.parametrize(
        ("place", "note"),
        [
            ("0,0", "blank or impossible in 1 row (stop_id ghost)"),
            (",", "blank or impossible in 1 row (stop_id ghost)"),
            ("-1.2,52.6", "blank or impossible in 1 row (stop_id ghost)"),
            ("48.83,2.38", "stops beyond Great Britain are called at in 1 row (stop_id ghost)"),
        ],
    )
    def test_are_stops_out_of_place(self, feed: Path, place: str, note: str) -> None:
        calls = "".join(
            f"g,11:0{n}:00,11:0{n}:00,{stop},{n}\n"
            for n, stop in ((1, "home"), (5, "ghost"), (9, "market"))
        )
        stops = f"{stops_table(STOPS)}ghost,{place}\nunused,0,0\n"
        timetable = read(write_feed(feed, stops=stops, **with_trip(calls)))
        assert len(timetable.stops) == len(STOPS)
        [told] = timetable.notes
        assert told.endswith(note)

    def test_are_not_trips_on_demand(self, feed: Path) -> None:
        """However many they are, they are told and cost nothing."""
        head = TOY["stop_times"].splitlines()[0]
        calls = TOY["stop_times"].replace(head, f"{head},location_id,start_pickup_drop_off_window")
        rows = "".join(f"f{n},,,,{i},zone,07:00:00\n" for n in range(40) for i in (1, 2))
        trips = TOY["trips"] + "".join(f"drt,weekdays,f{n}\n" for n in range(40))
        timetable = read(write_feed(feed, trips=trips, stop_times=calls + rows, frequencies=None))
        assert departures(timetable) == departures(read(write_feed(feed, frequencies=None)))
        assert "demand-responsive calls" in timetable.notes[0]
        assert "in 80 rows (trip_id f0, f1, " in timetable.notes[0]

    def many(self, bad: int) -> dict[str, str]:
        """Add 600 trips of two calls, some of them backwards."""
        rows = [
            f"m{n},12:00:00,12:00:00,home,1\nm{n},{11 if n < bad else 12}:30:00,,market,2\n"
            for n in range(600)
        ]
        trips = "".join(f"2,weekdays,m{n}\n" for n in range(600))
        return {"trips": TOY["trips"] + trips, "stop_times": TOY["stop_times"] + "".join(rows)}

    def test_are_borne_up_to_a_hundredth_of_the_calls(self, feed: Path) -> None:
        assert read(write_feed(feed, **self.many(6))).notes
        with pytest.raises(InputError) as caught:
            read(write_feed(feed, **self.many(7)))
        assert "faults cost 14 of 1,212 calls at stops, over 1%" in str(caught.value)
        assert "times go backwards in 7 rows (trip_id m0, " in str(caught.value)

    def faults(self, path: Path, **changed: str | None) -> str:
        with pytest.raises(InputError) as caught:
            read(write_feed(path, **changed))
        return str(caught.value)

    def test_of_a_feed_that_nothing_is_left_of_stand_in_one_message(self, feed: Path) -> None:
        calls = """trip_id,arrival_time,departure_time,stop_id,stop_sequence
1a,9:00:00,,home,1
1a,soon,9:30:00,market,2
1a,9:20:00,9:20:00,nowhere,2
1b,,,home,1
1b,9:50:00,9:50:00,market,x
"""
        message = self.faults(feed, stop_times=calls, frequencies=None)
        for fault in (
            "no service on Tuesday 2026-11-24",
            "stop_times.txt: column 'stop_sequence' is not a number in 1 row (trip_id 1b)",
            "stop_times.txt: column 'arrival_time' is no time in 1 row (trip_id 1a)",
            "a trip's first or last call has no time in 1 row (trip_id 1b)",
            "column 'stop_id' names stops that stops.txt does not have in 1 row (stop_id nowhere)",
        ):
            assert fault in message

    def test_of_calendars_leave_out_their_rows(self, feed: Path) -> None:
        calendar = TOY["calendar"] + "bad,1,1,1,1,yes,0,0,soon,20261231\n"
        dates = TOY["calendar_dates"] + "bad,20261224,3\n"
        timetable = read(write_feed(feed, calendar=calendar, calendar_dates=dates))
        told = " ".join(timetable.notes)
        assert "calendar.txt: column 'start_date' is no date as 20261124 in 1 row" in told
        assert "calendar.txt: column 'friday' is not 0 or 1 in 1 row (service_id bad)" in told
        assert "calendar_dates.txt: column 'exception_type' is not 1 or 2" in told
        assert departures(timetable) == departures(read(write_feed(feed)))

    def test_of_the_only_calendar_are_told_with_the_refusal(self, feed: Path) -> None:
        calendar = TOY["calendar"].replace("20261101", "soon")
        message = self.faults(feed, calendar=calendar)
        assert (
            "column 'start_date' is no date as 20261124 in 1 row (service_id weekdays)" in message
        )

    def test_are_no_calendars_at_all(self, feed: Path) -> None:
        message = self.faults(feed, calendar=None, calendar_dates=None)
        assert "neither says when services run" in message

    @pytest.mark.parametrize("row", ["3,9:00:00,12:00:00,0", "3,nine,12:00:00,600"])
    def test_are_headways_that_are_none(self, feed: Path, row: str) -> None:
        """The trip's calls are a pattern and not times: without a headway it does not run."""
        header = TOY["frequencies"].splitlines()[0]
        timetable = read(write_feed(feed, frequencies=f"{header}\n{row}\n"))
        assert "frequencies.txt: column" in timetable.notes[0]
        assert [time for time in departures(timetable) if time < "24"] == ["00:10", *TRIPS]

    def test_are_more_runs_than_a_machine_can_hold(
        self, feed: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("llrgeo.inputs.headways._MAX_CALLS", 1_000)
        rows = TOY["frequencies"].replace("1200", "1")
        assert "21,600 calls at stops, over 1,000" in self.faults(feed, frequencies=rows)

    def test_are_transfers_that_take_no_number(self, feed: Path) -> None:
        rows = "from_stop_id,to_stop_id,transfer_type,min_transfer_time\nhome,market,2,soon\n"
        timetable = read(write_feed(feed, transfers=rows))
        assert "'min_transfer_time' is no number in 1 row" in timetable.notes[0]
        assert timetable.transfers.empty

    def test_are_ids_that_stand_twice(self, feed: Path) -> None:
        timetable = read(write_feed(feed, stops=f"{stops_table(STOPS)}home,52.7,-1.1\n"))
        assert (
            "stops.txt: column 'stop_id' is duplicated in 1 row (stop_id home)"
            in (timetable.notes[0])
        )
        assert timetable.stops.distance(at(**STOPS).reset_index(drop=True)).max() < 0.1


class TestTwiceAtAStop:
    @pytest.mark.parametrize(
        "calls",
        [
            "g,9:00:00,9:00:00,home,1\ng,,,market,2\ng,9:15:00,9:15:00,market,3\n",
            "g,9:00:00,9:00:00,home,1\ng,9:15:00,9:15:00,market,2\ng,,,market,3\n",
            "g,,,home,1\ng,9:00:00,9:00:00,home,2\ng,9:15:00,9:15:00,market,3\n",
        ],
    )
    def test_once_without_a_time_is_one_call(self, feed: Path, calls: str) -> None:
        timetable = read(write_feed(feed, frequencies=None, **with_trip(calls)))
        mine = timetable.calls[timetable.calls["route"] == int((timetable.routes == "9").argmax())]
        day = mine[mine["arrival_s"] < 86_400]
        assert (day["arrival_s"] / 60).tolist() == [540, 555]
        assert not timetable.notes


class TestManyDays:
    def test_a_coach_of_the_day_before_yesterday_still_calls(self, feed: Path) -> None:
        calls = "g,8:00:00,8:00:00,village,1\ng,57:40:00,57:40:00,home,2\ng,57:55:00,,market,3\n"
        timetable = read(write_feed(feed, **with_trip(calls)), dt.date(2026, 11, 26))
        mine = timetable.calls[timetable.calls["route"] == int((timetable.routes == "9").argmax())]
        assert {(9 * 60 + 40) * 60, (9 * 60 + 55) * 60} <= set(mine["arrival_s"])


PLATFORMS = """stop_id,stop_lat,stop_lon,location_type,parent_station,wheelchair_boarding
home,52.5955030,-1.2632883,,,1
market,52.5950210,-1.1894815,,STN,{own}
STN,52.5950210,-1.1894815,1,,{station}
gate,52.5950210,-1.1894815,2,STN,
hall,52.5950210,-1.1894815,3,STN,
square,52.6004144,-1.1893820,,,
village,52.6764037,-1.2619285,,,
hospital,52.6759204,-1.1879855,,,
"""


class TestStepFree:
    def market(self, feed: Path, own: str, station: str, pathways: str | None = None) -> int:
        stops = PLATFORMS.format(own=own, station=station)
        trips = "\n".join(
            f"{row},{'wheelchair_accessible' if i == 0 else 1}"
            for i, row in enumerate(TOY["trips"].splitlines())
        )
        timetable = read(write_feed(feed, stops=stops, trips=trips, pathways=pathways))
        [said] = timetable.calls.loc[
            (timetable.stops["name"].index[1] == timetable.calls["stop"]), "step_free"
        ].unique()
        return int(said)

    @pytest.mark.parametrize(
        ("own", "station", "found"),
        [("1", "2", 1), ("2", "1", -1), ("", "1", 1), ("0", "2", -1), ("", "", 0)],
    )
    def test_a_platform_is_as_its_station_unless_it_says(
        self, feed: Path, own: str, station: str, found: int
    ) -> None:
        assert self.market(feed, own, station) == found

    @pytest.mark.parametrize(
        ("rows", "own", "found"),
        [
            ("gate,hall,1,1\nhall,market,5,1", "", 1),  # a walk and a lift
            ("gate,hall,1,1\nhall,market,2,1", "1", -1),  # stairs
            ("gate,hall,1,1\nhall,market,4,1\nhall,market,5,1", "", 1),  # or by lift
            ("gate,hall,1,1\nhall,market,5,0", "", -1),  # in, and not out
            ("gate,hall,1,1\nhall,market,5,1", "2", -1),
        ],
    )
    def test_pathways_tell_whether_a_platform_is_reached_without_stairs(
        self, feed: Path, rows: str, own: str, found: int
    ) -> None:
        header = "from_stop_id,to_stop_id,pathway_mode,is_bidirectional\n"
        assert self.market(feed, own, "", f"{header}{rows}\n") == found


class TestAZip:
    def test_may_begin_its_tables_with_a_mark_and_pad_them_with_spaces(self, feed: Path) -> None:
        trips = "\ufeff" + TOY["trips"].replace(",", ", ")
        assert departures(read(write_feed(feed, trips=trips))) == departures(read(write_feed(feed)))

    def test_may_pad_the_values_of_one_table_with_spaces(self, feed: Path) -> None:
        stops = "\n".join(
            ",".join([f"{line.split(',')[0]}  ", *line.split(",")[1:]])
            for line in stops_table(STOPS).splitlines()
        )
        timetable = read(write_feed(feed, stops=stops))
        assert departures(timetable) == departures(read(write_feed(feed)))
        assert not timetable.notes

    def test_may_have_its_tables_in_a_folder(self, feed: Path, tmp_path: Path) -> None:
        inner = tmp_path / "inner.zip"
        with ZipFile(write_feed(feed)) as whole, ZipFile(inner, "w") as archive:
            for name in whole.namelist():
                archive.writestr(f"2026/gtfs/{name}", whole.read(name))
            archive.writestr("__MACOSX/2026/stops.txt", b"\x00")
        assert departures(read(inner)) == departures(read(feed))
        with ZipFile(inner, "a") as archive:
            archive.writestr("2025/gtfs/stops.txt", "stop_id\n")
        with pytest.raises(InputError, match="several feeds in one zip, in 2025/gtfs, 2026/gtfs"):
            read(inner)

    def test_may_use_any_text_as_an_id(self, feed: Path) -> None:
        changed = {
            name: text.replace("home", "NA").replace("1a", "null") for name, text in TOY.items()
        }
        stops = stops_table({"NA" if name == "home" else name: xy for name, xy in STOPS.items()})
        timetable = read(write_feed(feed, stops=stops, **changed))
        assert sorted(timetable.calls["stop"].unique()) == list(range(5))

    def test_without_a_table_is_refused_with_what_it_holds(self, feed: Path) -> None:
        with pytest.raises(InputError, match=r"no stops\.txt in the zip; it holds calendar\.txt"):
            read(write_feed(feed, stops=None))

    def test_without_columns_is_refused_with_all_of_them(self, feed: Path) -> None:
        trips = TOY["trips"].replace("service_id", "service")
        calls = TOY["stop_times"].replace("stop_id", "stop")
        with pytest.raises(InputError) as caught:
            read(write_feed(feed, trips=trips, stop_times=calls))
        assert "trips.txt: column 'service_id' is missing" in str(caught.value)
        assert "stop_times.txt: column 'stop_id' is missing" in str(caught.value)

    def test_with_a_table_that_is_no_text_is_refused(self, feed: Path) -> None:
        write_feed(feed, trips=None)
        with ZipFile(feed, "a") as archive:
            archive.writestr("trips.txt", b"trip_id,service_id\n\xff\xfe,\x80\n")
        with pytest.raises(InputError, match=r"trips\.txt: not a readable table"):
            read(feed)

    def test_that_unpacks_to_more_than_any_feed_is_refused_unread(
        self, feed: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(feeds, "_MAX_BYTES", 1_000)
        with pytest.raises(InputError, match="bytes unpacked, over 1,000"):
            read(write_feed(feed))

    def test_that_is_none_is_refused(self, feed: Path) -> None:
        feed.write_text("not a zip")
        with pytest.raises(InputError, match=r"bus\.zip: not a readable zip"):
            read(feed)

    @pytest.mark.parametrize("packing", [ZIP_DEFLATED, ZIP_BZIP2, ZIP_LZMA])
    def test_that_was_damaged_is_refused(self, feed: Path, packing: int) -> None:
        with ZipFile(write_feed(feed)) as archive:
            tables = {name: archive.read(name) for name in archive.namelist()}
        with ZipFile(feed, "w", packing) as archive:
            for name, table in tables.items():
                archive.writestr(name, table)
        content = bytearray(feed.read_bytes())
        content[100:130] = bytes(30)
        feed.write_bytes(content)
        with pytest.raises(InputError, match=r"bus\.zip: "):
            read(feed)

    def test_that_is_not_there_is_refused(self, feed: Path) -> None:
        with pytest.raises(InputError, match="no such file"):
            read(feed)


class TestWhatFeedsAreLikeInPractice:
    """Oddities whose meaning is plain are read as meant, not refused or lost."""

    @pytest.mark.parametrize(
        ("date", "yesterdays"),
        [(TUESDAY, "09:20"), (dt.date(2026, 10, 25), "08:20"), (dt.date(2027, 3, 28), "10:20")],
        ids=["usual", "an hour more", "an hour less"],
    )
    def test_times_of_the_day_before_count_from_its_noon(
        self, feed: Path, date: dt.date, yesterdays: str
    ) -> None:
        every_day = TOY["calendar"].replace(
            "1,1,1,1,1,0,0,20261101,20261231", "1,1,1,1,1,1,1,20260101,20271231"
        )
        # A night coach that by the clock of the day it set out on calls at 33:20.
        coach = "n,33:20:00,33:20:00,home,1\nn,33:30:00,33:30:00,market,2\n"
        timetable = read(
            write_feed(
                feed,
                calendar=every_day,
                frequencies=None,
                trips=TOY["trips"] + "1,weekdays,n\n",
                stop_times=TOY["stop_times"] + coach,
            ),
            date,
        )
        day, own = set(departures(timetable)), {*TRIPS, "00:00"}
        assert own <= day
        assert {time for time in day if time[3:] == "20"} == {yesterdays}

    def test_times_without_seconds_are_times(self, feed: Path) -> None:
        stop_times = TOY["stop_times"].replace("9:40:00", "9:40").replace("9:55:00", "9:55")
        timetable = read(write_feed(feed, stop_times=stop_times, frequencies=None))
        assert "09:40" in departures(timetable)
        assert not timetable.notes

    def test_a_stop_without_a_place_is_where_its_parent_is(self, feed: Path) -> None:
        heading, home, *others = stops_table(STOPS).splitlines()
        lines = [
            f"{heading},location_type,parent_station", f"{home.replace('home', 'station')},1,",
            "home,,,0,station", "part,,,4,home", *(f"{line},0," for line in others),
        ]  # fmt: skip
        stop_times = TOY["stop_times"].replace("9:40:00,home", "9:40:00,part")
        timetable = read(write_feed(feed, stops="\n".join(lines), stop_times=stop_times))
        at_home = timetable.stops.distance(at(home=STOPS["home"]).iloc[0]) < 1
        assert at_home.sum() == 2
        assert not timetable.notes

    def test_an_empty_table_that_may_be_absent_is_none(self, feed: Path) -> None:
        empty = dict.fromkeys(("transfers", "pathways", "routes"), "")
        assert departures(read(write_feed(feed, **empty))) == departures(read(write_feed(feed)))

    def test_headings_in_capitals_are_headings(self, feed: Path) -> None:
        trips = TOY["trips"].replace("trip_id", "Trip_ID").replace("service_id", "SERVICE_ID")
        assert "09:40" in departures(read(write_feed(feed, trips=trips)))

    def test_an_in_seat_transfer_needs_no_stops(self, feed: Path) -> None:
        run_on = {
            "trips": TOY["trips"] + "2,weekdays,2x\n",
            "stop_times": TOY["stop_times"]
            + "2x,9:56:00,9:56:00,market,1\n2x,10:16:00,10:16:00,hospital,2\n",
            "transfers": "transfer_type,from_trip_id,to_trip_id\n4,1a,2x\n",
        }
        assert "09:56" not in departures(read(write_feed(feed, **run_on)))

    def test_folders_are_parted_by_either_bar(self, feed: Path) -> None:
        with ZipFile(write_feed(feed)) as archive:
            tables = {name: archive.read(name) for name in archive.namelist()}
        with ZipFile(feed, "w") as archive:
            for name, table in tables.items():
                archive.writestr(f"bus\\{name}", table)
        assert "09:40" in departures(read(feed))
