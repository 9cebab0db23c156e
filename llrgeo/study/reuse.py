"""Reuse the parts of an earlier result that stay valid when a study or its files change.

The module lists the keys and files that travel times do not depend on, and of those the ones that
the options' results do not depend on either. Any other key is assumed to affect everything, so that
a new key of a study is safe without a change here.
"""

import inspect
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from os.path import realpath
from pathlib import Path
from stat import S_ISREG
from typing import Final, TypeAlias

from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.tables.context import EvidenceContext
from llrgeo.execution.memory import Recall, make_anew
from llrgeo.files import files_of
from llrgeo.study.config import StudyConfig, build_criteria, build_hurdles
from llrgeo.study.manifest import hash_path
from llrgeo.study.planning import packed_network
from llrgeo.study.plausibility import judges_costs
from llrgeo.study.result import StudyResult
from llrgeo.study.sections.appraisal import appraisal_files
from llrgeo.study.times import TimesBy

Mark: TypeAlias = tuple[Path, tuple[tuple[str, int, int], ...]]
"""A file or folder; of each file the path without links, the time (ns) of its last change, bytes.

It is looked at often, to notice a change. What is used again is decided by content instead: a copy
may have the time and the size of the file that it replaces.
"""

OF_PAGES: Final = frozenset({"theme", "logo"})  # files that only pages depend on
_NOT_RESULTS: Final = frozenset({"title", "question", "criteria", "hurdles", "quality", "theme"})
NOT_TIMES: Final = _NOT_RESULTS | {
    "options", "services", "appraisal", "indicators", "deprivation", "home", "home_sites_only",
    "tolerance_min", "seed", "confirm", "years", "capacity",
}  # fmt: skip
_OF_SITES: Final = frozenset({"sites", "new_sites"})  # keys and files with the places of sites
_WITHOUT_SITES: Final = {  # parts that do not depend on sites, and the names they are reused under
    "areas": "areas",
    "directory": "directory",
    "base_map": "base_map",
    "routers": "earlier_routers",
}
# Functions whose stored results depend on roads alone; `computed_once` stores a result under the
# function without its wrapper.
_OF_ROADS: Final = (inspect.unwrap(packed_network),)
# Parts that depend on no key of NOT_TIMES, with the stored results of functions of these alone.
_PLACES: Final = ("areas", "directory", "routers", "base_map", "computed")
# Parts that depend on no key of _NOT_RESULTS, and on no option and no site; with those that depend
# on sites; and all that depend on no such key.
_OF_AREAS: Final = (
    "home", "rate_tables", "services", "activity", "indicators", "place_figures", "contacts",
    "population",
)  # fmt: skip
_WITHOUT_OPTIONS: Final = ("known_sites", "sites", "rates", *_OF_AREAS)
_WITHOUT_SCORES: Final = (*_WITHOUT_OPTIONS, "options", "capacity")


@dataclass(frozen=True, slots=True)
class Reusable:
    """The parts of an earlier result that are still valid.

    Attributes
    ----------
    inputs
        Parts of `StudyInputs`, by their names; empty if none is valid.
    times_by, team_times_by
        Travel times; None if they are not valid.
    results, context
        The options' results, and the context of their evidence; None if they are not valid.
    recall
        Calls a function, or returns its result of an earlier run.
    """

    inputs: Mapping[str, object] = field(default_factory=dict)
    times_by: TimesBy | None = None
    team_times_by: TimesBy | None = None
    results: Mapping[str, OptionResult] | None = None
    context: EvidenceContext | None = None
    recall: Recall = make_anew


NOTHING_REUSABLE: Final = Reusable()


def still_holds(
    earlier: StudyResult, study: StudyConfig, changed_files: Collection[str]
) -> Reusable:
    """Return the parts of an earlier result that are valid for a study that was changed since.

    Parameters
    ----------
    earlier
        A result of the study as it was.
    study
        The study as it is now.
    changed_files
        The keys of `StudyConfig.files_read` whose files have changed.
    """
    was = earlier.study
    pairs = {key: (getattr(was, key), getattr(study, key)) for key in type(study).model_fields}
    keys = {key for key, pair in pairs.items() if _differ(*pair)}
    files = set(changed_files) - OF_PAGES
    if keys - NOT_TIMES - _OF_SITES or files - files_beside_times(study) - _OF_SITES:
        return NOTHING_REUSABLE
    kept = vars(earlier.inputs)  # without the routers of a large network, which are deleted
    if (keys | files) & _OF_SITES:
        of_areas = () if (keys | files) - _OF_SITES - _NOT_RESULTS else _OF_AREAS
        names = _WITHOUT_SITES | {part: part for part in of_areas}
        parts = {name: kept[part] for part, name in names.items() if part in kept}
        made = earlier.inputs.computed
        return Reusable({**parts, "computed": {of: made[of] for of in _OF_ROADS if of in made}})
    valid = (*_PLACES, *_parts_beside(keys, files))
    inputs: dict[str, object] = {part: kept[part] for part in valid if part in kept}
    same_results = not (keys - _NOT_RESULTS or files or _judges_costs(was) != _judges_costs(study))
    return Reusable(
        inputs,
        earlier.times_by,
        earlier.team_times_by,
        *((earlier.results, earlier.evidence.context) if same_results else (None, None)),
    )


def _differ(before: object, now: object) -> bool:
    """Return whether values of a key differ, also in the order of names: rows of tables follow."""
    return before != now or repr(before) != repr(now)


def _parts_beside(keys: set[str], files: set[str]) -> tuple[str, ...]:
    """Return the parts, besides places, that stay valid when these keys and files change."""
    if files or keys - _NOT_RESULTS - {"options"}:
        return ()
    return _WITHOUT_OPTIONS if "options" in keys else _WITHOUT_SCORES


def mark_files(study: StudyConfig) -> dict[str, Mark]:
    """Return marks of the files that a study reads, by key, to notice when one is saved."""
    return {key: mark(path) for key, path in study.files_read().items()}


def hash_files(study: StudyConfig) -> dict[str, str]:
    """Return the SHA-256 of the files that a study reads, by key, to tell which have changed."""
    return {key: hash_path(path) for key, path in study.files_read().items()}


def mark(path: Path) -> Mark:
    """Return the mark of a file or folder; one without any time where it is absent."""
    return path, tuple(filter(None, map(_last_written, files_of(path))))


def _last_written(file: Path) -> tuple[str, int, int] | None:
    """Return what a mark has of a file; None if there is no such file."""
    try:
        status = file.stat()
    except OSError:  # removed since it was listed
        return None
    if not S_ISREG(status.st_mode):
        return None
    return realpath(file), status.st_mtime_ns, status.st_size


def files_beside_times(study: StudyConfig) -> set[str]:
    """Return the keys of the files that travel times do not depend on."""
    indicators = {key for key in study.files_read() if key.startswith("indicators ")}
    appraisal = appraisal_files(study.appraisal, study.folder)
    return {*indicators, *appraisal, *study.capacity.files(study.folder)}


def _judges_costs(study: StudyConfig) -> bool:
    return judges_costs(build_criteria(study), build_hurdles(study))
