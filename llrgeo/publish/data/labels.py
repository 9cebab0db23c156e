"""Labels in files: ids of groups, levels, bands and ages become words where a table is written."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from llrgeo.appraisal.people.access import change_bands
from llrgeo.publish.wording import Wording, wording
from llrgeo.schema import AGE_BANDS

NAMED_BY_DATA: Final = "authority"  # a group whose levels are names already


def labelled_tables(
    tables: Mapping[str, pd.DataFrame], tolerance_min: float
) -> dict[str, pd.DataFrame]:
    """Return tables of evidence with words in place of the ids that the catalogue names.

    Parameters
    ----------
    tables
        By name; those without such columns stay as they are.
    tolerance_min
        Changes up to this many minutes count as none: the first band begins there.
    """
    return {name: _labelled(table, tolerance_min) for name, table in tables.items()}


def level_label(group: str, level: str, words: Wording) -> str:
    """Return what readers call a level of a group of people."""
    return level if group == NAMED_BY_DATA else words.get(f"level_{level}", level)


def band_labels(tolerance_min: float, words: Wording) -> dict[str, str]:
    """Return what readers call each band of change, by its id."""
    *closed, last = change_bands(tolerance_min)
    labels = {
        band.id: words["band"].format(low=f"{band.low_min:g}", high=f"{band.high_min:g}")
        for band in closed
    }
    return {**labels, last.id: words["band_last"].format(low=f"{last.low_min:g}")}


def _labelled(table: pd.DataFrame, tolerance_min: float) -> pd.DataFrame:
    words = wording()
    labels: dict[str, pd.Series] = {}
    # A level is labelled by its group: "1" of a fifth is not "1" of a tenth.
    if {"group", "level"} <= set(table.columns):
        labels["group"] = _by_key(table["group"], "group_name", words)
        labels["level"] = pd.Series(
            [
                level_label(group, level, words)
                for group, level in zip(table["group"], table["level"], strict=True)
            ],
            index=table.index,
        )
    if "band" in table.columns:
        labels["band"] = table["band"].replace(band_labels(tolerance_min, words))
    if "fifth" in table.columns:
        labels["fifth"] = _by_key(table["fifth"], "level", words)
    if "age" in table.columns:
        # All bands of age together are levels; ages from one on ("aged 75 and over") are not.
        whole = set(AGE_BANDS) <= set(table["age"])
        labels["age"] = _by_key(table["age"], "level" if whole else "residents", words)
    if "figure_id" in table.columns:
        labels["figure"] = _by_key(table["figure"], "place_figure", words)
        labels["standing"] = _by_key(table["standing"], "place_standing", words)
        labels["place_kind"] = _by_key(table["place_kind"], "place_kind", words)
    return table.assign(**labels)


def _by_key(ids: pd.Series, kind: str, words: Wording) -> pd.Series:
    """Return the words of ids; an id without any stays as it is."""
    return ids.map(lambda key: words.get(f"{kind}_{key}", key))
