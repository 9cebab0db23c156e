"""Official data of England: one module a publisher, over one downloader."""

from typing import Final

KIND_NAMES: Final = (
    "areas",
    "lookup",
    "centroids",
    "boundaries",
    "census",
    "population",
    "workbook",
    "projections",
    "deprivation",
    "sites",
    "estate",
    "postcodes",
    "osm",
    "timetables",
)
"""What `llrgeo fetch` can fetch alone; `kinds` has what each asks."""
