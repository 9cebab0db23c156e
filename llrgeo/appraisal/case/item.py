"""Item: one point of the case for or against an option, and the table of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from llrgeo.appraisal.people.counts import ratio
from llrgeo.arrays import Floats

RestsOn = Literal["residents", "contacts", "costs", "ranking", "sources", "nothing"]
"""What an item is worked out from: residents and travel times, contacts, costs, the scores, what
the study says of its sources, or nothing (it was not modelled)."""


@dataclass(frozen=True, slots=True)
class Item:
    """One point of the case for or against an option; words are made of it where it is shown.

    Attributes
    ----------
    item
        Its id, such as `service_longer`.
    service, group, level, place, subject, rival
        What it is about, as far as it has them: ids of a service and a group of people, names of
        places, the criterion or assumption, the other option.
    people
        Residents it is about.
    minutes
        Minutes each way that these gain or lose, on average; NaN where it is not about minutes.
    value, second
        Its own figures, in the unit that its words name; NaN for none.
    today
        What the baseline has of `value`, so that what the option changes can be told; NaN where
        `value` is a change already, or the baseline has none.
    too_close
        Of the people, those whose change is smaller than the travel times can tell; NaN where it
        is not about one journey, or what the times may be wrong by is not known.
    rests_on
        What it is worked out from.
    """

    item: str
    service: str = ""
    group: str = ""
    level: str = ""
    place: str = ""
    subject: str = ""
    rival: str = ""
    people: float = 0.0
    minutes: float = float("nan")
    value: float = float("nan")
    second: float = float("nan")
    today: float = float("nan")
    too_close: float = float("nan")
    rests_on: RestsOn = "residents"


COLUMNS: Final = tuple(name for name in Item.__dataclass_fields__)


def item_table(cases: Mapping[str, Iterable[Item]]) -> pd.DataFrame:
    """Return the items of each option's case in one table, the weightiest of each first.

    Adds `option` (the keys of `cases`, in their order), `place_in_case` (1 weighs most),
    `people_min` (people times minutes, NaN where an item is not about minutes) and `modelled`. Most
    people times minutes stand first, a tie goes to the longer minutes, then to the order given;
    items without minutes keep their order and follow, and what was not modelled stands last.
    """
    listed = [(number, item) for number, case in enumerate(cases.values()) for item in case]
    # Column by column and all options at once, which pandas takes much faster than row by row.
    table = pd.DataFrame({name: [getattr(item, name) for _, item in listed] for name in COLUMNS})
    table["case"] = [number for number, _ in listed]
    # People times minutes: many who lose a little weigh like few who lose much. NaN minutes come
    # last.
    table["people_min"] = table["people"] * table["minutes"]
    table["modelled"] = table["rests_on"] != "nothing"
    table = table.sort_values(
        ["case", "modelled", "people_min", "minutes"],
        ascending=[True, False, False, False],
        kind="stable",
        na_position="last",
        ignore_index=True,
    )
    table["place_in_case"] = table.groupby("case").cumcount() + 1
    options = list(cases)
    table.insert(0, "option", [options[number] for number in table.pop("case")])
    return table


def mean_over(minutes: Floats, residents: Floats) -> float:
    """Return the mean minutes of some residents, both by area; NaN where there are none."""
    return float(ratio(np.nansum(minutes * residents), residents.sum()))


def item_of_people(
    item: str, people: Floats, minutes: Floats, *, service: str = "", value: float = np.nan
) -> Item:
    """Return an item about the residents of some areas, and the mean of their minutes."""
    mean = mean_over(minutes, people)
    return Item(item, service=service, people=float(people.sum()), minutes=mean, value=value)


def place_name(areas: pd.DataFrame, area_id: object) -> str:
    """Return an area's ward, if it is known, and its name, so that people know the place."""
    # By its columns: a row of a table of areas is made of all of them.
    ward = areas["ward"][str(area_id)] if "ward" in areas.columns else ""
    name = str(areas["name"][str(area_id)])
    return f"{ward} ({name})" if isinstance(ward, str) and ward != "" else name


def place_names(areas: pd.DataFrame, area_ids: Iterable[object]) -> str:
    """Return the names of areas in their order, each once."""
    return "; ".join(dict.fromkeys(place_name(areas, area_id) for area_id in area_ids))


def none_if_nobody(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items that are about somebody."""
    yield from (item for item in items if item.people > 0 and np.isfinite(item.people))


def site_name(sites: pd.DataFrame, site_id: str) -> str:
    """Return what readers call a site; its id where the table has no names."""
    return str(sites["name"][site_id]) if "name" in sites.columns else site_id
