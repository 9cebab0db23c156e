"""Build the inputs of the appraisal from a study: for evaluating options, and for the evidence.

Three names, three things. `StudyInputs` (`inputs`) is all that a study names, read and checked.
`AppraisalInputs` is what every option is evaluated on: areas, sites, services, and the times of one
mode and period. `EvidenceInputs` is what the tables need besides: rates, errors, other journeys.
"""

import math
from dataclasses import replace
from pathlib import Path
from typing import Final

from llrgeo.appraisal.capacity.demand_evidence import growth_factors_of
from llrgeo.appraisal.capacity.plan import CapacityPlan
from llrgeo.appraisal.demand import Service
from llrgeo.appraisal.evidence_inputs import EvidenceInputs
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.uncertainty.simulation import Uncertainty
from llrgeo.modes import MODES
from llrgeo.study.inputs import StudyInputs
from llrgeo.study.times import TimesBy

_UNMEASURED_ERROR_MIN: Final = 3.0  # a cautious assumption where no error was ever measured


def build_appraisal_inputs(
    inputs: StudyInputs,
    times_by: TimesBy,
    team_times_by: TimesBy,
    capacity: CapacityPlan | None,
) -> AppraisalInputs:
    """Return the inputs that every option of a study is evaluated on.

    Options are judged by the study's first mode and period, and by that of teams: the first of
    each mapping. `capacity` has the teams that drive rounds; without it none does.
    """
    study, times = inputs.study, next(iter(times_by.values()))
    return AppraisalInputs(
        *(inputs.areas, inputs.sites, _services(inputs)),
        times=times,
        ceiling_min=study.ceiling_for(0.0, mode=times.mode),
        tolerance_min=study.tolerance_min,
        thresholds_min=study.thresholds_min,
        team_times=next(iter(team_times_by.values()), None),
        kg_co2e_per_km=inputs.rates.value("emission_factor"),
        activity=inputs.activity,
        home=inputs.home,
        restricted=study.appraisal.restricted,
        rates=inputs.judging_rates,
        rounds={} if capacity is None else capacity.round_forms,
    )


def build_evidence_inputs(
    inputs: StudyInputs, times_by: TimesBy, capacity: CapacityPlan | None
) -> EvidenceInputs:
    """Return the inputs of a study's evidence, besides the evaluated options.

    Parameters
    ----------
    inputs
        The study's inputs.
    times_by
        Travel times by mode and period; options are judged by the first.
    capacity
        The study's plan of beds, rooms and teams; growth then follows from its projections instead
        of the factors of the study file.
    """
    study, config, times = inputs.study, inputs.study.appraisal, next(iter(times_by.values()))
    # The first period of each mode: later entries of the dict replace earlier ones.
    by_table = {
        MODES[mode].table: of_mode for (mode, _), of_mode in reversed(list(times_by.items()))
    }
    # A stated error has precedence over a measured one, and that over a cautious assumption.
    measured = _UNMEASURED_ERROR_MIN if math.isnan(times.error_min) else times.error_min
    error = measured if config.time_error_min is None else config.time_error_min
    growth = {str(band): factor for band, factor in config.growth.items()}
    if capacity is not None:
        growth = growth_factors_of(capacity, config.horizon_years)
    return EvidenceInputs(
        rates=inputs.rates,
        uncertainty=Uncertainty(error, config.speed_sd, config.rate_sd, config.growth_sd),
        growth=growth,
        indicators=inputs.indicators,
        figures=inputs.place_figures,
        walk_times=by_table.get("on_foot"),
        transit_times=by_table.get("by_public_transport"),
        other_periods=tuple(
            of_mode
            for of_mode in times_by.values()
            if of_mode.mode == times.mode and of_mode.period != times.period
        ),
        importance=config.importance,
        draws=config.draws,
        seed=study.seed,
        sources=tuple(study.sources),
        capacity=capacity,
        quality=study.quality.build(),
    )


def _services(inputs: StudyInputs) -> tuple[Service, ...]:
    """Return the services; the source of those with counted contacts is the file of counts."""
    study = inputs.study
    counted = () if inputs.activity is None else tuple(inputs.activity.columns)
    when = f", {study.appraisal.activity_date}" if study.appraisal.activity_date else ""
    source = f"counted: {Path(study.appraisal.activity).name}{when}"
    return tuple(
        replace(service, source=source) if service.id in counted else service
        for service in inputs.services
    )
