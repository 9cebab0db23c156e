"""The inputs of a study: everything that it names, read and checked before times are computed."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from llrgeo.appraisal.capacity.plan import CapacityPlan
from llrgeo.appraisal.costs.rates import Rates, rate_faults
from llrgeo.appraisal.demand import Service, activity_faults, contacts, rate_base_faults
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.people.area_facts import has_projected_people
from llrgeo.appraisal.places.authorities import indicator_faults
from llrgeo.appraisal.places.indicators import PlaceFigures
from llrgeo.errors import InputError, LlrgeoError
from llrgeo.inputs.areas import read_areas
from llrgeo.inputs.base_map import BaseMap
from llrgeo.inputs.postcodes import read_postcodes
from llrgeo.inputs.sites import (
    check_open_on,
    check_postcodes_agree,
    check_service_names,
    check_sites_near,
    fill_authorities,
    read_sites,
    same_place_notes,
)
from llrgeo.inputs.theme import Theme, read_theme
from llrgeo.schema import name_some, raise_faults
from llrgeo.study.base_map import build_base_map, study_outlines
from llrgeo.study.capacity_inputs import Population, build_capacity_plan, read_population
from llrgeo.study.config import (
    StudyConfig,
    build_criteria,
    build_hurdles,
    build_services,
)
from llrgeo.study.file_keys import with_key
from llrgeo.study.indicators import read_place_figures
from llrgeo.study.manifest import describe_run
from llrgeo.study.new_sites import with_new_sites
from llrgeo.study.option_changes import build_options, estate_notes, unchanged_notes
from llrgeo.study.outside import outside_note
from llrgeo.study.plausibility import contact_faults, judges_costs, stray_cost_faults
from llrgeo.study.routers import build_routers
from llrgeo.study.sections.appraisal import read_activity, read_all_rates, read_indicators
from llrgeo.travel.times import Router

PLACES: Final = ("areas", "sites", "routers")
"""Parts of `StudyInputs`, by the names of its properties: all that travel times need."""
EVERYTHING: Final = (
    *PLACES,
    "home",
    "options",
    "base_map",
    "theme",
    "rates",
    "services",
    "activity",
    "indicators",
    "place_figures",
    "population",
    "capacity",
    "contacts",  # only for their check: nothing else uses them
)
"""The parts that are read and checked before a run; `postcodes` are read with the sites."""

logger: logging.Logger = logging.getLogger(__name__)


@dataclass
class StudyInputs:
    """The inputs that a study names. Each part is read and checked when first used, and kept.

    A part raises an `LlrgeoError` with all its faults, or those of a part that it depends on.

    Examples
    --------
    >>> inputs = llrgeo.read_inputs(llrgeo.load_study(folder / "study.toml"))
    >>> int(inputs.areas["residents"].sum()), list(inputs.sites.index)
    (1000, ['A', 'B', 'C'])
    """

    study: StudyConfig

    @cached_property
    def computed(self) -> dict[Callable[..., Any], Any]:
        """Results of functions that depend on places and roads alone, by function."""
        return {}

    @cached_property
    def described(self) -> dict[str, Any]:
        """The study's settings and its files' checksums, for the manifest (`describe_run`)."""
        return describe_run(self.study)

    @cached_property
    def areas(self) -> gpd.GeoDataFrame:
        """The areas on `area_id`: population-weighted centroids in EPSG:27700."""
        return read_areas(self.study.path("areas"))

    @cached_property
    def known_sites(self) -> gpd.GeoDataFrame:
        """All sites on `site_id`, closed ones too: points in EPSG:27700."""
        path = self.study.path("sites")
        sites = read_sites(path, postcodes=self.directory)
        check_sites_near(sites, self.areas, source=path.name)
        check_postcodes_agree(sites, self.areas, self.directory, source=path.name)
        check_open_on(sites, self.study.date, source=path.name)
        services = [service.id for service in self.study.services]
        if not self.study.confirm:  # which confirms that similar names are intended
            other = check_service_names(sites, services, source=path.name)
            logger.debug("%s: services that are not in the study: %s", path.name, other)
        filled = fill_authorities(sites, self.areas, self.directory, source=path.name)
        return with_new_sites(filled, self.areas, self.study.new_sites)

    @cached_property
    def sites(self) -> gpd.GeoDataFrame:
        """The sites on `site_id`, without closed ones."""
        if self.study.sites != "embedded":  # its sites of one campus are known
            for note in same_place_notes(self.known_sites, source=self.study.sites):
                logger.warning(note)
        return self.known_sites[self.known_sites["status"] != "closed"]

    @cached_property
    def home(self) -> frozenset[str]:
        """The authorities of the study; people and sites of any other are neighbours."""
        known = set(self.areas["authority"])
        unknown = sorted(set(self.study.home) - known)
        if unknown:
            table, there = self.study.path("areas").name, ", ".join(sorted(known))
            fault = f"home: no areas of {name_some(unknown)}; {table} has {there}"
            raise_faults([fault], source=self.study.source_name)
        return frozenset(self.study.home or known)

    @cached_property
    def routers(self) -> dict[str, Router]:
        """A router for each mode: over its network, or by the timetables."""
        return build_routers(self.study, self.areas, self.sites, self.earlier_routers)

    @cached_property
    def earlier_routers(self) -> Mapping[str, Router]:
        """Routers of an earlier run over the same roads, by mode; empty if there are none."""
        return {}

    @cached_property
    def options(self) -> tuple[Option, ...]:
        """The options, each with all sites of every service."""
        options = build_options(self.study, self.known_sites, left_out=self._left_out())
        for note in [*unchanged_notes(self.study, options), *estate_notes(self.study, options)]:
            logger.warning(note)
        return options

    @cached_property
    def base_map(self) -> BaseMap:
        """Outlines of the areas, main roads and places, to draw maps with.

        Roads and places are those of the study's own map where a mode travels along its streets.
        """
        drawn = study_outlines(self.study, self.areas)
        return build_base_map(drawn, self.routers.values())

    @cached_property
    def directory(self) -> pd.DataFrame:
        """Unit postcodes with their places and areas: the study's own, else the embedded ones."""
        return read_postcodes(self.study.path("postcodes") if self.study.postcodes else None)

    @cached_property
    def postcodes(self) -> pd.Series | None:
        """The area of each postcode that lies in one of the areas; None if none does."""
        area_ids = self.directory["area_id"]
        known = area_ids[area_ids.isin(self.areas.index)]
        return None if known.empty else known

    @cached_property
    def theme(self) -> Theme:
        """How the pages look."""
        return read_theme(self.study.path("theme")) if self.study.theme else Theme()

    @cached_property
    def rate_tables(self) -> Rates:
        """Costs and unit values as read, not compared with services and sites yet."""
        return read_all_rates(self.study.appraisal, self.study.folder)

    @cached_property
    def rates(self) -> Rates:
        """Costs and unit values."""
        rates = self.rate_tables
        services = [service.id for service in self.study.services]
        faults, costs = rate_faults(rates, services), self.study.appraisal.service_costs
        if rates.service_costs is not None and costs != "embedded":
            stray = stray_cost_faults(rates.service_costs, services, self.known_sites.index)
            faults += [f"service_costs: {costs}: {fault}" for fault in stray]
        raise_faults(faults, source=f"{self.study.source_name}: appraisal")
        return rates

    @property
    def judging_rates(self) -> Rates | None:
        """The rates if options are judged by costs; else None, and None if contacts are restricted.

        A restricted study leaves out criteria of costs (docs/methods 10).
        """
        used = judges_costs(build_criteria(self.study), build_hurdles(self.study))
        return self.rates if used and not self.study.appraisal.restricted else None

    @cached_property
    def activity(self) -> pd.DataFrame | None:
        """Contacts a year that were counted, areas by services; None if there are none."""
        activity = read_activity(self.study.appraisal, self.study.folder)
        if activity is not None:
            services = [service.id for service in self.study.services]
            faults = activity_faults(activity, services, self.areas.index)
            raise_faults(faults, source=self.study.appraisal.activity)
        return activity

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """The services; their rates are by age bands that the areas have."""
        services = build_services(self.study)
        faults = rate_base_faults(services, self.areas, self.activity)
        raise_faults(faults, source=self.study.path("areas").name)
        return services

    @cached_property
    def indicators(self) -> pd.DataFrame | None:
        """The user's own figures on `authority_code`; None if there are none."""
        indicators = read_indicators(self.study.appraisal, self.study.folder)
        if indicators is not None:
            faults = indicator_faults(indicators, self.areas["authority_code"])
            raise_faults(faults, source=self.study.appraisal.indicators)
        return indicators

    @cached_property
    def place_figures(self) -> tuple[PlaceFigures, ...]:
        """The study's indicators of authorities and areas, as they may be shown."""
        return read_place_figures(self.study, self.areas)

    @cached_property
    def population(self) -> Population | None:
        """People of areas over the years.

        None if the study names no years, or its areas lack the ages and authorities that people of
        later years are projected from; `left_out_note` reports that.
        """
        if not (self.study.years and has_projected_people(self.areas)):
            return None
        return read_population(self.study, self.areas)

    @cached_property
    def capacity(self) -> CapacityPlan | None:
        """Beds, rooms, teams and estate over the years; None without their `population`."""
        population = self.population
        if population is None:
            return None
        counted = () if self.activity is None else tuple(map(str, self.activity.columns))
        if self.study.appraisal.restricted:  # of real patients: open rates are used for years
            counted = ()
        return build_capacity_plan(
            self.study, population, self.known_sites, self.options, counted=counted
        )

    @cached_property
    def contacts(self) -> pd.Series:
        """Contacts a year of each service, by rates or as counted."""
        services = build_services(self.study)
        total = {
            service.id: float(contacts(service, self.areas, self.activity).sum())
            for service in services
        }
        faults = [] if self.study.confirm else contact_faults(total)
        raise_faults(faults, source=f"{self.study.source_name}: services")
        return pd.Series(total)

    def _left_out(self) -> pd.Index:
        """Return the sites of neighbours if the study leaves them out, else none."""
        sites = self.known_sites
        if not self.study.home_sites_only:
            return sites.index[:0]
        if "authority" not in sites.columns:
            fault = "column 'authority' is missing; home_sites_only cannot do without it"
            raise_faults([fault], source=self.study.path("sites").name)
        return sites.index[~sites["authority"].isin(self.home)]


def described_before(study: StudyConfig) -> dict[str, object]:
    """Return `described` for the `known` of `read_inputs`, so that it tells files as they are read.

    Without it they are told as they are when somebody asks, and one may be saved meanwhile. Empty
    where a file cannot be read: its reader says so.
    """
    with suppress(OSError):
        return {"described": describe_run(study)}
    return {}


def read_inputs(
    study: StudyConfig,
    parts: Sequence[str] = EVERYTHING,
    *,
    known: Mapping[str, object] | None = None,
) -> StudyInputs:
    """Read and check the inputs of a study, and report all faults of all files at once.

    Parameters
    ----------
    study
        What `load_study` returns.
    parts
        The parts to read now; any other is read when it is first used.
    known
        Parts of an earlier reading, by their names: they are not read again.

    Raises
    ------
    LlrgeoError
        If anything has a fault. Faults of several files are one `InputError`.

    Examples
    --------
    >>> inputs = llrgeo.read_inputs(llrgeo.load_study(folder / "study.toml"), ["areas", "sites"])
    >>> inputs.areas.crs.to_epsg(), len(inputs.areas), len(inputs.sites)
    (27700, 4, 3)
    """
    if note := outside_note(study):
        logger.warning(note)
    inputs = StudyInputs(study)
    vars(inputs).update(known or {})  # where a `cached_property` stores its value
    found: dict[str, LlrgeoError] = {}
    for part in parts:
        try:
            getattr(inputs, part)
        except LlrgeoError as error:  # parts repeat the faults of those that they depend on
            keyed = with_key(error, study)
            found.setdefault(str(keyed), keyed)
    if len(found) == 1:
        raise next(iter(found.values()))
    if found:
        raise InputError("\n".join([f"{len(found)} of the study's inputs have faults", *found]))
    return inputs
