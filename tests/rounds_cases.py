"""Rounds on the network of LLR: bases, the homes of a day, and PyVRP's rounds to compare with."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.rounds import Homes, driving_minutes
from llrgeo.inputs.areas import read_areas
from llrgeo.inputs.embedded import embedded
from llrgeo.inputs.postcodes import read_postcodes
from llrgeo.inputs.sites import read_sites
from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.network_files import load_network
from llrgeo.roads.snap import WALK_M_PER_S, Snapper, snapper
from llrgeo.schema import BNG
from llrgeo.travel.routers import travel_times

BASES = ("RWELC", "loughborough", "hinckley-bosworth", "RT5PA", "RWELR", "RWELS", "RWEAK")
NEED = {"age_18_64": 4, "age_65_74": 30, "age_75_84": 100, "age_85_plus": 300}
RUNS = (
    *((base, 64, 8, day) for base in BASES for day in (1, 2)),
    *((base, 64, 4, 3) for base in BASES[:4]),
    *((base, 192, visits, 4) for base in BASES[:3] for visits in (6, 12)),
)
"""The 24 runs: a base, visits of a day, visits of a round, and the seed of the day."""


@dataclass(frozen=True)
class Llr:
    """The network, the areas with their need and base, and the postcodes in them."""

    network: RoadNetwork
    areas: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    postcodes: pd.DataFrame
    snapper: Snapper


def load_llr() -> Llr:
    """Return LLR with each area given to the nearest of seven bases."""
    network = load_network(embedded("network"))
    areas = read_areas(embedded("areas.csv"))
    sites = read_sites(embedded("sites.csv")).loc[list(BASES)]
    minutes = travel_times(network, areas.geometry, sites.geometry).minutes
    need = areas[list(NEED)] @ pd.Series(NEED) / 1_000
    areas = areas.assign(base=minutes.idxmin(axis=1), need=need)
    return Llr(network, areas, sites, read_postcodes().dropna(subset="area_id"), snapper(network))


def driving(llr: Llr, points: gpd.GeoSeries) -> np.ndarray:
    """Return driving minutes between points, without the ends of each journey."""
    named = points.set_axis([f"p{i}" for i in range(len(points))])
    table = travel_times(llr.network, named, named).minutes.to_numpy()
    walk_m = llr.snapper.snap(named, role="destination")["distance_m"].to_numpy()
    ends = (llr.network.info.ends_s + walk_m / WALK_M_PER_S) / 60
    return driving_minutes(table, ends)


def centroids(llr: Llr, base: str) -> Homes:
    """Return the homes of a base as a study knows them: its areas, by need."""
    served = llr.areas[llr.areas["base"] == base]
    points = pd.concat([llr.sites.geometry.loc[[base]], served.geometry])
    minutes = driving(llr, gpd.GeoSeries(points, crs=BNG))
    x, y = served.geometry.x.to_numpy(), served.geometry.y.to_numpy()
    return Homes(minutes, x, y, served["need"].to_numpy())


def homes_of_a_day(llr: Llr, base: str, visits: int, seed: int) -> tuple[np.ndarray, ...]:
    """Draw postcodes by need; return driving minutes with the base first, x and y of the homes."""
    rng = np.random.default_rng(seed)
    served = llr.areas[llr.areas["base"] == base]
    areas = rng.choice(served.index, visits, p=served["need"] / served["need"].sum())
    by_area = llr.postcodes.groupby("area_id").indices
    drawn = llr.postcodes.iloc[[rng.choice(by_area[area]) for area in areas]]
    x, y = drawn["easting"].to_numpy(float), drawn["northing"].to_numpy(float)
    homes = gpd.GeoSeries(gpd.points_from_xy(x, y, crs=BNG))
    points = pd.concat([llr.sites.geometry.loc[[base]], homes])
    return driving(llr, gpd.GeoSeries(points, crs=BNG)), x, y


def pyvrp_minutes(minutes: np.ndarray, a_round: int, *, iterations: int, seed: int = 1) -> float:
    """Return the driving minutes of PyVRP's best rounds with at most some homes each.

    It stops after a number of iterations, not of seconds: a busy machine gets the same rounds.
    """
    import pyvrp  # noqa: PLC0415 (an extra)
    from pyvrp.stop import MaxIterations  # noqa: PLC0415 (of the same extra)

    homes = len(minutes) - 1
    model = pyvrp.Model()
    places = [model.add_location(0, 0) for _ in range(homes + 1)]
    depot = model.add_depot(places[0])
    model.add_vehicle_type(homes, capacity=a_round, start_depot=depot, end_depot=depot)
    for place in places[1:]:
        model.add_client(place, delivery=1)
    whole = np.rint(minutes * 100).astype(int)
    for i, start in enumerate(places):
        for j, end in enumerate(places):
            if i != j:
                model.add_edge(start, end, distance=int(whole[i, j]))
    result = model.solve(MaxIterations(iterations), seed=seed, display=False)
    return result.cost() / 100
