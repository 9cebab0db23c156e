"""Travel times along straight lines at one speed, for a first look without a network."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from llrgeo.schema import BNG, Track
from llrgeo.travel.points import Places, as_points
from llrgeo.travel.times import TravelTimes


@dataclass(frozen=True, slots=True)
class StraightLineRouter:
    """Straight-line distance times a detour factor at one speed: a first look, no network.

    Examples
    --------
    >>> import geopandas as gpd
    >>> home = gpd.GeoSeries.from_xy([0], [0], index=["a"], crs="EPSG:27700")
    >>> site = gpd.GeoSeries.from_xy([3_000], [4_000], index=["A"], crs="EPSG:27700")
    >>> router = llrgeo.StraightLineRouter(speed_kph=39.0, detour_factor=1.3)
    >>> router.travel_times(home, site, mode="car", period="off_peak").minutes.loc["a"].tolist()
    [10.0]
    """

    speed_kph: float = 40.0
    detour_factor: float = 1.3

    def travel_times(
        self,
        origins: Places,
        destinations: Places,
        *,
        mode: str,
        period: str,
        track: Track = iter,
    ) -> TravelTimes:
        """Return the minutes from every origin to every destination."""
        # Distances in metres are straight in the plane of the National Grid.
        origins, _ = as_points(origins, role="origins", mode=mode)
        destinations, _ = as_points(destinations, role="destinations", mode=mode)
        from_, to = origins.to_crs(BNG), destinations.to_crs(BNG)
        metres = np.column_stack([from_.distance(to.iloc[j]) for j in track(range(len(to)))])
        km = pd.DataFrame(
            metres * self.detour_factor / 1_000,
            origins.index.rename("area_id"),
            destinations.index.rename("site_id"),
        )
        minutes = km / self.speed_kph * 60
        return TravelTimes(minutes, mode, period, "straight line", distance_km=km)
