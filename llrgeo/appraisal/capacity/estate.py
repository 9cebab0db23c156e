"""Estate: floor area, capital with optimism bias, running cost, backlog avoided, receipts apart.

Amounts are GBP at the prices of the rates that are given; VAT is in a rate or it is not: say so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from llrgeo.errors import InputError
from llrgeo.inputs.estate import BACKLOG
from llrgeo.schema import name_some

WorksKind = Literal["new", "extend", "refurbish"]
WORKS: Final[tuple[WorksKind, ...]] = ("new", "extend", "refurbish")
_CAPITAL: Final = ("capital_upper", "capital_lower")
_DURATION: Final = ("duration_upper", "duration_lower")


@dataclass(frozen=True, slots=True)
class Works:
    """Building works at a site.

    Attributes
    ----------
    option, site_id
        Whose, and where.
    kind
        `new`, `extend` or `refurbish`.
    area_m2
        Gross floor area.
    year
        In which it is paid.
    projects
        Shares of the capital by kind of project of the table of optimism bias; they add up to 1.
        Refurbishing a hospital in use is not a standard building.
    equipment_gbp
        Equipment beside the building, before the optimism bias that is added to it too.
    """

    option: str
    site_id: str
    kind: WorksKind
    area_m2: float
    year: int
    projects: Mapping[str, float]
    equipment_gbp: float = 0.0

    def __post_init__(self) -> None:
        where = f"works at {self.site_id}"
        if self.kind not in WORKS:
            msg = f"{where} are '{self.kind}', not one of {', '.join(WORKS)}"
            raise InputError(msg)
        # Comparisons are false for NaN, so that it is refused.
        if not (0 < self.area_m2 < np.inf and self.equipment_gbp >= 0):
            msg = f"{where} are of {self.area_m2:g} m2; the area must be above 0"
            raise InputError(msg)
        if not np.isclose(sum(self.projects.values()), 1):
            msg = f"{where}: shares of kinds of project add up to {sum(self.projects.values()):g}"
            raise InputError(msg)


@dataclass(frozen=True, slots=True)
class CapitalRates:
    """What works cost.

    Attributes
    ----------
    gbp_m2
        By kind of works, at the place and date of the appraisal.
    fees_share
        Fees as a share of works.
    spread
        How far rates may be out either way, as a share.
    bias
        The table of optimism bias, on `kind`: upper and lower bounds of capital and duration.
    mitigated
        Share of the upper bound that the case has argued away; never below the lower bound.
    """

    gbp_m2: Mapping[WorksKind, float]
    fees_share: float
    spread: float
    bias: pd.DataFrame
    mitigated: float = 0.0


def optimism_bias(
    projects: Mapping[str, float], bias: pd.DataFrame, *, mitigated: float
) -> tuple[float, float]:
    """Return the shares to add to capital and to the works' duration.

    Upper bounds are weighted by the shares of the capital (Mott MacDonald 2002) and lowered by
    what is mitigated, but never below the lower bounds.

    Raises
    ------
    InputError
        If a kind of project is unknown, or the mitigated share does not lie between 0 and 1.
    """
    unknown = [kind for kind in projects if kind not in bias.index]
    if unknown:
        msg = f"no optimism bias for {name_some(unknown)}; known are {name_some(bias.index)}"
        raise InputError(msg)
    if not 0 <= mitigated <= 1:
        msg = f"the mitigated share of optimism bias is {mitigated:g}; it lies between 0 and 1"
        raise InputError(msg)
    # A work of several kinds has the bounds of each in proportion to its share (Mott MacDonald
    # 2002).
    weights, rows = (
        np.array(list(projects.values()), float),
        bias.index.get_indexer(pd.Index(list(projects))),
    )
    bounds = {
        name: float(np.dot(weights, bias[name].to_numpy(float)[rows]))
        for name in (*_CAPITAL, *_DURATION)
    }
    capital, duration = (
        # What is mitigated comes off the upper bound, never below the lower.
        max(bounds[upper] * (1 - mitigated), bounds[lower])
        for upper, lower in (_CAPITAL, _DURATION)
    )
    return capital, duration


def works_table(works: Sequence[Works], rates: CapitalRates) -> pd.DataFrame:
    """Return what works cost, one row each.

    Columns: `option`, `site_id`, `kind`, `area_m2`, `year`; `works`, `fees`, `equipment`, `bias`
    and their sum `capital`; `capital_low` and `capital_high` (the spread of rates, with the bias
    at its lower and at its unmitigated upper bound); `delay_share`, by which the works take longer.

    Raises
    ------
    InputError
        If a kind of works has no rate, or `optimism_bias` raises.
    """
    rows = []
    for work in works:
        if work.kind not in rates.gbp_m2:
            msg = f"no capital rate for '{work.kind}' works"
            raise InputError(msg)
        building = work.area_m2 * rates.gbp_m2[work.kind]
        fees = building * rates.fees_share
        # Optimism bias is added to the whole of works, fees and equipment.
        before = building + fees + work.equipment_gbp
        capital, delay = optimism_bias(work.projects, rates.bias, mitigated=rates.mitigated)
        # The range: everything mitigated (the lower bound) with low rates, nothing with high ones.
        least, _ = optimism_bias(work.projects, rates.bias, mitigated=1.0)
        most, _ = optimism_bias(work.projects, rates.bias, mitigated=0.0)
        rows.append(
            {
                "option": work.option,
                "site_id": work.site_id,
                "kind": work.kind,
                "area_m2": work.area_m2,
                "year": work.year,
                "works": building,
                "fees": fees,
                "equipment": work.equipment_gbp,
                "bias": before * capital,
                "capital": before * (1 + capital),
                "capital_low": before * (1 - rates.spread) * (1 + least),
                "capital_high": before * (1 + rates.spread) * (1 + most),
                "delay_share": delay,
            }
        )
    return pd.DataFrame(rows)


def running_cost(area_m2: pd.Series, stated_gbp: pd.Series, *, gbp_m2: float) -> pd.Series:
    """Return running costs a year by site: those stated, else floor area times the general rate.

    Unknown areas without a stated cost stay NaN.
    """
    return stated_gbp.reindex(area_m2.index).fillna(area_m2 * gbp_m2).rename("running_gbp")


def backlog_avoided(estate: pd.DataFrame, closes: Mapping[str, int]) -> pd.DataFrame:
    """Return the backlog maintenance that need not be spent at sites that close.

    It counts once, in the year in which it would have been spent; it is not a saving a year.

    Parameters
    ----------
    estate
        On `site_id`, with the columns `BACKLOG`; NaN is not known, not 0.
    closes
        The year by site.

    Returns
    -------
    pandas.DataFrame
        `site_id`, `year`, `backlog_avoided` (NaN where no part of it is known), and `unknown`:
        how many of its parts are not known.

    Raises
    ------
    InputError
        If a site is not in the estate.
    """
    absent = [site for site in closes if site not in estate.index]
    if absent:
        msg = f"the estate has no row for {name_some(absent)}"
        raise InputError(msg)
    # A part that is not known stays NaN; the sum is NaN only if all parts are.
    parts = estate.loc[list(closes), list(BACKLOG)].astype(float)
    return pd.DataFrame(
        {
            "site_id": list(closes),
            "year": list(closes.values()),
            "backlog_avoided": parts.sum(axis=1, min_count=1).to_numpy(),
            "unknown": parts.isna().sum(axis=1).to_numpy(),
        }
    )


def disposals(receipts: pd.DataFrame) -> pd.DataFrame:
    """Return what disposals bring, apart from all other costs: never netted silently.

    `receipts` has `site_id`, `year`, `receipt_gbp` and `clearing_gbp`; `net_gbp` is added.

    Raises
    ------
    InputError
        If a site is sold twice, or an amount is negative.
    """
    twice = receipts["site_id"][receipts["site_id"].duplicated()]
    if len(twice):
        msg = f"{name_some(twice)} would be sold twice"
        raise InputError(msg)
    stated = (receipts[["receipt_gbp", "clearing_gbp"]] >= 0).all(axis=1)
    if not stated.all():
        sites = name_some(receipts.loc[~stated, "site_id"])
        msg = f"receipts and clearing costs must be at least 0; look at those of {sites}"
        raise InputError(msg)
    return receipts.assign(net_gbp=receipts["receipt_gbp"] - receipts["clearing_gbp"])
