"""The defaults of capacity: every row dated and sourced, and bad files refused."""

from pathlib import Path

import pytest

from llrgeo.errors import InputError
from llrgeo.inputs.capacity import read_capacity, set_parameters

KINDS = ("parameters", "optimism_bias", "machines")


@pytest.mark.parametrize("kind", KINDS)
def test_every_default_has_its_source_and_date(kind) -> None:
    table = read_capacity(kind)
    assert (table["source"].str.len() > 9).all()
    assert table["date"].str.match(r"\d{4}(-\d{2})?$").all()
    said = table["source"].str.contains("assum|illustrative|not checked", case=False)
    assert not (said & (table["standing"] == "official")).any()


def test_a_study_sets_its_own_values() -> None:
    mine = set_parameters(read_capacity("parameters"), {"headroom": 0.25})
    assert mine.loc["headroom", "value"] == 0.25
    assert mine.loc["headroom", ["source", "standing", "date"]].tolist() == [
        *("the study", "study", ""),
    ]
    assert mine.loc["weeks_a_year", "standing"] == "official"
    assert read_capacity("parameters").loc["headroom", "value"] == 0.22
    with pytest.raises(InputError, match=r"headroom is 1.25; it must lie between 0 and 0.9"):
        set_parameters(mine, {"headroom": 1.25})
    with pytest.raises(InputError, match="'headrom' is unknown"):
        set_parameters(mine, {"headrom": 0.2})


def test_a_value_beyond_its_bounds_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "parameters.csv"
    head = "name,value,unit,minimum,maximum,source,date,standing\n"
    path.write_text(head + "stay_days,0,days,0.1,365,somebody,2026,assumption\n")
    with pytest.raises(InputError, match=r"parameters.csv: stay_days is 0"):
        read_capacity("parameters", path)
    path.write_text(head + "stay_days,9,days,0.1,365,,2026,guess\n")
    with pytest.raises(InputError, match="2 faults"):
        read_capacity("parameters", path)
