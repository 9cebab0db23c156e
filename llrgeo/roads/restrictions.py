"""Interpret turn restrictions: which edges may not, or must, follow a sequence of edges."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from llrgeo.arrays import Floats, Ints
from llrgeo.modes import MODES
from llrgeo.roads.osm_files.elements import Restriction
from llrgeo.roads.osm_files.ids import is_among
from llrgeo.roads.rules.clock import Clock
from llrgeo.roads.rules.conditional import settle
from llrgeo.roads.rules.driving import SEVERAL

_KINDS: Final = re.compile(r"(no|only)_(left_turn|right_turn|straight_on|u_turn|entry|exit)")
_LIFTED: Final = {"none", "no", ""}
# Degrees to the right of straight on, by kind of turn.
_DIRECTION: Final = {"left_turn": -90.0, "right_turn": 90.0, "straight_on": 0.0, "u_turn": 180.0}
_ANOTHER_DIRECTION_DEG: Final = 90.0  # a quarter turn off is another direction
_ALIKE_DEG: Final = 20.0  # two turns whose difference from a direction is as similar are ambiguous
_MOST_COURSES: Final = 1_000
_KEYS: Final = {
    "car": ("restriction:motorcar", "restriction:motor_vehicle", "restriction:vehicle"),
    "cycle": ("restriction:bicycle", "restriction:vehicle"),
}
_EXCEPTED: Final = {
    "car": {"motorcar", "motorcars", "motor_vehicle", "vehicle", "car", "cars"},
    "cycle": {"bicycle", "bicycles", "cycle", "vehicle"},
}


class TurnRule(NamedTuple):
    """A sequence of edges, and the edges that may not (`no`) or must (`only`) follow it.

    Attributes
    ----------
    only
        Whether, after `course`, only `to` may follow.
    course
        The edges driven up to the turn: one, or more where the rule's `via` is a way.
    to
        Edges that may not (or must) be driven next.
    """

    only: bool
    course: tuple[int, ...]
    to: frozenset[int]


class Lookup(NamedTuple):
    """The edges of a network by way, and its places by node, for members of restrictions.

    `way`, `section`, `tail` and `head` have a value for each edge of the network; `leaves` and
    `arrives` are the bearings of each edge at its ends, in degrees.
    """

    edges_of_way: dict[int, list[int]]
    way: Ints
    section: Ints
    tail: Ints
    head: Ints
    leaves: Floats
    arrives: Floats
    place_of_node: dict[int, list[int]]


def lookup(
    edges: pd.DataFrame, places: pd.DataFrame, restrictions: Sequence[Restriction]
) -> Lookup:
    """Index the edges and places that restrictions name, by way and by OpenStreetMap node."""
    named: dict[str, set[int]] = defaultdict(set)
    for member in (member for restriction in restrictions for member in restriction.members):
        named[member.kind].add(member.ref)
    of_way: dict[int, list[int]] = defaultdict(list)
    for edge, way in _among(edges["way_id"], named["w"]):
        of_way[way].append(edge)
    of_node: dict[int, list[int]] = defaultdict(list)
    for place, node in _among(places["node"], named["n"]):
        of_node[node].append(place)
    return Lookup(
        of_way,
        edges["way_id"].to_numpy(),
        edges["section"].to_numpy(),
        edges["from_place"].to_numpy(),
        edges["to_place"].to_numpy(),
        edges["bearing_from"].to_numpy(),
        edges["bearing_to"].to_numpy(),
        of_node,
    )


def _among(ids: pd.Series, named: set[int]) -> Iterator[tuple[int, int]]:
    """Yield the row and the id of those ids that are in `named`, in order."""
    rows = np.flatnonzero(is_among(ids.to_numpy(np.int64), np.array(sorted(named), np.int64)))
    return zip(rows.tolist(), ids.to_numpy()[rows].tolist(), strict=True)


def turn_rules(
    restrictions: Sequence[Restriction], known: Lookup, mode: str, clock: Clock | None
) -> tuple[list[TurnRule], Counter[str]]:
    """Read turn restrictions for a mode.

    Returns
    -------
    tuple
        The rules, each once, and the number of relations applied, or skipped by reason.
    """
    rules: dict[TurnRule, None] = {}
    counts: Counter[str] = Counter()
    if MODES[mode].streets not in _KEYS:
        return [], counts
    for restriction in restrictions:
        kinds, reason, notes = _kinds(restriction, mode, clock)
        counts.update(notes)
        if not kinds:
            counts[f"restrictions skipped: {reason}"] += 1
            continue
        # One relation may forbid several turns: it is applied if any of its kinds can be.
        readings = [_rules(restriction, kind, known) for kind in kinds]
        found = [rule for rules_of_kind, _ in readings for rule in rules_of_kind]
        reason = "" if found else readings[0][1]
        counts[f"restrictions skipped: {reason}" if reason else "restrictions applied"] += 1
        duplicates = [rule for rule in found if rule in rules]
        counts["restrictions that are duplicated"] += bool(found) and len(duplicates) == len(found)
        rules |= dict.fromkeys(found)
    return list(rules), +counts


def _kinds(
    restriction: Restriction, mode: str, clock: Clock | None
) -> tuple[list[re.Match[str]], str, list[str]]:
    """Return the kinds of turn that are restricted, or none and a reason; and notes."""
    written = {key.lower(): value.strip() for key, value in restriction.tags.items()}
    settled, decided = settle(written, clock)
    tags = {key: value.lower() for key, value in settled.items()}
    notes = [f"note: {note}" for note in decided]
    kind = tags.get("type", "")
    keys = _KEYS[MODES[mode].streets]
    if kind != "restriction" and kind not in keys:
        return [], "for other vehicles", notes
    if _EXCEPTED[MODES[mode].streets] & {
        part.strip() for part in SEVERAL.split(tags.get("except", ""))
    }:
        return [], "mode excepted", notes
    if any(f"{what}_{end}" in tags for what in ("day", "hour") for end in ("on", "off")):
        return [], "at certain times", notes
    # The key for the mode comes before the general one.
    value = next((tags[key] for key in (*keys, "restriction") if key in tags), None)
    if value is None:
        timed = any(key.endswith(":conditional") for key in written)
        return [], "at certain times" if timed else "for other vehicles", notes
    values = [part.strip() for part in SEVERAL.split(value)]
    if set(values) <= _LIFTED:
        return [], "lifted at this time", notes
    found = [(part, _KINDS.fullmatch(part)) for part in values]
    notes += [f"note: unknown restriction={part}" for part, match in found if match is None]
    return [match for _, match in found if match], "unknown kind", notes


def _rules(
    restriction: Restriction, kind: re.Match[str], known: Lookup
) -> tuple[list[TurnRule], str]:
    """Return the rules of one relation; a reason where it is broken or not on this network."""
    of_role: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for member in dict.fromkeys(restriction.members):
        of_role[member.role.strip().lower()].append((member.kind, member.ref))
    sources, vias, targets = (of_role[role] for role in ("from", "via", "to"))
    if reason := _fault(sources, vias, targets, kind[2]):
        return [], reason
    leave, reach = _edges(sources, known), _edges(targets, known)
    if not leave or not reach:
        return [], "not on this network"
    # A via is a node, or ways that are driven over: then the rule is on a whole sequence of edges.
    if vias[0][0] == "n":
        courses = _at_node(vias[0][1], leave, known)
    else:
        courses = _over_ways(_edges(vias, known), leave, known)
    found = [(course, edge) for course in courses for edge in _onward(course, reach, known)]
    if not found:
        return [], "members do not meet"
    # One rule for each course, with all edges that may not, or must, follow it.
    to: dict[tuple[int, ...], set[int]] = defaultdict(set)
    for course, edge in _unambiguous(found, kind[2], known):
        to[course].add(edge)
    rules = [TurnRule(kind[1] == "only", course, frozenset(ends)) for course, ends in to.items()]
    return rules, "" if rules else "a member runs on, and either direction may be meant"


def _fault(
    sources: list[tuple[str, int]],
    vias: list[tuple[str, int]],
    targets: list[tuple[str, int]],
    direction: str,
) -> str:
    """Return the fault of the members of a relation; empty if there is none."""
    if not sources or not vias or not targets:
        return "member missing"
    if (len(sources) > 1 and direction != "entry") or (len(targets) > 1 and direction != "exit"):
        return "several members of one role"
    if any(part != "w" for part, _ in sources + targets):
        return "from or to is no way"
    if [part for part, _ in vias] != ["n"] and any(part != "w" for part, _ in vias):
        return "via is neither a node nor ways"
    return ""


def _edges(members: list[tuple[str, int]], known: Lookup) -> list[int]:
    return [edge for _, way in members for edge in known.edges_of_way.get(way, [])]


def _onward(course: tuple[int, ...], reach: list[int], known: Lookup) -> list[int]:
    """List the edges of the last way that begin where a course ends."""
    place = known.head[course[-1]]
    return [edge for edge in reach if known.tail[edge] == place]


def _unambiguous(
    found: list[tuple[tuple[int, ...], int]], kind: str, known: Lookup
) -> list[tuple[tuple[int, ...], int]]:
    """Return the turns that a relation means, where its first or last way continues past the via.

    Such a way arrives (or leaves) by two edges. The kind of turn (left, right, straight on, back)
    decides: the turn whose angle is nearest to it is meant. Where two are equally near the relation
    is ambiguous, and no turn is returned.
    """
    # Ambiguous only where a pair of ways has several edges to arrive by or to leave by.
    ways = [(known.way[course[0]], known.way[edge]) for course, edge in found]
    leaves_by, arrives_by = defaultdict(set), defaultdict(set)
    for (course, edge), pair in zip(found, ways, strict=True):
        arrives_by[pair].add(course[0])
        leaves_by[pair].add(edge)
    if all(len(by[pair]) == 1 for by in (arrives_by, leaves_by) for pair in by):
        return found
    back = [
        (course, edge) for course, edge in found if known.section[course[0]] == known.section[edge]
    ]
    if kind == "u_turn" and back:
        return back  # from either direction of the way
    if kind not in _DIRECTION:
        return []
    # Of several turns the one nearest to the direction named; none if another is as near, to
    # within `_ALIKE_DEG`.
    off = [(_off_deg(course, edge, kind, known), course, edge) for course, edge in found]
    off.sort()
    nearest = off[0][0]
    rivals = {(course[0], edge) for deg, course, edge in off if deg <= nearest + _ALIKE_DEG}
    if nearest > _ANOTHER_DIRECTION_DEG or len(rivals) > 1:
        return []
    return [(course, edge) for _, course, edge in off if (course[0], edge) in rivals]


def _off_deg(course: tuple[int, ...], edge: int, kind: str, known: Lookup) -> float:
    """Return the difference, in degrees, between a turn and the direction of its kind."""
    turned = float(known.leaves[edge] - known.arrives[course[0]])
    return abs((turned - _DIRECTION[kind] + 180) % 360 - 180)


def _at_node(node: int, leave: list[int], known: Lookup) -> list[tuple[int, ...]]:
    """List the edges of the first way that arrive at a node, each as a course of one edge."""
    places = known.place_of_node.get(node, [])
    return [(edge,) for edge in leave if known.head[edge] in places]


def _over_ways(via: list[int], leave: list[int], known: Lookup) -> list[tuple[int, ...]]:
    """List the courses from an edge of the first way over edges of all via ways.

    No place is passed twice, without U-turns. Where the via ways lead back to their start (a ring
    round a block), every course over them back to there counts, also one with a U-turn half way:
    the relation forbids to avoid the turn in this way.
    """
    ways = {known.way[edge] for edge in via}
    found: list[tuple[int, ...]] = []
    for first in leave:
        # A course back to its start may mean a turn in the middle of a ring of via ways.
        rings = _courses(first, via, known, ring=True)
        if any({known.way[edge] for edge in course[1:]} >= ways for course in rings):
            found += rings
        through = _courses(first, via, known, ring=False)
        found += [turn for turn in through if {known.way[edge] for edge in turn[1:]} >= ways]
    return list(dict.fromkeys(found))


def _courses(first: int, via: list[int], known: Lookup, *, ring: bool) -> list[tuple[int, ...]]:
    """List the courses over via edges: back to where they begin (`ring`), or to anywhere else."""
    start = known.head[first]
    found: list[tuple[int, ...]] = []
    # Depth first over via edges: no edge twice, no place twice except the start, and no U-turn
    # unless a ring is looked for.
    stack: list[tuple[int, ...]] = [(first,)]
    while stack and len(found) < _MOST_COURSES:
        course = stack.pop()
        here = known.head[course[-1]]
        if len(course) > 1 and (here == start) == ring:
            found.append(course)
        if len(course) > 1 and here == start:
            continue
        been = {known.head[edge] for edge in course}
        for edge in via:
            back = known.section[edge] == known.section[course[-1]]
            passed = known.head[edge] in been and not (known.head[edge] == start or back)
            if (
                known.tail[edge] == here
                and edge not in course
                and not passed
                and (ring or not back)
            ):
                stack.append((*course, edge))
    return found
