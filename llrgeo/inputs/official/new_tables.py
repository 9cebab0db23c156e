"""What a new study has beside areas and sites: projections, estate, sources, what is open."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from llrgeo.errors import InputError
from llrgeo.inputs.estate import SITE_CODE, check_estate, estate_from_return
from llrgeo.inputs.official import nomis
from llrgeo.inputs.official import ons_geography as geography
from llrgeo.inputs.official.area_table import TOTAL
from llrgeo.inputs.official.downloader import Downloader, FetchError
from llrgeo.inputs.official.place import Place, without_common
from llrgeo.inputs.official.projections import fetch_projections
from llrgeo.inputs.official.site_table import ACUTE, TODO_COLUMNS
from llrgeo.inputs.official.sources import Source, Sources
from llrgeo.schema import BNG, ROLE_OF_KIND

_GENERAL: Final = (
    ("sites.csv", "all", "services", "assumed by kind of site; correct what each could host"),
    ("study.toml", "options.today", "sites", "assumed by kind of site; correct what runs where"),
    ("study.toml", "services", "rates", "illustrative; put your own activity in their place"),
    ("study.toml", "options.today", "beds", "beds of each ward ([options.beds]); no list has them"),
    ("study.toml", "network", "time_factor", "streets are not calibrated: llrgeo validate"),
)
# Kinds as readers of the study's pages see them: what is no hospital is not called one.
_NEIGHBOUR: Final = "neighbouring_hospital"
_OTHER: Final = "other_site"
_ROLES: Final = {**ROLE_OF_KIND, ACUTE: "acute", _NEIGHBOUR: "other", _OTHER: "other"}
_BANDS: Final = tuple(range(0, 101, 5))
_WHAT_IS_ASSUMED: Final = """\
- Residents, disability, health, cars, ethnic group and language are counts of Census 2021. Ages of
  15 to 19 are parted at 18 by the shares of the latest population estimates.
- What a site is comes from its estates return; practices, branches and trusts' sites without
  inpatients count as health centres.
- People of later years are the projections of each authority, shared out to its areas.
- What a site could host, and what runs where today, is assumed by kind of site. Nobody was asked.
- Hospitals of neighbours are those that some area reaches by car within 45 minutes.
- Rates of use, costs and weights are those of llrgeo's default study, for illustration.
- Streets are OpenStreetMap's; their speeds are starting values, not measured here.
- Bus timetables have no trains.
"""


def write_sites(path: Path, sites: pd.DataFrame) -> None:
    """Write the table of sites; what those of neighbours are for is no part of this study."""
    kinds = sites["kind"].replace("other", _OTHER).mask(sites["is_neighbour"], _NEIGHBOUR)
    table = sites.assign(kind=kinds, beds="").drop(columns="is_neighbour")
    table.insert(list(table.columns).index("kind") + 1, "role", kinds.map(_ROLES))
    names = ["services", "beds", "source"]
    table = table[[*(name for name in table.columns if name not in names), *names]]
    table.to_csv(path, lineterminator="\n")


def write_postcodes(path: Path, points: pd.DataFrame, outlines: gpd.GeoDataFrame) -> None:
    """Write the unit postcodes within outlines, each with the area it lies in.

    Parameters
    ----------
    path
        Where to write.
    points
        `easting` and `northing` on `postcode`, of the whole country.
    outlines
        Polygons on `area_id`.
    """
    land = outlines[["geometry"]].to_crs(BNG)
    west, south, east, north = land.total_bounds
    near = points[points["easting"].between(west, east) & points["northing"].between(south, north)]
    places = gpd.points_from_xy(near["easting"], near["northing"], crs=BNG)
    inside = gpd.GeoDataFrame(near[["easting", "northing"]], geometry=places).sjoin(land)
    # A postcode on the border of two areas is in both: the first by code is taken.
    inside = inside.sort_values("area_id", kind="stable")
    table = inside[~inside.index.duplicated()].sort_index().drop(columns="geometry")
    table.astype({"easting": "int64", "northing": "int64"}).to_csv(path, lineterminator="\n")


def write_projections(
    folder: Path, downloader: Downloader, sources: Sources, areas: pd.DataFrame
) -> pd.DataFrame:
    """Write projections.csv, a row for each authority, year and sex; return what is open.

    The last age that is published is 90 and over: it stands in `age_90`, and those after it are 0.
    """
    source = sources["projections"]
    wards = geography.read_rows(downloader, sources["wards"], list(areas.index))
    # Projections use the codes of their own year; wards tell which authority of today they became.
    shares = _shares(downloader, sources, areas, wards["authority_code"])
    try:
        people = fetch_projections(downloader, source, sorted(set(shares["older"])))
    except FetchError as error:
        return todo_row("projections.csv", "all", "all", str(error))
    # Authorities that have merged since have the people of all that they were made of; one that
    # lies in the study in part has that part of its people.
    parts = people.rename(columns={"authority_code": "older"}).merge(shares, on="older")
    parts["people"] *= parts["share"]
    keys = ["authority_code", "year", "sex", "age_from"]
    summed = parts.groupby(keys, as_index=False).agg(people=("people", "sum"))
    table = study_projections(summed, source)
    table.to_csv(folder / "projections.csv", index=False, lineterminator="\n")
    rows = [
        (
            "projections.csv",
            row.authority_code,
            "all",
            f"{row.share:.1%} of the people projected for {row.older}, which is here in part",
        )
        for row in shares[shares["share"] < 1].itertuples()
    ]
    return pd.DataFrame(rows, columns=list(TODO_COLUMNS))


def _shares(
    downloader: Downloader, sources: Sources, areas: pd.DataFrame, older: pd.Series
) -> pd.DataFrame:
    """Return what share of each authority's residents its areas here have, by census.

    A row for each authority of the projections' year (`older`) and the authority of today that its
    areas are in (`authority_code`), with their `residents` and `share` of the older one's.
    """
    source = sources["census_residents"]
    parts = areas.assign(older=older)
    people = parts.groupby(["older", "authority_code"])["residents"].sum()
    here = people.reset_index()
    whole = nomis.authority_totals(downloader, source, sorted(set(here["older"])), TOTAL)
    here["share"] = here["residents"] / here["older"].map(whole)
    return here


def study_projections(people: pd.DataFrame, source: Source) -> pd.DataFrame:
    """Return projections in a study's columns: a row for each authority, year and sex.

    Parameters
    ----------
    people
        As `fetch_projections` of the publisher's module returns them.
    source
        Whose edition names the variant.
    """
    wide = people.pivot(
        index=["authority_code", "year", "sex"], columns="age_from", values="people"
    )
    wide = wide.reindex(columns=list(_BANDS), fill_value=0.0).round(3)
    wide.columns = pd.Index([f"age_{age}" for age in _BANDS])
    table = wide.reset_index()
    table.insert(1, "variant", source.vintage.split(",")[0])
    return table


def write_estate(
    path: Path, returns: pd.DataFrame, sites: pd.DataFrame, source: Source
) -> pd.DataFrame:
    """Write the returns of the study's own sites, in a study's columns; return what is open.

    They are read as a return that a study names is. One that contradicts itself is left out, and
    listed; without any no file is written.
    """
    own = list(sites.index[~sites["is_neighbour"]])
    published = returns.rename_axis(SITE_CODE).reset_index().assign(year=source.vintage)
    try:
        table = estate_from_return(published, own, source=source.id)
    except InputError as error:
        return todo_row(path.name, "all", "all", str(error))
    faults = {}
    # Site by site, so that one return with a fault does not cost the others.
    for site_id in table["site_id"]:
        try:
            check_estate(table[table["site_id"] == site_id], own, source=site_id)
        except InputError as error:
            faults[site_id] = " ".join(str(error).split())
    right = table[~table["site_id"].isin(list(faults))]
    if len(right):
        right.to_csv(path, index=False, lineterminator="\n")
    rows = [(path.name, site_id, "all", f"left out: {what}") for site_id, what in faults.items()]
    return pd.DataFrame(rows, columns=list(TODO_COLUMNS))


def general_todo() -> pd.DataFrame:
    """Return what is open in every new study."""
    return pd.DataFrame(list(_GENERAL), columns=list(TODO_COLUMNS))


def abroad_todo(countries: Sequence[str]) -> pd.DataFrame:
    """Return what is open where the areas lie by the border of a country."""
    parts = [
        todo_row(
            "sites.csv",
            country,
            "all",
            f"streets reach into {country.title()}, whose hospitals are in no list that is read; "
            "add those that residents use",
        )
        for country in countries
    ]
    return pd.concat([pd.DataFrame([], columns=list(TODO_COLUMNS)), *parts], ignore_index=True)


def todo_row(file: str, row_id: str, column: str, what: str) -> pd.DataFrame:
    """Return one thing that is open, as a table."""
    return pd.DataFrame([(file, row_id, column, what)], columns=list(TODO_COLUMNS))


def list_fetched(downloader: Downloader, sources: Sources) -> pd.DataFrame:
    """Return a row for each answer that was used: source, edition, day, licence, address, bytes."""
    rows = [
        (
            cached.source,
            sources[cached.source].publisher,
            sources[cached.source].edition(cached.date),
            cached.date,
            sources[cached.source].licence,
            cached.size,
            cached.sha256,
            cached.address,
        )
        for cached in downloader.answers
    ]
    names = ["source", "publisher", "vintage", "fetched", "licence", "bytes", "sha256", "address"]
    return pd.DataFrame(rows, columns=names)


def title_of(place: Place) -> str:
    """Return the names of a place's boards, without what all boards' names have in common."""
    return " and ".join(map(without_common, sorted(set(place.areas["board"]))))


def about_text(place: Place, fetched: pd.DataFrame, todo: pd.DataFrame) -> str:
    """Return the report of what was fetched, of which date and licence, and what is assumed."""
    listed = fetched.groupby("source", sort=False).agg(
        publisher=("publisher", "first"),
        vintage=("vintage", "first"),
        first=("fetched", "min"),
        last=("fetched", "max"),
        licence=("licence", "first"),
        megabytes=("bytes", "sum"),
    )
    rows = [
        f"| {name} | {row.publisher} | {row.vintage} | {_days(row.first, row.last)} | "
        f"{row.megabytes / 1e6:,.1f} | {row.licence} |"
        for name, row in listed.iterrows()
    ]
    counts = todo.groupby("file", sort=False).size()
    lines = [f"- {file}: {count:,}" for file, count in counts.items()]
    note = f"\n{place.note}.\n" if place.note else ""
    return "\n".join(
        [
            f"# {title_of(place)}\n{note}",
            "## What was fetched\n",
            "| source | publisher | edition | fetched | MB | licence |",
            "| --- | --- | --- | --- | --- | --- |",
            *rows,
            "\nEach answer with its address and SHA-256 stands in fetched.csv.\n",
            "## What is assumed\n",
            _WHAT_IS_ASSUMED,
            "## What is left to find out (TODO.csv)\n",
            *lines,
            "",
        ]
    )


def _days(first: str, last: str) -> str:
    return first if first == last else f"{first} to {last}"
