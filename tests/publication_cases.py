"""Publications that tests share: one of the toy town, and one of a made-up county."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from appraisal_cases import BEDS, CLINIC, LOCAL, NURSES, TODAY

from llrgeo.appraisal.demand import Service
from llrgeo.appraisal.evaluation import OptionResult, evaluate_options
from llrgeo.appraisal.inputs import AppraisalInputs, times_for
from llrgeo.appraisal.options import Option
from llrgeo.appraisal.tables.declaration import PublishedColumn, TableDescription
from llrgeo.appraisal.tables.units import SCORE
from llrgeo.publish.data import gis
from llrgeo.publish.data.files import area_results
from llrgeo.publish.explorer.tables import explorer_tables, options_table
from llrgeo.publish.option_view import OptionView
from llrgeo.publish.publication import BaseMap, Publication
from llrgeo.schema import AGE_BANDS, BNG, WGS84
from llrgeo.travel.times import TravelTimes

APPRAISED = ("areas", "sites", "services", "judged_by", "tolerance_min")
SCORE_COLUMN = PublishedColumn("score", "The score of an option", SCORE)
CELL_M = 2_500.0
CORNER = (430_000.0, 280_000.0)
BENDS = 8


def town_publication(
    areas: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, times: TravelTimes
) -> Publication:
    """Return a publication of the toy town: three services, today and one other option."""
    outlines = areas[["authority"]].set_geometry(areas.buffer(400, cap_style="square"))
    roads = gpd.GeoDataFrame(
        {"road": ["A1"], "road_class": ["primary"]},
        geometry=[shapely.LineString(areas.geometry.iloc[:2])],
        crs=BNG,
    )
    places = gpd.GeoDataFrame(
        {"name": ["Westham"], "residents": [9_000]}, geometry=areas.geometry.iloc[[0]].to_numpy()
    ).set_crs(BNG)
    services = (CLINIC, BEDS, NURSES)
    return Publication(
        title="Care in the toy town",
        date="2026-11-22",
        areas=areas,
        sites=sites,
        base=BaseMap(outlines, roads, places),
        times=(times,),
        judged_by=times,
        services=services,
        results=evaluate((TODAY, LOCAL), AppraisalInputs(areas, sites, services, times)),
        baseline_name=TODAY.name,
        tables={"scores": pd.DataFrame({"score": [0.7]}, index=["today"])},
        descriptions={"scores": TableDescription("Scores.", (SCORE_COLUMN,))},
        manifest={"study": "toy"},
        error_note="Within about two minutes.",
        sources=("Invented.",),
        postcodes=pd.Series({"LE1 5WW": "W", "LE1 5AB": "N", "LE15 6NT": "E"}),
        illustrative=True,
    )


def evaluate(options: Iterable[Option], inputs: AppraisalInputs) -> Mapping[str, OptionResult]:
    """Return what the appraisal finds of options, the first of which is the baseline."""
    options = tuple(options)
    return evaluate_options(options, inputs, baseline=options[0].name)


def appraised(
    publication: Publication, *, options: tuple[Option, ...] = (), **changes
) -> Publication:
    """Return a publication with changes to what is appraised, and appraised again.

    Times that are changed are judged by their first matrix, unless `judged_by` says otherwise.
    """
    options = options or publication.options
    if "times" in changes:
        changes.setdefault("judged_by", changes["times"][0])
    of = {name: changes.get(name, getattr(publication, name)) for name in APPRAISED}
    journey, times = of["judged_by"], changes.get("times", publication.times)
    teams = [matrix for matrix in times if matrix.direction == "from_site"]
    inputs = AppraisalInputs(
        of["areas"],
        of["sites"],
        of["services"],
        journey,
        team_times=times_for("team", journey, teams),
        tolerance_min=of["tolerance_min"],
    )
    results = evaluate(options, inputs)
    return replace(publication, **changes, results=results, baseline_name=options[0].name)


def all_tables(publication: Publication, view: OptionView) -> list[dict[str, Any]]:
    """Return the tables of an explorer that opens with a view."""
    people = publication.people[view.option.name]
    return explorer_tables(publication, (view, people), options_table(publication))


def with_options(
    publication: Publication,
    options: Iterable[Option],
    journey: TravelTimes,
    services: tuple[Service, ...] = (),
) -> Publication:
    """Return a publication of its baseline and other options, by a mode and period that it has.

    Of the services only some, if they are given.
    """
    services = services or publication.services
    ids = [service.id for service in services]
    today = publication.baseline
    today = replace(
        today,
        sites={name: today.sites.get(name, frozenset()) for name in ids},
        shares={},
        capacity={},
    )
    return appraised(publication, options=(today, *options), judged_by=journey, services=services)


def view_of(publication: Publication, option: Option, service: Service) -> OptionView:
    """Return the view of any option."""
    again = with_options(publication, [option], publication.judged_by)
    return again.views[option.name, service.id]


def county_publication(
    columns: int = 32, rows: int = 20, site_count: int = 60, modes: tuple[str, ...] = ("car",)
) -> Publication:
    """Return a publication of a made-up county: a grid of areas with winding borders.

    Some journeys have no route, some are equally long to two sites, and teams need other times
    than patients, so that every case of the arithmetic occurs.
    """
    rng = np.random.default_rng(5)
    areas, outlines = _county_areas(columns, rows, rng)
    sites = _county_sites(areas, site_count, rng)
    services = (
        Service("clinic", "Clinic", "patient", {"age_18_64": 100.0}, standard_min=20.0),
        Service("nurses", "Nurses", "team", {"age_75_84": 100.0}, standard_min=60.0),
    )
    ids = sites.index.to_numpy()
    options = tuple(
        Option(
            f"option_{number}",
            f"Option {number}",
            {one.id: frozenset(rng.choice(ids, 1 + 4 * number, replace=False)) for one in services},
            note="Made up.",
        )
        for number in range(4)
    )
    ways = [*((mode, "to_site") for mode in modes), ("car", "from_site")]  # teams drive
    times = tuple(_county_times(areas, sites, mode, direction, rng) for mode, direction in ways)
    return Publication(
        title="A made-up county",
        date="2026-11-22",
        areas=areas,
        sites=sites,
        base=BaseMap(outlines, *_county_landmarks(areas, rng)),
        times=times,
        judged_by=times[0],
        services=services,
        results=evaluate(options, AppraisalInputs(areas, sites, services, times[0], times[-1])),
        baseline_name=options[0].name,
        tables={},
        manifest={"study": "county"},
        error_note="Made up.",
        sources=("Made up.",),
        postcodes=_county_postcodes(areas.index),
    )


def _county_areas(columns, rows, rng):
    x, y = (grid.ravel() for grid in np.meshgrid(np.arange(columns), np.arange(rows)))
    count = len(x)
    table = pd.DataFrame(
        {
            "name": [f"County {number:03}" for number in range(count)],
            "ward": [f"Ward of some name {number // 4}" for number in range(count)],
            "authority": [f"District {number}" for number in x * 3 // columns],
            "residents": rng.integers(1_000, 2_500, count),
            "imd_decile": rng.integers(1, 11, count),
            "rural_urban": "Rural",
        },
        index=pd.Index([f"E0102{number:04}" for number in range(count)], name="area_id"),
    )
    table = table.assign(disabled=table["residents"] // 7)
    for part, band in enumerate(AGE_BANDS[1:], start=2):
        table[band] = table["residents"] // (3 * part)
    table[AGE_BANDS[0]] = table["residents"] - table[[*AGE_BANDS[1:]]].sum(axis=1)
    borders = _Borders(rng)
    cells = [borders.cell(*at) for at in zip(x, y, strict=True)]
    outlines = gpd.GeoDataFrame(index=table.index, geometry=cells, crs=BNG)
    centres = gpd.points_from_xy(
        CORNER[0] + CELL_M * (x + 0.5), CORNER[1] + CELL_M * (y + 0.5), crs=BNG
    )
    return gpd.GeoDataFrame(table, geometry=centres), outlines


class _Borders:
    """Winding lines between the crossings of a grid, each drawn once."""

    def __init__(self, rng) -> None:
        self.rng = rng
        self.lines = {}

    def line(self, one, two):
        """Return the line from one crossing to another."""
        if (two, one) in self.lines:
            return self.lines[two, one][::-1]
        if (one, two) not in self.lines:
            points = np.linspace(one, two, BENDS + 2) * CELL_M + CORNER
            points[1:-1] += self.rng.uniform(-90, 90, (BENDS, 2))
            self.lines[one, two] = points
        return self.lines[one, two]

    def cell(self, x, y):
        """Return the cell of the grid whose lower left crossing is given."""
        ring = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1), (x, y)]
        sides = [self.line(*side)[:-1] for side in pairwise(ring)]
        return shapely.Polygon(np.concatenate(sides))


def _county_sites(areas, count, rng):
    at = areas.geometry.iloc[rng.choice(len(areas), count, replace=False)].translate(200, 100)
    degrees = at.to_crs(WGS84)
    kinds = ["city_hospital", "community_hospital", "health_centre", "other"]
    table = {
        "name": [f"Site number {number} of the county" for number in range(count)],
        "kind": [kinds[number % 4] for number in range(count)],
        "status": "open",
        "postcode": "LE1 5WW",
        "lat": degrees.y.to_numpy(),
        "lon": degrees.x.to_numpy(),
    }
    index = pd.Index([f"S{number:03}" for number in range(count)], name="site_id")
    return gpd.GeoDataFrame(table, index=index, geometry=at.to_numpy(), crs=BNG)


def _county_times(areas, sites, mode, direction, rng):
    kph = {"car": 45.0, "bus": 20.0, "walk": 5.0}[mode]
    metres = [sites.geometry.distance(point).to_numpy() for point in areas.geometry]
    minutes = np.array(metres) / 1_000 / kph * 60 * rng.normal(1.2, 0.03, np.shape(metres))
    minutes[: len(areas) // 40] = np.inf  # a corner that no road leads to
    table = pd.DataFrame(minutes.round(1), areas.index, sites.index)
    return TravelTimes(table, mode=mode, direction=direction)


def _county_landmarks(areas, rng):
    west, south, east, north = areas.total_bounds
    low, high = (west, south), (east, north)
    lines = [shapely.LineString(rng.uniform(low, high, (12, 2))) for _ in range(70)]
    kinds = ["motorway", "trunk", "primary"]
    roads = gpd.GeoDataFrame(
        {"road": [f"A{number}" for number in range(70)], "road_class": (kinds * 24)[:70]},
        geometry=lines,
        crs=BNG,
    )
    points = gpd.points_from_xy(*rng.uniform(low, high, (80, 2)).T, crs=BNG)
    residents = rng.integers(3_000, 90_000, 80)
    places = gpd.GeoDataFrame(
        {"name": [f"Townham {number}" for number in range(80)], "residents": residents},
        geometry=points,
    )
    return roads, places


def _county_postcodes(area_ids):
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    units = [f"{one}{two}" for one in letters for two in letters][::2]
    codes = [f"LE{n} {m}{unit}" for n in range(1, 20) for m in range(10) for unit in units]
    places = np.arange(len(codes)) * len(area_ids) // len(codes)
    return pd.Series(area_ids[places], index=codes)


def package_of(publication: Publication) -> bytes:
    """Return the GeoPackage of a publication."""
    areas = gis.area_layer(publication, area_results(publication))
    return gis.geopackage(publication, areas, gis.site_layer(publication))
