"""TravelTimes, the waist of the house: what routers give and all later rooms work from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Protocol, Self

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.arrays import Floats
from llrgeo.errors import InputError
from llrgeo.files import StrPath, remove_litter, written_whole
from llrgeo.inputs.tables import one_line, read_table
from llrgeo.schema import Track, name_some, raise_faults, type_faults
from llrgeo.travel.accuracy import UNMEASURED, Accuracy
from llrgeo.travel.block_checksums import check_blocks
from llrgeo.travel.display import minutes_card, minutes_line, plot_coverage
from llrgeo.travel.pairs import read_pairs

if TYPE_CHECKING:  # drawn by pandas when it is asked for
    from matplotlib.axes import Axes

Direction = Literal["to_site", "from_site"]


@dataclass(frozen=True, slots=True)
class Calibration:
    """How computed minutes are adjusted before use; the defaults leave them as they are.

    Attributes
    ----------
    factor
        Multiplies the minutes.
    added_min
        Minutes added to every journey after that, for parking and walking in.
    decimals
        Decimals that the minutes are rounded to in the end; None does not round.
    """

    factor: float = 1.0
    added_min: float = 0.0
    decimals: int | None = None

    def applied(self, minutes: Floats) -> Floats:
        """Return minutes calibrated; infinite ones stay so."""
        # The factor applies to the drive alone: parking and walking in do not grow with traffic.
        calibrated = minutes * self.factor + self.added_min
        return calibrated if self.decimals is None else calibrated.round(self.decimals)


AS_COMPUTED: Final = Calibration()


def minutes_faults(minutes: pd.DataFrame) -> list[str]:
    """Return what is wrong with a matrix of minutes: repeated ids, no numbers, NaN, below 0."""
    if strange := type_faults({"minutes": minutes}, pd.DataFrame):
        return strange
    faults = [
        f"{what} ids are duplicated ({name_some(axis[axis.duplicated()])})"
        for axis, what in ((minutes.index, "area"), (minutes.columns, "site"))
        if axis.has_duplicates
    ]
    values = minutes.to_numpy()
    if not values.size:
        return faults
    if values.dtype.kind not in "iuf":
        kinds = name_some(sorted({str(kind) for kind in minutes.dtypes}))
        return [*faults, f"minutes are of type {kinds}; convert them: minutes.astype(float)"]
    faults += ["minutes are NaN; unreachable is infinity"] if np.isnan(values).any() else []
    faults += ["minutes are negative"] if (values < 0).any() else []
    return faults


@dataclass(frozen=True, slots=True, repr=False)
class TravelTimes:
    """Minutes between every area and every site, by one mode in one period.

    Attributes
    ----------
    minutes
        float64, index `area_id`, columns `site_id`; +inf where the site cannot be reached.
    mode, period
        How and when the journey is made.
    engine
        What computed the times.
    network
        Fingerprint of the network; empty for engines without one.
    direction
        `to_site`: residents travel; `from_site`: a team travels from its base to the home.
    distance_km
        Kilometres along the same journeys, shaped as `minutes`; None if not computed.
    error_min
        Measured median absolute error of the minutes; NaN where it was never measured.
    accuracy
        The measured errors of one journey, of a difference between two, and of a mean.
    error_note
        How far the minutes can be trusted, in words: the measured error, and any warning.
    source
        Whose roads the minutes were computed on, with their licence; empty if not known.
    spread
        How journeys by timetable vary over the departures in the window, each shaped as `minutes`:
        the percentiles `p10_min` and `p90_min` (+inf where fewer departures have a journey) and
        `share_departures`, the share (0 to 1) of departures with a journey. Empty otherwise.
    longest_min
        The longest of `minutes`, 0 where there is no journey.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = pd.DataFrame({"A": [12.5, 31.0], "B": [float("inf"), 8.0]}, index=["a", "b"])
    >>> times = llrgeo.TravelTimes(minutes, mode="car", period="off_peak")
    >>> times.select(["B"]).to_long()["travel_time_min"].tolist()  # unreachable is blank in files
    [nan, 8.0]
    """

    minutes: pd.DataFrame
    mode: str = "car"
    period: str = "off_peak"
    engine: str = ""
    network: str = ""
    direction: Direction = "to_site"
    distance_km: pd.DataFrame | None = None
    error_min: float = float("nan")
    accuracy: Accuracy = UNMEASURED
    error_note: str = ""
    source: str = ""
    spread: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    longest_min: float = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse a matrix with faults; find its longest journey."""
        raise_faults(minutes_faults(self.minutes), source="travel times")
        values = self.minutes.to_numpy()
        longest_min = float(values.max(initial=0.0, where=np.isfinite(values)))
        object.__setattr__(self, "longest_min", longest_min)

    def select(self, site_ids: Collection[str]) -> Self:
        """Return the times to some of the sites only, in the order of the matrix.

        Raises
        ------
        InputError
            If a site is not in the matrix.
        """
        unknown = sorted(set(site_ids) - set(self.minutes.columns))
        if unknown:
            msg = (
                f"no travel times to {len(unknown)} sites ({name_some(unknown)}); compute them for "
                "these sites too, or leave the sites out"
            )
            raise InputError(msg)
        kept = [site for site in self.minutes.columns if site in set(site_ids)]
        distance = None if self.distance_km is None else self.distance_km[kept]
        spread = {name: table[kept] for name, table in self.spread.items()}
        return replace(self, minutes=self.minutes[kept], distance_km=distance, spread=spread)

    def calibrated(self, calibration: Calibration) -> Self:
        """Return the times with their minutes calibrated; the kilometres stay."""

        def applied(table: pd.DataFrame) -> pd.DataFrame:
            values = calibration.applied(table.to_numpy())
            return pd.DataFrame(values, table.index, table.columns)

        spread = {
            name: applied(table) if name.endswith("_min") else table
            for name, table in self.spread.items()
        }
        return replace(self, minutes=applied(self.minutes), spread=spread)

    def to_long(self) -> pd.DataFrame:
        """Return one row a pair: `area_id`, `site_id`, `travel_time_min`, `mode`, `period`.

        `distance_km` follows where it is known, and the columns of `spread`. Minutes and kilometres
        are NaN for unreachable pairs.
        """
        # In order of id, whatever order the router had: equal times give equal files.
        ids = self.minutes.index.sort_values(), self.minutes.columns.sort_values()
        pairs = pd.MultiIndex.from_product(ids, names=["area_id", "site_id"])
        tables = {"travel_time_min": self.minutes, "distance_km": self.distance_km, **self.spread}
        columns = {
            name: table.loc[ids].to_numpy().ravel()
            for name, table in tables.items()
            if table is not None
        }
        long = pd.DataFrame(columns, pairs).replace(np.inf, np.nan)
        long.insert(1, "mode", self.mode)
        long.insert(2, "period", self.period)
        return long.reset_index()

    def to_wide(self) -> pd.DataFrame:
        """Return minutes, areas by sites as lokigi reads them, sorted; NaN is unreachable."""
        return self.minutes.sort_index().sort_index(axis=1).replace(np.inf, np.nan)

    def to_r5py(self) -> pd.DataFrame:
        """Return one row a pair as r5py does: `from_id`, `to_id`, `travel_time`.

        Minutes are not rounded; NaN is unreachable. From sites to areas, `from_id` is the site.
        """
        ends = {"area_id": "from_id", "site_id": "to_id"}
        if self.direction == "from_site":
            ends = {"area_id": "to_id", "site_id": "from_id"}
        long = self.to_long().rename(columns={**ends, "travel_time_min": "travel_time"})
        return long[["from_id", "to_id", "travel_time"]]

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the share of areas within each number of minutes of their nearest site."""
        return plot_coverage(self.minutes, f"{self.mode}, {self.period}", ax)

    def __repr__(self) -> str:
        """Return one line: the journey and the size, never the whole matrix."""
        return minutes_line(self.minutes, f"{self.mode}, {self.period}, {self.direction}")

    def _repr_html_(self) -> str:
        """Show a corner of the matrix as a heat table, and the facts about it."""
        journey = f"{self.mode}, {self.period}, {self.direction}".replace("_", " ")
        facts = {"engine": self.engine, "error": self.error_note, "source": self.source}
        return minutes_card(self.minutes, {"journey": journey, **facts})


class Router(Protocol):
    """Anything that computes travel times between two sets of points."""

    def travel_times(
        self,
        origins: gpd.GeoSeries,
        destinations: gpd.GeoSeries,
        *,
        mode: str,
        period: str,
        track: Track = iter,
    ) -> TravelTimes:
        """Return the minutes from every origin (row) to every destination (column)."""
        ...


def save_travel_times(times: Sequence[TravelTimes], path: StrPath) -> None:
    """Write times in long form as .parquet or .csv, whole or not at all.

    Parameters
    ----------
    times
        One or more matrices, each of its own mode and period.
    path
        The file to write; one that is there is replaced.

    Raises
    ------
    InputError
        If the file's ending is neither, or one matrix is given instead of a list.

    Examples
    --------
    >>> import pandas as pd
    >>> times = llrgeo.TravelTimes(pd.DataFrame({"A": [12.5, 31.0]}, index=["a", "b"]))
    >>> llrgeo.save_travel_times([times], folder / "minutes.csv")
    >>> print((folder / "minutes.csv").read_text())
    area_id,site_id,travel_time_min,mode,period
    a,A,12.500,car,off_peak
    b,A,31.000,car,off_peak
    <BLANKLINE>
    """
    path = Path(path)
    if isinstance(times, TravelTimes):
        msg = "times are a list of matrices: save_travel_times([times], path)"
        raise InputError(msg)
    if path.suffix not in {".parquet", ".csv"}:
        msg = f"{path.name}: travel times are written as .parquet or .csv"
        raise InputError(msg)
    long = pd.concat([matrix.to_long() for matrix in times], ignore_index=True)
    remove_litter(path.parent)
    with written_whole(path) as made:
        if path.suffix == ".csv":
            long.to_csv(made, index=False, float_format="%.3f", lineterminator="\n")
        else:
            long.to_parquet(made, compression="zstd", index=False)


def load_travel_times(path: StrPath, *, mode: str = "car", period: str = "off_peak") -> TravelTimes:
    """Read times in long form: `area_id`, `site_id`, `travel_time_min` [, `mode`, `period`].

    A folder of Parquet files is read as one. A blank time means unreachable, as does a pair that is
    not listed. A file without `mode` or `period` is assumed to have those requested; a column
    `distance_km` is read where there is one.

    Raises
    ------
    InputError
        If a column is missing, a pair is duplicated, or the file has no times of the mode and
        period.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("a", "A", 12.5), ("b", "A", None)]
    >>> table = pd.DataFrame(rows, columns=["area_id", "site_id", "travel_time_min"])
    >>> table.to_csv(folder / "minutes.csv", index=False)
    >>> llrgeo.load_travel_times(folder / "minutes.csv").minutes["A"].tolist()
    [12.5, inf]
    """
    path = Path(path)
    return times_of_pairs(read_long(path), source=path.name, mode=mode, period=period)


def read_long(path: Path) -> pd.DataFrame:
    """Read a file, or a folder of Parquet files, in long form; `read_pairs` checks its values."""
    return _read_folder(path) if path.is_dir() else read_table(path)


def times_of_pairs(
    table: pd.DataFrame,
    *,
    source: str,
    mode: str,
    period: str,
    unreachable: float | None = None,
) -> TravelTimes:
    """Return the times of a table in long form; `source` is what messages call it.

    `unreachable` is the number that stands for no journey, if there is one besides a blank.

    Raises
    ------
    InputError
        As `load_travel_times`.
    """
    minutes, km = read_pairs(
        table, source=source, mode=mode, period=period, unreachable=unreachable
    )
    return TravelTimes(minutes, mode, period, f"file {source}", distance_km=km)


def _read_folder(path: Path) -> pd.DataFrame:
    """Read a folder of Parquet files as one table; refuse blocks whose checksum is wrong."""
    check_blocks(path)
    try:
        return pd.read_parquet(path)
    except (ValueError, OSError, KeyError, NotImplementedError) as error:
        msg = f"{path}: not a readable folder of Parquet files ({one_line(error)})"
        raise InputError(msg) from error
