"""Check that the tables of an explorer say what its own data says, counted once more."""

import json
import sys
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from llrgeo.publish import pages
from llrgeo.publish.check.html import Finding, Page
from llrgeo.publish.explorer.packing import unpack_matrices
from llrgeo.publish.option_view import OUTCOMES

_ALWAYS: Final = ("improved", "unchanged", "worsened")


def figure_findings(page: Page) -> Iterator[Finding]:
    """Find figures of the opening view that its data does not give; nothing without data."""
    packed = [
        script.text
        for script in page.all("script")
        if script.attributes.get("type") == "application/json"
        and script.attributes.get("id") == "data"
    ]
    if not packed:
        return
    data = json.loads(packed[0])
    # Everything is counted anew from the packed data, by code that the explorer does not share.
    before, after = _opening_minutes(page, data)
    kind = _outcomes(before, after, data["tolerance"])
    people = np.array(data["areas"]["people"])
    everyone = np.full((1, len(people)), fill_value=True)
    places = _members(data["areas"]["authority"], len(data["authorities"]))
    areas = _area_cells(data, before, after)
    # Areas that do not tell their deprivation have no tenths, and the page has no such table.
    tenths = _members(data["areas"]["tenth"], 10) if "tenth" in data["areas"] else everyone[:0]
    shown = {table.id: table.rows[1:] for table in page.tables}
    changed = shown.get("table-changed", [])
    for name, expected in (
        ("table-areas", areas),
        ("table-winners", _outcome_cells(np.vstack([everyone, places]), kind, people)),
        ("table-deprivation", _outcome_cells(tenths, kind, people)),
        ("table-bands", _band_cells(data["time"]["breaks"], (before, after), people)),
        ("table-changed", [row[:3] for row in changed if row[:3] in areas]),
    ):
        yield from _differences(name, shown.get(name, []), expected)


def _differences(name: str, shown: list[list[str]], expected: list[list[str]]) -> Iterator[Finding]:
    """Compare the rows of a table, but for the name in the first cell and cells left open."""
    wrong = abs(len(shown) - len(expected))
    wrong += sum(
        row[1 : len(wanted)] != wanted[1:] for row, wanted in zip(shown, expected, strict=False)
    )
    if wrong:
        yield Finding("figures", f"{name}: {wrong} rows differ from the data of the map")


def _opening_minutes(page: Page, data: dict[str, Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the minutes of every area today and in the option that the page opens with."""
    chosen = [
        element.attributes["value"]
        for element in page.all("option")
        if "selected" in element.attributes
    ]
    option = next(listed for listed in data["options"] if listed["id"] == chosen[0])
    service, journey, baseline = (
        next(each for each in data[kind] if each["id"] == data[role])
        for kind, role in (
            ("services", "opening_service"),
            ("journeys", "judged_by"),
            ("options", "baseline"),
        )
    )
    way = journey["team"] if service["delivery"] == "team" else journey
    minutes = unpack_matrices(data["matrices"], len(data["areas"]["id"]))[way["matrix"]]
    today, then = (
        np.min(minutes[offered["sites"][service["id"]]], axis=0, initial=np.inf)
        for offered in (baseline, option)
    )
    return today, then


def _area_cells(data: dict[str, Any], before: NDArray[Any], after: NDArray[Any]) -> list[list[str]]:
    return [
        [label, pages.minutes(today), pages.minutes(then)]
        for label, today, then in zip(data["areas"]["label"], before, after, strict=True)
    ]


def _outcomes(before: NDArray[Any], after: NDArray[Any], tolerance: float) -> NDArray[np.str_]:
    """Return what becomes of each area: the names of docs/methods 2."""
    was, remains = np.isfinite(before), np.isfinite(after)
    change = np.zeros(len(before))
    np.subtract(after, before, out=change, where=was & remains)
    # Binary fractions of tenths differ in the last digits; a change of exactly 1 must stay 1.
    change = change.round(6)
    cases = {
        "none": ~was & ~remains,
        "gained": ~was & remains,
        "lost": was & ~remains,
        "improved": change < -tolerance,
        "worsened": change > tolerance,
    }
    return np.select(list(cases.values()), list(cases), default="unchanged")


def _members(group_of: list[int], count: int) -> NDArray[np.bool_]:
    """Return a row for each group: which areas belong to it."""
    return np.equal.outer(np.arange(count), group_of)


def _outcome_cells(
    groups: NDArray[np.bool_], kind: NDArray[np.str_], people: NDArray[Any]
) -> list[list[str]]:
    """Return the people of each outcome in each group; what befalls nobody has no column."""
    columns = [
        outcome for outcome in OUTCOMES if outcome in _ALWAYS or people[kind == outcome].any()
    ]
    return [
        ["", *(pages.people(people[members & (kind == outcome)].sum()) for outcome in columns)]
        for members in groups
    ]


def _band_cells(
    breaks: list[float], ends: tuple[NDArray[Any], NDArray[Any]], people: NDArray[Any]
) -> list[list[str]]:
    """Return the people within each class of minutes, today and then; no route comes last."""
    limits = [-np.inf, *breaks, sys.float_info.max, np.inf]
    within = [
        [people[(low < minutes) & (minutes <= high)].sum() for minutes in ends]
        for low, high in pairwise(limits)
    ]
    return [["", *map(pages.people, counts)] for counts in within]
