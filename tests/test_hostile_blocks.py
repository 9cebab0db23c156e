"""Blocks and cached matrices that were damaged are computed again, or refused by who reads them."""

import numpy as np
import pandas as pd
import pytest

from llrgeo.errors import InputError
from llrgeo.travel.cache import load_or_compute
from llrgeo.travel.dataset import Dataset, write_dataset
from llrgeo.travel.routers import NetworkRouter
from llrgeo.travel.times import load_travel_times


@pytest.fixture
def written(town_network, town_areas, town_sites, tmp_path):
    """Write the town's matrix in 2 x 2 blocks; return what writes it again, and the blocks."""

    def write():
        blocks = Dataset(tmp_path / "blocks", origins=3, destinations=2)
        router = NetworkRouter(town_network, max_snap_m=300)
        ends = town_areas.geometry, town_sites.geometry
        return write_dataset(router, *ends, blocks, period="off_peak")

    return write, write()


def flip(content, at):
    return content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :]


DAMAGE = {
    "garbage": lambda path: path.write_bytes(b"garbage"),
    "nothing": lambda path: path.write_bytes(b""),
    "a cut": lambda path: path.write_bytes(path.read_bytes()[:-9]),
    "a bit": lambda path: path.write_bytes(flip(path.read_bytes(), 77)),
    "no file": lambda path: path.unlink(),
    "another block": lambda path: path.write_bytes(
        (path.parent / "areas-0000003-sites-000002.parquet").read_bytes()
    ),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_block_is_refused_and_computed_again(written, damage):
    write, blocks = written
    before = blocks[1].read_bytes()
    damage(blocks[1])
    with pytest.raises(InputError, match=r"1 blocks are missing or not what was written \(areas-0"):
        load_travel_times(blocks[1].parent)
    assert write() == [blocks[1]]
    assert blocks[1].read_bytes() == before
    assert write() == []
    assert load_travel_times(blocks[1].parent).minutes.loc["N", "A"] == 3


def test_a_block_without_a_checksum_is_computed_again(written):
    write, blocks = written
    listed = blocks[0].parent / "_asked.txt"
    lines = listed.read_text().split("\n")
    assert len(lines) == 1 + len(blocks)
    listed.write_text("\n".join([*lines[:-1], lines[-1][:30]]))  # killed within a line
    assert len(write()) == 1
    assert write() == []


def test_a_block_that_nobody_wrote_is_refused(written):
    _, blocks = written
    pd.DataFrame({"area_id": ["W"]}).to_parquet(blocks[0].with_name("more.parquet"))
    with pytest.raises(InputError, match=r"more\.parquet"):
        load_travel_times(blocks[0].parent)


def test_a_list_of_checksums_that_is_none_is_refused(written):
    write, blocks = written
    (blocks[0].parent / "_asked.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="damaged; delete the folder"):
        write()


@pytest.mark.parametrize("damage", ["garbage", "nothing", "a cut", "a bit"])
def test_a_damaged_matrix_in_the_cache_is_computed_again(tmp_path, damage):
    path, kept = tmp_path / "journeys-1.npy", np.arange(12).reshape(3, 4)
    calls = []

    def compute():
        calls.append(1)
        return kept

    for expected in (1, 1):
        np.testing.assert_array_equal(load_or_compute(path, compute), kept)
        assert len(calls) == expected
    DAMAGE[damage](path)
    for expected in (2, 2):
        np.testing.assert_array_equal(load_or_compute(path, compute), kept)
        assert len(calls) == expected


def test_a_cached_matrix_of_an_earlier_release_is_computed_again(tmp_path):
    np.save(tmp_path / "old.npy", np.arange(3))
    np.testing.assert_array_equal(
        load_or_compute(tmp_path / "old.npy", lambda: np.arange(7)), np.arange(7)
    )
