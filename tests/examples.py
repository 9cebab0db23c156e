"""How many examples of a dear property are drawn: a third in each check, all in the long checks."""

import os

from hypothesis import settings

ALL = os.environ.get("LLRGEO_EXAMPLES") == "new"


def dear(examples: int) -> settings:
    """Return the settings of a property of which one example takes long."""
    return settings(max_examples=examples if ALL else examples // 3)
