"""What pages that know roads need besides what every page has, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from llrgeo.appraisal.capacity.plan import CapacityPlan
from llrgeo.appraisal.capacity.round_travel import RoundsForm
from llrgeo.appraisal.costs.rates import Rates
from llrgeo.appraisal.scoring import Criterion
from llrgeo.appraisal.uncertainty.robustness import DRAWS
from llrgeo.travel.times import Calibration


@dataclass(frozen=True, slots=True)
class PageNetwork:
    """A road network as a page holds it; it was packed elsewhere.

    Attributes
    ----------
    header
        What a reader of the bytes needs to know, fit for JSON.
    zipped
        The numbers of the network, each stream after the other, by gzip.
    fingerprint
        By which the network is known.
    """

    header: Mapping[str, Any]
    zipped: bytes
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Planning:
    """What a plan is tried and judged by.

    Attributes
    ----------
    criteria
        The study's criteria, by which the page scores a plan.
    network
        The network that journeys to new places are searched on; None where it is too large for a
        page or cannot be packed: then sites can be switched, but no place can be added.
    no_network
        Why there is none, in words.
    ceiling_min
        What a journey that is not there counts as in scores, unless another takes longer.
    calibration, team_calibration
        What turns milliseconds on the network into published minutes, of residents and of teams.
    postcodes
        `easting`, `northing` (metres) and `area_id` by unit postcode of the study's areas; None
        without postcodes.
    importance, seed, draws
        How weightings are drawn.
    study
        What a plan file names as the study it changes: `embedded`, or the name of its file.
    capacity
        What the study says of beds; None where it names no years.
    rates
        What plans are costed by; None where the page costs none.
    arrivals
        Where journeys end at each site (EPSG:27700): points, or several entrances as one
        MultiPoint; None where the sites' own points are meant.
    rounds
        How the rounds of each service that drives them are driven.
    """

    criteria: tuple[Criterion, ...]
    network: PageNetwork | None = None
    no_network: str = ""
    ceiling_min: float = 120.0
    calibration: Calibration = field(default_factory=Calibration)
    team_calibration: Calibration = field(default_factory=Calibration)
    postcodes: pd.DataFrame | None = None
    importance: tuple[str, ...] = ()
    seed: int = 0
    draws: int = DRAWS
    study: str = "embedded"
    capacity: CapacityPlan | None = None
    rates: Rates | None = None
    arrivals: gpd.GeoSeries | None = None
    rounds: Mapping[str, RoundsForm] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnRoads:
    """What the explorer needs to answer for single postcodes, not for neighbourhoods alone.

    Attributes
    ----------
    network
        The roads that journeys from postcodes and areas to the sites use, and no others.
    mode
        Whose roads they are.
    calibration
        What turns milliseconds on the network into published minutes.
    postcodes
        `easting`, `northing` (metres) and `area_id` by unit postcode of the study's areas.
    arrivals
        As in `Planning`.
    """

    network: PageNetwork
    mode: str
    calibration: Calibration
    postcodes: pd.DataFrame
    arrivals: gpd.GeoSeries
