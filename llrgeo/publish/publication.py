"""Publication: everything that is published of one study, and nothing about how it is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.appraisal.demand import Service
from llrgeo.appraisal.options import Option
from llrgeo.inputs.base_map import BaseMap
from llrgeo.inputs.theme import Theme
from llrgeo.schema import name_some, raise_faults
from llrgeo.travel.times import TravelTimes


@dataclass(frozen=True, slots=True)
class Publication:
    """A study as it is published.

    Attributes
    ----------
    title
        The heading of every page.
    date
        The day it stands for, ISO 8601. It comes from the study, never from a clock.
    areas, sites
        As `llrgeo.inputs` reads them.
    base
        The base map.
    times
        One matrix for each mode, period and direction, in tenths of a minute (see below).
    services
        What is appraised; the first is the one that pages open with.
    options
        What is compared; the first is the baseline, the second is the one that pages open with.
    tables
        Every table of the appraisal, by name.
    manifest
        Inputs, parameters and versions; its hash stands on every page.
    error_note
        How sure the travel times are, in plain words.
    sources
        The sources and licences of the data, one a line.
    robustness
        How sure the first place is, in plain words; empty where it was not examined.
    postcodes
        `area_id` by unit postcode, or None for a study without postcodes.
    tolerance_min
        Changes up to this many minutes count as none.
    illustrative
        Whether figures are made up, and pages must say so.
    theme
        Names, colours and contact of the publisher.
    question
        What the study wants to find out, in a sentence; empty for none.

    Raises
    ------
    InputError
        If the parts do not fit each other, or minutes are finer than a tenth: pages carry tenths,
        and every published figure must follow from the published minutes.
    """

    title: str
    date: str
    areas: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    base: BaseMap
    times: tuple[TravelTimes, ...]
    services: tuple[Service, ...]
    options: tuple[Option, ...]
    tables: Mapping[str, pd.DataFrame]
    manifest: Mapping[str, object]
    error_note: str
    sources: tuple[str, ...]
    robustness: str = ""
    postcodes: pd.Series | None = None
    tolerance_min: float = 1.0
    illustrative: bool = False
    theme: Theme = field(default_factory=Theme)
    question: str = ""

    def __post_init__(self) -> None:
        """Refuse parts that do not fit each other."""
        known = set(self.sites.index)
        used = {site for one in self.options for open_ in one.sites.values() for site in open_}
        faults = [f"options name unknown sites ({name_some(sorted(used - known))})"] * bool(
            used - known
        )
        if len(self.options) < 2:  # noqa: PLR2004 - a baseline and something to compare with it
            faults.append("there must be a baseline and at least one other option")
        if not self.services or not self.times:
            faults.append("there must be at least one service and one matrix of travel times")
        if not self.areas.index.equals(self.base.outlines.index):
            faults.append("areas and outlines differ in their ids or their order")
        for times in self.times:
            faults += _matrix_faults(times, self.areas.index, used)
        raise_faults(faults, source="what is to be published")

    @property
    def baseline(self) -> Option:
        """Return the option that the others are compared with."""
        return self.options[0]

    def journeys(self) -> list[TravelTimes]:
        """Return one matrix for each mode and period: the choices that a reader has."""
        kinds = {(one.mode, one.period): one for one in reversed(self.times)}
        return [one for one in self.times if kinds[one.mode, one.period] is one]

    def times_for(self, service: Service, journey: TravelTimes) -> TravelTimes:
        """Return the matrix in which a service is measured, by the mode and period of a journey.

        A team travels from its base to the home, and drives even where the reader walks: without
        a matrix of that mode and period the first one of teams counts, and without any the way
        there stands for the way back.
        """
        if service.delivery != "team":
            return journey
        teams = [one for one in self.times if one.direction == "from_site"]
        alike = [one for one in teams if (one.mode, one.period) == (journey.mode, journey.period)]
        return next(iter([*alike, *teams]), journey)


def _matrix_faults(times: TravelTimes, area_ids: pd.Index, used: set[str]) -> list[str]:
    name = f"the times by {times.mode} ({times.period})"
    faults = []
    if not times.minutes.index.equals(area_ids):
        faults.append(f"{name} are not of the areas, in their order")
    missing = sorted(used - set(times.minutes.columns))
    if missing:
        faults.append(f"{name} lack sites ({name_some(missing)})")
    values = times.minutes.to_numpy()
    if not np.array_equal(values, values.round(1)):
        faults.append(f"{name} are finer than a tenth of a minute; round them before appraisal")
    return faults
