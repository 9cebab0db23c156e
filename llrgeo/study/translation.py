"""Translate the labels of a study into the language of its pages, by tables of the study file.

`[translations.cy]` has a line for each text: the study's own on the left, the translation on the
right. Ids stay, so that one study can be published in several languages.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from llrgeo.errors import ConfigError
from llrgeo.schema import list_faults, name_some

KEY: Final = "translations"
_OWN: Final = ("title", "question")
_OF_PARTS: Final = {
    "services": ("label", "note"),
    "options": ("label", "note"),
    "new_sites": ("name",),
}


def translate_study(values: Mapping[str, Any], *, source: str) -> dict[str, Any]:
    """Return the values of a study file with its labels in the language that it names.

    Parameters
    ----------
    values
        As read from TOML; the result is without the table of translations.
    source
        The name of the file, for messages.

    Raises
    ------
    ConfigError
        If the table is not one of texts by language, or translates a text that the study lacks.
    """
    tables = values.get(KEY, {})
    plain = {key: value for key, value in values.items() if key != KEY}
    faults = [*_table_faults(tables)]
    if not faults:
        # A translation of a text that the study lacks is a mistake, as after a changed label.
        known = set(_texts(plain))
        for language, table in tables.items():
            unknown = sorted(set(table) - known)
            if unknown:
                faults.append(f"{KEY}.{language}: the study does not say {name_some(unknown)}")
    if faults:
        raise ConfigError(list_faults(faults, source=source))
    own = tables.get(str(values.get("language", "")), {})
    return _translated(plain, own) if own else plain


def _table_faults(tables: object) -> Iterator[str]:
    if not isinstance(tables, Mapping):
        yield f"{KEY} is not a table"
        return
    for language, table in tables.items():
        texts = isinstance(table, Mapping) and all(isinstance(each, str) for each in table.values())
        if not texts:
            yield f"{KEY}.{language} is not a table of texts"


def _texts(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield every text of a study that pages show."""
    for key in _OWN:
        if isinstance(values.get(key), str):
            yield values[key]
    for part, keys in _OF_PARTS.items():
        for each in _parts(values, part):
            yield from (each[key] for key in keys if isinstance(each.get(key), str))


def _parts(values: Mapping[str, Any], part: str) -> list[Mapping[str, Any]]:
    """Return the tables of a part; anything else in it is reported when the study is checked."""
    listed = values.get(part, [])
    return (
        [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    )


def _translated(values: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    def translated(table: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
        chosen = {key: texts.get(table[key], table[key]) for key in keys if key in table}
        return {**table, **chosen}

    # A text without a translation stays as it is.
    changed = translated(values, _OWN)
    for part, keys in _OF_PARTS.items():
        listed = values.get(part)
        if isinstance(listed, list):
            changed[part] = [
                translated(each, keys) if isinstance(each, Mapping) else each for each in listed
            ]
    return changed
