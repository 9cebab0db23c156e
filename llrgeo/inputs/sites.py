"""Sites: the places where a service is or could be."""

from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from llrgeo.inputs.postcodes import locate_postcodes, read_postcodes, squeeze_postcode
from llrgeo.inputs.tables import read_table, typed_points
from llrgeo.schema import SITES, WGS84, name_some, raise_faults, role_faults, site_roles

_FAR_M: Final = 60_000.0


def read_sites(path: str | Path) -> gpd.GeoDataFrame:
    """Read sites.

    Parameters
    ----------
    path
        A .csv or .parquet table with the columns of `llrgeo.schema.SITES`; `services` lists the
        ids of the services that the site could host, separated by `;`. Where `lat` and `lon` are
        blank or not columns at all, they are those of the unit postcode. `kind` is the study's own
        word; kinds that are not those of the embedded study need a `role`.

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
    placed = _placed_by_postcode(read_table(path))
    sites = typed_points(placed, SITES, source=path.name, also=_lost_faults(placed))
    raise_faults(role_faults(sites), source=path.name)
    if "postcode" not in sites.columns:
        sites = sites.assign(postcode="")
    return sites.assign(role=site_roles(sites))


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


def fill_authorities(
    sites: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, *, source: str
) -> gpd.GeoDataFrame:
    """Return sites with blank authorities filled in: those of the areas their postcodes lie in.

    A table without the column is left without it.

    Raises
    ------
    InputError
        If a site's authority is blank and its postcode lies in none of the areas.
    """
    if "authority" not in sites.columns:
        return sites
    bare = sites.index[sites["authority"] == ""]
    tidy = sites.loc[bare, "postcode"].map(squeeze_postcode)
    found = tidy.map(read_postcodes()["area_id"]).map(areas["authority"])
    lost = bare[found.isna()]
    if len(lost):
        fault = f"column 'authority' is blank in {len(lost)} rows whose postcodes lie in no area"
        raise_faults([f"{fault} ({name_some(lost)})"], source=source)
    return sites.assign(authority=sites["authority"].mask(sites["authority"] == "", found))


def sites_for(sites: pd.DataFrame, service: str) -> list[str]:
    """Return the ids of the sites, closed ones apart, that could host a service."""
    offered = sites["services"].str.split(";").map(lambda names: service in names)
    return sorted(sites.index[offered & (sites["status"] != "closed")])


def _placed_by_postcode(table: pd.DataFrame) -> pd.DataFrame:
    """Fill in the coordinates that sites lack; those with no live postcode stay blank."""
    placed = table.assign(**table.reindex(columns=["lat", "lon"]).astype(object))
    bare = placed[["lat", "lon"]].isna().all(axis=1)
    if "postcode" not in table.columns or not bare.any():
        return placed
    known = read_postcodes()
    tidy = table.loc[bare, "postcode"].fillna("").map(squeeze_postcode)
    tidy = tidy[tidy.isin(known.index)]
    points = locate_postcodes(tidy, known).to_crs(WGS84)
    placed.loc[tidy.index, "lat"] = points.y.round(5).to_numpy()
    placed.loc[tidy.index, "lon"] = points.x.round(5).to_numpy()
    return placed


def _lost_faults(placed: pd.DataFrame) -> list[str]:
    lost = placed[placed[["lat", "lon"]].isna().any(axis=1)]
    if lost.empty:
        return []
    postcodes = lost.reindex(columns=["postcode"])["postcode"].fillna("blank")
    what = "have no lat and lon, nor a postcode that llrgeo knows to place them by"
    return [f"{len(lost)} of {len(placed)} sites {what} (postcodes {name_some(postcodes)})"]
