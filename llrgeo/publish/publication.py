"""Publication: everything that is published of one study, and nothing about how it is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from itertools import product
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.appraisal.demand import Service
from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.inputs import times_for
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.people.area_facts import DeprivationIndex
from llrgeo.appraisal.places.indicators import PlaceFigures
from llrgeo.appraisal.tables.declaration import TableDescription
from llrgeo.appraisal.uncertainty.robustness import FirstPlace
from llrgeo.execution.memory import Recall, make_anew
from llrgeo.inputs.base_map import BaseMap
from llrgeo.inputs.theme import Theme
from llrgeo.publish.lazy_mapping import LazyMapping
from llrgeo.publish.option_view import OptionView, ShownAreas, build_option_view
from llrgeo.publish.people_view import (
    ComparedOption,
    PeopleView,
    build_people_view,
    opening_service,
    shown_people,
)
from llrgeo.publish.planning import OwnRoads, Planning
from llrgeo.publish.publication_faults import matrix_faults, option_faults
from llrgeo.publish.wording import Wording, wording
from llrgeo.schema import raise_faults, site_roles
from llrgeo.travel.routes.ways import WayTree
from llrgeo.travel.times import TravelTimes

_CITY: Final = "city_hospital"
_ACUTE: Final = "acute"


@dataclass(frozen=True)  # no slots: the views are kept once they are built
class Publication:
    """A study as it is published.

    Attributes
    ----------
    title
        The heading of every page.
    date
        The day of its figures, ISO 8601. It comes from the study, never from a clock.
    areas, sites
        As `llrgeo.inputs` reads them.
    base
        The base map.
    times
        One matrix for each mode, period and direction, in tenths of a minute (see below).
    judged_by
        The one of them by whose mode and period the options were judged.
    services
        What is appraised, in the order in which a reader chooses from them.
    results
        What the appraisal found of each option, by the option's name and in the order in which a
        reader chooses from them.
    baseline_name
        The name of the option that the others are compared with.
    tables
        Every table of the appraisal, by name.
    manifest
        Inputs, parameters and versions; its hash is on every page.
    error_note
        How sure the travel times are, in plain words.
    sources
        The sources and licences of the data, one a line.
    first_place
        How sure the first place is; None where it was not examined.
    postcodes
        `area_id` by unit postcode, or None for a study without postcodes.
    tolerance_min
        Changes up to this many minutes count as none.
    illustrative
        Whether figures are made up, and pages must say so.
    theme
        Names, colours and contact of the publisher.
    question
        What the study wants to find out, in a sentence; empty for none.
    descriptions
        What each of the tables is about, and what its columns hold.
    deprivation
        The index by which areas are ranked, as the study names it.
    planning
        What the planner page needs; None for a study that is published without one.
    words
        The catalogue of the language that it is published in.
    figures
        The study's indicators of authorities and areas, as they may be shown.
    ways
        The ways along the roads to the sites that are nearest in an option, by site, in the mode
        and period that options are judged by; empty where none are known.
    own_roads
        What the explorer needs to answer for a reader's own postcode; None where it does not.
    recall
        Calls a function, or returns what an earlier run got from it (`llrgeo.execution.memory`).
    part_of
        The publication of the whole study, where this one shows only some of its areas; else None.
        Results and views stay those of the whole.

    Raises
    ------
    InputError
        If the parts do not fit each other, or minutes are finer than a tenth: pages carry tenths,
        and every published figure must follow from the published minutes.
    """

    title: str
    date: str
    areas: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    base: BaseMap
    times: tuple[TravelTimes, ...]
    judged_by: TravelTimes
    services: tuple[Service, ...]
    results: Mapping[str, OptionResult]
    baseline_name: str
    tables: Mapping[str, pd.DataFrame]
    manifest: Mapping[str, object]
    error_note: str
    sources: tuple[str, ...]
    first_place: FirstPlace | None = None
    postcodes: pd.Series | None = None
    tolerance_min: float = 1.0
    illustrative: bool = False
    theme: Theme = field(default_factory=Theme)
    question: str = ""
    descriptions: Mapping[str, TableDescription] = field(default_factory=dict)
    deprivation: DeprivationIndex = field(default_factory=DeprivationIndex)
    planning: Planning | None = None
    words: Wording = field(default_factory=wording)
    figures: tuple[PlaceFigures, ...] = ()
    ways: Mapping[str, WayTree] = field(default_factory=dict)
    own_roads: OwnRoads | None = None
    recall: Recall = make_anew
    part_of: "Publication | None" = None

    def __post_init__(self) -> None:
        """Refuse parts that do not fit each other."""
        faults = [*option_faults(self.results, self.baseline_name, self.services, self.sites.index)]
        if not self.services or not self.times:
            faults.append("there must be at least one service and one matrix of travel times")
        if not any(times is self.judged_by for times in self.times):
            faults.append("the times that options are judged by are not among those published")
        if not self.areas.index.equals(self.base.outlines.index):
            faults.append("areas and outlines differ in their ids or their order")
        for times in self.times:
            faults += matrix_faults(times, self.areas.index, self.results)
        raise_faults(faults, source="what is to be published")

    def __getstate__(self) -> dict[str, Any]:
        """Return its parts: pickled for a worker, it leaves behind what it has kept."""
        return {part.name: getattr(self, part.name) for part in fields(self)}

    @cached_property
    def computed(self) -> dict[Callable[..., Any], Any]:
        """What functions of the publication returned, by function (`computed_once`)."""
        return {}

    @property
    def whole(self) -> "Publication":
        """The publication of the whole study: what rests on no area is found once, for it."""
        return self.part_of or self

    @cached_property
    def rows_in_whole(self) -> NDArray[np.intp]:
        """The positions of the areas in the whole study."""
        return self.whole.areas.index.get_indexer(self.areas.index)

    @cached_property
    def options(self) -> tuple[Option, ...]:
        """The options, the baseline first."""
        first = [self.baseline] if self.baseline_name in self.results else []
        return (*first, *self.alternatives)

    @property
    def baseline(self) -> Option:
        """The option that the others are compared with."""
        return self.results[self.baseline_name].option

    @cached_property
    def alternatives(self) -> tuple[Option, ...]:
        """The options that are compared with the baseline."""
        return tuple(
            result.option for name, result in self.results.items() if name != self.baseline_name
        )

    @property
    def opening_option(self) -> Option:
        """The option with which lists and files begin: the first alternative of the study."""
        return next(iter(self.alternatives))

    @property
    def opening_service(self) -> Service:
        """The service that stands for the opening option."""
        return self.opening_services[self.opening_option.name]

    @property
    def opening_view(self) -> OptionView:
        """The view with which the explorer opens: today, which leans to no option."""
        return self.views[self.baseline_name, self.opening_services[self.baseline_name].id]

    @cached_property
    def opening_services(self) -> Mapping[str, Service]:
        """The service that stands for each option where one must, by the option's name.

        On maps, curves and first views it is the one that worsens for most people, and said to be
        of this service alone (docs/methods 2). The baseline has the one that the study names first.
        """
        if self.part_of:  # a link to an option shows one service, whatever page it is of
            return self.part_of.opening_services
        by_id = {service.id: service for service in self.services}
        residents = self.areas["residents"]
        found = {
            name: by_id[opening_service(self.compared(name), residents)] for name in self.results
        }
        return {**found, self.baseline_name: next(iter(self.services))}

    def option_view(self, option: Option) -> OptionView:
        """Return the view that stands for an option: that of its opening service."""
        return self.views[option.name, self.opening_services[option.name].id]

    @cached_property
    def people(self) -> Mapping[str, PeopleView]:
        """What readers see of each option over all services, by name; each built when read.

        Of a part, as the views below, they are those of the whole study, as its results are.
        """
        if self.part_of:
            return self.part_of.people
        people = shown_people(self.areas)
        return LazyMapping(
            self.results, lambda name: build_people_view(people, self.compared(name))
        )

    def compared(self, name: str) -> ComparedOption:
        """Return an option beside the baseline, with all that people are counted by."""
        visited = [service for service in self.services if service.delivery != "team"]
        teams = [service for service in self.services if service.delivery == "team"]
        # Teams drive the other way, and may have times and errors of their own; where a study has
        # only one kind of service, its error serves both.
        accuracy, team_accuracy = (
            self.times_for(services[0], self.judged_by).accuracy
            for services in (visited or teams, teams or visited)
        )
        return ComparedOption(
            self.results[self.baseline_name],
            self.results[name],
            self.services,
            accuracy,
            team_accuracy,
            self.tolerance_min,
        )

    @cached_property
    def views(self) -> Mapping[tuple[str, str], OptionView]:
        """What readers see of each option and service, by name; each built once, when read."""
        if self.part_of:
            return self.part_of.views
        areas = ShownAreas.of(self.areas)
        services = {service.id: service for service in self.services}
        seen: dict[int, OptionView] = {}  # options that run a service alike show it alike

        def view(of: tuple[str, str]) -> OptionView:
            name, service = of
            result = self.results[name]
            alike = id(result.services[service].access)
            if alike not in seen:
                seen[alike] = build_option_view(
                    areas,
                    self.results[self.baseline_name].services[service],
                    result,
                    self.judged_by,
                    self.times_for(services[service], self.judged_by).accuracy,
                )
            return replace(seen[alike], option=result.option)

        return LazyMapping(product(self.results, services), view)

    @cached_property
    def city_hospitals(self) -> list[str]:
        """The ids of the open acute hospitals, to which the city-bound travel, in their order."""
        if self.part_of:
            return self.part_of.city_hospitals
        chosen = (site_roles(self.sites) == _ACUTE) & (self.sites["status"] == "open")
        return sorted(self.sites.index[chosen])

    @cached_property
    def called_city(self) -> bool:
        """Whether the study calls its acute hospitals city hospitals."""
        if self.part_of:
            return self.part_of.called_city
        return bool((self.sites["kind"][self.city_hospitals] == _CITY).all())

    def journeys(self) -> list[TravelTimes]:
        """Return one matrix for each mode and period: the choices that a reader has."""
        # From the last to the first, so that of each kind the first matrix stays: that of patients.
        kinds = {(times.mode, times.period): times for times in reversed(self.times)}
        return [times for times in self.times if kinds[times.mode, times.period] is times]

    def times_for(self, service: Service, journey: TravelTimes) -> TravelTimes:
        """Return the matrix in which a service is measured, by the mode and period of a journey."""
        teams = (times for times in self.times if times.direction == "from_site")
        return times_for(service.delivery, journey, teams)
