"""One rule of opening hours: the days and times at which it holds."""

from calendar import monthrange
from datetime import date, timedelta
from typing import Final, NamedTuple

from llrgeo.roads.rules.bank_holidays import easter_sunday, is_bank_holiday
from llrgeo.roads.rules.clock import DAY_MIN, DAYS, Clock

_ANY_YEAR: Final = 2023  # a year without 29 February, as an example of any
_WEEK: Final = timedelta(days=len(DAYS))
_WEEK_MIN: Final = len(DAYS) * DAY_MIN


class DayOfYear(NamedTuple):
    """A day of every year: its date, or the n-th of a week day in a month (-1: the last).

    With a `week_day` (0 is Monday) `day` is which of them, 1 to 5 or -1 to -5.
    """

    month: int
    day: int
    week_day: int | None = None

    def in_year(self, year: int) -> tuple[int, int]:
        """Return month and day of the month in a year; the date need not exist (31 April)."""
        if self.week_day is None:
            return self.month, self.day
        # From the start of the month forwards, or from its end backwards, to such a week day.
        if self.day > 0:
            end, weeks = date(year, self.month, 1), self.day - 1
            found = end + timedelta(days=(self.week_day - end.weekday()) % len(DAYS))
        else:
            end, weeks = date(year, self.month, monthrange(year, self.month)[1]), self.day + 1
            found = end - timedelta(days=(end.weekday() - self.week_day) % len(DAYS))
        found += weeks * _WEEK
        return found.month, found.day


class Dates(NamedTuple):
    """A span of dates, from the first day to the last: once (in `years`), or in every year."""

    years: tuple[int, int] | None
    first: DayOfYear = DayOfYear(1, 1)
    last: DayOfYear = DayOfYear(12, 31)
    weeks: frozenset[int] = frozenset()

    def holds(self, day: date) -> bool:
        """Return whether a date lies in the span."""
        if self.weeks:
            return day.isocalendar().week in self.weeks
        here = (day.month, day.day)
        if self.years:
            since, until = self.years
            first_day = (since, *self.first.in_year(since))
            return first_day <= (day.year, *here) <= (until, *self.last.in_year(until))
        first, last = self.first.in_year(day.year), self.last.in_year(day.year)
        return first <= here <= last if first <= last else here >= first or here <= last


class HoursRule:
    """One rule of opening hours, filled in while it is parsed."""

    def __init__(self, *, added: bool) -> None:
        self.added = added
        self.days: set[int] | None = None
        self.nth: dict[int, set[int]] = {}
        self.holidays: set[str] = set()
        self.only_holidays = False  # `SH Mo-Fr`: only on week days of holidays
        self.years: list[tuple[int, int]] = []
        self.dates: list[Dates] = []
        self.easter: list[int] = []  # days after Easter Sunday
        self.spans: list[tuple[int, int]] = []
        self.week_span: tuple[int, int] | None = None  # minutes of the week: `Su 16:00-Mo 08:00`
        self.state = ""
        self.joint = ","  # the separator after the last selector

    @property
    def has_time(self) -> bool:
        """Whether times, or a state (`off`), have been read."""
        return bool(self.spans or self.week_span or self.state)

    @property
    def selects(self) -> bool:
        """Whether the rule names days or dates."""
        named = self.holidays or self.years or self.dates or self.easter
        return self.days is not None or bool(named)

    @property
    def needs_date(self) -> bool:
        """Whether a date is needed to decide if the rule holds on a day."""
        return bool(self.years or self.dates or self.easter or self.nth)

    def selectors(self) -> tuple[object, ...]:
        """Return everything that decides on which days the rule holds, for comparing rules."""
        days = None if self.days is None else frozenset(self.days)
        nth = tuple((day, tuple(sorted(numbers))) for day, numbers in sorted(self.nth.items()))
        when = tuple(self.years), tuple(self.dates), tuple(self.easter)
        holidays = frozenset(self.holidays), self.only_holidays
        return days, nth, *holidays, *when, self.week_span

    def holds_on(self, clock: Clock) -> bool:
        """Return whether the rule applies to a day; without a date, to an ordinary day."""
        if not self._holds_on_day(clock) or not self._holds_in_year(clock):
            return False
        if self.easter and not self.dates:
            return self._holds_about_easter(clock)
        if not self.dates:
            return True
        if clock.date is not None:
            about_easter = self._holds_about_easter(clock)
            return about_easter or any(span.holds(clock.date) for span in self.dates)
        # Without a date: whether it holds on most days of a year. Spans of stated years do not.
        year = [date(_ANY_YEAR, 1, 1) + timedelta(days=n) for n in range(365)]
        spans = [span for span in self.dates if span.years is None]
        return sum(any(span.holds(day) for span in spans) for day in year) > len(year) / 2

    def _holds_on_day(self, clock: Clock) -> bool:
        """Return whether a day is one of the week days or holidays of the rule."""
        day = clock.date
        is_holiday = "ph" in self.holidays and day is not None and is_bank_holiday(day)
        if self.days is None:
            return is_holiday or not self.holidays
        # `Mo[1]`: the first Monday of the month.
        numbers = self.nth.get(clock.day)
        on_day = clock.day in self.days and (not numbers or clock.is_nth(numbers))
        return on_day and is_holiday if self.only_holidays else on_day or is_holiday

    def _holds_in_year(self, clock: Clock) -> bool:
        """Return whether a day lies in the years of the rule; without a date, in none of them."""
        if not self.years:
            return True
        day = clock.date
        return day is not None and any(first <= day.year <= last for first, last in self.years)

    def _holds_about_easter(self, clock: Clock) -> bool:
        day = clock.date
        return day is not None and (day - easter_sunday(day.year)).days in self.easter

    def covers(self, clock: Clock) -> bool:
        """Return whether a time (of the next day from 1,440 minutes on) is in the rule's times."""
        if self.week_span:
            start, length = self.week_span
            return (clock.day * DAY_MIN + clock.minute - start) % _WEEK_MIN < length
        if not self.spans:
            return clock.minute < DAY_MIN or self.state == "off"
        return any(start <= clock.minute < end for start, end in self.spans)
