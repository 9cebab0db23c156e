"""The command line: each command a few lines over the library; errors are one line and exit 1.

Commands import the library when they run, so that `llrgeo --help` answers at once.
"""

import gc
import io
import logging
import sys
from typing import Annotated, Final, NoReturn

import typer

from llrgeo import __version__
from llrgeo.cli import isochrones, network, official, pages, run, siting, studies
from llrgeo.cli.guard import INTERRUPTED, describe_disk, describe_error, guarded
from llrgeo.cli.parameters import Command
from llrgeo.errors import LlrgeoError

# Each command with an example of its use, in the order in which help shows them.
_STUDIES: Final = (
    (run.run, "llrgeo run my_study.toml --out my_maps"),
    (studies.new, "llrgeo new my_study.toml --minimal"),
    (studies.times, "llrgeo times my_study.toml --out minutes.csv"),
    (isochrones.isochrones, "llrgeo isochrones my_study.toml --minutes 10,20,30 --out reach.gpkg"),
    (siting.locate, "llrgeo locate my_study.toml --service diagnostics --p 4"),
    (studies.validate, "llrgeo validate my_study.toml --reference observed.csv"),
    (studies.replay, "llrgeo replay my_maps/manifest.json"),
    (studies.diff, "llrgeo diff maps_of_monday maps_of_friday"),
    (pages.check, "llrgeo check my_maps"),
)
_DATA: Final = ((official.fetch, "llrgeo fetch osm --icb Northamptonshire --out downloads"),)
_NETWORK: Final = (
    (network.build, "llrgeo network build downloads/county.osm.pbf --out streets"),
    (network.info, "llrgeo network info streets"),
)

# Threshold of garbage collection; Python's own is 700, or 2,000 since 3.13. The main job stays
# below this one, as do its libraries while they are loaded: it creates more than half a million
# objects, and few cycles.
_GC_THRESHOLD: Final = 1_000_000

app: typer.Typer = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)


def _add_commands() -> None:
    """Add each command to its panel of the help."""
    network_app = typer.Typer(no_args_is_help=True, help="Build a road network, or describe one.")
    for group, panel, commands in (
        (app, "Studies", _STUDIES),
        (app, "Data", _DATA),
        (network_app, None, _NETWORK),
    ):
        for command, example in commands:
            add = group.command(cls=Command, rich_help_panel=panel, epilog=f"Example: {example}")
            add(guarded(command))
    app.add_typer(network_app, name="network", rich_help_panel="Roads")


_add_commands()


def _show_version(wanted: bool) -> None:  # noqa: FBT001 (as typer calls it)
    if wanted:
        typer.echo(f"llrgeo {__version__}")
        raise typer.Exit


@app.callback(epilog="Begin with: llrgeo run, then open maps/index.html")
def start(
    *,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log what is done.")] = False,
    version: Annotated[  # noqa: ARG001 (its callback shows it)
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Plan where health services should be: travel times, options, sites and public maps."""
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="%(message)s")


def main() -> None:
    """Run the command line; an error of llrgeo or of the disk is one line and exit status 1.

    Any other error is a fault of llrgeo: one line too, with the file of its traceback, and exit
    status 70.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal may not have every letter
    # Collecting cycles took a twentieth of the time of `llrgeo run`, so it is done seldom.
    usual = gc.get_threshold()
    gc.set_threshold(_GC_THRESHOLD, *usual[1:])
    try:
        app()
    except SystemExit as ended:
        if ended.code == INTERRUPTED:  # as typer ends a command that Ctrl-C stops
            _leave(*describe_error(KeyboardInterrupt()))
        raise
    except (LlrgeoError, OSError) as error:
        _leave(describe_disk(error), 1)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 (the last line of defence)
        _leave(*describe_error(error))
    finally:
        # The process ends and frees all its memory: collecting cycles in a million objects before
        # that took half a second after `llrgeo run`.
        gc.freeze()
        gc.set_threshold(*usual)


def _leave(message: str, status: int) -> NoReturn:
    typer.echo(f"llrgeo: {message}", err=True)
    sys.exit(status)
