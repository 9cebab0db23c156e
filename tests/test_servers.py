"""The routers over HTTP, against a server that the test starts on this machine."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from llrgeo.errors import RoutingError
from llrgeo.travel.imported.servers import OsrmRouter, ValhallaRouter

TRIP = {"mode": "car", "period": "off_peak"}


def seconds_between(start: tuple[float, float], end: tuple[float, float]) -> float | None:
    """Take 60 seconds for each hundredth of a degree; the farm in the east is cut off."""
    if start[0] > -1 or end[0] > -1:
        return None
    return round(6_000 * (abs(start[0] - end[0]) + 2 * max(0, end[1] - start[1])), 1)


class Server(BaseHTTPRequestHandler):
    """Answers as OSRM's table and Valhalla's matrix do, and notes what it was asked."""

    asked: ClassVar[list[tuple[int, int]]] = []

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        _, service, version, profile, points = url.path.split("/")
        assert (service, version, profile) == ("table", "v1", "car")
        places = [tuple(map(float, point.split(","))) for point in points.split(";")]
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        starts, ends = (
            [places[int(number)] for number in query[name].split(";")]
            for name in ("sources", "destinations")
        )
        table = self.table(starts, ends)
        metres = [[None if s is None else s * 10 for s in row] for row in table]
        self.answer({"code": "Ok", "durations": table, "distances": metres})

    def do_POST(self) -> None:
        assert self.path == "/sources_to_targets"
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert body["costing"] == "auto"
        starts, ends = (
            [(place["lon"], place["lat"]) for place in body[name]]
            for name in ("sources", "targets")
        )
        cells = [
            [{"time": s, "distance": None if s is None else s / 100} for s in row]
            for row in self.table(starts, ends)
        ]
        self.answer({"sources_to_targets": cells, "units": "kilometers"})

    def table(self, starts: list[Any], ends: list[Any]) -> list[list[float | None]]:
        self.asked.append((len(starts), len(ends)))
        return [[seconds_between(start, end) for end in ends] for start in starts]

    def answer(self, body: dict[str, Any]) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Refusing(Server):
    """Refuses as OSRM does when too much is asked."""

    def answer(self, _: dict[str, Any]) -> None:
        self.send_response(400)
        self.end_headers()
        self.wfile.write(b'{"code": "TooBig", "message": "Too many table coordinates"}')


class Muddled(Server):
    """Answers something else."""

    def answer(self, _: dict[str, Any]) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"code": "Ok"}')


@contextmanager
def serving(kind: type[Server] = Server) -> Iterator[str]:
    """Run a server and give its address."""
    kind.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the address of a running server of the kind asked for."""
    with serving(getattr(request, "param", Server)) as address:
        yield address


@pytest.mark.parametrize("kind", [OsrmRouter, ValhallaRouter])
def test_a_server_s_table_becomes_the_matrix_block_by_block(
    kind: type[OsrmRouter | ValhallaRouter],
    url: str,
    town_areas: gpd.GeoDataFrame,
    town_sites: gpd.GeoDataFrame,
) -> None:
    router = kind(url, points_at_once=2)
    times = router.travel_times(town_areas.geometry, town_sites.geometry, **TRIP)
    starts, ends = (list(zip(t["lon"], t["lat"], strict=True)) for t in (town_areas, town_sites))
    seconds = [[seconds_between(start, end) for end in ends] for start in starts]
    expected = np.array(seconds, dtype=float) / 60
    expected[np.isnan(expected)] = np.inf
    np.testing.assert_allclose(times.minutes, expected, atol=1e-3)
    np.testing.assert_allclose(times.distance_km, expected * 0.6, atol=1e-3)
    assert np.isinf(times.minutes.loc["F"]).all()
    assert not np.array_equal(expected[:3, :3], expected[:3, :3].T)
    pd.testing.assert_index_equal(times.minutes.columns, town_sites.index)
    assert max(max(size) for size in Server.asked) <= 2
    assert url in times.engine


@pytest.mark.parametrize("url", [Refusing], indirect=True)
def test_a_refusal_is_passed_on_in_the_server_s_words(
    url: str, town_sites: gpd.GeoDataFrame
) -> None:
    with pytest.raises(RoutingError, match=r"refused: 400 .*Too many table coordinates"):
        OsrmRouter(url).travel_times(town_sites.geometry, town_sites.geometry, **TRIP)


@pytest.mark.parametrize("url", [Muddled], indirect=True)
@pytest.mark.parametrize("kind", [OsrmRouter, ValhallaRouter])
def test_an_answer_that_is_no_table_is_refused(
    kind: type[OsrmRouter | ValhallaRouter], url: str, town_sites: gpd.GeoDataFrame
) -> None:
    with pytest.raises(RoutingError, match="not a table"):
        kind(url).travel_times(town_sites.geometry, town_sites.geometry, **TRIP)


def test_a_server_that_is_not_there_is_named(town_sites: gpd.GeoDataFrame) -> None:
    router = ValhallaRouter("http://127.0.0.1:9", timeout_s=2)
    with pytest.raises(RoutingError, match=r"http://127\.0\.0\.1:9 .*Is it running"):
        router.travel_times(town_sites.geometry, town_sites.geometry, **TRIP)


def test_a_mode_that_servers_do_not_have_is_refused(town_sites: gpd.GeoDataFrame) -> None:
    with pytest.raises(RoutingError, match="car, walk, cycle, not 'bus'"):
        OsrmRouter("http://127.0.0.1:9").travel_times(
            town_sites.geometry, town_sites.geometry, mode="bus", period="off_peak"
        )
