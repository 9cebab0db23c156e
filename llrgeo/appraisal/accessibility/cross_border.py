"""Cross-border flows: residents who use sites of neighbours, and neighbours who come in."""

from collections.abc import Collection, Mapping
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.distinct_options import for_distinct_services
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.journeys.use_arrays import ServiceUse
from llrgeo.appraisal.people.counts import reconcile
from llrgeo.appraisal.people.group_sums import group_sums
from llrgeo.arrays import Bools, Ints

FLOWS: Final = ("in", "out", "outside", "stay", "unreachable")


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
    at_home, residents = areas["authority"].isin(home).to_numpy(), areas["residents"].to_numpy()
    home_sites = frozenset(sites.index[sites["authority"].isin(home)])
    flows = for_distinct_services(
        results,
        lambda found: _flows(found.after, residents, at_home, found.after.goes_to(home_sites)),
    )
    rows = [(*key, *flow) for key, of_service in flows.items() for flow in of_service]
    table = pd.DataFrame(rows, columns=["option", "service", "flow", "residents", "contacts"])
    return table.astype({"residents": residents.dtype})


def _flows(
    use: ServiceUse, residents: Ints, at_home: Bools, inside: Bools
) -> list[tuple[str, float, float]]:
    """Return each flow of one service that there is, with its residents and contacts.

    `at_home` and `inside` say of each area whether it lies at home, and whether its site does.
    """
    # The first that holds: no site, at home to a home site, at home to another's, others to ours.
    flow = np.select(
        [~use.reaches, at_home & inside, at_home, inside],
        [FLOWS.index(name) for name in ("unreachable", "stay", "out", "in")],
        default=FLOWS.index("outside"),
    )
    areas, people, contacts = (
        group_sums(flow, values, len(FLOWS))
        for values in (np.ones(len(flow)), residents, use.split.contacts)
    )
    reconcile(people, residents.sum(), table="flows across the border")
    rows = zip(FLOWS, people.tolist(), contacts.tolist(), strict=True)
    return [row for row, some in zip(rows, areas, strict=True) if some]
