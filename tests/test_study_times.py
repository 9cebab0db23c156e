"""The times of a study: what their note says, and which hours a mode is timed at."""

import json
import math
import re
from dataclasses import replace

import pandas as pd
import pytest
import shapely
from town import ORIGIN

from llrgeo.errors import ConfigError, InputError
from llrgeo.roads.network_files import load_network, save_network
from llrgeo.study.config import load_study
from llrgeo.study.inputs import read_inputs
from llrgeo.study.routers import read_network
from llrgeo.study.run import run_study
from llrgeo.study.times import compute_team_times, compute_times, journey_sources, judged_times


def measured(study_file, *, km_east):
    """Say that the town's network was measured within 10 km of a place east of the town."""
    path = study_file.parent / "network" / "network.json"
    land = shapely.Point(ORIGIN).buffer(10_000)
    info = {
        "error": "Half of its times are within 1.1 minutes.",
        "error_min": 1.1,
        "measured_in": shapely.affinity.translate(land, xoff=1_000 * km_east).wkt,
    }
    known = json.loads(path.read_text(encoding="utf-8"))
    del known["sha256"]  # a description without checksums is read as it stands
    path.write_text(json.dumps(known | info), encoding="utf-8")
    return read_inputs(load_study(study_file))


def test_where_the_error_was_measured_it_holds_but_for_areas_outside(town_study):
    times = compute_times(measured(town_study, km_east=0))["car", "off_peak"]
    assert math.isnan(times.error_min)
    assert times.error_note == (
        "Half of its times are within 1.1 minutes. Outside the land where that was measured the "
        "times are untested, as for 1 of this study's 4 areas (F)."
    )


def test_in_another_place_the_error_is_untested(town_study):
    times = compute_times(measured(town_study, km_east=100))["car", "off_peak"]
    assert "untested, as for 4 of this study's 4 areas (E, F, N, W)" in times.error_note


def test_the_error_of_times_that_a_factor_changes_is_untested(town_study):
    """Half of the times were said to be within 1.1 minutes, though the study took them 1.5 fold."""
    areas = town_study.with_name("areas.csv")
    lines = areas.read_text(encoding="utf-8").splitlines()
    areas.write_text("\n".join(x for x in lines if not x.startswith("F,")), encoding="utf-8")
    text = town_study.read_text(encoding="utf-8")
    town_study.write_text(text.replace("areas =", "time_factor = 1.5\nareas =", 1), "utf-8")
    times = compute_times(measured(town_study, km_east=0))["car", "off_peak"]
    assert math.isnan(times.error_min)
    assert not times.accuracy.is_measured
    assert times.error_note == (
        "Half of its times are within 1.1 minutes. That was measured before this study took its "
        "times 1.5 fold: these are untested."
    )


def test_where_all_areas_lie_where_it_was_measured_the_error_stands_as_it_is(town_study):
    text = town_study.with_name("areas.csv").read_text(encoding="utf-8").splitlines()
    farmless = "\n".join(line for line in text if not line.startswith("F,"))
    town_study.with_name("areas.csv").write_text(farmless, encoding="utf-8")
    times = compute_times(measured(town_study, km_east=0))["car", "off_peak"]
    assert times.error_min == 1.1
    assert times.error_note == "Half of its times are within 1.1 minutes."


def test_sites_need_no_authority_unless_those_of_neighbours_are_left_out(town_study):
    path = town_study.with_name("sites.csv")
    pd.read_csv(path, dtype=str).drop(columns="authority").to_csv(path, index=False)
    assert len(read_inputs(load_study(town_study)).options) == 2
    text = town_study.read_text(encoding="utf-8")
    town_study.write_text("home_sites_only = true\n" + text, encoding="utf-8")
    with pytest.raises(InputError, match="'authority' is missing; home_sites_only cannot"):
        read_inputs(load_study(town_study))


def test_people_walk_alike_at_all_hours(town_study):
    text = town_study.read_text(encoding="utf-8")
    periods = 'network = "network"\nmodes = ["car", "walk"]\nperiods = ["pm_peak", "off_peak"]'
    # one-way streets cannot be walked, so the town is walked on streets of its own
    driven = load_network(town_study.parent / "network")
    walked = replace(driven, info=replace(driven.info, mode="walk"))
    save_network(walked, town_study.parent / "paths")
    text = text.replace('network = "network"', f'{periods}\nnetwork_walk = "paths"')
    town_study.write_text(text, encoding="utf-8")
    inputs = read_inputs(load_study(town_study))
    times = compute_times(inputs)
    assert list(times) == [("car", "pm_peak"), ("car", "off_peak"), ("walk", "pm_peak")]
    judged = judged_times(inputs, inputs.sites)
    assert judged.minutes.equals(times["car", "pm_peak"].minutes)


def test_teams_under_blue_lights_need_two_thirds_of_a_drivers_minutes(town_study):
    text = town_study.read_text(encoding="utf-8")
    patients = '{ id = "beds", label = "Beds",'
    assert patients in text
    text = text.replace(patients, f'{patients} delivery = "team",')
    town_study.write_text("team_time_factor = 0.67\ntime_factor = 2\n" + text, encoding="utf-8")
    inputs = read_inputs(load_study(town_study))
    patients, teams = compute_times(inputs), compute_team_times(inputs)
    # From B to N is a minute by any driver, here counted double; from A to the farm is no road.
    assert patients["car", "off_peak"].minutes.loc["N", "B"] == 2
    assert teams["car", "off_peak"].minutes.loc["N", "B"] == 1.3
    judged = judged_times(inputs, inputs.sites, delivery="team")
    pd.testing.assert_frame_equal(judged.minutes, teams["car", "off_peak"].minutes)
    assert math.isinf(teams["car", "off_peak"].minutes.loc["F", "A"])
    assert any("0.67 of the minutes" in one for one in journey_sources(inputs.study, patients))


def town_by(town_study, mode, key):
    """Return the toy study by car and another mode, on a copy of the town's streets for it."""
    driven = load_network(town_study.parent / "network")
    streets = replace(driven, info=replace(driven.info, mode=mode))
    save_network(streets, town_study.parent / f"{mode}_streets")
    text = town_study.read_text(encoding="utf-8")
    keys = f'network = "network"\nmodes = ["car", "{mode}"]\n{key}'
    town_study.write_text(text.replace('network = "network"', keys), encoding="utf-8")
    return load_study(town_study)


@pytest.mark.parametrize("mode", ["walk", "walk_slow", "cycle"])
def test_a_study_can_use_every_network_that_can_be_built(town_study, mode):
    study = town_by(
        town_study, mode, f'networks = {{ {mode} = "{mode}_streets" }}\ntime_factor = 3'
    )
    assert study.files_read()[f"network of {mode}"] == town_study.parent / f"{mode}_streets"
    times = compute_times(read_inputs(study))
    # From N to B is a minute on these streets; the factor is of driving alone.
    assert times[mode, "off_peak"].minutes.loc["N", "B"] == 1
    assert times["car", "off_peak"].minutes.loc["N", "B"] == 3


def test_the_key_for_footpaths_of_the_first_release_is_still_read(town_study):
    study = town_by(town_study, "walk", 'network_walk = "walk_streets"')
    assert study.network_path("walk") == town_study.parent / "walk_streets"


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ('modes = ["car", "cycle"]', '"cycle" needs a network of its own: llrgeo network build'),
        ('modes = ["car", "hover"]', "no mode 'hover'; known are car, walk, walk_slow, cycle"),
        ('networks = { car = "streets" }', "no network is built for car; those of walk, walk_slow"),
        ('networks = { transit = "rails" }', "no network is built for transit"),
        ('network_walk = "a"\nnetworks = { walk = "b" }', "walk stands here and in network_walk"),
    ],
)
def test_a_mode_without_its_network_and_a_network_without_its_mode_are_faults(
    town_study, keys, fault
):
    text = town_study.read_text(encoding="utf-8")
    town_study.write_text(f"{keys}\n{text}", encoding="utf-8")
    with pytest.raises(ConfigError, match=re.escape(fault)):
        load_study(town_study)


def test_slow_walkers_take_half_as_long_again_on_streets_that_may_be_walked():
    study = load_study()
    at = [read_network(study, mode).weights_ms("off_peak").sum() for mode in ("walk", "walk_slow")]
    assert at[1] / at[0] == pytest.approx(4.8 / 3.2, rel=1e-6)
    assert read_network(study, "walk_slow").info.mode == "walk_slow"


def test_counted_activity_is_called_by_its_file_and_date(town_study):
    text = town_study.read_text(encoding="utf-8")
    told = 'draws = 200, activity = "seen.csv", activity_date = "April 2025 to March 2026"'
    town_study.write_text(text.replace("draws = 200", told), encoding="utf-8")
    (town_study.parent / "seen.csv").write_text(
        "area_id,clinic\nW,40\nN,30\nE,20\nF,10\n", encoding="utf-8"
    )
    sources = run_study(load_study(town_study)).evidence.tables["activity"].set_index("service")
    assert sources["source"]["clinic"] == "counted: seen.csv, April 2025 to March 2026"
    assert sources["source"]["beds"] == "illustrative planning assumption"
