"""The id of a run: the SHA-256 of what decides its figures."""

import json
from collections.abc import Mapping
from typing import Any

from llrgeo.files import sha256_of_bytes


def run_id_of(settings: Mapping[str, Any], inputs: Mapping[str, str], version: str) -> str:
    """Return the id of a run: the SHA-256 of its settings, its inputs and llrgeo's own version.

    Parameters
    ----------
    settings
        Every setting of the study, in plain values. A study file that is renamed is the same study:
        `file` has no part in the id.
    inputs
        The SHA-256 of each input by its key.
    version
        Of llrgeo: those of libraries do not decide the figures.
    """
    named = {key: value for key, value in settings.items() if key != "file"}
    return _id_of(named, inputs, version)


def is_own_id(manifest: Mapping[str, Any]) -> bool:
    """Return whether the `run_id` of a manifest is that of the settings and inputs beside it.

    It is not once one of them was changed by hand. Release 0.1.0 counted the study file's name.
    """
    stated, version = manifest["run_id"], str(manifest.get("versions", {}).get("llrgeo", ""))
    parts = manifest["study"], manifest["inputs"], version
    return stated in {run_id_of(*parts), _id_of(*parts)}


def canonical(value: object) -> bytes:
    """Return plain values as JSON that is the same for equal ones.

    A half of a surrogate pair, which JSON may hold and UTF-8 may not, is taken as it is.
    """
    return json.dumps(value, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _id_of(settings: Mapping[str, Any], inputs: Mapping[str, str], version: str) -> str:
    return sha256_of_bytes(canonical({"study": settings, "inputs": inputs, "llrgeo": version}))
