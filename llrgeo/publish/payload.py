"""The explorer's data, packed: one geometry, one array a matrix, postcodes by sector."""

import base64
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from llrgeo.appraisal.demand import Service
from llrgeo.errors import PublishError
from llrgeo.publish import palette
from llrgeo.publish.edition import Edition
from llrgeo.publish.geometry import encode_topology
from llrgeo.publish.view import area_labels, city_hospitals, journey_label
from llrgeo.publish.wording import wording
from llrgeo.schema import BNG, WGS84
from llrgeo.travel.times import TravelTimes

_LONGEST_MIN: Final = 6_000.0
_TWO_DIGITS_MIN: Final = 409.0  # two digits to the base 64 hold tenths up to 409.4 minutes

_UNIT_LETTERS: Final = "ABDEFGHJLNPQRSTUWXYZ"
_UNIT_CODES: Final = len(_UNIT_LETTERS) ** 2
_DIGITS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_ROAD_CLASSES: Final = ("motorway", "trunk_dual", "trunk", "primary_dual", "primary")
_ROAD_TOLERANCE_M: Final = 60
_PLACES_SHOWN: Final = 3_000  # residents a place must have to be labelled or found


def explorer_data(edition: Edition) -> dict[str, Any]:
    """Return everything that the explorer computes and draws with, as plain values."""
    sites = edition.sites.sort_index()
    roads = _main_roads(edition.base.roads)
    areas = edition.areas
    authorities = sorted(areas["authority"].unique())
    return {
        "strings": wording(),
        "title": edition.title,
        "tolerance": edition.tolerance_min,
        "time": {
            "breaks": list(palette.TIME_BREAKS),
            "labels": palette.time_labels(),
            "colours": [*palette.TIME_COLOURS, palette.NO_ROUTE_COLOUR],
        },
        "change": {
            "limits": palette.change_limits(edition.tolerance_min),
            "labels": palette.change_labels(edition.tolerance_min),
            "colours": [
                *palette.change_colours(edition.tolerance_min),
                palette.NO_ROUTE_COLOUR,
            ],
        },
        "topology": encode_topology(edition.base.outlines.geometry, roads.geometry),
        "roads": [
            {"name": name, "kind": kind}
            for name, kind in zip(roads["road"], roads["road_class"], strict=True)
        ],
        "places": _places(edition),
        "authorities": authorities,
        "areas": {
            "id": areas.index.tolist(),
            "label": area_labels(areas).tolist(),
            "authority": [authorities.index(name) for name in areas["authority"]],
            "people": areas["residents"].astype(int).tolist(),
            "tenth": (areas["imd_decile"].astype(int) - 1).tolist(),
        },
        "sites": [
            {"id": site_id, "name": name, "kind": kind, "status": status,
             "at": [round(lat, 5), round(lon, 5)]}
            for site_id, name, kind, status, lat, lon in zip(
                sites.index,
                *(sites[column] for column in ("name", "kind", "status", "lat", "lon")),
                strict=True,
            )
        ],
        "services": [
            {"id": one.id, "label": one.label, "delivery": one.delivery}
            for one in edition.services
        ],
        "options": [
            {
                "id": option.name,
                "label": option.label,
                "note": option.note,
                "sites": {
                    service.id: _positions(sites.index, option.sites.get(service.id, frozenset()))
                    for service in edition.services
                },
            }
            for option in edition.options
        ],
        "city": _positions(sites.index, frozenset(city_hospitals(edition.sites))),
        "journeys": [_journey(edition, one, sites.index) for one in edition.journeys()],
        "postcodes": pack_postcodes(edition.postcodes, areas.index),
    }  # fmt: skip


def pack_minutes(minutes: pd.DataFrame) -> dict[str, Any]:
    """Pack minutes to a text that compresses well: all areas of the first site, then the next.

    Tenths of a minute are written as steps from the number before, modulo `64 ** digits`, to the
    base 64: the first digits of all steps, then the second. The largest number means no route.

    Raises
    ------
    PublishError
        If a time is longer than four days, which no journey is.
    """
    values = minutes.to_numpy().T.ravel()
    finite = np.isfinite(values)
    longest = values[finite].max(initial=0)
    if longest > _LONGEST_MIN:
        msg = f"a travel time is over {_LONGEST_MIN:,.0f} minutes; check the matrix"
        raise PublishError(msg)
    digits = 2 if longest < _TWO_DIGITS_MIN else 3
    tenths = np.full(len(values), 64**digits - 1)
    tenths[finite] = np.rint(values[finite] * 10)
    steps = np.diff(tenths, prepend=0) % 64**digits
    planes = [steps >> 6 * place & 63 for place in reversed(range(digits))]
    letters = np.frombuffer(_DIGITS.encode("ascii"), dtype=np.uint8)
    return {"digits": digits, "text": letters[np.concatenate(planes)].tobytes().decode("ascii")}


def unpack_minutes(packed: dict[str, Any], area_count: int) -> NDArray[np.float64]:
    """Return packed minutes again, a row a site and a column an area; infinity for no route."""
    digits = packed["digits"]
    values = np.array([_DIGITS.index(letter) for letter in packed["text"]])
    planes = values.reshape(digits, -1)
    steps = sum(plane * 64 ** (digits - 1 - place) for place, plane in enumerate(planes))
    tenths = np.cumsum(steps) % 64**digits
    minutes = np.where(tenths == 64**digits - 1, np.inf, tenths / 10)
    return minutes.reshape(-1, area_count)


def pack_postcodes(postcodes: pd.Series | None, area_ids: pd.Index) -> dict[str, Any]:
    """Pack the area of every unit postcode.

    For each sector (`LE15 6`): the unit codes that stand, one bit each of 400 (twenty letters
    twice), and the areas of those, each as `digits` digits to the base 64.
    """
    digits = 2 if len(area_ids) <= len(_DIGITS) ** 2 else 3
    if postcodes is None:
        return {"digits": digits, "sectors": {}}
    inside = postcodes[postcodes.isin(area_ids)].sort_index()
    position = {area_id: place for place, area_id in enumerate(area_ids)}
    sectors = {
        sector: [
            _unit_bits(units.index),
            "".join(_to_digits(position[area_id], digits) for area_id in units),
        ]
        for sector, units in inside.groupby(inside.index.str[:-2])
    }
    return {"digits": digits, "sectors": sectors}


def _unit_bits(postcodes: pd.Index) -> str:
    bits = np.zeros(_UNIT_CODES, dtype=np.uint8)
    for postcode in postcodes:
        first, second = (_UNIT_LETTERS.index(letter) for letter in postcode[-2:])
        bits[first * len(_UNIT_LETTERS) + second] = 1
    return base64.b64encode(np.packbits(bits).tobytes()).decode("ascii")


def _to_digits(value: int, count: int) -> str:
    return "".join(_DIGITS[value >> (6 * place) & 63] for place in reversed(range(count)))


def _positions(index: pd.Index, site_ids: frozenset[str]) -> list[int]:
    return [int(place) for place in index.get_indexer(pd.Index(sorted(site_ids)))]


def _journey(edition: Edition, journey: TravelTimes, site_ids: pd.Index) -> dict[str, Any]:
    """Pack a mode and period: minutes to sites, and of teams where those differ."""
    known = [site for site in site_ids if site in journey.minutes.columns]
    packed = {
        "id": f"{journey.mode}-{journey.period}",
        "label": journey_label(journey),
        "minutes": pack_minutes(journey.minutes.reindex(columns=site_ids, fill_value=np.inf)),
        "known": _positions(site_ids, frozenset(known)),
    }
    team = next((one for one in edition.services if one.delivery == "team"), None)
    if isinstance(team, Service):
        times = edition.times_for(team, journey)
        alike = (times.mode, times.period) == (journey.mode, journey.period)
        if times is not journey and alike:
            packed["team_minutes"] = pack_minutes(
                times.minutes.reindex(columns=site_ids, fill_value=np.inf)
            )
    return packed


def _main_roads(roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the main roads, each number and class once, without bends that no screen shows."""
    chosen = roads[roads["road_class"].isin(_ROAD_CLASSES)].to_crs(BNG)
    merged = chosen.dissolve(["road_class", "road"], as_index=False)
    merged.geometry = merged.geometry.line_merge().simplify(_ROAD_TOLERANCE_M)
    return merged


def _places(edition: Edition) -> list[dict[str, Any]]:
    """Return the towns and villages, largest first, each with the area it lies in, if any."""
    places = edition.base.places
    places = places[places["residents"] >= _PLACES_SHOWN].to_crs(WGS84)
    outlines = edition.base.outlines.to_crs(WGS84)
    inside, holder = outlines.sindex.query(places.geometry, predicate="within")
    areas = dict(zip(inside.tolist(), holder.tolist(), strict=True))
    listed = [
        {
            "name": name,
            "at": [round(lat, 5), round(lon, 5)],
            "residents": int(residents),
            "area": areas.get(row, -1),
        }
        for row, (name, residents, lat, lon) in enumerate(
            zip(
                places["name"],
                places["residents"],
                places.geometry.y,
                places.geometry.x,
                strict=True,
            )
        )
    ]
    return sorted(listed, key=lambda place: (-place["residents"], place["name"]))
