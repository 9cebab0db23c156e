"""Access, direction and passage by the tags of a street or barrier, for each mode.

The rules follow OpenStreetMap's documented keys (access, oneway, barrier) as used in the United
Kingdom; their values are in tables (`llrgeo.roads.rules.profile`).
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from llrgeo.modes import MODES
from llrgeo.roads.rules.clearance import is_too_small
from llrgeo.roads.rules.conditional import CONDITIONAL
from llrgeo.roads.rules.profile import Level, Rules, features, rules

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
# Capacity of a ferry that carries vehicles of a key: 0 walkers, 1 also bicycles, 2 also cars.
_FERRY_ROOM: Final = {
    "foot": 0, "bicycle": 1, "vehicle": 2, "motor_vehicle": 2, "motorcar": 2, "hgv": 2,
}  # fmt: skip
_HARMLESS_WORKS: Final = {"no", "minor", "widening"}
_FLAT_KERBS: Final = {"flush", "lowered", "no"}
SEVERAL: Final = re.compile(r"[;,|]")  # what parts the values of a tag that has several
_AS_WRITTEN: Final = {"name", "ref"}  # besides conditional tags, whose AND is in capitals


class WayAccess(NamedTuple):
    """How far a way may be used in each direction, and notes on odd tags."""

    forward: Level
    backward: Level
    notes: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """`FB`, `F`, `B`, `-`, or `D` (with its direction if it has only one)."""
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
    """How far a point on a way may be passed, and notes on odd tags.

    `is_barrier` tells whether there is a barrier or a tag that closes the point. At a junction it
    may apply only to some of the streets (`llrgeo.roads.junction_barriers`).
    """

    level: Level
    notes: tuple[str, ...] = ()
    is_barrier: bool = False

    @property
    def code(self) -> str:
        """`FB`, `D` or `-`."""
        return {Level.OPEN: "FB", Level.DESTINATION: "D", Level.CLOSED: "-"}[self.level]


class PlainTags(NamedTuple):
    """Tags normalised for the rules, and notes of the decisions made."""

    tags: dict[str, str]
    notes: tuple[str, ...] = ()


def plain_tags(tags: Tags, mode: str) -> PlainTags:
    """Return tags in small letters, without spaces around them, with one class of road.

    Of several classes (`residential;unclassified`, which editors make when they join ways) the one
    that allows least counts, then the lowest: part of the way is of that class.
    """
    plain = {}
    for written, value in tags.items():
        key = written.strip().lower()
        as_written = key in _AS_WRITTEN or key.endswith(CONDITIONAL)
        plain[key] = value.strip() if as_written else value.strip().lower()
    highway = plain.get("highway", "")
    notes = []
    if tags.get("highway", highway) != highway:
        notes.append(f"highway={tags['highway']} read as {highway}")
    if ";" in highway:
        plain["highway"] = _one_class(highway, rules(mode))
        notes.append(f"highway={highway} read as {plain['highway']}")
    return PlainTags(plain, tuple(notes))


def way_access(tags: Tags, mode: str) -> WayAccess:
    """Return how far a mode may use a way in each direction.

    Parameters
    ----------
    tags
        The way's tags; conditional ones do not count (see `llrgeo.roads.rules.conditional`).
    mode
        `car`, `walk`, `walk_slow` or `cycle`.
    """
    rule = rules(mode)
    tags, found = plain_tags(tags, mode)
    notes = list(found)
    # First the class of road, then what blocks any way, then one-way rules, and last the access
    # tags of each direction.
    default = _class_default(tags, rule, notes)
    if default == "closed" or _is_blocked(tags, rule, notes):
        return WayAccess(Level.CLOSED, Level.CLOSED, tuple(notes))
    along = _directions(tags, rule, notes)
    levels = [
        _level(tags, rule, direction, default, notes) if open_ else Level.CLOSED
        for direction, open_ in zip(("forward", "backward"), along, strict=True)
    ]
    return WayAccess(levels[0], levels[1], tuple(dict.fromkeys(notes)))


def node_access(tags: Tags, mode: str) -> NodeAccess:
    """Return how far a mode may pass a point on a way: a barrier, or a point closed by its tags.

    Access tags of features beside the street (`data/driving/point_features.csv`: a stop, a
    crossing, the entrance of a car park) apply to the feature and not to the street.
    """
    rule = rules(mode)
    tags, _ = plain_tags(tags, mode)
    notes: list[str] = []
    barrier = tags.get("barrier")
    own = None if barrier is None else _barrier_level(tags, rule, notes)
    # Access tags at a stop or a crossing belong to that feature, not to the street.
    thing = None if barrier or "enforcement" in tags else _feature(tags)
    key, tagged = _tagged(tags, rule, "forward", notes)
    if thing and key:
        return NodeAccess(Level.OPEN, (f"access tags of {thing}, not of the street",))
    # In order of precedence: locked or too small, then access tags, then the kind of barrier.
    if tags.get("locked") == "yes" or (mode == "car" and is_too_small(tags, notes)):
        return NodeAccess(Level.CLOSED, tuple(notes), is_barrier=True)
    if tagged is not None:
        return NodeAccess(tagged, tuple(notes), is_barrier=True)
    if own is None:
        return NodeAccess(Level.OPEN, tuple(notes))
    if barrier and "gate" in barrier and own and not key:
        notes.append(f"barrier={barrier} without access, taken as open")
    return NodeAccess(own, tuple(notes), is_barrier=barrier != "no")


def is_ferry(tags: Tags) -> bool:
    """Return whether a way is a ferry line."""
    course, ferry = (tags.get(key, "").strip().lower() for key in ("route", "ferry"))
    return course == "ferry" or ferry == "yes"


def _one_class(highway: str, rule: Rules) -> str:
    """Return the class that allows least of several, then the lowest; unknown ones last."""
    order = list(rule.highways)
    allows = {"closed": 0, "explicit": 1, "open": 2}
    parts = [part.strip() for part in highway.split(";") if part.strip()]
    known = [part for part in parts if part in rule.highways]
    return min(
        known or parts or [""],
        key=lambda part: (
            allows[rule.highways.get(part, "closed")],
            -order.index(part) if part in order else 0,
        ),
    )


def _feature(tags: Tags) -> str:
    """Return the feature at a point to which its access tags apply; empty if there is none."""
    for key, values in features().items():
        value = tags.get(key, "no")
        if value != "no" and ("*" in values or value in values):
            return f"{key}={value}"
    return ""


def _barrier_level(tags: Tags, rule: Rules, notes: list[str]) -> Level:
    """Return how far a barrier can be passed; of several side by side the most open counts."""
    parts = [part.strip() for part in SEVERAL.split(tags["barrier"]) if part.strip()]
    if parts == ["kerb"] and tags.get("kerb") in _FLAT_KERBS:
        return Level.OPEN
    # A row of bollards is one barrier (`bollards`).
    named = [part if part in rule.barriers else part.removesuffix("s") for part in parts]
    notes.extend(
        f"unknown barrier={part}"
        for part, name in zip(parts, named, strict=True)
        if name not in rule.barriers
    )
    known = [rule.barriers[name] for name in named if name in rule.barriers]
    return max(known, default=Level.OPEN)


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
    """Return `explicit` for a ferry without room for the mode: a foot ferry carries no cars.

    A ferry that carries cars takes cyclists and walkers too, unless its tags deny it.
    """
    carried = [room for key, room in _FERRY_ROOM.items() if tags.get(key, "no") != "no"]
    needed = max(_FERRY_ROOM.get(key, 0) for key in rule.grants)
    return "explicit" if carried and max(carried) < needed else "open"


def _is_blocked(tags: Tags, rule: Rules, notes: list[str]) -> bool:
    """Return whether works, decay or size close a way, whatever its access."""
    if tags.get("construction", "no") not in _HARMLESS_WORKS:
        return True
    if any(tags.get(state) == "yes" for state in ("abandoned", "disused", "razed", "demolished")):
        return True
    if tags.get("impassable") == "yes" or tags.get("smoothness") == "impassable":
        return True
    # Walkers cross a square along its outline; nobody drives around the outline of a yard.
    if tags.get("area") == "yes" and rule.mode == "car":
        return True
    return rule.mode == "car" and is_too_small(tags, notes)


def _directions(tags: Tags, rule: Rules, notes: list[str]) -> tuple[bool, bool]:
    """Return whether a way may be used along and against the order of its nodes."""
    # A contraflow lane exempts bicycles from the one-way rule of the street.
    if MODES[rule.mode].streets == "cycle" and _has_contraflow(tags):
        return True, True
    # The mode's own key (oneway:bicycle) comes before the general one; the first with a known
    # value decides.
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
    # Untagged roundabouts and motorways are one-way by convention (wiki, Key:oneway).
    if tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") == "motorway":
        return True, False
    if tags.get("highway") == "motorway_link":
        notes.append("motorway_link without oneway, taken as two-way")
    return True, True


def _has_contraflow(tags: Tags) -> bool:
    lanes = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
    return any(tags.get(key, "").startswith("opposite") for key in lanes)


def _level(tags: Tags, rule: Rules, direction: str, default: str, notes: list[str]) -> Level:
    kinds = [part.strip() for part in SEVERAL.split(tags.get("service", ""))]
    service = min((rule.services[kind] for kind in kinds if kind in rule.services), default=None)
    # A road for buses or fire engines is closed like a track, unless a key of the mode opens it.
    if default == "explicit" or service == Level.CLOSED:
        return _granted_level(tags, rule, direction)
    _, tagged = _tagged(tags, rule, direction, notes)
    if tagged is not None:
        return tagged
    return Level.OPEN if service is None else service


def _tagged(tags: Tags, rule: Rules, direction: str, notes: list[str]) -> tuple[str, Level | None]:
    """Return the most specific access key of a way or point, and its level.

    The key is empty where there is none; the level is None where the value is unknown, and the tag
    then has no effect.
    """
    for key in rule.keys:
        for name in (f"{key}:{direction}", key):
            if name in tags:
                return key, _value_level(name, tags[name], rule, notes)
    return "", None


def _granted_level(tags: Tags, rule: Rules, direction: str) -> Level:
    """Return the level of a class that is closed unless a key of the mode itself opens it."""
    key, level = _tagged(tags, rule, direction, [])
    return level if key in rule.grants and level is not None else Level.CLOSED


def _value_level(key: str, text: str, rule: Rules, notes: list[str]) -> Level | None:
    """Return the most permissive level of a list of values; None if none of them is known."""
    levels = []
    for part in (part.strip() for part in SEVERAL.split(text)):
        level = _known_level(part, rule)
        if level is not None:
            levels.append(level)
        elif part:
            notes.append(f"unknown {key}={part}")
    return max(levels, default=None)


def _known_level(value: str, rule: Rules) -> Level | None:
    """Look a value up as written, without `only`, and in the singular."""
    name = re.sub(r"[\s-]+", "_", value)
    short = name.removesuffix("_only")
    for form in (name, short, short.removesuffix("s")):
        if form in rule.values:
            return rule.values[form]
    return None
