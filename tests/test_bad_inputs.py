"""Bad inputs: each ends with one clear line, exit status 1, and nothing written."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

Spoil = Callable[[Path], None]


def said(file: str, old: str, new: str) -> Spoil:
    """Replace some words of a file."""

    def spoil(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return spoil


def valued(file: str, row: str, **values: str) -> Spoil:
    """Change cells of a table's row, by its id."""

    def spoil(folder: Path) -> None:
        table = pd.read_csv(folder / file, dtype=str, index_col=0)
        table.loc[row, list(values)] = list(values.values())
        table.to_csv(folder / file)

    return spoil


def added(file: str, key: str, content: str) -> Spoil:
    """Name one more file in the study, and write it."""

    def spoil(folder: Path) -> None:
        inside = "appraisal = { " if key in {"activity", "indicators", "service_costs"} else ""
        new = f'{inside}{key} = "{file}", ' if inside else f'{key} = "{file}"\nappraisal = {{ '
        said("study.toml", "appraisal = { ", new)(folder)
        (folder / file).write_text(content, encoding="utf-8")

    return spoil


def recoded(file: str, encoding: str) -> Spoil:
    """Save a file in another encoding."""

    def spoil(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        (folder / file).write_text(text, encoding=encoding)

    return spoil


def with_semicolons(folder: Path) -> None:
    table = pd.read_csv(folder / "sites.csv", dtype=str)
    table.to_csv(folder / "sites.csv", sep=";", index=False)


def doubled(folder: Path) -> None:
    table = pd.read_csv(folder / "sites.csv", dtype=str)
    pd.concat([table, table.iloc[[0]]]).to_csv(folder / "sites.csv", index=False)


def without_an_outline(folder: Path) -> None:
    outlines = gpd.read_file(folder / "outlines.geojson")
    outlines[outlines["area_id"] != "N"].to_file(folder / "outlines.geojson")


def a_folder(name: str) -> Spoil:
    def spoil(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()

    return spoil


def emptied(name: str) -> Spoil:
    return lambda folder: (folder / name).write_bytes(b"")


COUNTED = "area_id,clinic\nW,1\nN,2\nE,3\nF,4\n"
LIMITED = 'opens = { clinic = ["B", "C"] }\ncapacity = { clinic = { Z = 5 } }'

BAD: dict[str, tuple[Spoil, str]] = {
    "counted activity of an unknown area": (
        added("counted.csv", "activity", COUNTED.replace("F,", "G,")),
        "counted.csv: 2 faults|no activity for 1 areas (F)|activity for unknown 1 areas (G)",
    ),
    "counted activity of an unknown service": (
        added("counted.csv", "activity", COUNTED.replace("clinic", "theatre")),
        "counted.csv: activity names unknown services (theatre)",
    ),
    "indicators of an unknown authority": (
        added("figures.csv", "indicators", "authority_code,x\nX01,1\nX09,2\n"),
        "figures.csv: authority_code names no authority of the areas (X09)",
    ),
    "costs that leave a service out": (
        added(
            "costs.csv",
            "service_costs",
            "service,site_id,capital,transition,closure,running,per_contact,source,date\n"
            "clinic,,1,1,1,1,1,invented,2026\n",
        ),
        "no costs for beds; a row with a blank site_id is needed",
    ),
    "a capacity at an unknown site": (
        said("study.toml", 'opens = { clinic = ["B", "C"] }', LIMITED),
        "option 'nearer': clinic has capacity at Z but does not run there",
    ),
    "a closed site in an option": (
        valued("sites.csv", "B", status="closed"),
        "option 'nearer': clinic: closed sites cannot run it: B",
    ),
    "a home that is nowhere": (
        said("study.toml", 'network = "network"', 'network = "network"\nhome = ["Oz"]'),
        "study.toml: home: no areas of Oz; areas.csv has Fields, Town",
    ),
    "only one option": (
        lambda folder: (folder / "study.toml").write_text(
            (folder / "study.toml").read_text(encoding="utf-8").rpartition("[[options]]")[0],
            encoding="utf-8",
        ),
        "there is only the baseline; add one to compare with it",
    ),
    "a theme with a bad colour": (
        added("theme.toml", "theme", 'accent = "blue"'),
        "theme.toml: accent 'blue' is not a colour such as #1d4f5c",
    ),
    "a theme that is not TOML": (
        added("theme.toml", "theme", "accent: blue"),
        "theme.toml: not a TOML file (",
    ),
    "missing outlines": (
        without_an_outline,
        "outlines.geojson: no outline for 1 areas (N). Name a file that has them",
    ),
    "no criteria": (
        said(
            "study.toml",
            'criteria = [\n  { measure = "mean_minutes", weight = 1 },\n'
            '  { measure = "closer_to_home", weight = 1 },\n]',
            "criteria = []",
        ),
        "study.toml: criteria: the weights add up to 0; at least one criterion needs a weight",
    ),
    "a criterion given twice": (
        said("study.toml", '"closer_to_home"', '"mean_minutes"'),
        "study.toml: criteria: 'mean_minutes' is listed twice",
    ),
    "an order of importance of no criteria": (
        said("study.toml", "draws = 200", 'draws = 200, importance = ["luck"]'),
        "study.toml: appraisal.importance: no criteria: luck",
    ),
    "a period that the network does not have": (
        said("study.toml", 'network = "network"', 'network = "network"\nperiods = ["night"]'),
        "study.toml: periods: the network has no night; it has off_peak, pm_peak",
    ),
    "a network that is none": (
        said("study.toml", 'network = "network"', 'network = "nowhere"'),
        "not a saved network",
    ),
    "swapped latitude and longitude": (
        valued("areas.csv", "W", lat="1.1", lon="52.6"),
        "areas.csv: looks swapped: lat 1.1 lon 52.6 in 1 of 4 rows (W)",
    ),
    "eastings and northings for degrees": (
        valued("sites.csv", "A", lat="303000", lon="452000"),
        "sites.csv: looks like eastings and northings, not degrees: lat 303000 lon 452000 in 1",
    ),
    "coordinates of another country": (
        valued("sites.csv", "A", lat="48.9", lon="2.3"),
        "sites.csv: lies outside Great Britain: lat 48.9 lon 2.3 in 1 of 3 rows (A)",
    ),
    "a postcode that a spreadsheet has spoilt": (
        valued("sites.csv", "A", lat="", lon="", postcode="LE1 5.00E+05"),
        "nor a postcode that llrgeo knows",
    ),
    "an error value of a spreadsheet for a count": (
        valued("areas.csv", "W", residents="#REF!"),
        "areas.csv: column 'residents' is not a number in 1 of 4 rows (W)",
    ),
    "an id given twice": (doubled, "sites.csv: 1 ids of 'site_id' are duplicated (A)"),
    "columns separated by semicolons": (
        with_semicolons,
        "sites.csv: columns are not separated by commas; in a spreadsheet save it as 'CSV UTF-8",
    ),
    "a table in UTF-16": (
        recoded("areas.csv", "utf-16"),
        "areas.csv: not text in UTF-8; in a spreadsheet save it as 'CSV UTF-8 (comma delimited)'",
    ),
    "an empty table": (emptied("areas.csv"), "areas.csv: the file is empty"),
    "a folder for a table": (a_folder("sites.csv"), "sites.csv: this is a folder, not a file"),
    "a folder for the study": (a_folder("study.toml"), "study.toml: this is a folder, not a file"),
    "a study that is not TOML": (
        said("study.toml", "title =", "title:"),
        "study.toml: not a TOML file (",
    ),
    "a study in UTF-16": (
        recoded("study.toml", "utf-16"),
        "study.toml: not text in UTF-8; save it again with that encoding",
    ),
    "a file where the pages should go": (
        lambda folder: (folder / "maps").write_text("mine"),
        "cannot be written to",
    ),
}


@pytest.fixture
def run_and_fail(run_command):
    """Run a command and return what it says on failing with status 1, and nothing else."""

    def run(*words):
        ended = run_command(*words)
        assert ended[:2] == (1, "")
        return ended.err

    return run


@pytest.mark.parametrize(("spoil", "expected"), BAD.values(), ids=BAD)
def test_a_bad_input_ends_with_one_clear_message_and_nothing_written(
    run_and_fail, town_study, spoil, expected
):
    folder = town_study.parent
    spoil(folder)
    before = sorted(folder.rglob("*"))
    message = run_and_fail("run", town_study, "--out", folder / "maps")
    assert message.startswith("llrgeo: ")
    for words in expected.split("|"):
        assert words in message
    faults = message.count("\n  - ")
    assert message.count("\n") == faults + 1
    assert faults == expected.count("|")
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize("how", [["--kit"], ["--quick"]])
def test_a_place_without_a_page_is_refused_before_anything_is_computed(
    run_and_fail, town_study, monkeypatch, how
):
    def compute(*_, **__):
        pytest.fail("travel times were computed for a kit that cannot be made")

    monkeypatch.setattr("llrgeo.study.run.compute_times", compute)
    folder = town_study.parent
    before = sorted(folder.rglob("*"))
    message = run_and_fail("run", town_study, "--out", folder / "maps", "--place", "Nowhere", *how)
    assert message.startswith("llrgeo: no town or ward is called Nowhere")
    assert sorted(folder.rglob("*")) == before


def test_faults_of_all_files_come_in_one_message_before_anything_is_computed(
    run_and_fail, town_study, monkeypatch
):
    def compute(*_, **__):
        pytest.fail("travel times were computed in spite of faults")

    monkeypatch.setattr("llrgeo.study.run.compute_times", compute)
    folder = town_study.parent
    for name in (
        "an id given twice",
        "a theme with a bad colour",
        "counted activity of an unknown service",
        "missing outlines",
    ):
        BAD[name][0](folder)
    message = run_and_fail("run", town_study, "--out", folder / "maps")
    heading, *faults = message.splitlines()
    assert heading == "llrgeo: 4 of the study's inputs have faults"
    assert [fault.rpartition("/")[2].partition(":")[0] for fault in faults] == [
        "sites.csv",
        "outlines.geojson",
        "theme.toml",
        "counted.csv",
    ]


@pytest.mark.parametrize(
    ("file", "encoding"), [("areas.csv", "utf-8-sig"), ("study.toml", "utf-8-sig")]
)
def test_the_mark_that_windows_puts_before_utf_8_is_no_fault(
    run_command, monkeypatch, town_study, file, encoding
):
    recoded(file, encoding)(town_study.parent)
    monkeypatch.chdir(town_study.parent)
    assert run_command("times", town_study, "--out", "t.csv", "-q").status == 0
    assert (town_study.parent / "t.csv").is_file()
