"""Public roads that only private roads lead to: they are treated as private, too."""

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from llrgeo.arrays import Bools, Ints
from llrgeo.roads.rules.profile import Level


def private_estates(edges: pd.DataFrame, places: pd.DataFrame) -> Bools:
    """Return which public edges can be reached from the rest only through private roads or gates.

    Such roads lie within an estate: a journey may start or end there, not pass through.

    Parameters
    ----------
    edges
        `from_place`, `to_place`, `level`.
    places
        `level`: a private gate is a place of level `DESTINATION`.
    """
    public = (edges["level"] == Level.OPEN).to_numpy()
    gate = (places["level"] == Level.DESTINATION).to_numpy()
    ends = edges[["from_place", "to_place"]].to_numpy(np.int64)
    if public.all() and not gate.any():
        return np.zeros(len(edges), dtype=bool)
    # Parts without private roads; a gate becomes a separate place for each public road there.
    apart = ends.copy()
    at_gate = gate[ends]
    apart[at_gate] = len(places) + np.arange(int(at_gate.sum()))
    open_part = _parts(apart[public], len(places) + int(at_gate.sum()))
    sizes = np.bincount(open_part[apart[public, 0]])
    main = int(sizes.argmax())
    outside = np.zeros(len(edges), dtype=bool)
    outside[public] = open_part[apart[public, 0]] != main
    # Parts with private roads: an island that no private road leads to stays public.
    whole = _parts(ends, len(places))
    joined = np.unique(whole[ends[public & ~outside, 0]])
    found: Bools = outside & np.isin(whole[ends[:, 0]], joined)
    return found


def _parts(ends: Ints, places: int) -> Ints:
    """Return the connected part of the graph that each place is in, ignoring direction."""
    ones = np.ones(len(ends), dtype=np.int8)
    graph = csr_array((ones, (ends[:, 0], ends[:, 1])), shape=(places, places))
    part: Ints = connected_components(graph, directed=False)[1].astype(np.int64)
    return part
