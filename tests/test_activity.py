"""Flows and loads of sites against their plain definition, on studies at random."""

from collections import defaultdict

import pytest
from appraisal_cases import random_settings
from hypothesis import given, settings

from llrgeo.appraisal.evaluation import evaluate_options


def summed(keys, residents, contacts):
    """Return residents and contacts by key, area by area."""
    sums = defaultdict(lambda: [0, 0.0])
    for key, people, trips in zip(keys, residents, contacts, strict=True):
        sums[key][0] += people
        sums[key][1] += trips
    return sums


@settings(max_examples=40, deadline=None)
@given(random_settings())
def test_flows_and_loads_are_sums_over_areas_largest_flow_first(case):
    inputs, fewer, more = case
    results = evaluate_options([fewer, more], inputs, baseline=fewer.name)
    residents = inputs.areas["residents"].tolist()
    for service in inputs.services:
        was, now = (results[option.name].services[service.id] for option in (fewer, more))
        contacts = (now.allocation["at_site"] + now.allocation["at_home"]).tolist()
        used, before = (found.allocation["site_id"].fillna("").tolist() for found in (now, was))
        flows = summed(zip(before, used, strict=True), residents, contacts)
        expected = sorted((-people, *pair) for pair, (people, _) in flows.items())
        assert now.flows[["from_site", "to_site"]].to_numpy().tolist() == [
            list(pair) for _, *pair in expected
        ]
        assert now.flows["residents"].tolist() == [-people for people, *_ in expected]
        told = [flows[pair[0], pair[1]][1] for _, *pair in expected]
        assert now.flows["contacts"].tolist() == pytest.approx(told)
        loads, open_sites = summed(used, residents, contacts), sorted(more.sites[service.id])
        assert now.loads.index.tolist() == open_sites
        assert now.loads["residents"].tolist() == [loads[site][0] for site in open_sites]
        assert now.loads["contacts"].tolist() == pytest.approx(
            [loads[site][1] for site in open_sites]
        )
