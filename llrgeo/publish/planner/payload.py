"""The planner's data: what the explorer has, and what a plan is tried and judged by."""

from typing import Any, Final

import numpy as np
import pandas as pd

from llrgeo.appraisal.measures import MEASURES
from llrgeo.appraisal.people.people_groups import EVERYONE, people_by_group
from llrgeo.appraisal.uncertainty.robustness import draw_weightings
from llrgeo.publish.explorer.own_roads import (
    doors_of_sites,
    plain_calibration,
    postcode_places,
    projection,
)
from llrgeo.publish.explorer.packing import pack_numbers
from llrgeo.publish.explorer.payload import (
    FRONT_PAGES,
    acute_words,
    explorer_data,
    explorer_sites,
)
from llrgeo.publish.planner.beds import bed_services, beds_by_option
from llrgeo.publish.planner.costs import cost_rates, kilometres, needs_kilometres, rounds_of
from llrgeo.publish.planning import Planning
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import wording
from llrgeo.schema import BNG, ROLE_OF_KIND, site_roles

MOST_WEIGHTINGS: Final = 10_000  # as many as a study draws unless it says otherwise
_CONTACT_DECIMALS: Final = 9
_WEIGHT_STEPS: Final = 100_000


def planner_data(publication: Publication, planning: Planning) -> dict[str, Any]:
    """Return everything that the planner computes and draws with, as plain values."""
    data = explorer_data(publication)
    listed = explorer_sites(publication)
    roles = site_roles(listed)
    sites = [
        {**site, "hosts": hosts.split(";"), "role": role}
        for site, hosts, role in zip(data["sites"], listed["services"], roles, strict=True)
    ]
    # Contacts of today: the planner moves them between sites and does not count them again.
    today = publication.results[publication.baseline_name].services
    services = [
        {
            **plain,
            "contacts": today[service.id].allocation["contacts"].round(_CONTACT_DECIMALS).tolist(),
            "video": service.shares.video,
            "home": service.shares.home,
            "minimum": service.minimum_activity,
            "standard": service.travel_standard_min,
        }
        for plain, service in zip(data["services"], publication.services, strict=True)
    ]
    options = [
        {
            **plain,
            "shares": {name: [s.video, s.home] for name, s in option.shares.items()},
            "capacity": {name: dict(rooms) for name, rooms in option.capacity.items()},
            "beds": beds_by_option(planning.capacity, option.name),
        }
        for plain, option in zip(data["options"], publication.options, strict=True)
    ]
    added = {"sites": sites, "services": services, "options": options}
    # The planner has phrases of its own, and finds its ways itself, also to places of no option.
    phrases = {key: phrase for key, phrase in wording().items() if not key.startswith(FRONT_PAGES)}
    own = {"strings": {**phrases, **acute_words(publication)}, "ways": {}}
    plain = {**_planning(publication, planning), **_costs(publication, planning, listed.index)}
    return {**data, **added, **own, "planning": plain}


def _planning(publication: Publication, planning: Planning) -> dict[str, Any]:
    """Return what the explorer does not have: people by group, criteria, places, weightings."""
    areas, judged = publication.areas, publication.judged_by
    points = areas.to_crs(BNG).geometry
    return {
        "groups": _groups(areas),
        "roles": dict(ROLE_OF_KIND),
        "x": points.x.tolist(),
        "y": points.y.tolist(),
        "journey": f"{judged.mode}-{judged.period}",
        "mode": judged.mode,
        "criteria": [
            _criterion(criterion.measure, criterion.weight) for criterion in planning.criteria
        ],
        "ceiling": planning.ceiling_min,
        "weightings": _weightings(planning),
        "beds": bed_services(planning.capacity),
        "network": None if planning.network is None else planning.network.header,
        "no_network": planning.no_network,
        "calibration": plain_calibration(planning.calibration),
        "team_calibration": plain_calibration(planning.team_calibration),
        "postcodes": postcode_places(planning.postcodes, areas.index),
        "doors": doors_of_sites(explorer_sites(publication), planning.arrivals),
        "projection": projection(points.total_bounds),
        "plan_of": {
            "study": planning.study,
            "run_id": str(publication.manifest.get("run_id", "")),
            "network": planning.network.fingerprint if planning.network else "",
        },
    }


def _weightings(planning: Planning) -> str:
    """Return the weightings that the report's shares are of, so that both say the same."""
    criteria = pd.Index([criterion.measure for criterion in planning.criteria])
    draws = min(planning.draws, MOST_WEIGHTINGS)
    drawn = draw_weightings(criteria, seed=planning.seed, draws=draws, order=planning.importance)
    return pack_numbers(np.rint(drawn * _WEIGHT_STEPS).astype(np.int64).ravel())


def _costs(publication: Publication, planning: Planning, site_ids: pd.Index) -> dict[str, Any]:
    """Return what costs and carbon are worked out by; None for what the page does without."""
    rates, judged = planning.rates, publication.judged_by
    names = [criterion.measure for criterion in planning.criteria]
    needed = needs_kilometres(rates, names)
    # A page with a network has the journeys by all its hours, another the one that judges.
    periods = planning.network.header["periods"] if planning.network else [judged.period]
    offered = [f"{judged.mode}-{period}" for period in (judged.period, *periods)]
    return {
        "costs": cost_rates(rates, [service.id for service in publication.services]),
        "kg_per_km": rates.value("emission_factor") if rates else None,
        "km": kilometres(publication, offered, site_ids) if needed else None,
        "rounds": rounds_of(planning.rounds, publication.sites.loc[site_ids]),
    }


def _groups(areas: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the residents of every group that the areas tell, by area; everyone left out."""
    people = people_by_group(areas).drop(columns=[EVERYONE])
    return [
        {"group": key[0], "level": key[1], "people": people[key].tolist()}
        for key in people.columns.to_flat_index()
    ]


def _criterion(name: str, weight: float) -> dict[str, Any]:
    measure = MEASURES[name]
    return {
        "measure": name,
        "label": wording()[f"measure_{name}"],
        "unit": measure.unit,
        "better": measure.better,
        "anchors": list(measure.anchors),
        "weight": weight,
    }
