"""What the pages of parts say of today: the people of all parts counted at once, from arrays.

The figures are those that `build_option_view` and `build_people_view` find of the areas of a part
alone; a test holds them together.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.appraisal.people.area_facts import has_deprivation
from llrgeo.appraisal.people.counts import ratio
from llrgeo.appraisal.people.people_by_service import CLASSES, UNCERTAIN_CLASSES
from llrgeo.appraisal.people.people_groups import EVERYONE
from llrgeo.arrays import Bools, Floats, Ints
from llrgeo.publish import palette
from llrgeo.publish.explorer.split import part_of_area, parts_of
from llrgeo.publish.option_view import OUTCOMES, OptionView, time_places
from llrgeo.publish.people_view import (
    SERVICE_OUTCOMES,
    PeopleView,
    classified_areas,
    classified_by_teams,
)
from llrgeo.publish.publication import Publication
from llrgeo.schema import TENTHS

Numbers = Floats | Ints


@dataclass(frozen=True, slots=True)
class _Cells:
    """Areas by part and tenth of deprivation, to count people by.

    Attributes
    ----------
    part, tenth
        The number of each area's part, and of its tenth, from 0.
    people
        The residents of each area.
    shape
        How many parts there are, and tenths: none where the areas tell no deprivation.
    """

    part: NDArray[np.intp]
    tenth: NDArray[np.intp]
    people: Ints
    shape: tuple[int, int]

    def by_tenth(self, weights: Floats) -> Floats:
        """Return sums over areas, parts by tenths."""
        parts, tenths = self.shape
        if not tenths:
            return np.zeros(self.shape)
        cell = self.part * tenths + self.tenth
        sums = np.bincount(cell, weights, parts * tenths)
        return sums.reshape(self.shape).astype(np.float64)

    def people_by_tenth(self, chosen: Bools) -> Ints:
        """Return the people of chosen areas, parts by tenths."""
        # Sums of whole numbers below 2 ** 53 are exact.
        return self.by_tenth(np.where(chosen, self.people, 0)).astype(np.int64)

    def people_by_part(self, chosen: Bools) -> Ints:
        """Return the people of chosen areas, by part."""
        counted = np.bincount(self.part, np.where(chosen, self.people, 0), self.shape[0])
        return counted.astype(np.int64)

    def people_by_class(self, place: NDArray[np.integer], classes: int) -> Ints:
        """Return the people of each class, parts by classes; `place` is the class of each area."""
        cell = self.part * classes + place
        counted = np.bincount(cell, self.people, self.shape[0] * classes)
        return counted.reshape(-1, classes).astype(np.int64)


def opening_views_of_parts(publication: Publication) -> Iterator[tuple[OptionView, PeopleView]]:
    """Yield for each part what its page opens with: today, for one service and over all of them."""
    cells = _cells_of(publication)
    view = publication.opening_view
    people = publication.people[view.option.name]
    tenths = [("tenth", str(n)) for n in TENTHS[: cells.shape[1]]]
    outcomes, classes = _outcomes(view, cells), _classes(publication, cells)
    bands = {end: _bands(view.areas[f"{end}_min"], cells) for end in view.bands}
    # Today is compared with itself, so that no area is hit worst.
    services, teams = _services(publication, cells), _teams(publication, cells)
    for number, part in enumerate(parts_of(publication)):
        levels = [EVERYONE, ("authority", part.name), *tenths]
        index = pd.MultiIndex.from_tuples(levels, names=["group", "level"])
        groups = _groups(view.groups, outcomes, number, index)
        minutes = pd.DataFrame({end: of[number] for end, of in bands.items()}, view.bands.index)
        yield (
            replace(
                view,
                areas=view.areas.iloc[part.rows],
                tables={"counted": groups, "groups": groups, "bands": minutes},
            ),
            replace(
                people,
                groups=_groups(people.groups, classes, number, index),
                services=pd.DataFrame(
                    services[number], people.services.index, list(SERVICE_OUTCOMES)
                ),
                teams=None if teams is None else teams.iloc[number],
            ),
        )


def _cells_of(publication: Publication) -> _Cells:
    areas, part = publication.areas, part_of_area(publication)
    by_deprivation = has_deprivation(areas)
    tenth = areas["imd_decile"].to_numpy(np.intp) - 1 if by_deprivation else np.zeros_like(part)
    people = areas["residents"].to_numpy(np.int64)
    return _Cells(
        part, tenth, people, (len(parts_of(publication)), len(TENTHS) if by_deprivation else 0)
    )


def _groups(
    whole: pd.DataFrame, tenths: Mapping[str, Numbers], number: int, index: pd.MultiIndex
) -> pd.DataFrame:
    """Return everyone, the authority and the tenths of a part."""
    # All people of a part are those of its authority, which the study has counted.
    position = whole.index.get_loc(index[1])
    columns = {
        name: np.concatenate([np.repeat(whole[name].array[position], 2), found[number]])
        for name, found in tenths.items()
    }
    return pd.DataFrame(columns, index)


def _outcomes(view: OptionView, cells: _Cells) -> dict[str, Numbers]:
    """Return people by outcome, and means before and after of those with a journey both times."""
    outcome = view.areas["outcome"].to_numpy()
    found: dict[str, Numbers] = {name: cells.people_by_tenth(outcome == name) for name in OUTCOMES}
    both = np.isfinite(view.areas["change_min"].to_numpy())
    for end in ("before_min", "after_min"):
        minutes = np.where(both, view.areas[end], 0.0)
        found[f"mean_{end}"] = ratio(
            cells.by_tenth(minutes * cells.people), cells.people_by_tenth(both)
        )
    return found


def _classes(publication: Publication, cells: _Cells) -> dict[str, Numbers]:
    """Return people by their class over all services, parts by tenths."""
    classified = classified_areas(publication.compared(publication.baseline_name))
    return _count_classes(classified, cells.people_by_tenth)


def _count_classes(classified: pd.DataFrame, count: Callable[[Bools], Ints]) -> dict[str, Numbers]:
    """Return the people of each class, and those of it too close to say (NaN if not known)."""
    named, close = classified["class"].to_numpy(), classified["too_close"]
    found: dict[str, Numbers] = {name: count(named == name) for name in CLASSES}
    uncertain = {f"too_close_{name}": named == name for name in UNCERTAIN_CLASSES}
    if close.isna().any():
        return found | {name: np.full(found["same"].shape, np.nan) for name in uncertain}
    flags = close.to_numpy(bool)
    return found | {name: count(chosen & flags) for name, chosen in uncertain.items()}


def _bands(minutes: pd.Series, cells: _Cells) -> Ints:
    """Return people by class of minutes, parts by classes."""
    return cells.people_by_class(time_places(minutes), len(palette.time_classes()))


def _services(publication: Publication, cells: _Cells) -> Ints:
    """Return people by what becomes of each service: parts, services, SERVICE_OUTCOMES."""
    result = publication.results[publication.baseline_name]
    place = {name: number for number, of in enumerate(SERVICE_OUTCOMES.values()) for name in of}
    counted = [
        cells.people_by_class(
            result.services[service.id].access.change["outcome"].map(place).to_numpy(np.intp),
            len(SERVICE_OUTCOMES),
        )
        for service in publication.services
    ]
    return np.stack(counted, axis=1)


def _teams(publication: Publication, cells: _Cells) -> pd.DataFrame | None:
    """Return people by class over teams' drives, parts by classes; None where none are told."""
    classified = classified_by_teams(publication.compared(publication.baseline_name))
    if classified is None:
        return None
    return pd.DataFrame(_count_classes(classified, cells.people_by_part))
