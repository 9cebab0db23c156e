"""Time a study of four areas with many options, or with many services.

Run: python tests/benchmarks/many.py options 200 [FOLDER]
     python tests/benchmarks/many.py services 500 [FOLDER]

The toy town of the tests, with options that open sites by turns, or with services of which every
third moves. Prints CPU seconds of the run and of its publication, which is written into FOLDER, so
that the files of two versions can be compared.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import conftest
import town

from llrgeo.study.config import load_study
from llrgeo.study.run import publish_study, run_study


def write_study(folder: Path, kind: str, count: int) -> Path:
    """Write the toy town's study with many options or many services; return its file."""
    network, areas, sites = (
        getattr(conftest, f"town_{name}").__wrapped__() for name in ("network", "areas", "sites")
    )
    study = town.write_town(folder, network, areas, sites)
    text = study.read_text(encoding="utf-8")
    study.write_text(MANY[kind](text, count), encoding="utf-8")
    if kind == "services":
        hosted = ";".join(["clinic", *(f"s{k}" for k in range(count))])
        table = folder / "sites.csv"
        table.write_text(table.read_text("utf-8").replace("clinic", hosted), encoding="utf-8")
    return study


def many_options(text: str, count: int) -> str:
    """Add options that open a clinic at B and C by turns, and beds at B."""
    return text + "".join(
        f'\n[[options]]\nid = "o{k}"\nlabel = "Option {k}"\nbased_on = "today"\n'
        f'opens = {{ clinic = ["{"BC"[k % 2]}"], beds = ["B"] }}\n'
        for k in range(count)
    )


def many_services(text: str, count: int) -> str:
    """Add services at A, of which an option opens every third at B too."""
    services = "".join(
        f'  {{ id = "s{k}", label = "Service {k}", standard_min = {2 + k % 5}, '
        f"rates = {{ age_18_64 = {10 + k} }}, visits = 2 }},\n"
        for k in range(count)
    )
    here = "".join(f's{k} = ["A"], ' for k in range(count))
    there = "".join(f's{k} = ["B"], ' for k in range(0, count, 3))
    text = text.replace("services = [\n", f"services = [\n{services}")
    text = text.replace("sites = { clinic", f"sites = {{ {here}clinic")
    return text.replace("opens = { clinic", f"opens = {{ {there}clinic")


MANY = {"options": many_options, "services": many_services}


def main() -> None:
    """Print the seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=MANY)
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=Path, nargs="?", help="where to publish; else nowhere")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        study = load_study(write_study(Path(folder) / "town", asked.kind, asked.count))
        begun = time.process_time()
        result = run_study(study)
        appraised = time.process_time()
        publish_study(result, asked.folder or Path(folder) / "maps")
    run_s, publish_s = appraised - begun, time.process_time() - appraised
    print(f"{asked.count} {asked.kind}: run {run_s:.1f}, publish {publish_s:.1f} CPU seconds")


if __name__ == "__main__":
    main()
