"""Times of teams, which travel from sites to areas."""

import dataclasses

import geopandas as gpd
import pandas as pd

from llrgeo.travel.times import Router, TravelTimes


def times_from_sites(
    router: Router,
    areas: gpd.GeoSeries,
    sites: gpd.GeoSeries,
    *,
    mode: str,
    period: str,
) -> TravelTimes:
    """Return the times of teams that travel from each site (column) to each area (row)."""
    # Computed from site to area, for one-way streets make directions differ; then areas are rows.
    times = router.travel_times(sites, areas, mode=mode, period=period)
    km = times.distance_km
    return dataclasses.replace(
        times,
        minutes=_transposed(times.minutes),
        spread={name: _transposed(table) for name, table in times.spread.items()},
        distance_km=None if km is None else _transposed(km),
        direction="from_site",
    )


def _transposed(table: pd.DataFrame) -> pd.DataFrame:
    return table.T.rename_axis(index="area_id", columns="site_id")
