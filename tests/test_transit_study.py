"""A study that asks how people without a car travel: from its file to its pages."""

import html
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from timetables import STOPS, TOY, at, stops_table, write_feed
from town import TOWN_STUDY

from llrgeo.errors import ConfigError, InputError
from llrgeo.files import sha256_of_file
from llrgeo.study.config import load_study
from llrgeo.study.inputs import read_inputs
from llrgeo.study.run import publish_study, run_study
from llrgeo.study.times import compute_team_times, compute_times

PERIOD = "09:30-10:30"
TRANSIT = """
[transit]
feeds = ["bus.zip"]
source = "Toy timetables of November 2026, open licence"
date = "2026-11-24"
window = ["09:30", "10:30"]
"""


WINDOW = 'window = ["09:30", "10:30"]'


def study_by(town_study: Path, modes: str = '["car", "transit"]', transit: str = TRANSIT) -> Path:
    """Let a study ask for public transport, by the toy timetable."""
    write_feed(town_study.parent / "bus.zip")
    town_study.write_text(f"modes = {modes}\n{TOWN_STUDY}{transit}", encoding="utf-8")
    return town_study


def faults_of(path: Path) -> str:
    with pytest.raises(ConfigError) as raised:
        load_study(path)
    return str(raised.value)


def test_times_each_mode_in_its_own_periods(town_study: Path) -> None:
    times = compute_times(read_inputs(load_study(study_by(town_study))))
    assert list(times) == [("car", "off_peak"), ("transit", PERIOD)]
    # Straight lines of 1,000 m, 17.5 minutes on foot: the town's buses lead out of it.
    minutes = times["transit", PERIOD].minutes
    assert minutes.loc["N", "C"] == pytest.approx(17.5)
    assert np.isinf(minutes.loc["F", "A"])


@pytest.mark.parametrize(
    ("key", "period", "taken"),
    [
        # To the market (C) at 9:55 and on foot for 1,000 m; on foot all the way otherwise.
        ('window = ["09:40", "09:40"]', "09:40-09:40", 15),
        ('window = ["10:16", "10:16"]\nwindow_of = "arrivals"', "by 10:16-10:16", 36),
        ('window = ["09:40", "09:40"]\nstep_free = "stated"', "09:40-09:40", 87.5),
    ],
)
def test_keys_of_the_window_and_of_steps_change_the_minutes(
    town_study: Path, key: str, period: str, taken: float
) -> None:
    study = load_study(study_by(town_study, transit=TRANSIT.replace(WINDOW, key)))
    router = read_inputs(study).routers["transit"]
    home, market = at(home=STOPS["home"]), at(market=STOPS["market"])
    times = router.travel_times(home, market, mode="transit", period=period)
    assert times.minutes.iloc[0, 0] == pytest.approx(taken)


def test_arrivals_are_told_in_words_and_faults_of_the_feed_with_their_source(
    town_study: Path, tmp_path: Path
) -> None:
    late = 'window = ["10:16", "10:31"]\nwindow_of = "arrivals"'
    path = study_by(town_study, transit=TRANSIT.replace(WINDOW, late))
    calls = TOY["stop_times"] + "2a,10:35:00,10:35:00,nowhere,3\n"
    write_feed(path.parent / "bus.zip", stop_times=calls)
    out = tmp_path / "out"
    publish_study(run_study(load_study(path)), out)
    explorer = (out / "explorer.html").read_text(encoding="utf-8")
    assert "by public transport, to be there between 10:16 and 10:31" in explorer
    report = html.unescape((out / "report.html").read_text(encoding="utf-8"))
    assert "bus.zip: left out: stop_times.txt: column 'stop_id' names stops" in report


def test_walks_along_the_streets_where_they_can_be_walked(town_study: Path) -> None:
    text = study_by(town_study).read_text(encoding="utf-8")
    town_study.write_text(text.replace('network = "network"', ""), encoding="utf-8")
    router = read_inputs(load_study(town_study)).routers["transit"]
    assert "along streets" in router.note


def test_teams_drive_though_patients_go_by_bus(town_study: Path) -> None:
    path = study_by(town_study, '["transit", "car"]')
    text = path.read_text(encoding="utf-8")
    team = text.replace('label = "Beds"', 'label = "Beds", delivery = "team"')
    path.write_text(team, encoding="utf-8")
    assert list(compute_team_times(read_inputs(load_study(path)))) == [("car", "off_peak")]


@pytest.mark.parametrize("modes", ['["car", "transit"]', '["transit"]'])
def test_is_published_in_words_with_the_source_of_the_timetable(
    town_study: Path, tmp_path: Path, modes: str
) -> None:
    path = study_by(town_study, modes)
    out = tmp_path / "out"
    publish_study(run_study(load_study(path)), out)
    explorer = (out / "explorer.html").read_text(encoding="utf-8")
    assert "by public transport, leaving between 09:30 and 10:30" in explorer
    for page in ("explorer.html", "report.html"):
        text = (out / page).read_text(encoding="utf-8")
        assert "Timetables: Toy timetables of November 2026, open licence. By the time" in text
    # The limit to drivers is said of no study that has bus times, the roads where they are driven.
    assert ("fastest way by road" in text) == (modes != '["transit"]')
    assert ("along the roads" in text) == (modes != '["transit"]')
    assert ("the journey by timetable" in text) == (modes == '["transit"]')
    assert "people without a car travel" not in text
    assert "road network, demand" not in (out / "planner.html").read_text(encoding="utf-8")
    reached = pd.read_csv(out / "tables" / "by_public_transport.csv")
    assert (reached.groupby(["option", "service", "group"])["people"].sum() == 1_000).all()
    often = pd.read_csv(out / "tables" / "by_departure.csv")
    # On foot all of the town gets there at any time; the farm never does.
    assert (often["every_departure"] == 900).all()
    assert (often["no_departure"] == 100).all()
    times = pd.read_parquet(out / "travel_times.parquet")
    by_bus = times[times["mode"] == "transit"].dropna(subset="travel_time_min")
    assert (by_bus["p10_min"] <= by_bus["travel_time_min"]).all()
    assert (by_bus["travel_time_min"] <= by_bus["p90_min"]).all()
    assert times.loc[times["mode"] == "car", "share_departures"].isna().all()
    inputs = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["inputs"]
    assert inputs["transit bus.zip"] == sha256_of_file(path.parent / "bus.zip")


def test_faults_of_a_timetable_stand_beside_those_of_other_files(town_study: Path) -> None:
    path = study_by(town_study, transit=TRANSIT.replace("2026-11-24", "2026-11-29"))
    (path.parent / "outlines.geojson").unlink()
    with pytest.raises(InputError) as raised:
        read_inputs(load_study(path))
    assert "bus.zip: no service on Sunday 2026-11-29" in str(raised.value)
    assert "outlines.geojson" in str(raised.value)


def test_timetables_of_another_place_are_refused(town_study: Path) -> None:
    """Everybody would walk all the way, and nothing would say so."""
    path = study_by(town_study)
    elsewhere = {name: (x + 60_000, y) for name, (x, y) in STOPS.items()}
    write_feed(path.parent / "bus.zip", stops=stops_table(elsewhere))
    with pytest.raises(InputError, match=r"bus.zip: the stop nearest to any area is \d\d km away"):
        read_inputs(load_study(path))


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (("feeds", "feed"), "transit.feed: unknown key; known here are feeds, source, date"),
        (('source = "Toy timetables of November 2026, open licence"', ""), "this key is required"),
        (('"10:30"', '"09:00"'), "the last departure, 09:00, is before the first, 09:30"),
        (("2026-11-24", "soon"), "transit.date: input should be a valid date"),
        (('["bus.zip"]', "[]"), "transit.feeds: needs at least 1"),
        (("[transit]", "[transit]\nchange_min = 0"), "transit.change_min: input should be greater"),
    ],
)
def test_each_fault_of_the_table_is_named(
    town_study: Path, changed: tuple[str, str], fault: str
) -> None:
    assert fault in faults_of(study_by(town_study, transit=TRANSIT.replace(*changed)))


@pytest.mark.parametrize(("modes", "transit"), [('["car"]', TRANSIT), ('["transit"]', "")])
def test_the_mode_and_the_table_go_together(town_study: Path, modes: str, transit: str) -> None:
    fault = 'modes: "transit" goes with a table [transit]; one of them is missing'
    assert fault in faults_of(study_by(town_study, modes, transit))
