"""The estate as returned: the embedded file, what its script makes, and bad files."""

import sys
from pathlib import Path

import pandas as pd
import pytest

from llrgeo.errors import InputError
from llrgeo.inputs.embedded import embedded
from llrgeo.inputs.estate import BACKLOG, check_estate, read_estate
from llrgeo.inputs.sites import read_sites

COMPILE = Path(__file__).parents[1] / "data" / "compile"
SITES = {"north", "south"}


def test_the_embedded_estate_is_of_sites_of_the_study() -> None:
    sites = read_sites(embedded("sites.csv"))
    estate = read_estate(sites.index)
    assert len(estate) == 11
    assert estate.loc["RWELC", "floor_area_m2"] == 5_559
    assert estate.loc["RWELS", "share_unsuitable"] == 0.77
    # "Not Applicable" is missing, not 0
    assert estate.loc["RT5PA", list(BACKLOG)].isna().all()
    assert estate.loc["feilding-palmer", list(BACKLOG)].sum() == 615_856
    assert (estate["year"] == "2016/17").all()


def test_the_sites_of_returns_have_their_names() -> None:
    sites = read_sites(embedded("sites.csv"))
    estate = read_estate(sites.index)
    for site, name in estate["return_name"].items():
        first = name.split()[0].lower().replace("fielding", "feilding").replace("'", "")
        assert first in sites.loc[site, "name"].lower().replace("'", ""), site


@pytest.mark.reference
def test_the_estate_is_what_the_script_makes_of_its_source(reference: Path) -> None:
    source = pd.read_csv(reference / "data" / "llr_estate_2016_17.csv", dtype=str)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(COMPILE)
        made = __import__("estate").compile_estate(source)
    sys.modules.pop("estate")
    expected = pd.read_csv(embedded("estate.csv"))
    pd.testing.assert_frame_equal(made, expected, check_dtype=False)


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("site_id", "nowhere", "the study has no site nowhere"),
        ("floor_area_m2", "-7", "'floor_area_m2' is below 0"),
        ("share_empty", "13.5", "'share_empty' is above 1"),
        ("backlog_high_gbp", "much", "'backlog_high_gbp' is not a number"),
    ],
)
def test_bad_rows_take_one_line(column: str, value: str, says: str) -> None:
    table = pd.DataFrame({"site_id": ["north", "south"], "year": "2025/26"})
    table[column] = table.get(column, "0")
    table.loc[1, column] = value
    with pytest.raises(InputError, match=says) as caught:
        check_estate(table, SITES, source="estate.csv")
    assert "\n" not in str(caught.value)
