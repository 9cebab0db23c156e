"""Cache matrices on disk, keyed by a hash of network, period, points and rules."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np

from llrgeo.arrays import Ints
from llrgeo.files import remove_litter, written_whole
from llrgeo.roads.network import RoadNetwork

_DIGEST: Final = hashlib.sha256().digest_size  # bytes at the end of a cached file
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

    The file is written whole or not at all, and ends with the SHA-256 of its content. Without a
    path the array is computed and not saved.
    """
    if path is None:
        return compute()
    cached = _cached(path)
    if cached is not None:
        return cached
    computed = compute()
    # A process that was killed may have left part of a file there.
    remove_litter(path.parent)
    with written_whole(path) as made:
        np.save(made, computed)
        content = made.read_bytes()
        made.write_bytes(content + hashlib.sha256(content).digest())
    return computed


def _cached(path: Path) -> Ints | None:
    """Return a cached array; None where there is none, or its checksum is wrong."""
    if not path.is_file():
        return None
    whole = path.read_bytes()
    content, digest = whole[:-_DIGEST], whole[-_DIGEST:]
    if hashlib.sha256(content).digest() != digest:
        return None
    array: Ints = np.load(io.BytesIO(content), allow_pickle=False)
    return array
