"""Files outside a study's folder: they are read, since that may be meant, and named in a note."""

from pathlib import Path

from llrgeo.study.config import StudyConfig


def outside_note(study: StudyConfig) -> str:
    """Return which files a study reads from outside its folder, in one line; empty if none.

    Whoever runs a study that somebody else wrote should see that it reads a file of theirs. What
    travels with llrgeo does not count; links are followed.
    """
    folder = study.folder.resolve()
    named = {name for name in study.named_files().values() if name not in {"", "embedded"}}
    outside = sorted(name for name in named if not _leads_into(study.folder / name, folder))
    return f"reads {', '.join(outside)}, outside the study's folder" if outside else ""


def _leads_into(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder)
