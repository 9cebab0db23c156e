"""The words of pages and files, all in one catalogue, so that they can be edited or translated."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

_CATALOGUE: Final = Path(__file__).parent / "assets" / "wording.en-GB.toml"


@cache
def wording() -> dict[str, str]:
    """Return the catalogue: a phrase by its key, with `{names}` to fill in."""
    return tomllib.loads(_CATALOGUE.read_text(encoding="utf-8"))
