"""Activity: flows between sites and the load of each; what an option's journeys avoid.

Flows and loads are sums over areas of who goes where (`use_arrays.ServiceUse`).
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.journeys.use_arrays import ServiceUse
from llrgeo.appraisal.people.counts import ratio, reconcile
from llrgeo.appraisal.people.group_sums import group_sums
from llrgeo.schema import ROLES

CARE_PLACES: Final = (*ROLES, "home", "video", "unreachable")


def burden_against(burden: pd.DataFrame, baseline: pd.DataFrame) -> pd.DataFrame:
    """Return the burden of an option by service, with what it avoids against the baseline's.

    Adds `city_hours_avoided` and `city_km_avoided`: hours and kilometres a year on the way to acute
    hospitals, there and back, that patients no longer travel. Below 0 they travel more.
    """
    return burden.assign(
        city_hours_avoided=baseline["city_hours"] - burden["city_hours"],
        city_km_avoided=baseline["city_km"] - burden["city_km"],
    )


def site_flows(before: ServiceUse, after: ServiceUse, residents: pd.Series) -> pd.DataFrame:
    """Return residents and contacts by site before (`from_site`) and after (`to_site`).

    A blank site means that none could be reached. Largest flow first.
    """
    # One number a pair of sites; no site counts as one.
    sites = len(after.ids.place) + 1
    pairs, pair = np.unique(
        (before.nearest.site + 1) * sites + after.nearest.site + 1, return_inverse=True
    )
    counts = residents.to_numpy()
    people = group_sums(pair, counts, len(pairs)).astype(counts.dtype)
    contacts = group_sums(pair, after.split.at_site + after.split.at_home, len(pairs))
    reconcile(people, residents.sum(), table="flows between sites")
    start, end = (side - 1 for side in np.divmod(pairs, sites))
    # Equal flows in the order of their sites' ids, a blank one first.
    rank = np.append(np.array(list(after.ids.place), dtype=object).argsort().argsort(), -1)
    order = np.lexsort((rank[end], rank[start], -people))
    names = after.ids.sites.fillna("")
    return pd.DataFrame(
        {
            "from_site": names.take(start[order]),
            "to_site": names.take(end[order]),
            "residents": people[order],
            "contacts": contacts[order],
        }
    )


def site_loads(
    use: ServiceUse,
    residents: pd.Series,
    *,
    open_sites: pd.Series,
    capacity: Mapping[str, float],
    minimum_activity: float,
) -> pd.DataFrame:
    """Return the load of each open site (`open_sites` holds the role of each).

    Columns: `residents` and `contacts` a year of its catchment, `capacity` (NaN: no limit),
    `share_used` of it, `over_capacity` contacts, and whether it is `below_minimum`. A site of the
    role `other` (a hospital across the border) never is, for most of its patients are not in the
    study.
    """
    roles = open_sites.sort_index()
    sites = pd.Index(roles.index, name="site_id", dtype="str")
    counts, places = residents.to_numpy(), [use.ids.place[site] for site in sites]
    people, at_sites = (
        group_sums(use.nearest.site, values, len(use.ids.place))[places]
        for values in (counts, use.split.at_site + use.split.at_home)
    )
    # Residents of areas that reach no site are in no row; all others are, each once.
    stranded = counts[~use.reaches].sum()
    reconcile(people, counts.sum() - stranded, table="loads of sites")
    room = np.array([capacity.get(site, np.nan) for site in sites], dtype=float)
    return pd.DataFrame(
        {
            "residents": people.astype(counts.dtype),
            "contacts": at_sites,
            "capacity": room,
            "share_used": ratio(at_sites, room),
            "over_capacity": np.maximum(at_sites - room, 0),
            "below_minimum": (at_sites < minimum_activity) & (roles != "other").to_numpy(),
        },
        index=sites,
    )
