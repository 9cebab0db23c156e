"""The toy town evaluated by hand, and studies that do not fit together."""

from dataclasses import replace
from typing import TypeAlias

import numpy as np
import pytest
from appraisal_cases import BEDS, CLINIC, LOCAL, NURSES, TODAY

from llrgeo.appraisal import evaluation
from llrgeo.appraisal.demand import Service, Shares
from llrgeo.appraisal.evaluation import OptionResult, evaluate_options
from llrgeo.appraisal.inputs import AppraisalInputs
from llrgeo.appraisal.narrative import option_sentence, worst_changes
from llrgeo.appraisal.options import Option, without_sites
from llrgeo.appraisal.people.access import scored_by_group
from llrgeo.appraisal.people.people_groups import EVERYONE
from llrgeo.errors import InputError
from llrgeo.travel.times import TravelTimes

Results: TypeAlias = dict[str, OptionResult]


def test_losses_to_one_team_are_not_netted_by_gains_of_another(town_areas, town_sites, town_times):
    night = replace(NURSES, id="night", label="Night nurses")
    today = Option("today", "Today", {"nurses": frozenset("A"), "night": frozenset("B")})
    swapped = today.change("swap", moves={"nurses": {"A": "B"}, "night": {"B": "A"}}, label="Swap")
    inputs = AppraisalInputs(town_areas, town_sites, (NURSES, night), town_times)
    found = evaluate_options([today, swapped], inputs, baseline="today")["swap"]
    # For an average drive nothing changes; N and E each have one team farther away (500 people).
    assert found.overall.summary["worsened"] == 0
    assert found.share_worse == pytest.approx(0.5)
    assert found.worse_off[found.worse_off].index.tolist() == ["N", "E"]
    everyone = found.drives.loc[[EVERYONE]].iloc[0]
    assert everyone[["mixed", "same", "none"]].tolist() == [500, 400, 100]
    told = option_sentence(found, baseline="today", error_min=0.0)
    assert "500 residents (50.0%) would be farther from a team, no residents nearer" in told
    worst = worst_changes(found, town_areas)
    assert worst["change_min"].tolist() == [2.0, 2.0]
    assert worst["service"].tolist() == ["nurses", "night"]


def test_options_that_run_every_service_alike_are_worked_out_once(setting, monkeypatch):
    asked = []

    def counted(minutes, people):
        asked.append(tuple(minutes.round(3)))
        return scored_by_group(minutes, people)

    monkeypatch.setattr(evaluation, "scored_by_group", counted)
    again = [replace(LOCAL, name=f"local_{k}", label=f"Local {k}") for k in range(3)]
    found = evaluate_options([TODAY, LOCAL, *again], setting, baseline="today")
    assert len(asked) == len(set(asked)) == 2
    # Each is told by its own name, and by the figures of all.
    assert [found[o.name].option for o in again] == again
    assert all(found[o.name].scored is found["local"].scored for o in again)
    assert all(found[o.name].overall is found["local"].overall for o in again)
    assert found["local"].scored.tolist() != found["today"].scored.tolist()


def test_tables_are_made_when_they_are_first_read_and_once(setting: AppraisalInputs) -> None:
    found = evaluate_options([TODAY, LOCAL], setting, baseline="today")["local"]
    clinic = found.services["clinic"]
    assert not {"access", "flows", "loads"} & set(vars(clinic))
    assert "allocation" not in vars(clinic.after)
    for name in ("allocation", "access", "flows", "loads"):
        assert getattr(clinic, name) is getattr(clinic, name)
    for name in ("change", "winners", "thresholds", "groups"):
        assert name not in vars(found.overall)
        assert getattr(found.overall, name) is getattr(found.overall, name)


def test_a_second_clinic_shortens_the_journey_of_the_north_alone(results: Results) -> None:
    clinic = results["local"].services["clinic"]
    assert clinic.allocation["site_id"].fillna("").tolist() == ["A", "B", "A", ""]
    assert clinic.access.change["change_min"].tolist()[:3] == [0, -2, 0]
    assert clinic.access.summary["improved"] == 300
    assert clinic.access.summary["none"] == 100
    flows = clinic.flows.set_index(["from_site", "to_site"])["residents"]
    assert flows.to_dict() == {("A", "A"): 600, ("A", "B"): 300, ("", ""): 100}


def test_moving_the_beds_worsens_the_east_and_gains_the_north(results: Results) -> None:
    beds = results["local"].services["beds"].access
    assert beds.change["outcome"].tolist() == ["unchanged", "improved", "worsened", "none"]
    rural = beds.groups.loc[("rural_urban", "rural")]
    assert rural["none"] == 100
    assert np.isnan(rural["mean_min"])


def test_the_burden_counts_both_ways_and_everybody_who_can_travel(results: Results) -> None:
    clinic = results["today"].burden.loc["clinic"]
    minutes = 2 * (400 * 2 + 300 * 3 + 200 * 1)  # a trip each, there and back
    assert clinic["patient_trips"] == 900
    assert clinic["patient_hours"] == pytest.approx(minutes / 60)
    assert clinic["patient_km"] == pytest.approx(minutes)  # a kilometre a minute
    assert clinic["kg_co2e"] == pytest.approx(minutes * 0.2)
    assert clinic["city_hours"] == pytest.approx(minutes / 60)
    nurses = results["today"].burden.loc["nurses"]
    # Visits: W 30 x 0.5 + 20 = 35, N 30, E 20; minutes from the base 2, 3 and 1.
    assert nurses["team_trips"] == 85
    assert nurses["team_hours"] == pytest.approx(2 * (35 * 2 + 30 * 3 + 20) / 60)
    assert nurses["patient_trips"] == 0


def test_care_closer_to_home_is_counted_by_place(results: Results) -> None:
    clinic = results["local"].care.loc["clinic"]
    assert clinic["contacts"] == 1_000
    assert clinic["acute"] == 600
    assert clinic["community"] == 300
    assert clinic["unreachable"] == 100
    assert clinic["contacts_in_time"] == 900
    # 4 minutes of call handling and 4 of dispatch leave 2 of the 10: N is 3 minutes away.
    nurses = results["today"].care.loc["nurses"]
    assert nurses["home"] == 85
    assert nurses["contacts_in_time"] == 35 + 20


def test_overall_minutes_are_weighted_by_contacts(results: Results) -> None:
    # West: 400 clinic visits of 2 minutes and 20 x 10 / 1,000 x 20 = 4 bed visits of 2 minutes.
    # East: 200 clinic visits of 1 minute, 2 visits to the beds, 1 minute before and 3 after.
    change = results["local"].overall.change
    assert change.loc["W", "after_min"] == pytest.approx(2)
    assert change.loc["E", "after_min"] == pytest.approx((200 * 1 + 2 * 3) / 202)
    assert change.loc["F", "outcome"] == "none"


def test_video_and_home_visits_take_trips_off_the_road(setting: AppraisalInputs) -> None:
    moved = replace(TODAY, name="remote", shares={"clinic": Shares(video=0.5, home=0.1)})
    result = evaluate_options([TODAY, moved], setting, baseline="today")["remote"]
    assert result.burden.loc["clinic", "patient_trips"] == pytest.approx(0.4 * 900)
    assert result.burden.loc["clinic", "team_trips"] == pytest.approx(0.1 * 900)
    care = result.care.loc["clinic"]
    assert care["video"] == pytest.approx(500)
    assert care["home"] == pytest.approx(90)
    assert care["unreachable"] == pytest.approx(0.5 * 100)


def test_teams_use_times_from_the_base_and_patients_times_to_the_site(
    setting: AppraisalInputs, town_times: TravelTimes
) -> None:
    slow = TravelTimes(town_times.minutes * 10, direction="from_site")
    result = evaluate_options([TODAY], replace(setting, team_times=slow), baseline="today")
    services = result["today"].services
    assert services["nurses"].allocation["travel_time_min"].tolist()[:3] == [20, 30, 10]
    assert services["clinic"].allocation["travel_time_min"].tolist()[:3] == [2, 3, 1]


def test_a_journey_lost_counts_no_less_than_the_longest_drive_of_a_team(
    setting: AppraisalInputs, town_times: TravelTimes
) -> None:
    slow = TravelTimes(town_times.minutes * 100, direction="from_site")
    assert setting.ceiling < slow.longest_min == replace(setting, team_times=slow).ceiling


def test_loads_show_use_of_capacity_and_minimum_activity(setting: AppraisalInputs) -> None:
    viable = replace(CLINIC, minimum_activity=400.0)
    local = replace(LOCAL, capacity={"clinic": {"A": 500.0, "B": 600.0}})
    setting = replace(setting, services=(viable, BEDS, NURSES))
    loads = evaluate_options([TODAY, local], setting, baseline="today")["local"]
    loads = loads.services["clinic"].loads
    assert loads["contacts"].tolist() == [600, 300]
    assert loads["share_used"].tolist() == [1.2, 0.5]
    assert loads["over_capacity"].tolist() == [100, 0]
    assert loads["below_minimum"].tolist() == [False, True]


def test_sites_across_the_border_can_be_switched_off(setting: AppraisalInputs) -> None:
    inside = without_sites([TODAY, LOCAL], ["B"])
    result = evaluate_options(inside, setting, baseline="today")["local"]
    assert result.services["clinic"].loads.index.tolist() == ["A"]
    assert result.services["beds"].access.summary["lost"] == 900


def test_a_bad_study_lists_all_its_faults_at_once(setting: AppraisalInputs) -> None:
    bad = Service(
        "bad",
        "Bad",
        "patient",
        {"age_18_64": -1.0, "age_200": 1.0},
        standard_min=30,
        shares=Shares(video=1.2),
    )
    option = Option(
        "today", "Today", {"clinic": frozenset({"A", "Z"})}, capacity={"clinic": {"B": 10.0}}
    )
    broken = replace(setting, services=(CLINIC, BEDS, bad), tolerance_min=7)
    with pytest.raises(InputError) as caught:
        evaluate_options([option], broken, baseline="now")
    for words in (
        "the rate of age_18_64 is -1",
        "unknown age band 'age_200'",
        "share by video is 1.2",
        "clinic: no such site: Z",
        "capacity at B but does not run there",
        "'beds': no option offers it",
        "baseline 'now'",
        "tolerance is 7",
    ):
        assert words in str(caught.value)


def test_an_options_own_faults_are_listed(setting: AppraisalInputs) -> None:
    odd = Option(
        "today",
        "Today",
        {**TODAY.sites, "spa": frozenset("A")},
        shares={"clinic": Shares(home=-0.1)},
        capacity={"beds": {"A": -5.0}},
    )
    with pytest.raises(InputError) as caught:
        evaluate_options([odd], setting, baseline="today")
    for words in ("unknown services (spa)", "share by home is -0.1", "capacity below 0 at A"):
        assert words in str(caught.value)


def test_areas_and_sites_in_lists_are_refused_in_words(setting: AppraisalInputs) -> None:
    with pytest.raises(InputError) as caught:
        evaluate_options([TODAY], replace(setting, areas=[], sites=()), baseline="today")
    assert "areas: give a DataFrame, not a list" in str(caught.value)
    assert "sites: give a DataFrame, not a tuple" in str(caught.value)


def test_an_area_or_site_without_travel_times_is_named(
    setting: AppraisalInputs, town_times: TravelTimes
) -> None:
    times = TravelTimes(town_times.minutes.drop(index="N", columns="B"))
    with pytest.raises(InputError, match=r"1 areas \(N\)(.|\n)*1 sites \(B\)"):
        evaluate_options([TODAY], replace(setting, times=times), baseline="today")


def test_changes_that_cannot_be_made_are_listed_together() -> None:
    with pytest.raises(InputError) as caught:
        TODAY.change(
            "x", opens={"clinic": {"A"}}, closes={"beds": {"B"}}, moves={"nurses": {"C": "B"}}
        )
    for words in ("clinic runs already at A", "beds does not run at B", "nurses does not run at C"):
        assert words in str(caught.value)


def test_a_contact_by_video_is_no_journey_of_no_minutes(setting: AppraisalInputs) -> None:
    video = replace(TODAY, name="video", shares={"clinic": Shares(video=0.6)})
    results = evaluate_options([TODAY, video], setting, baseline="today")
    # N travels 3 minutes for every journey it makes, however many contacts are by video.
    for result in results.values():
        assert result.overall.change.loc["N", "after_min"] == 3.0
    assert results["video"].people["same"].iloc[0] == 900
