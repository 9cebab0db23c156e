"""Elements of OpenStreetMap files as read: ways, turn restrictions, coordinates of nodes."""

from collections import Counter
from typing import Final, NamedTuple

from llrgeo.arrays import Floats, Ints

DEGREE: Final = 10_000_000  # OpenStreetMap stores coordinates as integers, so many to a degree


class Way(NamedTuple):
    """A street: its id, its tags, and the ids of its nodes in order."""

    id: int
    tags: dict[str, str]
    nodes: Ints


class Member(NamedTuple):
    """A member of a relation: `n`ode, `w`ay or `r`elation, its id and its role."""

    kind: str
    ref: int
    role: str


class Restriction(NamedTuple):
    """A turn restriction as mapped."""

    id: int
    tags: dict[str, str]
    members: tuple[Member, ...]


class PackedPlaces(NamedTuple):
    """The ids and places of the nodes of a block, packed as steps from each to the next."""

    ids: bytes
    x: bytes
    y: bytes


class Elements(NamedTuple):
    """The elements of one file, in its order, without the coordinates of its nodes.

    `points` are the tags of nodes that matter on a street; `placed` are coordinates of nodes that
    ways carry, `gone` kinds and ids of elements marked as deleted; `places` are the tags of named
    cities, towns and villages by node, `water` rivers and canals; `found` counts oddities such as
    deleted elements and squares. `packed` are the coordinates of all nodes as the blocks of the
    file hold them, seven bytes a node; None where osmium reads it.
    """

    points: dict[int, dict[str, str]]
    places: dict[int, dict[str, str]]
    ways: list[Way]
    water: list[Way]
    restrictions: list[Restriction]
    placed: dict[int, tuple[int, int]]
    gone: set[tuple[str, int]]
    found: Counter[str]
    date: str
    sha256: str
    packed: list[PackedPlaces] | None


class Nodes(NamedTuple):
    """Coordinates of nodes of one file, `x` and `y` in ten-millionths of a degree.

    `number` is how many nodes have coordinates in the file, `by_ways` how many of them have them
    only from ways, and `box` the least x and y and the greatest of all of them, in degrees; empty
    if there are none.
    """

    ids: Ints
    x: Ints
    y: Ints
    number: int
    by_ways: int
    box: Floats
