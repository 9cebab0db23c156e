"""The command line: every command works, and every error is one message and exit status 1."""

import errno
import gc
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from llrgeo import __version__
from llrgeo.cli import app

README = Path(__file__).parents[1] / "README.md"
COMMANDS = (
    "run",
    "times",
    "network info",
    "network build",
    "isochrones",
    "locate",
    "validate",
    "fetch",
    "new",
    "replay",
    "diff",
    "check",
)


def invoke(*words):
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def run_and_fail(run_command):
    """Run a command and return what it says on failing with status 1."""

    def run(*words):
        ended = run_command(*words)
        assert ended.status == 1
        return ended.err

    return run


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does_and_stands_in_the_readme(command):
    result = invoke(*command.split(), "--help")
    assert result.exit_code == 0
    assert f"llrgeo {command}" in README.read_text(encoding="utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_example_that_help_gives_is_a_command_that_can_be_given(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_study.toml").touch()
    context = typer.Context(typer.main.get_command(app))
    for name in command.split():
        context = typer.Context(context.command.get_command(context, name), parent=context)
    words = context.command.epilog.removeprefix("Example: llrgeo ").split()
    assert " ".join(words).startswith(command)
    rest = words[len(command.split()) :]
    assert context.command.make_context(command, rest).args == []


def test_the_version_is_that_of_the_package():
    assert invoke("--version").stdout == f"llrgeo {__version__}\n"


def test_run_publishes_the_study_and_shows_the_scorecard(town_study, tmp_path):
    result = invoke("run", town_study, "--out", tmp_path / "maps")
    assert "Clinics at all sites" in result.stdout
    assert (tmp_path / "maps" / "index.html").is_file()


def test_what_a_run_does_is_said_first_to_whoever_sits_at_a_terminal(
    town_study, tmp_path, monkeypatch
):
    arguments = ("run", town_study, "--out", tmp_path / "maps")
    assert "Running" not in invoke(*arguments).output  # a log keeps to what was found
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")  # however narrow the terminal, a path is told whole
    assert f"Running {town_study}; pages and tables go into" in invoke(*arguments).stderr
    assert "Running" not in invoke(*arguments, "--quiet").output


def test_layers_of_isochrones_stay_where_their_page_cannot_be_made(
    town_study, tmp_path, run_and_fail, monkeypatch
):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("llrgeo.study.catchment_areas.render_catchments", full)
    out = tmp_path / "reach.gpkg"
    out.write_bytes(b"old")
    said = run_and_fail("isochrones", town_study, "--out", out, "--map", tmp_path / "reach.html")
    assert "the disk is full" in said
    assert out.read_bytes() == b"old"
    assert {path.name for path in tmp_path.iterdir()} == {"town", "reach.gpkg"}


def test_isochrones_are_layers_by_site_and_limit_in_the_minutes_of_the_study(
    town_study, tmp_path, run_and_fail
):
    out = tmp_path / "reach.gpkg"
    result = invoke("isochrones", town_study, "--minutes", "3,1.5", "--out", out)
    assert result.stdout == f"{out}: 6 areas of 3 sites\n"
    areas = gpd.read_file(out)
    assert areas["minutes"].tolist() == [1.5, 3] * 3
    assert areas.columns.tolist() == [
        "site_id", "name", "mode", "minutes", "period", "direction", "residents", "geometry"
    ]  # fmt: skip
    slow = town_study.read_text(encoding="utf-8")
    town_study.write_text(f"time_factor = 1.2\nterminal_min = 0.3\n{slow}", encoding="utf-8")
    invoke("isochrones", town_study, "--minutes", "2.1", "--out", out)
    raw = areas[areas["minutes"] == 1.5].reset_index(drop=True)
    later = gpd.read_file(out)
    assert later["minutes"].tolist() == [2.1] * 3
    assert later.area.tolist() == pytest.approx(raw.area.tolist(), rel=1e-6)
    assert "0.2 minutes are used up by terminal_min, 0.3" in run_and_fail(
        "isochrones", town_study, "--minutes", "0.2", "--out", out
    )
    assert "isochrones are written as .gpkg" in run_and_fail(
        "isochrones", town_study, "--out", tmp_path / "reach.csv"
    )
    assert "--minutes: ten are no numbers" in run_and_fail(
        "isochrones", town_study, "--minutes", "ten", "--out", out
    )


def test_quiet_prints_nothing(town_study, tmp_path):
    assert invoke("run", town_study, "--out", tmp_path / "maps", "--quiet").output == ""


@pytest.mark.parametrize("asked", [["--print"], ["--kit"], ["--place", "Alder"]])
def test_pictures_without_matplotlib_are_refused_before_the_run(
    town_study, tmp_path, monkeypatch, run_and_fail, asked
):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    message = run_and_fail("run", town_study, "--out", tmp_path / "out", *asked)
    assert "llrgeo[plot]" in message
    assert not (tmp_path / "out").exists()


def test_maps_for_print_are_made_where_they_are_asked_for(town_study, tmp_path):
    invoke("run", town_study, "--out", tmp_path / "maps", "--quiet", "--print")
    made = sorted(path.suffix for path in (tmp_path / "maps" / "print").iterdir())
    assert made.count(".svg") == made.count(".png") == made.count(".txt") > 0


def test_a_command_looks_seldom_for_objects_to_collect_and_leaves_python_as_it_was(
    run_command, monkeypatch
):
    before, within = gc.get_threshold(), []
    monkeypatch.setattr("llrgeo.cli.app", lambda: sys.exit(within.append(gc.get_threshold())))
    run_command("run")
    assert within[0][0] > before[0]
    assert gc.get_threshold() == before


def test_timings_are_split_by_stage(town_study, tmp_path):
    output = invoke("run", town_study, "--out", tmp_path / "maps", "--timings").stdout
    for stage in ("inputs", "travel times", "options and scores", "pages and tables"):
        assert re.search(rf"{stage} +\d+\.\d\d", output)


def test_replay_gives_the_same_files_or_names_those_that_differ(run_and_fail, town_study, tmp_path):
    manifest = tmp_path / "maps" / "manifest.json"
    invoke("run", town_study, "--out", manifest.parent, "--quiet")
    again = ("replay", manifest, "--data", town_study.parent, "--out", tmp_path / "again")
    assert "files are the same, byte for byte" in invoke(*again).stdout
    text = manifest.read_text(encoding="utf-8")
    name, known = next(iter(json.loads(text)["outputs"].items()))
    manifest.write_text(text.replace(known, "0" * 64), encoding="utf-8")
    assert name in run_and_fail(*again)
    # Settings that somebody changed since were not those of the run, and are not run.
    manifest.write_text(text.replace('"seed": 0', '"seed": 1'), encoding="utf-8")
    assert "were changed since the run" in run_and_fail(*again)


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_times_writes_one_row_a_pair(town_study, tmp_path, ending):
    out = tmp_path / f"times{ending}"
    invoke("times", town_study, "--out", out, "--quiet")
    table = pd.read_csv(out) if ending == ".csv" else pd.read_parquet(out)
    columns = ["area_id", "site_id", "travel_time_min", "mode", "period", "distance_km"]
    assert table.columns.to_list() == columns
    by_pair = table.set_index(["area_id", "site_id"])
    assert by_pair.loc[("N", "A"), "travel_time_min"] == pytest.approx(3)
    assert by_pair.loc[("N", "A"), "distance_km"] == pytest.approx(3)
    assert by_pair.loc[("F", "A"), ["travel_time_min", "distance_km"]].isna().all()


def test_validate_states_the_error(town_study, tmp_path):
    reference = tmp_path / "observed.csv"
    reference.write_text(
        "area_id,site_id,travel_time_min\nW,A,3\nN,B,2\nE,A,2\nE,B,4\nF,A,50\nQ,A,5\n",
        encoding="utf-8",
    )
    plot = tmp_path / "pairs.svg"
    output = invoke("validate", town_study, "--reference", reference, "--plot", plot).stdout
    assert re.search(r"-1\.00", output)
    # modelled 2, 1, 1, 3 minutes: each observed is a minute more
    assert re.search(r"reference = 1\.00 min \+ 1\.000 x modelled", output)
    assert plot.read_text(encoding="utf-8").count("<circle") == 4
    said = " ".join(output.split())
    assert "warning: 4 pairs of 3 areas are too few: others may give other errors and" in said
    # The farm reaches nothing, and there is no area Q.
    left_out = (
        "left out: 1 pair without a modelled journey, 1 pair whose area or site the study lacks"
    )
    assert left_out in said


def test_validate_states_no_error_of_a_line_that_was_tried_nowhere(town_study, tmp_path):
    """Three pairs of one area; the model has 2 minutes for each, so that no r2 is known."""
    reference = tmp_path / "observed.csv"
    reference.write_text("area_id,site_id,travel_time_min\nW,A,3\nW,B,2\nW,C,2\n", "utf-8")
    plot = tmp_path / "pairs.svg"
    output = invoke("validate", town_study, "--reference", reference, "--plot", plot).stdout
    drawn = plot.read_text(encoding="utf-8")
    assert "r2 -;" in drawn
    assert "Too few journeys, or areas, to state an error by." in drawn
    said = " ".join(output.split())
    assert "x modelled, whose error is not known: all pairs are of one area" in said
    assert "3 pairs of 1 area are too few" in said
    assert "nan" not in said


def test_validate_takes_the_mode_and_period_of_the_reference(town_study, tmp_path, run_and_fail):
    reference = tmp_path / "observed.csv"
    head = "area_id,site_id,travel_time_min,mode,period\n"
    rows = "W,A,3,{0}\nN,B,2,{0}\nE,A,2,{0}\nE,B,4,{0}\n"
    reference.write_text(head + rows.format("car,off_peak"), encoding="utf-8")
    output = invoke("validate", town_study, "--reference", reference).stdout
    assert "car, off_peak: minutes" in output
    assert re.search(r"^ *Town +4 +-1\.00 ", output, re.MULTILINE)  # W, N and E lie in it
    assert max(map(len, output.splitlines())) <= 80
    reference.write_text(head + rows.format("bus,off_peak"), encoding="utf-8")
    said = run_and_fail("validate", str(town_study), "--reference", str(reference))
    assert "it is of bus (off_peak); the study has car (off_peak)" in " ".join(said.split())


def test_a_picture_without_matplotlib_is_refused_before_the_run(
    town_study, monkeypatch, run_command
):
    monkeypatch.setattr("llrgeo.execution.extras.find_spec", lambda _: None)
    for option in ("--print", "--kit"):
        said = run_command("run", town_study, option).err
        assert "a map for print or a kit needs matplotlib: pip install matplotlib, or" in said


def test_locate_gives_the_best_sites_as_an_option_to_paste(town_study):
    output = invoke("locate", town_study, "--service", "clinic", "--p", 1, "--close", "A").stdout
    assert "gap 0.00%" in output
    option = tomllib.loads(output.partition("\n\n")[2])["options"][0]
    assert option["sites"] == {"clinic": ["B"]}


def test_locate_takes_the_aversion_to_inequality_from_the_baseline(town_study):
    arguments = ("--service", "clinic", "--p", 1, "--objective", "kolm-pollak")
    output = invoke("locate", town_study, *arguments).stdout
    assert "equally distributed equivalent minutes" in output
    assert "gap 0.00%" in output


def test_locate_may_choose_the_centres_of_postcode_sectors():
    output = invoke("locate", "--service", "community_beds", "--p", 3, "--sectors").stdout
    option = tomllib.loads(output.partition("\n\n")[2])["options"][0]
    assert len(option["sites"]["community_beds"]) == 3
    assert "# Postcode sector LE" in output


def test_locate_names_areas_without_a_postcode_sector(run_and_fail, town_study):
    message = run_and_fail("locate", town_study, "--service", "clinic", "--p", 1, "--sectors")
    assert "no postcodes in 4 areas" in message


def test_locate_refuses_a_service_that_the_study_does_not_have(run_and_fail, town_study):
    message = run_and_fail("locate", town_study, "--service", "theatre", "--p", 1)
    assert "no service 'theatre' in the study; there are clinic, beds" in message


def test_network_info_describes_a_saved_network(town_study):
    output = invoke("network", "info", town_study.parent / "network").stdout
    assert re.search(r"mode +│ car", output)


def test_new_writes_a_study_to_start_from(tmp_path):
    path = tmp_path / "mine.toml"
    assert f"llrgeo run {path}" in invoke("new", path).stdout.replace("\n", "")
    assert path.is_file()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"areas.csv"', '"absent.csv"', "no such file"),
        ("title =", "titel =", "unknown key"),
        ('clinic = ["B", "C"]', 'clinic = ["B", "Z"]', "no such site: Z"),
        ('network = "network"', 'network = "nowhere"', "not a saved network"),
    ],
)
def test_a_bad_study_fails_with_one_message_and_writes_nothing(
    run_and_fail, town_study, old, new, expected
):
    text = town_study.read_text(encoding="utf-8")
    assert old in text
    town_study.write_text(text.replace(old, new), encoding="utf-8")
    out = town_study.parent / "maps"
    message = run_and_fail("run", town_study, "--out", out, "--quiet")
    assert message.startswith("llrgeo: ")
    assert expected in message
    assert "Traceback" not in message
    assert not out.exists()


def test_a_site_or_most_areas_that_no_road_comes_near_are_named_with_their_distance(
    run_and_fail, town_study, tmp_path
):
    path = town_study.parent / "sites.csv"
    sites = pd.read_csv(path, dtype=str).set_index("site_id")
    sites.loc["C", ["lat", "lon"]] = ["52.65", "-1.25"]
    sites.to_csv(path)
    message = run_and_fail("run", town_study, "--out", tmp_path / "m", "--quiet")
    assert re.search(r"no road within 1,600 m of 1 of 3 sites \(C [\d,]+ m\)", message)
    areas = pd.read_csv(town_study.parent / "areas.csv", dtype=str).set_index("area_id")
    areas.loc[["W", "N", "E"], "lat"] = "52.65"
    areas.loc[["W", "N", "E"], "lon"] = ["-1.25", "-1.26", "-1.27"]
    areas.to_csv(town_study.parent / "areas.csv")
    message = run_and_fail("run", town_study, "--out", tmp_path / "m", "--quiet")
    assert re.search(r"1 of 3 sites \(C [\d,]+ m\) and 4 of 4 areas \(E [\d,]+ m, F", message)


def test_the_module_runs_as_an_installed_command_does():
    run = subprocess.run(
        [sys.executable, "-m", "llrgeo", "new", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "study file to start from" in run.stdout


def test_a_kit_without_a_place_says_what_to_name(town_study, tmp_path):
    told = "No place has a page: no town lies in the areas"
    words = ("run", town_study, "--kit", "--out", tmp_path / "maps")
    assert told in " ".join(invoke(*words).output.split())
    assert told not in " ".join(invoke(*words, "--place", "Town").output.split())
    assert invoke(*words, "--quiet").output == ""
