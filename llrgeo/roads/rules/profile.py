"""The rules of each travel mode, read from tables in `data/driving/`; each row has its source."""

from dataclasses import dataclass
from enum import IntEnum
from functools import cache

import pandas as pd

from llrgeo.errors import NetworkError
from llrgeo.inputs.embedded import embedded
from llrgeo.modes import MODES, STREET_MODES


class Level(IntEnum):
    """How far a street or barrier may be passed."""

    CLOSED = 0
    DESTINATION = 1  # on the first and last leg of a journey only
    OPEN = 2


@dataclass(frozen=True, slots=True)
class Rules:
    """What one mode may use.

    Attributes
    ----------
    mode
        The mode.
    keys
        Access keys, most specific first.
    grants
        The keys that open a class which is closed unless tagged.
    oneway_keys
        Keys of one-way streets, most specific first.
    values
        Level of each value of an access key.
    highways
        For each class `open`, `explicit` (closed unless granted) or `closed`.
    doubtful
        Classes that are reported wherever they occur.
    services
        Level of kinds of service road.
    barriers
        Level of each barrier.
    """

    mode: str
    keys: tuple[str, ...]
    grants: frozenset[str]
    oneway_keys: tuple[str, ...]
    values: dict[str, Level]
    highways: dict[str, str]
    doubtful: frozenset[str]
    services: dict[str, Level]
    barriers: dict[str, Level]


def table(name: str) -> pd.DataFrame:
    """Read one table of the driving profile as text; blanks are empty strings."""
    return pd.read_csv(embedded(f"driving/{name}.csv"), dtype=str, keep_default_na=False)


@cache
def features() -> dict[str, frozenset[str]]:
    """Return keys and values (`*`: any) of features whose access tags apply only to themselves."""
    rows = table("point_features")
    return {str(key): frozenset(part["value"]) for key, part in rows.groupby("key", sort=False)}


@cache
def rules(mode: str) -> Rules:
    """Return the rules of a mode.

    Raises
    ------
    NetworkError
        If there is no such mode.
    """
    if mode not in STREET_MODES:
        msg = f"no travel mode '{mode}'; there are {', '.join(STREET_MODES)}"
        raise NetworkError(msg)
    keys = table("keys").set_index("mode").loc[MODES[mode].streets]
    highways = _of_mode(table("highways"), mode, "highway")
    services = _of_mode(table("services"), mode, "service")["access"]
    return Rules(
        mode=mode,
        keys=tuple(keys["keys"].split()),
        grants=frozenset(keys["grants"].split()),
        oneway_keys=tuple(keys["oneway_keys"].split()),
        values=_levels(_of_mode(table("access_values"), mode, "value")["access"]),
        highways={str(key): str(value) for key, value in highways["access"].items()},
        doubtful=frozenset(highways.index[highways["note"].str.startswith("warn")]),
        services=_levels(services),
        barriers=_barriers(mode),
    )


def _barriers(mode: str) -> dict[str, Level]:
    """Return the levels of barriers for a mode; those of `MODES[mode].streets` without a column."""
    barriers = table("barriers").set_index("barrier")
    return _levels(barriers[mode if mode in barriers.columns else MODES[mode].streets])


def _of_mode(rows: pd.DataFrame, mode: str, key: str) -> pd.DataFrame:
    """Return the rows of a mode and those of all modes (`*`); the mode's own have precedence."""
    streets = MODES[mode].streets
    own, shared = rows[rows["mode"] == streets], rows[rows["mode"] == "*"]
    return pd.concat([own, shared]).drop_duplicates(key).set_index(key)


def _levels(column: pd.Series) -> dict[str, Level]:
    return {str(key): Level[value.upper()] for key, value in column.items()}
