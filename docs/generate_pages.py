"""Write the pages of the documentation that follow from the code: commands, keys, reference."""

import re
import tomllib
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from page_sources import Key, commands, kind_of, siting_keys, study_keys
from pydantic_core import PydanticUndefined

import llrgeo

GENERATED: Final = ("commands", "keys", "reference")
_UNSET: Final = (PydanticUndefined, None, "", ())
# The chapters of the reference, by the room that a name comes from.
_CHAPTERS: Final = {
    "study": "Studies",
    "inputs": "Reading tables",
    "roads": "Road networks",
    "travel": "Travel times",
    "appraisal": "Appraisal",
    "siting": "Where sites should be",
    "errors": "Errors",
}


def write_pages(docs: Path) -> None:
    """Write every generated page; one that is as it should be is left alone."""
    sentences = tomllib.loads((docs / "keys.toml").read_text(encoding="utf-8"))
    pages = {
        **command_pages(),
        **key_pages("study", study_keys(), sentences["study"]),
        **key_pages("siting", siting_keys(), sentences["siting"]),
        **reference_pages(),
    }
    for name, text in pages.items():
        path = docs / name
        path.parent.mkdir(exist_ok=True)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
    for folder in GENERATED:
        for path in (docs / folder).glob("*.md"):
            if path.relative_to(docs).as_posix() not in pages:
                path.unlink()


def command_pages() -> dict[str, str]:
    """Return a page for each command, from what typer knows of it."""
    pages = {}
    for words, command in commands().items():
        parameters = [_parameter_row(part) for part in command.params if part.name != "help"]
        example = (command.epilog or "").removeprefix("Example: ")
        pages[f"commands/{_file(words)}.md"] = "\n".join(
            [
                f"# llrgeo {words}\n",
                f"{command.help}\n",
                f"```bash\n{example}\n```\n",
                "| you write | default | what it does |\n| --- | --- | --- |",
                *parameters,
                "",
            ]
        )
    names = "\n".join(_file(words) for words in commands())
    pages["commands/index.md"] = (
        "# Commands\n\nWhat `--help` says, a page a command. "
        "Each command ends with status 0, or with one line that "
        "says what is wrong and what to do, and status 1.\n\n"
        f"```{{toctree}}\n:maxdepth: 1\n\n{names}\n```\n"
    )
    return pages


def key_pages(file: str, keys: Iterable[Key], sentences: dict[str, str]) -> dict[str, str]:
    """Return a page for each table of a file, with a heading for each of its keys."""
    pages, names = {}, []
    ordered = sorted(keys, key=lambda key: key.table)  # stable: keys of a table keep their order
    for table, members in groupby(ordered, key=lambda key: key.table):
        name = f"{file}_{_file(table.strip('[]')) or 'top'}"
        title = f"`{table}`" if table else f"The top of a {file} file"
        parts = [f"# {title}\n"]
        for key in members:
            parts += [f"## `{key.name if not key.field.alias else key.field.alias}`\n"]
            parts += [f"{sentences[key.path]}\n", f"{_takes(key)}\n"]
        pages[f"keys/{name}.md"] = "\n".join(parts)
        names.append(name)
    listed = "\n".join(names)
    pages[f"keys/{file}.md"] = (
        f"# Keys of a {file} file\n\nA {file} file is in TOML. Every key that there is, table by "
        "table, as the program itself checks them: an unknown key, or a value out of range, is "
        f"told with its name.\n\n```{{toctree}}\n:maxdepth: 2\n\n{listed}\n```\n"
    )
    return pages


def reference_pages() -> dict[str, str]:
    """Return a page for each chapter of the public names, read from their docstrings."""
    chapters: dict[str, list[str]] = {name: [] for name in _CHAPTERS}
    for name in llrgeo.__all__:
        module = getattr(llrgeo, name).__module__.removeprefix("llrgeo.").split(".")
        chapters["siting" if "siting" in module else module[0]].append(name)
    pages = {}
    for chapter, names in chapters.items():
        parts = [f"# {_CHAPTERS[chapter]}\n"]
        for name in names:
            kind = "class" if isinstance(getattr(llrgeo, name), type) else "function"
            kind = "exception" if name.endswith("Error") else kind
            members = "\n   :members:" if kind == "class" else ""
            directive = f".. auto{kind}:: llrgeo.{name}{members}"
            parts.append(f"## {name}\n\n```{{eval-rst}}\n{directive}\n```\n")
        pages[f"reference/{chapter}.md"] = "\n".join(parts)
    listed = "\n".join(_CHAPTERS)
    pages["reference/index.md"] = (
        f"# Reference\n\nThe {len(llrgeo.__all__)} names that `import llrgeo` gives. "
        f"In the examples `folder` holds a study of a toy town; a test runs them all."
        f"\n\n```{{toctree}}\n:maxdepth: 2\n\n{listed}\n```\n"
    )
    return pages


def _parameter_row(parameter: Any) -> str:  # noqa: ANN401 - typer brings its own click
    """Return a row of the table of what a command takes."""
    if parameter.param_type_name == "option":
        words = ", ".join(f"`{word}`" for word in parameter.opts)
    else:
        words = f"`{parameter.name.upper()}`"
    default = parameter.default
    shown = "" if default in (None, False, (), []) or callable(default) else f"`{default}`"
    shown = "required" if parameter.required else shown
    told = (getattr(parameter, "help", None) or "").replace("|", ", ")
    return f"| {words} | {shown} | {told} |"


def _takes(key: Key) -> str:
    """Say what a key takes, and what holds without it."""
    field = key.field
    if field.is_required():
        return f"*{kind_of(field.annotation)}; required*"
    default = field.default
    if default in _UNSET or not isinstance(default, str | int | float | bool | tuple):
        return f"*{kind_of(field.annotation)}*"
    if isinstance(default, tuple) and not all(isinstance(part, str | int) for part in default):
        return f"*{kind_of(field.annotation)}*"
    told = str(list(default) if isinstance(default, tuple) else default).replace("'", '"')
    told = told.lower() if isinstance(default, bool) else told
    return f"*{kind_of(field.annotation)}; without it* `{told}`"


def _file(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
