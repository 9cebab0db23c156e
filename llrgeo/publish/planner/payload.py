"""The planner's data: what the explorer has, and what a plan is tried and judged by."""

import base64
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Transformer

from llrgeo.appraisal.measures import MEASURES
from llrgeo.appraisal.people_groups import EVERYONE, people_by_group
from llrgeo.appraisal.robustness import draw_weightings
from llrgeo.publish.explorer.packing import pack_numbers
from llrgeo.publish.explorer.payload import (
    acute_words,
    explorer_data,
    explorer_sites,
    packed_postcodes,
)
from llrgeo.publish.planner.beds import bed_services, beds_by_option
from llrgeo.publish.planner.costs import cost_rates, kilometres, needs_kilometres
from llrgeo.publish.planning import Planning
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import wording
from llrgeo.schema import BNG, ROLE_OF_KIND, WGS84, site_roles
from llrgeo.travel.times import Calibration

WEIGHTINGS: Final = 2_000
_CONTACT_DECIMALS: Final = 9
_WEIGHT_STEPS: Final = 10_000
_MARGIN_M: Final = 5_000
_GRID: Final = 25
_POWERS: Final = tuple((i, j) for i in range(4) for j in range(4 - i))

Floats = NDArray[np.float64]


def planner_data(publication: Publication, planning: Planning) -> dict[str, Any]:
    """Return everything that the planner computes and draws with, as plain values."""
    data = explorer_data(publication)
    listed = explorer_sites(publication)
    roles = site_roles(listed)
    sites = [
        {**site, "hosts": hosts.split(";"), "role": role}
        for site, hosts, role in zip(data["sites"], listed["services"], roles, strict=True)
    ]
    # Contacts of today: what the planner moves between sites, it does not count anew.
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
    own = {"strings": {**wording(), **acute_words(publication)}, "ways": {}}
    plain = {**_planning(publication, planning), **_costs(publication, planning, listed.index)}
    return {**data, **added, **own, "planning": plain}


def _planning(publication: Publication, planning: Planning) -> dict[str, Any]:
    """Return what the explorer does not have: people by group, criteria, places, weightings."""
    areas, judged = publication.areas, publication.judged_by
    points = areas.to_crs(BNG).geometry
    criteria = pd.Index([criterion.measure for criterion in planning.criteria])
    # Drawn here by seed, so that the page ranks by the same weightings at every opening.
    weightings = draw_weightings(
        criteria, seed=planning.seed, draws=WEIGHTINGS, order=planning.importance
    )
    differences = judged.accuracy.differences
    # Errors of differences by the mean length of the two journeys: the middle of each band.
    middles = (differences["from_min"] + differences["to_min"]).to_numpy(float) / 2
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
        "weightings": _pack(np.rint(weightings * _WEIGHT_STEPS)),
        "accuracy": {
            "middles": middles.tolist(),
            "errors": differences["p80_abs_min"].astype(float).tolist(),
        },
        "beds": bed_services(planning.capacity),
        "network": None if planning.network is None else planning.network.header,
        "no_network": planning.no_network,
        "calibration": _plain(planning.calibration),
        "team_calibration": _plain(planning.team_calibration),
        "postcodes": _postcode_places(planning.postcodes, areas.index),
        "doors": _doors(explorer_sites(publication), planning.arrivals),
        "projection": _projection(points.total_bounds),
        "plan_of": {
            "study": planning.study,
            "run_id": str(publication.manifest.get("run_id", "")),
            "network": planning.network.fingerprint if planning.network else "",
        },
    }


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
    }


def _doors(sites: gpd.GeoDataFrame, arrivals: gpd.GeoSeries | None) -> dict[str, list[list[float]]]:
    """Return where journeys end at each site, in metres, exactly: one place, or some entrances."""
    own: gpd.GeoSeries = sites.geometry
    doors = (own if arrivals is None else arrivals).to_crs(BNG).get_coordinates()
    doors = doors[doors.index.isin(sites.index)]
    return {str(site): of_site.to_numpy().tolist() for site, of_site in doors.groupby(level=0)}


def _groups(areas: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the residents of every group that the areas tell, by area; everyone left out."""
    people = people_by_group(areas).drop(columns=[EVERYONE])
    return [
        {"group": key[0], "level": key[1], "people": people[key].tolist()}
        for key in people.columns.to_flat_index()
    ]


def network_text(planning: Planning) -> str:
    """Return the packed network as the page holds it: gzip, then base64; empty without one."""
    if planning.network is None:
        return ""
    return base64.b64encode(planning.network.zipped).decode("ascii")


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


def _plain(calibration: Calibration) -> dict[str, float]:
    return {"factor": calibration.factor, "added_min": calibration.added_min}


def _pack(table: Floats) -> str:
    return pack_numbers(table.astype(np.int64).ravel())


def _postcode_places(postcodes: pd.DataFrame | None, area_ids: pd.Index) -> str:
    """Pack the metres east and north of every postcode in the order of `pack_postcodes`.

    Each is written as steps from the one before: all eastings, then all northings.
    """
    if postcodes is None:
        return ""
    inside = postcodes[postcodes["area_id"].isin(area_ids)].sort_index()
    ordered = pd.concat([units for _, units in inside.groupby(inside.index.str[:-2])])
    metres = ordered[["easting", "northing"]].to_numpy(np.int64)
    return pack_numbers(np.diff(metres, axis=0, prepend=0).T.ravel())


def _projection(bounds: Floats) -> dict[str, Any]:
    """Fit what turns degrees into metres and back over the study's land, to well below a metre.

    Cubic polynomials by least squares over a grid of points: a page cannot hold the National
    Grid's transformation, and a new place is defined by its metres, not by the degrees of a click.
    """
    west, south, east, north = bounds + np.array([-1, -1, 1, 1]) * _MARGIN_M
    axes = np.linspace(west, east, _GRID), np.linspace(south, north, _GRID)
    x, y = (axis.ravel() for axis in np.meshgrid(*axes))
    lon, lat = Transformer.from_crs(BNG, WGS84, always_xy=True).transform(x, y)
    metres, degrees = np.column_stack([x, y]), np.column_stack([lon, lat])
    return {"to_metres": _fit(degrees, metres), "to_degrees": _fit(metres, degrees)}


def _fit(given: Floats, wanted: Floats) -> dict[str, Any]:
    middle, scale = given.mean(axis=0), np.ptp(given, axis=0) / 2
    u, v = ((given - middle) / scale).T
    terms = np.column_stack([u**i * v**j for i, j in _POWERS])
    found, *_ = np.linalg.lstsq(terms, wanted, rcond=None)
    return {
        "middle": middle.tolist(),
        "scale": scale.tolist(),
        "powers": [list(pair) for pair in _POWERS],
        "terms": found.T.tolist(),
    }


def has_postcodes(publication: Publication) -> bool:
    """Say whether postcodes can be looked up on the page."""
    return bool(packed_postcodes(publication)["sectors"])
