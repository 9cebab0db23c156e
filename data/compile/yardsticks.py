"""The independent times that the planning network is fitted on and judged by."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.osm import build_network
from llrgeo.travel.routers import NetworkRouter

DATA = Path(__file__).parents[1]
ROYAL_INFIRMARY = "RWEAA"
VALIDATION_ONLY = "NN1 5BD"  # Northampton General Hospital is no site of ours: never fitted to
RUTLAND = "Rutland"
RUTLAND_ENDS = 25  # postcodes drawn for origins, and again for destinations: 625 pairs
MIN_PAIR_M = 1_000.0
SEED = 2021


@dataclass(frozen=True)
class Yardstick:
    """Independent minutes between places.

    Attributes
    ----------
    origins, destinations
        Points in EPSG:27700.
    pairs
        One row a pair: `origin`, `destination` (their index labels), `minutes`, and `group`
        (a district, to be held back together).
    extra
        Parameters, in minutes, that the minutes include besides driving.
    relative
        Whether a miss counts by its share of the minutes.
    """

    origins: gpd.GeoSeries
    destinations: gpd.GeoSeries
    pairs: pd.DataFrame
    extra: tuple[str, ...] = ()
    relative: bool = False


def read_postcode_points() -> gpd.GeoSeries:
    """Return the points of all embedded postcodes, indexed by postcode."""
    table = pd.read_parquet(DATA / "postcodes.parquet").set_index("postcode")
    return gpd.GeoSeries.from_xy(
        table["easting"], table["northing"], crs="EPSG:27700", index=table.index
    )


def hospital_times(reference: Path) -> Yardstick:
    """Read car minutes by area and postcode of a hospital."""
    table = pd.read_csv(reference)
    areas = pd.read_csv(DATA / "areas.csv", index_col="area_id").loc[table["area_id"].unique()]
    pairs = pd.DataFrame(
        {
            "origin": table["area_id"],
            "destination": table["site_postcode"],
            "minutes": table["travel_time_min"],
            "group": areas["authority"].loc[table["area_id"]].to_numpy(),
        }
    )
    origins = gpd.GeoSeries.from_xy(
        areas["easting"], areas["northing"], crs="EPSG:27700", index=areas.index
    )
    sites = gpd.GeoSeries(read_postcode_points().loc[pairs["destination"].unique()])
    return Yardstick(origins, sites, pairs, extra=("ends_min", "terminal_min"))


def indicative_times() -> Yardstick:
    """Read nine rounded times of a route planner from hospitals to the Royal Infirmary.

    They are from door to door without parking, so they tell how much of the hospital times
    above is parking and walking in.
    """
    table = pd.read_csv(DATA / "roads" / "indicative_minutes.csv")
    sites = pd.read_csv(DATA / "sites.csv", index_col="site_id")
    pairs = pd.DataFrame(
        {
            "origin": table["site_id"],
            "destination": ROYAL_INFIRMARY,
            "minutes": table["minutes"].astype(float),
            "group": sites["authority"].loc[table["site_id"]].to_numpy(),
        }
    )
    points = gpd.GeoSeries.from_xy(
        sites["easting"], sites["northing"], crs="EPSG:27700", index=sites.index
    )
    origins = gpd.GeoSeries(points.loc[table["site_id"]])
    destinations = gpd.GeoSeries(points.loc[[ROYAL_INFIRMARY]])
    return Yardstick(origins, destinations, pairs, extra=("ends_min",), relative=True)


def rutland_times(extract: Path) -> Yardstick:
    """Draw pairs of postcodes in Rutland and time them over its real streets.

    The streets are OpenStreetMap's with the UK driving profile's free-flow speeds and delays at
    turns, which its period `night` has: country roads at noon are close to free flow.
    """
    table = pd.read_parquet(DATA / "postcodes.parquet")
    areas = pd.read_csv(DATA / "areas.csv").query("authority == @RUTLAND")
    inside = table[table["area_id"].isin(areas["area_id"])]
    drawn = inside.drop_duplicates(["easting", "northing"]).sample(
        2 * RUTLAND_ENDS, random_state=SEED
    )
    points = gpd.GeoSeries(read_postcode_points().loc[drawn["postcode"]])
    origins = gpd.GeoSeries(points.iloc[:RUTLAND_ENDS])
    destinations = gpd.GeoSeries(points.iloc[RUTLAND_ENDS:])
    minutes = drive_minutes(build_network([extract]), origins, destinations, "night")
    long = minutes.rename_axis(index="origin", columns="destination").melt(
        value_name="minutes", ignore_index=False
    )
    pairs = long.reset_index().assign(group=RUTLAND)
    start = gpd.GeoSeries(points.loc[pairs["origin"]])
    apart_m = start.distance(gpd.GeoSeries(points.loc[pairs["destination"]]), align=False)
    kept = (apart_m.to_numpy() > MIN_PAIR_M) & np.isfinite(pairs["minutes"])
    return Yardstick(origins, destinations, pairs[kept].reset_index(drop=True))


def drive_minutes(
    network: RoadNetwork, origins: gpd.GeoSeries, destinations: gpd.GeoSeries, period: str
) -> pd.DataFrame:
    """Return minutes from each origin (row) to each destination (column)."""
    router = NetworkRouter(network)
    return router.travel_times(origins, destinations, mode="car", period=period).minutes
