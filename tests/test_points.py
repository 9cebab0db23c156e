"""What callers give as origins and destinations: frames, series, shapes; no pairs are told."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

import llrgeo
from llrgeo.errors import InputError, NetworkError, RoutingError
from llrgeo.schema import WGS84


@pytest.fixture
def shapes(town_areas) -> gpd.GeoDataFrame:
    """Return the town's areas as squares around their points, in degrees."""
    squares = town_areas.set_geometry(town_areas.buffer(300, cap_style="square"))
    return squares.to_crs(WGS84)


def test_frames_and_series_are_the_same(town_network, town_areas, town_sites):
    frames = llrgeo.travel_times(town_network, town_areas, town_sites)
    series = llrgeo.travel_times(town_network, town_areas.geometry, town_sites.geometry)
    assert frames.minutes.equals(series.minutes)
    assert frames.error_note == series.error_note


def test_a_point_inside_stands_for_a_shape_and_is_said(town_network, shapes, town_sites, caplog):
    times = llrgeo.travel_times(town_network, shapes, town_sites)
    assert times.minutes.loc["N"].round(1).tolist() == [3.0, 1.0, 1.0]
    said = "4 of 4 origins are shapes: a point inside stands for each."
    assert times.error_note.endswith(said)
    assert caplog.messages == [said]


def test_routes_are_of_pairs(town_network, town_areas, shapes, town_sites):
    three = town_areas.loc[["W", "N", "E"]]
    route = llrgeo.find_routes(town_network, three, town_sites, period="off_peak")
    # From W to A, from N to B, from E to C, which has to go round by the one-way street.
    assert route["travel_time_min"].round(1).tolist() == [2.0, 1.0, 3.0]
    with pytest.raises(RoutingError, match="4 origins and 3 destinations are no pairs"):
        llrgeo.find_routes(town_network, shapes, town_sites, period="off_peak")


def test_a_place_without_geometry_is_named(town_network, town_areas, town_sites):
    lost = town_areas.set_geometry([Point(), None, *town_areas.geometry.iloc[2:]])
    with pytest.raises(InputError, match=r"2 of 4 origins have no geometry \(W, N\)"):
        llrgeo.travel_times(town_network, lost.set_crs(27700, allow_override=True), town_sites)
    assert np.isfinite(town_areas.geometry.x).all()


def test_a_place_without_coordinates_is_told_what_to_do(town_network, town_areas, town_sites):
    with pytest.raises(NetworkError, match="destinations have no coordinate system; set one"):
        llrgeo.travel_times(town_network, town_areas, town_sites.set_crs(None, allow_override=True))
    table = pd.DataFrame({"lat": [52.6], "lon": [-1.1]})
    with pytest.raises(InputError, match="origins are of the type DataFrame; make a GeoDataFrame"):
        llrgeo.travel_times(town_network, table, town_sites)


def test_swapped_degrees_are_told(town_network, town_areas, town_sites):
    def points(x: str, y: str) -> gpd.GeoSeries:
        table = pd.DataFrame({"lat": [52.6, 52.7], "lon": [-1.1, -1.2]}, index=["a", "b"])
        return gpd.GeoSeries.from_xy(table[x], table[y], index=table.index, crs=4326)

    told = r"2 of 2 destinations have latitude and longitude swapped: 52.6 -1.1 \(a, b\);"
    with pytest.raises(InputError, match=told):
        llrgeo.travel_times(town_network, town_areas, points("lat", "lon"))
    with pytest.raises(InputError, match="origins have latitude and longitude swapped"):
        llrgeo.find_routes(town_network, points("lat", "lon"), town_sites[:2], period="off_peak")
    with pytest.raises(InputError, match="sites have latitude and longitude swapped"):
        llrgeo.isochrones(town_network, points("lat", "lon"), [1.5])
    metres = town_sites.set_crs(WGS84, allow_override=True)
    with pytest.raises(InputError, match=r"3 of 3 destinations are no degrees.* crs=27700"):
        llrgeo.travel_times(town_network, town_areas, metres)
    rightly = llrgeo.travel_times(town_network, town_areas, points("lon", "lat"))
    assert rightly.minutes.shape == (4, 2)


def test_isochrones_take_frames_as_well(town_network, town_sites):
    of_frame = llrgeo.isochrones(town_network, town_sites, [1.5])
    assert of_frame.equals(llrgeo.isochrones(town_network, town_sites.geometry, [1.5]))
