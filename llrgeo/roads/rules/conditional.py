"""Evaluate tags that hold at certain times (`access:conditional` and others) at a clock time.

Without a clock time conditional tags do not count. With one, `no @ (Mo-Fr 07:00-09:00)` counts if
the time is within the hours (`opening_hours`). Conditions on the vehicle (weight, height, length)
are evaluated for an ordinary car. Conditions that name other people or weather (`permit_holder`,
`snow`) are not met; conditions that cannot be read are not met either, and noted.

Conditions joined by `AND` must all hold. The wiki requires capitals: `and` in small letters
continues a list of hours (`Sa and Su`) where it can be read as such, joins conditions otherwise,
and is noted.

A street or ferry with `opening_hours` is closed outside them, unless the hours belong to something
else that the way is as well (a market on a square).

Source: OSM wiki, Conditional restrictions (2026-11).
"""

import re
from collections.abc import Mapping
from itertools import accumulate
from typing import Final, NamedTuple

from llrgeo.roads.rules.clock import Clock
from llrgeo.roads.rules.opening_hours import HoursAnswer, hours_hold

CONDITIONAL: Final = ":conditional"  # at the end of a key
# Keys that apply to cars, walkers or cyclists; rules for others and for parking are ignored.
_KEYS: Final = frozenset(
    {
        "access", "barrier", "bicycle", "foot", "highway", "locked", "maxheight", "maxspeed",
        "maxwidth", "motor_vehicle", "motorcar", "oneway", "restriction", "vehicle",
    }
)  # fmt: skip
_THINGS: Final = ("amenity", "leisure", "office", "shop", "tourism")  # with hours of their own
_NO_THING: Final = frozenset({"no", "parking", "parking_entrance", "parking_space"})
_NO_TIME_FOR_HOURS: Final = "opening_hours left out, no time is stated"
_QUOTED: Final = re.compile(r'"[^"]*"')
_COMPARISON: Final = re.compile(r"([a-z_]+)\s*(<=|>=|<|>|=)\s*(\d+(?:\.\d+)?)\s*[a-z']*")
# Measures of an ordinary car, in tonnes and metres, for conditions on the vehicle.
_CAR: Final = {
    "weight": 1.8, "maxweight": 1.8, "grossweight": 2.3, "maxweightrating": 2.3,
    "weightrating": 2.3,
    "height": 1.6, "width": 1.8, "length": 4.5, "axles": 2.0, "wheels": 4.0, "seats": 5.0,
    "axleload": 1.0, "trailers": 0.0, "occupants": 1.0,
}  # fmt: skip
# Other conditions; none of them applies to a patient on an ordinary day.
_OTHERS: Final = frozenset(
    {
        "agricultural", "bus", "carpool", "customers", "delivery", "destination", "disabled",
        "disabled_parking", "doctor", "emergency", "employees", "event", "fire", "flood", "fog",
        "forestry", "hazmat", "hgv", "hov", "ice", "loading", "maintenance", "market", "members",
        "motorcycle", "non_resident", "permit", "permit_holder", "permit_holders", "psv", "rain",
        "resident", "residents", "snow", "staff", "taxi", "trailer", "unloading", "visitors",
        "wet", "winter",
    }
)  # fmt: skip


class Settled(NamedTuple):
    """Tags with the conditional ones evaluated, and notes of decisions and of what was not read."""

    tags: dict[str, str]
    notes: tuple[str, ...] = ()


class Clause(NamedTuple):
    """One clause of a conditional tag: the value, and when it holds."""

    value: str
    condition: str


def settle(tags: Mapping[str, str], clock: Clock | None) -> Settled:
    """Return tags with the conditional ones evaluated: those that hold replace the plain ones.

    Parameters
    ----------
    tags
        Tags as mapped.
    clock
        The time; None leaves out all conditional tags.
    """
    plain = {key: value for key, value in tags.items() if not key.endswith(CONDITIONAL)}
    timed = [key for key in tags if key.endswith(CONDITIONAL) and key[: key.index(":")] in _KEYS]
    # Without a time conditional tags cannot be evaluated: they are left out and noted.
    if clock is None:
        left_out = [f"{key} left out, no time is stated" for key in timed]
        return Settled(plain, tuple(left_out))
    notes: list[str] = []
    for key, text in ((key, tags[key]) for key in timed):
        value, odd = value_at(text, clock)
        notes += [f"{key}: {note}" for note in odd]
        if value is not None:
            plain[key.removesuffix(CONDITIONAL)] = value.lower()
    return Settled(plain, tuple(notes))


def settle_way(tags: Mapping[str, str], clock: Clock | None) -> Settled:
    """Return a way's tags with the conditional ones evaluated; outside its hours it is closed."""
    settled = settle(tags, clock)
    hours = settled.tags.get("opening_hours")
    if hours is None:
        return settled
    if thing := _thing(settled.tags):
        note = f"opening_hours of {thing}, not of the street"
        return Settled(settled.tags, (*settled.notes, note))
    if clock is None:
        return Settled(settled.tags, (*settled.notes, _NO_TIME_FOR_HOURS))
    answer = hours_hold(hours, clock)
    state = {} if answer.holds or _is_unread(answer) else {"impassable": "yes"}
    return Settled(settled.tags | state, (*settled.notes, *answer.notes))


def _thing(tags: Mapping[str, str]) -> str:
    """Return what a way is besides a street, to which its hours belong; empty if nothing else."""
    named = (f"{key}={tags[key]}" for key in _THINGS if tags.get(key, "no") not in _NO_THING)
    return next(named, "")


def settle_barrier(tags: Mapping[str, str], clock: Clock | None) -> Settled:
    """Return a barrier's tags with its opening hours evaluated: open in them, locked outside them.

    A gate keeps its delay and its access in its hours; a bollard with hours is taken as a rising
    one, which is no barrier in its hours.
    """
    settled = settle(tags, clock)
    hours = settled.tags.get("opening_hours")
    if hours is None or "barrier" not in settled.tags:
        return settled
    if clock is None:
        return Settled(settled.tags, (*settled.notes, _NO_TIME_FOR_HOURS))
    answer = hours_hold(hours, clock)
    notes = (*settled.notes, *answer.notes)
    if _is_unread(answer):
        return Settled(settled.tags, notes)
    state = {} if answer.holds else {"locked": "yes"}
    if answer.holds and not settled.tags["barrier"].endswith("gate"):
        state = {"barrier": "no"}
    return Settled(settled.tags | state, notes)


def _is_unread(answer: HoursAnswer) -> bool:
    return any(note.startswith("hours not read") for note in answer.notes)


def value_at(text: str, clock: Clock) -> tuple[str | None, tuple[str, ...]]:
    """Return the value that a conditional tag has at a time (the last that holds), and notes."""
    value, notes = None, []
    found = clauses(text)
    if not found:
        notes.append(f"condition not read: {text.strip()}")
    for clause in found:
        answer = is_met(clause.condition, clock)
        notes += answer.notes
        if answer.holds:
            value = clause.value
    return value, tuple(notes)


def clauses(text: str) -> list[Clause]:
    """Split a conditional tag into its clauses: `value @ (condition); value @ condition`.

    Text after a semicolon without an `@` of its own continues the condition before it.
    """
    found: list[Clause] = []
    for part in _split(_QUOTED.sub(lambda quote: " " * len(quote[0]), text), ";"):
        value, at, condition = (piece.strip() for piece in part.partition("@"))
        if at and value:
            found.append(Clause(value, condition))
        elif found and part.strip():
            found[-1] = Clause(found[-1].value, f"{found[-1].condition}; {part.strip()}")
        elif part.strip():
            return []
    return found


def is_met(condition: str, clock: Clock) -> HoursAnswer:
    """Return whether a condition holds at a time: all the parts that `AND` joins."""
    parts, notes = _joined(_bare(condition), clock)
    answers = [_one_is_met(part, clock) for part in parts]
    notes += [note for answer in answers for note in answer.notes]
    return HoursAnswer(all(answer.holds for answer in answers), tuple(notes))


def _joined(condition: str, clock: Clock) -> tuple[list[str], list[str]]:
    """Split a condition at each `AND`; return the parts, and notes on `and` in small letters."""
    parts, notes = [], list[str]()
    for part in re.split(r"\bAND\b", condition):
        smaller = re.split(r"(?i)\band\b", part)
        if len(smaller) == 1:
            parts.append(part)
        elif _is_unread(hours_hold(_bare(part), clock)):
            parts += smaller
            notes.append(f"'and' read as AND: {part.strip()}")
        else:
            parts.append(part)
            notes.append(f"'and' read as a list of hours: {part.strip()}")
    return parts, notes


def _one_is_met(condition: str, clock: Clock) -> HoursAnswer:
    bare = _bare(condition.lower())
    # A comparison is decided by an ordinary car, whatever the time.
    if found := _COMPARISON.fullmatch(bare):
        if found[1] in _CAR:
            return HoursAnswer(_compares(_CAR[found[1]], found[2], float(found[3])))
        return HoursAnswer(holds=False, notes=(f"condition not read: {bare}",))
    if bare.replace(" ", "_") in _OTHERS:
        return HoursAnswer(holds=False)
    return hours_hold(bare, clock)


def _bare(condition: str) -> str:
    """Remove brackets around the whole; those of `(sunset-00:30)` belong to the hours."""
    text = condition.strip()
    if not text.startswith("("):
        return text
    # The first bracket encloses the whole if it is closed at the end, or not at all.
    depth = list(accumulate((letter == "(") - (letter == ")") for letter in text))
    closes = depth.index(0) if 0 in depth else len(text)
    return text[1:closes].strip() if closes >= len(text) - 1 else text


def _compares(size: float, sign: str, bound: float) -> bool:
    return {
        "<": size < bound,
        "<=": size <= bound,
        ">": size > bound,
        ">=": size >= bound,
        "=": size == bound,
    }[sign]


def _split(text: str, at: str) -> list[str]:
    """Split a text at a character outside brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if letter == at and depth <= 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts
