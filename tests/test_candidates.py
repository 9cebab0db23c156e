"""Candidate sites from postcodes."""

import pandas as pd
import pytest

from llrgeo.errors import InputError
from llrgeo.inputs.candidates import sector_centres
from llrgeo.inputs.postcodes import read_postcodes

POSTCODES = pd.DataFrame(
    {
        "easting": [0, 100, 210, 5_000, 90_000],
        "northing": [0, 0, 0, 5_000, 90_000],
        "area_id": ["a", "a", "a", "b", None],
    },
    index=pd.Index(["LE1 1AA", "LE1 1AB", "LE1 1AD", "LE1 2AA", "LE1 1ZZ"], name="postcode"),
)


def test_a_sector_is_represented_by_the_postcode_nearest_to_its_middle() -> None:
    centres = sector_centres(POSTCODES, {"a", "b"})
    assert centres.index.tolist() == ["LE1 1AB", "LE1 2AA"]
    assert (centres["LE1 1AB"].x, centres["LE1 1AB"].y) == (100, 0)


def test_postcodes_outside_the_areas_do_not_count() -> None:
    assert sector_centres(POSTCODES, {"b"}).index.tolist() == ["LE1 2AA"]


def test_areas_without_postcodes_are_named() -> None:
    with pytest.raises(InputError, match=r"1 areas \(z\)"):
        sector_centres(POSTCODES, {"a", "z"})


def test_the_embedded_postcodes_have_a_centre_for_every_sector() -> None:
    postcodes = read_postcodes()
    inside = postcodes.dropna(subset="area_id")
    centres = sector_centres(postcodes, set(inside["area_id"]))
    assert centres.index.str[:-2].tolist() == sorted(set(inside.index.str[:-2]))
