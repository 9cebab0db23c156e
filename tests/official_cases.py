"""What tests of official data share: a downloader to a server on this machine, without waiting."""

import datetime as dt
import time

from llrgeo.inputs.official.cache import Cache
from llrgeo.inputs.official.downloader import Downloader, Patience
from llrgeo.inputs.official.sources import read_sources
from llrgeo.inputs.official.transport import Transport

TODAY = dt.date(2026, 11, 25)


class Official:
    """A server, its sources, and downloaders that share a cache and note what they wait."""

    def __init__(self, server, folder) -> None:
        self.server, self.folder = server, folder
        self.sources = read_sources(server.sources(folder / "sources.toml"))
        self.waits: list[float] = []

    def downloader(self, *, offline=False, today=TODAY, tries=4, total_s=30.0, idle_s=5.0):
        return Downloader(
            Cache(self.folder / "cache"),
            Transport(self.sources.hosts, time.monotonic, idle_s=idle_s, total_s=total_s),
            Patience(self.waits.append, tries=tries),
            today,
            offline=offline,
        )

    def kept(self, source):
        """Return the names of a source's files in the cache."""
        return sorted(path.name for path in (self.folder / "cache" / source).glob("*"))
