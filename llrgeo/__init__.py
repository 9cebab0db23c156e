"""Plan where health services should be: travel times, options, sites and public maps."""

from importlib.metadata import version

from llrgeo.appraisal.demand import Service
from llrgeo.appraisal.evaluation import OptionResult, evaluate_options
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.scoring import Criterion, Scorecard, score_options
from llrgeo.appraisal.siting.constraints import Keep
from llrgeo.appraisal.siting.locate import SiteSelection, locate_sites
from llrgeo.appraisal.siting.problem import SitingProblem
from llrgeo.errors import LlrgeoError
from llrgeo.inputs.areas import read_areas
from llrgeo.inputs.sites import read_sites
from llrgeo.roads.network import RoadNetwork, load_network
from llrgeo.study.config import StudyConfig, load_study
from llrgeo.study.run import StudyResult, run_study
from llrgeo.travel.paths import find_routes
from llrgeo.travel.routers import travel_times
from llrgeo.travel.times import TravelTimes

__version__ = version("llrgeo")

__all__ = [
    "AppraisalInputs",
    "Criterion",
    "Keep",
    "LlrgeoError",
    "Option",
    "OptionResult",
    "RoadNetwork",
    "Scorecard",
    "Service",
    "SiteSelection",
    "SitingProblem",
    "StudyConfig",
    "StudyResult",
    "TravelTimes",
    "evaluate_options",
    "find_routes",
    "load_network",
    "load_study",
    "locate_sites",
    "read_areas",
    "read_sites",
    "run_study",
    "score_options",
    "travel_times",
]
