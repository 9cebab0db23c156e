"""Answers of servers in JSON, saved to a file: the minutes of OSRM, Valhalla and TravelTime."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from llrgeo.errors import InputError
from llrgeo.inputs.tables import check_file, one_line
from llrgeo.schema import name_some

_MIN: Final = 60  # seconds
_KM_A_MILE: Final = 1.609344


@dataclass(frozen=True, slots=True)
class RequestedIds:
    """The ids of areas and sites, in the order of the request that the server answered."""

    areas: list[str]
    sites: list[str]


def minutes_of_answer(path: Path, ids: RequestedIds) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Return minutes and kilometres of a server's answer, areas by sites.

    Raises
    ------
    InputError
        If it is no answer of a known server, or not for the areas and sites requested.
    """
    check_file(path)
    try:
        answer = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        msg = f"{path.name}: not JSON ({one_line(error)})"
        raise InputError(msg) from error
    try:
        # OSRM: seconds and metres.
        if "durations" in answer:
            km = answer.get("distances")
            metres = None if km is None else _square(km, ids, path.name) / 1_000
            return _square(answer["durations"], ids, path.name) / _MIN, metres
        if "sources_to_targets" in answer:
            return _from_valhalla(answer, ids, path.name)
        # TravelTime: a search a place, each with the places that it reaches.
        if "results" in answer:
            return _from_traveltime(answer["results"], ids, path.name), None
    except InputError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        msg = f"{path.name}: not an answer of OSRM, Valhalla or TravelTime ({one_line(error)})"
        raise InputError(msg) from error
    msg = f"{path.name}: not an answer of OSRM, Valhalla or TravelTime; it has {name_some(answer)}"
    raise InputError(msg)


def _from_valhalla(
    answer: Mapping[str, Any], ids: RequestedIds, name: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return minutes and kilometres of Valhalla's matrix, verbose or not.

    Times are in seconds, distances in the `units` of the answer (kilometres or miles). A verbose
    answer has one cell for each pair, any other two matrices, as OSRM's has.
    """
    table = answer["sources_to_targets"]
    if isinstance(table, Mapping):
        seconds, km = table["durations"], table["distances"]
    else:
        seconds, km = ([[cell[of] for cell in row] for row in table] for of in ("time", "distance"))
    scale = _KM_A_MILE if answer.get("units") == "miles" else 1.0
    return _square(seconds, ids, name) / _MIN, _square(km, ids, name) * scale


def _square(cells: Sequence[Sequence[float | None]], ids: RequestedIds, name: str) -> pd.DataFrame:
    """Return an answer as a table on the ids requested; refuse one of another shape."""
    values = np.array(cells, dtype=float)
    if values.shape != (len(ids.areas), len(ids.sites)):
        msg = (
            f"{name}: a table of {values.shape}, for {len(ids.areas)} areas and "
            f"{len(ids.sites)} sites. It must be of all areas and sites, in their order"
        )
        raise InputError(msg)
    return pd.DataFrame(values, ids.areas, ids.sites).fillna(np.inf)


def _from_traveltime(
    results: Sequence[Mapping[str, Any]], ids: RequestedIds, name: str
) -> pd.DataFrame:
    """Return minutes of TravelTime's time filter, whichever side the searches were made from."""
    minutes_of: dict[tuple[str, str], float] = {}
    for search in results:
        for place in search.get("locations", ()):
            journey = place["properties"]
            journey = journey[0] if isinstance(journey, list) else journey
            minutes_of[str(search["search_id"]), str(place["id"])] = journey["travel_time"] / _MIN
    searches = list(dict.fromkeys(str(search["search_id"]) for search in results))
    places = list(dict.fromkeys(place for _, place in minutes_of))
    # Searches may have been made from sites: then rows are sites, and the table is turned.
    turned = set(searches) <= set(ids.sites) and not set(searches) <= set(ids.areas)
    from_ids, to_ids = (ids.sites, ids.areas) if turned else (ids.areas, ids.sites)
    if strange := sorted((set(searches) - set(from_ids)) | (set(places) - set(to_ids))):
        msg = f"{name}: ids of neither areas nor sites ({name_some(strange)})"
        raise InputError(msg)
    # A place that no search reaches is unreachable; one that has no search of its own is unknown.
    if missing := sorted(set(from_ids) - set(searches)):
        msg = f"{name}: no search for {name_some(missing)}; put all searches into one file"
        raise InputError(msg)
    row, column = ({each: at for at, each in enumerate(of)} for of in (from_ids, to_ids))
    minutes = np.full((len(row), len(column)), np.inf)
    for (origin, place), value in minutes_of.items():
        minutes[row[origin], column[place]] = value
    table = pd.DataFrame(minutes, from_ids, to_ids)
    return table.T if turned else table
