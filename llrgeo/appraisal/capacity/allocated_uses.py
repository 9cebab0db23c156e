"""Allocated uses: who goes where for each option and service, and what is stated of the sites.

Tables of capacity ask the same of an allocation again and again: the share of each area that goes
to each site, the base that answers to it, the beds there. Here each answer is worked out once.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, Self, TypeAlias, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.arrays import Floats

Stated: TypeAlias = Literal["beds", "rooms", "machines"]
STATED: Final[tuple[Stated, ...]] = get_args(Stated)
"""What a table of sites may state."""


@dataclass(frozen=True)  # without slots, which would leave no place for what is worked out once
class AllocatedUses:
    """An allocation by its uses, each an option and a service.

    Callers must not change what is returned: it is kept.

    Attributes
    ----------
    table
        As `CapacitySetting.allocation`.
    places
        As `CapacitySetting.sites`.
    areas
        The areas in the order of every answer.
    """

    table: pd.DataFrame
    places: pd.DataFrame
    areas: pd.Index

    @classmethod
    def none(cls) -> Self:
        """Return those of an allocation without rows."""
        return cls(pd.DataFrame(), pd.DataFrame(), pd.Index([]))

    @cached_property
    def options(self) -> list[str]:
        """The options in the order of the table."""
        return [str(name) for name in self.table["option"].unique()]

    def sites(self, option: str, service: str) -> pd.Index:
        """Return the sites that a use names, each once, as they first appear."""
        named: pd.Index = pd.Index(self._named["site_id"].take(self._rows(option, service)))
        return named.unique()

    def shares(self, option: str, service: str) -> pd.DataFrame:
        """Return areas by sites, in the order of their ids: the share of an area's contacts."""
        use = option, service
        if use not in self._shares:
            rows = self._rows(option, service)
            code, sites = pd.factorize(self._named["site_id"].take(rows), sort=True)
            shape = len(self.areas), len(sites)
            cell = self._area[rows] * len(sites) + code
            shares = np.bincount(cell, self._share[rows], shape[0] * shape[1]).reshape(shape)
            columns = pd.Index(sites, name="site_id")
            self._shares[use] = pd.DataFrame(shares, self.areas, columns, copy=False)
        return self._shares[use]

    def drive_min(self, option: str, service: str) -> pd.DataFrame:
        """Return `site_id` and `travel_time_min` by area, of the site with the greatest share."""
        use = option, service
        if use not in self._drives:
            rows = self._rows(option, service)
            rising = rows[np.argsort(self._share[rows], kind="stable")]
            # Of sites that share an area the one with the greatest share is written last.
            last = np.full(len(self.areas), -1, np.intp)
            last[self._area[rising]] = rising
            self._drives[use] = pd.DataFrame(
                {
                    name: self._named[name].array.take(last, allow_fill=True)
                    for name in ("site_id", "travel_time_min")
                },
                self.areas,
            )
        return self._drives[use]

    def stated(
        self, option: str, service: str, what: str, used_by: Sequence[str] = ()
    ) -> pd.Series:
        """Return beds, rooms or machines by site; see `CapacitySetting.stated`."""
        key = option, service, what, tuple(used_by)
        if key not in self._stated:
            rows = self._places_by_use.get((option, service), np.empty(0, np.intp))
            # A kind of machine may be called as a service is: rows that state something else alone
            # are not of it.
            values = self._values_of_places
            others = [values[name][rows] for name in STATED if name != what]
            of_machine = rows[~np.isnan(values[what][rows]) | np.isnan(others).all(axis=0)]
            sites = pd.Index(self.places["site_id"].take(of_machine))
            found = pd.Series(values[what][of_machine], sites, name=what)
            for name in used_by or [service]:
                sites = sites.union(self.sites(option, name))
            self._stated[key] = found.reindex(sites)
        return self._stated[key]

    def of_places(self, option: str, service: str) -> pd.DataFrame:
        """Return the rows of the sites that are of a use."""
        return self.places.iloc[self._places_by_use.get((option, service), [])]

    def only(self, options: Collection[str], services: Collection[str]) -> "AllocatedUses":
        """Return the uses of some options and services alone, and what is stated of these.

        Rows of the table that name no site are left out.
        """
        table, places = (
            frame[frame["option"].isin(options) & frame["service"].isin(services)]
            for frame in (self._named, self.places)
        )
        return AllocatedUses(table, places, self.areas)

    def at_sites(self, option: str, service: str, of_areas: pd.Series, sites: pd.Index) -> Floats:
        """Return contacts of areas by site, shape (sites,): 0 where nobody goes."""
        shares = self.shares(option, service)
        found = np.zeros(len(sites))
        found[sites.get_indexer(shares.columns)] = np.dot(of_areas.to_numpy(), shares.to_numpy())
        return found

    def mark(self, option: str, service: str) -> tuple[bytes, ...]:
        """Return a key of a use's rows: options that allocate a service alike share it."""
        rows = self._rows(option, service)
        columns = (
            self._area,
            self._site,
            self._share,
            self._named["travel_time_min"].to_numpy(float),
        )
        return tuple(column[rows].tobytes() for column in columns)

    def _rows(self, option: str, service: str) -> NDArray[np.intp]:
        """Return the positions of a use's rows in the table of those that name a site."""
        return self._by_use.get((option, service), np.empty(0, np.intp))

    @cached_property
    def _named(self) -> pd.DataFrame:
        """The rows that name a site."""
        return self.table[self.table["site_id"].notna()]

    @cached_property
    def _area(self) -> NDArray[np.intp]:
        return self.areas.get_indexer(pd.Index(self._named["area_id"]))

    @cached_property
    def _site(self) -> NDArray[np.intp]:
        return pd.factorize(self._named["site_id"])[0]

    @cached_property
    def _by_use(self) -> dict[tuple[str, str], NDArray[np.intp]]:
        return _positions(self._named)

    @cached_property
    def _share(self) -> Floats:
        return self._named["share"].to_numpy(float)

    @cached_property
    def _places_by_use(self) -> dict[tuple[str, str], NDArray[np.intp]]:
        return _positions(self.places)

    @cached_property
    def _values_of_places(self) -> dict[str, Floats]:
        """What each row of the places states, NaN where it does not, by the names of `STATED`."""
        missing = np.full(len(self.places), np.nan)
        stated = self.places.columns.intersection(list(STATED))
        return dict.fromkeys(STATED, missing) | {
            str(name): self.places[name].to_numpy(float) for name in stated
        }

    @cached_property
    def _shares(self) -> dict[tuple[str, str], pd.DataFrame]:
        return {}

    @cached_property
    def _drives(self) -> dict[tuple[str, str], pd.DataFrame]:
        return {}

    @cached_property
    def _stated(self) -> dict[tuple[str, str, str, tuple[str, ...]], pd.Series]:
        return {}


def _positions(table: pd.DataFrame) -> dict[tuple[str, str], NDArray[np.intp]]:
    """Return the positions of the rows of each option and service, in the order of the table."""
    code, uses = pd.MultiIndex.from_frame(table[["option", "service"]]).factorize()
    rows = np.split(np.argsort(code, kind="stable"), np.cumsum(np.bincount(code))[:-1])
    return {(str(use[0]), str(use[1])): of for use, of in zip(uses, rows, strict=bool(len(uses)))}
