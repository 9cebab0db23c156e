"""Check that the tables of an explorer say what its own data says, counted once more."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llrgeo.publish import pages
from llrgeo.publish.markup import Finding, Page
from llrgeo.publish.packing import unpack_matrices


def figure_findings(page: Page) -> Iterator[Finding]:
    """Find figures of the opening view that its data does not give; nothing without data."""
    packed = [
        one.text
        for one in page.all("script")
        if one.attributes.get("type") == "application/json" and one.attributes.get("id") == "data"
    ]
    if not packed:
        return
    data = json.loads(packed[0])
    before, after = _opening_minutes(page, data)
    areas = _area_cells(data, before, after)
    tables = {table.id: table.rows[1:] for table in page.tables}
    changed = tables.get("table-changed", [])
    for name, shown, expected in (
        ("table-areas", tables.get("table-areas", []), areas),
        ("table-winners", tables.get("table-winners", []), _outcome_cells(data, before, after)),
        ("table-changed", changed, [row[:3] for row in changed if row[:3] in areas]),
    ):
        wrong = abs(len(shown) - len(expected))
        wrong += sum(one[: len(two)] != two for one, two in zip(shown, expected, strict=False))
        if wrong:
            yield Finding("figures", f"{name}: {wrong} rows differ from the data of the map")


def _opening_minutes(page: Page, data: dict[str, Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the minutes of every area today and in the option that the page opens with."""
    chosen = [one.attributes["value"] for one in page.all("option") if "selected" in one.attributes]
    option = next(one for one in data["options"] if one["id"] == chosen[0])
    service = data["services"][0]
    journey = data["journeys"][0]
    way = journey["team"] if service["delivery"] == "team" else journey
    minutes = unpack_matrices(data["matrices"], len(data["areas"]["id"]))[way["matrix"]]
    today, then = (
        np.min(minutes[one["sites"][service["id"]]], axis=0, initial=np.inf)
        for one in (data["options"][0], option)
    )
    return today, then


def _area_cells(data: dict[str, Any], before: NDArray[Any], after: NDArray[Any]) -> list[list[str]]:
    return [
        [label, pages.minutes(today), pages.minutes(then)]
        for label, today, then in zip(data["areas"]["label"], before, after, strict=True)
    ]


def _outcome_cells(
    data: dict[str, Any], before: NDArray[Any], after: NDArray[Any]
) -> list[list[str]]:
    """Return people with a shorter, an equal and a longer journey: everyone, then each place.

    Pages with people who gain or lose all access, or have none, show more columns, and are left
    to the tests that compare every figure.
    """
    people = np.array(data["areas"]["people"])
    place = np.array(data["areas"]["authority"])
    both = np.isfinite(before) & np.isfinite(after)
    change = np.zeros(len(people))
    change[both] = np.round(after[both] - before[both], 6)
    kinds = (
        change < -data["tolerance"],
        abs(change) <= data["tolerance"],
        change > data["tolerance"],
    )
    groups = [np.full(len(people), fill_value=True)]
    groups += [place == number for number in range(len(data["authorities"]))]
    names = [data["strings"]["everyone"], *data["authorities"]]
    if not both.all():
        return [[name] for name in names]
    return [
        [name, *(pages.people(people[group & kind].sum()) for kind in kinds)]
        for name, group in zip(names, groups, strict=True)
    ]
