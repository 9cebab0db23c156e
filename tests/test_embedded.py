"""Embedded data: held against its checksums when it is read."""

import os
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from llrgeo.errors import InputError
from llrgeo.inputs import embedded as embedded_data
from llrgeo.inputs.embedded import CHECKSUMS, check_embedded, checksum_lines, embedded

DATA = embedded("areas.csv").parent
FLIPS = 200


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder, ignore=shutil.ignore_patterns("compile", "studies"))
    return folder


def listed() -> list[str]:
    return [line.split()[1] for line in (DATA / CHECKSUMS).read_text("utf-8").splitlines()]


def flip(path: Path, rng: np.random.Generator) -> bytes:
    """Flip one bit of a file; return what it was before."""
    before = path.read_bytes()
    content = bytearray(before)
    content[rng.integers(len(content))] ^= 1 << int(rng.integers(8))
    path.write_bytes(content)
    return before


def test_the_list_is_of_the_data_as_it_is():
    """Who changes a table writes the list anew: data/compile/checksums.py."""
    assert (DATA / CHECKSUMS).read_text("utf-8") == checksum_lines(DATA)
    assert {"areas.csv", "rates/unit_values.csv", "network/edges.parquet"} < set(listed())


def test_one_flipped_bit_of_any_table_or_of_the_list_is_refused(data):
    rng = np.random.default_rng(29)
    names = listed()
    turns = [*names, *rng.choice(names, FLIPS - len(names))]
    for name in turns:
        before = flip(data / name, rng)
        with pytest.raises(InputError, match=r"not the (data|list) that came with llrgeo"):
            check_embedded(data, "areas.csv" if name == CHECKSUMS else name)
        (data / name).write_bytes(before)
    for name in names:
        check_embedded(data, name)


@pytest.mark.parametrize("folder", ["roads", "network"])
def test_a_folder_is_whole_and_holds_nothing_else(data, folder):
    check_embedded(data, folder)
    added = data / folder / "links_north.csv"
    added.write_text("more", encoding="utf-8")
    with pytest.raises(InputError, match=r"links_north\.csv: not the data"):
        check_embedded(data, folder)
    added.unlink()
    gone = min((data / folder).iterdir())
    gone.unlink()
    with pytest.raises(InputError, match=gone.name):
        check_embedded(data, folder)


def test_without_its_list_no_table_is_read(data):
    (data / CHECKSUMS).unlink()
    with pytest.raises(InputError, match=r"checksums\.txt: cannot be read .*install llrgeo again"):
        check_embedded(data, "areas.csv")


def test_a_version_of_a_file_is_read_once_and_another_one_again(data, monkeypatch):
    read = []
    monkeypatch.setattr(embedded_data, "_PACKAGE", data.parent)
    monkeypatch.setattr(embedded_data, "check_embedded", lambda _, name: read.append(name))
    for _ in range(3):
        assert embedded("network") == data / "network"
    assert read == ["network"]
    os.utime(data / "network" / "nodes.parquet", (1, 1))
    embedded("network")
    (data / "areas.csv").write_bytes((data / "areas.csv").read_bytes() + b"\n")
    embedded("areas.csv")
    assert read == ["network", "network", "areas.csv"]


def test_study_files_may_be_changed_so_no_checksum_is_asked_for(tmp_path):
    with pytest.raises(InputError, match=r"checksums\.txt: cannot be read"):
        check_embedded(tmp_path, "areas.csv")
    assert check_embedded(tmp_path, "studies/closer_to_home.toml") is None


def test_the_readme_of_the_data_counts_the_rows_that_there_are():
    folder = Path(__file__).parents[1] / "data"
    text = (folder / "README.md").read_text(encoding="utf-8")
    counted = re.findall(r"^\| `([a-z/*]+\.csv)` \| ([\d,]+) \|", text, re.MULTILINE)
    assert len(counted) == 6  # areas, sites, places, rates, projections, estate
    for name, rows in counted:
        found = sum(len(pd.read_csv(path, dtype=str)) for path in folder.glob(name))
        assert found == int(rows.replace(",", "")), name
