"""Other contacts of one service: by difference as evaluated anew, to the last bit."""

from dataclasses import replace

import numpy as np
import pandas as pd
from appraisal_cases import (
    BEDS,
    CLINIC,
    LOCAL,
    NURSES,
    TODAY,
    random_settings,
    town_rates,
    town_setting,
)
from hypothesis import given, settings

from llrgeo.appraisal.evaluation import evaluate_options, summarise_options
from llrgeo.appraisal.journeys.use_arrays import StudyArrays
from llrgeo.appraisal.measures import MEASURES, score_values
from llrgeo.appraisal.scoring import Criterion, score_options
from llrgeo.appraisal.uncertainty.contact_changes import ContactChanges
from llrgeo.appraisal.uncertainty.sensitivity import (
    CONTACTS,
    one_at_a_time,
    sensitivity_cases,
    tornado_table,
)

PARTS = ("burden", "care")


def assert_as_anew(options, inputs):
    results = evaluate_options(options, inputs, baseline=options[0].name)
    arrays = StudyArrays.of(inputs)
    changes = ContactChanges.of(results, arrays)
    cases = sensitivity_cases(inputs, {})
    for service in inputs.visited:
        for changed in cases[f"{CONTACTS}: {service.label}"].values():
            anew = summarise_options(options, StudyArrays.of(changed), baseline=options[0].name)
            found = changes.figures(changed, service.id)
            for option in options:
                mine, wanted = found[option.name], anew[option.name]
                for part in PARTS:
                    of_case, table = getattr(mine, part), getattr(wanted, part)
                    assert set(of_case) == set(table.columns)
                    for column, values in table.items():
                        np.testing.assert_array_equal(of_case[column], values)
                np.testing.assert_equal(mine.scored_groups, wanted.scored_groups)
                np.testing.assert_equal(mine.share_worse, wanted.share_worse)


@settings(max_examples=12, deadline=None)
@given(random_settings())
def test_changes_of_contacts_are_as_evaluated_anew(drawn):
    inputs, small, large = drawn
    more = replace(inputs.services[0], id="beds", label="Beds", visits=3.0, standard_min=12.0)
    options = [
        replace(option, sites={**option.sites, "beds": option.sites["clinic"]})
        for option in (small, large, replace(large, name="alike"))
    ]
    assert_as_anew(options, replace(inputs, services=(*inputs.services, more)))


def test_contacts_that_were_counted_change_by_difference_too(town_areas, town_sites, town_times):
    setting = town_setting(town_areas, town_sites, town_times)
    counted = pd.DataFrame({"beds": [13.0, 7.0, 29.0, 3.0]}, index=town_areas.index)
    assert_as_anew([TODAY, LOCAL], replace(setting, activity=counted))


def tornado_anew(options, setting, weighed):
    """Return a tornado, and the figures of each case by evaluating all options anew."""
    results = evaluate_options(options, setting, baseline="today")
    card = score_options(results, weighed)
    anew = {
        assumption: {
            case: score_options(
                evaluate_options(options, changed, baseline="today"), weighed
            ).values
            for case, changed in cases.items()
        }
        for assumption, cases in sensitivity_cases(setting, {}).items()
    }
    table = tornado_table(results, setting, card, growth={}, baseline="today")
    return table, card, anew


def test_a_tornado_is_that_of_evaluating_every_case_anew(town_areas, town_sites, town_times):
    # Many services, so that sums by pairs and one after the other differ in their last bits.
    setting = town_setting(town_areas, town_sites, town_times)
    many = [
        replace(CLINIC, id=f"s{n}", label=f"Service {n}", rates={"age_18_64": 10.1 + n / 3})
        for n in range(9)
    ]
    sites = {f"s{n}": frozenset("A" if n % 3 else "B") for n in range(9)}
    options = [
        replace(TODAY, sites={**TODAY.sites, **dict.fromkeys(sites, frozenset("A"))}),
        replace(LOCAL, sites={**LOCAL.sites, **sites}),
    ]
    setting = replace(setting, services=(CLINIC, BEDS, NURSES, *many))
    names = ["mean_minutes", "within_standard", "closer_to_home", "patient_hours", "carbon"]
    weighed = [Criterion(name, 1.7 + n) for n, name in enumerate(names)]
    table, card, anew = tornado_anew(options, setting, weighed)
    pd.testing.assert_frame_equal(table, one_at_a_time(card, anew, MEASURES), check_exact=True)
    assert len(table) == 13
    # And the margins have the bits of plain tables.
    for row in table.itertuples():
        totals = score_values(anew[row.assumption]["low"], MEASURES) @ card.weights
        leader = card.totals.idxmax()
        assert row.low_margin == totals[leader] - totals.drop(leader).max()


def test_where_costs_are_judged_by_all_is_evaluated_anew(town_areas, town_sites, town_times):
    setting = town_setting(town_areas, town_sites, town_times)
    judged = replace(setting, rates=town_rates())
    weighed = [Criterion("mean_minutes", 1.7), Criterion("net_present_cost", 2.3)]
    table, card, anew = tornado_anew([TODAY, LOCAL], judged, weighed)
    pd.testing.assert_frame_equal(table, one_at_a_time(card, anew, MEASURES), check_exact=True)
    assert len(table) == 5
