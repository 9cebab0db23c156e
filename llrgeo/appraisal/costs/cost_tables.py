"""Costs: what options cost the provider and the patients over the years (docs/methods 7).

By the Green Book of HM Treasury. Real prices throughout. Provider costs and
patient-borne costs are never mixed without saying so.
"""

from collections.abc import Mapping

import pandas as pd

from llrgeo.appraisal.costs.option_costs import (
    ONE_OFF,
    PATIENT,
    PROVIDER,
    SOCIETY,
    ComputedCosts,
    ServiceAtSites,
    cost_change,
    journey_costs,
    service_cost_lines,
)
from llrgeo.appraisal.costs.rates import Rates, rate_faults
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.stacking import stack_tables
from llrgeo.schema import raise_faults


def cost_lines(results: Mapping[str, OptionResult], rates: Rates, *, baseline: str) -> pd.DataFrame:
    """Return the provider's costs by option, service and site.

    Columns: `option`, `service`, `site_id`, `change` (opened, closed or kept), then `capital` with
    optimism bias, `transition` and `closure` once, `running` and `contact_costs` a year, in GBP. A
    row without a site has the contacts by video, which happen at none.

    Raises
    ------
    InputError
        If unit values, discount rates or the costs of a service are missing.
    """
    before = _services_of(results[baseline])
    missing = [] if rates.service_costs is not None else ["no costs of services were given"]
    raise_faults([*missing, *rate_faults(rates, list(before))], source="rates")
    # A service that options run alike has the same lines: each is worked out once.
    by_use: dict[tuple[str, int, frozenset[str]], pd.DataFrame] = {}
    lines = {}
    for name, result in results.items():
        for service, use in _services_of(result).items():
            key = service, id(use.use), use.sites
            if key not in by_use:
                by_use[key] = service_cost_lines(rates, service, before[service].sites, use)
            lines[name, service] = by_use[key]
    return stack_tables(lines, ["option", "service"])


def cost_table(
    lines: pd.DataFrame, results: Mapping[str, OptionResult], rates: Rates, *, baseline: str
) -> pd.DataFrame:
    """Return present values by option, what they buy, and the equivalent annual cost.

    `lines` are what `cost_lines` returns for the same results.

    Columns, all in GBP at present value unless they say otherwise: each kind of cost; sums for the
    provider, patients and society as a whole; `equivalent_annual_cost` (the whole over
    `Rates.annuity`); `horizon_years`; then against the baseline, over journeys and contacts that
    exist both times, `extra_provider`, `benefits` (patients' and carbon costs saved), `net_cost`
    (the one less the other), `benefit_cost_ratio`, `hours_saved` a year and `gbp_per_hour_saved`
    (what the provider pays more by the year over them). A ratio that has no meaning, because
    nothing is saved or nothing is spent, is NaN.
    """
    # One-off costs fall in year 0, whose factor is 1; a cost of every year is multiplied by the sum
    # of the factors of years 1 to the horizon.
    every_year = rates.annuity
    table = lines.groupby("option", sort=False)[[*ONE_OFF, "running", "contact_costs"]].sum()
    table[["running", "contact_costs"]] *= every_year
    yearly = pd.DataFrame(
        {
            name: journey_costs(result.burden.sum(skipna=False), rates)
            for name, result in results.items()
        }
    ).T
    table = table.join(yearly * every_year).reindex(list(results))
    # A cost that is not known (NaN) makes a sum unknown; it is never taken as nothing.
    table["provider"] = table[list(PROVIDER)].sum(axis=1, skipna=False)
    table["patients"] = table[list(PATIENT)].sum(axis=1, skipna=False)
    table["net_present_cost"] = table[["provider", "patients", *SOCIETY]].sum(axis=1, skipna=False)
    table["equivalent_annual_cost"] = table["net_present_cost"] / every_year
    table["horizon_years"] = rates.horizon_years
    return table.join(_against_baseline(results, rates, baseline)).rename_axis("option")


def with_works(table: pd.DataFrame, works: pd.DataFrame, *, baseline: str) -> pd.DataFrame:
    """Return costs with the works on buildings beside them, and what both come to.

    Parameters
    ----------
    table
        What `cost_table` returns. It counts by service and has no works on buildings.
    works
        What they cost, `paid` in all and its `value` at present, by option; an option that is not
        named builds nothing.
    baseline
        The option that the others are compared with.

    Returns
    -------
    pandas.DataFrame
        Adds `works_paid` and `works` (more than the baseline's), `extra_with_works` and
        `net_with_works` (what the provider pays more, and the net cost, with them) and
        `ratio_with_works` (benefits over `extra_with_works`; NaN where the provider pays no more).
    """
    costs = works.reindex(table.index).fillna(0.0)
    paid, more = (costs[name] - costs[name][baseline] for name in ("paid", "value"))
    extra = table["extra_provider"] + more
    return table.assign(
        works_paid=paid,
        works=more,
        extra_with_works=extra,
        net_with_works=table["net_cost"] + more,
        ratio_with_works=table["benefits"] / extra.where(extra > 0),
    )


def _against_baseline(
    results: Mapping[str, OptionResult], rates: Rates, baseline: str
) -> pd.DataFrame:
    """Compare each option with the baseline, one row an option."""
    before = _services_of(results[baseline])
    computed: ComputedCosts = {}
    rows = {}
    for name, result in results.items():
        change = cost_change(before, _services_of(result), rates, computed)
        # A ratio says something only where its divisor is above 0; elsewhere it is left blank.
        costs_more, saves = change.extra_provider > 0, change.hours_saved > 0
        rows[name] = {
            "extra_provider": change.extra_provider,
            "benefits": change.benefits,
            "net_cost": change.net,
            "benefit_cost_ratio": change.benefits / change.extra_provider
            if costs_more
            else float("nan"),
            "hours_saved": change.hours_saved,
            "gbp_per_hour_saved": change.provider_a_year / change.hours_saved
            if saves
            else float("nan"),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def _services_of(result: OptionResult) -> dict[str, ServiceAtSites]:
    """Return each service of an option at its sites."""
    return {
        name: ServiceAtSites(service.sites, service.after)
        for name, service in result.services.items()
    }
