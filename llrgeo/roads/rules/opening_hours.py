"""Evaluate opening hours in the grammar of OpenStreetMap's `opening_hours` at a time.

Source: OSM wiki, Key:opening_hours/specification (2026-11). Supported are week days and their
spans, the n-th of a month, public and school holidays, months, dates and years, weeks, times of
day, open ends, sunrise and sunset, `off`, rules after `;` (which replace earlier ones on their
days), after `,` and `||` (which are added), and comments in quotes, which are ignored.

A clock without a date is an ordinary day: no holiday, and rules for certain dates are evaluated as
on most days of the year. With a date public holidays are the bank holidays of England and Wales;
school holidays are not known, so any date is in term time. Such decisions are noted and counted.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from llrgeo.roads.rules.clock import DAY_MIN, DAYS, Clock
from llrgeo.roads.rules.hours_rule import Dates, DayOfYear, HoursRule

_MONTHS: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_LATEST_HOUR: Final = 48
_LAST_MINUTE: Final = 59
_NOON: Final = 12
_DASHES: Final = {0x2013: "-", 0x2014: "-"}
_WEEKS: Final = 53
_END_OF_TIME: Final = 9_999
# Times of sunrise and sunset, minutes after midnight: means over the year in Britain.
_SUN_MIN: Final = {"dawn": 330, "sunrise": 360, "sunset": 1_080, "dusk": 1_110}

_TIME: Final = (
    r"(?:\d{1,2}(?:[:.]\d{2})?\s*[ap]m|\d{1,2}[:.]\d{2}|(?!19|20)\d{4}"
    r"|\(?(?:sunrise|sunset|dawn|dusk)(?:\s*[+-]\s*\d{1,2}:\d{2})?\)?)"
)
_MONTH: Final = rf"(?:{'|'.join(_MONTHS)})[a-z]*\.?"
_DAY: Final = r"(?:mo|tu|we|th|fr|sa|su)(?:n|e|es|d|nes|u|r|rs|i|t|tur)?(?:days?)?\.?(?![a-z])"
_DATE: Final = rf"(?:((?:19|20)\d\d)\s*)?({_MONTH})(?:\s*(\d{{1,2}})(?![:.\d]|\s*[ap]m))?"
# An end of a span of dates that may be a week day: `Oct 31`, `Mar Su[-1]`.
_DAY_OF_MONTH: Final = (
    rf"(?:((?:19|20)\d\d)\s*)?({_MONTH})\s*"
    rf"(?:(\d{{1,2}})(?![:.\d]|\s*[ap]m)|({_DAY})\s*\[\s*(-?[1-5])\s*\])"
)


class HoursAnswer(NamedTuple):
    """Whether opening hours hold at a time, and notes of decisions made."""

    holds: bool
    notes: tuple[str, ...] = ()


def hours_hold(text: str, clock: Clock) -> HoursAnswer:
    """Return whether opening hours hold at a time.

    Parameters
    ----------
    text
        Opening hours such as `Mo-Fr 08:15-09:15,14:45-15:45; PH,SH off`.
    clock
        The time.

    Returns
    -------
    HoursAnswer
        Hours that cannot be read do not hold, with a note that names them.
    """
    rules = _read(text.lower().translate(_DASHES))
    if not rules:
        return HoursAnswer(holds=False, notes=(f"hours not read: {text.strip()}",))
    notes = []
    if clock.date is None and any(rule.needs_date for rule in rules):
        notes.append(f"hours bound to dates, read as on most days of the year: {text.strip()}")
    if clock.date is not None and any("sh" in rule.holidays for rule in rules):
        notes.append("school holidays are not known, read as in term time")
    if any(word in text.lower() for word in _SUN_MIN):
        notes.append("sunrise and sunset taken as 6 and 18 o'clock")
    # Hours that began yesterday may continue past midnight.
    holds = _state(rules, clock) or _state(rules, clock.yesterday())
    return HoursAnswer(holds, tuple(notes))


def _state(rules: list[HoursRule], clock: Clock) -> bool:
    """Return the state after applying the rules in turn: a later one replaces those before it.

    A rule after a comma is added to them. So is a rule for exactly the same days: by the
    specification it would replace the earlier one, but mappers mean a second span of time.
    """
    state, before = False, None
    for rule in rules:
        if not rule.holds_on(clock):
            continue
        # A later rule for the day replaces the state; `off` only removes, added rules only add.
        covers = rule.covers(clock)
        if rule.state == "off":
            state = state and not covers
        elif rule.added or rule.selectors() == before:
            state = state or covers
        else:
            state = covers
        before = rule.selectors()
    return state


def _read(text: str) -> list[HoursRule]:
    """Parse the rules of opening hours; none where any part is not understood."""
    rules: list[HoursRule] = []
    # Without comments in quotes, and with the separator before each part: `;` begins, `||` adds.
    parts = re.split(r"(;|\|\|)", ";" + re.sub(r'"[^"]*"', " ", text))
    for joint, part in zip(parts[1::2], parts[2::2], strict=True):
        found = _rules_of(part.strip(), added=joint == "||")
        if part.strip() and not found:
            return []
        rules += found if part.strip() else []
    return rules


def _rules_of(text: str, *, added: bool) -> list[HoursRule]:
    """Parse the text between two semicolons: a rule, and those that commas add to it."""
    rule = HoursRule(added=added)
    rules, at = [rule], 0
    while at < len(text):
        part = next((part for part in _PARTS if part[0].match(text, at)), None)
        found = part[0].match(text, at) if part else None
        if part is None or found is None:
            return []
        _, take, selects = part
        # Days or dates after times begin a rule of their own: `Mo-Fr 07:00-10:00, Sa 08:00-12:00`;
        # not in `08:00-09:00 Sa`, where they are the first.
        if selects and rule.has_time and (rule.selects or "," in rule.joint):
            rule = HoursRule(added=True)
            rules.append(rule)
        if not take(rule, found):
            return []
        at = found.end()
    return rules


def _take_gap(rule: HoursRule, found: re.Match[str]) -> bool:
    rule.joint = found[0]
    return True


def _take_state(rule: HoursRule, found: re.Match[str]) -> bool:
    rule.state = {"closed": "off", "24/7": "open"}.get(found[0], found[0])
    return rule.state != "unknown"


def _take_days(rule: HoursRule, found: re.Match[str]) -> bool:
    # `SH Mo-Fr` are the week days of holidays; `PH,Mo-Fr` are both.
    if rule.holidays and rule.days is None and "," not in rule.joint:
        rule.only_holidays = True
    # Spans of days may pass the end of the week: Fr-Mo is four days.
    start = DAYS.index(found[1][:2])
    length = (DAYS.index(found[3][:2]) - start) % len(DAYS) if found[3] else 0
    days = {(start + step) % len(DAYS) for step in range(length + 1)}
    rule.days = (rule.days or set()) | days
    if found[2]:
        rule.nth[start] = _ordinals(found[2])
    return True


def _take_week_span(rule: HoursRule, found: re.Match[str]) -> bool:
    # `Su 16:00-Mo 08:00`: from a time of one day to a time of another, one span.
    first, last = (DAYS.index(found[place][:2]) for place in (1, 3))
    start, end = _minute(found[2]), _minute(found[4])
    if start is None or end is None or rule.days is not None or rule.holidays:
        return False
    rule.days = {(first + step) % len(DAYS) for step in range((last - first) % len(DAYS) + 1)}
    minutes = ((last - first) * DAY_MIN + end - start) % (len(DAYS) * DAY_MIN)
    rule.week_span = first * DAY_MIN + start, minutes
    return True


def _ordinals(text: str) -> set[int]:
    """Parse the ordinals of a week day in a month: `[1,3]`, `[1-2]`, `[-1]`."""
    spans = re.findall(r"(-?\d)(?:\s*-\s*(\d))?", text)
    return {number for a, b in spans for number in range(int(a), int(b or a) + 1)}


def _take_holiday(rule: HoursRule, found: re.Match[str]) -> bool:
    # `Mo-Fr SH` are the week days of holidays, which no ordinary day is.
    if rule.days is not None and "," not in rule.joint:
        rule.only_holidays = True
    rule.holidays.add(found[0][:2])
    return True


def _take_dates(rule: HoursRule, found: re.Match[str]) -> bool:
    year, month, day, to_year, to_month, to_day, only_day, open_end = found.groups()
    first = _MONTHS.index(month[:3]) + 1
    last = _MONTHS.index(to_month[:3]) + 1 if to_month else first
    # A month alone is the whole of it, a day alone that day.
    end_day = int(to_day or only_day or (31 if to_month or not day else day))
    span = Dates(None, DayOfYear(first, int(day or 1)), DayOfYear(last, end_day))
    if open_end:
        span = span._replace(last=DayOfYear(12, 31))
    if year:
        since, until = _years_of(span, year, to_year)
        span = span._replace(years=(since, _END_OF_TIME if open_end else until))
    rule.dates.append(span)
    return True


def _years_of(span: Dates, year: str, to_year: str | None) -> tuple[int, int]:
    """Return the years of both ends of dates: `2026 Dec 24-Jan 02` ends in the year after."""
    first = int(year)
    turns = span.last.in_year(first) < span.first.in_year(first)
    return first, int(to_year) if to_year else first + turns


def _take_week_days_of_months(rule: HoursRule, found: re.Match[str]) -> bool:
    # `Mar Su[-1]-Oct Su[-1]`: as summer time, from the last Sunday of one month to that of another.
    year, to_year = found[1], found[6]
    first, last = _day_of_year(found.groups()[1:5]), _day_of_year(found.groups()[6:10])
    span = Dates(None, first, last)
    rule.dates.append(span._replace(years=_years_of(span, year, to_year) if year else None))
    return True


def _day_of_year(texts: Sequence[str | None]) -> DayOfYear:
    """Parse an end of a span of dates: its month, and its day, or its week day and ordinal."""
    month, day, week_day, number = texts
    nth = None if week_day is None else DAYS.index(week_day[:2])
    return DayOfYear(_MONTHS.index(str(month)[:3]) + 1, int(day or number or 1), nth)


def _take_more_days(rule: HoursRule, found: re.Match[str]) -> bool:
    # `Dec 25,26`: another day of the month before it.
    if not rule.dates or rule.dates[-1].weeks or rule.has_time or "," not in rule.joint:
        return False
    month = rule.dates[-1].last.month
    first, last = (DayOfYear(month, int(day)) for day in (found[1], found[2] or found[1]))
    rule.dates.append(rule.dates[-1]._replace(first=first, last=last))
    return True


def _take_years(rule: HoursRule, found: re.Match[str]) -> bool:
    rule.years.append((int(found[1]), _END_OF_TIME if found[3] else int(found[2] or found[1])))
    return True


def _take_weeks(rule: HoursRule, found: re.Match[str]) -> bool:
    first, last, step = int(found[1]), int(found[2] or found[1]), int(found[3] or 1)
    rule.dates.append(Dates(None, weeks=frozenset(range(first, min(last, _WEEKS) + 1, step))))
    return True


def _take_easter(rule: HoursRule, found: re.Match[str]) -> bool:
    rule.easter.append(int(re.sub(r"\s", "", found[1] or "0")))
    return True


def _take_times(rule: HoursRule, found: re.Match[str]) -> bool:
    start, end = _minute(found[1]), _minute(found[2] or "24:00")
    if start is None or end is None:
        return False
    # An open end lasts to the end of the day; times that end before they start run over midnight.
    if found[3] or not found[2]:
        end = DAY_MIN
    rule.spans.append((start, end if end > start else end + DAY_MIN))
    return True


# Parts of a rule: the pattern, the function that adds it to the rule, and whether it selects days.
_PARTS: Final[
    tuple[tuple[re.Pattern[str], Callable[[HoursRule, re.Match[str]], bool], bool], ...]
] = (
    (re.compile(r"24/7|\b(?:off|closed|open|unknown)\b"), _take_state, False),
    (re.compile(rf"({_TIME})\s*(?:-|to)\s*({_TIME}|24[:.]00)(\+)?"), _take_times, False),
    (re.compile(rf"({_TIME})()(\+)"), _take_times, False),
    (re.compile(r"week\s*(\d{1,2})(?:\s*-\s*(\d{1,2}))?(?:/(\d+))?"), _take_weeks, True),
    (
        re.compile(rf"{_DAY_OF_MONTH}\s*-\s*{_DAY_OF_MONTH}"),
        _take_week_days_of_months,
        True,
    ),
    (re.compile(rf"{_DATE}(?:\s*-\s*(?:{_DATE}|(\d{{1,2}})(?![:.\d]))|(\+))?"), _take_dates, True),
    (re.compile(r"((?:19|20)\d\d)(?:\s*-\s*((?:19|20)\d\d))?(\+)?"), _take_years, True),
    (re.compile(r"(\d{1,2})(?:\s*-\s*(\d{1,2}))?(?![:.\d]|\s*[ap]m)"), _take_more_days, True),
    (re.compile(r"easter(?:\s*([+-]\s*\d+)\s*days?)?"), _take_easter, True),
    (
        re.compile(rf"({_DAY})\s*({_TIME})\s*(?:-|to)\s*({_DAY})\s*({_TIME}|24[:.]00)"),
        _take_week_span,
        True,
    ),
    (
        re.compile(rf"({_DAY})(?:\s*(\[[-\d,\s]+\]))?(?:\s*(?:-|to)\s*({_DAY}))?"),
        _take_days,
        True,
    ),
    (re.compile(r"(?:ph|sh)\b(?:\s*[+-]\s*\d+\s*days?)?"), _take_holiday, True),
    (re.compile(r"[\s,:&]+(?:and\s+)?"), _take_gap, False),
)


def _minute(text: str) -> int | None:
    """Return the minute of the day of a time: `8:15`, `0815`, `8.15pm`, `sunset`."""
    if word := re.search("|".join(_SUN_MIN), text):
        shift = re.search(r"([+-])\s*(\d{1,2}):(\d{2})", text)
        minutes = int(shift[2]) * 60 + int(shift[3]) if shift else 0
        return _SUN_MIN[word[0]] + (-minutes if shift and shift[1] == "-" else minutes)
    found = re.fullmatch(r"(\d{1,2}?)[:.]?(\d{2})?\s*([ap]m)?", text.strip())
    if not found:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        hour = hour % _NOON + (_NOON if found[3] == "pm" else 0)
    return hour * 60 + minute if minute <= _LAST_MINUTE and hour <= _LATEST_HOUR else None
