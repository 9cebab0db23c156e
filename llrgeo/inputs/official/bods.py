"""Department for Transport, Bus Open Data Service: timetables of a region as GTFS; no trains."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from llrgeo.inputs.feeds import calendar_faults, read_feed
from llrgeo.inputs.official.answers import check_zip
from llrgeo.inputs.official.downloader import Downloader, FetchError
from llrgeo.inputs.official.query import Query
from llrgeo.inputs.official.sources import Source
from llrgeo.schema import name_some, raise_faults

_UNPACKED: Final = 4 << 30


def fetch_timetables(downloader: Downloader, source: Source, regions: Sequence[str]) -> list[Path]:
    """Return the timetables of regions, by the names that the ONS gives them, as files.

    Raises
    ------
    FetchError
        If a region has no timetables, or a file cannot be had or is no feed.
    """
    names = source.options["regions"]
    unknown = [region for region in regions if region not in names]
    if unknown:
        msg = f"{source.id}: no timetables of {name_some(unknown)}; there are {name_some(names)}"
        raise FetchError(msg)
    return [
        downloader.get(
            Query(source, address(source, names[region]), f"{names[region]}.zip", _check)
        )
        for region in sorted(set(regions))
    ]


def address(source: Source, region: str) -> str:
    """Return the address of a region's timetables, by the service's own name for it."""
    return source.url.replace("{region}", region)


def _check(path: Path) -> None:
    """Refuse what is no whole zip, or no feed with calendars."""
    check_zip(path, ending=".txt", most_bytes=_UNPACKED)
    raise_faults(calendar_faults(read_feed(path)), source=path.name.removesuffix(".part"))
