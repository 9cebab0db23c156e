"""The written tables of the default study reconcile: people, contacts, admissions, bed-days, money.

Nothing of llrgeo takes part: the tables of `maps/`, the projection and the study file are read as
any spreadsheet would read them, and worked out anew.
"""

import tomllib
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[1]
STUDY = tomllib.loads((ROOT / "data/studies/closer_to_home.toml").read_text(encoding="utf-8"))
YEARS = STUDY["years"]
SERVICES = {service["id"]: service for service in STUDY["services"]}
BEDS = [name for name, service in SERVICES.items() if service["delivery"] == "bed"]
WRITTEN = 1e-4  # figures are written with four decimals
BANDS = ["age_0_17", "age_18_64", "age_65_74", "age_75_84", "age_85_plus"]
AGES = {
    "age_65_74": ["age_65", "age_70"],
    "age_75_84": ["age_75", "age_80"],
    "age_85_plus": ["age_85", "age_90", "age_95", "age_100"],
}


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(ROOT / "maps" / "tables" / f"{name}.csv")


@pytest.fixture(scope="module")
def projection() -> pd.DataFrame:
    """People of each authority and year by five years of age, of both sexes."""
    rows = pd.read_csv(ROOT / "data" / "projections.csv")
    assert len(set(rows["variant"])) == 1
    numbers = [name for name in rows.columns if name.startswith("age_")]
    return rows.groupby(["authority_code", "year"])[numbers].sum()


@pytest.fixture(scope="module")
def bands() -> pd.DataFrame:
    """People of the study by year and age band, as written."""
    rows = table("people_by_year")
    # Ages are words there, from the youngest to the oldest.
    rows["band"] = rows.groupby("year").cumcount().map(dict(enumerate(BANDS)))
    return rows.pivot(index="year", columns="band", values="people")


@pytest.fixture(scope="module")
def demand(bands: pd.DataFrame) -> pd.DataFrame:
    """Contacts, visits or admissions by service and year, from people and rates."""
    found = {}
    for name, service in SERVICES.items():
        each = 1 if name in BEDS else service.get("visits", 1)
        rates = pd.Series(service["rates"], dtype=float) * each
        found[name] = bands[list(rates.index)] @ rates / 1_000
    return pd.DataFrame(found).T


def test_people_are_those_of_the_projection_exactly(projection, bands):
    whole = projection.groupby("year").sum().loc[YEARS]
    assert bands.sum(axis=1).to_dict() == whole.sum(axis=1).to_dict()
    for band, ages in AGES.items():
        assert bands[band].to_dict() == whole[ages].sum(axis=1).to_dict(), band
    # each authority, each year, both ways of sharing people out to areas
    rows = table("people_by_authority")
    assert len(rows) == 2 * len(YEARS) * projection.index.get_level_values(0).nunique()
    keys = pd.MultiIndex.from_frame(rows[["authority_code", "year"]])
    of_authority = projection.loc[keys]
    assert rows["people"].tolist() == of_authority.sum(axis=1).tolist()
    older = [*AGES["age_75_84"], *AGES["age_85_plus"]]
    assert rows["aged_75_plus"].tolist() == of_authority[older].sum(axis=1).tolist()


def test_every_table_of_people_counts_the_same_people(bands):
    people = bands.sum(axis=1)
    access = table("access_by_year")
    assert (access["people"] == access["year"].map(people)).all()
    classes = table("people_by_service_by_year")
    parts = classes.drop(columns=["option", "year", "longer_any"]).sum(axis=1)
    assert (parts == classes["year"].map(people)).all()
    assert (classes["longer_any"] == classes[["lost", "mixed", "longer"]].sum(axis=1)).all()


def test_demand_is_people_times_rates_and_its_steps_add_up(demand):
    rows = table("demand_by_year").pivot(index="service", columns="year", values="demand")
    pd.testing.assert_frame_equal(
        rows.loc[demand.index], demand, check_names=False, rtol=0, atol=WRITTEN
    )
    steps = table("demand_waterfall")
    for service, own in steps.groupby("service"):
        levels = own.set_index("step")["level"]
        assert levels.iloc[-1] == round(demand.loc[service, YEARS[-1]])
        assert levels["census"] + own["change"].sum() == levels.iloc[-1]


def test_admissions_and_bed_days_of_all_sites_are_those_of_the_people(demand):
    keys = ["option", "service", "year"]
    sites = table("beds")
    sums = sites.groupby(keys)[["admissions", "offered_load", "beds", "beds_needed"]].sum()
    whole = table("beds_as_a_whole").set_index(keys).loc[sums.index]
    assert len(sums) == len(STUDY["options"]) * len(BEDS) * len(YEARS)
    for name in ("admissions", "offered_load", "beds", "beds_needed"):
        assert sums[name].to_numpy() == pytest.approx(whole[name].to_numpy(), abs=1e-2), name
    asked = [demand.loc[service, year] for _, service, year in sums.index]
    reached = sums["admissions"] + whole["admissions_not_reached"]
    assert reached.to_numpy() == pytest.approx(asked, abs=1e-2)
    # bed-days a year, two ways: beds in use on average, and admissions times their stay
    stays = [SERVICES[name]["beds"]["length_of_stay_days"] for name in sites["service"]]
    bed_days = sites["admissions"] * stays
    assert (sites["offered_load"] * 365).to_numpy() == pytest.approx(bed_days, abs=0.05)
    # occupancy is a result: who found a bed, over the beds
    carried = sites["offered_load"] * (1 - sites["share_refused"]) / sites["beds"]
    assert sites["occupancy"].to_numpy() == pytest.approx(carried, abs=1e-3)
    # who is placed, by own ward and by ward, are those who found a bed
    placed = table("placed").groupby(["option", "service"])["admissions"].sum()
    rows = table("overflow")
    none = rows[rows["measure"] == "no_bed"].set_index(["option", "service"])["mean"]
    for (option, service), number in placed.items():
        first = sums.loc[(option, service, YEARS[0]), "admissions"]
        assert number == pytest.approx(first * (1 - none[option, service]), rel=0.01)


def test_contacts_in_rooms_and_calls_of_teams_are_those_of_the_people(demand):
    rooms = table("rooms").groupby(["option", "service", "year"])["contacts"].sum()
    for (_, service, year), contacts in rooms.items():
        at_a_site = (
            1 - SERVICES[service].get("share_video", 0) - SERVICES[service].get("share_home", 0)
        )
        assert contacts == pytest.approx(demand.loc[service, year] * at_a_site, abs=0.05)
    for row in table("crisis_response").to_dict("records"):
        calls = demand.loc[row["service"], row["year"]] / SERVICES[row["service"]]["visits"]
        # a peak of 1.5 times the mean of 12 hours a day
        assert row["calls_an_hour"] == pytest.approx(calls / 365 / 12 * 1.5, abs=WRITTEN)


def test_the_summary_by_year_adds_up_the_tables_behind_it():
    keys = ["option", "year"]
    summary = table("capacity_by_year").set_index(keys)
    columns = ["beds", "beds_needed", "beds_short", "nurses_wte"]
    beds = table("beds").groupby(keys)[columns].sum().loc[summary.index]
    assert summary[columns].to_numpy() == pytest.approx(beds.to_numpy(), abs=1e-2)
    rooms = table("rooms").groupby(keys)["rooms_needed"].sum().loc[summary.index]
    assert summary["rooms_needed"].tolist() == rooms.tolist()
    crisis = table("crisis_response").groupby(keys)["wte_pooled"].sum().loc[summary.index]
    assert summary["crisis_wte"].to_numpy() == pytest.approx(crisis.to_numpy(), abs=1e-3)
    staff = summary[["nurses_wte", "rounds_wte", "crisis_wte"]].sum(axis=1)
    assert summary["wte"].to_numpy() == pytest.approx(staff.to_numpy(), abs=1e-3)


def test_money_of_years_adds_up_to_what_is_worth_today():
    flows = table("costs_by_year")
    values = table("present_values").set_index(["option", "line"])
    sums = flows.groupby(["option", "line"])[["gbp", "present_value"]].sum().loc[values.index]
    assert sums["gbp"].to_numpy() == pytest.approx(values["total"].to_numpy(), abs=1)
    worth = values["present_value"].to_numpy()
    assert sums["present_value"].to_numpy() == pytest.approx(worth, abs=1)
    summary = table("capacity_by_year").set_index(["option", "year"])
    works = table("works")
    by_line = flows.set_index(["option", "line", "year"])["gbp"].sort_index()
    for option, year in summary.index:
        paid = works[(works["option"] == option) & (works["year"] <= year)]["capital"].sum()
        assert summary.loc[(option, year), "capital"] == pytest.approx(paid, abs=1)
        of_years = by_line[option, "capital"]
        assert of_years[of_years.index <= year].sum() == pytest.approx(paid, abs=1)
        # a line that is paid every year begins after the first
        if year > YEARS[0]:
            running = by_line[option, "running", year]
            assert summary.loc[(option, year), "running"] == pytest.approx(running, abs=1)
