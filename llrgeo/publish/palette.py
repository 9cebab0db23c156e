"""The classes and colours of every public map: fixed, so that maps compare, and safe to see.

YlGnBu for minutes and PuOr for change, both from ColorBrewer (Brewer and Harrower, Apache 2.0).
Classes have ids; what readers call them is in the catalogue of words (`legend.class_label`).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import pandas as pd

from llrgeo.appraisal.people.access import BAND_EDGES_MIN
from llrgeo.schema import ROLE_OF_KIND, THRESHOLDS_MIN, site_roles

TIME_BREAKS: Final = THRESHOLDS_MIN
CHANGE_BREAKS: Final = BAND_EDGES_MIN  # the first limit is the study's tolerance

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

# What style sheets call the colours of people whose journeys become shorter or longer.
CSS_COLOURS: Final[Mapping[str, str]] = {
    "shorter": CHANGE_COLOURS[0],
    "longer": CHANGE_COLOURS[-2],
    "much-longer": CHANGE_COLOURS[-1],
}
# Site signs on a square of 24: the outline tells the kind, a line in it what becomes of the site.
SITE_OUTLINES: Final[Mapping[str, str]] = {
    "city_hospital": "M3 3H21V21H3Z",
    "community_hospital": "M12 2A10 10 0 0 1 12 22A10 10 0 0 1 12 2Z",
    "health_centre": "M12 1L23 12L12 23L1 12Z",
    "other": "M12 2L23 21H1Z",
}
SITE_SIGNS: Final[Mapping[str, str]] = {
    "new": "M12 7V17M7 12H17",
    "gone": "M8 8L16 16M16 8L8 16",
}


def site_signs(sites: pd.DataFrame) -> pd.Series:
    """Return the sign of each site: the key of SITE_OUTLINES that has the site's role."""
    return site_roles(sites).map({role: kind for kind, role in ROLE_OF_KIND.items()})


@dataclass(frozen=True, slots=True)
class LegendClass:
    """A class of a map.

    Attributes
    ----------
    id
        Its key, such as `time_10_20` or `change_longer_5_10`.
    kind
        What it is a class of; `no_route` and `change_no_route` are those without minutes.
    low_min, high_min
        Minutes above the one and up to the other; 0 and +inf at the open ends.
    colour
        Its fill.
    steps
        How far from "about the same", in classes: below 0 for shorter, above 0 for longer.
    """

    id: str
    kind: Literal["time", "shorter", "same", "longer", "no_route", "change_no_route"]
    low_min: float
    high_min: float
    colour: str
    steps: int = 0


def time_classes() -> tuple[LegendClass, ...]:
    """Return the classes of minutes, shortest first, then the one for no route."""
    edges = (0.0, *TIME_BREAKS, math.inf)
    timed = [
        LegendClass(f"time_{_span(low, high)}", "time", low, high, colour)
        for (low, high), colour in zip(pairwise(edges), TIME_COLOURS, strict=True)
    ]
    return (*timed, LegendClass("no_route", "no_route", math.inf, math.inf, NO_ROUTE_COLOUR))


def change_limits(tolerance_min: float) -> list[float]:
    """Return the limits of the classes of change, from the tolerance up."""
    return [tolerance_min, *(limit for limit in CHANGE_BREAKS if limit > tolerance_min)]


def change_classes(tolerance_min: float) -> tuple[LegendClass, ...]:
    """Return the classes of change, from much shorter to much longer, then the one for no route."""
    limits = change_limits(tolerance_min)
    spans = list(pairwise((*limits, math.inf)))
    middle = len(CHANGE_COLOURS) // 2
    # With a wide tolerance there are fewer classes; they keep the outer colours of each side.
    shorter = [
        LegendClass(f"change_shorter_{_span(*span)}", "shorter", *span, colour, -step)
        for step, (span, colour) in enumerate(
            zip(spans, reversed(CHANGE_COLOURS[: len(spans)]), strict=True), start=1
        )
    ]
    longer = [
        LegendClass(f"change_longer_{_span(*span)}", "longer", *span, colour, step)
        for step, (span, colour) in enumerate(
            zip(spans, CHANGE_COLOURS[-len(spans) :], strict=True), start=1
        )
    ]
    same = LegendClass("change_same", "same", 0, tolerance_min, CHANGE_COLOURS[middle])
    none = LegendClass("change_no_route", "change_no_route", math.inf, math.inf, NO_ROUTE_COLOUR)
    return (*reversed(shorter), same, *longer, none)


def _span(low: float, high: float) -> str:
    """Return the part of a class's id that tells its minutes."""
    if low == 0:
        return f"up_to_{high:g}"
    return f"over_{low:g}" if math.isinf(high) else f"{low:g}_{high:g}"
