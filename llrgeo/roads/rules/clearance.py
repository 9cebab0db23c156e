"""Read height and width limits as signed in Britain, and whether a car fits within them."""

import re
from collections.abc import Mapping
from typing import Final

# 6'6" (1.98 m) is the usual car park bar, and 6'0" (1.83 m) width limits are laid out for cars.
_LOWEST_M: Final = {
    "maxheight": 1.9,
    "maxheight:physical": 1.9,
    "maxwidth": 1.8,
    "maxwidth:physical": 1.8,
}
_METRES_A_FOOT: Final = 0.3048
_INCHES_A_FOOT: Final = 12
_CM_A_METRE: Final = 100
_FEET: Final = re.compile(
    r"(\d+(?:\.\d+)?)\s*(?:'|ft|foot|feet)\s*-?\s*(?:(\d+(?:\.\d+)?)\s*(?:\"|''|ins?|inch(?:es)?)?)?"
)
_INCHES: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(?:\"|''|ins?|inch(?:es)?)")
_METRES: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(?:m|metres?|meters?)?")
_CM: Final = re.compile(r"(\d+(?:\.\d+)?)\s*cm")
_QUOTES: Final = str.maketrans({"’": "'", "‘": "'", "′": "'", "”": '"', "“": '"', "″": '"'})  # noqa: RUF001 (as typed on maps)
_NO_LIMIT: Final = frozenset(
    {"", "default", "none", "no", "unsigned", "below_default", "no_sign", "no_indications"}
)


def metres(text: str) -> float | None:
    """Read a height or width: `2.1`, `2.1 m`, `6'6"`, `6 ft 6 in`; None if it is none of these."""
    text = text.strip().lower().translate(_QUOTES)
    # A comma is a decimal point on maps drawn abroad.
    text = re.sub(r"(?<=\d),(?=\d)", ".", text)
    if found := _METRES.fullmatch(text):
        return float(found[1])
    if found := _CM.fullmatch(text):
        return float(found[1]) / _CM_A_METRE
    if found := _FEET.fullmatch(text):
        feet = float(found[1]) + float(found[2] or 0) / _INCHES_A_FOOT
        return feet * _METRES_A_FOOT
    if found := _INCHES.fullmatch(text):
        return float(found[1]) / _INCHES_A_FOOT * _METRES_A_FOOT
    return None


def is_too_small(tags: Mapping[str, str], notes: list[str]) -> bool:
    """Return whether a car does not fit; sizes that cannot be read are ignored and noted."""
    small = False
    for key, least in _LOWEST_M.items():
        for part in tags.get(key, "").split(";"):
            # A tag may list several signs with semicolons; the smallest counts.
            size = metres(part)
            small |= size is not None and size < least
            if size is None and part.strip() not in _NO_LIMIT:
                notes.append(f"unknown {key}={part.strip()}")
    return small
