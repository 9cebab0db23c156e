"""The ranking in words: what each option does to journeys, and how sure the first place is.

The appraisal says the same in English in its tables `sentences` and `robustness`, which are alike
in every language; here it is said in the language of the pages, from the figures.
"""

from typing import Final

import pandas as pd

from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.people.people_by_service import CLASSES, LONGER_CLASSES
from llrgeo.appraisal.people.people_groups import everyone_of
from llrgeo.appraisal.uncertainty.sensitivity import CONTACTS, COSTS, PEOPLE, TIMES
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import wording

_ASSUMPTIONS: Final = {TIMES: "times", PEOPLE: "people", COSTS: "costs"}


def robustness_lines(publication: Publication) -> list[str]:
    """Return how far the leader's place depends on the weights; empty if not examined."""
    place, words = publication.first_place, wording()
    if place is None:
        return []
    labels = {option.name: option.label for option in publication.options}
    several = len(place.leaders) > 1
    lines = [
        words["robust_tied" if several else "robust_first"].format(
            options=_listed([labels[name] for name in place.leaders]),
            shares=_listed([words.share(share) for share in place.shares]),
        )
    ]
    switch = place.switch
    if switch is None:
        lines.append(words["robust_holds_tied" if several else "robust_holds"])
    else:
        side = "robust_below" if switch["falls_below"] else "robust_above"
        lines.append(
            words[side].format(
                criterion=words[f"measure_{switch['criterion']}"],
                switch=words.number(switch["switching_weight"], 2),
                weight=words.number(switch["weight"], 2),
                option=labels[switch["challenger"]],
            )
        )
    if place.of_patients:
        lines.append(words["robust_residents"])
    if place.set_aside:
        named = "; ".join(words[f"measure_{name}"] for name in place.set_aside)
        lines.append(words["robust_set_aside"].format(measures=named))
    return lines


def option_sentence(publication: Publication, option: Option) -> str:
    """Return what an option does to people's journeys, in sentences.

    Those with a longer journey for at least one service come first, whatever another service
    gains; then those with a shorter one; the average comes last.
    """
    result, words = publication.results[option.name], wording()
    error_min = publication.judged_by.accuracy.mean_min  # NaN: no change is called close
    sentences = " ".join([*_people_lines(result), _average(result, error_min)])
    return words["told_option"].format(option=option.label, said=sentences)


def assumption_label(text: str) -> str:
    """Return what readers call an assumption of the tornado, from what its table calls it."""
    words = wording()
    if text in _ASSUMPTIONS:
        return words[f"assumption_{_ASSUMPTIONS[text]}"]
    return words["assumption_contacts"].format(service=text.removeprefix(f"{CONTACTS}: "))


def _people_lines(result: OptionResult) -> list[str]:
    """Return who gains and who loses over all services, or by teams' drives where only they go."""
    words, over_services = wording(), len(result.people) > 0
    everyone = everyone_of(result.people if over_services else result.drives)
    total = everyone[list(CLASSES)].sum()
    longer = everyone[list(LONGER_CLASSES)].sum()
    shorter, apart = everyone["shorter"], everyone["none"] + everyone["no_data"]
    if not over_services:
        # Of drives there are three counts: who is out of reach both times sees no change.
        counts = {"farther": longer, "nearer": shorter, "same": everyone["same"] + apart}
    else:
        counts = {"longer": longer, "shorter": shorter, "same": everyone["same"]}
    first, second, third = (_part(name, count, total) for name, count in counts.items())
    lines = [words["told_people"].format(first=first, second=second, third=third)]
    if over_services and everyone["lost"]:
        lines.append(words["told_lost"].format(people=words.people(everyone["lost"])))
    if over_services and apart:
        key = "told_apart_one" if apart == 1 else "told_apart"
        lines.append(words[key].format(people=words.people(apart)))
    return lines


def _part(name: str, people: float, total: float) -> str:
    words = wording()
    if not people:
        return words[f"told_{name}_nobody"]
    return words[f"told_{name}"].format(
        residents=words.residents(people), share=words.share(people / total, 1)
    )


def _average(result: OptionResult, error_min: float) -> str:
    """Compare the mean before and after over the people who have a journey both times."""
    words, summary = wording(), result.overall.summary
    before, change = summary["before_mean_min"], summary["change_mean_min"]
    if pd.isna(change):
        return words["told_average_nobody"]
    close = 0 < abs(change) < error_min
    return words["told_average_close" if close else "told_average"].format(
        after=words.number(before + change, 1),
        before=words.number(before, 1),
        error=words.number(error_min, 1),
    )


def _listed(names: list[str]) -> str:
    """Join two names or more as a sentence does."""
    joined = names[0]
    for name in names[1:]:
        joined = wording()["list_and"].format(first=joined, second=name)
    return joined
