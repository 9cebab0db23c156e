"""The files of a published folder: their names, and what each is."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from llrgeo.publish.data.packages import DATA_PACKAGE, MANIFEST, RO_CRATE
from llrgeo.publish.explorer.files import EXPLORER
from llrgeo.publish.explorer.index import SEARCH
from llrgeo.publish.explorer.split import FOLDER as PARTS
from llrgeo.publish.front import FRONT
from llrgeo.publish.kit.names import FOLDER as PLACES
from llrgeo.publish.kit.names import LANDING, PREVIEW
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import wording

PLANNER: Final = "planner.html"
PDF: Final = "report.pdf"


def is_published_name(name: str) -> bool:
    """Return whether a name below a folder is one that a run writes: its files, pages or tables."""
    kept_apart = name.startswith((f"{PLACES}/", f"{PARTS}/", "print/"))
    table = name.startswith("tables/") and name.endswith(".csv")
    return table or kept_apart or name in {*_ABOUT, RO_CRATE, PDF, LANDING, PREVIEW}


def pages_of_earlier_runs(folder: Path, written: Iterable[Path]) -> list[str]:
    """Return the pages in a published folder that a run has not written, and that are not of it.

    Pages of places are in no manifest, so that they stay in a folder as files of other names do;
    explorers of authorities and a planner stay where somebody has changed them.

    Parameters
    ----------
    folder
        The published folder.
    written
        The files that the run wrote there, its manifest among them.
    """
    run = str(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["run"])
    pages = {folder / name for name in (PLANNER, SEARCH)}
    pages |= {*(folder / PARTS).glob("*.html"), *(folder / PLACES).glob("*.html")}
    return sorted(
        path.relative_to(folder).as_posix()
        for path in pages.difference(written)
        if path.is_file() and run not in path.read_text(encoding="utf-8", errors="replace")
    )


def about_files(publication: Publication, names: Iterable[str]) -> dict[str, str]:
    """Return what files are, by their names below a folder: those of every run, and `names`.

    Of `names`, only pages of a split explorer are described: one for each authority.
    """
    tables = publication.descriptions
    about = {f"tables/{name}.csv": table.about for name, table in tables.items()} | _ABOUT
    parts = {name: _ABOUT_PART for name in names if name.startswith(f"{PARTS}/")}
    printed = {
        f"print/{sheet}.{ending}": f"{words}; {_ABOUT_FORM[ending]}"
        for sheet, words in _printed_maps(publication).items()
        for ending in _ABOUT_FORM
    }
    return about | parts | printed | ({SEARCH: _ABOUT_SEARCH} if SEARCH in parts else {})


def _printed_maps(publication: Publication) -> dict[str, str]:
    """Return what each map for print shows, by its name: those that may be there."""
    called = "city" if publication.called_city else "acute"
    found = {"city_hospitals_today_a4": f"A4 map: {wording()[f'print_{called}_title']}"}
    for option in publication.alternatives:
        for service in publication.services:
            words = f"A4 map: {option.label}, {service.label}"
            found[f"{option.name}_{service.id}_a4"] = words
    for number in range(1, len(publication.alternatives) + 1):
        found[f"compare_options_{number}_a3"] = "A3 sheet: maps of the options side by side"
    return found


_ABOUT_PART: Final = "The explorer of one authority, one page that works offline"
_ABOUT_FORM: Final = {
    "png": "a picture",
    "svg": "a drawing to enlarge or to edit",
    "txt": "what it shows, in words",
}
_ABOUT_SEARCH: Final = "What the search of the explorer's index looks in; the index loads it"
_ABOUT: Final = {
    EXPLORER: "The explorer: maps and journeys, one page that works offline",
    PLANNER: "The planner, for those who plan: try a place, see all figures, save the plan",
    FRONT: "The front page, which a web server opens: a link to each page",
    "report.html": "The report: options, who gains and who loses, costs, how sure we are",
    "tables.xlsx": "Every table on a sheet, with notes, assumptions and contents",
    "areas.gpkg": "Areas with their minutes under every option, and sites; with styles for QGIS",
    "areas.parquet": "The areas of areas.gpkg as GeoParquet",
    "areas.qml": "The style with which QGIS colours the areas",
    "travel_times.parquet": "Minutes and kilometres from every area to every site",
    "plain_words_draft.md": "A draft in plain words, to be read by a person before it is used",
    "tables/areas.csv": "Every area: minutes and their change for every service and option",
    "tables/data_dictionary.csv": "Every column of every file: what it holds, its unit, its blanks",
    DATA_PACKAGE: "The tables as a Data Package: columns, types, units, blanks",
    MANIFEST: "What went in, by checksum, with which settings; and the checksum of every file",
}
ONLY_OF_RUNS: Final = frozenset({*_ABOUT, PDF, LANDING, PREVIEW} - {DATA_PACKAGE})
"""Names of files that a run alone writes; a search for sites describes its folder as a run does."""
