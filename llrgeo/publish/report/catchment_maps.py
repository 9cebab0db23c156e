"""Catchment maps: one page that shows for each site the land from which it is reached in time."""

from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from llrgeo.inputs.base_map import BaseMap, joined_outlines
from llrgeo.inputs.theme import Theme
from llrgeo.publish import pages
from llrgeo.publish.option_view import mode_and_period
from llrgeo.publish.palette import TIME_COLOURS
from llrgeo.publish.report import drawing
from llrgeo.publish.report.drawing import Drawing
from llrgeo.publish.report.static_map import WIDTH, Frame, frame_of, marks
from llrgeo.publish.wording import wording

MOST_LIMITS: Final = len(TIME_COLOURS)
_LAND: Final = "#f2f4f5"
_SIMPLIFY: Final = 0.4  # of a unit of the drawing: less than a line is wide


@dataclass(frozen=True, slots=True)
class CatchmentMaps:
    """What the page holds.

    Attributes
    ----------
    title, date, theme, run
        Of the study: its heading, its day (ISO 8601), its publisher, and the number of the run.
    base, areas, sites
        The base map, and areas and sites as `llrgeo.inputs` reads them.
    reach
        A row a site and limit: `site_id`, `name`, `mode`, `minutes`, `period`, `residents` within
        reach, and the land, EPSG:27700.
    error_note
        How sure the travel times are, in plain words.
    sources
        The sources and licences of the data, one a line.
    """

    title: str
    date: str
    theme: Theme
    run: str
    base: BaseMap
    areas: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    reach: gpd.GeoDataFrame
    error_note: str
    sources: tuple[str, ...]


def render_catchments(maps: CatchmentMaps) -> str:
    """Return the page as HTML without scripts: a table of all sites, then a map of each."""
    styles = [pages.style_sheet(maps.theme.accent), pages.asset("report/assets/report.css")]
    land = frame_of(maps.base, maps.areas["authority"])
    ground = joined_outlines(land.outlines)
    first = maps.reach.iloc[0]
    found = [
        _site(maps, (land, ground), rows, number)
        for number, (_, rows) in enumerate(maps.reach.groupby("site_id", sort=False), start=1)
    ]
    return pages.render(
        "catchment_maps.html",
        {
            "publication": maps,
            "run": maps.run,
            "policy": pages.content_policy(scripts=(), styles=styles),
            "styles": pages.own_markup(styles),
            "journey": mode_and_period(first["mode"], first["period"]),
            "found": found,
            "table": _table(maps),
        },
    )


def _site(
    maps: CatchmentMaps,
    study: tuple[Frame, shapely.Geometry],
    rows: pd.DataFrame,
    number: int,
) -> dict[str, Any]:
    """Return one site's map, upon the land of the study, and its key."""
    land, ground = study
    # The widest land is drawn first, so that each limit is seen upon the longer ones.
    bands = list(zip(_labels(rows), TIME_COLOURS, rows["residents"], strict=False))
    parts = [drawing.shape(ground, _LAND)]
    for shape, (_, colour, _) in reversed(list(zip(rows["geometry"], bands, strict=True))):
        drawn = shapely.simplify(land.shape(shape), _SIMPLIFY)
        parts.append(drawing.shape(shapely.orient_polygons(drawn), colour, edge=drawing.QUIET))
    site_id, name = rows["site_id"].iloc[0], rows["name"].iloc[0]
    parts += marks(maps.base, land, maps.sites.loc[[site_id]].geometry)
    words = wording()
    counts = "; ".join(
        words["people_by_class"].format(label=label, people=words.persons(people))
        for label, _, people in bands
    )
    title = words["catchments_map"].format(site=name)
    return {
        "name": name,
        "map": Drawing(f"map-{number}", title, f"{counts}.", WIDTH, land.height, tuple(parts)),
        "key": bands,
    }


def _labels(rows: pd.DataFrame) -> list[str]:
    """Return what each limit is called: within 10 minutes."""
    words = wording()
    return [words["legend_time_first"].format(high=f"{limit:g}") for limit in rows["minutes"]]


def _table(maps: CatchmentMaps) -> dict[str, Any]:
    """Return the residents within reach of each site, a column a limit."""
    words, total = wording(), int(maps.areas["residents"].sum())
    rows = [
        [group["name"].iloc[0], *map(pages.people, group["residents"])]
        for _, group in maps.reach.groupby("site_id", sort=False)
    ]
    heads = _labels(next(iter(maps.reach.groupby("site_id", sort=False)))[1])
    caption = words["catchments_table"].format(people=pages.people(total))
    return {
        "id": "catchments",
        "caption": caption,
        "heads": [words["column_catchment_site"], *heads],
        "rows": rows,
    }
