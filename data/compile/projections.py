"""Compile data/projections.csv: people of each authority by year, sex and five-year age band.

Source: the subnational population projections of the Office for National Statistics, 2018-based,
as a web tool of The Strategy Unit ships them (Open Government Licence v3.0). That file joins two
things: its rows `v0` (2021 to 2023) behave like estimates made after Census 2021, its rows `v1`
(2024 to 2043) like the principal projection. Only the latter are kept: across the seam Leicester
would lose 13,000 people in one year.

    python data/compile/projections.py llr_population_projections_2018.csv
    python data/compile/projections.py --downloads downloads

The second fetches the newest projections as `llrgeo new --icb` does: single years to 90 and over.
"""

from pathlib import Path

import pandas as pd
from areas import AUTHORITIES
from official import official_sources, source_or_downloads

from llrgeo.inputs.official import projections as published
from llrgeo.inputs.official.new_tables import study_projections

PROJECTIONS_CSV = Path(__file__).parents[1] / "projections.csv"

KEPT = "v1"
VARIANT = "principal_2018"
SUM_OF_ALL = "E54000015"  # LLR as a whole, which is left out: the sum of its nine authorities
SEXES = {"f": "female", "m": "male"}
KEYS = ["authority_code", "authority", "variant", "year", "sex"]


def compile_projections(source: pd.DataFrame) -> pd.DataFrame:
    """Return one row an authority, year and sex, with a column for each five-year band."""
    kept = source[(source["variant"] == KEPT) & (source["area"] != SUM_OF_ALL)]
    long = kept.rename(columns={"area": "authority_code", "name": "authority"}).melt(
        id_vars=["authority_code", "authority", "year", "age_from"],
        value_vars=list(SEXES),
        var_name="sex",
        value_name="people",
    )
    long = long.assign(sex=long["sex"].map(SEXES), variant=VARIANT)
    wide = long.pivot(index=KEYS, columns="age_from", values="people").sort_index()
    wide.columns = [f"age_{age}" for age in wide.columns]
    assert not wide.isna().any(axis=None)
    return wide.reset_index()


def fetch_projections(downloads: Path, sources_file: Path | None = None) -> pd.DataFrame:
    """Return the same table from the publisher, through llrgeo's own downloader."""
    downloader, sources = official_sources(downloads, sources_file)
    source = sources["projections"]
    people = published.fetch_projections(downloader, source, sorted(AUTHORITIES))
    table = study_projections(people, source)
    table.insert(1, "authority", table["authority_code"].map(AUTHORITIES))
    return table


def main() -> None:
    """Read or fetch the projections and write those that are kept."""
    asked = source_or_downloads(__doc__ or "", "the projections of 2018, CSV")
    if asked.downloads:
        table = fetch_projections(asked.downloads, asked.sources)
    else:
        table = compile_projections(pd.read_csv(asked.source))
    table.to_csv(PROJECTIONS_CSV, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
