"""Compile data/areas.csv: the 634 small areas and who lives there.

The figures are official statistics (see data/README.md for each column's publisher, date and
licence). This script takes them as one table, or fetches them as `llrgeo new --icb` does, checks
them, and writes the project's own table.

    python data/compile/areas.py --figures llr_lsoa_figures.csv --census-ages llr_census21_age.csv
    python data/compile/areas.py --downloads downloads

The embedded table is of the first form: as many aged 65 and over as Census 2021 counted, split
into bands by shares of mid-2020. The second has all ages of Census 2021 and brings columns that
the first lacks, such as households without a car.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from official import official_sources

from llrgeo.inputs.official.area_table import compile_areas
from llrgeo.inputs.official.place import find_boards

AREAS_CSV = Path(__file__).parents[1] / "areas.csv"

RESIDENTS_IN_ALL = 1_121_994
AREAS_IN_ALL = 634
LSOAS_IN_ENGLAND = 33_755  # the 2021 areas that the Index of Multiple Deprivation 2025 ranks

BOARD = "Leicester, Leicestershire and Rutland"
COUNTY = "Leicestershire"
UNITARY = ("Leicester", "Rutland")

YOUNGER = ["age_0_17", "age_18_64"]
OLDER = ["age_65_74", "age_75_84", "age_85_plus"]
AGE_BANDS = [*YOUNGER, *OLDER]

OFFICIAL_NAMES = {
    "area_id": "lsoa21_code",
    "name": "lsoa21_name",
    "ward": "ward24_name",
    "authority_code": "ltla24_code",
    "authority": "ltla_name",
    "upper_authority": "utla_name",
    "easting": "easting",
    "northing": "northing",
    "lat": "lat",
    "lon": "lon",
    "residents": "residents_2021",
    **{band: band for band in AGE_BANDS},
    "disabled": "disabled_2021",
    "imd_score": "imd2025_score",
    "imd_rank": "imd2025_rank",
    "imd_decile": "imd2025_decile",
    "rural_urban_class": "ruc21_class",
    "rural_urban": "rural_urban",
}

AUTHORITIES = {
    "E06000016": "Leicester",
    "E06000017": "Rutland",
    "E07000129": "Blaby",
    "E07000130": "Charnwood",
    "E07000131": "Harborough",
    "E07000132": "Hinckley and Bosworth",
    "E07000133": "Melton",
    "E07000134": "North West Leicestershire",
    "E07000135": "Oadby and Wigston",
}


def rename_columns(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the official figures under the project's column names, sorted by area."""
    areas = figures[list(OFFICIAL_NAMES.values())].set_axis(list(OFFICIAL_NAMES), axis="columns")
    return areas.sort_values("area_id", ignore_index=True)


def fetch_areas(downloads: Path, sources_file: Path | None = None) -> pd.DataFrame:
    """Return the areas of the board from the publishers, through llrgeo's own downloader.

    The upper-tier authorities are this script's: no table that is fetched has them.
    """
    downloader, sources = official_sources(downloads, sources_file)
    place = find_boards(downloader, sources, [BOARD])
    areas = compile_areas(downloader, sources, place).reset_index()
    upper = areas["authority"].where(areas["authority"].isin(UNITARY), COUNTY)
    areas.insert(areas.columns.get_loc("authority") + 1, "upper_authority", upper)
    return areas


def apply_census_ages(areas: pd.DataFrame, aged_65_plus: pd.Series) -> pd.DataFrame:
    """Return the areas with as many residents aged 65 and over as the census counted.

    Those aged 65 and over are split into bands by the mid-2020 shares of these bands, and so are
    the residents under 65. Whole people are shared out by the largest remainders.

    Parameters
    ----------
    areas
        With the age bands of the mid-2020 estimate, whose level no longer counts.
    aged_65_plus
        Residents aged 65 and over in Census 2021, on `area_id`.
    """
    older = aged_65_plus.loc[areas["area_id"]].to_numpy()
    younger = areas["residents"].to_numpy() - older
    if (younger < 0).any():
        worst = areas["area_id"].iloc[younger.argmin()]
        message = f"{worst} has fewer residents than the census counts aged 65 and over."
        raise ValueError(message)
    return areas.assign(
        **share_out(areas[YOUNGER], younger),
        **share_out(areas[OLDER], older),
    )


def share_out(shares: pd.DataFrame, totals: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    """Split each row's total by the row's shares into whole numbers that add up to it exactly.

    Each share is rounded down; what is left goes, one each, to the largest remainders (Hamilton's
    method), a tie to the first column.
    """
    values = shares.to_numpy(float)
    exact = values / values.sum(axis=1, keepdims=True) * totals[:, None]
    whole = np.floor(exact).astype(np.int64)
    left = totals - whole.sum(axis=1)
    order = np.argsort(whole - exact, axis=1, kind="stable")  # the largest remainder first
    place = np.argsort(order, axis=1, kind="stable")
    whole += place < left[:, None]
    return dict(zip(shares.columns, whole.T, strict=True))


def check_areas(areas: pd.DataFrame) -> None:
    """Raise AssertionError unless the table is whole and agrees with itself."""
    assert len(areas) == AREAS_IN_ALL
    assert areas["area_id"].is_unique
    assert areas.notna().all(axis=None)
    assert areas["residents"].sum() == RESIDENTS_IN_ALL
    assert (areas[AGE_BANDS].sum(axis="columns") == areas["residents"]).all()
    assert (areas["disabled"] <= areas["residents"]).all()
    pairs = areas[["authority_code", "authority"]].drop_duplicates()
    assert dict(pairs.itertuples(index=False)) == AUTHORITIES
    decile_of_rank = np.ceil(areas["imd_rank"] * 10 / LSOAS_IN_ENGLAND)
    assert (areas["imd_decile"] == decile_of_rank).all()
    assert set(areas["rural_urban"]) == {"Rural", "Urban"}


def main() -> None:
    """Read the official figures, check them and write data/areas.csv."""
    parser = argparse.ArgumentParser(description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--figures", type=Path, help="the official figures, CSV")
    source.add_argument("--downloads", type=Path, help="fetch them; a folder to keep them in")
    parser.add_argument("--census-ages", type=Path, help="with --figures: Census 2021 ages, CSV")
    parser.add_argument("--sources", type=Path, help="your own copy of data/downloads.toml")
    asked = parser.parse_args()
    if asked.downloads:
        areas = fetch_areas(asked.downloads, asked.sources)
    else:
        census = pd.read_csv(asked.census_ages, index_col="lsoa21_code")
        figures = rename_columns(pd.read_csv(asked.figures))
        areas = apply_census_ages(figures, census["age_65_plus"])
    check_areas(areas)
    areas.to_csv(AREAS_CSV, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
