"""The command that draws from where each site is reached in time."""

from pathlib import Path
from typing import Annotated, Final

import typer

from llrgeo.cli.parameters import Quiet, StudyFile

_LONGEST_MIN: Final = 24 * 60


def isochrones(
    study_file: StudyFile = None,
    *,
    minutes: Annotated[str, typer.Option(help="Limits, parted by commas.")] = "10,20,30",
    out: Annotated[Path, typer.Option(help="The GeoPackage to write: .gpkg.")],
    quiet: Quiet = False,
) -> None:
    """Write the areas from which each site is reached within some minutes, for QGIS and others."""
    from llrgeo.errors import InputError
    from llrgeo.files import written_whole
    from llrgeo.inputs.map_files import writing_layers
    from llrgeo.study.catchment_areas import compute_isochrones
    from llrgeo.study.config import load_study
    from llrgeo.study.inputs import PLACES, read_inputs

    if out.suffix != ".gpkg":
        msg = f"{out}: isochrones are written as .gpkg"
        raise InputError(msg)
    try:
        limits = [float(part) for part in minutes.split(",")]
    except ValueError:
        msg = f"--minutes: {minutes} are no numbers parted by commas, such as 10,20,30"
        raise InputError(msg) from None
    if not all(0 < limit <= _LONGEST_MIN for limit in limits):
        msg = f"--minutes: {minutes} are not all above 0 and at most {_LONGEST_MIN}"
        raise InputError(msg)
    areas = compute_isochrones(read_inputs(load_study(study_file), PLACES), limits)
    with written_whole(out) as made, writing_layers(made):
        areas.to_file(made, layer="isochrones", driver="GPKG")
    if not quiet:
        typer.echo(f"{out}: {len(areas)} areas of {areas['site_id'].nunique()} sites")
