"""Capacity in study files: each key changes a figure to a stated number; faults in one line."""

import pandas as pd
import pytest
from capacity_study_cases import (
    BY_NAME,
    ESTATE,
    HOMES,
    fault,
    only,
    run,
    study_of_town,
    table,
    write_capacity_study,
)
from town import write_town

from llrgeo.appraisal.capacity.queues import beds_for_loss, erlang_b
from llrgeo.errors import LlrgeoError
from llrgeo.inputs.embedded import embedded
from llrgeo.schema import AGE_BANDS
from llrgeo.study.config import build_services, load_study
from llrgeo.study.inputs import StudyInputs
from llrgeo.study.manifest import describe_run, study_of
from llrgeo.study.result import StudyResult
from llrgeo.study.run import run_study

BY_AGE = [
    ("age_18_64", 1000),
    ("age_75_84", 1000),
    ("age_65_74", 30000),
    ("age_85_plus", 90000),
]


@pytest.fixture
def folder(town_study, town_areas, town_sites):
    return write_capacity_study(town_study.parent, town_areas, town_sites)


@pytest.fixture(scope="module")
def plain(tmp_path_factory, town_network, town_areas, town_sites) -> StudyResult:
    """Return what the study finds as it is written, for tests that change a part of it."""
    study = write_town(
        tmp_path_factory.mktemp("plain") / "town", town_network, town_areas, town_sites
    )
    folder = write_capacity_study(study.parent, town_areas, town_sites)
    some = ("beds", "rooms", "machines", "rounds", "crisis_response", "overflow", "placed")
    return run(folder, ("estate =", "ageing = false\nestate ="), names=some)


def test_beds_of_a_study_by_hand(folder):
    result = run(folder)
    row = table(result, "beds", option="today", year=2025).iloc[0]
    # People of an authority are whole: 80 x 1.01 = 80.8 rounds to 81.
    assert row["admissions"] == 81
    assert row["offered_load"] == pytest.approx(81 * 20 / 365)
    assert row["share_refused"] == pytest.approx(erlang_b(9, 81 * 20 / 365))
    assert row["beds_needed"] == beds_for_loss(81 * 20 / 365, 0.1) == 7
    assert row["first_year_short"] is pd.NA or pd.isna(row["first_year_short"])
    # moving beds opens the ward at B: W has two minutes to either and stays, N goes to B
    moved = table(result, "beds", option="moved", year=2025).set_index("site_id")
    assert moved["beds"].to_dict() == {"A": 5, "B": 4}
    assert moved["admissions"].sum() == 81
    assert moved.loc["B", "admissions"] > 0
    whole = table(result, "beds_as_a_whole", option="moved", year=2025).iloc[0]
    assert whole["extra_beds"] == moved["beds_needed"].sum() - 7 > 0


def test_every_kind_of_table_is_there_and_years_reconcile(folder):
    result = run(folder)
    tables = result.evidence.tables
    assert {"rounds", "crisis_response", "rooms", "overflow", "placed", "costs_by_year"} <= set(
        tables
    )
    people = tables["people_by_year"].groupby("year")["people"].sum()
    assert people.to_dict() == {2025: 1010, 2035: 1116, 2043: 1208}
    shares = tables["people_by_authority"].groupby(["scenario", "year"])["people"].sum()
    assert shares.unstack().nunique().tolist() == [1, 1, 1]
    steps = tables["demand_waterfall"].set_index(["service", "step"])
    assert steps.loc[("ward", "census"), "level"] == 95
    assert steps.loc["ward", "change"].sum() + 95 == steps.loc[("ward", "health"), "level"]


def test_visitors_journeys_follow_from_the_stay_unless_the_study_states_them(folder):
    ward = next(s for s in build_services(study_of_town(folder)) if s.id == "ward")
    assert (ward.delivery, ward.visits) == ("visitor", 5)
    stated = study_of_town(folder, ("beds = { length", "visits = 3\nbeds = { length"))
    assert next(s for s in build_services(stated) if s.id == "ward").visits == 3


@pytest.mark.parametrize(
    ("change", "of", "keys", "expected"),
    [
        (("days = 20", "days = 30"), "beds.offered_load", {}, 81 * 30 / 365),
        (("loss = 0.1", "loss = 0.01"), "beds.beds_needed", {}, 10),
        (("loss = 0.1", "overflow = 0.02"), "beds.beds_needed", {}, 9),
        (("loss = 0.1 }", "delay = 0.1, wait_days = 2 }"), "beds.beds_needed", {}, 8),
        (("target =", "closed_share = 0.3, target ="), "beds.beds_needed", {}, 10),
        (("target =", "share_women = 0.6, target ="), "beds.beds_needed_single_sex", {}, 9),
        (("{ A = 9 }", "{ ward = { A = 6 } }"), "beds.beds_short", {}, 1),
        (("{ A = 9 }", "{ A = 6 }"), "beds.first_year_short", {}, 2025),
        (("slot_min = 30", "slot_min = 90"), "rooms.use", {}, 0.455),
        (("rooms = { A = 1 }", "rooms = { A = 3 }"), "rooms.rooms", {}, 3),
        (("share = 0.8", "peak_factor = 1.7"), "crisis_response.calls_an_hour", {}, 1.9212),
        (
            ("share = 0.8", "share = 0.8, calls_by_hour = [6, 9, 12, 12, 10, 9, 8, 8, 7, 6, 5, 4]"),
            "crisis_response.calls_an_hour",
            {},
            1.9212 / 1.7 * 1.5,
        ),
        (("target =", "season = 0.2, target ="), "beds.offered_load", {}, 5.2773),
        # 455 people of 18 to 64 who reach A, two contacts each; a machine makes 7,344 scans
        (("mri = 0.3", "mri = 0.7"), "machines.scans", {}, 910 * 0.7),
        (("mri = 0.3 }", "mri = 0.3 }, dna = 0.2"), "machines.use_needed", {}, 273 / 7344 / 0.8),
        (("mri = 0.3", "ct = 0.3"), "machines.use_needed", {}, 273 / 11016),
        (("rooms = { A = 1 }", "machines = { mri = { A = 3 } }"), "machines.machines", {}, 3),
        (("rooms = { A = 1 }", "machines = { A = 2 }"), "machines.use", {}, 273 / 7344 / 2),
        (("rooms = { A = 1 }", "machines = { A = 0 }"), "machines.machines_short", {}, 1),
        (("share = 0.8", "share = 0.8, job_h = 4"), "crisis_response.teams_pooled", {}, 9),
        (
            ("share = 0.8", "share = 0.8, night_pairs = 2"),
            "crisis_response.wte_pooled",
            {},
            (5 + 4) * 12 * 7 / 37.5 / 0.78,
        ),
        (
            ("estate =", "parameters = { room_use = 0.08 }\nestate ="),
            "rooms.rooms_needed",
            {},
            2,
        ),
        (("estate =", "ageing = true\nestate ="), "beds.beds_needed_ageing", {"year": 2043}, 8),
    ],
)
def test_a_key_changes_a_figure(folder, plain, change, of, keys, expected):
    name, column = of.split(".")
    where = {"option": "today", "year": 2025} | keys
    before = only(plain, name, column, **where)
    after = only(run(folder, change, names=(name,)), name, column, **where)
    assert pd.isna(before) or before != pytest.approx(expected, rel=1e-3)
    assert after == pytest.approx(expected, rel=1e-3)


def test_figures_say_whose_they_are(folder):
    whose = 'projections_source = "told in April"\nbeds_source = "counted in March"\n'
    said = ("estate =", f"{whose}parameters = {{ headroom = 0.3 }}\nestate =")
    result = run(folder, said, names=("capacity_parameters",))
    whose = table(result, "capacity_parameters").set_index("name")
    people = whose.loc["people"]
    assert (people["value"], people["source"]) == (1010, "told in April")
    assert people["standing"] == "study"  # official only where it is the embedded projection
    assert whose.loc["ward: stay_days", ["value", "unit"]].tolist() == [20, "days"]
    assert whose.loc["beds_there", ["value", "source"]].tolist() == [9, "counted in March"]
    assert whose.loc["headroom", ["value", "standing"]].tolist() == [0.3, "study"]
    assert whose.loc["room_use", "standing"] == "assumption"
    # Of teams only what the service states for itself: the rest are the parameters.
    teams = whose[whose.index.str.match("nurses: |calls: ")]
    assert teams["value"].to_dict() == {
        "nurses: care_min": 25,
        "nurses: visits_a_round": 6,
        "calls: peak_factor": 1,
        "calls: response_share": 0.8,
    }
    assert set(teams["standing"]) == {"study"}


def test_what_teams_state_for_themselves_is_told(folder):
    more = ("share = 0.8", "share = 0.7, peak_factor = 1.7, job_h = 3, call_min = 20")
    rounds = ("visits_a_round = 6", "visits_a_round = 6, pairs_share = 0.3, practice_factor = 1.45")
    result = run(folder, more, rounds, names=("capacity_parameters",))
    whose = table(result, "capacity_parameters").set_index("name")
    teams = whose[whose.index.str.match("nurses: |calls: ")]
    assert teams[["value", "unit"]].to_numpy().tolist() == [
        [25, "minutes"],
        [6, "visits"],
        [0.3, "share of visits"],
        [1.45, ""],
        [1.7, ""],
        [20, "minutes"],
        [3, "hours"],
    ]


def test_the_smallest_efficient_ward_is_told_by_the_studys_own_ratios(folder):
    own = "parameters = { beds_per_nurse_day = 6, beds_per_nurse_night = 9, largest_ward = 20 }"
    wards = table(
        run(folder, ("estate =", f"{own}\nestate ="), names=("ward_sizes",)), "ward_sizes"
    )
    assert wards["beds"].tolist() == list(range(1, 21))
    row = wards.set_index("beds").loc[18]
    # 3 by day and 2 at night, half of the week each; a nurse works 37.5 hours less 22 %
    assert tuple(row[["nurses_day", "nurses_night"]]) == (3, 2)
    assert row["wte"] == pytest.approx(5 * 84 / 37.5 / 0.78)
    assert row["wte_a_bed"] == pytest.approx(row["wte"] / 18)
    assert wards.loc[wards["smallest_efficient"], "beds"].tolist() == [18]


def test_reablement_has_a_standard_of_its_own(folder, plain):
    # Two days in place of two hours: who waits for a team hardly matters, so few are enough.
    by = {"option": "today", "year": 2025}
    change = ("share = 0.8", "share = 0.8, standard_min = 2880, call_min = 120")
    later = run(folder, change, names=("crisis_response",))
    teams = only(later, "crisis_response", "teams_pooled", **by)
    load = only(later, "crisis_response", "calls_an_hour", **by) * 1.75
    assert load < teams < only(plain, "crisis_response", "teams_pooled", **by)
    late = ("share = 0.8", "share = 0.8, call_min = 119")  # all drives but the shortest are late
    slow = run(folder, late, names=("crisis_response",))
    assert pd.isna(only(slow, "crisis_response", "teams_pooled", **by))


def test_minutes_of_care_pairs_and_practice_count_in_staff(folder, plain):
    before = table(plain, "rounds", option="today", year=2025).iloc[0]
    changed = ("care_min = 25", "care_min = 45, pairs_share = 0.25, practice_factor = 1.5")
    after = table(run(folder, changed, names=("rounds",)), "rounds", option="today", year=2025)
    after = after.iloc[0]
    assert after["drive_min"] == pytest.approx(before["drive_min"] * 1.5 / 1.2)
    assert after["visit_min"] - after["travel_min"] == 57  # 45 of care, 12 of records
    expected = before["wte"] * after["visit_min"] / before["visit_min"] * 1.25
    assert after["wte"] == pytest.approx(expected)
    later = run(folder, ("visits_a_round = 6", "visits_a_round = 3"), names=("rounds",))
    assert only(later, "rounds", "rounds", option="today", year=2025) > before["rounds"]


def test_waits_depend_on_how_stays_vary(folder):
    delay = ("loss = 0.1 }", 'delay = 0.1, wait_days = 2 }, stream = "step_down"')
    by = {"option": "today", "year": 2025}
    names = ("beds", "overflow")
    same = run(folder, delay, ("target =", "stay_cv = 0.6, target ="), names=names)
    plain = run(folder, delay, names=names)
    ratio = only(same, "beds", "mean_wait_days", **by) / only(plain, "beds", "mean_wait_days", **by)
    assert ratio == pytest.approx((1 + 0.36) / 2)
    assert set(plain.evidence.tables["overflow"]["stream"]) == {"step_down", ""}


def test_patients_may_be_placed_only_as_far_as_choices_allow(folder, plain):
    alone = run(folder, ("estate =", "choices = 1\nestate ="), names=("overflow",))
    by = {"option": "moved", "measure": "placed_away"}
    assert only(alone, "overflow", "mean", **by) == 0
    assert only(plain, "overflow", "mean", **by) > 0.02
    placed = plain.evidence.tables["placed"]
    refused = only(plain, "overflow", "mean", option="moved", measure="no_bed")
    total = placed[placed["option"] == "moved"]["admissions"].sum()
    assert total == pytest.approx(81 * (1 - refused), rel=0.01)


WORKS = '{ site = "B", kind = "new", area_m2 = 9, year = 2030'
CLOSED = (
    'moves_beds = [{ from = "A", to = "B", beds = 4 }]',
    """opens = { clinic = ["B"], nurses = ["B"], calls = ["B"] }
moves_beds = [{ from = "A", to = "B", beds = 9 }]
closes_site = ["A"]
disposals = [{ site = "A", year = 2030, receipt_gbp = 400000, clearing_gbp = 90000 }]

[[options.works]]
site = "B"
kind = "extend"
area_m2 = 300
year = 2028
projects = { standard_buildings = 0.3, non_standard_buildings = 0.7 }
equipment_gbp = 5000

""",
)


def test_one_line_closes_a_site(folder):
    result = run(folder, CLOSED, names=("beds",))
    moved = result.results["moved"].option
    assert {service: sorted(sites) for service, sites in moved.sites.items()} == {
        "clinic": ["B"],
        "ward": ["B"],
        "nurses": ["B"],
        "calls": ["B"],
    }
    assert only(result, "beds", "beds", option="moved", year=2043) == 9


def test_works_disposals_and_backlog_stand_in_their_years(folder):
    result = run(folder, CLOSED)
    works = table(result, "works").iloc[0]
    before_bias = 300 * 2960 * 1.15 + 5000
    assert works["capital"] == pytest.approx(before_bias * (1 + 0.3 * 0.24 + 0.7 * 0.51))
    flows = table(result, "costs_by_year", option="moved").set_index(["line", "year"])["gbp"]
    assert flows["capital", 2028] == pytest.approx(works["capital"])
    assert flows["capital"].sum() == flows["capital", 2028]
    assert flows["receipts_less_clearing", 2030] == 310_000
    assert flows["backlog_avoided", 2030] == 70_000
    assert flows["running", 2040] == 456 * 800
    # contacts cost 3 pounds each; ten years on there are more of them
    assert flows["contact_costs", 2035] > flows["contact_costs", 2026] > 0
    values = table(result, "present_values", option="moved", line="contact_costs").iloc[0]
    assert values["understated"] > 0.05
    summary = table(result, "capacity_by_year", option="moved").set_index("year")
    assert summary["capital"].tolist() == pytest.approx([0, works["capital"], works["capital"]])
    assert summary["running"].tolist() == [456 * 800] * 3
    pipeline = table(result, "nhc_pipeline", option="moved").set_index("site_id")
    assert pipeline.loc["B", "capital"] == pytest.approx(works["capital"])
    assert "planning" in pipeline.loc["B", "blanks_to_fill"]
    assert "m2" not in pipeline.loc["B", "blanks_to_fill"].split("; ")
    assert pipeline.loc["B", "m2"] == 800
    # rooms are those of the first year
    rooms = table(result, "rooms", option="moved", site_id="B").set_index("year")
    assert pipeline.loc["B", "rooms_needed"] == rooms.loc[2025, "rooms_needed"]


def test_machines_go_with_the_service_that_uses_them(folder):
    stated = ("rooms = { A = 1 }", "rooms = { A = 1 }\nmachines = { A = 2 }")
    moved = ("moves_beds", 'moves = { clinic = { A = "B" } }\nmoves_beds')
    places = StudyInputs(study_of_town(folder, stated, moved)).capacity.places
    there = places[places["machines"].notna()].set_index(["option", "service", "site_id"])
    assert there["machines"].to_dict() == {("today", "mri", "A"): 2, ("moved", "mri", "B"): 2}
    closed = ('moves_beds = [{ from = "A", to = "B", beds = 4 }]', 'opens = { clinic = ["B"] }')
    gone = ("opens = { clinic", 'closes = { clinic = ["A"] }\nopens = { clinic')
    places = StudyInputs(study_of_town(folder, stated, closed, gone)).capacity.places
    assert set(places.loc[places["machines"].notna(), "option"]) == {"today"}


def test_step_up_and_step_down_may_share_beds(folder):
    sites = pd.read_csv(folder / "sites.csv").assign(services="clinic;ward;down;nurses;calls")
    sites.to_csv(folder / "sites.csv", index=False)
    second = """
[[services]]
id = "down"
label = "Step-down"
delivery = "bed"
standard_min = 5
rates = { age_65_74 = 100 }
beds = { length_of_stay_days = 15, stream = "step_down" }

[[services]]
id = "nurses\""""
    result = run(
        folder,
        ('\n[[services]]\nid = "nurses"', second),
        ("estate =", 'pools = { wards = ["ward", "down"] }\nestate ='),
        ('ward = ["A"]', 'ward = ["A"], down = ["A"]'),
        ('"costs.csv"', '""'),
        ("beds = { A = 9 }", "beds = { wards = { A = 11 } }"),
        ('moves_beds = [{ from = "A", to = "B", beds = 4 }]', 'opens = { clinic = ["B"] }'),
        names=("overflow", "beds", "capacity_by_year"),
    )
    found = table(result, "overflow", option="moved")
    assert set(found["service"]) == {"wards"}
    # the beds they share are counted once, with the nurses of one ward of 11: 2 by day and by night
    row = table(result, "capacity_by_year", option="today", year=2025).iloc[0]
    assert row["beds"] == 11
    assert row["nurses_wte"] == pytest.approx(2 * 168 / 37.5 / 0.78)
    apart = table(result, "beds", option="today", year=2025)
    assert row["beds_needed"] == apart["beds_needed"].sum()
    assert pd.isna(row["beds_short"])
    assert {"step_up", "step_down"} <= set(found["stream"])


def test_a_manifest_makes_the_same_study_again(folder):
    study = study_of_town(folder, CLOSED)
    manifest = describe_run(study)
    assert study_of(manifest, folder) == study
    assert {"projections", "estate", "capacity parameters"} <= set(manifest["inputs"])


def test_growth_follows_from_the_projection(folder):
    result = run(folder, names=("activity", "people_by_year"))
    people = table(result, "people_by_year", age="age_75_84").set_index("year")["people"]
    growth = only(result, "activity", "growth", service="ward")
    # whole people of each area, so not to the last digit
    assert growth == pytest.approx(people[2043] / people[2025] - 1, abs=0.005)
    assert growth > 0.15
    near = run(folder, ("draws = 200", "draws = 200, horizon_years = 12"), names=("activity",))
    assert only(near, "activity", "growth", service="ward") < growth - 0.05


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("{ A = 9 }", "{ A = -3 }"), "options.1.beds: the number at A is -3; give a whole number"),
        (("{ A = 9 }", "{ A = 4.5 }"), "the number at A is 4.5; give a whole number from 0"),
        (("{ A = 9 }", "{ clinic = { A = 4 } }"), "'clinic' has no beds; there are ward"),
        (("{ A = 9 }", "{ A = 9, C = 4 }"), "beds: ward does not run at C"),
        (("beds = 4 }", "beds = 12 }"), "A has 9; 12 cannot leave it"),
        (('from = "A"', 'from = "C"'), "C has no stated beds; 4 cannot leave it"),
        (("days = 20", "days = 0"), "length_of_stay_days: input should be greater than 0"),
        (
            ("loss = 0.1", "loss = 0.1, delay = 0.2"),
            "a target is one of loss, delay, overflow; found 2",
        ),
        (
            ("loss = 0.1", "loss = 0.1, wait_days = 2"),
            "wait_days goes with delay; the target is loss",
        ),
        (
            ("draws = 200", "draws = 200, growth = { age_85_plus = 1.2 }"),
            "years: appraisal.growth says",
        ),
        (("[2025, 2035, 2043]", "[2035, 2025]"), "years: 2035, 2025 do not rise"),
        (
            ("[2025, 2035, 2043]", "[2025, 2060]"),
            "no people of 2060; there are 2024",
        ),
        (("years = [2025, 2035, 2043]", ""), "years: missing, and option 'today'"),
        (("estate =", 'variant = "high"\nestate ='), "name one variant in capacity.variant: main"),
        (
            ("estate =", "parameters = { hedroom = 1 }\nestate ="),
            "capacity.parameters: the parameter 'hedroom' is unknown; did you mean 'headroom'?",
        ),
        (("estate =", "parameters = { headroom = 1.5 }\nestate ="), "headroom is 1.5; it must lie"),
        (('delivery = "bed"', 'delivery = "visitor"'), "goes with a table beds; one is missing"),
        (
            ("nurses = { care", "clinic = { care"),
            "capacity.rounds: 'clinic' is no service of delivery team",
        ),
        (("mri = 0.3", "xray = 0.3"), "no kind of machine 'xray'; known are ct, mri, ultrasound"),
        (
            ("machines = { clinic", "machines = { nurses"),
            "machines: 'nurses' is no service",
        ),
        (
            ("rooms = { A = 1 }", "machines = { mri = { A = 1.5 } }"),
            "options.1.machines: mri: the number at A is 1.5; give a whole number from 0",
        ),
        (("rooms = { A = 1 }", "machines = { C = 1 }"), "machines: clinic does not run at C"),
        (
            ("rooms = { A = 1 }", "machines = { ct = { A = 1 } }"),
            "machines: 'ct' has no machines; there are mri",
        ),
        (("mri = 0.3 }", "mri = 0.3 }, dna = 1"), "dna: input should be less than 1"),
        (("share = 0.8", "job_h = 0"), "job_h: input should be greater than 0"),
        (("moves_beds", 'closes_site = ["C"]\nmoves_beds'), "closes_site: nothing runs at C"),
        (
            ("moves_beds", 'closes_site = ["B"]\nmoves_beds'),
            "study.toml: option 'moved': closes_site: B closes, and beds or services come to it",
        ),
        (
            (
                "moves_beds",
                'works = [{ site = "Z", kind = "new", area_m2 = 9, year = 2030 }]\nmoves_beds',
            ),
            "works: no such site: Z",
        ),
        (
            (
                "moves_beds",
                'works = [{ site = "B", kind = "new", area_m2 = 0, year = 2030 }]\nmoves_beds',
            ),
            "area_m2: input should be greater than 0",
        ),
        (
            (
                "moves_beds",
                'works = [{ site = "B", kind = "new", area_m2 = 9, year = 2099 }]\nmoves_beds',
            ),
            "lie from 2025 to 2055; found 2099",
        ),
        (
            (
                "moves_beds",
                f"works = [{WORKS}, projects = {{ tent = 1 }} }}]\nmoves_beds",
            ),
            "no kind of project tent",
        ),
        (('estate = "estate.csv"', ""), None),
    ],
)
def test_bad_values_are_refused_at_the_door(folder, change, expected):
    if expected is None:
        assert "need an estate" in fault(folder, CLOSED, change)
        return
    message = fault(folder, change)
    assert expected in message
    assert "\n" not in message


def test_one_rate_for_people_of_any_age_counts_them_all(folder):
    changed = ("rates = { age_75_84 = 1000 }", "rates = { residents = 100 }")
    beds = run(folder, changed, names=("beds", "people_by_authority"))
    people = table(beds, "people_by_authority", scenario="constant_shares", year=2025)
    whole = people.set_index("authority_code").loc["X01", "people"]
    found = only(beds, "beds", "admissions", option="today", year=2025)
    assert found == pytest.approx(whole * 0.1)
    assert whole == 909


def test_areas_without_ages_leave_years_out_and_say_so_in_one_line(folder, caplog):
    areas = pd.read_csv(folder / "areas.csv")
    areas.drop(columns=list(AGE_BANDS)).to_csv(folder / "areas.csv", index=False)
    study = study_of_town(
        folder,
        *[(f"{band} = {rate} }}", "residents = 900 }") for band, rate in BY_AGE],
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("llrgeo.appraisal.evidence.TABLES", (BY_NAME["people_by_year"],))
        result = run_study(study)
    assert result.evidence.tables == {}
    lines = [line for line in caplog.messages if "years to come" in line]
    assert len(lines) == 1
    assert lines[0].endswith("years to come (beds, rooms, teams).")


def test_an_estate_of_an_unknown_site_is_refused(folder):
    (folder / "estate.csv").write_text(ESTATE + "Z,2024/25,1,1,1\n", encoding="utf-8")
    assert "the study has no site Z" in fault(folder)


def test_a_queue_that_grows_without_end_is_refused(folder):
    delay = ("loss = 0.1 }", "delay = 0.1 }")
    with pytest.raises(LlrgeoError, match=r"ward at A: .*the queue grows"):
        run(folder, delay, ("{ A = 9 }", "{ A = 4 }"))


def test_counted_contacts_of_a_service_of_capacity_are_refused(folder):
    (folder / "counted.csv").write_text("area_id,ward\nW,9\nN,8\nE,7\nF,6\n", encoding="utf-8")
    message = fault(folder, ("draws = 200", 'draws = 200, activity = "counted.csv"'))
    assert message == (
        "counted.csv: ward were counted; capacity needs rates by age. Leave one of them out"
    )


def test_a_study_without_years_has_no_tables_of_capacity(town_study):
    tables = run_study(load_study(town_study)).evidence.tables
    assert {"beds", "capacity_by_year", "people_by_year", "nhc_pipeline"} & set(tables) == set()


@pytest.mark.parametrize("name", ["closer_to_home", "beds"])
def test_embedded_studies_state_beds_that_their_options_keep(name):
    inputs = StudyInputs(load_study(embedded(f"studies/{name}.toml")))
    plan = inputs.capacity
    beds = plan.places.groupby(["option", "service"])["beds"].sum()
    assert beds["today"].to_dict() == {"community_beds": 232, "stroke_beds": 48}
    others = {option for option, _ in beds.index} - {"today", "two_acute_sites", "mixed"}
    assert {beds[option, "community_beds"] for option in others} == {232}
    assert beds[max(others), "stroke_beds"] == 48
    # people of all areas are those of the projection, in every scenario and year
    for people in plan.people.values():
        for year, counted in people.items():
            assert counted.sum().tolist() == plan.projected[year].tolist()


AGES = "new_homes_ages = { age_18_64 = 0.6, age_75_84 = 0.4 }"


def test_variants_of_a_projection_say_how_sure_people_beds_and_demand_are(folder):
    projected = pd.read_csv(folder / "projections.csv")
    ages = [name for name in projected.columns if name.startswith("age_")]
    later = (projected["year"] - 2024).clip(lower=0)
    parts = [projected.assign(variant=name) for name in ("main", "high", "low")]
    for table_of, share in zip(parts[1:], (0.015, -0.013), strict=True):
        table_of[ages] = projected[ages].mul(1 + share * later, axis=0)
    pd.concat(parts).to_csv(folder / "projections.csv", index=False)
    names = ("people_by_year", "demand_by_year", "beds_as_a_whole")
    chosen = ("estate =", 'variant = "main"\nestate =')
    result = run(folder, chosen, names=names)
    of = {"age": "age_75_84", "year": 2035}
    row = table(result, "people_by_year", **of).iloc[0]
    # 95 people of 2024 by 1 % a year are 105.99; 11 years on 16.5 % more and 14.3 % fewer
    assert row["people"] == 106
    assert row["people_low"] == pytest.approx(106 * (1 - 0.143), abs=1.1)
    assert row["people_high"] == pytest.approx(106 * 1.165, abs=1.1)
    demand = table(result, "demand_by_year", service="ward", year=2035).iloc[0]
    ends = ["demand_low", "demand", "demand_high"]
    assert demand[ends].tolist() == row[["people_low", "people", "people_high"]].tolist()
    # 77 or 104 people of Town, not 89, who stay 15 or 25 days
    whole = table(result, "beds_as_a_whole", option="today", year=2035).iloc[0]
    for end, stay in (("low", 15), ("high", 25)):
        share = row[f"people_{end}"] / row["people"]
        load = 89 * share * stay / 365
        assert whole[f"beds_needed_{end}"] == pytest.approx(beds_for_loss(load, 0.1), abs=0.01)


def test_new_homes_move_people_to_where_they_are_built(folder):
    (folder / "homes.csv").write_text(HOMES, encoding="utf-8")
    built = ("estate =", f'housing = "homes.csv"\n{AGES}\nestate =')
    before = StudyInputs(study_of_town(folder)).capacity
    after = StudyInputs(study_of_town(folder, built)).capacity
    # 10 homes by 2025: 10 x 2.4 x 0.4 = 9.6 people of 75 to 84 come to N, which shares the 81 of
    # Town as 30.375, 39.975 and 20.25 of 90.6; by 2035 there are 60 homes and 57.6 people.
    older = {year: people["age_75_84"] for year, people in after.people["constant_shares"].items()}
    assert older[2025].to_dict() == {"W": 27, "N": 36, "E": 18, "F": 15}
    plain = before.people["constant_shares"][2025]["age_75_84"]
    assert plain.to_dict() == {"W": 30, "N": 31, "E": 20, "F": 15}
    assert older[2035]["N"] == round(89 * (89 * 30 / 80 + 57.6) / (89 + 57.6)) == 55
    # homes add nobody to an authority, and nobody to ages that do not move in
    assert older[2035].drop("F").sum() == 89
    for year, people in after.people["constant_shares"].items():
        assert people.sum().tolist() == after.projected[year].tolist()
    ageing = after.people["ageing_in_place"][2035]["age_75_84"]
    assert ageing["N"] > before.people["ageing_in_place"][2035]["age_75_84"]["N"] + 10
    # left out, new residents are as old as the study's: 95 of 1,000 are 75 to 84
    plain = StudyInputs(study_of_town(folder, (built[0], built[1].replace(AGES, "")))).capacity
    people = plain.people["constant_shares"][2035]["age_75_84"]
    assert people["N"] == round(89 * (33.375 + 60 * 2.4 * 0.095) / (89 + 60 * 2.4 * 0.095)) == 41


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("area_id,year\nN,2030\n", "column 'homes' is missing; found area_id, year"),
        (f"{HOMES}Z,2030,5\n", "homes.csv: 1 row: no area of the study (Z)"),
        (f"{HOMES}E,2030,-5\n", "1 row: homes are no number from 0 to 100,000 (E)"),
        (f"{HOMES}E,soon,5\n", "1 row: year is no whole number from 1991 to 2200 (E)"),
        (f"{HOMES}N,2030,5\n", "1 row: a year is there twice (N)"),
    ],
)
def test_new_homes_are_checked_at_the_door(folder, rows, expected):
    (folder / "homes.csv").write_text(rows, encoding="utf-8")
    message = fault(folder, ("estate =", 'housing = "homes.csv"\nestate ='))
    assert expected in message
    assert "\n" not in message


def test_ages_of_new_homes_go_with_them_and_add_up(folder):
    assert "new_homes_ages goes with housing" in fault(folder, ("estate =", f"{AGES}\nestate ="))
    wrong = f'housing = "homes.csv"\n{AGES.replace("0.4", "0.7")}\nestate ='
    assert "new_homes_ages add up to 1.3" in fault(folder, ("estate =", wrong))


def test_people_of_later_years_who_travel_longer_are_counted(folder):
    result = run(folder, CLOSED, names=("access_by_year", "people_by_service_by_year"))
    people = {"W": 442, "N": 331, "E": 221, "F": 112}  # roughly, ten years at 1 % on
    rows = table(result, "access_by_year", option="moved", service="ward", year=2035).iloc[0]
    change = result.results["moved"].services["ward"].access.change
    plan = StudyInputs(study_of_town(folder, CLOSED)).capacity.people["constant_shares"][2035]
    lived = plan.sum(axis=1)
    assert all(abs(lived[name] - people[name]) <= 6 for name in people)
    assert rows["people"] == lived.sum() == 1116
    longer = [area for area in lived.index if change.loc[area, "outcome"] in ("worsened", "lost")]
    assert rows["longer"] == sum(lived[area] for area in longer) > 0
    there = [area for area in lived.index if change.loc[area, "after_min"] < 1e9]
    minutes = sum(lived[area] * change.loc[area, "after_min"] for area in there)
    assert rows["mean_min"] == pytest.approx(minutes / sum(lived[area] for area in there))
    assert rows["unreachable"] == sum(lived) - sum(lived[area] for area in there) > 0
    # visitors: 1 admission a person of 75 to 84, 5 visits each, there and back
    hours = sum(plan.loc[a, "age_75_84"] * 5 * change.loc[a, "after_min"] for a in there) * 2 / 60
    assert rows["hours"] == pytest.approx(hours)
    classes = table(result, "people_by_service_by_year", option="moved", year=2035).iloc[0]
    assert classes["longer_any"] == classes[["lost", "mixed", "longer"]].sum() >= rows["longer"]
    today = table(result, "people_by_service_by_year", option="today")
    assert today["longer_any"].tolist() == [0, 0, 0]


def test_people_admissions_and_contacts_agree_across_tables(folder):
    names = ("beds", "beds_as_a_whole", "demand_by_year", "people_by_year", "people_by_authority")
    more = ("rooms", "machines", "rounds", "access_by_year", "people_by_service_by_year")
    tables = run(folder, names=(*names, *more)).evidence.tables
    people = tables["people_by_year"].groupby("year")["people"].sum()
    # every table of people counts those of the projection, whatever it groups them by
    for name, keys in (
        ("access_by_year", ["option", "service"]),
        ("people_by_authority", ["scenario"]),
    ):
        rows = tables[name].groupby([*keys, "year"])["people"].sum()
        assert (rows == people.reindex(rows.index.get_level_values("year")).to_numpy()).all(), name
    classes = tables["people_by_service_by_year"].set_index(["option", "year"])
    sums = classes.drop(columns="longer_any").sum(axis=1)
    assert (sums == people.reindex(sums.index.get_level_values("year")).to_numpy()).all()
    # admissions of sites, and those that reach none, are the demand of the year
    demand = tables["demand_by_year"].set_index(["service", "year"])["demand"]
    beds = tables["beds"].groupby(["option", "year"])["admissions"].sum()
    whole = tables["beds_as_a_whole"].set_index(["option", "year"])
    assert beds.to_numpy() == pytest.approx(whole["admissions"].to_numpy())
    asked = whole["admissions"] + whole["admissions_not_reached"]
    assert (whole["admissions_not_reached"] > 0).all()
    for (_, year), admissions in asked.items():
        assert admissions == pytest.approx(demand["ward", year])
    # bed-days are admissions times the stay, whatever number of sites they are split over
    loads = tables["beds"].groupby(["option", "year"])["offered_load"].sum()
    assert loads.to_numpy() * 365 == pytest.approx(beds.to_numpy() * 20)
    # contacts in rooms are those of scans over their share, at each site and in each year
    rooms = tables["rooms"].set_index(["option", "site_id", "year"])["contacts"]
    scans = tables["machines"].set_index(["option", "site_id", "year"])["scans"]
    assert (scans / 0.3).to_numpy() == pytest.approx(rooms.reindex(scans.index).to_numpy())
    visits = tables["rounds"].groupby(["option", "year"])["visits"].sum()
    assert all(0 < n < demand["nurses", year] for (_, year), n in visits.items())


def test_days_of_few_visits_are_drawn_where_a_study_asks_for_it(folder, plain):
    before = table(plain, "rounds", option="today")
    assert before["drawn_min"].isna().all()
    asked = ("rounds = {", "drawn_rounds = true\nrounds = {")
    after = table(run(folder, asked, names=("rounds",)), "rounds", option="today")
    # Ten visits of a day in rounds of six: the days drawn are close to the formula, and not it.
    first, drawn = before.iloc[0], after["drawn_min"].iloc[0]
    assert drawn == pytest.approx(first["drive_min"], rel=0.1)
    assert drawn != first["drive_min"]
    assert after["drawn_min"].iloc[1:].isna().all()
    assert after.drop(columns="drawn_min").equals(before.drop(columns="drawn_min"))
