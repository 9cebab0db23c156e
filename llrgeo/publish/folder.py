"""The published folder: every file of a publication, written whole or not at all."""

import json
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TypeAlias

from llrgeo.errors import PublishError
from llrgeo.execution.extras import require_plotting
from llrgeo.execution.tasks import MapTasks, map_here
from llrgeo.files import ROOT, folder_written_whole, sha256_of_bytes
from llrgeo.publish.data.data_files import data_files, provenance
from llrgeo.publish.data.packages import MANIFEST, RO_CRATE, ro_crate
from llrgeo.publish.file_list import PDF, PLANNER, about_files
from llrgeo.publish.first_pages import first_pages
from llrgeo.publish.kit.places import chosen_places, kit_places
from llrgeo.publish.planner.page import render_planner
from llrgeo.publish.planner_size import has_planner
from llrgeo.publish.publication import Publication
from llrgeo.publish.report.page import render_report
from llrgeo.publish.report.pdf import find_renderer, render_pdf
from llrgeo.publish.report.plain_words import render_plain_words
from llrgeo.publish.stale_files import stale_files
from llrgeo.publish.wording import using_wording
from llrgeo.schema import Track, name_some

Content: TypeAlias = str | bytes
ExtraFiles: TypeAlias = Callable[[Publication, Collection[str]], Mapping[str, Content]]
"""Makes what a run publishes besides pages and tables, given the names of all files before it."""


def publish(
    publication: Publication,
    folder: Path,
    *,
    drawn: Mapping[str, str] | None = None,
    more: Iterable[ExtraFiles] = (),
    map_tasks: MapTasks = map_here,
    track: Track = iter,
) -> list[Path]:
    """Write everything that is published of a publication into a folder.

    All files are made before any is put in place, and all are in one step; files of other names
    stay, but for explorers, tables and a planner that the run before wrote and this one does not
    (`stale_files`), which go in the same step.

    Parameters
    ----------
    publication
        What is published.
    folder
        Where to write.
    drawn
        What `first_pages` returned for it, so as not to draw these pages again; None to draw them.
    more
        What else is asked for: `maps_for_print`, `report_as_pdf`, `make_kit`. It is no part of what
        the manifest describes.
    map_tasks
        Where the pages of a split explorer are made; they are the same.
    track
        Wraps the kinds of files worked through, to show progress.

    Returns
    -------
    list of Path
        The files, by name.

    Raises
    ------
    PublishError
        If the folder cannot be written to.
    """
    files: dict[str, Content] = {}
    with using_wording(publication.words):
        draw = partial(first_pages, publication, map_tasks=map_tasks)
        pages = partial(_pages, drawn=drawn, draw=draw)
        for make in track([pages, data_files, _plain_words]):
            files |= {name: _bytes(content) for name, content in make(publication).items()}
    # Last, because they hold checksums: the crate of all files, the manifest of the crate too.
    files[RO_CRATE] = _crate(publication, files)
    files[MANIFEST] = manifest_text(publication, files)
    earlier = stale_files(folder, files)
    names = sorted(files)
    for make in more:
        made = make(publication, names)
        files |= made
        names += sorted(made)
    return write_files(files, folder, without=earlier)


def maps_for_print(publication: Publication, _: Collection[str] = ()) -> Mapping[str, Content]:
    """Make the maps for print, below `print/`: they are large, and asked for apart.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed, which draws them.
    """
    require_plotting("a map for print")
    from llrgeo.publish.print.maps import print_maps

    with using_wording(publication.words):
        return print_maps(publication)


def report_as_pdf(publication: Publication, _: Collection[str] = ()) -> Mapping[str, Content]:
    """Make the report as PDF; it is no part of what the manifest describes.

    Its bytes depend on the browser and the fonts of the machine, and a replay elsewhere could not
    reproduce them.

    Raises
    ------
    PublishError
        If no renderer is installed, or it fails.
    """
    with using_wording(publication.words):
        page = render_report(publication)
    return {PDF: render_pdf(page, publication.date)}


def make_kit(
    publication: Publication,
    published: Collection[str],
    *,
    names: Collection[str] = (),
    track: Track = iter,
) -> Mapping[str, Content]:
    """Make the kit of a consultation: a landing page, pages and leaflets of places.

    It is no part of what the manifest describes. Leaflets are written as PDF too where the report
    was, by the same browser.

    Parameters
    ----------
    publication
        What is published.
    published
        The other files of this run by their names in its folder: the landing page links them.
    names
        Of the places that get pages; all of them if it is empty.
    track
        Wraps the places worked through, to show progress.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed, which draws the preview.
    PublishError
        If a name is of no place with a page.
    """
    require_plotting("the preview of a kit")
    from llrgeo.publish.kit.files import kit_files

    places = chosen_places(kit_places(publication.areas, publication.base, names), names)
    about = about_files(publication, published)
    # Leaflets are printed if the report was; the browser is looked for before the first place.
    if printed := PDF in published:
        find_renderer()
    with using_wording(publication.words):
        return kit_files(
            publication,
            places,
            {name: about.get(name, "") for name in published},
            leaflets_as_pdf=printed,
            track=track,
        )


def check_folder(folder: Path) -> None:
    """Refuse a folder that files cannot be written into; it need not be there yet.

    Raises
    ------
    PublishError
        If it, or what it would be made in, is a file or may not be written to; or if it is the root
        of the file system.
    """
    if folder.resolve() == folder.resolve().parent:
        msg = f"{folder}: {ROOT}"
        raise PublishError(msg)
    # A folder that is not there yet is made in the nearest one above that is.
    nearest = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    if not nearest.is_dir():
        msg = f"{folder}: cannot be written to ({nearest} is a file)"
        raise PublishError(msg)
    if not os.access(nearest, os.W_OK):
        msg = f"{folder}: cannot be written to (no permission for {nearest})"
        raise PublishError(msg)


def write_files(
    files: Mapping[str, Content], folder: Path, *, without: Iterable[str] = ()
) -> list[Path]:
    """Write files by their names below a folder, all of them or none; others in it stay.

    The new folder is complete, and read back against what was to be written, before it takes the
    place of the old one in one step. Files that are in it and named by `without` go in that step.

    Raises
    ------
    PublishError
        If the folder cannot be written to.
    """
    try:
        with folder_written_whole(folder, without=without) as made:
            for name, content in files.items():
                path = made / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(_bytes(content))
            _check_written(made, files)
    except OSError as error:
        msg = f"{folder}: cannot be written to ({error.strerror or error})"
        raise PublishError(msg) from error
    return [folder / name for name in sorted(files)]


def _check_written(folder: Path, files: Mapping[str, Content]) -> None:
    """Refuse a folder whose files on disk differ from what was to be written."""
    changed = [
        name for name, content in files.items() if (folder / name).read_bytes() != _bytes(content)
    ]
    if changed:
        msg = f"the disk returned other bytes for {name_some(changed)}"
        raise OSError(msg)


def manifest_text(publication: Publication, files: Mapping[str, Content]) -> str:
    """Return the manifest as JSON: what went in, and the SHA-256 of every file that came out."""
    outputs = {name: sha256_of_bytes(_bytes(files[name])) for name in sorted(files)}
    manifest = {**publication.manifest, "outputs": outputs}
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


def _bytes(content: Content) -> bytes:
    return content.encode("utf-8") if isinstance(content, str) else content


def _pages(
    publication: Publication, drawn: Mapping[str, str] | None, draw: Callable[[], dict[str, str]]
) -> dict[str, Content]:
    """Make the pages: the front page and the explorer, if not drawn, the report, the planner."""
    return {
        **(drawn or draw()),
        "report.html": render_report(publication),
        **_planner(publication),
    }


def _planner(publication: Publication) -> dict[str, Content]:
    """Make the planner, where the study may have one."""
    if publication.planning is None or not has_planner(publication):
        return {}
    return {PLANNER: render_planner(publication, publication.planning)}


def _crate(publication: Publication, files: Mapping[str, Content]) -> str:
    """Make the RO-Crate of all files but the manifest, which lists the crate's own checksum."""
    contents_of = {name: _bytes(content) for name, content in files.items()}
    about = about_files(publication, files)
    return ro_crate(provenance(publication), contents_of, about, others=(MANIFEST,))


def _plain_words(publication: Publication) -> dict[str, Content]:
    return {"plain_words_draft.md": render_plain_words(publication)}
