"""Run a study again each time that it, or a file that it reads, is saved."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from time import perf_counter, sleep
from typing import Final, TypeAlias

import typer

from llrgeo.appraisal.scoring import Scorecard
from llrgeo.cli.screen import scorecard_table, show
from llrgeo.errors import ConfigError, LlrgeoError
from llrgeo.files import sha256_of_file
from llrgeo.publish.file_list import MANIFEST
from llrgeo.publish.front import FRONT
from llrgeo.schema import name_some
from llrgeo.study.config import StudyConfig
from llrgeo.study.kept import NOTHING_KEPT, Mark, mark, mark_files, still_holds
from llrgeo.study.manifest import read_manifest
from llrgeo.study.plan_file import load_study_or_plan
from llrgeo.study.result import StudyResult
from llrgeo.study.run import check_publishable, publish_first, run_study

Publish: TypeAlias = Callable[[StudyResult, Mapping[str, str]], object]

_LOOK_EVERY_S: Final = 0.2
_ITSELF: Final = "the study"
_UNFINISHED: Final = (
    "The front page and the explorer are of a run that did not end; the other pages and the tables "
    "are not. Run the study again before you show them to anybody."
)


def watch_study(study_file: Path, out: Path, publish: Publish) -> None:
    """Run a study, and again whenever it is saved, until Ctrl-C: scores first, then its pages.

    Of the pages the front page and the explorer come first, and all others after them.

    What a change leaves as it was is not computed again. A study with faults is told, and awaited
    again; its pages stay those of the last run that ended, or it is said which ones do not.

    Parameters
    ----------
    study_file, out
        The study, and the folder of its pages.
    publish
        Writes the pages of a result; those that were drawn already are told to it.
    """
    result: StudyResult | None = None
    used: dict[str, Mark] = {}  # marks of the files that `result` rests on
    typer.echo(f"Watching {study_file} and all that it reads; Ctrl-C ends")
    try:
        while True:
            begun, seen = perf_counter(), {**used, _ITSELF: mark(study_file)}
            try:
                study = load_study_or_plan(study_file)
                seen = {_ITSELF: seen[_ITSELF], **mark_files(study)}  # before they are read
                check_publishable(study, out)
                files = _changed(used, seen) - {_ITSELF}
                result, drawn = _run_again(study, result, files, out, begun)
                used = seen
                publish(result, drawn)
                typer.echo(f"Pages after {perf_counter() - begun:.1f} s: {out / 'index.html'}")
            except (LlrgeoError, OSError) as error:
                typer.echo(f"llrgeo: {error}", err=True)
                _tell_unfinished(out)
            typer.echo(f"\nChanged: {name_some(_wait_for_change(seen))}")
    except KeyboardInterrupt:
        typer.echo("\nNo longer watching")
        _tell_unfinished(out)


def _tell_unfinished(out: Path) -> None:
    """Say so where the front page in a folder is not of the run that its manifest describes."""
    front = out / FRONT
    if not front.is_file():
        return
    try:
        known = read_manifest(out / MANIFEST)["outputs"].get(FRONT)
    except ConfigError:  # the first run of all did not end
        known = None
    if sha256_of_file(front) != known:
        typer.echo(_UNFINISHED, err=True)


def _run_again(
    study: StudyConfig,
    earlier: StudyResult | None,
    changed_files: Collection[str],
    out: Path,
    begun: float,
) -> tuple[StudyResult, dict[str, str]]:
    """Run what has changed of a study; show scores and write the first pages as soon as they are.

    Returns these pages too; none where contacts are of real patients.
    """
    drawn: dict[str, str] = {}

    def show_scores(card: Scorecard) -> None:
        show(scorecard_table(study, card))
        typer.echo(f"Scores after {perf_counter() - begun:.1f} s")

    def write_first(result: StudyResult) -> None:
        drawn.update(publish_first(result, out))
        typer.echo(f"Explorer after {perf_counter() - begun:.1f} s: {out / 'explorer.html'}")

    kept = still_holds(earlier, study, changed_files) if earlier else NOTHING_KEPT
    return run_study(study, kept=kept, scored=show_scores, drafted=write_first), drawn


def _wait_for_change(seen: Mapping[str, Mark]) -> list[str]:
    """Wait until files are no longer as they were seen, and then until none is being written.

    Returns the keys of those that have changed. An editor that puts a new file in the place of the
    old leaves none there for a moment.
    """
    before = dict(seen)
    while True:
        sleep(_LOOK_EVERY_S)
        now = {key: mark(path) for key, (path, _) in seen.items()}
        changed = _changed(seen, now)
        # Marks that differ between two looks are those of a file that is being written.
        if changed and now == before:
            return sorted(changed)
        before = now


def _changed(before: Mapping[str, Mark], after: Mapping[str, Mark]) -> set[str]:
    """Return the keys whose files are not the same in both."""
    return {key for key in {**before, **after} if before.get(key) != after.get(key)}
