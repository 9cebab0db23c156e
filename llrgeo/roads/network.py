"""A road network: tables of nodes and edges with their description and fingerprint."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, Self, get_args

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.arrays import Bools, Ints
from llrgeo.errors import NetworkError
from llrgeo.execution.extras import require_plotting
from llrgeo.html_repr import card
from llrgeo.roads.edge_lines import edge_lines
from llrgeo.roads.network_checks import network_faults
from llrgeo.schema import BNG, list_faults

if TYPE_CHECKING:  # drawn by geopandas when it is asked for
    from matplotlib.axes import Axes

PERIODS: Final = ("off_peak", "am_peak", "pm_peak", "night")
_FRESH_DAYS: Final = 180

EdgeUse = Literal["through", "start", "end"]

_EDGE_COLUMNS: Final = (
    "from_node",
    "to_node",
    "length_m",
    "road_class",
    "road_name",
    "use",
    "snappable",
    "geometry",
)


@dataclass(frozen=True, slots=True)
class NetworkInfo:
    """The description of a network: travel mode, periods, source, licence, and measured error.

    `error` states the measured error of its times in words, `error_min` the median absolute
    error in minutes; None where it was never measured; `accuracy` has the errors of journeys, of
    differences and of means (plain values, see `llrgeo.travel.accuracy`). `measured_in` is the
    land in which it was measured (WKT, EPSG:27700; empty: not known). `ends_s` is a fixed time in
    seconds at each end of every journey, between door and street, besides the walk to the street
    and the drive along it. `extent` is the land that the streets cover (WKT, EPSG:27700; empty: not
    known), `clock` the time at which conditional rules were evaluated (empty: they were left out).
    """

    mode: str
    periods: tuple[str, ...]
    source: str
    licence: str
    data_date: str = ""
    modelled: bool = False
    ends_s: float = 0.0
    error: str = ""
    error_min: float | None = None
    accuracy: dict[str, Any] = field(default_factory=dict)
    measured_in: str = ""
    extent: str = ""
    clock: str = ""
    counts: dict[str, Any] = field(default_factory=dict)

    @property
    def credit(self) -> str:
        """The source of the roads and their licence, as a credit line."""
        return f"{self.source}. {self.licence}."


@dataclass(frozen=True, repr=False)
class RoadNetwork:
    """A directed road network in EPSG:27700 whose edges carry whole milliseconds.

    Attributes
    ----------
    nodes
        `x`, `y` in metres, one row a node; the row's position is the node's number.
    edges
        One row a directed edge: `from_node`, `to_node` (node numbers), `length_m`,
        `ms_<period>` for each period (int64 milliseconds, at least 0), `road_class`,
        `road_name`, `use` (`through`, or `start` / `end` where only a journey's first or last
        leg may pass), `snappable`, `geometry` (WKB LineString along the edge; null where it is
        straight).
    info
        Mode, periods, source and stated error.
    landmarks
        Features that maps are drawn with: `kind`, `name`, `residents` and geometry (see
        `llrgeo.roads.landmarks`); None where the network's source has none. They have no effect
        on travel times.

    Examples
    --------
    >>> network = llrgeo.load_network(folder / "network")
    >>> len(network.nodes), len(network.edges), network.info.periods
    (10, 23, ('off_peak', 'pm_peak'))
    """

    nodes: pd.DataFrame
    edges: pd.DataFrame
    info: NetworkInfo
    landmarks: gpd.GeoDataFrame | None = None

    def __post_init__(self) -> None:
        """Refuse tables that are not a network of this mode and these periods."""
        needed = {*_EDGE_COLUMNS, *(f"ms_{period}" for period in self.info.periods)}
        missing = sorted(needed - set(self.edges.columns))
        if missing or not {"x", "y"} <= set(self.nodes.columns):
            msg = f"the network's tables lack columns: {', '.join(missing) or 'x, y of nodes'}"
            raise NetworkError(msg)
        faults = network_faults(self.nodes, self.edges, self.info.periods, self.info.ends_s)
        if faults:
            raise NetworkError(list_faults(faults, source="the network's tables"))

    def weights_ms(self, period: str) -> Ints:
        """Return the milliseconds of every edge in a period.

        Raises
        ------
        NetworkError
            If the network has no such period.
        """
        if period not in self.info.periods:
            msg = f"the network has no period '{period}'; it has {', '.join(self.info.periods)}"
            raise NetworkError(msg)
        return self.edges[f"ms_{period}"].to_numpy(np.int64)

    @cached_property
    def lines(self) -> gpd.GeoSeries:
        """The line of every edge, EPSG:27700, on the edges' index.

        Raises
        ------
        NetworkError
            If a stored geometry is no line.
        """
        lines = edge_lines(self.nodes, self.edges, slice(None))
        return gpd.GeoSeries(lines, index=self.edges.index, crs=BNG)

    @cached_property
    def uses(self) -> dict[EdgeUse, Bools]:
        """For each use, a mask of the edges of that use."""
        code, found = pd.factorize(self.edges["use"])
        number = {name: n for n, name in enumerate(found)}
        return {name: code == number.get(name, len(found)) for name in get_args(EdgeUse)}

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of everything that decides a travel time; equal tables, equal fingerprint."""
        # Columns are sorted by name, because their order in a file is arbitrary.
        digest = hashlib.sha256(f"{self.info.mode} {self.info.ends_s}".encode())
        for table in (self.nodes[["x", "y"]], self.edges):
            for name in sorted(table.columns):
                digest.update(name.encode())
                digest.update(
                    pd.util.hash_pandas_object(table[name], index=False).to_numpy().tobytes()
                )
        return digest.hexdigest()

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw every road as a thin line, in EPSG:27700."""
        require_plotting()
        roads = self.lines[(self.edges["road_class"] != "turn").to_numpy()]
        axes: Axes = roads.plot(ax=ax, linewidth=0.3, color="#555555")
        axes.set_axis_off()
        return axes

    def __repr__(self) -> str:
        """Return one line: mode, periods and size, never the whole tables."""
        size = f"{len(self.nodes):,} nodes, {len(self.edges):,} directed edges"
        kind = "modelled" if self.info.modelled else "from a road map"
        return f"<RoadNetwork {self.info.mode}, {', '.join(self.info.periods)}: {size}, {kind}>"

    def _repr_html_(self) -> str:
        """Show what the network is, its size, and how far to trust it."""
        info = self.info
        facts = {
            "mode and periods": f"{info.mode}: {', '.join(info.periods)}".replace("_", " "),
            "nodes": len(self.nodes),
            "directed edges": len(self.edges),
            "kilometres, each direction": round(float(self.edges["length_m"].sum()) / 1_000),
            "kind": "modelled" if info.modelled else "from a road map",
            "date of the data": info.data_date,
            "source": info.credit,
            "error": info.error,
        }
        return card("Road network", facts)

    def described(self, *, source: str, error: str) -> Self:
        """Return the network with another source and statement of error."""
        info = replace(self.info, source=source, error=error)
        return replace(self, info=info)


def age_note(info: NetworkInfo, on: str) -> str:
    """Return a sentence if a network's data was old on a day (ISO); blank if not, or not known."""
    try:
        days = (date.fromisoformat(on) - date.fromisoformat(info.data_date)).days
    except ValueError:
        return ""
    if days <= _FRESH_DAYS:
        return ""
    return (
        f"The road map is of {info.data_date}, {days:,} days before this study: roads built or "
        "closed since are missing."
    )
