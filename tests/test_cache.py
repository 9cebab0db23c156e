"""The cache of matrices: an equal request is found again, another one never."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from llrgeo.roads.network import RoadNetwork
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.times import TravelTimes


@pytest.fixture
def router(town_network: RoadNetwork, tmp_path: Path) -> NetworkRouter:
    return NetworkRouter(town_network, store=tmp_path / "store")


@pytest.fixture
def areas(town_areas: gpd.GeoDataFrame) -> gpd.GeoSeries:
    return town_areas.geometry


@pytest.fixture
def sites(town_sites: gpd.GeoDataFrame) -> gpd.GeoSeries:
    return town_sites.geometry


def ask(
    router: NetworkRouter, areas: gpd.GeoSeries, sites: gpd.GeoSeries, period: str = "off_peak"
) -> TravelTimes:
    return router.travel_times(areas, sites, mode="car", period=period)


def test_the_same_question_is_not_worked_out_again(
    router: NetworkRouter,
    areas: gpd.GeoSeries,
    sites: gpd.GeoSeries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = ask(router, areas, sites)
    monkeypatch.delattr("llrgeo.travel.routers.journey_keys")
    # Another router of the same network, and the same points by other names.
    again = NetworkRouter(router.network, store=router.store)
    renamed = areas.rename({"W": "West"})
    second = ask(again, renamed, sites)
    np.testing.assert_array_equal(second.minutes, first.minutes)
    assert second.distance_km is not None
    np.testing.assert_array_equal(second.distance_km, first.distance_km)
    assert list(second.minutes.index) == ["West", "N", "E", "F"]


def test_a_changed_question_is_worked_out(
    router: NetworkRouter, areas: gpd.GeoSeries, sites: gpd.GeoSeries
) -> None:
    slower = router.network.edges.assign(ms_off_peak=router.network.edges["ms_off_peak"] + 1)
    changed = RoadNetwork(router.network.nodes, slower, router.network.info)
    ask(router, areas, sites)
    ask(router, areas, sites, "pm_peak")
    ask(router, areas.translate(0.001), sites)
    ask(router, areas[::-1], sites)
    ask(router, areas, sites[:2])
    ask(replace(router, limit_min=9), areas, sites)
    ask(replace(router, max_snap_m=9), areas, sites)
    ask(replace(router, network=changed), areas, sites)
    busier = replace(router.network, info=replace(router.network.info, ends_s=60.0))
    ask(replace(router, network=busier), areas, sites)
    assert router.store is not None
    assert len(list(router.store.glob("journeys-*.npy"))) == 9


def test_an_answer_is_written_whole_or_not_at_all(
    router: NetworkRouter,
    areas: gpd.GeoSeries,
    sites: gpd.GeoSeries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stopped(path: Path, _: object) -> None:
        path.write_text("half", encoding="utf-8")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", stopped)
        with pytest.raises(KeyboardInterrupt):
            ask(router, areas, sites)
    assert router.store is not None
    assert list(router.store.iterdir()) == []
    pd.testing.assert_frame_equal(
        ask(router, areas, sites).minutes, ask(replace(router, store=None), areas, sites).minutes
    )


def test_each_period_has_its_own_hierarchy(
    router: NetworkRouter, areas: gpd.GeoSeries, sites: gpd.GeoSeries
) -> None:
    by_hierarchy = replace(router, engine="hierarchy")
    off_peak, pm_peak = (ask(by_hierarchy, areas, sites, p) for p in ("off_peak", "pm_peak"))
    assert router.store is not None
    assert len(list(router.store.glob("hierarchy-*.npz"))) == 2
    pd.testing.assert_frame_equal(pm_peak.minutes, 2 * off_peak.minutes)
