"""Compile the planning network: local streets, the classified roads on top, and times.

Run: python data/compile/network.py
It reads data/postcodes.parquet and data/roads/, and writes data/network/.
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from classified_roads import (
    classified_edges,
    cut_links,
    joints,
    read_line,
    read_links,
    road_nodes,
    slip_roads,
)
from local_streets import (
    delivery_points,
    density_per_km2,
    gabriel_pairs,
    street_edges,
    thin,
)
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely.geometry.base import BaseGeometry
from speeds import edge_seconds, period_factors, read_class_speeds, read_parameters

from llrgeo.roads.network import PERIODS, NetworkInfo, RoadNetwork
from llrgeo.roads.network_files import save_network
from llrgeo.schema import BNG

DATA = Path(__file__).parents[1]
DATA_DATE = "2025-11"
SOURCE = (
    "Planning network, modelled: local streets as a Gabriel graph over unit postcodes (ONS "
    "Postcode Directory, November 2025), classified roads listed by the project, speeds fitted"
)
LICENCE = (
    "Open Government Licence v3.0. Contains OS data and Royal Mail data, Crown copyright and "
    "database right"
)
MEASURED_ON = (
    "independent car times at noon to seven hospitals from 116 areas, districts held back in turn; "
    "short differences on the streets of Rutland"
)
STRAIGHT_CORNERS = 2
COARSE_M = 500
ROUNDING_MS = 100  # times are not known more finely, and round numbers keep the file small


def build_edges(
    postcodes: pd.DataFrame, links: gpd.GeoDataFrame
) -> tuple[NDArray[np.float64], pd.DataFrame]:
    """Return node places (n, 2) in metres and undirected edges, with no speeds as yet."""
    points = delivery_points(postcodes)
    streets = thin(points)
    local = street_edges(streets, gabriel_pairs(streets), points)
    pieces = cut_links(links, points)
    roads = road_nodes(pieces)
    position = pd.Series(len(streets) + np.arange(len(roads)), index=roads.index)
    nodes = np.concatenate([streets, roads.to_numpy()])
    edges = pd.concat(
        [
            local.assign(road_class="local_street"),
            classified_edges(pieces, position, points),
            slip_roads(position),
            joints(roads, position, streets),
        ],
        ignore_index=True,
    )
    edges = edges.fillna({"road_name": "", "oneway": False, "junction_ends": 0, "joints": 0})
    ends = nodes[edges[["from_node", "to_node"]].to_numpy()]
    straight = edges["geometry"].isna()
    edges.loc[straight, "geometry"] = shapely.linestrings(ends[straight])
    bare = edges["density"].isna()
    edges.loc[bare, "density"] = density_per_km2(ends[bare].mean(axis=1), points)
    on_street = edges["road_class"].eq("local_street").to_numpy()
    motorways = links.geometry[links["road_class"] == "motorway"].to_list()
    edges["motorway_crossings"] = on_street & crosses(edges, motorways)
    return nodes, edges[~(on_street & crosses(edges, read_barriers()))]


def read_barriers() -> list[shapely.LineString]:
    """Read the lines of waters that only listed roads may cross."""
    return [read_line(path) for path in pd.read_csv(DATA / "roads" / "barriers.csv")["path"]]


def crosses(edges: pd.DataFrame, lines: Sequence[BaseGeometry]) -> NDArray[np.bool_]:
    """Say which edges cross any of the lines."""
    crossed = shapely.STRtree(edges["geometry"].to_list()).query(lines, "crosses")[1]
    return np.isin(np.arange(len(edges)), crossed)


def keep_main_component(
    nodes: NDArray[np.float64], edges: pd.DataFrame
) -> tuple[NDArray[np.float64], pd.DataFrame]:
    """Keep the largest strongly connected component of directed edges, nodes renumbered."""
    size = len(nodes)
    ends = (edges["from_node"], edges["to_node"])
    graph = coo_array((np.ones(len(edges)), ends), shape=(size, size))
    _, label = connected_components(graph, directed=True, connection="strong")
    kept = label == np.bincount(label).argmax()
    number = np.cumsum(kept) - 1
    inside = kept[edges["from_node"]] & kept[edges["to_node"]]
    renumbered = {end: number[edges[end]] for end in ("from_node", "to_node")}
    return nodes[kept], edges.assign(**renumbered)[inside]


def both_ways(edges: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each direction in which an edge may be driven."""
    back = edges[~edges["oneway"].astype(bool)]
    back = back.assign(
        from_node=back["to_node"],
        to_node=back["from_node"],
        geometry=shapely.reverse(back["geometry"].to_numpy()),
    )
    return pd.concat([edges, back]).sort_index(kind="stable").reset_index(drop=True)


def time_edges(edges: pd.DataFrame) -> pd.DataFrame:
    """Return the directed edges with int64 milliseconds for each period of the day."""
    classes = read_class_speeds()
    seconds = edge_seconds(edges, classes, read_parameters()["value"])
    off_peak_ms = np.maximum(np.round(seconds * 1000 / ROUNDING_MS), 1) * ROUNDING_MS
    timed = edges.copy()
    for period in PERIODS:
        factor = period_factors(edges, classes, period)
        timed[f"ms_{period}"] = (np.round(off_peak_ms * factor / ROUNDING_MS) * ROUNDING_MS).astype(
            "int64"
        )
    return timed


def to_network(
    nodes: NDArray[np.float64], edges: pd.DataFrame, error: dict[str, Any]
) -> RoadNetwork:
    """Give timed directed edges the columns of a RoadNetwork, and say how far off they are."""
    lines = shapely.set_precision(edges["geometry"].to_numpy(), 1.0)
    bent = shapely.get_num_coordinates(lines) > STRAIGHT_CORNERS
    table = pd.DataFrame(
        {
            "from_node": edges["from_node"].astype("int32"),
            "to_node": edges["to_node"].astype("int32"),
            "length_m": edges["length_m"].round(),
            "road_class": edges["road_class"],
            "road_name": edges["road_name"],
            "use": "through",
            "snappable": edges["road_class"] == "local_street",
            "geometry": pd.Series(shapely.to_wkb(lines), edges.index, dtype=object).where(
                bent, None
            ),
            **{f"ms_{period}": edges[f"ms_{period}"] for period in PERIODS},
        }
    )
    info = NetworkInfo(
        mode="car",
        periods=PERIODS,
        source=SOURCE,
        licence=LICENCE,
        data_date=DATA_DATE,
        modelled=True,
        ends_s=float(read_parameters()["value"]["ends_min"]) * 60 / 2,
        error=error.get("statement", ""),
        error_min=error.get("royal_infirmary", {}).get("median_abs_min"),
        accuracy=read_accuracy(error),
        measured_in=read_measured_land(),
        counts={"nodes": len(nodes), "edges": len(edges)},
    )
    return RoadNetwork(pd.DataFrame(nodes.round(), columns=["x", "y"]), table, info)


def compile_network(postcodes: pd.DataFrame, links: gpd.GeoDataFrame) -> RoadNetwork:
    """Compile the network from postcodes and links, in the order in which it is described."""
    nodes, edges = build_edges(postcodes, links)
    nodes, edges = keep_main_component(nodes, both_ways(edges))
    error = tomllib.loads((DATA / "roads" / "error.toml").read_text(encoding="utf-8"))
    return to_network(nodes, time_edges(edges), error)


def read_accuracy(error: dict[str, Any]) -> dict[str, Any]:
    """Return the three errors as plain values, as `llrgeo.travel.accuracy` reads them."""
    if not error:
        return {}
    tables = {
        name: pd.read_csv(DATA / "roads" / f"{kind}_errors.csv").to_dict("records")
        for name, kind in (("journeys", "journey"), ("differences", "difference"))
    }
    return {"source": MEASURED_ON, "mean_min": error["mean_min"], **tables}


def read_measured_land() -> str:
    """Return the land whose areas the error was measured from, coarsely, as WKT in EPSG:27700."""
    land = gpd.read_file(DATA / "authorities.geojson").to_crs(BNG).union_all()
    coarse = shapely.set_precision(land.simplify(COARSE_M), 10.0)
    return str(shapely.to_wkt(coarse, rounding_precision=0))


def main() -> None:
    """Write data/network/."""
    postcodes = pd.read_parquet(DATA / "postcodes.parquet")
    links = read_links(sorted((DATA / "roads").glob("links*.csv")))
    save_network(compile_network(postcodes, links), DATA / "network")


if __name__ == "__main__":
    main()
