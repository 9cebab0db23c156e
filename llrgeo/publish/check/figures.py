"""Check that the tables of an explorer say what its own data says, counted once more."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from llrgeo.arrays import Bools, Floats, Ints
from llrgeo.publish import pages
from llrgeo.publish.check.html import Finding, Page
from llrgeo.publish.explorer.packed_matrices import unpack_matrices

_NOISE_MIN: Final = 1e-9  # minutes are tenths: a change of exactly the error is within it

_CLASSES: Final = 7
_IF_ANY: Final = (2, 5)  # lost and none, among the columns of `_Counter.classes`


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
    # Everything is counted again from the packed data, by code that the explorer does not share.
    counter = _Counter.of(json.loads(packed[0]))
    data, people = counter.data, counter.people
    chosen = next(
        (
            element.attributes["value"]
            for element in page.all("option")
            if "selected" in element.attributes
        ),
        None,
    )
    if chosen is None:
        return  # a page of another kind, such as the planner, which opens without a view
    option = next(listed for listed in data["options"] if listed["id"] == chosen)
    others = [listed for listed in data["options"] if listed["id"] != data["baseline"]]
    before, after = counter.minutes(option, _record_of(data["services"], data["opening_service"]))
    everyone = np.full((1, len(people)), fill_value=True)
    places = _members(data["areas"]["authority"], len(data["authorities"]))
    # Areas that do not tell their deprivation have no tenths, and the page has no such table.
    tenths = _members(data["areas"]["tenth"], 10) if "tenth" in data["areas"] else everyone[:0]
    shown = {table.id: table.rows[1:] for table in page.tables}
    for name, expected in (
        ("table-options", counter.cells([counter.classes(option, everyone) for option in others])),
        ("table-services", counter.service_cells(option)),
        ("table-areas", _area_cells(data, before, after)),
        ("table-winners", counter.cells([counter.classes(option, np.vstack([everyone, places]))])),
        ("table-deprivation", counter.cells([counter.classes(option, tenths)])),
        ("table-bands", _band_cells(data["time"]["breaks"], (before, after), people)),
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


@dataclass(frozen=True, slots=True)
class _Counter:
    """The data of a page, and what follows from it for the journey that it opens with."""

    data: dict[str, Any]
    people: Ints
    matrices: list[Floats]

    @classmethod
    def of(cls, data: dict[str, Any]) -> "_Counter":
        matrices = unpack_matrices(data["matrices"], len(data["areas"]["id"]))
        return cls(data, np.array(data["areas"]["people"]), matrices)

    def way(self, service: dict[str, Any]) -> dict[str, Any]:
        journey: dict[str, Any] = _record_of(self.data["journeys"], self.data["judged_by"])
        way: dict[str, Any] = journey["team"] if service["delivery"] == "team" else journey
        return way

    def minutes(self, option: dict[str, Any], service: dict[str, Any]) -> tuple[Floats, Floats]:
        """Return the minutes of every area today and in an option."""
        minutes = self.matrices[self.way(service)["matrix"]]
        today, then = (
            np.min(minutes[offered["sites"][service["id"]]], axis=0, initial=np.inf)
            for offered in (_record_of(self.data["options"], self.data["baseline"]), option)
        )
        return today, then

    def classes(self, option: dict[str, Any], groups: Bools) -> Floats:
        """Return the people of each class over all services, in each group (docs/methods 2).

        Those too close to say are NaN where no error is known.
        """
        counted = [_record_of(self.data["services"], name) for name in option["counted"]]
        # Classes by docs/methods 2, from unpacked minutes: up, mixed, lost, down, same, none, too
        # close.
        ends = [self.minutes(option, service) for service in counted]
        changes = [_moved(*end, self.data["tolerance"]) for end in ends]
        up, down = (self._any([change[k] for change in changes]) for k in (0, 1))
        lost = self._any([np.isfinite(before) & np.isinf(after) for before, after in ends])
        has = self._any([np.isfinite(before) | np.isfinite(after) for before, after in ends])
        none = ~has & bool(ends)
        far = self._any(
            [
                (longer | shorter) & ~self._close(service, *end)
                for service, end, (longer, shorter) in zip(counted, ends, changes, strict=True)
            ]
        )
        columns = [up, up & down & ~lost, lost, down & ~up, ~up & ~down & ~none, none]
        columns.append((up | down) & ~far)
        counts = [[self.people[group & flags].sum() for flags in columns] for group in groups]
        found = np.array(counts, dtype=float).reshape(-1, _CLASSES)
        if not all(self._differences(service)["middles"] for service in counted):
            found[:, -1] = np.nan
        return found

    def _any(self, flags: list[Bools]) -> Bools:
        """Return of which areas any of some flags is set."""
        any_of: Bools = np.any([np.zeros(len(self.people), dtype=bool), *flags], axis=0)
        return any_of

    def service_cells(self, option: dict[str, Any]) -> list[list[str]]:
        """Return the people for whom each service takes longer, less time, or the same."""
        rows = []
        for service in self.data["services"]:
            up, down = _moved(*self.minutes(option, service), self.data["tolerance"])
            counts = (self.people[flags].sum() for flags in (up, down, ~up & ~down))
            rows.append(["", *(pages.people(int(count)) for count in counts)])
        return rows

    def cells(self, counts: list[Floats]) -> list[list[str]]:
        """Return the cells of people by class; lost and none only where there are any."""
        rows = np.vstack(counts or [np.zeros((0, _CLASSES))])
        shown = np.ones(rows.shape[1], dtype=bool)
        shown[list(_IF_ANY)] = rows[:, list(_IF_ANY)].any(axis=0)
        # Pages of earlier runs have no word for it, and say that it is nobody.
        unknown = self.data["strings"].get("cell_not_known", pages.people(0))
        texts = [
            [unknown if np.isnan(count) else pages.people(int(count)) for count in row]
            for row in rows[:, shown].tolist()
        ]
        return [["", *cells] for cells in texts]

    def _differences(self, service: dict[str, Any]) -> dict[str, list[float]]:
        """Return the measured errors of differences between journeys to a service."""
        found: dict[str, list[float]]
        found = self.data["accuracies"][self.way(service)["accuracy"]]["differences"]
        return found

    def _close(self, service: dict[str, Any], before: Floats, after: Floats) -> Bools:
        """Return where a change is within the measured error of a difference."""
        differences = self._differences(service)
        both = np.isfinite(before) & np.isfinite(after)
        if not differences["middles"]:
            return np.zeros(len(before), dtype=bool)
        mean = np.where(both, before + after, 0) / 2
        error = np.interp(mean, differences["middles"], differences["errors"])
        close: Bools = both & (np.abs(_change(before, after)) <= error + _NOISE_MIN)
        return close


def _record_of(listed: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(each for each in listed if each["id"] == name)


def _change(before: Floats, after: Floats) -> Floats:
    """Return the change of minutes; 0 where there is no journey both times."""
    change = np.zeros(len(before))
    np.subtract(after, before, out=change, where=np.isfinite(before) & np.isfinite(after))
    # Binary fractions of tenths differ in the last digits; a change of exactly 1 must stay 1.
    return change.round(6)


def _moved(before: Floats, after: Floats, tolerance: float) -> tuple[Bools, Bools]:
    """Return where a journey is longer or lost, and where shorter or gained."""
    was, remains, change = np.isfinite(before), np.isfinite(after), _change(before, after)
    return (was & ~remains) | (change > tolerance), (~was & remains) | (change < -tolerance)


def _members(group_of: list[int], count: int) -> Bools:
    """Return a row for each group: which areas belong to it."""
    return np.equal.outer(np.arange(count), group_of)


def _area_cells(data: dict[str, Any], before: Floats, after: Floats) -> list[list[str]]:
    return [
        [label, pages.minutes(today), pages.minutes(then)]
        for label, today, then in zip(data["areas"]["label"], before, after, strict=True)
    ]


def _band_cells(breaks: list[float], ends: tuple[Floats, Floats], people: Ints) -> list[list[str]]:
    """Return the people within each class of minutes, today and then; no route comes last."""
    limits = [-np.inf, *breaks, sys.float_info.max, np.inf]
    within = [
        [people[(low < minutes) & (minutes <= high)].sum() for minutes in ends]
        for low, high in pairwise(limits)
    ]
    return [["", *map(pages.people, counts)] for counts in within]
