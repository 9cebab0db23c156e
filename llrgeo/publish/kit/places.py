"""Places that have a page of their own: towns, larger villages and wards, with their areas."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.appraisal.people.area_facts import has_authorities
from llrgeo.errors import PublishError
from llrgeo.inputs.base_map import TOWN_RESIDENTS, BaseMap
from llrgeo.publish.file_names import names_apart
from llrgeo.schema import BNG, WGS84, name_some

WARD_RESIDENTS: Final = TOWN_RESIDENTS  # a ward has a page from as many people as a town

# By what share the people of a town and of what bears its name may differ.
_SAME: Final = {"authority": 0.1, "wards": 0.25}

NamedPlaceKind = Literal["town", "ward"]
Apart = Literal["", "authority", "people"]
Basis = Literal["authority", "wards", "middle", "ward"]


@dataclass(frozen=True, slots=True)
class KitPlace:
    """A place with a page.

    Attributes
    ----------
    name
        As readers know it.
    kind
        A town or village, or a ward.
    authority
        The authority that most of its people live in; empty where areas name none.
    areas
        The ids of its areas, in the order of the table of areas.
    people
        How many live in these areas.
    basis
        By what its areas were chosen: a town's as those of the authority or the wards of its name,
        or as the nearest to its middle; a ward's by their ward.
    slug
        Its name in the names of files: letters a to z, digits and underscores.
    apart
        What tells it from another town, or another ward, of its name: its authority, or if they
        share that too, its people. Empty where no other has its name.
    """

    name: str
    kind: NamedPlaceKind
    authority: str
    areas: tuple[str, ...]
    people: int
    basis: Basis
    slug: str = ""
    apart: Apart = ""


def kit_places(areas: gpd.GeoDataFrame, base: BaseMap, names: Iterable[str] = ()) -> list[KitPlace]:
    """Return the places that have a page: towns from the largest, then wards by authority and name.

    No outline of a town is known. Its areas are those of the authority of its name, else of the
    wards whose names begin with its own, if about as many people live there; else those nearest to
    its middle in which about as many people live. Towns outside of all areas have no page, nor have
    wards of few people, but for those that are among `names`; where nobody lives there is none.
    """
    named = {name.strip().casefold() for name in names}
    found = [*_towns(areas, base)]
    if "ward" in areas.columns:
        for (_, ward), rows in areas.groupby(["authority", "ward"], sort=True):
            large = rows["residents"].sum() >= WARD_RESIDENTS
            if ward and (large or str(ward).casefold() in named):
                found.append(_place(areas, str(ward), "ward", rows.index))
    return list(_named_apart(place for place in found if place.people))


def chosen_places(places: Iterable[KitPlace], names: Iterable[str]) -> list[KitPlace]:
    """Return the places of given names or slugs, in any case; all of them if no name is given.

    A name that a town and a ward share chooses both.

    Raises
    ------
    PublishError
        If a name is of no place that has a page.
    """
    listed, names_asked = list(places), [name.strip() for name in names]
    wanted = {name.casefold() for name in names_asked}
    called = [{place.name.casefold(), place.slug} for place in listed]
    unknown = [
        name
        for name in names_asked
        if not any(name.casefold() in place_names for place_names in called)
    ]
    if unknown:
        msg = f"no town or ward is called {name_some(unknown)}{_there_are(unknown[0], listed)}"
        raise PublishError(msg)
    if not wanted:
        return listed
    return [
        place
        for place, place_names in zip(listed, called, strict=True)
        if not place_names.isdisjoint(wanted)
    ]


def _towns(areas: gpd.GeoDataFrame, base: BaseMap) -> Iterator[KitPlace]:
    towns = base.towns.to_crs(WGS84).reset_index(drop=True)
    outlines = base.outlines.to_crs(WGS84)
    inside, _ = outlines.sindex.query(towns.geometry, predicate="within")
    towns = towns.loc[sorted(set(inside.tolist()))]
    towns = towns.sort_values(["residents", "name"], ascending=[False, True])
    middles = towns.geometry.to_crs(BNG)
    for row in towns.index:
        name, people = str(towns["name"][row]), float(towns["residents"][row])
        # An authority or wards of the town's name, if they hold about as many people; else the
        # areas nearest to its middle, as many as hold its people.
        for basis, ids in _of_its_name(areas, name):
            if abs(areas["residents"].loc[ids].sum() - people) <= _SAME[basis] * people:
                yield _place(areas, name, basis, ids)
                break
        else:
            distance = areas.geometry.distance(middles[row]).to_numpy()
            yield _place(areas, name, "middle", _nearest(areas["residents"], distance, people))


def _of_its_name(areas: pd.DataFrame, name: str) -> Iterator[tuple[Basis, pd.Index]]:
    """Yield the areas of the authority, and those of the wards, that bear a town's name."""
    if has_authorities(areas):
        yield "authority", areas.index[areas["authority"] == name]
    if "ward" in areas.columns:
        named = areas["ward"].map(
            lambda ward: ward == name or ward.startswith((f"{name} ", f"{name}-"))
        )
        # A name that wards of two authorities begin with could mean either: it decides nothing.
        if len(areas.loc[named, "authority"].unique()) == 1:
            yield "wards", areas.index[named]


def _nearest(residents: pd.Series, distance: np.ndarray, people: float) -> pd.Index:
    """Return the areas nearest to a point whose residents come closest to a number of people."""
    order = np.argsort(distance, kind="stable")
    counted = residents.to_numpy()[order].cumsum()
    # Counted from the middle outwards: the last area is taken only if that brings the sum closer.
    size = int(np.argmin(np.abs(counted - people))) + 1
    return residents.index[order[:size]]


def _place(areas: pd.DataFrame, name: str, basis: Basis, ids: pd.Index) -> KitPlace:
    chosen, authority = areas.loc[areas.index.isin(ids)], ""
    if has_authorities(areas):
        # A place in several authorities is listed under the one that most of its residents live in.
        authority = str(chosen.groupby("authority")["residents"].sum().idxmax())
    return KitPlace(
        name,
        "ward" if basis == "ward" else "town",
        authority,
        tuple(chosen.index),
        int(chosen["residents"].sum()),
        basis,
    )


def _named_apart(places: Iterable[KitPlace]) -> Iterator[KitPlace]:
    """Yield places with a slug each, and what tells those of one name apart.

    A second place of a slug has a number behind it.
    """
    listed = list(places)
    called = Counter((place.kind, place.name) for place in listed)
    within = Counter((place.kind, place.name, place.authority) for place in listed)
    names = [
        f"ward {place.authority} {place.name}" if place.kind == "ward" else place.name
        for place in listed
    ]
    for place, slug in zip(listed, names_apart(names), strict=True):
        apart: Apart = ""
        if called[place.kind, place.name] > 1:
            in_one = within[place.kind, place.name, place.authority] > 1
            apart = "people" if in_one or not place.authority else "authority"
        yield replace(place, slug=slug, apart=apart)


def _there_are(unknown: str, places: Iterable[KitPlace]) -> str:
    """Return the end of a message: which places have a page, the nearest of a name first."""
    names = [place.name for place in places]
    within = [name for name in names if unknown and unknown.casefold() in name.casefold()]
    near = (within or get_close_matches(unknown, names))[:3]
    meant = f"did you mean {' or '.join(near)}? Places" if near else "places"
    return f"; {meant} with a page: {name_some(names) or 'none'}"
