"""The report's catchments: the people who reach each site that an option changes, and their map."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from publication_cases import appraised, county_publication

from llrgeo.publish.palette import TIME_COLOURS
from llrgeo.publish.report import site_catchments
from llrgeo.publish.report.charts import coverage
from llrgeo.publish.report.page import render_report
from llrgeo.publish.report.site_catchments import EDGES, LIMITS_MIN, catchments_chapter
from llrgeo.publish.report.static_map import frame

HOSTILE = "</svg><b>{{ 7*7 }}</b>${x}\"'"
# From West, North, East and the farm.
MINUTES = [[4.0, 20.0, 20.1], [9.0, 10.0, 31.0], [2.0, 30.0, 10.1], [np.inf, np.inf, 28.0]]


@pytest.fixture(scope="module")
def publication(town_publication):
    """Return the town with sites that are ten times as far away; A stays, B and C are opened."""
    times = town_publication.judged_by
    minutes = pd.DataFrame(MINUTES, list("WNEF"), times.minutes.columns)
    minutes = minutes.reindex(times.minutes.index)
    walked = replace(times, minutes=minutes, distance_km=minutes * 0.7)
    return appraised(town_publication, times=(walked,))


def chapter(publication):
    return catchments_chapter(publication, frame(publication))


def paths(drawn):
    """Return the shapes of a map from the bottom up: their points, colour and edge."""
    pattern = r'<path d="([^"]*)" fill="(#\w+)" stroke="#\w+" stroke-width="2" stroke-dasharray="'
    return re.findall(pattern + '([^"]*)"/>', str(drawn.svg()))


def test_people_at_a_limit_are_within_it_and_sites_that_stay_are_left_out(publication):
    table = chapter(publication)["table"]
    # West has 400 people, North 300, East 200, the farm 100.
    assert table["rows"] == [
        ["Cottage hospital", "Clinics at all sites", "300", "700", "900"],
        ["Health centre", "Clinics at all sites", "0", "200", "700"],
    ]
    assert table["heads"][2:] == [f"up to {limit} minutes" for limit in (10, 20, 30)]
    assert "of 1,000" in table["caption"]


def test_the_map_shows_the_land_of_those_people_the_shortest_limit_on_top(publication):
    land = frame(publication)
    first, second = chapter(publication)["maps"]
    assert [first["name"], second["name"]] == ["Cottage hospital", "Health centre"]
    drawn = paths(first["map"])
    wanted = reversed(list(zip(TIME_COLOURS, ("none", *EDGES[1:]), strict=False)))
    assert [(colour, edge) for _, colour, edge in drawn] == list(wanted)
    for (points, *_), areas in zip(drawn, ("WNE", "WN", "N"), strict=True):
        ground = shapely.union_all(land.outlines[list(areas)].to_numpy())
        x, y = np.array(re.findall(r"([\d.]+) ([\d.]+)", points), float).T
        assert [x.min(), y.min(), x.max(), y.max()] == pytest.approx(ground.bounds, abs=0.06)
    # Nobody is within ten minutes of the second: its shape is empty.
    assert paths(second["map"])[-1][0] == ""
    assert "up to 10 minutes: nobody; up to 20 minutes: 200 people" in second["map"].description
    assert str(first["map"].svg()).count("<circle") == 1


def test_borders_and_names_stand_on_the_page_once_and_on_each_map(publication):
    page = render_report(publication)
    assert page.count('<g id="catchment-land">') == 1
    assert page.count('<use href="#catchment-land"/>') == 2
    assert 'href="#catchments"' in page
    assert page == render_report(publication)


def test_people_are_those_of_the_curves_where_a_site_is_the_only_one(publication):
    today, nearer = publication.options
    alone = replace(nearer, sites={**today.sites, "clinic": frozenset("B")})
    publication = appraised(publication, options=(today, alone))
    curve = coverage(publication.views[alone.name, "clinic"])
    told = {row[0]: row[2:] for row in chapter(publication)["table"]["rows"]}
    assert told["Cottage hospital"] == [f"{1000 * curve[limit]:.0f}" for limit in LIMITS_MIN]


def test_where_no_site_changes_there_is_no_chapter(publication):
    today, nearer = publication.options
    same = replace(nearer, sites=today.sites)
    page = render_report(appraised(publication, options=(today, same)))
    assert "catchments" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)


def test_names_stay_text_and_a_site_beyond_the_map_has_no_circle(publication):
    sites = publication.sites.copy()
    sites["name"] = [HOSTILE + site for site in sites.index]
    sites.loc["B", "geometry"] = shapely.Point(100_000, 100_000)
    far = replace(publication, sites=sites)
    first, second = chapter(far)["maps"]
    assert [str(each["map"].svg()).count("<circle") for each in (first, second)] == [0, 1]
    assert HOSTILE not in render_report(far)


def test_the_sites_that_most_people_reach_are_drawn_where_there_are_too_many(monkeypatch):
    county = county_publication(columns=6, rows=5, site_count=20)
    whole = chapter(county)
    counts = {row[0]: int(row[-1].replace(",", "")) for row in whole["table"]["rows"]}
    assert len(counts) > 4
    monkeypatch.setattr(site_catchments, "MOST_MAPS", 4)
    found = chapter(county)
    assert found["table"] == whole["table"]
    assert found["left_out"] == len(counts) - 4
    drawn = [counts.pop(each["name"]) for each in found["maps"]]
    assert min(drawn) >= max(counts.values())
    page = render_report(county)
    assert f"maps of the 4 sites that most people can reach; {len(counts)} more are" in page
