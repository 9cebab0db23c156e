"""Check of a published page: what it loads, who can use it, and whether its figures agree.

The rules are those a page must keep to be put on any website: it asks for nothing, a policy holds
it to that, it can be read with assistive technology, and its tables say what its map shows.
"""

import gzip
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from llrgeo.errors import PublishError
from llrgeo.publish.check.browser import browser_findings, has_browser, open_browser
from llrgeo.publish.check.figures import figure_findings
from llrgeo.publish.check.html import Element, Finding, Page, read_page
from llrgeo.publish.explorer.own_roads import LIMITS
from llrgeo.publish.pages import csp_hash

# Of an explorer, whether it holds roads or not, alone or in its folder.
MAX_BYTES, MAX_GZIPPED_BYTES = LIMITS
_LARGEST: Final = 64 << 20  # bytes: fifty times what a page may have
UNREADABLE: Final = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RuntimeError,  # too deep a nest, or a search for what is not there
)
_LOADING: Final = ("src", "srcset", "poster", "data", "background", "xlink:href", "action")
_LOOSE: Final = ("unsafe-inline", "unsafe-eval", "http:", "https:", "*")
_FROM_BESIDE: Final = ("'self'", "file:")  # of a page that names a script to be loaded, alone
_LOADED_BY_HREF: Final = ("link", "use", "image", "base")
_FOREIGN: Final = ("iframe", "object", "embed", "base", "frame", "portal")
_STYLE_LOADS: Final = re.compile(r"@import|url\(\s*['\"]?(?!data:|#)[^)]*", re.IGNORECASE)
# A script that a page may load: a file below its own folder, by a plain path.
BESIDE: Final = re.compile(r"[\w-]+(?:/[\w-]+)*\.js")
_NO_ZOOM: Final = re.compile(r"user-scalable\s*=\s*(no|0)|maximum-scale\s*=\s*[01]\b")
_OWN_LABEL: Final = ("hidden", "submit", "button", "reset", "image")


def check_page(path: Path) -> list[Finding]:
    """Check one published page, in a browser too where one is installed.

    Returns
    -------
    list of Finding
        What is wrong; empty for a page that keeps every rule.

    Raises
    ------
    PublishError
        If the page cannot be read.
    """
    if not path.is_file():
        what = "not a file" if path.exists() else "no such file"
        msg = f"{path}: cannot be read as a page ({what})"
        raise PublishError(msg)
    if path.stat().st_size > _LARGEST:
        msg = f"{path}: cannot be read as a page (larger than 64 MB)"
        raise PublishError(msg)
    try:
        text = path.read_text(encoding="utf-8")
        page = read_page(text)
        findings = [finding for rule in RULES for finding in rule(page)]
    except UNREADABLE as error:
        what = " ".join(str(error).split())[:200] or type(error).__name__
        msg = f"{path}: cannot be read as a page ({what})"
        raise PublishError(msg) from error
    if has_browser():
        with open_browser() as browser:
            findings += browser_findings(path, browser)
    return findings


def size_findings(page: Page) -> Iterator[Finding]:
    """Find a page too heavy for a phone on a slow line."""
    yield from weight_findings(page, MAX_BYTES, MAX_GZIPPED_BYTES)


def weight_findings(page: Page, most: int, most_zipped: int) -> Iterator[Finding]:
    """Find a page of more than so many bytes, as it is or gzipped."""
    plain = page.text.encode("utf-8")
    zipped = len(gzip.compress(plain, mtime=0))
    if len(plain) > most:
        yield Finding("size", f"{len(plain):,} bytes; at most {most:,}")
    if zipped > most_zipped:
        yield Finding("size", f"{zipped:,} bytes gzipped; at most {most_zipped:,}")


def policy_findings(page: Page) -> Iterator[Finding]:
    """Find a missing or loose Content-Security-Policy, and scripts and styles it does not name."""
    policies = [
        meta.attributes.get("content", "")
        for meta in page.all("meta")
        if meta.attributes.get("http-equiv", "").lower() == "content-security-policy"
    ]
    if len(policies) != 1:
        yield Finding("policy", f"{len(policies)} content security policies; there must be one")
        return
    # "script-src 'sha256-...'; style-src ..." as directive and value.
    sources = dict(part.strip().partition(" ")[::2] for part in policies[0].split(";"))
    if sources.get("default-src") != "'none'":
        yield Finding("policy", "default-src is not 'none'")
    for loose in _LOOSE:
        if loose in policies[0]:
            yield Finding("policy", f"it allows {loose}")
    allowed = ("'none'", *(_FROM_BESIDE if page.scripts_beside else ()))
    for source in sources.get("script-src", "").split():
        is_loose = any(loose in source for loose in _LOOSE)
        if not (source.startswith("'sha256-") or source in allowed or is_loose):
            yield Finding("policy", f"script-src allows {source}")
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        for element in page.all(tag):
            data = element.attributes.get("type") == "application/json"
            if not data and csp_hash(element.text) not in sources.get(directive, ""):
                yield Finding("policy", f"{directive} has no hash of a {tag} in the page")


def request_findings(page: Page) -> Iterator[Finding]:
    """Find whatever would load something, or run from an attribute."""
    for element in page.elements:
        if element.tag in _FOREIGN:
            yield Finding("request", f"<{element.tag}> does not belong in the page")
        for name, value in element.attributes.items():
            # An address within the page, or data in the attribute itself, asks for nothing.
            loads = name in _LOADING or (name == "href" and element.tag in _LOADED_BY_HREF)
            if loads and not value.startswith(("data:", "#")):
                yield Finding("request", f"<{element.tag} {name}> loads {value[:60]!r}")
            if name.startswith("on") or value.strip().lower().startswith("javascript:"):
                yield Finding("request", f"<{element.tag} {name}> runs a script")
    for address in page.scripts_beside:
        if not BESIDE.fullmatch(address):
            yield Finding("request", f"its script {address[:60]!r} does not stand beside the page")
    styles = [style.text for style in page.all("style")]
    styles += [
        element.attributes["style"] for element in page.elements if "style" in element.attributes
    ]
    for style in styles:
        for load in _STYLE_LOADS.findall(style):
            yield Finding("request", f"a style loads {load[:60]!r}")


def structure_findings(page: Page) -> Iterator[Finding]:
    """Find what a reader with assistive technology would miss."""
    if not page.all("html") or not page.all("html")[0].attributes.get("lang"):
        yield Finding("structure", "the language of the page is not given")
    if not any(title.text.strip() for title in page.all("title")):
        yield Finding("structure", "the page has no title")
    for tag in ("main", "h1"):
        if len(page.all(tag)) != 1:
            yield Finding("structure", f"{len(page.all(tag))} <{tag}>; there must be one")
    viewports = [meta for meta in page.all("meta") if meta.attributes.get("name") == "viewport"]
    if not viewports or _NO_ZOOM.search(viewports[0].attributes.get("content", "")):
        yield Finding("structure", "the viewport is not set, or keeps readers from zooming")
    # Two elements of one id: a label, a link or a screen reader finds only the first.
    ids = Counter(
        element.attributes["id"] for element in page.elements if "id" in element.attributes
    )
    for name in (name for name, count in ids.items() if count > 1):
        yield Finding("structure", f"the id {name!r} is used more than once")
    yield from (
        Finding("structure", fault) for element in page.elements for fault in _unnamed(element)
    )
    yield from _unlabelled(page)


def _unnamed(element: Element) -> Iterator[str]:
    hidden = element.attributes.get("aria-hidden") == "true"
    if element.tag == "img" and "alt" not in element.attributes:
        yield "a picture has no alternative text"
    named = "aria-label" in element.attributes or "aria-labelledby" in element.attributes
    if element.tag == "svg" and not (hidden or named):
        yield "a drawing has neither a name nor aria-hidden"


def _unlabelled(page: Page) -> Iterator[Finding]:
    labelled = {label.attributes.get("for") for label in page.all("label")}
    for field in (*page.all("input"), *page.all("select"), *page.all("textarea")):
        if field.attributes.get("type") in _OWN_LABEL or "aria-label" in field.attributes:
            continue
        if field.attributes.get("id") not in labelled and not field.inside("label"):
            yield Finding(
                "structure", f"<{field.tag}> {field.attributes.get('id', '')} has no label"
            )


def table_findings(page: Page) -> Iterator[Finding]:
    """Find a page without tables, and tables that a screen reader cannot read out."""
    if not page.tables:
        yield Finding("tables", "no table: what a map shows must be in a table too")
    for table in page.tables:
        if not table.caption:
            yield Finding("tables", "a table has no caption")
        if not table.scoped:
            yield Finding("tables", f"{table.caption!r}: a header cell has no scope")
        if len({len(row) for row in table.rows}) > 1:
            yield Finding("tables", f"{table.caption!r}: rows differ in length")


# What any page keeps; one that says figures has tables too, and how heavy it may be depends on it.
PAGE_RULES: Final[tuple[Callable[[Page], Iterator[Finding]], ...]] = (
    policy_findings,
    request_findings,
    structure_findings,
    figure_findings,
)
RULES: Final = (size_findings, table_findings, *PAGE_RULES)
