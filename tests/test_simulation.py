"""The simulation against its plain definition: each draw, option and area by itself."""

from typing import TypeAlias

import numpy as np
import pytest
from appraisal_cases import random_settings
from hypothesis import given, settings

from llrgeo.appraisal.evaluation import evaluate_options
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.simulation import Uncertainty, simulate
from llrgeo.schema import AGE_BANDS

Case: TypeAlias = tuple[AppraisalInputs, Option, Option]

RATE, DRAWS, SEED = 100.0, 17, 3  # of the clinic at each age; more draws than a chunk has
UNSURE = Uncertainty(7.0, speed_sd=0.1, rate_sd=0.3, growth_sd=0.2)


def factors(rng: np.random.Generator, sd: float, shape: tuple[int, ...]) -> np.ndarray:
    """Draw factors with mean 1 as the simulation does."""
    return rng.lognormal(-np.log1p(sd**2) / 2, np.sqrt(np.log1p(sd**2)), shape)


@settings(max_examples=8, deadline=None)
@given(random_settings())
def test_each_draw_is_what_its_plain_definition_says(case: Case) -> None:
    inputs, fewer, more = case
    clinic = inputs.services[0]
    results = evaluate_options([fewer, more], inputs, baseline="fewer")
    sites = {
        name: result.services["clinic"].allocation["site_id"] for name, result in results.items()
    }
    used = {(area, site) for each in sites.values() for area, site in each.dropna().items()}
    journeys = sorted(used, key=lambda pair: (inputs.areas.index.get_loc(pair[0]), pair[1]))
    # The draws in the order in which the simulation asks for them.
    rng = np.random.default_rng(SEED)
    speed = factors(rng, 0.1, (DRAWS, 1))[:, 0]
    error = rng.normal(0, 7.0 * 1.4826, (DRAWS, len(journeys)))
    rate, growth = factors(rng, 0.3, (DRAWS, 1))[:, 0], factors(rng, 0.2, (DRAWS, len(AGE_BANDS)))
    ages = dict(zip(inputs.areas.index, inputs.areas[list(AGE_BANDS)].to_numpy(), strict=True))
    known_min = {pair: inputs.times.minutes.loc[pair] for pair in journeys}
    found = simulate(results, inputs, UNSURE, draws=DRAWS, seed=SEED)
    for name, site_of in sites.items():
        for draw in range(DRAWS):
            spent = travellers = in_time = contacts = 0.0
            for area, site in site_of.items():
                people = ages[area] @ growth[draw]
                asked, minutes = people * RATE / 1_000 * rate[draw], inputs.ceiling
                if isinstance(site, str):
                    drawn = error[draw, journeys.index((area, site))]
                    minutes = max(known_min[area, site] * speed[draw] + drawn, 0.0)
                if asked * clinic.shares.at_sites > 0:
                    spent, travellers = spent + people * minutes, travellers + people
                soon = isinstance(site, str) and minutes <= clinic.travel_standard_min
                video = clinic.shares.video
                in_time += asked * (video + (1 - video) * soon)
                contacts += asked
            mean, within = (
                found.values[m][name][draw] for m in ("mean_minutes", "within_standard")
            )
            assert mean == pytest.approx(spent / travellers if travellers else np.nan, nan_ok=True)
            assert within == pytest.approx(in_time / contacts if contacts else np.nan, nan_ok=True)
