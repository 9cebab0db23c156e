"""Turn the edges of the planning network into seconds, by a few fitted parameters."""

import json
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

ROADS = Path(__file__).parents[1] / "roads"
MPS_PER_MPH = 0.44704


def read_class_speeds() -> pd.DataFrame:
    """Read starting speeds, bounds and period multipliers by road class."""
    return pd.read_csv(ROADS / "class_speeds.csv", index_col="road_class")


def read_parameters() -> pd.DataFrame:
    """Read value, lower, upper and meaning of each parameter, indexed by name."""
    text = (ROADS / "parameters.toml").read_text(encoding="utf-8")
    return pd.DataFrame.from_dict(tomllib.loads(text), orient="index")


def write_parameters(parameters: pd.DataFrame) -> None:
    """Write the table that `read_parameters` reads."""
    lines = ["# Parameters of the planning network. fit.py writes the values; the bounds are ours."]
    for name, row in parameters.iterrows():
        lines += ["", f"[{name}]", f"value = {row['value']:.4g}"]
        lines += [f"lower = {row['lower']}", f"upper = {row['upper']}"]
        lines += [f"meaning = {json.dumps(row['meaning'])}"]
    (ROADS / "parameters.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def edge_seconds(
    edges: pd.DataFrame, classes: pd.DataFrame, value: "pd.Series[float]"
) -> NDArray[np.float64]:
    """Return seconds to drive each edge off-peak.

    Speeds fall from rural to urban with the density of delivery points around the edge.
    """
    urban = 1 - np.exp(-edges["density"].to_numpy() / value["density_scale"])
    local = edges["road_class"].eq("local_street").to_numpy()
    by_class = classes.reindex(edges["road_class"])
    lower, upper = by_class["lower_mph"].to_numpy(), by_class["upper_mph"].to_numpy()
    rural = (by_class["rural_mph"] * value["rural_factor"]).clip(lower, upper).to_numpy()
    town = (by_class["urban_mph"] * value["urban_factor"]).clip(lower, upper).to_numpy()
    mph = np.where(
        local,
        value["local_open_mph"] * (1 - urban) + value["local_dense_mph"] * urban,
        rural * (1 - urban) + town * urban,
    )
    mph = np.fmin(mph, edges["limit_mph"].to_numpy())
    delay = (
        edges["junction_ends"].to_numpy() * value["junction_s"] / 2
        + edges["road_class"].eq("slip_road").to_numpy() * value["slip_road_s"]
        + edges["motorway_crossings"].to_numpy() * value["motorway_crossing_s"]
    )
    return edges["length_m"].to_numpy() / (mph * MPS_PER_MPH) + delay


def period_factors(edges: pd.DataFrame, classes: pd.DataFrame, period: str) -> NDArray[np.float64]:
    """Return the factor on off-peak seconds of each edge; local streets follow primary roads."""
    if period == "off_peak":
        return np.ones(len(edges))
    road_class = edges["road_class"].replace("local_street", "primary")
    return road_class.map(classes[period]).to_numpy(dtype=float)
