"""The travel modes of a study, and the networks or timetables that each needs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Protocol

from pydantic import AfterValidator

from llrgeo.modes import MODES, STREET_MODES
from llrgeo.study.sections.transit import TransitConfig

DRIVING: Final = "car"  # the mode of the network that the key `network` names


def _known_mode(name: str) -> str:
    if name not in MODES:
        msg = f"no mode '{name}'; known are {', '.join(MODES)}"
        raise ValueError(msg)
    return name


KnownMode = Annotated[str, AfterValidator(_known_mode)]


class Study(Protocol):
    """The parts of a study file that modes depend on."""

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes."""

    @property
    def networks(self) -> Mapping[str, str]:
        """Networks of other modes than driving."""

    @property
    def network_walk(self) -> str:
        """The network for walking, as 0.1 named it; empty for none."""

    @property
    def transit(self) -> TransitConfig | None:
        """The table [transit]."""

    def times_path(self, mode: str) -> Path | None:
        """Return the file of a mode's imported times."""

    def network_path(self, mode: str) -> Path | None:
        """Return the network of a mode."""


def mode_faults(study: Study) -> list[str]:
    """Return faults of modes without a network or timetable, and of networks without a mode."""
    faults = []
    # Modes whose times are imported need no network, and no timetable either.
    computed = [mode for mode in study.modes if study.times_path(mode) is None]
    if any(MODES[mode].timetable for mode in computed) != (study.transit is not None):
        faults.append('modes: "transit" goes with a table [transit]; one of them is missing')
    faults += [
        f"networks: no network is built for {mode}; those of {', '.join(STREET_MODES[1:])} stand "
        f"here, that of {DRIVING} is the key network"
        for mode in study.networks
        if mode == DRIVING or MODES[mode].timetable
    ]
    if study.network_walk and "walk" in study.networks:
        faults.append("networks: walk stands here and in network_walk; leave out network_walk")
    faults += [
        f'modes: "{mode}" needs a network of its own: llrgeo network build EXTRACT.osm.pbf '
        f'--mode {mode} --out {mode}_streets, then networks = {{ {mode} = "{mode}_streets" }}'
        for mode in computed
        if not (MODES[mode].timetable or MODES[mode].without_network or study.network_path(mode))
    ]
    return faults
