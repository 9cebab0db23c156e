"""Assemble capacity: settings from a study's plan and its evaluated options, and their evidence.

Options that run a service alike, at the same sites with the same beds and rooms, share the result:
each distinct way is worked out once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from itertools import product

import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.access_evidence import travelled_share
from llrgeo.appraisal.capacity.assess import CapacityEvidence, find_evidence
from llrgeo.appraisal.capacity.bed_evidence import beds_by_site
from llrgeo.appraisal.capacity.overflow_evidence import OverflowRules
from llrgeo.appraisal.capacity.plan import CENTRAL, CapacityPlan
from llrgeo.appraisal.capacity.setting import CapacitySetting
from llrgeo.appraisal.capacity.setting_faults import check_setting
from llrgeo.appraisal.distinct_options import for_distinct_services
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.journeys.service_result import ServiceResult
from llrgeo.appraisal.stacking import stack_tables
from llrgeo.execution.memory import Recall, make_anew


def build_setting(
    plan: CapacityPlan,
    results: Mapping[str, OptionResult],
    appraisal_inputs: AppraisalInputs,
) -> CapacitySetting:
    """Return the setting of a capacity appraisal of evaluated options.

    Parameters
    ----------
    plan
        What the study says of capacity.
    results
        Options as they were evaluated: who goes where, and which share needs a site or a visit.
    appraisal_inputs
        What they were evaluated on.

    Raises
    ------
    InputError
        If the plan does not fit the options (`check_setting`).
    """
    services = plan.services
    setting = CapacitySetting(
        people=plan.people[CENTRAL],
        allocation=_allocation(results, services.ids),
        sites=plan.places,
        minutes=appraisal_inputs.times.minutes,
        parameters=plan.parameters,
        beds=services.beds,
        rooms=services.rooms,
        machines=services.machines,
        rounds=services.rounds,
        crisis=services.crisis,
        roads=plan.roads,
        health_gain_years=plan.parameters.value("health_gain_years"),
        pools=services.pools,
        bounds=plan.bounds,
        rate_factors=plan.rate_factors,
        drives=(appraisal_inputs.team_times or appraisal_inputs.times).minutes,
    )
    check_setting(setting)
    return setting


def assess_options(
    setting: CapacitySetting,
    *,
    choices: int,
    seed: int,
    visits: Mapping[str, float],
    recall: Recall = make_anew,
) -> CapacityEvidence:
    """Return what `assess_capacity` does, working out each distinct way to run a service once.

    Parameters
    ----------
    setting
        Of all services and options, as `build_setting` has checked it.
    choices
        How many of the nearest wards may take a patient.
    seed
        Of the simulation.
    visits
        Journeys of visitors for each admission, by service.
    recall
        Computes the evidence of a service, or returns that of an earlier run.

    Raises
    ------
    InputError
        As `find_evidence`.
    """
    parts = []
    for names in _services_together(setting):
        # Work out the first of the options that run these services alike; repeat it for others.
        alike = _first_alike(setting, names)
        part = setting.part(names, list(dict.fromkeys(alike.values())))
        mean = sum(visits.get(name, 0.0) for name in names) / len(names)
        rules = OverflowRules(seed, choices, mean)
        if recall is not make_anew:  # cut to what it rests on, which costs a run by itself time
            part = part.alone(_places_of(setting, names))
        found = recall(find_evidence, part, rules)
        parts.append(
            {part.name: _repeated(getattr(found, part.name), alike) for part in fields(found)}
        )
    # Each table once more, all services below one another.
    names = [part.name for part in fields(CapacityEvidence)]
    return CapacityEvidence(
        **{name: _concatenated([part[name] for part in parts]) for name in names}
    )


def beds_of_options(setting: CapacitySetting) -> pd.DataFrame:
    """Return what `beds_by_site` does, working out each distinct way to run a service once."""
    parts = []
    for service in setting.beds:
        alike = _first_alike(setting, [service.id])
        part = setting.part([service.id], list(dict.fromkeys(alike.values())))
        parts.append(_repeated(beds_by_site(part), alike))
    return _concatenated(parts)


def _allocation(results: Mapping[str, OptionResult], services: list[str]) -> pd.DataFrame:
    """Return who goes where: of the contacts of an area, those that need a site or a visit."""
    by_service = for_distinct_services(
        results, _travelled_rows, lambda found: found.service.id in services
    )
    # In the order of `services`, by which the parts of the setting are listed.
    parts = {key: by_service[key] for key in product(results, services)}
    if not parts:
        return pd.DataFrame(
            columns=["option", "service", "area_id", "site_id", "share", "travel_time_min"]
        )
    return stack_tables(parts, ["option", "service"])


def _travelled_rows(found: ServiceResult) -> pd.DataFrame:
    """Return the areas that reach a site of a service, with the share of contacts that travels."""
    rows = found.allocation
    # Contacts by video or at home ask for no bed, room or machine at a site.
    columns = {
        "area_id": rows.index.array,
        "site_id": rows["site_id"].array,
        "share": travelled_share(rows, found.service).to_numpy(),
        "travel_time_min": rows["travel_time_min"].to_numpy(),
    }
    named = rows["site_id"].notna().to_numpy()
    return pd.DataFrame({name: values[named] for name, values in columns.items()})


def _services_together(setting: CapacitySetting) -> Iterator[list[str]]:
    """Yield the services that are worked out together; each that shares nothing alone.

    Services share the beds of a pool, and the machines of a kind.
    """
    kinds = dict.fromkeys(service.kind for service in setting.machines)
    shared = [*setting.pools.values(), *(_with_scans_of(setting, kind) for kind in kinds)]
    groups: list[list[str]] = []
    for members in shared:
        # A service with scans of two kinds joins the services of both.
        joined = [group for group in groups if set(group) & set(members)]
        groups = [group for group in groups if group not in joined]
        groups.append(list(dict.fromkeys([*(name for of in joined for name in of), *members])))
    yield from groups
    every = (setting.beds, setting.rooms, setting.machines, setting.rounds, setting.crisis)
    ids = dict.fromkeys(service.id for services in every for service in services)
    grouped = {name for group in groups for name in group}
    yield from ([name] for name in ids if name not in grouped)


def _with_scans_of(setting: CapacitySetting, kind: str) -> list[str]:
    return [service.id for service in setting.machines if service.kind == kind]


def _places_of(setting: CapacitySetting, names: list[str]) -> list[str]:
    """Return the names that beds, rooms and machines of services are stated under."""
    pools = [pool for pool, members in setting.pools.items() if set(members) & set(names)]
    kinds = dict.fromkeys(machine.kind for machine in setting.machines if machine.id in names)
    return [*names, *pools, *kinds]


def _first_alike(setting: CapacitySetting, names: list[str]) -> dict[str, str]:
    """Return for each option the first that runs the services in the same way."""
    services = _places_of(setting, names)
    stated = setting.sites[setting.sites["service"].isin(services)]
    rest = [name for name in stated.columns if name != "option"]
    # What is stated of the places, to the last digit and in its order: NaN reads like NaN here.
    by_option = {str(option): rows[rest] for option, rows in stated.groupby("option")}
    marks = {option: repr(rows.to_numpy().tolist()) for option, rows in by_option.items()}
    # Options are alike if who goes where, and the beds and rooms there, are equal row by row.
    first: dict[tuple[object, ...], str] = {}
    return {
        option: first.setdefault(
            (marks.get(option), *(setting.uses.mark(option, name) for name in names)), option
        )
        for option in setting.options
    }


def _repeated(table: pd.DataFrame, alike: Mapping[str, str]) -> pd.DataFrame:
    """Repeat the rows of an option for all that run the services in the same way."""
    if table.empty:
        return table
    code, options = pd.factorize(table["option"])
    rows = {name: np.flatnonzero(code == place) for place, name in enumerate(options)}
    taken = [rows[of] for of in alike.values() if of in rows]
    names = np.repeat([name for name, of in alike.items() if of in rows], list(map(len, taken)))
    whole = table.take(np.concatenate(taken)).reset_index(drop=True)
    return whole.assign(option=names)


def _concatenated(tables: list[pd.DataFrame]) -> pd.DataFrame:
    full = [table for table in tables if len(table)]
    return pd.concat(full, ignore_index=True) if full else pd.DataFrame()
