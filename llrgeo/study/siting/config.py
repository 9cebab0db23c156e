"""The siting file as a model: the problem that `llrgeo locate` solves, for review."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

import geopandas as gpd
import pandas as pd
from pydantic import AfterValidator, Field, model_validator

from llrgeo.appraisal.people.people_groups import deprivation_fifth
from llrgeo.appraisal.siting import constraints
from llrgeo.appraisal.siting.locate import DEFAULT_SECONDS
from llrgeo.appraisal.siting.objectives import OBJECTIVES
from llrgeo.errors import InputError
from llrgeo.files import StrPath
from llrgeo.inputs.tables import read_toml
from llrgeo.schema import AgeBand
from llrgeo.study.validation import Label, Name, Part, Positive, Share, check_config

SiteIds = tuple[str, ...]
Count = Annotated[int, Field(ge=1)]
Growth = Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)]
Factor = Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)]  # more is a mistake


def _known_objective(name: str) -> str:
    if name not in OBJECTIVES:
        msg = f"no objective '{name}'; known are {', '.join(OBJECTIVES)}"
        raise ValueError(msg)
    return name


KnownObjective = Annotated[str, AfterValidator(_known_objective)]
Group = Literal["deprivation fifth", "authority", "rural or urban"]


class MaxBeyondConfig(Part):
    """At most so many residents farther than some minutes from an open site."""

    minutes: Positive
    people: Positive


class BudgetConfig(Part):
    """The largest total cost of the sites of a plan; a site that is not listed costs nothing."""

    at_most: Positive
    cost: dict[str, Positive]


class BedLimits(Part):
    """Limits of a search of sites for beds: most beds in all, fewest at a site, year of people.

    `year` is one of the study's; left out, it is the first. A study without years uses the census.
    """

    at_most: Count | None = None
    smallest: Count = 1
    year: int | None = None


class ScenarioConfig(Part):
    """A future: people of a year of the study, journeys and age bands times a factor each."""

    label: Label
    year: int | None = None
    time_factor: Factor = 1.0
    growth: dict[AgeBand | Literal["residents"], Growth] = Field(default_factory=dict)


class SitingConfig(Part):
    """A siting problem: the service, the objective, the constraints, and which answers to give.

    Attributes
    ----------
    year
        The year of the study whose projected people are served; the census if left out. Residents
        in constraints, and those counted by their change, stay those of the census.
    start
        The option used instead of the baseline: plans are compared with its sites, and `add` adds
        to them.
    standard_min
        Minutes that count as near; those that the service's standard leaves for travel if not
        given.
    p, add
        The number of sites, without those that neighbours run; or the number in addition to today's
        sites, all of which then stay. Where both are left out, a budget or another constraint
        decides.
    outside_stay
        Whether sites of today outside the study's own authorities stay open; one that `close`
        names does not.
    sectors, postcodes
        Candidates besides the sites that could host the service: the centres of all postcode
        sectors, and unit postcodes. One that is in the sites table already is taken from there.
    plans, differ_by
        The number of best plans, and the number of sites in which any two of them differ.
    curve
        Numbers of sites for which the best value is found.
    scenarios
        Futures, besides today, for which the regret of plans is computed.
    beds
        Finds the beds that sites need, by a queue, instead of an objective (`locate_beds`).
    gap, seconds
        Limits of each search: every plan, number of sites on the curve and scenario is one.

    Examples
    --------
    >>> config = llrgeo.load_siting(None, service="clinic", p=2, keep=["A"])
    >>> config.service, config.p, config.objective
    ('clinic', 2, 'p-median')
    """

    service: Name
    objective: KnownObjective = "p-median"
    start: Name | None = None
    mix: dict[KnownObjective, Positive] = Field(default_factory=dict)
    p: Count | None = None
    add: Count | None = None
    outside_stay: bool = True
    standard_min: Positive | None = None
    sectors: bool = False
    postcodes: SiteIds = ()
    keep: SiteIds = ()
    close: SiteIds = ()
    one_of: tuple[SiteIds, ...] = ()
    at_most_one_of: tuple[SiteIds, ...] = ()
    one_in_each: Literal["authority"] | None = None
    no_group_worse: Group | None = None
    max_beyond: tuple[MaxBeyondConfig, ...] = ()
    budget: BudgetConfig | None = None
    capacity: dict[str, Positive] = Field(default_factory=dict)
    minimum_activity: Positive = 0.0
    plans: Count = 1
    differ_by: Count = 1
    curve: tuple[Count, ...] = ()
    scenarios: tuple[ScenarioConfig, ...] = ()
    year: int | None = None
    beds: BedLimits | None = None
    gap: Share = 0.0
    seconds: Positive = DEFAULT_SECONDS

    @model_validator(mode="after")
    def _one_number(self) -> Self:
        if self.add and self.p:
            msg = f"p is {self.p} and add is {self.add}; leave one out"
            raise ValueError(msg)
        if self.add and OBJECTIVES[self.objective].covers_all:
            msg = f"{self.objective} finds the number of sites; leave out add"
            raise ValueError(msg)
        return self


def load_siting(path: StrPath | None, **given: object) -> SitingConfig:
    """Read a siting file; values given as arguments replace the file's, unless they are None.

    Of a table, such as `beds`, only the keys that are given are replaced.

    Raises
    ------
    ConfigError
        If a key is unknown or missing, or a value is out of range; the message lists every fault.
    InputError
        If the file is absent or not TOML.

    Examples
    --------
    >>> llrgeo.load_siting(None, service="clinic", p=2).p  # without a file: from keys alone
    2
    """
    path = None if path is None else Path(path)
    read = {} if path is None else read_toml(path)
    overrides = {key: value for key, value in given.items() if value is not None}
    for key, value in overrides.items():
        if isinstance(value, Mapping) and isinstance(read.get(key), Mapping):
            overrides[key] = {**read[key], **value}
    values = {**read, **overrides}
    return check_config(SitingConfig, values, source=path.name if path else "llrgeo locate")


def build_constraints(
    config: SitingConfig, areas: pd.DataFrame, candidates: gpd.GeoDataFrame, today: pd.Series
) -> Iterator[constraints.Constraint]:
    """Yield the constraints of a siting file.

    Parameters
    ----------
    config
        The siting file.
    areas
        On `area_id`.
    candidates
        On `site_id`, with `authority` if the file has `one_in_each`.
    today
        Minutes of each area to its nearest site of today.
    """
    yield from _about_sites(config, areas, candidates)
    people = areas["residents"].astype(float)
    if config.no_group_worse:
        yield constraints.NoGroupWorse(_groups(areas, config.no_group_worse), people, today)
    for limit in config.max_beyond:
        yield constraints.MaxBeyond(limit.minutes, people, limit.people)
    if config.capacity:
        yield constraints.Capacity(config.capacity)
    if config.minimum_activity:
        yield constraints.MinimumActivity(config.minimum_activity)


def _about_sites(
    config: SitingConfig, areas: pd.DataFrame, candidates: gpd.GeoDataFrame
) -> Iterator[constraints.Constraint]:
    """Yield the constraints that only depend on which sites are open."""
    if config.keep:
        yield constraints.Keep(frozenset(config.keep))
    if config.close:
        yield constraints.Close(frozenset(config.close))
    for sites in config.one_of:
        yield constraints.OneOf(frozenset(sites))
    for sites in config.at_most_one_of:
        yield constraints.Exclusive(frozenset(sites))
    if config.one_in_each:
        # Candidates of neighbours are in no authority of the study, so they count for none.
        inside = candidates["authority"][candidates["authority"].isin(areas["authority"])]
        yield constraints.OneInEach(
            dict(zip(inside.index, inside, strict=True)), needed=frozenset(areas["authority"])
        )
    if config.budget:
        yield constraints.Budget(config.budget.cost, config.budget.at_most)


def _groups(areas: pd.DataFrame, group: Group) -> pd.Series:
    needed = {"deprivation fifth": "imd_decile", "rural or urban": "rural_urban"}.get(group)
    if needed and needed not in areas.columns:
        msg = f"no_group_worse: the table of areas has no column '{needed}', so it tells no {group}"
        raise InputError(msg)
    if group == "deprivation fifth":
        return deprivation_fifth(areas)
    return areas["authority" if group == "authority" else "rural_urban"]
