"""Files that an earlier run left in a published folder and a new run does not write.

The explorer of an authority that has another name now, or costs of a study that counts none any
more, would be published beside pages that know nothing of them.
"""

import json
import os
from collections.abc import Collection
from pathlib import Path
from typing import Final

from llrgeo.appraisal.tables.registry import TABLES
from llrgeo.errors import UNREADABLE_JSON, PublishError
from llrgeo.files import MARKER, sha256_of_file
from llrgeo.publish.data.packages import DATA_PACKAGE, MANIFEST, RO_CRATE
from llrgeo.publish.explorer.files import EXPLORER
from llrgeo.publish.explorer.split import FOLDER
from llrgeo.publish.file_list import ONLY_OF_RUNS, PLANNER
from llrgeo.schema import name_some

_REMOVABLE_FROM: Final = (FOLDER, "tables")


def stale_files(folder: Path, names: Collection[str]) -> list[str]:
    """Name the explorers, tables and planner that the last run wrote and that are not named here.

    They are told by its manifest; a file that somebody has changed since is not among them, nor is
    any where there is no manifest.

    Parameters
    ----------
    folder
        A published folder; it need not be there.
    names
        The files of the run that takes its place.
    """
    recorded = _recorded(folder)
    # Real folders count: a manifest that was tampered with, or a link, may lead anywhere.
    home = folder.resolve()
    own_folders = {home / name for name in _REMOVABLE_FROM}
    gone = [(name, folder / name) for name in sorted(recorded) if name not in names]
    return [
        name
        for name, path in gone
        if (name == PLANNER or path.parent.resolve() in own_folders)
        and path.is_file()
        and sha256_of_file(path) == recorded[name]
    ]


def check_no_strangers(folder: Path) -> None:
    """Refuse a folder without a run that has files of the names that a run writes.

    They are somebody's own, such as the `index.html` of a website, and would be written over.

    Raises
    ------
    PublishError
        If there are any, naming the first few.
    """
    # The first run of all may have been stopped after its first pages, before its manifest.
    if _recorded(folder) or (folder / EXPLORER).exists():
        return
    names = {*ONLY_OF_RUNS, *(f"tables/{table.name}.csv" for table in TABLES)}
    if not (folder / RO_CRATE).exists():  # else of a search for sites, which writes both
        names.add(DATA_PACKAGE)
    _refuse_strangers(folder, names)


def check_no_crate_strangers(folder: Path, names: Collection[str]) -> None:
    """Refuse a folder that no crate describes, and that has files of some names.

    Raises
    ------
    PublishError
        As `check_no_strangers`.
    """
    if not (folder / RO_CRATE).exists():
        _refuse_strangers(folder, names)


def _refuse_strangers(folder: Path, names: Collection[str]) -> None:
    if (folder / MARKER).exists():  # a move that a killed run had begun, and that is completed next
        return
    strangers = [name for name in sorted(names) if os.path.lexists(folder / name)]
    if strangers:
        msg = (
            f"{folder}: holds files that llrgeo did not write, and would write over "
            f"({name_some(strangers)}); name another folder: --out"
        )
        raise PublishError(msg)


def _recorded(folder: Path) -> dict[str, object]:
    """Return the files that a folder's manifest records, by checksum; none if it has no run's."""
    try:
        outputs = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["outputs"]
        return {str(name): recorded for name, recorded in outputs.items()}
    except UNREADABLE_JSON:
        return {}


def stale_crated_files(folder: Path, names: Collection[str]) -> list[str]:
    """Name the files that a crate in a folder describes, and that are not named here.

    A file that somebody has changed since is not among them, nor is any below the folder, or where
    a run was published: its own crate describes pages.

    Parameters
    ----------
    folder
        A folder of what was found; it need not be there.
    names
        The files that take their place.
    """
    try:
        parts = json.loads((folder / RO_CRATE).read_text(encoding="utf-8"))["@graph"]
        checksums = {str(part["@id"]): part["sha256"] for part in parts if part["@type"] == "File"}
    except UNREADABLE_JSON:
        return []
    if (folder / MANIFEST).exists():
        return []
    plain = [name for name in sorted(checksums) if Path(name).name == name and name not in names]
    return [
        name
        for name in plain
        if (folder / name).is_file() and sha256_of_file(folder / name) == checksums[name]
    ]
