"""TopoJSON: every border once, shapes as they were to a grid step."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import LineString, Polygon, box

from llrgeo.publish.explorer.topojson import encode_topology
from llrgeo.schema import WGS84

NO_LINES = gpd.GeoSeries([], crs=WGS84)


def decode(topology, name):
    """Return the shapes of a topology again, by the specification of TopoJSON."""
    scale, translate = (np.array(topology["transform"][key]) for key in ("scale", "translate"))
    arcs = [np.cumsum(arc, axis=0) * scale + translate for arc in topology["arcs"]]

    def joined(numbers):
        lines = [arcs[n] if n >= 0 else arcs[~n][::-1] for n in numbers]
        return np.concatenate([line[min(place, 1) :] for place, line in enumerate(lines)])

    shapes = []
    for geometry in topology["objects"][name]["geometries"]:
        if geometry["type"] == "MultiPolygon":
            parts = [[joined(ring) for ring in part] for part in geometry["arcs"]]
            shapes.append(shapely.MultiPolygon([(part[0], part[1:]) for part in parts]))
        else:
            shapes.append(shapely.MultiLineString([joined(line) for line in geometry["arcs"]]))
    return shapes


def encoded(polygons, lines=NO_LINES):
    return encode_topology(gpd.GeoSeries(polygons, crs=WGS84), lines)


def test_two_neighbours_share_the_arc_between_them():
    topology = encoded([box(0, 0, 1, 1), box(1, 0, 2, 1)])
    assert len(topology["arcs"]) == 3
    left, right = (one["arcs"][0][0] for one in topology["objects"]["areas"]["geometries"])
    assert {n if n >= 0 else ~n for n in left} & {n if n >= 0 else ~n for n in right}


@pytest.mark.parametrize(
    "polygons",
    [
        [box(0, 0, 1, 1), box(1, 0, 2, 1), box(0, 1, 2, 3)],
        [Polygon(box(0, 0, 9, 9).exterior, [box(3, 3, 6, 6).exterior.coords]), box(3, 3, 6, 6)],
        [shapely.union(box(0, 0, 1, 1), box(5, 5, 6, 6)), box(1, 0, 2, 1)],
    ],
    ids=["three that meet", "an island in a hole", "one of two parts"],
)
def test_shapes_come_back_as_they_were(polygons):
    for was, found in zip(polygons, decode(encoded(polygons), "areas"), strict=True):
        assert found.symmetric_difference(was).area < 1e-3 * was.area


def test_lines_come_back_in_their_direction():
    line = LineString([(1.0, 1.0), (0.5, 0.2), (0.0, 0.0)])
    topology = encoded([box(0, 0, 1, 1)], gpd.GeoSeries([line], crs=WGS84))
    (found,) = decode(topology, "lines")
    assert shapely.hausdorff_distance(found, line) < 1e-3
    assert shapely.get_coordinates(found)[0] == pytest.approx([1.0, 1.0], abs=1e-3)


def test_a_speck_below_the_grid_is_left_out_and_keeps_its_place():
    speck = box(0.5, 0.5, 0.5 + 1e-7, 0.5 + 1e-7)
    topology = encoded([box(0, 0, 1, 1), speck, box(1, 0, 2, 1)])
    geometries = topology["objects"]["areas"]["geometries"]
    assert len(geometries) == 3
    assert geometries[1]["arcs"] == []
