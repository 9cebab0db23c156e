"""Interpret the tags of ways and points for a mode: access by direction, speed, names, delays."""

import math
from collections import Counter
from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias

import pandas as pd

from llrgeo.arrays import Ints
from llrgeo.roads.osm_files.elements import Way
from llrgeo.roads.osm_files.extract import Extract
from llrgeo.roads.rules.clock import Clock
from llrgeo.roads.rules.conditional import settle_barrier, settle_way
from llrgeo.roads.rules.driving import (
    Tags,
    WayAccess,
    is_ferry,
    node_access,
    plain_tags,
    way_access,
)
from llrgeo.roads.rules.profile import Level
from llrgeo.roads.speeds import (
    ferry_minutes,
    is_dual,
    node_delay,
    pace_kph,
    road_class,
    way_limit,
)
from llrgeo.schema import Track

_PointRow: TypeAlias = tuple[int, float, float, bool, bool, str]

_UNSNAPPABLE: Final = ("motorway", "motorway_link", "trunk", "trunk_link", "ferry")
MAJOR: Final = ("motorway", "trunk", "primary", "secondary", "tertiary")


# Keys that many ways have and no rule reads: sets of tags that differ only in them are equal.
_UNREAD_KEYS: Final = frozenset(
    {
        "abutters", "alt_name", "carriageway_ref", "created_by", "description", "designation",
        "fixme", "int_ref", "lanes", "lit", "loc_name", "loc_ref", "name", "ncn_ref", "note",
        "old_name", "old_ref", "operator", "postal_code", "prow_ref", "rcn_ref", "ref", "sidewalk",
        "source", "source:designation", "source:name", "source:ref", "surface", "tracktype",
        "wikidata", "wikipedia",
    }
)  # fmt: skip


class Streets(NamedTuple):
    """The ways that a mode may use, and notes on odd tags.

    Attributes
    ----------
    table
        One row a way: `way_id`, `forward` and `backward` (levels), `highway`, `speed_class`,
        `name`, `ref` (its number), `dual`, `roundabout`, `snappable`, `limit_forward_mph` and
        `limit_backward_mph` (NaN: none known), `limit_key` (which tag states the limit),
        `kph` (a walker's or cyclist's pace; NaN for cars), `duration_s` (of a ferry; NaN
        where none is stated), `alternating`, `bridge`, `layer`.
    nodes
        Ids of the nodes of each way.
    notes
        Number of ways with each oddity.
    """

    table: pd.DataFrame
    nodes: list[Ints]
    notes: Counter[str]


class Points(NamedTuple):
    """Tagged points on ways.

    Attributes
    ----------
    table
        Indexed by node id: `level` (how far it may be passed), `forward_s` and `backward_s`
        (delay along and against the way), `signals`, `is_barrier` and `barrier` (its kind;
        empty for a point that only its access tags close).
    notes
        Number of points with each oddity.
    """

    table: pd.DataFrame
    notes: Counter[str]


class _Reading(NamedTuple):
    """An interpreted set of tags: its row (-1 where the mode may not use such ways), and notes."""

    row: int
    notes: tuple[str, ...]


def interpret_ways(
    extract: Extract, mode: str, clock: Clock | None, *, track: Track = iter
) -> Streets:
    """Read the tags of all ways; keep those that the mode may use."""
    # Ways with equal tags are interpreted once: a county has some thousands of different sets.
    known: dict[tuple[tuple[str, str], ...], _Reading] = {}
    rows: list[dict[str, Any]] = []
    used: list[tuple[int, Way, str, str]] = []
    times_read: Counter[_Reading] = Counter()
    for way in track(extract.ways):
        key = tuple(tag for tag in way.tags.items() if tag[0] not in _UNREAD_KEYS)
        reading = known.get(key)
        if reading is None:
            row, odd = _read(dict(key), mode, clock)
            reading = known[key] = _Reading(len(rows) if row else -1, odd)
            rows += [row] if row else []
        times_read[reading] += 1
        if reading.row >= 0:
            used.append((reading.row, way, *_name_and_number(way.tags)))
    notes: Counter[str] = Counter()
    for reading, times in times_read.items():
        for note in reading.notes:
            notes[note] += times
    return Streets(_table(rows, used), [way.nodes for _, way, _, _ in used], notes)


def interpret_points(extract: Extract, mode: str, clock: Clock | None) -> Points:
    """Read the tags of points: barriers, signals, crossings."""
    nodes = sorted(extract.points)
    # Points with equal tags are interpreted once: most barriers and crossings have only one tag.
    known: dict[tuple[tuple[str, str], ...], tuple[_PointRow, tuple[str, ...]]] = {}
    rows = []
    times_read: Counter[tuple[str, ...]] = Counter()
    for node in nodes:
        written = extract.points[node]
        key = tuple(written.items())
        if key not in known:
            known[key] = _read_point(written, mode, clock)
        row, odd = known[key]
        rows.append(row)
        times_read[odd] += 1
    notes: Counter[str] = Counter()
    for odd, times in times_read.items():
        for note in odd:
            notes[note] += times
    index = pd.Index(nodes, dtype="int64", name="node")
    kinds = {
        "level": "int64", "forward_s": "float64", "backward_s": "float64", "signals": "bool",
        "is_barrier": "bool", "barrier": "object",
    }  # fmt: skip
    return Points(pd.DataFrame(rows, index, list(kinds)).astype(kinds), notes)


def _read_point(written: Tags, mode: str, clock: Clock | None) -> tuple[_PointRow, tuple[str, ...]]:
    """Interpret the tags of a point; return its row of `Points.table`, and notes."""
    tags, decided = settle_barrier(plain_tags(written, mode).tags, clock)
    access, delay = node_access(tags, mode), node_delay(tags, mode)
    # A delay with a direction applies only in that direction.
    ahead = 0.0 if delay.direction == "backward" else delay.seconds
    back = 0.0 if delay.direction == "forward" else delay.seconds
    signals = tags.get("highway") == "traffic_signals"
    barred = access.is_barrier and "enforcement" not in tags
    barrier = "lift_gate" if tags.get("bollard") == "rising" else tags.get("barrier", "")
    row = (int(access.level), ahead, back, signals, barred, barrier)
    return row, (*decided, *access.notes)


def _read(
    written: Tags, mode: str, clock: Clock | None
) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """Read the tags of ways; return their row, None where the mode may not use them, and notes."""
    # Conditional tags are evaluated first: those that hold replace plain ones.
    plain, found = plain_tags(written, mode)
    tags, decided = settle_way(plain, clock)
    access = way_access(tags, mode)
    notes = (*found, *decided, *access.notes)
    if max(access.forward, access.backward) == Level.CLOSED:
        return None, notes
    row, odd = _row(tags, access, mode)
    return row, (*notes, *odd)


def _name_and_number(tags: Tags) -> tuple[str, str]:
    """Return the name of a way (its number, where it has no name), and its number."""
    texts = {_plain_key(key): value for key, value in tags.items()}
    number = texts.get("ref", "").strip()
    return texts.get("name", "").strip() or number, number


@cache
def _plain_key(key: str) -> str:
    """Return a key without blanks around it and capitals."""
    return key.strip().lower()


def _table(rows: list[dict[str, Any]], used: list[tuple[int, Way, str, str]]) -> pd.DataFrame:
    """Return the table of ways from the rows of their sets of tags, with their ids and names."""
    if not used:
        return pd.DataFrame()
    of, ways, names, numbers = zip(*used, strict=True)
    table = pd.DataFrame(rows).iloc[list(of)].reset_index(drop=True)
    table["way_id"], table["name"], table["ref"] = [way.id for way in ways], names, numbers
    return table


def _row(tags: Tags, access: WayAccess, mode: str) -> tuple[dict[str, Any], list[str]]:
    """Return the row of ways with some tags, and notes on their limit and duration."""
    # A dual carriageway is mapped as two one-way roads.
    oneway = (access.forward > Level.CLOSED) != (access.backward > Level.CLOSED)
    dual = is_dual(tags, oneway=oneway)
    ferry = is_ferry(tags) and "highway" not in tags
    car = mode == "car"
    ahead, key = way_limit(tags, "forward", dual=dual)
    back, back_key = way_limit(tags, "backward", dual=dual)
    minutes = ferry_minutes(tags.get("duration", "")) if ferry else None
    highway = "ferry" if ferry else tags["highway"]
    row = {
        "way_id": 0,
        "forward": int(access.forward),
        "backward": int(access.backward),
        "highway": highway,
        "speed_class": "ferry" if ferry else road_class(tags, dual=dual),
        "name": "",
        "ref": "",
        "dual": dual,
        "roundabout": tags.get("junction") in {"roundabout", "circular"},
        "snappable": highway not in _UNSNAPPABLE if car else not ferry,
        "limit_forward_mph": _number(ahead.mph),
        "limit_backward_mph": _number(back.mph),
        "limit_key": key or back_key,
        "kph": math.nan if car else pace_kph(mode, tags),
        "duration_s": math.nan if minutes is None else minutes * 60,
        "alternating": tags.get("oneway") == "alternating",
        "bridge": tags.get("bridge", "no") != "no",
        "layer": tags.get("layer", ""),
    }
    odd = [limit.note for limit in (ahead,) if car and limit.note]
    if ferry and minutes is None and tags.get("duration"):
        odd.append(f"unknown duration={tags['duration']}")
    return row, odd


def _number(value: float | None) -> float:
    return math.nan if value is None else value
