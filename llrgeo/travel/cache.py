"""Cache matrices on disk, keyed by a hash of network, period, points and rules."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np

from llrgeo.files import written_whole
from llrgeo.roads.network import RoadNetwork
from llrgeo.travel.graph import IntArray

_VERSION: Final = 1  # raise it when a change of the code changes the matrix of an equal request


def request_hash(
    network: RoadNetwork,
    period: str,
    origins: gpd.GeoSeries,
    destinations: gpd.GeoSeries,
    rules: tuple[float | None, ...],
) -> str:
    """Return the SHA-256, in hexadecimal, of everything that decides a matrix.

    Parameters
    ----------
    network, period
        The network, known by its fingerprint, and which of its periods counts.
    origins, destinations
        Points. Their coordinates, order and CRS are hashed; their ids change nothing.
    rules
        Numbers that change the matrix, such as the limit in minutes.
    """
    roads = f"{network.fingerprint} {network.info.ends_s} {period}"
    digest = hashlib.sha256(f"{_VERSION} {roads} {rules}".encode())
    for points in (origins, destinations):
        digest.update(f"{points.crs} {len(points)}".encode())
        for point in points.to_wkb():
            digest.update(point)
    return digest.hexdigest()


def load_or_compute(path: Path | None, compute: Callable[[], IntArray]) -> IntArray:
    """Return the array cached at a path; compute and save it where there is no such file.

    The file is written whole or not at all. With no path the array is computed and not saved.
    """
    if path is None:
        return compute()
    if path.is_file():
        cached: IntArray = np.load(path, allow_pickle=False)
        return cached
    computed = compute()
    with written_whole(path) as made:
        np.save(made, computed)
    return computed
