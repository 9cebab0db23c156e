"""Costs by hand: discounting, one-off and yearly costs, what patients bear, and missing rates."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from appraisal_cases import CLINIC, LOCAL, TODAY, town_rates, town_setting

from llrgeo.appraisal.costs import cost_tables as costs
from llrgeo.appraisal.costs.cost_tables import cost_lines, cost_table
from llrgeo.appraisal.costs.patient_costs import patient_costs_by_fifth
from llrgeo.appraisal.costs.rates import Rates
from llrgeo.appraisal.demand import Shares
from llrgeo.appraisal.evaluation import OptionResult, evaluate_options
from llrgeo.appraisal.options import Option
from llrgeo.errors import ConfigError, InputError
from llrgeo.inputs.embedded import embedded
from llrgeo.inputs.rates import read_rates
from llrgeo.study.config import load_study
from llrgeo.study.run import run_study
from llrgeo.travel.times import TravelTimes

Results = dict[str, OptionResult]


@pytest.fixture
def rates() -> Rates:
    return town_rates()


def present_values(results: Results, rates: Rates) -> pd.DataFrame:
    lines = cost_lines(results, rates, baseline="today")
    return cost_table(lines, results, rates, baseline="today")


def test_the_treasurys_rates_fall_after_30_and_75_years() -> None:
    tables = {
        path.stem: read_rates(path, kind=path.stem) for path in embedded("rates").glob("*.csv")
    }
    factors = Rates(**tables, horizon_years=125).factors()
    assert factors[30] == pytest.approx(1.035**-30)
    assert factors[31] == pytest.approx(1.035**-30 / 1.03)
    assert factors[76] == pytest.approx(1.035**-30 * 1.03**-45 / 1.025)
    assert Rates(**tables, horizon_years=30).factors("health")[30] == pytest.approx(1.015**-30)


def test_opening_and_closing_cost_once_and_running_every_year(
    results: Results, rates: Rates
) -> None:
    lines = cost_lines(results, rates, baseline="today").set_index(["option", "service", "site_id"])
    opened = lines.loc[("local", "clinic", "B")]
    assert opened["change"] == "opened"
    assert opened["capital"] == pytest.approx(2_000 * 1.28)  # 30 % of the bias of 40 % is mitigated
    assert opened["contact_costs"] == pytest.approx(300)
    closed = lines.loc[("local", "beds", "A")]
    assert (closed["change"], closed["closure"], closed["running"]) == ("closed", 50, 0)
    assert lines.loc[("local", "nurses", "A"), "change"] == "kept"
    assert not lines.loc["today", ["capital", "transition", "closure"]].to_numpy().any()


def test_present_values_are_as_on_paper(results: Results, rates: Rates) -> None:
    table = present_values(results, rates)
    years = 1 / 1.1 + 1 / 1.21
    local = table.loc["local"]
    assert local["capital"] == pytest.approx(1.28 * (2_000 + 500))
    assert local["running"] == pytest.approx(years * (100 + 100 + 200 + 300))
    assert local["contact_costs"] == pytest.approx(years * (900 + 2 * 85))
    # Patients to the clinic: 2 x (400 x 2 + 300 x 1 + 200 x 1) minutes and kilometres; to the beds
    # at B: 2 x (4 x 2 + 3 x 1 + 2 x 3).
    patients = 2 * (1_300 + 17)
    assert local["patient_time"] == pytest.approx(years * patients / 60 * 6)
    # A quarter have no car: they pay 5 for each of 900 trips to the clinic and 9 to the beds.
    assert local["patient_mileage"] == pytest.approx(years * patients * 0.75)
    assert local["patient_fares"] == pytest.approx(years * (900 + 9) * 0.25 * 5)
    team = 2 * (35 * 2 + 30 * 3 + 20)
    assert local["team_travel"] == pytest.approx(years * (team / 60 + team))
    assert local["carbon_cost"] == pytest.approx(years * (patients + team) / 1_000 * 7)
    assert local["equivalent_annual_cost"] == pytest.approx(local["net_present_cost"] / years)


def test_against_the_baseline_an_hour_saved_has_its_price(results: Results, rates: Rates) -> None:
    table = present_values(results, rates)
    extra = table.loc["local", "provider"] - table.loc["today", "provider"]
    saved = (2 * (1_900 + 19) - 2 * (1_300 + 17)) / 60
    assert table.loc["local", "hours_saved"] == pytest.approx(saved)
    years = 1 / 1.1 + 1 / 1.21
    assert table.loc["local", "gbp_per_hour_saved"] == pytest.approx(extra / years / saved)
    benefits = table.loc["local", "benefits"]
    assert table.loc["local", "benefit_cost_ratio"] == pytest.approx(benefits / extra)
    assert table.loc["local", "net_cost"] == pytest.approx(extra - benefits)
    assert table.loc["today", ["benefit_cost_ratio", "gbp_per_hour_saved"]].isna().all()


def test_costs_of_poorer_fifths_weigh_more_and_hours_add_up(
    results: Results, rates: Rates, town_areas: pd.DataFrame
) -> None:
    table = patient_costs_by_fifth(results, town_areas, rates)
    today = table[table["option"] == "today"].set_index("fifth")
    assert today.loc["deprivation_fifth_1", "weight"] == 2  # (20 / 10) ^ 1
    assert today["hours"].sum() == pytest.approx(results["today"].burden["patient_hours"].sum())
    yearly = present_values(results, rates).loc["today", "patients"]
    assert today["cost_gbp"].sum() * (1 / 1.1 + 1 / 1.21) == pytest.approx(yearly)
    weighted = today["cost_gbp"] * today["weight"]
    np.testing.assert_allclose(today["weighted_cost_gbp"], weighted)


def test_without_distances_what_depends_on_them_is_unknown_and_not_nothing(
    town_areas: pd.DataFrame, town_sites: pd.DataFrame, town_times: TravelTimes, rates: Rates
) -> None:
    times = TravelTimes(town_times.minutes)
    results = evaluate_options(
        [TODAY], town_setting(town_areas, town_sites, times), baseline="today"
    )
    row = present_values(results, rates).loc["today"]
    unknown = ["patient_mileage", "carbon_cost", "net_present_cost", "benefits", "net_cost"]
    assert row[unknown].isna().all()
    assert row["patient_time"] > 0


def test_the_same_cost_in_every_year_is_its_own_equivalent(results: Results, rates: Rates) -> None:
    # Nothing is opened today: all its costs are of every year, whatever the horizon.
    for years in (2, 7):
        table = present_values(results, replace(rates, horizon_years=years))
        by_the_year = table.loc["today", "equivalent_annual_cost"]
        patients = 2 * (1_900 + 19)
        team = 2 * (35 * 2 + 30 * 3 + 20)
        borne = patients / 60 * 6 + patients * 0.75 + (900 + 9) * 0.25 * 5
        provider = 100 + 200 + 300 + 900 + 2 * 85 + team / 60 + team
        assert by_the_year == pytest.approx(provider + borne + (patients + team) / 1_000 * 7)


def test_missing_rates_are_listed_together(results: Results, rates: Rates) -> None:
    values = rates.unit_values.set_index("name").drop("value_of_time")
    values.loc["share_without_car"] = 1.5
    broken = replace(
        rates,
        unit_values=values.reset_index(),
        service_costs=rates.service_costs[1:],
        horizon_years=20,
    )
    with pytest.raises(InputError) as caught:
        cost_lines(results, broken, baseline="today")
    for words in (
        "missing: value_of_time",
        "1.5; a share",
        "all of 20 years",
        "no costs for clinic",
    ):
        assert words in str(caught.value)
    with pytest.raises(InputError, match="no costs of services were given"):
        cost_lines(results, replace(rates, service_costs=None), baseline="today")


def test_a_table_of_rates_lists_all_its_faults(tmp_path: Path) -> None:
    path = tmp_path / "incomes.csv"
    path.write_text("fifth,income,source,date\n1,-5,x,2026\n2,many,,2026\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_rates(path, kind="incomes")
    for words in ("not a number of at least 0 in row 2", "in row 3", "row 3 has no source"):
        assert words in str(caught.value)
    path.write_text("fifth,source\n1,x\n", encoding="utf-8")
    with pytest.raises(InputError, match="'income' is missing"):
        read_rates(path, kind="incomes")


def test_a_journey_that_is_taken_away_saves_nobody_anything(
    town_areas: pd.DataFrame, town_sites: pd.DataFrame, rates: Rates
) -> None:
    # By bus N has A alone, in 40 minutes; the others have B too, as near as before.
    minutes = pd.DataFrame(
        [[9.0, 7.0, 50.0], [40.0, np.inf, np.inf], [8.0, 6.0, 50.0], [30.0, 21.0, 50.0]],
        index=town_areas.index,
        columns=list("ABC"),
    )
    times = TravelTimes(minutes, distance_km=minutes)
    inputs = replace(town_setting(town_areas, town_sites, times), services=(CLINIC,))
    today = Option("today", "Today", {"clinic": frozenset("AB")})
    closed = Option("closed", "A closed", {"clinic": frozenset("B")})
    results = evaluate_options([today, closed], inputs, baseline="today")
    assert results["closed"].people["lost"].iloc[0] == 300
    table = present_values(results, rates)
    assert table.loc["closed", "hours_saved"] == 0
    assert table.loc["closed", "benefits"] == 0
    # Nor does it save the provider the contacts of those cut off: no running of A, but its closure.
    saved = 100 * (1 / 1.1 + 1 / 1.21) - 5
    assert table.loc["closed", "extra_provider"] == pytest.approx(-saved)
    assert table.loc["closed", "provider"] - table.loc["today", "provider"] < -saved - 300


def test_contacts_by_video_and_at_home_have_their_own_costs(
    rates, town_areas, town_sites, town_times
):
    setting = town_setting(town_areas, town_sites, town_times)
    online = replace(TODAY, name="online", shares={"clinic": Shares(video=0.3, home=0.2)})
    results = evaluate_options([TODAY, online], setting, baseline="today")
    costs = pd.DataFrame(rates.service_costs)
    costs = costs.assign(per_home=3 * costs["per_contact"], per_video=0.7)
    lines = cost_lines(results, replace(rates, service_costs=costs), baseline="today")
    clinic = lines[(lines["option"] == "online") & (lines["service"] == "clinic")]
    by_place = clinic.set_index("site_id")["contact_costs"]
    # 1,000 contacts, 900 of people who can reach the clinic: half at it, a fifth at home.
    assert by_place["A"] == pytest.approx(900 * (0.5 * 1.0 + 0.2 * 3.0))
    assert by_place[""] == pytest.approx(1_000 * 0.3 * 0.7)  # by video from the farm too


def test_a_contact_elsewhere_costs_as_much_as_at_a_site_where_nothing_is_said(tmp_path):
    head = "service,site_id,capital,transition,closure,running,per_contact,per_video,source,date\n"
    path = tmp_path / "costs.csv"
    path.write_text(head + "a,,1,2,3,4,60,48,x,2026\nb,,1,2,3,4,90,,x,2026\n", encoding="utf-8")
    read = read_rates(path, kind="service_costs")
    assert read["per_video"].tolist() == [48, 90]
    assert read["per_home"].tolist() == [60, 90]
    path.write_text(head + "a,,1,2,3,4,60,dear,x,2026\n", encoding="utf-8")
    with pytest.raises(InputError, match="'per_video' is not a number of at least 0 in row 2"):
        read_rates(path, kind="service_costs")


COSTS = """service,site_id,capital,transition,closure,running,per_contact,source,date
clinic,,60000000,0,0,7000000,3,x,2026
beds,,1,0,0,2,5,x,2026
"""


def test_a_study_may_weigh_costs_and_then_the_dear_option_loses_its_lead(town_study):
    (town_study.parent / "costs.csv").write_text(COSTS, encoding="utf-8")
    text = town_study.read_text(encoding="utf-8").replace(
        "draws = 200", 'draws = 200, service_costs = "costs.csv", horizon_years = 2'
    )
    town_study.write_text(text, encoding="utf-8")
    assert run_study(load_study(town_study)).scorecard.ranks.tolist() == [2, 1]
    weighed = '{ measure = "provider_cost_a_year", weight = 3 },\n]'
    text = text.replace("\n]\n\n[[options]]", f"\n  {weighed}\n\n[[options]]", 1)
    town_study.write_text(text, encoding="utf-8")
    result = run_study(load_study(town_study))
    assert result.scorecard.ranks.tolist() == [1, 2]
    # Two clinics opened; the bias on capital is that of data/rates, less what is mitigated.
    rates = result.inputs.rates
    bias = rates.value("optimism_bias") * (1 - rates.value("optimism_mitigated"))
    factors = 1 / 1.035 + 1 / 1.035**2
    paid = 2 * 60e6 * (1 + bias) / factors + 2 * 7e6
    assert result.scorecard.values.loc["nearer", "provider_cost_a_year"] == pytest.approx(paid)
    table = result.evidence.tables["costs"].set_index("option")
    assert table.loc["nearer", "extra_provider"] / factors == pytest.approx(paid)
    # A score of 0 at 30 million more a year, and told to be off the scale.
    scores = result.evidence.tables["scores"].set_index("option")
    assert scores.loc["today", "provider_cost_a_year"] == 0.5
    assert scores.loc["nearer", "off_scale"] == "provider_cost_a_year"
    # Costs a fifth lower and higher are a bar of the tornado.
    tornado = result.evidence.tables["tornado"].set_index("assumption")
    assert tornado.loc["services cost 20 % less or more", "low_leader"] == "today"


def test_criteria_of_costs_need_costs(town_study):
    text = town_study.read_text(encoding="utf-8")
    town_study.write_text(text.replace('"closer_to_home"', '"net_present_cost"'), encoding="utf-8")
    with pytest.raises(ConfigError, match="name service_costs in"):
        load_study(town_study)


def test_what_options_run_alike_is_costed_once(
    results: Results, rates: Rates, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, work = [], costs.service_cost_lines

    def counted(*args: object) -> pd.DataFrame:
        asked.append(args[1])
        return work(*args)

    monkeypatch.setattr(costs, "service_cost_lines", counted)
    three = {**results, "again": replace(results["local"])}
    lines = cost_lines(three, rates, baseline="today")
    # Nurses are sent from the same sites in all options; the third runs all as the second does.
    assert asked == ["clinic", "beds", "nurses", "clinic", "beds"]
    of_local, again = (lines[lines["option"] == name] for name in ("local", "again"))
    same = [name for name in lines.columns if name != "option"]
    pd.testing.assert_frame_equal(
        of_local[same].reset_index(drop=True), again[same].reset_index(drop=True)
    )


def test_areas_that_an_option_cuts_off_do_not_leave_their_costs_to_another(
    town_areas: pd.DataFrame, town_sites: pd.DataFrame, town_times: TravelTimes, rates: Rates
) -> None:
    """Costs kept for one option must not serve another in whose areas other people count."""
    minutes = town_times.minutes.copy()
    minutes.loc["E", "B"] = np.inf
    setting = town_setting(town_areas, town_sites, replace(town_times, minutes=minutes))
    together = evaluate_options([TODAY, LOCAL], setting, baseline="today")
    both = present_values(together, rates)
    for order in ({"local": together["local"], "today": together["today"]}, together):
        alone = cost_table(
            cost_lines(order, rates, baseline="today"), order, rates, baseline="today"
        )
        pd.testing.assert_frame_equal(alone.loc[both.index], both)
    assert both.loc["today", "extra_provider"] == 0
    assert both.loc["local", "extra_provider"] != 0
