"""Floating catchments: how much of a service people can reach, given who else reaches it.

docs/methods 4. A decay turns minutes into a weight of 0 to 1; it is 0 beyond the catchment.
"""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.appraisal.distinct_options import for_distinct_services, is_travelled_to
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.journeys.service_result import ServiceResult
from llrgeo.appraisal.people.people_groups import EVERYONE
from llrgeo.appraisal.people.wide_groups import Columns, Counted, by_columns
from llrgeo.errors import InputError

Minutes: TypeAlias = NDArray[np.float64]
Decay: TypeAlias = Callable[[Minutes], Minutes]

STEPS: Final = {10.0: 1.0, 20.0: 0.68, 30.0: 0.22}

_PER: Final = 100_000


def floating_catchment(
    minutes: pd.DataFrame,
    demand: pd.Series,
    supply: pd.Series,
    *,
    decay: Decay,
    outside_people: pd.Series | None = None,
) -> pd.Series:
    """Return the supply a head that each area can reach; 0 beyond every catchment.

    Parameters
    ----------
    minutes
        Areas by sites; +inf where a site cannot be reached.
    demand
        People of each area.
    supply
        What each site offers, such as beds; sites left out offer nothing.
    decay
        `within`, `in_steps` or `gaussian`.
    outside_people
        By site, people of its catchment who are not in the areas; they share the supply.

    Notes
    -----
    The sum over areas of people times the result is the supply of all sites with anyone in their
    catchment. Two-step floating catchment area: Luo and Wang 2003.
    """
    weights = decay(minutes[supply.index].to_numpy())
    counts = _counts(minutes.index, demand, supply, outside_people)
    return pd.Series(_reached(weights, *counts), minutes.index)


def supply_ratios(
    minutes: pd.DataFrame,
    demand: pd.Series,
    supply: pd.Series,
    *,
    decay: Decay,
    outside_people: pd.Series | None = None,
) -> pd.Series:
    """Return each site's supply for every person of its catchment; 0 where that is empty.

    `outside_people`, by site, are people of its catchment who are not in the areas.
    """
    weights = decay(minutes[supply.index].to_numpy())
    counts = _counts(minutes.index, demand, supply, outside_people)
    return pd.Series(_ratios(weights, *counts), supply.index)


def _counts(
    areas: pd.Index, demand: pd.Series, supply: pd.Series, outside_people: pd.Series | None
) -> tuple[Minutes, Minutes, Minutes]:
    """Return demand by area, and by site its supply and the people who come from outside."""
    outside = pd.Series(dtype=float) if outside_people is None else outside_people
    here, coming = demand.reindex(areas), outside.reindex(supply.index).fillna(0.0)
    return here.to_numpy(float), supply.to_numpy(float), coming.to_numpy(float)


def _reached(weights: Minutes, demand: Minutes, supply: Minutes, outside: Minutes) -> Minutes:
    """Return the supply a head that each area can reach, shape (areas,): the second step.

    `weights` are the decay's, areas by sites; `demand` is of areas, `supply` and `outside` people
    are of sites.
    """
    reached: Minutes = weights @ _ratios(weights, demand, supply, outside)
    return reached


def _ratios(weights: Minutes, demand: Minutes, supply: Minutes, outside: Minutes) -> Minutes:
    """Return the supply of each site for every person of its catchment: the first step."""
    people = demand @ weights + outside
    ratios: Minutes = np.divide(supply, people, out=np.zeros(len(people)), where=people > 0)
    return ratios


def catchment_table(
    results: Mapping[str, OptionResult], appraisal_inputs: AppraisalInputs, people: pd.DataFrame
) -> pd.DataFrame:
    """Return the supply that people can reach, by option, service, method and group of people.

    The catchment is the service's standard; steps and bell are scaled to it. Supply is capacity
    where the option states it for every site of the service, else one a site.

    A site outside the study's areas serves people who are not in the table. Where the sites table
    gives their number (`outside_people`) they share its supply; otherwise it is left out, and
    counted.

    Columns: `option`, `service`, `method`, `supply_unit`, `group`, `level`, `per_100_000` (the
    mean over people), `share_with_none`, and `sites_left_out`.
    """
    outside_people = _outside_people(appraisal_inputs)
    minutes = appraisal_inputs.times.minutes.loc[appraisal_inputs.areas.index]
    parts = for_distinct_services(
        results,
        lambda found: _of_service(found, minutes, people, outside_people),
        is_travelled_to,
    )
    # One frame of all: rows are many, and those of each service few.
    (options, services), listed = zip(*parts, strict=True), list(parts.values())
    rows = [len(part["method"]) for part in listed]
    columns = {name: np.concatenate([part[name] for part in listed]) for name in listed[0]}
    return pd.DataFrame(
        {"option": np.repeat(options, rows), "service": np.repeat(services, rows), **columns}
    )


def _of_service(
    found: ServiceResult, minutes: pd.DataFrame, people: pd.DataFrame, outside_people: pd.Series
) -> Columns:
    """Return the supply of one service that people can reach, by method and group of people.

    By column of `catchment_table` but the first two, a value a row.
    """
    loads = found.loads
    # Supply is contacts where every site's room is stated; else each site counts as one.
    counted = loads["capacity"].notna().all()
    offered = loads["capacity"] if counted else pd.Series(1.0, loads.index)
    supply = offered[outside_people.reindex(offered.index).notna()]
    to_these = minutes[supply.index].to_numpy()
    counts = _counts(minutes.index, people[EVERYONE], supply, outside_people)
    methods = _methods(found.service.travel_standard_min)
    figures = [_by_group(_reached(decay(to_these), *counts), people) for decay in methods.values()]
    groups, times = people.columns, len(methods)
    rows = len(groups) * times
    return {
        "method": np.repeat(list(methods), len(groups)),
        "supply_unit": np.repeat("contacts" if counted else "sites", rows),
        "group": np.tile(groups.get_level_values("group").to_numpy(), times),
        "level": np.tile(groups.get_level_values("level").to_numpy(), times),
        **{name: np.concatenate([of[name] for of in figures]) for name in figures[0]},
        "sites_left_out": np.repeat(len(offered) - len(supply), rows),
    }


def _outside_people(appraisal_inputs: AppraisalInputs) -> pd.Series:
    """Return by site the people outside the areas who share it; NaN where that is not known.

    A site within the study's authorities is taken to serve its areas alone.
    """
    sites = appraisal_inputs.sites
    if "authority" not in sites.columns:
        return pd.Series(0.0, sites.index)
    # A site within the areas serves the people of the table alone; one outside states its others.
    inside = sites["authority"].isin(appraisal_inputs.areas["authority"].unique())
    stated = (
        pd.to_numeric(sites["outside_people"])
        if "outside_people" in sites.columns
        else pd.Series(np.nan, sites.index)
    )
    return stated.where(stated.notna(), inside.map({True: 0.0, False: np.nan}))


def within(limit_min: float) -> Decay:
    """Weigh all within the limit alike (2SFCA)."""
    return lambda minutes: (minutes <= limit_min).astype(float)


def in_steps(steps: Mapping[float, float] = STEPS) -> Decay:
    """Weigh by bands of minutes, upper edge to weight (E2SFCA: Luo and Qi 2009).

    Raises
    ------
    InputError
        If the edges do not ascend.
    """
    edges = np.array(list(steps))
    if any(low >= high for low, high in pairwise(edges)):
        msg = f"the edges of the steps must ascend; found {', '.join(f'{e:g}' for e in edges)}"
        raise InputError(msg)
    weights = np.array([*steps.values(), 0.0])

    def decay(minutes: Minutes) -> Minutes:
        found = np.full(minutes.shape, weights[-1])
        near = minutes <= edges[-1]
        found[near] = weights[np.searchsorted(edges, minutes[near], side="left")]
        return found

    return decay


def gaussian(limit_min: float, bandwidth_min: float) -> Decay:
    """Weigh by a bell that reaches 0 at the limit (Dai 2010)."""
    floor = np.exp(-(limit_min**2) / (2 * bandwidth_min**2))

    def decay(minutes: Minutes) -> Minutes:
        weights, near = np.zeros_like(minutes), minutes <= limit_min
        bell = np.exp(-(minutes[near] ** 2) / (2 * bandwidth_min**2))
        weights[near] = (bell - floor) / (1 - floor)
        return weights

    return decay


def _methods(standard_min: float) -> dict[str, Decay]:
    scale = standard_min / max(STEPS)
    return {
        "2SFCA": within(standard_min),
        # Thirds of a standard are rounded: exactly the standard is within it.
        "E2SFCA": in_steps({round(edge * scale, 9): weight for edge, weight in STEPS.items()}),
        "Gaussian": gaussian(standard_min, standard_min / 3),
    }


def _by_group(supply: Minutes, people: pd.DataFrame) -> Columns:
    """Return the supply that each group of people reaches, of that of each area."""

    def figures(counted: Counted) -> dict[str, Minutes]:
        everywhere = np.full(len(supply), fill_value=True)
        total = counted.people(everywhere)
        with np.errstate(invalid="ignore"):  # nobody of a group reaches NaN
            return {
                "per_100_000": counted.total(supply) / total * _PER,
                "share_with_none": counted.people(supply == 0) / total,
            }

    return by_columns(people, figures)
