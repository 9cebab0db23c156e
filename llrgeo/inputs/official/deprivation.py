"""English Indices of Deprivation: scores, ranks and deciles of small areas.

The indices of 2025 are of the LSOAs of 2021. Those of 2019 and 2015 are of the LSOAs of 2011: they
are recognised by their heading and brought over by the official lookup (`lsoa_2011`), or refused.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.errors import InputError
from llrgeo.inputs.official.answers import numbers, read_csv, refuse_repeated
from llrgeo.inputs.official.arcgis import check_all_codes
from llrgeo.inputs.official.downloader import Downloader, all_or_none
from llrgeo.inputs.official.ons_geography import find_rows
from llrgeo.inputs.official.query import Query
from llrgeo.inputs.official.sources import Source, Sources

NEW_CODE: Final = "LSOA code (2021)"
OLD_CODE: Final = "LSOA code (2011)"
NEW: Final = "lsoa_2021"
OLD: Final = "lsoa_2011"
SCORE: Final = "Index of Multiple Deprivation (IMD) Score"

_ROUNDING: Final = 0.0015  # by how much a score may rise to the next rank: they have 3 decimals
_MOST_RISING: Final = 0.01  # the share of ranks that a score may rise at
_RANK: Final = "Index of Multiple Deprivation (IMD) Rank"
_DECILE: Final = "Index of Multiple Deprivation (IMD) Decile"


@all_or_none
def read_deprivation(
    downloader: Downloader, sources: Sources, areas: Sequence[str]
) -> pd.DataFrame:
    """Return `imd_score`, `imd_rank` and `imd_decile` of areas, on their code.

    A table of sources that names older indices says `areas = 2011` in their options: then they are
    brought over to the areas of 2021.

    Raises
    ------
    InputError
        If the file cannot be had, is of another edition, or lacks an area, or an area has no
        figure in older indices.
    """
    source = sources["deprivation"]
    check = partial(_check_file, source=source)
    path = downloader.get(Query(source, source.url, f"{source.id}.csv", check))
    table = read_indices(path)
    if table.index.name != NEW:
        lookup = find_rows(downloader, sources["lsoa_2011"], areas, key="area_id")
        return bring_over(table, lookup, areas)
    check_all_codes(set(areas) & set(table.index), areas, source=source.id)
    return table.loc[list(areas)]


def read_indices(path: Path) -> pd.DataFrame:
    """Read a file of all ranks and scores, on the code of its small areas.

    The index is named `lsoa_2021` or `lsoa_2011`, after the areas that the file is of.

    Raises
    ------
    InputError
        If a column is missing, a figure is not a number, or a code is repeated.
    """
    table = read_csv(path, ())
    code = next((name for name in (NEW_CODE, OLD_CODE) if name in table.columns), None)
    # The columns of rank and decile say in brackets which end is the most deprived.
    named = {
        SCORE: "imd_score",
        _beginning(table, _RANK): "imd_rank",
        _beginning(table, _DECILE): "imd_decile",
    }
    if code is None or not set(named) <= set(table.columns):
        msg = f"{path.name}: not a file of all ranks and scores: no '{NEW_CODE}' or '{SCORE}'"
        raise InputError(msg)
    refuse_repeated(table[code], source=path.name)
    figures = {
        short: numbers(table[name], source=path.name, minimum=0 if short == "imd_score" else 1)
        for name, short in named.items()
    }
    index = pd.Index(table[code].str.strip(), name=NEW if code == NEW_CODE else OLD)
    found = pd.DataFrame({name: series.to_numpy() for name, series in figures.items()}, index=index)
    return found.astype({"imd_rank": "int64", "imd_decile": "int64"})


def bring_over(table: pd.DataFrame, lookup: pd.DataFrame, areas: Sequence[str]) -> pd.DataFrame:
    """Return figures of LSOAs of 2011 for areas of 2021 by the official lookup.

    An unchanged area (`change` U) keeps its figures, and the parts of a split one (S) have those
    of the whole. An area that was merged (M) or redrawn (X) has no single older figure.

    Parameters
    ----------
    table
        Figures on the code of 2011.
    lookup
        `area_2011`, `area_id` and `change`.
    areas
        Codes of 2021.

    Raises
    ------
    InputError
        If areas were merged or redrawn, or are not in the lookup; the message names some.
    """
    rows = lookup[lookup["area_id"].isin(areas)]
    single = rows[rows["change"].isin(["U", "S"]) & ~rows["area_id"].duplicated(keep=False)]
    check_all_codes(
        set(single["area_id"]),
        areas,
        source="figures of LSOAs of 2011; areas that were merged or redrawn have no older figure",
    )
    codes = single.set_index("area_id")["area_2011"].loc[list(areas)]
    check_all_codes(set(codes) & set(table.index), codes, source="figures of LSOAs of 2011")
    return table.loc[codes.to_numpy()].set_axis(pd.Index(areas, name=NEW))


def to_2021(codes: Sequence[str], lookup: pd.DataFrame) -> list[str]:
    """Return the areas of 2021 that areas of 2011 have become, sorted.

    Raises
    ------
    InputError
        If a code is not one of 2011.
    """
    known = lookup[lookup["area_2011"].isin(codes)]
    check_all_codes(
        set(known["area_2011"]), codes, source="lookup of LSOAs of 2011 to those of 2021"
    )
    return sorted(set(known["area_id"]))


def _beginning(table: pd.DataFrame, start: str) -> str:
    return next((name for name in table.columns if name.startswith(start)), start)


def _check_file(path: Path, *, source: Source) -> None:
    """Refuse a file of another edition, of other areas, or with another number of them."""
    rows, year = int(source.options["rows"]), source.options.get("areas", 2021)
    table = read_indices(path)
    if table.index.name != f"lsoa_{year}":
        msg = (
            f"{path.name}: indices of the LSOAs of {str(table.index.name)[-4:]}, and those of the "
            f"LSOAs of {year} are wanted ({source.vintage})"
        )
        raise InputError(msg)
    if len(table) != rows:
        msg = f"{path.name}: {len(table):,} areas instead of the {rows:,} of England"
        raise InputError(msg)
    tenth = np.ceil(table["imd_rank"] * 10 / rows)
    if ((table["imd_decile"] - tenth).abs() > 1).any():
        msg = f"{path.name}: deciles are not those of the ranks; have the columns moved?"
        raise InputError(msg)
    # The higher the score, the more deprived. Ranks are of scores that were not yet rounded.
    scores = table.sort_values("imd_rank")["imd_score"].to_numpy()
    if np.mean(np.diff(scores) > _ROUNDING) > _MOST_RISING:
        msg = f"{path.name}: scores do not fall with the ranks; have the columns moved?"
        raise InputError(msg)
    ranks = np.sort(table["imd_rank"].to_numpy())
    if not (ranks[0] == 1 and ranks[-1] <= rows):
        msg = f"{path.name}: ranks from {ranks[0]:,} to {ranks[-1]:,}, not from 1 to {rows:,}"
        raise InputError(msg)
