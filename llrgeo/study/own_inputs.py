"""Nothing is written over what a study reads, also where its own folder is named for the output.

Files of other names stay in a folder that is written to. So whoever writes beside the study would
lose an input alone where it happens to be called as an output is, such as `areas.parquet`.
"""

from collections.abc import Iterable
from pathlib import Path

from llrgeo.errors import PublishError
from llrgeo.publish.file_list import is_published_name
from llrgeo.publish.folder import check_folder
from llrgeo.schema import name_some
from llrgeo.study.config import StudyConfig


def check_inputs_stay(study: StudyConfig, written: Iterable[Path]) -> None:
    """Refuse to write files of which a study reads one.

    Raises
    ------
    PublishError
        If there is one, with the key by which the study names it.
    """
    targets = {path.resolve() for path in written}
    _refuse({path: key for path, key in _files(study).items() if path in targets})


def check_output_folder(study: StudyConfig, folder: Path) -> None:
    """Refuse to publish into a folder in which an input is called as a published file is.

    Raises
    ------
    PublishError
        If there is one, with the key by which the study names it; if the folder is, or lies in, one
        whose files are an input all together, as a network's; or if it cannot be written to.
    """
    check_folder(folder)
    out = folder.resolve()
    # Of a folder all files count as the input: pages in it would make it another at the next run.
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


def _in(out: Path, folder: Path) -> bool:
    return out.is_relative_to(folder.resolve())


def _refuse(lost: dict[Path, str]) -> None:
    if lost:
        named = name_some(f"{path.name} ({key})" for path, key in lost.items())
        msg = f"{named}: read by the study, and would be written over; write somewhere else"
        raise PublishError(msg)


def _files(study: StudyConfig) -> dict[Path, str]:
    """Return every file that a study reads, also those in its folders, with the key that names it.

    Links are followed, for what they lead to would be lost.
    """
    found = {(study.folder / study.file).resolve(): "the study"} if study.file else {}
    for key, path in study.files_read().items():
        inside = path.glob("*") if path.is_dir() else [path]
        found |= {file.resolve(): key for file in inside}
    return found
