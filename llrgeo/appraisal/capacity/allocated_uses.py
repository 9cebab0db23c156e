"""Allocated uses: who goes where for each option and service, as arrays that are made once.

Tables of capacity ask the same of an allocation again and again: the share of each area that goes
to each site, and the base that answers to it. Here each answer is worked out once.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Whole = NDArray[np.intp]


@dataclass(frozen=True)  # without slots, which would leave no place for what is worked out once
class AllocatedUses:
    """An allocation by its uses, each an option and a service.

    Attributes
    ----------
    table
        As `CapacitySetting.allocation`.
    areas
        The areas in the order of every answer.
    """

    table: pd.DataFrame
    areas: pd.Index

    @classmethod
    def none(cls) -> Self:
        """Return those of an allocation without rows."""
        return cls(pd.DataFrame(), pd.Index([]))

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
            shares = np.zeros((len(self.areas), len(sites)))
            np.add.at(shares, (self._area[rows], code), self._named["share"].to_numpy(float)[rows])
            columns = pd.Index(sites, name="site_id")
            self._shares[use] = pd.DataFrame(shares, self.areas, columns, copy=False)
        return self._shares[use]

    def drive_min(self, option: str, service: str) -> pd.DataFrame:
        """Return `site_id` and `travel_time_min` by area, of the site with the greatest share."""
        use = option, service
        if use not in self._drives:
            rows = self._rows(option, service)
            rising = rows[np.argsort(self._named["share"].to_numpy(float)[rows], kind="stable")]
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

    def mark(self, option: str, service: str) -> tuple[bytes, ...]:
        """Return what two options that allocate a service alike have in common, row by row."""
        rows = self._rows(option, service)
        columns = (
            self._area,
            self._site,
            *(self._named[name].to_numpy(float) for name in ("share", "travel_time_min")),
        )
        return tuple(column[rows].tobytes() for column in columns)

    def _rows(self, option: str, service: str) -> Whole:
        """Return the positions of a use's rows in the table of those that name a site."""
        return self._by_use.get((option, service), np.empty(0, np.intp))

    @cached_property
    def _named(self) -> pd.DataFrame:
        """The rows that name a site."""
        return self.table[self.table["site_id"].notna()]

    @cached_property
    def _area(self) -> Whole:
        return self.areas.get_indexer(pd.Index(self._named["area_id"]))

    @cached_property
    def _site(self) -> Whole:
        return pd.factorize(self._named["site_id"])[0]

    @cached_property
    def _by_use(self) -> dict[tuple[str, str], Whole]:
        uses = pd.MultiIndex.from_frame(self._named[["option", "service"]])
        code, named = uses.factorize()
        # Rows of a use stay in the order of the table, of which the last may decide (`drive_min`).
        rows = np.split(np.argsort(code, kind="stable"), np.cumsum(np.bincount(code))[:-1])
        return {(str(use[0]), str(use[1])): of for use, of in zip(named, rows, strict=True)}

    @cached_property
    def _shares(self) -> dict[tuple[str, str], pd.DataFrame]:
        return {}

    @cached_property
    def _drives(self) -> dict[tuple[str, str], pd.DataFrame]:
        return {}
