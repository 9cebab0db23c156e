"""Run the changed parts of a study since an earlier run: scores, first pages, then all others."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Final, TypeAlias

import typer

from llrgeo.appraisal.scoring import Scorecard
from llrgeo.cli.screen import Shown, scorecard_table, show
from llrgeo.errors import ConfigError
from llrgeo.execution.memory import Memory, Recall, make_anew
from llrgeo.files import sha256_of_file
from llrgeo.publish.data.packages import MANIFEST
from llrgeo.publish.front import FRONT
from llrgeo.study.cache_folder import user_cache
from llrgeo.study.config import StudyConfig
from llrgeo.study.manifest import read_manifest
from llrgeo.study.result import StudyResult
from llrgeo.study.reuse import NOTHING_REUSABLE, Reusable
from llrgeo.study.run import publish_first, run_study
from llrgeo.study.stored import is_published, load_stored, note_published, run_keys, store

Publish: TypeAlias = Callable[[StudyResult, Mapping[str, str]], object]
"""Writes the pages of a result, given those that were drawn already."""

_UNFINISHED: Final = (
    "The front page and the explorer are of a run that did not end; the other pages and the tables "
    "are not. Run the study again before you show them to anybody."
)


def run_quickly(
    study: StudyConfig, out: Path, publish: Publish, *, pages_alone: bool, quiet: bool
) -> None:
    """Run the changed parts of a study; do nothing if all requested files are up to date.

    Parameters
    ----------
    study, out, publish
        As `run_again` takes them.
    pages_alone
        Whether only pages and tables are requested.
    quiet
        Whether only errors are shown.
    """
    tell = _keep_silent if quiet else show
    if pages_alone and is_up_to_date(study, out):
        tell(f"Nothing has changed since the run that wrote {out / 'index.html'}")
        return
    try:
        # The pages drawn first share stored results with all others.
        run_again(study, out, publish, recall=Memory().recall, tell=tell)
    except BaseException:  # Ctrl-C too
        tell_unfinished(out)
        raise


def _keep_silent(_: Shown) -> None:
    """Show nothing."""


def is_up_to_date(study: StudyConfig, out: Path) -> bool:
    """Return whether a folder holds all that a run of a study would write, byte for byte."""
    cache = user_cache()
    return cache is not None and is_published(out, run_keys(study), cache)


def run_again(
    study: StudyConfig,
    out: Path,
    publish: Publish,
    reusable: Reusable | None = None,
    *,
    recall: Recall = make_anew,
    tell: Callable[[Shown], object] = show,
) -> StudyResult:
    """Run a study, show its scores and write its pages, each as soon as they are ready.

    Parameters
    ----------
    study, out
        The study, and the folder of its pages.
    publish
        Writes all pages.
    reusable
        The valid parts of an earlier run; None to look for them in the user's cache folder.
    recall
        Calls a function, or returns its result of the earlier run, if there was one.
    tell
        Shows the scores, and the names of files written.
    """
    begun, drawn = perf_counter(), dict[str, str]()
    cache, keys = user_cache(), run_keys(study)  # hashes of the files before they are read
    if reusable is None:
        reusable = load_stored(keys, cache) if cache else NOTHING_REUSABLE

    def show_scores(card: Scorecard) -> None:
        tell(scorecard_table(study, card))
        tell(f"Scores after {perf_counter() - begun:.1f} s")

    def write_first(result: StudyResult) -> None:
        drawn.update(publish_first(result, out))
        tell(f"Explorer after {perf_counter() - begun:.1f} s: {out / 'explorer.html'}")

    reusable = replace(reusable, recall=recall)
    result = run_study(study, reusable=reusable, on_scores=show_scores, on_draft=write_first)
    publish(result, drawn)
    tell(f"Pages after {perf_counter() - begun:.1f} s: {out / 'index.html'}")
    # If a file was saved while the study ran, it is not known which version was read.
    if cache and run_keys(study) == keys:
        store(result, keys, cache)
        note_published(out, keys, cache)
    return result


def tell_unfinished(out: Path) -> None:
    """Print a warning if the front page in a folder is not of the run that its manifest records."""
    front = out / FRONT
    if not front.is_file():
        return
    try:
        known = read_manifest(out / MANIFEST)["outputs"].get(FRONT)
    except ConfigError:  # the first run of all did not end
        known = None
    if sha256_of_file(front) != known:
        typer.echo(_UNFINISHED, err=True)
