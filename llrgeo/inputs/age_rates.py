"""Rates by single year of age and sex: counted use of services, read and checked."""

from collections.abc import Collection
from pathlib import Path
from typing import Final

import pandas as pd

from llrgeo.inputs.tables import faults_of_rows, read_table
from llrgeo.schema import SEXES, name_some, raise_faults, require_columns, to_numbers

_COLUMNS: Final = ("service", "age", "rate")
_OPEN_FROM: Final = 85
"""Ages must reach the open band of a study; the last one given stands for all above."""
_OLDEST: Final = 120
_MOST: Final = 1e6  # contacts a year and 1,000 people: more than two a day each


def read_age_rates(services: Collection[str], path: Path) -> pd.DataFrame:
    """Read rates by single year of age and sex.

    Parameters
    ----------
    services
        The services of the study.
    path
        A CSV with `service`, `age` (every whole year from 0 to 85 or more; the last stands for all
        above), `rate` (patients a year and 1,000 people) and, where the two differ, `sex` (female
        or male).

    Returns
    -------
    pandas.DataFrame
        On (`service`, `age`), sorted: the rates of `female` and `male`.

    Raises
    ------
    InputError
        If a column or an age is missing or there twice, a number is not what it must be, or a
        service is unknown; the message lists every fault.
    """
    return check_age_rates(read_table(path), services, source=path.name)


def check_age_rates(table: pd.DataFrame, services: Collection[str], *, source: str) -> pd.DataFrame:
    """Check a table of rates and give it its types; see `read_age_rates`.

    Raises
    ------
    InputError
        As `read_age_rates`.
    """
    require_columns(table, _COLUMNS, source=source)
    typed = pd.DataFrame(
        {
            "service": table["service"].astype("str").str.strip(),
            "age": to_numbers(table["age"]),
            "rate": to_numbers(table["rate"]),
        }
    )
    # A table without sexes is checked as one of the first sex, whose rates then hold for both.
    by_sex = "sex" in table.columns
    typed["sex"] = table["sex"].astype("str").str.strip() if by_sex else SEXES[0]
    raise_faults(_value_faults(typed, services), source=source)
    typed = typed.astype({"age": int})
    raise_faults(_age_faults(typed, SEXES if by_sex else SEXES[:1]), source=source)
    rates = typed.pivot(index=["service", "age"], columns="sex", values="rate")
    # Without sexes, one rate is that of both.
    return rates.assign(**{sex: rates[SEXES[0]] for sex in SEXES if sex not in rates})[list(SEXES)]


def _value_faults(table: pd.DataFrame, services: Collection[str]) -> list[str]:
    service, age, rate = table["service"], table["age"], table["rate"]
    bad = {
        f"no service of the study; there are {name_some(sorted(services))}": ~service.isin(
            list(services)
        ),
        "sex is not female or male": ~table["sex"].isin(SEXES),
        f"age is no whole number from 0 to {_OLDEST}": ~(age.between(0, _OLDEST) & (age % 1 == 0)),
        f"rate is no number from 0 to {_MOST:,.0f}": ~rate.between(0, _MOST),
        "an age is there twice": table.duplicated(["service", "sex", "age"]),
    }
    return faults_of_rows(bad, service) if len(table) else ["the table has no rows"]


def _age_faults(table: pd.DataFrame, sexes: Collection[str]) -> list[str]:
    """Return which ages a service lacks: every year counts, up to the last."""
    faults = []
    for service, rows in table.groupby("service"):
        last = max(_OPEN_FROM, int(rows["age"].max()))
        for sex in sexes:
            given = set(rows.loc[rows["sex"] == sex, "age"])
            absent = [age for age in range(last + 1) if age not in given]
            if absent:
                ages = name_some([str(age) for age in absent])
                faults.append(f"{service}, {sex}: no rate of {len(absent)} ages ({ages})")
    return faults
