"""The chapter of catchments: for each site that an option changes, who reaches it in time.

It is drawn from the minutes that every table is made from: an area belongs to a site's catchment
when its own journey is within the limit. So it needs no roads, and holds for any mode and for
times from elsewhere. `catchment_maps` draws the finer land along the roads, on demand.
"""

from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from markupsafe import Markup

from llrgeo.inputs.base_map import joined_outlines
from llrgeo.publish import pages
from llrgeo.publish.option_view import journey_label
from llrgeo.publish.palette import TIME_BREAKS, TIME_COLOURS
from llrgeo.publish.publication import Publication
from llrgeo.publish.report import drawing
from llrgeo.publish.report.drawing import Drawing
from llrgeo.publish.report.static_map import WIDTH, Frame, town_names
from llrgeo.publish.report.tables import Table, moves
from llrgeo.publish.wording import wording

LIMITS_MIN: Final = TIME_BREAKS[:3]
MOST_MAPS: Final = 40  # about 5 kB each: the page stays well below what a check allows
# The edge of each limit's land, so that limits differ without colour too.
EDGES: Final = ("", "7 4", "2 4")
_EDGE: Final = 2.0
_BACKDROP: Final = "catchment-land"
_TOWNS: Final = 6
_NAME_SIZE: Final = 20.0  # the maps are small: a third of the page's width each
_DOT: Final = 7.0


def catchments_chapter(publication: Publication, land: Frame) -> dict[str, Any] | None:
    """Return the maps, their key and their table; None where no option changes a site."""
    changed = _changed_sites(publication)
    if not changed:
        return None
    within = _within(publication, list(changed))
    # Sites that most people reach come first where there are too many to draw.
    by_people = within[LIMITS_MIN[-1]].sort_values(ascending=False, kind="stable").index
    drawn = set(by_people[:MOST_MAPS])
    shown = [site for site in within.index if site in drawn]
    return {
        "journey": journey_label(publication.judged_by),
        "left_out": len(within) - len(shown),
        "key": _key(),
        "table": _table(publication, within, changed),
        "maps": [
            _map(publication, land, within.loc[site], number)
            for number, site in enumerate(shown, start=1)
        ],
    }


def _changed_sites(publication: Publication) -> dict[str, list[str]]:
    """Return the options that start or stop a service at each site, by site, sites by name."""
    found: dict[str, list[str]] = {}
    for option in publication.alternatives:
        moved = [moves(publication, option, service.id) for service in publication.services]
        for site in frozenset().union(*(starts | stops for starts, stops in moved)):
            found.setdefault(site, []).append(option.label)
    names = publication.sites["name"]
    return {site: found[site] for site in sorted(found, key=lambda site: (names[site], site))}


def _within(publication: Publication, site_ids: list[str]) -> pd.DataFrame:
    """Count the residents within each limit of each site; those at a limit are within it."""
    minutes = publication.judged_by.minutes[site_ids].to_numpy()
    residents = publication.areas["residents"].to_numpy()
    counts = {limit: residents @ (minutes <= limit) for limit in LIMITS_MIN}
    return pd.DataFrame(counts, index=pd.Index(site_ids, name="site_id"))


def _map(publication: Publication, land: Frame, counts: pd.Series, number: int) -> dict[str, Any]:
    """Return a site's name and its map.

    The first map of the page defines the borders and names that all of them show.
    """
    site, words = str(counts.name), wording()
    minutes = publication.judged_by.minutes[site].to_numpy()
    parts = [_backdrop(publication, land)] if number == 1 else []
    # The widest land is drawn first, so that each limit is seen upon the longer ones.
    for limit, (_, *look) in reversed(list(zip(LIMITS_MIN, _key(), strict=True))):
        near = joined_outlines(np.asarray(land.outlines)[minutes <= limit])
        parts.append(_edged(near, *look))
    parts.append(Markup('<use href="#{}"/>').format(_BACKDROP))
    parts += [
        Markup(
            '<circle cx="{:.1f}" cy="{:.1f}" r="{:g}" fill="#fff" stroke="{}" stroke-width="4"/>'
        ).format(x, y, _DOT, drawing.INK)
        for x, y in land.place(publication.sites.loc[[site]].geometry)
        if 0 <= x <= WIDTH and 0 <= y <= land.height
    ]
    name = str(publication.sites["name"][site])
    description = "; ".join(
        words["people_by_class"].format(label=label, people=words.persons(people))
        for (label, *_), people in zip(_key(), counts, strict=True)
    )
    title = words["catchments_map"].format(site=name)
    drawn = Drawing(
        f"catchment-{number}", title, f"{description}.", WIDTH, land.height, tuple(parts)
    )
    return {"name": name, "map": drawn}


def _backdrop(publication: Publication, land: Frame) -> Markup:
    """Return what all maps show, once: borders and the largest towns."""
    borders = [drawing.shape(border, "none", edge=drawing.QUIET) for border in land.borders]
    names = town_names(publication.base, land, most=_TOWNS, size=_NAME_SIZE)
    return Markup('<defs><g id="{}">{}</g></defs>').format(
        _BACKDROP, Markup("").join([*borders, *names])
    )


def _edged(near: shapely.Geometry, colour: str, dashes: str) -> Markup:
    """Return the land within a limit, with the limit's own kind of edge."""
    return Markup(
        '<path d="{}" fill="{}" stroke="{}" stroke-width="{:g}" stroke-dasharray="{}"/>'
    ).format(drawing.path_of(near), colour, drawing.INK, _EDGE, dashes or "none")


def _key() -> list[tuple[str, str, str]]:
    """Return each limit's words, colour and edge: up to 10 minutes."""
    words = wording()
    labels = [words["legend_time_first"].format(high=f"{limit:g}") for limit in LIMITS_MIN]
    return list(zip(labels, TIME_COLOURS, EDGES, strict=False))


def _table(publication: Publication, within: pd.DataFrame, changed: dict[str, list[str]]) -> Table:
    """Return the people within reach of each site, and the options that change it."""
    words, everyone = wording(), int(publication.areas["residents"].sum())
    heads = [words["column_catchment_site"], words["column_catchment_options"]]
    return {
        "id": "catchments",
        "caption": words["catchments_table"].format(people=pages.people(everyone)),
        "heads": [*heads, *(label for label, *_ in _key())],
        "rows": [
            [publication.sites["name"][site], "; ".join(changed[site]), *map(pages.people, counts)]
            for site, counts in zip(within.index, within.to_numpy(), strict=True)
        ],
        "texts": (1,),
    }
