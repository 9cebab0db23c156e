"""What readers see of texts: hidden characters are found, texts that look the same are one."""

import pytest

from llrgeo.inputs.visible_text import as_seen, has_hidden


@pytest.mark.parametrize(
    "text",
    ["a\u202eb", "a\u200bb", "\ufeffa", "a\x00", "a\x9f", "a\u2066b", "a\U000e0041"],
    ids=ascii,
)
def test_what_does_not_show_or_turns_text_around_is_found(text):
    assert has_hidden(text)


@pytest.mark.parametrize(
    "text",
    ["Tŵn", "a\nb\tc\r", "\u0a97\u0ac1\u200d", "\u200fa", "co\u00adop", "\u00a0 \u2019", ""],
    ids=ascii,
)
def test_what_languages_need_is_no_fault(text):
    assert not has_hidden(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Beds", "BEDS "),
        ("A b", "A\u00a0\u2003b"),
        ("é", "e\u0301"),
        ("ß", "SS"),
        ("ab", "a\u200db"),
    ],
)
def test_texts_that_look_the_same_are_one(one, other):
    assert as_seen(one) == as_seen(other)


def test_texts_that_look_different_are_two():
    assert len({as_seen(text) for text in ("Beds", "Bed", "Béds", "Be ds", "")}) == 5
