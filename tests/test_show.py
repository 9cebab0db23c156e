"""Maps for notebooks: what is drawn, that nothing is requested, and what cannot be shown."""

import json
import re

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import llrgeo
from llrgeo.errors import InputError
from llrgeo.publish.palette import CHANGE_COLOURS, TIME_COLOURS

HOSTILE = "</script><script>alert(1)</script>"


@pytest.fixture(scope="module")
def result(town_study_once):
    return llrgeo.run_study(llrgeo.load_study(town_study_once))


def features(made) -> list[dict]:
    """Return the properties of everything that a map draws."""
    page = made.get_root().render()
    found = re.findall(r'_add\((\{"bbox".*\})\);', page)
    return [shape["properties"] for data in found for shape in json.loads(data)["features"]]


def test_a_result_is_drawn_by_what_changes(result):
    drawn = features(llrgeo.show(result, option="nearer", service="clinic"))
    assert len(drawn) == 4 + 3  # areas and open sites
    changed = {shape["text"].split("<br>")[0]: shape["colour"] for shape in drawn[:4]}
    assert changed["Town (North)"] == CHANGE_COLOURS[3]  # from 3 minutes to 1
    assert changed["Town (West)"] == CHANGE_COLOURS[4]
    north = next(shape["text"] for shape in drawn if "North" in shape["text"])
    assert north == "Town (North)<br>Today: 3.0<br>Clinics at all sites: 1.0"


def test_without_words_the_first_option_and_its_service_are_shown(result):
    told = llrgeo.show(result).get_root().render()
    assert "Clinics at all sites: Clinic" in told


def test_times_are_drawn_by_the_nearest_site(town_times, town_areas, town_sites):
    drawn = features(llrgeo.show(town_times, areas=town_areas, sites=town_sites))
    assert len(drawn) == 4 + 3
    told = {shape["text"].split("<br>")[0]: shape for shape in drawn}
    assert told["Town (West)"]["text"].endswith("<br>2.0")
    assert told["Town (West)"]["colour"] == TIME_COLOURS[0]
    assert told["Fields (Farm)"]["text"].endswith("<br>no route")


def test_a_selection_a_network_and_a_frame_are_drawn(
    town_times, town_network, town_areas, town_sites
):
    demand = pd.Series([400.0, 300.0, 200.0], index=["W", "N", "E"])
    reached = llrgeo.TravelTimes(town_times.minutes.drop(index="F"))
    plan = llrgeo.locate_sites(reached, demand, llrgeo.SitingProblem(p=2))
    assert len(features(llrgeo.show(plan, areas=town_areas, sites=town_sites))) == 4 + 2
    assert len(features(llrgeo.show(town_network))) == 23
    circles = gpd.GeoDataFrame({"minutes": [7]}, geometry=town_areas.buffer(70).iloc[[0]])
    assert [shape["text"] for shape in features(llrgeo.show(circles))] == ["minutes: 7"]


def test_isochrones_have_a_colour_for_each_limit_and_the_shortest_on_top(town_areas, town_sites):
    """Of two sites and three limits, given in no order; and with the sites upon them."""
    centre = town_areas.geometry.iloc[0]
    rows = [(12.5, "A"), (30.0, "A"), (7.0, "A"), (30.0, "B"), (7.0, "B"), (12.5, "B")]
    reach = gpd.GeoDataFrame(
        rows,
        columns=["minutes", "site_id"],
        geometry=[centre.buffer(100 * minutes) for minutes, _ in rows],
        crs=town_areas.crs,
    )
    drawn = features(llrgeo.show(reach, sites=town_sites))
    shown = [(shape["text"], shape["colour"]) for shape in drawn[:6]]
    longest, middle, shortest = TIME_COLOURS[5], TIME_COLOURS[2], TIME_COLOURS[0]
    assert [colour for _, colour in shown] == [longest] * 2 + [middle] * 2 + [shortest] * 2
    assert shown[0][0] == "minutes: 30.0<br>site_id: A"
    assert len(drawn) == 6 + 3
    page = llrgeo.show(reach).get_root().render()
    keys = re.findall(r"</span>(within [^<]+)</div>", page)
    assert keys == ["within 30 minutes", "within 12.5 minutes", "within 7 minutes"]


def test_more_limits_than_colours_are_drawn_all_the_same(town_areas):
    centre = town_areas.geometry.iloc[0]
    reach = gpd.GeoDataFrame(
        {"minutes": range(1, 10)}, geometry=[centre.buffer(90 * n) for n in range(1, 10)], crs=27700
    )
    assert len({shape["colour"] for shape in features(llrgeo.show(reach))}) == 6


def test_itineraries_are_drawn_by_route_with_walks_and_stops():
    rows = [
        ("walk", "", "", "The <home>", "09:30:00", "09:31:45", 1.75),
        ("ride", "X1", "The <home>", "The market", "09:40:00", "09:55:00", 15.0),
        ("walk", "", "The market", "The square", "09:55:00", "10:07:30", 12.5),
        ("ride", "7", "The square", "The ward", "10:10:00", "10:30:00", 20.0),
        ("ride", "X1", "The ward", "The door", "10:33:00", "10:41:00", 8.0),
    ]
    columns = ["kind", "route", "from_stop", "to_stop", "departs", "arrives", "minutes"]
    lines = [shapely.LineString([(x, 0), (x + 300, 40)]) for x in range(450_000, 451_500, 300)]
    legs = gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=columns, index=["W"] * 5).assign(leg=range(1, 6)),
        geometry=lines,
        crs=27700,
    )
    drawn = features(llrgeo.show(legs))
    walks, rides, stops = drawn[:2], drawn[2:5], drawn[5:]
    assert [shape["text"] for shape in walks] == [
        "walk<br>09:30<br>09:31 The &lt;home&gt;<br>1.8 minutes",
        "walk<br>09:55 The market<br>10:07 The square<br>12.5 minutes",
    ]
    assert rides[0]["text"].split("<br>")[0] == "X1"
    # One colour a route, whenever it is ridden; another for another route, and for walks.
    colours = [shape["colour"] for shape in (*rides, walks[0])]
    assert colours[0] == colours[2]
    assert len(set(colours)) == 3
    assert [shape["text"] for shape in stops] == [
        "09:40 The &lt;home&gt;", "10:10 The square", "10:33 The ward",
        "09:55 The market", "10:30 The ward", "10:41 The door",
    ]  # fmt: skip
    page = llrgeo.show(legs).get_root().render()
    assert page.count("</span>X1</div>") == 1  # its key


def test_a_map_requests_nothing_and_keeps_hostile_names_as_text(town_areas, town_times):
    named = town_areas.assign(name=HOSTILE, ward="")
    page = llrgeo.show(town_times, areas=named).get_root().render()
    tags = re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.DOTALL)
    assert len(tags) < len(page) / 10
    assert re.findall(r"<[^>]+(?:src|href)=|url\(|@import", tags) == []
    assert "<script>alert(1)" not in page
    assert {shape["text"].split("<br>")[0] for shape in features(
        llrgeo.show(town_times, areas=named)
    )} == {"(&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;)"}  # fmt: skip


@pytest.mark.parametrize(
    ("found", "places", "told"),
    [
        ("times", {}, "Give areas= a GeoDataFrame with area_id as its index"),
        ("times", {"areas": "sites"}, r"areas= lacks 4 areas of the travel times \(E, F, N, W\)"),
        ("nothing", {}, "a dict cannot be shown on a map. Give the result of run_study"),
    ],
)
def test_what_cannot_be_shown_is_told(found, places, told, town_times, town_sites):
    thing = town_times if found == "times" else {}
    frames = dict.fromkeys(places, town_sites)
    with pytest.raises(InputError, match=told):
        llrgeo.show(thing, **frames)


def test_an_unknown_option_is_told_with_those_that_there_are(result):
    with pytest.raises(InputError, match="Options are nearer, today; services"):
        llrgeo.show(result, option="far")
