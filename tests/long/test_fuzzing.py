"""Damaged input is refused in words: no file, however broken, ends in an error that is not ours."""

import random
import shutil

import pytest

from llrgeo.errors import LlrgeoError
from llrgeo.study.config import load_study
from llrgeo.study.inputs import read_inputs

CASES = 400
FILES = ("study.toml", "areas.csv", "sites.csv", "outlines.geojson", "network/network.json")
WORDS = ("", "nan", "inf", "-1", "1e309", "0x10", "9" * 40, "\x00", "é", "=1+1", '"', "true", ",")


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Damage a file once: a byte changed, a part cut out or doubled, a field replaced."""
    kind, at = rng.choice(("byte", "cut", "double", "field")), rng.randrange(len(content))
    end = min(len(content), at + rng.randrange(1, 60))
    if kind == "byte":
        return content[:at] + bytes([rng.randrange(256)]) + content[at + 1 :]
    if kind == "cut":
        return content[:at] + content[end:]
    if kind == "double":
        return content[:end] + content[at:end] + content[end:]
    fields = content.split(b",")
    fields[rng.randrange(len(fields))] = rng.choice(WORDS).encode()
    return b",".join(fields)


@pytest.mark.filterwarnings("default")  # libraries warn of what they skip
@pytest.mark.parametrize("seed", range(CASES))
def test_a_damaged_file_is_read_or_refused(town_study_once, tmp_path, seed):
    rng = random.Random(seed)
    folder = tmp_path / "town"
    shutil.copytree(town_study_once.parent, folder)
    path = folder / rng.choice(FILES)
    path.write_bytes(damaged(path.read_bytes(), rng))
    try:
        found = read_inputs(load_study(folder / "study.toml"))
    except LlrgeoError as error:
        assert str(error).strip()  # noqa: PT017 (either answer is one)
    else:
        assert len(found.areas)
        assert len(found.sites)
