"""Costs by year: capital in its year, running costs, backlog avoided and receipts, each apart."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.cash_flows import (
    one_off_flow,
    present_value,
    yearly_flow,
)
from llrgeo.appraisal.capacity.estate import backlog_avoided
from llrgeo.appraisal.capacity.plan import EstatePlan
from llrgeo.appraisal.capacity.summary import sites_of
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.arrays import Floats

ByYear = Mapping[int, float]

COSTS: Final = ("capital", "running", "contact_costs", "patient_costs")
MONEY_BACK: Final = ("backlog_avoided", "receipts_less_clearing")
"""Lines that are no cost; they are positive and never netted against those that are."""


def flow_lines(
    yearly: Mapping[str, Mapping[str, ByYear]],
    once: Mapping[str, Mapping[str, ByYear]],
    factors: Floats,
    *,
    start: int,
) -> pd.DataFrame:
    """Return flows by option, line and calendar year, with what each is worth today.

    Parameters
    ----------
    yearly
        By option and line: pounds a year in some years. Between them values lie on straight
        lines, after the last they are constant, and year 0 has none.
    once
        By option and line: pounds paid in single years.
    factors
        Discount factors of years 0 to the horizon.
    start
        The calendar year of year 0.

    Returns
    -------
    pandas.DataFrame
        `option`, `line`, `year`, `gbp`, `present_value`: the lines of `COSTS`, then those of
        `MONEY_BACK`.

    Raises
    ------
    InputError
        If an amount is paid outside the years appraised.
    """
    last, parts = len(factors) - 1, []
    for option, of_option in yearly.items():
        # Yearly lines are straight between the study's years and constant after the last; others
        # fall once.
        lines = {
            name: yearly_flow(values, start=start, years=last) for name, values in of_option.items()
        }
        paid = {
            name: one_off_flow(values, start=start, years=last)
            for name, values in once.get(option, {}).items()
        }
        flows = {name: both for name in (*COSTS, *MONEY_BACK) if (both := _of(name, lines, paid))}
        gbp = np.array([both[0] for both in flows.values()])  # lines by years
        # All lines of the first year, then of the next.
        columns = {
            "option": option,
            "line": np.tile(list(flows), last + 1),
            "year": np.repeat(np.arange(start, start + last + 1), len(flows)),
            "gbp": gbp.ravel(order="F"),
            "present_value": (gbp * factors).ravel(order="F"),
        }
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def present_values(flows: pd.DataFrame) -> pd.DataFrame:
    """Return present values by option and line, and how much flat quantities would understate.

    Columns: `option`, `line`, `total` (not discounted), `present_value`, `if_flat` (the same with
    the first year's amount in all years; for lines that are paid every year) and `understated`,
    the share of the present value that this would miss.
    """
    rows = []
    for (option, line), flow in flows.groupby(["option", "line"], sort=False):
        years, paid, values = (flow[name].to_numpy() for name in ("year", "gbp", "present_value"))
        first = years.min() + 1
        every_year = line in {"running", "contact_costs", "patient_costs"}
        value = float(values.sum())
        amount = float(paid[years == first].sum())
        # Discount factors are those of the flows themselves; a year without money has none to show.
        factors = np.divide(values, paid, out=np.zeros(len(paid)), where=paid != 0)
        # The first year's money in every year, at the discount factors of these flows.
        flat = amount * float(factors[years >= first].sum()) if every_year else np.nan
        missed = round(1 - flat / value, 9) if every_year and value else np.nan
        rows.append((option, line, float(paid.sum()), value, flat, missed))
    names = ["option", "line", "total", "present_value", "if_flat", "understated"]
    return pd.DataFrame(rows, columns=names)


def backlog_and_receipts(
    estate: EstatePlan, results: Mapping[str, OptionResult], *, baseline: str
) -> dict[str, dict[str, ByYear]]:
    """Return backlog avoided and receipts by option: for sites it empties and disposes of."""
    before = set(sites_of(results[baseline]))
    found: dict[str, dict[str, ByYear]] = {}
    for option, result in results.items():
        sold = estate.disposals[estate.disposals["option"] == option]
        # Only a site that the option leaves without any service is rid of its backlog.
        empty = sold[sold["site_id"].isin(before - set(sites_of(result)))]
        years = {str(k): int(v) for k, v in zip(empty["site_id"], empty["year"], strict=True)}
        in_estate = {site: year for site, year in years.items() if site in estate.estate.index}
        backlog = backlog_avoided(estate.estate, in_estate)
        net = sold["receipt_gbp"] - sold["clearing_gbp"]
        found[option] = {
            "backlog_avoided": _by_year(backlog["year"], backlog["backlog_avoided"].fillna(0.0)),
            "receipts_less_clearing": _by_year(sold["year"], net),
        }
    return found


def works_value(works: pd.DataFrame, factors: Floats, *, start: int) -> pd.DataFrame:
    """Return what works on buildings cost by option: `paid` in all, and `value` at present value.

    `works` are as `works_by_option` returns them; `factors` are of years 0 to the horizon, and year
    0 is `start`.
    """
    rows = {}
    for option, works_of_option in works.groupby("option"):
        amounts = _by_year(works_of_option["year"], works_of_option["capital"])
        flow = one_off_flow(amounts, start=start, years=len(factors) - 1)
        rows[option] = {"paid": float(flow.sum()), "value": present_value(flow, factors)}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["paid", "value"])


def _by_year(years: pd.Series, amounts: pd.Series) -> ByYear:
    summed = amounts.astype(float).groupby(years.to_numpy()).sum()
    return dict(zip(map(int, summed.index), map(float, summed), strict=True))


def _of(name: str, *sources: Mapping[str, Floats]) -> list[Floats]:
    """Return the flow of a line, in a list; an empty one where there is none."""
    return [source[name] for source in sources if name in source]
