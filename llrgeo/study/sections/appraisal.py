"""The appraisal section of a study file: growth, costs, errors, figures of its own."""

from pathlib import Path
from typing import Annotated, Final, Literal, get_args

import pandas as pd
from pydantic import Field

from llrgeo.appraisal.costs.rates import Rates
from llrgeo.inputs.embedded import embedded
from llrgeo.inputs.figures import read_figures
from llrgeo.inputs.rates import RatesKind, read_rates
from llrgeo.schema import AgeBand
from llrgeo.study.validation import Part

_NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_Spread = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]  # 5 is meant as 5 %
_Table = Annotated[str, Field(min_length=1)]  # of rates that every appraisal needs
_MOST_DRAWS: Final = 1_000_000  # a hundred times the usual number; more take hours
_TABLES: Final = get_args(RatesKind)


class AppraisalConfig(Part):
    """The `[appraisal]` table of a study file; all of it may be left out.

    Attributes
    ----------
    growth
        Factor of each age band from now to the horizon year; a band left out does not change, or
        grows as `residents` where that is given.
    growth_source
        The source of the factors, or "illustrative".
    horizon_years
        Years that costs are counted over.
    discount_rates, unit_values, service_costs, incomes
        Tables of rates, relative to the study file; `embedded` is llrgeo's own. Without
        `service_costs` only patients' costs are computed.
    activity
        Counted contacts a year: `area_id` and a column a service, used instead of rates.
    activity_date
        The time of the count, in words for readers: `April 2025 to March 2026`.
    data_class
        `restricted` if the activity is of real patients: small numbers are then suppressed, and
        all other figures are built on residents.
    indicators
        Figures of the user's own: `authority_code` and a column each, joined with the table
        `places` as they are. Those that the study declares (`[[indicators]]`) are ranked and
        mapped besides.
    time_error_min
        Median absolute error of a journey; left out, the network's own measured error is used, or
        3 minutes where none was measured.
    speed_sd, rate_sd, growth_sd
        Standard deviations of the factors that the simulation draws.
    importance
        Criteria from the most to the least important, if that is agreed.
    draws
        Number of weightings and of studies that are drawn.
    """

    growth: dict[AgeBand | Literal["residents"], _NotNegative] = Field(default_factory=dict)
    growth_source: str = "illustrative planning assumption"
    horizon_years: Annotated[int, Field(ge=1, le=125)] = 30
    discount_rates: _Table = "embedded"
    unit_values: _Table = "embedded"
    service_costs: str = ""
    incomes: _Table = "embedded"
    activity: str = ""
    activity_date: str = ""
    data_class: Literal["open", "restricted"] = "open"
    indicators: str = ""
    time_error_min: Annotated[float | None, Field(ge=0, le=240)] = None
    speed_sd: _Spread = 0.05
    rate_sd: _Spread = 0.2
    growth_sd: _Spread = 0.1
    importance: tuple[str, ...] = ()
    draws: Annotated[int, Field(ge=1, le=_MOST_DRAWS)] = 10_000

    @property
    def restricted(self) -> bool:
        """Whether the activity is of real patients."""
        return self.data_class == "restricted"


def appraisal_files(config: AppraisalConfig, folder: Path) -> dict[str, Path]:
    """Return every table that a study's appraisal reads, by the key that names it."""
    files = named_tables(config)
    return {name: _path(file, folder, f"rates/{name}.csv") for name, file in files.items()}


def named_tables(config: AppraisalConfig) -> dict[str, str]:
    """Return every table that is named, as the study file writes it, by its key."""
    files = {name: getattr(config, name) for name in (*_TABLES, "activity", "indicators")}
    return {name: file for name, file in files.items() if file}


def read_all_rates(config: AppraisalConfig, folder: Path) -> Rates:
    """Read the tables of rates that a study names."""
    files = appraisal_files(config, folder)
    tables = {name: read_rates(files[name], kind=name) for name in _TABLES if name in files}
    return Rates(**tables, horizon_years=config.horizon_years)


def read_activity(config: AppraisalConfig, folder: Path) -> pd.DataFrame | None:
    """Read the contacts that the user counted, areas by services; None if there are none."""
    return _figures(config.activity, folder, index="area_id")


def read_indicators(config: AppraisalConfig, folder: Path) -> pd.DataFrame | None:
    """Read the user's own figures of authorities; None if there are none."""
    return _figures(config.indicators, folder, index="authority_code")


def _figures(name: str, folder: Path, *, index: str) -> pd.DataFrame | None:
    return read_figures(folder / name, index=index) if name else None


def _path(name: str, folder: Path, default: str) -> Path:
    return embedded(default) if name == "embedded" else folder / name
