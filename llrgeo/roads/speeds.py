"""Speeds and delays: parse speed limits; speeds by class and period from tables with sources."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from llrgeo.arrays import Bools, Floats
from llrgeo.modes import MODES, WALK_KPH
from llrgeo.roads.network import PERIODS
from llrgeo.roads.rules.profile import table

MPH_IN_KPH: Final = 1.609344
HIGHEST_MPH: Final = 90.0

_NO_LIMIT: Final = {"", "none", "signals", "variable", "fixme", "unknown", "sign", "signed"}
_NUMBER: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph|kmph|knots?)?")
_UNITS_MPH: Final = {"mph": 1.0, "knot": 1.852 / MPH_IN_KPH}  # others are km/h
_PLAIN: Final = re.compile(r"\d+(?:\.\d+)?")
_DURATION: Final = re.compile(
    r"p?\s*(?:(\d+)\s*d(?:ays?)?)?\s*t?\s*(?:(\d+(?:\.\d+)?)\s*h(?:rs?|ours?)?)?\s*"
    r"(?:(\d+(?:\.\d+)?)\s*m(?:ins?|inutes?)?)?\s*(?:(\d+(?:\.\d+)?)\s*s(?:ecs?|econds?)?)?"
)
_ZONE: Final = re.compile(r"(?:(\d+)(?:_?mph)?[_:]?zone|zone[_:]?(\d+)(?:_?mph)?)")
_COUNTRY: Final = re.compile(r"^(?:gb|uk)(?:-([a-z]{3}))?:")
_OF_CARS: Final = ("maxspeed:motorcar", "maxspeed:motor_vehicle", "maxspeed")
_ADVISED: Final = "maxspeed:advisory"
_SOURCES: Final = ("maxspeed:type", "source:maxspeed", "zone:traffic", "zone:maxspeed")
_STRATEGIC: Final = ("motorway", "trunk")
_LOCAL: Final = ("primary", "secondary")
_DUAL: Final = {"trunk", "primary"}
_SLOW_SERVICES: Final = {"driveway", "parking_aisle", "drive-through", "alley"}
_OTHER: Final = {"pedestrian", "footway", "path", "cycleway", "bridleway", "steps"}
_FAST_LIMIT_MPH: Final = 50.0  # a minor road with such a limit or a higher one is a wide one
_ROUNDABOUT_MPH: Final = 20.0
_DELAY_KEYS: Final = {
    ("highway", "traffic_signals"): "traffic_signals",
    ("highway", "mini_roundabout"): "mini_roundabout",
    ("highway", "stop"): "stop",
    ("highway", "give_way"): "give_way",
    ("crossing", "traffic_signals"): "signal_crossing",
    ("highway", "crossing"): "crossing",
    ("railway", "level_crossing"): "level_crossing",
}
_STEPS_SHARE: Final = 0.5


class Limit(NamedTuple):
    """A speed limit in miles an hour (None if none is known), and a note if the tag is odd."""

    mph: float | None
    note: str = ""


class Delay(NamedTuple):
    """A delay at a point on a way: seconds, and the direction it holds for (empty: both)."""

    seconds: float
    direction: str = ""


def parse_maxspeed(text: str, *, dual: bool = False) -> Limit:
    """Read a limit as tagged in the United Kingdom.

    Parameters
    ----------
    text
        `30 mph`, `48` (km/h), `national`, `GB:nsl_single`, `30 mph;40 mph` (the lower) ...
    dual
        Whether the carriageway is one of two, which decides the national limit.

    Returns
    -------
    Limit
        None where the text states no limit, or one that cannot be (0, or above 90 mph).
    """
    pointed = re.sub(r"(?<=\d),(?=\d\b)", ".", text.lower())  # 30,5 mph is no list
    parts = [part.strip() for part in re.split(r"[;|,]", pointed)]
    # A unit at the end of a list applies to all of it: `20;30 mph`.
    unit = " mph" if parts[-1].endswith("mph") else ""
    limits = [_one_limit(part + unit * part.isdecimal(), dual=dual) for part in parts]
    notes = [limit.note for limit in limits if limit.note]
    stated = [limit.mph for limit in limits if limit.mph is not None]
    return Limit(min(stated, default=None), notes[0] if notes else "")


def way_limit(tags: Mapping[str, str], direction: str, *, dual: bool = False) -> tuple[Limit, str]:
    """Return the limit of a way in a direction, and the key that states it (empty: none does)."""
    note = ""
    # Limits for cars before those for all vehicles, of each those of the direction before those of
    # both; then the tags of a limit's source.
    own = (f"{key}{way}" for key in _OF_CARS for way in (f":{direction}", ":both_ways", ""))
    for key in (*own, *_SOURCES):
        if key in tags:
            limit = parse_maxspeed(tags[key], dual=dual)
            note = note or ("" if key in _SOURCES else limit.note)
            if limit.mph is not None:
                advised, _ = _advised(tags, direction, dual=dual)
                return Limit(min(limit.mph, advised or limit.mph), note), key
    advised, key = _advised(tags, direction, dual=dual)
    return Limit(advised, note), key


def _advised(tags: Mapping[str, str], direction: str, *, dual: bool) -> tuple[float | None, str]:
    """Return the speed advised in a direction, its own before that of both, and its key."""
    for key in (f"{_ADVISED}:{direction}", f"{_ADVISED}:both_ways", _ADVISED):
        mph = parse_maxspeed(tags.get(key, ""), dual=dual).mph
        if mph is not None:
            return mph, key
    return None, ""


def is_dual(tags: Mapping[str, str], *, oneway: bool) -> bool:
    """Return whether a way is one side of a dual carriageway."""
    if "dual_carriageway" in tags:
        return tags["dual_carriageway"] == "yes"
    rural_class = tags.get("highway") in {"motorway", "trunk", "primary", "secondary"}
    return oneway and rural_class and "junction" not in tags


def road_class(tags: Mapping[str, str], *, dual: bool) -> str:
    """Return the row of the table of class speeds that a way belongs to."""
    highway = tags.get("highway", "ferry")
    if highway in _DUAL and dual:
        return f"{highway}_dual"
    if highway == "service" and tags.get("service") in _SLOW_SERVICES:
        return "service_slow"
    return "other" if highway in _OTHER else highway


@cache
def class_speeds() -> pd.DataFrame:
    """Return miles an hour by road class: `rural_mph`, `urban_mph` and the bounds of either.

    `signed_mph` replaces `rural_mph` where a limit of 50 mph or more is posted; NaN does not.
    """
    rows = table("speeds").set_index("road_class").drop(columns=["posted", "source"])
    return rows.replace("", "nan").astype(float)


@cache
def _signed_classes() -> frozenset[str]:
    """Return the classes that are driven at their limit where one is posted."""
    rows = table("speeds")
    return frozenset(rows.loc[rows["posted"] == "driven", "road_class"])


def obeyed_mph(limit_mph: Floats, dual: Bools) -> Floats:
    """Return the free-flow speeds driven under limits, shape (ways,); NaN stays NaN."""
    rows = table("obeyed").astype({"limit_mph": float, "share": float})
    shares = [
        np.interp(limit_mph, part["limit_mph"], part["share"])
        for part in (rows[rows["carriageway"] == "single"], rows[rows["carriageway"] == "dual"])
    ]
    mph: Floats = limit_mph * np.where(dual, shares[1], shares[0])
    return mph


def free_flow_mph(ways: pd.DataFrame, town_share: Floats) -> Floats:
    """Return the free-flow speed of stretches of road: by limit on main roads, else by class.

    Parameters
    ----------
    ways
        `speed_class`, `limit_mph` (NaN: none known), `dual`, `roundabout`.
    town_share
        Share of each stretch's length that lies in a town.
    """
    speeds = class_speeds().loc[ways["speed_class"]]
    limit, dual = ways["limit_mph"].to_numpy(float), ways["dual"].to_numpy(bool)
    limited = obeyed_mph(limit, dual)
    # Mappers tag the limits of the wider roads of a class first: lanes and minor roads tagged with
    # the national limit are driven faster than those without a tag.
    wide = (limit >= _FAST_LIMIT_MPH) & ~dual & speeds["signed_mph"].notna().to_numpy()
    rural = np.where(wide, speeds["signed_mph"], speeds["rural_mph"])
    country, town = np.fmin(rural, limited), np.fmin(speeds["urban_mph"].to_numpy(), limited)
    # Times add up along a road, speeds do not: the harmonic mean over town and country.
    mph = 1 / ((1 - town_share) / country + town_share / town)
    # A main road is driven at its limit, in towns too, but on single carriageways no faster than
    # its class outside towns, because a limit of 60 mph does not mean that there are no bends.
    signed = np.where(dual, limited, np.fmin(rural, limited))
    lifts = ways["speed_class"].isin(_signed_classes()).to_numpy() & ~np.isnan(limit)
    mph = np.where(lifts, signed, mph)
    return np.where(ways["roundabout"], np.minimum(mph, _ROUNDABOUT_MPH), mph)


def pace_kph(mode: str, tags: Mapping[str, str]) -> float:
    """Return the speed (km/h) of a walker or cyclist on a way; on a ferry, that of the ferry."""
    highway = tags.get("highway")
    if highway is None:
        sailed: float = class_speeds()["rural_mph"].to_dict()["ferry"]
        return sailed * MPH_IN_KPH
    if MODES[mode].streets == "cycle" and (
        tags.get("bicycle") == "dismount" or highway == "pedestrian"
    ):
        return WALK_KPH
    share = _STEPS_SHARE if highway == "steps" else 1.0
    return (MODES[mode].speed_kph or WALK_KPH) * share


def multipliers(classes: pd.Series) -> pd.DataFrame:
    """Return the factors by which periods lengthen free-flow times, one column a period."""
    periods = table("periods").astype({"multiplier": float})
    # Stretches are many, classes few: each class is looked up once.
    code, kinds = pd.factorize(classes)
    group = np.select(
        [kinds.str.startswith(_STRATEGIC), kinds.str.startswith(_LOCAL), kinds != "ferry"],
        ["strategic", "local", "minor"],
        default="all",
    )
    columns = {}
    for name in PERIODS:
        # A group without a row of its own uses the row of all roads.
        rows = periods[periods["period"] == name].set_index("roads")["multiplier"]
        columns[name] = pd.Series(group).map(rows).fillna(rows.get("all", 1.0)).to_numpy()[code]
    return pd.DataFrame(columns, index=classes.index)


@cache
def delays() -> dict[str, float]:
    """Return the seconds of every delay of the profile."""
    rows = table("delays")
    return dict(zip(rows["delay"], rows["seconds"].astype(float), strict=True))


@cache
def _barrier_delays() -> dict[str, str]:
    rows = table("barriers")
    return dict(zip(rows["barrier"], rows["delay"], strict=True))


def node_delay(tags: Mapping[str, str], mode: str) -> Delay:
    """Return the delay of a car at a tagged point on a way; other modes are not delayed."""
    if mode != "car":
        return Delay(0.0)
    names = [name for (key, value), name in _DELAY_KEYS.items() if tags.get(key) == value]
    if "traffic_calming" in tags and tags["traffic_calming"] != "no":
        names.append("traffic_calming")
    if barrier := _barrier_delays().get(tags.get("barrier", "")):
        names.append(barrier)
    direction = tags.get("traffic_signals:direction", tags.get("direction", ""))
    # A point delays once: a signal at a crossing is one signal.
    seconds = max((delays()[name] for name in names), default=0.0)
    return Delay(seconds, direction if direction in {"forward", "backward"} else "")


def ferry_minutes(text: str) -> float | None:
    """Parse the minutes of a crossing: `20`, `00:20`, `PT1H20M`, `1 h 20 min`; None if none."""
    text = text.strip().lower()
    if found := re.fullmatch(r"(\d+):(\d{2})(?::(\d{2}))?", text):
        days, hours, minutes, seconds = ("0", *found.groups())
    elif found := _DURATION.fullmatch(text):
        days, hours, minutes, seconds = found.groups()
    else:
        days, hours, minutes, seconds = "0", "0", text if _PLAIN.fullmatch(text) else "0", "0"
    whole = [float(part or 0) for part in (days, hours, minutes, seconds)]
    return (whole[0] * 1_440 + whole[1] * 60 + whole[2] + whole[3] / 60) or None


def _one_limit(text: str, *, dual: bool) -> Limit:
    text = re.sub(r"\s(?:speed )?limit$", "", text)
    if text in _NO_LIMIT:
        return Limit(None, "maxspeed=none" if text == "none" else "")
    country = _COUNTRY.match(text)
    name = re.sub(r"[\s-]+", "_", _COUNTRY.sub("", text))
    nation = f"{country[1]}:" if country and country[1] else ""
    # A nation's own limit has precedence: restricted roads are 20 in Wales.
    named = _named_limits().get(nation + name) or _named_limits().get(name)
    if named is not None:
        return Limit(named[int(dual)])
    if zone := _ZONE.fullmatch(name):
        return Limit(float(zone[1] or zone[2]))
    number = _NUMBER.fullmatch(_COUNTRY.sub("", text))
    if not number:
        return Limit(None, f"unknown maxspeed={text}")
    # British signs are in miles, even if the mapper left out the unit (`GB:20`).
    unit = number[2] or ("mph" if country else "km/h")
    mph = float(number[1]) * _UNITS_MPH.get(unit.removesuffix("s"), 1 / MPH_IN_KPH)
    if not 0 < mph <= HIGHEST_MPH:
        return Limit(None, f"impossible maxspeed={text}")
    return Limit(mph, "" if number[2] or country else "maxspeed without unit, read as km/h")


@cache
def _named_limits() -> dict[str, tuple[float, float]]:
    rows = table("limits")
    return {
        text: (float(single), float(dual))
        for text, single, dual in zip(
            rows["text"], rows["single_mph"], rows["dual_mph"], strict=True
        )
    }
