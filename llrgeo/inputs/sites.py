"""Sites: the places where a service is or could be."""

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.inputs.postcodes import locate_postcodes, read_postcodes, squeeze_postcode
from llrgeo.inputs.tables import read_table, typed_points
from llrgeo.schema import SITES, WGS84, name_some, raise_faults

_FAR_M: Final = 60_000.0


def read_sites(path: str | Path) -> gpd.GeoDataFrame:
    """Read sites.

    Parameters
    ----------
    path
        A .csv or .parquet table with the columns of `llrgeo.schema.SITES`; `services` lists the
        ids of the services that the site could host, separated by `;`. Where `lat` and `lon` are
        blank or not columns at all, they are those of the unit postcode.

    Returns
    -------
    geopandas.GeoDataFrame
        On `site_id`, points in EPSG:27700; `beds` is NaN where none are published.

    Raises
    ------
    InputError
        If the table has any fault, or a site has neither coordinates nor a known postcode; the
        message lists all.
    """
    path = Path(path)
    return typed_points(_placed_by_postcode(read_table(path)), SITES, source=path.name)


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


def sites_for(sites: pd.DataFrame, service: str) -> list[str]:
    """Return the ids of the sites, closed ones apart, that could host a service."""
    offered = sites["services"].str.split(";").map(lambda names: service in names)
    return sorted(sites.index[offered & (sites["status"] != "closed")])


def check_known(site_ids: list[str], sites: pd.DataFrame, *, source: str) -> None:
    """Refuse ids that name no site.

    Raises
    ------
    InputError
        If any is unknown.
    """
    unknown = sorted(set(site_ids) - set(sites.index))
    if unknown:
        raise_faults([f"no such site: {name_some(unknown)}"], source=source)


def _placed_by_postcode(table: pd.DataFrame) -> pd.DataFrame:
    """Fill in the coordinates that sites lack; those with no live postcode stay blank."""
    if "postcode" not in table.columns:
        return table
    filled = table.assign(**{name: table.get(name, np.nan) for name in ("lat", "lon")})
    bare = filled[["lat", "lon"]].isna().all(axis=1)
    known = read_postcodes()
    tidy = table["postcode"].fillna("").map(squeeze_postcode)
    rows = table.index[bare & tidy.isin(known.index)]
    if rows.empty:
        return filled
    points = locate_postcodes(tidy[rows], known).to_crs(WGS84)
    filled.loc[rows, "lat"] = points.y.round(5).to_numpy()
    filled.loc[rows, "lon"] = points.x.round(5).to_numpy()
    return filled
