"""Commands on road networks: build one, describe one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from llrgeo.cli.parameters import OutFile, Quiet
from llrgeo.cli.screen import progress, rich_table, show
from llrgeo.errors import ConfigError
from llrgeo.modes import STREET_MODES

if TYPE_CHECKING:
    from llrgeo.roads.way_nodes import Polygon

_AREA_M: Final = 1.0  # buffer that turns the point of one area, or points in a line, into land


def build(
    extracts: Annotated[list[Path], typer.Argument(help="OpenStreetMap files: .osm.pbf, .osm.")],
    *,
    out: OutFile,
    boundary: Annotated[
        Path | None,
        typer.Option(help="Polygons of the study area; without it, or --around, all is taken."),
    ] = None,
    around: Annotated[
        Path | None, typer.Option(help="A table of areas: keep what lies around them.")
    ] = None,
    buffer: Annotated[
        float, typer.Option(help="Kilometres kept beyond the boundary or the areas.")
    ] = 30.0,
    mode: Annotated[
        str, typer.Option(help=f"{', '.join(STREET_MODES[:-1])} or {STREET_MODES[-1]}.")
    ] = "car",
    clock: Annotated[
        str | None, typer.Option(help="When conditional rules are read, such as 'Tu 08:30'.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Build a road network from OpenStreetMap extracts and save it in a folder.

    Everything in the files is taken, unless --around or --boundary says where the study is.
    """
    from llrgeo.roads.network_files import save_network
    from llrgeo.roads.osm import build_network, describe_network

    network = build_network(
        extracts,
        boundary=_study_area(boundary, around),
        buffer_m=buffer * 1_000,
        mode=mode,
        clock=clock,
        track=progress("Streets", quiet=quiet),
    )
    save_network(network, out)
    if not quiet:
        show(rich_table(describe_network(network)))


def _study_area(boundary: Path | None, around: Path | None) -> "Path | Polygon | None":
    """Return where the study is: a file of polygons, the land of its areas, or None for anywhere.

    Raises
    ------
    ConfigError
        If both are given.
    """
    from llrgeo.inputs.areas import read_areas

    if boundary and around:
        msg = "--boundary and --around both say where the study is; give one of them"
        raise ConfigError(msg)
    if around is None:
        return boundary
    return read_areas(around).geometry.union_all().convex_hull.buffer(_AREA_M)


def info(folder: Annotated[Path, typer.Argument(help="A saved network.")]) -> None:
    """Describe a saved network: what it is of, how large, how far to trust it."""
    from llrgeo.roads.network_files import load_network
    from llrgeo.roads.osm import describe_network

    show(rich_table(describe_network(load_network(folder))))
