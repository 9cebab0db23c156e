"""Candidate sites that are not sites yet: places to ask "what if the service were here?"."""

from collections.abc import Collection

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.errors import InputError
from llrgeo.inputs.postcodes import locate_postcodes
from llrgeo.schema import name_some


def sector_centres(postcodes: pd.DataFrame, area_ids: Collection[str]) -> gpd.GeoSeries:
    """Return one candidate for each postcode sector (LE1 5) that reaches into some areas.

    It is the live postcode nearest to the mean of the sector's postcodes in those areas, so that
    it stands on a street and not in a lake.

    Parameters
    ----------
    postcodes
        As `read_postcodes` returns them.
    area_ids
        The areas to stay within.

    Returns
    -------
    GeoSeries
        Points in EPSG:27700, indexed by postcode (`site_id`).

    Raises
    ------
    InputError
        If an area has no postcode at all.
    """
    unknown = sorted(set(area_ids) - set(postcodes["area_id"].dropna()))
    if unknown:
        msg = f"no postcodes in {len(unknown)} areas ({name_some(unknown)})"
        raise InputError(msg)
    inside = postcodes[postcodes["area_id"].isin(list(area_ids))].sort_index()
    # A sector is a unit postcode without its last two letters: LE1 5WW lies in LE1 5.
    sector = inside.index.str[:-2]
    places = inside[["easting", "northing"]].astype(float)
    off = places - places.groupby(sector).transform("mean")
    squared = pd.Series(np.square(off).sum(axis=1), index=inside.index)
    nearest = squared.groupby(sector).idxmin()
    return locate_postcodes(nearest, postcodes).rename_axis("site_id")
