"""Costs of patients by deprivation, plain and weighted by income (docs/methods 7).

The weights are the distributional weights of the Green Book of HM Treasury.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from llrgeo.appraisal.costs.option_costs import patient_costs
from llrgeo.appraisal.costs.rates import Rates
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.journeys.burden import burden_of
from llrgeo.appraisal.people.people_groups import DEPRIVATION_FIFTHS, deprivation_fifth
from llrgeo.arrays import Bools


def patient_costs_by_fifth(
    results: Mapping[str, OptionResult], areas: pd.DataFrame, rates: Rates
) -> pd.DataFrame:
    """Return patients' hours and costs a year by deprivation fifth, plain and weighted by income.

    Costs are of time, mileage and fares.

    The weight of a fifth is (median income / its income) ^ elasticity; the middle fifth's income
    stands for the median. Columns: `option`, `fifth`, `hours`, `cost_gbp`, `weight`,
    `weighted_cost_gbp`.
    """
    fifths = deprivation_fifth(areas)
    incomes = rates.incomes.set_index("fifth")["income"]
    # Distributional weights of the Green Book: a pound is worth more to those with less income.
    weights = (incomes.median() / incomes) ** rates.value("income_elasticity")
    rows = []
    for name, result in results.items():
        for number, fifth in enumerate(DEPRIVATION_FIFTHS, start=1):
            # A study need not have areas of every fifth.
            if not (fifths == fifth).any():
                continue
            journeys = _patient_burden_in(result, (fifths == fifth).to_numpy())
            cost = sum(patient_costs(journeys, rates).values())
            hours = journeys["patient_hours"]
            weight = weights[number]
            rows.append((name, fifth, hours, cost, weight, cost * weight))
    columns = ["option", "fifth", "hours", "cost_gbp", "weight", "weighted_cost_gbp"]
    return pd.DataFrame(rows, columns=columns)


def _patient_burden_in(result: OptionResult, belongs: Bools) -> dict[str, float]:
    """Return patients' trips, hours and kilometres a year of the areas where `belongs` is true."""
    parts = [
        burden_of(service.after.journeys_in(belongs), kg_per_km=np.nan)
        for service in result.services.values()
    ]
    return {
        name: sum(part[name] for part in parts)
        for name in ("patient_trips", "patient_hours", "patient_km")
    }
