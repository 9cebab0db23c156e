"""The whole of capacity in a small town by hand: every table, conservation, and faults."""

from dataclasses import fields, replace
from functools import wraps

import numpy as np
import pandas as pd
import pytest

from llrgeo.appraisal.capacity import assemble
from llrgeo.appraisal.capacity.assemble import assess_options
from llrgeo.appraisal.capacity.assess import CapacityEvidence, assess_capacity
from llrgeo.appraisal.capacity.bed_evidence import beds_as_a_whole, beds_by_site
from llrgeo.appraisal.capacity.beds import BedService
from llrgeo.appraisal.capacity.crisis import (
    Dispatch,
    larson_q,
    share_in_time,
    teams_for_share,
)
from llrgeo.appraisal.capacity.overflow_evidence import OverflowRules
from llrgeo.appraisal.capacity.parameters import Parameters
from llrgeo.appraisal.capacity.queues import beds_for_loss, erlang_b
from llrgeo.appraisal.capacity.rounds import driving_minutes, mean_of_drawn_days
from llrgeo.appraisal.capacity.setting import (
    CapacitySetting,
    CrisisService,
    MachineService,
    RoomService,
    RoundService,
    WaysBetweenHomes,
)
from llrgeo.appraisal.capacity.staffing import contract_of, split_into_wards, visits_wte
from llrgeo.appraisal.capacity.targets import DelayTarget, LossTarget, Stay
from llrgeo.appraisal.capacity.team_evidence import homes_of
from llrgeo.errors import InputError
from llrgeo.execution.memory import Memory
from llrgeo.inputs.capacity import read_capacity, set_parameters
from llrgeo.schema import AGE_BANDS

PARAMETERS = Parameters(set_parameters(read_capacity("parameters"), {"response_share": 0.75}))
RATES = pd.Series({"age_75_84": 16.0, "age_85_plus": 38.0})
RULES = OverflowRules(seed=4, choices=2, visits=12.0)
AREAS = pd.Index(["a", "b", "c", "farm"], name="area_id")
MINUTES = pd.DataFrame(
    {"north": [7.0, 12.0, 31.0, np.inf], "south": [26.0, 17.0, 9.0, np.inf]}, index=AREAS
)
BETWEEN = pd.DataFrame(
    [[0, 9, 29, 90], [9, 0, 21, 90], [29, 21, 0, 90], [90, 90, 90, 0]], AREAS, AREAS, dtype=float
)
POSITIONS = pd.DataFrame(
    {"easting": [0, 3_000, 9_000, 50_000], "northing": [0, 4_000, 1_000, 50_000]}, index=AREAS
)
BASES = pd.DataFrame({"easting": [300, 6_000], "northing": [400, 1_000]}, index=["north", "south"])


def people(factor: float) -> pd.DataFrame:
    table = np.array(
        [
            [900, 2_100, 600, 4_000, 2_100],
            [400, 1_200, 300, 2_600, 1_300],
            [700, 1_600, 330, 2_100, 900],
            [20, 40, 9, 5, 3],
        ]
    )
    older = np.array([1, 1, 1, factor, factor])
    return pd.DataFrame(table * older, index=AREAS, columns=list(AGE_BANDS))


def allocation(options: dict[str, list[str]], services: list[str]) -> pd.DataFrame:
    """Send every area to its nearest site of each option; the farm reaches none."""
    rows = []
    for option, sites in options.items():
        nearest, least = MINUTES[sites].idxmin(axis=1), MINUTES[sites].min(axis=1)
        for service in services:
            rows += [
                (option, service, area, nearest[area], 1.0, least[area])
                for area in AREAS
                if np.isfinite(least[area])
            ]
    names = ["option", "service", "area_id", "site_id", "share", "travel_time_min"]
    return pd.DataFrame(rows, columns=names)


def town(**changes) -> CapacitySetting:
    """Return a town with one ward today, and two in another option."""
    options = {"today": ["north"], "local": ["north", "south"]}
    sites = pd.DataFrame(
        [
            ("today", "ward", "north", 27, np.nan),
            ("local", "ward", "north", 19, np.nan),
            ("local", "ward", "south", 8, np.nan),
            ("today", "clinic", "north", np.nan, 4),
            ("local", "clinic", "north", np.nan, 3),
        ],
        columns=["option", "service", "site_id", "beds", "rooms"],
    )
    given = {
        "people": {2026: people(1.0), 2036: people(1.3)},
        "allocation": allocation(options, ["ward", "clinic", "nurses", "crisis"]),
        "sites": sites,
        "minutes": MINUTES,
        "parameters": PARAMETERS,
        "beds": [BedService("ward", RATES, Stay(25.0), LossTarget(0.05))],
        "rooms": [
            RoomService("clinic", pd.Series({"age_18_64": 2_000.0, "age_85_plus": 2_900.0}), 20)
        ],
        "rounds": [
            RoundService(
                "nurses", pd.Series({"age_85_plus": 1_900.0}), 30, 8, 0.25, practice_factor=1.2
            )
        ],
        "crisis": [CrisisService("crisis", pd.Series({"age_85_plus": 700.0}), 1.4, 0.8)],
        "roads": WaysBetweenHomes(BETWEEN, 1.5, POSITIONS, BASES),
    }
    return CapacitySetting(**(given | changes))


@pytest.fixture(scope="module")
def found() -> CapacityEvidence:
    return assess_capacity(town(), RULES)


def test_beds_by_hand(found: CapacityEvidence) -> None:
    beds = found.beds.set_index(["option", "site_id", "year"])
    # today: (8,700 people of 75-84 x 16 + 4,300 of 85 and over x 38) / 1,000
    row = beds.loc[("today", "north", 2026)]
    assert row["admissions"] == pytest.approx(302.6)
    assert row["offered_load"] == pytest.approx(302.6 * 25 / 365)
    assert row["share_refused"] == pytest.approx(erlang_b(27, 302.6 * 25 / 365))
    assert row["wards"] == 1
    assert row["nurses_wte"] == pytest.approx(3.5 * 5.744, abs=0.01)  # 4 by day, 3 by night
    # if those needed were there: two wards, whose nurses by shift follow from their sizes
    later = beds.loc[("today", "north", 2036)]
    sizes = split_into_wards(int(later["beds_needed"]), largest=28)
    posts = [(max(2, -(-n // 8)) + max(2, -(-n // 10))) / 2 for n in sizes]
    assert len(sizes) == 2
    assert later["nurses_wte_needed"] == pytest.approx(sum(posts) * 168 / 37.5 / 0.78)
    assert pd.isna(row["first_year_short"]) == (
        row["beds_needed"] <= 27 and beds.loc[("today", "north", 2036), "beds_needed"] <= 27
    )
    assert beds.loc[("today", "north", 2036), "admissions"] == pytest.approx(302.6 * 1.3)
    assert row["first_year_short"] == 2036


def test_all_tables_reconcile(found: CapacityEvidence) -> None:
    """Admissions of every option and year add up to people times rates."""
    setting = town()
    for (_, year), sites in found.beds.groupby(["option", "year"]):
        total = setting.demand(RATES, year)
        assert sites["admissions"].sum() == pytest.approx(total.drop("farm").sum())
    whole = found.beds_as_a_whole
    both = whole["admissions"] + whole["admissions_not_reached"]
    assert both.to_numpy() == pytest.approx(
        [setting.demand(RATES, year).sum() for year in whole["year"]]
    )
    # the same people are admitted in all options
    assert whole.groupby("year")["offered_load"].nunique().max() <= 2
    assert (
        whole.pivot(index="year", columns="option", values="offered_load")
        .diff(axis=1)
        .iloc[:, 1]
        .abs()
        .max()
        < 1e-9
    )


def test_one_ward_without_stated_beds_leaves_their_sum_unknown() -> None:
    """And a ward to which nobody goes admits nobody."""
    setting = town()
    setting = replace(setting, sites=setting.sites.replace({"beds": {8: np.nan}}))
    whole = beds_as_a_whole(setting, beds_by_site(setting)).set_index(["option", "year"])
    assert np.isnan(whole.loc[("local", 2026), "beds"])
    assert whole.loc[("today", 2026), "beds"] == 27
    empty = pd.DataFrame({"option": ["today"], "service": "ward", "site_id": "south", "beds": [5]})
    setting = replace(setting, sites=pd.concat([setting.sites, empty], ignore_index=True))
    rows = beds_by_site(setting).set_index(["option", "site_id", "year"])
    assert rows.loc[("today", "south", 2026), ["admissions", "offered_load"]].tolist() == [0, 0]


def test_days_blocked_are_unknown_in_all_where_one_ward_states_no_beds() -> None:
    waits = BedService("ward", RATES, Stay(25.0), DelayTarget(0.1, 3.0), "step_down")
    sites = town().sites.assign(beds=[31, 26, np.nan, np.nan, np.nan])
    setting = town(beds=[waits], sites=sites)
    whole = beds_as_a_whole(setting, beds_by_site(setting)).set_index(["option", "year"])
    assert whole.loc[("today", 2026), "blocked_bed_days"] > 0
    assert np.isnan(whole.loc[("local", 2026), "blocked_bed_days"])


def test_a_service_may_state_beds_and_rooms_at_one_site() -> None:
    sites = pd.DataFrame(
        [("today", "ward", "north", 27, 4), ("today", "ward", "south", 6, np.nan)],
        columns=["option", "service", "site_id", "beds", "rooms"],
    )
    setting = town(sites=sites)
    assert setting.stated("today", "ward", "beds").to_dict() == {"north": 27, "south": 6}
    assert setting.stated("today", "ward", "rooms")["north"] == 4


def test_two_wards_cost_beds(found: CapacityEvidence) -> None:
    whole = found.beds_as_a_whole.set_index(["option", "year"])
    load = 302.6 * 25 / 365
    parts = found.beds.query("option == 'local' and year == 2026")["offered_load"]
    apart = sum(beds_for_loss(one, 0.05) for one in parts)
    assert whole.loc[("local", 2026), "extra_beds"] == apart - beds_for_loss(load, 0.05)
    assert whole.loc[("local", 2026), "extra_beds"] > 0
    assert whole.loc[("today", 2026), "extra_beds"] == 0
    assert whole.loc[("local", 2026), "beds_per_1000_aged_75_plus"] == pytest.approx(
        27 / 13.008, abs=0.001
    )


def test_overflow_of_both_options(found: CapacityEvidence) -> None:
    table = found.overflow.set_index(["option", "measure"])
    today, local = table.loc["today"], table.loc["local"]
    half = (today.loc["no_bed", "high"] - today.loc["no_bed", "low"]) / 2
    expected = erlang_b(27, 302.6 * 25 / 365)
    assert today.loc["no_bed", "mean"] == pytest.approx(expected, abs=2 * half)
    assert today.loc["placed_away", "mean"] == 0
    # every ward takes every patient: the same beds in two places refuse as one pool does
    assert local.loc["no_bed", "mean"] == pytest.approx(expected, abs=2 * half)
    assert local.loc["placed_away", "mean"] > 0.05
    assert local.loc["visitors_hours_added", "mean"] > 0
    placed = found.placed.groupby("option")["admissions"].sum()
    assert placed["today"] == pytest.approx(302.6 * (1 - today.loc["no_bed", "mean"]), rel=0.01)
    assert "farm" not in set(found.placed["area_id"])


def test_how_sure_the_beds_needed_are(found: CapacityEvidence) -> None:
    rows = found.beds_range.set_index(["option", "year"])
    low, central, high = rows.loc[
        ("today", 2026), ["beds_needed_low", "beds_needed", "beds_needed_high"]
    ]
    # in the base year people are known; the stay is 20, 25 or 30 days
    assert [low, central, high] == [
        beds_for_loss(302.6 * stay / 365, 0.05) for stay in (20, 25, 30)
    ]
    later = 302.6 * 1.3 * 30 / 365
    assert rows.loc[("today", 2036), "beds_needed_high"] == beds_for_loss(later * 1.05, 0.05)


def test_step_up_and_step_down_in_the_same_beds() -> None:
    up = BedService("up", RATES * 0.6, Stay(25.0), LossTarget(0.05))
    down = BedService("down", RATES * 0.4, Stay(21.0), DelayTarget(0.1, 3.0), "step_down")
    services = ["up", "down", "clinic"]
    sites = pd.DataFrame(
        [("today", "wards", "north", 24, 0), ("kept", "wards", "north", 24, 5)],
        columns=["option", "service", "site_id", "beds", "reserved"],
    ).assign(rooms=np.nan)
    setting = town(
        beds=[up, down],
        allocation=allocation({"today": ["north"], "kept": ["north"]}, services),
        sites=sites,
        pools={"wards": ["up", "down"]},
        rooms=[],
        rounds=[],
        crisis=[],
    )
    found = assess_capacity(setting, RULES)
    table = found.overflow.set_index(["option", "stream", "measure"])["mean"]
    assert table["today", "step_up", "no_bed"] > table["kept", "step_up", "no_bed"] + 0.02
    assert table["today", "step_down", "waited"] < table["kept", "step_down", "waited"] - 0.05
    assert set(found.overflow["service"]) == {"wards"}
    assert found.beds["beds"].isna().all()  # each alone has none of its own
    # Beds that one of the services shuts are shut for both.
    shut = assess_capacity(replace(setting, beds=[up, replace(down, closed_share=0.3)]), RULES)
    fewer = shut.overflow.set_index(["option", "stream", "measure"])["mean"]
    assert fewer["today", "step_up", "no_bed"] > table["today", "step_up", "no_bed"] + 0.05
    with pytest.raises(InputError, match="pool 'wards' has the unknown service 'sideways'"):
        assess_capacity(replace(setting, pools={"wards": ["up", "sideways"]}), RULES)
    twice = replace(setting, beds=[up, replace(down, stream="step_up", target=LossTarget(0.1))])
    with pytest.raises(InputError, match="pool 'wards': each of its services needs a stream"):
        assess_capacity(twice, RULES)


def test_rooms_by_hand(found: CapacityEvidence) -> None:
    rooms = found.rooms.set_index(["option", "site_id", "year"])
    # (4,900 adults x 2,000 + 4,300 x 2,900) / 1,000 = 22,270 contacts; a room holds 5,400
    assert rooms.loc[("today", "north", 2026), "contacts"] == pytest.approx(22_270)
    assert rooms.loc[("today", "north", 2026), "rooms_needed"] == 5
    assert rooms.loc[("today", "north", 2026), "first_year_short"] == 2026
    assert pd.isna(rooms.loc[("local", "south", 2026), "rooms_short"])
    assert rooms["contacts"].groupby(["option", "year"]).sum().unstack().nunique().max() == 1


def test_rounds_by_hand(found: CapacityEvidence) -> None:
    row = found.rounds.set_index(["option", "site_id", "year"]).loc[("today", "north", 2026)]
    setting = town()
    visits = pd.Series({"a": 2_100, "b": 1_300, "c": 900}) * 1.9
    assert row["visits"] == pytest.approx(visits.sum())
    assert row["visits_a_day"] == pytest.approx(8_170 / 365)
    homes = homes_of(BETWEEN, setting.roads, MINUTES["north"].drop("farm"), visits)
    assert homes.minutes[0, 1] == pytest.approx(7 - 3)  # both ends are taken off
    # 22.4 visits a day in rounds of 8: 22.4 / 8 + 7 / 16 rounds; the base lies at (300, 400)
    a_day = 8_170 / 365
    assert row["rounds"] == pytest.approx(a_day / 8 + 7 / 16)
    out_min = (2_100 * 4 + 1_300 * 9 + 900 * 28) / 4_300
    straight = (2_100 * 0.5 + 1_300 * np.hypot(2.7, 3.6) + 900 * np.hypot(8.7, 0.6)) / 4_300
    hull = abs(3 * 1 - 4 * 9) / 2  # of (0, 0), (3, 4) and (9, 1)
    between = 0.57 * out_min / straight * np.sqrt(hull * a_day)
    assert row["drive_min"] == pytest.approx(1.2 * (2 * out_min * row["rounds"] + between))
    day = mean_of_drawn_days(homes, 22, 8, seed=4)
    assert row["drawn_min"] == pytest.approx(day.minutes * 1.2 * a_day / 22)
    travel = (row["drive_min"] + (a_day + row["rounds"]) * 116 / 60) / a_day
    assert row["travel_min"] == pytest.approx(travel)
    assert row["wte"] == pytest.approx(
        visits_wte(8_170, 42 + travel, contract_of(PARAMETERS), pairs_share=0.25)
    )
    # Out and back for each visit: all the way twice, with a stop at either end.
    assert row["star_min"] == pytest.approx(a_day * 2 * out_min)
    assert row["wte_star"] == pytest.approx(
        visits_wte(
            8_170, 42 + 2 * out_min + 2 * 116 / 60, contract_of(PARAMETERS), pairs_share=0.25
        )
    )
    assert row["share_on_road"] == pytest.approx(travel / (42 + travel))
    later = found.rounds[found.rounds["year"] == 2036]
    assert later["drawn_min"].isna().all()


def test_crises_by_hand(found: CapacityEvidence) -> None:
    row = found.crisis.set_index(["option", "year"]).loc[("local", 2026)]
    calls = 4_303 * 0.7  # the farm's calls are counted, and late
    assert row["calls_an_hour"] == pytest.approx(calls / 365 / 12 * 1.4)
    dispatch = Dispatch(row["calls_an_hour"], 1.75, 120, 30)
    weights = np.array([2_100, 1_300, 900, 3]) * 0.7
    drives = np.array([7, 12, 9, np.inf])
    assert row["teams_pooled"] == teams_for_share(dispatch, drives, weights, share=0.8)
    assert row["teams_by_base"] > row["teams_pooled"]
    assert row["wte_pooled"] == pytest.approx(row["teams_pooled"] * 12 * 7 / 37.5 / 0.78)
    assert 0.8 <= row["share_by_base"] <= 1


def test_pairs_at_night_are_two_posts_a_base(found: CapacityEvidence) -> None:
    nights = town(crisis=[replace(town().crisis[0], night_pairs=3)])
    later = assess_capacity(nights, RULES).crisis.set_index(["option", "year"])
    before = found.crisis.set_index(["option", "year"])
    more = later[["wte_pooled", "wte_by_base"]] - before[["wte_pooled", "wte_by_base"]]
    # 3 pairs of 2 people, the 12 hours that teams are off, 7 nights; one base today, two else
    posts = 3 * 2 * 12 * 7 / 37.5 / 0.78
    assert more.loc[("today", 2026)].tolist() == pytest.approx([posts, posts])
    assert more.loc[("local", 2036)].tolist() == pytest.approx([2 * posts, 2 * posts])


def test_what_each_number_of_teams_reaches(found: CapacityEvidence) -> None:
    fewest = found.crisis.set_index(["option", "year"]).loc[("local", 2026)]
    rows = found.crisis_by_teams.query("option == 'local'").set_index(["hours", "teams"])
    calls = 4_303 * 0.7 / 365 / 12
    assert rows.loc["mean", "calls_an_hour"].unique() == pytest.approx([calls])
    assert rows.loc["busiest", "calls_an_hour"].unique() == pytest.approx([calls * 1.4])
    busiest, mean = rows.loc["busiest"], rows.loc["mean"]
    enough = busiest.index[busiest["share_in_time"] >= 0.8]
    assert enough[0] == fewest["teams_pooled"]
    assert busiest.loc[enough[0], "share_in_time"] == pytest.approx(fewest["share_pooled"])
    # the first keeps up with the calls, the last reaches all but a hundredth of who can be reached
    assert busiest.index[0] == int(calls * 1.4 * 1.75) + 1
    near = 4_300 / 4_303
    assert near - 0.01 <= busiest["share_in_time"].iloc[-1] < near
    assert busiest["share_in_time"].iloc[:-1].max() < near - 0.01
    assert (mean["share_in_time"] > busiest["share_in_time"]).all()
    assert mean.loc[enough[0], "busy"] == pytest.approx(calls * 1.75 / enough[0])


BY_HOUR = (6, 9, 12, 12, 10, 9, 8, 8, 7, 6, 5, 4)  # their mean is 8, so the peak is 1.5


def test_what_teams_reach_hour_by_hour(found: CapacityEvidence) -> None:
    assert found.crisis_by_hour.empty  # nothing is said of hours that a study does not state
    service = replace(town().crisis[0], peak_factor=1.0, calls_by_hour=BY_HOUR)
    later = assess_capacity(town(crisis=[service]), RULES)
    rows = later.crisis_by_hour.query("option == 'local'").set_index(["hour", "teams"])
    calls = 4_303 * 0.7 / 365  # a day
    by_hour = rows.groupby(level="hour")["calls_an_hour"].first()
    assert by_hour.index.tolist() == list(range(8, 20))
    assert by_hour.tolist() == pytest.approx([calls * part / 96 for part in BY_HOUR])
    # the third hour, by hand: the farm is out of reach, the queue is of that hour's calls
    weights, drives = np.array([2_100, 1_300, 900, 3]), np.array([7, 12, 9, np.inf])
    teams = rows.loc[10].index[0]
    dispatch = Dispatch(calls / 8, 1.75, 120, 30)
    assert rows.loc[(10, teams), "share_in_time"] == pytest.approx(
        share_in_time(dispatch, teams, drives, weights)
    )
    # teams are sized for that hour, and reach more of the calls of every quieter one
    fewest = later.crisis.set_index(["option", "year"]).loc[("local", 2026)]
    assert fewest["calls_an_hour"] == pytest.approx(calls / 8)
    busiest = rows.loc[10, "share_in_time"]
    assert busiest.index[busiest >= 0.8][0] == fewest["teams_pooled"]
    assert (rows.loc[19, "share_in_time"] > rows.loc[15, "share_in_time"]).all()
    assert (rows.loc[15, "share_in_time"] > busiest).all()
    # all hours together: each call counts alike, each hour's teams alike
    whole = later.crisis_by_teams.query("option == 'local'").set_index(["hours", "teams"])
    assert whole.loc[("busiest", teams), "share_in_time"] == pytest.approx(busiest[teams])
    own = rows.xs(teams, level="teams")
    assert whole.loc[("all", teams), "share_in_time"] == pytest.approx(
        (own["share_in_time"] * np.array(BY_HOUR)).sum() / 96
    )
    assert whole.loc[("all", teams), "busy"] == pytest.approx(own["busy"].mean())
    assert whole.loc[("all", teams), "calls_an_hour"] == pytest.approx(calls / 12)


def test_a_base_whose_areas_need_nothing_has_no_team() -> None:
    nobody = people(1.0)
    nobody.loc["c", "age_85_plus"] = 0
    found = assess_capacity(town(people={2026: nobody}), RULES)
    rounds = found.rounds.query("option == 'local'").set_index("site_id")
    assert rounds.loc["south", ["visits", "rounds", "drive_min", "wte", "wte_star"]].eq(0).all()
    assert rounds.loc["north", "wte"] > 0
    # north answers to all calls but the farm's, as it would in one pool
    crisis = found.crisis.set_index("option").loc["local"]
    assert crisis["teams_by_base"] == crisis["teams_pooled"] > 0
    assert crisis["share_by_base"] == pytest.approx(crisis["share_pooled"], abs=0.001)


def test_bases_that_help_one_another_find_more_teams_free(found: CapacityEvidence) -> None:
    rows = found.crisis.set_index(["option", "year"])
    # one base: all of its teams are within reach of all areas that reach it at all
    one = rows.loc["today", 2026]
    load, teams = one["calls_an_hour"] * 1.75, int(one["teams_by_base"])
    free = sum(
        larson_q(teams, load / teams, j) * (load / teams) ** j * (1 - load / teams)
        for j in range(teams)
    )
    calls = town().demand(town().crisis[0].rates, 2026)
    reached = calls[["a", "b", "c"]].sum() / calls.sum()
    assert one["share_nearest_free"] == pytest.approx(free * reached)
    # two bases, 90 minutes to each: every team can go anywhere but to the farm
    two = rows.loc["local", 2026]
    assert two["teams_by_base"] > teams
    assert one["share_nearest_free"] < two["share_nearest_free"] < reached
    # with a drive too long for the standard the other base's teams are out of reach
    apart = town(drives=MINUTES.mask(MINUTES > 15, 91.0))
    less = assess_capacity(apart, RULES).crisis.set_index(["option", "year"])
    assert less.loc[("local", 2026), "share_nearest_free"] < two["share_nearest_free"]


def test_machines_by_hand() -> None:
    mri = read_capacity("machines").loc["mri"]
    scans = MachineService("clinic", pd.Series({"age_85_plus": 9_000.0}), "mri", mri, dna=0.1)
    table = assess_capacity(town(machines=[scans]), RULES).machines
    assert set(table["kind"]) == {"mri"}
    local = table[(table["option"] == "local") & (table["year"] == 2026)].set_index("site_id")
    # a and b go north (2,100 and 1,300 people of 85), c south: 900; 9 scans each a year
    assert local["scans"].to_dict() == {"north": 3_400 * 9, "south": 900 * 9}
    # 2 an hour x 12 x 360 x 0.85 x 0.9 = 6,609.6 scans a machine
    assert local["machines_needed"].to_dict() == {"north": 5, "south": 2}
    assert local.loc["south", "use_needed"] == pytest.approx(8_100 / (2 * 6_609.6))
    # nobody said how many there are, so nothing is short and nothing is known of their use
    assert table[["machines", "machines_short", "use", "first_year_short"]].isna().all(axis=None)


def test_whether_the_machines_that_are_there_suffice_and_until_when() -> None:
    mri = read_capacity("machines").loc["mri"]
    scans = MachineService("clinic", pd.Series({"age_85_plus": 9_000.0}), "mri", mri, dna=0.1)
    there = pd.DataFrame(
        [("local", "mri", "north", 6), ("local", "mri", "south", 1)],
        columns=["option", "service", "site_id", "machines"],
    )
    sites = pd.concat([town().sites, there], ignore_index=True)
    table = assess_capacity(town(machines=[scans], sites=sites), RULES).machines
    local = table[table["option"] == "local"].set_index(["site_id", "year"])
    assert local["machines"].groupby("site_id").first().to_dict() == {"north": 6, "south": 1}
    # north: 30,600 scans need 5 machines of 6,609.6, and 3 in 10 more people 7; south: 8,100 need 2
    assert local["machines_short"].to_dict() == {
        ("north", 2026): 0, ("north", 2036): 1, ("south", 2026): 1, ("south", 2036): 1,
    }  # fmt: skip
    first = local["first_year_short"].groupby("site_id").first()
    assert first.to_dict() == {"north": 2036, "south": 2026}
    assert local.loc[("north", 2026), "use"] == pytest.approx(30_600 / (6 * 6_609.6))
    assert local.loc[("south", 2026), "use"] == pytest.approx(8_100 / 6_609.6)
    # who has a room and a machine under one name has both
    alike = sites.assign(service=sites["service"].replace("mri", "clinic"))
    named = replace(scans, kind="clinic")
    both = assess_capacity(town(machines=[named], sites=alike), RULES)
    pd.testing.assert_frame_equal(both.machines.drop(columns="kind"), table.drop(columns="kind"))
    assert both.rooms.equals(assess_capacity(town(), RULES).rooms)


def test_services_with_scans_of_one_kind_share_the_machines_of_a_site() -> None:
    mri = read_capacity("machines").loc["mri"]
    first = MachineService("clinic", pd.Series({"age_85_plus": 9_000.0}), "mri", mri, dna=0.1)
    second = MachineService("crisis", pd.Series({"age_85_plus": 500.0}), "mri", mri, dna=0.2)
    table = assess_capacity(town(machines=[first, second]), RULES).machines
    today = table[(table["option"] == "today") & (table["year"] == 2026)].set_index("site_id")
    # all 4,300 people go north: 38,700 / 0.9 and 2,150 / 0.8 slots of 7,344: 5.86 and 0.37
    assert today["scans"].to_dict() == {"north": 38_700 + 2_150}
    assert today.loc["north", "machines_needed"] == 7
    local = table[(table["option"] == "local") & (table["year"] == 2026)].set_index("site_id")
    # north 34,000 + 2,125 slots, 4.63 and 0.29: 5 together, 5 + 1 apart
    assert local["machines_needed"].to_dict() == {"north": 5, "south": 2}
    shared = assess_options(town(machines=[first, second]), choices=2, seed=4, visits={})
    pd.testing.assert_frame_equal(
        shared.machines.sort_values(["option", "site_id", "year"]).reset_index(drop=True),
        table.sort_values(["option", "site_id", "year"]).reset_index(drop=True),
    )


def by_key(table: pd.DataFrame) -> pd.DataFrame:
    keys = ["option", "service", "site_id", "year"]
    return table.sort_values([key for key in keys if key in table]).reset_index(drop=True)


def test_a_service_with_scans_of_two_kinds_is_worked_out_once_with_the_services_of_both() -> None:
    rates, kinds = pd.Series({"age_85_plus": 9_000.0}), read_capacity("machines")
    machines = [
        MachineService("clinic", rates, "mri", kinds.loc["mri"]),
        MachineService("clinic", rates * 0.3, "ct", kinds.loc["ct"]),
        MachineService("crisis", rates * 0.7, "ct", kinds.loc["ct"], dna=0.2),
        MachineService("nurses", rates * 0.2, "ultrasound", kinds.loc["ultrasound"]),
    ]
    setting = town(beds=[], rounds=[], crisis=[], machines=machines)
    shared = assess_options(setting, choices=2, seed=4, visits={})
    whole = assess_capacity(setting, RULES)
    keys = ["kind", "option", "site_id", "year"]
    found, expected = (
        table.machines.sort_values(keys).reset_index(drop=True) for table in (shared, whole)
    )
    assert set(found["kind"]) == {"mri", "ct", "ultrasound"}
    pd.testing.assert_frame_equal(found, expected)
    pd.testing.assert_frame_equal(by_key(shared.rooms), by_key(whole.rooms))


def test_evidence_of_services_that_a_change_leaves_alone_is_remembered(monkeypatch) -> None:
    found, find = [], assemble.find_evidence

    @wraps(find)
    def counted(part, rules):
        every = (part.beds, part.rooms, part.machines, part.rounds, part.crisis)
        found.append({service.id for services in every for service in services})
        return find(part, rules)

    monkeypatch.setattr(assemble, "find_evidence", counted)
    memory, rules = Memory(), {"choices": 2, "seed": 4, "visits": {"ward": 12.0}}
    assess_options(town(), **rules, recall=memory.recall)
    assert found == [{"ward"}, {"clinic"}, {"nurses"}, {"crisis"}]
    found.clear()
    # A room more at the clinic, and a site that no service here has.
    more = town().sites
    more.loc[more["service"] == "clinic", "rooms"] += 1
    east = pd.DataFrame({"easting": [9], "northing": [7]}, ["east"])
    roads = replace(town().roads, bases=pd.concat([BASES, east]))
    minutes = pd.DataFrame({**MINUTES, "east": 3.0})
    changed = town(sites=more, minutes=minutes, roads=roads)
    kept = assess_options(changed, **rules, recall=memory.after_run().recall)
    assert found == [{"clinic"}]
    fresh = assess_options(changed, **rules)
    for part in fields(CapacityEvidence):
        pd.testing.assert_frame_equal(getattr(kept, part.name), getattr(fresh, part.name))
    assert not kept.rooms.equals(assess_options(town(), **rules).rooms)


def test_driving_is_what_is_left_of_a_journey() -> None:
    driven = driving_minutes(np.array([[0.0, 9.0], [2.0, 0.0]]), np.array([1.0, 2.5]))
    assert driven.tolist() == [[0, 5.5], [0, 0]]


def test_healthier_years_lower_demand() -> None:
    fitter = assess_capacity(town(health_gain_years=0.1, rounds=[], crisis=[]), RULES)
    same = assess_capacity(town(rounds=[], crisis=[]), RULES)
    at = [one.beds.groupby("year")["admissions"].sum() for one in (fitter, same)]
    assert at[0][2026] == at[1][2026]
    # both bands are one year younger: 38 / 16 in ten years of age
    assert at[0][2036] / at[1][2036] == pytest.approx((16 / 38) ** 0.1)


def test_a_waiting_list_without_end() -> None:
    waits = BedService("ward", RATES, Stay(25.0), DelayTarget(0.1, 3.0), "step_down")
    beds = town().sites.assign(beds=[20, 19, 8, np.nan, np.nan])
    with pytest.raises(InputError, match=r"ward at north: the offered load of 20\.7 is not below"):
        assess_capacity(town(beds=[waits], sites=beds), RULES)
    # in a later year it is a finding: the site is short, and waits have no end
    found = assess_capacity(town(beds=[waits]), RULES)
    later = found.beds.query("option == 'local' and year == 2036").set_index("site_id")
    assert np.isinf(later.loc["north", "mean_wait_days"])
    assert later.loc["north", "first_year_short"] <= 2036
    assert (found.overflow["measure"] == "waited").any()


def test_nothing_is_said_of_wards_without_beds() -> None:
    sites = town().sites
    found = assess_capacity(town(sites=sites[sites["option"] == "local"]), RULES)
    assert set(found.overflow["option"]) == {"local"}
    today = found.beds.query("option == 'today'")
    assert today["beds"].isna().all()
    assert (today["beds_needed"] > 0).all()


def test_a_town_of_no_services_has_no_tables() -> None:
    empty = assess_capacity(town(beds=[], rooms=[], rounds=[], crisis=[], roads=None), RULES)
    assert empty.beds.empty
    assert empty.overflow.empty
    assert empty.rooms.empty
    assert empty.rounds.empty
    assert empty.crisis.empty


def bad(**changes) -> CapacitySetting:
    setting = town()
    sites, table = setting.sites, setting.allocation
    tables = {
        "beds": {"sites": sites.assign(beds=[-2, 19, 8, np.nan, np.nan])},
        "fraction": {"sites": sites.assign(beds=[27, 19, 8.5, np.nan, np.nan])},
        "rooms": {"sites": sites.assign(rooms=[np.nan, np.nan, np.nan, 4, 2.5])},
        "machines": {"sites": sites.assign(machines=[np.nan, np.nan, np.nan, -1, 2])},
        "site": {"sites": sites.assign(site_id=["north", "north", "west", "north", "north"])},
        "area": {"allocation": table.assign(area_id=table["area_id"].replace("a", "z"))},
        "share": {"allocation": table.assign(share=0.6).pipe(lambda t: pd.concat([t, t]))},
        "column": {"allocation": table.drop(columns="share")},
        "years": {"people": {2026: people(1.0), 2036: people(1.3).iloc[:2]}},
    }
    return replace(setting, **tables[changes["what"]])


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("beds", "today, ward: beds at north are -2; give whole numbers"),
        ("fraction", r"local, ward: beds at south are 8\.5"),
        ("rooms", r"local, clinic: rooms at north are 2\.5"),
        ("machines", "today, clinic: machines at north are -1; give whole numbers"),
        ("site", "no travel times to the sites west"),
        ("area", r"unknown areas \(z\)"),
        ("share", "add up to more than 1"),
        ("column", "the allocation lacks the column 'share'"),
        ("years", "the areas of 2036 are not those of 2026"),
    ],
)
def test_faults_take_one_line(what: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        assess_capacity(bad(what=what), RULES)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("changes", [{"care_min": -1.0}, {"a_round": 0}, {"practice_factor": 0.9}])
def test_rounds_that_cannot_be(changes) -> None:
    given = {"care_min": 30.0, "a_round": 8, "practice_factor": 1.2} | changes
    with pytest.raises(InputError, match="service 'nurses'"):
        RoundService("nurses", RATES, **given)


def test_a_visit_may_take_less_than_a_minute_of_care_and_a_round_one_visit() -> None:
    service = RoundService("nurses", RATES, care_min=0.3, a_round=1, practice_factor=1.0)
    assert (service.care_min, service.a_round) == (0.3, 1)
