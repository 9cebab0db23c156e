"""Matrices in blocks: whole, resumable, and the same wherever they are computed."""

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from town import slowed

from llrgeo.errors import LlrgeoError, MissingExtraError, RoutingError
from llrgeo.roads.network import RoadNetwork
from llrgeo.travel.dataset import Dataset, write_dataset
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.times import Calibration, load_travel_times


@pytest.fixture
def places(town_network: RoadNetwork) -> gpd.GeoSeries:
    """Return forty points in and about the toy town."""
    rng = np.random.default_rng(3)
    xy = town_network.nodes[["x", "y"]].to_numpy()[:9].mean(axis=0) + rng.normal(0, 800, (40, 2))
    ids = pd.Index([f"P{i:02}" for i in range(40)])
    return gpd.GeoSeries(gpd.points_from_xy(*xy.T, crs="EPSG:27700"), ids)


@pytest.fixture
def router(town_network: RoadNetwork) -> NetworkRouter:
    return NetworkRouter(town_network, max_snap_m=300)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.parquet"))}


def write(router: NetworkRouter, places: gpd.GeoSeries, folder: Path, **other: Any) -> list[Path]:
    dataset = Dataset(folder, origins=15, destinations=4)
    return write_dataset(router, places, places[:10], dataset, period="off_peak", **other)


def test_the_blocks_together_are_the_matrix(
    router: NetworkRouter, places: gpd.GeoSeries, tmp_path: Path
) -> None:
    written = write(router, places, tmp_path)
    assert len(written) == 9
    whole = router.travel_times(places, places[:10], mode="car", period="off_peak")
    read = load_travel_times(tmp_path)
    assert np.isinf(whole.minutes.to_numpy()).any()
    pd.testing.assert_frame_equal(read.minutes, whole.minutes, check_names=False)
    assert read.distance_km is not None
    pd.testing.assert_frame_equal(read.distance_km, whole.distance_km, check_names=False)


def test_a_block_has_at_most_100_destinations_where_nobody_says(
    router: NetworkRouter, places: gpd.GeoSeries, tmp_path: Path
) -> None:
    many = gpd.GeoSeries(np.resize(places.to_numpy(), 101), crs=places.crs)
    for count, blocks in ((100, 1), (101, 2)):
        to = many[:count].set_axis([f"S{i:03}" for i in range(count)])
        found = write_dataset(
            router, places[:2], to, Dataset(tmp_path / f"{count}"), period="off_peak"
        )
        assert len(found) == blocks


@pytest.mark.parametrize("change", [{"workers": 2}, {"engine": "hierarchy"}])
def test_workers_and_engines_write_the_same_bytes(
    change: dict[str, Any], router: NetworkRouter, places: gpd.GeoSeries, tmp_path: Path
) -> None:
    write(router, places, tmp_path / "one")
    write(replace(router, **change), places, tmp_path / "other")
    assert contents(tmp_path / "one") == contents(tmp_path / "other")


def test_a_second_run_does_nothing_and_a_lost_block_is_made_again(
    router: NetworkRouter, places: gpd.GeoSeries, tmp_path: Path
) -> None:
    written = write(router, places, tmp_path)
    before = contents(tmp_path)
    assert write(router, places, tmp_path) == []
    written[4].unlink()
    assert write(router, places, tmp_path) == [written[4]]
    assert contents(tmp_path) == before


def test_a_folder_of_another_question_is_refused(
    router: NetworkRouter, places: gpd.GeoSeries, tmp_path: Path
) -> None:
    write(router, places, tmp_path)
    with pytest.raises(RoutingError, match="another network, period, calibration, or other points"):
        write(router, places.rename({"P03": "Q03"}), tmp_path)
    with pytest.raises(RoutingError, match="another network"):
        write(replace(router, network=slowed(router.network, 1.01)), places, tmp_path)
    slower = Dataset(tmp_path, 15, 4, calibration=Calibration(1.1))
    with pytest.raises(RoutingError, match="another network"):
        write_dataset(router, places, places[:10], slower, period="off_peak")


def test_without_dask_a_scheduler_is_refused_by_the_name_of_the_extra(
    router: NetworkRouter, places: gpd.GeoSeries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    dataset = Dataset(tmp_path / "times", scheduler="tcp://127.0.0.1:1")
    with pytest.raises(MissingExtraError, match="pip install distributed"):
        write_dataset(router, places, places, dataset, period="off_peak")
    assert not dataset.folder.exists()


def test_a_scheduler_that_does_not_answer_is_named(
    router: NetworkRouter, places: gpd.GeoSeries, tmp_path: Path
) -> None:
    dask = pytest.importorskip("dask")
    pytest.importorskip("distributed")
    dataset = Dataset(tmp_path / "times", scheduler="tcp://127.0.0.1:1")
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(LlrgeoError, match=r"no dask scheduler answers at tcp://127\.0\.0\.1:1"),
    ):
        write_dataset(router, places, places, dataset, period="off_peak")
    assert not dataset.folder.exists()


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_loses_no_block(
    router: NetworkRouter, places: gpd.GeoSeries, tmp_path: Path
) -> None:
    distributed = pytest.importorskip("distributed")
    alone, together = (Dataset(tmp_path / name, 2, 1) for name in ("alone", "together"))
    ask = (router, places, places[:10])
    write_dataset(*ask, alone, period="off_peak")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50
    ) as cluster:
        together = replace(together, scheduler=cluster.scheduler_address)

        def track(futures: Sequence[Any]) -> Iterator[Any]:
            """Kill one of the two workers when the first block is done."""
            futures[0].result()
            os.kill(cluster.workers[0].pid, signal.SIGKILL)
            assert len(contents(together.folder)) < len(futures), "killed too late to matter"
            yield from futures

        assert len(write_dataset(*ask, together, period="off_peak", track=track)) == 200
        assert write_dataset(*ask, together, period="off_peak") == []
    assert contents(together.folder) == contents(alone.folder)
