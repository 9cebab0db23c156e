"""Descriptions of the tables that publishing adds to the evidence: areas, layers, contents."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import pandas as pd

from llrgeo.appraisal.tables.columns import (
    AREA_ID,
    AREA_NAME,
    AUTHORITY,
    DISTANCE,
    IMD_DECILE,
    NO_SITE,
    RESIDENTS,
    RURAL_URBAN,
    SITE_ID,
    TRAVEL_TIME,
    WARD,
    explained,
    indicator_columns,
)
from llrgeo.appraisal.tables.declaration import PublishedColumn, TableDescription
from llrgeo.appraisal.tables.units import MINUTES, ROWS, SHARE
from llrgeo.errors import LlrgeoError
from llrgeo.publish.data.files import flat_table
from llrgeo.publish.data.labels import labelled_tables
from llrgeo.publish.option_view import journey_label
from llrgeo.publish.pages import deprivation_note
from llrgeo.publish.publication import Publication
from llrgeo.schema import name_some

_AREAS_COME_AFTER: Final = "equity"  # the last of the tables of journeys
_GEOMETRY: Final = PublishedColumn(
    "geometry", "Outline of the area, in EPSG:27700; for display only"
)
_BOX: Final = PublishedColumn(
    "bbox", "Box around the outline, in EPSG:27700: xmin, ymin, xmax, ymax; for readers that skip"
)

_SPREAD: Final = (
    PublishedColumn(
        "p10_min",
        "By timetable: minutes that one of ten departures of the window does not exceed",
        MINUTES,
        "fewer have a journey, or it is not by timetable",
    ),
    PublishedColumn(
        "p90_min",
        "By timetable: minutes that nine of ten departures of the window do not exceed",
        MINUTES,
        "fewer have a journey, or it is not by timetable",
    ),
    PublishedColumn(
        "share_departures",
        "By timetable: share of the departures of the window that have a journey",
        SHARE,
        "the journey is not by timetable",
    ),
)
TRAVEL_TIMES: Final = TableDescription(
    "Minutes and kilometres from every area to every site.",
    (
        AREA_ID,
        SITE_ID,
        TRAVEL_TIME,
        PublishedColumn("mode", "How the journey is made"),
        PublishedColumn("period", "When the journey is made"),
        DISTANCE,
    ),
)


def describe_travel_times(times: pd.DataFrame) -> TableDescription:
    """Return what the columns of the travel times hold, those of timetables where there are any."""
    spread = tuple(column for column in _SPREAD if column.name in times)
    return replace(TRAVEL_TIMES, columns=(*TRAVEL_TIMES.columns, *spread))


CONTENTS: Final = TableDescription(
    "What each table of the workbook is about.",
    (
        PublishedColumn("sheet", "The sheet of the workbook"),
        PublishedColumn("table", "The table on it"),
        PublishedColumn("rows", "Rows below the heading", ROWS),
        PublishedColumn("about", "What the table is about"),
    ),
)
ASSUMPTIONS: Final = TableDescription(
    "What the study assumes.",
    (
        PublishedColumn("setting", "A setting of the study, by its path in the study file"),
        PublishedColumn("value", "What it is set to", blank="the setting is left empty"),
    ),
)
DATA_DICTIONARY: Final = TableDescription(
    "Every column of every file: what it holds, its unit, what a blank means.",
    (
        PublishedColumn("file", "The published file"),
        PublishedColumn("table", "The table or layer in it"),
        PublishedColumn("column", "The column"),
        PublishedColumn("type", "Whether it holds numbers, text, or yes or no"),
        PublishedColumn("unit", "The unit of a column of numbers", blank="the column is no number"),
        PublishedColumn("meaning", "What it holds"),
        PublishedColumn("blank", "What a blank in it means"),
    ),
)


@dataclass(frozen=True)  # without slots, which would leave no place for what is worked out once
class DescribedTable:
    """A table with what a reader is told about it."""

    content: pd.DataFrame
    description: TableDescription

    @cached_property
    def flat(self) -> pd.DataFrame:
        """The table as every file has it; do not change it."""
        return flat_table(self.content)


def describe_tables(
    publication: Publication, area_results: pd.DataFrame
) -> dict[str, DescribedTable]:
    """Return the tables of a publication and that of its areas, in the order of the workbook.

    Words stand in them where the appraisal has ids.

    Raises
    ------
    LlrgeoError
        If the publication holds a table without a description.
    """
    unknown = sorted(set(publication.tables) - set(publication.descriptions))
    if unknown:
        msg = f"no description of {name_some(unknown)}; this is a fault of llrgeo"
        raise LlrgeoError(msg)
    described = [
        (name, DescribedTable(table, publication.descriptions[name]))
        for name, table in labelled_tables(publication.tables, publication.tolerance_min).items()
    ]
    # The table of areas follows those of journeys, where a reader of the workbook looks for it.
    names = list(publication.tables)
    at = names.index(_AREAS_COME_AFTER) + 1 if _AREAS_COME_AFTER in names else len(names)
    described.insert(at, ("areas", DescribedTable(area_results, describe_areas(publication))))
    return dict(described)


def describe_areas(publication: Publication) -> TableDescription:
    """Return what the columns of the areas hold: who lives there, and minutes of every option."""
    return TableDescription(
        "Every area: minutes and their change for every service and option.",
        (
            AREA_ID,
            AREA_NAME,
            WARD,
            AUTHORITY,
            RESIDENTS,
            explained(IMD_DECILE, deprivation_note(publication)),
            RURAL_URBAN,
            *_minutes(publication),
            *indicator_columns(publication.figures),
            _GEOMETRY,
        ),
    )


def describe_area_boxes(publication: Publication) -> TableDescription:
    """Return what the columns of the areas in GeoParquet hold, the box of each among them."""
    areas = describe_areas(publication)
    return TableDescription(areas.about, (*areas.columns, _BOX))


def describe_sites(publication: Publication) -> TableDescription:
    """Return what the columns of the layer of sites hold: what each is, and what it offers."""
    return TableDescription(
        "Every site, and the options in which it offers each service.",
        (
            SITE_ID,
            PublishedColumn("name", "Name of the site"),
            PublishedColumn("kind", "What kind of site it is, in the study's own words"),
            PublishedColumn("status", "Whether the site is open, closed or proposed"),
            PublishedColumn("postcode", "Postcode of the site", blank="no postcode is known"),
            *(
                PublishedColumn(
                    service.id,
                    f"The options in which the site offers: {service.label}",
                    blank="no option offers it there",
                )
                for service in publication.services
            ),
            explained(_GEOMETRY, "Point of the site, in EPSG:27700; for display only"),
        ),
    )


def _minutes(publication: Publication) -> Iterator[PublishedColumn]:
    """Yield the columns of minutes by service and option, as `area_results` names them."""
    journey = journey_label(publication.judged_by)
    for service in publication.services:
        for option in publication.options:
            name, of = f"{service.id}__{option.name}", f"{service.label}; {option.label}; {journey}"
            nearest = f"Code of the nearest site, in whose catchment the area lies: {of}"
            yield PublishedColumn(f"{name}_site", nearest, blank="no site can be reached")
            yield PublishedColumn(f"{name}_min", f"Journey, one way: {of}", MINUTES, NO_SITE)
            change = f"Change of the journey from today, below 0 shorter: {of}"
            yield PublishedColumn(f"{name}_change_min", change, MINUTES, NO_SITE)
