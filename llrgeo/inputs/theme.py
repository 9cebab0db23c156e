"""Theme: the publisher's name, colours, logo and contact, from a small TOML file.

The default is neutral. It bears no mark of any body, so that nothing suggests an endorsement.
"""

import base64
import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from llrgeo.inputs.tables import read_toml
from llrgeo.schema import raise_faults

_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_LOGO_TYPES: Final = {".png": "image/png", ".jpg": "image/jpeg", ".svg": "image/svg+xml"}
_CONTRAST: Final = 4.5  # WCAG 2.2, 1.4.3: text on its background


@dataclass(frozen=True, slots=True)
class Theme:
    """How a publisher's pages look and whom they name.

    Attributes
    ----------
    publisher
        Who publishes; empty for nobody in particular.
    contact
        Where readers can turn, in words.
    notice
        One line on the standing of the page, for example that no decision has been made.
    accent
        Colour of headings, buttons and links, with a contrast of at least 4.5 on white.
    logo
        A picture as `data:` URI; empty for none.
    logo_alt
        What the picture shows, for those who do not see it.
    """

    publisher: str = ""
    contact: str = ""
    notice: str = "This compares options. No decision has been made."
    accent: str = "#1d4f5c"
    logo: str = ""
    logo_alt: str = ""


def read_theme(path: Path) -> Theme:
    """Read a theme; `logo` names a PNG, JPEG or SVG file beside it.

    Raises
    ------
    InputError
        If the file is not TOML, a key is unknown, a value is not text, the accent is no colour
        or too pale, or the logo is missing, of another type or without `logo_alt`.
    """
    given = read_toml(path)
    known = [field.name for field in fields(Theme)]
    faults = [
        f"unknown key '{key}'; known are {', '.join(known)}" for key in given if key not in known
    ]
    faults += [f"'{key}' is not text" for key, value in given.items() if not isinstance(value, str)]
    raise_faults(faults, source=path.name)
    accent = given.get("accent", Theme().accent)
    if not _COLOUR.fullmatch(accent):
        faults.append(f"accent '{accent}' is not a colour such as #1d4f5c")
    elif contrast(accent, "#ffffff") < _CONTRAST:
        faults.append(f"accent {accent} is too pale for text on white; contrast must be 4.5")
    if given.get("logo"):
        logo = path.parent / given["logo"]
        if logo.suffix not in _LOGO_TYPES or not logo.is_file():
            faults.append(f"logo '{given['logo']}' is not a .png, .jpg or .svg file beside it")
        elif not given.get("logo_alt"):
            faults.append("logo_alt is missing; say what the logo shows")
        else:
            given["logo"] = _data_uri(logo)
    raise_faults(faults, source=path.name)
    return Theme(**given)


def contrast(one: str, two: str) -> float:
    """Return the contrast of two colours, 1 to 21, as WCAG 2.2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]  # noqa: PLR2004 - sRGB
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _data_uri(path: Path) -> str:
    coded = base64.b64encode(path.read_bytes()).decode("ascii")
    return f"data:{_LOGO_TYPES[path.suffix]};base64,{coded}"
