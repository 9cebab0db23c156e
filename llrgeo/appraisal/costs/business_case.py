"""Business case: the rows that templates ask for, with what this tool cannot know left blank."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.assess import CapacityEvidence
from llrgeo.appraisal.capacity.plan import CapacityPlan
from llrgeo.appraisal.capacity.summary import sites_of
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.journeys.nearest_sites import NO_SITE
from llrgeo.appraisal.people.counts import ratio
from llrgeo.appraisal.people.group_sums import group_sums
from llrgeo.arrays import Floats, Ints
from llrgeo.schema import site_roles
from llrgeo.travel.times import TravelTimes

CORE20_DECILES: Final = (1, 2)  # NHS England, Core20PLUS5: the most deprived fifth of England
NEIGHBOURHOOD_PEOPLE: Final = 50_000  # Neighbourhood Health Centres guidance, April 2026
LOCAL_ROLES: Final = ("community", "primary")
ONLY_PEOPLE_KNOW: Final = (
    "neighbourhood",
    "plus_groups",
    "bus_per_hour",
    "planning",
    "digital",
    "engagement",
)
FIVE_TESTS: Final = (
    "engagement",
    "choice",
    "clinical_evidence",
    "commissioner_support",
    "beds",
)
_WALK_MIN, _BUS_MIN, _CAR_MIN, _CHOICE_MIN = 20, 30, 15, 30


def core20_table(
    results: Mapping[str, OptionResult], areas: pd.DataFrame, *, baseline: str
) -> pd.DataFrame:
    """Return journeys by national tenth of deprivation, and for Core20: tenths 1 and 2.

    Columns: `option`, `deprivation` (`core20`, `1` to `10`), `people`, `mean_before_min`,
    `mean_after_min` (minutes a contact, of those who can reach a site before and after),
    `worse_off` people: a longer journey, or none left, for at least one service, whatever another
    gains. Tenths are of England, not of the study.
    """
    before = results[baseline].overall.change["after_min"]
    deciles = areas["imd_decile"]
    tenths = {str(tenth): deciles == tenth for tenth in range(1, 11)}
    groups = {"core20": deciles.isin(CORE20_DECILES), **tenths}
    residents = areas["residents"].to_numpy(float)
    before_min = before.to_numpy(float)
    rows = []
    for option, result in results.items():
        after_min = result.overall.change["after_min"].to_numpy(float)
        both = np.isfinite(before_min) & np.isfinite(after_min)
        longer = result.worse_off.to_numpy(bool)
        for name, group in groups.items():
            # Means are over residents with a journey both times; who is
            # worse off is counted over all.
            inside = group.to_numpy(bool)
            people, counted = (
                np.where(inside, residents, 0.0),
                np.where(inside & both, residents, 0.0),
            )
            means = [_mean(minutes, counted) for minutes in (before_min, after_min)]
            rows.append((option, name, int(people.sum()), *means, int(people[longer].sum())))
    names = ["option", "deprivation", "people", "mean_before_min", "mean_after_min", "worse_off"]
    return pd.DataFrame(rows, columns=names)


def local_sites(result: OptionResult, before: OptionResult, sites: pd.DataFrame) -> list[str]:
    """Return community hospitals and health centres that run anything now or under an option."""
    used = {*sites_of(result), *sites_of(before)}
    local = sites.index[site_roles(sites).isin(LOCAL_ROLES)]
    return sorted(used & set(map(str, local)))


def site_statuses(result: OptionResult, before: OptionResult, site_ids: list[str]) -> pd.Series:
    """Return whether sites are existing, upgraded (more services), new, or left empty."""

    def runs(of: OptionResult, site: str) -> set[str]:
        return {service for service, ids in of.option.sites.items() if site in ids}

    found = {}
    for site in site_ids:
        # One service more is an upgrade, whatever else the site loses; a site that only loses some
        # is an existing one.
        was, now = runs(before, site), runs(result, site)
        if not was:
            found[site] = "new"
        elif not now:
            found[site] = "dispose"
        else:
            found[site] = "upgrade" if now - was else "existing"
    return pd.Series(found, dtype=object)


def nearest_sites(minutes: pd.DataFrame) -> Ints:
    """Return the column of the site nearest to each area; of equals, the first; -1 for none."""
    values = minutes.to_numpy()
    nearest = np.full(len(values), NO_SITE)
    reached = np.isfinite(values).any(axis=1)
    nearest[reached] = values[reached].argmin(axis=1)
    return nearest


def served_people(nearest: Ints, site_ids: list[str], areas: pd.DataFrame) -> pd.DataFrame:
    """Return who lives nearest to each site: one area, one site, as `nearest_sites` tells.

    Columns, on `site_id`: `population_nearest`, `share_of_50000`, `aged_65_plus`, `aged_85_plus`,
    `core20_people`, `core20_share`.
    """
    core20 = areas["imd_decile"].isin(CORE20_DECILES)
    counts = {
        "population_nearest": areas["residents"],
        "aged_65_plus": areas[["age_65_74", "age_75_84", "age_85_plus"]].sum(axis=1),
        "aged_85_plus": areas["age_85_plus"],
        "core20_people": areas["residents"].where(core20, 0),
    }
    # Everyone counts at one site: those who reach none are in no group, and a site without anyone
    # has 0.
    sums = {
        name: group_sums(nearest, count.to_numpy(), len(site_ids)) for name, count in counts.items()
    }
    table = pd.DataFrame(sums, site_ids)
    people = table["population_nearest"]
    table["share_of_50000"] = people / NEIGHBOURHOOD_PEOPLE
    table["core20_share"] = table["core20_people"] / people.where(people > 0)
    return table.rename_axis("site_id")


def people_within(
    times: TravelTimes | None, site_ids: list[str], residents: pd.Series, *, minutes: float
) -> pd.Series:
    """Return the residents within some minutes of each site; NaN where times are not known."""
    if times is None:
        return pd.Series(np.nan, site_ids)
    near = (times.minutes[site_ids].reindex(residents.index) <= minutes).astype(float)
    return near.T @ residents.astype(float)


def mean_minutes_of(
    nearest: Ints, site_ids: list[str], per_contact: pd.Series, residents: pd.Series
) -> pd.Series:
    """Return the mean minutes a contact of those who live nearest to each site; NaN for none."""
    minutes = per_contact.reindex(residents.index).to_numpy()
    people = np.where(np.isfinite(minutes), residents.to_numpy(), 0.0)
    weighted = np.where(people > 0, minutes, 0.0) * people
    weights = group_sums(nearest, people, len(site_ids))
    return pd.Series(ratio(group_sums(nearest, weighted, len(site_ids)), weights), site_ids)


def five_tests(
    evidence: CapacityEvidence,
    plan: CapacityPlan,
    results: Mapping[str, OptionResult],
    appraisal_inputs: AppraisalInputs,
    *,
    baseline: str,
) -> pd.DataFrame:
    """Return what the study says to each of the five tests of service change; it passes none.

    Columns: `option`, `test`; `before` and `after` (for choice, sites within 30 minutes of a mean
    resident; for beds, those stated, or needed where none are; NaN for all others); `beds_fewer`
    and `team_wte_more` in the base year, for beds; `left_to_people`, the id of what no figure can
    say.
    """
    rows = []
    choice = {name: sites_within(result, appraisal_inputs) for name, result in results.items()}
    beds = {name: _beds(evidence, name, plan.base_year) for name in results}
    staff = {name: _team_wte(evidence, name, plan.base_year) for name in results}
    for option in results:
        if option == baseline:
            continue
        # Only choice and beds have figures here; the other tests are left to people, and say so.
        figures = {
            "choice": (choice[baseline], choice[option], np.nan, np.nan),
            "beds": (
                beds[baseline],
                beds[option],
                max(beds[baseline] - beds[option], 0.0),
                staff[option] - staff[baseline],
            ),
        }
        rows += [
            (option, test, *figures.get(test, (np.nan,) * 4), f"{test}_needs")
            for test in FIVE_TESTS
        ]
    names = ["before", "after", "beds_fewer", "team_wte_more", "left_to_people"]
    return pd.DataFrame(rows, columns=["option", "test", *names])


def sites_within(result: OptionResult, appraisal_inputs: AppraisalInputs) -> float:
    """Return the sites within 30 minutes of a mean resident, over services that are visited."""
    residents = appraisal_inputs.areas["residents"].astype(float)
    minutes, people = appraisal_inputs.times.minutes.reindex(residents.index), residents.to_numpy()
    counts = []
    for service in appraisal_inputs.visited:
        ids = sorted(result.option.sites.get(service.id, ()))
        near = minutes.to_numpy()[:, minutes.columns.get_indexer(pd.Index(ids, dtype="str"))]
        in_reach = (near <= _CHOICE_MIN).sum(axis=1)
        counts.append(float((in_reach * people).sum()) / float(people.sum()))
    return float(np.mean(counts)) if counts else np.nan


def limits() -> tuple[int, int, int]:
    """Return the minutes on foot, by bus and by car that the pipeline counts people within."""
    return _WALK_MIN, _BUS_MIN, _CAR_MIN


def _mean(minutes: Floats, people: Floats) -> float:
    total = float(people.sum())
    return float((np.where(people > 0, minutes, 0.0) * people).sum()) / total if total else np.nan


def _beds(evidence: CapacityEvidence, option: str, year: int) -> float:
    table = evidence.beds
    if table.empty:
        return np.nan
    rows = table[(table["option"] == option) & (table["year"] == year)]
    return float(rows["beds"].fillna(rows["beds_needed"]).sum())


def _team_wte(evidence: CapacityEvidence, option: str, year: int) -> float:
    parts = []
    for table, column in ((evidence.rounds, "wte"), (evidence.crisis, "wte_pooled")):
        if len(table):
            rows = table[(table["option"] == option) & (table["year"] == year)]
            parts.append(float(rows[column].sum()))
    return sum(parts) if parts else np.nan
