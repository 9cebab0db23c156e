"""Check imported times against distances: minutes in another unit, or 0 between distant places."""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.schema import counted, name_some

_LEAST_M: Final = 1_000.0  # on shorter journeys, walking in and out of buildings matters too much
_SLOWEST_KPH: Final = 1.0  # in a straight line: a third of what somebody with a stick walks
_FASTEST_KPH: Final = 300.0
_M_A_MINUTE: Final = 1_000.0 / 60.0  # of 1 km/h


def unit_faults(
    minutes: pd.DataFrame, origins: gpd.GeoSeries, destinations: gpd.GeoSeries
) -> list[str]:
    """Return a fault if distant places are 0 minutes apart, or times are in seconds or in hours.

    Seconds and hours are told by the median speed, which is plausible with these alone.

    Parameters
    ----------
    minutes
        Origins by destinations, +inf where there is no journey.
    origins, destinations
        Points in EPSG:27700, in the order of the rows and of the columns of `minutes`.
    """
    # Step by step in place: of millions of pairs, fresh memory takes longer than the numbers.
    metres = np.subtract.outer(origins.x.to_numpy(), destinations.x.to_numpy())
    north_m = np.subtract.outer(origins.y.to_numpy(), destinations.y.to_numpy())
    np.square(metres, out=metres)
    metres += np.square(north_m, out=north_m)
    np.sqrt(metres, out=metres)
    taken = minutes.to_numpy()
    far = metres >= _LEAST_M
    at_once = far & (taken == 0)
    if at_once.any():
        pairs = [f"{minutes.index[i]} to {minutes.columns[j]}" for i, j in np.argwhere(at_once)]
        where = f"{_LEAST_M:,.0f} m apart or more in {counted(len(pairs), 'pair')}"
        advice = "leave it blank where there is no journey"
        return [f"0 minutes between places {where} ({name_some(pairs)}); {advice}"]
    known = far & np.isfinite(taken)
    if not known.any():
        return []
    kph = float(np.median(metres[known] / taken[known])) / _M_A_MINUTE
    if kph < _SLOWEST_KPH:
        less, units, todo = "less", "seconds", "divide"
    elif kph > _FASTEST_KPH:
        less, units, todo = "more", "hours", "multiply"
    else:
        return []
    speed = f"half of the journeys go at {kph:,.2g} km/h or {less} in a straight line"
    return [f"{speed}: are they {units}? Then {todo} by 60, into minutes"]
