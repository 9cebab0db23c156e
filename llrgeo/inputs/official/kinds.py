"""The kinds of official data that can be fetched alone, and what each asks for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from llrgeo.errors import InputError
from llrgeo.inputs.official import (
    bods,
    deprivation,
    eric,
    geofabrik,
    nomis,
    ods,
    postcodes,
    projections,
    small_area_estimates,
)
from llrgeo.inputs.official import ons_geography as geography
from llrgeo.inputs.official.downloader import Downloader
from llrgeo.inputs.official.place import Place, read_centroids
from llrgeo.inputs.official.sources import Sources

CENSUS: Final = (
    "census_residents",
    "census_age",
    "census_disability",
    "census_health",
    "census_cars",
    "census_ethnic_group",
    "census_language",
)
REPORTS: Final = ("practices", "branches", "trust_sites", "trusts", "networks")

Fetch = Callable[[Downloader, Sources, Place], object]


def fetch_kind(kind: str, downloader: Downloader, sources: Sources, place: Place) -> None:
    """Have all answers of a kind in the cache, checked.

    Raises
    ------
    InputError
        If there is no such kind, or an answer cannot be had or is not what it must be.
    """
    kind_named(kind).fetch(downloader, sources, place)


def census_authorities(downloader: Downloader, sources: Sources, place: Place) -> list[str]:
    """Return the codes that the authorities of a place had in 2024, as the census has them."""
    wards = geography.read_rows(downloader, sources["wards"], place.codes)
    return sorted(set(wards["authority_code"]))


def bus_regions(downloader: Downloader, sources: Sources, place: Place) -> list[str]:
    """Return the names of the regions that a place lies in."""
    codes = census_authorities(downloader, sources, place)
    return sorted(set(geography.read_rows(downloader, sources["regions"], codes)["region"]))


def _lookup(downloader: Downloader, sources: Sources, place: Place) -> None:
    for name in ("wards", "rural_urban"):
        geography.read_rows(downloader, sources[name], place.codes)
    bus_regions(downloader, sources, place)


def _boundaries(downloader: Downloader, sources: Sources, place: Place) -> None:
    for name in ("boundaries", "boundaries_generalised"):
        geography.read_boundaries(downloader, sources[name], place.codes)


def _census(downloader: Downloader, sources: Sources, place: Place) -> None:
    authorities = census_authorities(downloader, sources, place)
    for name in CENSUS:
        nomis.read_table(downloader, sources[name], authorities, place.codes)


def _population(downloader: Downloader, sources: Sources, place: Place) -> None:
    authorities = census_authorities(downloader, sources, place)
    nomis.read_table(downloader, sources["estimates"], authorities, place.codes)


def _workbook(downloader: Downloader, sources: Sources, place: Place) -> None:
    small_area_estimates.read_estimates(downloader, sources["estimates_workbook"], place.codes)


def _projections(downloader: Downloader, sources: Sources, place: Place) -> None:
    authorities = census_authorities(downloader, sources, place)
    projections.fetch_projections(downloader, sources["projections"], authorities)


def _deprivation(downloader: Downloader, sources: Sources, place: Place) -> None:
    deprivation.read_deprivation(downloader, sources, place.codes)


def _areas(downloader: Downloader, sources: Sources, place: Place) -> None:
    for fetch in (_lookup, _centroids, _census, _population, _deprivation):
        fetch(downloader, sources, place)


def _centroids(downloader: Downloader, sources: Sources, place: Place) -> None:
    read_centroids(downloader, sources, place)


def _sites(downloader: Downloader, sources: Sources, _: Place) -> None:
    for name in REPORTS:
        ods.read_report(downloader, sources[name])


def _estate(downloader: Downloader, sources: Sources, _: Place) -> None:
    eric.read_returns(downloader, sources["returns"])


def _postcodes(downloader: Downloader, sources: Sources, _: Place) -> None:
    postcodes.fetch_postcodes(downloader, sources["postcodes"])


def _osm(downloader: Downloader, sources: Sources, place: Place) -> None:
    points = read_centroids(downloader, sources, place)
    geofabrik.fetch_extracts(downloader, sources["street_index"], sources["streets"], points)


def _timetables(downloader: Downloader, sources: Sources, place: Place) -> None:
    regions = bus_regions(downloader, sources, place)
    bods.fetch_timetables(downloader, sources["timetables"], regions)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of official data: what fetches it, and the kinds of sources that it asks."""

    fetch: Fetch
    sources: tuple[str, ...]


KINDS: Final[Mapping[str, Kind]] = {
    "areas": Kind(_areas, ("lookup", "centroids", "census", "population", "deprivation")),
    "lookup": Kind(_lookup, ("lookup",)),
    "centroids": Kind(_centroids, ("lookup", "centroids")),
    "boundaries": Kind(_boundaries, ("lookup", "boundaries")),
    "census": Kind(_census, ("lookup", "census")),
    "population": Kind(_population, ("lookup", "population")),
    "workbook": Kind(_workbook, ("lookup", "workbook")),
    "projections": Kind(_projections, ("lookup", "projections")),
    "deprivation": Kind(_deprivation, ("lookup", "deprivation")),
    "sites": Kind(_sites, ("lookup", "sites")),
    "estate": Kind(_estate, ("lookup", "estate")),
    "postcodes": Kind(_postcodes, ("lookup", "postcodes")),
    "osm": Kind(_osm, ("lookup", "centroids", "osm")),
    "timetables": Kind(_timetables, ("lookup", "timetables")),
}
"""Each kind by the name that `llrgeo fetch` has for it; `areas` is what a table of areas needs."""


STUDY: Final = (
    *("icb_names", "lookup", "wards", "rural_urban", "regions", "centroids", "boundaries"),
    *CENSUS,
    *("estimates", "deprivation", "returns", "practices", "branches", "trust_sites", "postcodes"),
    *("street_index", "streets", "projections", "timetables"),
)
"""The sources of a whole study of boards, by their ids."""


def list_sources(kind: str, downloader: Downloader, sources: Sources) -> pd.DataFrame:
    """Return what a kind asks, without asking: a row for each source.

    The kind `study` is not fetched alone: it is what a whole study of boards asks.

    Returns
    -------
    pandas.DataFrame
        `source`, `vintage`, `about_mb` (as last known, for one board), `kept` (answers in the
        cache) and `address`, without the parameters that depend on other answers.

    Raises
    ------
    InputError
        If there is no such kind.
    """
    if kind == "study":
        asked = [sources[source_id] for source_id in STUDY]
    else:
        kinds = kind_named(kind).sources
        asked = [source for source in sources.by_id.values() if source.kind in kinds]
    rows = [
        (source.id, source.vintage, source.about_mb, downloader.cache.count(source.id), source.url)
        for source in asked
    ]
    return pd.DataFrame(rows, columns=["source", "vintage", "about_mb", "kept", "address"])


def kind_named(kind: str) -> Kind:
    """Return a kind by its name.

    Raises
    ------
    InputError
        If there is no such kind.
    """
    if kind not in KINDS:
        msg = f"nothing to fetch called '{kind}'; known are {', '.join(KINDS)}"
        raise InputError(msg)
    return KINDS[kind]
