"""Cash flows: costs and benefits year by year, and their present value.

PV = sum of Q_t u D_t with the quantity of each year. Taking the first year's quantity for all of
them understates whatever grows: at 2 % growth, 3.5 % and 30 years by a quarter.
"""

from collections.abc import Mapping

import numpy as np

from llrgeo.arrays import Floats
from llrgeo.errors import InputError


def present_value(flows: Floats, factors: Floats) -> float:
    """Return the present value of flows by year, year 0 first.

    Raises
    ------
    InputError
        If there are fewer discount factors than years.
    """
    if len(flows) > len(factors):
        msg = f"{len(flows)} years of flows have {len(factors)} discount factors; give one a year"
        raise InputError(msg)
    return float(flows @ factors[: len(flows)])


def yearly_flow(by_year: Mapping[int, float], *, start: int, years: int) -> Floats:
    """Return a flow of years 0 to `years` from values of some calendar years.

    Year 0 is `start`, and has no yearly flow. Between known years values lie on straight lines;
    after the last they are constant, which a reader must be told.

    Raises
    ------
    InputError
        If no value is known for the first year after the start.
    """
    years_known = sorted(by_year)
    if not years_known or years_known[0] > start + 1:
        msg = f"no value is known for {start + 1}, the first year of a flow"
        raise InputError(msg)
    values = np.interp(
        np.arange(start, start + years + 1), years_known, [by_year[y] for y in years_known]
    )
    values[0] = 0.0
    return values


def one_off_flow(amounts: Mapping[int, float], *, start: int, years: int) -> Floats:
    """Return a flow of amounts that are paid in single calendar years.

    Raises
    ------
    InputError
        If a year lies outside those appraised.
    """
    flow = np.zeros(years + 1)
    for year, amount in amounts.items():
        if not start <= year <= start + years:
            msg = f"{year} lies outside the years appraised, {start} to {start + years}"
            raise InputError(msg)
        flow[year - start] += amount
    return flow
