"""The explorer's own scripts asked for the minutes from postcodes, beside those of Python."""

import base64
import gzip
import json
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from llrgeo.publish import pages
from llrgeo.publish.explorer.own_roads import ROAD_SCRIPTS
from llrgeo.publish.explorer.page import SCRIPTS
from llrgeo.publish.explorer.payload import explorer_data, explorer_sites
from llrgeo.publish.publication import Publication
from llrgeo.schema import BNG, WGS84
from llrgeo.study.config import load_study
from llrgeo.travel.routers import NetworkRouter

PLACES = {  # metres east and north of the middle of the town's first area, by its postcode
    "ZZ1 1AB": (37, 210), "ZZ1 1AD": (-140, 55), "ZZ1 2AB": (260, -95), "ZZ2 3XY": (15, 8),
    "ZZ2 3XZ": (480, 333),
}  # fmt: skip
HARNESS = """
let data, matrices, own;
function load(text, bytes) {
  data = JSON.parse(text);
  matrices = llrgeoUnpack.decodeMatrices(data.matrices);
  own = llrgeoOwnWorld(data, matrices, llrgeoRoadsOf(data, llrgeoUnpack.decodeBase64(bytes)));
  return true;
}
const told = (minutes) => (minutes === Infinity ? -1 : minutes);
function found(postcode) {
  return own.placeOf(postcode, llrgeoText.findPostcode(data.postcodes, postcode.replace(" ", "")));
}
function minutes(text, journey) {
  return JSON.stringify(JSON.parse(text).map((postcode) =>
    Array.from(own.worldOf(found(postcode), journey).matrices[0], told)));
}
function rows(postcode, option, journey) {
  const world = own.worldOf(found(postcode), journey);
  const choice = { option, service: data.services[0].id, journey, switched: new Set() };
  return JSON.stringify(llrgeoModel.journeysOf(world.data, world.matrices, choice, 0).map((row) =>
    ({ service: row.service.id, before: told(row.before), after: told(row.after),
      site: row.siteAfter < 0 ? "" : data.sites[row.siteAfter].id })));
}
function way(postcode, site, journey) {
  const place = data.sites.findIndex(({ id }) => id === site);
  return JSON.stringify(own.wayTo(found(postcode), place, journey));
}
"""


def town_with_postcodes(study: Path, folder: Path) -> Path:
    """Copy the toy town into a folder and give it postcodes of its own; return the study file."""
    shutil.copytree(study.parent, folder, dirs_exist_ok=True)
    copy = folder / study.name
    copy.write_text('postcodes = "postcodes.csv"\n' + study.read_text("utf-8"), encoding="utf-8")
    first = pd.read_csv(load_study(study).path("areas"), dtype={"area_id": str}).iloc[0]
    middle = gpd.GeoSeries([shapely.Point(first["lon"], first["lat"])], crs=WGS84).to_crs(BNG)
    east, north = np.rint(middle.get_coordinates().to_numpy()[0]).astype(int)
    table = pd.DataFrame(
        [(code, east + x, north + y, first["area_id"]) for code, (x, y) in PLACES.items()],
        columns=["postcode", "easting", "northing", "area_id"],
    )
    table.to_csv(folder / "postcodes.csv", index=False)
    return copy


def explorer_engine(publication: Publication):
    """Return an engine with the explorer's scripts that touch no page, the roads opened."""
    module = pytest.importorskip("py_mini_racer", reason="the extra `browser` is not installed")
    engine = module.MiniRacer()
    pure = ("unpack", "journeys", "model", "text")
    scripts = [path for path in SCRIPTS if Path(path).stem in pure]
    for path in (*scripts, *ROAD_SCRIPTS, "explorer/assets/own_roads.js"):
        engine.eval(pages.asset(path).replace('"use strict";', "", 1))
    engine.eval(HARNESS)
    own_roads = publication.own_roads
    assert own_roads is not None
    streams = base64.b64encode(gzip.decompress(own_roads.network.zipped)).decode("ascii")
    engine.call("load", json.dumps(explorer_data(publication)), streams)
    return engine


def minutes_in_python(
    publication: Publication, router: NetworkRouter, codes: pd.Index, period: str
) -> pd.DataFrame:
    """Return the published minutes from some postcodes to every site, over the whole network."""
    own_roads = publication.own_roads
    assert own_roads is not None
    places = own_roads.postcodes.loc[codes]
    points = gpd.points_from_xy(places["easting"], places["northing"])
    times = router.travel_times(
        gpd.GeoSeries(points, index=codes, crs=BNG),
        own_roads.arrivals,
        mode=own_roads.mode,
        period=period,
    )
    return times.calibrated(own_roads.calibration).minutes[explorer_sites(publication).index]


def minutes_in_page(engine, codes: pd.Index, journey: str) -> np.ndarray:
    """Return the same as the page's scripts find them."""
    found = np.array(json.loads(engine.call("minutes", json.dumps(list(codes)), journey)))
    return np.where(found < 0, np.inf, found)
