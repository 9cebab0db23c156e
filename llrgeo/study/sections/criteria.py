"""The criteria of a study file: the measures that options are scored by, and their hurdles."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from llrgeo.appraisal.measures import MEASURES
from llrgeo.study.validation import Part, no_boolean


def _known_measure(name: str) -> str:
    if name not in MEASURES:
        msg = f"no measure '{name}'; known are {', '.join(MEASURES)}"
        raise ValueError(msg)
    return name


KnownMeasure = Annotated[str, AfterValidator(_known_measure)]


class CriterionConfig(Part):
    """A measure and how much it counts."""

    measure: KnownMeasure
    weight: Annotated[float, BeforeValidator(no_boolean), Field(ge=0, le=1e6)]


class HurdleConfig(Part):
    """A figure that an option must reach before it is ranked."""

    measure: KnownMeasure
    limit: float
