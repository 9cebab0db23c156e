"""Sites: the places where a service is or could be."""

import re
from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.files import StrPath
from llrgeo.inputs.entrances import entrance_faults
from llrgeo.inputs.postcodes import (
    is_postcode,
    locate_postcodes,
    read_postcodes,
    squeeze_postcode,
)
from llrgeo.inputs.table_faults import first_row
from llrgeo.inputs.tables import read_table, typed_points
from llrgeo.inputs.visible_text import as_place_name
from llrgeo.schema import ISO_DATE, SITES, WGS84, name_some, raise_faults, role_faults, site_roles

_FAR_M: Final = 60_000.0
_DISAGREE_M: Final = 500.0  # between a site and its unit postcode; grounds of hospitals are smaller
_LEAST_SIMILAR: Final = 0.85  # of a misspelt name and the right one, as difflib counts
_BETWEEN: Final = re.compile(r"[;,\s]+")


def read_sites(path: StrPath, *, postcodes: pd.DataFrame | None = None) -> gpd.GeoDataFrame:
    """Read sites.

    Parameters
    ----------
    path
        A .csv or .parquet table with the columns of `llrgeo.schema.SITES`; `services` lists the
        ids of the services that the site could host, separated by `;` (commas and blanks are
        read as well). Where `lat` and `lon` are blank or not columns at all, they are those of the
        unit postcode. `kind` is the study's own word; kinds that are not those of the embedded
        study need a `role`. `entrances`, if there, says where journeys end at a site: `lat lon`,
        several separated by `;`, each with the modes before it that it is for, if not for all
        (`car 52.6271 -1.1363; walk cycle 52.6280 -1.1349`). `closes`, if there, is the last day of
        a site that will close (`2027-03-31`): see `check_open_on`.

    postcodes
        What sites without coordinates are placed by, as `read_postcodes` returns it; the embedded
        directory if None.

    Returns
    -------
    geopandas.GeoDataFrame
        On `site_id`, points in EPSG:27700; `role` is filled in, `beds` is NaN where none are
        published, `postcode` blank where none is given.

    Raises
    ------
    InputError
        If the table has any fault, or a site has neither coordinates nor a known postcode; the
        message lists all.

    Examples
    --------
    >>> sites = llrgeo.read_sites(folder / "sites.csv")
    >>> sites.loc["C", ["kind", "services"]].tolist()
    ['health_centre', 'clinic']
    """
    path = Path(path)
    placed = _placed_by_postcode(read_table(path), postcodes)
    faults = [*_lost_faults(placed), *_postcode_faults(placed)]
    sites = typed_points(placed, SITES, source=path.name, also=faults)
    raise_faults([*role_faults(sites), *entrance_faults(sites)], source=path.name)
    if "postcode" not in sites.columns:
        sites = sites.assign(postcode="")
    listed = sites["services"].map(lambda text: ";".join(filter(None, _BETWEEN.split(text))))
    return sites.assign(role=site_roles(sites), services=listed)


def check_sites_near(sites: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, *, source: str) -> None:
    """Refuse sites that are more than 60 km from every area: coordinates in the sea or swapped.

    Raises
    ------
    InputError
        If there are any, naming each with its distance.
    """
    _, distance = areas.sindex.nearest(sites.geometry, return_all=False, return_distance=True)
    far = distance > _FAR_M
    raise_faults(
        (
            f"site {site_id} ({name}) is {metres / 1_000:.0f} km from the nearest area; "
            "check its lat and lon"
            for site_id, name, metres in zip(
                sites.index[far], sites["name"][far], distance[far], strict=True
            )
        ),
        source=source,
    )


def same_place_notes(sites: gpd.GeoDataFrame, *, source: str) -> list[str]:
    """Return a sentence on each place that several open sites share.

    One may be a duplicate; or they are meant, as two services on one campus.
    """
    places = sites[sites["status"] == "open"].geometry.to_wkb()
    return [
        f"{source}: sites {name_some(shared.index)} are at the same place; if they are one site, "
        "leave one of them out"
        for _, shared in places.groupby(places, sort=False)
        if len(shared) > 1
    ]


def check_postcodes_agree(
    sites: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, known: pd.DataFrame, *, source: str
) -> None:
    """Refuse sites that stand more than 500 m from their own unit postcode.

    Whoever edits a postcode alone would move nothing. Where no postcode of the directory (`known`)
    lies in any of the areas, as in an invented place, there is nothing to compare with.

    Raises
    ------
    InputError
        If there are any, naming each with its distance.
    """
    if not known["area_id"].isin(areas.index).any():
        return
    tidy = sites["postcode"].map(squeeze_postcode)
    found = known.reindex(tidy)
    off_m = np.hypot(
        found["easting"].to_numpy(float) - sites.geometry.x,
        found["northing"].to_numpy(float) - sites.geometry.y,
    )
    raise_faults(
        (
            f"site {site_id} is {off_m[site_id]:,.0f} m from its postcode, "
            f"{sites.loc[site_id, 'postcode']}; correct it, or leave lat and lon blank to place "
            "the site by it"
            for site_id in sites.index[off_m > _DISAGREE_M]
        ),
        source=source,
    )


def check_open_on(sites: pd.DataFrame, day: str, *, source: str) -> None:
    """Refuse sites that are called open and had their last day (`closes`) before a day.

    A table without the column, or a study without a date, is not looked at; where the date is in
    words ("autumn 2026"), the last days need only be dates.

    Raises
    ------
    InputError
        If there are any, or a last day is no date.
    """
    if "closes" not in sites.columns or not day:
        return
    written = sites["closes"].fillna("").astype(str).str.strip()
    last = pd.to_datetime(written.where(written != ""), format="%Y-%m-%d", errors="coerce")
    wrong = sites.index[(written != "") & last.isna()]
    # A date in words is no day, and no day is before it.
    today = pd.Timestamp(day if ISO_DATE.fullmatch(day) else 0)
    shut = sites.index[(last < today) & (sites["status"] == "open")]
    # The last day itself still counts as open.
    faults = [f"column 'closes' is no date as 2027-03-31 in {name_some(wrong)}"] * bool(len(wrong))
    faults += [
        f"site {site_id} is open by its status, and its last day, {written[site_id]}, is before "
        f"the study's date, {day}; write closed, or correct 'closes'"
        for site_id in shut
    ]
    raise_faults(faults, source=source)


def check_service_names(
    sites: gpd.GeoDataFrame, services: Collection[str], *, source: str
) -> list[str]:
    """Refuse services of sites that are misspelt, and return those that a study does not ask about.

    A table of sites may serve several studies, so a name unlike all of a study's is no fault.

    Raises
    ------
    InputError
        If a name differs little from one of the services, naming both.
    """
    named = {name for text in sites["services"] for name in text.split(";") if name}
    faults, others = [], []
    for name in sorted(named - set(services)):
        near = get_close_matches(name.lower(), services, n=1, cutoff=_LEAST_SIMILAR)
        # Services are lists such as "clinic;x_ray": whose sets hold the name.
        holders = sites.index[sites["services"].str.split(";").map(set(name.split()).issubset)]
        if near:
            faults.append(
                f"column 'services': no service '{name}' ({name_some(holders)}); did you mean "
                f"'{near[0]}'?"
            )
        else:
            others.append(name)
    raise_faults(faults, source=source)
    return others


def fill_authorities(
    sites: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, known: pd.DataFrame, *, source: str
) -> gpd.GeoDataFrame:
    """Return sites with blank authorities filled in: those of the areas their postcodes lie in.

    A table without the column is left without it.

    Raises
    ------
    InputError
        If a site's authority is blank and its postcode lies in none of the areas, or it is that of
        areas in another spelling.
    """
    if "authority" not in sites.columns:
        return sites
    spelt = {as_place_name(name): name for name in areas["authority"].unique()}
    raise_faults(
        (
            f"column 'authority': {name!r} is {spelt[as_place_name(name)]!r} in the table of areas "
            f"({name_some(sites.index[sites['authority'] == name])}); write it as there"
            for name in sites["authority"].unique()
            if spelt.get(as_place_name(name), name) != name
        ),
        source=source,
    )
    bare = sites.index[sites["authority"] == ""]
    tidy = sites.loc[bare, "postcode"].map(squeeze_postcode)
    found = tidy.map(known["area_id"]).map(areas["authority"])
    lost = bare[found.isna()]
    if len(lost):
        fault = f"column 'authority' is blank in {len(lost)} rows whose postcodes lie in no area"
        raise_faults([f"{fault} ({name_some(lost)}); fill it in there"], source=source)
    return sites.assign(authority=sites["authority"].mask(sites["authority"] == "", found))


def sites_for(sites: pd.DataFrame, service: str) -> list[str]:
    """Return the ids of the sites, closed ones apart, that could host a service."""
    offered = sites["services"].str.split(";").map(lambda names: service in names)
    return sorted(sites.index[offered & (sites["status"] != "closed")])


def _placed_by_postcode(table: pd.DataFrame, known: pd.DataFrame | None) -> pd.DataFrame:
    """Fill in the coordinates that sites lack; those with no live postcode stay blank."""
    placed = table.assign(**table.reindex(columns=["lat", "lon"]).astype(object))
    bare = placed[["lat", "lon"]].isna().all(axis=1)
    if "postcode" not in table.columns or not bare.any():
        return placed
    known = read_postcodes() if known is None else known
    tidy = table.loc[bare, "postcode"].fillna("").map(squeeze_postcode)
    tidy = tidy[tidy.isin(known.index)]
    points = locate_postcodes(tidy, known).to_crs(WGS84)
    placed.loc[tidy.index, "lat"] = points.y.round(5).to_numpy()
    placed.loc[tidy.index, "lon"] = points.x.round(5).to_numpy()
    return placed


def _postcode_faults(placed: pd.DataFrame) -> list[str]:
    """Return sites that have coordinates and a postcode that is none: nothing else would tell."""
    given = placed[placed[["lat", "lon"]].notna().all(axis=1)]
    given = given.reindex(columns=["site_id", "postcode"]).dropna()
    wrong = given[~given["postcode"].map(is_postcode).astype(bool)]
    if wrong.empty:
        return []
    postcode = wrong["postcode"].iloc[0]
    what = f"column 'postcode' is no full postcode, such as LE1 5WW, in {len(wrong)} rows"
    which = f"({name_some(wrong['site_id'])}){first_row(wrong.index)}: '{postcode}'"
    return [f"{what} {which}; correct it, or leave it blank"]


def _lost_faults(placed: pd.DataFrame) -> list[str]:
    lost = placed[placed[["lat", "lon"]].isna().any(axis=1)]
    if lost.empty:
        return []
    postcodes = lost.reindex(columns=["postcode"])["postcode"].fillna("blank")
    what = "have no lat and lon, nor a postcode that llrgeo knows to place them by"
    which = f"(postcodes {name_some(postcodes)}); fill in lat and lon"
    return [f"{len(lost)} of {len(placed)} sites {what} {which}"]
