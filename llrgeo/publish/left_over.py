"""What an earlier run left in a published folder, and the run that takes its place does not write.

The explorer of an authority that has another name now, or costs of a study that counts none any
more, would be published beside pages that know nothing of them.
"""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Final

from llrgeo.files import sha256_of_file
from llrgeo.publish.explorer.split import FOLDER
from llrgeo.publish.file_list import MANIFEST, PLANNER

_OWN: Final = (FOLDER, "tables")


def left_over(folder: Path, names: Collection[str]) -> list[Path]:
    """Return explorers, tables and a planner that the last run wrote and are not named.

    They are told by its manifest; a file that somebody has changed since is not among them, nor is
    any where there is no manifest.

    Parameters
    ----------
    folder
        A published folder; it need not be there.
    names
        The files of the run that takes its place.
    """
    try:
        outputs = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["outputs"]
        known = {str(name): known for name, known in outputs.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []
    # Real folders count: a manifest that was tampered with, or a link, may lead anywhere.
    home = folder.resolve()
    own = {home / name for name in _OWN}
    gone = [(name, folder / name) for name in sorted(known) if name not in names]
    return [
        path
        for name, path in gone
        if (name == PLANNER or path.parent.resolve() in own)
        and path.is_file()
        and sha256_of_file(path) == known[name]
    ]
