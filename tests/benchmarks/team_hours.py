"""Hours of the default study's teams on the road: out and back for each visit, and in rounds.

    python tests/benchmarks/team_hours.py

First the table `rounds`, people of the study's years: out and back with a stop at either end
(before), and in rounds (after), under its first option. Then the table `burden`, people of Census
2021: each option with all teams out and back, as it was counted before, and with those of the
study in rounds. Last, where visits are too few for the form to have been tested, its driving over
that of days drawn and their rounds solved.
"""

from dataclasses import replace
from unittest.mock import patch

import pandas as pd

from llrgeo.appraisal.evaluation import evaluate_options
from llrgeo.appraisal.tables.registry import TABLES
from llrgeo.study.config import load_study
from llrgeo.study.run import StudyResult, run_study

DAYS, STOP_MIN = 365, 116 / 60  # visit_days and stop_s of the parameters
FIGURES = ["visits", "before", "after", "wte_star", "wte"]


def run() -> StudyResult:
    """Run the default study with its teams alone."""
    study = load_study()
    capacity = study.capacity.model_copy(update={"crisis": {}, "drawn_rounds": True})
    of_car = {"modes": ("car",), "periods": ("off_peak",), "capacity": capacity}
    some = tuple(declared for declared in TABLES if declared.name == "rounds")
    with patch("llrgeo.appraisal.evidence.TABLES", some):
        return run_study(study.model_copy(update=of_car))


def hours_on_the_road(result: StudyResult) -> pd.DataFrame:
    """Return hours a year by option, service and year: `before`, out and back, and `after`."""
    rows = result.evidence.tables["rounds"]
    star_min = rows["star_min"] + 2 * STOP_MIN * rows["visits_a_day"]
    table = rows.assign(before=star_min * DAYS / 60, after=rows["travel_min"] * rows["visits"] / 60)
    return table.groupby(["option", "service", "year"], sort=False)[FIGURES].sum()


def print_by_year(result: StudyResult) -> None:
    """Print a Markdown table, a line a service, for the first and the last year."""
    table = hours_on_the_road(result).loc[result.study.baseline]
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


def print_by_option(result: StudyResult) -> None:
    """Print hours and kilometres of all teams a year, crisis response among them, by option."""
    inputs, baseline = result.appraisal_inputs, result.study.baseline
    star = evaluate_options(result.inputs.options, replace(inputs, rounds={}), baseline=baseline)
    wte = hours_on_the_road(result)["wte"].groupby(["option", "year"]).sum()
    first = wte.index.get_level_values("year").min()
    print("\n| option | hours out and back | with rounds | km out and back | with rounds | WTE |")
    print("| --- | --: | --: | --: | --: | --: |")
    for name, option in result.results.items():
        sums = [of.burden[["team_hours", "team_km"]].sum() for of in (star[name], option)]
        hours = " | ".join(f"{each['team_hours']:,.0f}" for each in sums)
        km = " | ".join(f"{each['team_km']:,.0f}" for each in sums)
        print(f"| {name} | {hours} | {km} | {wte[name, first]:,.1f} |")


def print_against_drawn_days(result: StudyResult) -> None:
    """Print by service how the form's driving compares with days drawn and solved."""
    rows = result.evidence.tables["rounds"]
    keys = ["service", "site_id", "visits_a_day", "drive_min"]
    few = rows[rows["drawn_min"].notna()].drop_duplicates(keys)
    print("\n| service | bases with few visits | form over drawn, all | lowest | highest |")
    print("| --- | --: | --: | --: | --: |")
    for name, own in [*few.groupby("service", sort=False), ("all", few)]:
        each = own["drive_min"] / own["drawn_min"]
        whole = own["drive_min"].sum() / own["drawn_min"].sum()
        print(f"| {name} | {len(own)} | {whole:.2f} | {each.min():.2f} | {each.max():.2f} |")


def main() -> None:
    """Print the three tables."""
    result = run()
    print_by_year(result)
    print_by_option(result)
    print_against_drawn_days(result)


if __name__ == "__main__":
    main()
