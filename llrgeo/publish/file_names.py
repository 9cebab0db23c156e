"""File names from names of places: unique, and of characters that any system accepts."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import count
from typing import Final

_LETTERS: Final = 60  # of a file's name
# Windows opens devices by these names, whatever ending they have.
_DEVICES: Final = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{k}" for port in ("com", "lpt") for k in range(10))]
)


def plain_name(name: str) -> str:
    """Return a name as letters a to z, digits and underscores; one without any is "place"."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    plain = re.sub(r"[^a-z0-9]+", "_", letters.lower()).strip("_")
    plain = plain[:_LETTERS].strip("_") or "place"
    return f"{plain}_place" if plain in _DEVICES else plain


def names_apart(names: Iterable[str]) -> list[str]:
    """Return names of files for names of places; those that would be alike have a number.

    Examples
    --------
    >>> from llrgeo.publish.file_names import names_apart
    >>> names_apart(["Stoke 2", "Stoke", "Stoke!", "CON"])
    ['stoke_2', 'stoke', 'stoke_3', 'con_place']
    """
    plain = [plain_name(name) for name in names]
    # A name that stands for itself is never given to another: "Stoke 2" keeps stoke_2.
    taken = set(plain)
    seen, found = set[str](), []
    for name in plain:
        if name in seen:
            numbered = (f"{name}_{number}" for number in count(2))
            found.append(next(other for other in numbered if other not in taken))
        else:
            found.append(name)
        seen.add(name)
        taken.add(found[-1])
    return found
