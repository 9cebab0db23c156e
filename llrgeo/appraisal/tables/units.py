"""Units of the columns of published tables; the format of a number follows from its unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit of a column of numbers.

    Attributes
    ----------
    name
        What a reader sees, such as "minutes".
    pattern
        How a number is shown, as a Unicode (CLDR) number pattern, which spreadsheets read too;
        empty for as many digits as it has.
    """

    name: str
    pattern: str = ""


_WHOLE: Final = "#,##0"

PEOPLE: Final = Unit("people", _WHOLE)
MINUTES: Final = Unit("minutes", "0.0")
KILOMETRES: Final = Unit("kilometres", "0.0")
PERSON_MINUTES: Final = Unit("minutes times people", _WHOLE)
CONTACTS: Final = Unit("contacts a year", _WHOLE)
JOURNEYS: Final = Unit("journeys a year", _WHOLE)
HOURS: Final = Unit("hours a year", _WHOLE)
KILOMETRES_A_YEAR: Final = Unit("kilometres a year", _WHOLE)
KILOGRAMS: Final = Unit("kilograms of CO2 equivalent a year", _WHOLE)
POUNDS: Final = Unit("pounds", _WHOLE)
POUNDS_A_YEAR: Final = Unit("pounds a year", _WHOLE)
POUNDS_AN_HOUR: Final = Unit("pounds an hour", _WHOLE)
SHARE: Final = Unit("share, 0 to 1", "0.0%")
FACTOR: Final = Unit("factor")
SCORE: Final = Unit("score, 0 to 1", "0.000")
INDEX: Final = Unit("index", "0.000")
SUPPLY: Final = Unit("of 100,000 residents")
RANK: Final = Unit("rank")
TENTH: Final = Unit("tenth")
YEAR: Final = Unit("year")
HOUR: Final = Unit("hour of the clock")
YEARS: Final = Unit("years")
ROWS: Final = Unit("rows")
PLACES_RANKED: Final = Unit("places", _WHOLE)
SITES: Final = Unit("sites", _WHOLE)
BEDS: Final = Unit("beds", _WHOLE)
BED_DAYS: Final = Unit("bed-days a year", _WHOLE)
ERLANGS: Final = Unit("erlangs", "0.0")
DAYS: Final = Unit("days", "0.0")
ADMISSIONS: Final = Unit("admissions a year", _WHOLE)
VISITS: Final = Unit("visits a year", _WHOLE)
VISITS_A_DAY: Final = Unit("visits a day", "0.0")
ROUNDS: Final = Unit("rounds a day", _WHOLE)
MINUTES_A_DAY: Final = Unit("minutes a day", _WHOLE)
CALLS: Final = Unit("calls an hour", "0.00")
TEAMS: Final = Unit("teams", _WHOLE)
STAFF: Final = Unit("whole-time equivalents", "0.0")
STAFF_A_BED: Final = Unit("whole-time equivalents a bed", "0.00")
NURSES: Final = Unit("nurses on duty", _WHOLE)
ROOMS: Final = Unit("rooms", _WHOLE)
MACHINES: Final = Unit("machines", _WHOLE)
WARDS: Final = Unit("wards", _WHOLE)
SPACES: Final = Unit("parking spaces", _WHOLE)
SQUARE_METRES: Final = Unit("square metres", _WHOLE)
PARTS: Final = Unit("parts", _WHOLE)
OF_1000: Final = Unit("beds for 1,000 people aged 75 and over", "0.0")
DEMAND: Final = Unit("admissions, contacts or visits a year", _WHOLE)
OF_THE_MEASURE: Final = Unit("of the measure")
AS_STATED: Final = Unit("as `unit` says")
OF_THE_STUDY: Final = Unit("as the study's own file has it")

_OF_MEASURES: Final[Mapping[str, Unit]] = {
    "minutes": MINUTES,
    "share": SHARE,
    "hours": HOURS,
    "kilograms of CO2e": KILOGRAMS,
    "pounds": POUNDS,
    "pounds a year": POUNDS_A_YEAR,
}


def measure_unit(name: str) -> Unit:
    """Return the unit of a measure by its name; one of its own where it is none of these."""
    return _OF_MEASURES.get(name, Unit(name))
