"""Tags that hold at certain times (`access:conditional` and the like), read for a clock time.

Without a clock time conditional tags do not count. With one, `no @ (Mo-Fr 07:00-09:00)` does where
the time lies within it. Days of the week and times of day are understood; conditions of any other
kind (dates, weights, school holidays, sunset) are taken as not met.
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple, Self

from llrgeo.errors import InputError

_DAYS: Final = ("mo", "tu", "we", "th", "fr", "sa", "su")
_SUFFIX: Final = ":conditional"
_CLAUSE: Final = re.compile(r"([^@;]+)@\s*(\([^)]*\)|[^;]+)")
_TIMES: Final = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_DAY_SPAN: Final = re.compile(r"([a-z]{2})(?:\s*-\s*([a-z]{2}))?")
_SPAN_TEXT: Final = r"\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2}"
_RULE: Final = re.compile(
    rf"(?P<days>[a-z]{{2}}(?:\s*[-,]\s*[a-z]{{2}})*)?\s*(?P<times>{_SPAN_TEXT}(?:\s*,\s*{_SPAN_TEXT})*)?"
)
_MINUTES_A_DAY: Final = 24 * 60
_LAST_HOUR: Final = 23
_LAST_MINUTE: Final = 59


class Clock(NamedTuple):
    """A time in the week: the day (0 is Monday) and the minutes since midnight."""

    day: int
    minute: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a clock time such as `Tu 08:30`.

        Raises
        ------
        InputError
            If the text is not a day and a time.
        """
        found = re.fullmatch(r"([A-Za-z]{2})[a-z]*\s+(\d{1,2}):(\d{2})", text.strip())
        if not found or found[1].lower() not in _DAYS:
            msg = f"a clock time is a day and a time, such as 'Tu 08:30', not '{text}'"
            raise InputError(msg)
        hour, minute = int(found[2]), int(found[3])
        if hour > _LAST_HOUR or minute > _LAST_MINUTE:
            msg = f"'{text}' is no time of day"
            raise InputError(msg)
        return cls(_DAYS.index(found[1].lower()), hour * 60 + minute)

    def __str__(self) -> str:
        """Return the time as `parse` reads it."""
        hour, minute = divmod(self.minute, 60)
        return f"{_DAYS[self.day].title()} {hour:02}:{minute:02}"


def at_clock(tags: Mapping[str, str], clock: Clock | None) -> dict[str, str]:
    """Return tags with the conditional ones settled: those that hold replace the plain ones.

    Parameters
    ----------
    tags
        Tags as mapped.
    clock
        The time; None leaves out all conditional tags.
    """
    plain = {key: value for key, value in tags.items() if not key.endswith(_SUFFIX)}
    if clock is None:
        return plain
    for key, text in tags.items():
        if key.endswith(_SUFFIX):
            value = value_at(text, clock)
            if value is not None:
                plain[key.removesuffix(_SUFFIX)] = value
    return plain


def value_at(text: str, clock: Clock) -> str | None:
    """Return the value that a conditional tag has at a time; the last one that holds counts."""
    value = None
    for found in _CLAUSE.finditer(text):
        if is_met(found[2].strip(" ()"), clock):
            value = found[1].strip()
    return value


def is_met(condition: str, clock: Clock) -> bool:
    """Tell whether a condition such as `Mo-Fr 07:00-09:00; Sa 10:00-12:00` holds at a time."""
    rules = [rule.strip().lower() for rule in condition.split(";")]
    return any(_rule_is_met(rule, clock) for rule in rules if rule)


def _rule_is_met(rule: str, clock: Clock) -> bool:
    found = _RULE.fullmatch("00:00-24:00" if rule == "24/7" else rule)
    if not found:
        return False
    days = _days(found["days"]) if found["days"] else set(range(len(_DAYS)))
    for hour, minute, to_hour, to_minute in _TIMES.findall(found["times"] or "00:00-24:00"):
        start, end = int(hour) * 60 + int(minute), int(to_hour) * 60 + int(to_minute)
        if end <= start:  # over midnight
            end += _MINUTES_A_DAY
        today, late = clock.minute, clock.minute + _MINUTES_A_DAY
        if clock.day in days and start <= today < end:
            return True
        if (clock.day - 1) % len(_DAYS) in days and start <= late < end:
            return True
    return False


def _days(text: str) -> set[int]:
    """Return the days that a list names; none if it names anything but days (`PH`)."""
    days: set[int] = set()
    for first, last in _DAY_SPAN.findall(text):
        if first not in _DAYS or (last and last not in _DAYS):
            return set()
        start = _DAYS.index(first)
        length = (_DAYS.index(last) - start) % len(_DAYS) if last else 0
        days |= {(start + step) % len(_DAYS) for step in range(length + 1)}
    return days
