"""Activity: flows between sites and the load of each; what an option's journeys avoid.

The functions take an allocation: one row an area with `site_id` and its `role` (missing where no
site can be reached), `travel_time_min` (+inf there), `distance_km`, and contacts a year: `contacts`
in all, of which `at_site`, `at_home` and `by_video`; `visit_min` and `visit_km` are what staff
spend on the road for one visit at home (`staff_travel`).
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.appraisal.counts import ratio, reconcile
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


def site_flows(before: pd.DataFrame, after: pd.DataFrame, residents: pd.Series) -> pd.DataFrame:
    """Return residents and contacts by site before (`from_site`) and after (`to_site`).

    A blank site means that none could be reached. Largest flow first.
    """
    # One number a pair of sites, which groups faster than two texts.
    (was, old), (now, new) = (
        pd.factorize(table["site_id"].fillna("").to_numpy(object)) for table in (before, after)
    )
    moves = pd.DataFrame(
        {
            "pair": was * len(new) + now,
            "residents": residents.to_numpy(),
            "contacts": after["at_site"].to_numpy() + after["at_home"].to_numpy(),
        }
    )
    sums = moves.groupby("pair").sum()
    reconcile(sums["residents"].to_numpy(), residents.sum(), table="flows between sites")
    start, end = np.divmod(sums.index.to_numpy(), max(len(new), 1))
    people = sums["residents"].to_numpy()
    order = np.lexsort((_ranks(new)[end], _ranks(old)[start], -people))
    return pd.DataFrame(
        {
            "from_site": pd.array(old[start[order]], dtype="str"),
            "to_site": pd.array(new[end[order]], dtype="str"),
            "residents": people[order],
            "contacts": sums["contacts"].to_numpy()[order],
        }
    )


def site_loads(
    allocation: pd.DataFrame,
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
    contacts = allocation["at_site"].to_numpy() + allocation["at_home"].to_numpy()
    counts = residents.to_numpy()
    place = sites.get_indexer(pd.Index(allocation["site_id"]))
    of_areas = pd.DataFrame({"place": place, "residents": counts, "contacts": contacts})
    loads = of_areas.groupby("place").sum().reindex(range(len(sites)), fill_value=0)
    # Residents of areas that reach no site are in no row; all others are, each once.
    stranded = counts[allocation["site_id"].isna().to_numpy()].sum()
    reconcile(loads["residents"], counts.sum() - stranded, table="loads of sites")
    room = np.array([capacity.get(site, np.nan) for site in sites], dtype=float)
    asked = loads["contacts"].to_numpy()
    return pd.DataFrame(
        {
            "residents": loads["residents"].to_numpy(),
            "contacts": asked,
            "capacity": room,
            "share_used": ratio(asked, room),
            "over_capacity": np.maximum(asked - room, 0),
            "below_minimum": (asked < minimum_activity) & (roles != "other").to_numpy(),
        },
        index=sites,
    )


def _ranks(names: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return the place of each different name in their order."""
    return names.argsort().argsort()
