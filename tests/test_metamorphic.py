"""What must not change when the same study is told in another way, or given one site more."""

from dataclasses import replace
from typing import TypeAlias

import numpy as np
import pandas as pd
from appraisal_cases import evidence_context, random_settings, tables_of_people
from examples import dear
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from llrgeo.appraisal.costs.rates import Rates
from llrgeo.appraisal.evaluation import evaluate_options
from llrgeo.appraisal.evidence_inputs import EvidenceInputs
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.scoring import Criterion, score_options
from llrgeo.appraisal.uncertainty.simulation import Uncertainty
from llrgeo.schema import AGE_BANDS
from llrgeo.study.config import load_study
from llrgeo.study.run import run_study
from llrgeo.travel.times import TravelTimes

Case: TypeAlias = tuple[AppraisalInputs, Option, Option]

NO_RATES = Rates(pd.DataFrame(), pd.DataFrame(), pd.DataFrame())
# Measures that have a figure wherever anybody lives.
ALWAYS = ("p90_minutes", "closer_to_home", "worse_off", "patient_hours", "city_hours")
OF_AREAS = {"worst_places", "worst_changes"}  # they name areas, and are no totals


@settings(max_examples=30, deadline=None)
@given(random_settings())
def test_opening_sites_worsens_nobody(case: Case) -> None:
    setting, fewer, more = case
    result = evaluate_options([fewer, more], setting, baseline="fewer")["more"]
    for access in (result.overall, *(one.access for one in result.services.values())):
        worse = access.change["after_min"] > access.change["before_min"]
        assert not worse.any()
        assert not access.change["outcome"].isin(["worsened", "lost"]).any()


@settings(max_examples=30, deadline=None)
@given(random_settings(), st.data())
def test_neither_the_scale_of_weights_nor_any_order_changes_a_rank(
    case: Case, data: st.DataObject
) -> None:
    setting, fewer, more = case
    assume(setting.areas["residents"].sum() > 0)
    assume(setting.visited[0].shares.at_sites > 0)  # or minutes have no figure
    swapped = replace(fewer, name="swapped", sites={**more.sites, "nurses": fewer.sites["nurses"]})
    results = evaluate_options([fewer, swapped, more], setting, baseline="fewer")
    weights = data.draw(st.tuples(*[st.integers(1, 9)] * len(ALWAYS)))
    criteria = [Criterion(*one) for one in zip(ALWAYS, weights, strict=True)]
    card = score_options(results, criteria)
    scale = data.draw(st.floats(0.01, 100))
    again = score_options(
        {name: results[name] for name in data.draw(st.permutations(list(results)))},
        [Criterion(c.measure, c.weight * scale) for c in data.draw(st.permutations(criteria))],
    )
    pd.testing.assert_series_equal(again.ranks[card.ranks.index], card.ranks)
    pd.testing.assert_series_equal(again.totals[card.totals.index], card.totals)


@dear(30)
@given(random_settings(), st.integers(0, 2**32 - 1))
def test_splitting_an_area_in_two_changes_no_total(case: Case, seed: int) -> None:
    setting, fewer, more = case
    whole = _tables(setting, fewer, more)
    for name, table in _tables(_split(setting, np.random.default_rng(seed)), fewer, more).items():
        pd.testing.assert_frame_equal(table, whole[name], obj=name)


def test_the_order_of_areas_and_sites_in_their_files_changes_no_table(town_study):
    tables = []
    for name, order in (("usual", [0, 1, 2, 3]), ("other", [2, 0, 3, 1])):
        for file in ("areas.csv", "sites.csv"):
            path = town_study.with_name(file)
            rows = pd.read_csv(path, dtype=str, keep_default_na=False)
            rows.iloc[[place for place in order if place < len(rows)]].to_csv(path, index=False)
        tables.append(run_study(load_study(town_study)).evidence.tables)
        assert tables[-1]["scorecard"].shape[0] == 2, name
    assert list(tables[0]) == list(tables[1])
    for name, table in tables[0].items():
        pd.testing.assert_frame_equal(tables[1][name], table, obj=name)


def _tables(setting: AppraisalInputs, fewer: Option, more: Option) -> dict[str, pd.DataFrame]:
    """Return every table of people, contacts, equity and catchments but those of single areas."""
    results = evaluate_options([fewer, more], setting, baseline="fewer")
    evidence_inputs = EvidenceInputs(NO_RATES, Uncertainty(1.0), walk_times=setting.times)
    tables = tables_of_people(evidence_context(results, setting, "fewer", evidence_inputs))
    return {name: table for name, table in tables.items() if name not in OF_AREAS}


def _split(setting: AppraisalInputs, rng: np.random.Generator) -> AppraisalInputs:
    """Return the setting with one of its areas in two, some of its people in each."""
    areas, minutes = setting.areas, setting.times.minutes
    one = str(rng.choice(areas.index))
    part = areas.loc[[one]].rename(index={one: f"{one}_b"})
    for band in AGE_BANDS:
        part[band] = rng.integers(0, part[band] + 1)
    part["residents"] = part[list(AGE_BANDS)].sum(axis=1)
    kept = areas.loc[one, "residents"] - part["residents"]
    disabled = areas.loc[one, "disabled"]
    part["disabled"] = rng.integers(
        (disabled - kept).clip(0), part["residents"].clip(upper=disabled) + 1
    )
    counted = [*AGE_BANDS, "residents", "disabled"]
    split = pd.concat([areas, part]).rename_axis("area_id")
    split.loc[one, counted] -= part.iloc[0][counted]
    split = split.astype(areas.dtypes)
    twice = pd.concat([minutes, minutes.loc[[one]].rename(index={one: f"{one}_b"})])
    return replace(setting, areas=split, times=TravelTimes(twice))
