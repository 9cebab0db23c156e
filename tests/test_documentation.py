"""The documentation site: every key and command has its page, and Python on pages runs as written.

The tutorials of the shell, which run whole studies, are in `tests/long`.
"""

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import llrgeo

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def sources():
    """Return the module of docs/ that finds keys and commands."""
    sys.path.insert(0, str(DOCS))
    try:
        spec = importlib.util.spec_from_file_location("page_sources", DOCS / "page_sources.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules["page_sources"] = module
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(DOCS))
    return module


@pytest.mark.parametrize("file", ["study", "siting"])
def test_every_key_of_the_models_has_a_sentence(sources, file, record_property):
    keys = {key.path for key in getattr(sources, f"{file}_keys")()}
    told = tomllib.loads((DOCS / "keys.toml").read_text(encoding="utf-8"))[file]
    record_property("keys", len(keys))
    assert len(keys) > 30
    assert sorted(keys - set(told)) == [], "give it a sentence in docs/keys.toml"
    assert sorted(set(told) - keys) == [], "there is no such key; take it out of docs/keys.toml"
    assert [key for key, sentence in told.items() if len(sentence) < 9] == []


def test_keys_that_were_once_found_in_source_alone_are_told(sources):
    keys = {key.path: key for key in sources.study_keys()}
    assert {"indicators", "appraisal.importance", "options.moves_beds.from"} <= set(keys)
    assert sources.kind_of(keys["years"].field.annotation) == "list of whole number"
    assert keys["capacity.rounds.SERVICE.care_min"].table == "[capacity.rounds.SERVICE]"


def test_every_command_is_found(sources):
    found = sources.commands()
    assert {"run", "new", "locate", "network build", "network info"} <= set(found)
    assert [words for words, command in found.items() if not command.help] == []


@pytest.mark.slow
def test_the_site_is_built_without_a_warning_and_asks_no_other_host(tmp_path):
    pytest.importorskip("sphinx", reason="Sphinx is not installed: llrgeo[docs]")
    built = tmp_path / "site"
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "sphinx",
            "-b",
            "html",
            "-W",
            "-q",
            "-d",
            tmp_path / "kept",
            DOCS,
            built,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    pages = sorted(built.rglob("*.html"))
    assert len(pages) > 60
    assert (built / ".nojekyll").is_file()  # GitHub Pages would leave out _static otherwise
    loaded = [
        (page.name, asked)
        for page in pages
        for asked in re.findall(
            r"""<(?:script|img|iframe|link)\b[^>]*?(?:src|href)=["'](https?:)?//""",
            page.read_text(encoding="utf-8"),
        )
    ]
    assert loaded == []
    styles = [path for path in built.rglob("*.css") if "//" in "".join(
        re.findall(r"(?:url\(|@import)[^;)]*", path.read_text(encoding="utf-8"))
    ).replace("http://www.w3.org", "")]  # fmt: skip
    assert styles == []
    reference = (built / "reference" / "travel.html").read_text(encoding="utf-8")
    assert "llrgeo.TravelTimes" in reference


def blocks(page: str, language: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.slow
@pytest.mark.parametrize("page", ["tutorials/analyst.md", "howto/own_matrix.md", "howto/osmnx.md"])
def test_the_python_of_a_page_runs_as_written(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    code = blocks(page, "python")
    assert code
    for block in code:
        exec(compile(block, page, "exec"), names)  # noqa: S102 - our own pages
    assert names["llrgeo"] is llrgeo
