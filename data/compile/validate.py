"""Measure the planning network's error on times that its fit has not seen.

Each district is held back in turn, the parameters are fitted on the others, and the district's
pairs are timed with them. The figures go to data/roads/error.toml, from where every result
takes its statement.

Run: python data/compile/validate.py --reference FILE.csv --streets FILE.osm.pbf
"""

import numpy as np
import pandas as pd
from bench import Bench
from fit import fit, read_arguments, read_benches
from speeds import ROADS, read_class_speeds, read_parameters

NAMES = {"LE1 5WW": "royal_infirmary", "NG7 2UH": "nottingham_qmc", "RWEAA": "indicative"}
RUTLAND_NAME = "rutland_streets"
CLOSE_SHARE, CLOSE_MIN = 0.15, 1.0  # DfT, TAG unit M3.1


def cross_validated(benches: list[Bench]) -> pd.DataFrame:
    """Return `yardstick`, `reference_min` and `model_min` of every pair, each timed blindly."""
    parameters, classes = read_parameters(), read_class_speeds()
    groups = sorted(set(np.concatenate([bench.group for bench in benches])))
    parts = []
    for group in groups:
        value = fit(benches, parameters, held_back=group)
        for bench in benches:
            table = pd.DataFrame(
                {
                    "yardstick": pd.Series(bench.destination).map(NAMES).fillna(RUTLAND_NAME),
                    "reference_min": bench.minutes,
                    "model_min": bench.model_minutes(classes, value),
                }
            )
            parts.append(table[bench.group == group])
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


def write_errors(errors: pd.DataFrame) -> None:
    """Write error.toml: a statement in words on the city's yardstick, then every yardstick."""
    city = errors.loc["royal_infirmary"]
    statement = (
        "Modelled network. Cross-validated against independent car times to the Leicester Royal "
        f"Infirmary from {city['pairs']:.0f} areas of Leicester, Leicestershire and Rutland, half "
        f"of its times are within {city['median_abs_min']:.1f} minutes and nine in ten within "
        f"{city['p90_abs_min']:.1f}."
    )
    lines = ["# Written by data/compile/validate.py.", f'statement = "{statement}"']
    for name, row in errors.iterrows():
        lines += ["", f"[{name}]", f"pairs = {row['pairs']:.0f}"]
        lines += [f"{key} = {row[key]:.3f}" for key in row.index.drop("pairs")]
    (ROADS / "error.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Cross-validate, print the figures and write them."""
    arguments = read_arguments()
    pairs = cross_validated(read_benches(arguments.reference, arguments.streets))
    errors = pd.DataFrame(
        {name: describe_error(part) for name, part in pairs.groupby("yardstick")}
    ).T
    write_errors(errors)
    print(errors.round(3).to_string())


if __name__ == "__main__":
    main()
