"""A road network: two tables and what they are; saved as Parquet, known by a fingerprint."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Self, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.errors import NetworkError
from llrgeo.files import StrPath, folder_written_whole, sha256_of_bytes, sha256_of_file
from llrgeo.html_repr import card
from llrgeo.inputs.tables import one_line
from llrgeo.roads.edge_lines import edge_lines
from llrgeo.roads.network_checks import (
    info_faults,
    length_faults,
    network_faults,
    speed_faults,
    use_faults,
)
from llrgeo.schema import BNG, list_faults

if TYPE_CHECKING:  # drawn by geopandas when it is asked for
    from matplotlib.axes import Axes

PERIODS: Final = ("off_peak", "am_peak", "pm_peak", "night")
_FRESH_DAYS: Final = 180
_TABLES: Final = ("nodes.parquet", "edges.parquet")
_LANDMARKS: Final = "landmarks.parquet"  # of networks from a map; older ones have none
_DESCRIPTION: Final = "network.json"
_EXTENT: Final = "rim"  # the key of `extent` in it
_SUMS: Final = "sha256"
_UNREADABLE: Final = (
    OSError, ValueError, KeyError, TypeError, AttributeError, NotImplementedError, RecursionError,
)  # fmt: skip

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
    """What a network is: travel mode, periods, source, licence, and how far it can be trusted.

    `error` states the measured error of its times in words, `error_min` the median absolute
    error in minutes; None where it was never measured; `accuracy` has the errors of journeys, of
    differences and of means (plain values, see `llrgeo.travel.accuracy`). `measured_in` is the
    land from which it was measured (WKT, EPSG:27700; empty: not known). `ends_s` is lost at either
    end of every journey, between door and street, besides walking to the street and driving along
    it. `extent` is the land that the streets cover (WKT, EPSG:27700; empty: not known), `clock` the
    time at which conditional rules were read (empty: left out).
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
        """Whose roads these are, and under which licence."""
        return f"{self.source}. {self.licence}."


@dataclass(frozen=True)
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
        What maps are drawn with besides: `kind`, `name`, `residents` and geometry (see
        `llrgeo.roads.landmarks`); None where the network's source does not tell. They decide
        no travel time.

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

    def weights_ms(self, period: str) -> NDArray[np.int64]:
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
    def uses(self) -> dict[EdgeUse, NDArray[np.bool_]]:
        """Which edges are of each use, by use."""
        code, found = pd.factorize(self.edges["use"])
        number = {name: n for n, name in enumerate(found)}
        return {name: code == number.get(name, len(found)) for name in get_args(EdgeUse)}

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of everything that decides a travel time; equal tables, equal fingerprint."""
        # Columns in order of name: their order in a file decides nothing.
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
        roads = self.lines[(self.edges["road_class"] != "turn").to_numpy()]
        axes: Axes = roads.plot(ax=ax, linewidth=0.3, color="#555555")
        axes.set_axis_off()
        return axes

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

    def reweighted(self, factor: float) -> Self:
        """Return the network with every edge's time multiplied by a factor.

        Raises
        ------
        NetworkError
            If the factor is not above zero.
        """
        if not factor > 0:
            msg = f"a speed factor must be above zero, not {factor}"
            raise NetworkError(msg)
        columns = [f"ms_{period}" for period in self.info.periods]
        scaled = (self.edges[columns] * factor).round().astype(np.int64)
        return replace(self, edges=self.edges.assign(**scaled))


def age_note(info: NetworkInfo, on: str) -> str:
    """Say that a network's data was old on a day (ISO); nothing where it was not, or is unknown."""
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


def save_network(network: RoadNetwork, folder: StrPath) -> None:
    """Write a network as `nodes.parquet`, `edges.parquet` and `network.json`, whole or not at all.

    Landmarks, if it has any, are `landmarks.parquet`.

    Parameters
    ----------
    network
        The network to save.
    folder
        Where to; created if need be. An earlier network there is replaced.

    Examples
    --------
    >>> network = llrgeo.load_network(folder / "network")
    >>> llrgeo.save_network(network, folder / "copy")
    >>> llrgeo.load_network(folder / "copy").fingerprint == network.fingerprint
    True
    """
    with folder_written_whole(Path(folder)) as made:
        network.nodes.to_parquet(made / "nodes.parquet", compression="zstd", index=False)
        network.edges.to_parquet(made / "edges.parquet", compression="zstd", index=False)
        if network.landmarks is not None:
            network.landmarks.to_parquet(made / _LANDMARKS, compression="zstd", index=False)
        text = _described(network.info, made)
        (made / _DESCRIPTION).write_text(text, encoding="utf-8", newline="\n")


def load_network(folder: StrPath) -> RoadNetwork:
    """Read a network that `save_network` wrote.

    Raises
    ------
    NetworkError
        If the folder does not hold a whole network.

    Examples
    --------
    >>> network = llrgeo.load_network(folder / "network")
    >>> network.info.mode, int(network.weights_ms("off_peak").min())  # milliseconds on an edge
    ('car', 60000)
    """
    folder = Path(folder)
    names = ("nodes.parquet", "edges.parquet", "network.json")
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        msg = (
            f"{folder}: not a saved network, {', '.join(missing)} missing. "
            "Build one with: llrgeo network build EXTRACT.osm.pbf --out FOLDER"
        )
        raise NetworkError(msg)
    try:
        info = json.loads((folder / "network.json").read_text(encoding="utf-8"))
        _check_sums(folder, info.pop(_SUMS, None), info)
        _refuse(info_faults(info), _DESCRIPTION)
        info["periods"], info["extent"] = tuple(info["periods"]), info.pop(_EXTENT, "")
        nodes = pd.read_parquet(folder / "nodes.parquet")
        edges = pd.read_parquet(folder / "edges.parquet")
        marks = folder / _LANDMARKS
        landmarks = gpd.read_parquet(marks) if marks.is_file() else None
        network = RoadNetwork(nodes, edges, NetworkInfo(**info), landmarks)
    except NetworkError as error:
        msg = f"{folder}: {error}"
        raise NetworkError(msg) from error
    except _UNREADABLE as error:
        msg = f"{folder}: the saved network cannot be read ({one_line(error)}). Build it again."
        raise NetworkError(msg) from error
    faults = [
        *length_faults(network.nodes, network.edges),
        *speed_faults(network.edges, network.info.periods),
        *use_faults(network.edges, get_args(EdgeUse)),
    ]
    _refuse(faults, str(folder))
    return network


def _refuse(faults: Sequence[str], source: str) -> None:
    if faults:
        raise NetworkError(list_faults(faults, source=source))


def _described(info: NetworkInfo, folder: Path) -> str:
    """Return `network.json`: what the network is, and checksums of both tables and of itself."""
    described = json.loads(json.dumps(asdict(info)))  # as it will be read: keys are text
    described[_EXTENT] = described.pop("extent")
    sums = _sums_of_tables(folder)
    sums[_DESCRIPTION] = _sum_of(described)
    described[_SUMS] = sums
    return json.dumps(described, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _check_sums(folder: Path, sums: Mapping[str, str] | None, info: Mapping[str, Any]) -> None:
    """Refuse a network that is not what was saved; those of 0.1 have no checksums."""
    if sums is None:
        return
    found = _sums_of_tables(folder)
    found[_DESCRIPTION] = _sum_of(info)
    changed = sorted(name for name in {*found, *sums} if sums.get(name) != found.get(name))
    if changed:
        msg = f"{', '.join(changed)} not as saved (by its SHA-256). Build or copy it again."
        raise NetworkError(msg)


def _sums_of_tables(folder: Path) -> dict[str, str]:
    """Return the checksum of each table that the folder has."""
    names = [name for name in (*_TABLES, _LANDMARKS) if (folder / name).is_file()]
    return {name: sha256_of_file(folder / name) for name in names}


def _sum_of(info: Mapping[str, Any]) -> str:
    text = json.dumps(info, ensure_ascii=False, sort_keys=True)
    return sha256_of_bytes(text.encode("utf-8", "surrogatepass"))
