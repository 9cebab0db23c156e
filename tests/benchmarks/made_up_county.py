"""Draw a small extract of OpenStreetMap with the counts of a real one: a county that is not there.

Counts are those of Rutland's extract of 2018: elements, streets and their nodes, other ways, and
how many streets have which tags. Streets are a grid of bent ones between crossroads.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import osmium
from osmium.osm import mutable

ACROSS, UP = 54, 42  # crossroads
STEP_DEG = np.array([0.0073, 0.0056])
CORNER = np.array([-0.82, 52.52])
BENDS = 6  # nodes of a street between two crossroads
HOUSES, FIELDS = 2_507, 3_500
CLASSES = {
    "service": 0.2, "residential": 0.2, "footway": 0.2, "track": 0.12, "unclassified": 0.1,
    "tertiary": 0.06, "bridleway": 0.05, "primary": 0.03, "secondary": 0.02, "trunk": 0.02,
}  # fmt: skip
# How many streets have a tag, and which values there are.
TAGS = {
    "name": (0.39, [f"Invented Street {n}" for n in range(900)]),
    "source": (0.21, ["survey", "Bing", "OS OpenData"]),
    "surface": (0.16, ["asphalt", "gravel", "grass", "paved"]),
    "foot": (0.11, ["yes", "designated"]),
    "oneway": (0.1, ["yes", "no", "-1"]),
    "maxspeed": (0.08, ["30 mph", "40 mph", "60 mph", "national", "20 mph"]),
    "ref": (0.07, [f"B{n}" for n in range(600, 660)]),
    "access": (0.05, ["private", "permissive", "no", "destination"]),
    "lit": (0.05, ["yes", "no"]),
    "lanes": (0.03, ["1", "2"]),
    "bridge": (0.03, ["yes"]),
}
POINTS = {"barrier": ["gate", "bollard", "cattle_grid"], "highway": ["crossing", "traffic_signals"]}
POINT_SHARE = 0.02  # of the nodes of streets


def draw_county(path: Path) -> None:
    """Write the county as a PBF file."""
    rng = np.random.default_rng(7)
    header = osmium.io.Header()
    far = CORNER + STEP_DEG * (ACROSS, UP)
    header.add_box(osmium.osm.Box(*CORNER, *far))
    places: list[np.ndarray] = []
    lines = [*streets(places), *outlines(rng, places)]
    xy = np.concatenate(places) + rng.normal(0, 1e-5, (sum(map(len, places)), 2))
    # Ids are given in runs, as when somebody draws a street.
    ids = np.cumsum(np.where(rng.random(len(xy)) < 0.8, 1, rng.integers(1, 60_000, len(xy))))
    of_streets = 1 + max(int(nodes.max()) for nodes, is_street in lines if is_street)
    with osmium.SimpleWriter(str(path), header=header, overwrite=True) as writer:
        for row, (number, at) in enumerate(zip(ids.tolist(), xy.tolist(), strict=True)):
            is_point = row < of_streets and rng.random() < POINT_SHARE
            writer.add_node(
                mutable.Node(id=number, location=at, tags=point(rng) if is_point else {})
            )
        for row, (nodes, is_street) in enumerate(lines):
            tags = street(rng) if is_street else {"building": "yes"} if len(nodes) == 5 else FIELD
            writer.add_way(mutable.Way(id=9 * row + 1, nodes=ids[nodes].tolist(), tags=tags))
        writer.add_relation(mutable.Relation(id=1, members=[("w", 1, "")], tags={"type": "route"}))


FIELD = {"landuse": "farmland", "source": "Bing"}


def streets(places: list[np.ndarray]) -> Iterator[tuple[np.ndarray, bool]]:
    """Yield the nodes of each street, and that it is one; places of nodes go into the list."""
    cross = np.stack(np.divmod(np.arange(ACROSS * UP), UP), axis=1)
    places.append(CORNER + cross * STEP_DEG)
    count = len(cross)
    for step in ((1, 0), (0, 1)):
        for tail in np.flatnonzero(((cross + step) < (ACROSS, UP)).all(axis=1)):
            head = tail + step[0] * UP + step[1]
            along = np.linspace(0, 1, BENDS + 2)[1:-1, None]
            places.append(CORNER + (cross[tail] + along * step) * STEP_DEG)
            yield np.array([tail, *range(count, count + BENDS), head]), True
            count += BENDS


def outlines(
    rng: np.random.Generator, places: list[np.ndarray]
) -> Iterator[tuple[np.ndarray, bool]]:
    """Yield the nodes of each house and each field, and that it is no street."""
    count = sum(map(len, places))
    for corners in [4] * HOUSES + [21] * FIELDS:
        middle = CORNER + rng.uniform(0, 1, 2) * STEP_DEG * (ACROSS, UP)
        angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
        size = 1e-4 if corners == 4 else 2e-3
        places.append(middle + size * np.stack([np.cos(angle), np.sin(angle)], axis=1))
        yield np.array([*range(count, count + corners), count]), False
        count += corners


def street(rng: np.random.Generator) -> dict[str, str]:
    """Return the tags of a street."""
    kind = str(rng.choice(list(CLASSES), p=list(CLASSES.values())))
    own = {key: str(rng.choice(of)) for key, (share, of) in TAGS.items() if rng.random() < share}
    return {"highway": kind, **own}


def point(rng: np.random.Generator) -> dict[str, str]:
    """Return the tags of a point of a street."""
    key = str(rng.choice(list(POINTS)))
    return {key: str(rng.choice(POINTS[key]))}
