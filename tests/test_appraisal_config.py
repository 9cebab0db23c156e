"""The appraisal's part of a study file: defaults, tables of the user's own, faults."""

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from llrgeo.errors import InputError
from llrgeo.study.appraisal_inputs import build_evidence_inputs
from llrgeo.study.sections.appraisal import (
    AppraisalConfig,
    read_activity,
    read_all_rates,
    read_indicators,
)
from llrgeo.study.sections.quality import QualityConfig
from llrgeo.travel.times import TravelTimes


def times(mode: str = "car", error_min: float = float("nan")) -> TravelTimes:
    minutes = pd.DataFrame([[1.0]], index=["a"], columns=["s"])
    return TravelTimes(minutes, mode, error_min=error_min)


def inputs_of(config: AppraisalConfig, folder: Path) -> SimpleNamespace:
    """Return what a study of this appraisal names, as far as its evidence needs it."""
    study = SimpleNamespace(
        appraisal=config, seed=7, sources=["Counts of 2025"], quality=QualityConfig()
    )
    rates = read_all_rates(config, folder)
    return SimpleNamespace(study=study, rates=rates, indicators=None, place_figures=())


def test_with_nothing_said_the_embedded_rates_and_a_cautious_error_hold(tmp_path: Path) -> None:
    config = AppraisalConfig()
    found = build_evidence_inputs(inputs_of(config, tmp_path), {("car", "off_peak"): times()}, None)
    assert found.rates.horizon_years == 30
    assert found.rates.value("mileage") == 0.28
    assert found.uncertainty.time_error_min == 3.0
    assert found.rates.service_costs is None
    assert read_indicators(config, tmp_path) is None
    assert found.walk_times is None
    assert found.seed == 7
    assert found.sources == ("Counts of 2025",)
    assert found.capacity is None


def test_every_embedded_rate_names_its_source_and_date(tmp_path: Path) -> None:
    rates = read_all_rates(AppraisalConfig(service_costs="embedded"), tmp_path)
    assert rates.service_costs is not None
    for table in (rates.discount_rates, rates.unit_values, rates.service_costs, rates.incomes):
        assert (table["source"] != "").all()
        assert (table["date"] != "").all()


@pytest.mark.parametrize(("stated", "used"), [(None, 2.5), (1.0, 1.0)])
def test_the_measured_error_counts_unless_the_study_states_one(
    stated: float | None, used: float, tmp_path: Path
) -> None:
    journeys = {("car", "off_peak"): times(error_min=2.5), ("walk", "off_peak"): times("walk")}
    config = AppraisalConfig(time_error_min=stated)
    found = build_evidence_inputs(inputs_of(config, tmp_path), journeys, None)
    assert found.uncertainty.time_error_min == used
    assert found.walk_times is journeys["walk", "off_peak"]


def test_tables_of_the_users_own_are_read_beside_the_study(tmp_path: Path) -> None:
    (tmp_path / "counted.csv").write_text("area_id,clinic\nE1,5\nE2,0\n", encoding="utf-8")
    found = read_activity(AppraisalConfig(activity="counted.csv"), tmp_path)
    assert found is not None
    assert found["clinic"].to_dict() == {"E1": 5, "E2": 0}
    assert read_activity(AppraisalConfig(), tmp_path) is None


def test_bad_figures_are_named_by_id_and_never_shown(tmp_path: Path) -> None:
    (tmp_path / "counted.csv").write_text(
        "area_id,clinic\nE1,secret\nE1,2\nE3,\n", encoding="utf-8"
    )
    with pytest.raises(InputError) as caught:
        read_activity(AppraisalConfig(activity="counted.csv"), tmp_path)
    assert "area_id is duplicated (E1)" in str(caught.value)
    assert "'clinic' is not a number for E1, E3" in str(caught.value)
    assert "secret" not in str(caught.value)
    (tmp_path / "counted.csv").write_text("lsoa,clinic\nE1,1\n", encoding="utf-8")
    with pytest.raises(InputError, match="'area_id' is missing; found lsoa, clinic"):
        read_activity(AppraisalConfig(activity="counted.csv"), tmp_path)


@pytest.mark.parametrize(
    ("key", "last", "beyond"),
    [
        ("horizon_years", 1, 0),
        ("horizon_years", 125, 126),
        ("draws", 1, 0),
        ("draws", 1_000_000, 1_000_001),
        ("speed_sd", 1.0, 1.1),
        ("rate_sd", 0.0, -0.1),
        ("time_error_min", 0.0, -0.1),
    ],
)
def test_the_last_value_within_a_limit_is_taken_and_the_next_refused(key, last, beyond):
    assert getattr(AppraisalConfig(**{key: last}), key) == last
    with pytest.raises(ValueError, match=key):
        AppraisalConfig(**{key: beyond})
