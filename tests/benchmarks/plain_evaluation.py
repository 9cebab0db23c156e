"""The figures of `evaluate_options` by plain arrays, without checks, frames and names.

A prototype to hold the evaluation against: the same nearest sites, journeys, classes, groups, flows
and loads, for services that patients travel to, as numpy alone would have them. `agrees` says
that the figures are the same.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.people.people_groups import people_by_group

EDGES_MIN = (5.0, 10.0, 15.0)
Figures = dict[str, Any]


def plain_figures(
    options: Sequence[Option], inputs: AppraisalInputs, baseline: str
) -> dict[str, Figures]:
    """Return the figures of each option and service, and of all services together."""
    minutes = inputs.times.minutes.to_numpy()
    km = inputs.times.distance_km.to_numpy()
    people = people_by_group(inputs.areas).to_numpy(float)
    contacts = {s.id: inputs.contacts_of(s).to_numpy() for s in inputs.services}
    weights = np.column_stack(list(contacts.values()))
    place = {site: n for n, site in enumerate(inputs.times.minutes.columns)}
    uses: dict[Any, Figures] = {}
    by_option: dict[str, dict[str, Figures]] = {}
    for option in options:
        by_option[option.name] = {}
        for service, sites in option.sites.items():
            if (service, sites) not in uses:
                chosen = np.array(sorted(place[site] for site in sites))
                use = used(minutes, km, chosen, contacts[service], inputs.kg_co2e_per_km)
                uses[service, sites] = use
            by_option[option.name][service] = uses[service, sites]
    before = by_option[baseline]
    thresholds = np.array(sorted(inputs.thresholds_min))
    found: dict[str, Figures] = {}
    for name, of_service in by_option.items():
        after_min = np.column_stack([use["minutes"] for use in of_service.values()])
        before_min = np.column_stack([before[service]["minutes"] for service in of_service])
        overall = [averaged(table, weights) for table in (before_min, after_min)]
        found[name] = {
            "overall": access(*overall, people, inputs.tolerance_min, thresholds),
            "worse": people[((after_min - before_min) > inputs.tolerance_min).any(axis=1)].sum(0),
            **{
                service: compared(before[service], use, people, inputs.tolerance_min, thresholds)
                for service, use in of_service.items()
            },
        }
    return found


def used(
    minutes: np.ndarray, km: np.ndarray, sites: np.ndarray, contacts: np.ndarray, kg: float
) -> Figures:
    """Return the nearest of some sites, the way there, and what all journeys come to."""
    nearest = sites[minutes[:, sites].argmin(axis=1)]
    rows = np.arange(len(minutes))
    way_min, way_km = minutes[rows, nearest], km[rows, nearest]
    return {
        "site": nearest,
        "minutes": way_min,
        "contacts": contacts,
        "hours": float((contacts * way_min).sum() / 30),
        "kg": float((contacts * way_km).sum() * 2 * kg),
        "loads": np.bincount(nearest, contacts, minutes.shape[1]),
    }


def compared(
    before: Figures, after: Figures, people: np.ndarray, tolerance: float, limits: np.ndarray
) -> Figures:
    """Return the flows between sites, and how the journeys of everyone change."""
    pairs, at = np.unique(before["site"] * 10_000 + after["site"], return_inverse=True)
    return {
        "flows": (pairs, np.bincount(at, people[:, 0]), np.bincount(at, after["contacts"])),
        "hours": after["hours"],
        **access(before["minutes"], after["minutes"], people, tolerance, limits),
    }


def access(
    before: np.ndarray, after: np.ndarray, people: np.ndarray, tolerance: float, limits: np.ndarray
) -> Figures:
    """Return means, quantiles, shares within limits, and classes of change, by group."""
    order = np.argsort(after, kind="stable")
    sums = np.cumsum(people[order], axis=0)
    total = sums[-1]
    at = [(sums >= share * total).argmax(axis=0) for share in (0.5, 0.9)]
    change = np.round(after - before, 9)
    sign = np.where(np.abs(change) > tolerance, np.sign(change), 0)
    band = sign * (1 + np.searchsorted(EDGES_MIN, np.abs(change)))
    return {
        "mean_min": after @ people / total,
        "median_min": after[order][at[0]],
        "p90_min": after[order][at[1]],
        "within": (after[:, None] <= limits).T @ people / total,
        "within_before": (before[:, None] <= limits).T @ people[:, 0],
        "outcomes": np.stack([people[sign == way].sum(axis=0) for way in (-1, 0, 1)]),
        "bands": [people[band == step, 0].sum() for step in range(-4, 5)],
        "change_mean_min": change @ people / total,
    }


def averaged(minutes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return minutes of an average journey by area."""
    return (minutes * weights).sum(axis=1) / weights.sum(axis=1)


def agrees(plain: dict[str, Figures], results: dict[str, OptionResult]) -> bool:
    """Say whether means, quantiles and hours are those that the evaluation has."""
    for name, result in results.items():
        groups = result.overall.groups
        pairs = [(plain[name]["overall"][column], groups[column]) for column in ("mean_min",)]
        for service, found in result.services.items():
            mine, groups = plain[name][service], found.access.groups
            pairs += [(mine[column], groups[column]) for column in ("mean_min", "p90_min")]
            pairs.append((mine["hours"], result.burden.loc[service, "patient_hours"]))
            pairs.append((mine["outcomes"][2], groups["worsened"]))
        if not all(np.allclose(left, right) for left, right in pairs):
            return False
    return True
