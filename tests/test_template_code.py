"""What is made once is kept, used only for what it was made by, and never in the way of a page."""

import sys
from importlib import import_module
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from llrgeo.execution.checked_files import write_checked
from llrgeo.publish import template_code
from llrgeo.publish.template_code import TemplateCode, cached_text


def rendered(text: str) -> str:
    engine = Environment(
        loader=DictLoader({"page": text}), bytecode_cache=TemplateCode(), autoescape=True
    )
    return engine.get_template("page").render(name="<A>")


@pytest.fixture(autouse=True)
def _writes_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def test_a_kept_template_is_used_again_and_not_for_another_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(template_code, "FOLDER", tmp_path)
    assert rendered("of {{ name }}") == "of &lt;A&gt;"
    (kept,) = tmp_path.iterdir()
    written = kept.read_bytes()
    # What is kept is what is run: with another word in it, the page says that one.
    write_checked(kept, written[:-32].replace(b"of ", b"at "))
    assert rendered("of {{ name }}") == "at &lt;A&gt;"
    assert rendered("by {{ name }}") == "by &lt;A&gt;"


def test_a_kept_template_that_is_damaged_is_compiled_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(template_code, "FOLDER", tmp_path)
    rendered("of {{ name }}")
    (kept,) = tmp_path.iterdir()
    written = kept.read_bytes()
    for damaged in (
        b"",
        written[:-10],
        written.replace(b"of ", b"ov "),
        bytes([written[0] ^ 1]) + written[1:],
        bytes([0]) * len(written),
    ):
        assert damaged != written
        kept.write_bytes(damaged)
        assert rendered("of {{ name }}") == "of &lt;A&gt;"
        assert kept.read_bytes() == written


def test_pages_are_made_where_nothing_can_or_may_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(template_code, "FOLDER", tmp_path / "file")
    assert rendered("of {{ name }}") == "of &lt;A&gt;"
    monkeypatch.setattr(template_code, "FOLDER", tmp_path / "kept")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert rendered("of {{ name }}") == "of &lt;A&gt;"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_cached_text_is_used_again_and_not_for_what_else_it_is_made_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(template_code, "FOLDER", tmp_path / "kept")
    assert cached_text("map", ["1.0", "ab"], lambda: "first") == "first"
    assert cached_text("map", ["1.0", "ab"], lambda: "second") == "first"
    assert cached_text("map", ["1.0a", "b"], lambda: "third") == "third"
    assert cached_text("text", ["1.0", "ab"], lambda: "fourth") == "fourth"
    for path in (tmp_path / "kept").glob("text-*"):
        path.write_bytes(path.read_bytes()[:-2])  # cut off
    assert cached_text("text", ["1.0", "ab"], lambda: "anew") == "anew"
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert cached_text("map", ["1.1", "ab"], lambda: "fifth") == "fifth"
    assert len(list((tmp_path / "kept").iterdir())) == 3
    (tmp_path / "file").touch()
    monkeypatch.setattr(template_code, "FOLDER", tmp_path / "file")  # where nothing can be written
    assert cached_text("map", ["1.0", "ab"], lambda: "sixth") == "sixth"


def test_the_empty_map_is_what_folium_draws_which_is_not_loaded_for_one_that_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(template_code, "FOLDER", tmp_path)
    where, room = (52.5, -1.25), "llrgeo.publish.explorer"
    drawn = import_module(f"{room}.folium_map").draw_empty_map("llrgeo", where, 3)
    maps = import_module(f"{room}.leaflet_map")
    assert maps.empty_map(where, 3) == maps.MapParts(*drawn)
    maps._map_around_nowhere.cache_clear()
    monkeypatch.setitem(sys.modules, f"{room}.folium_map", None)  # to import it is an error
    assert maps.empty_map(where, 3) == maps.MapParts(*drawn)
    with pytest.raises(ImportError):
        maps.empty_map(where, 4)
