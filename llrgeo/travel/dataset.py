"""Matrices too large for one go: computed block by block into a folder of Parquet files.

A folder holds one question. Blocks that are there are not worked out again, and each is written
whole or not at all, so a run that was stopped, or lost a worker, is taken up where it ended. The
same blocks run one after another, on all cores, or on a `dask.distributed` cluster whose machines
share the folder; the files are the same byte for byte.
"""

import hashlib
from dataclasses import astuple, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from joblib import Parallel, delayed

from llrgeo.errors import MissingExtraError, RoutingError
from llrgeo.files import written_whole
from llrgeo.schema import Track
from llrgeo.travel.cache import question_id
from llrgeo.travel.engines import Plan, journey_keys, prepare, settled
from llrgeo.travel.graph import unpack
from llrgeo.travel.od_matrix import Question, load_question, save_question
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.times import AS_COMPUTED, Calibration

_QUESTION: Final = "_question.npz"  # readers of the folder pass over names with an underscore
_HIERARCHY: Final = "_hierarchy.npz"
_ASKED: Final = "_asked.txt"


@dataclass(frozen=True, slots=True)
class Dataset:
    """Where a large matrix goes, and in what blocks.

    Attributes
    ----------
    folder
        The folder; on a cluster, one that every machine sees under the same name.
    origins, destinations
        How many of each a block has at most.
    scheduler
        Address of a running `dask.distributed` scheduler; None computes on this machine.
    calibration
        What turns the minutes computed into those written.
    """

    folder: Path
    origins: int = 20_000
    destinations: int = 100
    scheduler: str | None = None
    calibration: Calibration = AS_COMPUTED


@dataclass(frozen=True, slots=True)
class Block:
    """A run of origins and a run of destinations, by number and name, and the file for them."""

    path: Path
    origins: slice
    destinations: slice
    area_ids: tuple[str, ...]
    site_ids: tuple[str, ...]
    mode: str
    period: str
    plan: Plan
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
        The files that were written now, in order; none where all were there.

    Raises
    ------
    RoutingError
        If the folder holds another question, or no scheduler answers.
    MissingExtraError
        If a scheduler is given and dask is not installed.
    """
    _claim(dataset, router, origins, destinations, period)
    question = router.question(origins, destinations, period)
    plan = replace(router.plan(period), workers=1, hierarchy=dataset.folder / _HIERARCHY)
    plan = settled(question, plan)
    todo = [
        Block(
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
    todo = [block for block in todo if not block.path.is_file()]
    if todo:
        save_question(question, dataset.folder / _QUESTION)
        prepare(question, plan)
    if dataset.scheduler is None:
        Parallel(n_jobs=router.workers)(delayed(write_block)(block) for block in track(todo))
    else:
        _on_cluster(dataset.scheduler, todo, track)
    return [block.path for block in todo]


def write_block(block: Block) -> None:
    """Compute one block of the question in its folder, and write it whole or not at all."""
    path = block.path.with_name(_QUESTION)
    question = _question(path, path.stat().st_mtime_ns).part(block.origins, block.destinations)
    minutes, km = (table.ravel() for table in unpack(journey_keys(question, block.plan)))
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


@lru_cache(maxsize=1)
def _question(path: Path, _written: int) -> Question:
    """Read a question, once a process as long as the file stays as it was written."""
    return load_question(path)


def _runs(count: int, at_once: int) -> list[slice]:
    return [slice(i, min(i + at_once, count)) for i in range(0, count, at_once)]


def _claim(
    dataset: Dataset,
    router: NetworkRouter,
    origins: gpd.GeoSeries,
    destinations: gpd.GeoSeries,
    period: str,
) -> None:
    """Write down in the folder what is asked and in what blocks, or see that it is the same."""
    blocks = (dataset.origins, dataset.destinations)
    rules = (router.max_snap_m, router.limit_min, *blocks, *astuple(dataset.calibration))
    asked = question_id(router.network, period, origins, destinations, rules)
    names = "\n".join([*map(str, origins.index), *map(str, destinations.index)])
    asked = hashlib.sha256(f"{asked}\n{names}".encode()).hexdigest()
    claim = dataset.folder / _ASKED
    dataset.folder.mkdir(parents=True, exist_ok=True)
    if not claim.is_file():
        claim.write_text(asked, encoding="ascii")
    elif claim.read_text(encoding="ascii") != asked:
        msg = (
            f"{dataset.folder}: holds the times of another network, period, calibration, or other "
            "points or blocks. Choose another folder, or empty this one."
        )
        raise RoutingError(msg)


def _on_cluster(scheduler: str, blocks: list[Block], track: Track) -> None:
    try:
        from distributed import Client  # noqa: PLC0415 (an optional extra)
    except ImportError as error:
        msg = "a cluster needs dask: install it with pip install 'llrgeo[dask]'"
        raise MissingExtraError(msg) from error
    try:
        client = Client(scheduler)  # type: ignore[no-untyped-call]  # dask has no types for it
    except OSError as error:
        msg = f"no dask scheduler answers at {scheduler} ({error})"
        raise RoutingError(msg) from error
    with client:
        for future in track(client.map(write_block, blocks, pure=False)):
            future.result()
