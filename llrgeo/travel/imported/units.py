"""Check the unit of imported times: minutes whose speeds are only plausible in another unit."""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

_LEAST_M: Final = 1_000.0  # on shorter journeys, walking in and out of buildings matters too much
_SLOWEST_KPH: Final = 1.0  # in a straight line: a third of what somebody with a stick walks
_FASTEST_KPH: Final = 300.0
_M_A_MINUTE: Final = 1_000.0 / 60.0  # of 1 km/h


def unit_faults(
    minutes: pd.DataFrame, origins: gpd.GeoSeries, destinations: gpd.GeoSeries
) -> list[str]:
    """Return a fault if the median speed is only plausible with times in seconds or in hours.

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
    known = (metres >= _LEAST_M) & np.isfinite(taken) & (taken > 0)
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
