"""Limits, speeds, delays and periods."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from llrgeo.roads.rules.profile import table
from llrgeo.roads.speeds import (
    class_speeds,
    ferry_minutes,
    free_flow_mph,
    is_dual,
    multipliers,
    node_delay,
    obeyed_mph,
    pace_kph,
    parse_maxspeed,
    road_class,
    way_limit,
)

LIMITS = list(
    csv.DictReader((Path(__file__).parent / "roads/limit_cases.csv").read_text().splitlines())
)


@pytest.mark.parametrize("case", LIMITS, ids=lambda case: f"{case['text']} dual={case['dual']}")
def test_a_limit_is_read(case: dict[str, str]) -> None:
    limit = parse_maxspeed(case["text"], dual=case["dual"] == "yes")
    if case["mph"]:
        assert limit.mph == pytest.approx(float(case["mph"]), abs=0.005)
    else:
        assert limit.mph is None


def test_the_unit_at_the_end_of_a_list_is_that_of_all_of_it() -> None:
    assert parse_maxspeed("20;30 mph") == (20, "")
    assert parse_maxspeed("30 mph limit") == parse_maxspeed("30 mph")
    assert parse_maxspeed("National speed limit", dual=True).mph == 70


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("30", "maxspeed without unit, read as km/h"),
        ("none", "maxspeed=none"),
        ("300", "impossible maxspeed=300"),
        ("fast", "unknown maxspeed=fast"),
    ],
)
def test_an_odd_limit_is_noted(text: str, note: str) -> None:
    assert parse_maxspeed(text).note == note


@pytest.mark.parametrize(
    ("tags", "mph", "key"),
    [
        ({"maxspeed": "40 mph"}, 40, "maxspeed"),
        ({"maxspeed:type": "GB:nsl_single"}, 60, "maxspeed:type"),
        ({"source:maxspeed": "GB:nsl_dual"}, 70, "source:maxspeed"),
        ({"maxspeed": "signals", "maxspeed:type": "GB:motorway"}, 70, "maxspeed:type"),
        ({"maxspeed": "30 mph", "maxspeed:type": "GB:nsl_single"}, 30, "maxspeed"),
        ({"maxspeed": "30 mph", "maxspeed:forward": "20 mph"}, 20, "maxspeed:forward"),
        ({"maxspeed": "30 mph", "maxspeed:backward": "20 mph"}, 30, "maxspeed"),
        ({"maxspeed": "60 mph", "maxspeed:advisory": "20 mph"}, 20, "maxspeed"),
        ({"maxspeed": "30 mph", "maxspeed:advisory": "40 mph"}, 30, "maxspeed"),
        ({"maxspeed": "60 mph", "maxspeed:advisory:forward": "20 mph"}, 20, "maxspeed"),
        ({"maxspeed": "60 mph", "maxspeed:advisory:backward": "20 mph"}, 60, "maxspeed"),
        (
            {"maxspeed:advisory": "20 mph", "maxspeed:advisory:forward": "30 mph"},
            30,
            "maxspeed:advisory:forward",
        ),
        ({"maxspeed:hgv": "40 mph", "maxspeed:lanes": "20 mph|30 mph"}, None, ""),
        ({"maxspeed": "30 mph", "maxspeed:both_ways": "20 mph"}, 20, "maxspeed:both_ways"),
        ({"maxspeed:both_ways": "30 mph", "maxspeed:forward": "40 mph"}, 40, "maxspeed:forward"),
        ({"maxspeed": "60 mph", "maxspeed:motorcar": "50 mph"}, 50, "maxspeed:motorcar"),
        (
            {"maxspeed:forward": "60 mph", "maxspeed:motor_vehicle": "50 mph"},
            50,
            "maxspeed:motor_vehicle",
        ),
        ({"maxspeed": "30 mph", "maxspeed:motorcar:backward": "50 mph"}, 30, "maxspeed"),
        ({"maxspeed:variable": "obstruction"}, None, ""),
        ({}, None, ""),
    ],
)
def test_the_limit_of_a_direction_is_found(
    tags: dict[str, str], mph: float | None, key: str
) -> None:
    limit, found = way_limit(tags, "forward")
    assert (limit.mph, found) == (mph, key)


def test_the_national_limit_depends_on_the_carriageway() -> None:
    assert is_dual({"highway": "trunk"}, oneway=True)
    assert not is_dual({"highway": "trunk"}, oneway=False)
    assert not is_dual({"highway": "trunk", "junction": "roundabout"}, oneway=True)
    assert not is_dual({"highway": "residential"}, oneway=True)
    assert is_dual({"highway": "tertiary", "dual_carriageway": "yes"}, oneway=False)


def test_limits_are_driven_as_counted_in_free_flow() -> None:
    limits = np.array([20.0, 30.0, 60.0, 70.0, np.nan])
    single = obeyed_mph(limits[:3], np.zeros(3, dtype=bool))
    np.testing.assert_allclose(single, [20, 30, 49.8])
    dual = obeyed_mph(limits[[1, 3, 4]], np.ones(3, dtype=bool))
    np.testing.assert_allclose(dual, [30, 67.9, np.nan])


def test_a_stretch_is_as_fast_as_its_class_and_its_limit_allow() -> None:
    ways = pd.DataFrame(
        {
            "speed_class": ["secondary", "secondary", "unclassified", "primary", "motorway"],
            "limit_mph": [np.nan, 20.0, 60.0, np.nan, 70.0],
            "dual": [False, False, False, False, True],
            "roundabout": [False, False, False, True, False],
        }
    )
    mph = free_flow_mph(ways, np.array([0.0, 0.0, 0.0, 1.0, 0.0]))
    # a lane with the national limit on the map is one of the wider, but not as fast as its limit;
    # nobody drives a roundabout faster than 20
    np.testing.assert_allclose(mph, [40, 20, 42, 20, 67.9])


def test_a_main_road_in_a_town_is_driven_as_signed() -> None:
    signs = [
        ("primary_dual", 40.0, True, 40 * 0.9925),
        ("primary_dual", 70.0, True, 67.9),  # above the class's 55 where nothing is signed
        ("secondary", 40.0, False, 40 * (1 - 0.17 / 3)),
        ("secondary", 30.0, False, 30.0),
        ("tertiary", 60.0, False, 40.0),  # faster than those without a sign, and no faster
        ("tertiary", 40.0, False, 36.0),  # a lower sign makes it no faster than in the country
        ("tertiary", 60.0, True, 60 * 0.9775),
        ("unclassified", 60.0, False, 20.0),  # in a town it stays a street
        ("residential", 30.0, False, 18.0),  # a street between homes is slower than its limit
        ("unclassified", 40.0, False, 20.0),
        ("service", 5.0, False, 5.0),
        ("primary", np.nan, False, 27.0),
    ]
    ways = pd.DataFrame(signs, columns=["speed_class", "limit_mph", "dual", "mph"])
    ways["roundabout"] = False
    mph = free_flow_mph(ways.drop(columns="mph"), np.ones(len(ways)))
    np.testing.assert_allclose(mph, ways["mph"])


def test_a_lane_without_a_word_of_its_limit_is_a_narrow_one() -> None:
    ways = pd.DataFrame(
        {
            "speed_class": ["unclassified"] * 4 + ["tertiary"] * 2,
            "limit_mph": [np.nan, 40.0, 50.0, 60.0, np.nan, 50.0],
            "dual": False,
            "roundabout": False,
        }
    )
    mph = free_flow_mph(ways, np.zeros(len(ways)))
    fifty = 50 * (1 - 0.17 * 20 / 30)  # driven at 0.887 of it: 44.3, above both classes
    assert fifty > 42
    np.testing.assert_allclose(mph, [25, 25, 42, 42, 36, 40])


def test_every_class_is_faster_in_the_country_and_within_its_bounds() -> None:
    speeds = class_speeds()
    assert (speeds["urban_mph"] <= speeds["rural_mph"]).all()
    assert speeds["rural_mph"].between(speeds["low_mph"], speeds["high_mph"]).all()
    assert speeds["urban_mph"].between(speeds["low_mph"], speeds["high_mph"]).all()
    assert class_speeds().loc["trunk_dual", "rural_mph"] == 64
    assert class_speeds().loc["residential", "urban_mph"] == 18


def test_every_delay_is_within_its_bounds_and_has_a_source() -> None:
    delays = table("delays")
    seconds, low, high = (delays[name].astype(float) for name in ("seconds", "low_s", "high_s"))
    assert seconds.between(low, high).all()
    for name in (
        "speeds",
        "delays",
        "periods",
        "obeyed",
        "limits",
        "access_values",
        "services",
        "keys",
        "point_features",
    ):
        assert (table(name)["source"] != "").all(), name


@pytest.mark.parametrize(
    ("tags", "name"),
    [
        ({"highway": "trunk", "oneway": "yes"}, "trunk_dual"),
        ({"highway": "trunk"}, "trunk"),
        ({"highway": "service", "service": "parking_aisle"}, "service_slow"),
        ({"highway": "service", "service": "alley"}, "service_slow"),
        ({"highway": "service"}, "service"),
        ({"highway": "footway"}, "other"),
        ({"route": "ferry"}, "ferry"),
    ],
)
def test_a_way_has_a_row_of_the_speed_table(tags: dict[str, str], name: str) -> None:
    assert road_class(tags, dual=is_dual(tags, oneway="oneway" in tags)) == name
    assert name in class_speeds().index


def test_peaks_are_slower_than_the_day_and_night_is_free() -> None:
    slower = multipliers(pd.Series(["motorway", "primary", "residential", "ferry"]))
    assert (slower["night"] == 1).all()
    assert slower.loc[1].to_dict() == {
        "off_peak": 1.16, "am_peak": 1.20, "pm_peak": 1.26, "night": 1.0
    }  # fmt: skip
    on_roads = slower.iloc[:3]
    assert (on_roads["pm_peak"] > on_roads["am_peak"]).all()
    assert (on_roads["am_peak"] > on_roads["off_peak"]).all()
    assert (slower.loc[3] == 1).all()


@pytest.mark.parametrize(
    ("tags", "seconds", "direction"),
    [
        ({"highway": "traffic_signals"}, 4, ""),
        ({"highway": "traffic_signals", "traffic_signals:direction": "backward"}, 4, "backward"),
        ({"highway": "crossing", "crossing": "traffic_signals"}, 1.5, ""),
        ({"highway": "crossing"}, 0.5, ""),
        ({"highway": "stop", "direction": "forward"}, 2, "forward"),
        ({"highway": "give_way"}, 1, ""),
        ({"highway": "mini_roundabout"}, 1.5, ""),
        ({"barrier": "gate"}, 20, ""),
        ({"traffic_calming": "hump"}, 1, ""),
        ({"traffic_calming": "no"}, 0, ""),
        ({"railway": "level_crossing"}, 10, ""),
        ({"barrier": "cattle_grid"}, 0, ""),
    ],
)
def test_points_delay_cars(tags: dict[str, str], seconds: float, direction: str) -> None:
    assert node_delay(tags, "car") == (seconds, direction)
    assert node_delay(tags, "walk").seconds == 0


def test_paces_of_walkers_and_cyclists() -> None:
    assert pace_kph("walk", {"highway": "footway"}) == 4.8
    assert pace_kph("walk_slow", {"highway": "footway"}) == 3.2
    assert pace_kph("walk", {"highway": "steps"}) == 2.4
    assert pace_kph("cycle", {"highway": "tertiary"}) == 16
    assert pace_kph("cycle", {"highway": "path", "bicycle": "dismount"}) == 4.8


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("20", 20), ("00:20", 20), ("1:05:00", 65), ("PT1H20M", 80), ("PT30S", 0.5), ("0", None),
        ("00:00", None), ("P0DT0H20M", 20), ("P1DT2H", 1_560), ("PT1.5H", 90), ("2.5", 2.5),
        ("20 min", 20), ("45 mins", 45), ("1 h", 60), ("1 hour 20 minutes", 80),
    ],
)  # fmt: skip
def test_durations_of_ferries_are_read(text: str, minutes: float | None) -> None:
    assert ferry_minutes(text) == minutes


@pytest.mark.parametrize("text", ["", "soon", "PT"])
def test_what_is_no_duration_is_none(text: str) -> None:
    assert ferry_minutes(text) is None
