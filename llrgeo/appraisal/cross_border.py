"""Cross-border flows: residents who use sites of neighbours, and neighbours who come in."""

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from llrgeo.appraisal.counts import reconcile
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.nearest_sites import Flags
from llrgeo.appraisal.service_result import ServiceResult


def cross_border_flows(
    results: Mapping[str, OptionResult],
    areas: pd.DataFrame,
    sites: pd.DataFrame,
    *,
    home: Collection[str],
) -> pd.DataFrame:
    """Return residents and contacts that stay, go out and come in, by option and service.

    Parameters
    ----------
    results
        Results by option name.
    areas, sites
        Tables with the authority each stands in.
    home
        The authorities of the study. Areas of other authorities, if the study has any, are
        neighbours: those who use a site at home are the inflow.

    Returns
    -------
    pandas.DataFrame
        One row an option, service and flow ("stay", "out", "in", "outside", "unreachable"):
        `residents`, `contacts`. The flows add up to all residents.
    """
    at_home = areas["authority"].isin(home).to_numpy()
    home_sites = frozenset(sites.index[sites["authority"].isin(home)])
    # Options that run a service alike share its result, and so its flows.
    known: dict[int, pd.DataFrame] = {}
    parts = []
    for name, result in results.items():
        for service, found in result.services.items():
            if id(found) not in known:
                inside = found.after.goes_to(home_sites)
                known[id(found)] = _flows(found, areas["residents"], at_home, inside)
            parts.append(known[id(found)].assign(option=name, service=service))
    table = pd.concat(parts, ignore_index=True)
    return table[["option", "service", "flow", "residents", "contacts"]]


def _flows(
    found: ServiceResult, residents: pd.Series, at_home: Flags, inside: Flags
) -> pd.DataFrame:
    """Return residents and contacts of one service by flow.

    `at_home` and `inside` say of each area whether it lies at home, and whether its site does.
    """
    # The first that holds: no site, at home to a home site, at home to another's, others to ours.
    flow = np.select(
        [~found.after.reaches, at_home & inside, at_home, inside],
        ["unreachable", "stay", "out", "in"],
        default="outside",
    )
    counts = pd.DataFrame(
        {"flow": flow, "residents": residents, "contacts": found.allocation["contacts"]}
    )
    table = counts.groupby("flow", as_index=False).sum()
    reconcile(table["residents"], residents.sum(), table="flows across the border")
    return table
