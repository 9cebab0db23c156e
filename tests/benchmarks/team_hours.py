"""Hours of the default study's teams on the road: out and back for each visit, and in rounds.

    python tests/benchmarks/team_hours.py

The default study states no rounds, so minutes of care and visits of a round are those below, which
decide nothing of the hours before. People are those of its years, bases those of its first option.
Hours hold the stops at both ends of each journey; those in rounds are the shortest times the factor
for practice (`practice_factor` of the parameters).
"""

from unittest.mock import patch

import pandas as pd

from llrgeo.appraisal.tables.registry import TABLES
from llrgeo.study.capacity_config import RoundsConfig
from llrgeo.study.config import load_study
from llrgeo.study.run import run_study

ROUNDS = {  # minutes of care, visits of a round: illustrative
    "district_nursing": (30, 9),
    "virtual_ward": (40, 7),
    "stroke_at_home": (45, 6),
    "reablement": (40, 7),
}
DAYS, STOP_MIN = 365, 116 / 60  # visit_days and stop_s of the parameters


def hours_on_the_road() -> pd.DataFrame:
    """Return hours a year by service and year: `before`, out and back, and `after`, in rounds."""
    study = load_study()
    rounds = {name: RoundsConfig(care_min=a, visits_a_round=b) for name, (a, b) in ROUNDS.items()}
    capacity = study.capacity.model_copy(update={"rounds": rounds, "crisis": {}})
    of_car = {"modes": ("car",), "periods": ("off_peak",), "capacity": capacity}
    some = tuple(declared for declared in TABLES if declared.name == "rounds")
    with patch("llrgeo.appraisal.evidence.TABLES", some):
        result = run_study(study.model_copy(update=of_car))
    rows = result.evidence.tables["rounds"]
    rows = rows[rows["option"] == study.baseline]
    star_min = rows["star_min"] + 2 * STOP_MIN * rows["visits_a_day"].round().clip(lower=1)
    table = rows.assign(before=star_min * DAYS / 60, after=rows["travel_min"] * rows["visits"] / 60)
    return table.groupby(["service", "year"], sort=False)[
        ["visits", "before", "after", "wte_star", "wte"]
    ].sum()


def main() -> None:
    """Print a Markdown table, a line a service, for the first and the last year."""
    table = hours_on_the_road()
    years = table.index.get_level_values("year")
    print(
        "| service | year | visits | hours out and back | in rounds | times | WTE | WTE in rounds |"
    )
    print("| --- | --- | --: | --: | --: | --: | --: | --: |")
    for year in (years.min(), years.max()):
        own = table.xs(year, level="year")
        for name, row in [*own.iterrows(), ("all", own.sum())]:
            print(
                f"| {name} | {year} | {row['visits']:,.0f} | {row['before']:,.0f} "
                f"| {row['after']:,.0f} | {row['before'] / row['after']:.1f} "
                f"| {row['wte_star']:,.0f} | {row['wte']:,.0f} |"
            )


if __name__ == "__main__":
    main()
