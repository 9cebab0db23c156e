"""Nearest sites: to which of some sites each area goes, as arrays over the areas or as a frame.

Shapes: n areas in the order of the study's, m sites with travel times. A tie goes to the lowest
site id.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.appraisal.journeys.row_blocks import row_blocks
from llrgeo.arrays import Floats, Ints
from llrgeo.schema import ROLES
from llrgeo.travel.times import TravelTimes

NO_SITE: Final = -1


class Nearest(NamedTuple):
    """The nearest open site of each area; every array has shape (n,)."""

    site: Ints  # place among the sites of the times; NO_SITE where none can be reached
    role: Ints  # place in ROLES; NO_SITE where there is no site
    minutes: Floats  # +inf where no site can be reached
    km: Floats  # NaN where none can be reached, or the times carry no distances


@dataclass(frozen=True, slots=True)
class TimesArrays:
    """Travel times of one direction, ready to be searched for nearest sites.

    Attributes
    ----------
    ids
        The site ids, as the columns of the matrix.
    minutes, km
        Shape (n, m), rows in the order of the study's areas; `km` is None without distances.
    roles
        Shape (m,): the place of each site's role in ROLES; NO_SITE for a site without one.
    place
        The column of each site id.
    names
        Shape (m + 1,): the ids as text and, at the place NO_SITE, a missing one.
    found
        The nearest of each set of sites that was asked for before.
    """

    ids: pd.Index
    minutes: Floats
    km: Floats | None
    roles: Ints
    place: Mapping[str, int]
    names: pd.api.extensions.ExtensionArray
    found: dict[frozenset[str], Nearest] = field(default_factory=dict)

    @classmethod
    def of(cls, times: TravelTimes, areas: pd.Index, roles: pd.Series) -> Self:
        """Return the times of some areas; `roles` by site id."""
        ids = times.minutes.columns
        codes = pd.Categorical(roles.reindex(ids), list(ROLES)).codes.astype(np.int64)
        km = None if times.distance_km is None else _matrix_of(times.distance_km, areas, ids)
        place = {str(site): column for column, site in enumerate(ids)}
        names = pd.array([*ids, None], dtype="str")
        return cls(ids, _matrix_of(times.minutes, areas, ids), km, codes, place, names)

    def nearest(self, sites: frozenset[str]) -> Nearest:
        """Return the nearest of some sites to each area; a tie goes to the lowest site id."""
        if sites not in self.found:
            self.found[sites] = self._search(sites)
        return self.found[sites]

    def _search(self, sites: frozenset[str]) -> Nearest:
        rows = np.arange(len(self.minutes))
        if not sites:
            nowhere = np.full(len(rows), NO_SITE)
            return Nearest(nowhere, nowhere, *(np.full(len(rows), far) for far in (np.inf, np.nan)))
        # Columns are in the order of the ids, and argmin takes the first of equals.
        columns = np.array([self.place[site] for site in sorted(sites)])
        best = np.empty_like(rows)
        for some in row_blocks((len(rows), len(columns))):
            best[some] = self.minutes[some].take(columns, axis=1).argmin(axis=1)
        minutes = self.minutes[rows, columns[best]]
        # All sites out of reach: no site, and not the first of them.
        reached = np.isfinite(minutes)
        site = np.where(reached, columns[best], NO_SITE)
        km = np.full(len(rows), np.nan)
        if self.km is not None:
            km[reached] = self.km[rows[reached], site[reached]]
        return Nearest(site, np.where(reached, self.roles[site], NO_SITE), minutes, km)


def nearest_site(times: TravelTimes, open_sites: Collection[str]) -> pd.DataFrame:
    """Return for every area its nearest open site; a tie goes to the lowest site id.

    Columns `site_id` (missing where none can be reached), `travel_time_min` (+inf there) and
    `distance_km` (NaN where the times carry no distances, or none can be reached).
    """
    sites, columns = _columns_of(times, open_sites)
    ids = times.minutes.columns
    minutes = times.minutes.to_numpy()[:, columns]
    # A last column of +inf stands for "no site", so that there is always a least; sites are in
    # the order of their ids, and argmin takes the first of equals.
    none = np.full((len(minutes), 1), np.inf)
    padded = np.hstack([minutes, none])
    best = padded.argmin(axis=1)
    rows = np.arange(len(minutes))
    # All sites out of reach: no site, and not the first of them.
    best = np.where(np.isfinite(padded[rows, best]), best, len(sites))
    distance = np.full(len(minutes), np.nan)
    if times.distance_km is not None:
        reached = best < len(sites)
        of_sites = times.distance_km.columns.get_indexer(ids[columns])
        km = times.distance_km.to_numpy()
        distance[reached] = km[rows[reached], of_sites[best[reached]]]
    return pd.DataFrame(
        {
            "site_id": pd.array([*sites, None], dtype="str")[best],
            "travel_time_min": padded[rows, best],
            "distance_km": distance,
        },
        index=times.minutes.index,
    )


def nearest_minutes(times: TravelTimes, open_sites: Collection[str]) -> pd.Series:
    """Return the minutes of `nearest_site` alone: +inf where no site can be reached."""
    _, columns = _columns_of(times, open_sites)
    # Site by site, for these are next to each other in memory.
    by_site = times.minutes.to_numpy().T
    minutes = np.full(len(times.minutes), np.inf)
    for column in columns:
        np.fmin(minutes, by_site[column], out=minutes)
    return pd.Series(minutes, times.minutes.index)


def _columns_of(
    times: TravelTimes, open_sites: Collection[str]
) -> tuple[list[str], NDArray[np.intp]]:
    """Return sites in the order of their ids, and their columns in the table of minutes."""
    sites, ids = sorted(open_sites), times.minutes.columns
    columns = ids.get_indexer(pd.Index(sites, dtype=ids.dtype))
    if (columns < 0).any():
        times.select(sites)  # which refuses them, and names them
    return sites, columns


def _matrix_of(table: pd.DataFrame, areas: pd.Index, sites: pd.Index) -> Floats:
    """Return a table as an array, areas by sites in this order; not copied if it has this order."""
    if table.index.equals(areas) and table.columns.equals(sites):
        return table.to_numpy()
    matrix: Floats = table[sites].to_numpy()[table.index.get_indexer(areas)]
    return matrix
