"""People and demand by year: by scenario, with a band, and step by step from today."""

from collections.abc import Mapping

import pandas as pd

from llrgeo.appraisal.capacity.plan import CENTRAL, CapacityPlan
from llrgeo.appraisal.capacity.projections import fewest_and_most
from llrgeo.appraisal.capacity.years import rates_of_year, waterfall
from llrgeo.arrays import Floats
from llrgeo.schema import AGE_BANDS


def people_by_year(plan: CapacityPlan) -> pd.DataFrame:
    """Return the people of the study by year and age band, and how far they may differ.

    Columns: `year`, `age` (a band), `people`, `people_low` and `people_high`: those of the least
    and the greatest variant of each area, or a labelled assumption of the parameters; no interval.
    """
    rows = []
    for year in plan.years:
        people = plan.people[CENTRAL][year][list(AGE_BANDS)].astype(float)
        low, high = _ends(plan, people, year)
        rows += [
            (year, band, int(people[band].sum()), low[band].sum(), high[band].sum())
            for band in AGE_BANDS
        ]
    return pd.DataFrame(rows, columns=["year", "age", "people", "people_low", "people_high"])


def people_by_authority(plan: CapacityPlan, areas: pd.DataFrame) -> pd.DataFrame:
    """Return the people of each authority, and those of 75 and over, by scenario and year.

    Columns: `scenario`, `year`, `authority_code`, `people`, `aged_75_plus`,
    `most_in_an_area` (the largest area's people aged 75 and over).
    """
    parts = []
    for scenario, by_year in plan.people.items():
        for year, people in by_year.items():
            older = people["age_75_84"] + people["age_85_plus"]
            table = pd.DataFrame(
                {"people": people[list(AGE_BANDS)].sum(axis=1), "aged_75_plus": older}
            )
            grouped = table.groupby(areas["authority_code"])
            found = grouped.sum().assign(most_in_an_area=grouped["aged_75_plus"].max())
            parts.append(found.reset_index().assign(scenario=scenario, year=year))
    names = ["scenario", "year", "authority_code", "people", "aged_75_plus", "most_in_an_area"]
    return pd.concat(parts, ignore_index=True)[names]


def demand_by_year(plan: CapacityPlan, rates: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Return what people need of each service by year, all areas together.

    Parameters
    ----------
    plan
        The people, the health of later years and the parameters.
    rates
        Admissions, contacts or visits a year and 1,000 people by age band, by service.

    Returns
    -------
    pandas.DataFrame
        `service`, `year`, `demand`, `demand_low`, `demand_high` (people at the ends of their
        band) and `growth` since the base year, a share.
    """
    rows = []
    central = plan.people[CENTRAL]
    people = {
        year: [_counts(part) for part in (central[year], *_ends(plan, central[year], year))]
        for year in plan.years
    }
    for service, by_band in rates.items():
        base = 0.0
        for year in plan.years:
            # Low and high differ by their number of people alone; all three have the same rates.
            later = plan.rates_in(by_band, year)
            found = [_demand(part, later) for part in people[year]]
            base = base or found[0]
            growth = found[0] / base - 1 if base else float("nan")
            rows.append((service, year, *found, growth))
    names = ["service", "year", "demand", "demand_low", "demand_high", "growth"]
    return pd.DataFrame(rows, columns=names)


def demand_waterfall(
    plan: CapacityPlan, rates: Mapping[str, pd.Series], areas: pd.DataFrame
) -> pd.DataFrame:
    """Return what makes demand of the last year differ from today's, step by step.

    Steps in their order: `census` (today's residents at today's rates), `base_year` (people moved
    to the study's first year), `number` (more or fewer people, as old as then), `age` (their
    ages), `health`. Levels are whole, so that steps add up.

    Returns
    -------
    pandas.DataFrame
        `service`, `step`, `level`, `change`.
    """
    last = plan.years[-1]
    first_people = plan.people[CENTRAL][plan.base_year]
    last_people = plan.people[CENTRAL][last]
    growth = float(last_people.to_numpy().sum() / first_people.to_numpy().sum())
    today, first, later = (_counts(people) for people in (areas, first_people, last_people))
    parts = []
    for service, by_band in rates.items():
        # Each step changes one thing and keeps what the steps before it changed.
        levels = {
            "census": _demand(today, by_band),
            "base_year": _demand(first, by_band),
            "number": _demand(first, by_band) * growth,
            "age": _demand(later, _by_age_alone(plan, by_band, last)),
            "health": _demand(later, plan.rates_in(by_band, last)),
        }
        parts.append(waterfall(levels).reset_index().assign(service=service))
    return pd.concat(parts, ignore_index=True)[["service", "step", "level", "change"]]


def growth_factors_of(plan: CapacityPlan, horizon_years: int) -> dict[str, float]:
    """Return people of a later year over those of the base year, by age band.

    The year is the last one no later than the base year and `horizon_years`; at least the second.
    """
    later = [year for year in plan.years[1:] if year <= plan.base_year + horizon_years]
    year = later[-1] if later else plan.years[min(1, len(plan.years) - 1)]
    before = plan.people[CENTRAL][plan.base_year].sum()
    after = plan.people[CENTRAL][year].sum()
    return {band: float(after[band] / before[band]) if before[band] else 1.0 for band in AGE_BANDS}


def _ends(plan: CapacityPlan, people: pd.DataFrame, year: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the fewest and the most people of a year, areas by age bands."""
    bounds = plan.bounds.get(year)
    return fewest_and_most(people, year - plan.base_year, plan.parameters, bounds)


def _by_age_alone(plan: CapacityPlan, rates: pd.Series, year: int) -> pd.Series:
    """Return rates of a year whose people are as healthy at each age as today."""
    factors = plan.rate_factors
    return rates_of_year(rates, (plan.base_year, year), health_gain_years=0.0, factors=factors)


def _counts(people: pd.DataFrame) -> Floats:
    """Return people by area and age band, shape (n, bands)."""
    counts: Floats = people[list(AGE_BANDS)].astype(float).to_numpy()
    return counts


def _demand(counts: Floats, rates: pd.Series) -> float:
    bands = [AGE_BANDS.index(band) for band in rates.index]  # a service may have rates of a few
    by_area = counts.T[bands].T @ rates.to_numpy(float)
    return float(by_area.sum()) / 1_000
