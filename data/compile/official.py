"""What the compile scripts share to fetch official tables as `llrgeo new --icb` does."""

import argparse
import datetime as dt
import time
from pathlib import Path

from llrgeo.inputs.official.cache import Cache
from llrgeo.inputs.official.downloader import Downloader, Patience
from llrgeo.inputs.official.sources import Sources, read_sources
from llrgeo.inputs.official.transport import Transport


def source_or_downloads(about: str, source: str) -> argparse.Namespace:
    """Read what is compiled: a file (`source` says which), or a folder to keep downloads in."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("source", type=Path, nargs="?", help=source)
    parser.add_argument("--downloads", type=Path, help="fetch the newest; a folder to keep them in")
    parser.add_argument("--sources", type=Path, help="your own copy of data/downloads.toml")
    return parser.parse_args()


def official_sources(downloads: Path, sources_file: Path | None) -> tuple[Downloader, Sources]:
    """Return what fetches into a folder, and the table of sources: the embedded one if None."""
    sources = read_sources(sources_file)
    downloader = Downloader(
        Cache(downloads),
        Transport(sources.hosts, time.monotonic),
        Patience(time.sleep),
        dt.datetime.now(tz=dt.UTC).date(),
    )
    return downloader, sources
