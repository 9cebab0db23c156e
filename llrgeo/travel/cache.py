"""Answers kept by the content of their question: the same question is not worked out twice."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np

from llrgeo.files import written_whole
from llrgeo.roads.network import RoadNetwork
from llrgeo.travel.graph import IntArray

_VERSION: Final = 1  # raise it when the same question would be answered otherwise


def question_id(
    network: RoadNetwork,
    period: str,
    origins: gpd.GeoSeries,
    destinations: gpd.GeoSeries,
    rules: tuple[float | None, ...],
) -> str:
    """Return a name for a question: SHA-256 of everything that decides the answer.

    Parameters
    ----------
    network, period
        The network, known by its fingerprint, and which of its times count.
    origins, destinations
        Points, by their coordinates and order; what they are called decides nothing.
    rules
        Numbers that change the answer, such as the limit.
    """
    roads = f"{network.fingerprint} {network.info.ends_s} {period}"
    digest = hashlib.sha256(f"{_VERSION} {roads} {rules}".encode())
    for points in (origins, destinations):
        digest.update(f"{points.crs} {len(points)}".encode())
        for place in points.to_wkb():
            digest.update(place)
    return digest.hexdigest()


def kept(path: Path | None, answer: Callable[[], IntArray]) -> IntArray:
    """Return the array saved at a path; where there is none, work it out and save it.

    It is written whole or not at all. Without a path it is only worked out.
    """
    if path is None:
        return answer()
    if path.is_file():
        held: IntArray = np.load(path, allow_pickle=False)
        return held
    found = answer()
    with written_whole(path) as made:
        np.save(made, found)
    return found
