"""Read the indicators of a study: checked together, with small counts protected."""

from collections.abc import Iterator
from typing import get_args

import numpy as np
import pandas as pd

from llrgeo.appraisal.people.area_facts import has_authorities
from llrgeo.appraisal.places.indicators import PlaceFigures, hide_together, protect_counts
from llrgeo.errors import InputError
from llrgeo.inputs.place_figures import (
    PlaceTable,
    figures_of,
    read_place_table,
    unknown_faults,
    value_faults,
)
from llrgeo.schema import LARGEST, PlaceKind, raise_faults
from llrgeo.study.config import StudyConfig
from llrgeo.study.sections.indicators import IndicatorConfig


def read_place_figures(study: StudyConfig, areas: pd.DataFrame) -> tuple[PlaceFigures, ...]:
    """Read the study's indicators; counts are protected where contacts are of real patients.

    Raises
    ------
    InputError
        If a file cannot be read, names places that the study does not have, or a value is no
        number; the message lists every fault of every file.
    """
    tables: dict[str, PlaceTable] = {}
    faults: list[str] = []
    # A file of many indicators is read once, and its faults are reported once.
    for file in dict.fromkeys(each.file for each in study.indicators):
        try:
            tables[file] = read_place_table(study.folder / file)
        except InputError as error:
            faults.append(str(error))
    read = [each for each in study.indicators if each.file in tables]
    for file, table in tables.items():
        alike = [each for each in read if each.file == file]
        found = [*_table_faults(table, alike, areas)]
        faults += [f"{table.source}: {fault}" for fault in dict.fromkeys(found)]
    _raise_all(faults)
    restricted = study.appraisal.restricted
    built = [_built(each, tables[each.file], areas, restricted=restricted) for each in read]
    if restricted:
        counts = [each.id for each in read if each.count]
        built = _hidden_together(built, counts, areas)
    return tuple(built)


def _hidden_together(
    figures: list[PlaceFigures], counts: list[str], areas: pd.DataFrame
) -> list[PlaceFigures]:
    """Return figures of a restricted study, its counts of places of one kind hidden alike."""
    found = {each.indicator.id: each for each in figures}
    for kind in get_args(PlaceKind):
        alike = [found[name] for name in counts if found[name].kind == kind]
        places = pd.Index(sorted({place for each in alike for place in each.values.index}))
        hidden = hide_together(alike, _groups(kind, places, areas))
        found |= {each.indicator.id: each for each in hidden}
    return [*found.values()]


def _raise_all(faults: list[str]) -> None:
    """Raise faults of files as one error; a single one as it is."""
    if len(faults) == 1:
        raise InputError(faults[0])
    raise_faults(faults, source="indicators")


def _table_faults(
    table: PlaceTable, indicators: list[IndicatorConfig], areas: pd.DataFrame
) -> Iterator[str]:
    """Yield the faults of a file, given the indicators that are read from it."""
    if table.kind != "area" and not has_authorities(areas):
        yield (
            f"it is by {table.key}, but the study's areas name no authorities; give the figures by "
            "area_id, or add the columns authority_code and authority to the areas"
        )
        return
    if table.kind not in {"area", *areas.columns}:
        yield f"it is by {table.key}, which the study's areas do not have"
        return
    known = _places_of_study(table, areas)
    unknown = unknown_faults(table, known)
    # With others = true in every indicator the file may have places beyond the study's.
    ranked_with = all(each.others for each in indicators)
    if not ranked_with:
        yield from unknown
    if not table.cells.index.isin(known).any() and (ranked_with or not unknown):
        yield "it has no place of the study"
    for each in indicators:
        counts = bool(each.count)
        least = 0.0 if counts else -LARGEST
        yield from value_faults(table, each.value_column, whole=counts, least=least)
        if each.error_column:
            yield from value_faults(table, each.error_column, least=0.0)


def _places_of_study(table: PlaceTable, areas: pd.DataFrame) -> pd.Index:
    """Return the study's places by the ids or names that the file uses."""
    ids = areas.index.to_series() if table.key == "area_id" else areas[table.key]
    places: pd.Index = pd.Index(ids.unique())
    return places


def _built(
    config: IndicatorConfig, table: PlaceTable, areas: pd.DataFrame, *, restricted: bool
) -> PlaceFigures:
    values = figures_of(table, config.value_column)
    errors = pd.Series(np.nan if config.error is None else config.error, values.index)
    if config.error_column:
        errors = figures_of(table, config.error_column)
    names = values.index
    if table.key == "authority_code":  # known by name, as everywhere; others keep their codes
        by_code = areas.groupby("authority_code")["authority"].first()
        names = pd.Index([str(by_code.get(code, code)) for code in values.index])
    values, errors = values.set_axis(names), errors.set_axis(names)
    hidden = pd.Series(data=False, index=names)
    if restricted and config.count:
        values, hidden = protect_counts(values, _groups(table.kind, names, areas))
        # An error computed from a count would reveal the count.
        errors = pd.Series(np.nan, names)
    return PlaceFigures(config.build(), table.kind, values, errors, hidden)


def _groups(kind: PlaceKind, places: pd.Index, areas: pd.DataFrame) -> pd.Series:
    """Return the larger place in which each place lies, whose total may be published elsewhere."""
    if kind == "area" and has_authorities(areas):
        return areas["authority"].reindex(places).fillna("")
    if kind == "authority" and "upper_authority" in areas.columns:
        upper = areas.groupby("authority")["upper_authority"].first()
        return upper.reindex(places).fillna("")
    return pd.Series("", places)
