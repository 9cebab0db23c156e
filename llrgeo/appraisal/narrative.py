"""Narrative: what an option means, in plain English and by the names of places."""

import pandas as pd

from llrgeo.appraisal.evaluation import OptionResult


def option_sentence(result: OptionResult, *, baseline: str, error_min: float) -> str:
    """Say in plain English what an option does to people's journeys.

    Parameters
    ----------
    result
        The option's result.
    baseline
        The name of the option that stands for today.
    error_min
        Measured error of a journey; a change of the mean that is smaller is said to be so.
    """
    summary = result.overall.summary
    total = summary["people"]
    if result.option.name == baseline:
        return (
            f"{result.option.label}: for the average resident a contact takes "
            f"{summary['mean_min']:.1f} minutes of travel each way. "
            f"{_reachable(summary['unreachable'], total)}"
        )
    parts = [
        _part(summary["improved"] + summary["gained"], total, "would have shorter journeys"),
        _part(summary["worsened"], total, "longer ones"),
        _part(summary["unchanged"], total, "would see little change"),
    ]
    sentence = f"{result.option.label}: {parts[0]}, {parts[1]}, and {parts[2]}."
    if summary["lost"]:
        sentence += f" {summary['lost']:,.0f} residents would lose their last site within reach."
    apart = summary["none"] + summary["no_data"]
    if apart:
        sentence += f" {apart:,.0f} residents have no site within reach before or after."
    sentence += (
        f" For the average resident a contact would take {summary['mean_min']:.1f} "
        f"minutes of travel each way, compared with {summary['before_mean_min']:.1f} today"
    )
    if abs(summary["change_mean_min"]) < error_min:
        return (
            f"{sentence}: a difference below the {error_min:.1f} minutes by which one may be wrong."
        )
    return f"{sentence}."


def worst_places(result: OptionResult, areas: pd.DataFrame, *, count: int = 10) -> pd.DataFrame:
    """Return the places whose journeys are the longest under an option, by name.

    Columns: `name`, `ward` and `authority` as far as the areas have them, `residents`,
    `before_min`, `after_min`, `change_min`. Places that can reach no site stand first.
    """
    change = result.overall.change[["before_min", "after_min", "change_min"]]
    return _listed(change, areas, order="after_min", count=count)


def worst_changes(result: OptionResult, areas: pd.DataFrame, *, count: int = 10) -> pd.DataFrame:
    """Return the places whose journeys lengthen most, by name; places that lose access first."""
    change = result.overall.change
    worse = change[change["outcome"].isin(["worsened", "lost"])]
    columns = ["before_min", "after_min", "change_min"]
    return _listed(worse[columns], areas, order="change_min", count=count)


def _listed(change: pd.DataFrame, areas: pd.DataFrame, *, order: str, count: int) -> pd.DataFrame:
    named = [c for c in ("name", "ward", "authority", "residents") if c in areas.columns]
    worst = change.sort_index().sort_values(order, ascending=False, kind="stable").head(count)
    return areas.loc[worst.index, named].join(worst)


def _reachable(unreachable: float, total: float) -> str:
    if not unreachable:
        return f"All {total:,.0f} residents can reach a site."
    return f"{unreachable:,.0f} of {total:,.0f} residents can reach no site."


def _part(people: float, total: float, words: str) -> str:
    if not people:
        return f"no residents {words}"
    return f"{people:,.0f} residents ({people / total:.1%}) {words}"
