"""Turn restrictions read: which edge may not, or must, be followed by which."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import pandas as pd

from llrgeo.roads.conditional import Clock, at_clock
from llrgeo.roads.extract import Restriction

_KINDS: Final = re.compile(r"(no|only)_(left_turn|right_turn|straight_on|u_turn|entry|exit)")
_KEYS: Final = {
    "car": ("restriction:motorcar", "restriction:motor_vehicle", "restriction:vehicle"),
    "cycle": ("restriction:bicycle", "restriction:vehicle"),
}
_EXCEPTED: Final = {
    "car": {"motorcar", "motor_vehicle", "vehicle"},
    "cycle": {"bicycle", "vehicle"},
}


class TurnRule(NamedTuple):
    """A course of edges that may not be driven (`no`), or how one must go on (`only`).

    Attributes
    ----------
    only
        Whether, after `course`, nothing but `to` may follow.
    course
        Edges driven one after the other up to the turn: one, or more where the rule's `via` is a
        way.
    to
        Edges that may not (must) be driven next.
    """

    only: bool
    course: tuple[int, ...]
    to: frozenset[int]


class Lookup(NamedTuple):
    """The edges of a network by way, and its places by node."""

    edges_of_way: dict[int, list[int]]
    way: Sequence[int]
    tail: Sequence[int]
    head: Sequence[int]
    place_of_node: dict[int, list[int]]


def lookup(edges: pd.DataFrame, places: pd.DataFrame) -> Lookup:
    """Index edges by way and places by OpenStreetMap node."""
    of_way: dict[int, list[int]] = defaultdict(list)
    for edge, way in enumerate(edges["way_id"].tolist()):
        of_way[way].append(edge)
    of_node: dict[int, list[int]] = defaultdict(list)
    for place, node in enumerate(places["node"].tolist()):
        of_node[node].append(place)
    way, tail, head = (edges[name].tolist() for name in ("way_id", "from_place", "to_place"))
    return Lookup(of_way, way, tail, head, of_node)


def turn_rules(
    restrictions: Iterable[Restriction], known: Lookup, mode: str, clock: Clock | None
) -> tuple[list[TurnRule], Counter[str]]:
    """Read turn restrictions for a mode.

    Returns
    -------
    tuple
        The rules, each once, and how many relations were applied or skipped and why.
    """
    rules: dict[TurnRule, None] = {}
    counts: Counter[str] = Counter()
    if mode not in _KEYS:
        return [], counts
    for restriction in restrictions:
        kind, reason = _kind(restriction, mode, clock)
        if kind is None:
            counts[f"restrictions skipped: {reason}"] += 1
            continue
        found, reason = _rules(restriction, kind, known)
        counts[f"restrictions skipped: {reason}" if reason else "restrictions applied"] += 1
        doubled = [rule for rule in found if rule in rules]
        counts["restrictions that stand twice"] += bool(found) and len(doubled) == len(found)
        rules |= dict.fromkeys(found)
    return list(rules), +counts


def _kind(
    restriction: Restriction, mode: str, clock: Clock | None
) -> tuple[re.Match[str] | None, str]:
    """Return the kind of turn that is restricted; None and a reason if none is for the mode."""
    tags = at_clock(restriction.tags, clock)
    kind = tags.get("type", "")
    keys = _KEYS[mode]
    if kind != "restriction" and kind not in keys:
        return None, "for other vehicles"
    if _EXCEPTED[mode] & {part.strip() for part in tags.get("except", "").split(";")}:
        return None, "mode excepted"
    if "day_on" in tags or "hour_on" in tags:
        return None, "at certain times"
    value = next((tags[key] for key in (*keys, "restriction") if key in tags), None)
    if value is None:
        timed = any(key.endswith(":conditional") for key in restriction.tags)
        return None, "at certain times" if timed else "for other vehicles"
    found = _KINDS.fullmatch(value.strip())
    return found, "" if found else "unknown kind"


def _rules(
    restriction: Restriction, kind: re.Match[str], known: Lookup
) -> tuple[list[TurnRule], str]:
    """Return the rules of one relation; a reason where it is broken or not on this network."""
    of_role: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for member in restriction.members:
        of_role[member.role].append((member.kind, member.ref))
    sources, vias, targets = (of_role[role] for role in ("from", "via", "to"))
    if not sources or not vias or not targets:
        return [], "member missing"
    if (len(sources) > 1 and kind[2] != "entry") or (len(targets) > 1 and kind[2] != "exit"):
        return [], "several members of one role"
    if any(part != "w" for part, _ in sources + targets):
        return [], "from or to is no way"
    leave = _edges(sources, known)
    reach = _edges(targets, known)
    if not leave or not reach:
        return [], "not on this network"
    if [part for part, _ in vias] == ["n"]:
        found = _by_node(vias[0][1], leave, reach, known, only=kind[1] == "only")
    elif all(part == "w" for part, _ in vias):
        found = _by_ways(_edges(vias, known), leave, reach, known, only=kind[1] == "only")
    else:
        return [], "via is neither a node nor ways"
    return found, "" if found else "members do not meet"


def _edges(members: list[tuple[str, int]], known: Lookup) -> list[int]:
    return [edge for _, way in members for edge in known.edges_of_way.get(way, [])]


def _by_node(
    node: int, leave: list[int], reach: list[int], known: Lookup, *, only: bool
) -> list[TurnRule]:
    found = []
    for place in known.place_of_node.get(node, []):
        arrive = [edge for edge in leave if known.head[edge] == place]
        ways = Counter(known.way[edge] for edge in arrive)
        to = frozenset(edge for edge in reach if known.tail[edge] == place)
        # A way that runs on through the node could mean either arm: such a relation is broken.
        if to:
            found += [TurnRule(only, (edge,), to) for edge in arrive if ways[known.way[edge]] == 1]
    return found


def _by_ways(
    via: list[int], leave: list[int], reach: list[int], known: Lookup, *, only: bool
) -> list[TurnRule]:
    """Find the courses from the first way over all edges of the via ways to the last."""
    found = []
    for first in leave:
        for course in _courses(first, via, known):
            place = known.head[course[-1]]
            to = frozenset(edge for edge in reach if known.tail[edge] == place)
            if to:
                found.append(TurnRule(only, course, to))
    return found


def _courses(first: int, via: list[int], known: Lookup) -> list[tuple[int, ...]]:
    """List the courses from an edge over edges of all via ways, no place twice."""
    found = []
    ways = {known.way[edge] for edge in via}
    stack: list[tuple[tuple[int, ...], set[int]]] = [((first,), {known.head[first]})]
    while stack:
        course, been = stack.pop()
        if {known.way[edge] for edge in course[1:]} == ways:
            found.append(course)
        stack += [
            ((*course, edge), been | {known.head[edge]})
            for edge in via
            if known.tail[edge] == known.head[course[-1]] and known.head[edge] not in been
        ]
    return found
