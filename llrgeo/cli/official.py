"""Commands that go online: official data, and a whole study from it."""

import datetime as dt
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from llrgeo.cli.parameters import Boards, DryRun, Offline, OutFile, Quiet, SourcesFile
from llrgeo.cli.screen import StageClock, progress, show
from llrgeo.inputs.official import KIND_NAMES

if TYPE_CHECKING:
    import pandas as pd

    from llrgeo.inputs.official.downloader import Downloader
    from llrgeo.inputs.official.place import Place
    from llrgeo.inputs.official.sources import Sources

_FIRST_YEAR: Final = 2026  # the earliest plausible year: the table of sources is of it


def fetch(
    kind: Annotated[str, typer.Argument(help=f"{', '.join(KIND_NAMES)}.")],
    *,
    icb: Boards = None,
    around: Annotated[
        Path | None, typer.Option(help="A table of areas (area_id) instead of a board.")
    ] = None,
    out: OutFile = Path("downloads"),
    dry_run: DryRun = False,
    offline: Offline = False,
    sources: SourcesFile = None,
    quiet: Quiet = False,
) -> None:
    """Download official data: checked, resumable, kept with its SHA-256.

    Without --icb and --around it is that of the default study's areas.
    """
    from llrgeo.inputs.official.kinds import fetch_kind, kind_named, list_sources
    from llrgeo.inputs.official.sources import read_sources

    known = read_sources(sources)
    downloader = new_downloader(known, out, offline=offline, quiet=quiet)
    if dry_run:
        _print_sources(list_sources(kind, downloader, known))
        return
    kind_named(kind)  # a slip is told before the place is asked for online
    fetch_kind(kind, downloader, known, _place(downloader, known, icb, around))
    if not quiet:
        for answer in downloader.answers:
            typer.echo(answer.path)
        typer.echo(downloader.tally.summary, err=True)


def list_area(downloads: Path, *, sources: Path | None) -> None:
    """List the sources that a whole study of a board needs, without a request."""
    from llrgeo.inputs.official.kinds import list_sources
    from llrgeo.inputs.official.sources import read_sources

    known = read_sources(sources)
    downloader = new_downloader(known, downloads, offline=True, quiet=True)
    _print_sources(list_sources("study", downloader, known))


def _print_sources(sources: "pd.DataFrame") -> None:
    for row in sources.itertuples():
        typer.echo(f"{row.source}: {row.vintage}; about {row.about_mb:g} MB, {row.kept} kept")
        typer.echo(f"  {row.address}")
    typer.echo(
        f"about {sources['about_mb'].sum():,.1f} MB in all, for one board of one county and region"
    )


def write_area(
    folder: Path,
    icb: list[str],
    downloads: Path,
    *,
    offline: bool,
    sources: Path | None,
    timings: bool,
    quiet: bool,
) -> None:
    """Write a whole study of boards into a folder, and print what is left to find out."""
    from llrgeo.inputs.official.place import find_boards
    from llrgeo.inputs.official.sources import read_sources
    from llrgeo.study.new_study.area import new_area

    known = read_sources(sources)
    downloader = new_downloader(known, downloads, offline=offline, quiet=quiet)
    clock = StageClock()
    with clock.running() if timings else nullcontext():
        place = find_boards(downloader, known, icb)
        made = new_area(folder, place, downloader, known, track=progress("Streets", quiet=quiet))
    if timings:
        show(clock.table())
    if not quiet:
        typer.echo(f"{downloader.tally.summary}")
        typer.echo(
            f"{folder}: {made.areas:,} areas, {made.residents:,} residents, {made.sites:,} sites; "
            f"{len(made.todo):,} things to find out stand in TODO.csv"
        )
        typer.echo(f"Read {folder / 'about.md'}, then: llrgeo run {folder / 'study.toml'}")


def new_downloader(sources: "Sources", folder: Path, *, offline: bool, quiet: bool) -> "Downloader":
    """Return a downloader into a folder, with this machine's date.

    Raises
    ------
    InputError
        If the clock is far behind: downloads and studies are dated by it.
    """
    from llrgeo.errors import InputError
    from llrgeo.inputs.official.cache import Cache
    from llrgeo.inputs.official.downloader import Downloader, Patience
    from llrgeo.inputs.official.transport import Transport

    today = dt.datetime.now(tz=dt.UTC).date()
    if today.year < _FIRST_YEAR:
        msg = f"this machine's clock says {today}; set it, for answers and studies bear its date"
        raise InputError(msg)
    return Downloader(
        Cache(folder),
        Transport(sources.hosts, time.monotonic),
        Patience(time.sleep),
        today,
        offline=offline,
        track=progress("Downloading", quiet=quiet),
    )


def _place(
    downloader: "Downloader", sources: "Sources", icb: list[str] | None, around: Path | None
) -> "Place":
    """Return the place that the options name; that of the default study if they name none."""
    from llrgeo.errors import InputError
    from llrgeo.inputs.embedded import embedded
    from llrgeo.inputs.official.place import find_around, find_boards
    from llrgeo.inputs.tables import read_table

    if icb and around:
        msg = "name boards (--icb) or a table of areas (--around), not both"
        raise InputError(msg)
    if icb:
        return find_boards(downloader, sources, icb)
    path = around or embedded("areas.csv")
    table = read_table(path)
    if "area_id" not in table.columns:
        msg = f"{path.name}: column 'area_id' is missing; it has the codes of the areas"
        raise InputError(msg)
    return find_around(downloader, sources, [str(code).strip() for code in table["area_id"]])
