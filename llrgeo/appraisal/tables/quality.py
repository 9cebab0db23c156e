"""Tables of quality assurance: the log of checks, and the register of assumptions."""

from typing import Final

from llrgeo.appraisal.disclosure import publish_as_is
from llrgeo.appraisal.quality import assumption_register, quality_log
from llrgeo.appraisal.tables.declaration import PublishedColumn, TableDeclaration

_NOT_SAID: Final = "the study does not say"

QUALITY: Final = (
    TableDeclaration(
        "assumption_register",
        "What the study takes for granted, on what basis, and who answers for it. Rates, values "
        "and parameters with their sources stand in tables of their own.",
        (
            PublishedColumn("assumption", "What is assumed"),
            PublishedColumn("basis", "What it rests on", blank=_NOT_SAID),
            PublishedColumn("owner", "Who answers for it", blank=_NOT_SAID),
            PublishedColumn("date", "When it was made or last looked at", blank=_NOT_SAID),
            PublishedColumn("if_wrong", "What changes if it is wrong", blank=_NOT_SAID),
        ),
        lambda context: assumption_register(
            context.evidence_inputs.quality, context.appraisal_inputs.services
        ),
        publish_as_is,
    ),
    TableDeclaration(
        "quality_log",
        "Who worked on the study and who reviewed it, and each check that it records. No rows: it "
        "records none.",
        (
            PublishedColumn("role", "Author, reviewer, approver, or a check"),
            PublishedColumn("what", "What was checked", blank="a person's part, not a check"),
            PublishedColumn("who", "Who did it", blank=_NOT_SAID),
            PublishedColumn("date", "When it was done", blank=_NOT_SAID),
            PublishedColumn("result", "What came of it", blank=_NOT_SAID),
        ),
        lambda context: quality_log(context.evidence_inputs.quality),
        publish_as_is,
    ),
)
