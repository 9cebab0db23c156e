"""Activity: flows between sites and the load of each; what an option's journeys avoid.

The functions take an allocation: one row an area with `site_id` and its `role` (missing where no
site can be reached), `travel_time_min` (+inf there), `distance_km`, and contacts a year: `contacts`
in all, of which `at_site`, `at_home` and `by_video`.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.counts import reconcile
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
    moves = pd.DataFrame(
        {
            "from_site": before["site_id"].fillna(""),
            "to_site": after["site_id"].fillna(""),
            "residents": residents,
            "contacts": after["at_site"] + after["at_home"],
        }
    )
    flows = moves.groupby(["from_site", "to_site"], as_index=False).sum()
    reconcile(flows["residents"], residents.sum(), table="flows between sites")
    return flows.sort_values(
        ["residents", "from_site", "to_site"], ascending=[False, True, True], ignore_index=True
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
    contacts = allocation["at_site"] + allocation["at_home"]
    by_site = pd.DataFrame({"residents": residents, "contacts": contacts}).groupby(
        allocation["site_id"]
    )
    loads = by_site.sum().reindex(sites, fill_value=0)
    # Residents of areas that reach no site are in no row; all others are, each once.
    stranded = residents[allocation["site_id"].isna()].sum()
    reconcile(loads["residents"], residents.sum() - stranded, table="loads of sites")
    room = pd.Series({site: capacity.get(site, np.nan) for site in sites}, index=sites, dtype=float)
    return loads.assign(
        capacity=room,
        share_used=loads["contacts"] / room.where(room > 0),
        over_capacity=(loads["contacts"] - room).clip(lower=0),
        below_minimum=(loads["contacts"] < minimum_activity) & (roles != "other").to_numpy(),
    )
