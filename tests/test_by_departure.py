"""Public transport over the window: at how many departures there is a journey, and how long."""

from dataclasses import replace

import pandas as pd
import pytest
from appraisal_cases import LOCAL, TODAY, town_setting

from llrgeo.appraisal.accessibility.walking import departures_table
from llrgeo.appraisal.evaluation import evaluate_options
from llrgeo.appraisal.people.people_groups import people_by_group
from llrgeo.travel.times import Calibration, TravelTimes

INF = float("inf")
AREAS = ["W", "N", "E", "F"]  # 400, 300, 200 and 100 residents


def by_site(a: list[float], b: list[float]) -> pd.DataFrame:
    table = pd.DataFrame({"A": a, "B": b}, index=pd.Index(AREAS, name="area_id"))
    return table.rename_axis(columns="site_id")


@pytest.fixture
def buses() -> TravelTimes:
    """Buses of a morning: N has one now and then, W a slow frequent one and a fast rare one."""
    return TravelTimes(
        by_site([50, INF, 25, INF], [45, INF, 60, INF]),
        mode="transit",
        period="09:30-10:30",
        spread={
            "p10_min": by_site([40, 61, 20, INF], [38, 70, 52, INF]),
            "p90_min": by_site([70, INF, 31, INF], [INF, INF, 66, INF]),
            "share_departures": by_site([1, 0.3, 1, 0], [0.8, 0.4, 0.9, 0]),
        },
    )


def test_residents_are_counted_by_how_often_they_have_a_journey(buses, results, town_areas) -> None:
    table = departures_table(results, buses, people_by_group(town_areas))
    rows = table[table["service"] == "clinic"].set_index("option")
    counts = ["every_departure", "most_departures", "some_departures", "no_departure"]
    # Today all go to A. Then W takes B, which is sooner in the median though not each bus goes
    # there; N has no median, and goes where more of them go.
    assert rows.loc["today", counts].tolist() == [600, 0, 300, 100]
    assert rows.loc["local", counts].tolist() == [200, 400, 300, 100]
    assert rows["share_departures"].tolist() == pytest.approx([0.69, 0.64])
    minutes = ["p10_min", "p50_min", "p90_min"]
    # W and E have a journey at nine of ten departures today, then E alone.
    assert rows.loc["today", minutes].tolist() == pytest.approx([100 / 3, 125 / 3, 57])
    assert rows.loc["local", minutes].tolist() == [20, 25, 31]
    assert set(table["service"]) == {"clinic", "beds"}  # nurses come to the home


def test_a_service_that_no_site_offers_has_no_departure_for_anybody(
    buses, town_areas, town_sites, town_times
) -> None:
    setting = town_setting(town_areas, town_sites, town_times)
    without = replace(LOCAL, sites={**LOCAL.sites, "clinic": frozenset()})
    results = evaluate_options([TODAY, without], setting, baseline="today")
    table = departures_table(results, buses, people_by_group(town_areas))
    row = table[(table["option"] == "local") & (table["service"] == "clinic")].iloc[0]
    assert row["no_departure"] == 1000
    assert row["share_departures"] == 0
    assert pd.isna(row["p50_min"])


def test_files_hold_the_spread_rounded_as_the_minutes_are(buses) -> None:
    uneven = buses.calibrated(Calibration(factor=1.01, decimals=1)).select(["B"])
    long = uneven.to_long().set_index("area_id")
    assert long.loc["E", ["p10_min", "travel_time_min", "p90_min"]].tolist() == [52.5, 60.6, 66.7]
    assert long["share_departures"].to_dict() == {"E": 0.9, "F": 0, "N": 0.4, "W": 0.8}
    assert long.loc["W", ["p90_min"]].isna().all()
    assert "p10_min" not in TravelTimes(buses.minutes).to_long()
