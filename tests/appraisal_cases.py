"""What the tests of appraisal share: services and options of the toy town, and random cases."""

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from llrgeo.appraisal.costs.rates import UNIT_VALUES, Rates
from llrgeo.appraisal.demand import Service, Shares
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.evidence_inputs import EvidenceInputs
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.tables.activity import ACTIVITY
from llrgeo.appraisal.tables.averages import AVERAGES
from llrgeo.appraisal.tables.context import EvidenceContext
from llrgeo.appraisal.tables.declaration import make_tables
from llrgeo.appraisal.tables.journeys import JOURNEYS
from llrgeo.appraisal.tables.reach import REACH
from llrgeo.appraisal.uncertainty.simulation import Uncertainty
from llrgeo.schema import AGE_BANDS
from llrgeo.travel.times import TravelTimes

# One visit a year for every resident: contacts equal residents, sums are easy to check.
CLINIC = Service("clinic", "Clinic", "patient", dict.fromkeys(AGE_BANDS, 1_000.0), standard_min=2.0)
# Ten beds' admissions a year for every 1,000 people aged 85 and over, visited 20 times each.
BEDS = Service("beds", "Beds", "visitor", {"age_85_plus": 10.0}, standard_min=2.0, visits=20.0)
# A team that sets off from its base and must arrive within 10 minutes of the call.
NURSES = Service(
    "nurses",
    "Nurses",
    "team",
    {"age_75_84": 500.0, "age_85_plus": 1_000.0},
    standard_min=10.0,
    call_min=4.0,
    dispatch_min=4.0,
)
TODAY = Option(
    "today",
    "Today",
    {"clinic": frozenset("A"), "beds": frozenset("A"), "nurses": frozenset("A")},
)
LOCAL = TODAY.change(
    "local", opens={"clinic": {"B"}}, moves={"beds": {"A": "B"}}, label="Closer to home"
)


def town_setting(areas: pd.DataFrame, sites: pd.DataFrame, times: TravelTimes) -> AppraisalInputs:
    """Return the toy town with its three services."""
    return AppraisalInputs(areas, sites, (CLINIC, BEDS, NURSES), times, kg_co2e_per_km=0.2)


def town_rates() -> Rates:
    """Return round figures over two years at 10 %: factors 1, 1 / 1.1 and 1 / 1.21."""
    values = dict.fromkeys(UNIT_VALUES, 1.0) | {
        "value_of_time": 6.0,
        "fare": 5.0,
        "share_without_car": 0.25,
        "optimism_bias": 0.4,
        "optimism_mitigated": 0.3,
        "carbon": 7.0,
    }
    costs = pd.DataFrame(
        [
            ("clinic", "", 1_000, 10, 5, 100, 1.0),
            ("clinic", "B", 2_000, 10, 5, 100, 1.0),
            ("beds", "", 500, 20, 50, 200, 0.0),
            ("nurses", "", 0, 0, 0, 300, 2.0),
        ],
        columns=[
            "service",
            "site_id",
            "capital",
            "transition",
            "closure",
            "running",
            "per_contact",
        ],
    )
    return Rates(
        pd.DataFrame({"kind": ["standard"], "first_year": [1], "last_year": [9], "rate": [0.1]}),
        pd.DataFrame({"name": list(values), "value": list(values.values())}),
        pd.DataFrame({"fifth": range(1, 6), "income": [10, 20, 20, 20, 40]}),
        costs,
        horizon_years=2,
    )


@st.composite
def random_settings(draw: st.DrawFn) -> tuple[AppraisalInputs, Option, Option]:
    """Draw a setting with unreachable pairs, ties and empty areas, and two nested options."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, m = draw(st.integers(1, 12)), draw(st.integers(1, 5))
    area_ids = pd.Index([f"a{i:02}" for i in range(n)], name="area_id")
    site_ids = pd.Index([f"s{j}" for j in range(m)], name="site_id")
    bands = rng.integers(0, 40, (n, len(AGE_BANDS))) * rng.integers(0, 2, (n, 1))
    areas = pd.DataFrame(bands, index=area_ids, columns=list(AGE_BANDS))
    areas["residents"] = areas.sum(axis=1)
    areas["disabled"] = rng.integers(0, areas["residents"] + 1)
    areas["imd_decile"] = rng.integers(1, 11, n)
    areas["rural_urban"] = rng.choice(["Rural", "Urban"], n)
    areas["authority"] = rng.choice(["North", "South"], n)
    areas["authority_code"] = areas["authority"].str[0]
    areas["name"] = areas.index
    kinds = rng.choice(["city_hospital", "community_hospital", "other"], m)
    near = rng.choice(["North", "South", "Beyond"], m)
    sites = pd.DataFrame({"kind": kinds, "authority": near}, index=site_ids)
    # Whole minutes make ties; some pairs cannot be reached.
    minutes = rng.integers(0, 40, (n, m)).astype(float)
    minutes[rng.random((n, m)) < 0.2] = np.inf
    times = TravelTimes(pd.DataFrame(minutes, area_ids, site_ids))
    rate = Service(
        "clinic",
        "Clinic",
        "patient",
        dict.fromkeys(AGE_BANDS, 100.0),
        30.0,
        shares=Shares(video=rng.choice([0.0, 0.25]), home=rng.choice([0.0, 0.25, 0.75])),
    )
    team = Service("nurses", "Nurses", "team", {"age_85_plus": 100.0}, 60.0)
    fewer = frozenset(rng.choice(site_ids, rng.integers(1, m + 1), replace=False))
    more = fewer | frozenset(rng.choice(site_ids, rng.integers(1, m + 1), replace=False))
    small = Option("fewer", "Fewer", {"clinic": fewer, "nurses": fewer})
    large = Option("more", "More", {"clinic": more, "nurses": more})
    return AppraisalInputs(areas, sites, (rate, team), times), small, large


def evidence_context(
    results: dict[str, OptionResult],
    inputs: AppraisalInputs,
    baseline: str,
    evidence_inputs: EvidenceInputs | None = None,
) -> EvidenceContext:
    """Return what tables are made from, without a scorecard: for tables that rank nothing."""
    rates = Rates(pd.DataFrame(), pd.DataFrame(), pd.DataFrame())
    given = evidence_inputs or EvidenceInputs(rates, Uncertainty(1.0))
    return EvidenceContext(results, inputs, None, given, baseline)


def tables_of_people(context: EvidenceContext) -> dict[str, pd.DataFrame]:
    """Return the tables of journeys, activity and reach."""
    return make_tables((*AVERAGES, *JOURNEYS, *ACTIVITY, *REACH), context)
