"""Points: the places that callers give as origins and destinations, as points or entrances."""

import logging
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from llrgeo.errors import InputError, NetworkError, RoutingError
from llrgeo.inputs.entrances import ENTRANCES, places_of_arrival
from llrgeo.schema import BNG, DEGREES, LAT_RANGE, LON_RANGE, name_some

Places: TypeAlias = gpd.GeoSeries | gpd.GeoDataFrame

logger: logging.Logger = logging.getLogger(__name__)


def as_points(places: object, *, role: str, mode: str = "") -> tuple[gpd.GeoSeries, str]:
    """Return the points of places, and a sentence where a point had to be chosen.

    Parameters
    ----------
    places
        A GeoSeries or GeoDataFrame of points, or of shapes, each represented by a point inside; on
        any index, in any CRS. A MultiPoint stays one: a place with several entrances.
    role
        What messages call the places, such as `origins`.
    mode
        The mode of travel: places of a table with a column `entrances` are reached at those of the
        mode. Blank uses the geometry alone.

    Returns
    -------
    tuple
        The points on the same index and in the same CRS, and a sentence on the points chosen, which
        is logged, too; blank where all are points already.

    Raises
    ------
    InputError
        If they are no GeoSeries or GeoDataFrame, a place has no geometry, or coordinates declared
        as degrees are in metres or have latitude and longitude swapped.
    NetworkError
        If they have no coordinate system.
    """
    if not isinstance(places, gpd.GeoSeries | gpd.GeoDataFrame):
        msg = (
            f"{role} are of the type {type(places).__name__}; make a GeoDataFrame or GeoSeries of "
            "them, such as geopandas.GeoSeries.from_xy(table['lon'], table['lat'], crs=4326)"
        )
        raise InputError(msg)
    points = gpd.GeoSeries(places.geometry)
    missing = pd.isna(points.to_numpy())
    crs = None if missing.any() else points.crs
    if mode and isinstance(places, gpd.GeoDataFrame) and ENTRANCES in places and crs is not None:
        points = places_of_arrival(places, mode).to_crs(crs)
    # Every place needs a point; one without is named in an error, never dropped.
    empty = points.index[missing | points.is_empty]
    if len(empty):
        msg = f"{len(empty)} of {len(points)} {role} have no geometry ({name_some(empty)})"
        raise InputError(msg)
    crs = points.crs
    if crs is None:
        msg = f"{role} have no coordinate system; set one with set_crs (4326 for lon and lat)"
        raise NetworkError(msg)
    _check_degrees(points, role=role)
    shapes = ~points.geom_type.isin(["Point", "MultiPoint"])
    if not shapes.any():
        return points, ""
    # Chosen in metres, so that a shape has the same point whatever its CRS.
    metric = np.asarray(points.to_crs(BNG).to_numpy())
    inside = gpd.GeoSeries(shapely.point_on_surface(metric), points.index, crs=BNG)
    moved = gpd.GeoSeries(points.where(~shapes, inside.to_crs(crs)), crs=crs)
    count = f"{int(shapes.sum()):,} of {len(points):,} {role}"
    note = f"{count} are shapes: a point inside stands for each."
    logger.warning(note)
    return moved, note


def _check_degrees(points: gpd.GeoSeries, *, role: str) -> None:
    """Refuse places in degrees whose coordinates are swapped, or are in metres.

    Roads are of Great Britain, where latitudes lie in `LAT_RANGE` and longitudes in `LON_RANGE`;
    the two ranges do not overlap.
    """
    if points.crs is None or not points.crs.is_geographic:
        return
    bounds = points.bounds
    lon, lat = bounds["minx"], bounds["miny"]
    swapped = lon.between(*LAT_RANGE) & lat.between(*LON_RANGE)
    metres = bounds.abs().max(axis=1) > DEGREES
    kinds = {
        "have latitude and longitude swapped": (
            swapped,
            "a point is (longitude, latitude), as in from_xy(table['lon'], table['lat'], crs=4326)",
        ),
        "are no degrees, but look like eastings and northings": (metres, "say so by crs=27700"),
    }
    for what, (rows, advice) in kinds.items():
        if rows.any():
            first = f"{lon[rows].iloc[0]:.7g} {lat[rows].iloc[0]:.7g}"
            which = f"{int(rows.sum())} of {len(points)} {role} {what}: {first}"
            msg = f"{which} ({name_some(points.index[rows])}); {advice}"
            raise InputError(msg)


def check_pairs(origins: gpd.GeoSeries, destinations: gpd.GeoSeries) -> None:
    """Refuse origins and destinations whose numbers differ.

    Raises
    ------
    RoutingError
        If they cannot be paired row by row.
    """
    if len(origins) != len(destinations):
        msg = (
            f"{len(origins)} origins and {len(destinations)} destinations are no pairs: the first "
            "goes to the first, the second to the second. For all of them use travel_times"
        )
        raise RoutingError(msg)
