"""`llrgeo fetch` in a terminal: what it says, what it leaves, how it fails."""

import datetime as dt
import re
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from official_server import Fault

from llrgeo.cli import official


@pytest.fixture
def run(server, tmp_path, monkeypatch, run_command):
    """Return what runs a command against the server and returns status, words and errors."""
    server.faults, server.requests = [], []
    sources = server.sources(tmp_path / "sources.toml")
    monkeypatch.setattr("time.sleep", lambda _: None)

    def run(*words):
        ours = ["--sources", str(sources), "--out", str(tmp_path / "downloads")]
        return run_command("fetch", *words, *ours)

    return run


ICB = ("--icb", "Invented Vale and Haven")


def test_a_kind_is_fetched_and_its_files_are_named(run, server, tmp_path):
    status, said, err = run("deprivation", *ICB)
    assert status == 0
    files = said.split()
    assert len(files) == 5  # boards, two counts, lookup, indices
    assert all((tmp_path / "downloads") in Path(one).parents for one in files)
    assert err.startswith("5 requests, ")
    server.requests.clear()
    status, again, err = run("deprivation", *ICB, "--offline")
    assert (status, again) == (0, said)
    assert err.startswith("0 requests, 0.0 MB received, 5 answers were there already")
    assert server.requests == []


def test_a_dry_run_lists_addresses_and_sizes_and_asks_nothing(run, server):
    status, said, _ = run("osm", *ICB, "--dry-run")
    assert status == 0
    assert server.requests == []
    assert "streets: on the day it was fetched; about 40 MB, 0 kept" in said
    assert f"  {server.root}/download.geofabrik.de/index-v1.json\n" in said
    listed = sum(float(size) for size in re.findall(r"; about ([\d.]+) MB,", said))
    assert said.endswith(f"about {listed:,.1f} MB in all, for one board of one county and region\n")
    assert listed > 45  # the streets and their list
    run("deprivation", *ICB)
    assert "13 MB, 1 kept" in run("deprivation", "--dry-run")[1]


def test_a_kind_that_there_is_not_is_told_before_anything_is_asked(run, server):
    status, _, err = run("streets", *ICB)
    assert status == 1
    assert "nothing to fetch called 'streets'; known are areas" in err
    assert server.requests == []


def test_a_table_of_areas_says_where(run, tmp_path, server):
    areas = tmp_path / "areas.csv"
    pd.DataFrame({"area_id": ["E01990007", "E01990050"]}).to_csv(areas, index=False)
    assert run("centroids", "--around", areas)[0] == 0
    assert "IN+%28%27E01990007%27%2C%27E01990050%27%29" in server.requests[-1]
    areas.write_text("code\nE01990007\n")
    assert "column 'area_id' is missing" in run("centroids", "--around", areas)[2]
    assert "not both" in run("centroids", "--around", areas, *ICB)[2]


@pytest.mark.parametrize(
    ("where", "how", "said"),
    [
        ("query", "html", "web page"),
        ("query", "error", "Invalid query"),
        ("outFields", "changed field", "If the publisher renamed it"),
        ("query", "404", "answered 404"),
        ("query", "429 for an hour", "asks to wait 3,600 s"),
    ],
)
def test_a_failure_is_one_line_and_status_1(run, server, where, how, said):
    server.faults = [Fault(where, how)]
    status, _, err = run("centroids", *ICB)
    assert status == 1
    assert said in err
    assert err.startswith("llrgeo: ")
    assert err.count("\n") == 1


def test_a_clock_that_is_far_behind_is_refused(run, server, monkeypatch):
    class LongAgo(dt.datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(1970, 1, 1, tzinfo=tz)

    monkeypatch.setattr(official, "dt", SimpleNamespace(datetime=LongAgo, UTC=dt.UTC))
    assert "clock says 1970-01-01; set it" in run("centroids", *ICB)[2]
    assert server.requests == []


def test_unknown_kinds_and_boards_are_refused_with_those_there_are(run):
    assert "known are areas, lookup" in run("everything", *ICB)[2]
    assert "known are areas, lookup" in run("everything", "--dry-run")[2]
    assert "no integrated care board 'Vale'" in run("centroids", "--icb", "Vale")[2]
