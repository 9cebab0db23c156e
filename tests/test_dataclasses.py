"""Records cannot be changed once they are made: what one part reads, no other part alters."""

import dataclasses
import importlib
import pkgutil

import pytest
from pydantic import BaseModel

import llrgeo

# Built up step by step; none leaves the module that fills it, or the run or search it counts for.
FILLED = {
    "CentreSearch", "CoverRelaxation", "Draft", "Element", "ExchangeCounts", "NearBest",
    "Programme", "StudyInputs", "_Column", "_CoverTree", "_LinearTree", "_Tree",
}  # fmt: skip
# They keep what is worked out once, for which slots would leave no place.
WITH_MEMORY = {
    "Access", "AllocatedUses", "BaseMap", "CapacitySetting", "Comparison", "DescribedTable",
    "EvidenceContext", "Grounds", "NetworkRouter", "OptionView", "Parameters", "Publication",
    "Rates", "RoadNetwork", "ServiceResult", "ServiceUse", "SitingStudy", "TableDescription",
    "StudyInputs", "TransitRouter", "TransitRules",
}  # fmt: skip
# They hold tables, and are keys or members of sets: two are the same only if they are one.
ONE_OF_A_KIND = {
    "Budget", "Capacity", "MaxBeyond", "NoGroupWorse", "OneInEach", "Scenario",
}  # fmt: skip


@pytest.fixture(scope="module")
def classes() -> list[type]:
    """Return the classes of all modules."""
    modules = [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(llrgeo.__path__, "llrgeo.")
        if not found.name.endswith("__main__")
    ]
    return [
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and value.__module__ == module.__name__
    ]


def test_records_are_frozen_and_take_no_other_fields(classes) -> None:
    found = {made.__name__: made for made in classes if dataclasses.is_dataclass(made)}
    assert len(found) > 200
    assert {n for n, r in found.items() if not r.__dataclass_params__.frozen} == FILLED
    assert {n for n, r in found.items() if "__slots__" not in vars(r)} == WITH_MEMORY
    assert {n for n, r in found.items() if not r.__dataclass_params__.eq} == ONE_OF_A_KIND


def test_settings_are_frozen_and_take_no_unknown_key_and_no_infinite_number(classes) -> None:
    settings = [made.model_config for made in classes if issubclass(made, BaseModel)]
    assert len(settings) > 20
    for config in settings:
        assert config["frozen"]
        assert config["str_strip_whitespace"]
        assert config["extra"] == "forbid"
        assert config["allow_inf_nan"] is False
