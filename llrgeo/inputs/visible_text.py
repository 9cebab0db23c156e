"""What a reader sees of a text: characters that do not show, and texts that look the same.

A name with a mark that turns the order of letters is read as another name; two labels that differ
in a blank or an accent's form are read as one. Ids, tables and study files are checked for both.
"""

import re
import unicodedata
from typing import Final

HIDDEN_CHARACTERS: Final = "characters that do not show or turn the text around; take them out"
_UNSEEN: Final = ("Cc", "Cf")  # in Unicode: controls, and marks that have no width
# Controls but for ends of lines, and marks that have no width or turn the order of letters: a
# reader would see another text than there is. Joiners, soft hyphens, marks of direction are of use.
_HIDDEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)


def is_seen(character: str) -> bool:
    """Return whether a character shows at all: it is no control, and no mark without width."""
    return unicodedata.category(character) not in _UNSEEN


def has_hidden(value: object) -> bool:
    """Return whether a value is a text with characters that do not show, or that turn it around."""
    return isinstance(value, str) and bool(_HIDDEN.search(value))


def is_garbled(value: object) -> bool:
    """Return whether a value is a text some of whose letters an encoding has spoilt.

    U+FFFD stands for what could not be read. UTF-8 that was read as Windows-1252, in which an
    e with an accent is two other letters, is another text where that is turned back.
    """
    if not isinstance(value, str) or value.isascii():
        return False
    try:
        return "\ufffd" in value or value.encode("cp1252").decode("utf-8") != value
    except UnicodeError:  # as all that was read rightly
        return False


def as_place_name(text: str) -> str:
    r"""Return what names of places are told apart by: not capitals, blanks, marks, nor & for and.

    Examples
    --------
    >>> from llrgeo.inputs.visible_text import as_place_name
    >>> as_place_name("St. Mary's & Dales") == as_place_name("ST MARYS and  Dales")
    True
    """
    words = as_seen(text).replace("&", " and ").replace("'", "").replace("\u2019", "")
    return " ".join("".join(c if c.isalnum() else " " for c in words).split())


def as_seen(text: str) -> str:
    r"""Return what a reader tells a text apart by: not capitals, kinds of blanks, hidden marks.

    Examples
    --------
    >>> from llrgeo.inputs.visible_text import as_seen
    >>> as_seen("Caf\u00e9  A") == as_seen("CAFE\u0301\u00a0a\u200d")
    True
    """
    if text.isascii() and text.isprintable():  # as nearly all ids
        return " ".join(text.lower().split())
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join("".join(filter(is_seen, " ".join(folded.split()))).split())
