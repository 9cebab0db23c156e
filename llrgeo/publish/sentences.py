"""Sentences that pages share: who has a longer journey for any service first, averages last."""

import math

from llrgeo.publish import pages
from llrgeo.publish.option_view import OUTCOMES, OptionView
from llrgeo.publish.people_view import PeopleView, longer_people, too_close_people
from llrgeo.publish.wording import wording


def option_lines(view: PeopleView) -> list[str]:
    """Return what an option means over all services, never netted: those who lose come first.

    Those "too close to say" are an "of which", for they belong to a class all the same; where
    nobody knows how many they are, a line says so.
    """
    everyone = view.everyone
    who = "teams" if view.teams_only else "option"
    close_longer, close_shorter = too_close_people(everyone)
    moved = longer_people(everyone) + everyone["shorter"]
    lines = [
        _people_line(f"{who}_longer", longer_people(everyone), nobody=f"{who}_longer_nobody"),
        _people_line("option_lost", everyone["lost"]),
        "" if view.teams_only else _people_line("option_mixed", everyone["mixed"]),
        _people_line("close_longer", close_longer),
        _people_line(f"{who}_shorter", everyone["shorter"], nobody=f"{who}_shorter_nobody"),
        _people_line("close_shorter", close_shorter),
        wording()["close_unknown"] if moved and math.isnan(close_longer) else "",
        _people_line("option_same", everyone["same"]),
        _people_line("option_none", everyone["none"]),
    ]
    if view.teams is not None:
        # Teams' drives have lines of their own, only where they change.
        lines.append(_people_line("teams_longer", longer_people(view.teams)))
        lines.append(_people_line("teams_shorter", view.teams["shorter"]))
    return [capitalised(line) for line in lines if line]


def service_lines(view: OptionView) -> list[str]:
    """Return what an option changes for one service, said to be so, the average last."""
    words, everyone = wording(), view.everyone
    service = in_sentence(view.service.label)
    # Where the option runs the service as today there is nothing to count: the line says so.
    if view.as_today:
        return [words["as_today"].format(service=service), *_average_lines(view)]
    people = {name: words.persons(everyone[name]) for name in OUTCOMES}
    lines = [
        words[f"{view.service.delivery}_headline"].format(
            service=service,
            shorter=people["improved"],
            longer=people["worsened"],
            same=people["unchanged"],
        )
    ]
    # An outcome of nobody has no line.
    lines += [
        words[f"headline_{name}"].format(**{name: people[name]})
        for name in ("lost", "gained", "none")
        if everyone[name]
    ]
    return [*map(capitalised, lines), *_average_lines(view)]


def _average_lines(view: OptionView) -> list[str]:
    """Return the average before and after, over the people who have a journey both times."""
    words, everyone = wording(), view.everyone
    means = everyone[["mean_before_min", "mean_after_min"]]
    if means.isna().any():
        return [words["average_nobody"]]
    before, after = map(pages.minutes, means)
    if before == after:
        key = "average_level" if everyone[["worsened", "lost"]].any() else "average_same"
        return [words[key].format(before=before)]
    all_have_both = not everyone[["lost", "gained"]].any()
    line = words["average" if all_have_both else "average_both"].format(before=before, after=after)
    close = abs(means.iloc[1] - means.iloc[0]) <= view.accuracy.mean_min  # NaN: never
    return [line, words["average_close"]] if close else [line]


def _people_line(key: str, people: float, *, nobody: str = "") -> str:
    """Return a line about a number of people; for nobody another line, or none."""
    if people > 0:
        return wording()[key].format(people=wording().persons(people))
    return wording()[nobody] if nobody else ""


def capitalised(line: str) -> str:
    """Return a text with its first letter large; the others stay, as in GP."""
    return line[0].upper() + line[1:]


def in_sentence(label: str) -> str:
    """Return a label to use within a sentence: in small letters, unless it is an abbreviation."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label
