"""The place that a study is of: the small areas of integrated care boards, or those of a table."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

import geopandas as gpd
import pandas as pd

from llrgeo.errors import InputError
from llrgeo.inputs.official import ons_geography as geography
from llrgeo.inputs.official.arcgis import ALL, count_rows, is_in
from llrgeo.inputs.official.deprivation import to_2021
from llrgeo.inputs.official.downloader import Downloader, all_or_none
from llrgeo.inputs.official.sources import Source, Sources
from llrgeo.schema import BNG, name_some

_BEFORE, _AFTER = "nhs ", (" integrated care board", " icb")
_LEAST_SIMILAR: Final = 0.4  # of two names of boards, by difflib
_BESIDE_M: Final = 1_000.0  # outlines are super-generalised: a centroid may lie beside its own
_ENGLISH: Final = r"E01\d{6}"


@dataclass(frozen=True, slots=True)
class Place:
    """Small areas of 2021 and the authorities they lie in.

    Attributes
    ----------
    areas
        On the code: `name`, `board`, `authority_code` and `authority` as of 2026.
    note
        What was done to have these areas, such as codes of 2011 brought over; empty if nothing.
    """

    areas: pd.DataFrame
    note: str = ""

    @property
    def codes(self) -> list[str]:
        """The codes of the areas, sorted."""
        return list(self.areas.index)


def find_boards(downloader: Downloader, sources: Sources, names: Sequence[str]) -> Place:
    """Return the place made up by integrated care boards, named as the NHS does or shorter.

    Capitals, commas, `&` for `and` and `ICB` make no other name; a board's ONS code is one too.

    Raises
    ------
    InputError
        If a board is not known, with the nearest names, or the lookup is not whole.
    """
    boards = geography.read_distinct(downloader, sources["icb_names"])
    # Only the whole of England tells that no area is missing: a board's own rows cannot.
    _check_all_rows(downloader, sources["lookup"])
    codes = {_short(name): code for code, name in boards.itertuples(index=False)}
    codes |= {code.casefold(): code for code in boards["board_code"]}
    official = {_short(name): name for name in boards["board"]}
    unknown = {
        name: _nearest(_short(name), official) for name in names if _short(name) not in codes
    }
    if unknown:
        faults = [
            f"no integrated care board '{name}' in {sources['icb_names'].vintage}"
            + (f"; {nearest}" if nearest else "")
            for name, nearest in unknown.items()
        ]
        if not all(unknown.values()):  # once, for all that nothing is like
            known = "; ".join(sorted(map(without_common, official.values())))
            faults.append(f"There are {known} (boards that merged have another name)")
        raise InputError(". ".join(faults))
    where = is_in(
        sources["lookup"].fields["board_code"], sorted({codes[_short(name)] for name in names})
    )
    return Place(_areas(geography.read_layer(downloader, sources["lookup"], where)))


def _nearest(wanted: str, official: Mapping[str, str]) -> str:
    """Return advice on an unknown board: boards with all of its words, otherwise similar ones.

    `official` has boards' names by their short ones. Blank if none is similar.
    """
    words = set(wanted.split())
    within = [name for short, name in official.items() if words > set(short.split())]
    if within:
        boards = " ".join(f'--icb "{without_common(name)}"' for name in within)
        return f"name each board by itself: {boards}"
    meant = [
        short
        for short in official
        if words and (words <= set(short.split()) or wanted == _initials(short))
    ]
    found = meant or get_close_matches(wanted, official, cutoff=_LEAST_SIMILAR)
    return f"nearest are {'; '.join(official[short] for short in found)}" if found else ""


def without_common(name: str) -> str:
    """Return a board's official name without the words that are in all boards' names."""
    return name.removeprefix("NHS ").removesuffix(" Integrated Care Board")


def _initials(short: str) -> str:
    """Return the initials of a short name: `llr` of `leicester leicestershire and rutland`."""
    return "".join(word[0] for word in short.split() if word not in {"and", "the", "of"})


def find_around(downloader: Downloader, sources: Sources, codes: Sequence[str]) -> Place:
    """Return the place made up by areas; codes of LSOAs of 2011 are brought over to 2021.

    Raises
    ------
    InputError
        If a code is neither of 2021 nor of 2011.
    """
    wanted = sorted(set(codes))
    wrong = [code for code in wanted if not pd.Series([code]).str.fullmatch(_ENGLISH).item()]
    if wrong or not wanted:
        msg = f"not codes of LSOAs of England: {name_some(wrong) or 'none are given'}"
        raise InputError(msg)
    found = geography.find_rows(downloader, sources["lookup"], wanted)
    older = sorted(set(wanted) - set(found["area_id"]))
    if not older:
        return Place(_areas(found))
    # A code that was dropped in 2021 can only be of 2011: then all are taken to be.
    lookup = geography.find_rows(downloader, sources["lsoa_2011"], wanted)
    unknown = sorted(set(older) - set(lookup["area_2011"]))
    if unknown:
        msg = (
            f"{len(unknown)} of {len(wanted)} codes are of no LSOA of 2021 or 2011 "
            f"({name_some(unknown)}); correct them, or leave them out"
        )
        raise InputError(msg)
    newer = to_2021(wanted, lookup)
    note = (
        f"The areas were given as LSOAs of 2011 ({len(older)} of {len(wanted)} codes are no longer "
        f"in use, such as {older[0]}); they are brought over to {len(newer)} LSOAs of 2021 by the "
        "official lookup"
    )
    return Place(_areas(geography.find_rows(downloader, sources["lookup"], newer)), note)


def read_centroids(downloader: Downloader, sources: Sources, place: Place) -> gpd.GeoSeries:
    """Return the population-weighted centroids of a place, EPSG:27700.

    Raises
    ------
    InputError
        If they cannot be had, or one is missing.
    """
    return geography.read_centroids(downloader, sources["centroids"], place.codes).geometry


@all_or_none
def read_outlines(downloader: Downloader, sources: Sources, place: Place) -> gpd.GeoDataFrame:
    """Return the polygons of a place on their code, EPSG:4326, each around its own centroid.

    Raises
    ------
    InputError
        If they cannot be had, or centroids lie more than 1 km outside of their polygons, as where
        eastings and northings have changed places.
    """
    shapes = geography.read_boundaries(downloader, sources["boundaries"], place.codes)
    centroids = read_centroids(downloader, sources, place)
    away_m = shapes.geometry.to_crs(BNG).distance(centroids)
    away = away_m.index[away_m > _BESIDE_M]
    if len(away):
        msg = (
            f"{sources['boundaries'].id}: {len(away):,} of {len(away_m):,} areas have their "
            f"centroid elsewhere ({name_some(away)}): are eastings and northings swapped?"
        )
        raise InputError(msg)
    return shapes


@all_or_none
def _check_all_rows(downloader: Downloader, source: Source) -> None:
    """Refuse a layer that has not as many rows in all as the table of sources states, if it does.

    A layer that lacks an area, or has one in two boards, is right by its own count otherwise.
    """
    wanted = source.options.get("all_rows")
    if wanted is None:
        return
    found = count_rows(downloader, source, ALL)
    if found != int(wanted):
        msg = f"{source.id}: {found:,} rows in all instead of the {int(wanted):,} of England"
        raise InputError(msg)


def _areas(rows: pd.DataFrame) -> pd.DataFrame:
    if rows.empty:
        msg = "the lookup has no areas there"
        raise InputError(msg)
    names = ["name", "board", "authority_code", "authority"]
    return rows.set_index("area_id")[names].sort_index()


def _short(name: str) -> str:
    """Return a board's name as small words, without what all have in common.

    `NHS Birmingham & Solihull ICB` and `birmingham and solihull` are one.
    """
    words = re.sub(r"[^\w\s]+", " ", name.casefold().replace("&", " and ")).split()
    lower = " ".join(words).removeprefix(_BEFORE)
    for common in _AFTER:
        lower = lower.removesuffix(common)
    return lower
