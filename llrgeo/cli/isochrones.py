"""The command that writes isochrones: the areas from which each site is reached in time."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from llrgeo.cli.parameters import Quiet, StudyFile
from llrgeo.errors import InputError

if TYPE_CHECKING:
    import geopandas as gpd

_LONGEST_MIN: Final = 24 * 60


def isochrones(
    study_file: StudyFile = None,
    *,
    minutes: Annotated[str, typer.Option(help="Limits, separated by commas.")] = "10,20,30",
    out: Annotated[
        Path | None, typer.Option(help="A file of areas to write: .gpkg or .geojson.")
    ] = None,
    page: Annotated[
        Path | None, typer.Option("--map", help="A page to write, with a map of each site: .html.")
    ] = None,
    site: Annotated[
        list[str] | None, typer.Option(help="A site's id; all sites without. Repeatable.")
    ] = None,
    mode: Annotated[
        str | None, typer.Option(help="How one travels; the study's first along streets without.")
    ] = None,
    period: Annotated[
        str | None, typer.Option(help="When one travels; the study's first period without.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Write the areas from which each site is reached in time: for QGIS, and as a page of maps."""
    from llrgeo.cli.screen import progress
    from llrgeo.files import written_whole
    from llrgeo.study.catchment_areas import (
        check_limits_shown,
        compute_isochrones,
        write_catchment_maps,
    )
    from llrgeo.study.config import load_study
    from llrgeo.study.inputs import PLACES, described_before, read_inputs
    from llrgeo.study.own_inputs import check_inputs_stay

    _check_paths(out, page)
    limits = _limits_min(minutes)
    if page is not None:
        check_limits_shown(page, limits)
    study = load_study(study_file)
    inputs = read_inputs(study, PLACES, known=described_before(study))
    check_inputs_stay(inputs.study, filter(None, (out, page)))
    areas = compute_isochrones(
        inputs,
        limits,
        site_ids=site or (),
        mode=mode,
        period=period,
        track=progress("Sites", quiet=quiet),
    )
    with ExitStack() as both:  # neither takes its place before both are made
        if out is not None:
            _write_areas(areas, both.enter_context(written_whole(out)), inputs.study.date)
        if page is not None:
            write_catchment_maps(inputs, areas, page)
    if not quiet:
        written = " and ".join(str(path) for path in (out, page) if path is not None)
        typer.echo(f"{written}: {len(areas)} areas of {areas['site_id'].nunique()} sites")


def _write_areas(areas: "gpd.GeoDataFrame", path: Path, date: str) -> None:
    """Write a GeoPackage of areas as they are, or GeoJSON in degrees (RFC 7946), to 0.1 m."""
    from llrgeo.inputs.map_files import repeatable_geopackage, writing_layers
    from llrgeo.schema import WGS84

    with writing_layers(path):
        if path.suffix == ".gpkg":
            areas.to_file(path, layer="isochrones", driver="GPKG")
            path.write_bytes(repeatable_geopackage(path, date))
        else:
            areas.to_crs(WGS84).to_file(
                path,
                layer="isochrones",
                driver="GeoJSON",
                RFC7946="YES",
                COORDINATE_PRECISION=6,
            )


def _check_paths(out: Path | None, page: Path | None) -> None:
    """Refuse a command that names no file to write, or one with another ending.

    Raises
    ------
    InputError
        Saying what to name.
    """
    if out is None and page is None:
        msg = "isochrones: name a file to write, --out FILE.gpkg or --map FILE.html"
        raise InputError(msg)
    for path, endings in ((out, (".gpkg", ".geojson")), (page, (".html",))):
        if path is not None and path.suffix not in endings:
            msg = f"{path}: isochrones are written as .gpkg or .geojson, and maps of them as .html"
            raise InputError(msg)
        if path is not None and path.is_dir():
            msg = f"{path}: this is a folder; name a file to write"
            raise InputError(msg)


def _limits_min(text: str) -> list[float]:
    """Return the limits in minutes that are separated by commas.

    Raises
    ------
    InputError
        If one is no number, not above 0, or more than a day.
    """
    try:
        limits = [float(part) for part in text.split(",")]
    except ValueError:
        msg = f"--minutes: {text} are no numbers separated by commas, such as 10,20,30"
        raise InputError(msg) from None
    if not all(0 < limit <= _LONGEST_MIN for limit in limits):
        msg = f"--minutes: {text} are not all above 0 and at most {_LONGEST_MIN}"
        raise InputError(msg)
    return limits
