"""Results of a run that are stored in the user's cache folder for the next run.

Every run stores the roads that pages contain, and `llrgeo run --quick` also travel times: they
depend on places and roads alone, which change least while a study is edited. A file is named after
the SHA-256 of everything that determines its content, including llrgeo's own code; it holds plain
numbers and text, is written whole, and ends with its own checksum. A damaged file counts as none.
"""

import inspect
import io
import json
import platform
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.files import sha256_of_bytes
from llrgeo.inputs.embedded import CHECKSUMS, embedded
from llrgeo.inputs.text_storage import with_python_strings
from llrgeo.publish.data.packages import MANIFEST
from llrgeo.publish.planning import PageNetwork
from llrgeo.publish.run_id import canonical
from llrgeo.study.cache_folder import CacheFolder
from llrgeo.study.config import StudyConfig
from llrgeo.study.manifest import changed_outputs, describe_run, hash_path, read_manifest
from llrgeo.study.own_roads import used_network
from llrgeo.study.planning import packed_network
from llrgeo.study.result import StudyResult
from llrgeo.study.reuse import NOT_TIMES, NOTHING_REUSABLE, OF_PAGES, Reusable, files_beside_times
from llrgeo.study.times import TimesBy
from llrgeo.travel.accuracy import Accuracy
from llrgeo.travel.times import TravelTimes

Arrays: TypeAlias = dict[str, NDArray[Any]]
Roads: TypeAlias = dict[Callable[..., Any], Any]
"""Results of functions of places and roads, by function, as `computed_once` stores them."""

_MOST_BYTES: Final = 500_000_000  # more takes about as long to read as to compute
_DATA: Final = "data"  # folder of an installed package; its files are covered by their checksums
_NO_EFFECT: Final = frozenset({"folder", "file"})  # the path of a study, and the name of its file
_PACKAGE: Final = Path(__file__).resolve().parents[1]
_WITH_REASON: Final = "packed"  # the result of this one also has the reason for no network
_FACTS: Final = (
    "mode", "period", "engine", "network", "direction", "error_min", "error_note", "source",
)  # fmt: skip
_ROADS: Final[Mapping[str, Callable[..., Any]]] = {"used": used_network, "packed": packed_network}


class RunKeys(NamedTuple):
    """Hashes of what a study depends on, as names of files in the cache folder.

    `places` is of everything that determines travel times and roads, `run` of everything that
    determines the published folder; empty where contacts are of real patients, whose checksums are
    not stored. `run_id` is that of the manifest.
    """

    places: str
    run: str = ""
    run_id: str = ""

    @property
    def roads(self) -> str:
        """The name of the file of the roads that pages hold."""
        return f"roads-of-{self.places}"


def keys_of_places(study: StudyConfig) -> RunKeys:
    """Return the key of a study's places and roads alone, by the current content of its files."""
    return RunKeys(f"places-{_places_hash(study)}")


def run_keys(study: StudyConfig) -> RunKeys:
    """Return the keys of a study, by the current content of its files."""
    described = describe_run(study)
    run = "" if study.appraisal.restricted else f"run-{_run_hash(described)}"
    return keys_of_places(study)._replace(run=run, run_id=described["run_id"])


@with_python_strings
def load_stored(keys: RunKeys, cache: CacheFolder) -> Reusable:
    """Return the valid parts that an earlier run of a study stored; empty if there are none.

    Parameters
    ----------
    keys
        The keys of the study.
    cache
        The folder in which runs store them.
    """
    roads, stored = load_roads(keys, cache), _arrays_in(keys.places, cache)
    if stored is None:
        return Reusable({"computed": roads}) if roads else NOTHING_REUSABLE
    plain, arrays = stored
    return Reusable(
        {"computed": roads},
        _times_from_plain(plain["times"], "times", arrays),
        _times_from_plain(plain["team_times"], "team", arrays),
    )


def load_roads(keys: RunKeys, cache: CacheFolder) -> Roads:
    """Return the roads of pages that an earlier run has stored; empty if there are none."""
    stored = _arrays_in(keys.roads, cache)
    if stored is None:
        return {}
    plain, arrays = stored
    # `computed_once` stores a result under the function without its wrapper.
    return {
        inspect.unwrap(_ROADS[name]): _roads_from_plain(name, values, arrays)
        for name, values in plain.items()
    }


def store(result: StudyResult, keys: RunKeys, cache: CacheFolder) -> None:
    """Store the reusable parts of a result, once its pages are made, for later runs."""
    store_roads(result, keys, cache)
    arrays: Arrays = {}
    plain = {
        "times": _times_to_plain(result.times_by, "times", arrays),
        "team_times": _times_to_plain(result.team_times_by, "team", arrays),
    }
    _write_arrays(keys.places, plain, arrays, cache)


def store_roads(result: StudyResult, keys: RunKeys, cache: CacheFolder) -> None:
    """Store the roads of a result's pages, once they are made, for later runs of the study."""
    arrays: Arrays = {}
    made = result.inputs.computed
    functions = {key: inspect.unwrap(make) for key, make in _ROADS.items()}
    plain = {
        key: _roads_to_plain(key, made[function], arrays)
        for key, function in functions.items()
        if function in made
    }
    _write_arrays(keys.roads, plain, arrays, cache)


def is_published(out: Path, keys: RunKeys, cache: CacheFolder) -> bool:
    """Return whether a folder holds what a run of these keys would write, byte for byte."""
    noted, manifest = cache.read(keys.run) if keys.run else None, out / MANIFEST
    if noted is None or not manifest.is_file() or hash_path(manifest).encode() != noted:
        return False
    return not changed_outputs(read_manifest(manifest), out)


def note_published(out: Path, keys: RunKeys, cache: CacheFolder) -> None:
    """Store that a folder holds the pages and tables of a run of these keys.

    Nothing is stored if another run has written into the folder since, so the manifest is of that.
    """
    if not keys.run:
        return
    written = (out / MANIFEST).read_bytes()
    if json.loads(written)["run_id"] == keys.run_id:
        cache.write(keys.run, sha256_of_bytes(written).encode())


def _run_hash(described: Mapping[str, Any]) -> str:
    return _hash_of({"run": described, "code": _code()})


def _places_hash(study: StudyConfig) -> str:
    beside = {*OF_PAGES, *files_beside_times(study)}
    determining = {
        "study": study.model_dump(mode="json", exclude={*NOT_TIMES, *_NO_EFFECT}),
        "files": {
            key: hash_path(path) for key, path in study.files_read().items() if key not in beside
        },
        "code": _code(),
    }
    return _hash_of(determining)


def _hash_of(determining: Mapping[str, Any]) -> str:
    """Return the SHA-256 of plain values in their order: rows of tables follow that of names."""
    return sha256_of_bytes(json.dumps(determining).encode())


@cache
def _code() -> dict[str, str]:
    """Return hashes of llrgeo's code, pages, data and libraries, and the version of Python."""
    files = {path.relative_to(_PACKAGE): path for path in _PACKAGE.rglob("*") if path.is_file()}
    own = {
        name.as_posix(): hash_path(path)
        for name, path in files.items()
        if name.parts[0] != _DATA and "__pycache__" not in name.parts
    }
    return {
        "llrgeo": sha256_of_bytes(canonical(own)),
        "data": hash_path(embedded(CHECKSUMS)),
        "python": f"{platform.python_version()} {platform.machine()}",
        "libraries": sha256_of_bytes(canonical(_installed_packages())),
    }


def _installed_packages() -> list[str]:
    """Return the names and versions of all installed packages, by the folders of their metadata.

    All, because a library that another one needs can change figures as well: to ask each for what
    it needs takes longer than to list them.
    """
    return sorted({found.name for folder in sys.path for found in Path(folder).glob("*.*-info")})


def _arrays_in(name: str, cache: CacheFolder) -> tuple[dict[str, Any], Arrays] | None:
    """Return the plain values and the arrays of a stored file; None where there is none."""
    content = cache.read(name)
    if content is None:
        return None
    with np.load(io.BytesIO(content), allow_pickle=False) as held:
        arrays: Arrays = dict(held)
    return json.loads(arrays.pop("plain").tobytes()), arrays


def _write_arrays(name: str, plain: Mapping[str, Any], arrays: Arrays, cache: CacheFolder) -> None:
    """Store plain values and arrays, unless they are stored already, or too large."""
    if cache.has(name) or sum(array.nbytes for array in arrays.values()) > _MOST_BYTES:
        return
    encoded = np.frombuffer(json.dumps(plain).encode(), dtype=np.uint8)
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, plain=encoded, **arrays)
    cache.write(name, content.getvalue())


def _times_to_plain(times_by: TimesBy, name: str, arrays: Arrays) -> list[dict[str, Any]]:
    """Return travel times as plain values without their matrices, which are added to `arrays`."""
    plain = []
    for number, times in enumerate(times_by.values()):
        tables = {"minutes": times.minutes, "distance_km": times.distance_km, **times.spread}
        held = {key: table for key, table in tables.items() if table is not None}
        for key, table in held.items():
            arrays[f"{name} {number} {key}"] = table.to_numpy()
        measured = times.accuracy
        plain.append(
            {
                "tables": list(held),
                "areas": times.minutes.index.tolist(),
                "sites": times.minutes.columns.tolist(),
                "accuracy": {
                    "journeys": measured.journeys.to_dict("records"),
                    "differences": measured.differences.to_dict("records"),
                    "mean_min": measured.mean_min,
                    "source": measured.source,
                },
                "facts": {key: getattr(times, key) for key in _FACTS},
            }
        )
    return plain


def _times_from_plain(plain: list[dict[str, Any]], name: str, arrays: Arrays) -> TimesBy:
    """Return travel times from the plain values and arrays of `_times_to_plain`."""
    found = {}
    for number, values in enumerate(plain):
        axes = (
            pd.Index(values["areas"], name="area_id"),
            pd.Index(values["sites"], name="site_id"),
        )
        # In their original memory order, which sums depend on.
        tables = {
            key: pd.DataFrame(arrays[f"{name} {number} {key}"], *axes, copy=False)
            for key in values["tables"]
        }
        times = TravelTimes(
            tables.pop("minutes"),
            distance_km=tables.pop("distance_km", None),
            accuracy=Accuracy.from_plain(values["accuracy"]),
            spread=tables,
            **values["facts"],
        )
        found[times.mode, times.period] = times
    return found


def _roads_to_plain(name: str, made: object, arrays: Arrays) -> dict[str, Any]:
    """Return a page's network, or the reason for none, as plain values; bytes go to `arrays`."""
    network, reason = made if isinstance(made, tuple) else (made, "")
    if not isinstance(network, PageNetwork):
        return {"reason": reason}
    arrays[f"roads {name}"] = np.frombuffer(network.zipped, dtype=np.uint8)
    return {"reason": reason, "header": network.header, "fingerprint": network.fingerprint}


def _roads_from_plain(name: str, values: Mapping[str, Any], arrays: Arrays) -> object:
    """Return the result of the function of this name in `_ROADS`, from its plain values."""
    network = None
    if "header" in values:
        zipped = arrays[f"roads {name}"].tobytes()
        network = PageNetwork(values["header"], zipped, values["fingerprint"])
    return (network, values["reason"]) if name == _WITH_REASON else network
