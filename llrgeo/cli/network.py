"""Commands of roads: build a network, describe one."""

from pathlib import Path
from typing import Annotated

import typer

from llrgeo.cli.parameters import OutFile, Quiet
from llrgeo.cli.screen import progress, rich_table, show
from llrgeo.modes import STREET_MODES


def build(
    extracts: Annotated[list[Path], typer.Argument(help="OpenStreetMap files: .osm.pbf, .osm.")],
    *,
    out: OutFile,
    boundary: Annotated[
        Path | None, typer.Option(help="Polygons of the study area; LLR if not given.")
    ] = None,
    buffer: Annotated[float, typer.Option(help="Kilometres kept beyond the boundary.")] = 30.0,
    mode: Annotated[
        str, typer.Option(help=f"{', '.join(STREET_MODES[:-1])} or {STREET_MODES[-1]}.")
    ] = "car",
    clock: Annotated[
        str | None, typer.Option(help="When conditional rules are read, such as 'Tu 08:30'.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Build a road network from OpenStreetMap extracts and save it in a folder."""
    from llrgeo.inputs.embedded import embedded
    from llrgeo.roads.network import save_network
    from llrgeo.roads.osm import build_network, describe_network

    network = build_network(
        extracts,
        boundary=boundary or embedded("authorities.geojson"),
        buffer_m=buffer * 1_000,
        mode=mode,
        clock=clock,
        track=progress("Streets", quiet=quiet),
    )
    save_network(network, out)
    if not quiet:
        show(rich_table(describe_network(network)))


def info(folder: Annotated[Path, typer.Argument(help="A saved network.")]) -> None:
    """Describe a saved network: what it is of, how large, how far to trust it."""
    from llrgeo.roads.network import load_network
    from llrgeo.roads.osm import describe_network

    show(rich_table(describe_network(load_network(folder))))
