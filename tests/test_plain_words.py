"""The plain-words draft: short, one idea a line, a draft, and text from data stays text."""

from dataclasses import replace

import pytest
from publication_cases import appraised

from llrgeo.publish.report.plain_words import in_ten, markdown_text, render_plain_words

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
    [(1.1, "wrong by about 1 minute or less"), (3.4, "about 3 minutes"), (None, "Nobody has")],
)
def test_it_says_how_sure_the_minutes_are_in_its_own_words(town_publication, error_min, said):
    error = float("nan") if error_min is None else error_min
    times = replace(town_publication.judged_by, error_min=error)
    changed = replace(town_publication, times=(times,), judged_by=times)
    assert said in render_plain_words(changed)


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
