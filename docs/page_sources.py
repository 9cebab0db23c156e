"""Find what the generated pages of the documentation are about: keys of studies, commands, names.

Keys come from the pydantic models themselves and commands from typer, so that none can be missing;
`docs/keys.toml` has a sentence on each key, and a test counts both.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from llrgeo.cli import app
from llrgeo.study.config import StudyConfig
from llrgeo.study.siting.config import SitingConfig

_PLAIN: Final = {str: "text", int: "whole number", float: "number", bool: "true or false"}
NOT_IN_FILES: Final = {"StudyConfig": ("folder", "file"), "SitingConfig": ("folder", "file")}


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a file: its table (`[[options]]`, empty at the top), its name, and its field."""

    table: str
    name: str
    field: FieldInfo

    @property
    def path(self) -> str:
        """The key with its table, such as `capacity.beds.stay_days`."""
        name = self.field.alias or self.name
        return f"{self.table.strip('[]')}.{name}".removeprefix(".")


def keys_of(model: type[BaseModel], table: str = "") -> Iterator[Key]:
    """Yield every key of a model and of the models within it."""
    for name, field in model.model_fields.items():
        if name in NOT_IN_FILES.get(model.__name__, ()):
            continue
        yield Key(table, name, field)
        inner, many = _model_within(field.annotation)
        if inner is not None:
            path = f"{table.strip('[]')}.{name}".removeprefix(".")
            heading = {"one": f"[{path}]", "many": f"[[{path}]]", "named": f"[{path}.SERVICE]"}
            yield from keys_of(inner, heading[many])


def study_keys() -> list[Key]:
    """Return every key of a study file."""
    return list(keys_of(StudyConfig))


def siting_keys() -> list[Key]:
    """Return every key of a siting file."""
    return list(keys_of(SitingConfig))


def commands() -> dict[str, Any]:
    """Return every command by the words that call it, such as `network build`."""
    found: dict[str, Any] = {}
    root = typer.main.get_command(app)
    groups = [("", root)]
    while groups:
        words, group = groups.pop(0)
        for name, command in getattr(group, "commands", {}).items():
            called = f"{words} {name}".strip()
            if hasattr(command, "commands"):
                groups.append((called, command))
            else:
                found[called] = command
    return found


def kind_of(annotation: Any) -> str:  # noqa: ANN401 - any type that a field may have
    """Return what a key takes, in words."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if hasattr(annotation, "__metadata__"):
        told = kind_of(parts[0])
    elif origin in (Union, UnionType):
        kinds = [kind_of(part) for part in parts if part is not type(None)]
        told = " or ".join(dict.fromkeys(kinds))
    elif origin is tuple or origin is list:
        told = f"list of {kind_of(parts[0])}"
    elif origin is dict:
        told = f"table of {kind_of(parts[0])} = {kind_of(parts[1])}"
    elif origin is Literal:
        told = " or ".join(f'"{value}"' for value in parts)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        told = "a table of its own"
    else:
        told = _PLAIN.get(annotation, getattr(annotation, "__name__", str(annotation)))
    return told


def _model_within(annotation: Any) -> tuple[type[BaseModel] | None, str]:  # noqa: ANN401 - as above
    """Return the model that a value is made of: one of it, many, or one for each name."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, "one"
    here = {tuple: "many", list: "many", dict: "named"}.get(get_origin(annotation), "one")
    for part in get_args(annotation):
        inner, deeper = _model_within(part)
        if inner is not None:
            return inner, deeper if here == "one" else here
    return None, "one"
