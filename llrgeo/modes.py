"""Travel modes as data: one row a mode says which network, periods and calibration it has.

A new mode is a row here, its access rules in `data/driving/` where it needs streets of its own,
and its name in the catalogue of words (`mode_...`). docs/architecture.md lists the files.
"""

from dataclasses import dataclass
from typing import Final

# docs/methods 9: the planning speed of walking, and that of frail people.
WALK_KPH: Final = 4.8
FRAIL_WALK_KPH: Final = 3.2
CYCLE_KPH: Final = 16.0  # of the Department for Transport's journey time statistics


@dataclass(frozen=True, slots=True)
class Mode:
    """What a way to travel needs, and where its times are used.

    Attributes
    ----------
    id
        What study files, tables of travel times and the catalogue of words call it.
    streets
        The mode whose access rules hold on streets: a slow walker walks where a walker does. Blank
        if journeys follow a timetable, so that no network is built for the mode.
    speed_kph
        The traveller's own speed; None where limits, traffic or timetables decide.
    without_network
        Whether a study without a network for this mode has its driving network walked instead.
    by_period
        Whether a journey takes longer at one time of the day than at another. If not, it is
        computed for the study's first period alone.
    calibrated
        Whether a study's `time_factor` and `terminal_min` apply.
    teams
        Whether teams that visit homes travel by it, where a study has it.
    table
        The table that counts who can travel by it (docs/methods 9); blank for none.
    """

    id: str
    streets: str = ""
    speed_kph: float | None = None
    without_network: bool = False
    by_period: bool = False
    calibrated: bool = False
    teams: bool = False
    table: str = ""

    @property
    def timetable(self) -> bool:
        """Whether journeys follow a timetable."""
        return not self.streets


_ROWS: Final = (
    Mode("car", streets="car", by_period=True, calibrated=True, teams=True),
    Mode("walk", streets="walk", speed_kph=WALK_KPH, without_network=True, table="on_foot"),
    Mode("walk_slow", streets="walk", speed_kph=FRAIL_WALK_KPH, without_network=True),
    Mode("cycle", streets="cycle", speed_kph=CYCLE_KPH),
    Mode("transit", by_period=True, table="by_public_transport"),
)
MODES: Final = {mode.id: mode for mode in _ROWS}
STREET_MODES: Final = tuple(mode.id for mode in _ROWS if mode.streets)
