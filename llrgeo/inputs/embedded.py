"""Where the data that travels with llrgeo lies, in a checkout and in an installed wheel."""

from pathlib import Path
from typing import Final

from llrgeo.errors import InputError

_PACKAGE: Final = Path(__file__).resolve().parents[1]


def embedded(name: str) -> Path:
    """Return the path of an embedded file or folder, such as `areas.csv`.

    Raises
    ------
    InputError
        If there is no such embedded file.
    """
    for folder in (_PACKAGE / "data", _PACKAGE.parent / "data"):
        if (folder / name).exists():
            return folder / name
    msg = f"no embedded file '{name}'; install llrgeo again"
    raise InputError(msg)
