"""Compile data/estate.csv: floor area, function, backlog and parking of the sites of the study.

Source: NHS Digital, Estates Returns Information Collection (ERIC) 2016/17, returns by site of
Leicestershire Partnership NHS Trust (RT5) and University Hospitals of Leicester NHS Trust (RWE),
Open Government Licence v3.0. "Not Applicable" is missing, not 0. Units of mental health that are
no site of the study, and the trust's aggregate row, are left out.

    python data/compile/estate.py llr_estate_2016_17.csv
    python data/compile/estate.py --downloads downloads

The second fetches the newest returns as `llrgeo new --icb` does, with the columns that it reads.
"""

from pathlib import Path

import pandas as pd
from official import official_sources, source_or_downloads

from llrgeo.inputs.estate import check_estate, estate_from_return
from llrgeo.inputs.official.eric import SITE_CODE, read_returns

ESTATE_CSV = Path(__file__).parents[1] / "estate.csv"

YEAR = "2016/17"
MISSING = "Not Applicable"
# The study's site of each return; the return's codes are the trust's own.
SITES = {
    "RT5KT": "evington-centre",
    "RT5PC": "RWELR",
    "RT5PD": "loughborough",
    "RT5PE": "RWELC",
    "RT5YE": "feilding-palmer",
    "RT5YF": "hinckley-bosworth",
    "RT5YH": "RT5PA",
    "RT5YL": "RWELS",
    "RWEAA": "RWEAA",
    "RWEAE": "RWEAE",
    "RWEAK": "RWEAK",
}
NUMBERS = {
    "gross_internal_floor_area_m2": "floor_area_m2",
    "occupied_floor_area_m2": "occupied_m2",
    "clinical_space_m2": "clinical_m2",
    "not_functionally_suitable_pct": "share_unsuitable",
    "empty_pct": "share_empty",
    "under_used_pct": "share_under_used",
    "single_bedrooms_ensuite": "single_rooms_ensuite",
    "single_bedrooms_other": "single_rooms_other",
    "maintenance_cost_gbp": "maintenance_gbp",
    "backlog_high_gbp": "backlog_high_gbp",
    "backlog_significant_gbp": "backlog_significant_gbp",
    "backlog_moderate_gbp": "backlog_moderate_gbp",
    "backlog_low_gbp": "backlog_low_gbp",
    "parking_spaces": "parking_spaces",
    "disabled_parking_spaces": "accessible_spaces",
}


def compile_estate(source: pd.DataFrame) -> pd.DataFrame:
    """Return one row a site of the study, with what its return says."""
    rows = source[source["site_code"].isin(SITES)]
    table = pd.DataFrame(
        {
            "site_id": rows["site_code"].map(SITES),
            "return_code": rows["site_code"],
            "return_name": rows["site_name"],
            "year": YEAR,
        }
    )
    for theirs, ours in NUMBERS.items():
        number = pd.to_numeric(rows[theirs].replace(MISSING, None))
        table[ours] = (number / 100).round(6) if theirs.endswith("_pct") else number.round()
    whole = [name for name in table.columns if table[name].dtype == float and "share" not in name]
    table[whole] = table[whole].astype("Int64")
    return table.sort_values("site_id").reset_index(drop=True)


def fetch_estate(downloads: Path, sources_file: Path | None = None) -> pd.DataFrame:
    """Return the newest returns of the study's sites, through llrgeo's own downloader."""
    downloader, sources = official_sources(downloads, sources_file)
    source = sources["returns"]
    returns = read_returns(downloader, source)
    ours = returns[returns.index.isin(list(SITES))]
    codes = {SITE_CODE: ours.index.map(SITES), "year": source.vintage}
    published = ours.reset_index(drop=True).assign(**codes)
    table = estate_from_return(published, SITES.values(), source=source.id)
    check_estate(table, SITES.values(), source=source.id)
    table.insert(1, "return_code", ours.index.to_numpy())
    table.insert(2, "return_name", ours["Site Name"].to_numpy())
    return table.sort_values("site_id").reset_index(drop=True)


def main() -> None:
    """Read or fetch the returns and write those of the study's sites."""
    asked = source_or_downloads(__doc__ or "", "the returns of 2016/17, CSV")
    if asked.downloads:
        table = fetch_estate(asked.downloads, asked.sources)
    else:
        table = compile_estate(pd.read_csv(asked.source, dtype=str))
    table.to_csv(ESTATE_CSV, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
