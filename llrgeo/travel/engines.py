"""How the work is cut: one search for each point of the shorter side."""

import numpy as np

from llrgeo.travel.graph import IntArray, SearchGraph
from llrgeo.travel.joins import Joined
from llrgeo.travel.kernels import chain_keys
from llrgeo.travel.times import Track


def journey_keys(graph: SearchGraph, joined: Joined, limit: int, track: Track = iter) -> IntArray:
    """Return the key of the best journey from every origin (row) to every destination (column)."""
    if joined.exits.points < joined.entries.points:
        return journey_keys(graph.reversed(), joined.reversed(), limit, track).T
    keys = chain_keys(graph, joined.exits, joined.entries, limit)
    pairs = (joined.direct_origin, joined.direct_destination)
    within = joined.direct_key <= limit
    np.minimum.at(keys, tuple(side[within] for side in pairs), joined.direct_key[within])
    return keys
