"""The table of sites of a study, from NHS lists; what they do not say is listed, not guessed.

Practices, branches and sites of trusts come from the Organisation Data Service, their places from
Code-Point Open, and what kind a trust's site is from its estates return.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from llrgeo.errors import InputError
from llrgeo.inputs.official import ons_geography as geography
from llrgeo.inputs.official.downloader import Downloader, all_or_none
from llrgeo.inputs.official.eric import SITE_TYPE
from llrgeo.inputs.official.ods import read_report
from llrgeo.inputs.official.postcodes import postcode_areas, read_postcode_points
from llrgeo.inputs.official.sources import Source, Sources
from llrgeo.inputs.postcodes import squeeze_postcode
from llrgeo.schema import BNG, WGS84

NEIGHBOURS_M: Final = 60_000.0
"""As far as hospitals of neighbours are looked for, in a straight line."""

ACUTE: Final = "acute_hospital"  # few of them lie in a city

# Site types of the estates return, as they begin, to the kinds of a study; the rest is `other`.
KIND_OF_TYPE: Final = {
    "general acute hospital": ACUTE,
    "specialist hospital": ACUTE,
    "mixed service hospital": ACUTE,
    "community hospital": "community_hospital",
    "non inpatient": "health_centre",  # clinics
}

TODO_COLUMNS: Final = ("file", "id", "column", "what")

_PRIMARY: Final = "health_centre"
_EDGE_M: Final = 500.0  # outlines are generalised: a site just beyond one lies in it
_LEAST_NEAR: Final = 0.5  # of an authority's postcodes: it may be here in part


@dataclass(frozen=True, slots=True)
class Sites:
    """Sites, and what the planner must find out about them.

    Attributes
    ----------
    table
        On `site_id`: `name`, `kind`, `status` on the day of the study, `closes` (the last day of
        what will close, else blank), `postcode`, `easting`, `northing`, `lat`, `lon`, `authority`,
        `is_neighbour` and `source`.
    todo
        `file`, `id`, `column`, `what`.
    postcodes
        Where all unit postcodes are, as `read_postcode_points` returns them.
    """

    table: pd.DataFrame
    todo: pd.DataFrame
    postcodes: pd.DataFrame


def compile_sites(
    downloader: Downloader, sources: Sources, outlines: gpd.GeoDataFrame, returns: pd.DataFrame
) -> Sites:
    """Return the sites within outlines, and acute hospitals up to 60 km around them.

    Parameters
    ----------
    downloader, sources
        Have or fetch the lists.
    outlines
        Polygons of the areas with `authority`.
    returns
        Estates returns on `site_id`, or an empty table; without it no trust's site has a kind.

    Raises
    ------
    InputError
        If a list cannot be had or is not one.
    """
    listed = _listed(downloader, sources, returns)
    directory = sources["postcodes"]
    tidy = listed["postcode"].map(squeeze_postcode).str.strip()  # blank stays blank
    letters = postcode_areas(tidy[listed["status"] != "closed"])
    points = _points_here(downloader, directory, letters, outlines)
    placed = listed.assign(postcode=tidy).join(points, on="postcode")
    lost = placed[placed["easting"].isna() & (placed["status"] != "closed")]
    known = placed[placed["easting"].notna()]
    geometry = gpd.points_from_xy(known["easting"], known["northing"], crs=BNG)
    found = _near(gpd.GeoDataFrame(known, geometry=geometry), outlines)
    names = geography.read_layer(downloader, sources["regions"])
    outside = found["authority_code"].map(
        dict(zip(names["authority_code"], names["authority"], strict=True))
    )
    found["authority"] = found["authority"].fillna(outside).fillna("")
    local = set(postcode_areas(tidy.loc[found.index[~found["is_neighbour"]]]))
    # Without a postcode nobody knows where a site is; those of trusts that are here are told.
    ours = (lost["postcode"] == "") & lost["parent"].isin(
        found.loc[~found["is_neighbour"], "parent"]
    )
    lost = lost[lost["postcode"].map(_letters).isin(local) | ours]
    return Sites(_table(found), _todo(found, lost), points)


@all_or_none
def _points_here(
    downloader: Downloader, directory: Source, letters: set[str], outlines: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Return where postcodes are, and see that those of the outlines' authorities are around them.

    Raises
    ------
    InputError
        If most are elsewhere, as where eastings and northings have changed places.
    """
    points = read_postcode_points(downloader, directory, letters)
    ours = points[points["authority_code"].isin(outlines["authority_code"])]
    west, south, east, north = outlines.to_crs(BNG).total_bounds
    # A directory with its columns swapped still has numbers: that most postcodes lie by their
    # authority shows that it has not.
    near = ours["easting"].between(west - NEIGHBOURS_M, east + NEIGHBOURS_M)
    near &= ours["northing"].between(south - NEIGHBOURS_M, north + NEIGHBOURS_M)
    if len(ours) and near.mean() < _LEAST_NEAR:
        msg = (
            f"{directory.id}: {len(ours) - near.sum():,} of {len(ours):,} postcodes of the areas' "
            "own authorities lie elsewhere: are eastings and northings swapped?"
        )
        raise InputError(msg)
    return points


def _listed(downloader: Downloader, sources: Sources, returns: pd.DataFrame) -> pd.DataFrame:
    """Return all organisations with the kind that is known of them; blank where none is."""
    parts = []
    for name in ("practices", "branches", "trust_sites"):
        report = read_report(downloader, sources[name])
        kind = site_kinds(report.index, returns) if name == "trust_sites" else _PRIMARY
        parts.append(report.assign(kind=kind, source=sources[name].credit))
    listed = pd.concat(parts)
    return listed[~listed.index.duplicated()]


def site_kinds(site_ids: Sequence[str] | pd.Index, returns: pd.DataFrame) -> pd.Series:
    """Return the kind of each of trusts' sites by its return; blank where it has none."""
    site_ids = pd.Index(site_ids)
    types = returns.reindex(site_ids).get(SITE_TYPE, pd.Series(None, site_ids, dtype="str"))
    lower = types.fillna("").str.lower().str.replace(r"^\W*\d*\W*", "", regex=True)
    lower = lower.str.replace("non-inpatient", "non inpatient")
    kinds = pd.Series(np.where(lower == "", "", "other"), site_ids, dtype="str")
    for start, kind in KIND_OF_TYPE.items():
        kinds = kinds.mask(lower.str.startswith(start).to_numpy(dtype=bool), kind)
    return kinds


def _near(sites: gpd.GeoDataFrame, outlines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the sites in the outlines, with their authority, and open acute ones around them."""
    land = outlines[["authority", "geometry"]].to_crs(BNG)
    beside = sites.sjoin_nearest(land, max_distance=NEIGHBOURS_M, distance_col="away_m")
    beside = beside[~beside.index.duplicated()]
    inside = beside["away_m"] <= _EDGE_M
    acute = (beside["kind"] == ACUTE) & (beside["status"] == "open")
    found = beside[inside | acute].copy()
    found["is_neighbour"] = ~inside[found.index]
    found["authority"] = found["authority"].where(~found["is_neighbour"])
    return found.sort_index()


def _table(found: gpd.GeoDataFrame) -> pd.DataFrame:
    degrees = found.geometry.to_crs(WGS84)
    return pd.DataFrame(
        {
            "name": found["name"].map(_titled),
            "kind": found["kind"].where(found["kind"] != "", "other"),
            "status": found["status"],
            "closes": found["closes"],
            "postcode": found["postcode"],
            "easting": found["easting"].round().astype("int64"),
            "northing": found["northing"].round().astype("int64"),
            "lat": degrees.y.round(5),
            "lon": degrees.x.round(5),
            "authority": found["authority"],
            "is_neighbour": found["is_neighbour"],
            "source": found["source"],
        }
    )


def _todo(found: pd.DataFrame, lost: pd.DataFrame) -> pd.DataFrame:
    """List what is not known of sites."""
    open_here = found[(found["status"] != "closed") & ~found["is_neighbour"]]
    dated = found.loc[found["dates_note"] != "", "dates_note"]
    untold = open_here.index[open_here["kind"] == ""]
    wards = open_here.index[open_here["kind"].isin([ACUTE, "community_hospital"])]
    rows = [
        *(("sites.csv", site_id, "status", what) for site_id, what in dated.items()),
        *(
            ("sites.csv", site_id, "kind", "no estates return says what kind it is")
            for site_id in untold
        ),
        *(("sites.csv", site_id, "beds", "number of beds; no list has it") for site_id in wards),
        *(
            ("sites.csv", site_id, "postcode", f"{postcode or 'blank'} has no place: left out")
            for site_id, postcode in lost["postcode"].items()
        ),
    ]
    return pd.DataFrame(rows, columns=list(TODO_COLUMNS))


def _letters(postcode: str) -> str:
    return next(iter(postcode_areas([postcode])), "")


def _titled(name: str) -> str:
    """Write a name in capitals as one writes names: ST JOHN'S -> St John's."""
    words = (
        word.capitalize() if not word.startswith("(") else word.title() for word in name.split()
    )
    return " ".join(words) if name.isupper() else name
