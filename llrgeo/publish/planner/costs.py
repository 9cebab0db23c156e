"""Costs on the planner's page: the run's own rates, and the kilometres of every journey."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from llrgeo.appraisal.capacity.round_travel import RoundsForm
from llrgeo.appraisal.costs.rates import UNIT_VALUES, Rates
from llrgeo.inputs.rates import OTHER_CONTACTS
from llrgeo.publish.explorer.packed_matrices import pack_matrices
from llrgeo.publish.publication import Publication
from llrgeo.schema import BNG

_OF_SITES: Final = ("capital", "transition", "closure", "running", "per_contact")
_M_PER_KM: Final = 1_000
_CARBON: Final = "carbon"  # the measure that needs kilometres, and no costs


def cost_rates(rates: Rates | None, services: Iterable[str]) -> dict[str, Any] | None:
    """Return the rates by which plans of some services are costed; None without costs of services.

    Costs of a service are by site; a blank stands for every site that has no row of its own.
    """
    if rates is None or rates.service_costs is None:
        return None
    return {
        "values": {name: rates.value(name) for name in UNIT_VALUES},
        "annuity": rates.annuity,
        "years": rates.horizon_years,
        "services": {name: _of_service(rates.costs_of(name)) for name in services},
    }


def kilometres(
    publication: Publication, journeys: Iterable[str], site_ids: pd.Index
) -> dict[str, Any]:
    """Return the metres of every journey to the sites, and back for teams, to the decimetre.

    Parameters
    ----------
    publication
        What is published.
    journeys
        Which of its journeys, as `mode-period`; one whose times carry no distances is left out.
    site_ids
        The sites, in the order of the page.

    Returns
    -------
    dict
        `matrices`, packed as those of minutes, and `journeys`: by their id the places of the
        `patient`'s and the `team`'s matrix.
    """
    wanted = set(journeys)
    found: list[pd.DataFrame] = []
    team = next((service for service in publication.services if service.delivery == "team"), None)
    places: dict[str, dict[str, int]] = {}
    for journey in publication.journeys():
        name = f"{journey.mode}-{journey.period}"
        back = publication.times_for(team, journey) if team else journey
        there_km, back_km = journey.distance_km, back.distance_km
        if name not in wanted or there_km is None or back_km is None:
            continue
        places[name] = {}
        for who, km in {"patient": there_km, "team": back_km}.items():
            # Where roads are as long both ways, a team's matrix is a patient's.
            metres = km[site_ids] * _M_PER_KM
            equal = [place for place, other in enumerate(found) if other.equals(metres)]
            places[name][who] = equal[0] if equal else len(found)
            if not equal:
                found.append(metres)
    return {"matrices": pack_matrices(found), "journeys": places}


def needs_kilometres(rates: Rates | None, measures: Iterable[str]) -> bool:
    """Return whether a page computes from kilometres: costs, or the criterion of carbon."""
    costed = rates is not None and rates.service_costs is not None
    return costed or (rates is not None and _CARBON in set(measures))


def rounds_of(rounds: Mapping[str, RoundsForm], sites: gpd.GeoDataFrame) -> dict[str, Any] | None:
    """Return how rounds are driven, by service, and where sites are in metres; None without any."""
    if not rounds:
        return None
    points: gpd.GeoSeries = sites.geometry
    return {
        "services": {name: asdict(form) for name, form in rounds.items()},
        "sites": dict(
            zip(sites.index, points.to_crs(BNG).get_coordinates().to_numpy().tolist(), strict=True)
        ),
    }


def _of_service(costs: pd.DataFrame) -> dict[str, dict[str, float]]:
    given = {name: costs[name] for name in _OF_SITES}
    elsewhere = {name: costs.get(name, costs["per_contact"]) for name in OTHER_CONTACTS}
    table = pd.DataFrame({**given, **elsewhere}).astype(float)
    return {
        str(site): {str(name): float(value) for name, value in row.items()}
        for site, row in table.to_dict("index").items()
    }
