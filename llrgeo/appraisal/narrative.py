"""Narrative: what an option means, in plain English and by the names of places."""

from typing import Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.evaluation import OptionResult
from llrgeo.appraisal.people.area_facts import has_authorities
from llrgeo.appraisal.people.people_by_service import CLASSES, LONGER_CLASSES
from llrgeo.appraisal.people.people_groups import everyone_of
from llrgeo.schema import counted, share_text

_CHANGED: Final = ("before_min", "after_min", "change_min")


def option_sentence(result: OptionResult, *, baseline: str, error_min: float) -> str:
    """Return in plain English what an option does to people's journeys.

    Those with a longer journey for at least one service come first, whatever another service
    gains; then those with a shorter one; the average comes last.

    Parameters
    ----------
    result
        The option's result.
    baseline
        The name of the option that stands for today.
    error_min
        What a mean over many areas may err by; a smaller change of the mean is said to be so;
        NaN where that is not known.
    """
    if result.option.name == baseline:
        return f"{result.option.label}: {_today(result)}"
    who = _people_by_service(result) if len(result.people) else _people_reached(result)
    return " ".join([f"{result.option.label}: {who}", _average(result, error_min=error_min)])


def _people_by_service(result: OptionResult) -> str:
    """Return how many people have a longer and a shorter journey for at least one service."""
    everyone = everyone_of(result.people)
    total = everyone[list(CLASSES)].sum()
    longer = everyone[list(LONGER_CLASSES)].sum()
    parts = [
        _part(longer, total, "would have a longer journey, or none left, for at least one service"),
        _part(
            everyone["shorter"], total, "a shorter one for one or more and a longer one for none"
        ),
        _part(everyone["same"], total, "would see little change"),
    ]
    sentence = f"{parts[0]}, {parts[1]}, and {parts[2]}."
    if everyone["lost"]:
        sentence += (
            f" Of the first, {everyone['lost']:,.0f} would have no journey left for a service."
        )
    apart = everyone["none"] + everyone["no_data"]
    if apart:
        have = "has" if apart == 1 else "have"
        who = counted(round(apart), "resident")
        sentence += f" {who} {have} no site within reach before or after."
    return sentence


def _people_reached(result: OptionResult) -> str:
    """Return for how many people a team's drive gets longer or shorter, if only teams travel."""
    everyone = everyone_of(result.drives)
    total = everyone[list(CLASSES)].sum()
    parts = [
        _part(everyone[list(LONGER_CLASSES)].sum(), total, "would be farther from a team"),
        _part(everyone["shorter"], total, "nearer to one and farther from none"),
        _part(everyone[["same", "none", "no_data"]].sum(), total, "would see little change"),
    ]
    return f"{parts[0]}, {parts[1]}, and {parts[2]}."


def _average(result: OptionResult, *, error_min: float) -> str:
    """Compare the mean before and after over the people who have a journey both times."""
    summary = result.overall.summary
    before, change = summary["before_mean_min"], summary["change_mean_min"]
    if pd.isna(change):
        return "Nobody has a journey both today and then, so averages cannot be compared."
    sentence = (
        "On balance over all services, those who have a journey both times would travel "
        f"{before + change:.1f} minutes each way on average, compared with {before:.1f} today"
    )
    if 0 < abs(change) < error_min:
        sentence += f": a difference below the {error_min:.1f} minutes by which one may be wrong"
    return f"{sentence}."


def _today(result: OptionResult) -> str:
    """Return how long the average journey takes today, and how many people can make none."""
    summary = result.overall.summary
    reach = _reachable(summary["unreachable"], summary["people"])
    if pd.isna(summary["mean_min"]):
        return f"nobody travels. {reach}"
    return f"an average journey takes {summary['mean_min']:.1f} minutes each way. {reach}"


def worst_places(result: OptionResult, areas: pd.DataFrame, *, count: int = 10) -> pd.DataFrame:
    """Return the places whose journeys are the longest under an option, by name.

    Columns: `name`, `ward` and `authority` as far as the areas have them, `residents`,
    `before_min`, `after_min`, `change_min`. Places that can reach no site stand first.
    """
    change = result.overall.change[list(_CHANGED)]
    return _listed(change, areas, order="after_min", count=count)


def worst_changes(result: OptionResult, areas: pd.DataFrame, *, count: int = 10) -> pd.DataFrame:
    """Return the places with the largest worsening for any service, by name.

    Columns as `worst_places` has them, minutes being those of the service that worsens most, and
    `service`. Places that lose a journey stand first.
    """
    by_service = {name: found.access.change for name, found in result.services.items()}
    if result.classified.empty:
        changes = {name: change["change_min"] for name, change in by_service.items()}
        hit = pd.DataFrame(changes)[result.worse_off].fillna(-np.inf).idxmax(axis=1)
    else:
        # Of each area the service that is worst hit: its minutes before and after are those shown.
        hit = result.classified.loc[result.worse_off, "worst_service"]
    worse = pd.DataFrame(index=hit.index, columns=list(_CHANGED), dtype=float)
    for service in hit.unique():
        here = hit.index[hit == service]
        worse.loc[here] = by_service[str(service)].loc[here, list(_CHANGED)]
    return _listed(worse.assign(service=hit), areas, order="change_min", count=count)


def _listed(change: pd.DataFrame, areas: pd.DataFrame, *, order: str, count: int) -> pd.DataFrame:
    kept = ("name", "ward", *(("authority",) if has_authorities(areas) else ()), "residents")
    named = [column for column in kept if column in areas.columns]
    worst = change.sort_index().sort_values(order, ascending=False, kind="stable").head(count)
    rows = areas.index.get_indexer(worst.index)
    facts = {column: areas[column].array.take(rows) for column in named}
    return pd.DataFrame(facts, index=worst.index.rename(areas.index.name)).join(worst)


def _reachable(unreachable: float, total: float) -> str:
    if not unreachable:
        return f"All {total:,.0f} residents can reach a site."
    return f"{unreachable:,.0f} of {total:,.0f} residents can reach no site."


def _part(people: float, total: float, words: str) -> str:
    if not people:
        return f"no residents {words}"
    return f"{counted(round(people), 'resident')} ({share_text(people / total, 1)}) {words}"
