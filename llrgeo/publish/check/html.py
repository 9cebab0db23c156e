"""A page as it is written: its elements and tables, read with the standard library."""

from collections import defaultdict
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

_VOID: Final = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a page: the rule that it breaks, and how."""

    rule: str
    message: str


@dataclass(slots=True)
class Element:
    """An element: its tag, attributes, the text in it, and the element around it."""

    tag: str
    attributes: dict[str, str]
    parent: "Element | None" = None
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return the text of the element and of all within."""
        return "".join(self.pieces)

    def inside(self, tag: str) -> bool:
        """Return whether an element of a tag is around this one."""
        return self.within(tag) is not None

    def within(self, tag: str) -> "Element | None":
        """Return the nearest element of a tag around this one."""
        above = self.parent
        while above is not None and above.tag != tag:
            above = above.parent
        return above


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table: its id, caption and rows of text, and whether each header cell has a scope."""

    id: str
    caption: str
    rows: list[list[str]]
    scoped: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its text, its elements in order, and its tables but for empty ones."""

    text: str
    elements: list[Element]
    tables: list[PageTable]

    def all(self, tag: str) -> list[Element]:
        """Return the elements of a tag."""
        return [element for element in self.elements if element.tag == tag]

    @property
    def scripts_beside(self) -> list[str]:
        """Return the addresses of scripts that the page says it will load when they are needed."""
        named = [element.attributes.get("data-script") for element in self.elements]
        return [address for address in named if address is not None]


def read_page(text: str) -> Page:
    """Read a page."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return Page(text, reader.elements, _tables(reader.elements))


class _Reader(HTMLParser):
    """Collects elements; text goes to every element that is open."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        parent = self.open[-1] if self.open else None
        element = Element(tag, {name: value or "" for name, value in attrs}, parent)
        self.elements.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if any(element.tag == tag for element in self.open):
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.pieces.append(data)


def _tables(elements: list[Element]) -> list[PageTable]:
    # Cells are gathered by the identity of their row, because pages may nest tables.
    cells: dict[int, list[Element]] = defaultdict(list)
    for element in elements:
        row = element.within("tr") if element.tag in {"td", "th"} else None
        if row is not None:
            cells[id(row)].append(element)
    found = []
    for table in (element for element in elements if element.tag == "table"):
        # Rows of this very table: those of a table nested in a cell belong to that one.
        rows = [
            element
            for element in elements
            if element.tag == "tr" and element.within("table") is table
        ]
        captions = [
            element for element in elements if element.tag == "caption" and element.parent is table
        ]
        heads = [cell for row in rows for cell in cells[id(row)] if cell.tag == "th"]
        if rows:
            found.append(
                PageTable(
                    table.attributes.get("id", ""),
                    captions[0].text.strip() if captions else "",
                    [[cell.text.strip() for cell in cells[id(row)]] for row in rows],
                    all("scope" in head.attributes for head in heads),
                )
            )
    return found
