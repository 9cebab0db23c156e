"""Run a study again each time that it, or a file that it reads, is saved."""

from collections.abc import Mapping
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Final

import typer

from llrgeo.cli.quick import Publish, run_again, tell_unfinished
from llrgeo.errors import LlrgeoError
from llrgeo.execution.locks import only_writer
from llrgeo.execution.memory import Memory
from llrgeo.schema import name_some
from llrgeo.study.plan_file import load_study_or_plan, study_files
from llrgeo.study.reuse import Mark, hash_files, mark, mark_files, still_holds
from llrgeo.study.run import check_publishable

if TYPE_CHECKING:
    from llrgeo.study.result import StudyResult

_LOOK_EVERY_S: Final = 0.2
_ITSELF: Final = "the study"


def watch_study(study_file: Path, out: Path, publish: Publish) -> None:
    """Run a study, and again whenever it is saved, until Ctrl-C: scores first, then its pages.

    The front page and the explorer are written first, and all other pages after them.

    What a change leaves as it was is not computed again. Faults of a study are shown, and the next
    save is awaited; pages stay those of the last run that ended, and any that do not are named.

    Parameters
    ----------
    study_file, out
        The study, and the folder of its pages.
    publish
        Writes the pages of a result; it is given those that were drawn already.
    """
    result: StudyResult | None = None
    memory = Memory()
    used: dict[str, Mark] = {}  # marks of the files that `result` rests on, and their content
    content: dict[str, str] = {}
    typer.echo(f"Watching {study_file} and all that it reads; Ctrl-C ends")
    try:
        while True:
            studies = _mark_studies(study_file)
            seen = {**used, **studies}
            try:
                study = load_study_or_plan(study_file)
                seen = {**studies, **mark_files(study)}  # before they are read
                check_publishable(study, out)
                found = hash_files(study)
                reusable = still_holds(result, study, _changed(content, found)) if result else None
                with only_writer(out):
                    result = run_again(study, out, publish, reusable, recall=memory.recall)
                used, content, memory = seen, found, memory.after_run()
            except (LlrgeoError, OSError) as error:
                typer.echo(f"llrgeo: {error}", err=True)
                tell_unfinished(out)
            typer.echo(f"\nChanged: {name_some(_wait_for_change(seen))}")
    except KeyboardInterrupt:
        typer.echo("\nNo longer watching")
        tell_unfinished(out)


def _mark_studies(study_file: Path) -> dict[str, Mark]:
    """Return the mark of a study file, and of a plan also those of the studies that it changes."""
    itself, *below = study_files(study_file)
    return {_ITSELF: mark(itself), **{f"its study {path}": mark(path) for path in below}}


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


def _changed(before: Mapping[str, object], after: Mapping[str, object]) -> set[str]:
    """Return the keys of which marks, or contents, are not the same in both."""
    return {key for key in {**before, **after} if before.get(key) != after.get(key)}
