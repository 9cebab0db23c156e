"""Reading grade of a page: the years of school that its running sentences ask of a reader.

The grade is that of Kincaid, Fishburne, Rogers and Chissom (1975): 0.39 words a sentence plus 11.8
syllables a word less 15.59. Syllables are counted from the letters, as English has them, so the
grade is of English pages alone. Names of places, sites and services count as one short word: a
reader knows those that matter, and they cannot be put in shorter ones.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from llrgeo.publish.check.html import Element, Page

PUBLIC_GRADE: Final = 6.0
REPORT_GRADE: Final = 12.0

_RUNNING: Final = ("p", "li", "dd")
_NOT_READ: Final = ("nav", "footer", "table", "pre", "template", "noscript")
# The classes of parts that are no running text of ours: sources in their own words, lists of files.
_NOT_RUNNING: Final = frozenset(["about", "files"])
_NAME: Final = "name"
_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
_SENTENCE: Final = re.compile(r"(?<=[.!?])[\"'\u201d\u2019)]*\s+")
_ENDS: Final = (".", "!", "?", ".\u201d", "?\u201d")
_FEWEST: Final = 3  # words of a sentence: fewer are a label


def reading_grade(sentences: Iterable[str]) -> float:
    """Return the grade of sentences; NaN where there is none.

    Examples
    --------
    >>> round(reading_grade(["The cat sat on the mat.", "It saw a small dog there."]), 2)
    -1.45
    """
    words, syllables, count = 0, 0, 0
    for sentence in sentences:
        found = _WORD.findall(sentence)
        count += 1
        words += len(found)
        syllables += sum(map(count_syllables, found))
    if not words:
        return float("nan")
    return 0.39 * words / count + 11.8 * syllables / words - 15.59


def count_syllables(word: str) -> int:
    """Return the syllables of an English word, by its groups of vowels; a number counts as one."""
    letters = re.sub(r"[^a-z]", "", word.lower())
    groups = len(re.findall(r"[aeiouy]+", letters))
    # A final e is silent, but not after a consonant and l ("table"); nor is -ed after t or d.
    if re.search(r"[^aeiouyl]e$", letters) or re.search(r"[aeiouy]le$", letters):
        groups -= 1
    if re.search(r"[^aeiouytd]ed$", letters):
        groups -= 1
    if re.search(r"[^aeiouysxzcgh]es$", letters):
        groups -= 1
    return max(groups, 1)


def sentences_of(page: Page, names: Iterable[str] = ()) -> list[str]:
    """Return the running sentences of a page, each name in them put as one short word."""
    found: list[str] = []
    pattern = _any_of(names)
    for element in page.elements:
        if element.tag in _RUNNING and _is_read(element):
            text = " ".join(element.text.split())
            found += _sentences(pattern.sub(_NAME, text) if pattern else text)
    return found


def sentences_of_text(text: str, names: Iterable[str] = ()) -> list[str]:
    """Return the sentences of a plain text, each name in them put as one short word."""
    pattern = _any_of(names)
    lines = (pattern.sub(_NAME, line) if pattern else line for line in text.splitlines())
    return [sentence for line in lines for sentence in _sentences(line.strip("#*- "))]


def _sentences(text: str) -> Iterator[str]:
    """Yield the sentences of a text that ends as one; a label does not."""
    if not text.endswith(_ENDS):
        return
    for sentence in _SENTENCE.split(text):
        if len(_WORD.findall(sentence)) >= _FEWEST:
            yield sentence


def _is_read(element: Element) -> bool:
    if any(element.inside(tag) for tag in (*_NOT_READ, *_RUNNING)):
        return False
    around = (element.within("section"), element.within("ul"))
    classes = {
        name for parent in around if parent for name in parent.attributes.get("class", "").split()
    }
    return classes.isdisjoint(_NOT_RUNNING)


def _any_of(names: Iterable[str]) -> re.Pattern[str] | None:
    """Return what finds any of some names, the longest first; None for no names."""
    longest_first = sorted({name for name in names if name.strip()}, key=len, reverse=True)
    whole = "|".join(map(re.escape, longest_first))
    return re.compile(rf"(?<!\w)(?:{whole})(?!\w)", re.IGNORECASE) if longest_first else None
