"""Check what a planner wrote against a pydantic model, and say every fault in plain words."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from llrgeo.errors import ConfigError
from llrgeo.schema import list_faults

# Kinds of values that several tables of a study file have.
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
SiteLists = dict[Name, list[str]]
Positive = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]

Config = TypeVar("Config", bound=BaseModel)


class Part(BaseModel):
    """A part of a file that a planner writes: no key is unknown, and it does not change."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def check_config(model: type[Config], values: Mapping[str, Any], *, source: str) -> Config:
    """Return what a planner wrote as a model; `source` is the file to name in a message.

    Raises
    ------
    ConfigError
        If a key is unknown or missing, or a value is out of range; the message lists every fault.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        faults = [fault for found in error.errors() for fault in _plain(found, model)]
        raise ConfigError(list_faults(faults, source=source)) from None


def _plain(error: Mapping[str, Any], model: type[BaseModel]) -> list[str]:
    """Say a fault that pydantic found as a planner would."""
    place = [part for part in error["loc"] if part != "[key]"]
    where = ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
    if error["type"] == "extra_forbidden":
        return [f"{where}: unknown key; known here are {', '.join(_known_keys(place, model))}"]
    if error["type"] == "missing":
        return [f"{where}: this key is required"]
    text = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "value_error":
        return [f"{where}: {line}" if where else line for line in text.splitlines()]
    return [f"{where}: {text[0].lower()}{text[1:]} (found {error['input']!r})"]


def _known_keys(place: list[str | int], model: type[BaseModel]) -> list[str]:
    for part in place[:-1]:
        if part in model.model_fields:
            model = _model_in(model.model_fields[str(part)].annotation) or model
    return [name for name in model.model_fields if name != "folder"]


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 (any type)
    """Return the model that a field holds, or holds many of; None if its values are plain."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
