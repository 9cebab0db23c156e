"""Check of a published folder: its links, its run, its sizes, its words, and each of its pages."""

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from llrgeo.errors import PublishError
from llrgeo.inputs.theme import LEAST_CONTRAST, contrast
from llrgeo.publish.check.browser import (
    browser_findings,
    has_browser,
    map_name_findings,
    open_browser,
)
from llrgeo.publish.check.html import Finding, Page, read_page
from llrgeo.publish.check.manifest import (
    checksum_findings,
    crate_findings,
    id_findings,
    read_recorded,
)
from llrgeo.publish.check.page import (
    BESIDE,
    MAX_BYTES,
    MAX_GZIPPED_BYTES,
    PAGE_RULES,
    UNREADABLE,
    table_findings,
    weight_findings,
)
from llrgeo.publish.check.reading import (
    PUBLIC_GRADE,
    REPORT_GRADE,
    reading_grade,
    sentences_of,
    sentences_of_text,
)
from llrgeo.publish.data.packages import MANIFEST

# The most bytes of a page, as it is and gzipped, by the beginning of its path; the first that fits.
LIMITS: Final[dict[str, tuple[int, int]]] = {
    "explorer": (MAX_BYTES, MAX_GZIPPED_BYTES),
    "planner": (7_000_000, 7_000_000),
    "report": (2_500_000, 750_000),
    "": (250_000, 60_000),
}
INDEX_LIMIT: Final = (300_000, 60_000)  # of a page that loads what it searches
_PLACES, _PARTS = "places/", "explorer/"  # pages of places, and of the parts of a split explorer
_PUBLIC: Final = ("explorer.html", "index.html", "kit.html")
_RUN: Final = re.compile(r"\b[Rr]un ([0-9a-f]{12})\b")
_COLOUR: Final = re.compile(r"--(accent|ink|quiet):\s*(#[0-9a-f]{6})")
_FEW_STOPS: Final = frozenset(["explorer.html", "index.html", "planner.html"])
_WHOLE: Final = frozenset(["explorer.html", "index.html", "report.html"])  # tables are a must here


@dataclass(frozen=True, slots=True)
class FolderFinding:
    """What is wrong with a file of a folder: its path in it, the rule that it breaks, and how."""

    file: str
    rule: str
    message: str


def check_folder_of_pages(folder: Path) -> list[FolderFinding]:
    """Check a published folder, in a browser too where one is installed.

    The browser opens every page but those of places and of the parts of a split explorer, and of
    these one of each form: all pages of a form have one layout.

    Returns
    -------
    list of FolderFinding
        What is wrong, by file; empty for a folder that keeps every rule.

    Raises
    ------
    PublishError
        If there is no page in it, or a page cannot be read; or if a run wrote into it meanwhile.
    """
    before = read_recorded(folder)
    found = _all_findings(folder)
    # Pages that were read before a run's switch and others after it would be reported as a mixture.
    if read_recorded(folder) != before:
        msg = f"{folder}: a run wrote into it while it was checked; check it again"
        raise PublishError(msg)
    return found


def _all_findings(folder: Path) -> list[FolderFinding]:
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.html")}
    if not paths:
        msg = f"{folder}: there is no page in it; publish one: llrgeo run --out {folder}"
        raise PublishError(msg)
    pages = {name: _read(path) for name, path in sorted(paths.items())}
    names = _known_names(pages)
    found = [
        FolderFinding(name, finding.rule, finding.message)
        for name, page in pages.items()
        for finding in _page_findings(name, page, names)
    ]
    rules: tuple[Callable[[Path, dict[str, Page]], Iterator[FolderFinding]], ...] = (
        _link_findings,
        _script_findings,
        _run_findings,
        _manifest_findings,
    )
    found += [finding for rule in rules for finding in rule(folder, pages)]
    found += _text_findings(folder, names)
    if has_browser():
        found += _seen_findings(folder, pages)
    return sorted(found, key=lambda finding: (finding.file, finding.rule, finding.message))


def _read(path: Path) -> Page:
    try:
        return read_page(path.read_text(encoding="utf-8"))
    except UNREADABLE as error:
        msg = f"{path}: cannot be read as a page ({' '.join(str(error).split())[:200]})"
        raise PublishError(msg) from error


def _page_findings(name: str, page: Page, names: frozenset[str]) -> Iterator[Finding]:
    """Yield what is wrong with a page by itself."""
    for rule in PAGE_RULES:
        yield from rule(page)
    if page.tables or name in _WHOLE or _is_part(name):
        yield from table_findings(page)
    # The first limit by which the path begins; the last, without one, is for all other pages.
    limit = next(limit for start, limit in LIMITS.items() if name.startswith(start))
    yield from weight_findings(page, *(INDEX_LIMIT if page.scripts_beside else limit))
    yield from _contrast_findings(page)
    is_english = page.all("html")[0].attributes.get("lang", "").startswith("en")
    if is_english:
        most = PUBLIC_GRADE if _is_public(name) else REPORT_GRADE
        yield from _grade_findings(reading_grade(sentences_of(page, names)), most)


def _is_public(name: str) -> bool:
    return name in _PUBLIC or name.startswith(_PLACES) or _is_part(name)


def _grade_findings(grade: float, most: float) -> Iterator[Finding]:
    if grade > most:
        yield Finding("reading", f"grade {grade:.1f}; at most {most:.0f}")


def _contrast_findings(page: Page) -> Iterator[Finding]:
    """Find colours of text that are too pale on white."""
    style = "".join(element.text for element in page.all("style"))
    for name, colour in dict(_COLOUR.findall(style)).items():
        found = contrast(colour, "#ffffff")
        if found < LEAST_CONTRAST:
            least = f"{found:.1f}; at least {LEAST_CONTRAST}"
            yield Finding("contrast", f"{name} {colour} on white: {least}")


def _is_part(name: str) -> bool:
    return name.startswith(_PARTS)


def _has_map(page: Page) -> bool:
    return any("folium-map" in each.attributes.get("class", "") for each in page.all("div"))


def _known_names(pages: dict[str, Page]) -> frozenset[str]:
    """Return the names of places, sites, services and areas, as explorers' data has them."""
    found: set[str] = set()
    explorers = [pages[name] for name in pages if name == "explorer.html" or _is_part(name)]
    for script in (script for page in explorers for script in page.all("script")):
        if script.attributes.get("id") == "data":
            data: dict[str, Any] = json.loads(script.text)
            found |= {
                record["name"] for part in ("places", "sites") for record in data.get(part, ())
            }
            found |= {record["label"] for record in data.get("services", ())}
            found |= {*data.get("authorities", ()), *data.get("areas", {}).get("label", ())}
    return frozenset(found)


def _link_findings(folder: Path, pages: dict[str, Page]) -> Iterator[FolderFinding]:
    """Find links to files that are not there, and to parts of a page that it does not have."""
    for name, page in pages.items():
        ids = {each.attributes["id"] for each in page.elements if "id" in each.attributes}
        for link in page.all("a"):
            address = link.attributes.get("href", "")
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = folder / PurePosixPath(name).parent / unquote(parts.path)
            # A link that leaves the folder would work here and nowhere else.
            inside = target.resolve().is_relative_to(folder.resolve())
            if parts.path and not (inside and target.is_file()):
                yield FolderFinding(name, "link", f"{address!r} leads to no file of the folder")
            elif not parts.path and parts.fragment and parts.fragment not in ids:
                yield FolderFinding(name, "link", f"{address!r} leads to no part of the page")


def _script_findings(folder: Path, pages: dict[str, Page]) -> Iterator[FolderFinding]:
    """Find scripts that a page would load, and that are not there."""
    for name, script in _scripts_beside(folder, pages):
        if not script.is_file():
            shown = script.relative_to(folder).as_posix()
            yield FolderFinding(name, "link", f"the script {shown!r} is not there")


def _scripts_beside(folder: Path, pages: dict[str, Page]) -> list[tuple[str, Path]]:
    """Return the scripts in the folder that pages load when they are needed, each with its page."""
    return [
        (name, (folder / name).parent / script)
        for name, page in pages.items()
        for script in page.scripts_beside
        if BESIDE.fullmatch(script)  # any other is a finding of the page
    ]


def _run_findings(folder: Path, pages: dict[str, Page]) -> Iterator[FolderFinding]:
    """Find files that bear another run's number than the manifest, or none."""
    recorded = read_recorded(folder)
    if not recorded:
        yield FolderFinding(MANIFEST, "run", "it is missing, so no file can be held against it")
        return
    run_id = str(recorded.get("run", ""))
    texts = {name: page.text for name, page in pages.items()}
    beside = [script for _, script in _scripts_beside(folder, pages) if script.is_file()]
    texts |= {
        file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8")
        for file in (*(folder / "places").glob("*.txt"), *beside)
    }
    if (folder / "tables.xlsx").is_file():
        with zipfile.ZipFile(folder / "tables.xlsx") as workbook:
            texts["tables.xlsx"] = workbook.read("xl/sharedStrings.xml").decode("utf-8")
    for name, text in texts.items():
        # Every page names its run: two runs in one folder would be figures that disagree.
        others = set(_RUN.findall(text)) - {run_id}
        if others:
            yield FolderFinding(name, "run", f"of run {', '.join(sorted(others))}, not {run_id}")
        elif run_id not in text:
            yield FolderFinding(name, "run", f"it does not bear the run's number, {run_id}")


def _manifest_findings(folder: Path, _: dict[str, Page]) -> Iterator[FolderFinding]:
    """Find what a manifest says of its own run and of the files beside it, and is not so."""
    recorded = read_recorded(folder)
    for finding in id_findings(recorded):
        yield FolderFinding(MANIFEST, finding.rule, finding.message)
    for rule in (checksum_findings, crate_findings):
        for name, finding in rule(folder, recorded):
            yield FolderFinding(name, finding.rule, finding.message)


def _text_findings(folder: Path, names: frozenset[str]) -> Iterator[FolderFinding]:
    """Find texts to read aloud that ask too many years of school."""
    for file in sorted((folder / "places").glob("*.txt")):
        sentences = sentences_of_text(file.read_text(encoding="utf-8"), names)
        for finding in _grade_findings(reading_grade(sentences), PUBLIC_GRADE):
            name = file.relative_to(folder).as_posix()
            yield FolderFinding(name, finding.rule, finding.message)


def _seen_findings(folder: Path, pages: dict[str, Page]) -> Iterator[FolderFinding]:
    """Open pages in a browser: all but those of places, and of these one of each form."""
    chosen: dict[str, str] = {}
    for name in pages:
        in_places = name.startswith(_PLACES)
        form = PurePosixPath(name).stem.rpartition("_")[2] if in_places else name
        one_of_each = form in {"leaflet", "large", "easy"} or not in_places
        # Pages of places, and of parts, are alike but for their words: one of each form is opened.
        chosen.setdefault(_PARTS if _is_part(name) else form if one_of_each else "page", name)
    with open_browser() as browser:
        for name in sorted(chosen.values()):
            path = folder / name
            for finding in browser_findings(path, browser):
                # Pages of links and tables are gone through by headings; the explorer is a tool.
                if finding.rule != "keyboard" or name in _FEW_STOPS or _is_part(name):
                    yield FolderFinding(name, finding.rule, finding.message)
            # An explorer has a map; the index of a split one has none.
            if _has_map(pages[name]) and (name == "explorer.html" or _is_part(name)):
                for finding in map_name_findings(path, browser):
                    yield FolderFinding(name, finding.rule, finding.message)
