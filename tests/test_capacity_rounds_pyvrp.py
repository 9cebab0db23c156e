"""The continuous form and this project's rounds against PyVRP, on the network of LLR."""

from collections.abc import Iterator

import numpy as np
import pytest
from rounds_cases import RUNS, Llr, homes_of_a_day, load_llr, pyvrp_minutes
from rounds_forms import daganzo_minutes, region_of, star_minutes

from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.capacity.rounds import Homes
from llrgeo.appraisal.capacity.tours import good_rounds
from llrgeo.inputs.capacity import read_capacity

pytestmark = pytest.mark.slow
CONSTANT = Parameters(read_capacity("parameters")).value("rounds_constant")


@pytest.fixture(scope="module")
def llr() -> Iterator[Llr]:
    pytest.importorskip("pyvrp")
    return load_llr()


@pytest.mark.parametrize(("base", "visits", "a_round", "day"), RUNS)
def test_rounds_are_within_a_tenth_of_pyvrp(
    llr: Llr, base: str, visits: int, a_round: int, day: int
) -> None:
    minutes, x, y = homes_of_a_day(llr, base, visits, day)
    best = pyvrp_minutes(minutes, a_round, iterations=1_000)
    region = region_of(Homes(minutes, x, y, np.ones(visits)))
    assert daganzo_minutes(region, visits, a_round, constant=CONSTANT) == pytest.approx(
        best, rel=0.10
    )
    found, _ = good_rounds(minutes, a_round)
    assert best * 0.99 < found < best * 1.08
    # out and back for each visit is far from what rounds take
    assert star_minutes(region.mean_min, visits) > 2.8 * best
