"""Complete data/sites.csv: place every site by its unit postcode, and check the table.

People write the columns site_id, name, kind, status, postcode, services, beds and source of
data/sites.csv by hand. This script fills the others (easting, northing, lat, lon, authority) from
the ONS Postcode Directory, checks the table and writes it back in place, so no coordinate is ever
typed. Run it after every edit.

    python data/compile/sites.py
    python data/compile/sites.py --downloads downloads

The second places them by Code-Point Open, fetched as `llrgeo new --icb` does.
"""

import argparse
from pathlib import Path

import pandas as pd
from areas import AUTHORITIES
from official import official_sources
from pyproj import Transformer

from llrgeo.inputs.official.postcodes import postcode_areas, read_postcode_points

SITES_CSV = Path(__file__).parents[1] / "sites.csv"

HAND_COLUMNS = ["site_id", "name", "kind", "status", "postcode", "services", "beds", "source"]
COLUMNS = [
    "site_id",
    "name",
    "kind",
    "status",
    "postcode",
    "easting",
    "northing",
    "lat",
    "lon",
    "authority",
    "services",
    "beds",
    "source",
]

KINDS = {"city_hospital", "community_hospital", "health_centre", "other"}
STATUSES = {"open", "closed", "proposed"}
SERVICES = {
    "planned_outpatients",
    "diagnostics",
    "community_physiotherapy",
    "community_beds",
    "stroke_beds",
    "district_nursing",
    "virtual_ward",
    "stroke_at_home",
    "crisis_response",
    "reablement",
}

AUTHORITIES_ACROSS_THE_BORDER = {
    "E06000015": "Derby",
    "E06000018": "Nottingham",
    "E06000031": "Peterborough",
    "E06000061": "North Northamptonshire",
    "E07000141": "South Kesteven",
    "E07000193": "East Staffordshire",
    "E07000219": "Nuneaton and Bedworth",
    "E07000220": "Rugby",
    "E08000026": "Coventry",
}


def check_hand_columns(sites: pd.DataFrame) -> None:
    """Raise AssertionError unless the columns written by hand are in order."""
    assert sites["site_id"].is_unique
    assert sites["name"].is_unique
    assert sites.drop(columns="beds").notna().all(axis=None)
    assert set(sites["kind"]) <= KINDS
    assert set(sites["status"]) <= STATUSES
    assert set(sites["services"].str.split(";").explode()) <= SERVICES


def place_by_postcode(sites: pd.DataFrame, directory: pd.DataFrame) -> pd.DataFrame:
    """Return the sites with coordinates and authority, in the order of the published table.

    Raises KeyError that names the postcodes if any is not a live unit postcode.
    """
    placed = directory.set_index("postcode").loc[sites["postcode"]].reset_index(drop=True)
    to_degrees = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform(placed["easting"], placed["northing"])
    names = AUTHORITIES | AUTHORITIES_ACROSS_THE_BORDER
    return sites.assign(
        easting=placed["easting"],
        northing=placed["northing"],
        lat=lat.round(5),
        lon=lon.round(5),
        authority=placed["authority_code"].map(names),
    )[COLUMNS]


def fetch_directory(
    postcodes: pd.Series, downloads: Path, sources_file: Path | None = None
) -> pd.DataFrame:
    """Return where postcodes of the same letters are, through llrgeo's own downloader."""
    downloader, sources = official_sources(downloads, sources_file)
    points = read_postcode_points(downloader, sources["postcodes"], postcode_areas(postcodes))
    return points.astype({"easting": "int64", "northing": "int64"}).reset_index()


def main() -> None:
    """Read the columns written by hand, fill the others and write the table back."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--downloads", type=Path, help="by Code-Point Open, kept in this folder")
    parser.add_argument("--sources", type=Path, help="your own copy of data/downloads.toml")
    asked = parser.parse_args()
    sites = pd.read_csv(SITES_CSV, usecols=HAND_COLUMNS, dtype={"beds": "Int64"})
    check_hand_columns(sites)
    if asked.downloads:
        directory = fetch_directory(sites["postcode"], asked.downloads, asked.sources)
    else:
        from postcode_directory import read_postcode_directory  # noqa: PLC0415 (a package of its own)

        directory = read_postcode_directory(sites["postcode"].str[0].unique())
    placed = place_by_postcode(sites, directory)
    assert placed["authority"].notna().all()
    placed.to_csv(SITES_CSV, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
