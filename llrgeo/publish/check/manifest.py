"""Check of a published folder's manifest: its run, its settings, and the files that it lists."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from llrgeo.errors import UNREADABLE_JSON, PublishError
from llrgeo.files import sha256_of_file
from llrgeo.publish.check.html import Finding
from llrgeo.publish.data.packages import MANIFEST, RO_CRATE
from llrgeo.publish.run_id import is_own_id


def read_recorded(folder: Path) -> dict[str, Any]:
    """Return what a folder's manifest says; empty where there is none.

    Raises
    ------
    PublishError
        If it cannot be read as a manifest.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return {}
    try:
        recorded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        parts = (recorded.get(key, {}) for key in ("study", "inputs", "versions", "outputs"))
        if not all(isinstance(part, dict) for part in (recorded, *parts)):
            msg = "a part of it is not what it must be"
            raise TypeError(msg)
    except UNREADABLE_JSON as error:
        reason = " ".join(str(error).split())[:200]
        msg = f"{path}: cannot be read as a manifest ({reason}); run llrgeo into this folder again"
        raise PublishError(msg) from error
    return recorded


def id_findings(recorded: Mapping[str, Any]) -> Iterator[Finding]:
    """Find a run's number that is not that of the settings, inputs and version beside it.

    Whoever changes a setting by hand leaves figures that are not those of what the manifest says.
    """
    if not recorded:
        return
    run_id = str(recorded.get("run_id", ""))
    if "study" not in recorded or "inputs" not in recorded or not is_own_id(recorded):
        yield Finding(
            "run",
            f"its settings, inputs or version were changed since the run: they do not have the "
            f"run_id {run_id[:12]}; tables.xlsx lists the settings of the run",
        )
    if str(recorded.get("run", "")) not in {run_id[:12], ""}:  # release 0.1.0 had no `run`
        yield Finding("run", f"its run is not the beginning of its run_id, {run_id[:12]}")


def checksum_findings(folder: Path, recorded: Mapping[str, Any]) -> Iterator[tuple[str, Finding]]:
    """Find files that are not what the manifest recorded, each with its name."""
    for name, checksum in recorded.get("outputs", {}).items():
        file = folder / name
        if not file.resolve().is_relative_to(folder.resolve()) or not file.is_file():
            yield name, Finding("checksum", "the manifest lists it, but it is not there")
        elif sha256_of_file(file) != checksum:
            yield name, Finding("checksum", "it is not the file that the manifest recorded")


def crate_findings(folder: Path, recorded: Mapping[str, Any]) -> Iterator[tuple[str, Finding]]:
    """Find what the manifest and the crate of a run say otherwise, each with a file's name.

    A file that was taken out of the manifest's list could be changed and not be noticed; the crate
    lists it still. The manifest holds the crate's own checksum.
    """
    if not recorded or not (folder / RO_CRATE).is_file():
        return
    try:
        parts = json.loads((folder / RO_CRATE).read_text(encoding="utf-8"))["@graph"]
        files = {str(part["@id"]): part.get("sha256") for part in parts if part["@type"] == "File"}
        inputs = {str(part["name"]): part.get("sha256") for part in parts if _is_input(part)}
    except UNREADABLE_JSON as error:
        yield RO_CRATE, Finding("crate", f"it cannot be read ({' '.join(str(error).split())[:99]})")
        return
    outputs = recorded.get("outputs", {})
    for name, checksum in files.items():
        if name != MANIFEST and outputs.get(name) != checksum:
            yield name, Finding("checksum", f"{RO_CRATE} has another checksum than the manifest")
    for name, checksum in inputs.items():
        if checksum and recorded.get("inputs", {}).get(name) != checksum:
            text = f"{RO_CRATE} has another checksum of the input {name!r}"
            yield MANIFEST, Finding("checksum", text)


def _is_input(part: Mapping[str, Any]) -> bool:
    return str(part["@id"]).startswith("#input-")
