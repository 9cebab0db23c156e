"""Declared tables of the case for and against each option."""

from collections.abc import Callable
from typing import Final

import pandas as pd

from llrgeo.appraisal.case.case_against import Grounds, case_against, case_for
from llrgeo.appraisal.case.comparison import Comparison
from llrgeo.appraisal.case.item import Item, item_table
from llrgeo.appraisal.disclosure import CountedContacts
from llrgeo.appraisal.tables.columns import ERROR_UNKNOWN, OPTION
from llrgeo.appraisal.tables.context import EvidenceContext
from llrgeo.appraisal.tables.declaration import PublishedColumn, TableDeclaration
from llrgeo.appraisal.tables.units import AS_STATED, MINUTES, PEOPLE, PERSON_MINUTES, RANK

_FOLLOWS_FROM_CONTACTS: Final = ("contacts", "costs")
_ABSENT: Final = "the item has none"

_COLUMNS: Final = (
    OPTION,
    PublishedColumn("place_in_case", "Order of the item; 1 weighs most", RANK),
    PublishedColumn("item", "What the item says; the report has it in words"),
    PublishedColumn("service", "Name of the service it is about", blank=_ABSENT),
    PublishedColumn("group", "What people are grouped by", blank=_ABSENT),
    PublishedColumn("level", "Which of the groups", blank=_ABSENT),
    PublishedColumn("place", "Places or sites it is about", blank=_ABSENT),
    PublishedColumn("subject", "Criterion, assumption or period it is about", blank=_ABSENT),
    PublishedColumn("rival", "The other option it is about", blank=_ABSENT),
    PublishedColumn("people", "Residents it is about; 0 where it is not about people", PEOPLE),
    PublishedColumn("minutes", "Mean minutes each way that they gain or lose", MINUTES, _ABSENT),
    PublishedColumn("people_min", "People times these minutes", PERSON_MINUTES, _ABSENT),
    PublishedColumn("value", "Figure of its own, as the report words it", AS_STATED, _ABSENT),
    PublishedColumn("second", "Second figure, to compare with the first", AS_STATED, _ABSENT),
    PublishedColumn(
        "today",
        "What today has of the first figure; the option changes it by the one less the other",
        AS_STATED,
        "the first figure is a change already",
    ),
    PublishedColumn(
        "too_close",
        "Of the people, those whose change is less than the travel times can tell",
        PEOPLE,
        f"{_ABSENT}, or {ERROR_UNKNOWN}",
    ),
    PublishedColumn("rests_on", "Residents and times, contacts, costs, ranking, sources, nothing"),
    PublishedColumn("modelled", "Whether it was worked out at all"),
)


def _of_every_option(
    make: Callable[[Comparison, Grounds], list[Item]],
) -> Callable[[EvidenceContext], pd.DataFrame]:
    def table(context: EvidenceContext) -> pd.DataFrame:
        names = [name for name in context.results if name != context.baseline]
        return item_table(
            {name: make(context.comparisons[name], context.grounds) for name in names}
        )

    return table


def _without_contacts(table: pd.DataFrame, _: CountedContacts) -> pd.DataFrame:
    """Leave out items from which contacts of patients could be worked out."""
    return table[~table["rests_on"].isin(_FOLLOWS_FROM_CONTACTS)].reset_index(drop=True)


CASES: Final = (
    TableDeclaration(
        "case_against",
        "The case against each option: what an objector would find, weightiest first.",
        _COLUMNS,
        _of_every_option(case_against),
        _without_contacts,
    ),
    TableDeclaration(
        "case_for",
        "The case for each option, by the same rules.",
        _COLUMNS,
        _of_every_option(case_for),
        _without_contacts,
    ),
)
