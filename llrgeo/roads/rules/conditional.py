"""Tags that hold at certain times (`access:conditional` and the like), read for a clock time.

Without a clock time conditional tags do not count. With one, `no @ (Mo-Fr 07:00-09:00)` does where
the time lies within it (`opening_hours`). Conditions of other kinds are read where a car decides
them (weight, height, length) and are not met where they name people or weather that patients cannot
count on (`permit_holder`, `snow`); what cannot be read is not met, and noted.

Conditions that `AND` joins hold together. The wiki asks for capitals: `and` in small letters goes
on with a list of hours (`Sa and Su`) where these can be read, joins conditions otherwise, and is
noted.

A street or ferry with `opening_hours` is shut outside them; those of a thing that a way is besides
(a market on a square) are of that thing.

Source: OSM wiki, Conditional restrictions (2026-11).
"""

import re
from collections.abc import Mapping
from itertools import accumulate
from typing import Final, NamedTuple

from llrgeo.roads.rules.clock import Clock
from llrgeo.roads.rules.opening_hours import HoursAnswer, hours_hold

CONDITIONAL: Final = ":conditional"  # at the end of a key
# What a car, a walker or a cyclist goes by; rules for others and for parking are not read.
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
# What an ordinary car measures, in tonnes and metres: a rule over it decides itself.
_CAR: Final = {
    "weight": 1.8, "maxweight": 1.8, "grossweight": 2.3, "maxweightrating": 2.3,
    "weightrating": 2.3,
    "height": 1.6, "width": 1.8, "length": 4.5, "axles": 2.0, "wheels": 4.0, "seats": 5.0,
    "axleload": 1.0, "trailers": 0.0, "occupants": 1.0,
}  # fmt: skip
# Who or what else conditions name; none of them is a patient on an ordinary day.
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
    """Tags with the conditional ones settled, and what had to be decided or was not read."""

    tags: dict[str, str]
    notes: tuple[str, ...] = ()


class Clause(NamedTuple):
    """One clause of a conditional tag: the value, and when it holds."""

    value: str
    condition: str


def settle(tags: Mapping[str, str], clock: Clock | None) -> Settled:
    """Return tags with the conditional ones settled: those that hold replace the plain ones.

    Parameters
    ----------
    tags
        Tags as mapped.
    clock
        The time; None leaves out all conditional tags.
    """
    plain = {key: value for key, value in tags.items() if not key.endswith(CONDITIONAL)}
    timed = [key for key in tags if key.endswith(CONDITIONAL) and key[: key.index(":")] in _KEYS]
    # Without a time nothing conditional can be told: plain tags
    # stand, and what was left out is noted.
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
    """Return a way's tags with the conditional ones settled; outside its hours it is shut."""
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
    """Name what a way is besides a street, whose hours it then has; empty if it is nothing else."""
    named = (f"{key}={tags[key]}" for key in _THINGS if tags.get(key, "no") not in _NO_THING)
    return next(named, "")


def settle_barrier(tags: Mapping[str, str], clock: Clock | None) -> Settled:
    """Read the opening hours of a barrier: lowered or open in them, locked outside them.

    A gate keeps its delay and its access in its hours; a bollard with hours is one that sinks.
    """
    settled = settle(tags, clock)
    # Hours of a barrier are when it lets through; outside them it is locked.
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

    What follows a semicolon without an `@` of its own goes on with the condition before it.
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
    """Tell whether a condition holds at a time: all of what `AND` joins."""
    parts, notes = _joined(_bare(condition), clock)
    answers = [_one_is_met(part, clock) for part in parts]
    notes += [note for answer in answers for note in answer.notes]
    return HoursAnswer(all(answer.holds for answer in answers), tuple(notes))


def _joined(condition: str, clock: Clock) -> tuple[list[str], list[str]]:
    """Part a condition at each `AND`; return the parts, and what was decided of small letters."""
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
    # An ordinary car decides a comparison once and for all: no time has a part in it.
    if found := _COMPARISON.fullmatch(bare):
        if found[1] in _CAR:
            return HoursAnswer(_compares(_CAR[found[1]], found[2], float(found[3])))
        return HoursAnswer(holds=False, notes=(f"condition not read: {bare}",))
    if bare.replace(" ", "_") in _OTHERS:
        return HoursAnswer(holds=False)
    return hours_hold(bare, clock)


def _bare(condition: str) -> str:
    """Take off the brackets around the whole; those of `(sunset-00:30)` belong to the hours."""
    text = condition.strip()
    if not text.startswith("("):
        return text
    # The first bracket is that of the whole if nothing but the end closes it, or nothing at all.
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
