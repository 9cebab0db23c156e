"""Compiled templates are kept, used only for their own text, and never in the way of a page."""

import sys
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from llrgeo.publish.template_code import TemplateCode


def rendered(folder: Path, text: str) -> str:
    code = TemplateCode()
    code.directory = str(folder)
    engine = Environment(loader=DictLoader({"page": text}), bytecode_cache=code, autoescape=True)
    return engine.get_template("page").render(name="<A>")


@pytest.fixture(autouse=True)
def _writes_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def test_a_kept_template_is_used_again_and_not_for_another_text(tmp_path: Path) -> None:
    assert rendered(tmp_path, "of {{ name }}") == "of &lt;A&gt;"
    (kept,) = tmp_path.iterdir()
    written = kept.read_bytes()
    # What is kept is what is run: with another word in it, the page says that one.
    kept.write_bytes(written.replace(b"of ", b"at "))
    assert rendered(tmp_path, "of {{ name }}") == "at &lt;A&gt;"
    assert rendered(tmp_path, "by {{ name }}") == "by &lt;A&gt;"
    kept.write_bytes(written[:-10])  # cut off
    assert rendered(tmp_path, "of {{ name }}") == "of &lt;A&gt;"


def test_pages_are_made_where_nothing_can_or_may_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rendered(tmp_path / "missing", "of {{ name }}") == "of &lt;A&gt;"
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert rendered(tmp_path, "of {{ name }}") == "of &lt;A&gt;"
    assert not list(tmp_path.iterdir())
