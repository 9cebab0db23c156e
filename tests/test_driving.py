"""Access and direction: one test a rule of `roads/access_cases.csv`."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from llrgeo.errors import NetworkError
from llrgeo.modes import MODES, STREET_MODES, Mode
from llrgeo.roads.rules.clearance import metres
from llrgeo.roads.rules.driving import node_access, way_access
from llrgeo.roads.rules.profile import rules
from llrgeo.roads.speeds import pace_kph

CASES = list(
    csv.DictReader((Path(__file__).parent / "roads/access_cases.csv").read_text().splitlines())
)


def tags_of(text: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in text.split(" & ") if pair)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['mode']}: {case['rule']}")
def test_the_tags_allow_what_the_rule_says(case: dict[str, str]) -> None:
    read = way_access if case["what"] == "way" else node_access
    assert read(tags_of(case["tags"]), case["mode"]).code == case["expected"]


def test_no_case_stands_twice() -> None:
    tags = [(case["what"], case["mode"], case["tags"]) for case in CASES]
    assert len(set(tags)) == len(tags) > 190


@pytest.mark.parametrize(
    ("tags", "note"),
    [
        ("highway=road", "doubtful highway=road"),
        ("highway=boulevard", "doubtful highway=boulevard"),
        ("highway=escape", "doubtful highway=escape"),
        ("highway=motorway_link", "motorway_link without oneway, taken as two-way"),
        ("highway=residential & oneway=reverse", "oneway=reverse, taken as -1"),
        ("highway=residential & access=whatever", "unknown access=whatever"),
        ("highway=Residential", "highway=Residential read as residential"),
        ("highway=tertiary;residential", "highway=tertiary;residential read as residential"),
        ("highway=residential & maxheight=low", "unknown maxheight=low"),
    ],
)
def test_odd_tags_are_noted(tags: str, note: str) -> None:
    assert way_access(tags_of(tags), "car").notes == (note,)


def test_an_untagged_gate_and_an_unknown_barrier_are_noted() -> None:
    assert node_access({"barrier": "gate"}, "car").notes
    assert node_access({"barrier": "portcullis"}, "car").notes == ("unknown barrier=portcullis",)
    assert not node_access({"barrier": "gate", "access": "yes"}, "car").notes
    stop = node_access({"highway": "bus_stop", "access": "no"}, "car")
    assert stop.notes == ("access tags of highway=bus_stop, not of the street",)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("2.1", 2.1),
        ("2.1 m", 2.1),
        ("2,1 metres", 2.1),
        ("195 cm", 1.95),
        ("6'6\"", 1.98),
        ("6’6”", 1.98),  # noqa: RUF001 (as typed on maps)
        ("7'", 2.13),
        ("6 ft 6 in", 1.98),
        ("6 ft", 1.83),
        ('78"', 1.98),
    ],
)
def test_heights_are_read_in_metres_and_in_feet(text: str, size: float) -> None:
    assert metres(text) == pytest.approx(size, abs=0.005)


@pytest.mark.parametrize("text", ["default", "none", "below_default", ""])
def test_what_is_no_height_is_none(text: str) -> None:
    assert metres(text) is None


def test_every_mode_has_rules_and_no_other_has() -> None:
    assert [rules(mode).mode for mode in STREET_MODES] == list(STREET_MODES)
    with pytest.raises(NetworkError, match="no travel mode 'horse'; there are car, walk"):
        rules("horse")


def test_a_mode_without_rules_of_its_own_has_those_of_its_streets(monkeypatch):
    monkeypatch.setitem(MODES, "e_bike", Mode("e_bike", streets="cycle", speed_kph=20.0))
    monkeypatch.setattr("llrgeo.roads.rules.profile.STREET_MODES", (*STREET_MODES, "e_bike"))
    assert replace(rules("e_bike"), mode="cycle") == rules("cycle")
    assert pace_kph("e_bike", {"highway": "residential"}) == 20.0
    assert pace_kph("e_bike", {"highway": "pedestrian"}) == 4.8  # pushed
    rules.cache_clear()
