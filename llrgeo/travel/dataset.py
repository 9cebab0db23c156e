"""Matrices larger than memory: computed block by block into a folder of Parquet files.

A folder holds the matrix of one request. Each block is written whole or not at all, and blocks that
exist and match their checksums are not computed again, so a run that was stopped, or lost a worker,
resumes where it ended. Blocks are computed one after another, on all cores, or on a
`dask.distributed` cluster whose machines share the folder; the files are equal byte for byte.
"""

import hashlib
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import astuple, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from llrgeo.errors import RoutingError
from llrgeo.execution.tasks import map_here, scheduler_at
from llrgeo.files import remove_litter, written_whole
from llrgeo.schema import Track
from llrgeo.travel.block_checksums import (
    add_checksum,
    read_request,
    whole_blocks,
    write_request,
)
from llrgeo.travel.cache import request_hash
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.search.engines import SearchPlan, choose_engine, journey_keys, prepare_hierarchy
from llrgeo.travel.search.graph import unpack
from llrgeo.travel.search.od_matrix import MatrixRequest, load_request, save_request
from llrgeo.travel.times import AS_COMPUTED, Calibration

# Readers of Parquet folders ignore names with an underscore; the names are as in 0.1, whose folders
# can be resumed.
_REQUEST: Final = "_question.npz"
_HIERARCHY: Final = "_hierarchy.npz"


@dataclass(frozen=True, slots=True)
class Dataset:
    """Where a large matrix is written, and in what blocks.

    Attributes
    ----------
    folder
        The folder, as a path or text; on a cluster, one that every machine sees under the same
        name.
    origins, destinations
        The largest number of each in a block.
    scheduler
        Address of a running `dask.distributed` scheduler; None computes on this machine.
    calibration
        Applied to the computed minutes before they are written.

    Examples
    --------
    >>> blocks = llrgeo.Dataset(folder / "minutes", origins=10_000, destinations=50)
    >>> blocks.scheduler is None  # computed on this machine
    True
    """

    folder: Path
    origins: int = 20_000
    destinations: int = 100
    scheduler: str | None = None
    calibration: Calibration = AS_COMPUTED

    def __post_init__(self) -> None:
        """Convert a folder given as text to a path."""
        object.__setattr__(self, "folder", Path(self.folder))


@dataclass(frozen=True, slots=True)
class MatrixBlock:
    """One block: consecutive origins and destinations, by number and id, and the file for them."""

    path: Path
    origins: slice
    destinations: slice
    area_ids: tuple[str, ...]
    site_ids: tuple[str, ...]
    mode: str
    period: str
    plan: SearchPlan
    calibration: Calibration


def write_dataset(
    router: NetworkRouter,
    origins: gpd.GeoSeries,
    destinations: gpd.GeoSeries,
    dataset: Dataset,
    *,
    period: str,
    track: Track = iter,
) -> list[Path]:
    """Compute the travel times from every origin to every destination into a folder.

    The files have the columns of `TravelTimes.to_long`, blank where a pair is unreachable;
    `load_travel_times` reads the folder.

    Returns
    -------
    list
        The files that this call wrote, in order; empty if all existed already.

    Raises
    ------
    RoutingError
        If the folder holds the matrix of another request.
    LlrgeoError
        If the scheduler given does not answer or has no workers.
    MissingExtraError
        If a scheduler is given and dask is not installed.
    """
    scheduler = scheduler_at(dataset.scheduler) if dataset.scheduler else nullcontext()
    # The scheduler answers first: one that does not leaves no folder, and costs no minutes.
    with scheduler as map_there:
        _claim(dataset, router, origins, destinations, period)
        todo = _missing_blocks(dataset, router, origins, destinations, period)
        if map_there:
            written = map_there(_write_there, None, todo, track=track)
        else:
            written = _write_here(todo, router.workers, track)
        # This process alone adds checksums: a killed run computes again what it had not listed.
        for path in written:
            add_checksum(path)
    return [block.path for block in todo]


def _missing_blocks(
    dataset: Dataset,
    router: NetworkRouter,
    origins: gpd.GeoSeries,
    destinations: gpd.GeoSeries,
    period: str,
) -> list[MatrixBlock]:
    """Return the blocks that a folder does not have whole, with what they need written into it."""
    request = router.build_request(origins, destinations, period)
    hierarchy = dataset.folder / _HIERARCHY
    # Each block is one task, so its own searches run in one process.
    plan = replace(router.search_plan(period), workers=1, hierarchy=hierarchy, map_tasks=map_here)
    plan = choose_engine(request, plan)
    # A block's file is named by its first origin and destination: it is the same in every run.
    blocks = [
        MatrixBlock(
            dataset.folder / f"areas-{rows.start:07}-sites-{columns.start:06}.parquet",
            rows,
            columns,
            tuple(origins.index[rows]),
            tuple(destinations.index[columns]),
            router.network.info.mode,
            period,
            plan,
            dataset.calibration,
        )
        for rows in _runs(len(origins), dataset.origins)
        for columns in _runs(len(destinations), dataset.destinations)
    ]
    whole = whole_blocks(dataset.folder)
    # Blocks that match their checksum stay: a run that was killed resumes where it stopped.
    todo = [block for block in blocks if block.path.name not in whole]
    if todo:
        save_request(request, dataset.folder / _REQUEST)
        prepare_hierarchy(request, plan)
    return todo


def _write_here(blocks: list[MatrixBlock], workers: int, track: Track) -> Iterator[Path]:
    from joblib import Parallel, delayed  # noqa: PLC0415 (few runs write blocks)

    jobs = (delayed(write_block)(block) for block in track(blocks))
    yield from Parallel(n_jobs=workers, return_as="generator")(jobs)


def write_block(block: MatrixBlock) -> Path:
    """Compute one block of a folder's matrix, write it whole or not at all, return its path."""
    path = block.path.with_name(_REQUEST)
    # Each process reads the request once, not once a block.
    request = _load_once(path, path.stat().st_mtime_ns).block(block.origins, block.destinations)
    minutes, km = (table.ravel() for table in unpack(journey_keys(request, block.plan)))
    minutes = block.calibration.applied(minutes)
    shape = (len(block.area_ids), len(block.site_ids))
    area, site = (number.ravel().astype(np.int32) for number in np.indices(shape))
    table = pa.table(
        {
            "area_id": pa.DictionaryArray.from_arrays(area, pa.array(block.area_ids)),
            "site_id": pa.DictionaryArray.from_arrays(site, pa.array(block.site_ids)),
            "travel_time_min": pa.array(minutes, mask=np.isinf(minutes)),
            "mode": pa.repeat(block.mode, len(minutes)),
            "period": pa.repeat(block.period, len(minutes)),
            "distance_km": pa.array(km, mask=np.isinf(km)),
        }
    )
    with written_whole(block.path) as made:
        pq.write_table(table, made, compression="zstd")
    return block.path


@lru_cache(maxsize=1)
def _load_once(path: Path, _written: int) -> MatrixRequest:
    """Read a request, once a process while the file's time of writing stays the same."""
    return load_request(path)


def _runs(count: int, at_once: int) -> list[slice]:
    return [slice(i, min(i + at_once, count)) for i in range(0, count, at_once)]


def _claim(
    dataset: Dataset,
    router: NetworkRouter,
    origins: gpd.GeoSeries,
    destinations: gpd.GeoSeries,
    period: str,
) -> None:
    """Write the hash of the request and its blocks to a new folder, or compare it with the old."""
    blocks = (dataset.origins, dataset.destinations)
    rules = (router.max_snap_m, router.limit_min, *blocks, *astuple(dataset.calibration))
    request = request_hash(router.network, period, origins, destinations, rules)
    # Ids do not change a matrix, but they are written into its files.
    names = "\n".join([*map(str, origins.index), *map(str, destinations.index)])
    request = hashlib.sha256(f"{request}\n{names}".encode()).hexdigest()
    dataset.folder.mkdir(parents=True, exist_ok=True)
    remove_litter(dataset.folder)
    # A folder belongs to its first request: blocks of two requests would mix without a warning.
    first_request = read_request(dataset.folder)
    if not first_request:
        write_request(dataset.folder, request)
    elif first_request != request:
        msg = (
            f"{dataset.folder}: holds the times of another network, period, calibration, or other "
            "points or blocks. Choose another folder, or empty this one."
        )
        raise RoutingError(msg)


def _write_there(_: None, block: MatrixBlock) -> Path:
    return write_block(block)
