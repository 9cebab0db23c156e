"""Routers over imported times: they look journeys up in a file, or in a table."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from llrgeo.errors import RoutingError
from llrgeo.schema import Track, raise_faults
from llrgeo.travel.imported.matrices import import_travel_times
from llrgeo.travel.imported.matrix_ids import absent_fault, mistyped_faults
from llrgeo.travel.imported.units import unit_faults
from llrgeo.travel.times import TravelTimes


@dataclass(frozen=True, slots=True)
class ImportedRouter:
    """A file of travel times in place of a network, read for each mode and period asked for.

    A file is large, so what was read to check it is not read again for the journeys.

    Attributes
    ----------
    path
        The file.
    area_ids, site_ids
        The study's, in their order.
    unreachable
        As `import_travel_times`.
    checked
        What was read of the file to check it (see `as_checked`).
    """

    path: Path
    area_ids: tuple[str, ...]
    site_ids: tuple[str, ...]
    unreachable: float | None = None
    checked: tuple[TravelTimes, ...] = field(default=(), repr=False, compare=False)

    def as_checked(
        self,
        origins: gpd.GeoSeries,
        destinations: gpd.GeoSeries,
        *,
        mode: str,
        periods: Iterable[str],
    ) -> "ImportedRouter":
        """Return the router with what it reads before a run, so that faults are reported early.

        Raises
        ------
        InputError, RoutingError
            As `travel_times`.
        """
        read = [self._read(origins, destinations, mode=mode, period=period) for period in periods]
        return replace(self, checked=tuple(read))

    def travel_times(
        self,
        origins: gpd.GeoSeries,
        destinations: gpd.GeoSeries,
        *,
        mode: str,
        period: str,
        track: Track = iter,  # noqa: ARG002 (the protocol's; nothing is computed)
    ) -> TravelTimes:
        """Return the file's minutes; from sites to areas, those of the same pair from the area.

        Raises
        ------
        InputError, RoutingError
            If the file cannot be read, lacks an origin or a destination, or has one mistyped.
        """
        for known in self.checked:
            ends = known.minutes.index, known.minutes.columns
            if (known.mode, known.period) == (mode, period) and all(
                map(pd.Index.equals, ends, (origins.index, destinations.index))
            ):
                return known
        return self._read(origins, destinations, mode=mode, period=period)

    def _read(
        self, origins: gpd.GeoSeries, destinations: gpd.GeoSeries, *, mode: str, period: str
    ) -> TravelTimes:
        """Read the minutes between some places from the file, and check them."""
        times = import_travel_times(
            self.path,
            mode=mode,
            period=period,
            area_ids=self.area_ids,
            site_ids=self.site_ids,
            unreachable=self.unreachable,
        )
        mistyped = mistyped_faults(times.minutes, self.area_ids, self.site_ids)
        raise_faults(mistyped, source=self.path.name)
        # A file has one direction: its matrix is transposed for journeys from sites to areas.
        if not origins.index.isin(times.minutes.index).any():  # the origins are sites
            km = times.distance_km
            times = replace(
                times, minutes=times.minutes.T, distance_km=None if km is None else km.T
            )
        try:
            found = MatrixRouter(times).travel_times(
                origins, destinations, mode=mode, period=period
            )
        except RoutingError as error:
            msg = f"{self.path.name}: {error}"
            raise RoutingError(msg) from error
        faults = unit_faults(found.minutes, origins, destinations, mode=mode)
        raise_faults(faults, source=self.path.name)
        note = f"The travel times were imported from {self.path.name}; their error is not known."
        return replace(found, error_note=note)


@dataclass(frozen=True, slots=True)
class MatrixRouter:
    """An imported table, for instance from a public-transport tool.

    Examples
    --------
    >>> import pandas as pd
    >>> inputs = llrgeo.read_inputs(llrgeo.load_study(folder / "study.toml"))
    >>> table = pd.DataFrame(25.5, index=inputs.areas.index, columns=inputs.sites.index)
    >>> router = llrgeo.MatrixRouter(llrgeo.TravelTimes(table, "bus", "am_peak"))
    >>> ends = inputs.areas.geometry.head(2), inputs.sites.geometry
    >>> router.travel_times(*ends, mode="bus", period="am_peak").minutes.shape
    (2, 3)
    """

    times: TravelTimes

    def travel_times(
        self,
        origins: gpd.GeoSeries,
        destinations: gpd.GeoSeries,
        *,
        mode: str,
        period: str,
        track: Track = iter,  # noqa: ARG002 (the protocol's; nothing is computed)
    ) -> TravelTimes:
        """Return the table's minutes for these origins and destinations.

        Raises
        ------
        RoutingError
            If the table is of another mode or period, or lacks an origin or destination.
        """
        table = self.times
        if (mode, period) != (table.mode, table.period):
            msg = f"the table is for {table.mode} {table.period}, not {mode} {period}"
            raise RoutingError(msg)
        for wanted, held, what in (
            (origins.index, table.minutes.index, "areas"),
            (destinations.index, table.minutes.columns, "sites"),
        ):
            if fault := absent_fault(wanted, held, what):
                raise RoutingError(fault)
        # Rows and columns in the order asked for, whatever the file's order is.
        minutes = table.minutes.loc[origins.index, destinations.index]
        km = table.distance_km
        return replace(
            table,
            minutes=minutes,
            distance_km=None if km is None else km.loc[origins.index, destinations.index],
            spread={
                name: held.loc[origins.index, destinations.index]
                for name, held in table.spread.items()
            },
        )
