"""The case against an option, by hand in the toy town: every item that the figures support."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from appraisal_cases import BEDS, LOCAL, TODAY, town_setting

from llrgeo.appraisal.case import comparison, journeys
from llrgeo.appraisal.case.capacity import Findings, gaining_sites
from llrgeo.appraisal.case.case_against import Grounds, case_against, case_for
from llrgeo.appraisal.case.comparison import Comparison, NearestMinutes, Shared
from llrgeo.appraisal.case.item import Item, item_table, place_name
from llrgeo.appraisal.case.journeys import hit_more
from llrgeo.appraisal.evaluation import evaluate_options
from llrgeo.appraisal.journeys.nearest_sites import nearest_minutes
from llrgeo.appraisal.people.people_groups import people_by_group
from llrgeo.appraisal.scoring import Criterion, Hurdle, score_options
from llrgeo.appraisal.uncertainty.robustness import rank_acceptability
from llrgeo.schema import NO_CAR
from llrgeo.travel.accuracy import UNMEASURED, Accuracy

MOVED = TODAY.change("moved", moves={"clinic": {"A": "B"}, "beds": {"A": "B"}}, label="Away")
SAME = TODAY.change("same", label="Today by another name")
NO_TURN = pd.DataFrame({"assumption": ["speed"], "low_leader": "moved", "high_leader": "moved"})


def argued(
    inputs, option=MOVED, make=case_against, tornado=NO_TURN, today=TODAY, **grounds
) -> pd.DataFrame:
    """Return the case against (or for) an option of the town, on its items."""
    results = evaluate_options([today, option], inputs, baseline="today")
    card = score_options(results, [Criterion("worse_off", 3), Criterion("mean_minutes", 7)])
    weighted = rank_acceptability(card.scores, seed=1, draws=50)
    compared = Comparison(
        results["today"], results[option.name], inputs, people_by_group(inputs.areas)
    )
    case = make(compared, Grounds(card, weighted, tornado, **grounds))
    return item_table({option.name: case}).set_index("item")


@pytest.fixture
def town(town_areas, town_sites, town_times):
    return town_setting(town_areas, town_sites, town_times)


def test_who_loses_is_counted_by_service_and_over_all_of_them(town):
    case = argued(town)
    figures = ["people", "minutes", "value"]
    # Only E (200 people) gets farther: from 1 minute to 3, for clinic and beds.
    assert case.loc["service_longer", figures].tolist() == [200, 2, 2]
    assert case.loc["visitors_longer", figures].tolist() == [200, 2, 2]
    assert case.loc["service_longer", "place"] == "Town (East)"
    assert case.loc["longer_for_one", figures].tolist() == [200, 2, 0.2]
    assert case.loc["several_services", figures].tolist() == [200, 4, 2]
    # A is the nearest of W, N and E (900 people). What E loses by both services is E's alone: it
    # is not thinned over those whose journeys get no longer.
    assert case.loc["site_stops", [*figures, "second"]].tolist() == [200, 4, 2, 900]
    assert case.loc["worst_places", "place"] == "Town (East)"


def test_options_that_run_a_service_alike_share_its_items(town, monkeypatch):
    asked = []

    def counted(compared, result):
        asked.append((compared.after.option.name, result.service.id))
        return find(compared, result)

    find = journeys._longer_for
    monkeypatch.setattr(journeys, "_longer_for", counted)
    # Both move the beds, one the clinic too, and a third is the first by another name.
    beds = TODAY.change("beds", moves={"beds": {"A": "B"}}, label="Beds")
    options = [MOVED, beds, replace(MOVED, name="again", label="Again")]
    results = evaluate_options([TODAY, *options], town, baseline="today")
    people, shared = people_by_group(town.areas), Shared()
    found = [
        tuple(
            journeys.longer_journeys(
                Comparison(results["today"], results[o.name], town, people, shared=shared)
            )
        )
        for o in options
    ]
    visited = [service.id for service in town.visited]
    kept_as_today = [name for name in visited if name != "beds"]
    assert asked == [("moved", name) for name in visited] + [("beds", n) for n in kept_as_today]
    assert found[0] == found[2] != found[1]
    beds_alone = [item for item in found[1] if item.item.endswith("_longer")]
    assert beds_alone == [i for i in found[0] if i.item.endswith("_longer") and i.service == "beds"]


def test_the_worst_of_those_who_lose_is_named_beside_their_mean(town):
    """W gets 5 minutes farther by two services, E 2 and by a third service 8."""
    minutes = town.times.minutes.copy()
    minutes.loc["W", "B"], minutes.loc["E", "C"] = 7.0, 9.0
    scans = replace(town.services[0], id="scans", label="Scans")
    inputs = replace(
        town, times=replace(town.times, minutes=minutes), services=(*town.services, scans)
    )
    today = replace(TODAY, sites={**TODAY.sites, "scans": frozenset("A")})
    moves = {"clinic": {"A": "B"}, "beds": {"A": "B"}, "scans": {"A": "C"}}
    case = argued(inputs, today.change("moved", moves=moves, label="Away"), today=today)
    both = (400 * 5 + 200 * 8) / 600
    assert case.loc["longer_for_one", ["people", "minutes", "second"]].tolist() == [600, both, 8]
    added = (400 * (5 + 5) + 200 * (2 + 2 + 8)) / 600
    assert case.loc["several_services", ["people", "minutes"]].tolist() == [600, added]
    assert case.loc["several_services", "value"] == 3


def test_a_group_is_named_where_clearly_more_of_it_lose_than_of_everyone(town):
    # Disabled: 40 of 190 live in E, 21.1 % against 20.0 % of everyone: no clear difference.
    assert "group_hit_more" not in argued(town).index
    # With 47 of 197 it is: 23.9 %; of the most deprived fifth, rural and very old people fewer.
    more = town.areas.assign(disabled=town.areas["disabled"].where(town.areas.index != "E", 47))
    hit = argued(replace(town, areas=more)).loc[["group_hit_more"]]
    assert hit["level"].tolist() == ["disabled"]
    assert hit[["people", "value", "second"]].iloc[0].tolist() == pytest.approx([47, 47 / 197, 0.2])


@pytest.mark.parametrize(
    ("share", "of_everyone", "named"),
    [
        (0.46, 0.45, False),  # neither two points nor a tenth
        (0.472, 0.45, False),  # two points, but no tenth of 45
        (0.494, 0.45, False),
        (0.495, 0.45, True),  # a tenth of 45 exactly
        (0.119, 0.10, False),  # more than a tenth, but no two points
        (0.12, 0.10, True),  # two points exactly
        (0.30, 0.28, False),
        (0.09, 0.30, False),
    ],
)
def test_a_group_is_hit_more_from_both_margins_on(share, of_everyone, named):
    assert hit_more(share, of_everyone) is named


def test_items_stand_by_people_times_minutes_then_as_given_and_the_unmodelled_last():
    items = [
        Item("unknown", rests_on="nothing"),
        Item("ranked", value=3.0),
        Item("few", people=10.0, minutes=7.0),
        Item("costly", value=2.0),
        Item("many", people=30.0, minutes=4.0),
        Item("severe", people=7.0, minutes=10.0),
    ]
    table = item_table({"near": items, "without": [], "far": items[:3]})
    near = ["many", "severe", "few", "ranked", "costly", "unknown"]
    assert table["item"].tolist() == [*near, "few", "ranked", "unknown"]
    assert table["option"].tolist() == ["near"] * 6 + ["far"] * 3
    assert table["place_in_case"].tolist() == [1, 2, 3, 4, 5, 6, 1, 2, 3]
    assert table["people_min"].tolist()[:3] == [120, 70, 70]


def test_an_option_that_changes_nothing_has_no_case_but_what_is_not_sure(town):
    case = argued(town, SAME, tornado=NO_TURN.head(0))
    # Ties with the baseline, assumed activity, no measured error, outcomes.
    assert set(case.index) == {
        "first_in_weightings",
        "assumed_activity",
        "error_unknown",
        "outcomes",
    }
    assert argued(town, SAME, case_for).empty


def test_an_error_of_another_period_is_not_stated_of_this_one(town):
    """The rush hour's times were said to be wrong by what those at noon were wrong by."""
    accuracy = Accuracy.from_plain(
        {
            "journeys": [
                {"authority": name, "period": period, "from_min": 0, "to_min": 60, "pairs": 40,
                 "bias_min": 0.1, "median_abs_min": 1.3, "p90_abs_min": 2.9}
                for name, period in (("Town", "off_peak"), ("Fields", "am_peak"))
            ],
            "differences": [{"from_min": 0, "to_min": 60, "pairs": 40, "p80_abs_min": 0.7}],
            "mean_min": 0.6,
        }
    )  # fmt: skip
    cases = {
        period: argued(replace(town, times=replace(town.times, accuracy=accuracy, period=period)))
        for period in ("off_peak", "pm_peak")
    }
    assert cases["off_peak"].loc["error_of_times", "value"] == 0.6
    # Of the Fields it was measured in the rush hour alone.
    assert cases["off_peak"].loc["error_untested", "place"] == "Fields"
    assert "error_unknown" in cases["pm_peak"].index
    assert not {"error_of_times", "error_untested"} & set(cases["pm_peak"].index)


def test_a_journey_lost_counts_as_the_ceiling(town):
    far = replace(town, ceiling_min=33.0)
    minutes = town.times.minutes.copy()
    minutes.loc["E", "B"] = np.inf
    case = argued(replace(far, times=replace(town.times, minutes=minutes)))
    assert case.loc["service_longer", ["people", "minutes", "second"]].tolist() == [200, 32, 200]
    # So it does wherever those people are told of: today's minute is no part of what is added.
    assert case.loc["longer_for_one", ["people", "minutes", "second"]].tolist() == [200, 32, 32]
    assert case.loc["worst_places", ["people", "minutes"]].tolist() == [200, 32]


def test_a_journey_lost_counts_as_the_ceiling_at_other_times_too(town):
    """E goes to A in a minute, and has no way to B."""
    minutes = town.times.minutes.copy()
    minutes.loc["E", "B"] = np.inf
    other = replace(town.times, minutes=minutes)
    today_min, lost_min = minutes.loc["E", "A"], 33.0
    far = replace(town, ceiling_min=lost_min)
    busy = argued(far, other_periods=(replace(other, period="am_peak"),)).loc["rush_hour"]
    assert busy[["people", "minutes"]].tolist() == [200, lost_min - today_min]
    bus = argued(far, transit_times=other).loc[["longer_bus"]]
    assert bus[["people", "minutes"]].to_numpy().tolist() == [[200, lost_min - today_min]] * 2
    # Longer by bus than the ceiling today: nothing is added, and they are counted all the same.
    slow = replace(other, minutes=minutes * 40)
    bus = argued(far, transit_times=slow).loc[["longer_bus"]]
    assert bus[["people", "minutes"]].to_numpy().tolist() == [[200, 0]] * 2


def test_the_walk_and_the_bus_touch_their_own_items_alone(town):
    minutes = town.times.minutes
    plain = argued(town)
    with_bus = argued(town, transit_times=replace(town.times, minutes=minutes * 20))
    assert with_bus.loc[["longer_bus"], "people"].tolist() == [200, 200]
    assert with_bus.loc[["longer_bus"], "minutes"].tolist() == [40, 40]
    on_foot = argued(town, walk_times=replace(town.times, minutes=minutes * 25))
    assert on_foot.loc[["long_walk"], "people"].tolist() == [200, 200]  # E: 25, then 75 minutes
    others = ["bus", "walk", "longer_bus", "long_walk", "thin_bus"]
    same = [
        case.drop(others, errors="ignore").drop(columns="place_in_case")
        for case in (plain, with_bus, on_foot)
    ]
    for case in same[1:]:
        pd.testing.assert_frame_equal(case, same[0])
    assert {"bus", "walk"} <= set(plain.index)
    assert not with_bus.loc["thin_bus", "modelled"]  # one route or many was not looked at


def test_the_rush_hour_is_held_against_the_usual_time(town):
    minutes = town.times.minutes.copy()
    minutes.loc["W", "B"] = 9.5  # from W to B takes 7.5 minutes longer than to A, then only
    busy = replace(town.times, minutes=minutes, period="am_peak")
    case = argued(town, other_periods=(busy,))
    row = case.loc["rush_hour"]
    assert row[["people", "value"]].tolist() == [600, 200]
    assert row["minutes"] == pytest.approx((400 * 7.5 + 200 * 2) / 600)
    standard = case.loc[["rush_hour_standard"]]  # of 2 minutes, for the clinic and the beds
    assert standard["people"].tolist() == [400, 400]
    assert "rush_hour_unknown" not in case.index


def test_full_and_small_sites_are_named_unless_they_are_so_today(town):
    small = tuple(replace(s, minimum_activity=5.0) if s is BEDS else s for s in town.services)
    roomy = replace(MOVED, capacity={"clinic": {"B": 720.0}})
    case = argued(replace(town, services=small), roomy)
    # 900 people who can travel, one contact each.
    full = case.loc["over_capacity"]
    # B has room for 720 and runs no clinic today.
    assert full[["value", "second", "today"]].tolist() == pytest.approx(
        [900 / 720, 180, np.nan], nan_ok=True
    )
    assert case.loc["room_unknown", "value"] == 1  # the beds at B
    assert "under_minimum" not in case.index  # A and B have as many: 9 of 5
    smaller = tuple(replace(s, minimum_activity=9.5) if s is BEDS else s for s in town.services)
    case = argued(replace(town, services=smaller), roomy)
    assert case.loc["under_minimum", ["value", "second"]].tolist() == [1, 9.5]


def test_who_falls_beyond_a_standard_is_told_as_who_comes_within_it(town):
    # E needs 3 minutes instead of 1, beyond the 2 of both services; N comes within them.
    against = argued(town).loc[["newly_beyond_standard"]]
    assert against[["people", "minutes", "value"]].to_numpy().tolist() == [[200, 2, 2]] * 2


def test_a_limit_that_today_fails_too_is_said_to_be_so(town):
    results = evaluate_options([TODAY, MOVED, LOCAL], town, baseline="today")
    compared = Comparison(results["today"], results["moved"], town, people_by_group(town.areas))
    criteria = [Criterion("mean_minutes", 7)]
    means = score_options(results, criteria).values["mean_minutes"]
    # A fifth is worse off in the option and nobody today; a third option alone, with clinics at
    # both sites, has the shorter mean.
    limits = {"worse_off": 0.1, "mean_minutes": means["local"] + 0.01}
    found = {}
    for measure, limit in limits.items():
        card = score_options(results, criteria, hurdles=[Hurdle(measure, limit=limit)])
        weighted = rank_acceptability(card.scores[card.ranks.notna()], seed=1, draws=50)
        case = case_against(compared, Grounds(card, weighted, NO_TURN))
        found[measure] = next(item.today for item in case if item.item == "fails_hurdle")
    assert found == {"worse_off": 1.0, "mean_minutes": 0.0}


def test_kilometres_gained_and_lost_are_told_apart(town):
    km = pd.DataFrame(
        {"A": [2.0, 3.0, 1.0, np.nan], "B": [2.5, 1.0, 3.0, np.nan], "C": [9.0] * 4},
        index=town.areas.index,
    )
    inputs = replace(town, times=replace(town.times, distance_km=km))
    case = argued(inputs)
    beds = town.areas["age_85_plus"] * 10 / 1_000 * 20
    more = 2 * (400 * 0.5 + 200 * 2 + beds["W"] * 0.5 + beds["E"] * 2)
    less = 2 * (300 * 2 + beds["N"] * 2)
    assert case.loc["kilometres_more", ["value", "second"]].tolist() == pytest.approx([more, less])


def test_an_average_that_falls_does_not_hide_those_who_lose(town):
    case = argued(town)
    # N gains 2 minutes (300 people), E loses 2 (200).
    assert case.loc["average_hides", "second"] == 200
    assert case.loc["average_hides", "value"] == pytest.approx(0.22, abs=0.01)


def test_who_newly_crosses_into_the_city_or_over_the_border_is_counted(town):
    sites = town.sites.assign(
        authority=["Town", "Beyond", "Town"],
        kind=["community_hospital", "city_hospital", "health_centre"],
    )
    case = argued(replace(town, sites=sites))
    assert case.loc[["over_border"], "people"].tolist() == [900, 900]
    assert case.loc[["into_acute"], "people"].tolist() == [900, 900]


def test_households_without_a_car_are_told_where_they_are_known(town):
    areas = town.areas.assign(households=[150, 130, 90, 40], **{NO_CAR: [60, 30, 17, 3]})
    case = argued(replace(town, areas=areas))
    assert case.loc["no_car_households", ["value", "second"]].tolist() == [17, 90]
    assert "no_car_unknown" in argued(town).index


def test_what_turns_the_ranking_is_told_of_the_leader_and_what_dominates_of_the_others(town):
    case = argued(town, SAME, tornado=NO_TURN.assign(low_leader="same", high_leader="other"))
    assert case.loc["first_in_weightings", "second"] == 1  # shared with the baseline
    assert case.loc["assumption_turns", ["subject", "rival"]].tolist() == ["speed", "other"]
    slow = town.times.minutes.assign(B=town.times.minutes["A"] + 11)
    case = argued(replace(town, times=replace(town.times, minutes=slow)))
    assert case.loc["first_in_weightings", ["value", "second"]].tolist() == [0, 2]
    assert case.loc["dominated", "rival"] == "today"
    assert "assumption_turns" not in case.index


def test_money_is_told_both_ways(town):
    costs = pd.DataFrame(
        {
            "extra_provider": [0.0, -250.0],
            "benefit_cost_ratio": [np.nan, np.nan],
            "patients": [300.0, 370.0],
            "hours_saved": [0.0, -13.0],
        },
        index=["today", "moved"],
    )
    against, speaking = argued(town, costs=costs), argued(town, make=case_for, costs=costs)
    assert against.loc["patients_pay_more", ["value", "second"]].tolist() == [70, 250]
    assert "provider_pays_more" not in against.index
    assert speaking.loc["provider_saves", "value"] == 250
    assert "hours_saved" not in speaking.index
    assert against.loc["hours_more", "value"] == 13
    assert "costs_unknown" in argued(town).index
    built = costs.assign(
        works=[0.0, 600.0], extra_with_works=[0.0, 350.0], ratio_with_works=[np.nan, 0.4]
    )
    against, speaking = argued(town, costs=built), argued(town, make=case_for, costs=built)
    # What services save, works on buildings eat up: the provider pays 350 more, and saves nothing.
    assert against.loc["works", ["value", "second"]].tolist() == [600, -250]
    assert against.loc["provider_pays_more", ["value", "second"]].tolist() == [350, 0.4]
    assert np.isnan(against.loc["patients_pay_more", "second"])
    assert "provider_saves" not in speaking.index


def test_the_case_for_counts_those_who_gain(town):
    case = argued(town, make=case_for)
    assert case.loc["service_shorter", ["people", "minutes"]].tolist() == [300, 2]
    assert case.loc["shorter_for_one", ["people", "value"]].tolist() == [300, 0.3]
    assert case.loc[["newly_in_standard"], "people"].tolist() == [300, 300]  # N: 3, then 1 of 2


def test_who_has_no_journey_today_is_told_within_the_case_for(town):
    minutes = town.times.minutes.copy()
    minutes.loc["N", "A"] = np.inf  # N is 1 minute from B, where the services move to
    far = replace(town, ceiling_min=33.0, times=replace(town.times, minutes=minutes))
    row = argued(far, make=case_for).loc["service_shorter"]
    assert row[["people", "minutes", "second"]].tolist() == [300, 32, 300]
    assert argued(town, make=case_for).loc["service_shorter", "second"] == 0


def test_changes_that_the_times_cannot_tell_are_counted_within_their_item(town):
    # A difference of 2 minutes between journeys of 2 minutes on average errs by 2.5, of 5 by 0.5.
    differences = pd.DataFrame(
        {"from_min": [0.0, 4.0], "to_min": [4.0, 6.0], "p80_abs_min": [2.5, 0.5]}
    )
    accuracy = replace(UNMEASURED, differences=differences)
    inputs = replace(town, times=replace(town.times, accuracy=accuracy))
    against, speaking = argued(inputs), argued(inputs, make=case_for)
    assert against.loc["service_longer", ["people", "too_close"]].tolist() == [200, 200]
    assert speaking.loc["service_shorter", ["people", "too_close"]].tolist() == [300, 300]
    assert against["too_close"].drop(["service_longer", "visitors_longer"]).isna().all()
    exact = replace(accuracy, differences=differences.assign(p80_abs_min=[1.9, 0.5]))
    told = argued(replace(town, times=replace(town.times, accuracy=exact)))
    assert told.loc["service_longer", "too_close"] == 0


def test_without_a_known_error_nothing_is_said_of_changes_that_the_times_cannot_tell(town):
    case = argued(replace(town, times=replace(town.times, accuracy=UNMEASURED)))
    assert case.loc["service_longer", "people"] == 200
    assert case["too_close"].isna().all()
    assert "too_close" not in case.index


FINDINGS = Findings(
    by_year=pd.DataFrame(
        [
            ("today", 2026, 11.0, 40.0),
            ("today", 2043, 17.0, 44.0),
            ("moved", 2026, 13.0, 47.5),
            ("moved", 2043, 29.0, 52.0),
        ],
        columns=["option", "year", "beds_short", "wte"],
    ),
    beds=pd.DataFrame(
        [
            ("today", "beds", "A", 2026, 0.12),
            ("moved", "beds", "B", 2026, 0.31),
            ("moved", "beds", "A", 2026, 0.16),
            ("moved", "beds", "C", 2043, 0.97),
        ],
        columns=["option", "service", "site_id", "year", "share_refused"],
    ),
    parking=pd.DataFrame(
        [("today", "B", 30.0, 2.0), ("moved", "B", 30.0, 9.0)],
        columns=["option", "site_id", "spaces", "spaces_short"],
    ),
    older=pd.DataFrame(
        {2026: [21, 16, 12, 11], 2043: [35, 29, 23, 13]}, index=pd.Index(list("WNEF"))
    ),
)


def test_what_the_places_lack_is_drawn_in_beside_what_today_would_lack(town):
    case = argued(town, findings=FINDINGS)
    assert case.loc["beds_short", ["subject", "value", "today"]].tolist() == ["2043", 29, 17]
    full = case.loc["ward_full"]
    assert full[["service", "place", "value"]].tolist() == [*("beds", "Cottage hospital", 0.31)]
    assert np.isnan(full["today"])  # it has no ward today, so nobody is refused there today
    assert case.loc["more_posts", ["value", "today"]].tolist() == [47.5, 40]
    assert case.loc["parking_short", ["place", "value", "today"]].tolist() == [
        *("Cottage hospital", 9, 2)
    ]
    # E alone has a longer journey: 12 of 85 and over live there, and later 23.
    assert case.loc["older_later", ["subject", "value", "second"]].tolist() == ["2043", 23, 12]
    unknown = replace(FINDINGS, parking=FINDINGS.parking.assign(spaces=np.nan))
    case = argued(town, findings=unknown)
    assert case.loc["parking_unknown", ["place", "value"]].tolist() == ["Cottage hospital", 1]
    assert not set(argued(town, SAME, findings=FINDINGS).index) & {
        *("beds_short", "ward_full", "more_posts", "parking_short", "older_later")
    }


def test_as_many_old_people_later_as_today_are_no_point_against(town):
    older = FINDINGS.older.assign(**{"2043": [35, 29, 12, 13]}).drop(columns=2043)
    case = argued(town, findings=replace(FINDINGS, older=older.rename(columns={"2043": 2043})))
    assert "older_later" not in case.index


@pytest.mark.parametrize(
    ("ward", "said"), [("Castle", "Castle (Leicester 016D)"), (np.nan, None), ("", None)]
)
def test_a_place_is_named_with_its_ward_where_that_is_known(ward, said):
    areas = pd.DataFrame({"name": ["Leicester 016D"], "ward": [ward]}, index=["E01"])
    assert place_name(areas, "E01") == (said or "Leicester 016D")


def test_a_millionth_of_a_contact_is_rounding_and_no_gain():
    def contacts(north: float) -> SimpleNamespace:
        loads = pd.DataFrame({"contacts": {"north": north, "south": 7.25}})
        return SimpleNamespace(service=SimpleNamespace(id="clinic"), loads=loads)

    def gaining(north: float) -> set[str]:
        before = SimpleNamespace(services={"clinic": contacts(0.0)})
        return gaining_sites(SimpleNamespace(visited=[contacts(north)], before=before))

    assert gaining(1e-6) == set()
    assert gaining(0.4) == {"north"}


def test_a_shortage_that_today_has_too_is_no_point_against_and_less_of_it_speaks_for(town):
    rows = {"today": (17.0, 44.0), "moved": (12.0, 41.0)}
    by_year = pd.DataFrame(
        [(name, year, *row) for name, row in rows.items() for year in (2026, 2043)],
        columns=["option", "year", "beds_short", "wte"],
    )
    fewer = replace(FINDINGS, by_year=by_year)
    against, speaking = argued(town, findings=fewer), argued(town, make=case_for, findings=fewer)
    assert not {"beds_short", "more_posts"} & set(against.index)
    assert speaking.loc["beds_less_short", ["subject", "value", "today"]].tolist() == [
        *("2043", 12, 17)
    ]
    assert speaking.loc["fewer_posts", ["subject", "value", "today"]].tolist() == ["2026", 41, 44]
    as_many = replace(FINDINGS, by_year=by_year.assign(beds_short=17.0, wte=44.0))
    for make in (case_against, case_for):
        found = argued(town, make=make, findings=as_many)
        assert not {"beds_short", "beds_less_short", "more_posts", "fewer_posts"} & set(found.index)


def test_the_oldest_figure_is_named_and_those_of_the_pandemic_are_counted(town):
    dates = pd.Series(
        ["2016/17", "March 2021", "2020-11", "2025", "undated"],
        index=["estate", "fare", "mileage", "carbon", "discount"],
    )
    case = argued(town, dates=dates)
    oldest = case.loc["oldest_figure", ["subject", "place", "value"]]
    assert oldest.tolist() == ["estate", "2016", 4]
    assert case.loc["pandemic_figures", ["subject", "value"]].tolist() == ["fare; mileage", 2]
    assert not {"oldest_figure", "pandemic_figures"} & set(argued(town, dates=dates[-1:]).index)


def test_comparisons_search_each_set_of_sites_once(town, monkeypatch):
    asked = []

    def counted(times, sites):
        asked.append(sites)
        return nearest_minutes(times, sites)

    monkeypatch.setattr(comparison, "nearest_minutes", counted)
    results = evaluate_options([TODAY, MOVED, LOCAL], town, baseline="today")
    people, nearest = people_by_group(town.areas), NearestMinutes()
    slower = replace(town.times, minutes=town.times.minutes * 1.3)
    changes = [
        Comparison(results["today"], results[name], town, people, nearest).changes_by(
            slower, "beds"
        )
        for name in ("moved", "local", "moved")
    ]
    # Beds are at A today, and at B under both options.
    assert asked == [frozenset("A"), frozenset("B")]
    np.testing.assert_array_equal(changes[0], changes[1])
    np.testing.assert_array_equal(changes[0], changes[2])
    east = town.areas.index.get_loc("E")
    assert [minutes[east] for minutes in changes[0]] == pytest.approx([1.3, 3.9, 2.6])
