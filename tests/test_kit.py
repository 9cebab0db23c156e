"""The kit of a consultation: its figures follow from the tables, its forms say the same things."""

import re
from dataclasses import replace
from functools import partial
from html import unescape
from itertools import chain

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import segno
from publication_cases import appraised, county_publication, town_publication

from llrgeo.appraisal.options import Option
from llrgeo.appraisal.places.indicators import Indicator, PlaceFigures
from llrgeo.appraisal.places.place_rankings import rank_figures
from llrgeo.errors import PublishError
from llrgeo.inputs.theme import Consultation, Theme
from llrgeo.publish.check.folder import check_folder_of_pages
from llrgeo.publish.check.html import read_page
from llrgeo.publish.check.page import (
    policy_findings,
    request_findings,
    structure_findings,
    table_findings,
)
from llrgeo.publish.data.files import area_results
from llrgeo.publish.explorer.split import parts_of
from llrgeo.publish.file_list import pages_of_earlier_runs
from llrgeo.publish.first_pages import first_pages
from llrgeo.publish.folder import make_kit, maps_for_print, publish
from llrgeo.publish.kit.about import about_lines, sure_lines
from llrgeo.publish.kit.easy import MOST_WORDS, easy_parts
from llrgeo.publish.kit.figures import place_figures, place_view
from llrgeo.publish.kit.files import kit_files, place_files
from llrgeo.publish.kit.page import leaflet_table, option_table, page_name
from llrgeo.publish.kit.places import KitPlace, chosen_places, kit_places
from llrgeo.publish.kit.qr import qr_code
from llrgeo.publish.kit.words import minutes_in_words, option_words
from llrgeo.publish.pages import run_mark
from llrgeo.publish.run_id import run_id_of
from llrgeo.schema import NO_CAR
from llrgeo.travel.accuracy import Accuracy
from llrgeo.travel.times import TravelTimes

THEME = Theme(
    publisher="A council",
    contact="Ring 0116 000 0000.",
    consultation=Consultation(
        site_url="https://care.example.org/maps/",
        response_url="https://care.example.org/say?form=3",
        opens="2026-12-01",
        closes="2027-02-28",
        accessibility_url="https://care.example.org/access",
        other_formats="Ring us for other formats.",
        languages="Gujarati: ring 0116 000 0001.",
    ),
)


@pytest.fixture(scope="module")
def town(town_areas, town_sites, town_times):
    publication = town_publication(town_areas, town_sites, town_times)
    return replace(publication, theme=THEME)


@pytest.fixture(scope="module")
def westham(town):
    (place,) = kit_places(town.areas, town.base)
    return place


@pytest.fixture(scope="module")
def county():
    return replace(county_publication(columns=12, rows=8, site_count=16), theme=THEME)


def test_places_of_a_split_study_link_the_explorer_of_their_authority(tmp_path, monkeypatch):
    county = county_publication(columns=12, rows=8, site_count=16)
    run_id = run_id_of({}, {}, "")
    run = {"run_id": run_id, "run": run_id[:12], "study": {}, "inputs": {}}
    county = replace(county, manifest=run)
    monkeypatch.setattr("llrgeo.publish.check.folder.has_browser", lambda: False)
    places = kit_places(county.areas, county.base)[:3]
    kit = partial(make_kit, names=[place.name for place in places])
    publish(county, tmp_path, drawn=first_pages(county, 50), more=[kit])
    pages_of = {part.name: part.page for part in parts_of(county)}
    for place in places:
        page = (tmp_path / page_name(place)).read_text(encoding="utf-8")
        assert f'href="../{pages_of[place.authority]}"' in page
        assert 'href="../explorer.html"' not in page
    landing = (tmp_path / "kit.html").read_text(encoding="utf-8")
    assert "put the address of its page in place of explorer.html" in landing
    assert all(f'href="{page}"' in landing for page in pages_of.values())
    assert check_links(tmp_path) == []


def test_pages_that_a_smaller_run_leaves_behind_are_named(tmp_path):
    county = county_publication(columns=12, rows=8, site_count=16)
    earlier = replace(county, manifest={"run_id": "1" * 64, "run": "1" * 12})
    places = kit_places(county.areas, county.base)[:2]
    small_kit = partial(make_kit, names=[place.name for place in places])
    publish(earlier, tmp_path, drawn=first_pages(earlier, 50), more=[small_kit])
    later = replace(county, manifest={"run_id": "2" * 64, "run": "2" * 12})
    written = publish(later, tmp_path)
    left = pages_of_earlier_runs(tmp_path, written)
    # Explorers that the manifest tells are gone; pages of places stand in none.
    assert left == sorted(
        path.relative_to(tmp_path).as_posix() for path in (tmp_path / "places").glob("*.html")
    )
    assert {page_name(place) for place in places} <= set(left)
    # Pages of places of the same run may have been written by another command.
    publish(later, tmp_path, more=[small_kit])
    assert pages_of_earlier_runs(tmp_path, written) == []
    # An explorer that somebody has changed stays, and is named.
    (tmp_path / "explorer" / "old.html").write_text("Run 111111111111", encoding="utf-8")
    assert pages_of_earlier_runs(tmp_path, written) == ["explorer/old.html"]


def check_links(folder):
    found = check_folder_of_pages(folder)
    return [finding for finding in found if finding.rule in {"link", "run"}]


def test_a_town_has_the_nearest_areas_in_which_as_many_people_live(town, westham):
    # 9,000 people are said to live there, and 1,000 do in all areas: the closest sum is of all.
    assert (westham.areas, westham.people, westham.basis) == (("W", "N", "E", "F"), 1_000, "middle")
    at_north = town.areas.geometry.loc[["N"]].to_numpy()
    places = town.base.places.assign(residents=[3_000]).set_geometry(at_north, crs=town.areas.crs)
    fewer = town.areas.assign(residents=[1_800, 1_500, 700, 100])
    place, *_ = kit_places(fewer, replace(town.base, places=places))
    # From N the next is E, then W: N and E have 2,200, which is closer than 1,500 and 4,000.
    assert (place.areas, place.people) == (("N", "E"), 2_200)


def test_a_town_that_has_an_authoritys_name_and_people_has_its_areas(town):
    areas = town.areas.assign(residents=[4_000, 3_000, 2_100, 900])
    places = town.base.places.assign(name="Town")
    (place,) = [
        each for each in kit_places(areas, replace(town.base, places=places)) if each.kind == "town"
    ]
    assert (place.areas, place.basis, place.authority) == (("W", "N", "E"), "authority", "Town")


def test_wards_of_enough_people_have_a_page_and_files_have_names_of_their_own(county):
    places = kit_places(county.areas, county.base)
    wards = county.areas.groupby(["authority", "ward"])["residents"].sum()
    assert sum(place.kind == "ward" for place in places) == (wards >= 3_000).sum() > 0
    slugs = [place.slug for place in places]
    assert len(set(slugs)) == len(slugs)
    assert all(re.fullmatch(r"[a-z0-9_]+", slug) for slug in slugs)


def test_a_small_ward_has_a_page_if_it_is_asked_for(town):
    assert [place.name for place in kit_places(town.areas, town.base)] == ["Westham"]
    (fields,) = chosen_places(kit_places(town.areas, town.base, [" FIELDS"]), ["fields"])
    assert (fields.kind, fields.areas, fields.people) == ("ward", ("F",), 100)


def test_a_ward_in_which_nobody_lives_has_no_page(town):
    """Nobody's journeys changed there, so a change from 10 to 20 minutes was told as none."""
    empty = town.areas.assign(residents=[400, 300, 200, 0])
    assert [place.name for place in kit_places(empty, town.base, ["Fields"])] == ["Westham"]


def test_places_are_chosen_by_name_in_any_case_and_an_unknown_one_is_refused(westham):
    assert chosen_places([westham], [" WESTHAM"]) == [westham]
    assert chosen_places([westham], []) == [westham]
    for asked, said in (
        ("Easthm", "no town or ward is called Easthm; did you mean Westham? Places with a page"),
        ("ham", "no town or ward is called ham; did you mean Westham? Places with a page: Westham"),
        ("Nowhere", "no town or ward is called Nowhere; places with a page: Westham"),
    ):
        with pytest.raises(PublishError, match=re.escape(said)):
            chosen_places([westham], [asked])


def test_the_figures_of_a_place_are_those_worked_out_on_paper(town, westham):
    figures = place_figures(town, westham, town.alternatives[0])
    # Beds move from A to B: N gains 2 minutes, E loses 2, W has 2 either way; F has no journey.
    assert list(figures.index) == ["beds", "nurses", "clinic"]
    beds = figures.loc["beds"]
    assert beds["before_min"] == pytest.approx((400 * 2 + 300 * 3 + 200 * 1) / 900)
    assert beds["after_min"] == pytest.approx((400 * 2 + 300 * 1 + 200 * 3) / 900)
    counts = beds[["longer", "shorter", "lost", "none"]].tolist()
    assert (counts, beds["kind"], beds["worst_change_min"]) == ([200, 300, 0, 100], "mixed", 2)
    assert (beds["before_site"], beds["after_site"]) == ("A", "B")
    clinic = figures.loc["clinic"]
    assert (clinic["kind"], clinic["shorter"], clinic["longer"]) == ("improved", 300, 0)
    assert figures.loc["nurses", "kind"] == "unchanged"


def test_people_without_a_route_are_told_on_every_form_of_a_page(town, westham):
    # The farm's 100 people have no journey, and no average counts them.
    told = (
        "There is no route, today or then, for 100 of the 1,000 people here: "
        "Clinic; Beds (to visit somebody); Nurses (a team comes to you). They are in no average."
    )
    files = place_files(town, westham)
    for name in ("westham.html", "westham_leaflet.html", "westham_large.html", "westham.txt"):
        assert told in str(files[f"places/{name}"]), name
    easy = str(files["places/westham_easy.html"])
    assert "Not everyone here has a route to every service. That would stay so." in easy


def test_minutes_of_a_place_are_not_said_to_be_those_of_whom_a_change_holds(town, westham):
    text = str(place_files(town, westham)["places/westham.txt"])
    some = [line for line in text.splitlines() if line.startswith("This is so for")]
    assert some
    for line in some:
        assert line.endswith(
            "The times are the average of everybody here who has a route both times."
        )


def test_a_place_that_nobody_can_leave_is_not_told_that_its_journeys_stay(town):
    farm = KitPlace("Farm", "ward", "Fields", ("F",), 100, "ward", "farm")
    files = place_files(town, farm)
    told = "There is no route, today or then, for anybody here: Clinic; Beds"
    for name in ("farm.html", "farm_leaflet.html", "farm_large.html", "farm.txt"):
        assert told in str(files[f"places/{name}"]), name
    easy = str(files["places/farm_easy.html"])
    assert "Nobody here has a route today. That would stay so." in easy
    assert "Journeys would stay as they are today." not in easy


NO = np.inf  # minutes where there is no route


def at_westham(town, times, today, *options, delivery="patient"):
    """Return a place of four areas of 400, 300, 200 and 100 people, and its view of a clinic.

    `times` are minutes of W, N, E and F to A, B and C; `today` and `options` name open sites.
    """
    clinic = replace(town.services[0], delivery=delivery, call_min=0.0, dispatch_min=0.0)
    minutes = pd.DataFrame(times, town.areas.index, list("ABC"), dtype=float)
    opened = [
        Option(name, name.title(), {"clinic": frozenset(sites)})
        for name, sites in zip(("today", "first", "second"), (today, *options), strict=False)
    ]
    matrix = TravelTimes(minutes)
    changed = appraised(town, options=tuple(opened), services=(clinic,), times=(matrix,))
    place = KitPlace("Westham", "town", "Town", (*"WNEF",), 1_000, "middle", "westham")
    return place_view(changed, place)


def said_of(view):
    """Return what each form of a place's page says, by its file; cells are parted by bars."""
    files = place_files(view.publication, view.place)
    return {
        name.removeprefix("places/westham"): content
        if name.endswith("txt")
        else " ".join(unescape(re.sub("<[^>]+>", " ", content)).split())
        for name, content in files.items()
    }


def leaflet_rows(view):
    told = [option_words(view, option) for option in view.publication.alternatives]
    return leaflet_table(view, told)


def test_a_change_of_lost_routes_alone_is_told_as_such_on_every_form(town):
    # N and E could reach B alone; W and F stay with A.
    view = at_westham(town, [[5, 9, 9], [NO, 8, NO], [NO, 4, NO], [6, 7, 7]], "AB", "A")
    row = view.figures["first"].loc["clinic"]
    assert (row["kind"], row["longer"], row["lost"], row["change_min"]) == ("partly", 0, 500, 0)
    said = said_of(view)
    lost = "500 of the 1,000 people here would have no route any more. They are in no average."
    summary = (
        "Of 1 services, none would take longer for people here, and none less time. "
        "For 1 of the services, people here would have no route any more."
    )
    for form in (".html", "_leaflet.html", "_large.html", ".txt"):
        assert lost in said[form], form
        assert summary in said[form], form
        assert "less than a minute" not in said[form], form
    assert "Some people here could not get there any more." in said["_easy.html"]
    assert "That is longer." not in said["_easy.html"]
    assert "route lost for 500" in said[".html"]


def test_the_leaflets_minutes_of_today_are_of_all_who_travel_today(town):
    # Today W takes 10, N 20 and E 40 minutes to A. E loses A under the first
    # option, N under the second; F has none.
    times = [[10, 15, 8], [20, 30, NO], [40, NO, 42], [NO, NO, NO]]
    view = at_westham(town, times, "A", "B", "C")
    today = (400 * 10 + 300 * 20 + 200 * 40) / 900  # 20
    first = (400 * 10 + 300 * 20) / 700, (400 * 15 + 300 * 30) / 700  # 14.3, 21.4
    second = (400 * 10 + 200 * 40) / 600, (400 * 8 + 200 * 42) / 600  # 20, 19.3
    (row,) = leaflet_rows(view)["rows"]
    assert row[1] == f"{today:.0f}" == "20"
    assert row[2] == f"from {first[0]:.0f} to {first[1]:.0f} (+7; ▲ route lost for some)"
    # The same minutes as today's are not said twice.
    assert row[3] == f"{second[1]:.0f} (\u22121; ▲ route lost for some)"
    assert "today is of all who have one today" in leaflet_rows(view)["note"]
    swapped = at_westham(town, times, "A", "C", "B")
    (again,) = leaflet_rows(swapped)["rows"]
    assert again[1:] == [row[1], row[3], row[2]]


def test_who_loses_a_route_is_not_among_those_whose_journey_is_longer(town):
    # W 5 to 9, N loses, E 20 to 13, F gains: both averages are of W and E.
    view = at_westham(town, [[5, 9, NO], [7, NO, NO], [20, 13, NO], [NO, 6, NO]], "A", "B")
    row = view.figures["first"].loc["clinic"]
    counts = row[["longer", "lost", "shorter", "gained", "none"]].tolist()
    assert (counts, row["kind"]) == ([400, 300, 200, 100, 0], "mixed")
    assert row["before_min"] == pytest.approx((400 * 5 + 200 * 20) / 600)
    text = said_of(view)[".txt"]
    for line in (
        "It would take longer for 400 people here, and less time for 200 people.",
        "300 of the 1,000 people here would have no route any more. They are in no average.",
        "100 of the 1,000 people here would have a route, and have none today.",
        "Of 1 services, 1 would take longer for people here, and 1 less time.",
        "1 would do both: longer for some people, less time for others.",
    ):
        assert line in text, line
    cells = option_table(option_words(view, view.publication.alternatives[0]), 1)["rows"][0]
    people = "longer for 400; route lost for 300; shorter for 200; route gained for 100"
    assert cells[3:] == ["\u00b10; ▲ route lost for some; ▼ route gained for some", people]


def test_averages_of_different_people_are_not_compared(town):
    # W and N lose their route, E and F gain one: nobody has one both times.
    view = at_westham(town, [[30, NO, NO], [20, NO, NO], [NO, 5, NO], [NO, 6, NO]], "A", "B")
    row = view.figures["first"].loc["clinic"]
    assert (row["kind"], row["change_min"]) == ("partly", 0)
    said = said_of(view)
    for form in (".html", "_leaflet.html", "_large.html", ".txt"):
        assert "700 of the 1,000 people here would have no route any more." in said[form]
        assert "300 of the 1,000 people here would have a route, and have none" in said[form]
        assert "shorter each way" not in said[form]


@pytest.mark.parametrize(("today", "then"), [("A", "B"), ("B", "A")])
def test_a_service_that_nobody_reaches_today_or_then_has_pages(town, today, then):
    """A column with one site and one blank is text to pandas, and its blank was looked up."""
    two = (town.services[0], replace(town.services[1], delivery="patient"))
    times = [[30, NO, 3], [20, NO, 3], [20, NO, 3], [10, NO, 3]]
    matrix = TravelTimes(pd.DataFrame(times, town.areas.index, list("ABC"), dtype=float))
    options = [
        Option(name, name, {"clinic": frozenset(sites), "beds": frozenset("C")})
        for name, sites in (("today", today), ("then", then))
    ]
    changed = appraised(town, options=tuple(options), services=two, times=(matrix,))
    place = KitPlace("Westham", "town", "Town", (*"WNEF",), 1_000, "middle", "westham")
    text = said_of(place_view(changed, place))[".txt"]
    assert ("You would lose your access" if today == "A" else "You would gain access") in text


@pytest.mark.parametrize(
    ("sites", "who"), [("AB", "get there. Today"), ("BA", "not get there any")]
)
def test_a_route_that_some_gain_or_lose_is_not_everybodys_in_easy_read(town, sites, who):
    # To A nobody has a route, to B all but F's 100 people; or all of them.
    for farm, said in ((NO, "Some people here could"), (4, "You could")):
        times = [[NO, 9, NO], [NO, 8, NO], [NO, 4, NO], [NO, farm, NO]]
        easy = said_of(at_westham(town, times, *sites))["_easy.html"]
        assert f"{said} {who}" in easy


def test_an_average_that_falls_is_not_called_longer(town):
    # N's 300 take 2 minutes more; of all others 0.9 less, too little to count each by itself.
    times = [[10, 9.1, NO], [10, 12, NO], [10, 9.1, NO], [10, 9.1, NO]]
    view = at_westham(town, times, "A", "B")
    row = view.figures["first"].loc["clinic"]
    assert (row["kind"], row["longer"]) == ("worsened", 300)
    assert row["change_min"] < 0
    said = said_of(view)
    assert "It would take longer for 300 people here." in said[".txt"]
    assert "longer each way" not in said[".txt"]
    assert "It is longer for some people." in said["_easy.html"]
    assert "That is longer." not in said["_easy.html"]


def test_where_nobody_lives_no_journey_counts(town):
    # Of E, where nobody lives, the route stays: everybody else loses theirs.
    areas = town.areas.assign(residents=[400, 300, 0, 100])
    empty = replace(town, areas=areas)
    view = at_westham(empty, [[5, NO, NO], [7, NO, NO], [90, 90, NO], [NO, NO, NO]], "A", "B")
    row = view.figures["first"].loc["clinic"]
    assert (row["kind"], row["lost"]) == ("lost", 700)
    assert row["before_min"] == pytest.approx((400 * 5 + 300 * 7) / 700)


def test_teams_that_travel_another_way_are_told_and_lend_their_errors_to_nobody(town):
    errors = pd.DataFrame(
        [("Town", "off_peak", 0, 60, 31, 0.1, 1.7, 4.3)],
        columns=["authority", "period", "from_min", "to_min", "pairs", "bias_min",
                 "median_abs_min", "p90_abs_min"],
    )  # fmt: skip
    rows = [[20, 30, 9], [20, 30, 9], [20, 30, 9], [20, 30, 9]]
    minutes = pd.DataFrame(rows, town.areas.index, list("ABC"), dtype=float)
    bus = TravelTimes(minutes, mode="transit")
    drive = TravelTimes(
        minutes / 10, mode="car", direction="from_site", accuracy=Accuracy(journeys=errors)
    )
    # The team stands first among the services.
    services = tuple(reversed(town.services))
    changed = appraised(town, services=services, times=(bus, drive), judged_by=bus)
    place = KitPlace("Westham", "town", "Town", (*"WNEF",), 1_000, "middle", "westham")
    said = said_of(place_view(changed, place))
    for form in (".html", "_leaflet.html", "_large.html", ".txt", "_easy.html"):
        assert "times are by public transport, outside the rush hour" in said[form], form
        assert "Teams come by car, outside the rush hour." in said[form], form
        assert "nine in ten within" not in said[form], form
    assert "not known for journeys of this length from Town" in said[".txt"]
    only = tuple(
        Option(option.name, option.label, {"nurses": option.sites["nurses"]})
        for option in changed.options
    )
    nurses = appraised(changed, services=services[:1], options=only, times=changed.times)
    alone = said_of(place_view(nurses, place))[".txt"]
    assert "Teams come by car, outside the rush hour." in alone
    assert "public transport" not in alone.split("How sure")[0]


def test_the_best_change_is_the_one_that_is_best_on_average(town):
    # The clinic is 2 minutes nearer for all; beds 20 for W alone: 400 of 1,000 people.
    times = [[30, 28, 10], [30, 28, 30], [30, 28, 30], [30, 28, 30]]
    matrix = TravelTimes(pd.DataFrame(times, town.areas.index, list("ABC"), dtype=float))
    options = tuple(
        Option(name, name, {"clinic": frozenset(clinic), "beds": frozenset(beds)})
        for name, clinic, beds in (("today", "A", "A"), ("then", "B", "C"))
    )
    changed = appraised(town, options=options, services=town.services[:2], times=(matrix,))
    place = KitPlace("Westham", "town", "Town", (*"WNEF",), 1_000, "middle", "westham")
    text = said_of(place_view(changed, place))["_leaflet.html"]
    assert "The best change here: Beds (to visit somebody). A visit" in text
    assert "about 8 minutes shorter each way." in text


def test_places_of_one_name_are_told_apart(town):
    at = town.areas.geometry.loc[["W", "N", "F"]].to_numpy()
    places = gpd.GeoDataFrame(
        {"name": ["Newton"] * 3, "residents": [3_100, 4_100, 3_300]}, geometry=at
    ).set_crs(town.base.places.crs)
    residents = town.areas.assign(residents=[3_200, 4_000, 3_600, 3_400])
    twins = replace(town, areas=residents, base=replace(town.base, places=places))
    found = [place for place in kit_places(residents, twins.base) if place.kind == "town"]
    assert [place.slug for place in found] == ["newton", "newton_2", "newton_3"]
    labels = ["Newton (4,000 people)", "Newton (Fields)", "Newton (3,200 people)"]
    files = kit_files(twins, found, {}, leaflets_as_pdf=False)
    for place, label in zip(found, labels, strict=True):
        for form in (".html", "_leaflet.html", "_large.html", "_easy.html", ".txt"):
            assert f"{label}: your journeys" in files[f"places/{place.slug}{form}"], form
        assert f">{label}</a>" in files["kit.html"]


def test_the_easy_read_of_one_option_speaks_of_no_others(town, county, westham):
    alone = said_of(place_view(town, westham))["_easy.html"]
    assert "Here is one way to do this. We call it an option." in alone
    assert "some ways to do this" not in alone
    place = kit_places(county.areas, county.base)[0]
    several = str(place_files(county, place)[page_name(place, "easy")])
    assert "There are some ways to do this." in several


def test_pages_by_car_say_that_they_have_no_bus_times_though_the_explorer_has(town, westham):
    bus = replace(town.judged_by, mode="transit", direction="to_site")
    both = appraised(town, times=(*town.times, bus))
    assert "This page has no bus or train times." in about_lines(place_view(both, westham))
    by_bus = appraised(town, times=(bus, *town.times))
    assert "no bus" not in " ".join(about_lines(place_view(by_bus, westham)))


def test_every_figure_of_every_place_follows_from_the_table_of_areas(county):
    """Journeys of a third of all pairs are not there, so that routes are lost and gained."""
    rng = np.random.default_rng(3)
    sparse = tuple(
        replace(times, minutes=times.minutes.mask(rng.random(times.minutes.shape) < 0.33, np.inf))
        for times in county.times
    )
    county = appraised(county, times=sparse)
    table, seen = area_results(county), set()
    for place in kit_places(county.areas, county.base)[::7]:
        own = table.loc[list(place.areas)]
        people = own["residents"]
        for option in county.alternatives:
            for service, row in place_figures(county, place, option).iterrows():
                before = own[f"{service}__{county.baseline_name}_min"]
                after = own[f"{service}__{option.name}_min"]
                had, has = np.isfinite(before), np.isfinite(after)
                change = (after - before).where(had & has).round(6)
                tolerance = county.tolerance_min
                assert row[["longer", "shorter", "lost", "gained", "none"]].tolist() == [
                    people[change > tolerance].sum(),
                    people[change < -tolerance].sum(),
                    people[had & ~has].sum(),
                    people[~had & has].sum(),
                    people[~had & ~has].sum(),
                ]
                seen.add(row["kind"])
                both = had & has
                if both.any():
                    for minutes, name in ((before, "before_min"), (after, "after_min")):
                        mean = (minutes[both] * people[both]).sum() / people[both].sum()
                        assert row[name] == pytest.approx(mean, abs=1e-5)
    assert {"mixed", "worsened", "improved", "partly"} <= seen


def test_a_pages_cells_are_the_figures_and_the_change_can_be_checked_by_subtracting(county):
    place = kit_places(county.areas, county.base)[0]
    view = place_view(county, place)
    page = read_page(str(place_files(county, place)[page_name(place)]))
    assert len(page.tables) == len(county.alternatives)
    for table, option in zip(page.tables, county.alternatives, strict=True):
        figures = view.figures[option.name]
        shown = [row[1:4] for row in table.rows[1:]]
        for cells, (_, row) in zip(shown, figures.iterrows(), strict=True):
            before, after, change = cells
            assert int(before) == np.floor(row["before_min"] + 0.5)
            assert int(after) == np.floor(row["after_min"] + 0.5)
            if change != "=":
                said = int(change.split()[0].replace("\u2212", "-").replace("±", ""))
                assert said == int(after) - int(before)


def test_the_leaflet_has_every_service_under_every_option_the_worst_line_first(county):
    place = kit_places(county.areas, county.base)[0]
    view = place_view(county, place)
    table = leaflet_table(view, [option_words(view, option) for option in county.alternatives])
    assert len(table["heads"]) == 2 + len(county.alternatives)
    worst = {
        service.label: max(
            figures["worst_change_min"][service.id] for figures in view.figures.values()
        )
        for service in county.services
    }
    order = [row[0] for row in table["rows"]]
    assert sorted(order, key=lambda label: -worst[label]) == order
    assert set(order) == set(worst)


def test_a_sign_that_is_rare_is_explained_where_it_occurs(county):
    view = place_view(county, kit_places(county.areas, county.base)[0])
    told = option_words(view, county.alternatives[0])
    plain = replace(told, services=tuple(replace(s, change="=") for s in told.services))
    even = replace(told, services=(replace(told.services[0], change="±0 ≈"), *told.services[1:]))
    said = "±0 is longer or shorter for some people, and the same on average."
    assert option_table(even, 1)["note"].endswith(said)
    assert said not in option_table(plain, 1)["note"]
    assert said in leaflet_table(replace(view, publication=county), [even])["note"]
    close = "≈ is too close to say."
    assert close in option_table(even, 1)["note"]
    assert close not in option_table(plain, 1)["note"]


def test_without_a_known_error_no_page_of_a_place_says_that_changes_are_marked(county):
    place = kit_places(county.areas, county.base)[0]
    marked = "A change that may only be an error of our times is marked"
    assert not county.judged_by.accuracy.is_measured
    view = place_view(county, place)
    assert all(table["too_close"].isna().all() for table in view.figures.values())
    text = " ".join(sure_lines(view))
    assert "How far our times may be wrong is not known, so no change is marked" in text
    assert marked not in text
    differences = pd.DataFrame(
        {"from_min": [0.0], "to_min": [60.0], "pairs": [99], "p80_abs_min": [7.0]}
    )
    times = replace(county.judged_by, accuracy=Accuracy(differences=differences))
    view = place_view(replace(county, times=(times,), judged_by=times), place)
    assert marked in " ".join(sure_lines(view))
    assert sum(table["too_close"].sum() for table in view.figures.values()) > 0


def test_a_journey_that_is_lost_comes_first_and_is_told_in_words(county):
    far = county.areas.index[0]  # a corner that no road leads to
    option = county.alternatives[0]
    view = county.views[option.name, "nurses"]
    lost = view.areas.copy()
    lost.loc[far, ["before_min", "after_min", "outcome", "change_min"]] = [
        5.0,
        np.inf,
        "lost",
        np.inf,
    ]
    views = {**county.views, (option.name, "nurses"): replace(view, areas=lost)}
    changed = replace(county)
    changed.__dict__["views"] = views
    place = KitPlace(
        "Corner", "ward", "District 0", (far,), int(lost.loc[far, "people"]), "ward", "c"
    )
    figures = place_figures(changed, place, option)
    assert figures.index[0] == "nurses"
    assert (figures.iloc[0]["kind"], figures.iloc[0]["change_min"]) == ("lost", np.inf)
    said = option_words(place_view(changed, place), option)
    assert said.main.startswith("The worst change here: Nurses (a team comes to you).")
    assert "No team could reach you any more." in said.main


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0.4, "less than a minute"), (0.5, "about 1 minute"), (9.49, "about 9 minutes"),
     (119.5, "about 2 hours"), (121, "about 2 hours 1 minute"), (np.inf, "no route")],
)  # fmt: skip
def test_minutes_are_told_whole_and_long_ones_in_hours(minutes, said):
    assert minutes_in_words(minutes) == said


def test_a_qr_code_is_the_one_that_segno_makes():
    address = "https://care.example.org/maps/places/oakham.html"
    code = qr_code(address)
    dark = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", code.path)}
    modules = segno.make(address, error="m", micro=False, boost_error=False).matrix
    assert dark == {
        (x + 4, y + 4) for y, row in enumerate(modules) for x, each in enumerate(row) if each
    }
    assert code.size == len(modules) + 8


@pytest.fixture(scope="module")
def kit(county):
    places = kit_places(county.areas, county.base)[:9]
    known = {"explorer.html": "The explorer", "report.html": "The report", "print/a_a3.png": ""}
    return places, kit_files(county, places, known, leaflets_as_pdf=False)


def test_every_form_of_every_place_and_the_landing_page_bear_the_run(county, kit):
    places, files = kit
    assert len(files) == 5 * len(places) + 2
    picture = files["preview_kit.png"]
    assert picture.startswith(b"\x89PNG")
    width, height = (int.from_bytes(picture[at : at + 4], "big") for at in (16, 20))
    assert (width, height) == (1_200, 630)
    texts = [content for content in files.values() if isinstance(content, str)]
    assert len(texts) == len(files) - 1
    assert all(run_mark(county) in content for content in texts)


def test_every_page_of_a_kit_asks_for_nothing_and_is_well_made(kit):
    _, files = kit
    for name, content in files.items():
        if name.endswith(".html"):
            page = read_page(content)
            rules = [policy_findings, request_findings, structure_findings]
            rules += [table_findings] if page.tables else []
            assert [finding for rule in rules for finding in rule(page)] == [], name


def test_every_link_within_a_kit_leads_to_a_file(kit):
    _, files = kit
    known = {*files, "explorer.html", "report.html", "print/a_a3.png"}
    for name, content in files.items():
        if not name.endswith(".html"):
            continue
        for link in read_page(content).all("a"):
            address = link.attributes["href"]
            if address.startswith(("#", "https:")):
                continue
            folder = name.rpartition("/")[0]
            target = (
                address.removeprefix("../")
                if address.startswith("../")
                else (f"{folder}/{address}" if folder else address)
            )
            assert target in known, (name, address)


def test_pages_say_how_to_answer_with_the_place_and_the_option_and_no_postcode(kit):
    places, files = kit
    page = read_page(files[page_name(places[0])])
    links = [link.attributes["href"] for link in page.all("a")]
    about = f"https://care.example.org/say?form=3&place={places[0].slug}"
    assert about in links
    assert f"{about}&option=option_1" in links
    for said in ("from 1 December 2026 to 28 February 2027", "Ring us for other formats.",
                 "Gujarati: ring", "Ring 0116 000 0000."):  # fmt: skip
        assert said in page.text
    assert "https://care.example.org/access" in links
    leaflet = files[page_name(places[0], "leaflet")]
    assert 'property="og:image" content="https://care.example.org/maps/preview_kit.png"' in leaflet
    assert f"https://care.example.org/maps/places/{places[0].slug}.html" in leaflet


def test_without_a_theme_a_kit_names_no_address_and_has_no_code(county):
    place = kit_places(county.areas, county.base)[0]
    files = place_files(replace(county, theme=Theme()), place)
    leaflet = files[page_name(place, "leaflet")]
    assert "How to answer has not been announced yet." in leaflet
    assert "og:image" not in leaflet
    assert 'class="code"' not in leaflet


def test_the_embed_code_shuts_the_explorer_off_and_is_shown_as_text(kit):
    _, files = kit
    (code,) = re.findall(r"<code>(.*?)</code>", files["kit.html"])
    assert "<iframe" not in code
    shown = unescape(code)
    assert 'src="https://care.example.org/maps/explorer.html"' in shown
    assert 'sandbox="allow-scripts allow-downloads"' in shown


def test_the_text_to_read_aloud_has_whole_sentences_and_no_signs(kit):
    places, files = kit
    text = files[f"places/{places[0].slug}.txt"]
    assert not re.search(r"[|*_<>▲▼≈±=\t](?!\w)", text.replace("sign ≈", ""))
    for line in text.splitlines():
        assert not line or line.endswith((".", "!", "?", ":")) or "://" in line, line


def test_the_easy_read_has_one_idea_a_line_of_few_words(county, kit):
    places, _ = kit
    names = {service.label for service in county.services} | {place.name for place in places}
    for place in places:
        for part in easy_parts(place_view(replace(county, theme=Theme()), place)):
            assert part.picture.startswith("Picture:")
            for line in chain(part.lines, *part.services, part.rest):
                short = line
                for name in sorted(names, key=len, reverse=True):
                    short = short.replace(name, "name")
                assert len(short.split()) <= MOST_WORDS, line
                assert len(re.findall(r"[.!?](?= )", short)) <= 1, line


def test_the_easy_read_says_how_people_travel_and_that_all_else_stays(county, kit):
    today, other, *_ = county.options
    kept = replace(other, sites={**other.sites, "nurses": today.sites["nurses"]})
    same = replace(other, name="same", sites=today.sites)
    three = appraised(county, options=(today, kept, same), theme=Theme())
    about, one, none, *_ = easy_parts(place_view(three, kit[0][0]))
    assert about.lines[-1] == "The times are by car, outside the rush hour."
    rest = "Your other journeys would take about as long as today."
    without = "Not everyone here has a route to every service. That would stay so."
    assert (one.lines, len(one.services), one.rest) == ((), 1, (rest, without))
    stay = "Journeys would stay as they are today."
    assert (none.lines, none.services, none.rest) == ((stay,), (), (without,))


def test_large_print_and_easy_read_are_large(kit):
    places, files = kit
    for form, least in (("large", 16), ("easy", 14)):
        page = files[page_name(places[0], form)]
        sizes = re.findall(rf"main\.{form}\)[^{{}}]*{{ font-size: (\d+)pt", page)
        assert sizes
        assert min(map(int, sizes)) >= least
    assert "must test it before you use it" in files[page_name(places[0], "easy")]


def test_a_kit_is_written_beside_the_run_and_is_no_part_of_the_manifest(town, tmp_path):
    out = tmp_path / "maps"
    published = publish(town, out)
    before = {path: path.read_bytes() for path in published}
    written = publish(town, out, more=[make_kit])
    assert all(path.read_bytes() == content for path, content in before.items())
    names = {path.relative_to(out).as_posix() for path in {*written} - {*published}}
    assert {"kit.html", "places/westham.html", "places/westham.txt"} <= names
    landing = (out / "kit.html").read_text(encoding="utf-8")
    for path in published:
        assert f'href="{path.relative_to(out).as_posix()}"' in landing or path.suffix == ".xml"


def test_a_kit_that_cannot_be_made_leaves_the_pages_of_the_run_before(town, tmp_path):
    out = tmp_path / "maps"
    publish(replace(town, title="The run before"), out, more=[make_kit])
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    with pytest.raises(PublishError, match="no town or ward is called Nowhere"):
        publish(town, out, more=[partial(make_kit, names=["Nowhere"])])
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_homes_without_a_car_are_told_where_they_are_counted_and_times_are_by_car(county):
    number = np.arange(len(county.areas))
    counted = county.areas.assign(households=400 + 7 * number, **{NO_CAR: 31 + 3 * number})
    place = kit_places(county.areas, county.base)[0]
    own = counted.loc[list(place.areas)]
    share = 100 * own[NO_CAR].sum() / own["households"].sum()
    said = f"About {share:.0f}% of the homes here have no car."
    assert said in about_lines(place_view(replace(county, areas=counted), place))
    assert "no car" not in " ".join(about_lines(place_view(county, place)))
    walk = replace(county.judged_by, mode="walk")
    on_foot = appraised(county, areas=counted, times=(walk, county.times[-1]))
    assert "no car" not in " ".join(about_lines(place_view(on_foot, place)))


def test_a_place_says_nothing_of_contacts(county):
    place = kit_places(county.areas, county.base)[0]
    many = tuple(
        replace(service, rates={band: 7 * rate for band, rate in service.rates.items()})
        for service in county.services
    )
    assert place_files(replace(county, services=many), place) == place_files(county, place)


def test_a_county_whose_areas_name_no_authority_has_pages_too(town):
    areas = town.areas.assign(authority="").drop(columns="ward")
    publication = replace(
        town, areas=pd.DataFrame(areas).pipe(type(town.areas), crs=town.areas.crs)
    )
    (place,) = kit_places(publication.areas, publication.base)
    assert place.authority == ""
    text = str(place_files(publication, place)[page_name(place)])
    assert "That is not known for journeys of this length" in text


def with_indicators(publication):
    """Return a publication with a figure of authorities and one of areas, ranked."""
    given = []
    areas = publication.areas
    said = {"unit": "%", "better": "higher", "source": "Invented", "date": "2025"}
    for kind, places in (("authority", sorted(areas["authority"].unique())), ("area", areas.index)):
        values = pd.Series(np.arange(len(places)) * 1.7 + 11.3, pd.Index(places)).round(1)
        given.append(
            PlaceFigures(
                Indicator(f"of_{kind}", f"Figure of {kind}", **said), kind, values,
                values * np.nan, values.isna(),
            )
        )  # fmt: skip
    ranks = [rank_figures(each, each.values.index).assign(option="") for each in given]
    tables = {**publication.tables, "place_rankings": pd.concat(ranks, ignore_index=True)}
    return replace(publication, figures=tuple(given), tables=tables)


def test_a_place_has_the_studys_indicators_with_its_rank_or_a_range(county):
    publication = with_indicators(county)
    place = next(each for each in kit_places(county.areas, county.base) if each.kind == "ward")
    own = county.areas.loc[list(place.areas)]
    assert len(set(own["authority"])) == 1
    by_authority, by_area = publication.figures
    files = place_files(publication, place)
    for form in ("page", "large"):
        page = read_page(files[page_name(place, form)])
        rows = next(each.rows for each in page.tables if each.id == "table-figures")
        authority = own["authority"].iloc[0]
        value = by_authority.values[authority]
        rank = (by_authority.values > value).sum() + 1
        count = len(by_authority.values)
        assert rows[1] == ["Figure of authority (%)", f"{value}", f"{rank} of {count}", authority]
        low, high = by_area.values[list(place.areas)].agg(["min", "max"])
        assert rows[2] == [
            "Figure of area (%)", f"{low} to {high}", "", f"{len(own)} places",
        ]  # fmt: skip
        assert "Source: Invented, 2025." in page.text
    text = files[f"places/{place.slug}.txt"]
    assert f"Figure of authority (%), {authority}: {value}, rank {rank} of {count}." in text
    assert "table-figures" not in files[page_name(place, "leaflet")]
    plain = place_files(county, place)
    assert "table-figures" not in plain[page_name(place)]
    assert "Figures of this place" not in plain[f"places/{place.slug}.txt"]


def test_maps_for_print_are_told_by_what_they_show(town, tmp_path):
    written = publish(town, tmp_path / "maps", more=[maps_for_print, make_kit])
    page = (tmp_path / "maps/kit.html").read_text(encoding="utf-8")
    maps = {path.name for path in written if path.parent.name == "print"}
    told = re.findall(r'href="print/[^"]+">print/[^<]+</a>: (A[34] \w+: [^<]+)</li>', page)
    assert len(told) == len(maps) > 3
    assert "A4 map: Closer to home, Beds; a picture" in told
