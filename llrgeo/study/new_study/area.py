"""Build a study of integrated care boards from official data: people, land, streets, sites, buses.

The folder is written whole or not at all. Values that no source has are left blank and listed in
TODO.csv; downloads are listed in fetched.csv, assumptions in about.md.
"""

import logging
import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, cast

import geopandas as gpd
import pandas as pd
import shapely

from llrgeo.errors import InputError
from llrgeo.files import remove_litter, temporary_folder
from llrgeo.inputs.areas import read_areas
from llrgeo.inputs.map_files import writing_layers
from llrgeo.inputs.official import bods, eric, geofabrik, new_tables
from llrgeo.inputs.official.area_table import compile_areas
from llrgeo.inputs.official.downloader import Downloader
from llrgeo.inputs.official.kinds import bus_regions
from llrgeo.inputs.official.place import Place, read_outlines
from llrgeo.inputs.official.site_table import Sites, compile_sites
from llrgeo.inputs.official.sources import Sources
from llrgeo.roads.network import RoadNetwork
from llrgeo.roads.network_files import save_network
from llrgeo.roads.osm import assemble, finish
from llrgeo.roads.osm_files.extract import Extract, read_extracts
from llrgeo.roads.sections import read_boundary
from llrgeo.roads.way_nodes import Polygon
from llrgeo.schema import BNG, WGS84, Track
from llrgeo.study.new_study.study_file import (
    Timetables,
    YearsAhead,
    assume_services,
    refuse_without_hospital,
    study_text,
)
from llrgeo.study.new_study.timetables import fit_timetables
from llrgeo.study.new_study.years import check_study, projected_years
from llrgeo.travel.routers import NetworkRouter

logger: logging.Logger = logging.getLogger(__name__)

NEIGHBOURS_MIN: Final = 45.0
BEYOND_M: Final = {"car": 30_000.0, "walk": 3_000.0}  # as far as people drive and walk to a site


@dataclass(frozen=True, slots=True)
class NewArea:
    """A study folder that was written: its path, its size, and what is left to find out."""

    folder: Path
    areas: int
    residents: int
    sites: int
    todo: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Commission:
    """The place of a study to build, the sources, and the downloader."""

    downloader: Downloader
    sources: Sources
    place: Place
    track: Track


def new_area(
    folder: Path, place: Place, downloader: Downloader, sources: Sources, *, track: Track = iter
) -> NewArea:
    """Write a complete study of a place into a folder: study.toml and all that it names.

    Parameters
    ----------
    folder
        A folder that does not exist yet, or is empty.
    place
        As `find_boards` or `find_around` returns it.
    downloader, sources
        Fetch the official data, or have it cached.
    track
        Wraps the sequences that are iterated over, to show progress.

    Raises
    ------
    InputError
        If the folder is not empty, a download fails or is faulty, or no hospital is known.
    NetworkError
        If the streets cannot be built.
    """
    # A run that was killed after it had moved its folder leaves its temporary folder there.
    remove_litter(folder.parent)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        msg = f"{folder}: holds something already and is kept; choose another name"
        raise InputError(msg)
    _refuse_unwritable(folder)
    with temporary_folder(folder.parent) as temporary:
        made = temporary / "study"
        made.mkdir()
        written = _assemble(made, _Commission(downloader, sources, place, track))
        try:
            made.replace(folder)
        except OSError as error:  # only an empty folder can be replaced
            msg = f"{folder}: holds something by now, as if another command had written it; kept"
            raise InputError(msg) from error
    return NewArea(folder, *written)


def _refuse_unwritable(folder: Path) -> None:
    """Refuse a folder that cannot be made, before anything is fetched for it."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with temporary_folder(folder.parent):
            pass
    except OSError as error:
        msg = f"{folder}: cannot be written there ({error.strerror}); choose another place"
        raise InputError(msg) from error


def _assemble(made: Path, commission: _Commission) -> tuple[int, int, int, pd.DataFrame]:
    """Write all parts of the study, one stage after the other."""
    logger.info("areas")
    areas = compile_areas(commission.downloader, commission.sources, commission.place)
    areas.to_csv(made / "areas.csv", lineterminator="\n")
    outlines = _write_outlines(made, commission, areas)
    logger.info("sites")
    returns = eric.read_returns(commission.downloader, commission.sources["returns"])
    found = compile_sites(commission.downloader, commission.sources, outlines, returns)
    # Reported now, not after the streets, which take minutes.
    refuse_without_hospital(found.table.assign(services=assume_services(found.table)))
    logger.info("streets")
    # Read from the file just written, as the study will.
    centroids = read_areas(made / "areas.csv").geometry
    extract, abroad = _read_streets(commission, centroids)
    land = read_boundary(made / "outlines.geojson")
    streets = _write_network(made / "streets", extract, "car", land, commission.track)
    logger.info("neighbours' hospitals")
    # Only neighbours' hospitals that some area reaches are kept, which needs the streets.
    sites = _reached(found, streets, centroids)
    sites = sites.assign(services=assume_services(sites))
    new_tables.write_sites(made / "sites.csv", sites)
    new_tables.write_postcodes(made / "postcodes.csv", found.postcodes, outlines)
    logger.info("streets on foot")
    around = _with_ways_to(land, _points(sites[sites["is_neighbour"]]))
    _write_network(made / "streets_on_foot", extract, "walk", around, commission.track)
    logger.info("projections, estate and timetables")
    todo = [found.todo, new_tables.abroad_todo(abroad), new_tables.general_todo()]
    todo.append(
        new_tables.write_projections(made, commission.downloader, commission.sources, areas)
    )
    estate = made / "estate.csv"
    todo.append(new_tables.write_estate(estate, returns, sites, commission.sources["returns"]))
    timetables, missing = _write_timetables(made, commission, centroids)
    logger.info("study file")
    listed = _write_study(made, commission, sites, timetables, [*todo, missing])
    return len(areas), int(areas["residents"].sum()), len(sites), listed


def _write_outlines(made: Path, commission: _Commission, areas: pd.DataFrame) -> gpd.GeoDataFrame:
    """Write and return the outlines of the areas with their authorities."""
    shapes = read_outlines(commission.downloader, commission.sources, commission.place)
    outlines = gpd.GeoDataFrame(
        areas[["authority_code", "authority"]], geometry=shapes.geometry.to_numpy(), crs=WGS84
    )
    with writing_layers(made / "outlines.geojson"):
        outlines.reset_index().to_file(made / "outlines.geojson")
    return outlines


def _read_streets(commission: _Commission, centroids: gpd.GeoSeries) -> tuple[Extract, list[str]]:
    """Fetch and read the extracts that cover the areas and 30 km around; name those abroad."""
    index, streets = commission.sources["street_index"], commission.sources["streets"]
    paths = geofabrik.fetch_extracts(commission.downloader, index, streets, centroids)
    abroad = [name for name in paths if name in streets.options["abroad"]]
    return read_extracts(list(paths.values()), track=commission.track), abroad


def _write_network(
    folder: Path, extract: Extract, mode: str, land: Polygon, track: Track
) -> RoadNetwork:
    """Build a network of the streets on and around some land, write it and return it."""
    beyond_m = BEYOND_M[mode]
    assembly = assemble(extract, mode, study_area=land, buffer_m=beyond_m, track=track)
    network = finish(assembly, mode)
    save_network(network, folder)
    return network


def _reached(found: Sites, streets: RoadNetwork, centroids: gpd.GeoSeries) -> pd.DataFrame:
    """Return the sites without those of neighbours that no area reaches within 45 minutes."""
    table = found.table
    beyond = table[table["is_neighbour"]]
    if beyond.empty:
        return table
    times = NetworkRouter(streets).travel_times(
        centroids, _points(beyond), mode="car", period="off_peak"
    )
    nearest = times.minutes.min()
    return table.drop(index=nearest.index[~(nearest <= NEIGHBOURS_MIN)])


def _with_ways_to(land: Polygon, places: gpd.GeoSeries) -> Polygon:
    """Return land with a narrow strip to each place beyond it, so that streets stay connected."""
    strips = shapely.buffer(shapely.shortest_line(land, places.to_numpy()), 1.0)
    return cast("Polygon", shapely.union_all([land, *strips]))


def _points(sites: pd.DataFrame) -> gpd.GeoSeries:
    points = gpd.points_from_xy(sites["easting"], sites["northing"], crs=BNG)
    return gpd.GeoSeries(points, index=sites.index)


def _write_timetables(
    made: Path, commission: _Commission, centroids: gpd.GeoSeries
) -> tuple[Timetables | None, pd.DataFrame]:
    """Copy the regions' timetables if there are usable ones; list what is missing."""
    source = commission.sources["timetables"]
    try:
        regions = bus_regions(commission.downloader, commission.sources, commission.place)
        feeds = bods.fetch_timetables(commission.downloader, source, regions)
        fitted = fit_timetables(feeds, centroids, commission.downloader.today)
    # Timetables are optional: without them the study is of cars and walks, and TODO.csv says so.
    except InputError as error:
        return None, new_tables.todo_row(
            "study.toml", "transit", "feeds", " ".join(str(error).split())
        )
    (made / "timetables").mkdir()
    names = [f"timetables/{source.options['regions'][region]}.zip" for region in sorted(regions)]
    for feed, name in zip(feeds, names, strict=True):
        shutil.copyfile(feed, made / name)
    rows = ["the feed has buses and trams, no trains", *([fitted.note] if fitted.note else [])]
    listed = [new_tables.todo_row("study.toml", "transit", "feeds", what) for what in rows]
    fetched = [cached for cached in commission.downloader.answers if cached.path in feeds]
    whose = source.cited(max(cached.date for cached in fetched)).removesuffix(".")
    day = fitted.day.isoformat()
    return Timetables(tuple(names), day, whose), pd.concat(listed, ignore_index=True)


def _write_study(
    made: Path,
    commission: _Commission,
    sites: pd.DataFrame,
    timetables: Timetables | None,
    todo: list[pd.DataFrame],
) -> pd.DataFrame:
    """Write the study file and its reports, check them as a run does, and return what is open.

    Future years that the study's own readers refuse are left out, and the reason is listed.
    """
    ahead, wrong = _years_ahead(made, commission)
    text = partial(_write_text, made, commission, sites, timetables)
    text(ahead)
    if refused := check_study(made / "study.toml"):
        ahead, wrong = None, refused
        text(ahead)
        check_study(made / "study.toml")
    if wrong:
        todo = [*todo, new_tables.todo_row("study.toml", "capacity", "years", wrong)]
    listed = pd.concat(todo, ignore_index=True)
    _write_reports(made, commission, listed)
    return listed


def _years_ahead(made: Path, commission: _Commission) -> tuple[YearsAhead | None, str]:
    """Return the projected years, or the reason why none can be used."""
    projections, estate = made / "projections.csv", made / "estate.csv"
    if not projections.exists():
        return None, ""  # that they could not be had is listed already
    try:
        years = projected_years(projections, commission.downloader.today.year)
    except InputError as error:
        return None, " ".join(str(error).split())
    source = commission.sources["projections"]
    whose = f"{source.credit} ({source.vintage})"
    return YearsAhead(years, projections.name, whose, estate.name if estate.exists() else ""), ""


def _write_text(
    made: Path,
    commission: _Commission,
    sites: pd.DataFrame,
    timetables: Timetables | None,
    ahead: YearsAhead | None,
) -> None:
    """Write study.toml."""
    used = [
        commission.sources[answer.source].cited(answer.date)
        for answer in commission.downloader.answers
    ]
    text = study_text(
        new_tables.title_of(commission.place),
        sites,
        date=commission.downloader.today.isoformat(),
        sources=list(dict.fromkeys(used)),
        timetables=timetables,
        ahead=ahead,
    )
    (made / "study.toml").write_text(text, encoding="utf-8")


def _write_reports(made: Path, commission: _Commission, todo: pd.DataFrame) -> None:
    """Write TODO.csv, fetched.csv and about.md."""
    fetched = new_tables.list_fetched(commission.downloader, commission.sources)
    todo.to_csv(made / "TODO.csv", index=False, lineterminator="\n")
    fetched.to_csv(made / "fetched.csv", index=False, lineterminator="\n")
    about = new_tables.about_text(commission.place, fetched, todo)
    (made / "about.md").write_text(about, encoding="utf-8")
