"""The landing page of a kit: how to answer, every place, every file, and a code to embed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import PurePosixPath
from typing import Final

from llrgeo.publish import pages
from llrgeo.publish.explorer.split import FOLDER as PARTS
from llrgeo.publish.kit.about import place_label
from llrgeo.publish.kit.answering import answering
from llrgeo.publish.kit.names import LANDING, PREVIEW
from llrgeo.publish.kit.page import FORMS, page_name, text_name
from llrgeo.publish.kit.places import KitPlace
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import wording

_EMBEDDED: Final = "explorer.html"
_EMBEDDED_PX: Final = 1_100
# Which files come first, by the heading under which they are listed.
_GROUPS: Final = {
    "kit_files_pages": (".html", ".pdf", ".md"),
    "kit_files_tables": (".xlsx", ".csv"),
    "kit_files_maps": (".png", ".svg", ".txt"),
    "kit_files_data": (".gpkg", ".parquet", ".qml", ".json"),
}


def render_landing(
    publication: Publication, places: Sequence[KitPlace], files: Mapping[str, str]
) -> str:
    """Return the landing page as HTML without scripts.

    Parameters
    ----------
    publication
        What is published.
    places
        Those with a page.
    files
        What each of the other published files is, by its path in the folder; empty where nothing
        is said of it.
    """
    theme = publication.theme
    styles = [pages.page_style(publication), pages.asset("kit/assets/kit.css")]
    return pages.render(
        "kit.html",
        {
            "publication": publication,
            "run": pages.run_mark(publication),
            "policy": pages.content_policy(scripts=(), styles=styles),
            "styles": pages.own_markup(styles),
            "answer": answering(theme, LANDING, {}),
            "preview": theme.consultation.page_url(PREVIEW),
            "places": list(_listed_places(places, files)),
            "files": list(_listed_files(files)),
            "embed": embed_code(publication),
            "is_split": any(name.startswith(f"{PARTS}/") for name in files),
        },
    )


def embed_code(publication: Publication) -> str:
    """Return the HTML that shows the explorer within another page, shut off from that page."""
    address = publication.theme.consultation.page_url(_EMBEDDED) or _EMBEDDED
    title = wording()["explorer_title"].format(title=publication.title)
    return (
        f'<iframe src="{escape(address)}" title="{escape(title)}" width="100%" '
        f'height="{_EMBEDDED_PX}" loading="lazy" sandbox="allow-scripts allow-downloads">'
        "</iframe>"
    )


def _listed_places(
    places: Iterable[KitPlace], files: Mapping[str, str]
) -> Iterator[tuple[str, list[tuple[str, dict[str, str]]]]]:
    """Yield towns and wards apart, by name, each with the files of its forms."""
    words = wording()
    for kind in ("town", "ward"):
        of_kind = (place for place in places if place.kind == kind)
        chosen = sorted(of_kind, key=lambda place: (place.name, place.authority))
        listed = []
        for place in chosen:
            forms = {form: page_name(place, form) for form in FORMS} | {"text": text_name(place)}
            printed = str(PurePosixPath(forms["leaflet"]).with_suffix(".pdf"))
            if printed in files:
                forms["pdf"] = printed
            # Wards of two authorities often share a name; a town's name is known.
            if kind == "ward" and place.authority:
                named = words["kit_ward"].format(place=place.name, authority=place.authority)
            else:
                named = place_label(place)
            listed.append((named, forms))
        if listed:
            yield words[f"kit_places_{kind}"], listed


def _listed_files(files: Mapping[str, str]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield the files of the folder by what they are for; those of places are listed above."""
    words = wording()
    others = {name: about for name, about in sorted(files.items()) if "places/" not in name}
    for key, endings in _GROUPS.items():
        listed = [
            (name, about)
            for name, about in others.items()
            if PurePosixPath(name).suffix in endings
            and (key != "kit_files_maps" or name.startswith("print/"))
        ]
        if listed:
            yield words[key], listed
