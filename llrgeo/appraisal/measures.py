"""Measures: the figures that options are compared by, each with its own direction and anchors."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

import numpy as np
import pandas as pd

from llrgeo.appraisal.costs.option_costs import CostChange
from llrgeo.appraisal.people.access import ScoredGroups
from llrgeo.appraisal.people.people_groups import DEPRIVATION_FIFTHS, EVERYONE
from llrgeo.schema import name_some, raise_faults


class Columns(Protocol):
    """A table by service, of which columns are taken: a frame, or arrays by name."""

    def __getitem__(self, name: str, /) -> Any:  # noqa: ANN401 - a series or an array
        """Return a column."""
        ...


class Figures(Protocol):
    """What measures read of an option: of `evaluation.OptionSummary`, where they are explained."""

    @property
    def scored_groups(self) -> ScoredGroups:
        """How long each group of people travels."""
        ...

    @property
    def share_worse(self) -> float:
        """The share of people with a longer journey, or none left."""
        ...

    @property
    def burden(self) -> Columns:
        """Trips, hours, kilometres and kg CO2e a year by service."""
        ...

    @property
    def care(self) -> Columns:
        """Contacts a year by service and place."""
        ...

    @property
    def cost(self) -> CostChange | None:
        """What the option costs and saves."""
        ...


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure by which options are compared.

    Attributes
    ----------
    label, unit
        What a reader sees.
    better
        Whether a lower or a higher figure is better: the direction is known here and nowhere else.
    anchors
        The figures that score 0 and 1. They are fixed, so that adding or dropping an option
        changes no other option's score.
    value
        The figure of an option.
    of_contacts
        Whether it counts contacts, so that it is set aside where these are of real patients.
    """

    label: str
    unit: str
    better: Literal["lower", "higher"]
    anchors: tuple[float, float]
    value: Callable[[Figures], float]
    of_contacts: bool = False

    def score(self, values: pd.Series) -> pd.Series:
        """Return scores of 0 to 1; figures beyond the anchors score 0 or 1."""
        scores_0, scores_1 = self.anchors
        share = (values.to_numpy(float) - scores_0) / (scores_1 - scores_0)
        return pd.Series(share.clip(0, 1), values.index, name=values.name)

    def meets(self, value: float, limit: float) -> bool:
        """Return whether a figure is at least as good as a limit."""
        return value <= limit if self.better == "lower" else value >= limit


def measure_values(
    results: Mapping[str, Figures], names: Collection[str], measures: Mapping[str, Measure]
) -> pd.DataFrame:
    """Return the figures of options (rows) on some of the measures (columns).

    Raises
    ------
    InputError
        If a measure has no figure in this study; the message lists every one.
    """
    # In the order of the table of measures, whatever order the study names them in.
    wanted = [name for name in measures if name in names]
    values = pd.DataFrame(
        [[measures[name].value(result) for name in wanted] for result in results.values()],
        index=pd.Index(results, name="option"),
        columns=wanted,
        dtype=float,
    )
    if np.isnan(values.to_numpy()).any():
        missing = values.isna()
        raise_faults(
            [
                f"'{name}' has no figure for {name_some(values.index[missing[name]])}; "
                "give the study what it needs or drop the criterion"
                for name in wanted
                if missing[name].any()
            ],
            source="criteria",
        )
    return values


def off_scale(values: pd.DataFrame, measures: Mapping[str, Measure]) -> pd.DataFrame:
    """Return where figures lie beyond their anchors, so that equal scores hide a difference."""
    beyond = {}
    for name in values.columns:
        low, high = sorted(measures[name].anchors)
        beyond[name] = (values[name] < low) | (values[name] > high)
    return pd.DataFrame(beyond, index=values.index)


def score_values(values: pd.DataFrame, measures: Mapping[str, Measure]) -> pd.DataFrame:
    """Return scores of 0 to 1 for figures: options by measures."""
    return pd.DataFrame({name: measures[name].score(values[name]) for name in values.columns})


def _everyone(column: str) -> Callable[[Figures], float]:
    """Return a figure of everyone; a journey that is not there counts as the ceiling."""
    return lambda result: result.scored_groups[column][EVERYONE]


def _group_mean(group: str, level: str) -> Callable[[Figures], float]:
    return lambda result: result.scored_groups["mean_min"].get((group, level), float("nan"))


def _share_of_contacts(*places: str) -> Callable[[Figures], float]:
    """Return the share of contacts in some places, of services a team does not bring home."""

    def value(result: Figures) -> float:
        # Columns as arrays: options and changed assumptions are many, services few.
        counted = np.asarray(result.care["delivery"]) != "team"
        placed = [np.asarray(result.care[place])[counted] for place in places]
        return float(
            np.concatenate(placed).sum() / np.asarray(result.care["contacts"])[counted].sum()
        )

    return value


def _share_in_time(delivery: str) -> Callable[[Figures], float]:
    def value(result: Figures) -> float:
        # Two measures in one: home visits by teams, or everything else.
        counted = (np.asarray(result.care["delivery"]) == "team") == (delivery == "team")
        contacts = np.asarray(result.care["contacts"])[counted].sum()
        in_time = np.asarray(result.care["contacts_in_time"])[counted].sum()
        return float(in_time / contacts) if contacts else float("nan")

    return value


def _deprivation_gap(result: Figures) -> float:
    """Return the gap between the two fifths that it names; NaN where a study lacks one of them."""
    most, least = (
        _group_mean("deprivation_fifth", DEPRIVATION_FIFTHS[place])(result) for place in (0, -1)
    )
    return most - least


def _burden(column: str) -> Callable[[Figures], float]:
    # NaN stays NaN: without kilometres there is no carbon, not little.
    return lambda result: float(np.asarray(result.burden[column]).sum())


def _cost(figure: Callable[[CostChange], float]) -> Callable[[Figures], float]:
    """Return a figure of cost against the baseline; NaN where the study states no costs."""
    return lambda result: float("nan") if result.cost is None else figure(result.cost)


MEASURES: Final[Mapping[str, Measure]] = {
    "mean_minutes": Measure(
        "Average journey each way", "minutes", "lower", (40.0, 0.0), _everyone("mean_min")
    ),
    "p90_minutes": Measure(
        "Nine in ten residents travel at most",
        "minutes",
        "lower",
        (60.0, 0.0),
        _everyone("p90_min"),
    ),
    "within_standard": Measure(
        "Appointments within the standard journey time",
        "share",
        "higher",
        (0.0, 1.0),
        _share_in_time("patient"),
        of_contacts=True,
    ),
    "closer_to_home": Measure(
        "Care at community sites, at home or by video",
        "share",
        "higher",
        (0.0, 1.0),
        _share_of_contacts("community", "primary", "home", "video"),
        of_contacts=True,
    ),
    "worse_off": Measure(
        "Residents with a longer journey, or none left, for at least one service",
        "share",
        "lower",
        (1.0, 0.0),
        lambda result: result.share_worse,
    ),
    "most_deprived_minutes": Measure(
        "Average journey of the most deprived fifth, each way",
        "minutes",
        "lower",
        (40.0, 0.0),
        _group_mean("deprivation_fifth", DEPRIVATION_FIFTHS[0]),
    ),
    "rural_minutes": Measure(
        "Average journey of rural residents, each way",
        "minutes",
        "lower",
        (60.0, 0.0),
        _group_mean("rural_urban", "rural"),
    ),
    "older_minutes": Measure(
        "Average journey of people aged 85 and over, each way",
        "minutes",
        "lower",
        (40.0, 0.0),
        _group_mean("age", "age_85_plus"),
    ),
    "deprivation_gap": Measure(
        "How much longer the most deprived fifth travel than the least deprived",
        "minutes",
        "lower",
        (20.0, -20.0),
        _deprivation_gap,
    ),
    "team_in_time": Measure(
        "Home visits within the standard drive time",
        "share",
        "higher",
        (0.0, 1.0),
        _share_in_time("team"),
        of_contacts=True,
    ),
    "patient_hours": Measure(
        "Patients' travel in a year, there and back",
        "hours",
        "lower",
        (2e6, 0.0),
        _burden("patient_hours"),
        of_contacts=True,
    ),
    "city_hours": Measure(
        "Patients' travel to acute hospitals in a year, there and back",
        "hours",
        "lower",
        (2e6, 0.0),
        _burden("city_hours"),
        of_contacts=True,
    ),
    "carbon": Measure(
        "Carbon emissions of all journeys in a year",
        "kilograms of CO2e",
        "lower",
        (1e7, 0.0),
        _burden("kg_co2e"),
        of_contacts=True,
    ),
    "provider_cost_a_year": Measure(
        "What the provider pays more than today, by the year",
        "pounds a year",
        "lower",
        (30e6, -30e6),
        _cost(lambda cost: cost.provider_a_year),
        of_contacts=True,
    ),
    "net_present_cost": Measure(
        "Whole-life cost to provider, patients and carbon, more than today",
        "pounds",
        "lower",
        (500e6, -500e6),
        _cost(lambda cost: cost.net),
        of_contacts=True,
    ),
}

CONTACT_MEASURES: Final = frozenset(
    name for name, measure in MEASURES.items() if measure.of_contacts
)
"""The measures that are set aside where contacts are of real patients."""

COST_MEASURES: Final = frozenset({"provider_cost_a_year", "net_present_cost"})
"""The measures that need the costs of services."""
