"""Show results on a map in a notebook, without internet and map tiles."""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.appraisal.siting.locate import SiteSelection
from llrgeo.errors import InputError
from llrgeo.publish.legend import change_legend, time_legend
from llrgeo.publish.notebook_map import MapLayer, NotebookMap, build_map, legend_layer
from llrgeo.publish.option_view import area_labels, journey_label
from llrgeo.publish.pages import minutes as in_minutes
from llrgeo.publish.palette import TIME_COLOURS
from llrgeo.roads.main_roads import main_road_lines
from llrgeo.roads.network import RoadNetwork
from llrgeo.schema import BNG, name_some
from llrgeo.study.result import StudyResult
from llrgeo.study.run import build_publication
from llrgeo.travel.times import TravelTimes

_OPEN: Final = "#d7301f"
_LAND: Final = "#e8e8e8"
_ROAD: Final = "#555555"
_PLAIN: Final = "#2c7fb8"
_ROUTES: Final = ("#2c7fb8", "#d95f02", "#1b9e77", "#7570b3", "#e7298a")  # as ColorBrewer's Dark2
_LEG_COLUMNS: Final = {"leg", "kind", "route", "from_stop", "to_stop", "departs", "arrives"}
_EDGE_M: Final = 20.0
_ALL_ROADS: Final = 5_000  # edges that a notebook draws one by one


def show(
    found: object,
    *,
    areas: gpd.GeoDataFrame | None = None,
    sites: gpd.GeoDataFrame | None = None,
    option: str = "",
    service: str = "",
) -> NotebookMap:
    """Return a map of a result; a notebook displays it, and its `save` writes it as one file.

    Parameters
    ----------
    found
        A study's result (the change of minutes under an option), travel times (minutes to the
        nearest site), a network (its main roads, or all of a small one), a site selection,
        itineraries (each route in a colour, walks dark, stops with their times), isochrones (a
        colour for each limit, the shortest on top), or any frame with shapes.
    areas
        On `area_id`, points or outlines: required for travel times; drawn beneath a selection.
    sites
        On `site_id`: required for a selection; drawn over travel times and isochrones.
    option, service
        Ids, for a study's result. Without them, the first option besides the baseline, and the
        service that represents it (docs/methods 2).

    Raises
    ------
    InputError
        If places are missing, or there is no such option or service; the message says which.

    Examples
    --------
    >>> result = llrgeo.run_study(llrgeo.load_study(folder / "study.toml"))
    >>> llrgeo.show(result, option="nearer", service="clinic").save(folder / "map.html")
    >>> (folder / "map.html").is_file()
    True
    """
    if isinstance(found, StudyResult):
        return build_map(_study_layers(found, option, service))
    if isinstance(found, TravelTimes):
        return build_map(_times_layers(found, _given(areas, "areas"), sites))
    if isinstance(found, SiteSelection):
        return build_map(_selection_layers(found, areas, _given(sites, "sites")))
    if isinstance(found, RoadNetwork):
        return build_map([_road_layer(found)])
    if isinstance(found, gpd.GeoDataFrame):
        return build_map(_frame_layers(found, sites))
    msg = (
        f"a {type(found).__name__} cannot be shown on a map. Give the result of run_study, travel "
        "times with areas=, a network, a site selection with sites=, or a GeoDataFrame."
    )
    raise InputError(msg)


def _study_layers(found: StudyResult, option: str, service: str) -> list[MapLayer]:
    """Return the change of minutes for one service under one option, and the sites."""
    published = build_publication(found)
    name = option or published.opening_option.name
    # Without a service, the one that the published pages open with.
    chosen = service or (
        published.opening_services[name].id if name in published.opening_services else ""
    )
    if (name, chosen) not in published.views:
        options, services = sorted(found.results), [kind.id for kind in published.services]
        msg = (
            f"there is no option '{name}' with a service '{chosen}'. Options are "
            f"{name_some(options)}; services are {name_some(services)}."
        )
        raise InputError(msg)
    view = published.views[name, chosen]
    before, after = (view.areas[name].map(in_minutes) for name in ("before_min", "after_min"))
    baseline = published.baseline.label
    texts = view.areas["label"] + f"\n{baseline}: " + before + f"\n{view.option.label}: " + after
    legend = change_legend(view, published.tolerance_min)
    label = f"{view.option.label}: {view.service.label}"
    outlines = published.base.outlines.geometry
    open_sites = found.sites.loc[sorted(view.option.sites[chosen])]
    return [legend_layer(label, outlines, legend, texts), _site_layer(open_sites)]


def _times_layers(
    times: TravelTimes, areas: gpd.GeoDataFrame, sites: gpd.GeoDataFrame | None
) -> list[MapLayer]:
    """Return areas by the minutes to their nearest site, and the sites."""
    missing = times.minutes.index.difference(areas.index)
    if len(missing):
        msg = (
            f"areas= lacks {len(missing)} areas of the travel times ({name_some(missing)}). "
            "Give the frame that they were computed for, with area_id as its index."
        )
        raise InputError(msg)
    # Rows in the order of the times: layers and minutes are joined by position.
    placed = areas.loc[times.minutes.index]
    nearest = times.minutes.min(axis=1)
    people = placed.get("residents", pd.Series(0, placed.index))
    texts = _names(placed) + "\n" + nearest.map(in_minutes)
    layer = legend_layer(journey_label(times), placed.geometry, time_legend(nearest, people), texts)
    if sites is None:
        return [layer]
    return [layer, _site_layer(sites.loc[sites.index.intersection(times.minutes.columns)])]


def _selection_layers(
    found: SiteSelection, areas: gpd.GeoDataFrame | None, sites: gpd.GeoDataFrame
) -> list[MapLayer]:
    """Return the open sites of a plan over the areas, if there are some."""
    missing = sorted(set(found.sites) - set(sites.index))
    if missing:
        msg = (
            f"sites= lacks {len(missing)} sites of the selection ({name_some(missing)}). "
            "Give the frame of all candidates, with site_id as its index."
        )
        raise InputError(msg)
    land = [] if areas is None else [
        MapLayer("areas", _drawn(areas.geometry, _LAND, _names(areas)))
    ]  # fmt: skip
    return [*land, _site_layer(sites.loc[list(found.sites)])]


def _frame_layers(found: gpd.GeoDataFrame, sites: gpd.GeoDataFrame | None) -> list[MapLayer]:
    """Return itineraries as journeys, isochrones by limit, any other frame as shapes."""
    if set(found.columns) >= _LEG_COLUMNS:
        return _journey_layers(found.reset_index(drop=True))
    if "minutes" in found.columns and found.geom_type.str.contains("Polygon").any():
        reached = _isochrone_layers(found)
        return reached if sites is None else [*reached, _site_layer(sites)]
    columns = found.drop(columns=found.geometry.name)
    return [MapLayer("shapes", _drawn(found.geometry, _PLAIN, _row_texts(columns)))]


def _isochrone_layers(found: gpd.GeoDataFrame) -> list[MapLayer]:
    """Return a layer for each limit, the longest first: shorter ones are drawn over it.

    Edges are simplified within their accuracy (about 20 m), so that a notebook stays small.
    """
    limits = sorted(found["minutes"].unique())
    # Evenly spaced over the scale of colours of public maps.
    steps = np.linspace(0, len(TIME_COLOURS) - 1, max(len(limits), 2)).round().astype(int)
    colours = {limit: TIME_COLOURS[step] for limit, step in zip(limits, steps, strict=False)}
    shapes = found.to_crs(BNG)
    layers = []
    for limit in reversed(limits):
        within = shapes[shapes["minutes"] == limit]
        columns = within.drop(columns=within.geometry.name)
        outlines = within.geometry.simplify(_EDGE_M)
        label = f"within {limit:g} minutes"
        drawn = _drawn(outlines, colours[limit], _row_texts(columns))
        layers.append(MapLayer(label, drawn, {label: colours[limit]}))
    return layers


def _journey_layers(legs: gpd.GeoDataFrame) -> list[MapLayer]:
    """Return the walks of journeys, their rides by route, and the stops of the rides."""
    on_foot = legs["kind"] == "walk"
    walks, rides = legs[on_foot], legs[~on_foot]
    # Colours are given to routes in the order in which they are first ridden, then again.
    routes = dict.fromkeys(rides["route"])
    colours = {route: _ROUTES[n % len(_ROUTES)] for n, route in enumerate(routes)}
    lines = _drawn(rides.geometry, _PLAIN, rides["route"] + "\n" + _leg_texts(rides))
    stops = [
        _drawn(
            gpd.GeoSeries(rides.geometry.map(end)), _ROAD, rides[time].str[:5] + " " + rides[stop]
        )
        for end, time, stop in (
            (lambda line: line.interpolate(0), "departs", "from_stop"),
            (lambda line: line.interpolate(1, normalized=True), "arrives", "to_stop"),
        )
    ]
    return [
        MapLayer(
            "walks",
            _drawn(walks.geometry, _ROAD, "walk\n" + _leg_texts(walks)),
            {"walk": _ROAD} if len(walks) else {},
        ),
        MapLayer("rides", lines.assign(colour=rides["route"].map(colours)), colours),
        MapLayer("stops", gpd.GeoDataFrame(pd.concat(stops, ignore_index=True))),
    ]


def _leg_texts(legs: gpd.GeoDataFrame) -> pd.Series:
    """Return texts of where and when legs begin and end, and of their minutes."""
    begins, ends = (
        legs[time].str[:5] + " " + legs[stop]
        for time, stop in (("departs", "from_stop"), ("arrives", "to_stop"))
    )
    minutes = legs["minutes"].map(in_minutes) + " minutes"
    return begins.str.strip() + "\n" + ends.str.strip() + "\n" + minutes


def _site_layer(sites: gpd.GeoDataFrame) -> MapLayer:
    return MapLayer("open sites", _drawn(sites.geometry, _OPEN, _names(sites)))


def _road_layer(network: RoadNetwork) -> MapLayer:
    """Return the roads of a small network, and the main roads of a large one."""
    if len(network.edges) > _ALL_ROADS:
        roads = main_road_lines(network)
        return MapLayer("main roads", _drawn(roads.geometry, _ROAD, roads["road"]))
    real = network.edges["road_class"] != "turn"
    names = network.edges.loc[real, ["road_name", "road_class"]].agg("\n".join, axis=1)
    return MapLayer("roads", _drawn(gpd.GeoSeries(network.lines[real]), _ROAD, names))


def _drawn(shapes: gpd.GeoSeries, colour: str, texts: pd.Series) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"colour": colour, "text": texts}, geometry=shapes)


def _names(table: gpd.GeoDataFrame) -> pd.Series:
    """Return names of areas or sites, or their ids where they have none."""
    if "name" not in table.columns:
        return pd.Series(table.index.astype(str), table.index)
    return area_labels(table)


def _row_texts(table: pd.DataFrame) -> pd.Series:
    """Return a text for each row, with one line a column."""
    texts = [
        "\n".join(f"{name}: {value}" for name, value in row.items())
        for row in table.to_dict("records")
    ]
    return pd.Series(np.array(texts, dtype=object), table.index)


def _given(frame: gpd.GeoDataFrame | None, name: str) -> gpd.GeoDataFrame:
    if frame is None:
        msg = (
            f"there are no places to draw. Give {name}= a GeoDataFrame with "
            f"{name.removesuffix('s')}_id as its index, such as result.{name}."
        )
        raise InputError(msg)
    return frame
