"""Rules of journeys by public transport: time window, walks, changes and step-free access."""

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from llrgeo.arrays import Ints

MODE: Final = "transit"

WindowOf = Literal["departures", "arrivals"]
StepFree = Literal["any", "unless_refused", "stated"]


@dataclass(frozen=True)
class TransitRules:
    """When and how people travel.

    Attributes
    ----------
    window
        The first and last departure, or appointment.
    every_min
        Minutes from one departure (or appointment) to the next.
    max_walk_min
        The longest walk to a stop, between stops, and from a stop.
    change_min
        Least minutes of a change, besides the walk, unless the feed states others; at least one.
        Two is OpenTripPlanner's default, too.
    max_journey_min
        A journey that takes longer counts as unreachable, on foot too.
    window_of
        `departures`: people leave within the window. `arrivals`: they have appointments within it,
        and the minutes run from the latest departure that is in time.
    step_free
        Which vehicles and stops are used: `any`; `unless_refused`: all but those stated to have
        steps; `stated`: only those stated to have none.

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
    window_of: WindowOf = "departures"
    step_free: StepFree = "any"

    @property
    def period(self) -> str:
        """The first and last time of the window, joined by a hyphen; after "by" if of arrivals."""
        window = "-".join(f"{time:%H:%M}" for time in self.window)
        return window if self.window_of == "departures" else f"by {window}"

    @property
    def departures_s(self) -> Ints:
        """The departures, or appointments, in seconds after midnight."""
        first, last = ((time.hour * 60 + time.minute) * 60 for time in self.window)
        return np.arange(first, last + 1, self.every_min * 60, dtype=np.int64)
