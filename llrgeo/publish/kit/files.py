"""Files of a kit: every form of every place's page, the landing page, and what ties them together.

They are written apart from the plain run, all of them or none, and bear the run's number.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from llrgeo.publish.explorer.files import EXPLORER
from llrgeo.publish.explorer.split import FOLDER as PARTS
from llrgeo.publish.explorer.split import parts_of
from llrgeo.publish.kit.figures import place_view
from llrgeo.publish.kit.landing import render_landing
from llrgeo.publish.kit.names import LANDING, PREVIEW
from llrgeo.publish.kit.page import page_name, render_place, text_name
from llrgeo.publish.kit.places import KitPlace
from llrgeo.publish.kit.text import render_text
from llrgeo.publish.publication import Publication
from llrgeo.publish.report.pdf import render_pdf
from llrgeo.schema import Track


def place_files(
    publication: Publication, place: KitPlace, explorer: str = EXPLORER
) -> dict[str, str | bytes]:
    """Return the pages and the text of a place, by their paths in the published folder.

    `explorer` is the page of the explorer that answers for the place, by its path there.
    """
    view = place_view(publication, place)
    pages = {page_name(place, form): page for form, page in render_place(view, explorer).items()}
    return {**pages, text_name(place): render_text(view)}


def explorers_by_authority(publication: Publication, published: Iterable[str]) -> dict[str, str]:
    """Return the page of each authority that has an explorer of its own among published files."""
    names = set(published)
    if not any(name.startswith(f"{PARTS}/") for name in names):
        return {}
    return {part.name: part.page for part in parts_of(publication) if part.page in names}


def leaflet_pdf(
    publication: Publication, files: Mapping[str, str | bytes], place: KitPlace
) -> bytes:
    """Return a place's leaflet as PDF.

    Raises
    ------
    PublishError
        If no browser that prints is installed, or it fails.
    """
    return render_pdf(str(files[page_name(place, "leaflet")]), publication.date)


def kit_files(
    publication: Publication,
    places: Sequence[KitPlace],
    published: Mapping[str, str],
    *,
    leaflets_as_pdf: bool,
    track: Track = iter,
) -> dict[str, str | bytes]:
    """Return every file of a kit by its path in the published folder.

    Parameters
    ----------
    publication
        What is published.
    places
        Those that get pages.
    published
        What each file is that stands in the folder already, which the landing page links.
    leaflets_as_pdf
        Whether leaflets are printed as PDF too.
    track
        Wraps the places worked through, to show progress.
    """
    files: dict[str, str | bytes] = {}
    explorers = explorers_by_authority(publication, published)
    for place in track(list(places)):
        of_place = place_files(publication, place, explorers.get(place.authority, EXPLORER))
        if leaflets_as_pdf:
            printed = PurePosixPath(page_name(place, "leaflet")).with_suffix(".pdf")
            of_place[str(printed)] = leaflet_pdf(publication, of_place, place)
        files |= of_place
    from llrgeo.publish.kit.preview import preview_image

    # The landing page lists its own files too, so it is made when all of them are known.
    listed = {**published, **dict.fromkeys(files, "")}
    landing = render_landing(publication, places, listed)
    return {**files, LANDING: landing, PREVIEW: preview_image(publication)}
