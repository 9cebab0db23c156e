"""Fit the planning network's few parameters on independent car times.

The squared differences in minutes (each hospital, the streets of Rutland and the indicative times
weighted as a whole), and a pull towards the starting values, are minimised by least squares
within the bounds of data/roads/parameters.toml. Single links are never fitted.

Run: python data/compile/fit.py --reference FILE.csv --streets FILE.osm.pbf
It writes the fitted values into data/roads/parameters.toml.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from bench import Bench
from classified_roads import read_links
from network import both_ways, build_edges, keep_main_component, time_edges, to_network
from numpy.typing import NDArray
from scipy.optimize import least_squares
from speeds import read_class_speeds, read_parameters, write_parameters
from yardsticks import DATA, VALIDATION_ONLY, hospital_times, indicative_times, rutland_times

PULL_MIN = 1.0  # as bad as a miss by so many minutes: a parameter moved by its whole range
WEIGHTS = (1.0, 0.02, 2.0)  # of a destination: hospital times, Rutland's streets, indicative times
STEP = 0.02  # of a parameter's range, to find slopes by


def pair_weights(bench: Bench, weight: float) -> NDArray[np.float64]:
    """Return a weight for each pair, such that every destination counts alike.

    The indicative times are to be met within a share of them, so their misses count relatively.
    """
    destination = pd.Series(bench.destination)
    pairs = destination.map(destination.value_counts()).to_numpy(dtype=float)
    even = np.sqrt(weight / pairs)
    return even * bench.minutes.mean() / bench.minutes if bench.relative else even


def is_fitted(bench: Bench, held_back: str) -> NDArray[np.bool_]:
    """Say which pairs a fit sees: not those of the district or hospital that is held back."""
    fitted: NDArray[np.bool_] = (bench.group != held_back) & (bench.destination != held_back)
    return fitted & (bench.destination != VALIDATION_ONLY)


def fit(benches: list[Bench], parameters: pd.DataFrame, held_back: str = "") -> "pd.Series[float]":
    """Return the parameters' values, the free ones fitted blind to one district or hospital."""
    classes = read_class_speeds()
    free = parameters[parameters["lower"] < parameters["upper"]]
    start, span = free["start"], free["upper"] - free["lower"]

    def moved_by(steps: NDArray[np.float64]) -> "pd.Series[float]":
        value = parameters["start"].astype(float)
        value[free.index] = start + steps * span
        return value

    def residuals(steps: NDArray[np.float64]) -> NDArray[np.float64]:
        value = moved_by(steps)
        parts = [
            ((bench.model_minutes(classes, value) - bench.minutes) * pair_weights(bench, weight))[
                is_fitted(bench, held_back)
            ]
            for bench, weight in zip(benches, WEIGHTS, strict=True)
        ]
        return np.concatenate([*parts, PULL_MIN * steps])

    bounds = ((free["lower"] - start) / span, (free["upper"] - start) / span)
    found = least_squares(
        residuals,
        np.zeros(len(free)),
        bounds=bounds,
        diff_step=[STEP] * len(free),
        xtol=1e-3,
        ftol=1e-3,
    )
    return moved_by(found.x)


def read_benches(reference: Path, streets: Path) -> list[Bench]:
    """Build the network once and lay both yardsticks on it."""
    postcodes = pd.read_parquet(DATA / "postcodes.parquet")
    links = read_links(sorted((DATA / "roads").glob("links*.csv")))
    nodes, edges = build_edges(postcodes, links)
    nodes, edges = keep_main_component(nodes, both_ways(edges))
    network = to_network(nodes, time_edges(edges), {})
    yardsticks = [hospital_times(reference), rutland_times(streets), indicative_times()]
    return [Bench.of(network, edges, yardstick) for yardstick in yardsticks]


def read_arguments() -> argparse.Namespace:
    """Read the paths of the independent times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", type=Path, required=True)
    parser.add_argument("--streets", type=Path, required=True)
    return parser.parse_args()


def main() -> None:
    """Fit on everything and write the values."""
    arguments = read_arguments()
    parameters = read_parameters()
    value = fit(read_benches(arguments.reference, arguments.streets), parameters)
    write_parameters(parameters.assign(value=value))
    print(value.round(3).to_string())


if __name__ == "__main__":
    main()
