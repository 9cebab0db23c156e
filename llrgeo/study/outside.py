"""Files outside a study's folder: they are read, because that may be intended, and noted."""

from pathlib import Path

from llrgeo.study.config import StudyConfig


def outside_note(study: StudyConfig) -> str:
    """Return a line on the files that a study reads from outside its folder; empty if none.

    A user who runs somebody else's study should see that it reads files of the user's own. Embedded
    data does not count; links are followed.
    """
    folder = study.folder.resolve()
    named = {name for name in study.named_files().values() if name not in {"", "embedded"}}
    outside = sorted(name for name in named if not _leads_into(study.folder / name, folder))
    return f"reads {', '.join(outside)}, outside the study's folder" if outside else ""


def _leads_into(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder)
