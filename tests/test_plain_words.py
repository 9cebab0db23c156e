"""The plain-words draft: short, one idea a line, a draft, and text from data stays text."""

from dataclasses import replace

import pytest

from llrgeo.publish.plain_words import in_ten, markdown_text, render_plain_words

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


def test_it_says_that_it_is_a_draft_and_names_every_option(town_edition):
    text = render_plain_words(town_edition)
    assert "**Draft." in text
    for option in town_edition.options[1:]:
        assert f"## {option.label}" in text


def test_it_tells_what_changes_for_people(town_edition):
    text = render_plain_words(town_edition)
    assert "### Clinic" in text
    assert "would have a shorter journey." in text
    assert "### Beds" not in text  # no bed moves


def test_its_own_sentences_are_short(town_edition):
    for line in render_plain_words(town_edition).splitlines():
        assert len(line.split()) <= MOST_WORDS, line


@pytest.mark.parametrize(
    "name", ["# Title", "<script>x</script>", "[a](http://b)", "- item", "`code`", "a\n\n# b"]
)
def test_a_name_stays_text(town_edition, name):
    baseline, option = town_edition.options
    hostile = replace(town_edition, options=(baseline, replace(option, label=name)))
    text = render_plain_words(hostile)
    assert f"## {markdown_text(name)}\n" in text
    assert "\n# " not in text[2:]
    assert "<script>" not in text
