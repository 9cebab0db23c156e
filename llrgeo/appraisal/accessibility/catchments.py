"""Floating catchments: how much of a service people can reach, given who else reaches it.

docs/methods 4. A decay turns minutes into a weight of 0 to 1; it is 0 beyond the catchment.
"""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
import pandas as pd

from llrgeo.appraisal.distinct_options import for_distinct_services, is_travelled_to
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.journeys.service_result import ServiceResult
from llrgeo.appraisal.people.people_groups import EVERYONE
from llrgeo.appraisal.people.wide_groups import Columns, Counted, by_columns
from llrgeo.arrays import Floats
from llrgeo.errors import InputError
from llrgeo.schema import name_some, raise_faults, type_faults
from llrgeo.travel.times import minutes_faults

Decay: TypeAlias = Callable[[Floats], Floats]

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
        `binary_decay`, `step_decay` or `gaussian_decay`.
    outside_people
        By site, people of its catchment who are not in the areas; they share the supply.

    Raises
    ------
    InputError
        If a site of the supply or of the people outside is not in the minutes, an area or site is
        listed twice, or a number is blank, negative or missing.

    Notes
    -----
    The sum over areas of people times the result is the supply of all sites with anyone in their
    catchment. Two-step floating catchment area: Luo and Wang 2003 (docs/methods 4).

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = pd.DataFrame({"A": [10.0, 35.0], "B": [25.0, 5.0]}, index=["a", "b"])
    >>> people, beds = pd.Series({"a": 400, "b": 100}), pd.Series({"A": 20.0, "B": 5.0})
    >>> decay = llrgeo.binary_decay(30)  # 2SFCA; or step_decay(), gaussian_decay(30, 10)
    >>> llrgeo.floating_catchment(minutes, people, beds, decay=decay).round(3).to_dict()
    {'a': 0.06, 'b': 0.01}
    """
    _check(minutes, demand, supply, outside_people)
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

    Raises
    ------
    InputError
        As `floating_catchment`.

    Examples
    --------
    >>> import pandas as pd
    >>> minutes = pd.DataFrame({"A": [10.0, 35.0], "B": [25.0, 5.0]}, index=["a", "b"])
    >>> people, beds = pd.Series({"a": 400, "b": 100}), pd.Series({"A": 20.0, "B": 5.0})
    >>> llrgeo.supply_ratios(minutes, people, beds, decay=llrgeo.binary_decay(30)).to_dict()
    {'A': 0.05, 'B': 0.01}
    """
    _check(minutes, demand, supply, outside_people)
    weights = decay(minutes[supply.index].to_numpy())
    counts = _counts(minutes.index, demand, supply, outside_people)
    return pd.Series(_ratios(weights, *counts), supply.index)


def _check(
    minutes: pd.DataFrame, demand: pd.Series, supply: pd.Series, outside: pd.Series | None
) -> None:
    """Refuse sites and areas that are not there, and numbers of people or supply that are none."""
    coming = pd.Series(dtype=float) if outside is None else outside
    given = {"demand": demand, "supply": supply, "outside_people": coming}
    raise_faults(type_faults(given, pd.Series), source="floating catchment")
    given["outside_people"] = coming.fillna(0.0)  # blank is nobody
    faults = minutes_faults(minutes)
    for name, values in given.items():
        if duplicates := values.index[values.index.duplicated()].tolist():
            faults.append(f"{name} lists {name_some(duplicates)} twice; add the numbers up")
        elif name == "demand":
            given[name] = values.reindex(minutes.index.unique())
        elif unknown := values.index.difference(minutes.columns).tolist():
            faults.append(f"{name} names sites that the minutes do not have ({name_some(unknown)})")
    for name, values in given.items():
        numbers = pd.to_numeric(values, errors="coerce")
        wrong = values.index[~numbers.between(0, np.inf, inclusive="left")]
        if len(wrong):
            faults.append(f"{name} is missing or negative for {name_some(wrong)}")
    raise_faults(faults, source="floating catchment")


def _counts(
    areas: pd.Index, demand: pd.Series, supply: pd.Series, outside_people: pd.Series | None
) -> tuple[Floats, Floats, Floats]:
    """Return demand by area, and by site its supply and the people who come from outside."""
    outside = pd.Series(dtype=float) if outside_people is None else outside_people
    here, coming = demand.reindex(areas), outside.reindex(supply.index).fillna(0.0)
    return here.to_numpy(float), supply.to_numpy(float), coming.to_numpy(float)


def _reached(weights: Floats, demand: Floats, supply: Floats, outside: Floats) -> Floats:
    """Return the supply a head that each area can reach, shape (areas,): the second step.

    `weights` are the decay's, areas by sites; `demand` is of areas, `supply` and `outside` people
    are of sites.
    """
    reached: Floats = weights @ _ratios(weights, demand, supply, outside)
    return reached


def _ratios(weights: Floats, demand: Floats, supply: Floats, outside: Floats) -> Floats:
    """Return the supply of each site for every person of its catchment: the first step."""
    people = demand @ weights + outside
    ratios: Floats = np.divide(supply, people, out=np.zeros(len(people)), where=people > 0)
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


def binary_decay(limit_min: float) -> Decay:
    """Weigh all within the limit alike (2SFCA: Luo and Wang 2003).

    Raises
    ------
    InputError
        If the limit is not above 0.

    Examples
    --------
    >>> import numpy as np
    >>> llrgeo.binary_decay(30)(np.array([12.0, 30.0, 31.0])).tolist()
    [1.0, 1.0, 0.0]
    """
    _check_minutes({"limit_min": limit_min})
    return lambda minutes: (minutes <= limit_min).astype(float)


def step_decay(steps: Mapping[float, float] = STEPS) -> Decay:
    """Weigh by bands of minutes, upper edge to weight (E2SFCA: Luo and Qi 2009).

    Raises
    ------
    InputError
        If there are no steps, the edges do not ascend or are not above 0, or a weight is not from 0
        to 1.

    Examples
    --------
    >>> import numpy as np
    >>> llrgeo.step_decay({10: 1.0, 30: 0.4})(np.array([8.0, 25.0, 31.0])).tolist()
    [1.0, 0.4, 0.0]
    """
    edges = np.array(list(steps))
    _check_minutes({"the edge of a step": min(steps, default=np.nan)})
    if any(low >= high for low, high in pairwise(edges)):
        msg = f"the edges of the steps must ascend; found {', '.join(f'{e:g}' for e in edges)}"
        raise InputError(msg)
    weights = np.array([*steps.values(), 0.0])
    if not ((weights >= 0) & (weights <= 1)).all():
        msg = (
            f"the weights of the steps must be 0 to 1; found {', '.join(map(str, steps.values()))}"
        )
        raise InputError(msg)

    def decay(minutes: Floats) -> Floats:
        found = np.full(minutes.shape, weights[-1])
        near = minutes <= edges[-1]
        found[near] = weights[np.searchsorted(edges, minutes[near], side="left")]
        return found

    return decay


def gaussian_decay(limit_min: float, bandwidth_min: float) -> Decay:
    """Weigh by a bell that reaches 0 at the limit (Dai 2010).

    Raises
    ------
    InputError
        If the limit or the bandwidth is not above 0.

    Examples
    --------
    >>> import numpy as np
    >>> llrgeo.gaussian_decay(30, 10)(np.array([0.0, 10.0, 30.0])).round(2).tolist()
    [1.0, 0.6, 0.0]
    """
    _check_minutes({"limit_min": limit_min, "bandwidth_min": bandwidth_min})
    floor = np.exp(-(limit_min**2) / (2 * bandwidth_min**2))

    def decay(minutes: Floats) -> Floats:
        weights, near = np.zeros_like(minutes, dtype=float), minutes <= limit_min
        bell = np.exp(-(minutes[near] ** 2) / (2 * bandwidth_min**2))
        weights[near] = (bell - floor) / (1 - floor)
        return weights

    return decay


def _check_minutes(named: Mapping[str, float]) -> None:
    """Refuse minutes of a decay that are not above 0, or are no number."""
    wrong = {name: found for name, found in named.items() if not 0 < found < np.inf}
    raise_faults(
        (f"{name} must be above 0, and finite; found {found:g}" for name, found in wrong.items()),
        source="decay",
    )


def _methods(standard_min: float) -> dict[str, Decay]:
    scale = standard_min / max(STEPS)
    return {
        "2SFCA": binary_decay(standard_min),
        # Thirds of a standard are rounded: exactly the standard is within it.
        "E2SFCA": step_decay({round(edge * scale, 9): weight for edge, weight in STEPS.items()}),
        "Gaussian": gaussian_decay(standard_min, standard_min / 3),
    }


def _by_group(supply: Floats, people: pd.DataFrame) -> Columns:
    """Return the supply that each group of people reaches, of that of each area."""

    def figures(counted: Counted) -> dict[str, Floats]:
        everywhere = np.full(len(supply), fill_value=True)
        total = counted.people(everywhere)
        with np.errstate(invalid="ignore"):  # nobody of a group reaches NaN
            return {
                "per_100_000": counted.total(supply) / total * _PER,
                "share_with_none": counted.people(supply == 0) / total,
            }

    return by_columns(people, figures)
