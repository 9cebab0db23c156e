"""The embedded areas, served as the publishers would, come out of `fetch` as they are embedded.

The server serves the embedded figures in the publishers' formats. So this compares the code, not
the figures: whether every column is asked for, joined and summed as the embedded table has it.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from invented_icb import AGES, DISABILITY, SINGLE_AGES, Invented, small
from official_server import serving

from llrgeo.inputs.embedded import embedded

COMPILE = Path(__file__).parents[1] / "data" / "compile"
BOARD = "NHS Leicester, Leicestershire and Rutland Integrated Care Board"


def served(areas: pd.DataFrame) -> Invented:
    """Return the embedded areas as the publishers have them; each band in one of its ages."""
    place = small()
    areas = areas.set_index(areas["area_id"].rename("code"))
    ages = pd.DataFrame(0, index=areas.index, columns=list(AGES))
    # Those under 18 are put partly among those of 15 to 19, beside the youngest adults.
    minors, adults = areas["age_0_17"] // 4, areas["age_18_64"] // 9
    ages[AGES[1]] = areas["age_0_17"] - minors
    ages[AGES[3]] = minors + adults
    ages[AGES[7]] = areas["age_18_64"] - adults
    ages[AGES[14]] = areas["age_65_74"]
    ages[AGES[15]] = areas["age_75_84"]
    ages[AGES[17]] = areas["age_85_plus"]
    teens = pd.DataFrame(0, index=areas.index, columns=list(SINGLE_AGES))
    teens[SINGLE_AGES[1]], teens[SINGLE_AGES[4]] = minors, adults
    disability = pd.DataFrame(0, index=areas.index, columns=list(DISABILITY))
    disability[DISABILITY[0]] = areas["disabled"] // 3
    disability[DISABILITY[1]] = areas["disabled"] - areas["disabled"] // 3
    disability[DISABILITY[3]] = areas["residents"] - areas["disabled"]
    others = {
        name: pd.DataFrame(
            {column: areas["residents"] if at == 0 else 0 for at, column in enumerate(table)},
            index=areas.index,
        )
        for name, table in place.counts.items()
    }
    counts = {**others, "NM_2020_1": ages, "NM_2014_1": teens, "NM_2056_1": disability}
    rows = pd.DataFrame(
        {
            "name": areas["name"],
            "x": areas["easting"],
            "y": areas["northing"],
            "lad": areas["authority_code"],
            "lad_name": areas["authority"],
            "board": "E54000015",
            "ward": areas["ward"],
            "residents": areas["residents"],
            "rural": areas["rural_urban"] == "Rural",
            "class": areas["rural_urban_class"],
            "imd_rank": areas["imd_rank"],
            "imd_score": areas["imd_score"],
        }
    )
    return Invented(rows, counts, place.sites, boards={"E54000015": BOARD})


@pytest.fixture
def compile_script(monkeypatch):
    monkeypatch.syspath_prepend(str(COMPILE))
    monkeypatch.delitem(sys.modules, "areas", raising=False)
    import areas  # noqa: PLC0415 (a script beside the data)

    yield areas
    sys.modules.pop("areas", None)


def test_the_embedded_areas_are_rebuilt_by_the_same_code_as_any_boards(compile_script, tmp_path):
    table = pd.read_csv(embedded("areas.csv"))
    with serving(served(table)) as server:
        found = compile_script.fetch_areas(
            tmp_path / "downloads", server.sources(tmp_path / "sources.toml")
        )
        asked = len(server.requests)
    compile_script.check_areas(found)
    both = [name for name in table.columns if name in found.columns]
    assert both == list(table.columns)
    degrees = ["lat", "lon"]
    pd.testing.assert_frame_equal(
        found[both].drop(columns=degrees), table.drop(columns=degrees), check_dtype=False
    )
    # The embedded degrees come from the publisher; ours from its metres, a metre apart at most.
    assert np.abs(found[degrees] - table[degrees]).to_numpy().max() <= 2e-5
    # Boards, count and lookup; three layers by lists of 90 codes; eight tables of nine
    # authorities; the indices.
    assert asked == 3 + 3 * 8 + 8 * 9 + 1
