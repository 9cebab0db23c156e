"""Name the study's key for a file in an error about that file."""

from difflib import get_close_matches
from pathlib import Path
from typing import Final

from llrgeo.errors import LlrgeoError
from llrgeo.study.config import StudyConfig

_LEAST_SIMILAR: Final = 0.7  # by difflib, of a missing file's name and the one suggested


def with_key(error: LlrgeoError, study: StudyConfig) -> LlrgeoError:
    """Return an error about a whole file or folder with the study's key for it in the message.

    If the file does not exist, the message suggests a similar name in the same folder.
    """
    read = study.files_read()
    keys = [key for key, path in read.items() if str(error).startswith(f"{path}: ")]
    if not keys:
        return error
    path = read[keys[0]]
    beside = {} if path.exists() else {each.stem: each.name for each in _siblings(path)}
    near = get_close_matches(path.stem, beside, 1, _LEAST_SIMILAR)
    meant = f"; did you mean '{beside[near[0]]}'?" if near else ""
    as_written = path.relative_to(study.folder) if path.is_relative_to(study.folder) else path
    fault = str(error).replace(str(path), str(as_written), 1)
    return type(error)(f"{study.source_name}: {' and '.join(keys)}: {fault}{meant}")


def _siblings(path: Path) -> list[Path]:
    return [each for each in path.parent.glob("*") if each.suffix == path.suffix]
