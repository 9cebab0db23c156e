"""Evidence about full wards: who finds the own ward full, and where they are placed instead."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.capacity.beds import BedService
from llrgeo.appraisal.capacity.setting import CapacitySetting
from llrgeo.appraisal.capacity.ward_simulation import (
    WardNetwork,
    WardSimulation,
    simulate_wards,
    visitors_minutes,
)
from llrgeo.appraisal.capacity.whole_numbers import rounded_down
from llrgeo.errors import InputError

_MEASURES: Final = ["option", "service", "stream", "measure", "mean", "low", "high"]
_PLACED: Final = ["option", "service", "stream", "area_id", "site_id", "admissions"]


@dataclass(frozen=True, slots=True)
class OverflowRules:
    """How full wards are simulated.

    Attributes
    ----------
    seed
        Of the random numbers; the same for all options, so that they differ by their beds.
    choices
        How many of the nearest wards may take a patient; 1 is no transfer.
    visits
        Journeys of visitors for each admission.
    """

    seed: int
    choices: int = 1
    visits: float = 0.0


def overflow(
    setting: CapacitySetting, rules: OverflowRules, *, year: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return who finds the own ward full and what becomes of them, by option and service.

    Services that share beds (`CapacitySetting.pools`) are simulated together, under the name of
    their pool.

    Returns
    -------
    tuple of pandas.DataFrame
        Measures of the people of `year` (`option`, `service`, `stream`, `measure`, `mean`, `low`,
        `high`; those of visitors are of all streams and have no interval), and admissions by
        `option`, `service`, `stream`, `area_id`, `site_id`. Options in which a site states no beds
        are left out: nothing can be said of them.

    Raises
    ------
    InputError
        If two services of a pool are of one stream, or the load of those who wait is not below
        the beds.
    """
    # Simulated in one go, so that options with the same admissions meet the same ones, drawn once.
    used = {
        (option, name): replace(network, choices=rules.choices)
        for option in setting.options
        for name, services in _bed_pools(setting)
        if (network := _ward_network(setting, option, name, services, year)) is not None
    }
    measures, placed = [], []
    simulated = simulate_wards(list(used.values()), seed=rules.seed)
    for ((option, name), network), found in zip(used.items(), simulated, strict=True):
        table = _measures(found, network, rules.visits)
        measures.append(table.assign(option=option, service=name))
        placed.append(found.placed.assign(option=option, service=name))
    return _concatenated(measures, _MEASURES), _concatenated(placed, _PLACED)


def _bed_pools(setting: CapacitySetting) -> Iterator[tuple[str, list[BedService]]]:
    """Yield who share beds: each pool, then each service that is in none."""
    by_id = {service.id: service for service in setting.beds}
    # Streams must differ: within a pool the simulation tells patients apart by their stream alone.
    pooled: set[str] = set()
    for name, members in setting.pools.items():
        services = [by_id[member] for member in members]
        if len({service.stream for service in services}) < len(services):
            msg = f"pool '{name}': each of its services needs a stream of its own"
            raise InputError(msg)
        pooled.update(members)
        yield name, services
    for service in setting.beds:
        if service.id not in pooled:
            yield service.id, [service]


def _ward_network(
    setting: CapacitySetting, option: str, name: str, services: list[BedService], year: int
) -> WardNetwork | None:
    """Return the wards of an option; None where beds are not stated for all, or nobody comes."""
    beds = setting.stated(option, name, "beds")
    if beds.empty or beds.isna().any():
        return None
    minutes = setting.minutes[list(beds.index)]
    # Those who reach no ward at all are counted elsewhere.
    reached = np.isfinite(minutes.to_numpy()).any(axis=1)
    admissions = {
        service.stream: setting.demand(service.rates, year)[reached] for service in services
    }
    if not sum(float(of_stream.sum()) for of_stream in admissions.values()):
        return None  # nobody is admitted, so nobody finds a ward full
    return WardNetwork(
        pd.DataFrame(admissions),
        minutes[reached],
        (beds * (1 - max(service.closed_share for service in services))).map(rounded_down),
        {service.stream: service.stay for service in services},
        setting.reserved(option, name).reindex(beds.index).fillna(0.0),
        amplitude=max(service.amplitude for service in services),
    )


def _measures(found: WardSimulation, network: WardNetwork, visits: float) -> pd.DataFrame:
    visitors = visitors_minutes(found, network.minutes, visits)
    names = [f"visitors_{name}" for name in visitors]
    extra = pd.DataFrame({"stream": "", "measure": names, "mean": list(visitors.values())})
    return pd.concat([found.measures, extra.assign(low=np.nan, high=np.nan)], ignore_index=True)


def _concatenated(tables: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    if not tables:
        return pd.DataFrame(columns=columns)
    return pd.concat(tables, ignore_index=True)[columns]
