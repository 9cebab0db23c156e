"""The explorer's tables: what a view says, in rows of text."""

from math import isnan
from typing import Any, Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.people.people_by_service import LONGER_CLASSES, UNCERTAIN_CLASSES
from llrgeo.appraisal.people.people_groups import EVERYONE
from llrgeo.publish import pages, palette
from llrgeo.publish.legend import class_label
from llrgeo.publish.option_view import OptionView
from llrgeo.publish.people_view import PeopleView
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import column_heads, wording


def explorer_tables(
    publication: Publication, views: tuple[OptionView, PeopleView], options: dict[str, Any]
) -> list[dict[str, Any]]:
    """Return the tables of a view of one service and of one of all, after that of `options`.

    Each has an id, a caption, heads, and rows of text.
    """
    words, (view, people) = wording(), views
    place, mean = words["column_place"], [words["column_before"], words["column_after"]]
    areas = [words["column_area"], *mean, words["column_change"]]
    # Places and tenths are levels of one frame; a page without deprivation has no tenths.
    tenth = people.groups.index.get_level_values(0) == "tenth"
    by_place, by_tenth = people.groups[~tenth], people.groups[tenth]
    tenths = list(map(_label_of, by_tenth.index))
    return [
        options,
        _table(
            "services",
            column_heads("service", "longer", "shorter", "same"),
            _service_rows(publication, people),
        ),
        _people_table("winners", "place", by_place, list(map(_label_of, by_place.index))),
        *([_people_table("deprivation", "tenth", by_tenth, tenths)] if tenths else []),
        _table(
            "bands",
            column_heads("time", "before_people", "after_people"),
            [
                [class_label(item), pages.people(before), pages.people(after)]
                for item, before, after in zip(
                    palette.time_classes(), view.bands["before"], view.bands["after"], strict=True
                )
            ],
        ),
        _table("means", [place, *mean], _mean_rows(view.groups)),
        _table(
            "changed",
            [words["column_area"], words["column_service"], *areas[1:]],
            _worst_rows(publication, people),
        ),
        _table("areas", areas, _area_rows(view)),
    ]


def figure_table(data: dict[str, Any]) -> dict[str, Any] | None:
    """Return the table of the first indicator, as the page opens; None without any."""
    listed = data["figures"]["list"]
    if not listed:
        return None
    heads = column_heads("place", "value", "rank", "next_place")
    first = listed[0]
    return {"id": "figures", "caption": first["caption"], "heads": heads, "rows": first["rows"]}


def options_table(publication: Publication, of: tuple[str, str] = EVERYONE) -> dict[str, Any]:
    """Return the people of each option over all services: the first thing that a reader sees.

    They are everyone, or those of another group and level, such as an authority.
    """
    groups = [publication.people[option.name].groups for option in publication.alternatives]
    counted = np.stack([table.to_numpy()[table.index.get_loc(of)] for table in groups])
    labels = [option.label for option in publication.alternatives]
    return _people_table(
        "options", "option", pd.DataFrame(counted, columns=groups[0].columns), labels
    )


_IF_ANY: Final = ("lost", "none")  # columns that a table has only if it counts somebody there


def _people_table(name: str, first: str, groups: pd.DataFrame, labels: list[str]) -> dict[str, Any]:
    """Return people by class; those "mixed" and "lost" are part of those with a longer journey.

    How many are too close to say is a word where it is not known.
    """
    count = dict(zip(groups.columns, groups.to_numpy().T, strict=True))
    columns = {
        "any_longer": np.sum([count[name] for name in LONGER_CLASSES], axis=0),
        "mixed": count["mixed"],
        "lost": count["lost"],
        "only_shorter": count["shorter"],
        "unmoved": count["same"],
        "none": count["none"],
        # Part of those with a longer or a shorter journey, as "mixed" and "lost" are.
        "too_close": np.sum([count[f"too_close_{name}"] for name in UNCERTAIN_CLASSES], axis=0),
    }
    # A class that is empty in all rows has no column: most studies cut nobody off.
    shown = {key: people for key, people in columns.items() if key not in _IF_ANY or people.any()}
    counts = zip(
        *(map(_people_or_not_known, people.tolist()) for people in shown.values()), strict=True
    )
    rows = [[label, *cells] for label, cells in zip(labels, counts, strict=True)]
    return _table(name, column_heads(first, *shown), rows)


def _people_or_not_known(count: float) -> str:
    return wording()["cell_not_known"] if isnan(count) else pages.people(count)


def _service_rows(publication: Publication, people: PeopleView) -> list[list[str]]:
    """Return the people of each service, in words that fit who travels."""
    return [
        [
            wording()[f"{service.delivery}_service"].format(service=service.label),
            *map(pages.people, counts),
        ]
        for service, counts in zip(
            publication.services,
            people.services[["longer", "shorter", "same"]].to_numpy().tolist(),
            strict=True,
        )
    ]


def _worst_rows(publication: Publication, people: PeopleView) -> list[list[str]]:
    """Return the areas hit hardest, with the service that worsens most for each."""
    services = {service.id: service for service in publication.services}
    rows = []
    for area, row in people.worst.iterrows():
        view = publication.views[people.option.name, row["service"]]
        found = _area_rows(view, [area])[0]
        rows.append([found[0], services[row["service"]].label, *found[1:]])
    return rows


def _table(name: str, heads: list[str], rows: list[list[str]]) -> dict[str, Any]:
    return {"id": name, "caption": wording()[f"table_{name}"], "heads": heads, "rows": rows}


def _label_of(key: tuple[str, str]) -> str:
    group, level = key
    words = wording()
    if group == "everyone":
        return words["everyone"]
    if group != "tenth":
        return level
    ends = {"1": words["tenth_first"], "10": words["tenth_last"]}
    return ends.get(level, words["tenth"].format(tenth=level))


def _mean_rows(groups: pd.DataFrame) -> list[list[str]]:
    means = groups[["mean_before_min", "mean_after_min"]].to_numpy().tolist()
    return [
        [_label_of(key), *map(_mean, row)] for key, row in zip(groups.index, means, strict=True)
    ]


def _mean(value: float) -> str:
    return wording()["nobody"] if pd.isna(value) else pages.number(value, 1)


def _area_rows(view: OptionView, chosen: list[Any] | None = None) -> list[list[str]]:
    """Return minutes and changes of some areas, or of all of them."""
    areas = view.areas if chosen is None else view.areas.loc[chosen]
    columns = ("label", "before_min", "after_min", "outcome", "change_min")
    close = view.accuracy.too_close(areas["before_min"], areas["after_min"])
    return [
        [
            label,
            pages.minutes(before),
            pages.minutes(after),
            change_mark(outcome, change, too_close=near),
        ]
        for label, before, after, outcome, change, near in zip(
            *(areas[column] for column in columns), close, strict=True
        )
    ]


def change_mark(outcome: str, change_min: float, *, too_close: bool = False) -> str:
    """Return a change as a sign and minutes, or in words where minutes cannot be told.

    A change beyond the tolerance that the times cannot tell is marked so.
    """
    words = wording()
    if outcome not in {"improved", "worsened", "unchanged"}:
        return words[f"mark_{outcome}"]
    sign = {"improved": "▼", "worsened": "▲", "unchanged": "="}[outcome]
    mark = f"{sign} {pages.number(abs(change_min), 1)}"
    marked = too_close and outcome != "unchanged"
    return words["mark_too_close"].format(change=mark) if marked else mark
