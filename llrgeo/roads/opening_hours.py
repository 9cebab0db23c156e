"""Opening hours read for a time: the grammar of OpenStreetMap's `opening_hours`, as on streets.

Source: OSM wiki, Key:opening_hours/specification (2026-11). Read are week days and their spans, the
n-th of a month, public and school holidays, months, dates and years, weeks, times of day, open
ends, sunrise and sunset, `off`, rules after `;` (which take the place of earlier ones on their
days), after `,` and `||` (which are added), and comments in quotes, which change nothing.

A clock without a date is an ordinary day of the year: no holiday, and what holds on some dates only
is taken as it is on most days of the year. Both decisions are noted, so that they are counted.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final, NamedTuple

from llrgeo.roads.clock import DAY_MIN, DAYS, Clock

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
_ANY_YEAR: Final = 2023  # without 29 February; its days stand for those of any year
_WEEKS: Final = 53
# Where the sun is asked for without a place and a date: the means over the year in Britain.
_SUN_MIN: Final = {"dawn": 330, "sunrise": 360, "sunset": 1_080, "dusk": 1_110}

_TIME: Final = (
    r"(?:\d{1,2}(?:[:.]\d{2})?\s*[ap]m|\d{1,2}[:.]\d{2}|(?!19|20)\d{4}"
    r"|\(?(?:sunrise|sunset|dawn|dusk)(?:\s*[+-]\s*\d{1,2}:\d{2})?\)?)"
)
_MONTH: Final = rf"(?:{'|'.join(_MONTHS)})[a-z]*\.?"
_DAY: Final = r"(?:mo|tu|we|th|fr|sa|su)(?:n|e|es|d|nes|u|r|rs|i|t|tur)?(?:days?)?\.?(?![a-z])"
_DATE: Final = rf"(?:((?:19|20)\d\d)\s*)?({_MONTH})(?:\s*(\d{{1,2}})(?![:.\d]|\s*[ap]m))?"


class HoursAnswer(NamedTuple):
    """Whether opening hours hold at a time, and what had to be decided to tell."""

    holds: bool
    notes: tuple[str, ...] = ()


class _Dates(NamedTuple):
    """A span of dates: years (None: every year), first and last day of the year or week."""

    years: tuple[int, int] | None
    first: tuple[int, int] = (1, 1)
    last: tuple[int, int] = (12, 31)
    weeks: frozenset[int] = frozenset()

    def holds(self, day: date) -> bool:
        """Tell whether a date lies in the span."""
        if self.years and not self.years[0] <= day.year <= self.years[1]:
            return False
        if self.weeks:
            return day.isocalendar().week in self.weeks
        here = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last


class _HoursRule:
    """One rule of opening hours while it is read."""

    def __init__(self, *, added: bool) -> None:
        self.added = added
        self.days: set[int] | None = None
        self.nth: dict[int, set[int]] = {}
        self.is_holiday = False
        self.dates: list[_Dates] = []
        self.spans: list[tuple[int, int]] = []
        self.state = ""
        self.joint = ","  # what stood between the selector before and this place

    @property
    def has_time(self) -> bool:
        return bool(self.spans or self.state)

    @property
    def selects(self) -> bool:
        return self.days is not None or self.is_holiday or bool(self.dates)

    def selectors(self) -> tuple[object, ...]:
        """Return what decides on which days the rule holds, to compare rules by."""
        days = None if self.days is None else frozenset(self.days)
        return days, tuple(sorted(self.nth)), self.is_holiday, tuple(self.dates)

    def holds_on(self, clock: Clock) -> bool:
        """Tell whether the rule speaks of a day: an ordinary one where no date is stated."""
        if self.is_holiday and not self.days:
            return False
        if self.days is not None and clock.day not in self.days:
            return False
        # `Mo[1]`: the first Monday of the month, which only a date can tell.
        if self.nth.get(clock.day) and not clock.is_nth(self.nth[clock.day]):
            return False
        if not self.dates:
            return True
        if clock.date is not None:
            return any(span.holds(clock.date) for span in self.dates)
        # On most days of an ordinary year, or not: years that are named are no ordinary ones.
        year = [date(_ANY_YEAR, 1, 1) + timedelta(days=n) for n in range(365)]
        spans = [span for span in self.dates if span.years is None]
        return sum(any(span.holds(day) for span in spans) for day in year) > len(year) / 2

    def covers(self, minute: int) -> bool:
        """Tell whether a minute of the day (of the next from 1,440 on) lies in the rule's times."""
        if not self.spans:
            return minute < DAY_MIN or self.state == "off"
        return any(start <= minute < end for start, end in self.spans)


def hours_hold(text: str, clock: Clock) -> HoursAnswer:
    """Tell whether opening hours hold at a time.

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
    if clock.date is None and any(rule.dates or rule.nth for rule in rules):
        notes.append(f"hours bound to dates, read as on most days of the year: {text.strip()}")
    if any(word in text.lower() for word in _SUN_MIN):
        notes.append("sunrise and sunset taken as 6 and 18 o'clock")
    # What began yesterday may run on over midnight.
    holds = _state(rules, clock) or _state(rules, clock.yesterday())
    return HoursAnswer(holds, tuple(notes))


def _state(rules: list[_HoursRule], clock: Clock) -> bool:
    """Apply the rules in turn: on its days a later one takes the place of those before it.

    A rule after a comma is added to them, and so is one for the very same days, which by the
    specification would make the earlier one void: mappers write it to name a second time.
    """
    state, before = False, None
    for rule in rules:
        if not rule.holds_on(clock):
            continue
        # A later rule of its days takes over; `off` only takes away, and added rules only add.
        covers = rule.covers(clock.minute)
        if rule.state == "off":
            state = state and not covers
        elif rule.added or rule.selectors() == before:
            state = state or covers
        else:
            state = covers
        before = rule.selectors()
    return state


def _read(text: str) -> list[_HoursRule]:
    """Read the rules of opening hours; none where any of it is not understood."""
    rules: list[_HoursRule] = []
    # Comments in quotes go; each part is read with what stood before it: `;` begins, `||` adds.
    parts = re.split(r"(;|\|\|)", ";" + re.sub(r'"[^"]*"', " ", text))
    for joint, part in zip(parts[1::2], parts[2::2], strict=True):
        found = _rules_of(part.strip(), added=joint == "||")
        if part.strip() and not found:
            return []
        rules += found if part.strip() else []
    return rules


def _rules_of(text: str, *, added: bool) -> list[_HoursRule]:
    """Read what stands between two semicolons: a rule, and those that commas add to it."""
    rule = _HoursRule(added=added)
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
            rule = _HoursRule(added=True)
            rules.append(rule)
        if not take(rule, found):
            return []
        at = found.end()
    return rules


def _take_gap(rule: _HoursRule, found: re.Match[str]) -> bool:
    rule.joint = found[0]
    return True


def _take_state(rule: _HoursRule, found: re.Match[str]) -> bool:
    rule.state = {"closed": "off", "24/7": "open"}.get(found[0], found[0])
    return rule.state != "unknown"


def _take_days(rule: _HoursRule, found: re.Match[str]) -> bool:
    # `SH Mo-Fr` are the week days of holidays; `PH,Mo-Fr` are both.
    if rule.is_holiday and rule.days is None and "," not in rule.joint:
        rule.days = set()
        return True
    # Days run round the week: Fr-Mo is four of them.
    start = DAYS.index(found[1][:2])
    length = (DAYS.index(found[3][:2]) - start) % len(DAYS) if found[3] else 0
    days = {(start + step) % len(DAYS) for step in range(length + 1)}
    rule.days = (rule.days or set()) | days
    if found[2]:
        rule.nth[start] = {int(number) for number in re.findall(r"-?\d", found[2])}
    return True


def _take_holiday(rule: _HoursRule, _: re.Match[str]) -> bool:
    # `Mo-Fr SH` are the week days of holidays, on which an ordinary day does not lie.
    if rule.days is not None and "," not in rule.joint:
        rule.days = set()
    rule.is_holiday = True
    return True


def _take_dates(rule: _HoursRule, found: re.Match[str]) -> bool:
    year, month, day, to_year, to_month, to_day, only_day = found.groups()
    first = _MONTHS.index(month[:3]) + 1
    last = _MONTHS.index(to_month[:3]) + 1 if to_month else first
    # A month alone is the whole of it, a day alone that day.
    end_day = int(to_day or only_day or (31 if to_month or not day else day))
    years = (int(year), int(to_year or year)) if year else None
    rule.dates.append(_Dates(years, (first, int(day or 1)), (last, end_day)))
    return True


def _take_years(rule: _HoursRule, found: re.Match[str]) -> bool:
    last = 9_999 if found[3] else int(found[2] or found[1])
    rule.dates.append(_Dates((int(found[1]), last)))
    return True


def _take_weeks(rule: _HoursRule, found: re.Match[str]) -> bool:
    first, last, step = int(found[1]), int(found[2] or found[1]), int(found[3] or 1)
    rule.dates.append(_Dates(None, weeks=frozenset(range(first, min(last, _WEEKS) + 1, step))))
    return True


def _take_feast(rule: _HoursRule, _: re.Match[str]) -> bool:
    rule.is_holiday = True
    return True


def _take_times(rule: _HoursRule, found: re.Match[str]) -> bool:
    start, end = _minute(found[1]), _minute(found[2] or "24:00")
    if start is None or end is None:
        return False
    # An open end lasts to the end of the day; times that end before they start run over midnight.
    if found[3] or not found[2]:
        end = DAY_MIN
    rule.spans.append((start, end if end > start else end + DAY_MIN))
    return True


_PARTS: Final[
    tuple[tuple[re.Pattern[str], Callable[[_HoursRule, re.Match[str]], bool], bool], ...]
] = (
    (re.compile(r"24/7|\b(?:off|closed|open|unknown)\b"), _take_state, False),
    (re.compile(rf"({_TIME})\s*(?:-|to)\s*({_TIME}|24[:.]00)(\+)?"), _take_times, False),
    (re.compile(rf"({_TIME})()(\+)"), _take_times, False),
    (re.compile(r"week\s*(\d{1,2})(?:\s*-\s*(\d{1,2}))?(?:/(\d+))?"), _take_weeks, True),
    (re.compile(rf"{_DATE}(?:\s*-\s*(?:{_DATE}|(\d{{1,2}})(?![:.\d])))?"), _take_dates, True),
    (re.compile(r"((?:19|20)\d\d)(?:\s*-\s*((?:19|20)\d\d))?(\+)?"), _take_years, True),
    (re.compile(r"easter(?:\s*[+-]\s*\d+\s*days?)?"), _take_feast, True),
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
