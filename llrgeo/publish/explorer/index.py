"""The index of a split explorer: a small page that leads a reader to that of their authority.

The names and postcodes of a country are more than the rest of the page. They stand in a script
beside it, which the page loads when a reader turns to the search; a page opened from disk may load
a script, but no other file.
"""

from typing import Any, Final

import numpy as np
import pandas as pd

from llrgeo.publish import pages
from llrgeo.publish.explorer.packing import pack_sectors, usual_district
from llrgeo.publish.explorer.payload import explorer_sites, gazetteer
from llrgeo.publish.explorer.split import FOLDER, part_of_area, parts_of
from llrgeo.publish.explorer.tables import options_table
from llrgeo.publish.gazetteer import area_at
from llrgeo.publish.planner_size import has_planner, planner_left_out
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import wording

SEARCH: Final = f"{FOLDER}/search.js"
SCRIPTS: Final = (
    "explorer/assets/unpack.js",
    "explorer/assets/text.js",
    "explorer/assets/find.js",
    "explorer/assets/kept_place.js",
    "explorer/assets/index.js",
)
# Sources of a policy: a script from the page's own server, or from disk beside a page on disk.
_BESIDE: Final = ("'self'", "file:")
# Prefixes of the phrases of the search, which this page shares with the explorer.
_PHRASES_OF_SEARCH: Final = ("find_", "place_", "index_")


def render_index(publication: Publication) -> str:
    """Return the index as an HTML page: a search, and a list of authorities that needs none."""
    words = wording()
    styles = [pages.page_style(publication), pages.asset("explorer/assets/index.css")]
    scripts = [pages.asset(name) for name in SCRIPTS]
    return pages.render(
        "explorer_index.html",
        {
            **pages.page_values(publication, scripts, styles),
            "policy": pages.content_policy(scripts=scripts, styles=styles, script_from=_BESIDE),
            "search": SEARCH,
            "data": {
                "strings": {
                    key: phrase
                    for key, phrase in words.items()
                    if key.startswith(_PHRASES_OF_SEARCH)
                },
                "run": pages.run_mark(publication),
            },
            "authorities": parts_of(publication),
            "options": options_table(publication),
            "planner": has_planner(publication),
            "left_out": planner_left_out(publication),
            "postcode_example": usual_district(publication.postcodes),
        },
    )


def search_script(publication: Publication) -> str:
    """Return the script that hands what is searched to the index, and says of which run it is."""
    data = {"run": pages.run_mark(publication), **search_data(publication)}
    return f"window.llrgeoSearched = {pages.json_text(data)};\n"


def search_data(publication: Publication) -> dict[str, Any]:
    """Return what the search needs: names and postcodes, each with the parts that it lies in.

    Parts are known by their place in the list. The keys are those of an explorer's data, so that
    the same search runs; its areas are the parts.
    """
    parts, sites = parts_of(publication), explorer_sites(publication)
    number = part_of_area(publication)
    holders = area_at(sites.geometry, publication.base)
    return {
        "pages": [part.page for part in parts],
        "authorities": [part.name for part in parts],
        # Names by kind, each with its parts: England has thousands.
        "names": _names(publication, number),
        "sites": [
            [name, int(number[area]) if area >= 0 else -1]
            for name, area in zip(sites["name"], holders, strict=True)
        ],
        "postcodes": pack_sectors(
            publication.postcodes, pd.Series(number, publication.areas.index)
        ),
    }


def _names(publication: Publication, number: np.ndarray) -> dict[str, list[list[Any]]]:
    """Return the names of wards and towns by kind, each followed by the parts that it lies in.

    A name of several places in the same parts (a ward and a village) is listed once for each kind.
    Those outside all areas are there too, without parts: the search says that they lie outside.
    """
    found: dict[str, dict[tuple[Any, ...], None]] = {"ward": {}, "town": {}}
    for name in gazetteer(publication):
        if name.kind in found:
            parts_of_name = sorted(set(number[list(name.areas)].tolist()))
            found[name.kind][name.name, *parts_of_name] = None
    return {kind: [list(entry) for entry in entries] for kind, entries in found.items()}
