"""The vocabulary: column names, coordinate systems, and the checks that every table passes."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd

from llrgeo.errors import InputError

Track: TypeAlias = Callable[[Sequence[Any]], Iterable[Any]]
"""Progress: any function that wraps a sequence. `iter` shows nothing."""

WGS84: Final = "EPSG:4326"
BNG: Final = "EPSG:27700"

PlaceKind: TypeAlias = Literal["area", "authority", "upper_authority"]
"""What figures of places are of: the study's areas, its authorities, or those above them."""

AgeBand = Literal["age_0_17", "age_18_64", "age_65_74", "age_75_84", "age_85_plus"]
AGE_BANDS: Final[tuple[str, ...]] = get_args(AgeBand)
OLDER_BANDS: Final = AGE_BANDS[2:]
SEXES: Final = ("female", "male")
LARGEST: Final = 1e12  # no number of a study is larger: a third of what the country earns in GBP
TENTHS: Final = range(1, 11)  # of deprivation; 1 is the most deprived
ISO_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
THRESHOLDS_MIN: Final = (10, 20, 30, 45, 60)  # people are counted within these minutes
NO_CAR: Final = "no_car_households"  # of `households`, both of Census 2021
CENSUS_COUNTS: Final = (
    "bad_health",
    "households",
    NO_CAR,
    "ethnic_asian",
    "ethnic_black",
    "ethnic_mixed",
    "ethnic_white",
    "ethnic_other",
    "other_main_language",
)
"""Counts of Census 2021 that a table of areas may have; without one, what needs it says so."""

ROLES: Final = ("acute", "community", "primary", "other")
"""What a site is for, whatever a study calls its kind: an acute hospital, a community hospital,
primary care (practices, health centres), or neither, such as a hospital across the border."""

ROLE_OF_KIND: Final[Mapping[str, str]] = {
    "city_hospital": "acute",
    "community_hospital": "community",
    "health_centre": "primary",
    "other": "other",
}
"""The kinds of the embedded study with their roles; sites of any other kind state their own."""

SITE_KINDS: Final = tuple(ROLE_OF_KIND)
WHOLE: Final = "Whole study area"  # the authority of areas whose table names none
SITE_STATUSES: Final = ("open", "closed", "proposed")

_MOST_IDS: Final = 5  # how many bad ids a message names

_ALL: Final = 100  # per cent
_MOST_FAULTS: Final = 60  # faults in one message
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SUPPRESSED: Final = (
    r"<\s*=?\s*\d+|\d+\s*(?:-|\u2013|to)\s*\d+|[*#~:.\-]+|\[?[cxz]\]?|low|suppressed|fewer than \d+"
)
_IF_WRITTEN_OTHERWISE: Final = {
    r"[+-]?[0-9][0-9.,'\u2019\s]*": "write a point for decimals and nothing else, as 1234.5",
    r"[\d.]+\s*%": "write a share without the sign, as 0.12 for 12 %",
    r"[\u00a3$\u20ac].*": "leave the sign of the currency out",
    r".*\u00b0.*": "write degrees as a decimal number, as -1.2345",
    r"\u2212.*": "write the minus as -, the hyphen of the keyboard",
    r"[0-9.,]+\s*[a-z][a-z ]*": "write the number alone, without words or units",
    r".*[\u00b2\u00b3\u00b9\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\uff10-\uff19].*": (
        "write digits as 0 to 9"
    ),
    r".*[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff].*": (
        "take out the characters that do not show"
    ),
}
_IF_SUPPRESSED: Final = (
    " (small numbers are suppressed in it: ask for the counts themselves and mark the study "
    'data_class = "restricted", or leave the column out)'
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: what kind of value it holds and within which bounds."""

    name: str
    kind: Literal["text", "count", "number"]
    minimum: float = -np.inf
    maximum: float = np.inf
    choices: tuple[str, ...] = ()
    required: bool = True
    blank: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """A table: the column that identifies its rows, and its other columns."""

    index: str
    columns: tuple[Column, ...]


_PLACE: Final = (Column("lat", "number"), Column("lon", "number"))
_PLACE_IF_KNOWN: Final = tuple(replace(column, required=False, blank=True) for column in _PLACE)
LAT_RANGE: Final = (49.8, 60.9)  # of Great Britain; what lies beyond is a fault of a table
LON_RANGE: Final = (-8.7, 1.8)
DEGREES: Final = 180  # a coordinate beyond is in metres

AREAS: Final = Schema(
    "area_id",
    (
        Column("name", "text", required=False),
        Column("ward", "text", required=False),
        Column("authority_code", "text", required=False),
        Column("authority", "text", required=False),
        Column("upper_authority", "text", required=False),
        *_PLACE,
        Column("residents", "count", minimum=0),
        *(Column(band, "count", minimum=0, required=False) for band in AGE_BANDS),
        Column("disabled", "count", minimum=0, required=False),
        Column("imd_score", "number", minimum=0, required=False),
        Column("imd_rank", "count", minimum=1, required=False),
        Column("imd_decile", "count", minimum=1, maximum=10, required=False),
        Column("rural_urban", "text", choices=("Rural", "Urban"), required=False),
        *(Column(name, "count", minimum=0, required=False) for name in CENSUS_COUNTS),
    ),
)

SITES: Final = Schema(
    "site_id",
    (
        Column("name", "text"),
        Column("kind", "text"),
        Column("role", "text", choices=ROLES, required=False, blank=True),
        Column("status", "text", choices=SITE_STATUSES),
        Column("postcode", "text", required=False, blank=True),
        *_PLACE_IF_KNOWN,
        Column("entrances", "text", required=False, blank=True),
        Column("services", "text", blank=True),
        # All hospitals of England together have about as many.
        Column("beds", "count", minimum=0, maximum=100_000, blank=True, required=False),
        Column("authority", "text", required=False, blank=True),
        Column("closes", "text", required=False, blank=True),
        Column("outside_people", "count", minimum=0, blank=True, required=False),
        Column("source", "text", required=False),
    ),
)


def site_roles(sites: pd.DataFrame) -> pd.Series:
    """Return the role of each site: its own, or that of its kind; NaN where neither is known."""
    of_kind = sites["kind"].map(ROLE_OF_KIND)
    if "role" not in sites.columns:
        return of_kind
    return sites["role"].where(sites["role"].isin(ROLES), of_kind)


def role_faults(sites: pd.DataFrame) -> list[str]:
    """Return which kinds of site have no role, in words."""
    lost = sites.index[site_roles(sites).isna()]
    if lost.empty:
        return []
    kinds = sites.loc[lost, "kind"].unique()
    fault = (
        f"{len(lost)} of {len(sites)} sites ({name_some(lost)}) are of kinds without a role "
        f"({name_some(kinds)}). Add a column 'role': {', '.join(ROLES[:-1])} or {ROLES[-1]}"
    )
    return [fault]


def to_numbers(values: pd.Series) -> pd.Series:
    """Return values as float64: NaN for what is no plain decimal number, as for what is blank.

    Text such as `0x10`, `1_000`, `nan`, `True` or ` ` is no number; `inf` is none either.
    """
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        texts = (str(value).strip() for value in values.tolist())
        plain = [text if _NUMBER.fullmatch(text) else None for text in texts]
        values = pd.Series(plain, values.index, dtype=object, name=values.name)
    number = pd.to_numeric(values, errors="coerce").to_numpy("float64", na_value=np.nan)
    finite = np.where(np.isfinite(number), number, np.nan) + 0.0  # no minus zero
    return pd.Series(finite, values.index, name=values.name)


def number_note(values: pd.Series, advice: str = _IF_SUPPRESSED) -> str:
    """Return what to do about counts written as `<5` or `*`, and numbers as `52,6` or `12%`."""
    if values.empty:
        return ""
    text = values.dropna().astype("str").str.strip().str.lower()
    if text.str.fullmatch(_SUPPRESSED).any():
        return advice
    strange = text[~text.str.fullmatch(_NUMBER.pattern)]
    hints = [
        hint for form, hint in _IF_WRITTEN_OTHERWISE.items() if strange.str.fullmatch(form).any()
    ]
    return f" ({'; '.join(hints)})" if hints else ""


def raise_faults(faults: Iterable[str], *, source: str) -> None:
    """Raise one `InputError` that lists all faults; do nothing where there are none."""
    if listed := list(faults):
        raise InputError(list_faults(listed, source=source))


def type_faults(given: Mapping[str, object], kind: type) -> list[str]:
    """Return which of the values, by name, are of another type, such as a list for a frame."""
    return [
        f"{name}: give a {kind.__name__}, not a {type(value).__name__}"
        for name, value in given.items()
        if not isinstance(value, kind)
    ]


def require_columns(table: pd.DataFrame, names: Iterable[str], *, source: str) -> None:
    """Raise an InputError that names every column that a table lacks, or says it is no table."""
    raise_faults(type_faults({"table": table}, pd.DataFrame), source=source)
    found = ", ".join(map(str, table.columns))
    missing = [f"column '{name}' is missing; found {found}" for name in names if name not in table]
    raise_faults(missing, source=source)


def list_faults(faults: Sequence[str], *, source: str) -> str:
    """Return a message: one line for one fault, a list for several."""
    if len(faults) == 1:
        return f"{source}: {faults[0]}"
    more = [f"and {len(faults) - _MOST_FAULTS:,} more"] if len(faults) > _MOST_FAULTS else []
    return "\n  - ".join([f"{source}: {len(faults):,} faults", *faults[:_MOST_FAULTS], *more])


def share_text(share: float, decimals: int) -> str:
    """Write a share (0 to 1) in per cent, by the rule of `bounded_per_cent`."""
    sign, per_cent = bounded_per_cent(share, decimals)
    return f"{sign}{per_cent:.{decimals}f}%"


def bounded_per_cent(share: float, decimals: int) -> tuple[Literal["", "<", ">"], float]:
    """Return the per cent to write of a share, and whether it is less or more than that.

    What is neither none nor all is not written as 0 or 100: it is below the least that the decimals
    show, or above all but that.
    """
    least, written = 10.0**-decimals, round(_ALL * share, decimals)
    if share > 0 and written == 0:
        return "<", least
    if share < 1 and written == _ALL:
        return ">", _ALL - least
    return "", _ALL * share


def counted(count: int, noun: str) -> str:
    """Return a number of things in words: `1 area`, `1,203 areas`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def name_some(ids: Iterable[object]) -> str:
    """Name the first few ids of a list, with an ellipsis where there are more."""
    listed = [str(id_) for id_ in ids]
    return ", ".join(listed[:_MOST_IDS]) + (", ..." if len(listed) > _MOST_IDS else "")
