"""The classes and colours of every public map: fixed, so that maps compare, and safe to see.

YlGnBu for minutes and PuOr for change, both from ColorBrewer (Brewer and Harrower, Apache 2.0).
"""

from itertools import pairwise
from typing import Final

from llrgeo.schema import THRESHOLDS_MIN

TIME_BREAKS: Final = THRESHOLDS_MIN
CHANGE_BREAKS: Final = (5, 10, 15)  # the first limit is the study's tolerance

TIME_COLOURS: Final = ("#ffffcc", "#c7e9b4", "#7fcdbb", "#41b6c4", "#2c7fb8", "#253494")
CHANGE_COLOURS: Final = (
    "#542788",
    "#8073ac",
    "#b2abd2",
    "#d8daeb",
    "#f7f7f7",
    "#fee0b6",
    "#fdb863",
    "#e08214",
    "#b35806",
)
NO_ROUTE_COLOUR: Final = "#8c8c8c"


def time_labels() -> list[str]:
    """Return the words for the classes of minutes, shortest first, then for no route."""
    between = [f"over {low} to {high} minutes" for low, high in pairwise(TIME_BREAKS)]
    return [
        f"up to {TIME_BREAKS[0]} minutes",
        *between,
        f"over {TIME_BREAKS[-1]} minutes",
        "no route",
    ]


def change_limits(tolerance_min: float) -> list[float]:
    """Return the limits of the classes of change, from the tolerance up."""
    return [tolerance_min, *(limit for limit in CHANGE_BREAKS if limit > tolerance_min)]


def change_labels(tolerance_min: float) -> list[str]:
    """Return the words for the classes of change, from much shorter to much longer."""
    limits = [f"{limit:g}" for limit in change_limits(tolerance_min)]
    between = [f"{low} to {high} minutes" for low, high in pairwise(limits)]
    steps = [*between, f"over {limits[-1]} minutes"]
    return [
        *(f"{step} shorter" for step in reversed(steps)),
        "about the same",
        *(f"{step} longer" for step in steps),
        "no route today or in this option",
    ]


def change_colours(tolerance_min: float) -> list[str]:
    """Return a colour for each class of change; the middle is "about the same"."""
    count = len(change_limits(tolerance_min))
    middle = len(CHANGE_COLOURS) // 2
    return [*CHANGE_COLOURS[:count], CHANGE_COLOURS[middle], *CHANGE_COLOURS[-count:]]
