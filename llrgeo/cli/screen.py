"""Output of commands to the screen: progress, tables, seconds by stage."""

import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from math import isnan
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    import pandas as pd

    from llrgeo.appraisal.scoring import Scorecard
    from llrgeo.publish.check.folder import FolderFinding
    from llrgeo.publish.difference.compare import RunDifference
    from llrgeo.schema import Track
    from llrgeo.study.config import StudyConfig
    from llrgeo.travel.compare import TravelTimeComparison

Shown: TypeAlias = Table | str


class Reading(NamedTuple):
    """Measurements at the start of a stage: clock and processor seconds, peak memory."""

    stage: str
    clock_s: float
    busy_s: float
    most_gb: float


class StageClock(logging.Handler):
    """Times the stages of a study, which it logs as it begins each."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.readings: list[Reading] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Record the start of a stage."""
        self._read(record.getMessage())

    @contextmanager
    def running(self) -> Iterator[None]:
        """Handle the study's log instead of its other handlers."""
        log = logging.getLogger("llrgeo.study")
        level = log.level
        log.addHandler(self)
        log.setLevel(logging.INFO)
        # Otherwise each stage would also be a line of the log.
        log.propagate = False
        try:
            yield
        finally:
            self._read("")
            log.removeHandler(self)
            log.setLevel(level)
            log.propagate = True

    def table(self) -> Table:
        """Return a row for each stage: its seconds, and the most memory until its end."""
        table = Table("Stage", box=None)
        for head in ("Seconds", "Processor s", "Most GB"):
            table.add_column(head, justify="right")
        for begun, ended in pairwise(self.readings):
            spent = (ended.clock_s - begun.clock_s, ended.busy_s - begun.busy_s, ended.most_gb)
            table.add_row(begun.stage, *(f"{figure:.2f}" for figure in spent))
        return table

    def _read(self, stage: str) -> None:
        self.readings.append(Reading(stage, perf_counter(), process_time(), _most_gb()))


def _most_gb() -> float:
    """Return the peak memory of this process; 0 where the system does not report it."""
    try:
        from resource import RUSAGE_SELF, getrusage
    except ImportError:
        return 0.0
    unit = 1e9 if sys.platform == "darwin" else 1e6  # bytes there, kilobytes elsewhere
    return float(getrusage(RUSAGE_SELF).ru_maxrss) / unit


def progress(description: str, *, quiet: bool) -> "Track":
    """Return a function that shows a progress bar on stderr while a sequence is iterated over.

    If quiet, or if stderr is no terminal, it shows nothing: a log would keep an empty line a bar.
    """
    console = Console(stderr=True)

    def bar(sequence: Sequence[Any]) -> Iterable[Any]:
        return track(sequence, description, console=console, transient=True)

    return bar if console.is_terminal and not quiet else iter


def announce(line: str) -> None:
    """Print a line on stderr if that is a terminal, so that logs have only results.

    The terminal wraps the line, so that a path in it can be copied whole.
    """
    console = Console(stderr=True)
    if console.is_terminal:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def show(what: Shown) -> None:
    """Print a table or a line; brackets in it are text, not markup."""
    Console().print(what, highlight=False, markup=False, soft_wrap=isinstance(what, str))


def scorecard_table(study: "StudyConfig", card: "Scorecard") -> Table:
    """Return the scorecard: a row for each option, best first."""
    from llrgeo.appraisal.measures import MEASURES

    labels = {option.id: option.label for option in study.options}
    table = Table(title=Text(study.title), box=SIMPLE_HEAD, caption_justify="left")
    table.add_column("Option")
    # Names of criteria are too long for heads: columns have numbers, and a key below the table.
    key = []
    for number, measure in enumerate(card.values.columns, start=1):
        table.add_column(str(number), justify="right")
        key.append(f"{number}  {MEASURES[measure].label} ({MEASURES[measure].unit})")
    table.caption = Text("\n".join(key))
    table.add_column("Score", justify="right")
    for name in card.totals.sort_values(ascending=False, kind="stable").index:
        figures = [f"{value:,.2f}" for value in card.values.loc[name]]
        table.add_row(Text(labels[name]), *figures, f"{card.totals[name]:.3f}")
    return table


def difference_table(difference: "RunDifference") -> Table:
    """Return the numbers of differences between two runs: settings, inputs, figures by table."""
    table = Table("What", "Changed", "Only before", "Only after", box=SIMPLE_HEAD)
    for column in table.columns[1:]:
        column.justify = "right"
    settings, inputs = difference.settings, difference.inputs
    table.add_row("settings", str(len(settings)), "", "")
    table.add_row("inputs", str(len(inputs)), "", "")
    for row in difference.tables.itertuples():
        counts = (row.changed, row.only_before, row.only_after)
        if any(counts):
            table.add_row(Text(str(row.table)), *map(str, counts))
    return table


def comparison_table(compared: "TravelTimeComparison") -> Table:
    """Return the errors of times against a reference: all pairs, by distance and by authority.

    The table fits 80 columns.
    """
    heads = ("pairs", "bias", "mean", "median", "p10", "p50", "p90", "r2", "close")
    table = Table("", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    for frame, name in (
        (compared.overall, "all"),
        (compared.by_distance, ""),
        (compared.by_authority, ""),
    ):
        for label, row in frame.iterrows():
            written = ("-" if isnan(value) else f"{value:.2f}" for value in row.iloc[1:])
            figures = [f"{row['pairs']:,.0f}", *written]
            table.add_row(Text(name or str(label)), *figures)
        table.add_section()
    table.caption = Text(
        "bias: mean difference; mean, median: of absolute differences; p10 to p90: quantiles "
        "of the difference; close: share within 15 % or 1 minute"
    )
    return table


def fit_text(compared: "TravelTimeComparison") -> str:
    """Return the fitted line and its error in words; and a warning where the pairs are few."""
    from llrgeo.schema import counted

    fit = compared.fit
    error = (
        "whose error is not known: all pairs are of one area"
        if isnan(fit.mae_min)
        else f"which leaves a mean absolute error of {fit.mae_min:.2f} min on areas not fitted to"
    )
    lines = [f"fitted: reference = {fit.delay_min:.2f} min + {fit.factor:.3f} x modelled,", error]
    if compared.is_rough:
        pairs = counted(len(compared.pairs), "pair")
        areas = counted(compared.pairs["area_id"].nunique(), "area")
        lines.append(f"warning: {pairs} of {areas} are too few: others may give other errors")
        lines.append("and another line; take at least 30 pairs of at least five areas")
    return "\n".join(lines)


def findings_table(findings: "Iterable[FolderFinding]") -> Table:
    """Return the faults of a folder: a row for each finding."""
    table = Table("File", "Rule", "Finding", box=SIMPLE_HEAD)
    for finding in findings:
        table.add_row(Text(finding.file), Text(finding.rule), Text(finding.message))
    return table


def rich_table(frame: "pd.DataFrame") -> Table:
    """Return a frame as a table without its index, numbers with two decimals."""
    table = Table(*[str(name) for name in frame.columns])
    for row in frame.itertuples(index=False):
        cells = [f"{cell:,.2f}" if isinstance(cell, float) else str(cell) for cell in row]
        table.add_row(*[Text(cell) for cell in cells])
    return table
