"""Publications: parts that fit, and roles instead of positions."""

from dataclasses import replace

import pandas as pd
import pytest
from appraisal_cases import CLINIC, LOCAL, NURSES, TODAY
from publication_cases import appraised, county_publication, town_publication

from llrgeo.appraisal.journeys.nearest_sites import nearest_site
from llrgeo.appraisal.people.access import compare_minutes
from llrgeo.errors import InputError
from llrgeo.publish.explorer.payload import explorer_data


@pytest.fixture(scope="module")
def town(town_areas, town_sites, town_times):
    return town_publication(town_areas, town_sites, town_times)


def test_the_baseline_is_known_by_its_name_wherever_it_stands(town):
    turned = replace(town, results=dict(reversed(town.results.items())))
    assert list(turned.results) == ["local", "today"]
    assert turned.baseline.name == "today"
    assert [option.name for option in turned.options] == ["today", "local"]
    assert turned.opening_option.name == "local"


def test_a_view_says_what_the_appraisal_found(town):
    view = town.views["local", "clinic"]
    found = town.results["local"].services["clinic"]
    pd.testing.assert_frame_equal(
        view.areas[["before_min", "after_min", "change_min", "outcome"]], found.access.change
    )
    everyone = found.access.summary
    assert view.everyone["improved"] == everyone["improved"] == 300
    assert view.everyone["mean_after_min"] == pytest.approx(everyone["mean_min"])


def test_views_are_built_once_and_anew_for_another_publication(town):
    assert town.views is town.views
    assert replace(town, title="Another").views is not town.views


def test_options_that_run_a_service_alike_share_what_is_seen_of_it(town):
    today, local = (town.views[name, "nurses"] for name in ("today", "local"))
    assert local.areas is today.areas  # both send the nurses from A
    assert (today.option.name, local.option.name) == ("today", "local")
    assert town.views["local", "beds"].areas is not town.views["today", "beds"].areas


def test_teams_are_measured_by_times_of_their_own():
    county = county_publication(columns=8, rows=6, site_count=16, modes=("walk", "car"))
    nurses = next(service for service in county.services if service.delivery == "team")
    way_back = next(times for times in county.times if times.direction == "from_site")
    on_foot = county.judged_by
    assert on_foot.mode == "walk"
    assert county.times_for(nurses, on_foot) is way_back
    view = county.views["option_1", "nurses"]
    before, after = (
        nearest_site(way_back, county.results[name].option.sites["nurses"])["travel_time_min"]
        for name in ("option_0", "option_1")
    )
    expected = compare_minutes(before, after, tolerance_min=1)
    pd.testing.assert_frame_equal(view.areas[list(expected.columns)], expected)


def test_without_times_of_its_own_a_team_takes_as_long_as_the_way_there(town):
    assert town.times_for(NURSES, town.judged_by) is town.judged_by
    assert town.times_for(CLINIC, town.judged_by) is town.judged_by


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (lambda _: {"baseline_name": "none"}, "no result of the baseline 'none'"),
        (lambda town: {"results": {"today": town.results["today"]}}, "at least one other option"),
        (lambda _: {"services": ()}, "at least one service"),
        (lambda town: {"sites": town.sites.drop("B")}, r"unknown sites \(B\)"),
        (lambda town: {"services": (*town.services, replace(CLINIC, id="x"))}, "no result for x"),
        (
            lambda town: {"judged_by": replace(town.judged_by, mode="bus")},
            "are not among those published",
        ),
    ],
)
def test_parts_that_do_not_fit_are_refused(town, changes, message):
    with pytest.raises(InputError, match=message):
        replace(town, **changes(town))


def test_the_explorer_s_data_name_the_roles(town):
    turned = appraised(town, options=(LOCAL, TODAY))
    assert explorer_data(turned)["baseline"] == "local"
    assert explorer_data(town)["baseline"] == "today"
    assert explorer_data(town)["opening_service"] == "clinic"
    assert explorer_data(town)["judged_by"] == "car-off_peak"
