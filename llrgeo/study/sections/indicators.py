"""The `[[indicators]]` of a study file: the meaning of each figure of places, and its file."""

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import Field

from llrgeo.appraisal.places.indicators import Better, Indicator
from llrgeo.appraisal.places.place_rankings import ACCESS_FIGURES
from llrgeo.study.validation import Name, Part, Positive, duplicate_faults, duplicate_labels

MOST_INDICATORS: Final = 500  # a GeoPackage has no more than 2,000 columns

_Text = Annotated[str, Field(min_length=1)]
_COUNT_MISSING: Final = (
    "count: say true if it counts people or contacts, else false; the study's data is of real "
    "patients, and counts of 1 to 7 are hidden"
)
_UNDECLARED: Final = (
    "indicators: the study's data is of real patients; declare each figure as [[indicators]], with "
    "count = true where it counts people or contacts"
)


class IndicatorConfig(Part):
    """A figure of the user's own for each authority or area.

    `file` is a table (.csv, .xlsx, .parquet) with one of the columns `area_id`, `authority_code`,
    `authority`, `upper_authority`, and the figure in `column` (the id, if left out). `better` says
    which values are better: higher, lower, or none of them. With `count` it counts people, and
    small numbers are hidden in a restricted study. `error` is the margin of error of each figure,
    in its unit, or `error_column` names a column of margins. With `others` the file may have places
    outside the study, which are ranked but not shown.
    """

    id: Name
    label: _Text
    unit: _Text
    better: Better
    source: _Text
    date: _Text
    file: _Text
    column: str = ""
    count: bool | None = None
    error: Positive | None = None
    error_column: str = ""
    others: bool = False

    @property
    def value_column(self) -> str:
        """The column of the file that holds the figure."""
        return self.column or self.id

    def build(self) -> Indicator:
        """Return the indicator as the appraisal uses it."""
        return Indicator(self.id, self.label, self.unit, self.better, self.source, self.date)


def indicator_faults(
    indicators: Sequence[IndicatorConfig], *, undeclared: str, restricted: bool
) -> list[str]:
    """Return the faults of the indicators of a study file, before their files are read.

    `undeclared` is the file of figures that the study names without declaring each; blank if none.
    """
    faults = [
        *duplicate_faults("indicators: ids", [each.id for each in indicators]),
        *duplicate_labels("indicators: labels", [each.label for each in indicators]),
    ]
    if restricted and undeclared:
        faults.append(f"appraisal.{_UNDECLARED}")
    for number, each in enumerate(indicators, start=1):
        where = f"indicators.{number}"
        if each.id in ACCESS_FIGURES:
            faults.append(f"{where}.id: '{each.id}' is a figure of llrgeo; choose another")
        if each.error is not None and each.error_column:
            faults.append(f"{where}: give error or error_column, not both")
        if restricted and each.count is None:
            faults.append(f"{where}.{_COUNT_MISSING}")
    return faults


def counted_files(indicators: Sequence[IndicatorConfig]) -> set[str]:
    """Return the files that hold counts of people, as the study file writes them."""
    return {each.file for each in indicators if each.count}
