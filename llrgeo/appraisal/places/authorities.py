"""Authorities: compared on access, and joined with figures of the user's own."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from llrgeo.appraisal.distinct_options import for_distinct_options
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.people.access import averaged
from llrgeo.appraisal.people.counts import ratio
from llrgeo.appraisal.people.group_sums import group_sums
from llrgeo.appraisal.people.people_by_service import LONGER_CLASSES
from llrgeo.appraisal.places.indicators import PlaceFigures
from llrgeo.schema import name_some, raise_faults, site_roles


def compare_authorities(
    results: Mapping[str, OptionResult],
    areas: pd.DataFrame,
    sites: pd.DataFrame,
    indicators: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return how each authority fares under each option, best mean first within an option.

    Parameters
    ----------
    results
        Results by option name.
    areas
        With `authority_code` and `authority`.
    sites
        With the `kind` of each, or its `role`.
    indicators
        Figures of the user's own on `authority_code`, such as the share of people aged 65 and
        over who are still at home 91 days after discharge. Joined as they are.

    Returns
    -------
    pandas.DataFrame
        One row an option and authority: its code, `people`, the average journey
        (`unreachable`, `average_min`, `p90_average_min`, `change_on_balance_min`), `share_longer`
        and `share_shorter` of its people by what happens to each service, never netted,
        `city_share` of its contacts, `rank` by average (1 is best), and the indicators.

    Raises
    ------
    InputError
        If an indicator is of an authority that has no areas here, is listed twice, or is
        named like a column of the table.
    """
    codes = areas.groupby("authority")["authority_code"].first()
    city = sites.index[site_roles(sites) == "acute"]

    def table_of(result: OptionResult) -> pd.DataFrame:
        # Figures of each authority under the option, and its share of contacts at acute hospitals.
        groups = pd.DataFrame(result.overall.groups.loc["authority"])
        people = groups["people"]
        counted = result.people if len(result.people) else result.drives
        classes = pd.DataFrame(counted.loc["authority"])
        table = averaged(groups).assign(
            people=people,
            authority_code=codes,
            option="",
            share_longer=classes[list(LONGER_CLASSES)].sum(axis=1) / people,
            share_shorter=classes["shorter"] / people,
            city_share=_city_share(result, areas, city),
            rank=groups["mean_min"].rank(method="min").astype("Int64"),
        )
        return table.sort_values(["average_min", "authority_code"])

    found = for_distinct_options(results, table_of).items()
    tables = [table.assign(option=name) for name, table in found]
    compared: pd.DataFrame = pd.concat(tables).rename_axis("authority").reset_index()
    # Keys first, then figures, then whatever the user knows of the authorities.
    first = ["option", "rank", "authority_code", "authority"]
    compared = compared[[*first, *compared.columns.difference(first, sort=False)]]
    if indicators is not None:
        faults = indicator_faults(indicators, codes)
        taken = sorted(set(indicators.columns) & set(compared.columns))
        if taken:
            faults.append(f"columns named like ones of the table ({name_some(taken)}); rename them")
        raise_faults(faults, source="indicators")
        compared = compared.join(indicators, on="authority_code")
    return compared


def with_figures(compared: pd.DataFrame, figures: Iterable[PlaceFigures]) -> pd.DataFrame:
    """Return a table with a column `authority`, joined with the indicators of authorities."""
    columns = {
        figure.indicator.column: compared["authority"].map(figure.values) for figure in figures
    }
    return compared.join(pd.DataFrame(columns, compared.index).astype(float))


def indicator_faults(indicators: pd.DataFrame, codes: Iterable[str]) -> list[str]:
    """Return what is wrong with the user's own figures, given the authorities there are."""
    faults = []
    for what, found in (
        ("names no authority of the areas", set(indicators.index) - set(codes)),
        ("is listed twice", set(indicators.index[indicators.index.duplicated()])),
    ):
        if found:
            faults.append(f"authority_code {what} ({name_some(sorted(found))})")
    return faults


def _city_share(result: OptionResult, areas: pd.DataFrame, city: pd.Index) -> pd.Series:
    """Return the share of each authority's contacts that take place at an acute hospital."""
    in_city, contacts = np.zeros(len(areas)), np.zeros(len(areas))
    for found in result.services.values():
        if found.service.delivery != "team":
            use = found.after
            in_city += np.where(use.goes_to(city), use.split.at_site, 0.0)
            contacts += use.split.contacts
    number, names = pd.factorize(areas["authority"], sort=True)
    city_sums, sums = (group_sums(number, each, len(names)) for each in (in_city, contacts))
    return pd.Series(ratio(city_sums, sums), pd.Index(names))
