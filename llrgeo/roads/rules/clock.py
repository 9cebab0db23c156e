"""The time at which conditional rules are evaluated: a time of the week, with or without a date."""

import datetime as dt
import re
from typing import Final, NamedTuple, Self

from llrgeo.errors import InputError

DAYS: Final = ("mo", "tu", "we", "th", "fr", "sa", "su")
DAY_MIN: Final = 24 * 60

_LAST_HOUR: Final = 23
_MOST_OF_THE_MONTH: Final = 3  # of the four or five dates that a week day has in it
_LAST_MINUTE: Final = 59


class Clock(NamedTuple):
    """A time: the day of the week (0 is Monday), minutes since midnight, the date if stated."""

    day: int
    minute: int
    date: dt.date | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a clock time such as `Tu 08:30`, or `2026-11-24 08:30` with its date.

        Raises
        ------
        InputError
            If the text is not a day and a time.
        """
        found = re.fullmatch(
            r"(?:([A-Za-z]{2})[a-z]*|(\d{4}-\d{2}-\d{2}))[ T]+(\d{1,2}):(\d{2})", text.strip()
        )
        day = _stated_date(found[2]) if found and found[2] else None
        if not found or (day is None and (found[1] or "").lower() not in DAYS):
            msg = (
                "a clock time is a day and a time, such as 'Tu 08:30' or '2026-11-24 08:30', "
                f"not '{text}'"
            )
            raise InputError(msg)
        hour, minute = int(found[3]), int(found[4])
        if hour > _LAST_HOUR or minute > _LAST_MINUTE:
            msg = f"'{text}' is no time of day"
            raise InputError(msg)
        # A date has its own week day; without one the text names it.
        week_day = DAYS.index(found[1].lower()) if day is None else day.weekday()
        return cls(week_day, hour * 60 + minute, day)

    def __str__(self) -> str:
        """Return the time as `parse` reads it."""
        hour, minute = divmod(self.minute, 60)
        day = DAYS[self.day].title() if self.date is None else self.date.isoformat()
        return f"{day} {hour:02}:{minute:02}"

    def yesterday(self) -> "Clock":
        """Return the same moment as a time of the day before: 02:00 is its 26:00."""
        before = None if self.date is None else self.date - dt.timedelta(days=1)
        return Clock((self.day - 1) % len(DAYS), self.minute + DAY_MIN, before)

    def is_nth(self, numbers: set[int]) -> bool:
        """Return whether the date is the n-th of its week day in the month (-1: the last).

        Without a date: whether most dates are, that is at least three of the four or five.
        """
        if self.date is None:
            return len(numbers) >= _MOST_OF_THE_MONTH
        # Counted from the month's start (1, 2 ...) and from its end (-1, -2 ...).
        ahead = (self.date.day - 1) // 7 + 1
        # Four days after the 28th is always in the next month.
        next_month = self.date.replace(day=28) + dt.timedelta(days=4)
        month_end = next_month.replace(day=1) - dt.timedelta(days=1)
        behind = -((month_end.day - self.date.day) // 7 + 1)
        return bool({ahead, behind} & numbers)


def _stated_date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
