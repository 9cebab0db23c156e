"""What `llrgeo locate` says of its answer: the plan beside today, its sites, people and reach."""

import numpy as np

from llrgeo.schema import share_text
from llrgeo.study.siting.services import SitingResult

_BY_CLASS = {
    "lost": "lose their journey",
    "longer": "have a longer journey",
    "shorter": "have a shorter one",
    "about_the_same": "have one about as long",
    "none": "have none before and after",
    "no_data": "are without data",
}
_LONG_MIN = 5.0
_ROUNDING = 1e-9
_BY_RESIDENTS = "Demand is of real patients, so every resident counts once in its place."


def summarise(result: SitingResult) -> list[str]:
    """Return the answer in sentences: the certificate, today beside it, sites, people and reach."""
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
    ]
    return [sentence for sentence in sentences if sentence]


def beside_today(result: SitingResult) -> str:
    """Return today's value beside the plan's, and which of them is the better."""
    plan, today = result.best, result.today_value
    if np.isnan(today):
        return f"{result.siting.start_name}: the service runs nowhere."
    start, sites = result.siting.start_name, f"{len(result.siting.today)} sites"
    if np.isinf(today):
        return f"{start}, with {sites}: not all demand is within the standard."
    shortfall = plan.problem.definition.shortfall
    # By the objective's own direction: above 0, the plan is worse than today.
    worse = shortfall(plan.value, than=today)
    said = f"{start}, with {sites}: {today:.4g}; the plan, with {len(plan.sites)}, is "
    if abs(worse) <= _ROUNDING * max(abs(today), 1.0):
        return f"{said}as good."
    said += f"{'worse' if worse > 0 else 'better'} by {abs(worse):.4g}."
    # A bound that is worse than today says it of every plan, found or not.
    if shortfall(plan.bound, than=today) > _ROUNDING * max(abs(today), 1.0):
        said += " So is every plan that meets what was asked."
    return said


def _sites(result: SitingResult) -> list[str]:
    """Return which sites open, close and stay, by name."""
    changes = result.site_changes(result.best)
    said = []
    for change, verb in (("opens", "Opens"), ("closes", "Closes"), ("stays", "Stays")):
        chosen = changes["name"][changes["change"] == change]
        listed = "; ".join(" ".join(str(name).split()) for name in chosen)
        said.append(f"{verb} {len(chosen)}: {listed}." if listed else f"{verb} none.")
    neighbours = int((changes["change"] == "neighbour").sum())
    if neighbours:
        said.append(f"Sites outside the study that stay open beside the plan: {neighbours}.")
    return said


def _people(result: SitingResult) -> str:
    """Return how many residents gain and lose, adding up to all."""
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
    """Return who has no journey, and what the others' mean is; nothing where everyone has one.

    A journey that is not there counts as the ceiling in the objective. The means beside it are over
    the residents who have a journey both today and under the plan: like with like.
    """
    plan = result.best
    residents = result.siting.inputs.areas["residents"]
    said = []
    if plan.left_out:
        people = int(residents[list(plan.left_out)].sum())
        said.append(
            f"No candidate reaches {len(plan.left_out)} areas with {people:,} residents: they are "
            "in no figure above but those of residents."
        )
    # Left out are areas that no plan could reach; unreached those that this plan does not.
    if plan.unreached:
        people = int(residents[list(plan.unreached)].sum())
        said.append(
            f"Under the plan {len(plan.unreached)} areas with {people:,} residents have no "
            f"journey: each counts as {plan.problem.ceiling_min:g} minutes in the objective."
        )
    return [*said, like_with_like(result)] if said else []


def like_with_like(result: SitingResult) -> str:
    """Return the residents' mean minutes today and under the plan, over those with both."""
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
