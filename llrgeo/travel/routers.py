"""Routers over a road network: shortest times, door to door."""

import dataclasses
import math
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Final, Self

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from llrgeo.arrays import Ints
from llrgeo.errors import RoutingError
from llrgeo.execution.tasks import MapTasks, map_here
from llrgeo.inputs.entrances import each_entrance
from llrgeo.roads.network import NetworkInfo, RoadNetwork
from llrgeo.roads.snap import MAX_SNAP_M, Role, Snapper, snapper
from llrgeo.schema import BNG, Track
from llrgeo.travel.access_links import UsedRoads, build_request, roads_of_points
from llrgeo.travel.accuracy import Accuracy
from llrgeo.travel.cache import load_or_compute, request_hash
from llrgeo.travel.known_matrices import KnownMatrices
from llrgeo.travel.points import Places, as_points
from llrgeo.travel.search.engines import Engine, SearchPlan, journey_keys
from llrgeo.travel.search.graph import LayeredNetwork, layer_network, unpack
from llrgeo.travel.search.od_matrix import MatrixRequest
from llrgeo.travel.search.search_trees import SearchTrees, trees_fit_memory
from llrgeo.travel.times import TravelTimes

# Cached properties of a router that depend on where its roads lie, not on their times.
_OF_GEOMETRY: Final = ("snapping", "_layered", "_roads_by_points", "_joined_by_points")
# All cached properties: with those that depend on the times, too.
_OF_TIMES: Final = (*_OF_GEOMETRY, "_trees_by_period", "_earlier_matrices")


@dataclass(frozen=True)
class NetworkRouter:
    """Shortest times over a road network, door to door without parking.

    A point is joined to its nearest road: minutes include the walk to it at 5 km/h and the part of
    the road driven, kilometres the road alone. A place with several entrances is a MultiPoint: each
    journey uses the entrance it is shortest by. What is derived from the network (its layers, its
    spatial index) is computed once for each router. So is a matrix that is requested again, or for
    the same journeys back where every way back is as fast.

    Attributes
    ----------
    network
        The network.
    max_snap_m
        A point farther than this from every road is unreachable.
    limit_min
        Journeys that take longer count as unreachable.
    engine
        `auto`, `chains` or `hierarchy` (`llrgeo.travel.search.engines`); the times are the same.
    workers
        Number of processes or threads; the times are the same.
    store
        Folder in which matrices and contraction hierarchies are cached, each under a hash of all
        that determines it; None caches nothing.
    map_tasks
        Runs the searches that need no hierarchy and whose trees are not kept for pages; the times
        are the same.

    Examples
    --------
    >>> inputs = llrgeo.read_inputs(llrgeo.load_study(folder / "study.toml"))
    >>> router = llrgeo.NetworkRouter(llrgeo.load_network(folder / "network"), limit_min=2.5)
    >>> times = router.travel_times(
    ...     inputs.areas.geometry, inputs.sites.geometry, mode="car", period="off_peak"
    ... )
    >>> times.minutes.loc["N"].tolist()  # A is 3 minutes away, beyond the limit
    [inf, 1.0, 1.0]
    """

    network: RoadNetwork
    max_snap_m: float = MAX_SNAP_M
    limit_min: float = math.inf
    engine: Engine = "auto"
    workers: int = 1
    store: Path | None = None
    map_tasks: MapTasks = map_here

    def __post_init__(self) -> None:
        """Convert a store given as text to a path."""
        if self.store is not None:
            object.__setattr__(self, "store", Path(self.store))

    def travel_times(
        self,
        origins: Places,
        destinations: Places,
        *,
        mode: str,
        period: str,
        track: Track = iter,
    ) -> TravelTimes:
        """Return the minutes and kilometres from every origin to every destination.

        Raises
        ------
        RoutingError
            If the network is not of this mode, or a journey takes over 74 hours or 1,677 km.
        InputError
            If places are no GeoSeries or GeoDataFrame, or a place has no geometry.
        NetworkError
            If the network has no such period, or places have no coordinate system.
        """
        origins, _ = as_points(origins, role="origins", mode=mode)
        destinations, _ = as_points(destinations, role="destinations", mode=mode)
        if mode != self.network.info.mode:
            msg = f"the network is for {self.network.info.mode}, not {mode}"
            raise RoutingError(msg)
        # The matrix is cached under a hash of all that determines it.
        rules = (self.max_snap_m, self.limit_min)
        key = request_hash(self.network, period, origins, destinations, rules)
        search = partial(self._search, origins, destinations, period, track)
        minutes, km = unpack(load_or_compute(self._stored(f"journeys-{key}.npy"), search))
        axes = (origins.index.rename("area_id"), destinations.index.rename("site_id"))
        error_min, accuracy, error_note = errors_in_period(self.network.info, period)
        return TravelTimes(
            pd.DataFrame(minutes, *axes),
            mode,
            period,
            "network",
            self.network.fingerprint,
            distance_km=pd.DataFrame(km, *axes),
            error_min=error_min,
            accuracy=accuracy,
            error_note=error_note,
            source=self.network.info.credit,
        )

    def _search(
        self, origins: gpd.GeoSeries, destinations: gpd.GeoSeries, period: str, track: Track
    ) -> Ints:
        """Return packed minutes and lengths by origin and destination, searched at most once."""
        request = self.build_request(origins, destinations, period)
        known = self._earlier_matrices.matrix(request)
        if known is not None:
            return known
        plan = self.search_plan(period)
        # Pages draw the routes of these journeys later, from the same trees. They are kept where
        # the plan is the default one, whatever runs its searches.
        any_tasks = dataclasses.replace(plan, map_tasks=map_here)
        if any_tasks == SearchPlan() and trees_fit_memory(request):
            trees = self._keep_trees(request, destinations, period)
            plan = dataclasses.replace(plan, trees=trees)
        keys = journey_keys(request, plan, track)
        self._earlier_matrices.keep(request, keys)
        return keys

    def build_request(
        self, origins: gpd.GeoSeries, destinations: gpd.GeoSeries, period: str
    ) -> MatrixRequest:
        """Return the graph and the points linked to it, as an engine needs them."""
        roads = self._roads(origins, "origin"), self._roads(destinations, "destination")
        return self._request(period, *roads)

    def trees_to(self, destinations: gpd.GeoSeries, period: str) -> SearchTrees:
        """Return the trees of fastest ways from all nodes to destinations, kept ones if equal.

        Raises
        ------
        NetworkError
            If the network has no such period, or points have no coordinate system.
        """
        kept = self._trees_by_period.get(period)
        if kept and kept.places == _place_keys(destinations):
            return kept
        destination_roads = self._roads(destinations, "destination")
        none = UsedRoads(0, destination_roads.table.iloc[:0])
        request = self._request(period, none, destination_roads)
        return self._keep_trees(request, destinations, period)

    def _request(self, period: str, first: UsedRoads, last: UsedRoads) -> MatrixRequest:
        """Build a request, over the graph of the trees kept for the period where there are any."""
        kept = self._trees_by_period.get(period)
        graph = None if kept is None else kept.graph
        return build_request(self.network, self._layered, period, first, last, graph)

    def _keep_trees(
        self, request: MatrixRequest, destinations: gpd.GeoSeries, period: str
    ) -> SearchTrees:
        """Keep the trees to a request's destinations in place of the period's earlier ones."""
        trees = SearchTrees.of(request, _place_keys(destinations))
        if period in self._trees_by_period:
            trees.take_over(self._trees_by_period[period])
        self._trees_by_period[period] = trees
        return trees

    def first_nodes(self, edges: Ints) -> Ints:
        """Return the first nodes, each once, of journeys from points joined to some edges."""
        return np.unique(self._layered.head[edges])

    def retimed(self, period: str, ms: Ints) -> Self:
        """Return a router over the same roads with other times, in ms, one for each edge.

        What is derived from the geometry (layers, spatial index, roads of points) is shared.
        """
        edges = self.network.edges.assign(**{f"ms_{period}": ms})
        made = dataclasses.replace(self, network=dataclasses.replace(self.network, edges=edges))
        vars(made).update({name: getattr(self, name) for name in _OF_GEOMETRY})
        return made

    def searching_by(self, map_tasks: MapTasks) -> Self:
        """Return the router with its searches run by `map_tasks`; both share what they compute."""
        if map_tasks is self.map_tasks:
            return self
        made = dataclasses.replace(self, map_tasks=map_tasks)
        vars(made).update({name: getattr(self, name) for name in _OF_TIMES})
        return made

    def joined_edges(self, points: gpd.GeoSeries, role: Role) -> Ints:
        """Return the edges of the network that points are joined to, each once.

        Faster than the roads of points with their keys, which pages of many thousand homes do not
        need. The edges of the same points are looked up once.
        """
        key = _key_of_places(points, role)
        if key not in self._joined_by_points:
            entrances, _ = each_entrance(points.to_crs(BNG))
            off_m = self.snapping.distances_m(entrances, role=role)
            joined = self.snapping.joined(entrances, off_m, role=role)
            self._joined_by_points[key] = np.unique(joined[1])
        return self._joined_by_points[key]

    def nearest_edges(self, points: gpd.GeoSeries, role: Role) -> Ints:
        """Return the edges nearest to points, each once; none where all roads are public.

        A point is not joined to its nearest edge where that edge only serves the ends of journeys
        and a public road is about as near.
        """
        if self.network.uses["through"].all():
            return np.zeros(0, dtype=np.int64)
        entrances, _ = each_entrance(points.to_crs(BNG))
        nearest = self.snapping.snap(entrances, role=role)["edge"].to_numpy()
        return np.unique(nearest[nearest >= 0])

    def search_plan(self, period: str) -> SearchPlan:
        """Return how the matrix of a period is to be computed."""
        hierarchy = self._stored(f"hierarchy-{self.network.fingerprint}-{period}.npz")
        return SearchPlan(
            self.engine, self.limit_min, self.workers, hierarchy, map_tasks=self.map_tasks
        )

    def _stored(self, name: str) -> Path | None:
        return None if self.store is None else self.store / name

    def _roads(self, points: gpd.GeoSeries, role: Role) -> UsedRoads:
        """Return the roads of points; those of the same points are found once for all periods."""
        key = _key_of_places(points, role)
        if key not in self._roads_by_points:
            self._roads_by_points[key] = roads_of_points(self.snapping, points, role)
        return self._roads_by_points[key]

    @cached_property
    def _roads_by_points(self) -> dict[tuple[Role, bytes], UsedRoads]:
        return {}

    @cached_property
    def _joined_by_points(self) -> dict[tuple[Role, bytes], Ints]:
        return {}

    @cached_property
    def _trees_by_period(self) -> dict[str, SearchTrees]:
        return {}

    @cached_property
    def _earlier_matrices(self) -> KnownMatrices:
        return KnownMatrices()

    @cached_property
    def snapping(self) -> Snapper:
        """The spatial index of the network's roads."""
        return snapper(self.network, max_distance_m=self.max_snap_m)

    @cached_property
    def _layered(self) -> LayeredNetwork:
        return layer_network(self.network)


def errors_in_period(info: NetworkInfo, period: str) -> tuple[float, Accuracy, str]:
    """Return a network's median error (min, NaN if not known), accuracy and note for a period.

    What was measured at noon says nothing of the rush hour: the note says so.
    """
    measured = Accuracy.from_plain(info.accuracy)
    known = measured.in_period(period)
    if known is measured:
        return math.nan if info.error_min is None else info.error_min, known, info.error
    periods = ", ".join(sorted(set(measured.journeys["period"]))).replace("_", " ")
    note = (
        f"How far times may be wrong was measured in other hours alone ({periods}); those of "
        f"{period.replace('_', ' ')} are untested."
    )
    return math.nan, known, " ".join(filter(None, (info.error, note)))


def _key_of_places(points: gpd.GeoSeries, role: Role) -> tuple[Role, bytes]:
    """Return one key of all places together: their role, CRS and coordinates."""
    return role, str(points.crs).encode() + b"".join(shapely.to_wkb(points.to_numpy()))


def _place_keys(points: gpd.GeoSeries) -> tuple[bytes, ...]:
    """Return a key of each point: equal for equal coordinates in the same CRS."""
    crs = str(points.crs).encode()
    return tuple(crs + place for place in shapely.to_wkb(points.to_numpy()))


def travel_times(
    network: RoadNetwork,
    origins: Places,
    destinations: Places,
    *,
    mode: str = "car",
    period: str = "off_peak",
) -> TravelTimes:
    """Return the times over a network between two sets of places: `NetworkRouter` in one call.

    Places are GeoSeries or GeoDataFrames, in any CRS. A shape is represented by a point inside,
    which the `error_note` of the times states. A MultiPoint is a place with several entrances, and
    the sites of a table with a column `entrances`, as `read_sites` returns, are reached there.

    Raises
    ------
    RoutingError, InputError, NetworkError
        As `NetworkRouter.travel_times`.

    Examples
    --------
    >>> inputs = llrgeo.read_inputs(llrgeo.load_study(folder / "study.toml"))
    >>> network = llrgeo.load_network(folder / "network")
    >>> times = llrgeo.travel_times(network, inputs.areas, inputs.sites)
    >>> times.minutes.loc["N"].round(1).tolist(), times.minutes.loc["F"].tolist()
    ([3.0, 1.0, 1.0], [inf, inf, inf])
    """
    starts, starts_note = as_points(origins, role="origins", mode=mode)
    ends, ends_note = as_points(destinations, role="destinations", mode=mode)
    times = NetworkRouter(network).travel_times(starts, ends, mode=mode, period=period)
    notes = " ".join(note for note in (times.error_note, starts_note, ends_note) if note)
    return dataclasses.replace(times, error_note=notes)
