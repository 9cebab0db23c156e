"""Theme: the publisher's name, colours, logo and contact, from a small TOML file.

The default is neutral. It bears no mark of any body, so that nothing suggests an endorsement.
A table `[consultation]` in it states how people can respond, and until when.
"""

import base64
import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from llrgeo.errors import InputError
from llrgeo.inputs.tables import read_toml
from llrgeo.schema import ISO_DATE, raise_faults

LEAST_CONTRAST: Final = 4.5
"""Of text on its background (WCAG 2.2, 1.4.3)."""

_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_BEGINNINGS: Final = {".png": b"\x89PNG", ".jpg": b"\xff\xd8"}
_LOGO_BYTES: Final = 2_000_000
_LOGO_TYPES: Final = {".png": "image/png", ".jpg": "image/jpeg", ".svg": "image/svg+xml"}
_LINEAR_TO: Final = 0.04045  # the dark end of sRGB
_ADDRESSES: Final = ("site_url", "response_url", "accessibility_url")
_DAYS: Final = ("opens", "closes")


@dataclass(frozen=True, slots=True)
class Consultation:
    """How people can answer a consultation; what is empty is left out of its pages.

    Attributes
    ----------
    site_url
        The address under which the published folder will be found: codes on paper, embed codes
        and previews name it.
    response_url
        Where people answer.
    opens, closes
        The first and the last day on which they can, ISO 8601.
    accessibility_url
        The publisher's accessibility statement.
    other_formats
        A line on how to ask for other formats.
    languages
        A line on other languages, best in these languages.
    """

    site_url: str = ""
    response_url: str = ""
    opens: str = ""
    closes: str = ""
    accessibility_url: str = ""
    other_formats: str = ""
    languages: str = ""

    def answer_url(self, **about: str) -> str:
        """Return the address of the answer form, with what the answer is about in its query.

        Examples
        --------
        >>> Consultation(response_url="https://a.example/say?form=3").answer_url(place="oakham")
        'https://a.example/say?form=3&place=oakham'
        """
        parts = urlsplit(self.response_url)
        # A form's address may have a query of its own, which stays.
        query = urlencode([*parse_qsl(parts.query), *about.items()])
        return urlunsplit(parts._replace(query=query)) if self.response_url else ""

    def page_url(self, name: str) -> str:
        """Return the address of a published file; empty where the address is not known."""
        return f"{self.site_url.rstrip('/')}/{name}" if self.site_url else ""


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
    consultation
        How people can answer.
    """

    publisher: str = ""
    contact: str = ""
    notice: str = "This compares options. No decision has been made."
    accent: str = "#1d4f5c"
    logo: str = ""
    logo_alt: str = ""
    consultation: Consultation = field(default_factory=Consultation)


def read_theme(path: Path) -> Theme:
    """Read a theme; `logo` names a PNG, JPEG or SVG file beside it.

    Raises
    ------
    InputError
        If the file is not TOML, a key is unknown, a value is not text, the accent is no colour
        or too pale, the logo is missing, of another type or without `logo_alt`, or an address or
        a day of the consultation is none.
    """
    given = read_toml(path)
    consultation = given.pop("consultation", {})
    faults = [] if isinstance(consultation, dict) else ["'consultation' is not a table"]
    faults += _key_faults(given, Theme)
    if not faults:
        faults += [f"consultation: {fault}" for fault in _consultation_faults(consultation)]
    raise_faults(faults, source=path.name)
    accent = given.get("accent", Theme().accent)
    if not _COLOUR.fullmatch(accent):
        faults.append(f"accent '{accent}' is not a colour such as #1d4f5c")
    elif contrast(accent, "#ffffff") < LEAST_CONTRAST:
        faults.append(f"accent {accent} is too pale for text on white; contrast must be 4.5")
    if given.get("logo"):
        logo = path.parent / given["logo"]
        if logo.suffix not in _LOGO_TYPES or not logo.is_file():
            faults.append(f"logo '{given['logo']}' is not a .png, .jpg or .svg file beside it")
        elif logo.stat().st_size > _LOGO_BYTES:
            faults.append(
                f"logo '{given['logo']}' is over 2 MB, and every page holds it: shrink it"
            )
        elif not given.get("logo_alt"):
            faults.append("logo_alt is missing; say what the logo shows")
        elif not _is_picture(logo):
            faults.append(f"logo '{given['logo']}' is not what its ending says; save it again")
        else:
            given["logo"] = _data_uri(logo)
    raise_faults(faults, source=path.name)
    return Theme(**given, consultation=Consultation(**consultation))


def find_logo(path: Path) -> Path | None:
    """Return the picture that a theme names; None where it names none, or cannot be read."""
    try:
        name = read_toml(path).get("logo")
    except InputError:
        return None
    logo = path.parent / name if name and isinstance(name, str) else None
    return None if logo is None or logo.is_dir() else logo


def _key_faults(given: Mapping[str, Any], kind: type[Theme | Consultation]) -> list[str]:
    """Return a fault for each unknown key, and for each value that is not text."""
    known = [each.name for each in fields(kind) if each.name != "consultation"]
    faults = [
        f"unknown key '{key}'; known are {', '.join(known)}" for key in given if key not in known
    ]
    return faults + [
        f"'{key}' is not text" for key, value in given.items() if not isinstance(value, str)
    ]


def _consultation_faults(consultation: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the table of a consultation."""
    faults = _key_faults(consultation, Consultation)
    yield from faults
    if faults:
        return
    for key in _ADDRESSES:
        # A link that is no web address could run a script; one without a host leads nowhere.
        address = consultation.get(key, "")
        if address and not _is_web_address(address):
            yield f"{key} '{address}' is not an address such as https://www.example.org/page"
    for key in _DAYS:
        if consultation.get(key) and not _is_day(consultation[key]):
            yield f"{key} '{consultation[key]}' is not a day such as 2026-11-30"
    opens, closes = (consultation.get(key, "") for key in _DAYS)
    if _is_day(opens) and _is_day(closes) and closes < opens:
        yield f"it closes ({closes}) before it opens ({opens})"


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    plain = not any(sign.isspace() or sign in "\"'<>\\`{}" for sign in text)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and plain


def _is_day(text: str) -> bool:
    try:
        return bool(ISO_DATE.fullmatch(text)) and bool(dt.date.fromisoformat(text))
    except ValueError:
        return False


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colours, 1 to 21, as WCAG 2.2 defines it."""
    # (L1 + 0.05) / (L2 + 0.05) of the relative luminances, the lighter first.
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    # The curve of sRGB (IEC 61966-2-1).
    linear = [c / 12.92 if c <= _LINEAR_TO else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _is_picture(path: Path) -> bool:
    """Return whether a file begins as files with its suffix do."""
    content = path.read_bytes()
    if path.suffix == ".svg":
        return b"<svg" in content
    return content.startswith(_BEGINNINGS[path.suffix])


def _data_uri(path: Path) -> str:
    coded = base64.b64encode(path.read_bytes()).decode("ascii")
    return f"data:{_LOGO_TYPES[path.suffix]};base64,{coded}"
