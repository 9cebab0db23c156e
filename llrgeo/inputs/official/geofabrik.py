"""Geofabrik: OpenStreetMap extracts by county, listed in an index with their polygons."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import geopandas as gpd
import shapely
from shapely.errors import GEOSException
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from llrgeo.errors import InputError
from llrgeo.files import sha256_of_file, written_whole
from llrgeo.inputs.official.answers import check_pbf, read_json
from llrgeo.inputs.official.downloader import Downloader, NotFetchedError
from llrgeo.inputs.official.query import Query
from llrgeo.inputs.official.sources import Source
from llrgeo.schema import BNG, WGS84, name_some

MARGIN_M: Final = 30_000.0

_SLIVER_M2: Final = 1e6  # land that polygons which do not quite meet may miss or share


@dataclass(frozen=True, slots=True)
class RegionExtract:
    """An extract: its name, where it is, and the land it covers (EPSG:27700)."""

    id: str
    parent: str
    address: str
    land: BaseGeometry


def fetch_extracts(
    downloader: Downloader, index: Source, extracts: Source, points: gpd.GeoSeries
) -> dict[str, Path]:
    """Return the extracts that cover points and 30 km around them, as files by their ids.

    An index that names a file which is not there any more is fetched again, once.

    Raises
    ------
    InputError
        If the index or an extract cannot be had, a checksum differs, or points are not covered.
    """
    chosen = choose_extracts(read_index(downloader, index, extracts), points)
    try:
        return {extract.id: _fetch(downloader, extracts, extract) for extract in chosen}
    except NotFetchedError:
        raise
    except InputError as stale:
        # An extract that is gone may have been cut again: the index is
        # asked once more before giving up.
        again = choose_extracts(read_index(downloader, index, extracts, fresh=True), points)
        if [extract.address for extract in again] == [extract.address for extract in chosen]:
            raise
        try:
            return {extract.id: _fetch(downloader, extracts, extract) for extract in again}
        except InputError as error:
            msg = f"{error} (the index was fetched again, for {stale})"
            raise InputError(msg) from error


def read_index(
    downloader: Downloader, index: Source, extracts: Source, *, fresh: bool = False
) -> list[RegionExtract]:
    """Return the extracts of an index that lie within the regions of the table of sources.

    Raises
    ------
    InputError
        If the index cannot be had or is not one.
    """
    query = Query(index, index.url, f"{index.id}.json", _check_index)
    features = read_json(downloader.get(query, fresh=fresh))["features"]
    parents = {
        feature["properties"]["id"]: str(feature["properties"].get("parent", ""))
        for feature in features
    }
    regions = set(extracts.options["regions"])
    found = []
    for feature in features:
        properties = feature["properties"]
        # Extracts are nested (county, country, continent): one counts if a region of ours is above
        # it.
        if regions.isdisjoint(_ancestors(properties["id"], parents)):
            continue
        try:
            land = shape(feature["geometry"])
            address = str(properties["urls"]["pbf"])
        except (KeyError, TypeError, ValueError, AttributeError, GEOSException) as error:
            msg = f"{index.id}: extract '{properties['id']}' has no polygon or file ({error!r})"
            raise InputError(msg) from error
        found.append((properties["id"], parents[properties["id"]], address, land))
    if not found:
        msg = f"{index.id}: the index has no extracts of {name_some(sorted(regions))}"
        raise InputError(msg)
    lands = gpd.GeoSeries([row[3] for row in found], crs=WGS84).to_crs(BNG).make_valid()
    return [RegionExtract(*row[:3], land) for row, land in zip(found, lands, strict=True)]


def choose_extracts(
    extracts: Sequence[RegionExtract], points: gpd.GeoSeries
) -> list[RegionExtract]:
    """Return the smallest extracts that together cover points and a margin around them.

    From small to large, an extract is taken if it adds land that those before it do not cover;
    then those that the later ones made needless are dropped. What no extract covers is sea, or
    another country.

    Raises
    ------
    InputError
        If a point itself is in no extract.
    """
    wanted = shapely.union_all(points.buffer(MARGIN_M).to_numpy())
    near = [extract for extract in extracts if extract.land.intersects(wanted)]
    taken: list[RegionExtract] = []
    missing = wanted
    # Greedy, the smallest first; then each is dropped that the others make needless.
    for extract in sorted(near, key=lambda known: (known.land.area, known.id)):
        left = missing.difference(extract.land)
        if missing.area - left.area > _SLIVER_M2:
            taken.append(extract)
            missing = left
    for extract in list(taken):
        others = shapely.union_all([other.land for other in taken if other is not extract])
        if extract.land.intersection(wanted).difference(others).area <= _SLIVER_M2:
            taken.remove(extract)
    covered = points.within(shapely.union_all([extract.land for extract in taken]))
    if not covered.all():
        msg = f"the index has no extract for {name_some(points.index[~covered])}"
        raise InputError(msg)
    return sorted(taken, key=lambda extract: extract.id)


def _fetch(downloader: Downloader, source: Source, extract: RegionExtract) -> Path:
    """Return an extract, with its checksum noted beside it for whoever reads streets from it.

    It was compared with the publisher's MD5, so it is whole, even if it has no relations.
    """
    path = downloader.get(_query(source, extract))
    note = path.with_name(f"{path.name}.sha256")
    text = f"{sha256_of_file(path)}  {path.name}\n"
    # Downloads that were copied here may lie in a folder that nobody may write to.
    if not note.is_file() or note.read_bytes() != text.encode():
        with written_whole(note) as made:
            made.write_text(text, encoding="ascii")
    return path


def _query(source: Source, extract: RegionExtract) -> Query:
    name = f"{extract.id.replace('/', '-')}.osm.pbf"
    return Query(source, extract.address, name, check_pbf, md5_address=f"{extract.address}.md5")


def _ancestors(extract: str, parents: dict[str, str]) -> set[str]:
    found: set[str] = set()
    while extract and extract not in found:
        found.add(extract)
        extract = parents.get(extract, "")
    return found


def _check_index(path: Path) -> None:
    features = read_json(path).get("features")
    if not isinstance(features, list) or not features or not all(map(_is_extract, features)):
        msg = f"{path.name}: not an index of extracts"
        raise InputError(msg)


def _is_extract(feature: object) -> bool:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return isinstance(properties, dict) and isinstance(properties.get("id"), str)
