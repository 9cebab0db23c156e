"""What the explorer needs to answer for a reader's own postcode: roads, and places in metres."""

import base64
import gzip
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Transformer

from llrgeo.arrays import Floats
from llrgeo.publish.explorer.packing import pack_numbers
from llrgeo.publish.planning import OwnRoads, PageNetwork
from llrgeo.schema import BNG, WGS84
from llrgeo.travel.times import Calibration

# What the planner searches roads with, on an explorer that answers for postcodes.
ROAD_SCRIPTS: Final = (
    "planner/assets/network.js",
    "planner/assets/search.js",
    "planner/assets/memo.js",
    "planner/assets/places.js",
    "planner/assets/roads.js",
)
# Bytes of an explorer, as it is and gzipped; one whose roads find no room goes without.
LIMITS: Final[tuple[int, int]] = (1_500_000, 750_000)
_MARGIN_M: Final = 5_000
_GRID: Final = 25
_POWERS: Final = tuple((i, j) for i in range(4) for j in range(4 - i))


def own_roads_data(
    own: OwnRoads | None, areas: gpd.GeoDataFrame, sites: gpd.GeoDataFrame
) -> dict[str, Any]:
    """Return what a page needs besides the packed network to answer for a postcode.

    The keys are those of the planner, whose scripts the explorer runs.
    """
    if own is None:
        return {"network": None}
    return {
        "network": own.network.header,
        "mode": own.mode,
        "calibration": plain_calibration(own.calibration),
        "postcodes": postcode_places(own.postcodes, areas.index),
        "doors": doors_of_sites(sites, own.arrivals),
        "projection": projection(areas.to_crs(BNG).total_bounds),
    }


def has_room(page: str) -> bool:
    """Return whether a page is as small as an explorer must be, as it is and gzipped."""
    written = page.encode("utf-8")
    most, most_zipped = LIMITS
    # The quickest level takes a fifth of the time of the best, and is seldom too large.
    return len(written) <= most and any(
        len(gzip.compress(written, level)) <= most_zipped for level in (1, 9)
    )


def postcode_places(postcodes: pd.DataFrame | None, area_ids: pd.Index) -> str:
    """Pack the metres east and north of every postcode in the order of `pack_postcodes`.

    Each is written as steps from the one before: all eastings, then all northings.
    """
    if postcodes is None:
        return ""
    inside = postcodes[postcodes["area_id"].isin(area_ids)].sort_index()
    # By sector, without the two letters of a unit: in a sector units keep the order of their names.
    order = np.argsort(inside.index.str[:-2].to_numpy(object), kind="stable")
    metres = inside[["easting", "northing"]].to_numpy(np.int64)[order]
    return pack_numbers(np.diff(metres, axis=0, prepend=0).T.ravel())


def doors_of_sites(
    sites: gpd.GeoDataFrame, arrivals: gpd.GeoSeries | None
) -> dict[str, list[list[float]]]:
    """Return where journeys end at each site, in metres, exactly: one place, or some entrances."""
    own: gpd.GeoSeries = sites.geometry
    doors = (own if arrivals is None else arrivals).to_crs(BNG).get_coordinates()
    doors = doors[doors.index.isin(sites.index)]
    return {str(site): of_site.to_numpy().tolist() for site, of_site in doors.groupby(level=0)}


def plain_calibration(calibration: Calibration) -> dict[str, float]:
    """Return a calibration as plain values."""
    return {"factor": calibration.factor, "added_min": calibration.added_min}


def network_text(network: PageNetwork | None) -> str:
    """Return a packed network as pages hold it: gzip, then base64; empty without one."""
    if network is None:
        return ""
    return base64.b64encode(network.zipped).decode("ascii")


def projection(bounds: Floats) -> dict[str, Any]:
    """Fit what turns degrees into metres and back over the study's land, to well below a metre.

    Cubic polynomials by least squares over a grid of points: a page cannot hold the National
    Grid's transformation, and a new place is defined by its metres, not by the degrees of a click.
    """
    west, south, east, north = bounds + np.array([-1, -1, 1, 1]) * _MARGIN_M
    axes = np.linspace(west, east, _GRID), np.linspace(south, north, _GRID)
    x, y = (axis.ravel() for axis in np.meshgrid(*axes))
    lon, lat = Transformer.from_crs(BNG, WGS84, always_xy=True).transform(x, y)
    metres, degrees = np.column_stack([x, y]), np.column_stack([lon, lat])
    return {"to_metres": _fit(degrees, metres), "to_degrees": _fit(metres, degrees)}


def _fit(given: Floats, wanted: Floats) -> dict[str, Any]:
    middle, scale = given.mean(axis=0), np.ptp(given, axis=0) / 2
    u, v = ((given - middle) / scale).T
    terms = np.column_stack([u**i * v**j for i, j in _POWERS])
    found, *_ = np.linalg.lstsq(terms, wanted, rcond=None)
    return {
        "middle": middle.tolist(),
        "scale": scale.tolist(),
        "powers": [list(pair) for pair in _POWERS],
        "terms": found.T.tolist(),
    }
