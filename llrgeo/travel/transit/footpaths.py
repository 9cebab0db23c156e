"""Walks within some minutes, as lists of pairs: to stops, between stops and from stops.

Every place reaches only a few others, so a search from each that ends at the limit (Dijkstra, "A
note on two problems in connexion with graphs", Numerische Mathematik 1, 1959) and a list of the
places that it reached take less time and far less memory than a matrix of all pairs.
"""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from llrgeo.execution.machine_code import compiled
from llrgeo.schema import BNG
from llrgeo.travel.search.compiled import NO_WAY, AnyInts, SearchArrays, pop, push
from llrgeo.travel.search.graph import limit_key, unpack
from llrgeo.travel.search.od_matrix import MatrixRequest
from llrgeo.travel.straight_lines import StraightLineRouter

_S_PER_MIN: Final = 60
_AT_ONCE: Final = 256  # places; what is worked out for a list of walks takes many times its room


def straight_line_walks(
    places: gpd.GeoSeries, others: gpd.GeoSeries, router: StraightLineRouter, *, limit_min: float
) -> pd.DataFrame:
    """List the walks in straight lines within a limit.

    Parameters
    ----------
    places, others
        Points in any declared CRS.
    router
        Walking speed and detour factor.
    limit_min
        The longest walk.

    Returns
    -------
    pandas.DataFrame
        `place` and `to` (row numbers) and `seconds` (whole), sorted by both.
    """
    from_, to = places.to_crs(BNG).to_numpy(), others.to_crs(BNG).to_numpy()
    # A second longer than the limit: `_listed` drops the walks that are beyond it when rounded.
    reach_m = (limit_min * _S_PER_MIN + 1) * router.speed_kph / 3.6 / router.detour_factor
    place, other = shapely.STRtree(to).query(from_, predicate="dwithin", distance=reach_m)
    km = shapely.distance(from_[place], to[other]) * router.detour_factor / 1_000
    return _listed(place, other, km / router.speed_kph * 60, limit_min)


def network_walks(request: MatrixRequest, *, limit_min: float) -> pd.DataFrame:
    """List the walks along streets within a limit, as `straight_line_walks` does.

    `request` links places (its origins) and others (its destinations) to the streets.
    """
    every = slice(0, request.entries.points)
    parts = []
    for start in range(0, max(request.exits.points, 1), _AT_ONCE):
        block = request.block(slice(start, start + _AT_ONCE), every)
        walks = _searched_walks(block, limit_min)
        parts.append(walks.assign(place=walks["place"] + start))
    return pd.concat(parts, ignore_index=True)


def _searched_walks(request: MatrixRequest, limit_min: float) -> pd.DataFrame:
    """List the walks of a request, all at once."""
    graph, exits, entries = request.graph, request.exits, request.entries
    # Entries are sorted by node: a search that settles a node looks up the places it leads to.
    by_node = np.argsort(entries.node, kind="stable")
    limit = limit_key(limit_min)
    found = _searched(
        (_starts(graph.tail, graph.nodes), graph.head, graph.key),
        (_starts(exits.point, exits.points), exits.node, exits.key),
        (
            _starts(entries.node[by_node], graph.nodes),
            entries.point[by_node],
            entries.key[by_node],
        ),
        entries.points,
        limit,
    )
    # Walks that pass no node are found by no search: the request lists them.
    within = request.direct_key <= limit
    direct = (request.direct_origin, request.direct_destination, request.direct_key)
    place, to, key = (
        np.concatenate([by_nodes, along[within]])
        for by_nodes, along in zip(found, direct, strict=True)
    )
    minutes, _ = unpack(key)
    return _listed(place, to, minutes, limit_min)


def _listed(place: AnyInts, to: AnyInts, minutes: AnyInts, limit_min: float) -> pd.DataFrame:
    """Round to seconds, sort, and keep the shortest walk of each pair."""
    seconds = np.rint(minutes * _S_PER_MIN)
    walks = pd.DataFrame({"place": place, "to": to, "seconds": seconds}, dtype=np.int32)
    walks = walks[seconds <= limit_min * _S_PER_MIN].sort_values(["place", "to", "seconds"])
    shortest: pd.DataFrame = walks.drop_duplicates(["place", "to"], ignore_index=True)
    return shortest


def _starts(sorted_numbers: AnyInts, count: int) -> AnyInts:
    """Return where the rows of each number begin, and where the last one's end."""
    return np.concatenate([[0], np.cumsum(np.bincount(sorted_numbers, minlength=count))])


@compiled
def _searched(
    arcs: tuple[AnyInts, AnyInts, AnyInts],
    exits: tuple[AnyInts, AnyInts, AnyInts],
    entries: tuple[AnyInts, AnyInts, AnyInts],
    others: int,
    limit: int,
) -> tuple[AnyInts, AnyInts, AnyInts]:
    """Search from every place as far as a limit; return places, others and keys.

    `arcs` by their tail, `exits` by place and `entries` by node: where each one's rows start, then
    node (of entries: the other place) and key of each row.
    """
    nodes, places = len(arcs[0]) - 1, len(exits[0]) - 1
    # Work arrays are allocated once, as large as any search could need; each search clears what it
    # touched.
    scratch = SearchArrays(
        np.full(nodes, NO_WAY, np.int64),
        np.empty(nodes, np.int64),
        np.empty(len(arcs[1]) + len(exits[1]) + 1, np.int64),
        np.empty(len(arcs[1]) + len(exits[1]) + 1, np.int64),
    )
    best = np.full(others, NO_WAY, np.int64)
    met = np.empty(others, np.int64)
    out = np.empty((3, 1024), np.int64)
    size = 0
    for place in range(places):
        own = slice(exits[0][place], exits[0][place + 1])
        count = _search_one(
            arcs, (exits[1][own], exits[2][own]), entries, limit, scratch, (best, met)
        )
        # The list grows by doubling: the number of pairs within the limit is not known in advance.
        if size + count > out.shape[1]:
            larger = np.empty((3, 2 * (size + count)), np.int64)
            larger[:, :size] = out[:, :size]
            out = larger
        for i in range(count):
            other = met[i]
            out[0, size], out[1, size], out[2, size] = place, other, best[other]
            best[other] = NO_WAY
            size += 1
    return out[0, :size].copy(), out[1, :size].copy(), out[2, :size].copy()


@compiled
def _search_one(
    arcs: tuple[AnyInts, AnyInts, AnyInts],
    exits: tuple[AnyInts, AnyInts],
    entries: tuple[AnyInts, AnyInts, AnyInts],
    limit: int,
    scratch: SearchArrays,
    result: tuple[AnyInts, AnyInts],
) -> int:
    """Search from one place: fill `best` and `met` of `result`; return the number of places met."""
    best, met = result
    sizes = np.zeros(2, np.int64)  # nodes touched, and on the heap
    count = 0
    # First the nodes that the place is joined to; then nodes in the order of their keys.
    for e in range(len(exits[0])):
        _offer(scratch, sizes, exits[0][e], exits[1][e], limit)
    while sizes[1] > 0:
        key, node = scratch.keys[0], scratch.items[0]
        sizes[1] = pop(scratch.keys, scratch.items, sizes[1])
        if key > scratch.best[node]:
            continue  # a better way to it was found in the meantime
        for e in range(entries[0][node], entries[0][node + 1]):
            other, total = entries[1][e], key + entries[2][e]
            if total <= limit and total < best[other]:
                # A place met for the first time is listed; a better way to it only lowers its key.
                if best[other] == NO_WAY:
                    met[count] = other
                    count += 1
                best[other] = total
        for e in range(arcs[0][node], arcs[0][node + 1]):
            _offer(scratch, sizes, arcs[1][e], key + arcs[2][e], limit)
    for i in range(sizes[0]):
        scratch.best[scratch.touched[i]] = NO_WAY
    return count


@compiled
def _offer(scratch: SearchArrays, sizes: AnyInts, node: int, key: int, limit: int) -> None:
    """Put a node on the heap if the way to it is within the limit and the best so far."""
    if key <= limit and key < scratch.best[node]:
        if scratch.best[node] == NO_WAY:
            scratch.touched[sizes[0]] = node
            sizes[0] += 1
        scratch.best[node] = key
        sizes[1] = push(scratch.keys, scratch.items, sizes[1], key, node)
