"""Refuse to overwrite files that a study reads, such as when its own folder is the output folder.

Publishing leaves files of other names in a folder. So an input in the output folder is lost only if
it has the name of an output, such as `areas.parquet`.
"""

from collections.abc import Iterable
from pathlib import Path

from llrgeo.errors import PublishError
from llrgeo.publish.file_list import is_published_name
from llrgeo.publish.folder import check_folder
from llrgeo.publish.stale_files import check_no_strangers
from llrgeo.schema import name_some
from llrgeo.study.config import StudyConfig


def check_inputs_stay(study: StudyConfig, written: Iterable[Path]) -> None:
    """Refuse to write files if the study reads one of them.

    Raises
    ------
    PublishError
        If the study reads one, with the key by which it names the file.
    """
    targets = {path.resolve() for path in written}
    _refuse({path: key for path, key in _files(study).items() if path in targets})


def check_output_folder(study: StudyConfig, folder: Path) -> None:
    """Refuse to publish into a folder if that would overwrite an input.

    Raises
    ------
    PublishError
        If the folder has an input with the name of a published file; if it is, or lies in, a folder
        that is an input as a whole, such as a network; if it has a file of
        somebody else by such a name; or if it cannot be written to.
    """
    check_folder(folder)
    out = folder.resolve()
    # All files in such a folder are part of the input: pages there would change it for later runs.
    inside = [key for key, path in study.files_read().items() if path.is_dir() and _in(out, path)]
    if inside:
        msg = f"{folder}: the study reads this folder ({name_some(inside)}); write somewhere else"
        raise PublishError(msg)
    _refuse(
        {
            path: key
            for path, key in _files(study).items()
            if path.is_relative_to(out) and is_published_name(path.relative_to(out).as_posix())
        }
    )
    check_no_strangers(folder)


def _in(out: Path, folder: Path) -> bool:
    return out.is_relative_to(folder.resolve())


def _refuse(lost: dict[Path, str]) -> None:
    if lost:
        named = name_some(f"{path.name} ({key})" for path, key in lost.items())
        msg = f"{named}: read by the study, and would be written over; write somewhere else"
        raise PublishError(msg)


def _files(study: StudyConfig) -> dict[Path, str]:
    """Return every file that a study reads, also those in folders, with the key that names it.

    Links are followed, because the files that they lead to would be lost.
    """
    found = {(study.folder / study.file).resolve(): "the study"} if study.file else {}
    for key, path in study.files_read().items():
        inside = path.glob("*") if path.is_dir() else [path]
        found |= {file.resolve(): key for file in inside}
    return found
