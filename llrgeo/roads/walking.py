"""A walking network made of the streets of a driving network, where no footpaths are mapped."""

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.errors import NetworkError
from llrgeo.modes import WALK_KPH
from llrgeo.roads.network import RoadNetwork

_UNMEASURED: Final = "Walking times along modelled streets, without footpaths; not measured."
_NOT_ON_FOOT: Final = frozenset({"motorway", "motorway_link", "slip_road", "trunk_dual"})


def on_foot(network: RoadNetwork, *, speed_kph: float = WALK_KPH) -> RoadNetwork:
    """Return a driving network for walking: without motorways, at one speed in all periods.

    Footpaths are missing and every street is assumed to be walkable, so minutes are approximate.

    Parameters
    ----------
    network
        A network whose streets are all two-way, such as the planning network.
    speed_kph
        Walking speed.

    Raises
    ------
    NetworkError
        If the network has one-way streets or modelled turns, which only apply to cars.
    """
    edges = network.edges[~network.edges["road_class"].isin(_NOT_ON_FOOT)]
    # People may walk against one-way traffic, for which such a network has no edges.
    start, end = edges[["from_node", "to_node"]].to_numpy(np.int64).T
    nodes = len(network.nodes)
    ways, ways_back = pd.Series(start * nodes + end), pd.Series(end * nodes + start)
    if (edges["road_class"] == "turn").any() or not ways_back.isin(ways).all():
        msg = (
            "the network has one-way streets or turns; for walking, build a network of its own: "
            "llrgeo network build EXTRACT.osm.pbf --mode walk --out FOLDER"
        )
        raise NetworkError(msg)
    # Metres at km/h are 3,600 ms for each metre at 1 km/h; the same in all periods.
    ms = (edges["length_m"] * 3_600 / speed_kph).round().astype(np.int64)
    times = {f"ms_{period}": ms for period in network.info.periods}
    walked = edges.assign(**times).reset_index(drop=True)
    # The error measured for drives does not apply to walks; nothing is added at a walk's ends.
    info = replace(
        network.info,
        mode="walk",
        ends_s=0.0,
        error=_UNMEASURED,
        error_min=None,
        accuracy={},
        measured_in="",
    )
    on_streets = RoadNetwork(network.nodes, walked, info, network.landmarks)
    # Lines that were computed for the driving network are reused.
    if "lines" in vars(network):
        vars(on_streets)["lines"] = network.lines.loc[edges.index].reset_index(drop=True)
    return on_streets
