"""Compare the ids of an imported matrix with a study's: which are missing, which are mistyped."""

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher, get_close_matches
from itertools import islice
from typing import Final

import numpy as np
import pandas as pd

from llrgeo.inputs.visible_text import as_seen
from llrgeo.schema import name_some

_LEAST_SIMILAR: Final = 0.75  # of two ids, as difflib counts: two letters of nine are other ones
_MOST_COMPARED: Final = 20_000  # ids, or pairs of them, of which the first are looked at
_BLOCK: Final = 1_000  # unknown ids at a time


def absent_fault(wanted: pd.Index, held: pd.Index, what: str) -> str:
    """Return a sentence on the ids that a table lacks, and a likely match; blank without any."""
    absent = wanted.difference(held)
    if absent.empty:
        return ""
    strange = [str(id_) for id_ in held.difference(wanted)[:_MOST_COMPARED]]
    near = get_close_matches(str(absent[0]), strange, 1, _LEAST_SIMILAR)
    meant = f"; it has '{near[0]}': is '{absent[0]}' meant?" if near else ""
    return f"the table lacks {len(absent)} {what} ({name_some(absent)}){meant}"


def mistyped_faults(
    minutes: pd.DataFrame, area_ids: Iterable[str], site_ids: Iterable[str]
) -> list[str]:
    """Return a sentence for each id that is likely one of the study's, mistyped in some rows.

    A pair that is not listed counts as unreachable, so a mistyped id would silently remove a
    journey. A matrix may hold ids that the study does not have; such ids have journeys to all
    others. An unknown id is taken for a mistyped one if it has only some journeys, all of which an
    id of nearly the same letters lacks.

    Parameters
    ----------
    minutes
        Areas by sites, as in the file; +inf where there is no journey.
    area_ids, site_ids
        The study's.
    """
    areas, sites = (
        held.intersection(list(ids))
        for held, ids in ((minutes.index, area_ids), (minutes.columns, site_ids))
    )
    reached = minutes < np.inf
    found = [("area", pair) for pair in _mistyped(reached[sites], areas)]
    found += [("site", pair) for pair in _mistyped(reached.loc[areas].T, sites)]
    return [
        f"the {what} '{strange}' is not in the study and has journeys that '{known}' lacks; if "
        f"'{known}' is meant, correct it, else leave its rows out"
        for what, (strange, known) in found
    ]


def _mistyped(reached: pd.DataFrame, known: pd.Index) -> Iterator[tuple[str, str]]:
    """Yield pairs of an unknown id and the known one that it stands for.

    `reached` has one row for each id, and tells which ids (columns) it has a journey with.
    """
    some = reached.any(axis=1) & ~reached.all(axis=1)
    of_known = reached.loc[known][some[known]]
    of_strange = reached[some & ~reached.index.isin(known)]
    for strange, other in islice(_apart(of_strange, of_known), _MOST_COMPARED):
        left, right = str(strange), str(other)
        alike = SequenceMatcher(None, left, right, autojunk=False).ratio()
        if alike >= _LEAST_SIMILAR or as_seen(left) == as_seen(right):
            yield left, right


def _apart(strange: pd.DataFrame, known: pd.DataFrame) -> Iterator[tuple[object, object]]:
    """Yield the pairs of ids, an unknown and a known one, that have no journey in common.

    Ids of one place have none: each journey was listed once, under either.
    """
    of_known = known.to_numpy(np.float32).T
    for start in range(0, len(strange), _BLOCK):  # a table may have a million unknown ids
        block = strange.iloc[start : start + _BLOCK]
        for row, column in np.argwhere(block.to_numpy(np.float32) @ of_known == 0):
            yield block.index[row], known.index[column]
