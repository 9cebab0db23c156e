"""The words of pages and files: one catalogue a language, so that they can be edited or translated.

To add a language, copy `catalogues/wording.en-GB.toml` to `wording.<language>.toml` beside it or in
a folder of your own, translate the right-hand sides, and leave keys and `{names}` alone.
"""

import datetime as dt
import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from llrgeo.errors import InputError
from llrgeo.inputs.tables import read_toml
from llrgeo.schema import ISO_DATE, bounded_per_cent, name_some, raise_faults

CATALOGUES: Final = Path(__file__).parent / "catalogues"
LANGUAGE: Final = "en-GB"

_MONTHS: Final = 12
_DIRECTIONS: Final = ("ltr", "rtl")
_SHARES: Final = {"": "share_number", "<": "share_few", ">": "share_most"}


@dataclass(frozen=True, slots=True)
class Wording(Mapping[str, str]):
    """The phrases of one language by key, with `{names}` to fill in, and how it writes numbers.

    Attributes
    ----------
    language
        The language as pages declare it (BCP 47), such as en-GB.
    phrases
        Read-only.
    """

    language: str
    phrases: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.phrases[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.phrases)

    def __len__(self) -> int:
        return len(self.phrases)

    def number(self, value: float, decimals: int = 0) -> str:
        """Write a number with the language's marks between thousands and before decimals."""
        whole, _, rest = f"{value:,.{decimals}f}".partition(".")
        text = whole.replace(",", self["thousands_mark"])
        return f"{text}{self['decimal_mark']}{rest}" if rest else text

    def people(self, count: float | str) -> str:
        """Write a number of people; one that was suppressed or rounded is text already."""
        return count if isinstance(count, str) else self.number(count)

    def residents(self, count: float) -> str:
        """Write a number of residents with the word for them."""
        if count == 1:
            return self["one_resident"]
        return self["many_residents"].format(people=self.people(count))

    def persons(self, count: float) -> str:
        """Write a number of people with the word for them; nobody is a word, not 0 people."""
        if count == 0:
            return self["nobody"]
        if count == 1:
            return self["one_person"]
        return self["legend_people"].format(people=self.people(count))

    def minutes(self, value: float) -> str:
        """Write minutes to the tenth, and in words where a place cannot be reached (+inf)."""
        return self["no_route"] if value == float("inf") else self.number(value, 1)

    def share(self, value: float, decimals: int = 0) -> str:
        """Write a share (0 to 1) in per cent, by the rule of `bounded_per_cent`."""
        sign, per_cent = bounded_per_cent(value, decimals)
        return self[_SHARES[sign]].format(number=self.number(per_cent, decimals))

    def date(self, day: str) -> str:
        """Write an ISO 8601 day as the language does; a date in words stays as it is."""
        return self._dated("date", day)

    def long_date(self, day: str) -> str:
        """Write an ISO 8601 day with the name of its month; a date in words stays as it is."""
        return self._dated("long_date", day)

    def _dated(self, form: str, day: str) -> str:
        if not ISO_DATE.fullmatch(day):
            return day
        parsed = dt.date.fromisoformat(day)
        month = self["months"].split()[parsed.month - 1]
        return self[form].format(
            year=parsed.year,
            month=f"{parsed.month:02}",
            day=parsed.day if form == "long_date" else f"{parsed.day:02}",
            name=month,
        )


_IN_USE: Final[ContextVar["Wording | None"]] = ContextVar("wording", default=None)


@contextmanager
def using_wording(words: Wording) -> Iterator[None]:
    """Write pages in a language: within, `wording()` returns its catalogue, in this thread alone.

    A publication speaks one language from its first page to its last, so what makes it need not
    hand the catalogue from function to function.
    """
    token = _IN_USE.set(words)
    try:
        yield
    finally:
        _IN_USE.reset(token)


def wording(language: str = "", folder: Path = CATALOGUES) -> Wording:
    """Return the catalogue of a language; it cannot be changed.

    Parameters
    ----------
    language
        As in the name of the file, `wording.<language>.toml`. Empty for the language that pages
        are being written in (see `using_wording`), which is English otherwise.
    folder
        Where catalogues are.

    Raises
    ------
    InputError
        If there is no catalogue of the language, a phrase is missing, unknown or no text, or its
        `{names}` are not those of the default catalogue; the message lists every fault.
    """
    if not language:
        used = _IN_USE.get()
        return _default() if used is None else used
    if (language, folder) == (LANGUAGE, CATALOGUES):
        return _default()
    # Read each time: a translator saves it while `llrgeo run --watch` goes on.
    return _catalogue(language, folder)


@cache
def _default() -> Wording:
    return _catalogue(LANGUAGE, CATALOGUES)


def _catalogue(language: str, folder: Path) -> Wording:
    path = folder / f"wording.{language}.toml"
    if not path.is_file():
        languages = sorted(file.name.split(".")[1] for file in folder.glob("wording.*.toml"))
        msg = (
            f"no catalogue of words for '{language}' in {folder}; there are {name_some(languages)}"
        )
        raise InputError(msg)
    phrases = read_toml(path)
    if (language, folder) != (LANGUAGE, CATALOGUES):
        raise_faults(_catalogue_faults(phrases), source=path.name)
    return Wording(language, MappingProxyType(phrases))


def _catalogue_faults(phrases: Mapping[str, object]) -> Iterator[str]:
    """Yield what is wrong with a catalogue, compared with the default one."""
    default = _default()
    missing, unknown = sorted(set(default) - set(phrases)), sorted(set(phrases) - set(default))
    if missing:
        yield f"{len(missing)} phrases are missing ({name_some(missing)})"
    if unknown:
        yield f"{len(unknown)} phrases are unknown ({name_some(unknown)})"
    for key in sorted(set(default) & set(phrases)):
        phrase = phrases[key]
        if not isinstance(phrase, str):
            yield f"'{key}' is not text"
        elif key == "months" and len(phrase.split()) != _MONTHS:
            yield f"'months' has {len(phrase.split())} names, not {_MONTHS} with blanks between"
        elif key == "direction" and phrase not in _DIRECTIONS:
            yield f"'direction' is '{phrase[:20]}', not {' or '.join(_DIRECTIONS)}"
        # A translation may leave out a mark for a number, but not name one that nobody fills in.
        elif _names(phrase) - _names(default[key]):
            wrong = sorted(_names(phrase) - _names(default[key]))
            yield f"'{key}' names what is not filled in there ({name_some(wrong)})"


def _names(phrase: str) -> set[str]:
    """Return the names to fill in of a phrase; a phrase that cannot be read has itself as one.

    A name with a format, such as a width, is another name: no phrase of ours has one, and a width
    of millions would fill the memory.
    """
    try:
        return {
            name + (f"!{how}" if how else "") + (f":{form}" if form else "")
            for _, name, form, how in string.Formatter().parse(phrase)
            if name is not None
        }
    except ValueError:
        return {phrase}


def column_heads(*columns: str) -> list[str]:
    """Return the headings of columns by their ids, in the language of the publication."""
    return [wording()[f"column_{column}"] for column in columns]
