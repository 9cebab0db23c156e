"""Future years of a new study: chosen by its projections, and checked as a run would."""

from pathlib import Path
from typing import Final

from llrgeo.errors import InputError, LlrgeoError
from llrgeo.inputs.projections import read_projections
from llrgeo.study.config import load_study
from llrgeo.study.inputs import read_inputs

AHEAD: Final = (0, 5, 10, 15)
"""The years that are appraised, counted from the first."""

# All parts that a run reads except streets and timetables, which were read when they were built.
_PARTS: Final = ("areas", "sites", "home", "options", "theme", "rates", "services", "contacts")


def projected_years(path: Path, today: int) -> tuple[int, ...]:
    """Return the years of a study: this one and later ones, as far as people are projected.

    Parameters
    ----------
    path
        A table of projections.
    today
        The current year; if it is not projected, the first projected year after it is used.

    Raises
    ------
    InputError
        If the table is not one, or has no year from today on.
    """
    known = {int(year) for year in read_projections(path).index.get_level_values("year")}
    ahead = [year for year in known if year >= today]
    if not ahead:
        msg = f"{path.name}: the last year is {max(known)}, before {today}"
        raise InputError(msg)
    return tuple(min(ahead) + years for years in AHEAD if min(ahead) + years in known)


def check_study(file: Path) -> str:
    """Read a new study as a run would, and return the faults of its years; empty if none.

    Raises
    ------
    LlrgeoError
        If anything else has a fault.
    """
    inputs = read_inputs(load_study(file), _PARTS)
    try:
        _ = inputs.capacity
    except LlrgeoError as error:
        return " ".join(str(error).split())
    return ""
