"""People by service: who has a longer journey for any service, whatever another service gains.

An option changes several services at once. A longer journey for one is not made good by a shorter
one for another, so each area belongs to one class over all services that people travel for, and
all its residents count (docs/methods, "People by service").
"""

from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from llrgeo.appraisal.people.access import BAND_EDGES_MIN, minutes_changed
from llrgeo.appraisal.people.counts import ratio, reconcile
from llrgeo.appraisal.people.people_groups import EVERYONE
from llrgeo.appraisal.people.wide_groups import Counted, by_columns
from llrgeo.arrays import Bools, Floats, Ints
from llrgeo.travel.accuracy import Accuracy

LONGER_CLASSES: Final = ("lost", "mixed", "longer")
"""The headline of an option: a longer journey, or none left, for at least one service."""

CLASSES: Final = (*LONGER_CLASSES, "shorter", "same", "none", "no_data")
"""Lost: no journey left for at least one service. Mixed: longer for one, shorter for another.
Longer, shorter: for at least one, and not the other for any. Same: no change beyond the tolerance.
None: no journey for any service before and after. No data: minutes that are not known."""

UNCERTAIN_CLASSES: Final = ("mixed", "longer", "shorter")
"""Classes of which some people may be "too close to say"."""


class _Changes(NamedTuple):
    """What happens to each journey, areas by services."""

    change_min: Floats  # NaN where there is no journey before and after
    lost: Bools
    longer: Bools  # those lost included
    shorter: Bools  # those gained included
    none: Bools
    unknown: Bools


def classify_areas(
    before: pd.DataFrame, after: pd.DataFrame, accuracy: Accuracy, *, tolerance_min: float
) -> pd.DataFrame:
    """Return for each area its class over all services, and where it is worst hit.

    Parameters
    ----------
    before, after
        Minutes, areas by services that people travel for; +inf where there is no journey, NaN
        where it is not known.
    accuracy
        The measured error of a difference between two journeys.
    tolerance_min
        Changes up to this many minutes count as none.

    Returns
    -------
    pandas.DataFrame
        On the areas' index: `class` (one of CLASSES); `too_close`, whether every change that puts
        it there is smaller than the times can tell, missing where it is not known what they may be
        wrong by; `services_longer`, how many services worsen;
        `worst_service` (missing where none takes longer) and `worst_change_min` (+inf for a
        journey lost, NaN where there is no journey to compare).
    """
    # Without any journey there is nothing to compare, and nobody's changes.
    if before.columns.empty:
        return _nobody_travels(before.index)
    found = _changes(before, after, tolerance_min)
    # The first condition that holds names the class: the worst that any service does to an area.
    conditions = {
        "no_data": found.unknown.any(axis=1),
        "lost": found.lost.any(axis=1),
        "mixed": found.longer.any(axis=1) & found.shorter.any(axis=1),
        "longer": found.longer.any(axis=1),
        "shorter": found.shorter.any(axis=1),
        "none": found.none.all(axis=1),
    }
    named = np.select(list(conditions.values()), list(conditions), default="same")
    # A class is uncertain only if all changes beyond the tolerance are within the error.
    close = accuracy.too_close(before.to_numpy(), after.to_numpy())
    beyond = found.longer | found.shorter
    too_close = beyond.any(axis=1) & (close | ~beyond).all(axis=1) & (named != "no_data")
    worst, worst_min = _worst(found, list(before.columns))
    return pd.DataFrame(
        {
            "class": named,
            "too_close": too_close if accuracy.is_measured else _unknown(before.index),
            "services_longer": found.longer.sum(axis=1),
            "worst_service": pd.array(worst, dtype="str"),
            "worst_change_min": worst_min,
        },
        index=before.index,
    )


def count_people(classified: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Return the people of each class, and those of it "too close to say", by group.

    Parameters
    ----------
    classified
        What `classify_areas` returns.
    people
        Residents by area (rows) and group and level (columns), as `people_by_group` returns them.

    Returns
    -------
    pandas.DataFrame
        One row a group and level: a column a class, the classes add up to its people, and
        `too_close_<class>`, which is part of the class; NaN where it is not known of any area.

    Raises
    ------
    LlrgeoError
        If the classes do not add up to all people of a group and level.
    """
    named, close = classified["class"].to_numpy(), classified["too_close"]
    # Zero would say that every change is known to be real.
    is_known = not close.isna().any()

    def figures(counted: Counted) -> dict[str, Ints]:
        columns = {name: counted.people(named == name) for name in CLASSES}
        uncertain = UNCERTAIN_CLASSES if is_known else ()
        return columns | {
            f"too_close_{name}": counted.people((named == name) & close.to_numpy(bool))
            for name in uncertain
        }

    columns = by_columns(people, figures)
    counted = np.sum([columns[name] for name in CLASSES], axis=0)
    reconcile(pd.Series(counted), people.to_numpy().sum(), table="people by service")
    unknown = {} if is_known else {f"too_close_{name}": np.nan for name in UNCERTAIN_CLASSES}
    return pd.DataFrame({**columns, **unknown}, index=people.columns)


def share_longer(people: pd.DataFrame) -> float:
    """Return the share of everyone with a longer journey, or none left, for at least one service.

    `people` is what `count_people` returns. NaN where nobody lives.
    """
    everyone = people.to_numpy()[people.index.get_loc(EVERYONE)]
    counts = dict(zip(people.columns, everyone, strict=True))
    longer, of_all = (sum(counts[name] for name in part) for part in (LONGER_CLASSES, CLASSES))
    return float(ratio(longer, of_all))


def worst_change_bands(
    classified: pd.DataFrame, residents: pd.Series, *, tolerance_min: float
) -> pd.DataFrame:
    """Return the people by their largest worsening for any service, in bands.

    Columns: `from_min` and `to_min` (over the one, at most the other; both +inf for a journey
    lost, -inf up to the tolerance for no worsening), `people`. The rows add up to all people.
    """
    change = classified["worst_change_min"].fillna(-np.inf).to_numpy()
    lost = np.isposinf(change)
    # Bands from the tolerance up; a journey lost (+inf) is a row of its own, not above 15 minutes.
    edges = [tolerance_min, *(edge for edge in BAND_EDGES_MIN if edge > tolerance_min), np.inf]
    rows = [(-np.inf, tolerance_min, change <= tolerance_min)]
    rows += [
        (low, high, (change > low) & (change <= high) & ~lost) for low, high in pairwise(edges)
    ]
    rows.append((np.inf, np.inf, lost))
    counts = residents.to_numpy()
    table = pd.DataFrame(
        [(low, high, counts[inside].sum()) for low, high, inside in rows],
        columns=["from_min", "to_min", "people"],
    )
    reconcile(table["people"], residents.sum(), table="largest worsening")
    return table


def worst_hit_service(
    before: pd.DataFrame, after: pd.DataFrame, residents: pd.Series, *, tolerance_min: float
) -> str:
    """Return the service that worsens for most people; if none does, that improves for most.

    It stands for the option wherever one service must: maps, curves, leaflets, first views. A tie
    goes to the service that comes first.
    """
    found = _changes(before, after, tolerance_min)
    for flags in (found.longer, found.shorter):
        people = residents.to_numpy() @ flags
        if people.any():
            return str(before.columns[int(people.argmax())])
    return str(before.columns[0])


def _unknown(areas: pd.Index) -> pd.Series:
    """Return that of no area it is known whether its changes are too close to say."""
    return pd.Series(pd.NA, areas, dtype="boolean")


def _nobody_travels(areas: pd.Index) -> pd.DataFrame:
    """Return the classes of an option whose every contact is by video or at home: no change."""
    return pd.DataFrame(
        {
            "class": "same",
            "too_close": False,
            "services_longer": 0,
            "worst_service": pd.array([None] * len(areas), dtype="str"),
            "worst_change_min": np.nan,
        },
        index=areas,
    )


def _changes(before: pd.DataFrame, after: pd.DataFrame, tolerance_min: float) -> _Changes:
    """Return what happens to each journey; one lost is longer, one gained is shorter."""
    old, new = before.to_numpy(float), after.to_numpy(float)
    change, tolerance = minutes_changed(old, new, tolerance_min=tolerance_min)
    unknown = np.isnan(old) | np.isnan(new)
    lost = np.isfinite(old) & np.isposinf(new)
    with np.errstate(invalid="ignore"):  # NaN compares as False; lost is +inf, gained -inf
        longer, shorter = change > tolerance, change < -tolerance
    return _Changes(change, lost, longer, shorter, np.isposinf(old) & np.isposinf(new), unknown)


def _worst(found: _Changes, services: list[str]) -> tuple[list[str | None], Floats]:
    """Return the service with the largest worsening of each area, and by how many minutes."""
    # No journey before and after is no change that could be compared.
    compared = np.where(np.isnan(found.change_min), -np.inf, found.change_min)
    place = compared.argmax(axis=1)
    largest = compared[np.arange(len(compared)), place]
    worst = [services[k] if change > 0 else None for k, change in zip(place, largest, strict=True)]
    return worst, np.where(np.isnan(found.change_min).all(axis=1), np.nan, largest)
