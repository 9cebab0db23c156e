"""Put turns into the graph, so that any search of nodes and edges obeys them.

A junction where every turn is free stays one node. Where a turn is forbidden or takes time, each
edge that arrives and each that leaves gets a node of its own, and an edge of no length joins them
for every turn that may be made, with the time it takes. A rule over several edges (its `via` is a
way) copies those edges for the drivers that it binds.

A U-turn is free at the end of a road and takes time where turns are modelled. To keep that exact
while most junctions stay single nodes, turns are also modelled at the junctions next to a
restriction, and at those within half the time of a U-turn of these: farther on, a free U-turn takes
longer than one that costs time before. The same holds around right turns.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from llrgeo.arrays import Bools, Ints
from llrgeo.roads.restrictions import TurnRule
from llrgeo.roads.rules.profile import Level
from llrgeo.roads.speeds import delays
from llrgeo.roads.streets import MAJOR

_RIGHT_DEG: Final = (45.0, 150.0)
_ARMS: Final = 3
# Columns that only turns are computed from; they take fifty megabytes for a county.
_TURN_COLUMNS: Final = [
    "way_id", "limit_key", "oneway", "roundabout", "bearing_from", "bearing_to", "from_place",
    "to_place",
]  # fmt: skip
_LEGS: Final = ("start", "end")  # of journeys, the only ones that may pass some edges


class Turns(NamedTuple):
    """The turns at the junctions where turns are modelled.

    Attributes
    ----------
    edges
        The edges, with the copies that rules over several edges need appended.
    table
        One row a turn: `arrive`, `leave` (edges), `ms`.
    modelled
        For every place whether turns are modelled there.
    """

    edges: pd.DataFrame
    table: pd.DataFrame
    modelled: Bools


def model_turns(
    edges: pd.DataFrame, places: pd.DataFrame, rules: Sequence[TurnRule], mode: str
) -> Turns:
    """Decide where turns are modelled and which may be made in what time.

    Parameters
    ----------
    edges
        Timed edges, with `bearing_from`, `bearing_to` (degrees at either end).
    places
        `level`, `signals` of every place.
    rules
        Turn restrictions.
    mode
        Cars wait to turn right; other modes do not.
    """
    arms = _arms(edges, len(places))
    right = _right_turns(edges, places, arms) if mode == "car" else pd.DataFrame(columns=["place"])
    # Turns are modelled only where one matters: each such junction multiplies nodes and edges.
    modelled = (places["level"] == Level.DESTINATION).to_numpy(copy=True)
    modelled |= _around(edges, rules, right, arms)
    turns = _pairs(edges, np.flatnonzero(modelled))
    turns = _timed(turns, edges, right, arms)
    turns = _drop_gated(turns, edges, places)
    edges, turns = _apply_rules(edges, turns, rules)
    return Turns(edges, turns, modelled)


def expand(turns: Turns, places: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return nodes (`place`) and edges (`from_node`, `to_node`, `use`) of the graph with turns.

    Turns are edges of road class `turn`. Edges for the ends of journeys are duplicated, once for
    leaving (`start`) and once for arriving (`end`).
    """
    edges = turns.edges
    from_place, to_place = (edges[name].to_numpy() for name in ("from_place", "to_place"))
    # A modelled place becomes a node for each edge that leaves it and one for each that arrives;
    # turns are the edges between the two. Elsewhere a place stays one node.
    splits_from, splits_to = turns.modelled[from_place], turns.modelled[to_place]
    plain = np.flatnonzero(~turns.modelled)
    number = np.full(len(places), -1)
    number[plain] = np.arange(len(plain))
    leaving = len(plain) + np.cumsum(splits_from) - 1
    arriving = len(plain) + splits_from.sum() + np.cumsum(splits_to) - 1
    nodes = pd.DataFrame(
        {"place": np.concatenate([plain, from_place[splits_from], to_place[splits_to]])}
    )
    roads = edges.drop(columns=_TURN_COLUMNS).assign(
        from_node=np.where(splits_from, leaving, number[from_place]),
        to_node=np.where(splits_to, arriving, number[to_place]),
    )
    made = turns.table
    joints = pd.DataFrame(
        {
            "from_node": arriving[made["arrive"]],
            "to_node": leaving[made["leave"]],
            "arrive_level": edges["level"].to_numpy()[made["arrive"]],
            "leave_level": edges["level"].to_numpy()[made["leave"]],
            "ms": made["ms"].to_numpy(),
        }
    )
    return nodes, pd.concat([*_road_uses(roads), *_turn_uses(joints)], ignore_index=True)


def _road_uses(roads: pd.DataFrame) -> list[pd.DataFrame]:
    # Roads open to all carry the middle of journeys; others only their first and their last leg,
    # as two separate copies, so that no journey passes through them.
    public = roads["level"] == Level.OPEN
    ends = roads[~public]
    return [roads[public].assign(use="through"), *(ends.assign(use=use) for use in _LEGS)]


def _turn_uses(joints: pd.DataFrame) -> list[pd.DataFrame]:
    """Return turns with their `use`: the legs of a journey on which each may be made.

    Between two roads for the ends of journeys a turn may be made on the first leg, on the last,
    and from the one to the other.
    """
    ends = joints["arrive_level"].eq(Level.DESTINATION) & joints["leave_level"].eq(
        Level.DESTINATION
    )
    turns = joints.drop(columns=["arrive_level", "leave_level"]).assign(road_class="turn")
    return [turns.assign(use="through"), *(turns[ends].assign(use=use) for use in _LEGS)]


def _right_turns(edges: pd.DataFrame, places: pd.DataFrame, arms: Ints) -> pd.DataFrame:
    """List turns to the right across oncoming or crossing traffic: `place`, `arrive`, `leave`.

    They cost time at junctions of three arms or more without signals where either road is of
    class tertiary or higher; not on roundabouts, nor from one-way roads without oncoming traffic.
    """
    junction = (arms >= _ARMS) & ~places["signals"].to_numpy(bool)
    pairs = _pairs(edges, np.flatnonzero(junction))
    columns = edges[
        ["bearing_from", "bearing_to", "road_class", "oneway", "roundabout", "to_place"]
    ]
    arrive, leave = (
        columns.iloc[pairs[side]].reset_index(drop=True) for side in ("arrive", "leave")
    )
    # Degrees clockwise from the way in to the way out.
    angle = (leave["bearing_from"] - arrive["bearing_to"]) % 360
    major = arrive["road_class"].isin(MAJOR) | leave["road_class"].isin(MAJOR)
    right = angle.between(*_RIGHT_DEG) & major & ~arrive["oneway"]
    right &= ~arrive["roundabout"] & ~leave["roundabout"]
    return pairs[right.to_numpy()].assign(place=arrive["to_place"][right].to_numpy())


def _arms(edges: pd.DataFrame, places: int) -> Ints:
    """Count the sections that end at each place."""
    ends = [
        edges[["section", name]].set_axis(["section", "place"], axis=1)
        for name in ("from_place", "to_place")
    ]
    arms = pd.concat(ends).drop_duplicates()
    return np.bincount(arms["place"], minlength=places)


def _around(
    edges: pd.DataFrame, rules: Sequence[TurnRule], right: pd.DataFrame, arms: Ints
) -> Bools:
    """Return the places around rules and right turns at which turns must be modelled.

    These are the places of turn rules, those next to them, and those within half the time of a
    U-turn of these; and places within half the delay of a right turn. Farther on, a free U-turn
    saves nothing. The ends of roads are left out: there U-turns are free.
    """
    tail, head = edges["from_place"].to_numpy(), edges["to_place"].to_numpy()
    ruled = np.zeros(len(arms), dtype=bool)
    ruled[[head[edge] for rule in rules for edge in rule.course]] = True
    # Near enough that a U-turn or a detour there could avoid the delay: at most half its
    # milliseconds away, there and back.
    beside = np.unique(head[ruled[tail]])
    graph = _fastest(edges, len(arms))
    near = _within(graph, beside, delays()["u_turn"] * 500)
    near |= _within(graph, right["place"].unique().astype(np.int64), delays()["right_turn"] * 500)
    return ruled | (near & (arms > 1))


def _fastest(edges: pd.DataFrame, places: int) -> csr_array:
    """Return the milliseconds of the fastest edge between neighbouring places, at night."""
    ends = edges.groupby(["from_place", "to_place"])["ms_night"].min().clip(lower=1).reset_index()
    return csr_array(
        (ends["ms_night"], (ends["from_place"], ends["to_place"])), shape=(places, places)
    )


def _within(graph: csr_array, seeds: Ints, limit_ms: float) -> Bools:
    """Return which places can be reached from seeds within a time."""
    if not seeds.size:
        return np.zeros(graph.shape[0], dtype=bool)
    found: Bools = np.isfinite(dijkstra(graph, indices=seeds, limit=limit_ms, min_only=True))
    return found


def _pairs(edges: pd.DataFrame, places: Ints) -> pd.DataFrame:
    """List every turn at places: `arrive` and `leave`, ordered."""
    ends = edges[["from_place", "to_place"]].rename_axis("edge").reset_index()
    arrive = ends.loc[ends["to_place"].isin(places), ["edge", "to_place"]]
    leave = ends.loc[ends["from_place"].isin(places), ["edge", "from_place"]]
    pairs = arrive.merge(
        leave, left_on="to_place", right_on="from_place", suffixes=("_arrive", "_leave")
    )
    pairs = pairs.rename(columns={"edge_arrive": "arrive", "edge_leave": "leave"})
    return pairs[["arrive", "leave"]].sort_values(["arrive", "leave"], ignore_index=True)


def _timed(
    turns: pd.DataFrame, edges: pd.DataFrame, right: pd.DataFrame, arms: Ints
) -> pd.DataFrame:
    """Add the milliseconds of turns: right turns across traffic, and U-turns."""
    section = edges["section"].to_numpy()
    # A U-turn takes time, except at a dead end.
    back = section[turns["arrive"]] == section[turns["leave"]]
    dead_end = arms[edges["to_place"].to_numpy()[turns["arrive"]]] == 1
    paid = pd.MultiIndex.from_frame(turns[["arrive", "leave"]]).isin(
        pd.MultiIndex.from_frame(right.reindex(columns=["arrive", "leave"]))
    )
    seconds = np.where(paid, delays()["right_turn"], 0.0)
    seconds = np.where(back & ~dead_end, delays()["u_turn"], seconds)
    return turns.assign(ms=np.rint(seconds * 1_000).astype(np.int64))


def _drop_gated(turns: pd.DataFrame, edges: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Drop turns through a private gate from one public road to another."""
    level, section = edges["level"].to_numpy(), edges["section"].to_numpy()
    place = edges["to_place"].to_numpy()[turns["arrive"]]
    gate = (places["level"] == Level.DESTINATION).to_numpy()[place]
    public = np.minimum(level[turns["arrive"]], level[turns["leave"]]) == Level.OPEN
    back = section[turns["arrive"]] == section[turns["leave"]]
    kept: pd.DataFrame = turns.loc[~(gate & public & ~back)]
    return kept


def _apply_rules(
    edges: pd.DataFrame, turns: pd.DataFrame, rules: Sequence[TurnRule]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Apply turn rules; edges within the course of a rule over several edges are copied."""
    turns = turns[["arrive", "leave", "ms"]]
    # `onward[a]` has the edges that may follow edge a, with the milliseconds of the turn; only for
    # edges that rules mention, because the turns of all others stay.
    onward: dict[int, dict[int, int]] = defaultdict(dict)
    about = turns["arrive"].isin({edge for rule in rules for edge in rule.course})
    for arrive, leave, ms in turns[about].itertuples(index=False):
        onward[arrive][leave] = ms
    original = list(range(len(edges)))
    # Rules over fewer edges first: a copied edge has only the turns that they allow.
    for rule in sorted(rules, key=lambda rule: len(rule.course)):
        last: int | None = rule.course[0]
        # Along a course each edge gets a copy that only drivers on this course use.
        for edge in rule.course[1:]:
            last = None if last is None else _own_copy(last, edge, onward, original)
        if last is not None:
            onward[last] = {
                edge: ms
                for edge, ms in onward[last].items()
                if (original[edge] in rule.to) == rule.only
            }
    rows = [(a, b, ms) for a, then in onward.items() for b, ms in then.items()]
    bound = pd.DataFrame(rows, columns=["arrive", "leave", "ms"]).astype(np.int64)
    table = pd.concat([turns[~about].astype(np.int64), bound])
    copied = edges.iloc[original[len(edges) :]]
    return (
        pd.concat([edges, copied], ignore_index=True),
        table.sort_values(["arrive", "leave"], ignore_index=True),
    )


def _own_copy(
    before: int, edge: int, onward: dict[int, dict[int, int]], original: list[int]
) -> int | None:
    """Lead drivers who come from one edge onto a copy of the next that only they use.

    Returns the copy; None where that turn may not be made.
    """
    then = onward[before]
    current = next((follower for follower in then if original[follower] == edge), None)
    if current is None:
        return None
    if current != edge and sum(current in others for others in onward.values()) == 1:
        return current
    # The copy has the turns of its original, and only this turn leads onto it, so that a rule can
    # forbid its turns without forbidding those of other drivers.
    copy = len(original)
    original.append(edge)
    onward[copy] = dict(onward[current])
    then[copy] = then.pop(current)
    return copy
