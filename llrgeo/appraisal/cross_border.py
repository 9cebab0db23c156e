"""Cross-border flows: residents who use sites of neighbours, and neighbours who come in."""

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from llrgeo.appraisal.counts import reconcile
from llrgeo.appraisal.evaluation import OptionResult


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
    home_sites = sites.index[sites["authority"].isin(home)]
    rows = []
    for name, result in results.items():
        for service, service_result in result.services.items():
            used = service_result.allocation["site_id"]
            inside = used.isin(home_sites).to_numpy()
            # The first that holds: no site, at home to a home site, at
            # home to another's, others to ours.
            flow = np.select(
                [used.isna().to_numpy(), at_home & inside, at_home, inside],
                ["unreachable", "stay", "out", "in"],
                default="outside",
            )
            counts = pd.DataFrame(
                {"residents": areas["residents"], "contacts": service_result.allocation["contacts"]}
            )
            table = counts.groupby(flow).sum()
            reconcile(table["residents"], areas["residents"].sum(), table="flows across the border")
            rows += [
                {"option": name, "service": service, "flow": flow_name, **row}
                for flow_name, row in table.to_dict(orient="index").items()
            ]
    return pd.DataFrame(rows)
