"""Activity: where contacts take place, the journeys they cause, and the load of each site.

All functions take an allocation: one row an area with `site_id` and its `role` (missing where no
site can be reached), `travel_time_min` (+inf there), `distance_km`, and contacts a year: `contacts`
in all, of which `at_site`, `at_home` and `by_video`.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.appraisal.counts import ratio, reconcile
from llrgeo.appraisal.demand import Service, Shares
from llrgeo.schema import ROLES

CARE_PLACES: Final = (*ROLES, "home", "video", "unreachable")

_MIN_PER_HOUR: Final = 60
_THERE_AND_BACK: Final = 2


def split_contacts(contacts: pd.Series, service: Service, shares: Shares) -> pd.DataFrame:
    """Return `contacts` a year by area and how many are `at_site`, `at_home` and `by_video`."""
    home = 1 - shares.video if service.delivery == "team" else shares.home
    return pd.DataFrame(
        {
            "contacts": contacts,
            "at_site": contacts * (1 - shares.video - home),
            "at_home": contacts * home,
            "by_video": contacts * shares.video,
        }
    )


def minutes_per_journey(
    allocations: Sequence[pd.DataFrame],
    *,
    travelled: Literal["at_site", "at_home"],
    ceiling_min: float = np.inf,
) -> pd.Series:
    """Return for every area the minutes of an average journey over several services.

    Only contacts that are `travelled` for have a journey; a contact by video is no journey of 0
    minutes. NaN where nobody of an area travels for any.

    Parameters
    ----------
    allocations
        By service, one row an area: contacts a year and `travel_time_min`.
    travelled
        The column of contacts for which somebody travels.
    ceiling_min
        What a journey that is not there counts as.
    """
    index = allocations[0].index
    spent, total = np.zeros(len(index)), np.zeros(len(index))
    for allocation in allocations:
        made = allocation[travelled].to_numpy()
        minutes = np.minimum(allocation["travel_time_min"].to_numpy(), ceiling_min)
        spent += made * np.where(made > 0, minutes, 0.0)
        total += made
    # Free of the noise of floats: journeys of 30 minutes alone make a mean of 30 and no more.
    return pd.Series(ratio(spent, total).round(9), index=index)


def burden_of(allocation: pd.DataFrame, *, kg_per_km: float) -> dict[str, float]:
    """Return the trips, hours and kilometres a year, there and back, of patients and of teams.

    `city_hours` are those of patients to acute hospitals, the city-bound ones. Trips to sites that
    cannot be reached are counted apart, and have no hours. Kilometres are NaN where the times
    carry none.
    """
    reached = _reached(allocation)
    columns = allocation[["at_site", "at_home", "travel_time_min", "distance_km"]]
    patients, teams, minutes, one_way_km = columns.to_numpy()[reached].T
    hours = minutes * _THERE_AND_BACK / _MIN_PER_HOUR
    km = one_way_km * _THERE_AND_BACK
    in_city = (allocation["role"] == "acute").to_numpy()[reached]
    patient_km, team_km = float((patients * km).sum()), float((teams * km).sum())
    return {
        "patient_trips": float(patients.sum()),
        "patient_hours": float((patients * hours).sum()),
        "patient_km": patient_km,
        "team_trips": float(teams.sum()),
        "team_hours": float((teams * hours).sum()),
        "team_km": team_km,
        "kg_co2e": (patient_km + team_km) * kg_per_km,
        "city_hours": float((patients * hours)[in_city].sum()),
        "city_km": float((patients * km)[in_city].sum()),
    }


def burden_against(burden: pd.DataFrame, baseline: pd.DataFrame) -> pd.DataFrame:
    """Return the burden of an option by service, with what it avoids against the baseline's.

    Adds `city_hours_avoided` and `city_km_avoided`: hours and kilometres a year on the way to acute
    hospitals, there and back, that patients no longer travel. Below 0 they travel more.
    """
    return burden.assign(
        city_hours_avoided=baseline["city_hours"] - burden["city_hours"],
        city_km_avoided=baseline["city_km"] - burden["city_km"],
    )


def places_of_care(allocation: pd.DataFrame, *, standard_min: float) -> dict[str, float]:
    """Return contacts a year by the place where they happen, and those within the standard.

    The places (CARE_PLACES) add up to `contacts`. `contacts_in_time` counts contacts by video, and
    those at sites and homes whose journey takes at most `standard_min`.
    """
    reached = _reached(allocation)
    at_site, at_home = allocation["at_site"].to_numpy(), allocation["at_home"].to_numpy()
    travelled = at_site + at_home
    role_of = pd.Categorical(allocation["role"], ROLES).codes
    places = {role: float(at_site[role_of == n].sum()) for n, role in enumerate(ROLES)}
    places["home"] = float(at_home[reached].sum())
    places["video"] = float(allocation["by_video"].sum())
    places["unreachable"] = float(travelled[~reached].sum())
    contacts = float(allocation["contacts"].sum())
    reconcile(pd.Series(places), contacts, table="places of care")
    in_time = float(travelled[allocation["travel_time_min"].to_numpy() <= standard_min].sum())
    return {"contacts": contacts, **places, "contacts_in_time": in_time + places["video"]}


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
    stranded = residents[allocation["site_id"].isna()].sum()
    reconcile(loads["residents"], residents.sum() - stranded, table="loads of sites")
    room = pd.Series({site: capacity.get(site, np.nan) for site in sites}, index=sites, dtype=float)
    return loads.assign(
        capacity=room,
        share_used=loads["contacts"] / room.where(room > 0),
        over_capacity=(loads["contacts"] - room).clip(lower=0),
        below_minimum=(loads["contacts"] < minimum_activity) & (roles != "other").to_numpy(),
    )


def _reached(allocation: pd.DataFrame) -> NDArray[np.bool_]:
    reached: NDArray[np.bool_] = np.isfinite(allocation["travel_time_min"].to_numpy())
    return reached
