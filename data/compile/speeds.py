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
    """Read value, start, lower, upper and meaning of each parameter, indexed by name."""
    text = (ROADS / "parameters.toml").read_text(encoding="utf-8")
    return pd.DataFrame.from_dict(tomllib.loads(text), orient="index")


def write_parameters(parameters: pd.DataFrame) -> None:
    """Write the table that `read_parameters` reads."""
    lines = ["# Parameters of the planning network; fit.py writes the values. Where lower and"]
    lines += ["# upper are one, the parameter is set and not fitted."]
    for parameter, row in parameters.iterrows():
        lines += ["", f"[{parameter}]"]
        lines += [f"{name} = {row[name]:#.4g}" for name in ("value", "start", "lower", "upper")]
        lines += [f"meaning = {json.dumps(row['meaning'])}"]
    (ROADS / "parameters.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def fitted_class_speeds(classes: pd.DataFrame, value: "pd.Series[float]") -> pd.DataFrame:
    """Return `rural` and `urban` mph by road class: the starting speeds as the fit moved them."""
    trunk = classes.index.str.startswith("trunk")
    mph = pd.DataFrame(
        {
            "rural": classes["rural_mph"]
            * np.where(trunk, value["trunk_factor"], value["rural_factor"]),
            "urban": classes["urban_mph"] * value["urban_factor"],
        }
    ).clip(classes["lower_mph"], classes["upper_mph"], axis=0)
    mph.loc["motorway"] = value["motorway_mph"]
    mph.loc["local_street"] = value[["local_open_mph", "local_dense_mph"]].to_numpy()
    return mph


def edge_seconds(
    edges: pd.DataFrame, classes: pd.DataFrame, value: "pd.Series[float]"
) -> NDArray[np.float64]:
    """Return seconds to drive each edge off-peak.

    Speeds fall from rural to urban with the density of delivery points around the edge.
    """
    road_class = edges["road_class"]
    urban = 1 - np.exp(-edges["density"] / value["density_scale"])
    by_class = fitted_class_speeds(classes, value).loc[road_class].set_index(edges.index)
    mph = by_class["rural"] * (1 - urban) + by_class["urban"] * urban
    mph = mph.clip(upper=edges["limit_mph"])
    delay = (
        edges["junction_ends"] * value["junction_s"] / 2
        + edges["joints"] * value["joint_s"]
        + (road_class == "slip_road") * value["slip_road_s"]
        + edges["motorway_crossings"] * value["motorway_crossing_s"]
    )
    seconds: NDArray[np.float64] = (edges["length_m"] / (mph * MPS_PER_MPH) + delay).to_numpy(float)
    return seconds


def period_factors(edges: pd.DataFrame, classes: pd.DataFrame, period: str) -> NDArray[np.float64]:
    """Return the factor on off-peak seconds of each edge."""
    if period == "off_peak":
        return np.ones(len(edges))
    return edges["road_class"].map(classes[period]).to_numpy(dtype=float)
