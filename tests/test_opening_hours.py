"""Opening hours and conditional tags: one line a rule of their grammar, on a Tuesday at 08:30."""

from datetime import date

import pytest

from llrgeo.errors import InputError
from llrgeo.roads.rules.clock import Clock
from llrgeo.roads.rules.conditional import settle, settle_barrier, settle_way, value_at
from llrgeo.roads.rules.opening_hours import hours_hold

TUESDAY = Clock.parse("Tu 08:30")


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        # Days and times.
        ("Mo-Fr 07:00-09:00", True),
        ("07:00-09:00", True),
        ("Tu", True),
        ("24/7", True),
        ("Sa-Su", False),
        ("Fr-Tu 08:00-09:00", True),
        ("Mo,Tu 08:00-09:00", True),
        ("Mo-Fr 06:00-07:00,08:00-09:00", True),
        ("Mo-Fr 09:00-10:00", False),
        ("Mo-Fr: 08:00-09:00", True),
        ("08:00-09:00 Mo-Fr", True),
        ("08:00-09:00 Sa", False),
        ("Monday - Friday 8am to 9am", True),
        ("Mon-Fri 8.00-9.00", True),
        ("MO-FR 0800-0900", True),
        ("Mo–Fr 08:00–09:00", True),  # noqa: RUF001 (as typed on maps)
        # Over midnight and open ends.
        ("Mo 22:00-09:00", True),
        ("Tu 22:00-09:00", False),
        ("08:45-08:15", False),
        ("Mo 22:00-33:00", True),
        ("Mo-Fr 08:00+", True),
        ("Mo-Fr 09:00+", False),
        ("Mo-Fr 07:00-08:00+", True),
        # A semicolon begins a rule that takes the place of those before it on its days.
        ("Sa 10:00-12:00; Mo-We 08:00-09:00", True),
        ("Mo-Fr 08:00-18:00; Tu 10:00-12:00", False),
        ("Mo-Fr 08:00-18:00; We 10:00-12:00", True),
        ("Mo-Fr 08:00-18:00; Tu off", False),
        ("Mo-Fr 08:00-18:00; 08:15-08:45 off", False),
        ("Mo-Fr 08:00-18:00; 12:00-13:00 off", True),
        ("24/7; Tu 08:00-09:00 off", False),
        # For the very same days it names a second time.
        ("Mo-Fr 08:00-09:00; Mo-Fr 15:00-16:00", True),
        ("Mo-Fr 15:00-16:00; Mo-Fr 08:00-09:00", True),
        # A comma adds a rule.
        ("Mo-Fr 07:00-10:00, Sa 08:00-12:00", True),
        ("Sa 07:00-10:00, Tu 08:00-12:00", True),
        ("Sa 07:00-10:00, Tu 09:00-12:00", False),
        ("Mo-Fr 08:15-09:15, SH off", True),
        ("08:00-09:00, Sa 10:00-11:00", True),
        ("Mo-Fr 10:00-11:00 || Tu 08:00-09:00", True),
        # Holidays: an ordinary day is none.
        ("Mo-Fr 08:15-09:15,14:45-15:45; PH,SH off", True),
        ("Mo-Fr,PH 08:00-09:00", True),
        ("PH 08:00-09:00", False),
        ("SH Mo-Fr 08:00-09:00", False),
        ("Mo-Fr SH 08:00-09:00", False),
        ("PH,Sa 08:00-09:00", False),
        ("easter", False),
        # Comments change nothing.
        ('Mo-Fr 08:15-09:15 "term time; ask"', True),
        ('Mo-Fr 09:15-10:15 "08:00-09:00"', False),
        # The sun.
        ("sunrise-sunset", True),
        ("sunset-sunrise", False),
        ("(sunrise-00:30)-(sunset+00:30)", True),
        ("(sunrise+03:00)-sunset", False),
    ],
)
def test_hours_hold_at_their_times_only(text, holds):
    assert hours_hold(text, TUESDAY).holds is holds


@pytest.mark.parametrize(
    ("text", "usual", "november"),
    [
        ("Sep-Jul Mo-Fr 08:00-09:00", True, True),
        ("Aug 08:00-09:00", False, False),
        ("Mar-Oct 08:00-09:00", True, False),
        ("Nov-Mar 08:00-09:00", False, True),
        ("Nov 20-30 08:00-09:00", False, True),
        ("Nov 25", False, False),
        ("Mar 10-Nov 24 08:00-09:00", True, True),
        ("2026 Mar 02-2026 Dec 10", False, True),
        ("2020 Mar 02-2020 Dec 10", False, False),
        ("2025-2027 Tu 08:00-09:00", False, True),
        ("2019-2021 Tu 08:00-09:00", False, False),
        ("2021+", False, True),
        ("week 1-53 Tu 08:00-09:00", True, True),
        ("week 4-52/4 Tu", False, True),
        ("Tu[4] 08:00-09:00", False, True),
        ("Tu[-1] 08:00-09:00", False, True),
        ("Tu[1] 08:00-09:00", False, False),
        ("Apr-Sep: 08:00-09:00; Oct-Mar: 10:00-11:00", True, False),
    ],
)
def test_dates_are_read_and_without_one_the_usual_day_counts(text, usual, november):
    dated = Clock.parse("2026-11-24 08:30")  # a Tuesday, the fourth and last of its month
    assert dated == (1, 510, date(2026, 11, 24))
    assert hours_hold(text, dated).holds is november
    answer = hours_hold(text, TUESDAY)
    assert answer.holds is usual
    assert "bound to dates" in answer.notes[0]


@pytest.mark.parametrize(
    ("text", "dates", "others"),
    [
        # From a date of one year to a date of another: one span, not one in each of the years.
        ("2025 Sep 01-2026 Aug 31", ["2025-09-01", "2026-08-31"], ["2025-08-30", "2026-09-02"]),
        ("2025 Mar 01-2026 Nov 30", ["2025-12-15"], ["2025-02-15", "2026-12-15"]),
        ("2026 Nov 01-2027 Jan 15", ["2026-12-24"], ["2026-01-10", "2027-12-01"]),
        ("2026 Dec 24-Jan 02", ["2027-01-01"], ["2026-01-01"]),
        ("2026 Nov 01+", ["2026-11-01", "2028-02-01"], ["2026-10-31", "2025-12-01"]),
        ("2026-2028 Nov 08:00-09:00", ["2026-11-15"], ["2026-10-15", "2025-11-15"]),
        ("Dec 24,26-28", ["2026-12-24", "2026-12-27"], ["2026-12-25"]),
        ("08:00-09:00; Dec 25,26 off", ["2026-12-27"], ["2026-12-26"]),
        ("Mo[1-2] 08:00-09:00", ["2026-11-02", "2026-11-09"], ["2026-11-16"]),
        # Bank holidays of England and Wales, with substitutes for those at a weekend.
        (
            "PH 08:00-09:00",
            ["2026-12-28", "2027-12-27", "2027-12-28", "2023-01-02"],
            ["2026-12-29"],
        ),
        ("PH", ["2026-04-03", "2026-04-06", "2026-05-04", "2026-05-25", "2026-08-31"], []),
        ("08:00-09:00; PH off", ["2026-12-24"], ["2026-12-25", "2026-04-06"]),
        ("Mo-Fr,PH 08:00-09:00", ["2026-12-26"], ["2026-12-19"]),
        ("PH Mo-Fr 08:00-09:00", ["2026-12-25"], ["2026-12-26", "2026-12-24"]),
        ("easter -2 days 08:00-09:00", ["2026-04-03"], ["2026-04-05"]),
        ("08:00-09:00; easter off", ["2026-04-06"], ["2026-04-05", "2027-03-28"]),
    ],
)
def test_hours_hold_on_their_dates_only(text: str, dates: list[str], others: list[str]) -> None:
    held = [hours_hold(text, Clock.parse(f"{day} 08:30")).holds for day in (*dates, *others)]
    assert held == [True] * len(dates) + [False] * len(others)


@pytest.mark.parametrize(
    ("text", "within", "outside"),
    [
        # From a week day of one month to one of another, as summer time.
        (
            "Mar Su[-1]-Oct Su[-1]",
            ["2026-03-29 00:00", "2026-10-25 23:59", "Tu 08:30"],
            ["2026-03-28 23:59", "2026-10-26 00:00"],
        ),
        ("Oct Su[-1]-Mar Su[-1] 08:00-09:00", ["2026-12-01 08:30"], ["2026-06-02 08:30"]),
        ("2026 Oct Su[-1]-Mar Su[-1]", ["2027-03-28 10:00"], ["2026-03-01 10:00"]),
        ("Mar Su[1]-Oct 31 07:00-20:00", ["2026-03-01 07:00"], ["2026-02-28 08:00"]),
        ("May 10-Sep Fr[-2]", ["2026-09-18 07:00"], ["2026-09-19 08:00", "2026-05-09 08:00"]),
        ("Mar-Oct Su[1]", ["2026-04-05 10:00"], ["2026-04-12 10:00"]),  # Sundays of these months
        # From a time of one day to a time of another.
        ("Su 16:00-Mo 08:00", ["Su 16:00", "Mo 07:59"], ["Su 15:59", "Mo 08:00", "Tu 02:00"]),
        ("Fr 18:00-Mo 08:00", ["Fr 23:00", "Sa 12:00"], ["Fr 17:59", "Mo 08:00", "Th 20:00"]),
        ("Mo-Fr 08:00-09:00, Su 16:00-Mo 07:00", ["Mo 06:00", "Mo 08:30"], ["Mo 07:30"]),
        ("Mar-Oct Su 16:00-Mo 08:00", ["2026-06-08 07:00"], ["2026-12-06 17:00"]),
    ],
)
def test_spans_run_from_one_week_day_to_another(
    text: str, within: list[str], outside: list[str]
) -> None:
    held = [hours_hold(text, Clock.parse(time)).holds for time in (*within, *outside)]
    assert held == [True] * len(within) + [False] * len(outside)


def test_it_is_term_time_on_every_date_and_that_is_noted() -> None:
    answer = hours_hold("Mo-Fr 08:00-09:00; SH off", Clock.parse("2026-08-18 08:30"))
    assert answer == (True, ("school holidays are not known, read as in term time",))


@pytest.mark.parametrize("text", ["soon", "", "Mo-Fr 25:75-26:00", '"term time"', "Mo-Fr 08:00"])
def test_hours_that_cannot_be_read_do_not_hold_and_are_named(text: str) -> None:
    answer = hours_hold(text, TUESDAY)
    assert answer == (False, (f"hours not read: {text}",))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no @ (Mo-Fr 07:00-09:00)", "no"),
        ("no @ Mo-Fr 07:00-09:00", "no"),
        ("no@(Mo-Fr 07:00-09:00)", "no"),
        ("yes@Mo-Fr 07:00-09:00", "yes"),
        ("no @ (Mo-Fr 08:00-09:00", "no"),
        ("20 mph @ (08:00-09:00); 30 mph @ (15:00-16:00)", "20 mph"),
        ("no @ (07:00-09:00); destination @ (08:00-10:00)", "destination"),
        ("no @ Mo-Fr 07:00-07:30; Tu 08:00-09:00", "no"),
        ("no @ (Mo-Fr 08:00-09:00; PH off); yes @ (Sa)", "no"),
        ('no @ (Mo-Fr 08:00-09:00 "school @ term")', "no"),
        ("no @ (Mo-Fr 09:00-10:00)", None),
        ("no @ (Mo-Fr 08:00-09:00 AND weight>7.5)", None),
        ("no @ (Mo-Fr 08:00-09:00 AND weight<3.5)", "no"),
        ("no @ (08:00-09:00) AND (Mo-Fr)", "no"),
        ("no @ (08:00-09:00) AND (Sa)", None),
        ("no @ ((08:00-09:00) AND (weight<3.5))", "no"),
        ("no @ (weight>7.5)", None),
        ("no @ (height>=1.5)", "no"),
        ("yes @ permit_holder", None),
        ("no @ (snow)", None),
    ],
)
def test_a_conditional_tag_holds_at_its_times_only(text: str, value: str | None) -> None:
    assert value_at(text, TUESDAY) == (value, ())


@pytest.mark.parametrize(
    ("text", "value", "read_as"),
    [
        ("no @ (Mo and Tu)", "no", "a list of hours"),
        ("no @ (Mo-Fr 08:00-09:00 and 15:00-16:00)", "no", "a list of hours"),
        ("no @ (Mo-Fr 08:00-09:00 and weight>7.5)", None, "AND"),
        ("no @ (Mo-Fr 08:00-09:00 And weight<3.5)", "no", "AND"),
    ],
)
def test_a_small_and_is_read_as_it_is_meant_and_noted(
    text: str, value: str | None, read_as: str
) -> None:
    found, (note,) = value_at(text, TUESDAY)
    assert found == value
    assert f"'and' read as {read_as}: " in note


@pytest.mark.parametrize("text", ["nonsense", "no @ (wibble)", "no @ (charge>3)", "@ (24/7)"])
def test_a_condition_that_cannot_be_read_is_named(text: str) -> None:
    value, notes = value_at(text, TUESDAY)
    assert value is None
    assert "not read" in notes[0]


def test_conditional_tags_count_with_a_clock_only() -> None:
    tags = {"highway": "residential", "access:conditional": "no @ (Mo-Fr 08:00-09:00)"}
    left_out = settle(tags, None)
    assert left_out.tags == {"highway": "residential"}
    assert left_out.notes == ("access:conditional left out, no time is stated",)
    assert settle(tags, TUESDAY).tags == {"highway": "residential", "access": "no"}
    assert settle(tags, Clock.parse("Sa 08:30")).tags == {"highway": "residential"}


def test_conditions_for_others_are_not_even_read() -> None:
    tags = {"parking:both:conditional": "no_parking @ (wibble)", "hgv:conditional": "no @ (wibble)"}
    assert settle(tags, TUESDAY) == ({}, ())
    assert settle(tags, None) == ({}, ())


@pytest.mark.parametrize(
    ("tags", "state"),
    [
        ({"barrier": "bollard"}, {"barrier": "no"}),
        ({"barrier": "gate"}, {"barrier": "gate"}),
        ({"barrier": "lift_gate", "access": "private"}, {"barrier": "lift_gate"}),
    ],
)
def test_barriers_open_in_their_hours_and_are_locked_outside(
    tags: dict[str, str], state: dict[str, str]
) -> None:
    within = settle_barrier(tags | {"opening_hours": "08:00-19:00"}, TUESDAY).tags
    assert state.items() <= within.items()
    assert "locked" not in within
    outside = settle_barrier(tags | {"opening_hours": "09:00-19:00"}, TUESDAY).tags
    assert outside["locked"] == "yes"
    unread = settle_barrier(tags | {"opening_hours": "by day"}, TUESDAY)
    assert (unread.tags["barrier"], "locked" in unread.tags) == (tags["barrier"], False)
    assert unread.notes == ("hours not read: by day",)
    assert "locked" not in settle_barrier(tags | {"opening_hours": "09:00-19:00"}, None).tags


HOURS = {"opening_hours": "09:00-19:00"}


@pytest.mark.parametrize(
    ("tags", "impassable", "note"),
    [
        ({"highway": "service"}, "yes", ""),
        ({"highway": "service", "amenity": "parking"}, "yes", ""),
        ({"highway": "service", "opening_hours": "08:00-19:00"}, "no", ""),
        ({"highway": "service", "opening_hours": "by day"}, "no", "hours not read: by day"),
        (
            {"highway": "pedestrian", "amenity": "marketplace"},
            "no",
            "opening_hours of amenity=marketplace, not of the street",
        ),
    ],
)
def test_a_street_is_shut_outside_its_hours(
    tags: dict[str, str], impassable: str, note: str
) -> None:
    settled = settle_way(HOURS | tags, TUESDAY)
    assert settled.tags.get("impassable", "no") == impassable
    assert settled.notes == ((note,) if note else ())


def test_hours_are_left_out_and_noted_where_no_time_is_stated() -> None:
    left_out = ("opening_hours left out, no time is stated",)
    street, gate = {"highway": "service"} | HOURS, {"barrier": "gate"} | HOURS
    assert settle_way(street, None) == (street, left_out)
    assert settle_barrier(gate, None) == (gate, left_out)


@pytest.mark.parametrize("text", ["Tu 08:30", "2026-11-24 08:30"])
def test_a_clock_time_is_written_as_it_is_read(text: str) -> None:
    assert str(Clock.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "08:30",
        "Tuesday",
        "Xx 08:30",
        "Tu 24:30",
        "Tu 08:60",
        "2026-11-31 08:30",
        "2026-13-01 08:30",
    ],
)
def test_what_is_no_clock_time_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        Clock.parse(text)
