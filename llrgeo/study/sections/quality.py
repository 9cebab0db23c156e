"""The record of quality assurance in a study file: people, checks, assumptions."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from llrgeo.appraisal.quality import PARTS, QualityCheck, QualityRecord, RecordedAssumption
from llrgeo.study.validation import Day, Part

NonEmptyText = Annotated[str, Field(min_length=1)]


class QualityCheckConfig(Part):
    """A check of the study: what was checked, by whom, when, and the result."""

    what: NonEmptyText
    who: str = ""
    date: Day = ""
    result: str = ""


class AssumptionConfig(Part):
    """An assumption: what it rests on, who answers for it, what changes if it is wrong."""

    assumption: NonEmptyText
    basis: str = ""
    owner: str = ""
    date: Day = ""
    if_wrong: str = ""


class QualityConfig(Part):
    """The `[quality]` table of a study file; all of it may be left out."""

    author: str = ""
    reviewer: str = ""
    approver: str = ""
    date: Day = ""
    result: str = ""
    checks: tuple[QualityCheckConfig, ...] = ()
    assumptions: tuple[AssumptionConfig, ...] = ()

    def build(self) -> QualityRecord:
        """Return the record as the appraisal uses it."""
        return QualityRecord(
            people={role: name for role in PARTS if (name := getattr(self, role))},
            date=self.date,
            result=self.result,
            checks=tuple(QualityCheck(**check.model_dump()) for check in self.checks),
            assumptions=tuple(
                RecordedAssumption(**entry.model_dump()) for entry in self.assumptions
            ),
        )

    @model_validator(mode="after")
    def _reviewed_by_another(self) -> Self:
        faults = []
        if self.reviewer and self.reviewer == self.author:
            faults.append("reviewer: is the author; a review is by somebody else")
        if (self.date or self.result) and not self.reviewer:
            faults.append("date, result: are of the review; say who the reviewer is")
        if faults:
            raise ValueError("\n".join(faults))
        return self


def is_unrecorded(value: QualityConfig) -> bool:
    """Return whether a study has no such record, so that a run leaves it out."""
    return value == QualityConfig()
