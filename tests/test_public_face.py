"""The public face: what `llrgeo` exports, and what README promises of it."""

import inspect
import re
from pathlib import Path

import llrgeo
from llrgeo import errors

ROOT = Path(__file__).parents[1]


def test_every_public_name_is_there_sorted_and_documented():
    assert llrgeo.__all__ == sorted(llrgeo.__all__)
    for name in llrgeo.__all__:
        assert inspect.getdoc(getattr(llrgeo, name)), name


def test_every_error_is_ours_and_the_builtin_that_a_caller_expects():
    ours = [
        one
        for _, one in inspect.getmembers(errors, inspect.isclass)
        if issubclass(one, errors.LlrgeoError) and one is not errors.LlrgeoError
    ]
    assert ours
    builtins = (ValueError, RuntimeError, ImportError)
    assert all(issubclass(one, builtins) for one in ours)


def test_the_names_that_readme_uses_exist():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    used = set(re.findall(r"llrgeo\.([a-z_]+)\(", readme))
    assert used
    assert used <= set(llrgeo.__all__)


def test_readme_begins_with_the_two_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    run, test = re.findall(r"^```bash\n(.*?)^```", readme, flags=re.MULTILINE | re.DOTALL)[:2]
    assert run.strip().endswith("llrgeo run")
    assert "pytest" in test


def test_the_version_stands_in_the_changelog():
    assert f"## {llrgeo.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
