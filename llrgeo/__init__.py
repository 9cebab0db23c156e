"""Plan where health services should be: travel times, options, sites and public maps.

Names are imported when they are first used (PEP 562), so that `import llrgeo` is quick. In the
examples of docstrings, `folder` holds a study of a toy town of four areas and three sites; a test
runs them all.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

from llrgeo.errors import (
    ConfigError,
    InfeasibleError,
    InputError,
    LlrgeoError,
    MissingExtraError,
    NetworkError,
    PublishError,
    RoutingError,
)

__version__: str  # read when it is first used: that takes longer than all else of this module

if TYPE_CHECKING:  # what editors and mypy see; a test holds it equal to _NAMES
    from llrgeo.appraisal.accessibility.catchments import (
        binary_decay,
        floating_catchment,
        gaussian_decay,
        step_decay,
        supply_ratios,
    )
    from llrgeo.appraisal.costs.rates import Rates
    from llrgeo.appraisal.demand import Service, Shares
    from llrgeo.appraisal.evaluation import OptionResult, evaluate_options
    from llrgeo.appraisal.inputs import AppraisalInputs
    from llrgeo.appraisal.options import Option
    from llrgeo.appraisal.scoring import Criterion, Hurdle, Scorecard, score_options
    from llrgeo.appraisal.siting.constraints import (
        Budget,
        Capacity,
        Close,
        DiffersFrom,
        Exclusive,
        Keep,
        MaxBeyond,
        MinimumActivity,
        NoGroupWorse,
        OneInEach,
        OneOf,
    )
    from llrgeo.appraisal.siting.locate import SiteSelection, locate_sites
    from llrgeo.appraisal.siting.plans import best_plans, stage_plan, value_curve
    from llrgeo.appraisal.siting.problem import SitingProblem
    from llrgeo.appraisal.siting.regret import Scenario, least_regret, regret_table
    from llrgeo.inputs.areas import read_areas
    from llrgeo.inputs.gtfs import read_timetable
    from llrgeo.inputs.sites import read_sites
    from llrgeo.roads.exchange import network_from_graph
    from llrgeo.roads.network import RoadNetwork
    from llrgeo.roads.network_files import load_network, save_network
    from llrgeo.roads.osm import build_network
    from llrgeo.roads.osmnx_graph import network_to_graph
    from llrgeo.study.config import StudyConfig, build_services, load_study
    from llrgeo.study.inputs import StudyInputs, read_inputs
    from llrgeo.study.result import StudyResult
    from llrgeo.study.run import print_report, print_study, publish_study, run_study
    from llrgeo.study.run_difference import compare_folders, write_difference
    from llrgeo.study.show import show
    from llrgeo.study.siting.config import SitingConfig, load_siting
    from llrgeo.study.siting.files import write_plan
    from llrgeo.study.siting.services import (
        SitingResult,
        SitingStudy,
        locate_service,
        prepare_siting,
    )
    from llrgeo.study.times import write_times
    from llrgeo.travel.compare import compare_travel_times
    from llrgeo.travel.dataset import Dataset
    from llrgeo.travel.imported.matrices import import_travel_times
    from llrgeo.travel.imported.matrix_routers import MatrixRouter
    from llrgeo.travel.imported.servers import OsrmRouter, ValhallaRouter
    from llrgeo.travel.isochrones.reachable import isochrones
    from llrgeo.travel.routers import (
        NetworkRouter,
        travel_times,
    )
    from llrgeo.travel.routes.paths import find_routes
    from llrgeo.travel.straight_lines import StraightLineRouter
    from llrgeo.travel.times import TravelTimes, load_travel_times, save_travel_times
    from llrgeo.travel.transit.departures import TransitRules
    from llrgeo.travel.transit.itineraries import find_itineraries
    from llrgeo.travel.transit.router import TransitRouter

_NAMES: Final = {
    "appraisal.accessibility.catchments": (
        *("binary_decay", "floating_catchment", "gaussian_decay", "step_decay", "supply_ratios"),
    ),
    "appraisal.costs.rates": ("Rates",),
    "appraisal.demand": ("Service", "Shares"),
    "appraisal.evaluation": ("OptionResult", "evaluate_options"),
    "appraisal.inputs": ("AppraisalInputs",),
    "appraisal.options": ("Option",),
    "appraisal.scoring": ("Criterion", "Hurdle", "Scorecard", "score_options"),
    "appraisal.siting.constraints": (
        *("Budget", "Capacity", "Close", "DiffersFrom", "Exclusive", "Keep", "MaxBeyond"),
        *("MinimumActivity", "NoGroupWorse", "OneInEach", "OneOf"),
    ),
    "appraisal.siting.locate": ("SiteSelection", "locate_sites"),
    "appraisal.siting.plans": ("best_plans", "stage_plan", "value_curve"),
    "appraisal.siting.problem": ("SitingProblem",),
    "appraisal.siting.regret": ("Scenario", "least_regret", "regret_table"),
    "inputs.areas": ("read_areas",),
    "inputs.gtfs": ("read_timetable",),
    "inputs.sites": ("read_sites",),
    "roads.exchange": ("network_from_graph",),
    "roads.network": ("RoadNetwork",),
    "roads.network_files": ("load_network", "save_network"),
    "roads.osm": ("build_network",),
    "roads.osmnx_graph": ("network_to_graph",),
    "study.config": ("StudyConfig", "build_services", "load_study"),
    "study.inputs": ("StudyInputs", "read_inputs"),
    "study.result": ("StudyResult",),
    "study.run": ("print_report", "print_study", "publish_study", "run_study"),
    "study.run_difference": ("compare_folders", "write_difference"),
    "study.show": ("show",),
    "study.siting.services": ("SitingResult", "SitingStudy", "locate_service", "prepare_siting"),
    "study.siting.config": ("SitingConfig", "load_siting"),
    "study.siting.files": ("write_plan",),
    "study.times": ("write_times",),
    "travel.compare": ("compare_travel_times",),
    "travel.dataset": ("Dataset",),
    "travel.imported.matrices": ("import_travel_times",),
    "travel.imported.matrix_routers": ("MatrixRouter",),
    "travel.imported.servers": ("OsrmRouter", "ValhallaRouter"),
    "travel.isochrones.reachable": ("isochrones",),
    "travel.routers": ("NetworkRouter", "travel_times"),
    "travel.routes.paths": ("find_routes",),
    "travel.straight_lines": ("StraightLineRouter",),
    "travel.times": ("TravelTimes", "load_travel_times", "save_travel_times"),
    "travel.transit.departures": ("TransitRules",),
    "travel.transit.itineraries": ("find_itineraries",),
    "travel.transit.router": ("TransitRouter",),
}
_RENAMED: Final = {"Setting": "AppraisalInputs"}
_MODULE_OF: Final = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [
    "AppraisalInputs",
    "Budget",
    "Capacity",
    "Close",
    "ConfigError",
    "Criterion",
    "Dataset",
    "DiffersFrom",
    "Exclusive",
    "Hurdle",
    "InfeasibleError",
    "InputError",
    "Keep",
    "LlrgeoError",
    "MatrixRouter",
    "MaxBeyond",
    "MinimumActivity",
    "MissingExtraError",
    "NetworkError",
    "NetworkRouter",
    "NoGroupWorse",
    "OneInEach",
    "OneOf",
    "Option",
    "OptionResult",
    "OsrmRouter",
    "PublishError",
    "Rates",
    "RoadNetwork",
    "RoutingError",
    "Scenario",
    "Scorecard",
    "Service",
    "Shares",
    "SiteSelection",
    "SitingConfig",
    "SitingProblem",
    "SitingResult",
    "SitingStudy",
    "StraightLineRouter",
    "StudyConfig",
    "StudyInputs",
    "StudyResult",
    "TransitRouter",
    "TransitRules",
    "TravelTimes",
    "ValhallaRouter",
    "best_plans",
    "binary_decay",
    "build_network",
    "build_services",
    "compare_folders",
    "compare_travel_times",
    "evaluate_options",
    "find_itineraries",
    "find_routes",
    "floating_catchment",
    "gaussian_decay",
    "import_travel_times",
    "isochrones",
    "least_regret",
    "load_network",
    "load_siting",
    "load_study",
    "load_travel_times",
    "locate_service",
    "locate_sites",
    "network_from_graph",
    "network_to_graph",
    "prepare_siting",
    "print_report",
    "print_study",
    "publish_study",
    "read_areas",
    "read_inputs",
    "read_sites",
    "read_timetable",
    "regret_table",
    "run_study",
    "save_network",
    "save_travel_times",
    "score_options",
    "show",
    "stage_plan",
    "step_decay",
    "supply_ratios",
    "travel_times",
    "value_curve",
    "write_difference",
    "write_plan",
    "write_times",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used, and keep it (PEP 562)."""
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 (slow to import)

        globals()[name] = version("llrgeo")
        return globals()[name]
    if name not in _MODULE_OF:
        from difflib import get_close_matches  # noqa: PLC0415 (for a message alone)

        near = " or ".join(get_close_matches(name, __all__))
        hint = f". Did you mean {near}?" if near else ""
        if name in _RENAMED:
            hint = f"; since 0.1 it is '{_RENAMED[name]}'"
        msg = f"module 'llrgeo' has no attribute '{name}'{hint}"
        raise AttributeError(msg)
    value: object = getattr(import_module(f"llrgeo.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    # What this module itself imports is of no use to others: completion offers what is public.
    return sorted({*(name for name in globals() if name.startswith("__")), "__version__", *__all__})
