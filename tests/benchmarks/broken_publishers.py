"""Break each publisher in turn, and print what becomes of it: refused in which words, or recovered.

Run: python tests/benchmarks/broken_publishers.py

The faults are those of tests/test_official_downloader.py, and some that only a whole table of areas
tells. After each, all that is in the cache must
be whole by its checksum, or the beginning of a download that can go on.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from invented_icb import BOARD, small
from official_cases import Official
from official_server import Fault, OfficialServer, serving
from test_official_downloader import RECOVERED, REFUSED

from llrgeo.errors import InputError
from llrgeo.files import sha256_of_file
from llrgeo.inputs.official.area_table import compile_areas
from llrgeo.inputs.official.cache import read_note
from llrgeo.inputs.official.place import find_boards

ALWAYS = 10**9
NOTES = (".json", ".sha256", ".lock")


def ask_areas(official):
    """Compile the table of areas."""
    downloader = official.downloader()
    place = find_boards(downloader, official.sources, [BOARD])
    return compile_areas(downloader, official.sources, place)


OF_AREAS = [
    (ask_areas, "NM_2055_1", "doubled"),
    (ask_areas, "NM_2043_1", "doubled"),
    (ask_areas, "NM_2041_1", "hundredths"),
    (ask_areas, "NM_2063_1", "hundredths"),
    (ask_areas, "NM_2014_1", "zeros"),
]


def left_in(cache: Path) -> str:
    """Say what is in a cache, and raise an AssertionError if anything of it is half written."""
    whole = begun = 0
    for path in sorted(cache.rglob("*")):
        record = read_note(path.with_name(f"{path.name}.json"))
        if path.is_dir() or (path.name.endswith(NOTES) and not record):
            continue
        if path.name.endswith(".part"):
            assert {"validator", "total"} <= set(record), path
            begun += 1
        else:
            assert record["sha256"] == sha256_of_file(path), path
            whole += 1
    parts = [f"{whole} answers, whole"] if whole else []
    parts += [f"{begun} begun, to go on"] if begun else []
    return "; ".join(parts) or "nothing"


def outcome(server: OfficialServer, ask, fault: Fault) -> tuple[str, str]:
    """Ask once of a broken server; return what came of it and what is left in the cache."""
    server.faults = [fault]
    with tempfile.TemporaryDirectory() as folder:
        official = Official(server, Path(folder))
        try:
            ask(official)
            said = f"recovered; waited {sum(official.waits):.0f} s"
        except InputError as error:
            text = " ".join(str(error).split()).replace(server.root, "")
            said = f"refused: {text.rsplit('/', 1)[-1][:110]}"
        return said, left_in(Path(folder) / "cache")


def main() -> None:
    """Print the table."""
    print("| asked for | fault | times | outcome | left in the cache |")
    print("| --- | --- | --- | --- | --- |")
    faults = [(ask, where, how, ALWAYS) for ask, where, how, _ in REFUSED]
    faults += [(*fault, ALWAYS) for fault in OF_AREAS] + list(RECOVERED)
    count = {"refused": 0, "recovered": 0}
    with serving(small()) as server:
        for ask, where, how, times in faults:
            said, left = outcome(server, ask, Fault(where, how, times))
            count[said.split(":")[0].split(";")[0]] += 1
            shown = "always" if times == ALWAYS else times
            print(f"| `{where}` | {how} | {shown} | {said} | {left} |", flush=True)
    print(f"\n{count['refused']} refused, {count['recovered']} recovered")


if __name__ == "__main__":
    main()
