"""Sentences on the result of `llrgeo locate`: the plan and today, its sites, people and reach."""

from typing import Final

import numpy as np

from llrgeo.schema import counted, share_text
from llrgeo.study.siting.services import SitingResult

_BY_CLASS: Final = {
    "lost": "lose their journey",
    "longer": "have a longer journey",
    "shorter": "have a shorter one",
    "about_the_same": "have one about as long",
    "none": "have none before and after",
    "no_data": "are without data",
}
_LONG_MIN: Final = 5.0
_ROUNDING: Final = 1e-9  # relative: smaller differences of values are none
_OF_YEAR: Final = "Demand is that of the people of {year}; residents are those of the census."
_BY_RESIDENTS: Final = "Demand is of real patients, so every resident counts once in its place."


def summarise(result: SitingResult) -> list[str]:
    """Return the answer in sentences: the certificate, today beside it, sites, people and reach.

    What else was asked for follows: the next best plans, numbers of sites, and futures.
    """
    plan = result.best
    certificate = (
        f"{plan.value:.4g} {plan.unit}; no plan that meets what was asked is better than "
        f"{plan.bound:.4g} (gap {share_text(plan.gap, 2)}, seed {plan.seed})."
    )
    sentences = [
        certificate,
        beside_today(result),
        *_sites(result),
        _people(result),
        *out_of_reach(result),
        _BY_RESIDENTS if result.siting.restricted else "",
        _OF_YEAR.format(year=year) if (year := result.siting.config.year) else "",
        *_runners_up(result),
        *_curve(result),
        *_regrets(result),
    ]
    return [sentence for sentence in sentences if sentence]


def _runners_up(result: SitingResult) -> list[str]:
    """Return a sentence for each further plan: its value, and what it opens and closes."""
    sentences = []
    for number, plan in enumerate(result.plans[1:], start=2):
        listed = f"Plan {number}: {plan.value:.4g} {plan.unit}"
        changes = result.site_changes(plan)
        for change in ("opens", "closes"):
            names = changes["name"][changes["change"] == change]
            if len(names):
                listed += f"; {change} {', '.join(' '.join(str(name).split()) for name in names)}"
        sentences.append(f"{listed}.")
    return sentences


def _curve(result: SitingResult) -> list[str]:
    """Return the best value by number of sites, and the numbers for which there is no plan."""
    if result.curve is None:
        return []
    by_count = zip(result.curve.index.tolist(), result.curve["value"], strict=True)
    values = [f"{counted(p, 'site')} {value:.4g}" for p, value in by_count]
    sentences = [f"{result.best.unit.capitalize()} by number of sites: {'; '.join(values)}."]
    none = [str(p) for p in result.siting.config.curve if p not in result.curve.index]
    if none:
        sentences.append(f"No plan of {' or '.join(none)} sites meets what was asked.")
    return sentences


def _regrets(result: SitingResult) -> list[str]:
    """Return a sentence on how far each plan is behind the best of each future, at the most."""
    if result.regret is None:
        return []
    futures = result.regret.drop(columns=["worst", "sites"]).astype(float)
    told = []
    for name, regrets in futures.iterrows():
        worst, label = regrets.max(), regrets.idxmax()
        told.append(f"{name} by {worst:.4g} ({label})" if round(worst, 4) else f"{name} by 0")
    unit = result.best.unit
    return [f"At the most behind the best plan of a future, in {unit}: {'; '.join(told)}."]


def beside_today(result: SitingResult) -> str:
    """Return a sentence with today's value and the plan's, and which of them is better."""
    plan, today = result.best, result.today_value
    if np.isnan(today):
        return f"{result.siting.start_name}: the service runs nowhere."
    start, sites = result.siting.start_name, counted(len(result.siting.today), "site")
    if np.isinf(today):
        return f"{start}, with {sites}: not all demand is within the standard."
    shortfall = plan.problem.definition.shortfall
    # In the objective's own direction: above 0, the plan is worse than today.
    worse = shortfall(plan.value, than=today)
    sentence = f"{start}, with {sites}: {today:.4g}; the plan, with {len(plan.sites)}, is "
    if abs(worse) <= _ROUNDING * max(abs(today), 1.0):
        return f"{sentence}as good."
    sentence += f"{'worse' if worse > 0 else 'better'} by {abs(worse):.4g}."
    # If even the bound is worse than today, every plan is, found or not.
    if shortfall(plan.bound, than=today) > _ROUNDING * max(abs(today), 1.0):
        sentence += " So is every plan that meets what was asked."
    return sentence


def _sites(result: SitingResult) -> list[str]:
    """Return a sentence for each change (opens, closes, stays) with the names of the sites."""
    changes = result.site_changes(result.best)
    sentences = []
    for change, verb in (("opens", "Opens"), ("closes", "Closes"), ("stays", "Stays")):
        chosen = changes["name"][changes["change"] == change]
        listed = "; ".join(" ".join(str(name).split()) for name in chosen)
        sentences.append(f"{verb} {len(chosen)}: {listed}." if listed else f"{verb} none.")
    neighbours = int((changes["change"] == "neighbour").sum())
    if neighbours:
        sentences.append(f"Sites outside the study that stay open beside the plan: {neighbours}.")
    return sentences


def _people(result: SitingResult) -> str:
    """Return a sentence on residents by change of their journey; they add up to all."""
    residents = result.people()["residents"]
    change = result.access().change["change_min"]
    people = result.siting.inputs.areas["residents"]
    much_longer = int(people[(change > _LONG_MIN) & np.isfinite(change)].sum())
    parts = []
    for name, words in _BY_CLASS.items():
        if residents[name] or name in {"longer", "shorter"}:
            part = f"{residents[name]:,} {words}"
            if name == "longer" and residents[name]:
                part += f" ({much_longer:,} by over {_LONG_MIN:g} minutes)"
            parts.append(part)
    return f"Of {residents.sum():,} residents, {', '.join(parts)}."


def out_of_reach(result: SitingResult) -> list[str]:
    """Return sentences on residents without a journey, and the others' mean; none if all have one.

    An unreachable pair counts as the ceiling in the objective. The means are over the residents who
    have a journey both today and under the plan, so that they can be compared.
    """
    plan = result.best
    residents = result.siting.inputs.areas["residents"]
    sentences = []
    if plan.left_out:
        people = int(residents[list(plan.left_out)].sum())
        sentences.append(
            f"No candidate reaches {counted(len(plan.left_out), 'area')} with {people:,} "
            "residents: they are in no figure above but those of residents."
        )
    # `left_out` are areas that no plan could reach; `unreached` those that this plan does not.
    if plan.unreached:
        people = int(residents[list(plan.unreached)].sum())
        sentences.append(
            f"Under the plan there is no journey from {counted(len(plan.unreached), 'area')} with "
            f"{people:,} residents: it counts as {plan.problem.ceiling_min:g} minutes in the "
            "objective."
        )
    return [*sentences, like_with_like(result)] if sentences else []


def like_with_like(result: SitingResult) -> str:
    """Return a sentence on mean minutes, of residents with a journey today and under the plan."""
    then = "before" if result.siting.config.start else "today"
    change = result.access().change
    minutes = change[["before_min", "after_min"]].to_numpy()
    both = np.isfinite(minutes[:, 0]) & np.isfinite(minutes[:, 1])
    people = result.siting.inputs.areas["residents"].to_numpy(float)[both]
    if not people.any():
        return f"Nobody has a journey both {then} and under the plan."
    before, after = np.average(minutes[both], axis=0, weights=people)
    return (
        f"The {people.sum():,.0f} residents with a journey both times travel {before:.4g} minutes "
        f"on average {then} and {after:.4g} under the plan."
    )
