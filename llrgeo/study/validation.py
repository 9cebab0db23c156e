"""Validate the values of a study file by a pydantic model, with messages in plain words."""

import datetime as dt
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Annotated, Any, ClassVar, Final, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from llrgeo.errors import ConfigError, InputError
from llrgeo.inputs.tables import check_local
from llrgeo.inputs.visible_text import HIDDEN_CHARACTERS, as_seen, has_hidden
from llrgeo.schema import ISO_DATE, LARGEST, list_faults, name_some

# Types of values that several tables of a study file have.
_NAME: Final = r"^[a-z][a-z0-9_]*$"
Name = Annotated[str, Field(pattern=_NAME, max_length=100)]
Label = Annotated[str, Field(min_length=1, max_length=300)]
SiteLists = dict[Name, list[str]]


def no_boolean(value: object) -> object:
    """Refuse `true` and `false` where a number is needed: they would be read as 1 and 0.

    Raises
    ------
    ValueError
        If it is one of them.
    """
    if isinstance(value, bool):
        raise ValueError(_NO_BOOLEAN)  # noqa: TRY004 (pydantic collects this kind)
    return value


Positive = Annotated[float, BeforeValidator(no_boolean), Field(ge=0, le=LARGEST)]
Share = Annotated[float, BeforeValidator(no_boolean), Field(ge=0, le=1)]

Config = TypeVar("Config", bound=BaseModel)

_DAY_FIRST: Final = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}", re.ASCII)
_FIRST_LETTER: Final = 32  # lower code points of Unicode are control characters
_TIME: Final = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?")
_NO_BOOLEAN: Final = "write a number, not true or false"
_LONGEST_NAME: Final = 255  # bytes of the name of a file or folder
_SHOWN: Final = 80  # letters of a value that a message shows
_IN_BRACKETS: Final = '; write a list in brackets, also of one, such as ["A"]'
_ADVICE: Final = {  # what to write, by pydantic's name of the fault
    "list_type": _IN_BRACKETS,
    "tuple_type": _IN_BRACKETS,
    "dict_type": '; write a table in braces, such as { A = "B" }',
}
_LEAST_SIMILAR: Final = 0.7  # of a misspelt key and the right one, as difflib counts
_PER_CENT: Final = 100


class Part(BaseModel):
    """A part of a file that a planner writes: unknown keys are refused, values do not change."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False
    )


def path_faults(named: Mapping[str, str]) -> list[str]:
    """Return a fault for paths, by the key that names them, that cannot be valid as written."""
    faults = []
    for key, path in named.items():
        if any(ord(letter) < _FIRST_LETTER for letter in path):
            faults.append(f"{key}: {path!r} has a \\ that was read as an escape; write / instead")
        elif max(len(part.encode()) for part in path.split("/")) > _LONGEST_NAME:
            faults.append(f"{key}: a name of {len(path):,} letters, which no file has")
        elif "\\" in path and os.sep != "\\":
            faults.append(f"{key}: write {path.replace(chr(92), '/')}, with / in place of \\")
        else:
            try:
                check_local(path)
            except InputError as error:
                faults.append(f"{key}: {error}")
    return faults


def duplicate_faults(what: str, values: Sequence[object]) -> list[str]:
    """Return a fault if a list has duplicates."""
    duplicates = [str(value) for value in dict.fromkeys(values) if values.count(value) > 1]
    return [f"{what} are duplicated: {name_some(duplicates)}"] if duplicates else []


def duplicate_labels(what: str, labels: Sequence[str]) -> list[str]:
    """Return a fault for labels that look the same, but for capitals, blanks, forms of accents."""
    seen = [as_seen(label) for label in labels]
    times = Counter(seen)
    duplicates = [label for label, key in zip(labels, seen, strict=True) if times[key] > 1]
    return [f"{what} are duplicated: {name_some(dict.fromkeys(duplicates))}"] if duplicates else []


def time_of_day(value: object) -> object:
    """Refuse values that are no time of day such as "09:30": numbers, and times with a zone.

    Raises
    ------
    ValueError
        If it is no such time.
    """
    stated = value.isoformat() if isinstance(value, dt.time) else value
    if not isinstance(stated, str) or not _TIME.fullmatch(stated.strip()):
        msg = f'{value!r} is no time of day; write it as "09:30", without a zone'
        raise ValueError(msg)
    return value


TimeOfDay = Annotated[dt.time, BeforeValidator(time_of_day)]


def real_day(text: str) -> str:
    """Refuse a date that does not exist, such as 2026-02-30; other texts are returned unchanged.

    Raises
    ------
    ValueError
        If it is such a date, or one with the day first.
    """
    if _DAY_FIRST.fullmatch(text):
        msg = f"'{text}' is no day; write the year first, as 2026-11-30"
        raise ValueError(msg)
    if ISO_DATE.fullmatch(text):
        try:
            dt.date.fromisoformat(text)
        except ValueError:
            msg = f"'{text}' is no day of the calendar"
            raise ValueError(msg) from None
    return text


def day_or_blank(text: str) -> str:
    """Refuse a text that is neither a date nor blank.

    Raises
    ------
    ValueError
        If it is another text, or a date that does not exist.
    """
    if text and not ISO_DATE.fullmatch(text):
        msg = f"'{text}' is no day; write it as \"2026-11-25\""
        raise ValueError(msg)
    return real_day(text)


RealDay = Annotated[str, AfterValidator(real_day)]
Day = Annotated[str, AfterValidator(day_or_blank)]


def check_config(model: type[Config], values: Mapping[str, Any], *, source: str) -> Config:
    """Return the values of a file as a model; `source` is the file to name in a message.

    Raises
    ------
    ConfigError
        If a key is unknown or missing, or a value is out of range; the message lists every fault.
    """
    faults = [f"{where.lstrip('.')}: has {HIDDEN_CHARACTERS}" for where in _hidden_texts(values)]
    try:
        checked = model.model_validate(values)
    except ValidationError as error:
        faults += [fault for found in _joined(error.errors()) for fault in _plain(found, model)]
    else:
        faults += [f"{where.lstrip('.')}: {_NO_BOOLEAN}" for where in _booleans(values, checked)]
    if faults:
        raise ConfigError(list_faults(faults, source=source)) from None
    return checked


def _booleans(given: object, checked: object, where: str = "") -> Iterator[str]:
    """Yield the keys at which a file has true or false and the model a number (read as 1 or 0)."""
    if isinstance(given, bool):
        if isinstance(checked, int | float) and not isinstance(checked, bool):
            yield where
    elif isinstance(given, Mapping):
        parts = checked if isinstance(checked, Mapping) else getattr(checked, "__dict__", {})
        for key, part in given.items():
            yield from _booleans(part, parts.get(key), f"{where}.{key}")
    elif isinstance(given, list) and isinstance(checked, list | tuple):
        for number, pair in enumerate(zip(given, checked, strict=False), start=1):
            yield from _booleans(*pair, f"{where}.{number}")


def _hidden_texts(value: object, where: str = "") -> Iterator[str]:
    """Yield the keys of a file at which texts, or the keys themselves, have hidden characters."""
    if isinstance(value, str):
        if has_hidden(value):
            yield where
    elif isinstance(value, Mapping):
        for key, part in value.items():
            named = f"{where}.{key}" if str(key).isprintable() else f"{where}.{str(key)!a}"
            if has_hidden(str(key)):
                yield named
            yield from _hidden_texts(part, named)
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value, start=1):
            yield from _hidden_texts(part, f"{where}.{number}")


def _joined(errors: Sequence[Any]) -> list[dict[str, Any]]:
    """Return pydantic's errors, with those of a value of several allowed types joined in one."""
    joined: dict[tuple[Any, ...], dict[str, Any]] = {}
    for error in errors:
        place = tuple(part for part in error["loc"] if not str(part).startswith("literal["))
        found = {**error, "loc": place}
        if error["type"] != "literal_error" or place not in joined:
            # Errors of other types at one place stay separate.
            joined[place if error["type"] == "literal_error" else (*place, id(error))] = found
        else:
            before = joined[place]["msg"].removeprefix("Input should be ")
            joined[place]["msg"] = f"{error['msg'].replace(' or ', ', ')}, {before}"
    return [*joined.values()]


def _plain(error: Mapping[str, Any], model: type[BaseModel]) -> list[str]:
    """Return an error of pydantic in words for a planner, as one or several faults."""
    # Members of lists are counted from 1 in messages.
    place = [part for part in error["loc"] if part != "[key]"]
    where = ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
    if error["type"] == "extra_forbidden":
        known = _known_keys(place, model)
        fault = f"{where}: unknown key; known here are {', '.join(known)}"
        return [f"{fault}{_suggestion(str(place[-1]), known, model, depth=len(place))}"]
    if error["type"] == "missing":
        return [f"{where}: this key is required"]
    text = str(error["msg"]).removeprefix("Value error, ")
    found = error["input"]
    if error["type"] == "string_type" and isinstance(found, dt.date | dt.time):
        return [f'{where}: write it in quotes, "{found.isoformat()}"']
    if error["type"] == "value_error":
        return [f"{where}: {line}" if where else line for line in text.splitlines()]
    if error["type"] == "too_short":
        least = error["ctx"]["min_length"]
        if len(found) >= least:  # its members are faulty, and reported already
            return []
        text = f"needs at least {least}"
    # In terms of TOML, not of Python.
    text = re.sub("(?i)tuple", "list", text).replace("dictionary", "table")
    shown = repr(found)
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."
    return [f"{where}: {text[0].lower()}{text[1:]} (found {shown}){_advice(error)}"]


def _suggestion(key: str, known: Sequence[str], model: type[BaseModel], *, depth: int) -> str:
    """Return the key that an unknown one may stand for, or where it belongs; blank if neither."""
    if depth > 1 and key in _known_keys([key], model):
        return f"; '{key}' belongs to the whole file: write it above its first table"
    near = get_close_matches(key.lower(), known, 1, _LEAST_SIMILAR)
    return f"; did you mean '{near[0]}'?" if near else ""


def _advice(error: Mapping[str, Any]) -> str:
    """Return advice on a common mistake; blank if the value is none."""
    kind, found = error["type"], error["input"]
    if kind == "less_than_equal" and error["ctx"]["le"] == 1 and found <= _PER_CENT:
        return f"; a share is from 0 to 1, and {found:g} % is {found / _PER_CENT:g}"
    if kind == "string_pattern_mismatch" and error["ctx"]["pattern"] == _NAME:
        tidy = re.sub(r"[^a-z0-9]+", "_", found.lower()).strip("_")
        such = f", such as '{tidy}'" if re.fullmatch(_NAME, tidy) else ""
        return f"; write small letters, digits and _, a letter first{such}"
    if kind in {"float_parsing", "int_parsing"}:
        if re.fullmatch(r"\s*[\d.]+\s*%\s*", found):
            return f"; write {float(found.strip(' %')) / _PER_CENT:g}"
        return "; write the number alone, without words, signs or quotes"
    return _ADVICE.get(kind, "")


def _known_keys(place: list[str | int], model: type[BaseModel]) -> list[str]:
    for part in place[:-1]:
        if part in model.model_fields:
            model = _model_in(model.model_fields[str(part)].annotation) or model
    return [name for name in model.model_fields if name not in {"folder", "file"}]


def _model_in(annotation: object) -> type[BaseModel] | None:
    """Return the model in a field's annotation, also within a list; None if it has none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
