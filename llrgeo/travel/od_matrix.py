"""What an engine is asked: a graph, and how origins and destinations are joined to it."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np

from llrgeo.files import written_whole
from llrgeo.travel.graph import IntArray, Joins, SearchGraph


@dataclass(frozen=True, slots=True)
class Question:
    """The question of the best journeys over a graph from all origins to all destinations.

    Attributes
    ----------
    graph
        The graph.
    exits
        From each origin to the nodes it can drive to first.
    entries
        To each destination from the nodes it can be driven to from.
    direct_origin, direct_destination, direct_key
        Pairs on one road, the destination ahead of the origin: no node lies between them.
    """

    graph: SearchGraph
    exits: Joins
    entries: Joins
    direct_origin: IntArray
    direct_destination: IntArray
    direct_key: IntArray

    def reversed(self) -> Self:
        """Return the question of the same journeys driven backwards."""
        return type(self)(
            self.graph.reversed(),
            self.entries,
            self.exits,
            self.direct_destination,
            self.direct_origin,
            self.direct_key,
        )

    def part(self, origins: slice, destinations: slice) -> Self:
        """Return the question of a run of origins and a run of destinations."""
        chosen = np.ones(len(self.direct_key), dtype=bool)
        numbers = []
        for side, run in ((self.direct_origin, origins), (self.direct_destination, destinations)):
            chosen &= (side >= run.start) & (side < run.stop)
            numbers.append(side - run.start)
        return type(self)(
            self.graph,
            self.exits.part(origins),
            self.entries.part(destinations),
            numbers[0][chosen],
            numbers[1][chosen],
            self.direct_key[chosen],
        )


def save_question(question: Question, path: Path) -> None:
    """Write a question as .npz, whole or not at all."""
    arrays: dict[str, Any] = {}
    for part in fields(question):
        value = getattr(question, part.name)
        if isinstance(value, np.ndarray):
            arrays[part.name] = value
        else:
            arrays |= {f"{part.name}_{one.name}": getattr(value, one.name) for one in fields(value)}
    with written_whole(path) as made:
        np.savez(made, **arrays)


def load_question(path: Path) -> Question:
    """Read a question that `save_question` wrote."""
    with path.open("rb") as file, np.load(file) as held:
        parts: dict[str, Any] = {
            name: kind(**{one.name: held[f"{name}_{one.name}"][()] for one in fields(kind)})
            for name, kind in (("graph", SearchGraph), ("exits", Joins), ("entries", Joins))
        }
        direct = {name: held[name] for name in held.files if name.startswith("direct_")}
    return Question(**parts, **direct)
