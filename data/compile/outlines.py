"""Compile the outlines of the areas and of the nine authorities, and each postcode's area.

No boundary file is needed. Every live unit postcode of LLR is given to the area of its own
authority whose population-weighted centroid is nearest. The Voronoi cells of the postcodes,
dissolved by area, are the outlines; the postcodes of the neighbouring counties shape the outer
edge. The cells are simplified together, as a coverage, so that neighbours share their border.
The outlines are for drawing: no figure is computed from them. How well they agree with the
official boundaries stands in data/README.md.

    python data/compile/outlines.py

reads data/areas.csv and data/postcodes.parquet, fills the column area_id of the latter, and
writes data/outlines.geojson and data/authorities.geojson.
"""

from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from postcode_directory import read_postcode_directory
from scipy.spatial import KDTree

DATA = Path(__file__).parents[1]

RING_M = 10_000  # neighbours' postcodes farther than this do not touch a cell of LLR
SIMPLIFY_M = 40  # about the size of a unit postcode in a town
DEGREE_DECIMALS = 5  # about a metre


def assign_areas(postcodes: pd.DataFrame, areas: pd.DataFrame) -> pd.Series:
    """Return the area of each postcode: the nearest centroid of the postcode's own authority.

    The result has the index of `postcodes`; it is null outside the authorities of `areas`.
    """
    area_id = pd.Series(None, index=postcodes.index, dtype="str", name="area_id")
    for code, own_areas in areas.groupby("authority_code"):
        own = postcodes["authority_code"] == code
        centroids = KDTree(own_areas[["easting", "northing"]])
        _, nearest = centroids.query(postcodes.loc[own, ["easting", "northing"]])
        area_id[own] = own_areas["area_id"].to_numpy()[nearest]
    return area_id


def keep_near_llr(postcodes: pd.DataFrame, ring_m: float = RING_M) -> pd.DataFrame:
    """Return one row for each point: those of LLR and of the ring of neighbours around it."""
    inside = postcodes.dropna(subset="area_id")
    distance, _ = KDTree(inside[["easting", "northing"]]).query(
        postcodes[["easting", "northing"]], distance_upper_bound=ring_m
    )
    # A large user's postcode may share its point with others; the Voronoi diagram wants it once.
    return postcodes[np.isfinite(distance)].drop_duplicates(["easting", "northing"])


def draw_areas(postcodes: pd.DataFrame) -> gpd.GeoSeries:
    """Return the outline of each area (index area_id, EPSG:27700), neighbours sharing borders."""
    points = shapely.points(postcodes[["easting", "northing"]].to_numpy(dtype=float))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), ordered=True))
    outlines = (
        gpd.GeoDataFrame({"area_id": postcodes["area_id"].to_numpy()}, geometry=cells, crs=27700)
        .dropna(subset="area_id")
        .dissolve("area_id", method="coverage")
        .geometry
    )
    return outlines.simplify_coverage(SIMPLIFY_M)


def to_degrees(outlines: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return the outlines in EPSG:4326, rounded; a shared corner is rounded alike everywhere."""

    def round_corners(corners: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return corners.round(DEGREE_DECIMALS)

    degrees = outlines.to_crs("EPSG:4326")
    return degrees.set_axis(outlines.index).transform(round_corners)


def check_outlines(outlines: gpd.GeoSeries, area_ids: pd.Series) -> None:
    """Raise AssertionError unless each area has one valid outline and no two overlap."""
    assert sorted(outlines.index) == sorted(area_ids)
    assert outlines.is_valid.all()
    assert not outlines.is_empty.any()
    assert shapely.coverage_is_valid(outlines.to_numpy())


def main() -> None:
    """Give each postcode its area, draw the outlines, check them and write the three files."""
    areas = pd.read_csv(DATA / "areas.csv")
    postcodes = pd.read_parquet(DATA / "postcodes.parquet")
    directory = read_postcode_directory(postcodes["postcode"].str[0].unique())
    located = postcodes.merge(directory[["postcode", "authority_code"]], on="postcode")
    located = located.assign(area_id=assign_areas(located, areas))

    outlines = to_degrees(draw_areas(keep_near_llr(located)))
    check_outlines(outlines, areas["area_id"])
    authorities = gpd.GeoDataFrame(
        areas.set_index("area_id")[["authority_code", "authority"]],
        geometry=outlines,
        crs="EPSG:4326",
    ).dissolve(["authority_code", "authority"], method="coverage")

    located[postcodes.columns].to_parquet(
        DATA / "postcodes.parquet", index=False, compression="zstd"
    )
    outlines.rename("geometry").to_frame().reset_index().to_file(DATA / "outlines.geojson")
    authorities.reset_index().to_file(DATA / "authorities.geojson")


if __name__ == "__main__":
    main()
