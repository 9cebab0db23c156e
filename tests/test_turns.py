"""The graph with turns against an edge-based search, on random towns and on a real county."""

import random
from pathlib import Path

import pytest
from examples import dear
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from road_maps import Map
from turn_reference import Expanded, Reference

from llrgeo.roads.osm import Assembly, assemble
from llrgeo.roads.osm_files.elements import Member, Restriction
from llrgeo.roads.osm_files.extract import Extract, read_extracts
from llrgeo.roads.turns import _arms, _right_turns, model_turns

KINDS = ("no_right_turn", "only_straight_on", "no_left_turn", "only_left_turn", "no_u_turn")


def differences(made: Assembly, starts: list[int]) -> list[tuple[int, int, int, int]]:
    """List (from, to, expanded, reference) of all places whose milliseconds differ."""
    right = _right_turns(made.edges, made.places, _arms(made.edges, len(made.places)))
    pairs = set(zip(right["arrive"].tolist(), right["leave"].tolist(), strict=True))
    reference = Reference(made, pairs)
    expanded = Expanded(model_turns(made.edges, made.places, made.rules, "car"), made.places)
    found = []
    for start in starts:
        expected, got = reference.from_place(start), expanded.from_place(start)
        found += [
            (start, place, got.get(place, -1), expected.get(place, -1))
            for place in sorted(set(expected) | set(got))
            if got.get(place) != expected.get(place) and place != start
        ]
    return found


def with_restrictions(extract: Extract, seed: int, number: int) -> Extract:
    """Return an extract with random turn restrictions, a third of them over a way."""
    chance = random.Random(seed)
    at: dict[int, list[int]] = {}
    for row, way in enumerate(extract.ways):
        for node in {int(way.nodes[0]), int(way.nodes[-1])}:
            at.setdefault(node, []).append(row)
    nodes = sorted(node for node, ways in at.items() if len(ways) > 1)
    made = []
    for relation in range(number):
        node = chance.choice(nodes)
        source, target = chance.sample(at[node], 2)
        via = [Member("n", node, "via")]
        if relation % 3 == 0:
            middle = extract.ways[target]
            far = int(middle.nodes[-1] if middle.nodes[0] == node else middle.nodes[0])
            via, target = [Member("w", middle.id, "via")], chance.choice(at[far])
        members = (
            Member("w", extract.ways[source].id, "from"),
            *via,
            Member("w", extract.ways[target].id, "to"),
        )
        tags = {"type": "restriction", "restriction": chance.choice(KINDS)}
        made.append(Restriction(relation, tags, members))
    return Extract(
        extract.node_ids,
        extract.lon,
        extract.lat,
        extract.points,
        extract.ways,
        made,
        extract.date,
    )


CLASSES = ("residential", "residential", "secondary", "service")
ACCESS = ("yes", "yes", "yes", "yes", "private")


@st.composite
def towns(draw: st.DrawFn) -> Map:
    """Draw a town of 3 x 3 crossroads with random classes, directions, private roads and gates."""
    step = draw(st.sampled_from([20.0, 150.0, 900.0]))
    drawn = Map({f"p{i}{j}": (i * step, j * step * 0.9) for i in range(3) for j in range(3)})
    number = 0
    for i in range(3):
        for j in range(3):
            for k, m in ((i + 1, j), (i, j + 1)):
                if k < 3 and m < 3 and draw(st.integers(0, 7)):
                    number += 1
                    tags = {
                        "highway": draw(st.sampled_from(CLASSES)),
                        "access": draw(st.sampled_from(ACCESS)),
                        "oneway": draw(st.sampled_from(["no", "no", "no", "yes"])),
                    }
                    drawn.tagged(number, f"p{i}{j} p{k}{m}", tags)
    if draw(st.booleans()):
        drawn.point("p11", {"barrier": "gate", "access": "private"})
    return drawn


@settings(
    dear(40), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(drawn=towns(), seed=st.integers(0, 10_000), number=st.integers(0, 6))
def test_random_towns_are_driven_as_the_edge_based_search_drives_them(
    tmp_path: Path, drawn: Map, seed: int, number: int
) -> None:
    extract = read_extracts([drawn.write(tmp_path / "town.osm")])
    if len(extract.ways) < 4:
        return
    made = assemble(with_restrictions(extract, seed, number), "car")
    assert differences(made, list(range(len(made.places)))) == []


@pytest.mark.reference
@pytest.mark.slow
def test_a_county_with_random_restrictions_is_driven_as_the_edge_based_search_drives_it(
    reference: Path,
) -> None:
    extract = read_extracts([reference / "data/osm/rutland-2018.osm.pbf"])
    made = assemble(with_restrictions(extract, seed=1, number=300), "car")
    assert made.counts["restrictions applied"] > 100
    assert max(len(rule.course) for rule in made.rules) > 2
    starts = random.Random(2).sample(range(len(made.places)), 12)
    assert differences(made, starts) == []
