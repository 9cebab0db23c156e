"""What holds where nobody says: the library's defaults are those of a study file."""

from dataclasses import fields

import pandas as pd
import pytest

from llrgeo.appraisal.accessibility.equity import kolm_pollak_kappa
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.uncertainty.simulation import Uncertainty
from llrgeo.publish.publication import Publication
from llrgeo.study.config import StudyConfig
from llrgeo.study.sections.appraisal import AppraisalConfig
from llrgeo.study.siting.config import SitingConfig


def default_of(record: type, name: str) -> object:
    return next(field.default for field in fields(record) if field.name == name)


def test_what_a_study_may_err_by() -> None:
    written, assumed = AppraisalConfig(), Uncertainty(4.7)
    for name in ("speed_sd", "rate_sd", "growth_sd"):
        assert getattr(assumed, name) == getattr(written, name), name


def test_a_change_within_the_tolerance_is_none() -> None:
    written = StudyConfig.model_fields["tolerance_min"].default
    assert default_of(AppraisalInputs, "tolerance_min") == written
    assert default_of(Publication, "tolerance_min") == written


def test_aversion_to_inequality() -> None:
    minutes, people = pd.Series([4.0, 17.0, 31.0]), pd.Series([210.0, 90.0, 40.0])
    stated = kolm_pollak_kappa(minutes, people, -1.0)
    assert kolm_pollak_kappa(minutes, people) == pytest.approx(stated)


def test_sites_are_sought_among_those_of_the_study() -> None:
    config = SitingConfig(service="clinic", p=3)
    assert not config.sectors
    assert config.outside_stay
    assert (config.plans, config.differ_by) == (1, 1)
    assert config.minimum_activity == 0


def test_what_an_appraisal_assumes_where_a_study_says_nothing() -> None:
    """A change of any of these changes published figures, and is said in the CHANGELOG."""
    written = AppraisalConfig()
    assert (written.horizon_years, written.draws, written.data_class) == (30, 10_000, "open")
    assert (written.speed_sd, written.rate_sd, written.growth_sd) == (0.05, 0.2, 0.1)
    assert written.growth == {}
    assert written.time_error_min is None


def test_what_journeys_are_where_a_study_says_nothing() -> None:
    fields_of = StudyConfig.model_fields
    usual = {
        "time_factor": 1,
        "team_time_factor": 1,
        "terminal_min": 0,
        "tolerance_min": 1,
        "ceiling_min": None,
        "seed": 0,
        "confirm": False,
        "home_sites_only": False,
    }
    assert {name: fields_of[name].default for name in usual} == usual
