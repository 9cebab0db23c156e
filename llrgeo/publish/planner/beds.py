"""Beds on the planner's page: who is admitted from where in which year, and what is aimed at."""

import base64
from typing import Any

import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.beds import BedService
from llrgeo.appraisal.capacity.offered_load import seasonal_wave
from llrgeo.appraisal.capacity.plan import CENTRAL, CapacityPlan
from llrgeo.appraisal.capacity.targets import DelayTarget, LossTarget, OverflowTarget, Target

_PER = 1_000  # rates are a year and 1,000 residents


def bed_services(plan: CapacityPlan | None) -> list[dict[str, Any]]:
    """Return the services of beds that a page can appraise, with admissions by area and year.

    Services that share a pool are simulated, which no closed form replaces: they are left out.
    """
    if plan is None:
        return []
    pooled = {member for members in plan.services.pools.values() for member in members}
    return [_service(plan, service) for service in plan.services.beds if service.id not in pooled]


def beds_by_option(plan: CapacityPlan | None, option: str) -> dict[str, dict[str, int]]:
    """Return the stated beds of an option, by service and site."""
    if plan is None:
        return {}
    rows = plan.places[(plan.places["option"] == option) & plan.places["beds"].notna()]
    return {
        str(service): dict(zip(of_service["site_id"], of_service["beds"].astype(int), strict=True))
        for service, of_service in rows.groupby("service")
    }


def _service(plan: CapacityPlan, service: BedService) -> dict[str, Any]:
    stay = service.stay
    return {
        "id": service.id,
        "years": plan.years,
        "admissions": [_pack(_admissions(plan, service, year)) for year in plan.years],
        "stay": {"days": stay.days, "cv": stay.cv},
        "wave": seasonal_wave(1.0, service.amplitude, stay.days).amplitude,
        "closed": service.closed_share,
        "target": _target(service.target),
    }


def _admissions(plan: CapacityPlan, service: BedService, year: int) -> pd.Series:
    """Return admissions a year by area, as `CapacitySetting.demand` does."""
    rates = plan.rates_in(service.rates, year)
    return plan.people[CENTRAL][year][rates.index] @ rates / _PER


def _target(target: Target) -> dict[str, Any]:
    if isinstance(target, LossTarget):
        return {"kind": "loss", "share": target.share}
    if isinstance(target, DelayTarget):
        return {"kind": "delay", "share": target.share, "wait": target.days}
    if isinstance(target, OverflowTarget):
        return {"kind": "overflow", "share": target.share}
    msg = f"a page cannot work out beds for a target of {type(target).__name__}"
    raise TypeError(msg)


def _pack(values: pd.Series) -> str:
    """Return numbers as the bytes of 64-bit floats, the lowest first, in base64: exact."""
    return base64.b64encode(values.to_numpy(np.dtype("<f8")).tobytes()).decode("ascii")
