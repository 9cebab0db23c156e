"""Staff travel: minutes and kilometres on the road for one visit at home, by area.

Out and back for each visit, as for crisis response; or in rounds from the nearest base, for the
services of which a study says so (docs/methods 11).
"""

from typing import Final, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.round_travel import (
    RoundsForm,
    VisitedHomes,
    VisitTravel,
    round_travel,
)
from llrgeo.arrays import Floats, Ints
from llrgeo.errors import InputError
from llrgeo.schema import BNG

_THERE_AND_BACK: Final = 2
_M_PER_KM: Final = 1_000


class NearestBases(Protocol):
    """Which base serves each area: `use_arrays.Nearest`; shape (n,)."""

    @property
    def site(self) -> Ints:
        """Return the place of the base among the sites; below 0 where there is none."""
        ...

    @property
    def minutes(self) -> Floats:
        """Return the minutes from base to home; +inf where there is none."""
        ...

    @property
    def km(self) -> Floats:
        """Return the kilometres; NaN where there is none, or the times carry no distances."""
        ...


def out_and_back(minutes: Floats, km: Floats) -> VisitTravel:
    """Return the travel of a journey out and back for each visit."""
    return VisitTravel(minutes * _THERE_AND_BACK, km * _THERE_AND_BACK)


def rounds_from_bases(
    visits: Floats, bases: NearestBases, points_m: tuple[Floats, Floats], form: RoundsForm
) -> VisitTravel:
    """Return the travel of a visit in the rounds of each base, by area.

    Parameters
    ----------
    visits
        Visits a year; shape (n,).
    bases
        Which base serves each area.
    points_m
        East and north of areas, shape (n, 2), and of bases, shape (m, 2), in metres.
    form
        How the rounds are driven.
    """
    homes_m, bases_m = points_m
    minutes, km = np.full(len(visits), np.inf), np.full(len(visits), np.nan)
    # Rounds are of one base: its homes make the region that they are driven in.
    for base in np.unique(bases.site[bases.site >= 0]):
        served = bases.site == base
        straight = np.hypot(*(homes_m[served] - bases_m[base]).T) / _M_PER_KM
        homes = VisitedHomes(
            *(visits[served], bases.minutes[served], bases.km[served], straight), *homes_m[served].T
        )
        minutes[served], km[served] = round_travel(homes, form).visit
    return VisitTravel(minutes, km)


def points_of(places: pd.DataFrame, ids: pd.Index) -> Floats:
    """Return east and north of some places in metres, shape (ids, 2).

    Raises
    ------
    InputError
        If the table has no points: rounds depend on where homes and bases are.
    """
    if not isinstance(places, gpd.GeoDataFrame) or places.geometry.loc[ids].isna().any():
        msg = "rounds need to know where homes and bases are; give areas and sites with points"
        raise InputError(msg)
    points: gpd.GeoSeries = places.geometry
    east_north: Floats = points.to_crs(BNG).get_coordinates().loc[ids].to_numpy()
    return east_north
