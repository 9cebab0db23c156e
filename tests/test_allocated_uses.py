"""Who goes where, asked many times and worked out once."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from test_capacity_assess import AREAS, RULES, people, town

from llrgeo.appraisal.capacity.allocated_uses import AllocatedUses
from llrgeo.appraisal.capacity.assemble import assess_options
from llrgeo.appraisal.capacity.assess import assess_capacity

ROWS = [
    ("today", "ward", "c", "south", 0.7, 9.0),
    ("today", "ward", "a", "south", 0.2, 26.0),
    ("today", "ward", "a", "north", 0.3, 7.0),
    ("today", "ward", "b", "north", 0.4, 12.0),
    ("today", "ward", "b", "south", 0.4, 17.0),
    ("today", "ward", "farm", None, 0.9, np.inf),
    ("local", "ward", "a", "north", 0.3, 7.0),
]
NAMES = ["option", "service", "area_id", "site_id", "share", "travel_time_min"]


@pytest.fixture
def uses() -> AllocatedUses:
    return AllocatedUses(pd.DataFrame(ROWS, columns=NAMES), town().sites, AREAS)


def test_shares_are_areas_by_sites_and_none_for_who_reaches_no_site(uses) -> None:
    found = uses.shares("today", "ward")
    assert found.columns.tolist() == ["north", "south"]
    assert found.index.equals(AREAS)
    assert found.to_numpy().tolist() == [[0.3, 0.2], [0.4, 0.4], [0.0, 0.7], [0.0, 0.0]]
    assert uses.sites("today", "ward").tolist() == ["south", "north"]


def test_the_base_is_the_site_with_the_greatest_share_and_of_equals_the_last(uses) -> None:
    found = uses.drive_min("today", "ward")
    assert found["site_id"].fillna("").tolist() == ["north", "south", "south", ""]
    assert found["travel_time_min"].tolist()[:3] == [7.0, 17.0, 9.0]
    assert np.isnan(found.loc["farm", "travel_time_min"])


def test_a_use_that_nobody_has_is_empty(uses) -> None:
    assert uses.shares("local", "clinic").shape == (4, 0)
    assert uses.sites("local", "clinic").empty
    assert uses.drive_min("local", "clinic")["site_id"].isna().all()


def test_marks_tell_uses_apart_by_who_goes_where_alone(uses) -> None:
    table = uses.table
    same = AllocatedUses(table.assign(option=table["option"] + "!"), uses.places, AREAS)
    assert uses.mark("today", "ward") == same.mark("today!", "ward")
    for column, value in {"share": 0.6, "travel_time_min": 8.0, "site_id": "north"}.items():
        other = table.copy()
        other.loc[0, column] = value
        assert uses.mark("today", "ward") != AllocatedUses(other, uses.places, AREAS).mark(
            "today", "ward"
        )


def test_parts_of_a_setting_and_other_years_share_what_is_known_of_its_allocation() -> None:
    setting = town()
    part = setting.part(["ward"], ["local"])
    assert part.options == ["local"]
    assert [service.id for service in part.beds] == ["ward"]
    assert not part.rooms
    assert not part.rounds
    assert not part.crisis
    aged = replace(part, people={2026: people(1.1)})
    assert aged.shares("local", "ward") is setting.shares("local", "ward")
    # another allocation, or other areas, have answers of their own
    fewer = setting.allocation[setting.allocation["area_id"] != "c"]
    assert replace(setting, allocation=fewer).shares("local", "ward").loc["c"].sum() == 0
    cut = {year: table.iloc[:3] for year, table in setting.people.items()}
    assert len(replace(setting, people=cut).shares("local", "ward")) == 3


class CountedPandas:
    """Pandas that counts how often a column of sites is coded."""

    def __init__(self) -> None:
        self.coded: list[int] = []

    def __getattr__(self, name: str) -> object:
        return getattr(pd, name)

    def factorize(self, values, **rest):
        self.coded.append(len(values))
        return pd.factorize(values, **rest)


def test_shares_are_worked_out_once_however_many_tables_ask(monkeypatch) -> None:
    counted, setting = CountedPandas(), town()
    monkeypatch.setattr("llrgeo.appraisal.capacity.allocated_uses.pd", counted)
    assess_options(setting, choices=2, seed=4, visits={})
    # two options of a ward and a clinic, and the sites of all rows, by which uses are told apart
    assert counted.coded == [24, *[3] * 4]
    assess_capacity(setting, RULES)
    assert len(counted.coded) == 5
