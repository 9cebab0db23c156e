"""People by service: who has a longer journey for any service, whatever another service gains.

An option changes several services at once. A longer journey for one is not made good by a shorter
one for another, so each area belongs to one class over all services that people travel for, and
all its residents count (docs/methods, "People by service").
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.appraisal.access import BAND_EDGES_MIN, reconcile
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.travel.accuracy import Accuracy

LONGER_CLASSES: Final = ("lost", "mixed", "longer")
"""The headline of an option: a longer journey, or none left, for at least one service."""

CLASSES: Final = (*LONGER_CLASSES, "shorter", "same", "none", "no_data")
"""Lost: no journey left for at least one service. Mixed: longer for one, shorter for another.
Longer, shorter: for at least one, and not the other for any. Same: no change beyond the tolerance.
None: no journey for any service before and after. No data: minutes that are not known."""

TOO_CLOSE: Final = "too_close_"  # begins the columns that count people "too close to say"


def travelled_changes(result: OptionResult) -> dict[str, pd.DataFrame]:
    """Return the change of every area's journey, by service that people travel for.

    A service that nobody travels for any more, because all of it happens by video or at home, has
    no journey to compare and is left out.
    """
    return {
        name: found.access.change
        for name, found in result.services.items()
        if found.service.delivery != "team"
        and result.option.shares_of(name, found.service.shares).at_sites > 0
    }


def classify_areas(changes: Mapping[str, pd.DataFrame], accuracy: Accuracy) -> pd.DataFrame:
    """Return for each area its class over all services, and where it is worst hit.

    Parameters
    ----------
    changes
        By service, one row an area: `before_min`, `after_min`, `change_min`, `outcome`.
    accuracy
        The measured error of a difference between two journeys.

    Returns
    -------
    pandas.DataFrame
        On the areas' index: `class` (one of CLASSES); `too_close`, whether every change that puts
        it there is smaller than the times can tell; `services_longer`, how many services worsen;
        `worst_service` (missing where none worsens beyond 0) and `worst_change_min` (+inf for a
        journey lost, NaN where there is no journey to compare).

    Raises
    ------
    ValueError
        If there is no service.
    """
    outcome = np.stack([change["outcome"].to_numpy(str) for change in changes.values()], axis=1)
    lost, gained = outcome == "lost", outcome == "gained"
    longer = lost | (outcome == "worsened")
    shorter = gained | (outcome == "improved")
    conditions = {
        "no_data": (outcome == "no_data").any(axis=1),
        "lost": lost.any(axis=1),
        "mixed": longer.any(axis=1) & shorter.any(axis=1),
        "longer": longer.any(axis=1),
        "shorter": shorter.any(axis=1),
        "none": (outcome == "none").all(axis=1),
    }
    named = np.select(list(conditions.values()), list(conditions), default="same")
    # A class is uncertain only if all changes beyond the tolerance are within the error.
    close = np.stack(
        [accuracy.too_close(c["before_min"], c["after_min"]) for c in changes.values()], axis=1
    )
    beyond = longer | shorter
    too_close = beyond.any(axis=1) & (close | ~beyond).all(axis=1)
    worst, worst_min = _worst(changes, lost)
    return pd.DataFrame(
        {
            "class": named,
            "too_close": too_close & (named != "no_data"),
            "services_longer": longer.sum(axis=1),
            "worst_service": pd.array(worst, dtype="str"),
            "worst_change_min": worst_min,
        },
        index=next(iter(changes.values())).index,
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
        `too_close_<class>`, which is part of the class.

    Raises
    ------
    LlrgeoError
        If the classes do not add up to all people of a group and level.
    """
    counts = people.to_numpy()
    named, close = classified["class"].to_numpy(), classified["too_close"].to_numpy(bool)
    columns = {name: counts[named == name].sum(axis=0) for name in CLASSES}
    columns |= {
        f"{TOO_CLOSE}{name}": counts[(named == name) & close].sum(axis=0)
        for name in ("mixed", "longer", "shorter")
    }
    table = pd.DataFrame(columns, index=people.columns)
    for group, row in table[list(CLASSES)].iterrows():
        reconcile(row, people[group].sum(), table=f"people by service, {group}")
    return table


def worst_change_bands(
    classified: pd.DataFrame, residents: pd.Series, *, tolerance_min: float
) -> pd.DataFrame:
    """Return the people by their largest worsening for any service, in bands.

    Columns: `from_min` and `to_min` (over the one, at most the other; both +inf for a journey
    lost, -inf up to the tolerance for no worsening), `people`. The rows add up to all people.
    """
    change = classified["worst_change_min"].fillna(-np.inf).to_numpy()
    edges = [-np.inf, tolerance_min, *(edge for edge in BAND_EDGES_MIN if edge > tolerance_min)]
    bounds = [*pairwise([*edges, np.finfo(float).max]), (np.inf, np.inf)]
    counts = residents.to_numpy()
    rows = []
    for low, high in bounds:
        inside = np.isposinf(change) if np.isposinf(low) else (change > low) & (change <= high)
        if np.isneginf(low):
            inside |= np.isneginf(change)
        rows.append((low, high, counts[inside].sum()))
    table = pd.DataFrame(rows, columns=["from_min", "to_min", "people"])
    table["to_min"] = table["to_min"].replace(np.finfo(float).max, np.inf)
    reconcile(table["people"], residents.sum(), table="largest worsening")
    return table


def worst_hit_service(changes: Mapping[str, pd.DataFrame], residents: pd.Series) -> str:
    """Return the service that worsens for most people; if none does, that improves for most.

    It stands for the option wherever one service must: maps, curves, leaflets, first views. A tie
    goes to the service that comes first.
    """

    def people(change: pd.DataFrame, outcomes: tuple[str, str]) -> int:
        return int(residents[change["outcome"].isin(outcomes)].sum())

    for outcomes in (("worsened", "lost"), ("improved", "gained")):
        counts = {name: people(change, outcomes) for name, change in changes.items()}
        if any(counts.values()):
            return max(counts, key=lambda name: counts[name])
    return next(iter(changes))


def _worst(
    changes: Mapping[str, pd.DataFrame], lost: NDArray[np.bool_]
) -> tuple[list[str | None], NDArray[np.float64]]:
    """Return the service with the largest worsening of each area, and by how many minutes."""
    minutes = np.stack([c["change_min"].to_numpy(float) for c in changes.values()], axis=1)
    minutes = np.where(lost, np.inf, minutes)
    # A journey gained is -inf; no journey before and after is no change that could be compared.
    compared = np.where(np.isnan(minutes), -np.inf, minutes)
    place = compared.argmax(axis=1)
    largest = compared[np.arange(len(compared)), place]
    names = list(changes)
    worst = [names[k] if change > 0 else None for k, change in zip(place, largest, strict=True)]
    return worst, np.where(np.isnan(minutes).all(axis=1), np.nan, largest)
