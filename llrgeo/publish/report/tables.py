"""The tables of the report: figures of a publication, written for readers."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from llrgeo.appraisal.options import Option
from llrgeo.publish import pages
from llrgeo.publish.data.labels import level_label
from llrgeo.publish.notes import translate_note
from llrgeo.publish.option_view import OptionView
from llrgeo.publish.publication import Publication
from llrgeo.publish.report.answers import loads_table_rows
from llrgeo.publish.report.case import claims_against
from llrgeo.publish.report.charts import coverage
from llrgeo.publish.report.option_rows import GROUPS, people_by_option, people_over_services
from llrgeo.publish.report.ranking import assumption_label
from llrgeo.publish.wording import column_heads, wording

_MINUTES: Final = (5, 10, 15, 20, 30, 45)
_EQUITY: Final = ("mean_min", "ede_min", "gini", "concentration_index", "slope_index_min")
_RATIOS: Final = ("benefit_cost_ratio", "ratio_with_works")
_COSTS: Final = (
    "capital",
    "running",
    "provider",
    "extra_provider",
    "works",
    "extra_with_works",
    "patients",
    "benefits",
    "net_cost",
    "benefit_cost_ratio",
    "net_with_works",
    "ratio_with_works",
    "net_present_cost",
    "equivalent_annual_cost",
)

Table = dict[str, Any]


def scorecard_table(publication: Publication) -> Table:
    """Return options by criteria, best first, in the units of each criterion.

    Beside averages, in which gains and losses cancel out, are the people with a longer journey.
    """
    card = publication.tables["scorecard"].sort_values("total", ascending=False, kind="stable")
    criteria = publication.tables["criteria"].set_index("criterion")
    words = wording()
    named = [words[f"measure_{name}"] for name in criteria.index]
    losers = winners(publication)["longer"].to_dict()
    heads = [words["option_label"], *named, words["column_longer"], words["column_score"]]
    units = criteria["unit"].astype(str).to_dict()
    rows = [
        [
            row["label"],
            *(_figure(row[str(name)], unit) for name, unit in units.items()),
            pages.people(losers.get(row["label"], 0)),
            pages.number(row["total"], 2),
        ]
        for _, row in card.iterrows()
    ]
    return _table("scorecard", heads, rows)


def ceiling_note(publication: Publication) -> str:
    """Return how criteria count a journey that is not there; blank where every journey is there."""
    missing = (result.overall.summary["unreachable"] > 0 for result in publication.results.values())
    return wording()["note_ceiling"] if any(missing) else ""


def winners(publication: Publication) -> pd.DataFrame:
    """Return people with `shorter`, `same` and `longer` journeys over all services.

    One row an option but the baseline, on what it is called. A longer journey, or none left, for
    at least one service counts as longer, whatever another service gains. Where only teams travel
    the three are of their drives.
    """
    table = people_over_services(publication)
    everyone = table[table["group"] == "everyone"].set_index("option")
    changed = everyone.loc[[option.name for option in publication.alternatives]]
    kept = changed[["shorter", "same", "longer"]]
    return kept.set_axis([option.label for option in publication.alternatives])


def winners_table(people: pd.DataFrame) -> Table:
    """Return the numbers of the chart of winners and losers."""
    return _table("people", column_heads("option", "shorter", "same", "longer"), _counts(people))


def coverage_table(views: Sequence[OptionView]) -> Table:
    """Return the shares that the curves pass through."""
    words = wording()
    heads = [words["option_label"], *(words["column_within"].format(minutes=x) for x in _MINUTES)]
    rows = [
        [view.option.label, *(pages.share(coverage(view)[x], 1) for x in _MINUTES)]
        for view in views
    ]
    return _table("coverage", heads, rows) | {"id": f"coverage-{views[0].service.id}"}


def ranks(publication: Publication) -> pd.DataFrame:
    """Return the shares of weightings in which each option takes each place, likeliest first."""
    shares = publication.tables["rank_acceptability"].pivot(
        index="option", columns="rank", values="share"
    )
    return shares.sort_values(list(shares.columns), ascending=False).rename(
        index=_labels(publication)
    )


def ranks_table(shares: pd.DataFrame) -> Table:
    """Return the numbers of the chart of ranks."""
    words = wording()
    heads = [words["option_label"], *(words["chart_place"].format(place=x) for x in shares)]
    rows = [[str(label), *map(pages.share, row)] for label, row in shares.iterrows()]
    return _table("ranks", heads, rows)


def tornado_table(publication: Publication) -> Table:
    """Return the numbers of the tornado, and which option leads."""
    labels = _labels(publication)
    rows = [
        [
            assumption_label(str(row["assumption"])),
            pages.number(row["low_margin"], 3),
            pages.number(row["high_margin"], 3),
            labels[row["low_leader"]],
            labels[row["high_leader"]],
        ]
        for _, row in publication.tables["tornado"].iterrows()
    ]
    names = ("assumption", "low_margin", "high_margin", "low_leader", "high_leader")
    return _table("tornado", column_heads(*names), rows, texts=(3, 4))


def service_table(publication: Publication, option: Option) -> Table:
    """Return what an option changes for each service whose sites it changes."""
    views = (publication.views[option.name, service.id] for service in publication.services)
    rows = [
        [
            _service_label(view),
            *map(pages.people, _outcomes(view.everyone)),
            _mean(view.everyone["mean_before_min"]),
            _mean(view.everyone["mean_after_min"]),
        ]
        for view in views
        if moves(publication, option, view.service.id) != (frozenset(), frozenset())
    ]
    names = ("service", "shorter", "same", "longer", "mean_before", "mean_after")
    return _table("services", column_heads(*names), rows, option=option)


def moves(
    publication: Publication, option: Option, service: str
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the sites at which a service would start, and those at which it would stop."""
    before = publication.baseline.sites.get(service, frozenset())
    after = option.sites.get(service, frozenset())
    return after - before, before - after


def groups_table(publication: Publication, option: Option) -> Table:
    """Return who gains and who loses by group of people, over all services, never netted."""
    chosen = people_by_option(publication)[option.name]
    people = chosen[["people", "shorter", "same", "longer"]]
    rows = _counts(people.set_axis(_level_labels(chosen)))
    heads = column_heads("group", "people", "shorter", "same", "longer")
    return _table("groups", heads, rows, option=option)


def loads_table(publication: Publication) -> Table:
    """Return the sites that are over capacity, or see too few contacts to go on."""
    heads = column_heads("option", "service", "where", "contacts", "limit", "load")
    return _table("loads", heads, list(loads_table_rows(publication)), texts=(1, 2, 5))


def case_table(publication: Publication, option: Option) -> Table:
    """Return the case against an option, the weightiest claims first."""
    rows = [list(row) for row in claims_against(publication, option)]
    heads = column_heads("claim", "rests", "answer")
    return _table("against", heads, rows, texts=(1, 2), option=option)


def changes_table(publication: Publication) -> Table:
    """Return how the average journey of each group changes, one column an option."""
    labels, table = _labels(publication), publication.tables["average_journeys"]
    chosen = table[table["group"].isin(GROUPS)]
    table = chosen.assign(order=chosen["group"].map(GROUPS.index))
    table = table.sort_values(["option", "order", "level"], kind="stable")
    options = [option.name for option in publication.alternatives]
    heads = [wording()["column_group"], *(labels[name] for name in options)]
    by_option = dict(list(table.groupby("option")))
    today = by_option[publication.baseline_name]
    changes = [_group_changes(today, by_option[name]) for name in options]
    rows = [
        list(row)
        for row in zip(
            _level_labels(by_option[publication.opening_option.name]), *changes, strict=True
        )
    ]
    return _table("changes", heads, rows)


def _group_changes(today: pd.DataFrame, then: pd.DataFrame) -> list[str]:
    """Return the change of each group, or in words why it has none: as a rule, who has no route."""
    words = wording()
    cells = [_signed(change) for change in then["change_on_balance_min"]]
    people, without = then["people"].to_numpy(), then["unreachable"].to_numpy()
    lacked = today["unreachable"].to_numpy()
    # The last condition that holds gives the words.
    for holds, phrase in (
        (without >= people, "mark_lost"),
        (lacked >= people, "mark_gained"),
        ((without >= people) & (lacked >= people), "no_route"),
        (people == 0, "nobody"),
    ):
        cells = [words[phrase] if each else cell for cell, each in zip(cells, holds, strict=True)]
    return cells


def equity_table(publication: Publication) -> Table:
    """Return how evenly journeys are spread under each option."""
    labels, equity = _labels(publication), publication.tables["equity"]
    columns = [column for column in _EQUITY if column in equity.columns]
    rows = [
        [labels[row["option"]], *(pages.number(row[column], 2) for column in columns)]
        for _, row in equity.iterrows()
    ]
    return _table("equity", column_heads("option", *columns), rows)


def costs_table(publication: Publication) -> Table:
    """Return the costs of each option in millions, and what each pound more saves."""
    labels, costs = _labels(publication), publication.tables["costs"]
    columns = [column for column in _COSTS if column in costs.columns]
    if "works" in columns:  # then the net cost and the ratio without them would mislead
        columns = [c for c in columns if c not in {"net_cost", "benefit_cost_ratio"}]
    rows = [
        [
            labels[row["option"]],
            *((_ratio if c in _RATIOS else _millions)(row[c]) for c in columns),
        ]
        for _, row in costs.iterrows()
    ]
    return _table("costs", column_heads("option", *columns), rows)


def activity_table(publication: Publication) -> Table:
    """Return how often each service is used, and who says so."""
    rows = [
        [row["label"], pages.people(row["contacts"]), translate_note(row["source"], wording())]
        for _, row in publication.tables["activity"].iterrows()
    ]
    return _table("activity", column_heads("service", "contacts", "source"), rows, texts=(2,))


def _outcomes(everyone: pd.Series) -> list[float]:
    """Return the people for whom a journey is shorter, the same and longer."""
    counts = everyone.to_dict()
    pairs = ("improved", "gained"), ("unchanged", "none"), ("worsened", "lost")
    return [counts[first] + counts[second] for first, second in pairs]


def _counts(people: pd.DataFrame) -> list[list[str]]:
    columns = [map(pages.people, people[name].tolist()) for name in people]
    return [[str(name), *counts] for name, *counts in zip(people.index, *columns, strict=True)]


def _level_labels(table: pd.DataFrame) -> list[str]:
    words = wording()
    return [
        words[f"group_{group}"].format(level=level_label(group, level, words))
        for group, level in zip(table["group"], table["level"], strict=True)
    ]


def _service_label(view: OptionView) -> str:
    team = view.service.delivery == "team"
    return wording()["team_service" if team else "own_service"].format(service=view.service.label)


def _labels(publication: Publication) -> Mapping[str, str]:
    return {option.name: option.label for option in publication.options}


def _figure(value: float, unit: str) -> str:
    if unit.startswith("pounds"):
        phrase = "pounds_in_all" if unit == "pounds" else "pounds_a_year"
        return wording()[phrase].format(millions=_millions(value))
    if unit == "share":
        return pages.share(value)
    key = unit.replace(" ", "_").lower()
    return wording()[f"measured_{key}"].format(value=pages.number(value, 1))


def _mean(value: float) -> str:
    return wording()["no_route"] if pd.isna(value) else pages.number(value, 1)


def _signed(value: float) -> str:
    """Write a change of minutes with its sign; what rounds to nothing is 0.0."""
    words, size = wording(), pages.number(abs(value), 1)
    if size == pages.number(0, 1):
        return size
    sign = "+" if value > 0 else words["minus"]
    return words["indicator_blank"] if pd.isna(value) else f"{sign}{size}"


def _millions(value: float) -> str:
    """Write pounds in millions; a minus where they are saved, unless that rounds to nothing."""
    size = pages.number(abs(value) / 1e6, 1)
    sign = wording()["minus"] if value < 0 and size != pages.number(0, 1) else ""
    return "" if pd.isna(value) else f"{sign}{size}"


def _ratio(value: float) -> str:
    """Write what is saved for each pound; a minus where it is lost."""
    sign = wording()["minus"] if value < 0 else ""
    return "" if pd.isna(value) else f"{sign}{pages.number(abs(value), 2)}"


def _table(
    kind: str,
    heads: list[str],
    rows: list[list[str]],
    *,
    texts: Sequence[int] = (),
    option: Option | None = None,
) -> Table:
    """Return a table for the pages' template; `texts` are the columns that are not numbers."""
    caption = wording()[f"table_report_{kind}"]
    return {
        "id": f"{kind}-{option.name}" if option else kind,
        "caption": caption.format(option=option.label) if option else caption,
        "heads": heads,
        "rows": rows,
        "texts": texts,
    }
