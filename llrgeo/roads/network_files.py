"""Save a network as a folder of Parquet tables with their checksums, and load it again.

`nodes.parquet` and `edges.parquet` are the tables, and `network.json` is the description with the
checksums; networks from a map have `landmarks.parquet`, too.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, get_args

import geopandas as gpd
import pandas as pd

from llrgeo.errors import UNREADABLE_JSON, NetworkError
from llrgeo.execution.free_memory import free_memory_given_back
from llrgeo.files import StrPath, folder_written_whole, sha256_of_bytes, sha256_of_file
from llrgeo.inputs.tables import one_line
from llrgeo.roads.network import EdgeUse, NetworkInfo, RoadNetwork
from llrgeo.roads.network_checks import info_faults, length_faults, speed_faults, use_faults
from llrgeo.schema import list_faults

_TABLES: Final = ("nodes.parquet", "edges.parquet")
_LANDMARKS: Final = "landmarks.parquet"  # only of networks from a map
_DESCRIPTION: Final = "network.json"
_EXTENT: Final = "rim"  # the key of `extent` in it, as in 0.1
_SUMS: Final = "sha256"
_UNREADABLE: Final = (*UNREADABLE_JSON, NotImplementedError)


def save_network(network: RoadNetwork, folder: StrPath) -> None:
    """Write a network as `nodes.parquet`, `edges.parquet` and `network.json`, whole or not at all.

    Landmarks, if it has any, are `landmarks.parquet`.

    Parameters
    ----------
    network
        The network to save.
    folder
        The folder to write; an earlier network there is replaced.

    Examples
    --------
    >>> network = llrgeo.load_network(folder / "network")
    >>> llrgeo.save_network(network, folder / "copy")
    >>> llrgeo.load_network(folder / "copy").fingerprint == network.fingerprint
    True
    """
    with folder_written_whole(Path(folder)) as made:
        network.nodes.to_parquet(made / "nodes.parquet", compression="zstd", index=False)
        network.edges.to_parquet(made / "edges.parquet", compression="zstd", index=False)
        if network.landmarks is not None:
            network.landmarks.to_parquet(made / _LANDMARKS, compression="zstd", index=False)
        text = _description(network.info, made)
        (made / _DESCRIPTION).write_text(text, encoding="utf-8", newline="\n")


@free_memory_given_back()
def load_network(folder: StrPath) -> RoadNetwork:
    """Read a network that `save_network` wrote.

    Raises
    ------
    NetworkError
        If the folder does not hold a whole network.

    Examples
    --------
    >>> network = llrgeo.load_network(folder / "network")
    >>> network.info.mode, int(network.weights_ms("off_peak").min())  # milliseconds on an edge
    ('car', 60000)
    """
    folder = Path(folder)
    missing = [name for name in (*_TABLES, _DESCRIPTION) if not (folder / name).is_file()]
    if missing:
        msg = (
            f"{folder}: not a saved network, {', '.join(missing)} missing. "
            "Build one with: llrgeo network build EXTRACT.osm.pbf --out FOLDER"
        )
        raise NetworkError(msg)
    try:
        info = json.loads((folder / _DESCRIPTION).read_text(encoding="utf-8"))
        if not isinstance(info, dict):
            _refuse(["not a description of a network. Build it again."], _DESCRIPTION)
        _check_sums(folder, info.pop(_SUMS, None), info)
        _refuse(info_faults(info), _DESCRIPTION)
        info["periods"], info["extent"] = tuple(info["periods"]), info.pop(_EXTENT, "")
        nodes = pd.read_parquet(folder / "nodes.parquet")
        edges = pd.read_parquet(folder / "edges.parquet")
        marks = folder / _LANDMARKS
        landmarks = gpd.read_parquet(marks) if marks.is_file() else None
        network = RoadNetwork(nodes, edges, NetworkInfo(**info), landmarks)
    except NetworkError as error:
        msg = f"{folder}: {error}"
        raise NetworkError(msg) from error
    except _UNREADABLE as error:
        msg = f"{folder}: the saved network cannot be read ({one_line(error)}). Build it again."
        raise NetworkError(msg) from error
    faults = [
        *length_faults(network.nodes, network.edges),
        *speed_faults(network.edges, network.info.periods),
        *use_faults(network.edges, get_args(EdgeUse)),
    ]
    _refuse(faults, str(folder))
    return network


def _refuse(faults: Sequence[str], source: str) -> None:
    if faults:
        raise NetworkError(list_faults(faults, source=source))


def _description(info: NetworkInfo, folder: Path) -> str:
    """Return `network.json`: the description, with checksums of the tables and of itself."""
    described = json.loads(json.dumps(asdict(info)))  # as it will be read: keys are text
    described[_EXTENT] = described.pop("extent")
    sums = _sums_of_tables(folder)
    sums[_DESCRIPTION] = _sum_of(described)
    described[_SUMS] = sums
    return json.dumps(described, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _check_sums(folder: Path, sums: Mapping[str, str] | None, info: Mapping[str, Any]) -> None:
    """Refuse a network whose files have changed since it was saved; 0.1 saved no checksums."""
    if sums is None:
        return
    found = _sums_of_tables(folder)
    found[_DESCRIPTION] = _sum_of(info)
    changed = sorted(name for name in {*found, *sums} if sums.get(name) != found.get(name))
    if changed:
        msg = f"{', '.join(changed)} not as saved (by its SHA-256). Build or copy it again."
        raise NetworkError(msg)


def _sums_of_tables(folder: Path) -> dict[str, str]:
    """Return the checksum of each table that the folder has."""
    names = [name for name in (*_TABLES, _LANDMARKS) if (folder / name).is_file()]
    return {name: sha256_of_file(folder / name) for name in names}


def _sum_of(info: Mapping[str, Any]) -> str:
    text = json.dumps(info, ensure_ascii=False, sort_keys=True)
    return sha256_of_bytes(text.encode("utf-8", "surrogatepass"))
