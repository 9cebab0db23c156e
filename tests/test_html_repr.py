"""Cards and tables in a notebook: what they say of the toy town, and hostile names in them."""

import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import llrgeo
from llrgeo.html_repr import card, heat_table, rows_table

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def result(town_study_once):
    return llrgeo.run_study(llrgeo.load_study(town_study_once))


def test_a_card_leaves_out_what_is_blank_and_groups_thousands():
    made = card("Title", {"people": 1_121_994, "note": "", "share": 0.25})
    assert "1,121,994" in made
    assert "0.250" in made
    assert "note" not in made


def test_minutes_are_the_deeper_the_longer_and_no_route_is_said():
    minutes = pd.DataFrame({"A": [40.0, np.inf], "B": [10.0, 0.0]}, index=["a", "b"])
    made = heat_table(minutes)
    assert "rgba(44,127,184,0.45)" in made  # 40 of 40
    assert "rgba(44,127,184,0.11)" in made  # 10 of 40, of 0.45
    assert made.count("no route") == 1


def test_text_is_escaped_wherever_it_stands():
    minutes = pd.DataFrame({HOSTILE: [7.0]}, index=[HOSTILE])
    made = card(
        HOSTILE, {HOSTILE: HOSTILE}, heat_table(minutes), rows_table([HOSTILE], [[HOSTILE]])
    )
    assert "<img" not in made
    assert made.count("&lt;img src=x") == 7


def test_a_result_shows_people_of_each_option_those_who_lose_first(result):
    made = result._repr_html_()
    # Clinics at B and C too: N (300) goes 1 minute instead of 3; no other changes.
    assert "Clinics at all sites</td>" in made
    rows = made.split("<tbody>")[2].split("<tr>")
    nearer = next(row for row in rows if "Clinics at all sites" in row)
    assert [cell.split(">")[-1] for cell in nearer.split("</td>")][1:3] == ["0", "300"]
    assert "1,000 residents of 4 areas" in made
    assert len(made) < 6_000


def test_hostile_names_of_a_study_are_text_on_its_card(result):
    option = replace(result.results["nearer"].option, label=HOSTILE)
    named = {**result.results, "nearer": replace(result.results["nearer"], option=option)}
    assert "<img" not in replace(result, results=named)._repr_html_()


def test_times_networks_and_selections_show_themselves(town_times, town_network):
    shown = replace(town_times, error_note=HOSTILE)._repr_html_()
    assert "4 areas x 3 sites" in shown
    assert shown.count("no route") == 3
    assert "<img" not in shown
    assert "town" not in shown.lower()
    network = replace(town_network, info=replace(town_network.info, source=HOSTILE))._repr_html_()
    assert "23" in network
    assert "<img" not in network
    demand = pd.Series([400.0, 300.0, 200.0], index=["W", "N", "E"])
    reached = llrgeo.TravelTimes(town_times.minutes.drop(index="F"))
    plan = llrgeo.locate_sites(reached, demand, llrgeo.SitingProblem(p=2))
    assert "0, a proof" in plan._repr_html_()
    assert f"2: {', '.join(plan.sites)}" in plan._repr_html_()


def test_results_draw_themselves_on_an_axis_that_is_given(
    result, town_times, town_network, town_sites
):
    from matplotlib.figure import Figure  # noqa: PLC0415 (as a notebook would)

    axes = Figure().subplots(2, 2).ravel()
    curve = town_times.plot(axes[0]).lines[0]
    # nearest sites: N 1, E 1, W 2 minutes; F has none
    assert curve.get_xdata().tolist() == [1, 1, 2]
    assert curve.get_ydata().tolist() == [0.25, 0.5, 0.75]
    assert town_network.plot(axes[1]) is axes[1]
    bars = [bar.get_width() for bar in result.plot(axes[2]).patches]
    assert bars == [0, 0, 300, 0]  # longer, then shorter, the last option first
    demand = pd.Series([400.0, 300.0, 200.0], index=["W", "N", "E"])
    reached = llrgeo.TravelTimes(town_times.minutes.drop(index="F"))
    plan = llrgeo.locate_sites(reached, demand, llrgeo.SitingProblem(p=2))
    dots = plan.plot(town_sites, axes[3]).collections
    assert [len(drawn.get_offsets()) for drawn in dots] == [3, 2]


def test_printed_results_are_one_line(result, town_times, town_network):
    """A script prints them; the default form would be every table."""
    assert repr(town_times) == (
        "<TravelTimes car, off_peak, to_site: 4 areas x 3 sites, 3 pairs without a way>"
    )
    assert repr(town_network) == (
        "<RoadNetwork car, off_peak, pm_peak: 10 nodes, 23 directed edges, from a road map>"
    )
    assert repr(result) == f"<StudyResult {result.study.title}: today, nearer>"


def test_drawing_without_matplotlib_names_the_extra(town_times, town_network, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for draw in (town_times.plot, town_network.plot):
        with pytest.raises(llrgeo.MissingExtraError, match=r"llrgeo\[plot\]"):
            draw()
