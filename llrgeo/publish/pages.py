"""What every page shares: escaping, JSON, scripts with their hashes, and the template engine.

Text from data reaches a page in three ways only: through Jinja2 with autoescape on, through
`textContent`, or through `json_text`. None of it goes through folium or branca, which compile
what they have rendered a second time.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from llrgeo.publish import palette
from llrgeo.publish.publication import Publication
from llrgeo.publish.template_code import TemplateCode
from llrgeo.publish.wording import wording

ROOM: Final = Path(__file__).parent
LEAFLET: Final = "explorer/assets/leaflet-1.9.4"
_TEMPLATES: Final = [
    ROOM / "templates",
    ROOM / "explorer" / "templates",
    ROOM / "report" / "templates",
    ROOM / "planner" / "templates",
    ROOM / "kit" / "templates",
    ROOM / "difference" / "templates",
]
_JSON_ESCAPES: Final = {sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def json_text(value: object) -> Markup:
    """Return JSON that is safe inside a script element: it cannot end it, nor start another."""
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # Sign by sign: `translate` would take seconds over some megabytes.
    for sign, escape in _JSON_ESCAPES.items():
        plain = plain.replace(sign, escape)
    return Markup(plain)  # noqa: S704 - the escapes leave no markup


def own_markup(texts: Iterable[str]) -> list[Markup]:
    """Return scripts or styles as markup, which templates leave as it is.

    For llrgeo's own and vendored files alone, never for data. The one value of a publisher's in
    them is the accent, which is checked to be a colour.
    """
    return [Markup(text) for text in texts]  # noqa: S704 - of our own files


@lru_cache(maxsize=200)  # of scripts and styles that many pages share
def csp_hash(text: str) -> str:
    """Return the Content-Security-Policy source of an inline script or style."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def content_policy(
    *, scripts: Iterable[str], styles: Iterable[str], script_from: Iterable[str] = ()
) -> str:
    """Return a policy that lets the given inline scripts and styles run, and nothing load.

    Scripts may be loaded from the sources `script_from` alone; from nowhere, if it is empty.
    """
    script = " ".join([*map(csp_hash, scripts), *script_from]) or "'none'"
    style = " ".join(map(csp_hash, styles)) or "'none'"
    return (
        f"default-src 'none'; script-src {script}; style-src {style}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def css_text(text: str) -> str:
    """Return text for a string in a style sheet: letters, digits and spaces, all else by number."""
    return "".join(
        sign if sign.isascii() and (sign.isalnum() or sign == " ") else f"\\{ord(sign):x} "
        for sign in text
    )


@cache
def asset(name: str) -> str:
    """Return the text of an asset by its path in this room, such as `explorer/assets/model.js`."""
    return (ROOM / name).read_text(encoding="utf-8")


@cache
def leaflet(name: str) -> str:
    """Return Leaflet's script or style sheet without what it would load: pictures, source maps.

    The vendored files stay as published; `SHA256SUMS` beside them is checked by a test.
    """
    text = asset(f"{LEAFLET}/{name}")
    # Its controls draw with pictures that would be requests; ours are drawn by our style sheet.
    text = re.sub(r"url\(images/[^)]*\)", "none", text)
    return re.sub(r"\n//# sourceMappingURL=.*", "", text)


@cache
def environment() -> Environment:
    """Return the template engine: autoescape on, an undefined name is an error."""
    engine = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        bytecode_cache=TemplateCode(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    engine.filters |= {"people": people, "minutes": minutes, "json": json_text}
    engine.filters |= {"day": day, "long_day": long_day}
    engine.globals |= {
        "site_outlines": palette.SITE_OUTLINES,
        "site_signs": palette.SITE_SIGNS,
    }
    return engine


def render(template: str, values: Mapping[str, Any]) -> str:
    """Return a template filled with values."""
    words = wording()
    spoken = {"t": words.phrases, "language": words.language}
    return environment().get_template(template).render({**spoken, **values})


def number(value: float, decimals: int = 0) -> str:
    """Write a number as the language of the pages does."""
    return wording().number(value, decimals)


def people(count: float | str) -> str:
    """Write a number of people: 1,121,994; one that was suppressed or rounded is text already."""
    return wording().people(count)


def share(value: float, decimals: int = 0) -> str:
    """Write a share in per cent; what is neither none nor all is not written as such."""
    return wording().share(value, decimals)


def minutes(value: float) -> str:
    """Write minutes to the tenth, and "no route" where a place cannot be reached."""
    return wording().minutes(value)


def day(date: str) -> str:
    """Write an ISO 8601 day as the language of the pages does; other dates stay as they are."""
    return wording().date(date)


def long_day(date: str) -> str:
    """Write an ISO 8601 day with the name of its month, as it is read aloud; others stay."""
    return wording().long_date(date)


def deprivation_note(publication: Publication) -> str:
    """Return what the tenths of deprivation are of, by the index that the study names."""
    words, named = wording(), publication.deprivation
    if not (named.index and named.country):
        return words["deprivation_note_unnamed"]
    return words["deprivation_note"].format(country=named.country, index=named.index)


def deprivation_term(publication: Publication) -> str:
    """Explain deprivation, by the index that the study names."""
    words, named = wording(), publication.deprivation
    if not (named.index and named.country):
        return words["term_deprivation_text_unnamed"]
    return words["term_deprivation_text"].format(country=named.country, index=named.index)


def page_style(publication: Publication) -> str:
    """Return our style sheet with the publisher's colour and those of the maps as variables."""
    return style_sheet(publication.theme.accent)


def style_sheet(accent: str) -> str:
    """Return our style sheet with a colour for headings and those of the maps as variables."""
    colours = {"accent": accent, **palette.CSS_COLOURS}
    variables = "".join(f" --{name}: {colour};" for name, colour in colours.items())
    return f":root {{{variables} }}\n{asset('assets/page.css')}"


def page_values(
    publication: Publication, scripts: Sequence[str], styles: Sequence[str]
) -> dict[str, Any]:
    """Return what every page holds: its run, its scripts and styles, and the policy for them.

    The policy names each script and style by its hash; nothing else may run.
    """
    return {
        "publication": publication,
        "run": run_mark(publication),
        "policy": content_policy(scripts=scripts, styles=styles),
        "styles": own_markup(styles),
        "scripts": own_markup(scripts),
    }


def run_mark(publication: Publication) -> str:
    """Return the first twelve digits of the run's id: the one number of pages and workbook.

    It is `run` of the manifest; a publication without an id has those of its manifest's SHA-256.
    """
    text = json.dumps(publication.manifest, sort_keys=True, default=str)
    whole = publication.manifest.get("run_id") or hashlib.sha256(text.encode("utf-8")).hexdigest()
    return str(whole)[:12]
