"""What the tags of a street or barrier allow: access, direction and passage, for each mode.

The rules follow OpenStreetMap's documented keys (access, oneway, barrier) as drivers in the United
Kingdom know them; the values stand in tables (`llrgeo.roads.profile`).
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from llrgeo.roads.profile import Level, Rules, rules

Tags = Mapping[str, str]

_ONEWAY: Final = {
    "yes": (True, False),
    "true": (True, False),
    "1": (True, False),
    "-1": (False, True),
    "reverse": (False, True),
    "no": (True, True),
    "false": (True, True),
    "0": (True, True),
    "alternating": (True, True),
    "reversible": (False, False),
}
_HARMLESS_WORKS: Final = {"no", "minor", "widening"}
_LOWEST_M: Final = {"maxheight": 2.0, "maxwidth": 1.9}
_METRES_A_FOOT: Final = 0.3048
_INCHES_A_FOOT: Final = 12
_FEET: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(?:'|ft|feet)\s*(?:(\d+(?:\.\d+)?)\s*(?:\"|''|in)?)?")
_METRES: Final = re.compile(r"(\d+(?:\.\d+)?)\s*m?")
_FLAT_KERBS: Final = {"flush", "lowered", "no"}


class Access(NamedTuple):
    """How far a way may be used in each direction, and what was odd about its tags."""

    forward: Level
    backward: Level
    notes: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """`FB`, `F`, `B`, `-`, or `D` (with its direction if it has but one)."""
        letters = {
            level: "".join(
                letter
                for letter, found in (("F", self.forward), ("B", self.backward))
                if found == level
            )
            for level in (Level.OPEN, Level.DESTINATION)
        }
        ends = letters[Level.DESTINATION]
        if ends:
            return letters[Level.OPEN] + "D" + ends.replace("FB", "")
        return letters[Level.OPEN] or "-"


class NodeAccess(NamedTuple):
    """How far a point on a way may be passed, and what was odd about its tags."""

    level: Level
    notes: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """`FB`, `D` or `-`."""
        return {Level.OPEN: "FB", Level.DESTINATION: "D", Level.CLOSED: "-"}[self.level]


def way_access(tags: Tags, mode: str) -> Access:
    """Tell in which directions, and how far, a mode may use a way.

    Parameters
    ----------
    tags
        The way's tags; conditional ones do not count (see `llrgeo.roads.conditional`).
    mode
        `car`, `walk`, `walk_slow` or `cycle`.
    """
    rule = rules(mode)
    notes: list[str] = []
    default = _class_default(tags, rule, notes)
    if default == "closed" or _is_blocked(tags, rule):
        return Access(Level.CLOSED, Level.CLOSED, tuple(notes))
    along = _directions(tags, rule, notes)
    levels = [
        _level(tags, rule, direction, default, notes) if open_ else Level.CLOSED
        for direction, open_ in zip(("forward", "backward"), along, strict=True)
    ]
    return Access(levels[0], levels[1], tuple(dict.fromkeys(notes)))


def node_access(tags: Tags, mode: str) -> NodeAccess:
    """Tell how far a mode may pass a point on a way: a barrier, or a point closed by its tags."""
    rule = rules(mode)
    notes: list[str] = []
    barrier = tags.get("barrier")
    tagged = _tagged_level(tags, rule, "forward", notes)
    if tags.get("locked") == "yes" or _is_low(tags, rule):
        return NodeAccess(Level.CLOSED, tuple(notes))
    if tagged is not None:
        return NodeAccess(tagged, tuple(notes))
    if barrier is None or (barrier == "kerb" and tags.get("kerb") in _FLAT_KERBS):
        return NodeAccess(Level.OPEN, tuple(notes))
    if barrier not in rule.barriers:
        notes.append(f"unknown barrier={barrier}")
    elif barrier.endswith("gate") and rule.barriers[barrier]:
        notes.append(f"barrier={barrier} without access, taken as open")
    return NodeAccess(rule.barriers.get(barrier, Level.OPEN), tuple(notes))


def is_ferry(tags: Tags) -> bool:
    """Tell whether a way is the course of a ferry."""
    return tags.get("route") == "ferry" or tags.get("ferry") == "yes"


def metres(text: str) -> float | None:
    """Read a height or width: `2.1`, `2.1 m`, `6'6"`, `6 ft 6 in`; None if it is none of these."""
    text = text.strip().lower()
    if found := _METRES.fullmatch(text):
        return float(found[1])
    if found := _FEET.fullmatch(text):
        feet = float(found[1]) + float(found[2] or 0) / _INCHES_A_FOOT
        return feet * _METRES_A_FOOT
    return None


def _class_default(tags: Tags, rule: Rules, notes: list[str]) -> str:
    """Return `open`, `explicit` (closed unless granted) or `closed`."""
    highway = tags.get("highway")
    if highway is None:
        return _ferry_default(tags, rule) if is_ferry(tags) else "closed"
    default = rule.highways.get(highway)
    if default is None or highway in rule.doubtful:
        notes.append(f"doubtful highway={highway}")
    if tags.get("motorroad") == "yes" and rule.mode != "car":
        return "explicit"
    return default or "closed"


def _ferry_default(tags: Tags, rule: Rules) -> str:
    """Take a ferry that is tagged for others only as closed: a foot ferry carries no cars."""
    others = {"foot", "bicycle", "motor_vehicle", "motorcar", "vehicle", "hgv"} - set(rule.keys)
    return "explicit" if others & set(tags) else "open"


def _is_blocked(tags: Tags, rule: Rules) -> bool:
    """Tell whether works, decay or size close a way, whatever its access."""
    if tags.get("construction", "no") not in _HARMLESS_WORKS:
        return True
    if any(tags.get(state) == "yes" for state in ("abandoned", "disused", "razed", "demolished")):
        return True
    if tags.get("impassable") == "yes" or tags.get("smoothness") == "impassable":
        return True
    # Walkers cross a square along its rim; nobody drives round the rim of a yard.
    if tags.get("area") == "yes" and rule.mode == "car":
        return True
    return _is_low(tags, rule)


def _is_low(tags: Tags, rule: Rules) -> bool:
    """Tell whether a car does not fit: under 2.0 m high or 1.9 m wide."""
    if rule.mode != "car":
        return False
    sizes = ((metres(tags[key]), least) for key, least in _LOWEST_M.items() if key in tags)
    return any(size is not None and size < least for size, least in sizes)


def _directions(tags: Tags, rule: Rules, notes: list[str]) -> tuple[bool, bool]:
    """Tell whether a way may be used along and against its nodes' order."""
    if rule.mode == "cycle" and _has_contraflow(tags):
        return True, True
    for key in rule.oneway_keys:
        value = tags.get(key, "").strip().lower()
        if value in _ONEWAY:
            if value == "reverse":
                notes.append(f"{key}=reverse, taken as -1")
            return _ONEWAY[value]
        if value:
            notes.append(f"unknown {key}={value}")
    if "oneway" not in rule.oneway_keys:
        return True, True
    if tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") == "motorway":
        return True, False
    if tags.get("highway") == "motorway_link":
        notes.append("motorway_link without oneway, taken as two-way")
    return True, True


def _has_contraflow(tags: Tags) -> bool:
    lanes = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
    return any(tags.get(key, "").startswith("opposite") for key in lanes)


def _level(tags: Tags, rule: Rules, direction: str, default: str, notes: list[str]) -> Level:
    if default == "explicit":
        return _granted_level(tags, rule, direction)
    tagged = _tagged_level(tags, rule, direction, notes)
    if tagged is not None:
        return tagged
    return rule.services.get(tags.get("service", ""), Level.OPEN)


def _tagged_level(tags: Tags, rule: Rules, direction: str, notes: list[str]) -> Level | None:
    """Return the level by the most specific access key; None where there is no such tag."""
    for key in rule.keys:
        for name in (f"{key}:{direction}", key):
            if name in tags:
                return _value_level(name, tags[name], rule, notes)
    return None


def _granted_level(tags: Tags, rule: Rules, direction: str) -> Level:
    """Return the level of a class that is closed unless a key of the mode itself opens it."""
    for key in rule.keys:
        for name in (f"{key}:{direction}", key):
            if name in tags:
                known = any(part.strip() in rule.values for part in tags[name].split(";"))
                granted = key in rule.grants and known
                return _value_level(name, tags[name], rule, []) if granted else Level.CLOSED
    return Level.CLOSED


def _value_level(key: str, text: str, rule: Rules, notes: list[str]) -> Level:
    """Return the most permissive level of a list of values; an unknown value is open."""
    values = [part.strip().lower() for part in text.split(";")]
    notes.extend(f"unknown {key}={value}" for value in values if value not in rule.values)
    return max(rule.values.get(value, Level.OPEN) for value in values)
