"""Capacity as an opponent would ask of it: strange figures end in one line, or in the right one."""

import numpy as np
import pandas as pd
import pytest
from capacity_study_cases import (
    HOMES,
    fault,
    only,
    run,
    study_of_town,
    table,
    write_capacity_study,
)

from llrgeo.appraisal.capacity.queues import beds_for_loss
from llrgeo.errors import LlrgeoError
from llrgeo.study.inputs import StudyInputs

MOVES = 'moves_beds = [{ from = "A", to = "B", beds = 4 }]'
TARGET = "target = { loss = 0.1 }"
SOLD = '{ site = "A", year = 2030 }'
HOURS = "calls_by_hour = [6, 9, 12, 12, 10, 9, 8, 8, 7, 6, 5, 4]"
HURDLE = '{ measure = "worse_off", limit = 0.5 }'


@pytest.fixture
def folder(town_study, town_areas, town_sites):
    return write_capacity_study(town_study.parent, town_areas, town_sites)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            ("{ A = 9 }", "{ A = 1000000000 }"),
            "is 1000000000; give a whole number from 0 to 10,000",
        ),
        (("{ A = 9 }", "{ A = inf }"), "the number at A is inf; give a whole number"),
        (("{ A = 9 }", "{ A = true }"), "the number at A is True; give a whole number"),
        (("{ A = 9 }", '{ A = "9" }'), "the number at A is '9'; give a whole number"),
        (("{ A = 9 }", "{ A = 9, A = 4 }"), "duplicate"),
        (("days = 20", "days = 1e9"), "length_of_stay_days: input should be less than or equal to"),
        (("days = 20", "days = nan"), "length_of_stay_days: input should be"),
        (("between_visits = 4", "between_visits = 0"), "days_between_visits: input should be"),
        (
            ("slot_min = 30", "slot_min = 1e9"),
            "slot_min: input should be less than or equal to 1440",
        ),
        (("slot_min = 30", "slot_min = 1e-300"), "slot_min: input should be greater than or equal"),
        (("care_min = 25", "care_min = 1e9"), "care_min: input should be less than or equal to"),
        (("round = 6", "round = 1000000"), "visits_a_round: input should be less than or equal to"),
        (
            ("round = 6", "round = 6, practice_factor = 1e9"),
            "practice_factor: input should be less",
        ),
        (("share = 0.8", "share = 0.8, peak_factor = 1e9"), "peak_factor: input should be less"),
        (("share = 0.8", "share = 0.8, job_h = 1e6"), "job_h: input should be less than or equal"),
        (("{ mri = 0.3 }", "{}"), "shares: needs at least 1"),
        (("years =", "terminal_min = 1e9\nyears ="), "terminal_min: input should be less than or"),
        (
            ("years =", "time_factor = 1e-300\nyears ="),
            "time_factor: a factor of 1e-300 (15 % more",
        ),
        (
            ("draws = 200", "draws = 200, time_error_min = 1e9"),
            "time_error_min: input should be less",
        ),
        (
            ('"worse_off", weight = 1', '"worse_off", weight = 1e308'),
            "weight: input should be less",
        ),
        (
            ("years =", f"hurdles = [{HURDLE}, {HURDLE}]\nyears ="),
            "'worse_off' has two hurdles; of a measure there is one",
        ),
        (
            ("draws = 200", 'draws = 200, importance = ["worse_off", "worse_off"]'),
            "appraisal.importance are duplicated: worse_off",
        ),
        (
            ('"Some beds at the cottage hospital"', '"Today"'),
            "options: labels are duplicated: Today",
        ),
        ((TARGET, f"season = 1, {TARGET}"), "season: input should be less than 1"),
        ((TARGET, f"season = -0.1, {TARGET}"), "season: input should be greater than or equal"),
        ((TARGET, f"stay_cv = -1, {TARGET}"), "stay_cv: input should be greater than or equal"),
        ((TARGET, f"closed_share = 1, {TARGET}"), "closed_share: input should be less than 1"),
        ((TARGET, f"share_women = 1.2, {TARGET}"), "share_women: input should be less than or"),
        (("loss = 0.1", "loss = 0"), "loss: input should be greater than 0"),
        (
            ("[2025, 2035, 2043]", "[2023, 2035]"),
            "projections.csv: no people of 2023; there are 2024 to 2043",
        ),
        (("[2025, 2035, 2043]", "[2025, 2025]"), "years: 2025, 2025 do not rise"),
        (("[2025, 2035, 2043]", '["soon"]'), "years.1: input should be a valid integer"),
        ((MOVES, MOVES.replace('"B"', '"A"')), "moves_beds: from A to A moves nothing"),
        ((MOVES, MOVES.replace('"B"', '"Z"')), "ward: no such site: Z"),
        ((MOVES, MOVES.replace("beds = 4", "beds = 0")), "beds: input should be greater than or"),
        (
            (MOVES, MOVES.replace("}]", '}, { from = "B", to = "C", beds = 5 }]')),
            "moves_beds: B has 4; 5 cannot leave it",
        ),
        ((MOVES, MOVES.replace("from", 'service = "wing", from')), "'wing' has no beds; there are"),
        (("share = 0.8", "night_pairs = -1"), "night_pairs: input should be greater than or equal"),
        (("share = 0.8", f"peak_factor = 1.5, {HOURS}"), "peak_factor follows from calls_by_hour"),
        (("share = 0.8", "calls_by_hour = [0, 0]"), "calls_by_hour are all 0"),
        (("share = 0.8", "calls_by_hour = [2, 3]"), "has 2 hours; teams are on duty for 12"),
        (("share = 0.8", "calls_by_hour = [-2]"), "calls_by_hour.1: input should be greater"),
        (("share = 0.8", f"calls_by_hour = {[3] * 25}"), "should have at most 24 items"),
        (("share = 0.8", "call_min = 130"), "call_min is 130, longer than the standard of 120"),
        (("share = 0.8", "standard_min = 20"), "call_min is 30, longer than the standard of 20"),
        (
            (MOVES, f"{MOVES}\ndisposals = [{SOLD}, {SOLD}]"),
            "option 'moved': disposals: A is sold more than once",
        ),
        (("care_min = 25", "care_min = -25"), "care_min: input should be greater than or equal"),
    ],
)
def test_a_study_that_cannot_be_meant_is_refused_in_one_line(folder, change, says):
    message = fault(folder, change)
    assert says in message.lower() or says in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("name", "rows", "says"),
    [
        ("homes", f"{HOMES}E,2030,inf\n", "homes are no number"),
        ("homes", f"{HOMES}E,2030,\n", "homes are no number"),
        ("homes", f"{HOMES}E,2030,1000000000\n", "homes are no number from 0 to 100,000"),
        ("estate", "site_id,year,floor_area_m2\nA,2024/25,-5\n", "floor_area_m2"),
        ("estate", "site_id,year,floor_area_m2\nA,2024/25,5\nA,2023/24,6\n", "A"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused_in_one_line(folder, name, rows, says):
    (folder / f"{name}.csv").write_text(rows, encoding="utf-8")
    message = fault(folder, ("estate =", 'housing = "homes.csv"\nestate =')) if (
        name == "homes") else fault(folder)  # fmt: skip
    assert says in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("pools", "says"),
    [
        ('{ ward = ["ward"] }', "'ward' is a service; give the pool a name of its own"),
        ('{ a = ["ward"], b = ["ward"] }', "ward can share the beds of one pool alone, once"),
        ('{ a = ["ward", "clinic"] }', "'a' shares beds of clinic, no beds"),
    ],
)
def test_pools_that_cannot_be_meant_are_told(folder, pools, says):
    named = ("beds = { A = 9 }", "beds = { ward = { A = 9 } }")
    message = fault(folder, ("estate =", f"pools = {pools}\nestate ="), named)
    assert says in message
    assert "\n" not in message


def test_a_target_without_loss_needs_more_beds_than_the_load(folder):
    for target in ("delay = 0.1", "delay = 0.1, wait_days = 400"):
        # 81 x 20 / 365 = 4.44 erlangs: four beds have no steady state, five have one
        changes = (("loss = 0.1", target), ("{ A = 9 }", "{ A = 4 }"), (MOVES, ""))
        with pytest.raises(LlrgeoError, match=r"4\.4 is not below 4 beds") as raised:
            run(folder, *changes, names=("beds",))
        assert "\n" not in str(raised.value)
    changes = (("loss = 0.1", "delay = 0.1"), ("{ A = 9 }", "{ A = 5 }"), (MOVES, ""))
    enough = run(folder, *changes, names=("beds",))
    occupied = only(enough, "beds", "occupancy", option="today", year=2025)
    assert occupied == pytest.approx(81 * 20 / 365 / 5)


def test_a_ward_of_no_beds_refuses_everybody(folder):
    result = run(folder, ("{ A = 9 }", "{ A = 0 }"), (MOVES, ""), names=("beds", "overflow"))
    row = table(result, "beds", option="today", year=2025).iloc[0]
    assert row[["share_refused", "beds_short", "wards", "nurses_wte"]].tolist() == [1, 7, 0, 0]
    assert only(result, "overflow", "mean", option="today", measure="no_bed") == 1


def test_services_that_nobody_uses_need_nothing(folder):
    rates = [("age_75_84 = 1000", "age_75_84 = 0"), ("= 30000", "= 0"), ("= 90000", "= 0")]
    names = ("beds", "rounds", "crisis_response", "crisis_by_teams", "capacity_by_year")
    tables = run(folder, *rates, names=names).evidence.tables
    assert (tables["beds"][["admissions", "offered_load", "beds_needed"]] == 0).all(axis=None)
    summary = tables["capacity_by_year"]
    assert (summary["beds_needed"] == 0).all()
    assert (summary[["rounds_wte", "crisis_wte"]] == 0).all(axis=None)


def test_a_site_that_closes_keeps_only_the_beds_that_moved(folder):
    closing = 'opens = { clinic = ["B"], nurses = ["B"], calls = ["B"] }\ncloses_site = ["A"]\n'
    plan = StudyInputs(study_of_town(folder, (MOVES, closing + MOVES))).capacity
    moved = plan.places[(plan.places["option"] == "moved") & plan.places["beds"].notna()]
    assert moved.set_index("site_id")["beds"].to_dict() == {"B": 4}


def test_beds_of_a_pool_move_for_all_of_its_services(folder):
    sites = pd.read_csv(folder / "sites.csv").assign(services="clinic;ward;down;nurses;calls")
    sites.to_csv(folder / "sites.csv", index=False)
    down = """
[[services]]
id = "down"
label = "Step-down"
delivery = "bed"
standard_min = 5
rates = { age_65_74 = 100 }
beds = { length_of_stay_days = 15, stream = "step_down" }

[[services]]
id = "nurses\""""
    inputs = StudyInputs(
        study_of_town(
            folder,
            ('\n[[services]]\nid = "nurses"', down),
            ("estate =", 'pools = { wards = ["ward", "down"] }\nestate ='),
            ('ward = ["A"]', 'ward = ["A"], down = ["A"]'),
            ("beds = { A = 9 }", "beds = { wards = { A = 11 } }"),
            (MOVES, MOVES.replace("from", 'service = "wards", from').replace("= 4", "= 11")),
        )
    )
    moved = {option.name: option for option in inputs.options}["moved"]
    assert (moved.sites["ward"], moved.sites["down"]) == (frozenset({"B"}), frozenset({"B"}))
    places = inputs.capacity.places.set_index(["option", "service", "site_id"])["beds"].dropna()
    assert places.to_dict() == {("today", "wards", "A"): 11, ("moved", "wards", "B"): 11}


def test_seasons_are_sized_for_their_height(folder):
    mean = 81 * 20 / 365
    for season in (0.3, 0.9):
        result = run(folder, (TARGET, f"season = {season}, {TARGET}"), names=("beds",))
        row = table(result, "beds", option="today", year=2025).iloc[0]
        # stays of 20 days damp a yearly wave by 1 / sqrt(1 + (2 pi 20 / 365)^2) = 0.9455
        peak = mean * (1 + season / np.hypot(1, 2 * np.pi * 20 / 365))
        assert row["offered_load"] == pytest.approx(peak)
        assert row["beds_needed"] == beds_for_loss(peak, 0.1)
