"""The report: what it says agrees with the tables, and it is whole without a script."""

import re
from dataclasses import asdict, replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from publication_cases import appraised

from llrgeo.appraisal.case.item import Item
from llrgeo.publish.data.workbook import cover_lines
from llrgeo.publish.legend import change_legend
from llrgeo.publish.pages import css_text, share
from llrgeo.publish.report.answers import LINES, answers
from llrgeo.publish.report.case import claim, claims_against
from llrgeo.publish.report.charts import coverage, ranks_chart, tornado_chart, winners_chart
from llrgeo.publish.report.drawing import safe_name, words
from llrgeo.publish.report.page import render_report
from llrgeo.publish.report.static_map import change_map, frame, is_hatched
from llrgeo.publish.report.tables import (
    changes_table,
    costs_table,
    ranks,
    scorecard_table,
    service_table,
    tornado_table,
    winners,
)
from llrgeo.publish.sentences import service_lines
from llrgeo.publish.wording import wording
from llrgeo.study.config import load_study
from llrgeo.study.run import build_publication, run_study

HOSTILE = "<b>{{ 7*7 }}</b></svg><script>alert(1)</script>${x}\"'`"


class Outline(HTMLParser):
    """Collect the elements of a page, their attributes, and its text."""

    def __init__(self):
        super().__init__()
        self.elements, self.text = [], []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def publication(town_study_once):
    return build_publication(run_study(load_study(town_study_once)))


def outline(page):
    parser = Outline()
    parser.feed(page)
    return parser


def views(publication):
    service = publication.opening_service.id
    return [publication.views[option.name, service] for option in publication.options]


def test_the_page_has_what_a_reader_and_a_screen_reader_need(publication):
    page = outline(render_report(publication))
    tags = [tag for tag, _ in page.elements]
    assert ("html", {"lang": "en-GB"}) in page.elements
    drawings = [a for tag, a in page.elements if tag == "svg" and a.get("aria-hidden") != "true"]
    assert tags.count("h1") == tags.count("main") == tags.count("title") - len(drawings) == 1
    assert "script" not in tags
    assert all(attrs.get("role") == "img" for attrs in drawings)
    assert tags.count("desc") == len(drawings) >= 4


def test_every_contents_link_leads_somewhere(publication):
    elements = outline(render_report(publication)).elements
    wanted = {a["href"][1:] for tag, a in elements if tag == "a" and a["href"].startswith("#")}
    assert wanted <= {attrs.get("id") for _, attrs in elements}


def test_the_sentences_are_those_of_the_tables(publication):
    text = " ".join(" ".join(outline(render_report(publication)).text).split())
    for option, sentence in publication.tables["sentences"].itertuples(index=False):
        assert (sentence in text) == (option != "today")


def test_the_scorecard_lists_the_options_best_first(publication):
    page = render_report(publication)
    rows = re.findall(r'<th scope="row">([^<]*)</th>', page.partition("table-scorecard")[2])
    card = publication.tables["scorecard"].sort_values("total", ascending=False)
    assert rows[: len(card)] == card["label"].to_list()


def test_pages_workbook_and_manifest_have_one_run_number(publication):
    run = publication.manifest["run"]
    assert run == publication.manifest["run_id"][:12]
    assert f"Run {run}" in render_report(publication)
    assert cover_lines(publication)[-1] == f"Run {run}"


def test_five_lines_an_option_answer_what_everybody_asks(publication):
    lines = dict(answers(publication, publication.opening_option))
    assert list(lines) == [wording()[f"ask_{name}"] for name in LINES]
    everyone = publication.tables["people_by_service"].set_index(["option", "group"])
    shorter = everyone.loc[("nearer", "everyone"), "shorter"]
    assert f"{shorter} (30.0%) would have a shorter journey" in lines["Who is worse off"]
    assert "No resident would have a longer journey" in lines["Who is worse off"]
    assert "1 of 2" in lines["How sure"]


def test_a_shorter_journey_for_nobody_is_said_in_words(publication):
    counts = publication.tables["people_by_service"]
    same = counts.assign(same=counts["same"] + counts["shorter"], shorter=0)
    tables = {**publication.tables, "people_by_service": same}
    worse = dict(answers(replace(publication, tables=tables), publication.opening_option))
    assert worse["Who is worse off"].endswith(wording()["option_shorter_nobody"])


@pytest.mark.parametrize(
    ("mode", "how", "says_of_cars"),
    [
        ("car", "the fastest way by road from that point to every site, with usual speeds", True),
        ("walk", "the fastest way on foot from that point to every site, at one speed", False),
    ],
)
def test_the_method_is_that_of_how_people_travel(publication, mode, how, says_of_cars):
    times = replace(publication.judged_by, mode=mode)
    page = render_report(replace(publication, judged_by=times, times=(times,)))
    assert page.count("How long it takes:") == 1
    assert f"How long it takes: {how}" in page
    assert ("how people without a car travel" in page) == says_of_cars


def test_every_item_of_the_case_is_said_and_none_left_out(publication):
    option = publication.opening_option
    items = publication.tables["case_against"]
    told = claims_against(publication, option)
    assert len(told) == (items["option"] == option.name).sum()
    text = " ".join(" ".join(outline(render_report(publication)).text).split())
    for said, _, answer in told:
        assert said in text
        assert answer in text
    assert not re.findall(r"\{\w*\}", " ".join(said for said, *_ in told))


def test_what_the_provider_pays_for_a_loss_is_not_called_a_saving(publication):
    row = Item("provider_pays_more", value=35_652_079.0, second=-0.24, rests_on="costs")
    said = claim(publication, asdict(row))
    assert said == (
        "The provider would pay £35.7 million more, at present value, "
        "and patients' and carbon costs would rise too."
    )
    lost = Item("service_longer", service="clinic", place="East", people=190, minutes=2.25,
                value=3.14, second=11)  # fmt: skip
    assert claim(publication, asdict(lost)) == (
        "Clinic: 190 residents would have a longer journey, by 2.2 minutes on average. "
        "It is worst in East: 3.1 minutes more. 11 of them would have no journey left."
    )
    new = Item("visitors_shorter", service="clinic", place="East", people=190, minutes=2.25,
               value=3.14, second=11)  # fmt: skip
    assert claim(publication, asdict(new)) == (
        "Clinic: for 190 residents a visit would mean a shorter journey, by 2.2 minutes on "
        "average, most in East: 3.1. 11 of them have no journey today."
    )


def test_one_resident_and_one_neighbourhood_are_one(publication):
    said = {
        "service_longer": "Clinic: 1 resident would have a longer journey, by 2.2 minutes on "
        "average. It is worst in East: 3.1 minutes more.",
        "site_stops": "East would stop 3 of the services that people travel for. For one of them "
        "at least it is the nearest site today to 1 resident. 1 of these would have a longer "
        "journey, or none left: 2.2 minutes more on average, added up over these services.",
        "average_hides": "The average journey over all services gets 3.1 minutes shorter. "
        "It hides 1 resident with a longer journey for one service or more.",
        "too_close": "For 1 resident every change is smaller than the travel times can tell.",
    }
    for name, sentence in said.items():
        second = 0 if name == "service_longer" else 1
        row = Item(name, service="clinic", place="East", people=1, minutes=2.2, value=3.1,
                   second=second)  # fmt: skip
        assert claim(publication, asdict(row)) == sentence
    worst = Item("worst_places", place="East", people=1, minutes=2.2, value=1)
    assert claim(publication, asdict(worst)) == (
        "The neighbourhood with the most minutes added: East. 1 resident, 2.2 minutes more for "
        "the service that worsens most."
    )


def test_those_newly_far_on_foot_and_those_who_lose_a_site_are_not_called_a_net_change(publication):
    walk = Item("long_walk", service="clinic", people=63)
    assert claim(publication, asdict(walk)).startswith(
        "Clinic: 63 residents would live over an hour's walk from the nearest site "
        "who do not today."
    )
    stops = Item("site_stops", place="East", people=190, minutes=4.25, value=2, second=870)
    assert claim(publication, asdict(stops)) == (
        "East would stop 2 of the services that people travel for. For one of them at least it is "
        "the nearest site today to 870 residents. 190 of these would have a longer journey, or "
        "none left: 4.2 minutes more on average, added up over these services."
    )


@pytest.mark.parametrize(
    ("short", "said"),
    [
        (147.0, "by 2043 its sites would lack 147, 7 more than today's sites would (140)."),
        (134.0, "by 2043 its sites would lack 134, 6 fewer than today's sites would (140)."),
        (140.0, "by 2043 its sites would lack 140, as many as today's sites would."),
    ],
)
def test_beds_short_on_the_first_page_are_told_as_a_change_of_todays(publication, short, said):
    option = publication.opening_option
    loads = pd.DataFrame(
        {
            "option": [option.name],
            "capacity": [np.nan],
            "share_used": [np.nan],
            "over_capacity": [np.nan],
        }
    )
    years = pd.DataFrame(
        [
            ("today", 2026, 11.0),
            ("today", 2043, 140.0),
            (option.name, 2026, 3.0),
            (option.name, 2043, short),
        ],
        columns=["option", "year", "beds_short"],
    )
    tables = publication.tables | {"site_loads": loads, "capacity_by_year": years}
    told = dict(answers(replace(publication, tables=tables), option))
    assert told["Can the sites cope"].endswith(f"Beds: {said}")


def test_a_site_that_is_full_today_too_is_not_left_out_of_the_first_page(publication):
    option = publication.opening_option
    rows = [
        ("today", "clinic", "A", 80.0, 1.2, 16.0),
        (option.name, "clinic", "A", 80.0, 1.2, 16.0),
    ]
    columns = ["option", "service", "site_id", "capacity", "share_used", "over_capacity"]
    loads = pd.DataFrame(rows, columns=columns).assign(below_minimum=False, contacts=96.0)
    told = dict(answers(replace(publication, tables={"site_loads": loads}), option))
    assert told["Can the sites cope"] == (
        "Sites over capacity that are so today at least as much, counted service by service: 1."
    )


def test_hostile_names_stay_text(publication):
    option = replace(publication.opening_option, label=HOSTILE, note=HOSTILE)
    hostile = appraised(publication, title=HOSTILE, options=(publication.baseline, option))
    page = outline(render_report(hostile))
    assert "script" not in {tag for tag, _ in page.elements}
    assert HOSTILE in "".join(page.text)
    assert "49" not in words(0, 0, HOSTILE)


def test_coverage_counts_all_people_the_unreachable_included(publication):
    today = views(publication)[0]
    shares = coverage(today)
    assert shares[1] == pytest.approx(0.2)
    assert shares[3] == pytest.approx(0.9)
    assert shares[60] == pytest.approx(0.9)


SWAP = """
[[options]]
id = "swap"
label = "Swap"
based_on = "today"
moves = { clinic = { A = "B" } }
"""


def test_beside_averages_that_improve_stand_those_who_lose(town_study):
    """The average journey gets shorter, and the curve stays, while East's 200 people lose."""
    text = town_study.read_text(encoding="utf-8")
    town_study.write_text(text + SWAP, encoding="utf-8")
    made = build_publication(run_study(load_study(town_study)))
    card = scorecard_table(made)
    place = card["heads"].index("Longer, or none left")
    assert {row[0]: row[place] for row in card["rows"]} == {
        "Swap": "200", "Today": "0", "Clinics at all sites": "0",
    }  # fmt: skip
    text = " ".join(" ".join(outline(render_report(made)).text).split())
    assert "with a longer journey, or none left: Clinics at all sites: 0; Swap: 200." in text
    # The farm has no journey: 120 minutes in the criteria, and left out of other averages.
    assert text.count("A journey that is not there counts here as the longest") == 2


def test_an_average_that_stays_says_that_it_hides_who_loses(town_study):
    """North gains 2 minutes and East, with as many people, loses 2: on average nothing happens."""
    text = town_study.read_text(encoding="utf-8")
    town_study.write_text(text + SWAP, encoding="utf-8")
    path = town_study.with_name("areas.csv")
    areas = pd.read_csv(path, index_col="area_id")
    counts = ["residents", "disabled", *(name for name in areas if name.startswith("age_"))]
    areas.loc["N", counts] = areas.loc["E", counts]
    areas.to_csv(path)
    made = build_publication(run_study(load_study(town_study)))
    assert service_lines(made.views["swap", "clinic"])[-1] == (
        "On average it would take 2.0 minutes, as today. An average hides who gains and who loses."
    )


def test_one_person_on_a_map_is_one(town_study):
    text = town_study.read_text(encoding="utf-8")
    town_study.write_text(text + SWAP, encoding="utf-8")
    path = town_study.with_name("areas.csv")
    areas = pd.read_csv(path, index_col="area_id")
    counts = ["residents", "age_18_64"]
    areas.loc["E", ["disabled", *(name for name in areas if name.startswith("age_"))]] = 0
    areas.loc["E", counts] = 1
    areas.to_csv(path)
    page = render_report(build_publication(run_study(load_study(town_study))))
    assert "over 1, up to 5 minutes longer: 1 person;" in page
    assert not re.search(r"(?<![\d,])1 (?:people|residents)\b", page)


def test_the_chart_of_winners_says_its_numbers(publication):
    drawn = winners_chart(winners(publication))
    assert drawn.description == "Clinics at all sites: 300 shorter, 0 longer."
    assert ">300<" in drawn.svg()


def test_the_chart_of_ranks_puts_the_likeliest_first_place_on_top(publication):
    table = pd.DataFrame(
        {
            "option": ["today", "today", "nearer", "nearer"],
            "rank": [1, 2, 1, 2],
            "share": [0.25, 0.75, 0.75, 0.25],
        }
    )
    svg = ranks_chart(ranks(replace(publication, tables={"rank_acceptability": table}))).svg()
    assert svg.index(">Clinics at all sites<") < svg.index(">Today<")
    assert "Clinics at all sites: 75%; Today: 25%" in svg


def test_a_table_of_more_places_than_a_phone_holds_scrolls(publication):
    shares = publication.tables["rank_acceptability"]
    first = shares[shares["rank"] == 1]
    added = [first.assign(rank=place, share=0.0) for place in range(3, 9)]
    tables = {**publication.tables, "rank_acceptability": pd.concat([shares, *added])}
    opening = 'role="region" aria-label="Share of weightings in which each option takes each place"'
    assert opening not in render_report(publication)
    assert opening in render_report(replace(publication, tables=tables))


def test_every_chart_has_its_numbers_in_a_table(publication):
    page = render_report(publication)
    tables = set(re.findall(r'<table id="table-([^"]+)"', page))
    assert {"people", "coverage-clinic", "ranks", "tornado", "care"} <= tables
    assert {"groups-nearer", "services-nearer", "changes"} <= tables
    assert page.count('id="chart-') == 2 * 4


def test_an_option_tells_where_services_start_and_stop_not_where_they_stay(publication):
    page = render_report(publication)
    told = page.partition('id="options"')[2].partition("</dl>")[0]
    assert "Would start at: Cottage hospital, Health centre." in told
    assert "Would stop" not in told
    assert "City hospital" not in told


def test_changes_have_signs_and_those_who_arrive_nowhere_have_words(publication):
    rows = {row[0]: row[1] for row in changes_table(publication)["rows"]}
    assert rows["Fields"] == "no route"
    assert rows["Town"].startswith("\N{MINUS SIGN}")


@pytest.mark.parametrize(
    ("people", "without_today", "without_then", "said"),
    [
        (0, 0, 0, "nobody"),
        (90, 90, 90, "no route"),
        (90, 90, 20, "▼ access gained"),
        (90, 20, 90, "▲ access lost"),
        (90, 40, 50, "no figure"),  # some lose theirs, the others had none: nobody has both
    ],
)
def test_a_group_without_a_change_is_told_why(
    publication, people, without_today, without_then, said
):
    table = publication.tables["average_journeys"].copy()
    field = table["level"] == "Fields"
    table.loc[field, ["people", "change_on_balance_min"]] = [people, np.nan]
    today = table["option"] == publication.baseline_name
    table.loc[field & today, "unreachable"] = without_today
    table.loc[field & ~today, "unreachable"] = without_then
    tables = {**publication.tables, "average_journeys": table}
    rows = dict(changes_table(replace(publication, tables=tables))["rows"])
    assert rows["Fields"] == said


def test_the_tornado_s_table_names_who_leads(publication):
    table = tornado_table(publication)
    assert {cell for row in table["rows"] for cell in row[3:]} <= {"Today", "Clinics at all sites"}


@pytest.mark.parametrize(("leader", "expected"), [("b", "changes hands"), ("a", "No single")])
def test_the_tornado_says_whether_the_lead_changes_hands(leader, expected):
    row = ["Growth", -0.1, 0.2, 0.1, leader, "a"]
    names = ["assumption", "low_margin", "high_margin", "margin", "low_leader", "high_leader"]
    assert expected in tornado_chart(pd.DataFrame([row], columns=names)).description


def test_a_map_counts_everyone_and_every_area_is_drawn(publication):
    land = frame(publication)
    view = views(publication)[1]
    drawn = change_map(publication, land, view, change_legend(view, publication.tolerance_min))
    people = [
        int(one.replace(",", "")) for one in re.findall(r": ([\d,]+) people", drawn.description)
    ]
    assert sum(people) == 1_000
    assert len(land.outlines) == 4
    x, y = np.array(land.place(publication.areas.geometry)).T
    inside = land.outlines.contains_properly(
        land.outlines.from_xy(x, y, index=land.outlines.index, crs=land.outlines.crs)
    )
    assert inside.all()


def test_names_of_elements_are_plain():
    assert safe_name("a b<c>-é") == "a-b-lt-c-gt---"


def test_a_share_is_not_rounded_to_none_or_all():
    shares = (0, 0.004, 0.5, 0.996, 1)
    assert [share(one) for one in shares] == ["0%", "<1%", "50%", ">99%", "100%"]


def test_text_cannot_leave_its_string_in_a_style_sheet():
    assert not re.search(r"[^\\\w ]", css_text(HOSTILE))
    assert css_text("a.b") == r"a\2e b"


def test_costs_stand_in_millions_as_their_caption_says(publication):
    costs = {
        "option": "nearer",
        "capital": 2_340_000.0,
        "running": 12_060_000.0,
        "provider": 14_400_000.0,
        "extra_provider": -1_260_000.0,
        "patients": 49_000.0,
        "benefits": -3_560_000.0,
        "net_cost": 2_310_000.0,
        "net_present_cost": 17_840_000.0,
        "equivalent_annual_cost": np.nan,
        "benefit_cost_ratio": -0.237,
    }
    told = costs_table(replace(publication, tables={"costs": pd.DataFrame([costs])}))
    assert "million" in told["caption"]
    shown = [
        "2.3",
        "12.1",
        "14.4",
        "\u22121.3",
        "0.0",
        "\u22123.6",
        "2.3",
        "\u22120.24",
        "17.8",
        "",
    ]
    assert told["rows"][0][1:] == shown


def test_those_who_lose_their_journey_count_as_longer_and_those_who_gain_one_as_shorter(
    publication,
):
    people = {"lost": 190, "mixed": 3, "longer": 17, "shorter": 75, "same": 11, "none": 130}
    row = {"option": "nearer", "group": "everyone", "level": "all", **people, "no_data": 0}
    told = winners(replace(publication, tables={"people_by_service": pd.DataFrame([row])}))
    assert told.loc["Clinics at all sites"].to_dict() == {
        "shorter": 75,
        "same": 141,
        "longer": 210,
    }


def test_the_table_of_services_counts_a_journey_lost_as_longer_and_one_gained_as_shorter(
    publication, monkeypatch
):
    option = publication.options[1]
    everyone = views(publication)[1].everyone.copy()
    people = {"gained": 5, "improved": 70, "unchanged": 11, "worsened": 17, "lost": 190, "none": 3}
    everyone[list(people)] = list(people.values())
    for service in publication.services:
        view = publication.views[option.name, service.id]
        monkeypatch.setitem(vars(view), "everyone", everyone)
    row = service_table(publication, option)["rows"][0]
    assert row[1:4] == ["75", "14", "207"]


def test_every_class_of_longer_journeys_is_hatched_and_no_other(publication):
    rows = change_legend(views(publication)[1], publication.tolerance_min).rows
    hatched = [row.label for row in rows if is_hatched(row)]
    assert hatched == [row.label for row in rows if "longer" in row.label]
    assert len(hatched) == 4
