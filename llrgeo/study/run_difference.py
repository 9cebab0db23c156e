"""Compare two runs by the folders that they published."""

import logging
from pathlib import Path
from typing import Final

from llrgeo.errors import ConfigError, PublishError
from llrgeo.files import StrPath
from llrgeo.publish.data.files import csv_text
from llrgeo.publish.data.packages import MANIFEST
from llrgeo.publish.difference.compare import (
    PublishedRun,
    RunDifference,
    compare_runs,
    read_published_run,
)
from llrgeo.publish.difference.page import render_difference
from llrgeo.publish.difference.studies import comparison_cautions, study_parts
from llrgeo.publish.folder import Content, write_files
from llrgeo.schema import name_some
from llrgeo.study.manifest import changed_outputs, check_unchanged, read_manifest

PAGE: Final = "difference.html"

logger: logging.Logger = logging.getLogger(__name__)


def compare_folders(before: StrPath, after: StrPath) -> RunDifference:
    """Compare two published folders: their inputs, and every published figure.

    Figures that cannot be compared, because the studies differ, are logged as a warning.

    Raises
    ------
    ConfigError
        If a folder has no manifest of a run, or its files are not those of its manifest.
    InputError
        If a table cannot be read.

    Examples
    --------
    >>> study = llrgeo.load_study(folder / "study.toml")
    >>> files = llrgeo.publish_study(llrgeo.run_study(study), folder / "monday")
    >>> llrgeo.compare_folders(folder / "monday", folder / "monday").figures.empty
    True
    """
    difference = compare_runs(_read_run(Path(before)), _read_run(Path(after)))
    for caution in comparison_cautions(difference):
        logger.warning(caution)
    return difference


def write_difference(difference: RunDifference, folder: StrPath) -> list[Path]:
    """Write a difference as a page and tables into a folder, whole or not at all.

    The files are `difference.html`, `settings.csv`, `inputs.csv`, `figures.csv`, `tables.csv` and
    `studies.csv` (the parts of the two studies).

    Raises
    ------
    PublishError
        If the folder cannot be written to, or is that of a run: its pages would be published with
        tables that are not its own.

    Examples
    --------
    >>> study = llrgeo.load_study(folder / "study.toml")
    >>> files = llrgeo.publish_study(llrgeo.run_study(study), folder / "monday")
    >>> difference = llrgeo.compare_folders(folder / "monday", folder / "monday")
    >>> files = llrgeo.write_difference(difference, folder / "difference")
    >>> (folder / "difference" / "difference.html").is_file()
    True
    """
    folder = Path(folder)
    if (folder / MANIFEST).exists():
        msg = f"{folder}: the folder of a run; write the difference into one of its own"
        raise PublishError(msg)
    made: dict[str, Content] = {PAGE: render_difference(difference)}
    for name in ("settings", "inputs", "figures", "tables"):
        made[f"{name}.csv"] = csv_text(getattr(difference, name), figures=("before", "after"))
    made["studies.csv"] = csv_text(study_parts(difference), figures=("before", "after"))
    return write_files(made, folder)


def _read_run(folder: Path) -> PublishedRun:
    manifest = read_manifest(folder / MANIFEST)
    check_unchanged(manifest, folder / MANIFEST)
    # Figures that somebody altered by hand would be reported as those of the run.
    changed = changed_outputs(manifest, folder)
    if changed:
        msg = f"{folder}: {len(changed)} files are not those of its manifest ({name_some(changed)})"
        raise ConfigError(msg)
    return read_published_run(folder, manifest)
