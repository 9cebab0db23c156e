"""What the tests of capacity share: the toy town with projections, an estate and a whole plan."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from appraisal_cases import BEDS, CLINIC, NURSES

from llrgeo.appraisal.capacity.beds import BedService
from llrgeo.appraisal.capacity.estate import Works
from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.capacity.plan import (
    SCENARIOS,
    CapacityPlan,
    EstatePlan,
    PlanProvenance,
    ServicePlans,
)
from llrgeo.appraisal.capacity.setting import (
    CrisisService,
    MachineService,
    RoomService,
    RoundService,
    WaysBetweenHomes,
)
from llrgeo.appraisal.capacity.targets import LossTarget, Stay
from llrgeo.inputs.capacity import read_capacity
from llrgeo.inputs.estate import BACKLOG
from llrgeo.inputs.projections import AGES
from llrgeo.schema import AGE_BANDS

_MRI = read_capacity("machines").loc["mri"]
BY_HOUR = (4, 5, 7, 7, 6, 5, 5, 5, 4, 4, 4, 4)  # their mean is 5, so the peak is 1.4
FACTORS = {2026: 1.1, 2031: 1.21, 2036: 1.3}
"""Older people of the town's projection over those of its table of areas."""


def rates_of(service, *, visits: bool) -> pd.Series:
    return pd.Series(dict(service.rates), dtype=float) * (service.visits if visits else 1.0)


def people_of(areas: pd.DataFrame, factor: float) -> pd.DataFrame:
    table = areas[list(AGE_BANDS)].astype(float)
    older = ["age_65_74", "age_75_84", "age_85_plus"]
    table[older] = (table[older] * factor).round()
    return table.astype(int)


def town_plan(areas: gpd.GeoDataFrame, options: list[str]) -> CapacityPlan:
    """Return the town's plan: beds at A and B, rooms at A, an estate of A and B.

    The nurses drive rounds and are called out too, so that every kind of service is there.
    """
    central = {year: people_of(areas, factor) for year, factor in FACTORS.items()}
    aged = {year: people_of(areas, factor * 1.0) for year, factor in FACTORS.items()}
    places = pd.DataFrame(
        [
            (option, service, site, beds, rooms)
            for option in options
            for service, site, beds, rooms in (
                ("beds", "A", 3, np.nan),
                ("beds", "B", 2, np.nan),
                ("clinic", "A", np.nan, 1),
            )
        ],
        columns=["option", "service", "site_id", "beds", "rooms"],
    )
    ids = areas.index
    between = pd.DataFrame(np.hypot(*np.meshgrid(range(4), range(4))) + 2.0, ids, ids)
    positions = pd.DataFrame({"easting": areas.geometry.x, "northing": areas.geometry.y})
    # Sites stand beside areas, each a little apart from its own.
    bases = positions.iloc[:3].set_axis(["A", "B", "C"])
    bases += np.array([[100.0, 50.0], [-300.0, 20.0], [70.0, -90.0]])
    calls = pd.Series({"age_85_plus": 90_000.0})
    services = ServicePlans(
        beds=[BedService("beds", rates_of(BEDS, visits=False) * 40, Stay(25.0), LossTarget(0.05))],
        rooms=[RoomService("clinic", rates_of(CLINIC, visits=True), 20.0)],
        machines=[MachineService("clinic", rates_of(CLINIC, visits=True) * 0.3, "mri", _MRI)],
        rounds=[RoundService("nurses", rates_of(NURSES, visits=True), 30.0, 6, 0.25, 1.2)],
        crisis=[CrisisService("nurses", calls, share=0.8, calls_by_hour=BY_HOUR)],
        share_women={"beds": 0.6},
    )
    estate = pd.DataFrame(
        {
            "year": ["2016/17", "2016/17"],
            "floor_area_m2": [4_000.0, 1_500.0],
            "clinical_m2": [3_000.0, np.nan],
            "share_unsuitable": [0.1, 0.2],
            "share_empty": [0.0, np.nan],
            "parking_spaces": [70.0, np.nan],
            **{name: [10_000.0 * (place + 1), np.nan] for place, name in enumerate(BACKLOG)},
        },
        index=pd.Index(["A", "B"], name="site_id"),
    )
    sold = pd.DataFrame(
        [(options[-1], "A", 2031, 900_000.0, 150_000.0)],
        columns=["option", "site_id", "year", "receipt_gbp", "clearing_gbp"],
    )
    works = [Works(options[-1], "B", "extend", 300.0, 2028, {"non_standard_buildings": 1.0})]
    return CapacityPlan(
        {SCENARIOS[0]: central, SCENARIOS[1]: aged},
        {year: people.sum() for year, people in central.items()},
        services,
        places,
        Parameters(read_capacity("parameters")),
        EstatePlan(estate, works, sold, read_capacity("optimism_bias")),
        WaysBetweenHomes(between, 0.5, positions, bases),
        choices=2,
        provenance=PlanProvenance("projections.csv"),
    )


def write_projections(path: Path, areas: pd.DataFrame) -> None:
    """Write a projection of the town's two authorities: every year 1 % more of all ages.

    The bands that a study knows are split over five-year ones: 60 % of those aged 15 to 19 are
    under 18.
    """
    rows = []
    for code, people in areas.groupby("authority_code")[list(AGE_BANDS)].sum().iterrows():
        for year in range(2024, 2044):
            for sex, share in (("female", 0.55), ("male", 0.45)):
                by_age = dict.fromkeys(AGES, 0.0)
                grown = people * 1.01 ** (year - 2024) * share
                by_age["age_5"] = grown["age_0_17"]
                by_age["age_40"] = grown["age_18_64"]
                by_age["age_70"] = grown["age_65_74"]
                by_age["age_80"] = grown["age_75_84"]
                by_age["age_90"] = grown["age_85_plus"]
                rows.append(
                    {"authority_code": code, "variant": "main", "year": year, "sex": sex} | by_age
                )
    pd.DataFrame(rows).to_csv(path, index=False)
