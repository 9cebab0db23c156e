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


RETURN = """Trust Code,Site Code,Site Name,Gross internal floor area (m²),\
Cost to eradicate High Risk backlog (£),Parking spaces available (No.)
RX1,north,North Hospital,"12,345",67000,Not Applicable
RX1,elsewhere,Another,99,98,97
"""


def test_a_return_is_read_as_it_is_published(tmp_path: Path) -> None:
    path = tmp_path / "ERIC - 2024_25 - Site data.csv"
    path.write_text(RETURN, encoding="utf-8")
    estate = read_estate(SITES, path)
    assert estate.index.tolist() == ["north"]
    row = estate.loc["north"]
    assert row[["year", "floor_area_m2", "backlog_high_gbp"]].tolist() == [
        "2024/25",
        12_345,
        67_000,
    ]
    # what does not apply, and what the return does not have, is missing
    assert row[["parking_spaces", "clinical_m2"]].isna().all()
    named = path.rename(tmp_path / "estate.csv")
    with pytest.raises(InputError, match="no year; add a column year"):
        read_estate(SITES, named)
    with pytest.raises(InputError, match="no Site Code is the id of a site of the study"):
        read_estate({"west"}, named)


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
