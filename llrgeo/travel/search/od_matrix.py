"""A request for an origin-destination matrix: a graph, and the points joined to it."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np

from llrgeo.arrays import Ints
from llrgeo.files import written_whole
from llrgeo.travel.search.graph import AccessLinks, SearchGraph


@dataclass(frozen=True, slots=True)
class MatrixRequest:
    """What an engine needs to compute the best journeys from all origins to all destinations.

    Attributes
    ----------
    graph
        The graph to search.
    exits
        Links from each origin to the nodes that it can drive to first.
    entries
        Links to each destination from the nodes that it can be driven to from.
    direct_origin, direct_destination, direct_key
        Journeys that stay on one road and so pass no node: number of the origin, number of the
        destination, and key (see `llrgeo.travel.search.graph`). Arrays of equal length.
    """

    graph: SearchGraph
    exits: AccessLinks
    entries: AccessLinks
    direct_origin: Ints
    direct_destination: Ints
    direct_key: Ints

    def reversed(self) -> Self:
        """Return the request for the same journeys driven backwards: its matrix is transposed."""
        # Turned round, exits are entries: what one leaves by is what one then arrives by.
        return type(self)(
            self.graph.reversed(),
            self.entries,
            self.exits,
            self.direct_destination,
            self.direct_origin,
            self.direct_key,
        )

    def block(self, origins: slice, destinations: slice) -> Self:
        """Return the request for a block of the matrix: consecutive origins and destinations."""
        # Direct journeys stay where both ends are in the block; both ends are renumbered.
        inside = np.ones(len(self.direct_key), dtype=bool)
        numbers = []
        for side, run in ((self.direct_origin, origins), (self.direct_destination, destinations)):
            inside &= (side >= run.start) & (side < run.stop)
            numbers.append(side - run.start)
        return type(self)(
            self.graph,
            self.exits.subset(origins),
            self.entries.subset(destinations),
            numbers[0][inside],
            numbers[1][inside],
            self.direct_key[inside],
        )


def save_request(request: MatrixRequest, path: Path) -> None:
    """Write a request as .npz, whole or not at all."""
    # Arrays are saved under their own name, those of a part as `part_array`.
    arrays: dict[str, Any] = {}
    for part in fields(request):
        value = getattr(request, part.name)
        if isinstance(value, np.ndarray):
            arrays[part.name] = value
        else:
            inner = {f"{part.name}_{field.name}": field.name for field in fields(value)}
            arrays |= {key: getattr(value, name) for key, name in inner.items()}
    with written_whole(path) as made:
        np.savez(made, **arrays)


def load_request(path: Path) -> MatrixRequest:
    """Read a request that `save_request` wrote."""
    kinds = (("graph", SearchGraph), ("exits", AccessLinks), ("entries", AccessLinks))
    with path.open("rb") as file, np.load(file) as saved:
        parts: dict[str, Any] = {
            name: kind(**{field.name: saved[f"{name}_{field.name}"][()] for field in fields(kind)})
            for name, kind in kinds
        }
        direct = {name: saved[name] for name in saved.files if name.startswith("direct_")}
    return MatrixRequest(**parts, **direct)
