"""Faults of a setting: what does not fit together, found before anything is worked out."""

from typing import Final

import numpy as np

from llrgeo.appraisal.capacity.allocated_uses import STATED
from llrgeo.appraisal.capacity.beds import check_beds
from llrgeo.appraisal.capacity.setting import CapacitySetting
from llrgeo.errors import InputError
from llrgeo.schema import name_some, raise_faults

_ALLOCATION: Final = ("option", "service", "area_id", "site_id", "share", "travel_time_min")
_SITES: Final = ("option", "service", "site_id", "beds", "rooms")
_SHARE_SLACK: Final = 1e-9


def check_setting(setting: CapacitySetting) -> None:
    """Refuse a setting that does not fit together.

    Raises
    ------
    InputError
        One error that lists every fault.
    """
    missing = [
        f"the {what} lacks the column '{name}'"
        for what, table, names in (
            ("allocation", setting.allocation, _ALLOCATION),
            ("table of sites", setting.sites, _SITES),
        )
        for name in names
        if name not in table.columns
    ]
    # Values are looked at only where the columns are there.
    raise_faults(missing or _people_faults(setting), source="capacity")
    raise_faults([*_share_faults(setting), *_bed_faults(setting)], source="capacity")


def _people_faults(setting: CapacitySetting) -> list[str]:
    if not setting.people:
        return ["no year is given"]
    # All years are of the same areas in the same order: they are multiplied by position.
    areas = setting.people[setting.base_year].index
    faults = [
        f"the areas of {year} are not those of {setting.base_year}"
        for year, people in setting.people.items()
        if not people.index.equals(areas)
    ]
    unknown = set(setting.allocation["area_id"].unique()) - set(areas)
    if unknown:
        faults.append(f"the allocation has unknown areas ({name_some(sorted(unknown))})")
    return faults


def _share_faults(setting: CapacitySetting) -> list[str]:
    table = setting.allocation
    if not (table["share"] >= 0).all():
        return ["shares of an allocation must be at least 0"]
    total = table.groupby(["option", "service", "area_id"])["share"].sum()
    over = total[total > 1 + _SHARE_SLACK]
    return [f"shares of {len(over)} areas add up to more than 1 ({name_some(over.index)})"] * bool(
        len(over)
    )


def _bed_faults(setting: CapacitySetting) -> list[str]:
    faults = []
    for (option, service), rows in setting.sites.groupby(["option", "service"], sort=False):
        by_site = rows.set_index("site_id")
        for what in STATED:
            if what not in rows.columns:
                continue
            try:
                check_beds(by_site[what], what=f"{option}, {service}")
            except InputError as error:
                faults.append(str(error).replace("beds at", f"{what} at"))
    services = {service.id for service in setting.beds}
    faults += [
        f"pool '{name}' has the unknown service '{member}'; known are {name_some(sorted(services))}"
        for name, members in setting.pools.items()
        for member in members
        if member not in services
    ]
    timed = set(setting.minutes.columns)
    absent = sorted(set(map(str, setting.sites["site_id"])) - timed)
    if absent:
        faults.append(f"no travel times to the sites {name_some(absent)}")
    if not np.isfinite(setting.health_gain_years):
        faults.append("health_gain_years is not a number")
    return faults
