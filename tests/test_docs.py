"""The documentation: what it names exists, and what the code cites is there."""

import re
from pathlib import Path

import pytest

import llrgeo

ROOT = Path(__file__).parents[1]
GENERATED = {"commands", "keys", "reference"}
DOCS = [
    *sorted(path for path in (ROOT / "docs").rglob("*.md") if path.parent.name not in GENERATED),
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
]
# Other pages name files of the reader's own study.
ABOUT_THE_PROJECT = {"architecture", "methods", "CONTRIBUTING", "SECURITY"}
SOURCES = [
    path
    for pattern in ("*.py", "*.js", "*.toml", "*.html")
    for path in (ROOT / "llrgeo").rglob(pattern)
]


def test_every_section_of_the_methods_that_the_code_cites_exists():
    methods = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
    sections = set(re.findall(r"^## (\d+)\.", methods, flags=re.MULTILINE))
    cited = {
        number
        for path in SOURCES
        for number in re.findall(r"docs/methods (\d+)", path.read_text(encoding="utf-8"))
    }
    assert len(cited) > 5
    assert cited <= sections


def test_no_source_cites_a_document_that_is_not_in_the_project():
    citing = [
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        if re.search(r"\bMETHODS\b(?!_)|PUBLISHING\.md|ROADS\.md", path.read_text(encoding="utf-8"))
    ]
    assert citing == []


def exists(name: str) -> bool:
    """Tell whether a file or folder is in the project, by the end of its path."""
    folders = ("llrgeo", "data", "docs", "tests", "notebooks", "maps", ".ci")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    ends = "/" + name.rstrip("/").replace("../", "")
    return (ROOT / name).exists() or any(str(path).endswith(ends) for path in files)


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.stem)
def test_every_file_that_a_page_names_exists(path):
    text = path.read_text(encoding="utf-8")
    linked = set(re.findall(r"\]\((?!https?:|#)([^)#]+)\)", text))
    named = set()
    if path.stem in ABOUT_THE_PROJECT:
        named = set(re.findall(r"`([\w./-]+/[\w./-]*|\w+\.(?:py|toml|csv))`", text))
    # Pages of commands, keys and names come with the site; Sphinx checks links to them.
    linked = {name for name in linked if not GENERATED & set(Path(name).parts)}
    missing = [name for name in sorted(linked | named) if not exists(name)]
    assert linked | named or path.stem not in ABOUT_THE_PROJECT
    assert missing == []


def test_the_citation_is_of_this_version():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"version: {llrgeo.__version__}\n" in citation
