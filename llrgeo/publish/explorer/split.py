"""The split explorer: of a study of very many areas, a page for each authority, and an index.

One page of all areas would be too much for a phone. A reader
finds the page of their own authority by postcode or name in the index, without any network.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from llrgeo.appraisal.people.area_facts import has_authorities
from llrgeo.execution.computed_once import computed_once
from llrgeo.publish.explorer.payload import gazetteer
from llrgeo.publish.file_names import names_apart
from llrgeo.publish.gazetteer import NamedPlace
from llrgeo.publish.option_view import OptionView
from llrgeo.publish.people_view import PeopleView
from llrgeo.publish.publication import Publication

# One page of 2,500 areas and 200 sites is 2.0 MB, which a phone still opens; it grows with areas
# times sites, to 8.8 MB at 10,000 and 300.
SPLIT_ABOVE: Final = 3_000
# Each page has 0.4 MB besides its areas: one for every few areas would be gigabytes that say little
LEAST_AREAS: Final = 10  # of an authority on average, for the explorer to be split
FOLDER: Final = "explorer"


@dataclass(frozen=True, slots=True)
class Part:
    """An authority that has an explorer of its own.

    Attributes
    ----------
    name
        The authority.
    page
        The path of its page in the published folder.
    rows
        The positions of its areas.
    neighbours
        The places, in the list of parts, of those with which it shares a border.
    """

    name: str
    page: str
    rows: NDArray[np.intp]
    neighbours: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PartPage:
    """What the explorer of a part of a study says of it, and of the rest.

    Attributes
    ----------
    name
        The authority that it is of.
    neighbours
        The authorities next to it, each with the address of its page.
    options, whole
        The table of options over the part, and over the whole study.
    residents
        How many people the whole study counts.
    facts
        What options cost, and whether sites cope: of the whole study.
    has_roads
        Whether an explorer of the whole study would answer for postcodes by roads.
    view, people
        What it opens with: today, for one service and over all of them.
    """

    name: str
    neighbours: list[tuple[str, str]]
    options: dict[str, Any]
    whole: dict[str, Any]
    residents: int
    facts: list[tuple[str, list[str]]]
    has_roads: bool
    view: OptionView
    people: PeopleView


def is_split(publication: Publication, split_above: int = SPLIT_ABOVE) -> bool:
    """Return whether the explorer is split: above so many areas, where they tell two authorities.

    Where authorities have few areas each (a table that names a town or the area itself as its
    authority), one page stays.
    """
    areas = publication.areas
    if len(areas) <= split_above or not has_authorities(areas):
        return False
    return 1 < areas["authority"].nunique() <= len(areas) / LEAST_AREAS


@computed_once
def parts_of(publication: Publication) -> tuple[Part, ...]:
    """Return the authorities by name, each with its areas, its page and its neighbours."""
    groups = publication.areas.groupby("authority", sort=True).indices
    names = [str(name) for name in groups]
    numbers = _numbers(groups.values(), len(publication.areas))
    borders = _neighbours(publication.base.outlines.geometry.to_numpy(), numbers)
    return tuple(
        Part(name, f"{FOLDER}/{file}.html", np.asarray(rows), borders.get(part, ()))
        for part, (name, file, rows) in enumerate(
            zip(names, names_apart(names), groups.values(), strict=True)
        )
    )


@computed_once
def part_of_area(publication: Publication) -> NDArray[np.intp]:
    """Return the number of the part that each area is of."""
    return _numbers((part.rows for part in parts_of(publication)), len(publication.areas))


def _numbers(groups: Iterable[Any], count: int) -> NDArray[np.intp]:
    """Return the number of the group that each of `count` rows is in."""
    numbers = np.empty(count, dtype=np.intp)
    for number, rows in enumerate(groups):
        numbers[rows] = number
    return numbers


@computed_once
def names_by_part(publication: Publication) -> list[list[NamedPlace]]:
    """Return for each part the names that readers search by, with its own areas, by position in it.

    A town that lies in two authorities is in both lists, in each with the areas that lie there.
    """
    parts = parts_of(publication)
    numbers, place_in_part = part_of_area(publication), np.empty(len(publication.areas), np.intp)
    for part in parts:
        place_in_part[part.rows] = np.arange(len(part.rows))
    found: list[list[NamedPlace]] = [[] for _ in parts]
    for name in gazetteer(publication):
        rows = np.array(name.areas, dtype=np.intp)
        for number in np.unique(numbers[rows]).tolist():
            rows_in_part = place_in_part[rows[numbers[rows] == number]]
            found[number].append(replace(name, areas=tuple(rows_in_part.tolist())))
    return found


def _neighbours(
    outlines: NDArray[np.object_], part_of_area: NDArray[np.intp]
) -> dict[int, tuple[int, ...]]:
    """Return for each part the others that touch it: neighbours share corners of their outlines."""
    corners, area = shapely.get_coordinates(outlines, return_index=True)
    # One number a corner; each corner once for each part that has it.
    _, corner = np.unique(corners.view(np.complex128).ravel(), return_inverse=True)
    pairs = np.unique(np.column_stack([corner.ravel(), part_of_area[area]]), axis=0)
    # Where a corner is of several parts, their rows follow one another. Three meet at few corners:
    # each of them touches the next along one border or another.
    alike = np.flatnonzero(pairs[1:, 0] == pairs[:-1, 0])
    touching = np.column_stack([pairs[alike, 1], pairs[alike + 1, 1]])
    found: dict[int, set[int]] = {}
    for part, other in np.unique(touching, axis=0).tolist():
        found.setdefault(part, set()).add(other)
        found.setdefault(other, set()).add(part)
    return {part: tuple(sorted(others)) for part, others in found.items()}
