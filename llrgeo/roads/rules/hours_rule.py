"""One rule of opening hours, and on which days and at which times it holds."""

from datetime import date, timedelta
from typing import Final, NamedTuple

from llrgeo.roads.rules.bank_holidays import easter_sunday, is_bank_holiday
from llrgeo.roads.rules.clock import DAY_MIN, Clock

_ANY_YEAR: Final = 2023  # without 29 February; its days stand for those of any year


class Dates(NamedTuple):
    """A span of dates, from the first day to the last: once (in `years`), or in every year."""

    years: tuple[int, int] | None
    first: tuple[int, int] = (1, 1)
    last: tuple[int, int] = (12, 31)
    weeks: frozenset[int] = frozenset()

    def holds(self, day: date) -> bool:
        """Tell whether a date lies in the span."""
        if self.weeks:
            return day.isocalendar().week in self.weeks
        here = (day.month, day.day)
        if self.years:
            first, last = ((year, *end) for year, end in zip(self.years, self[1:3], strict=True))
            return first <= (day.year, *here) <= last
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last


class HoursRule:
    """One rule of opening hours while it is read."""

    def __init__(self, *, added: bool) -> None:
        self.added = added
        self.days: set[int] | None = None
        self.nth: dict[int, set[int]] = {}
        self.holidays: set[str] = set()
        self.only_holidays = False  # `SH Mo-Fr`: on the week days of holidays alone
        self.years: list[tuple[int, int]] = []
        self.dates: list[Dates] = []
        self.easter: list[int] = []  # days after Easter Sunday
        self.spans: list[tuple[int, int]] = []
        self.state = ""
        self.joint = ","  # what stood between the selector before and this place

    @property
    def has_time(self) -> bool:
        """Whether times, or a state (`off`), have been read."""
        return bool(self.spans or self.state)

    @property
    def selects(self) -> bool:
        """Whether the rule names days or dates."""
        named = self.holidays or self.years or self.dates or self.easter
        return self.days is not None or bool(named)

    @property
    def needs_date(self) -> bool:
        """Whether only a date can tell if the rule holds on a day."""
        return bool(self.years or self.dates or self.easter or self.nth)

    def selectors(self) -> tuple[object, ...]:
        """Return what decides on which days the rule holds, to compare rules by."""
        days = None if self.days is None else frozenset(self.days)
        nth = tuple((day, tuple(sorted(numbers))) for day, numbers in sorted(self.nth.items()))
        when = tuple(self.years), tuple(self.dates), tuple(self.easter)
        return days, nth, frozenset(self.holidays), self.only_holidays, *when

    def holds_on(self, clock: Clock) -> bool:
        """Tell whether the rule speaks of a day: an ordinary one where no date is stated."""
        if not self._holds_on_day(clock) or not self._holds_in_year(clock):
            return False
        if self.easter and not self.dates:
            return self._holds_about_easter(clock)
        if not self.dates:
            return True
        if clock.date is not None:
            about_easter = self._holds_about_easter(clock)
            return about_easter or any(span.holds(clock.date) for span in self.dates)
        # On most days of an ordinary year, or not: years that are named are no ordinary ones.
        year = [date(_ANY_YEAR, 1, 1) + timedelta(days=n) for n in range(365)]
        spans = [span for span in self.dates if span.years is None]
        return sum(any(span.holds(day) for span in spans) for day in year) > len(year) / 2

    def _holds_on_day(self, clock: Clock) -> bool:
        """Tell whether a week day or a holiday that the rule names is one of a day."""
        day = clock.date
        is_holiday = "ph" in self.holidays and day is not None and is_bank_holiday(day)
        if self.days is None:
            return is_holiday or not self.holidays
        # `Mo[1]`: the first Monday of the month, which only a date can tell.
        numbers = self.nth.get(clock.day)
        on_day = clock.day in self.days and (not numbers or clock.is_nth(numbers))
        return on_day and is_holiday if self.only_holidays else on_day or is_holiday

    def _holds_in_year(self, clock: Clock) -> bool:
        """Tell whether a day lies in the years that the rule names, which are no ordinary ones."""
        if not self.years:
            return True
        day = clock.date
        return day is not None and any(first <= day.year <= last for first, last in self.years)

    def _holds_about_easter(self, clock: Clock) -> bool:
        day = clock.date
        return day is not None and (day - easter_sunday(day.year)).days in self.easter

    def covers(self, minute: int) -> bool:
        """Tell whether a minute of the day (of the next from 1,440 on) lies in the rule's times."""
        if not self.spans:
            return minute < DAY_MIN or self.state == "off"
        return any(start <= minute < end for start, end in self.spans)
