"""Bank holidays of England and Wales, computed by rule, for opening hours marked `PH`."""

from datetime import date, timedelta
from functools import cache
from typing import Final

_MONDAY, _SATURDAY, _SUNDAY = 0, 5, 6
_WEEK: Final = timedelta(days=7)


def is_bank_holiday(day: date) -> bool:
    """Return whether a date is a bank holiday of England and Wales, or has a substitute day.

    Holidays proclaimed for one year (a coronation) are not included.

    Source: Banking and Financial Dealings Act 1971, schedule 1; GOV.UK, UK bank holidays (2026-11).
    """
    return day in _bank_holidays(day.year)


def easter_sunday(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar.

    Source: Anonymous algorithm, Nature 13 (1876); Meeus, Astronomical Algorithms (1991), chapter 8.
    """
    golden = year % 19
    century, of_century = divmod(year, 100)
    leaps, rest = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - moon + 15) % 30
    quads, odd = divmod(of_century, 4)
    to_sunday = (32 + 2 * rest + 2 * quads - epact - odd) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, before = divmod(epact + to_sunday - 7 * late + 114, 31)
    return date(year, month, before + 1)


@cache
def _bank_holidays(year: int) -> frozenset[date]:
    easter = easter_sunday(year)
    spring_or_summer = (_monday_from(year, 5, 25), _monday_from(year, 8, 25))
    movable = {easter - timedelta(days=2), easter + timedelta(days=1), _monday_from(year, 5, 1)}
    fixed = [date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)]
    days = movable | {*spring_or_summer, *fixed}
    # A holiday at a weekend has the next working day that is no holiday as its substitute.
    for feast in fixed:
        if feast.weekday() in {_SATURDAY, _SUNDAY}:
            later = feast
            while later.weekday() in {_SATURDAY, _SUNDAY} or later in days:
                later += timedelta(days=1)
            days.add(later)
    return frozenset(days)


def _monday_from(year: int, month: int, day: int) -> date:
    """Return the first Monday on or after a date."""
    first = date(year, month, day)
    return first + (timedelta(days=_MONDAY - first.weekday()) % _WEEK)
