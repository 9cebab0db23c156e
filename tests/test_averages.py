"""The average over all services: minutes alone, for in an average losses and gains cancel out."""

import math
from dataclasses import replace

import pandas as pd
import pytest
from appraisal_cases import evidence_context

from llrgeo.appraisal.costs.business_case import (
    core20_table,
    nearest_sites,
    served_people,
)
from llrgeo.appraisal.costs.rates import Rates
from llrgeo.appraisal.demand import Service
from llrgeo.appraisal.evaluation import evaluate_options
from llrgeo.appraisal.evidence_inputs import EvidenceInputs
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.people.access import OUTCOMES
from llrgeo.appraisal.tables.averages import AVERAGES
from llrgeo.appraisal.tables.declaration import make_tables
from llrgeo.appraisal.tables.journeys import JOURNEYS
from llrgeo.appraisal.uncertainty.simulation import Uncertainty
from llrgeo.schema import AGE_BANDS
from llrgeo.travel.accuracy import UNMEASURED

# Two services of equal use swap their sites: what N and E lose by one they gain by the other.
DAY = Service("day", "Day", "patient", dict.fromkeys(AGE_BANDS, 700.0), standard_min=2.0)
EYES = Service("eyes", "Eyes", "patient", dict.fromkeys(AGE_BANDS, 700.0), standard_min=2.0)
NOW = Option("today", "Today", {"day": frozenset("A"), "eyes": frozenset("B")})
SWAP = NOW.change("swap", moves={"day": {"A": "B"}, "eyes": {"B": "A"}}, label="Swap")


@pytest.fixture
def tables(town_areas, town_sites, town_times) -> dict[str, pd.DataFrame]:
    inputs = AppraisalInputs(town_areas, town_sites, (DAY, EYES), town_times)
    results = evaluate_options([NOW, SWAP], inputs, baseline="today")
    rates = Rates(pd.DataFrame(), pd.DataFrame(), pd.DataFrame())
    context = evidence_context(results, inputs, "today", EvidenceInputs(rates, Uncertainty(1.0)))
    core = core20_table(results, town_areas, baseline="today")
    return make_tables((*AVERAGES, *JOURNEYS), context) | {"core20": core}


def test_no_table_counts_people_over_services_together(tables) -> None:
    for name, table in tables.items():
        if "service" in table.columns:
            assert set(table["service"]) <= {"day", "eyes"}, name
    assert not {*OUTCOMES} & set(tables["average_journeys"].columns)


@pytest.mark.parametrize("mean_min", [math.nan, 0.6])
def test_a_mean_is_within_its_error_only_where_that_is_known(
    town_areas, town_sites, town_times, mean_min
) -> None:
    """Without a known error every change of a mean was said to be beyond it."""
    times = replace(town_times, accuracy=replace(UNMEASURED, mean_min=mean_min))
    inputs = AppraisalInputs(town_areas, town_sites, (DAY, EYES), times)
    results = evaluate_options([NOW, SWAP], inputs, baseline="today")
    rates = Rates(pd.DataFrame(), pd.DataFrame(), pd.DataFrame())
    context = evidence_context(results, inputs, "today", EvidenceInputs(rates, Uncertainty(1.0)))
    made = make_tables((*AVERAGES, *JOURNEYS), context)
    averages = made["average_journeys"].set_index(["option", "group"])["within_error"]
    journeys = made["journeys"].set_index(["option", "service", "group"])["within_error"]
    if math.isnan(mean_min):
        assert averages.isna().all()
        assert journeys.isna().all()
    else:
        assert averages["swap", "everyone"].all()  # one service makes good the other
        assert averages.dtype == journeys.dtype == bool


def test_the_average_keeps_its_minutes_where_every_change_cancels_out(tables) -> None:
    average = tables["average_journeys"].set_index(["option", "group"])
    row = average.loc["swap"].loc["everyone"]
    # W 2 and 2 minutes, N 3 and 1, E 1 and 3: 2 for all of the 900 who can travel, both times.
    assert row[["average_min", "change_on_balance_min", "unreachable"]].tolist() == [2, 0, 100]


def test_who_loses_by_one_service_is_counted_though_another_gains(tables) -> None:
    places = tables["places"].set_index(["option", "authority"])
    town = places.loc[("swap", "Town")]
    # N and E, 500 of the 900 residents of the town, lose by one service each.
    assert town[["share_longer", "share_shorter"]].tolist() == pytest.approx([500 / 900, 0])
    assert town["change_on_balance_min"] == 0
    core = tables["core20"].set_index(["option", "deprivation"])["worse_off"]
    assert core["swap", "3"] == 300  # N is of the third tenth
    assert core["swap", "core20"] == 0
    assert tables["worst_changes"].set_index("option").loc["swap", "service"].tolist() == [
        *("day", "eyes")
    ]


def test_a_site_that_is_nearest_to_nobody_serves_nobody(town_areas, town_times):
    minutes = town_times.minutes.assign(C=town_times.minutes["A"] + 5)
    table = served_people(nearest_sites(minutes), ["A", "B", "C"], town_areas)
    assert table["population_nearest"].to_dict() == {"A": 600, "B": 300, "C": 0}
    assert table.loc["C", ["aged_65_plus", "aged_85_plus", "core20_people"]].eq(0).all()
    assert table["core20_share"].isna().to_dict() == {"A": False, "B": False, "C": True}
