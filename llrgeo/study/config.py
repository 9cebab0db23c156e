"""The study file as a model: files to read, services and options, and how to judge them."""

import re
from collections.abc import Iterable
from operator import not_
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from llrgeo.appraisal.demand import Service
from llrgeo.appraisal.measures import MEASURES
from llrgeo.appraisal.people.area_facts import ENGLAND, DeprivationIndex
from llrgeo.appraisal.scoring import Criterion, Hurdle, criteria_faults
from llrgeo.errors import ConfigError, InputError
from llrgeo.files import StrPath
from llrgeo.inputs.embedded import DEFAULT_STUDY, embedded
from llrgeo.inputs.tables import read_toml
from llrgeo.inputs.theme import find_logo
from llrgeo.schema import THRESHOLDS_MIN, name_some
from llrgeo.study.plausibility import (
    cost_faults,
    large_factor_faults,
    reserved_faults,
    shared_column_faults,
)
from llrgeo.study.sections.appraisal import AppraisalConfig, appraisal_files, named_tables
from llrgeo.study.sections.capacity import CapacityConfig, Year, is_unset
from llrgeo.study.sections.capacity_faults import capacity_faults
from llrgeo.study.sections.criteria import CriterionConfig, HurdleConfig
from llrgeo.study.sections.indicators import MOST_INDICATORS, IndicatorConfig, indicator_faults
from llrgeo.study.sections.modes import DRIVING, KnownMode, mode_faults
from llrgeo.study.sections.options import NewSiteConfig, OptionConfig, option_faults
from llrgeo.study.sections.quality import QualityConfig, is_unrecorded
from llrgeo.study.sections.services import ServiceConfig
from llrgeo.study.sections.transit import TransitConfig
from llrgeo.study.translation import translate_study
from llrgeo.study.validation import (
    Label,
    Part,
    RealDay,
    check_config,
    duplicate_faults,
    duplicate_labels,
    path_faults,
)

_ENGLISH_AREA: Final = re.compile(r"E01\d{6}")  # GSS codes of England's LSOAs
CELLS: Final = "cells"  # for outlines: drawn around the centroids of the areas
_DAY_MIN: Final = 24 * 60

Threshold = Annotated[int, Field(ge=0, le=_DAY_MIN)]


class DeprivationConfig(Part):
    """The `[deprivation]` table: the index behind the areas' `imd_decile`, and whose it is."""

    index: Annotated[str, Field(min_length=1)]
    country: Annotated[str, Field(min_length=1)]


class StudyConfig(Part):
    """One study: the question, its data, services, options and criteria.

    `folder` and `file` are where it was read from (`file` is empty for the embedded study), not
    keys of the file. Paths are relative to the study file; `embedded` is llrgeo's own data.

    `network` has streets for driving, `networks` those for other modes, such as
    `{ cycle = "cycle_streets" }`; `network_walk` is what 0.1 had for `networks.walk`. `times` names
    a file of imported travel times, for all modes or for each (`{ transit = "r5.csv" }`), and
    `times_unreachable` the number that stands for no journey in it. Minutes are multiplied by
    `time_factor`, those of teams also by `team_time_factor`, which is below 1 under blue lights. An
    unreachable pair counts as `ceiling_min` where plans are compared, so that nothing is gained by
    cutting people off (docs/methods 2); without it, as twice the longest threshold, or by timetable
    as `max_journey_min`.

    `outlines` may also be `cells`: each area is drawn around its centroid. Areas and sites of
    authorities that `home` does not name are neighbours (without it, all areas are at home);
    `home_sites_only` removes their sites from every option. `new_sites` are places without a row in
    the table of sites at which options open services. `indicators` are the user's own figures of
    authorities or areas. `years` are those for which beds, rooms, teams and estate are appraised,
    the first is the base; `capacity` sets how. Factors above 10 and more than a thousand million
    contacts a year are refused unless `confirm = true`. Pages are in `language`, English without
    it, by a catalogue in the folder `catalogues` or llrgeo's own.

    Examples
    --------
    >>> study = llrgeo.load_study(folder / "study.toml")
    >>> study.baseline, study.modes, study.thresholds_min
    ('today', ('car',), (10, 20, 30, 45, 60))
    """

    title: Label
    question: str = ""
    date: RealDay = ""
    folder: Path = Path()
    file: Annotated[str, Field(exclude_if=not_)] = ""
    areas: str = "embedded"
    sites: str = "embedded"
    outlines: str = "embedded"
    network: str = "embedded"
    network_walk: str = ""
    theme: str = ""
    postcodes: Annotated[str, Field(exclude_if=not_)] = ""
    language: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]*$", exclude_if=not_)] = ""
    catalogues: Annotated[str, Field(exclude_if=not_)] = ""
    sources: tuple[str, ...] = ()
    home: tuple[str, ...] = ()
    home_sites_only: bool = False
    networks: dict[KnownMode, str] = Field(default_factory=dict, exclude_if=not_)
    times: str | dict[KnownMode, str] = Field(default="", exclude_if=not_)
    times_unreachable: float | None = Field(default=None, exclude_if=not_)
    modes: Annotated[tuple[KnownMode, ...], Field(min_length=1)] = ("car",)
    periods: Annotated[tuple[str, ...], Field(min_length=1)] = ("off_peak",)
    transit: TransitConfig | None = None
    time_factor: Annotated[float, Field(gt=0)] = 1.0
    team_time_factor: Annotated[float, Field(gt=0)] = 1.0
    ceiling_min: Annotated[float | None, Field(gt=0, exclude_if=not_)] = None
    terminal_min: Annotated[float, Field(ge=0, le=240)] = 0.0
    thresholds_min: Annotated[tuple[Threshold, ...], Field(min_length=1)] = THRESHOLDS_MIN
    tolerance_min: Annotated[float, Field(ge=0, lt=5)] = 1.0
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    confirm: Annotated[bool, Field(exclude_if=not_)] = False
    services: Annotated[tuple[ServiceConfig, ...], Field(min_length=1)]
    new_sites: Annotated[tuple[NewSiteConfig, ...], Field(exclude_if=not_, max_length=1_000)] = ()
    options: Annotated[tuple[OptionConfig, ...], Field(min_length=1)]
    criteria: tuple[CriterionConfig, ...] = (CriterionConfig(measure="mean_minutes", weight=1),)
    hurdles: tuple[HurdleConfig, ...] = ()
    deprivation: DeprivationConfig | None = Field(default=None, exclude_if=not_)
    indicators: Annotated[
        tuple[IndicatorConfig, ...], Field(max_length=MOST_INDICATORS, exclude_if=not_)
    ] = ()
    appraisal: AppraisalConfig = AppraisalConfig()
    years: Annotated[tuple[Year, ...], Field(exclude_if=not_)] = ()
    capacity: Annotated[CapacityConfig, Field(exclude_if=is_unset)] = CapacityConfig()
    quality: Annotated[QualityConfig, Field(exclude_if=is_unrecorded)] = QualityConfig()

    def ceiling_for(self, longest_min: float, *, mode: str = "car") -> float:
        """Return the minutes that an unreachable pair counts as, given the longest journey."""
        ceiling = self.ceiling_min or 2.0 * max(self.thresholds_min)
        if self.ceiling_min is None and mode == "transit" and self.transit:
            ceiling = self.transit.max_journey_min
        return max(ceiling, longest_min)

    def path(self, key: str) -> Path:
        """Return the file or folder that a key such as `areas` names."""
        value: str = getattr(self, key)
        if value != "embedded":
            return self.folder / value
        return embedded(_EMBEDDED[key])

    def files_read(self) -> dict[str, Path]:
        """Return every file or folder that the study reads, by the key that names it."""
        named = {key: getattr(self, key) for key in (*_EMBEDDED, *_FILES)}
        # Embedded files are read, too, and belong in the manifest; cells are drawn, not read.
        own = {key: self.path(key) for key, value in named.items() if value not in {"", CELLS}}
        imported = {mode: path for mode in self.modes if (path := self.times_path(mode))}
        if len(imported) == len(self.modes):
            own.pop("network")  # no journey is computed
        networks = {
            f"network of {mode}": self.folder / name for mode, name in self.networks.items()
        }
        feeds = self.transit.feeds if self.transit else ()
        timetables = {f"transit {feed}": self.folder / feed for feed in feeds}
        capacity = self.capacity.files(self.folder) if self.years else {}
        appraisal = appraisal_files(self.appraisal, self.folder)
        times = {f"times by {mode}": path for mode, path in imported.items()}
        indicators = {
            f"indicators {each.file}": self.folder / each.file for each in self.indicators
        }
        logo = find_logo(self.path("theme")) if self.theme else None
        if logo:
            own["logo"] = logo
        return {**own, **networks, **times, **timetables, **appraisal, **capacity, **indicators}

    def deprivation_index(self, area_ids: Iterable[str]) -> DeprivationIndex:
        """Return the index of deprivation that areas are ranked by.

        For a study that names none it is England's if all areas are English, as in the embedded
        data and in studies of `llrgeo new --icb`; otherwise a blank one.
        """
        if self.deprivation:
            return DeprivationIndex(self.deprivation.index, self.deprivation.country)
        english = all(_ENGLISH_AREA.fullmatch(str(area_id)) for area_id in area_ids)
        return ENGLAND if english else DeprivationIndex()

    def named_files(self) -> dict[str, str]:
        """Return every path as the study file writes it, by the key that names it."""
        keys = (*_EMBEDDED, *_FILES)
        feeds = self.transit.feeds if self.transit else ()
        return {
            **{key: getattr(self, key) for key in keys},
            **{f"networks.{mode}": name for mode, name in self.networks.items()},
            **{f"transit.feeds.{n}": feed for n, feed in enumerate(feeds, start=1)},
            **{f"appraisal.{key}": name for key, name in named_tables(self.appraisal).items()},
            **{f"times.{mode}": self._times_name(mode) for mode in self.modes},
            **{f"indicators.{n}.file": each.file for n, each in enumerate(self.indicators, 1)},
            "capacity.projections": self.capacity.projections,
            "capacity.estate": self.capacity.estate,
            "capacity.housing": self.capacity.housing,
            "capacity.age_rates": self.capacity.age_rates,
        }

    def times_path(self, mode: str) -> Path | None:
        """Return the file of a mode's imported times; None where its journeys are computed."""
        name = self._times_name(mode)
        return self.folder / name if name else None

    def _times_name(self, mode: str) -> str:
        return self.times if isinstance(self.times, str) else self.times.get(mode, "")

    def network_path(self, mode: str) -> Path | None:
        """Return the folder of a mode's own network; None where the study names none."""
        if mode == DRIVING:
            return self.path("network")
        name = self.networks.get(mode) or (self.network_walk if mode == "walk" else "")
        return self.folder / name if name else None

    @property
    def source_name(self) -> str:
        """What messages name the study by: its file, or its title where it was read from none."""
        return self.file or f"'{self.title}'"

    @property
    def factors(self) -> dict[str, float]:
        """Every factor that the study multiplies by, by its key."""
        growth = {f"appraisal.growth.{b}": factor for b, factor in self.appraisal.growth.items()}
        times = {"time_factor": self.time_factor, "team_time_factor": self.team_time_factor}
        return {**times, **growth}

    @property
    def baseline(self) -> str:
        """The id of the option that the others are compared with."""
        return next(option.id for option in self.options if option.baseline)

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        faults = [
            *duplicate_faults("services: ids", [service.id for service in self.services]),
            *duplicate_labels("services: labels", [service.label for service in self.services]),
            *duplicate_faults("new_sites: ids", [site.id for site in self.new_sites]),
            *duplicate_faults("options: ids", [option.id for option in self.options]),
            *duplicate_faults("thresholds_min: minutes", self.thresholds_min),
            *duplicate_faults("modes", self.modes),
            *duplicate_faults("periods", self.periods),
            *duplicate_faults("appraisal.importance", self.appraisal.importance),
            *path_faults(self.named_files()),
            *([] if self.confirm else large_factor_faults(self.factors)),
            *reserved_faults(service.id for service in self.services),
            *shared_column_faults(
                {service.id for service in self.services},
                {option.id for option in self.options},
                {each.id for each in self.indicators},
            ),
            *option_faults(self.options, {service.id for service in self.services}),
            *indicator_faults(
                self.indicators,
                undeclared=self.appraisal.indicators,
                restricted=self.appraisal.restricted,
            ),
        ]
        # Faults of all keys are reported together, so that the file is corrected once.
        faults += [*mode_faults(self), *capacity_faults(self)]
        judged, costs = (build_criteria(self), build_hurdles(self)), self.appraisal.service_costs
        named = criteria_faults(*judged, MEASURES) + cost_faults(*judged, costs)
        faults += [f"criteria: {fault}" for fault in named]
        measures = {criterion.measure for criterion in self.criteria}
        if strange := set(self.appraisal.importance) - measures:
            faults.append(f"appraisal.importance: no criteria: {name_some(sorted(strange))}")
        if faults:
            raise ValueError("\n".join(faults))
        return self


_FILES: Final = ("network_walk", "theme", "catalogues", "postcodes")  # the study's other files
_EMBEDDED: Final = {
    "areas": "areas.csv",
    "sites": "sites.csv",
    "outlines": "outlines.geojson",
    "network": "network",
}


def load_study(path: StrPath | None = None) -> StudyConfig:
    """Read a study file; the embedded LLR study if no path is given.

    Raises
    ------
    ConfigError
        If the file is absent or not TOML, a key is unknown or missing, or a value is out of
        range; the message lists every fault.

    Examples
    --------
    >>> llrgeo.load_study().title  # the embedded study
    'Care closer to home in Leicester, Leicestershire and Rutland'
    >>> [option.id for option in llrgeo.load_study(folder / "study.toml").options]
    ['today', 'nearer']
    """
    name = "" if path is None else Path(path).name
    path = embedded(DEFAULT_STUDY) if path is None else Path(path)
    try:
        values = {**read_toml(path), "folder": path.parent, "file": name}
    except InputError as error:
        advice = "" if path.exists() else f"; start a study with: llrgeo new {path.name}"
        msg = f"{error}{advice}"
        raise ConfigError(msg) from error
    values = translate_study(values, source=path.name)
    return check_config(StudyConfig, values, source=path.name)


def build_services(study: StudyConfig) -> tuple[Service, ...]:
    """Return the study's services as the appraisal uses them.

    Examples
    --------
    >>> services = llrgeo.build_services(llrgeo.load_study(folder / "study.toml"))
    >>> [(service.id, service.standard_min) for service in services]
    [('clinic', 2.0), ('beds', 5.0)]
    """
    return tuple(service.build() for service in study.services)


def build_criteria(study: StudyConfig) -> tuple[Criterion, ...]:
    """Return the study's criteria as the appraisal uses them."""
    return tuple(Criterion(item.measure, item.weight) for item in study.criteria)


def build_hurdles(study: StudyConfig) -> tuple[Hurdle, ...]:
    """Return the study's hurdles as the appraisal uses them."""
    return tuple(Hurdle(hurdle.measure, hurdle.limit) for hurdle in study.hurdles)
