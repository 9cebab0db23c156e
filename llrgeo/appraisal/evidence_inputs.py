"""EvidenceInputs: what the evidence needs beyond what options are evaluated on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from llrgeo.appraisal.capacity.plan import CapacityPlan
from llrgeo.appraisal.costs.rates import Rates
from llrgeo.appraisal.places.indicators import PlaceFigures
from llrgeo.appraisal.quality import NOTHING_RECORDED, QualityRecord
from llrgeo.appraisal.uncertainty.simulation import Uncertainty
from llrgeo.execution.memory import Recall, make_anew
from llrgeo.execution.tasks import MapTasks, map_here
from llrgeo.travel.times import TravelTimes


@dataclass(frozen=True, slots=True)
class EvidenceInputs:
    """What the evidence rests on beside the evaluated options: rates, errors, other journeys.

    Attributes
    ----------
    rates
        Costs and unit values.
    uncertainty
        Errors of times, rates and growth.
    growth
        Factor of each age band to the horizon year; a band left out stays as it is.
    indicators
        Figures on `authority_code` of which nothing more is known, if there are any.
    figures
        The study's indicators, each with what it says and its value for each place.
    walk_times
        Minutes on foot at 4.8 km/h, if they were computed.
    transit_times
        Minutes by public transport, if they were computed.
    other_periods
        Minutes by the mode that options are judged by, in the study's other periods.
    importance
        Criteria from the most important down, if there is agreement on that; then only weightings
        in this order are drawn.
    draws, seed
        Of all random numbers.
    sources
        What the study says of its sources, a line each.
    capacity
        What the study says of beds, rooms, teams and estate over the years; None if nothing.
    quality
        What the study records of quality assurance.
    map_tasks
        Where the draws of the simulation are worked through.
    recall
        Calls a function, or returns what an earlier run got from it (`llrgeo.execution.memory`).
    """

    rates: Rates
    uncertainty: Uncertainty
    growth: Mapping[str, float] = field(default_factory=dict)
    indicators: pd.DataFrame | None = None
    figures: tuple[PlaceFigures, ...] = ()
    walk_times: TravelTimes | None = None
    transit_times: TravelTimes | None = None
    other_periods: tuple[TravelTimes, ...] = ()
    importance: tuple[str, ...] = ()
    draws: int = 10_000
    seed: int = 0
    sources: tuple[str, ...] = ()
    capacity: CapacityPlan | None = None
    quality: QualityRecord = NOTHING_RECORDED
    map_tasks: MapTasks = map_here
    recall: Recall = make_anew
