"""The explorer's files: one page, or for very many areas an index and a page an authority."""

from pathlib import PurePosixPath
from typing import Final

from llrgeo.publish.costs_and_room import costs_and_room
from llrgeo.publish.explorer.index import render_index
from llrgeo.publish.explorer.page import render_explorer, render_part
from llrgeo.publish.explorer.part import part_of
from llrgeo.publish.explorer.part_views import opening_views_of_parts
from llrgeo.publish.explorer.split import (
    SPLIT_ABOVE,
    PartPage,
    is_split,
    names_by_part,
    parts_of,
)
from llrgeo.publish.explorer.tables import options_table
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import wording

EXPLORER: Final = "explorer.html"


def explorer_files(publication: Publication, split_above: int = SPLIT_ABOVE) -> dict[str, str]:
    """Return the explorer by its path in the published folder; if it is split, with its parts.

    Parameters
    ----------
    publication
        What is published.
    split_above
        Above so many areas it is split by authority.
    """
    if not is_split(publication, split_above):
        return {EXPLORER: render_explorer(publication)}
    words, parts = wording(), parts_of(publication)
    facts = costs_and_room(publication)
    whole = {**options_table(publication), "id": "options-whole", "caption": words["index_whole"]}
    files = {EXPLORER: render_index(publication)}
    opening = opening_views_of_parts(publication)
    for part, named, (view, people) in zip(parts, names_by_part(publication), opening, strict=True):
        title = words["index_part_title"].format(title=publication.title, place=part.name)
        page = PartPage(
            part.name,
            # Pages of parts stand side by side in a folder of their own.
            [(parts[k].name, PurePosixPath(parts[k].page).name) for k in part.neighbours],
            # Counted once for all authorities, and the same in the page and in the report.
            options_table(publication, ("authority", part.name)),
            whole,
            int(publication.areas["residents"].sum()),
            facts,
            has_roads=publication.own_roads is not None,
            view=view,
            people=people,
        )
        files[part.page] = render_part(part_of(publication, part.rows, title), page, named)
    return files
