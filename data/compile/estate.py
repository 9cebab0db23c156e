"""Compile data/estate.csv: floor area, function, backlog and parking of the sites of the study.

Source: NHS Digital, Estates Returns Information Collection (ERIC) 2016/17, returns by site of
Leicestershire Partnership NHS Trust (RT5) and University Hospitals of Leicester NHS Trust (RWE),
Open Government Licence v3.0. "Not Applicable" is missing, not 0. Units of mental health that are
no site of the study, and the trust's aggregate row, are left out.

    python data/compile/estate.py llr_estate_2016_17.csv
"""

import sys
from pathlib import Path

import pandas as pd

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


def main() -> None:
    """Read the returns that are named on the command line and write the study's sites."""
    source = pd.read_csv(sys.argv[1], dtype=str)
    compile_estate(source).to_csv(ESTATE_CSV, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
