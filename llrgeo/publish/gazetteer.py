"""The names that readers search by: authorities, wards, towns and villages, each with its areas.

A town is more than one area. The names of wards tell which ones it has, where they say so;
points of gazetteers are too rough for that (GeoNames rounds some to a minute, 2 km).
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import pi, sqrt
from typing import Final, Literal, NamedTuple, Self

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.appraisal.people.area_facts import has_authorities
from llrgeo.inputs.base_map import BaseMap
from llrgeo.schema import BNG

_WARD: Final = "ward"
_APART_M: Final = 8_000.0  # two of the same name nearer than this are one place
_RESIDENTS_PER_KM2: Final = 3_000.0  # of a town, to guess how far it reaches
_PARTS: Final = re.compile(r"\s*(?:&|,|\band\b|\bwith\b)\s*")


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A name that can be searched for.

    Attributes
    ----------
    kind
        What bears the name.
    areas
        Positions of its areas in the table of areas; empty for a place outside them all.
    at
        Its middle, metres (EPSG:27700): of a town where the gazetteer puts it, of others the mean
        of their areas.
    """

    name: str
    kind: Literal["authority", "ward", "town"]
    areas: tuple[int, ...]
    at: tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Wards:
    """Wards, found by place: a country has thousands, and towns ask for those nearby.

    Attributes
    ----------
    at
        Their middles, metres, shape (wards, 2).
    """

    wards: list[NamedPlace]
    at: np.ndarray

    @classmethod
    def of(cls, places: list[NamedPlace]) -> Self:
        wards = [place for place in places if place.kind == "ward"]
        return cls(wards, np.array([ward.at for ward in wards]).reshape(-1, 2))

    def near(self, middle: tuple[float, float]) -> list[NamedPlace]:
        """Return the wards whose middle is nearer than `_APART_M`, in their order."""
        apart = np.hypot(*(self.at - middle).T)
        return [self.wards[i] for i in np.flatnonzero(apart < _APART_M)]


def named_places(areas: gpd.GeoDataFrame, base: BaseMap) -> list[NamedPlace]:
    """Return every name, authorities first, then wards, then towns and villages by residents.

    A town that is called as an authority or a ward nearby is left out: those know their areas.
    """
    points = areas.to_crs(BNG).geometry
    at = np.column_stack([points.x, points.y])
    with_areas = [*_authorities(areas, at), *_wards(areas, at)]
    return [*with_areas, *_towns(base, at, with_areas)]


def area_at(points: gpd.GeoSeries, base: BaseMap) -> list[int]:
    """Return the position of the area whose outline holds each point, or -1 for none."""
    outlines = base.outlines_m
    found = np.full(len(points), -1)
    inside, holder = outlines.sindex.query(points.to_crs(BNG), predicate="within")
    found[inside] = holder
    return [int(place) for place in found]


def _authorities(areas: pd.DataFrame, at: np.ndarray) -> Iterator[NamedPlace]:
    if has_authorities(areas):
        for name, group in areas.groupby("authority").indices.items():
            places = np.asarray(group)
            yield NamedPlace(str(name), "authority", tuple(places.tolist()), _middle(at[places]))


def _wards(areas: pd.DataFrame, at: np.ndarray) -> Iterator[NamedPlace]:
    """Yield wards; two authorities may each have one of the same name."""
    if _WARD in areas.columns:
        named = areas.reset_index(drop=True)
        named = named[named[_WARD].fillna("") != ""]
        keys = ["authority", _WARD] if has_authorities(areas) else [_WARD]
        for key, rows in named.groupby(keys):
            places = rows.index.to_numpy()
            yield NamedPlace(str(key[-1]), "ward", tuple(places.tolist()), _middle(at[places]))


class _Town(NamedTuple):
    """A town or village of the base map."""

    name: str
    residents: float
    middle: tuple[float, float]  # metres east and north
    area: int  # the position of the area that holds its middle; -1 for none


def _towns(base: BaseMap, at: np.ndarray, with_areas: list[NamedPlace]) -> Iterator[NamedPlace]:
    """Yield the towns and villages that are none of the places that know their areas."""
    towns = base.places.to_crs(BNG)
    towns = towns.sort_values(["residents", "name"], ascending=[False, True], ignore_index=True)
    holders = area_at(towns.geometry, base)
    points = zip(towns.geometry.x, towns.geometry.y, strict=True)
    wards = _Wards.of(with_areas)
    named = defaultdict(list)
    for place in with_areas:
        named[_plain(place.name)].append(place)
    for name, residents, (x, y), holder in zip(
        towns["name"], towns["residents"], points, holders, strict=True
    ):
        town = _Town(str(name), float(residents), (float(x), float(y)), holder)
        # A town that bears the name of a ward or authority nearby is that place: not listed again.
        namesakes = named.get(_plain(town.name), [])
        if all(_distance_m(place.at, town.middle) >= _APART_M for place in namesakes):
            yield NamedPlace(town.name, "town", _areas_of_town(at, wards, town), town.middle)


def _areas_of_town(at: np.ndarray, wards: _Wards, town: _Town) -> tuple[int, ...]:
    """Return the areas of a town: of the wards named after it, or else those near its middle.

    `at` has the middles of areas in metres, shape (areas, 2); areas are returned by position.
    """
    if town.area < 0:
        return ()
    # A ward is of the town if its name, or a part of it (A & B), begins with the town's name.
    begins = re.compile(rf"{re.escape(_plain(town.name))}\b")
    namesakes = [
        ward
        for ward in wards.near(town.middle)
        if any(begins.match(_plain(part)) for part in _PARTS.split(ward.name))
    ]
    if namesakes:
        return tuple(sorted({place for ward in namesakes for place in ward.areas}))
    # As wide as a disc that holds its residents; the area that holds its middle in any case.
    reach = 1_000 * sqrt(max(town.residents, 0.0) / _RESIDENTS_PER_KM2 / pi)
    near = np.flatnonzero(np.hypot(*(at - town.middle).T) <= reach)
    return tuple(sorted({town.area, *near.tolist()}))


@lru_cache(maxsize=10_000)
def _plain(name: str) -> str:
    """Return a name without case, hyphens and apostrophes."""
    return re.sub(r"[\s\-]+", " ", str(name).lower().replace("'", "")).strip()


def _middle(points: np.ndarray) -> tuple[float, float]:
    x, y = points.mean(axis=0)
    return float(x), float(y)


def _distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    return float(np.hypot(one[0] - other[0], one[1] - other[1]))
