"""The explorer's files: one page, or for very many areas an index and a page an authority."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from llrgeo.execution.tasks import MapTasks, map_here
from llrgeo.publish.costs_and_room import costs_and_room
from llrgeo.publish.explorer.index import SEARCH, render_index, search_script
from llrgeo.publish.explorer.page import render_explorer, render_part
from llrgeo.publish.explorer.part import part_of
from llrgeo.publish.explorer.part_views import opening_views_of_parts
from llrgeo.publish.explorer.split import (
    SPLIT_ABOVE,
    Part,
    PartPage,
    is_split,
    names_by_part,
    parts_of,
)
from llrgeo.publish.explorer.tables import options_table
from llrgeo.publish.gazetteer import NamedPlace
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import using_wording, wording

EXPLORER: Final = "explorer.html"
GROUP_PARTS: Final = 4  # parts of a task


@dataclass(frozen=True, slots=True)
class _Split:
    """A study and its parts: one object, so that what is one here is one at a worker too.

    Attributes
    ----------
    publication
        The whole study.
    parts, pages, named
        Its parts; what the page of each says, and the names that readers search it by.
    """

    publication: Publication
    parts: tuple[Part, ...]
    pages: tuple[PartPage, ...]
    named: list[list[NamedPlace]]


def explorer_files(
    publication: Publication, split_above: int = SPLIT_ABOVE, map_tasks: MapTasks = map_here
) -> dict[str, str]:
    """Return the explorer by its path in the published folder.

    If it is split, its parts are with it, and what the search of its index looks in.

    Parameters
    ----------
    publication
        What is published.
    split_above
        Above so many areas it is split by authority.
    map_tasks
        Where the pages of parts are made, in groups; they are the same.
    """
    if not is_split(publication, split_above):
        return {EXPLORER: render_explorer(publication)}
    files = {EXPLORER: render_index(publication), SEARCH: search_script(publication)}
    parts, pages = parts_of(publication), tuple(_pages_of_parts(publication))
    split = _Split(publication, parts, pages, names_by_part(publication))
    for made in map_tasks(_render_group, split, _groups(len(parts))):
        files |= made
    return files


def _groups(parts: int) -> list[range]:
    """Return the places of parts in groups: many of them, for parts are of unequal size."""
    starts = range(0, parts, GROUP_PARTS)
    return [range(start, min(start + GROUP_PARTS, parts)) for start in starts]


def _render_group(split: _Split, places: range) -> dict[str, str]:
    """Return the pages of some parts by path; at a worker, no language is set yet."""
    publication, files = split.publication, {}
    with using_wording(publication.words):
        for place in places:
            part = split.parts[place]
            title = wording()["index_part_title"].format(title=publication.title, place=part.name)
            cut = part_of(publication, part.rows, title)
            files[part.page] = render_part(cut, split.pages[place], split.named[place])
    return files


def _pages_of_parts(publication: Publication) -> Iterator[PartPage]:
    """Yield what the page of each part says of it, counted once for all of them."""
    words, parts = wording(), parts_of(publication)
    facts, has_roads = costs_and_room(publication), publication.own_roads is not None
    whole = {**options_table(publication), "id": "options-whole", "caption": words["index_whole"]}
    residents = int(publication.areas["residents"].sum())
    for part, (view, people) in zip(parts, opening_views_of_parts(publication), strict=True):
        yield PartPage(
            part.name,
            # Pages of parts stand side by side in a folder of their own.
            [(parts[k].name, PurePosixPath(parts[k].page).name) for k in part.neighbours],
            # Counted once for all authorities, and the same in the page and in the report.
            options_table(publication, ("authority", part.name)),
            whole,
            residents,
            facts,
            has_roads=has_roads,
            view=view,
            people=people,
        )
