"""A card of a study's result for notebooks: its options, people who lose first."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import pandas as pd

from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.people.people_by_service import LONGER_CLASSES
from llrgeo.appraisal.people.people_groups import everyone_of
from llrgeo.appraisal.scoring import Scorecard
from llrgeo.execution.extras import require_plotting
from llrgeo.html_repr import card, rows_table
from llrgeo.study.inputs import StudyInputs

if TYPE_CHECKING:  # drawn by pandas when it is asked for
    from matplotlib.axes import Axes

_COLOURS: Final = ("#e08214", "#542788")  # longer and shorter, as on public maps
_HEADINGS: Final = ("option", "people with a longer journey", "with a shorter one", "score", "rank")


def study_card(
    inputs: StudyInputs,
    results: Mapping[str, OptionResult],
    scorecard: Scorecard,
    error_note: str,
) -> str:
    """Return a card of a study's result, as HTML; all of its text is escaped.

    People are counted over all services, never netted (docs/methods 2): longer holds those who
    lose a journey, and those with a longer one for one service and a shorter one for another.
    """
    study = inputs.study
    residents = int(inputs.areas["residents"].sum())
    facts = {
        "question": study.question,
        "date": study.date,
        "counted": f"{residents:,} residents of {len(inputs.areas):,} areas",
        "sites": len(inputs.sites),
        "baseline": results[study.baseline].option.label,
        "error": error_note,
    }
    rows = [
        (
            result.option.label,
            *_people(result),
            float(scorecard.totals[name]),
            _rank(scorecard, name),
        )
        for name, result in results.items()
    ]
    return card(study.title, facts, rows_table(_HEADINGS, rows))


def plot_options(results: Mapping[str, OptionResult], ax: "Axes | None" = None) -> "Axes":
    """Draw a bar of people with a longer and one with a shorter journey for each option."""
    require_plotting()
    counted = {result.option.label: _people(result) for result in results.values()}
    table = pd.DataFrame.from_dict(counted, orient="index", columns=["longer", "shorter"])
    table = table.replace("", 0).astype(float)[::-1]
    axes: Axes = table.plot.barh(ax=ax, color=dict(zip(table, _COLOURS, strict=True)))
    axes.set_xlabel("residents, over all services")
    axes.xaxis.set_major_formatter("{x:,.0f}")  # 400,000, not 0.4 beside a power of ten
    return axes


def _people(result: OptionResult) -> tuple[int | str, int | str]:
    """Return people with a longer and a shorter journey; blank if no journeys were computed."""
    if result.people.empty:
        return "", ""
    everyone = everyone_of(result.people)
    longer = sum(float(everyone[name]) for name in LONGER_CLASSES)
    return round(longer), round(float(everyone["shorter"]))


def _rank(scorecard: Scorecard, name: str) -> str:
    """Return a rank; an option that fails a hurdle has none."""
    rank = scorecard.ranks[name]
    return "none: fails a hurdle" if pd.isna(rank) else str(int(rank))
