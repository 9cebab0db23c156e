"""When and how people travel by public transport, apart from what runs."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np

from llrgeo.travel.graph import IntArray

MODE: Final = "transit"


@dataclass(frozen=True)
class TransitRules:
    """When and how people travel.

    Attributes
    ----------
    window
        The first and last departure.
    every_min
        Minutes from a departure to the next.
    max_walk_min
        The longest walk to a stop, between stops, and from a stop.
    change_min
        Minutes that a change takes at least, besides the walk, unless the feed says otherwise; at
        least one. OpenTripPlanner allows two as well.
    max_journey_min
        A journey that takes longer counts as unreachable, on foot too.

    Examples
    --------
    >>> import datetime as dt
    >>> rules = llrgeo.TransitRules((dt.time(9, 30), dt.time(10, 30)), every_min=20)
    >>> rules.period, len(rules.departures_s)
    ('09:30-10:30', 4)
    """

    window: tuple[dt.time, dt.time]
    every_min: int = 5
    max_walk_min: float = 20.0
    change_min: float = 2.0
    max_journey_min: float = 180.0

    @property
    def period(self) -> str:
        """The window in letters, such as `09:30-11:30`."""
        return "-".join(f"{time:%H:%M}" for time in self.window)

    @property
    def departures_s(self) -> IntArray:
        """The departures, seconds after midnight."""
        first, last = ((time.hour * 60 + time.minute) * 60 for time in self.window)
        return np.arange(first, last + 1, self.every_min * 60, dtype=np.int64)
