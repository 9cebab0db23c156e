"""`llrgeo times` into a folder: the study's own times, taken up where they were left, anywhere."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from llrgeo.cli import app
from llrgeo.errors import InputError, RoutingError
from llrgeo.study.config import load_study
from llrgeo.study.inputs import PLACES, read_inputs
from llrgeo.study.times import compute_times
from llrgeo.travel.times import load_travel_times

MAIN = "from llrgeo.cli import main; main()"
SMALL = ("--block-areas", 2, "--block-sites", 1)


def times(*words):
    result = CliRunner().invoke(app, ["times", *map(str, words)])
    if result.exception:
        raise result.exception
    return result.stdout


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*.parquet"))}


@pytest.fixture
def calibrated_study(town_study):
    """Return the toy town's study with slower driving, parking, and two periods."""
    figures = 'time_factor = 1.07\nterminal_min = 2.5\nperiods = ["off_peak", "pm_peak"]\n'
    text = town_study.read_text(encoding="utf-8")
    town_study.write_text(figures + text, encoding="utf-8")
    return town_study


def test_blocks_hold_the_times_of_the_study_bit_by_bit(calibrated_study, tmp_path):
    times(calibrated_study, "--out", tmp_path / "blocks", *SMALL)
    whole = compute_times(read_inputs(load_study(calibrated_study), PLACES))
    assert {period for _, period in whole} == {"off_peak", "pm_peak"}
    for (mode, period), expected in whole.items():
        read = load_travel_times(tmp_path / "blocks", mode=mode, period=period)
        pd.testing.assert_frame_equal(read.minutes, expected.minutes, check_exact=True)
        pd.testing.assert_frame_equal(read.distance_km, expected.distance_km, check_exact=True)
    assert np.isinf(expected.minutes.to_numpy()).any()


def test_a_second_run_does_nothing_and_says_so(town_study, tmp_path):
    arguments = (town_study, "--out", tmp_path / "blocks", *SMALL)
    assert "6 blocks written" in times(*arguments)
    before = contents(tmp_path / "blocks")
    assert "nothing to do" in times(*arguments)
    assert contents(tmp_path / "blocks") == before


def test_a_folder_of_another_calibration_is_refused(town_study, tmp_path):
    times(town_study, "--out", tmp_path / "blocks")
    text = town_study.read_text(encoding="utf-8")
    town_study.write_text("time_factor = 1.1\n" + text, encoding="utf-8")
    with pytest.raises(RoutingError, match="calibration"):
        times(town_study, "--out", tmp_path / "blocks")


def test_a_cluster_cannot_write_a_single_file(town_study, tmp_path):
    with pytest.raises(InputError, match="name a folder"):
        times(town_study, "--out", tmp_path / "times.csv", "--scheduler", "tcp://127.0.0.1:1")


@pytest.fixture
def crowded_study(town_study):
    """Return the toy town's study with every area there forty times."""
    path = town_study.parent / "areas.csv"
    areas = pd.read_csv(path, dtype=str)
    copies = [areas.assign(area_id=areas["area_id"] + str(i)) for i in range(40)]
    pd.concat(copies).to_csv(path, index=False)
    return town_study


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_writes_the_same_bytes(crowded_study, tmp_path):
    distributed = pytest.importorskip("distributed")
    alone, together = tmp_path / "alone", tmp_path / "together"
    times(crowded_study, "--out", alone, *SMALL)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50
    ) as cluster:
        on_cluster = ("--scheduler", cluster.scheduler_address)
        given = (crowded_study, "--out", together, *SMALL, *on_cluster)
        command = [sys.executable, "-c", MAIN, "times", *map(str, given)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
            wait_for_a_block(together, running)
            os.kill(cluster.workers[0].pid, signal.SIGKILL)
            assert len(contents(together)) < len(contents(alone)), "killed too late to matter"
            assert "240 blocks written" in running.communicate()[0]
        assert "nothing to do" in times(*given)
    assert contents(together) == contents(alone)


def wait_for_a_block(folder: Path, running: subprocess.Popen[str]) -> None:
    while not contents(folder):
        assert running.poll() is None, "the command ended before it wrote a block"
        time.sleep(0.01)
