"""Measure the planning network's errors on times that its fit has not seen.

Each district, and then each hospital, is held back in turn; the parameters are fitted on the rest,
and what was held back is timed with them. From the districts follow the three errors that every
result carries (data/roads/journey_errors.csv, difference_errors.csv, and error.toml).

Run: python data/compile/validate.py --reference FILE.csv --streets FILE.osm.pbf
"""

import json

import numpy as np
import pandas as pd
from bench import Bench
from errors import difference_errors, journey_errors, mean_error
from fit import fit, read_arguments, read_benches
from speeds import ROADS, read_class_speeds, read_parameters
from yardsticks import VALIDATION_ONLY

NAMES = {"LE1 5WW": "royal_infirmary", "NG7 2UH": "nottingham_qmc", "RWEAA": "indicative"}
NAMES |= {"CV10 7DJ": "george_eliot", "CV2 2DX": "university_hospital_coventry"}
NAMES |= {"PE3 9GZ": "peterborough_city", "DE22 3NE": "royal_derby"}
NAMES |= {VALIDATION_ONLY: "northampton_general"}
RUTLAND_NAME = "rutland_streets"
NOT_OF_RESIDENTS = (
    "indicative",
    RUTLAND_NAME,
)  # between hospitals, and between Rutland's postcodes
PERIOD = "off_peak"
CLOSE_SHARE, CLOSE_MIN = 0.15, 1.0  # DfT, TAG unit M3.1


def held_back_in_turn(benches: list[Bench], labels: list[str]) -> pd.DataFrame:
    """Return every pair of each district or hospital, timed by a fit that has not seen it.

    Columns: `held_back`, `yardstick`, `origin`, `authority`, `destination`, `reference_min`,
    `model_min`.
    """
    parameters, classes = read_parameters(), read_class_speeds()
    parts = []
    for label in labels:
        value = fit(benches, parameters, held_back=label)
        for number, bench in enumerate(benches):
            destination = pd.Series(bench.destination)
            table = pd.DataFrame(
                {
                    "held_back": label,
                    "yardstick": destination.map(NAMES).fillna(RUTLAND_NAME),
                    "origin": [f"{number}/{place}" for place in bench.pairs[:, 0]],
                    "authority": bench.group,
                    "destination": destination,
                    "reference_min": bench.minutes,
                    "model_min": bench.model_minutes(classes, value),
                }
            )
            parts.append(table[(bench.group == label) | (bench.destination == label)])
    blind: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return blind


def describe_error(pairs: pd.DataFrame) -> pd.Series:
    """Return count, bias, mean, median and 90th percentile of the absolute difference, and r2.

    All but `pairs`, `r2` (squared correlation) and `share_close` (within 15 % or 1 minute) are
    in minutes; the bias is model less reference.
    """
    difference = pairs["model_min"] - pairs["reference_min"]
    size = difference.abs()
    close = (size <= CLOSE_SHARE * pairs["reference_min"]) | (size <= CLOSE_MIN)
    return pd.Series(
        {
            "pairs": len(pairs),
            "bias_min": difference.mean(),
            "mean_abs_min": size.mean(),
            "median_abs_min": size.median(),
            "p90_abs_min": size.quantile(0.9),
            "r2": pairs["model_min"].corr(pairs["reference_min"]) ** 2,
            "share_close": close.mean(),
        }
    )


def slope(pairs: pd.DataFrame) -> float:
    """Return minutes of the reference for each modelled minute, by least squares."""
    return float(np.polyfit(pairs["model_min"], pairs["reference_min"], 1)[0])


def write_errors(blind: pd.DataFrame) -> None:
    """Write the three errors, and error.toml: a statement in words, then every yardstick."""
    journeys = blind[~blind["yardstick"].isin(NOT_OF_RESIDENTS)]
    written = {"index": False, "lineterminator": "\n", "float_format": "%.3f"}
    journey_errors(journeys, period=PERIOD).to_csv(ROADS / "journey_errors.csv", **written)
    between = blind[blind["yardstick"] != "indicative"]
    difference_errors(between).to_csv(ROADS / "difference_errors.csv", **written)
    by_yardstick = blind.groupby("yardstick")
    errors = pd.DataFrame({name: describe_error(part) for name, part in by_yardstick}).T
    city = errors.loc["royal_infirmary"]
    half, nine = (f"{city[name]:.1f}" for name in ("median_abs_min", "p90_abs_min"))
    statement = (
        "Modelled network. Held against independent car times at noon from "
        f"{city['pairs']:.0f} areas of Leicester, Leicestershire and Rutland that its fit had not "
        f"seen, half of its journeys to the Royal Infirmary are within {half} minutes and nine in "
        f"ten within {nine}; other hospitals and districts differ. The independent times are "
        "themselves modelled (a road router calibrated to a route planner), not observed."
    )
    lines = ["# Written by data/compile/validate.py.", f"statement = {json.dumps(statement)}"]
    lines.append(f"mean_min = {mean_error(journeys):.3f}")
    for name, row in errors.iterrows():
        lines += ["", f"[{name}]", f"pairs = {row['pairs']:.0f}"]
        lines += [f"{key} = {row[key]:.3f}" for key in row.index.drop("pairs")]
    (ROADS / "error.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(errors.round(3).to_string())


def main() -> None:
    """Cross-validate by district and by hospital; write the figures of the districts."""
    arguments = read_arguments()
    benches = read_benches(arguments.reference, arguments.streets)
    districts = sorted(set(np.concatenate([bench.group for bench in benches])))
    write_errors(held_back_in_turn(benches, districts))
    hospitals = sorted(set(benches[0].destination) - {VALIDATION_ONLY})
    for name, part in held_back_in_turn(benches[:1], hospitals).groupby("yardstick"):
        print(
            f"{name}, held back: slope {slope(part):.3f}", describe_error(part).round(2).to_dict()
        )


if __name__ == "__main__":
    main()
