"""Isochrones of the toy town: the kilometres within reach can be counted on its map."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from town import ORIGIN

from llrgeo.errors import NetworkError, RoutingError
from llrgeo.roads.network import RoadNetwork
from llrgeo.schema import BNG
from llrgeo.travel.isochrones import isochrones, roads_within


def at(east: float, north: float) -> gpd.GeoSeries:
    points = gpd.points_from_xy([ORIGIN[0] + east], [ORIGIN[1] + north], crs=BNG)
    return gpd.GeoSeries(points, index=pd.Index(["S"], name="site_id"))


@pytest.mark.parametrize(
    ("minutes", "direction", "km"),
    [
        # into C at node 4: from 1, 7 and 3 each 1 km a minute, from 5 a fifth of it
        (0.5, "to_site", 0.5 + 0.5 + 0.5 + 0.1),
        # out of 4: to 1 and 7, slowly to 5; the street from 3 is one-way
        (0.5, "from_site", 0.5 + 0.5 + 0.1),
        (1.0, "from_site", 1.0 + 1.0 + 0.2),
    ],
)
def test_roads_are_cut_where_the_time_is_up(
    town_network: RoadNetwork, minutes: float, direction: str, km: float
) -> None:
    found = roads_within(
        town_network, at(1_000, 1_000), [minutes], period="off_peak", direction=direction
    )
    assert shapely.unary_union(found.geometry.iloc[0]).length / 1_000 == pytest.approx(km, abs=0.02)


def test_a_site_along_a_road_reaches_both_ways_of_it(town_network: RoadNetwork) -> None:
    found = roads_within(town_network, at(250, 0), [0.25], period="off_peak", direction="from_site")
    # on the street from 0 to 1: 250 m back to 0 and 250 m on
    assert shapely.unary_union(found.geometry.iloc[0]).length == pytest.approx(500, abs=1)


def test_peaks_shrink_what_is_in_reach(town_network: RoadNetwork) -> None:
    free = isochrones(town_network, at(1_000, 1_000), [1.0])
    peak = isochrones(town_network, at(1_000, 1_000), [1.0], period="pm_peak")
    assert peak.area.iloc[0] < free.area.iloc[0]


def test_longer_limits_hold_shorter_ones(
    town_network: RoadNetwork, town_sites: gpd.GeoDataFrame
) -> None:
    found = isochrones(town_network, town_sites.geometry, [3, 1, 2])
    assert list(found["minutes"]) == [1, 2, 3] * 3
    assert list(found["site_id"].unique()) == ["A", "B", "C"]
    for _, rows in found.groupby("site_id"):
        areas = rows.geometry.to_list()
        assert areas[1].covers(areas[0].buffer(-0.01))
        assert areas[2].covers(areas[1].buffer(-0.01))
    assert found.crs == BNG
    assert found.is_valid.all()


def test_a_limit_with_time_to_spare_holds_every_street(town_network: RoadNetwork) -> None:
    found = isochrones(town_network, at(0, 0), [60])
    assert found.covers(town_network.lines.union_all()).all()


def test_a_site_far_from_every_road_reaches_nothing(town_network: RoadNetwork) -> None:
    found = isochrones(town_network, at(15_000, 15_000), [10])
    assert found.geometry.is_empty.all()


def test_limits_and_periods_that_make_no_sense_are_refused(town_network: RoadNetwork) -> None:
    with pytest.raises(RoutingError, match="minutes must be above zero, not 10, 0"):
        isochrones(town_network, at(0, 0), [10, 0])
    with pytest.raises(NetworkError, match="no period"):
        isochrones(town_network, at(0, 0), [10], period="rush")
