"""The command line ends in one line whatever happens; what nobody expected has status 70."""

import io
import json
import os
import sys
import threading
from pathlib import Path

import pytest

import llrgeo
from llrgeo.cli import main
from llrgeo.cli.guard import describe_error
from llrgeo.errors import ConfigError, NetworkError
from llrgeo.roads.osm import build_network
from llrgeo.study.manifest import read_manifest, study_of


@pytest.fixture
def fail(run_command):
    """Run a command that fails; return its status and what it says."""

    def run(*words):
        ended = run_command(*words)
        return ended.status, ended.err

    return run


def test_an_unexpected_error_is_one_line_with_what_was_read(fail, tmp_path, monkeypatch):
    def broken(_):
        msg = "no\nway"
        raise ZeroDivisionError(msg)

    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("llrgeo.study.config.read_toml", broken)
    (tmp_path / "study.toml").touch()
    status, said = fail("run", tmp_path / "study.toml")
    assert status == 70
    assert said.count("\n") == 1
    assert said.startswith(f"llrgeo: {llrgeo.__version__}: unexpected ZeroDivisionError while read")
    assert str(tmp_path / "study.toml") in said
    trace = tmp_path / f"llrgeo-error-{os.getpid()}.txt"
    assert str(trace) in said
    assert "ZeroDivisionError: no\nway" in trace.read_text(encoding="utf-8")


def test_where_no_trace_can_be_written_that_is_said(monkeypatch):
    monkeypatch.setattr(
        Path, "write_text", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "x"))
    )
    said, status = describe_error(ZeroDivisionError("x"))
    assert "no trace of it could be written" in said
    assert status == 70


@pytest.mark.parametrize(
    "error",
    [
        MemoryError("Unable to allocate 9 GiB"),
        ImportError("x.so: failed to map segment from shared"),
    ],
)
def test_too_little_memory_is_said(error):
    message, status = describe_error(error)
    assert (message.split(",")[0], status) == ("not enough memory: close other programs", 1)


def test_ctrl_c_is_no_error_of_ours(fail, tmp_path, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("llrgeo.study.config.read_toml", interrupted)
    stopped = (130, "llrgeo: stopped; nothing was left half written\n")
    (tmp_path / "study.toml").touch()
    assert fail("run", tmp_path / "study.toml") == stopped
    assert describe_error(KeyboardInterrupt())[1] == 130


def test_a_terminal_without_the_letter_gets_another(tmp_path, monkeypatch):
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(sys, "argv", ["llrgeo", "run", str(tmp_path / "a→b.toml")])
    with pytest.raises(SystemExit) as stopped:
        main()
    terminal.flush()
    assert stopped.value.code == 1
    assert b"a?b.toml: no such file" in terminal.buffer.getvalue()


@pytest.mark.parametrize("words", ["nan", "inf", "-5", "600"])
def test_a_buffer_that_is_none_is_refused(fail, tmp_path, words):
    status, said = fail("network", "build", "x.osm", "--out", tmp_path / "n", f"--buffer={words}")
    assert status == 1
    assert "km; it must be from 0 to 500" in said


def test_a_table_is_no_boundary(fail, tmp_path, town_study):
    areas = town_study.parent / "areas.csv"
    status, said = fail("network", "build", "x.osm", "--out", tmp_path / "n", "--boundary", areas)
    assert status == 1
    assert said.endswith(
        "areas.csv: maps are read as .geojson, .gpkg or .shp; save it as one of them\n"
    )


@pytest.mark.parametrize("minutes", ["nan", "inf", "0", "-5", "10,,20", "9999999", "ten"])
def test_limits_that_are_none_are_refused(fail, tmp_path, town_study, minutes):
    words = ("isochrones", town_study, f"--minutes={minutes}", "--out", tmp_path / "r.gpkg")
    status, said = fail(*words)
    assert status == 1
    assert said.startswith("llrgeo: --minutes: ")
    assert said.count("\n") == 1


@pytest.mark.parametrize("loop", ["maps", "areas.csv"])
def test_links_that_lead_to_each_other_are_one_line(fail, town_study, loop):
    path = town_study.with_name(loop)
    path.unlink(missing_ok=True)
    path.symlink_to("other")
    path.with_name("other").symlink_to(loop)
    status, said = fail("run", town_study, "--out", town_study.with_name("maps"), "--quiet")
    assert (status, said.count("\n")) == (1, 1)
    assert loop in said


MANIFESTS = {
    "nothing": "",
    "a list": "[]",
    "a number": "7",
    "a nest": "[" * 100_000,
    "half": '{"run_id": "1", "study": {',
    "no settings": '{"run_id": "1", "study": [], "inputs": {}}',
    "inputs in a list": '{"run_id": "1", "study": {}, "inputs": []}',
    "a number for a checksum": '{"run_id": "1", "study": {}, "inputs": {"areas": 7}}',
    "outputs in a list": '{"run_id": "1", "study": {}, "inputs": {}, "outputs": [1]}',
    "a file above": '{"run_id": "1", "study": {}, "inputs": {}, "outputs": {"../x": "0"}}',
    "a file at the root": '{"run_id": "1", "study": {}, "inputs": {}, "outputs": {"/etc/x": "0"}}',
}


@pytest.mark.parametrize("text", MANIFESTS.values(), ids=MANIFESTS)
def test_a_manifest_that_is_none_is_refused(fail, tmp_path, text):
    path = tmp_path / "manifest.json"
    path.write_text(text)
    status, said = fail("replay", path)
    assert status == 1
    assert said.startswith(f"llrgeo: {path}: ")
    assert said.count("\n") == 1


def test_settings_that_no_study_has_are_refused(tmp_path):
    path = tmp_path / "manifest.json"
    path.write_text(
        json.dumps({"run_id": "1", "study": {"title": 7}, "inputs": {}, "outputs": {"a": "b"}})
    )
    with pytest.raises(ConfigError, match="the study in the manifest: "):
        study_of(read_manifest(path), tmp_path)


PAGES = {
    "a nest": "<div>" * 100_000,
    "a nest in its data": f'<script type="application/json" id="data">{"[" * 100_000}</script>',
    "data that is none": '<script type="application/json" id="data">oops</script>',
    "data of another kind": '<script type="application/json" id="data">[1]</script>',
    "half data": '<script type="application/json" id="data">{"areas": {}}</script>',
    "half a tag": "<html><table id='",
    "a null": "\x00<html>",
}


@pytest.mark.parametrize("text", PAGES.values(), ids=PAGES)
def test_a_hostile_page_is_checked_within_seconds(fail, tmp_path, text, monkeypatch):
    monkeypatch.setattr("llrgeo.publish.check.page.has_browser", lambda: False)
    path = tmp_path / "page.html"
    path.write_text(text)
    status, said = fail("check", path)
    assert status == 1
    assert said.count("\n") == 1
    assert said.startswith(f"llrgeo: {path}: ")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
@pytest.mark.parametrize(
    "words",
    [("check", "{}"), ("replay", "{}"), ("run", "{}"), ("network", "build", "{}", "--out", "n"),
     ("validate", "--reference", "{}"), ("locate", "--siting", "{}")],
)  # fmt: skip
def test_a_fifo_is_not_waited_for(fail, tmp_path, words):
    path = tmp_path / "pipe.osm"
    os.mkfifo(path)
    results = []
    run = threading.Thread(
        target=lambda: results.append(fail(*(word.format(path) for word in words))), daemon=True
    )
    run.start()
    run.join(120)  # it would never end; a busy machine may take its time
    assert results, "it waits for the FIFO"
    assert results[0][0] == 1
    assert "\n" not in results[0][1].strip()


def test_an_extract_is_not_read_for_a_buffer_that_is_none(tmp_path):
    with pytest.raises(NetworkError, match="it must be from 0 to 500"):
        build_network([tmp_path / "none.osm"], buffer_m=float("nan"))


@pytest.mark.parametrize("empty", ["", " "])
@pytest.mark.parametrize(
    "words",
    [
        ("run", "study.toml", "--out", "EMPTY"),
        ("run", "study.toml", "--out=EMPTY"),
        ("times", "study.toml", "--out", "EMPTY"),
        ("network", "build", "a.osm", "--out", "EMPTY"),
        ("fetch", "osm", "--icb", "EMPTY"),
        ("run", "study.toml", "--kit", "--place", "EMPTY"),
    ],
)
def test_an_empty_value_is_no_path_to_the_current_folder(fail, tmp_path, monkeypatch, words, empty):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "study.toml").touch()
    status, said = fail(*(word.replace("EMPTY", empty) for word in words))
    assert status == 1
    option = next(word for word in reversed(words) if word.startswith("--")).split("=")[0]
    assert said == f"llrgeo: {option}: an empty value was given; is a shell variable not set?\n"
    assert [path.name for path in tmp_path.iterdir()] == ["study.toml"]


def test_an_empty_word_is_no_file(fail):
    status, said = fail("run", "")
    assert status == 1
    assert said == "llrgeo: llrgeo run: an empty value was given; is a shell variable not set?\n"
