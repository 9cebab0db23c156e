"""The simulation against its plain definition: each draw, option and area by itself."""

from dataclasses import replace
from typing import TypeAlias

import numpy as np
import pytest
from appraisal_cases import random_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from llrgeo.appraisal.demand import Service, Shares
from llrgeo.appraisal.evaluation import evaluate_options
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.nearest_sites import NO_SITE
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.simulated_sums import Drawn, Estimates, JourneyList, add_up
from llrgeo.appraisal.simulation import Uncertainty, simulate
from llrgeo.schema import AGE_BANDS

Case: TypeAlias = tuple[AppraisalInputs, Option, Option]

DRAWS, SEED = 17, 3
UNSURE = Uncertainty(7.0, speed_sd=0.1, rate_sd=0.3, growth_sd=0.2)


def factors(rng: np.random.Generator, sd: float, shape: tuple[int, ...]) -> np.ndarray:
    """Draw factors with mean 1 as the simulation does."""
    return rng.lognormal(-np.log1p(sd**2) / 2, np.sqrt(np.log1p(sd**2)), shape)


def with_a_second_service(case: Case, seed: int) -> Case:
    """Add a service of other sites and shares than the clinic, and shares of one option's own."""
    inputs, fewer, more = case
    rng = np.random.default_rng(seed)
    rates, usual = {"age_18_64": 70.0, "age_75_84": 30.0}, Shares(0.1, 0.3)
    scans = Service("scans", "Scans", "visitor", rates, 17.0, shares=usual)
    some = [frozenset(rng.choice(inputs.sites.index, 1)) for _ in range(2)]
    own = Shares(*rng.choice([(0.1, 0.3), (0.3, 0.1), (0.2, 0.0)]))
    fewer, more = (
        replace(option, sites={**option.sites, "scans": sites})
        for option, sites in zip((fewer, more), some, strict=True)
    )
    more = replace(more, shares={"scans": own})
    return replace(inputs, services=(*inputs.services, scans)), fewer, more


@settings(max_examples=12, deadline=None)
@given(random_settings(), st.integers(0, 2**16))
def test_each_draw_is_what_its_plain_definition_says(case: Case, other: int) -> None:
    inputs, fewer, more = with_a_second_service(case, other)
    services = inputs.visited
    results = evaluate_options([fewer, more], inputs, baseline="fewer")
    used = {
        (name, service.id): result.services[service.id].allocation["site_id"]
        for name, result in results.items()
        for service in services
    }
    made = {(area, site) for each in used.values() for area, site in each.dropna().items()}
    journeys = sorted(made, key=lambda pair: (inputs.areas.index.get_loc(pair[0]), pair[1]))
    # The draws in the order in which the simulation asks for them.
    rng = np.random.default_rng(SEED)
    speed = factors(rng, 0.1, (DRAWS, 1))[:, 0]
    error = rng.normal(0, 7.0 * 1.4826, (DRAWS, len(journeys)))
    rate = factors(rng, 0.3, (DRAWS, len(services)))
    growth = factors(rng, 0.2, (DRAWS, len(AGE_BANDS)))
    ages = dict(zip(inputs.areas.index, inputs.areas[list(AGE_BANDS)].to_numpy(), strict=True))
    rates = [[service.rates.get(band, 0.0) for band in AGE_BANDS] for service in services]
    found = simulate(results, inputs, UNSURE, draws=DRAWS, seed=SEED)
    for option in (fewer, more):
        shares = [option.shares_of(service.id, service.shares) for service in services]
        for draw in range(DRAWS):
            spent = travellers = in_time = contacts = 0.0
            for area in inputs.areas.index:
                people = ages[area] * growth[draw]
                asked = [
                    people @ by_band / 1_000 * rate[draw, s] for s, by_band in enumerate(rates)
                ]
                travel = sum(a * share.at_sites for a, share in zip(asked, shares, strict=True))
                travellers += people.sum() * (travel > 0)
                for service, number, share in zip(services, asked, shares, strict=True):
                    site, minutes = used[option.name, service.id][area], inputs.ceiling
                    if isinstance(site, str):
                        drawn = error[draw, journeys.index((area, site))]
                        known = inputs.times.minutes.loc[area, site]
                        minutes = max(known * speed[draw] + drawn, 0.0)
                    if travel > 0:
                        spent += people.sum() * number * share.at_sites / travel * minutes
                    soon = isinstance(site, str) and minutes <= service.travel_standard_min
                    in_time += number * (share.video + (1 - share.video) * soon)
                    contacts += number
            mean, within = (
                found.values[m][option.name][draw] for m in ("mean_minutes", "within_standard")
            )
            assert mean == pytest.approx(spent / travellers if travellers else np.nan, nan_ok=True)
            assert within == pytest.approx(in_time / contacts if contacts else np.nan, nan_ok=True)


def test_the_sums_of_a_draw_do_not_depend_on_the_draws_beside_it() -> None:
    rng = np.random.default_rng(4)
    estimates = Estimates(
        rng.random(3) * 9,
        rng.random((2, 3)),
        rng.random((2, 2, 3)),
        np.array([[0.3, 0.7]]),
        np.array([4.0, 6.0]),
        20.0,
    )
    places = ([0, 2, 5], [0, 1, NO_SITE, 2, 2], [0, 1, 0, 0, 1], [0] * 5, [0, 1, 0, 2, 1])
    journeys = JourneyList(*(np.array(each) for each in places))
    drawn = Drawn(*(rng.random(shape) for shape in ((300,), (300, 3), (300, 2), (300, 3))))
    together = add_up(drawn, estimates, journeys, 3)
    for draw in (0, 127, 128, 299):  # 128 are worked on side by side
        alone = add_up(Drawn(*(each[[draw]] for each in drawn)), estimates, journeys, 3)
        for one, all_of_them in zip(alone, together, strict=True):
            assert one[:, 0].tolist() == all_of_them[:, draw].tolist()
