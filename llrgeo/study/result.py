"""The result of a study, which `run_study` returns and `publish_study` publishes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd

from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.evidence import Evidence
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.scoring import Scorecard
from llrgeo.study.config import StudyConfig
from llrgeo.study.inputs import StudyInputs
from llrgeo.study.study_card import plot_options, study_card
from llrgeo.study.times import TimesBy
from llrgeo.travel.times import TravelTimes

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True, repr=False)
class StudyResult:
    """The result of a study.

    Attributes
    ----------
    inputs
        The inputs that the study names, read and checked.
    times_by, team_times_by
        Travel times by mode and period: of patients and visitors from areas to sites, and of teams
        from sites to areas (empty if no team visits homes).
    appraisal_inputs
        The inputs that all options were judged on.
    results
        The result of each option by its id, in the order of the study.
    scorecard
        Values of the criteria, scores and ranks.
    evidence
        All further tables: fairness, catchments, costs, robustness.

    Examples
    --------
    >>> result = llrgeo.run_study(llrgeo.load_study(folder / "study.toml"))
    >>> result.times.minutes.loc["N"].tolist()  # from the area N to the sites A, B and C
    [3.0, 1.0, 1.0]
    >>> list(result.results)
    ['today', 'nearer']
    """

    inputs: StudyInputs
    times_by: TimesBy
    team_times_by: TimesBy
    appraisal_inputs: AppraisalInputs
    results: Mapping[str, OptionResult]
    scorecard: Scorecard
    evidence: Evidence

    @property
    def study(self) -> StudyConfig:
        """The study that was run."""
        return self.inputs.study

    @property
    def areas(self) -> gpd.GeoDataFrame:
        """The areas, on `area_id`: points in EPSG:27700."""
        return self.inputs.areas

    @property
    def sites(self) -> gpd.GeoDataFrame:
        """The sites, on `site_id`: points in EPSG:27700."""
        return self.inputs.sites

    @property
    def times(self) -> TravelTimes:
        """The travel times that the options are judged by: the study's first mode and period."""
        return self.appraisal_inputs.times

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw how many people have a longer and a shorter journey under each option."""
        return plot_options(self.results, ax)

    def __repr__(self) -> str:
        """Return one line: the study and its options, never every table."""
        return f"<StudyResult {self.study.title}: {', '.join(self.results)}>"

    def _repr_html_(self) -> str:
        """Show the study and its options, people who lose first."""
        return study_card(self.inputs, self.results, self.scorecard, self.times.error_note)
