"""The explorer's data: one geometry, each matrix once, and what a reader can choose from."""

from collections.abc import Iterable, Sequence
from math import isnan
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from llrgeo.appraisal.people.area_facts import has_authorities, has_cars, has_deprivation
from llrgeo.execution.computed_once import computed_once
from llrgeo.inputs.base_map import BaseMap
from llrgeo.publish import pages, palette
from llrgeo.publish.explorer.figures import explorer_figures
from llrgeo.publish.explorer.map_shapes import degrees, drawn_shapes, own_areas, records
from llrgeo.publish.explorer.own_roads import own_roads_data
from llrgeo.publish.explorer.packed_matrices import pack_matrices
from llrgeo.publish.explorer.packing import pack_postcodes
from llrgeo.publish.explorer.ways import pack_ways
from llrgeo.publish.gazetteer import NamedPlace, area_at, named_places
from llrgeo.publish.legend import class_label
from llrgeo.publish.option_view import area_labels, journey_label
from llrgeo.publish.palette import LegendClass
from llrgeo.publish.publication import Publication
from llrgeo.publish.wording import wording
from llrgeo.schema import NO_CAR
from llrgeo.travel.accuracy import Accuracy
from llrgeo.travel.times import TravelTimes

# Prefixes of the phrases of other pages: scripts of explorer and planner need none of the first,
# those of the explorer none at all.
FRONT_PAGES: Final = ("difference_", "front_", "index_")
OTHER_PAGES: Final = (
    *FRONT_PAGES,
    *("answer_", "capacity_", "case_", "chart_", "data_note_", "easy_", "facts_", "kit_", "line_"),
    *("measure_", "method_", "plain_", "planner_", "print_", "report_", "term_", "workbook_"),
)


def explorer_data(
    publication: Publication, named: Sequence[NamedPlace] | None = None
) -> dict[str, Any]:
    """Return everything that the explorer computes and draws with, as plain values.

    Sites, areas, matrices and journeys refer to each other by their place in their list. `named`
    are the names that readers search by, if they are not to be found from the areas.
    """
    # Sites, options and matrices refer to one another by place in these lists, never by id.
    sites = explorer_sites(publication)
    return {
        "strings": {**_own_phrases(), **acute_words(publication)},
        "signs": {"outlines": dict(palette.SITE_OUTLINES), "states": dict(palette.SITE_SIGNS)},
        "title": publication.title,
        "edition": {
            "date": publication.date,
            "run": pages.run_mark(publication),
            "error": publication.error_note,
            "sources": list(publication.sources),
        },
        "tolerance": publication.tolerance_min,
        "time": _time_scale(),
        "change": _change_scale(publication.tolerance_min),
        **drawn_shapes(publication),
        "authorities": _authorities(publication.areas),
        "areas": _areas(publication.areas),
        "gazetteer": _gazetteer(gazetteer(publication) if named is None else named),
        "sites": _sites(publication),
        "city": _positions(sites.index, sites.index.intersection(publication.city_hospitals)),
        "services": [
            {
                "id": service.id,
                "label": service.label,
                "delivery": service.delivery,
                "note": service.note,
            }
            for service in publication.services
        ],
        "options": _options(publication.whole),
        "baseline": publication.baseline.name,
        "opening_service": publication.opening_services[publication.baseline_name].id,
        "teams_only": all(service.delivery == "team" for service in publication.services),
        "judged_by": _journey_id(publication.judged_by),
        "figures": explorer_figures(publication),
        **_journeys(publication, sites.index),
        "ways": _ways(publication),
        "postcodes": packed_postcodes(publication),
        "planning": _own_roads(publication),
    }


def _own_phrases() -> dict[str, str]:
    """Return the phrases that the explorer's scripts may say, so that the page stays small."""
    return {key: text for key, text in wording().phrases.items() if not key.startswith(OTHER_PAGES)}


@computed_once
def packed_postcodes(publication: Publication) -> dict[str, Any]:
    """Return the area of every unit postcode, as pages hold them: the same in any language."""
    return publication.recall(pack_postcodes, publication.postcodes, publication.areas.index)


@computed_once
def _ways(publication: Publication) -> dict[str, list[str]]:
    """Return the ways along the roads, as pages hold them."""
    site_ids = explorer_sites(publication).index
    ids = publication.areas.index, site_ids
    return pack_ways(publication.ways, *ids, recall=publication.recall)


@computed_once
def _own_roads(publication: Publication) -> dict[str, Any]:
    """Return what answers for a reader's own postcode: the same in any language."""
    sites = explorer_sites(publication)
    return own_roads_data(publication.own_roads, publication.areas, sites)


def explorer_sites(publication: Publication) -> gpd.GeoDataFrame:
    """Return the sites that every matrix reaches, by id: a reader can switch them on and off."""
    return _reached_sites(publication.whole)


@computed_once
def _reached_sites(publication: Publication) -> gpd.GeoDataFrame:
    reached = set.intersection(*(set(times.minutes.columns) for times in publication.times))
    return publication.sites[publication.sites.index.isin(reached)].sort_index()


def acute_words(publication: Publication) -> dict[str, str]:
    """Return the phrases about acute hospitals, where the study does not call them city hospitals.

    They stand under the keys of those about city hospitals.
    """
    if publication.called_city:
        return {}
    words = wording()
    keys = {
        "view_city": "view_acute",
        "my_city": "my_acute",
        "kind_city_hospital": "kind_acute_hospital",
    }
    return {key: words[key_of_phrase] for key, key_of_phrase in keys.items()}


def _time_scale() -> dict[str, Any]:
    return {"breaks": list(palette.TIME_BREAKS), **_classes(palette.time_classes())}


def _change_scale(tolerance_min: float) -> dict[str, Any]:
    limits = palette.change_limits(tolerance_min)
    return {"limits": limits, **_classes(palette.change_classes(tolerance_min))}


def _classes(classes: Iterable[LegendClass]) -> dict[str, list[str]]:
    """Return the labels and colours of classes, the one for no route last."""
    listed = list(classes)
    return {
        "labels": [class_label(item) for item in listed],
        "colours": [item.colour for item in listed],
    }


@computed_once
def gazetteer(publication: Publication) -> list[NamedPlace]:
    """Return every name that readers search by: the same in any language."""
    return publication.recall(named_places, publication.areas, publication.base)


def _gazetteer(places: Sequence[NamedPlace]) -> list[dict[str, Any]]:
    """Return every name that readers search by, with its areas: none if it lies outside them."""
    return [
        {"name": place.name, "kind": place.kind, "areas": list(place.areas)} for place in places
    ]


def _authorities(areas: pd.DataFrame) -> list[str]:
    """Return the names of authorities; none where the areas name none."""
    return sorted(areas["authority"].unique()) if has_authorities(areas) else []


def _areas(areas: pd.DataFrame) -> dict[str, Any]:
    places = {name: place for place, name in enumerate(_authorities(areas))}
    columns = {
        "id": areas.index.tolist(),
        "label": area_labels(areas).tolist(),
        # Positions stand for names, of which the page has each once.
        "authority": [places.get(name, 0) for name in areas["authority"]],
        "people": areas["residents"].astype(int).tolist(),
    }
    if has_deprivation(areas):
        columns["tenth"] = (areas["imd_decile"].astype(int) - 1).tolist()
    if has_cars(areas):
        columns |= {"homes": areas["households"].tolist(), "no_car": areas[NO_CAR].tolist()}
    return columns


def _sites(publication: Publication) -> list[dict[str, Any]]:
    """Return the sites, each with the area that it lies in, -1 for one outside."""
    listed = _listed_sites(publication.whole)
    if publication.part_of is None:
        return listed
    row_in_part = own_areas(publication)
    return [{**site, "area": row_in_part.get(site["area"], -1)} for site in listed]


@computed_once
def _listed_sites(publication: Publication) -> list[dict[str, Any]]:
    return _site_records(explorer_sites(publication), publication.base)


def _site_records(sites: gpd.GeoDataFrame, base: BaseMap) -> list[dict[str, Any]]:
    return records(
        {
            "id": sites.index,
            "name": sites["name"],
            "kind": palette.site_signs(sites),
            "at": degrees(sites["lat"], sites["lon"]),
            "area": area_at(sites.geometry, base),
        }
    )


@computed_once
def _options(publication: Publication) -> list[dict[str, Any]]:
    site_ids = explorer_sites(publication).index
    return [
        {
            "id": option.name,
            "label": option.label,
            "note": option.note,
            "opening_service": publication.opening_services[option.name].id,
            "counted": list(publication.compared(option.name).counted),
            "sites": {
                service.id: _positions(site_ids, option.sites.get(service.id, frozenset()))
                for service in publication.services
            },
        }
        for option in publication.options
    ]


def _journeys(publication: Publication, site_ids: pd.Index) -> dict[str, Any]:
    """Return every mode and period with the places of its matrix and errors, and all of those.

    Equal matrices are stored once: where roads are as fast both ways, a team's is a patient's.
    """
    matrices: list[pd.DataFrame] = []
    accuracies: list[dict[str, Any]] = []
    authorities = _authorities(publication.areas)

    def place_of(minutes: pd.DataFrame) -> int:
        wanted = minutes[site_ids]
        for place, matrix in enumerate(matrices):
            if matrix.equals(wanted):
                return place
        matrices.append(wanted)
        return len(matrices) - 1

    def way_of(times: TravelTimes) -> dict[str, Any]:
        accuracy = _accuracy(publication, times, authorities)
        if accuracy not in accuracies:
            accuracies.append(accuracy)
        return {
            "label": journey_label(times),
            "accuracy": accuracies.index(accuracy),
            "matrix": place_of(times.minutes),
        }

    # Teams may have times of their own; the first service of a team stands for all of them.
    team = next((service for service in publication.services if service.delivery == "team"), None)
    journeys = []
    for journey in publication.journeys():
        way = publication.times_for(team, journey) if team else journey
        journeys.append({"id": _journey_id(journey), **way_of(journey), "team": way_of(way)})
    return {"journeys": journeys, "matrices": pack_matrices(matrices), "accuracies": accuracies}


def _accuracy(
    publication: Publication, times: TravelTimes, authorities: list[str]
) -> dict[str, Any]:
    """Return the measured errors of a mode and period; lists are empty where none was measured."""
    place = {name: number for number, name in enumerate(authorities)}
    errors = _errors(publication.whole)[id(times.accuracy), times.period]
    # Authorities by number, as areas have them: a name is in the page once.
    journeys = [
        {**row, "authority": place[row["authority"]]}
        for row in errors["journeys"]
        if row["authority"] in place
    ]
    return {**errors, "journeys": journeys}


@computed_once
def _errors(publication: Publication) -> dict[tuple[int, str], dict[str, Any]]:
    """Return the errors of each accuracy and period, those of journeys by the authority's name."""
    pairs = {(id(times.accuracy), times.period): times for times in publication.times}
    return {key: _errors_of(times.accuracy, times.period) for key, times in pairs.items()}


def _errors_of(accuracy: Accuracy, period: str) -> dict[str, Any]:
    journeys, differences = accuracy.journeys, accuracy.differences
    journeys = journeys[journeys["period"] == period]
    return {
        "journeys": records(
            {
                "authority": journeys["authority"],
                "from": journeys["from_min"].astype(float),
                "to": journeys["to_min"].astype(float),
                "median": journeys["median_abs_min"].astype(float),
                "p90": journeys["p90_abs_min"].astype(float),
            }
        ),
        "differences": {
            "middles": ((differences["from_min"] + differences["to_min"]) / 2)
            .astype(float)
            .tolist(),
            "errors": differences["p80_abs_min"].astype(float).tolist(),
        },
        "mean": None if isnan(accuracy.mean_min) else accuracy.mean_min,
    }


def _journey_id(journey: TravelTimes) -> str:
    return f"{journey.mode}-{journey.period}"


def _positions(index: pd.Index, site_ids: Iterable[str]) -> list[int]:
    return [int(place) for place in index.get_indexer(pd.Index(sorted(site_ids)))]
