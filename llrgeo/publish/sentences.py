"""Sentences that pages share: what an option changes for everyone, who gains and loses first."""

from llrgeo.publish import pages
from llrgeo.publish.option_view import OUTCOMES, OptionView
from llrgeo.publish.wording import wording


def headline(view: OptionView) -> list[str]:
    """Return the main message: who gains and who loses first, the average last."""
    return [*people_lines(view), *_average_line(view)]


def people_lines(view: OptionView) -> list[str]:
    """Return how many people have a shorter and a longer journey, gain or lose access."""
    words, everyone = wording(), view.everyone
    if view.as_today:
        return [words["as_today"].format(service=in_sentence(view.service.label))]
    people = {name: _count(everyone[name]) for name in OUTCOMES}
    lines = [
        words["headline"].format(
            shorter=people["improved"], longer=people["worsened"], same=people["unchanged"]
        )
    ]
    if everyone["lost"]:
        lines.append(words["headline_lost"].format(lost=people["lost"]))
    if everyone["gained"]:
        lines.append(words["headline_gained"].format(gained=people["gained"]))
    return [line[0].upper() + line[1:] for line in lines]


def _average_line(view: OptionView) -> list[str]:
    """Return the average before and after; none if nobody can reach a site."""
    means = view.everyone[["mean_before_min", "mean_after_min"]]
    if means.isna().any():
        return []
    before, after = map(pages.minutes, means)
    key = "average_same" if view.as_today else "average"
    return [wording()[key].format(before=before, after=after)]


def _count(people: int) -> str:
    """Return a number of people in words; nobody is a word, not 0 people."""
    words = wording()
    if people == 0:
        return words["nobody"]
    return words["legend_people"].format(people=pages.people(people))


def in_sentence(label: str) -> str:
    """Return a label to use within a sentence: in small letters, unless it is an abbreviation."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label
