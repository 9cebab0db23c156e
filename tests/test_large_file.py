"""The maker of large extracts: as like its source as it says, and readable by us and by osmium."""

import sys
from pathlib import Path

import osmium
import pytest

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))

import made_up_county
from large_extract import likeness
from large_file import RESTRICTIONS, tile

from llrgeo.roads.osm_files.extract import read_extracts


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("large")
    source, target = folder / "source.osm.pbf", folder / "target.osm.pbf"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("ACROSS", 8), ("UP", 7), ("HOUSES", 40), ("FIELDS", 30)):
            patch.setattr(made_up_county, name, value)
        made_up_county.draw_county(source)
    assert tile(source, target, 3 * source.stat().st_size / 1e6) == 3
    return source, target


def test_copies_are_as_like_as_can_be(files: tuple[Path, Path]) -> None:
    own, made = map(likeness, files)
    assert made.pop("restrictions by streets") > own.pop("restrictions by streets") == 0
    assert made == pytest.approx(own)


def test_ids_ascend_and_copies_lie_apart(files: tuple[Path, Path]) -> None:
    one, three = (read_extracts([path]) for path in files)
    assert len(three.node_ids) == 3 * len(one.node_ids)
    assert len(three.ways) == 3 * len(one.ways)
    assert len(three.restrictions) == 3 * RESTRICTIONS
    assert len({tuple(way.nodes) for way in three.ways}) == len(three.ways)
    kinds = [(one.type_str(), one.id) for one in osmium.FileProcessor(str(files[1]))]
    order = [("nwr".index(kind), number) for kind, number in kinds]
    assert order == sorted(set(order))
    # The second copy is one outline farther east.
    here, there = (three.lon[number :: len(one.lon)][:2] for number in (0, len(one.lon) // 2))
    step = made_up_county.STEP_DEG[0] * 8
    assert there[1] - there[0] == pytest.approx(step, abs=1e-6)
    assert here[1] - here[0] == pytest.approx(step, abs=1e-6)
    assert {way.tags["name"][-2:] for way in three.ways if "name" in way.tags} == {" 0", " 1", " 2"}
