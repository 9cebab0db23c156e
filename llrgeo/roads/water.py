"""Sites that are joined to a road across a river or canal."""

import geopandas as gpd
import numpy as np
import shapely

from llrgeo.inputs.base_map import WATER
from llrgeo.inputs.entrances import each_entrance
from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.snap import Role, Snapper
from llrgeo.schema import BNG, name_some


def water_note(network: RoadNetwork, snapping: Snapper, sites: gpd.GeoSeries, role: Role) -> str:
    """Return a sentence on sites joined to a road across a river or canal; blank if there is none.

    Parameters
    ----------
    network
        The network; its landmarks include rivers and canals.
    snapping
        The network's snapper.
    sites
        Where journeys to each site end: points, or several entrances, in any declared CRS.
    role
        `destination` for residents who travel to sites, `origin` for teams based there.
    """
    if network.landmarks is None:
        return ""
    water = network.landmarks[network.landmarks["kind"].isin(WATER)]
    entrances, of_site = each_entrance(sites.to_crs(BNG))
    snaps = snapping.snap(entrances, role=role)
    on_road = np.flatnonzero(snaps["edge"].to_numpy() >= 0)
    if water.empty or not on_road.size:
        return ""
    # The walk from each site to its road, straight as the times count it.
    lines = network.lines.to_numpy()[snaps["edge"].to_numpy()[on_road]]
    feet = shapely.line_interpolate_point(lines, snaps["offset_m"].to_numpy()[on_road])
    ends = (entrances.to_numpy()[on_road], feet)
    walks = np.asarray(
        shapely.linestrings(np.stack([shapely.get_coordinates(end) for end in ends], axis=1))
    )
    walk, crossed = shapely.STRtree(water.geometry.to_numpy()).query(walks, predicate="intersects")
    if not walk.size:
        return ""
    crossings = {}
    for row, line in zip(walk, crossed, strict=True):
        site, name = sites.index[of_site[on_road[row]]], water["name"].iloc[line]
        crossings[site] = f"{site}: {name or 'unnamed water'}, {walks[row].length:.0f} m"
    what = "site is" if len(crossings) == 1 else "sites are"
    named = name_some(crossings[site] for site in sorted(crossings))
    return (
        f"{len(crossings)} {what} joined to the nearest road across water ({named}). State where "
        "people go in: column 'entrances' of the table of sites."
    )
