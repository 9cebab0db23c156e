"""Notes that travel with the data, in the language of the pages.

How sure times are and where they are from stands beside them, in English, in networks, matrices and
theme files. What llrgeo itself writes there is found by the words of the English catalogue
(`data_note_...`) and said by that of the pages; what others wrote stays as they wrote it.
"""

import re
from dataclasses import replace
from functools import cache, partial
from typing import Final

from llrgeo.inputs.theme import Theme
from llrgeo.publish.wording import LANGUAGE, Wording, wording

_NOTE: Final = "data_note_"
_LACK: Final = "data_note_lack_"
_FEED: Final = "data_note_feed_"  # what is wrong with rows of a feed of timetables
_DAY: Final = re.compile(r"[A-Z][a-z]+ (\d{1,2}) ([A-Z][a-z]+) (\d{4})")  # Friday 2 October 2026
_COUNT: Final = r"\d[\d,]*"
_NUMBER: Final = re.compile(r"\d[\d,]*(?:\.\d+)?")


def translate_theme(theme: Theme, words: Wording) -> Theme:
    """Return a theme with the usual notice in a language; a notice of the publisher's own stays."""
    if theme.notice != Theme().notice:
        return theme
    return replace(theme, notice=words["data_note_notice"])


def translate_note(text: str, words: Wording) -> str:
    """Return a note in a language, as far as llrgeo wrote it."""
    if words.language == LANGUAGE:
        return text
    for key, pattern in _patterns():
        text = pattern.sub(partial(_translated, key=key, words=words), text)
    return text


def _translated(match: re.Match[str], key: str, words: Wording) -> str:
    """Return what a note says by the catalogue: its numbers as the language writes them."""
    values = {name: _value(value, words) for name, value in match.groupdict().items()}
    return words[key].format(**values)


def _value(text: str, words: Wording) -> str:
    if _NUMBER.fullmatch(text):
        decimals = len(text.partition(".")[2])
        return words.number(float(text.replace(",", "")), decimals)
    english = wording(LANGUAGE)
    months = english["months"].split()
    if (day := _DAY.fullmatch(text)) and day[2] in months:
        month = months.index(day[2]) + 1
        return words.long_date(f"{day[3]}-{month:02}-{int(day[1]):02}")
    for key, pattern in _patterns(_FEED):
        if fault := pattern.fullmatch(text):
            return _translated(fault, key, words)
    # What areas lack is a list of names that the catalogue has, too.
    lacks = {english[key]: words[key] for key in english if key.startswith(_LACK)}
    parts = re.split(r", (?![^(]*\))", text)
    return ", ".join(lacks[part] for part in parts) if set(parts) <= set(lacks) else text


@cache
def _patterns(start: str = _NOTE) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return each note as the English catalogue has it, as a pattern; the longest first.

    What stands only within notes (what areas lack, what is wrong with a feed) is left out, but for
    the faults of feeds where these are asked for.
    """
    english = wording(LANGUAGE)
    within = tuple({_LACK, _FEED} - {start})
    keys = [key for key in english if key.startswith(start) and not key.startswith(within)]
    return tuple((key, _pattern(english[key])) for key in sorted(keys, key=_length, reverse=True))


def _length(key: str) -> int:
    return len(wording(LANGUAGE)[key])


def _pattern(phrase: str) -> re.Pattern[str]:
    """Return a pattern of a phrase in which each name to fill in is a group; to the end if last."""
    pieces = re.split(r"(\{\w+\})", phrase)
    made = "".join(
        f"(?P<{piece[1:-1]}>{_COUNT if piece == '{count}' else '.+?'})"
        if piece.startswith("{")
        else re.escape(piece)
        for piece in pieces
    )
    return re.compile(made + ("$" if phrase.endswith("}") else ""))
