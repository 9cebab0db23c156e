"""Check imported times against distances: another unit or mode, or 0 between distant places."""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.modes import MODES
from llrgeo.schema import counted, name_some

_LEAST_M: Final = 1_000.0  # on shorter journeys, walking in and out of buildings matters too much
_SLOWEST_KPH: Final = 1.0  # in a straight line: a third of what somebody with a stick walks
_FASTEST_KPH: Final = 300.0
_TIMES_AS_FAST: Final = 4.0  # as a mode of its own speed: nobody walks at 20 km/h
_MIN_AN_HOUR: Final = 60.0
_M_A_MINUTE: Final = 1_000.0 / 60.0  # of 1 km/h


def unit_faults(
    minutes: pd.DataFrame, origins: gpd.GeoSeries, destinations: gpd.GeoSeries, *, mode: str = ""
) -> list[str]:
    """Return a fault if distant places are 0 minutes apart, or times are in seconds or in hours.

    Seconds and hours are told by the median speed, which is plausible with these alone. Times that
    are too fast for walking, and would be too slow as hours, are of another mode.

    Parameters
    ----------
    minutes
        Origins by destinations, +inf where there is no journey.
    origins, destinations
        Points in EPSG:27700, in the order of the rows and of the columns of `minutes`.
    mode
        How people travel; blank, or one of another's tool, may be as fast as a train.
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
    own_kph = MODES[mode].speed_kph if mode in MODES else None
    fastest = _FASTEST_KPH if own_kph is None else own_kph * _TIMES_AS_FAST
    if kph < _SLOWEST_KPH:
        less, question = "less", "are they seconds? Then divide by 60, into minutes"
    elif kph <= fastest:
        return []
    elif kph / _MIN_AN_HOUR < _SLOWEST_KPH:
        less, question = "more", f"too fast for the mode {mode}: are they of another mode?"
    else:
        less, question = "more", "are they hours? Then multiply by 60, into minutes"
    return [f"half of the journeys go at {kph:,.2g} km/h or {less} in a straight line: {question}"]
