"""Text of a place to read aloud: whole sentences, no table, no sign that a voice would spell."""

from collections.abc import Iterator
from itertools import chain
from typing import Final

from llrgeo.publish import pages
from llrgeo.publish.kit.about import about_lines, place_label, sure_lines
from llrgeo.publish.kit.answering import answering
from llrgeo.publish.kit.figures import PlaceView
from llrgeo.publish.kit.indicators import indicator_lines, place_indicators
from llrgeo.publish.kit.page import page_name
from llrgeo.publish.kit.words import OptionWords, option_words
from llrgeo.publish.wording import wording

_ENDS: Final = (".", "!", "?", ":", "\u06d4", "\u061f")  # the last two are those of Urdu


def render_text(view: PlaceView) -> str:
    """Return the text of a place: paragraphs with an empty line between, one sentence a line."""
    words, publication, place = wording(), view.publication, view.place
    options = (
        _option(option_words(view, option), number)
        for number, option in enumerate(publication.alternatives, start=1)
    )
    parts = [
        [publication.title, words["kit_title"].format(place=place_label(place))],
        [publication.theme.notice, *about_lines(view)],
        *chain.from_iterable(options),
        [words["plain_sure"], *sure_lines(view)],
        *_figures(view),
        [words["plain_say"], *_answer_lines(view)],
        [pages.long_day(publication.date), words["run"].format(run=pages.run_mark(publication))],
    ]
    # Empty lines within a part go, so that an empty line always parts two paragraphs.
    return "\n\n".join("\n".join(map(_line, filter(None, lines))) for lines in parts) + "\n"


def _option(option: OptionWords, number: int) -> Iterator[list[str]]:
    words = wording()
    heading = words["kit_option"].format(number=number, option=option.label)
    yield [heading, option.note, option.summary, *option.no_route]
    for service in option.changed:
        yield [service.service, *service.lines]
    if option.unchanged:
        yield [option.unchanged]


def _figures(view: PlaceView) -> Iterator[list[str]]:
    """Yield the figures from other sources, with what each is."""
    indicators = place_indicators(view)
    if indicators:
        words = wording()
        lines = [
            *indicator_lines(indicators),
            *(f"{each.heading}: {each.about}" for each in indicators),
        ]
        yield [words["kit_figures"], words["report_indicators_text"], *lines]


def _answer_lines(view: PlaceView) -> Iterator[str]:
    words, publication, place = wording(), view.publication, view.place
    answer = answering(publication.theme, page_name(place), {"place": place.slug})
    yield from answer.lines or [words["kit_no_answer"]]
    if answer.url:
        yield words["kit_answer_at"].format(address=answer.url)


def _line(text: str) -> str:
    """Return text on one line; it ends as a sentence does, so that a voice pauses."""
    plain = " ".join(text.split())
    if "://" in plain.rpartition(" ")[2] or plain.endswith(_ENDS):
        return plain  # an address goes on to its last letter
    return f"{plain}."
