"""What an option costs and whether its sites cope: the explorer's lines, worked out by hand."""

import html
import re
from dataclasses import replace

import pandas as pd
import pytest
from publication_cases import appraised

from llrgeo.publish.costs_and_room import costs_and_room
from llrgeo.publish.explorer.page import render_explorer
from llrgeo.publish.report.care import care_table
from llrgeo.publish.report.page import render_report
from llrgeo.study.config import load_study
from llrgeo.study.run import build_publication, run_study

COSTS = pd.DataFrame(
    {
        "option": ["today", "nearer"],
        "horizon_years": 30,
        "extra_provider": [0.0, 3_440_000.0],
        "net_cost": [0.0, -1_260_000.0],
        "benefit_cost_ratio": [float("nan"), 1.366],
        "benefits": [0.0, 4_700_000.0],
    }
)
LOADS = pd.DataFrame(
    [
        ("today", "clinic", "A", float("nan"), float("nan"), 0.0, False),
        ("nearer", "clinic", "A", 80.0, 1.236, 19.0, False),
        ("nearer", "clinic", "B", float("nan"), float("nan"), 0.0, True),
        ("nearer", "beds", "A", 40.0, 0.7, 0.0, False),
    ],
    columns=[
        *("option", "service", "site_id", "capacity", "share_used", "over_capacity"),
        "below_minimum",
    ],
)


@pytest.fixture(scope="module")
def publication(town_study_once):
    return build_publication(run_study(load_study(town_study_once)))


def lines_of(publication, **tables):
    return dict(costs_and_room(replace(publication, tables=tables)))


def test_each_option_says_what_it_costs_and_where_there_is_no_room(publication):
    said = lines_of(publication, costs=COSTS, site_loads=LOADS)
    assert said["Today"] == [
        "How many clinics, tests and visits the sites have room for is not known."
    ]
    assert said["Clinics at all sites"] == [
        "The health service would pay £3.4 million more over 30 years, in today's money.",
        "For each £1 more that the health service pays, people and the climate save 137p.",
        "All in all, that costs £1.3 million less.",
        "Too full: clinic at City hospital (124% of its room).",
        "Too few people to keep it going: clinic at Cottage hospital.",
    ]
    assert "Too full: clinic" in render_explorer(
        replace(publication, tables={**publication.tables, "costs": COSTS, "site_loads": LOADS})
    )


def test_works_on_buildings_are_told_beside_what_services_cost_and_with_the_sum(publication):
    built = COSTS.assign(
        extra_provider=[0.0, -3_440_000.0],
        works=[0.0, 5_100_000.0],
        works_paid=[0.0, 5_600_000.0],
        net_with_works=[0.0, -3_040_000.0],
        ratio_with_works=[float("nan"), 2.831],
    )
    saved = "For its services the health service would pay £3.4 million less over 30 years"
    assert lines_of(publication, costs=built)["Clinics at all sites"] == [
        f"{saved}, in today's money.",
        "Building work would cost £5.1 million more.",
        "Both together would cost £1.7 million more.",
        "For each £1 more that the health service pays, people and the climate save 283p.",
        "All in all, that costs £3.0 million less.",
    ]
    report = render_report(
        replace(publication, tables={**publication.tables, "costs": full_costs(built)})
    )
    assert (
        "For services the provider would pay £3.4 million less than today, at present value. Works"
        " on buildings would cost £5.1 million more at present value (£5.6 million when they are"
        " paid). Together the provider would pay £1.7 million more. Patients and carbon would save"
        " £4.7 million. That is £2.83 saved for each £1 that the provider pays more. In all, that"
        " costs £3.0 million less than today."
    ) in html.unescape(report)


def full_costs(costs):
    """Return costs with every column that the report shows."""
    others = ("capital", "running", "provider", "patients", "net_present_cost")
    blank = dict.fromkeys((*others, "equivalent_annual_cost"), 7_000_000.0)
    return costs.assign(**blank, extra_with_works=costs["extra_provider"] + costs["works"])


def test_what_is_full_today_as_well_is_said_to_be(publication):
    rows = LOADS.copy()
    rows.loc[0, ["share_used", "over_capacity", "below_minimum"]] = [1.1, 8.0, False]
    rows.loc[len(rows)] = ("today", "clinic", "B", 50.0, 0.3, 0.0, True)
    said = lines_of(publication, site_loads=rows)
    assert "Too full: clinic at City hospital (110% of its room)." in said["Today"]
    assert said["Clinics at all sites"] == [
        "Too full: clinic at City hospital (124% of its room, 110% now).",
        "Too few people to keep it going: clinic at Cottage hospital (now too).",
    ]


def test_what_saves_money_and_fits_is_said_to(publication):
    cheaper = COSTS.assign(extra_provider=[0.0, -3_440_000.0], benefit_cost_ratio=float("nan"))
    fits = LOADS.assign(over_capacity=0.0, below_minimum=False)
    said = lines_of(publication, costs=cheaper, site_loads=fits)["Clinics at all sites"]
    assert said == [
        "The health service would pay £3.4 million less over 30 years, in today's money.",
        "All in all, that costs £1.3 million less.",
        "No site would be too full, as far as we know its room.",
    ]


def test_without_figures_nothing_is_said_and_the_page_has_no_heading(publication):
    hidden = LOADS.drop(columns=["share_used"])  # contacts of real patients
    assert lines_of(publication, site_loads=hidden) == {}
    page = render_explorer(replace(publication, tables={"site_loads": hidden}))
    assert '<dl class="facts">' not in page


def test_beds_that_are_short_are_told_now_and_in_the_last_year(publication):
    rows = [
        ("today", 2043, 17.0),
        ("today", 2026, 0.0),
        ("nearer", 2026, 5.0),
        ("nearer", 2043, 29.0),
    ]
    years = pd.DataFrame(rows, columns=["option", "year", "beds_short"])
    said = lines_of(publication, capacity_by_year=years)
    assert said["Today"] == ["Hospital beds in the community: enough now, but 17 too few by 2043."]
    told = "Hospital beds in the community by 2043: 29 too few."
    assert said["Clinics at all sites"] == [f"{told} If things stay as they are: 17 too few."]
    enough = years.assign(beds_short=0.0)
    assert lines_of(publication, capacity_by_year=enough) == {}


def test_contacts_by_video_and_at_home_are_numbers_of_their_own(publication):
    care = pd.DataFrame(
        [
            ("today", "clinic", "patient", 70.0, 0.0, 5.0, 0.0, 8.0, 3.0, 14.0),
            ("today", "nurses", "team", 0.0, 0.0, 0.0, 0.0, 900.0, 0.0, 6.0),
            ("nearer", "clinic", "patient", 30.0, 20.0, 10.0, 1.0, 9.0, 29.0, 1.0),
        ],
        columns=[
            *("option", "service", "delivery", "acute", "community", "primary", "other"),
            *("home", "video", "unreachable"),
        ],
    )
    told = care_table(replace(publication, tables={"places_of_care": care}))
    assert told["rows"] == [
        ["Today", "75", "3", "8", "900", "20"],
        ["Clinics at all sites", "61", "29", "9", "0", "1"],
    ]
    hidden = care.assign(video=["*", "0", "*"])
    assert care_table(replace(publication, tables={"places_of_care": hidden})) is None


def test_curves_are_of_the_service_that_each_option_changes(publication):
    # A second option that moves the beds alone: its curve is of the beds, not of the clinic.
    today, nearer = publication.options
    moved = today.change("moved", moves={"beds": {"A": "B"}}, label="Beds moved")
    told = appraised(publication, options=(today, nearer, moved))
    page = render_report(replace(told, tables={}))
    curves = re.findall(r'id="chart-coverage-(\w+)-.*?</svg>', page, re.DOTALL)
    tables = re.findall(r'<table id="table-coverage-(\w+)".*?</table>', page, re.DOTALL)
    assert tables == ["clinic", "beds"]
    assert set(curves) == {"clinic", "beds"}
    of_beds = page[page.index('id="table-coverage-beds"') :]
    of_beds = of_beds[: of_beds.index("</table>")]
    assert "Beds moved" in of_beds
    assert "Clinics at all sites" not in of_beds
