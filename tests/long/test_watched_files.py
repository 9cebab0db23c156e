"""Every file that a study names is watched: after an edit of each, pages are as from scratch."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from capacity_study_cases import HOMES, study_of_town, write_capacity_study
from test_indicators import COLD, COLD_FILE, declare
from test_languages import wide, write_catalogue
from test_stored import contents, replaced
from test_transit_study import TRANSIT
from timetables import TOY, write_feed
from town import TOWN_STUDY
from typer.testing import CliRunner

from llrgeo.cli import app, watch
from llrgeo.inputs.embedded import embedded
from llrgeo.roads.network_files import load_network, save_network
from llrgeo.study.config import load_study
from llrgeo.study.run import publish_study, run_study

LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9"/></svg>'
RATES = ("discount_rates", "unit_values", "incomes")
Edits = dict[str, Callable[[], object]]


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def write_town_of_files(study: Path) -> Edits:
    """Let the toy town name a file of each kind; return an edit of each, by its key."""
    folder = study.parent
    write_feed(folder / "bus.zip")
    shutil.copytree(folder / "network", folder / "paths")
    on_foot = load_network(folder / "paths")
    save_network(replace(on_foot, info=replace(on_foot.info, mode="walk")), folder / "paths")
    (folder / "logo.svg").write_text(LOGO, encoding="utf-8")
    theme = 'publisher = "Town"\nlogo = "logo.svg"\nlogo_alt = "Town"\n'
    (folder / "theme.toml").write_text(theme, encoding="utf-8")
    (folder / "words").mkdir()
    words = write_catalogue(folder / "words", "x-wide")
    for name in RATES:
        shutil.copy(embedded(f"rates/{name}.csv"), folder)
    areas = pd.read_csv(folder / "areas.csv", dtype={"area_id": str})
    codes = [f"ZZ1 {n}AB" for n in range(1, 4)]
    metres = {"easting": [450_010, 451_020, 452_030], "northing": [300_010, 302_020, 301_030]}
    table = pd.DataFrame({"postcode": codes, **metres, "area_id": areas["area_id"][:3]})
    table.to_csv(folder / "postcodes.csv", index=False)
    contacts = pd.DataFrame({"area_id": areas["area_id"], "clinic": [210, 130, 170, 190]})
    contacts.to_csv(folder / "contacts.csv", index=False)
    named = ", ".join(f'{name} = "{name}.csv"' for name in RATES)
    keys = """
postcodes = "postcodes.csv"
theme = "theme.toml"
language = "x-wide"
catalogues = "words"
modes = ["car", "walk", "transit"]
networks = { walk = "paths" }
"""
    asked = f'appraisal = {{ draws = 200, activity = "contacts.csv", {named} }}'
    text = TOWN_STUDY.replace("appraisal = { draws = 200 }", asked)
    study.write_text(f"{keys}{text}{TRANSIT}", encoding="utf-8")
    declare(study, COLD, cold=COLD_FILE)
    edit = {name: partial(replaced, folder / f"{name}.csv") for name in RATES}
    return {
        "sites": partial(replaced, folder / "sites.csv", "B,", "B,New "),
        "areas": partial(_grow, folder / "areas.csv", "disabled"),
        "outlines": partial(_space, folder / "outlines.geojson"),
        "network": partial(_slower, folder / "network"),
        "network of walk": partial(_slower, folder / "paths"),
        "transit bus.zip": partial(write_feed, folder / "bus.zip", stop_times=_later()),
        "postcodes": partial(replaced, folder / "postcodes.csv", "ZZ1 2AB", "ZZ1 9AB"),
        "theme": partial(replaced, folder / "theme.toml", '"Town"', '"The town"'),
        "logo": partial(replaced, folder / "logo.svg", "h9", "h8"),
        "catalogues": partial(_more_words, words),
        "activity": partial(replaced, folder / "contacts.csv", "210", "220"),
        "indicators cold.csv": partial(replaced, folder / "cold.csv", "W,31", "W,41"),
        "unit_values": partial(edit["unit_values"], "value_of_time,7", "value_of_time,8"),
        "incomes": partial(_space, folder / "incomes.csv"),
        "discount_rates": partial(_space, folder / "discount_rates.csv"),
    }


def write_town_of_capacity(study: Path, areas, sites) -> Edits:
    """Write the toy study of beds and rooms; return an edit of each of its own files."""
    folder = write_capacity_study(study.parent, areas, sites)
    (folder / "homes.csv").write_text(HOMES, encoding="utf-8")
    study_of_town(folder, ('estate = "estate.csv"', 'estate = "estate.csv"\nhousing = "homes.csv"'))
    return {
        "service_costs": partial(replaced, folder / "costs.csv", "clinic,,900", "clinic,,950"),
        "estate": partial(replaced, folder / "estate.csv", "2000,6", "2100,6"),
        "housing": partial(replaced, folder / "homes.csv", "N,2030,50", "N,2030,70"),
        "projections": partial(_grow, folder / "projections.csv", "age_80"),
    }


def _grow(path: Path, column: str) -> None:
    table = pd.read_csv(path)
    grown = (1.08 * table[column]).round().astype(table[column].dtype)
    table.assign(**{column: grown}).to_csv(path, index=False)


def _space(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


def _slower(folder: Path) -> None:
    network = load_network(folder)
    edges = network.edges
    slow = {name: 2 * edges[name] for name in edges if name.endswith("_ms")}
    save_network(replace(network, edges=edges.assign(**slow)), folder)


def _later() -> str:
    return TOY["stop_times"].replace("1a,9:55:00,9:55:00", "1a,9:58:00,9:58:00")


def _more_words(catalogue: Path) -> None:
    text = catalogue.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("front_"))
    catalogue.write_text(text.replace(line, line.replace(' = "', f' = "{wide("New")} ')), "utf-8")


def check_each(study: Path, edits: Edits, out: Path, monkeypatch) -> None:
    """Watch a study, make each edit, and hold the pages after it against those from scratch."""
    todo, made = dict(edits), []
    whole = out.with_name("whole")
    looks = 0

    def sleep(_: float) -> None:
        """Check the edit before and make the next; each second look is whether all is written."""
        nonlocal looks
        looks += 1
        if looks % 2 == 0:
            return
        if made:
            publish_study(run_study(load_study(study)), whole)
            assert contents(out) == contents(whole), made[-1]
        if not todo:
            raise KeyboardInterrupt
        made.append(next(iter(todo)))
        todo.pop(made[-1])()

    monkeypatch.setattr(watch, "sleep", sleep)
    command = ["run", str(study), "--out", str(out), "--watch"]
    ended = CliRunner().invoke(app, command, catch_exceptions=False)
    assert ended.stderr == ""
    assert ended.stdout.count("Pages after") == len(edits) + 1
    for key in edits:
        assert f"Changed: {key}\n" in ended.stdout


def test_each_file_of_a_study_is_watched(town_study, tmp_path, monkeypatch):
    edits = write_town_of_files(town_study)
    check_each(town_study, edits, tmp_path / "maps", monkeypatch)


def test_each_file_of_beds_and_estate_is_watched(
    town_study, town_areas, town_sites, tmp_path, monkeypatch
):
    edits = write_town_of_capacity(town_study, town_areas, town_sites)
    check_each(town_study, edits, tmp_path / "maps", monkeypatch)
