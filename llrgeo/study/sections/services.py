"""The services of a study file: who needs them, how they are delivered, and their standard."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, ValidationError, model_validator

from llrgeo.appraisal.demand import Service, Shares, service_faults
from llrgeo.schema import AgeBand
from llrgeo.study.sections.capacity import BedsConfig, is_unset
from llrgeo.study.validation import Label, Name, Part, Positive, Share

_WEEK_MIN: Final = 7 * 24 * 60
_MOST_PATIENTS: Final = 100_000  # of 1,000 residents a year: each goes twice a week


class ServiceConfig(Part):
    """A service: who needs it, how it is delivered, and the journey it should not exceed."""

    id: Name
    label: Label
    delivery: Literal["patient", "team", "visitor", "bed"] = "patient"
    rates: dict[AgeBand | Literal["residents"], Annotated[Positive, Field(le=_MOST_PATIENTS)]]
    standard_min: Annotated[float, Field(gt=0, le=_WEEK_MIN)]
    visits: Positive = 1.0
    share_video: Share = 0.0
    share_home: Share = 0.0
    minimum_activity: Positive = 0.0
    call_min: Positive = 0.0
    dispatch_min: Positive = 0.0
    beds: Annotated[BedsConfig | None, Field(exclude_if=is_unset)] = None
    source: str = "illustrative planning assumption"
    note: str = ""

    def build(self) -> Service:
        """Return the service as the appraisal uses it.

        Patients who stay in a bed do not travel there and back: those who visit them do.
        """
        values = self.model_dump(exclude={"share_video", "share_home", "beds"})
        if self.delivery == "bed":
            values["delivery"] = "visitor"
        return Service(**values, shares=Shares(self.share_video, self.share_home))

    @model_validator(mode="before")
    @classmethod
    def _visits_of_stays(cls, values: Any) -> Any:  # noqa: ANN401 (whatever a file holds)
        """Derive visitors' journeys from the stay, where the study states none."""
        beds = values.get("beds") if isinstance(values, Mapping) else None
        if not isinstance(beds, Mapping) or "visits" in values:
            return values
        try:
            return {**values, "visits": BedsConfig.model_validate(beds).visits}
        except ValidationError:  # the field `beds` reports the fault
            return values

    @model_validator(mode="after")
    def _possible(self) -> Self:
        faults = service_faults(self.build())
        if (self.delivery == "bed") != (self.beds is not None):
            faults.append(
                f"service '{self.id}': delivery = \"bed\" goes with a table beds; one is missing"
            )
        if self.beds is not None and (self.share_video or self.share_home):
            faults.append(f"service '{self.id}': nobody is in a bed by video or at home")
        if faults:
            raise ValueError("\n".join(faults))
        return self
