"""The plain-words draft: short, one idea a line, a draft, and text from data stays text."""

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from publication_cases import appraised

from llrgeo.publish.report.plain_words import in_ten, markdown_text, render_plain_words
from llrgeo.schema import BNG
from llrgeo.travel.accuracy import Accuracy

MOST_WORDS = 25


@pytest.mark.parametrize(
    ("people", "words"),
    [
        (0, "No one"),
        (4, "Fewer than 1 in 10 people"),
        (9, "Fewer than 1 in 10 people"),
        (10, "About 1 in 10 people"),
        (44, "About 4 in 10 people"),
        (95, "Nearly everyone"),
        (100, "Everyone"),
    ],
)
def test_people_are_counted_in_ten(people, words):
    assert in_ten(people, 100) == words


def test_it_says_that_it_is_a_draft_and_names_every_option(town_publication):
    text = render_plain_words(town_publication)
    assert "**Draft." in text
    for option in town_publication.alternatives:
        assert f"## {option.label}" in text


def test_it_tells_what_changes_for_people(town_publication):
    text = render_plain_words(town_publication)
    assert "### Clinic" in text
    assert "would have a shorter journey." in text
    assert "### Beds" not in text  # no bed moves


def test_its_own_sentences_are_short(town_publication):
    for line in render_plain_words(town_publication).splitlines():
        assert len(line.split()) <= MOST_WORDS, line


def test_services_of_which_the_same_is_said_stand_under_one_heading(town_publication):
    clinic, beds = town_publication.services
    twin = replace(clinic, id="beds", label="Twin")
    today, nearer = town_publication.options
    both = replace(nearer, sites={"clinic": nearer.sites["clinic"], "beds": nearer.sites["clinic"]})
    text = render_plain_words(
        appraised(town_publication, services=(clinic, twin), options=(today, both))
    )
    assert "### Clinic; Twin\n" in text
    assert beds.label not in text


@pytest.mark.parametrize(
    ("error_min", "said"),
    [(1.1, "wrong by about 1 minute or less"), (3.4, "about 3 minutes"), (None, "not know how")],
)
def test_it_says_how_sure_the_minutes_are_in_its_own_words(town_publication, error_min, said):
    error = float("nan") if error_min is None else error_min
    times = replace(town_publication.judged_by, error_min=error)
    changed = replace(town_publication, times=(times,), judged_by=times)
    assert said in render_plain_words(changed)


def test_a_change_of_a_town_that_may_only_be_an_error_is_not_called_shorter(town_publication):
    north = town_publication.areas.geometry.loc[["N"]].set_crs(BNG, allow_override=True)
    places = gpd.GeoDataFrame(
        {"name": ["Northam"], "residents": [7_000]}, geometry=north.to_numpy()
    )
    base = replace(town_publication.base, places=places.set_crs(BNG))
    exact = replace(town_publication, base=base)
    assert "Northam: about 3 minutes today. It would be about 1 minute. That is shorter." in (
        render_plain_words(exact)
    )
    differences = pd.DataFrame(
        {"from_min": [0.0], "to_min": [60.0], "pairs": [99], "p80_abs_min": [7.0]}
    )
    times = replace(exact.judged_by, accuracy=Accuracy(differences=differences))
    text = render_plain_words(replace(exact, times=(times,), judged_by=times))
    assert "That is shorter." not in text
    assert "That change is too small for us to be sure of it." in text
    unknown = "We do not know how sure we can be of small changes."
    assert unknown in render_plain_words(exact)
    assert unknown not in render_plain_words(appraised(exact, times=(times,)))


def test_a_journey_to_somebody_in_a_bed_is_called_a_visit(town_publication):
    clinic, beds = town_publication.services
    services = (clinic, replace(beds, delivery="visitor"))
    today, nearer = town_publication.options
    moved = replace(nearer, sites={"clinic": today.sites["clinic"], "beds": frozenset("B")})
    text = render_plain_words(
        appraised(town_publication, services=services, options=(today, moved))
    )
    assert "would have a longer journey to visit somebody there." in text


@pytest.mark.parametrize(
    "name", ["# Title", "<script>x</script>", "[a](http://b)", "- item", "`code`", "a\n\n# b"]
)
def test_a_name_stays_text(town_publication, name):
    baseline, option = town_publication.options
    hostile = appraised(town_publication, options=(baseline, replace(option, label=name)))
    text = render_plain_words(hostile)
    assert f"## {markdown_text(name)}\n" in text
    assert "\n# " not in text[2:]
    assert "<script>" not in text
