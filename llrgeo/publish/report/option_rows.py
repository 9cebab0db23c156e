"""Rows of an option in tables that pages show option by option; each table is read once."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from llrgeo.appraisal.people.people_by_service import CLASSES, LONGER_CLASSES
from llrgeo.execution.computed_once import computed_once
from llrgeo.publish.publication import Publication

GROUPS: Final = (
    "everyone",
    "authority",
    "deprivation_fifth",
    "age",
    "disability",
    "ethnic_group",
    "main_language",
    "car",
    "rural_urban",
)
"""The groups of people that the report tells, in their order."""


def rows_of(publication: Publication, table: str, option: str) -> Sequence[Mapping[str, Any]]:
    """Return the rows of an option in a table, in its order; none without the table."""
    rows_by_table = _rows_by_table(publication)
    if table not in rows_by_table:
        rows_by_table[table] = {}
        rows = publication.tables.get(table)
        if rows is not None and "option" in rows.columns:
            for row in rows.to_dict(orient="records"):
                named = {str(name): value for name, value in row.items()}
                rows_by_table[table].setdefault(str(row["option"]), []).append(named)
    return rows_by_table[table].get(option, ())


@computed_once
def _rows_by_table(_: Publication) -> dict[str, dict[str, list[Mapping[str, Any]]]]:
    """Return the rows of each table by option, empty at first: `rows_of` fills it in."""
    return {}


@computed_once
def people_by_option(publication: Publication) -> Mapping[Hashable, pd.DataFrame]:
    """Return the rows of `people_over_services` of each option, by its name."""
    return dict(list(people_over_services(publication).groupby("option")))


@computed_once
def people_over_services(publication: Publication) -> pd.DataFrame:
    """Return `people`, `shorter`, `same` and `longer` by option, group and level.

    By what happens to each service, never netted; by the drives of teams where only they travel.
    """
    table = publication.tables.get("people_by_service")
    if table is None:
        drives = {name: result.drives for name, result in publication.results.items()}
        table = pd.concat(drives, names=["option"]).reset_index()
    # Groups in the order of `GROUPS`, whatever order their ids have.
    chosen = table[table["group"].isin(GROUPS)]
    found = chosen.assign(
        people=chosen[list(CLASSES)].sum(axis=1),
        longer=chosen[list(LONGER_CLASSES)].sum(axis=1),
        same=chosen[["same", "none", "no_data"]].sum(axis=1),
        order=chosen["group"].map(GROUPS.index),
    )
    return found.sort_values(["option", "order", "level"], kind="stable")
