"""Entrances of sites: where journeys end, if that is not the point that stands for the site.

The point of a large site is often its middle, or its postcode's, and the nearest road to that may
be a staff gate or lie across a river. A site may therefore state its entrances. They take the
point's place for travel, and the point stays where maps draw the site.
"""

import re
from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from llrgeo.arrays import Ints
from llrgeo.modes import MODES
from llrgeo.schema import BNG, LAT_RANGE, LON_RANGE, WGS84, name_some

ENTRANCES: Final = "entrances"  # the column of a table of sites
MAX_ENTRANCE_M: Final = 2_000.0  # from its site; the grounds of hospitals are smaller

_BETWEEN: Final = re.compile(r"[\s,]+")
_ON_FOOT: Final = ("transit", "walk")  # people walk from the last stop, so both name their way in


class Entrance(NamedTuple):
    """One entrance: the modes that it is for (none: all), and where it is."""

    modes: tuple[str, ...]
    lat: float
    lon: float

    def serves(self, mode: str) -> bool:
        """Return whether journeys by a mode may end here."""
        if not self.modes:
            return True
        named = {mode, *(_ON_FOOT if mode in _ON_FOOT else (MODES[mode].streets,))}
        return bool(named & set(self.modes))


def parse_entrances(text: str) -> tuple[Entrance, ...]:
    """Read the entrances of one site.

    Parameters
    ----------
    text
        `lat lon`, several separated by `;`. Modes before the degrees say for whom an entrance is:
        `car 52.6271 -1.1363; walk cycle 52.6280 -1.1349`. Without any it is for all.

    Raises
    ------
    ValueError
        Saying which part cannot be read, and why.
    """
    return tuple(_entrance(part) for part in text.split(";") if part.strip())


def entrance_faults(sites: gpd.GeoDataFrame) -> list[str]:
    """Return faults of entrances: unreadable, or more than 2 km from the point of their site."""
    faults: list[str] = []
    if ENTRANCES not in sites.columns:
        return faults
    for site_id, text, point in zip(sites.index, sites[ENTRANCES], sites.geometry, strict=True):
        try:
            found = parse_entrances(text)
        except ValueError as error:
            faults.append(f"column 'entrances' of {site_id}: {error}")
            continue
        away_m = _points(found).distance(point)
        faults += [
            f"column 'entrances' of {site_id}: {entrance.lat:g} {entrance.lon:g} is "
            f"{metres / 1_000:.1f} km from the site"
            for entrance, metres in zip(found, away_m, strict=True)
            if metres > MAX_ENTRANCE_M
        ]
    return faults


def places_of_arrival(sites: gpd.GeoDataFrame, mode: str) -> gpd.GeoSeries:
    """Return where journeys by a mode end at each site.

    Returns
    -------
    geopandas.GeoSeries
        On the sites' index, in EPSG:27700: the site's point, or its entrance for the mode; several
        entrances as one MultiPoint, of which each journey uses the one it is shortest by.
    """
    points = sites.geometry.to_crs(BNG)
    if ENTRANCES not in sites.columns:
        return points
    texts = sites[ENTRANCES].fillna("").astype(str)
    places = points.to_numpy().copy()
    # Few sites have entrances; a mode that none of them serves keeps the point of the site.
    for row in np.flatnonzero(texts.str.strip() != ""):
        used = [entrance for entrance in parse_entrances(texts.iloc[row]) if entrance.serves(mode)]
        if used:
            served = _points(used).to_numpy()
            places[row] = served[0] if len(served) == 1 else shapely.multipoints(served)
    return gpd.GeoSeries(places, points.index, crs=BNG)


def each_entrance(places: gpd.GeoSeries) -> tuple[gpd.GeoSeries, Ints]:
    """Return every point of some places on an index of its own, and the row of its place."""
    points, of_place = shapely.get_parts(places.to_numpy(), return_index=True)
    return gpd.GeoSeries(points, crs=places.crs), of_place.astype(np.int64)


def entrances_note(sites: pd.DataFrame) -> str:
    """Return a sentence on the sites with entrances of their own; blank if there are none."""
    if ENTRANCES not in sites.columns:
        return ""
    named = sites.index[sites[ENTRANCES].fillna("").astype(str).str.strip() != ""]
    if named.empty:
        return ""
    listed = name_some(named)
    if len(named) == 1:
        return f"1 site is reached at entrances that the study states ({listed})."
    return f"{len(named)} sites are reached at entrances that the study states ({listed})."


def _entrance(part: str) -> Entrance:
    """Read modes, latitude and longitude of one entrance."""
    words = [word for word in _BETWEEN.split(part.strip()) if word]
    modes = tuple(word.lower().rstrip(":") for word in words[:-2])
    unknown = [mode for mode in modes if mode not in MODES]
    if unknown:
        msg = f"'{part.strip()}': no mode {name_some(unknown)}; there are {', '.join(MODES)}"
        raise ValueError(msg)
    try:
        lat, lon = (float(word) for word in words[-2:])
    except ValueError:
        msg = f"'{part.strip()}' is not latitude and longitude, such as 52.6271 -1.1363"
        raise ValueError(msg) from None
    if not (LAT_RANGE[0] <= lat <= LAT_RANGE[1] and LON_RANGE[0] <= lon <= LON_RANGE[1]):
        msg = f"'{part.strip()}' lies outside Great Britain; latitude comes first"
        raise ValueError(msg)
    return Entrance(modes, lat, lon)


def _points(entrances: tuple[Entrance, ...] | list[Entrance]) -> gpd.GeoSeries:
    lon, lat = ([getattr(entrance, name) for entrance in entrances] for name in ("lon", "lat"))
    return gpd.GeoSeries.from_xy(lon, lat, crs=WGS84).to_crs(BNG)
