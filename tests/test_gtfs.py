"""Feeds of public transport: what is read from them, and what is refused."""

import datetime as dt
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest
from timetables import STOPS, TOY, at, stops_table, write_feed

from llrgeo.errors import InputError
from llrgeo.inputs import feeds
from llrgeo.inputs.gtfs import Timetable, read_timetable

TUESDAY = dt.date(2026, 11, 24)
SATURDAY = dt.date(2026, 11, 28)
SUNDAY = dt.date(2026, 11, 29)
CHRISTMAS = dt.date(2026, 12, 25)
TRIPS = ["09:40", "10:10", "10:40", "11:10"]


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    return tmp_path / "bus.zip"


def departures(timetable: Timetable) -> list[str]:
    """List when trips set out until the night is over, as hours and minutes."""
    first = timetable.calls.groupby("trip")["departure_s"].first()
    return sorted(f"{s // 3600:02}:{s % 3600 // 60:02}" for s in first if s < 30 * 3_600)


def read(path: Path, date: dt.date = TUESDAY) -> Timetable:
    return read_timetable([path], date)


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
        names = dict(enumerate(STOPS))
        seconds = {
            (names[a], names[b]): s
            for a, b, s in found[["from_stop", "to_stop", "seconds"]].itertuples(index=False)
        }
        assert seconds == {
            ("market", "square"): 300,
            ("square", "market"): np.inf,
            ("square", "square"): 0,
        }


class TestFaults:
    def faults(self, path: Path, **changed: str | None) -> str:
        with pytest.raises(InputError) as caught:
            read(write_feed(path, **changed))
        return str(caught.value)

    def test_of_all_calls_stand_in_one_message(self, feed: Path) -> None:
        calls = """trip_id,arrival_time,departure_time,stop_id,stop_sequence
1a,9:00:00,,home,1
1a,soon,9:30:00,market,2
1a,9:20:00,9:20:00,nowhere,2
1b,,,home,1
1b,9:50:00,9:50:00,market,x
"""
        message = self.faults(feed, stop_times=calls, frequencies=None)
        assert message.startswith("bus.zip: 5 faults")
        for fault in (
            "stop_times.txt: column 'stop_sequence' is not a number in 1 rows (trip_id 1b)",
            "stop_times.txt: column 'stop_sequence' has a number twice in 1 rows (trip_id 1a)",
            "stop_times.txt: column 'arrival_time' is no time in 1 rows (trip_id 1a)",
            "a trip's first or last call has no time in 1 rows (trip_id 1b)",
            "column 'stop_id' names stops that stops.txt does not have in 1 rows (stop_id nowhere)",
        ):
            assert fault in message

    def test_are_times_that_go_backwards(self, feed: Path) -> None:
        calls = TOY["stop_times"].replace("10:55:00,10:55:00", "10:35:00,10:35:00")
        message = self.faults(feed, stop_times=calls)
        assert "stop_times.txt: times go backwards in 1 rows (trip_id 1b)" in message

    def test_are_stops_out_of_place_if_they_are_used(self, feed: Path) -> None:
        stops = stops_table(STOPS) + "unused,0,0\n"
        assert len(read(write_feed(feed, stops=stops)).stops) == len(STOPS)
        swapped = "\n".join(
            ",".join([one.split(",")[0], *one.split(",")[:0:-1]]) if one.startswith("home") else one
            for one in stops.splitlines()
        )
        assert "stops.txt: column 'stop_lat' is below 49.8" in self.faults(feed, stops=swapped)

    def test_of_calendars_stand_together(self, feed: Path) -> None:
        message = self.faults(
            feed,
            calendar=TOY["calendar"].replace("1,1,1,1,1,0,0,20261101", "1,1,1,1,yes,0,0,soon"),
            calendar_dates=TOY["calendar_dates"].replace("25,2", "25,3"),
        )
        assert "calendar.txt: column 'start_date' is no date as 20261124" in message
        assert "calendar.txt: column 'friday' is not 0 or 1 in 1 rows (service_id weekd" in message
        assert "calendar_dates.txt: column 'exception_type' is not 1 or 2" in message

    def test_are_no_calendars_at_all(self, feed: Path) -> None:
        message = self.faults(feed, calendar=None, calendar_dates=None)
        assert "neither says when services run" in message

    @pytest.mark.parametrize("row", ["3,9:00:00,12:00:00,0", "3,nine,12:00:00,600"])
    def test_are_headways_that_are_none(self, feed: Path, row: str) -> None:
        header = TOY["frequencies"].splitlines()[0]
        assert "frequencies.txt: column" in self.faults(feed, frequencies=f"{header}\n{row}\n")

    def test_are_more_runs_than_a_machine_can_hold(
        self, feed: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("llrgeo.inputs.gtfs._MAX_CALLS", 1_000)
        rows = TOY["frequencies"].replace("1200", "1")
        assert "21,600 calls at stops, over 1,000" in self.faults(feed, frequencies=rows)

    def test_are_transfers_that_take_no_number(self, feed: Path) -> None:
        rows = "from_stop_id,to_stop_id,transfer_type,min_transfer_time\nhome,market,2,soon\n"
        assert "'min_transfer_time' is no number" in self.faults(feed, transfers=rows)


class TestAZip:
    def test_may_begin_its_tables_with_a_mark_and_pad_them_with_spaces(self, feed: Path) -> None:
        trips = "\ufeff" + TOY["trips"].replace(",", ", ")
        assert departures(read(write_feed(feed, trips=trips))) == departures(read(write_feed(feed)))

    def test_may_use_any_text_as_an_id(self, feed: Path) -> None:
        changed = {
            name: text.replace("home", "NA").replace("1a", "null") for name, text in TOY.items()
        }
        stops = stops_table({"NA" if name == "home" else name: xy for name, xy in STOPS.items()})
        timetable = read(write_feed(feed, stops=stops, **changed))
        pd.testing.assert_frame_equal(timetable.calls[["stop"]].drop_duplicates().sort_values(
            "stop", ignore_index=True), pd.DataFrame({"stop": range(5)}))  # fmt: skip

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

    def test_that_was_damaged_is_refused(self, feed: Path) -> None:
        content = bytearray(write_feed(feed).read_bytes())
        content[200:260] = bytes(60)
        feed.write_bytes(content)
        with pytest.raises(InputError, match=r"bus\.zip: "):
            read(feed)

    def test_that_is_not_there_is_refused(self, feed: Path) -> None:
        with pytest.raises(InputError, match="no such file"):
            read(feed)
