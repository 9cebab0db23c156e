"""Burden: trips, hours, kilometres and carbon a year of patients and of staff (docs/methods 2)."""

from typing import Final, NamedTuple

from llrgeo.appraisal.capacity.round_travel import VisitTravel
from llrgeo.arrays import Bools, Floats

_MIN_PER_HOUR: Final = 60
_THERE_AND_BACK: Final = 2


class Journeys(NamedTuple):
    """The journeys to one service of the areas that reach a site; shape (reached areas,)."""

    patients: Floats
    teams: Floats
    minutes: Floats  # of a patient, one way
    km: Floats  # of a patient, one way
    visit: VisitTravel  # of staff, for one visit: out and back, or its part of rounds
    to_acute: Bools


def burden_of(journeys: Journeys, *, kg_per_km: float) -> dict[str, float]:
    """Return the trips, hours and kilometres a year of patients, there and back, and of teams.

    Teams' are those of each visit at home, in rounds where a service drives them. `city_hours` are
    those of patients to acute hospitals, the city-bound ones. Trips to sites that cannot be reached
    are counted apart, and have no hours. Kilometres are NaN where the times carry none.
    """
    patients, teams, minutes, one_way_km, visit, in_city = journeys
    hours = minutes * _THERE_AND_BACK / _MIN_PER_HOUR
    km = one_way_km * _THERE_AND_BACK
    patient_hours, patient_km = patients * hours, patients * km
    # The visits of teams come with their way there and back, or their part of a round.
    whole_km, team_km = float(patient_km.sum()), float((teams * visit.km).sum())
    return {
        "patient_trips": float(patients.sum()),
        "patient_hours": float(patient_hours.sum()),
        "patient_km": whole_km,
        "team_trips": float(teams.sum()),
        "team_hours": float((teams * visit.minutes).sum()) / _MIN_PER_HOUR,
        "team_km": team_km,
        "kg_co2e": (whole_km + team_km) * kg_per_km,
        "city_hours": float(patient_hours[in_city].sum()),
        "city_km": float(patient_km[in_city].sum()),
    }
