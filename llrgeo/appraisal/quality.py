"""Quality assurance as the study records it: who worked, who reviewed, what was checked.

What is recorded follows The Aqua Book (HM Treasury 2015): an author, a reviewer who is not the
author, an approver, a log of checks, and a register of assumptions with what they rest on. Nothing
of it is made up: a study that records nothing has an empty log.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final

import pandas as pd

from llrgeo.appraisal.demand import Service

PARTS: Final = ("author", "reviewer", "approver")
LOG_COLUMNS: Final = ("role", "what", "who", "date", "result")
REGISTER_COLUMNS: Final = ("assumption", "basis", "owner", "date", "if_wrong")


@dataclass(frozen=True, slots=True)
class QualityCheck:
    """A check of the study: what was checked, by whom, when, and what came of it."""

    what: str
    who: str
    date: str
    result: str


@dataclass(frozen=True, slots=True)
class RecordedAssumption:
    """An assumption: what it rests on, who answers for it, and what changes if it is wrong."""

    assumption: str
    basis: str
    owner: str
    date: str
    if_wrong: str


@dataclass(frozen=True, slots=True)
class QualityRecord:
    """What a study records of its quality assurance.

    Attributes
    ----------
    people
        Name by role; only the roles that the study fills.
    date
        The day of the review.
    result
        What the review came to.
    checks
        The checks, in the study's order.
    assumptions
        The assumptions that the study names itself.
    """

    people: dict[str, str]
    date: str = ""
    result: str = ""
    checks: tuple[QualityCheck, ...] = ()
    assumptions: tuple[RecordedAssumption, ...] = ()


NOTHING_RECORDED: Final = QualityRecord({})


def quality_log(record: QualityRecord) -> pd.DataFrame:
    """Return who worked on a study and what was checked, one row a role or check.

    Columns are `role` (author, reviewer, approver or check), `what`, `who`, `date`, `result`; blank
    where the study says nothing. The table is empty where nothing was recorded.
    """
    people = [
        {
            "role": role,
            "who": record.people[role],
            # The day and the outcome are those of the review, and of nobody else's work.
            "date": record.date if role == "reviewer" else "",
            "result": record.result if role == "reviewer" else "",
        }
        for role in PARTS
        if role in record.people
    ]
    checks = [{"role": "check", **asdict(check)} for check in record.checks]
    return pd.DataFrame([*people, *checks], columns=list(LOG_COLUMNS), dtype=object).fillna("")


def use_of(service: Service) -> str:
    """Return the assumption that every study makes of a service, as tables have it."""
    return f"{service.label}: how often it is used, and the journey it allows"


def assumption_register(record: QualityRecord, services: Iterable[Service]) -> pd.DataFrame:
    """Return what a study takes for granted: its own entries, then the use of each service.

    Columns are `assumption`, `basis`, `owner`, `date`, `if_wrong`; blank where the study says
    nothing.
    """
    stated = [asdict(entry) for entry in record.assumptions]
    # The use of a service and its standard are assumptions of every study, with their source.
    used = [
        {
            "assumption": use_of(service),
            "basis": service.source,
        }
        for service in services
    ]
    table = pd.DataFrame([*stated, *used], columns=list(REGISTER_COLUMNS), dtype=object)
    return table.fillna("")
