"""The manifest of a run: its settings, checksums of its inputs and versions; for replays."""

import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any, Final

from llrgeo.errors import UNREADABLE_JSON, ConfigError
from llrgeo.files import files_of, sha256_of_bytes, sha256_of_file
from llrgeo.inputs.tables import check_file, one_line
from llrgeo.publish.run_id import canonical, is_own_id, run_id_of
from llrgeo.schema import name_some
from llrgeo.study.config import StudyConfig
from llrgeo.study.sections.indicators import counted_files
from llrgeo.study.validation import check_config

WITHHELD: Final = "withheld: contacts of real patients"

_NOT_PLAIN: Final = "settings or checksums are not what they must be"
_LIBRARIES: Final = ("llrgeo", "geopandas", "numpy", "pandas", "pyproj", "scipy", "shapely")


def describe_run(study: StudyConfig) -> dict[str, Any]:
    """Return everything that determines a run's figures, as plain values.

    Returns
    -------
    dict
        `study` (every setting), `inputs` (SHA-256 of each file by its key), `versions`, and
        `run_id`, the SHA-256 of the settings and inputs: equal ids mean equal figures. `run`, its
        first twelve digits, is on every page and in the workbook. Contacts of real patients are
        in neither: their hash would confirm a guess of the file's content.
    """
    # The study's folder has no effect on figures.
    settings = study.model_dump(mode="json", exclude={"folder"})
    inputs = _input_hashes(study)
    versions = {name: version(name) for name in _LIBRARIES}
    run_id = run_id_of(settings, inputs, versions["llrgeo"])
    versions["python"] = platform.python_version()
    return {
        "run": run_id[:12],
        "run_id": run_id,
        "study": settings,
        "inputs": inputs,
        "versions": versions,
    }


def read_manifest(path: Path) -> dict[str, Any]:
    """Read a manifest that an earlier run wrote.

    Raises
    ------
    ConfigError
        If the file is not a manifest.
    """
    try:
        check_file(path)
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        texts = manifest["run_id"], *manifest["inputs"].values(), *_outputs(manifest).values()
        settings = manifest["study"], manifest.get("versions", {})
        if not all(isinstance(t, str) for t in texts) or not all(
            isinstance(each, dict) for each in settings
        ):
            raise TypeError(_NOT_PLAIN)
    except UNREADABLE_JSON as error:
        msg = f"{path}: not a manifest of a run ({one_line(error)})"
        raise ConfigError(msg) from error
    if not _outputs(manifest):
        msg = f"{path}: not a manifest of a run (it names no files, so nothing could be compared)"
        raise ConfigError(msg)
    # Outputs are hashed by name on replay: a name that leaves the folder would read other files.
    strange = [name for name in _outputs(manifest) if not _is_inside(name)]
    if strange:
        msg = f"{path}: it names files outside its folder ({name_some(strange)})"
        raise ConfigError(msg)
    return manifest


def check_unchanged(manifest: Mapping[str, Any], path: Path) -> None:
    """Refuse a manifest whose settings, inputs or version somebody changed since its run.

    Raises
    ------
    ConfigError
        If its `run_id` is not theirs.
    """
    if not is_own_id(manifest):
        msg = (
            f"{path}: its settings, inputs or version were changed since the run: they do not have "
            f"the run_id {manifest['run_id'][:12]}. Take the manifest that the run wrote"
        )
        raise ConfigError(msg)


def study_of(manifest: Mapping[str, Any], folder: Path) -> StudyConfig:
    """Return the study that a manifest describes, its paths read from a folder.

    Raises
    ------
    ConfigError
        If an input has changed since the manifest was written.
    """
    settings = {**manifest["study"], "folder": folder}
    study = check_config(StudyConfig, settings, source="the study in the manifest")
    found = _input_hashes(study)
    known = manifest["inputs"]
    changed = [key for key in {**found, **known} if found.get(key) != known.get(key)]
    if changed:
        msg = f"inputs differ from those of the manifest: {', '.join(changed)}"
        raise ConfigError(msg)
    return study


def changed_outputs(manifest: Mapping[str, Any], folder: Path) -> list[str]:
    """List the outputs in a folder that differ from those a manifest recorded, or are absent."""
    recorded = _outputs(manifest)
    return sorted(
        name
        for name, known in recorded.items()
        if not (folder / name).is_file() or sha256_of_file(folder / name) != known
    )


def _outputs(manifest: Mapping[str, Any]) -> Mapping[str, str]:
    outputs: Mapping[str, str] = manifest.get("outputs", {})
    return outputs


def _is_inside(name: str) -> bool:
    """Return whether a name in a manifest stays within the manifest's folder."""
    path = PurePosixPath(name)
    return not (path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name)


def _input_hashes(study: StudyConfig) -> dict[str, str]:
    # A hash would confirm a guess of a file of real patients. Rates by single year of age are
    # counts, too, divided by people whom the census has published.
    counted = {f"indicators {file}" for file in counted_files(study.indicators)}
    secret = {"activity", "age_rates", *counted}
    secret = secret if study.appraisal.restricted else set()
    return {
        key: WITHHELD if key in secret else hash_path(path)
        for key, path in study.files_read().items()
    }


def hash_path(path: Path) -> str:
    """Return the SHA-256 of a file, or of several by their names and hashes (`files_of`)."""
    files = files_of(path)
    if files == [path]:
        return sha256_of_file(path)
    above = path if path.is_dir() else path.parent
    hashes = {file.relative_to(above).as_posix(): sha256_of_file(file) for file in files}
    return sha256_of_bytes(canonical(hashes))
