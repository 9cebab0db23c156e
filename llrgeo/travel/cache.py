"""Cache matrices on disk, keyed by a hash of network, period, points and rules."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np

from llrgeo.arrays import Ints
from llrgeo.execution.checked_files import read_checked, write_checked
from llrgeo.roads.network import RoadNetwork

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
        The network, identified by its fingerprint, and one of its periods.
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


def load_or_compute(path: Path | None, compute: Callable[[], Ints]) -> Ints:
    """Return the array cached at a path; if it is missing or damaged, compute and save it.

    Without a path the array is computed and not saved.
    """
    if path is None:
        return compute()
    content = read_checked(path)
    if content is not None:
        cached: Ints = np.load(io.BytesIO(content), allow_pickle=False)
        return cached
    computed = compute()
    written = io.BytesIO()
    np.save(written, computed)
    write_checked(path, written.getvalue())
    return computed
