"""Travel times in long form, one row a pair of area and site, read and checked."""

from typing import Final

import numpy as np
import pandas as pd

from llrgeo.schema import counted, name_some, raise_faults, require_columns, to_numbers

_UNREACHABLE_WORDS: Final = ("", "inf", "+inf", "infinity")
_LARGEST: Final = {"travel_time_min": 7 * 24 * 60, "distance_km": 20_000}
PAIR_COLUMNS: Final = ("area_id", "site_id", "travel_time_min")


def read_pairs(
    table: pd.DataFrame,
    *,
    source: str,
    mode: str,
    period: str,
    unreachable: float | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Return minutes and kilometres, areas by sites, of a table in long form.

    A blank time, the number `unreachable`, and a pair that is not listed, is +inf. Kilometres are
    None without a column `distance_km`. `source` is what messages call the table.

    Raises
    ------
    InputError
        If a column is missing, a pair is duplicated, a number is none, or the table has no times of
        the mode and period.
    """
    require_columns(table, PAIR_COLUMNS, source=source)
    # A file without mode and period is assumed to have those requested.
    requested = table.assign(mode=table.get("mode", mode), period=table.get("period", period))
    requested = requested[(requested["mode"] == mode) & (requested["period"] == period)]
    if requested.empty:
        stated = [name for name in ("mode", "period") if name in table.columns]
        kinds = table[stated].drop_duplicates().fillna("").astype(str).to_numpy().tolist()
        journeys = [" ".join(kind) for kind in kinds] or ["none"]
        fault = f"no times for {mode} {period}; there are {name_some(journeys)}"
        raise_faults([fault], source=source)
    if unreachable is not None:
        marked = to_numbers(requested["travel_time_min"]) == unreachable
        requested["travel_time_min"] = requested["travel_time_min"].mask(marked)
    long, faults = _typed(requested)
    raise_faults(faults, source=source)
    wide = {
        name: long.pivot(index="area_id", columns="site_id", values=name).astype(float)
        for name in ("travel_time_min", "distance_km")
        if name in long.columns
    }
    km = wide["distance_km"].fillna(np.inf) if "distance_km" in wide else None
    # A pair that is not listed, or blank, cannot be reached.
    minutes = wide["travel_time_min"].fillna(np.inf)
    return minutes, km


def _typed(table: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return times with ids as text and numbers as numbers, and a list of their faults."""
    faults = []
    typed = pd.DataFrame(index=table.index)
    for name in ("area_id", "site_id"):
        # An id read as 7.0 may have been written as 7, 07 or 7.0.
        if pd.api.types.is_float_dtype(table[name]):
            faults.append(f"column '{name}' has numbers with decimals; write ids as text")
        typed[name] = table[name].astype("str").str.strip()
        if (table[name].isna() | (typed[name] == "")).any():
            faults.append(f"column '{name}' is blank in some rows")
    if not faults and typed.duplicated().any():
        faults.append("pairs of area and site are duplicated")
    for name in ("travel_time_min", "distance_km"):
        if name not in table.columns:
            continue
        number, text = to_numbers(table[name]), table[name].astype("str").str.strip().str.lower()
        blank = table[name].isna() | text.isin(_UNREACHABLE_WORDS)
        bad = ~blank & ~number.between(0, _LARGEST[name])
        if bad.any():
            pairs = (typed["area_id"] + " to " + typed["site_id"])[bad]
            faults.append(
                f"column '{name}' is not a number from 0 to {_LARGEST[name]:,} in "
                f"{counted(int(bad.sum()), 'row')} ({name_some(pairs)}); blank means no way"
            )
        typed[name] = number
    return typed, faults
